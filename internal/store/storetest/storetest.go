// Package storetest opens stores for tests, on both engines. It is never part of the program; start
// reading at Each. The tests inside package store use storetest/server and their own opener.
package storetest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"kept/internal/store"
	"kept/internal/store/storetest/server"
)

// Each runs f once on SQLite and once on PostgreSQL. open gives the database of this run, migrated
// and empty; a second open gives a second node on the same database (PostgreSQL) or fails the test
// (SQLite, which has one). Databases are closed when the test ends.
func Each(t *testing.T, f func(t *testing.T, open func(...store.Options) *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
	}
}

// SQLite gives the opener of Each for a folder of this test. Its files are those of a desk that was migrated once for
// this process: to migrate takes more than half of what a test desk takes.
func SQLite(t testing.TB) func(...store.Options) *store.DB {
	t.Helper()
	files, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return opener(t, store.Options{DataDir: dir})
}

var migrated = sync.OnceValues(func() (files map[string][]byte, err error) {
	dir, err := os.MkdirTemp("", "kept-migrated-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := store.Open(context.Background(), store.Options{DataDir: dir, Log: quiet})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	names, err := os.ReadDir(dir)
	files = map[string][]byte{}
	for _, name := range names {
		if err == nil {
			files[name.Name()], err = os.ReadFile(filepath.Join(dir, name.Name()))
		}
	}
	return files, err
})

// Postgres gives the opener of Each for a PostgreSQL database of this test.
func Postgres(t testing.TB) func(...store.Options) *store.DB {
	t.Helper()
	url := server.Clone(t, "schema", func(url string) error {
		db, err := store.Open(context.Background(), store.Options{DatabaseURL: url, Log: quiet})
		if err != nil {
			return err
		}
		return db.Close()
	})
	return opener(t, store.Options{DatabaseURL: url})
}

var quiet = slog.New(slog.DiscardHandler)

func opener(t testing.TB, place store.Options) func(...store.Options) *store.DB {
	return func(opts ...store.Options) *store.DB {
		t.Helper()
		var o store.Options
		if len(opts) > 0 {
			o = opts[0]
		}
		o.DataDir, o.DatabaseURL = place.DataDir, place.DatabaseURL
		if o.Log == nil {
			o.Log = quiet
		}
		db, err := store.Open(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db
	}
}
