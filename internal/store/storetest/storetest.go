// Package storetest opens stores for tests, on both engines. It is never part of the program; start
// reading at Each. The tests inside package store use storetest/server and their own opener.
package storetest

import (
	"context"
	"log/slog"
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

// SQLite gives the opener of Each for a folder of this test.
func SQLite(t testing.TB) func(...store.Options) *store.DB {
	return opener(t, store.Options{DataDir: t.TempDir()})
}

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
