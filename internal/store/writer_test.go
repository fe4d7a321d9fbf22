package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"kept/internal/desk"
)

func exitGoroutine() { runtime.Goexit() }

// errGone is the answer to somebody whose goroutine ended.
var errGone = errors.New("gone")

// crowd starts units of work that all wait behind one, so that they share a commit, and gives their
// answers. before is called when all of them wait.
func crowd(t *testing.T, db *DB, before func(), units ...func(context.Context) error) []error {
	t.Helper()
	return crowdOf(t, db.engine.(*liteEngine).w, before, units...)
}

func crowdOf(t *testing.T, w *writer, before func(), units ...func(context.Context) error) []error {
	t.Helper()
	handBack, err := w.hold(ctx)
	if err != nil {
		t.Fatal(err)
	}
	answers := make([]chan error, len(units))
	for i, u := range units {
		answers[i] = make(chan error, 1)
		go func() {
			err := errGone
			defer func() { answers[i] <- err }()
			err = u(ctx)
		}()
		for { // in this order
			w.mu.Lock()
			n := len(w.queue)
			w.mu.Unlock()
			if n == i+1 {
				break
			}
			runtime.Gosched()
		}
	}
	if before != nil {
		before()
	}
	handBack()
	errs := make([]error, len(units))
	for i, a := range answers {
		errs[i] = <-a
	}
	return errs
}

func lite(t testing.TB) *DB {
	return openIn(t, Options{DataDir: t.TempDir(), migrations: counterFS(t)})()
}

func add(db *DB, id int64, then func(*Tx) error) func(context.Context) error {
	return func(ctx context.Context) error {
		return db.Write(ctx, viewer, client, func(tx *Tx) error {
			if err := tx.put(addCounter, client, id, id); err != nil {
				return err
			}
			if then != nil {
				return then(tx)
			}
			return nil
		})
	}
}

