package store

import (
	"context"
	"io/fs"
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

// changedFile makes the table that every commit on PostgreSQL needs.
const changedFile = "postgres/00030_changed.sql"

// counterFS is the schema of the kernel's own tests: the first migration and a table to count in.
func counterFS(t testing.TB) fs.FS {
	t.Helper()
	kernel, err := embedded.ReadFile("migrations/00001_kernel.sql")
	if err != nil {
		t.Fatal(err)
	}
	changed, err := embedded.ReadFile("migrations/" + changedFile)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"00001_kernel.sql": {Data: kernel},
		"00002_counter.sql": {Data: []byte(`-- +goose Up
CREATE TABLE counter (client_id BIGINT NOT NULL, id BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (client_id, id)) /*sqlite: WITHOUT ROWID*/;
CREATE TABLE line (client_id BIGINT NOT NULL, id BIGINT NOT NULL, text TEXT NOT NULL UNIQUE, PRIMARY KEY (client_id, id));
`)},
		"sqlite/00003_own.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE own (engine TEXT);\nINSERT INTO own VALUES ('sqlite');\n")},
		changedFile:              {Data: changed},
		"postgres/00003_own.sql": {Data: []byte("-- +goose Up\nCREATE TABLE own (engine TEXT);\nINSERT INTO own VALUES ('postgres');\n")},
	}
}

// The statements of the tests' own tables are not registered: they are no part of the program.
var (
	addCounter = both(`INSERT INTO counter (client_id, id, n) VALUES ($1, $2, $3)`)
	counter    = both(`SELECT n FROM counter WHERE client_id = $1 AND id = $2`)
	setCounter = both(`UPDATE counter SET n = $3 WHERE client_id = $1 AND id = $2`)
	addLine    = both(`INSERT INTO line (client_id, id, text) VALUES ($1, $2, $3)`)
	lines      = both(`SELECT text FROM line WHERE client_id = $1 ORDER BY id`)
)

func both(text string) *stmt {
	return &stmt{name: "test", sqlite: text, postgres: text, tables: tablesIn(text), changes: changedBy(text), byID: byID.MatchString(text)}
}

var quiet = slog.New(slog.DiscardHandler)

type opener func(...Options) *DB

// each runs f on both engines with the tests' own schema.
func each(t *testing.T, f func(t *testing.T, open opener)) {
	t.Helper()
	files := counterFS(t)
	t.Run("sqlite", func(t *testing.T) { f(t, openIn(t, Options{DataDir: t.TempDir(), migrations: files})) })
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) {
			url := server.Clone(t, "counter", func(url string) error {
				db, err := Open(context.Background(), Options{DatabaseURL: url, Log: quiet, migrations: files})
				if err != nil {
					return err
				}
				return db.Close()
			})
			f(t, openIn(t, Options{DatabaseURL: url, migrations: files}))
		})
	}
}

func openIn(t testing.TB, place Options) opener {
	return func(opts ...Options) *DB {
		t.Helper()
		o := place
		if len(opts) > 0 {
			o = opts[0]
			o.DataDir, o.DatabaseURL, o.migrations = place.DataDir, place.DatabaseURL, place.migrations
		}
		if o.Log == nil {
			o.Log = quiet
		}
		db, err := Open(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
}

const client desk.ClientID = 7

var (
	ctx    = context.Background()
	viewer = desk.Viewer{Who: desk.WhoStaff, Staff: 3, Role: desk.Analyst, Name: "Ana", Clients: []desk.ClientID{client}, Route: "GET /t/{id}"}
)

func mustWrite(t testing.TB, db *DB, fn func(*Tx) error) {
	t.Helper()
	if err := db.Write(ctx, viewer, client, fn); err != nil {
		t.Fatal(err)
	}
}

func readN(t testing.TB, db *DB, id int64) (n int64) {
	t.Helper()
	err := db.Read(ctx, viewer, client, func(tx *ReadTx) (err error) {
		n, err = one(tx, counter, value[int64], client, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123_456_789, time.UTC)
