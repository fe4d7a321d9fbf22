package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

func TestBackupAndRestore(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 5) })
		if err := db.Read(ctx, viewer, client, func(tx *ReadTx) error { tx.saw("requester", 4); return nil }); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "monday.kept")
		if err := db.Backup(ctx, path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if err := db.Backup(ctx, path); !desk.Is(err, desk.Conflict) {
			t.Errorf("a second backup of that name: %v", err)
		}
		mustWrite(t, db, func(tx *Tx) error { return must(tx.exec(setCounter, client, 1, 6)) })

		to := Options{DataDir: t.TempDir(), migrations: db.opts.migrations, Log: quiet}
		if db.Engine() == "postgres" {
			to = Options{DatabaseURL: server.Database(t), migrations: db.opts.migrations, Log: quiet}
		}
		if err := Restore(ctx, to, path); err != nil {
			t.Fatal(err)
		}
		if err := Restore(ctx, to, path); !desk.Is(err, desk.Conflict) {
			t.Errorf("over a desk: %v", err)
		}
		back := openIn(t, to)()
		if n := readN(t, back, 1); n != 5 {
			t.Errorf("restored %d", n)
		}
		if reads := allReads(t, back); len(reads) != 1 || reads[0].IDs != "requester 4" {
			t.Errorf("the read log came back as %+v", reads)
		}
		err := back.DeskRead(ctx, viewer, func(tx *DeskReadTx) error {
			held, err := one(tx, both("SELECT value FROM setting WHERE key = 'outbox_held'"), value[string])
			if held != "1" {
				t.Errorf("the outbox is not held: %q", held)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// fullDisk is an engine whose copies fail as SQLite's do on a full disk: with a journal beside them.
type fullDisk struct{ engine }

func (fullDisk) backup(ctx context.Context, part string) error {
	return errors.Join(desk.Errorf(desk.Unavailable, "full", "The disk of the server is full."), os.WriteFile(part+"-journal", []byte("half"), 0o600))
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	db := openIn(t, Options{DataDir: t.TempDir(), Log: quiet})()
	real := db.engine
	db.engine = fullDisk{real}
	defer func() { db.engine = real }()
	folder := t.TempDir()
	if err := db.Backup(ctx, filepath.Join(folder, "monday.kept")); !desk.Is(err, desk.Unavailable) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestADamagedBackupIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(path, []byte("SQLite format 3\x00 and then nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Restore(ctx, Options{DataDir: t.TempDir(), Log: quiet}, path)
	if !desk.Is(err, desk.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestBackupOfPostgresSeesOverTheWall(t *testing.T) {
	db := openIn(t, Options{DatabaseURL: server.Database(t)})()
	if err := db.Read(ctx, viewer, client, func(tx *ReadTx) error { tx.saw("requester", 4); return nil }); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "monday.kept")
	if err := db.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	to := Options{DatabaseURL: server.Database(t), Log: quiet}
	if err := Restore(ctx, to, path); err != nil {
		t.Fatal(err)
	}
	if reads := allReads(t, openIn(t, to)()); len(reads) != 1 {
		t.Errorf("%d of 1 rows came back", len(reads))
	}
}

func allReads(t *testing.T, db *DB) []Read {
	t.Helper()
	reads, err := db.Reads(ctx, client, time.Time{}, time.Now().Add(time.Hour), Read{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	return reads
}

// The read log of an older version stood in the database. It moves over once, whole, and stays in order.
func TestTheReadLogMovesToItsFile(t *testing.T) {
	place := Options{DataDir: t.TempDir(), Log: quiet}
	db := openIn(t, place)()
	for _, id := range []int64{3, 4, 5} {
		if err := db.Read(ctx, viewer, client, func(tx *ReadTx) error { tx.saw("requester", id); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	before := allReads(t, db)
	if err := db.System(ctx, "test", func(tx *SystemTx) error { return tx.putReads(before[:2]) }); err != nil {
		t.Fatal(err) // as an older version would have written them
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := openIn(t, place)()
	if after := allReads(t, again); !slices.Equal(after, before) {
		t.Errorf("after: %+v\nbefore: %+v", after, before)
	}
	err := again.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
		left, err := one(tx, both("SELECT count(*) FROM read_log"), value[int64])
		if left != 0 {
			t.Errorf("%d rows stayed in the database", left)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
