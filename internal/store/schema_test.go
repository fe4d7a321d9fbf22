package store

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"kept/internal/store/storetest/server"
)

var schemaOf = map[string]string{
	"sqlite": `SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1`,
	"postgres": `SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
			FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL SELECT tablename || ' ' || policyname || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '') FROM pg_policies
		ORDER BY 1`,
}

// schema is everything about the schema that two databases can be compared by.
func schema(t *testing.T, db *DB) string {
	t.Helper()
	var all []string
	err := db.DeskRead(ctx, viewer, func(tx *DeskReadTx) (err error) {
		all, err = many(tx, both(schemaOf[db.Engine()]), value[string])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// TestUpgradedIsFresh upgrades a database one migration at a time and compares it with a new one.
func TestUpgradedIsFresh(t *testing.T) {
	check := func(t *testing.T, engine string, fresh, old Options) {
		files, err := fs.Sub(embedded, "migrations")
		if err != nil {
			t.Fatal(err)
		}
		merged := layered{files, engine}
		entries, err := merged.ReadDir(".")
		if err != nil {
			t.Fatal(err)
		}
		have := fstest.MapFS{}
		for _, e := range entries {
			text, err := fs.ReadFile(merged, e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(text, []byte("+goose Up")) {
				continue
			}
			have[e.Name()] = &fstest.MapFile{Data: text}
			old.migrations, old.Log = have, quiet
			db, err := Open(ctx, old)
			if err != nil {
				t.Fatalf("up to %s: %v", e.Name(), err)
			}
			db.Close()
		}
		upgraded := schema(t, openIn(t, old)())
		if want := schema(t, openIn(t, fresh)()); upgraded != want {
			t.Errorf("the upgraded schema is\n%s\n\nthe fresh one\n%s", upgraded, want)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		check(t, "sqlite", Options{DataDir: t.TempDir()}, Options{DataDir: t.TempDir()})
	})
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) {
			check(t, "postgres", Options{DatabaseURL: server.Database(t)}, Options{DatabaseURL: server.Database(t)})
		})
	}
}
