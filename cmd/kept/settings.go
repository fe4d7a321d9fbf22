package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"kept/internal/desk"
	"kept/internal/store"
)

// settings are what every command takes.
type settings struct {
	Addr        string `default:"127.0.0.1:8080" env:"KEPT_ADDR" placeholder:"HOST:PORT" help:"Where the desk listens (${default})."`
	Data        string `env:"KEPT_DATA" placeholder:"FOLDER" help:"Folder of the built-in database, and of the socket on which commands reach an open desk (./kept-data)."`
	DatabaseURL string `name:"database-url" env:"KEPT_DATABASE_URL" placeholder:"URL" help:"A PostgreSQL in place of the built-in database: postgres://name:password@host/database. Others can read a command line, so set the environment variable."`
	LogLevel    string `default:"info" enum:"debug,info,warn,error" env:"KEPT_LOG_LEVEL" placeholder:"LEVEL" help:"How much is logged: debug, info, warn or error (${default})."`
	LogFormat   string `default:"text" enum:"text,json" env:"KEPT_LOG_FORMAT" placeholder:"FORMAT" help:"How it is logged: text or json (${default})."`
}

// folder is the data folder; "" for a desk on PostgreSQL that was given none.
func (s *settings) folder() string {
	switch {
	case s.Data != "":
		return filepath.Clean(s.Data)
	case s.DatabaseURL != "":
		return ""
	}
	return "kept-data"
}

func (s *settings) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // one of four words, the parser saw to that
	o := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

func (s *settings) store(log *slog.Logger) store.Options {
	return store.Options{DataDir: s.folder(), DatabaseURL: s.DatabaseURL, Log: log}
}

// founder is an order that a new desk begins with.
type founder interface{ founds() }

// made refuses an order where no desk is: a mistyped folder would be a new desk, with nothing to back up.
func (s *settings) made(o order) error {
	if _, begins := o.(founder); begins || s.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(s.folder(), "kept.db")); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return desk.Errorf(desk.NotFound, "folder.empty", "There is no desk in %s. Give the folder of the desk with --data or KEPT_DATA.", s.folder())
}

// open opens the database for one command; what it logs is shown only if it matters.
func (s *settings) open(ctx context.Context, t terminal) (*store.DB, error) {
	quiet := *s
	if quiet.LogLevel == "info" {
		quiet.LogLevel = "warn"
	}
	return store.Open(ctx, s.store(quiet.logger(t.err)))
}

// secret reads a secret from the environment variable name or, failing that, from a file. Secrets are
// no flags: everybody on a machine can read its command lines.
func secret(name, file string) (string, error) {
	if s := os.Getenv(name); s != "" || file == "" {
		return s, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", desk.Wrap(desk.Invalid, "secret", err, "The file for "+name+" cannot be read.")
	}
	return strings.TrimSpace(string(b)), nil
}
