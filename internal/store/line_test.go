package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

var (
	both7and8 = desk.Viewer{Who: desk.WhoStaff, Staff: 3, Role: desk.Analyst, Name: "Ana", Clients: []desk.ClientID{7, 8}, Route: "GET /"}
	counted   = both(`SELECT CAST(SUM(n) AS BIGINT) FROM counter WHERE id = $1`)
)

// nodes opens a PostgreSQL as several nodes.
func nodes(t *testing.T, n int) []*DB {
	t.Helper()
	open := openIn(t, Options{DatabaseURL: server.Database(t), migrations: counterFS(t)})
	all := make([]*DB, n)
	for i := range all {
		all[i] = open()
	}
	return all
}

// plus reads a counter and then writes one more.
func plus(tx *Tx, id int64) error {
	n, err := one(tx, counter, value[int64], tx.client, id)
	if err != nil {
		return err
	}
	return must(tx.exec(setCounter, tx.client, id, n+1))
}

// TestNothingIsLostBetweenNodes reads and then writes from many goroutines on three nodes: units of one
// client and of another, and units over both that move a count from the one to the other. Some change
// their mind, some panic. Every unit is answered at its first try.
func TestNothingIsLostBetweenNodes(t *testing.T) {
	dbs := nodes(t, 3)
	for c := desk.ClientID(7); c <= 8; c++ {
		if err := dbs[0].Write(ctx, both7and8, c, func(tx *Tx) error { return tx.put(addCounter, c, 1, 0) }); err != nil {
			t.Fatal(err)
		}
	}
	const workers, each = 24, 40
	no := errors.New("another mind")
	var wg sync.WaitGroup
	var mu sync.Mutex
	want := 0
	for w := range workers {
		wg.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(w), 1))
			db, mine := dbs[w%len(dbs)], 0
			for range each {
				c := desk.ClientID(7 + dice.IntN(2))
				var err error
				switch dice.IntN(8) {
				case 0:
					err = db.Desk(ctx, both7and8, func(tx *DeskTx) error {
						a, b := tx.forClient(7), tx.forClient(8)
						n, err := one(a, counter, value[int64], 7, 1)
						if err != nil {
							return err
						}
						m, err := one(b, counter, value[int64], 8, 1)
						if err != nil {
							return err
						}
						return errors.Join(a.put(setCounter, 7, 1, n-1), b.put(setCounter, 8, 1, m+1))
					})
				case 1:
					err = db.Write(ctx, both7and8, c, func(tx *Tx) error { return errors.Join(plus(tx, 1), no) })
					if errors.Is(err, no) {
						err = nil
					}
				case 2:
					err = db.Write(ctx, both7and8, c, func(tx *Tx) error { _ = plus(tx, 1); panic("another mind") })
					if desk.Is(err, desk.Internal) {
						err = nil
					}
				default:
					mine++
					err = db.Write(ctx, both7and8, c, func(tx *Tx) error { return plus(tx, 1) })
				}
				if err != nil {
					t.Errorf("worker %d: %v", w, err)
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			want += mine
		})
	}
	wg.Wait()
	err := dbs[0].DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
		n, err := one(tx, counted, value[int64], 1)
		if n != int64(want) {
			t.Errorf("counted %d of %d", n, want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func lineOf(db *DB) *writer { return db.engine.(*pgEngine).line(client) }

func TestAUnitThatFailsHarmsNoNeighbourOnPostgres(t *testing.T) {
	db := nodes(t, 1)[0]
	mustWrite(t, db, func(tx *Tx) error { return tx.put(addLine, client, 1, "a") })
	no := errors.New("no")
	again := 0
	errs := crowdOf(t, lineOf(db), nil,
		add(db, 1, nil),
		add(db, 2, func(tx *Tx) error { return no }), // nothing was sent yet
		add(db, 3, func(tx *Tx) error {
			_, err := one(tx, counter, value[int64], client, 3)
			return errors.Join(err, no)
		}),
		add(db, 4, nil),
		add(db, 5, func(tx *Tx) error { return tx.put(addLine, client, 2, "a") }), // found out when it is sent
		add(db, 6, func(tx *Tx) error { again++; return nil }),
	)
	for i, err := range errs {
		want := map[int]bool{1: true, 2: true, 4: true}[i]
		if (err != nil) != want || i == 4 && !desk.Is(err, desk.Conflict) {
			t.Errorf("unit %d: %v", i+1, err)
		}
	}
	for id := range int64(6) {
		_ = db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			_, ok, err := maybe(tx, counter, value[int64], client, id+1)
			if ok != (errs[id] == nil) || err != nil {
				t.Errorf("unit %d: stored %v, %v", id+1, ok, err)
			}
			return nil
		})
	}
	if again == 0 {
		t.Error("the last unit never ran")
	}
}

