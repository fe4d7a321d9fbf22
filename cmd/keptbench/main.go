// Keptbench measures a running Kept over HTTP, on this machine only, beside a raw loop of the same engine
// that writes the same rows. It builds kept, fills a desk with invented people, serves it in a process of
// its own and asks it from here. Figures on a busy machine are worth little: read the ratios, and run it
// again. Start reading at measure.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"kept/internal/store/storetest/server"
)

// flags are what somebody may choose.
type flags struct {
	Engine  []string      `default:"sqlite,postgres" enum:"sqlite,postgres" placeholder:"ENGINE" help:"Engines to measure: sqlite, postgres (both). PostgreSQL is started for the time of the run and must be installed."`
	Clients int           `default:"16" placeholder:"N" help:"How many connections ask at the same moment (${default})."`
	Seconds int           `default:"5" placeholder:"N" help:"How long each figure is measured (${default})."`
	Tickets []int         `default:"10000" placeholder:"N" help:"Sizes of the desk whose pages are measured, like 10000,1000000 (${default}). A million takes minutes to make."`
	Only    []string      `default:"intake,pages" enum:"intake,pages" placeholder:"WHAT" help:"What to measure: intake, pages (both)."`
	Folder  string        `placeholder:"FOLDER" help:"Where desks are made, and found again the next time (a temporary folder, removed at the end)."`
	Kept    string        `placeholder:"FILE" help:"The program to measure (built from here)."`
	Limit   time.Duration `default:"30m" placeholder:"TIME" help:"Give up after this time (${default})."`
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("keptbench"), kong.Description("Measures Kept over HTTP on this machine: how many tickets it takes in, "+
		"how fast its pages and searches are, and how that compares with the bare database. It needs nothing but Go, "+
		"and PostgreSQL for that engine. Nothing listens beyond this machine."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, f.Limit)
	defer cancel()
	if err := f.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "keptbench:", err)
		os.Exit(1)
	}
}

func (f *flags) run(ctx context.Context) (err error) {
	folder := f.Folder
	if folder == "" {
		if folder, err = os.MkdirTemp("", "keptbench-"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	b := bench{flags: f, folder: folder, kept: filepath.Join(folder, "kept")}
	if f.Kept != "" {
		b.kept = f.Kept
	} else {
		say("Building kept …")
		build := exec.CommandContext(ctx, "go", "build", "-o", b.kept, "kept/cmd/kept")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("kept does not build: %w", err)
		}
	}
	for _, engine := range f.Engine {
		b.engine = engine
		if err := b.measure(ctx); err != nil {
			b.print()
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	b.print()
	return nil
}

// bench is one run: what was chosen, and the figures so far.
type bench struct {
	*flags
	folder string
	kept   string // the program
	engine string // measured now
	rows   []figure
}

// measure takes all figures of one engine.
func (b *bench) measure(ctx context.Context) error {
	for _, what := range b.Only {
		if what == "intake" {
			if err := b.withDesk(ctx, 200, "intake", b.intake); err != nil {
				return err
			}
			continue
		}
		for _, n := range b.Tickets {
			err := b.withDesk(ctx, n, fmt.Sprint("pages-", n), func(ctx context.Context, p place) error { return b.pages(ctx, p, n) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// place is where a desk is: a folder, and for PostgreSQL a database.
type place struct {
	data string
	url  string
}

// withDesk makes a desk with so many tickets, or finds it, and gives it to fn. Nobody has it open.
func (b *bench) withDesk(ctx context.Context, tickets int, name string, fn func(context.Context, place) error) (err error) {
	p := place{data: filepath.Join(b.folder, b.engine+"-"+name)}
	made := name == "intake"
	switch {
	case b.engine != "postgres":
	case b.Folder != "" && !made:
		// The server runs as another user, who must get through.
		if err := os.Chmod(b.folder, 0o711); err != nil {
			return err
		}
		if p.url, made, err = server.Lasting(filepath.Join(b.folder, "server"), "kept_"+strings.ReplaceAll(name, "-", "_")); err != nil {
			return err
		}
	default:
		var drop func()
		if p.url, drop, err = server.Temporary(); err != nil {
			return err
		}
		defer drop()
		made = true
	}
	if _, err := os.Stat(filepath.Join(p.data, "demo.json")); made || errors.Is(err, os.ErrNotExist) {
		if err := os.RemoveAll(p.data); err != nil {
			return err
		}
		say(fmt.Sprintf("Making a desk with %d tickets on %s …", tickets, b.engine))
		if err := b.command(ctx, p, "demo", "--no-serve", "--tickets", fmt.Sprint(tickets)).Run(); err != nil {
			return fmt.Errorf("making the desk: %w", err)
		}
	}
	return fn(ctx, p)
}

func say(line string) { fmt.Fprintln(os.Stderr, line) }
