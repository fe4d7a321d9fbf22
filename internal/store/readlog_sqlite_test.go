package store

import (
	"sync"
	"testing"

	"kept/internal/desk"
)

func seeing(db *DB, id int64) error {
	return db.Read(ctx, viewer, client, func(tx *ReadTx) error { tx.saw("requester", id); return nil })
}

func TestPagesAtTheSameMomentAreAllOnRecord(t *testing.T) {
	db := lite(t)
	var wg sync.WaitGroup
	for i := range int64(50) {
		wg.Go(func() {
			for j := range int64(4) {
				if err := seeing(db, 100*i+j); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, row := range readLogOf(t, db) {
		seen[row] = true
	}
	if len(seen) != 200 {
		t.Errorf("%d of 200 pages are on record", len(seen))
	}
}

func TestAPageIsNotGivenWhenItCannotBeRecorded(t *testing.T) {
	db := lite(t)
	if _, err := db.reads.s.conn.ExecContext(ctx, "CREATE TRIGGER full BEFORE INSERT ON read_log WHEN NEW.ids = 'requester 7' BEGIN SELECT RAISE(ABORT, 'full'); END"); err != nil {
		t.Fatal(err)
	}
	if err := seeing(db, 7); err == nil {
		t.Error("the page was given")
	}
	if err := seeing(db, 8); err != nil {
		t.Errorf("the next page: %v", err)
	}
	if got := readLogOf(t, db); len(got) != 1 {
		t.Errorf("on record: %q", got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.reads.add(nil); !desk.Is(err, desk.Unavailable) {
		t.Errorf("after closing: %v", err)
	}
}

func TestAPageTakesNothingFromTheWriter(t *testing.T) {
	db := lite(t)
	done := make(chan error)
	mustWrite(t, db, func(tx *Tx) error {
		go func() { done <- seeing(db, 5) }()
		return <-done
	})
	if got := readLogOf(t, db); len(got) != 1 {
		t.Errorf("on record: %q", got)
	}
}
