package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

func TestNoIncrementIsLost(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 0) })
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					err := db.Write(ctx, viewer, client, func(tx *Tx) error {
						n, err := one(tx, counter, value[int64], client, 1)
						if err != nil {
							return err
						}
						return must(tx.exec(setCounter, client, 1, n+1))
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if n := readN(t, db, 1); n != 400 {
			t.Errorf("got %d of 400 increments", n)
		}
	})
}

func TestOtherClientsAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		ran := false
		err := db.Write(ctx, viewer, 8, func(*Tx) error { ran = true; return nil })
		if !desk.Is(err, desk.NotFound) || ran {
			t.Errorf("write: %v, ran %v", err, ran)
		}
		err = db.Read(ctx, viewer, 8, func(*ReadTx) error { ran = true; return nil })
		if !desk.Is(err, desk.NotFound) || ran {
			t.Errorf("read: %v, ran %v", err, ran)
		}
	})
}

func TestErrorStoresNothing(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		mine := errors.New("mine")
		err := db.Write(ctx, viewer, client, func(tx *Tx) error {
			if err := tx.put(addCounter, client, 1, 5); err != nil {
				return err
			}
			return mine
		})
		if !errors.Is(err, mine) {
			t.Errorf("got %v", err)
		}
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 6) })
		if n := readN(t, db, 1); n != 6 {
			t.Errorf("got %d", n)
		}
	})
}

func TestEngineErrorLosesTheUnit(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addLine, client, 1, "a") })
		err := db.Write(ctx, viewer, client, func(tx *Tx) error {
			if err := tx.put(addLine, client, 2, "b"); err != nil {
				return err
			}
			_, _ = tx.exec(addLine, client, 3, "a") // taken; the unit goes on as if nothing were
			return nil
		})
		if !desk.Is(err, desk.Conflict) {
			t.Errorf("got %v", err)
		}
		err = db.Write(ctx, viewer, client, func(tx *Tx) error { return tx.put(addLine, client, 4, "a") })
		if !desk.Is(err, desk.Conflict) {
			t.Errorf("put: %v", err)
		}
		err = db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			all, err := many(tx, lines, value[string], client)
			if strings.Join(all, " ") != "a" {
				t.Errorf("stored %q", all)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestPanicIsContained(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		err := db.Write(ctx, viewer, client, func(tx *Tx) error {
			_ = tx.put(addCounter, client, 1, 5)
			panic("Maria Santos 555-0100")
		})
		if !desk.Is(err, desk.Internal) {
			t.Errorf("got %v", err)
		}
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 6) })
	})
}

func TestAGoroutineThatEndsInsideKeepsNobodyWaiting(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_ = db.Write(ctx, viewer, client, func(tx *Tx) error {
				_ = tx.put(addCounter, client, 1, 5)
				exitGoroutine()
				return nil
			})
		}()
		<-gone
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 6) })
		if n := readN(t, db, 1); n != 6 {
			t.Errorf("got %d", n)
		}
	})
}

func TestNoUnitInsideAnother(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		inner := map[string]func() error{
			"write": func() error { return db.Write(ctx, viewer, client, func(*Tx) error { return nil }) },
			"read":  func() error { return db.Read(ctx, viewer, client, func(*ReadTx) error { return nil }) },
			"desk":  func() error { return db.Desk(ctx, viewer, func(*DeskTx) error { return nil }) },
			"system": func() error {
				return db.System(ctx, "test", func(*SystemTx) error { return nil })
			},
		}
		for name, try := range inner {
			var err error
			mustWrite(t, db, func(*Tx) error { err = try(); return nil })
			var e *desk.Error
			if !errors.As(err, &e) || e.Code != "nested" {
				t.Errorf("%s inside write: %v", name, err)
			}
			_ = db.DeskRead(ctx, viewer, func(*DeskReadTx) error { err = try(); return nil })
			if !errors.As(err, &e) || e.Code != "nested" {
				t.Errorf("%s inside read: %v", name, err)
			}
			if err := try(); err != nil {
				t.Errorf("%s alone: %v", name, err)
			}
		}
	})
}

func TestReadsCannotWriteAndAreSnapshots(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 5) })
		err := db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			a, _ := one(tx, counter, value[int64], client, 1)
			done := make(chan error)
			go func() {
				done <- db.Write(ctx, viewer, client, func(tx *Tx) error { return must(tx.exec(setCounter, client, 1, 6)) })
			}()
			if err := <-done; err != nil {
				return err
			}
			b, err := one(tx, counter, value[int64], client, 1)
			if a != 5 || b != 5 {
				t.Errorf("read %d, then %d", a, b)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		err = db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			_, err := tx.forClient(client).exec(setCounter, client, 1, 9)
			return err
		})
		if err == nil {
			t.Error("a read wrote")
		}
		if n := readN(t, db, 1); n != 6 {
			t.Errorf("got %d", n)
		}
	})
}

func TestOneInstantPerTransaction(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		now := noon
		db := open(Options{Clock: func() time.Time { now = now.Add(time.Hour); return now }})
		mustWrite(t, db, func(tx *Tx) error {
			a, b := tx.Now(), tx.Now()
			if !a.Equal(b) || a.Nanosecond()%1000 != 0 || a.Location() != time.UTC {
				t.Errorf("%v and %v", a, b)
			}
			return nil
		})
	})
}