func stored(t *testing.T, db *DB) (ids []int64) {
	t.Helper()
	err := db.DeskRead(ctx, viewer, func(tx *DeskReadTx) (err error) {
		ids, err = many(tx, both("SELECT id FROM counter ORDER BY id"), value[int64])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func same(a []int64, b ...int64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestUnitsThatWaitShareACommitAndFailAlone(t *testing.T) {
	db := lite(t)
	mine := errors.New("mine")
	for _, failing := range []int64{1, 2, 3} {
		fail := func(id int64) func(*Tx) error {
			if id == failing {
				return func(*Tx) error { return mine }
			}
			return nil
		}
		base := failing * 10
		errs := crowd(t, db, nil, add(db, base+1, fail(1)), add(db, base+2, fail(2)), add(db, base+3, fail(3)))
		for i, err := range errs {
			if (int64(i+1) == failing) != errors.Is(err, mine) {
				t.Errorf("failing %d: unit %d answered %v", failing, i+1, err)
			}
		}
	}
	if got := stored(t, db); !same(got, 12, 13, 21, 23, 31, 32) {
		t.Errorf("stored %v", got)
	}
}

func TestWhoFailsMakesOthersRunTwiceOnceOnly(t *testing.T) {
	db := lite(t)
	mine := errors.New("mine")
	runs := map[int64]int{}
	unit := func(id int64, err error) func(context.Context) error {
		return add(db, id, func(*Tx) error { runs[id]++; return err })
	}
	crowd(t, db, nil, unit(1, nil), unit(2, mine), unit(3, nil))
	crowd(t, db, nil, unit(11, nil), unit(12, mine), unit(13, nil))
	if got := stored(t, db); !same(got, 1, 3, 11, 13) {
		t.Errorf("stored %v", got)
	}
	if runs[1] != 2 || runs[11] != 1 || runs[12] != 1 || runs[13] != 1 {
		t.Errorf("runs %v", runs)
	}
}

func TestWhoFailsBeforeWritingMakesNobodyRunTwice(t *testing.T) {
	db := lite(t)
	mine := errors.New("mine")
	look := &stmt{name: "test", sqlite: "SELECT id FROM counter", reads: true}
	runs := 0
	errs := crowd(t, db, nil,
		add(db, 1, func(*Tx) error { runs++; return nil }),
		func(ctx context.Context) error {
			return db.Write(ctx, viewer, client, func(tx *Tx) error {
				if _, err := many(tx, look, value[int64]); err != nil {
					t.Error(err)
				}
				return mine
			})
		},
		add(db, 3, nil))
	if errs[0] != nil || !errors.Is(errs[1], mine) || errs[2] != nil || runs != 1 || !same(stored(t, db), 1, 3) {
		t.Errorf("%v, %d runs, stored %v", errs, runs, stored(t, db))
	}
}

func TestNobodyIsAnsweredBeforeTheCommit(t *testing.T) {
	db := lite(t)
	started := make(chan struct{})
	errs := crowd(t, db, nil,
		add(db, 1, nil),
		add(db, 2, func(*Tx) error {
			close(started)
			if got := stored2(t, db); len(got) != 0 {
				t.Errorf("on disk before the commit: %v", got)
			}
			return nil
		}))
	<-started
	if errs[0] != nil || errs[1] != nil || !same(stored(t, db), 1, 2) {
		t.Errorf("%v, stored %v", errs, stored(t, db))
	}
}

// stored2 looks from outside the unit of work that it is called in.
func stored2(t *testing.T, db *DB) []int64 {
	got := make(chan []int64)
	go func() { got <- stored(t, db) }()
	return <-got
}

func TestACancelledNeighbourHarmsNobody(t *testing.T) {
	db := lite(t)
	waiting, cancelWaiting := context.WithCancel(ctx)
	running, cancelRunning := context.WithCancel(ctx)
	errs := crowd(t, db, nil,
		add(db, 1, nil),
		func(context.Context) error {
			return add(db, 2, func(*Tx) error { cancelRunning(); cancelWaiting(); return nil })(running)
		},
		func(context.Context) error { return add(db, 3, nil)(waiting) },
		add(db, 4, nil))
	if errs[0] != nil || errs[1] != nil || errs[3] != nil {
		t.Errorf("neighbours answered %v", errs)
	}
	got := stored(t, db)
	if errs[2] == nil { // its turn came in the same moment
		t.Logf("the cancelled unit had started")
	} else if !desk.Is(errs[2], desk.Unavailable) || !same(got, 1, 2, 4) {
		t.Errorf("cancelled: %v, stored %v", errs[2], got)
	}
}

func TestAPanicHarmsNoNeighbour(t *testing.T) {
	db := lite(t)
	errs := crowd(t, db, nil, add(db, 1, nil), add(db, 2, func(*Tx) error { panic("x") }), add(db, 3, nil))
	if errs[0] != nil || !desk.Is(errs[1], desk.Internal) || errs[2] != nil || !same(stored(t, db), 1, 3) {
		t.Errorf("%v, stored %v", errs, stored(t, db))
	}
}

// TestAUnitThatEndsItsGoroutineHarmsNobodyWhoWaits: it takes with it the one who runs the units of all, at most.
func TestAUnitThatEndsItsGoroutineHarmsNobodyWhoWaits(t *testing.T) {
	db := lite(t)
	errs := crowd(t, db, nil, add(db, 1, nil), add(db, 2, func(*Tx) error { exitGoroutine(); return nil }), add(db, 3, nil))
	if errs[0] != errGone || errs[1] != errGone || errs[2] != nil || !same(stored(t, db), 3) {
		t.Errorf("%v, stored %v", errs, stored(t, db))
	}
}

func TestWhenTheTransactionVanishesEveryUnitRunsAgainAlone(t *testing.T) {
	db := lite(t)
	runs := map[int64]int{}
	count := func(id int64) func(*Tx) error { return func(*Tx) error { runs[id]++; return nil } }
	vanish := func(tx *Tx) error {
		runs[2]++
		if runs[2] == 1 { // as SQLite does by itself when the disk is full
			_, _ = tx.exec(both("ROLLBACK"))
			return errors.New("disk full")
		}
		return nil
	}
	errs := crowd(t, db, nil, add(db, 1, count(1)), add(db, 2, vanish), add(db, 3, count(3)))
	for i, err := range errs {
		if err != nil {
			t.Errorf("unit %d: %v", i+1, err)
		}
	}
	if got := stored(t, db); !same(got, 1, 2, 3) || runs[1] != 2 || runs[2] != 2 {
		t.Errorf("stored %v, runs %v", got, runs)
	}
}

func TestADiskFullIsUnavailable(t *testing.T) {
	db := lite(t)
	mustWrite(t, db, func(tx *Tx) error { _, err := tx.exec(both("PRAGMA max_page_count = 1")); return err })
	err := db.Write(ctx, viewer, client, func(tx *Tx) error {
		for i := range int64(50) {
			if err := tx.put(addLine, client, i, strings.Repeat("x", 4000)+string(rune('a'+i))); err != nil {
				return err
			}
		}
		return nil
	})
	var e *desk.Error
	if !errors.As(err, &e) || e.Code != "disk_full" || e.Kind != desk.Unavailable {
		t.Errorf("got %v", err)
	}
	mustWrite(t, db, func(tx *Tx) error { _, err := tx.exec(both("PRAGMA max_page_count = 1000000")); return err })
	mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 1) })
}

func TestASecondKeptOnTheSameFolderIsRefused(t *testing.T) {
	db := lite(t)
	_, err := Open(ctx, Options{DataDir: db.opts.DataDir, migrations: db.opts.migrations, Log: quiet})
	if !desk.Is(err, desk.Unavailable) || !strings.Contains(err.Error(), "Another Kept is already running on this folder (pid ") {
		t.Errorf("got %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(ctx, Options{DataDir: db.opts.DataDir, migrations: db.opts.migrations, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestSQLiteIsDurable(t *testing.T) {
	db := lite(t)
	e := db.engine.(*liteEngine)
	if err := checkLite(e.w.s.direct.pragma); err != nil {
		t.Error(err)
	}
	for _, s := range e.idle.all {
		var only int
		if err := s.conn.QueryRowContext(ctx, "PRAGMA query_only").Scan(&only); err != nil || only != 1 {
			t.Errorf("a reader may write: %d, %v", only, err)
		}
	}
}

func TestStatementsStayPrepared(t *testing.T) {
	db := lite(t)
	for i := range int64(5) {
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, i, i) })
	}
	s := db.engine.(*liteEngine).w.s
	p := s.direct.all[addCounter]
	mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 9, 9) })
	if p == nil || s.direct.all[addCounter] != p {
		t.Error("the statement was prepared again")
	}
}