func TestALostConnectionLosesNoUnit(t *testing.T) {
	db := nodes(t, 1)[0]
	cut := false
	errs := crowdOf(t, lineOf(db), nil,
		add(db, 1, nil),
		add(db, 2, func(tx *Tx) error {
			if cut {
				return nil
			}
			cut = true
			_, err := one(tx, both(`SELECT pg_terminate_backend(pg_backend_pid())`), value[bool])
			return err
		}),
		add(db, 3, nil))
	for i, err := range errs {
		if err != nil {
			t.Errorf("unit %d: %v", i+1, err)
		}
		if n := readN(t, db, int64(i+1)); n != int64(i+1) {
			t.Errorf("unit %d stored %d", i+1, n)
		}
	}
}

// TestASeatThatAnotherClientTakesIsTakenAtOnce: nobody waits for a unit of another client, which may be
// waiting for a seat as well.
func TestASeatThatAnotherClientTakesIsTakenAtOnce(t *testing.T) {
	db := openIn(t, Options{DatabaseURL: server.Database(t)})()
	err := db.System(ctx, "test", func(tx *SystemTx) error {
		if err := tx.AddStaff(desk.Staff{ID: 3, Name: "Ana", Login: "ana@example.com"}); err != nil {
			return err
		}
		return tx.AddShift(coverage.Shift{ID: 5, Person: 3, Start: noon, End: noon.Add(8 * time.Hour), Seats: 2})
	})
	if err != nil {
		t.Fatal(err)
	}
	seat := func(n int) coverage.Seat { return coverage.Seat{Person: 3, Slot: noon, Seat: n} }
	book := func(c desk.ClientID, n int, then func(*Tx) error) error {
		return db.Write(ctx, both7and8, c, func(tx *Tx) error {
			if err := tx.Book(seat(n), desk.PromiseID(n+1)); err != nil || then == nil {
				return err
			}
			return then(tx)
		})
	}
	// beside runs a unit of the other client from another goroutine, while this one is open.
	beside := func(fn func() error) error {
		answer := make(chan error)
		go func() { answer <- fn() }()
		return <-answer
	}
	no := errors.New("no")
	err = book(7, 0, func(*Tx) error {
		if err := beside(func() error { return book(8, 0, nil) }); !desk.Is(err, desk.Conflict) {
			t.Errorf("while it is being taken: %v", err)
		}
		quarter := seat(0)
		for _, at := range []time.Duration{-15 * time.Minute, 15 * time.Minute} { // nobody has committed anything yet
			quarter.Slot = noon.Add(at)
			if err := beside(func() error { return db.Write(ctx, both7and8, 8, func(tx *Tx) error { return tx.Book(quarter, 9) }) }); !desk.Is(err, desk.Conflict) {
				t.Errorf("a window that overlaps by %s while it is being taken: %v", at, err)
			}
		}
		return no
	})
	if !errors.Is(err, no) {
		t.Error(err)
	}
	if err := book(8, 0, nil); err != nil {
		t.Errorf("after the first gave up: %v", err)
	}
	err = db.Write(ctx, both7and8, 8, func(tx *Tx) error {
		if err := tx.Unbook(1); err != nil {
			return err
		}
		if _, has, err := tx.BookedBy(1); has || err != nil {
			t.Errorf("freed: %v, %v", has, err)
		}
		if err := beside(func() error { return book(7, 0, nil) }); !desk.Is(err, desk.Conflict) {
			t.Errorf("while it is being freed: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := book(7, 0, nil); err != nil {
		t.Errorf("after it was freed: %v", err)
	}
}

// TestAClaimWaitsForNobody: due rows are claimed beside a unit of work over the whole desk.
func TestAClaimWaitsForNobody(t *testing.T) {
	db := nodes(t, 1)[0]
	err := db.System(ctx, "test", func(*SystemTx) error {
		claimed := make(chan error)
		go func() {
			claimed <- db.Claim(context.Background(), "test", func(tx *SystemTx) error {
				_, err := many(tx, lines, value[string], client)
				return err
			})
		}()
		return <-claimed
	})
	if err != nil {
		t.Error(err)
	}
}

var alertsAnyhow = both("SELECT COUNT(*) FROM alert")

// TestRowsOfOneCommitTravelTogether: rows of two clients who share a line wait for the commit, or for a statement that
// asks for them; that sees those of its own client only.
func TestRowsOfOneCommitTravelTogether(t *testing.T) {
	db := openIn(t, Options{DatabaseURL: server.Database(t)})()
	system := desk.System("test")
	raise := func(c desk.ClientID, id int64, sees int64) func(context.Context) error {
		return func(ctx context.Context) error {
			return db.Write(ctx, system, c, func(tx *Tx) error {
				if err := tx.AddAlert(desk.Alert{ID: id, Ticket: 1, Kind: desk.AlertRedFlag, RaisedAt: tx.Now()}); err != nil || sees == 0 {
					return err
				}
				if n := len(tx.u.s.gathered); n != 1 {
					t.Errorf("alert %d: %d statements wait", id, n)
				}
				n, err := one(tx, alertsAnyhow, value[int64])
				if n != sees {
					t.Errorf("client %d sees %d alerts, not %d", c, n, sees)
				}
				return err
			})
		}
	}
	other := client + pgLines
	if db.engine.(*pgEngine).line(other) != lineOf(db) {
		t.Fatal("the two clients have no line in common")
	}
	for i, err := range crowdOf(t, lineOf(db), nil, raise(client, 1, 0), raise(other, 2, 0), raise(client, 3, 2), raise(other, 4, 2), raise(client, 5, 0)) {
		if err != nil {
			t.Errorf("unit %d: %v", i+1, err)
		}
	}
	for c, want := range map[desk.ClientID]int64{client: 3, other: 2} {
		err := db.Read(ctx, system, c, func(tx *ReadTx) error {
			n, err := one(tx, alertsAnyhow, value[int64])
			if n != want {
				t.Errorf("client %d has %d alerts, not %d", c, n, want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestWhatRefersToGatheredRows: no row refers to one that still waits.
func TestWhatRefersToGatheredRows(t *testing.T) {
	db := openIn(t, Options{DatabaseURL: server.Database(t)})()
	refers := both(`SELECT CAST(CAST(CAST(conrelid AS regclass) AS text) || ' ' || CAST(CAST(confrelid AS regclass) AS text) AS text)
		FROM pg_constraint WHERE contype = 'f'`)
	keys := map[string]bool{}
	for _, s := range statements {
		if s.rows[1] != "" {
			if len(s.tables) == 0 {
				t.Fatalf("%s: no statement knows its table", s.name)
			}
			keys[s.tables[0]] = true
		}
	}
	err := db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
		all, err := many(tx, refers, value[string])
		for _, pair := range all {
			from, to, _ := strings.Cut(pair, " ")
			if keys[to] && (referring[from] != to || !referred[from]) {
				t.Errorf("%s refers to %s, whose rows wait", from, to)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