func TestSeenPersonsAreOnRecordWhenReadReturns(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open(Options{Clock: func() time.Time { return noon }})
		err := db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			tx.saw("requester", 4, 9, 4)
			tx.saw("message", 12)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.Reads(ctx, client, noon, noon.Add(time.Second), Read{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		want := Read{At: noon.Truncate(time.Microsecond), Who: desk.WhoStaff, Viewer: 3, Name: "Ana", Route: "GET /t/{id}", Client: client, IDs: "requester 4 9; message 12"}
		if len(got) != 1 || got[0].ID == 0 {
			t.Fatalf("got %+v", got)
		}
		want.ID = got[0].ID
		if got[0] != want {
			t.Errorf("got %+v, want %+v", got[0], want)
		}
		more, err := db.Reads(ctx, client, noon, noon.Add(time.Second), got[0], 10)
		if err != nil || len(more) != 0 {
			t.Errorf("behind the last row: %+v, %v", more, err)
		}
	})
}

// What a unit of work that writes has seen is on record too, and other clients' rows stay theirs.
func TestReadsOfWritersAreOnRecord(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open(Options{Clock: func() time.Time { return noon }})
		mustWrite(t, db, func(tx *Tx) error { tx.saw("requester", 7); return nil })
		got, err := db.Reads(ctx, client, noon, noon.Add(time.Second), Read{}, 10)
		if err != nil || len(got) != 1 || got[0].IDs != "requester 7" {
			t.Errorf("got %+v, %v", got, err)
		}
		other, err := db.Reads(ctx, client+1, noon, noon.Add(time.Second), Read{}, 10)
		if err != nil || len(other) != 0 {
			t.Errorf("another client's: %+v, %v", other, err)
		}
	})
}

func TestLawsAreCheckedBeforeCommit(t *testing.T) {
	defer func(was func(*unit, []touchedTicket) error) { beforeCommit = was }(beforeCommit)
	beforeCommit = func(_ *unit, ts []touchedTicket) error {
		if !slices.Equal(ts, []touchedTicket{{client, 5}, {client, 6}}) {
			t.Errorf("checked %v", ts)
		}
		return desk.Errorf(desk.Internal, "law1", "A ticket would be left without a promise.")
	}
	each(t, func(t *testing.T, open opener) {
		db := open()
		err := db.System(ctx, "test", func(tx *SystemTx) error {
			c := tx.ForClient(client)
			c.touch(5)
			c.touch(6)
			c.touch(5)
			return c.put(addCounter, client, 1, 5)
		})
		var e *desk.Error
		if !errors.As(err, &e) || e.Code != "law1" {
			t.Errorf("got %v", err)
		}
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 6) })
	})
}

func TestWakeUpsComeAfterTheCommit(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		var n int64
		mustWrite(t, db, func(tx *Tx) error {
			tx.After(func() { n = readN(t, db, 1) })
			return tx.put(addCounter, client, 1, 5)
		})
		if n != 5 {
			t.Errorf("the wake-up saw %d", n)
		}
		_ = db.Write(ctx, viewer, client, func(tx *Tx) error {
			tx.After(func() { t.Error("woken without a commit") })
			return errors.New("no")
		})
	})
}

func TestClosedIsUnavailable(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		if err := db.Ping(ctx); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"write": db.Write(ctx, viewer, client, func(*Tx) error { return nil }),
			"read":  db.Read(ctx, viewer, client, func(*ReadTx) error { return nil }),
			"ping":  db.Ping(ctx),
		} {
			if !desk.Is(err, desk.Unavailable) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestIDs(t *testing.T) {
	a, b := ids{}, ids{node: func() int64 { return 31 }}
	now := noon
	seen := map[int64]bool{}
	var last int64
	for i := range 10_000 {
		id := a.next(client, now)
		if id <= last || id >= 1<<53 || seen[id] {
			t.Fatalf("id %d after %d", id, last)
		}
		seen[id], last = true, id
		if other := b.next(client, now); seen[other] {
			t.Fatalf("two nodes drew %d", other)
		} else {
			seen[other] = true
		}
		if i%100 == 0 {
			now = now.Add(-time.Second) // clocks do go back
		}
	}
	if id := a.next(client, noon.Add(time.Hour)); id <= last {
		t.Error("ids do not follow the clock")
	}
}

func TestTwoNodesShareAPostgres(t *testing.T) {
	files := counterFS(t)
	open := openIn(t, Options{DatabaseURL: server.Database(t), migrations: files})
	a, b := open(), open()
	if a.engine.(*pgEngine).node == b.engine.(*pgEngine).node {
		t.Error("two nodes have one number")
	}
}

func TestPostgresThatForgetsIsRefused(t *testing.T) {
	url := server.Database(t)
	_, err := Open(ctx, Options{DatabaseURL: url + "&options=-csynchronous_commit%3Doff", Log: quiet})
	if !desk.Is(err, desk.Unavailable) || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("got %v", err)
	}
	db := openIn(t, Options{DatabaseURL: url, migrations: counterFS(t)})()
	err = db.System(ctx, "test", func(tx *SystemTx) error {
		for setting, want := range map[string]string{"transaction_isolation": "read committed", "synchronous_commit": "on", "fsync": "on",
			"lock_timeout": "10s", "statement_timeout": "15s", "kept.clients": "*"} {
			got, err := one(tx, both("SELECT current_setting($1)"), value[string], setting)
			if err != nil {
				return err
			}
			if got != want {
				t.Errorf("%s is %s, not %s", setting, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMigrationsForOneEngine(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		err := db.DeskRead(ctx, viewer, func(tx *DeskReadTx) error {
			got, err := one(tx, both("SELECT engine FROM own"), value[string])
			if got != db.Engine() {
				t.Errorf("migrated for %q", got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestDeadlineOfAReadIsUnavailable(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		ctx, cancel := context.WithCancel(ctx)
		err := db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			cancel()
			_, err := many(tx, lines, value[string], client)
			return err
		})
		if !desk.Is(err, desk.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}