// TestWhoBreaksALawHarmsNoNeighbour: the laws are asked once for all units that share a commit, and only the one at
// fault is refused.
func TestWhoBreaksALawHarmsNoNeighbour(t *testing.T) {
	defer func(was func(*unit, []touchedTicket) error) { beforeCommit = was }(beforeCommit)
	most := 0
	beforeCommit = func(_ *unit, ts []touchedTicket) error {
		most = max(most, len(ts))
		if slices.Contains(ts, touchedTicket{client, 2}) {
			return desk.Errorf(desk.Internal, "law1", "A ticket would be left without a promise.")
		}
		return nil
	}
	each(t, func(t *testing.T, open opener) {
		db := open()
		w := func() *writer {
			if e, ok := db.engine.(*liteEngine); ok {
				return e.w
			}
			return lineOf(db)
		}()
		touching := func(id int64) func(context.Context) error {
			return add(db, id, func(tx *Tx) error { tx.touch(desk.TicketID(id)); return nil })
		}
		most = 0
		for i, err := range crowdOf(t, w, nil, touching(1), touching(2), touching(3)) {
			if desk.Is(err, desk.Internal) != (i == 1) {
				t.Errorf("unit %d: %v", i+1, err)
			}
		}
		if got := stored(t, db); !same(got, 1, 3) {
			t.Errorf("stored %v", got)
		}
		if most != 3 {
			t.Errorf("%d tickets were asked about at once, not 3", most)
		}
	})
}
