package store

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

var (
	counterRow  = sql("SELECT value FROM setting WHERE key = 'n' ORDER BY value")
	counterRows = both("SELECT value FROM setting WHERE key LIKE 'n%' ORDER BY key")
	settingPut  = both("INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
)

// recalled is recallRows of a question that is called key.
func recalled[T any](tx *DeskReadTx, key string, ask func() ([]T, error)) ([]T, error) {
	return recallRows(tx, &door{all: &stmt{name: key}}, nil, ask)
}

// Whoever asks after a commit sees it, however many ask at once and whatever was remembered.
func TestNothingOldIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		writes, reads := open(), []*DB{}
		reads = append(reads, writes)
		if writes.Engine() == "postgres" {
			reads = append(reads, open()) // another node
		}
		var last atomic.Int64 // what is committed for certain
		ask := func(db *DB, key string) (n int64) {
			err := db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
				list, err := recalled(tx, key, func() ([]int64, error) {
					texts, err := many(tx, counterRow, value[string])
					var all []int64
					for _, text := range texts {
						var n int64
						if _, err := fmt.Sscan(text, &n); err != nil {
							return nil, err
						}
						all = append(all, n)
					}
					return all, err
				})
				if len(list) == 1 {
					n = list[0]
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return n
		}
		var wg sync.WaitGroup
		for reader := range 4 {
			wg.Go(func() {
				for last.Load() < 200 {
					before := last.Load()
					if got := ask(reads[reader%len(reads)], fmt.Sprint("key", reader/2)); got < before {
						t.Errorf("%d was committed, %d was read", before, got)
						return
					}
				}
			})
		}
		for n := int64(1); n <= 200; n++ {
			err := writes.System(ctx, "test", func(tx *SystemTx) error { return tx.SetSetting("n", fmt.Sprint(n)) })
			if err != nil {
				t.Error(err)
			}
			last.Store(n)
		}
		wg.Wait()
	})
}

// An answer is found again until something is written, on whatever node; a unit of work that writes remembers nothing. What
// is put into the read log changes nothing.
func TestAnAnswerIsRememberedUntilSomethingIsWritten(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		other := db
		if db.Engine() == "postgres" {
			other = open()
		}
		asked := 0
		ask := func(want int, when string) {
			t.Helper()
			err := db.DeskRead(ctx, desk.Viewer{Who: desk.WhoToken, Token: 4, Clients: []desk.ClientID{1}}, func(tx *DeskReadTx) error {
				_, err := recalled(tx, "key", func() ([]int, error) { asked++; return nil, nil })
				tx.saw(1, "ticket", 7)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if asked != want {
				t.Errorf("%s: asked %d times, not %d", when, asked, want)
			}
		}
		write := func(db *DB, fn func(*SystemTx) error) {
			t.Helper()
			if err := db.System(ctx, "test", fn); err != nil {
				t.Fatal(err)
			}
		}
		write(db, func(tx *SystemTx) error { return tx.SetSetting("a", "a") })
		ask(1, "first")
		ask(1, "again")
		write(db, func(tx *SystemTx) error { return tx.SetSetting("a", "b") })
		ask(2, "after a write")
		ask(2, "again")
		write(other, func(tx *SystemTx) error { return tx.SetSetting("a", "c") })
		ask(3, "after a write of another node")
		ask(3, "again")
		if err := other.Claim(ctx, "test", func(tx *SystemTx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		write(other, func(tx *SystemTx) error { _, err := many(tx, counterRow, value[string]); return err })
		if db.Engine() == "postgres" { // SQLite counts commits
			ask(3, "after writes that write nothing")
		}
		asked = 3
		write(db, func(tx *SystemTx) error {
			for range 2 {
				if _, err := recalled(tx.DeskReadTx, "key", func() ([]int, error) { asked++; return nil, nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if asked != 5 {
			t.Errorf("inside a write: asked %d times, not 5", asked)
		}
	})
}

// A snapshot that has remembered something shows the versions as they are all the same: another node may have counted one up.
func TestVersionsAreThoseOfAllNodes(t *testing.T) {
	open := openIn(t, Options{DatabaseURL: server.Database(t)})
	db, other := open(), open()
	look := func() (v Versions) {
		t.Helper()
		err := db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) (err error) {
			if _, err = recalled(tx, "key", func() ([]int, error) { return nil, nil }); err == nil {
				v, err = tx.Versions()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := look()
	for i := range int64(2) {
		if err := other.System(ctx, "test", func(tx *SystemTx) error { return tx.bump(rosterVersion) }); err != nil {
			t.Fatal(err)
		}
		if now := look(); now.Roster != before.Roster+i+1 {
			t.Errorf("version %d of the roster, after %d", now.Roster, before.Roster+i)
		}
	}
}

// A transaction that is under way while others begin and end is seen when it ends, whatever numbers they had; what another
// node has kept is given up then. Numbers that were forgotten are no reason to believe anything.
func TestAChangeIsSeenWhenItEnds(t *testing.T) {
	open := openIn(t, Options{DatabaseURL: server.Database(t)})
	db, other := open(), open()
	set := func(db *DB, n int, free bool, before func()) error {
		write := db.System
		if free {
			write = db.Claim // waits for nobody
		}
		return write(ctx, "test", func(tx *SystemTx) error {
			_, err := tx.exec(settingPut, fmt.Sprint("n", free), fmt.Sprint(n))
			before()
			return err
		})
	}
	rows := func(tx *DeskReadTx) ([]string, error) { return many(tx, counterRows, value[string]) }
	look := func(db *DB) {
		t.Helper()
		err := db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
			kept, err := recalled(tx, "rows", func() ([]string, error) { return rows(tx) })
			if err != nil {
				return err
			}
			now, err := rows(tx)
			if !slices.Equal(kept, now) {
				t.Errorf("remembered %v, there is %v", kept, now)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	nodes := []*DB{db, other}
	n := 0
	write := func(node *DB) {
		t.Helper()
		n++
		if err := set(node, n, false, func() {}); err != nil {
			t.Fatal(err)
		}
	}
	around := func(node *DB, do func()) { // others go on while this one has written and not committed
		t.Helper()
		n++
		done, inside, goOn := make(chan error), make(chan struct{}), make(chan struct{})
		go func() { done <- set(node, n, true, func() { close(inside); <-goOn }) }()
		<-inside
		do()
		close(goOn)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	trim := func() {
		if _, err := db.engine.(*pgEngine).db.ExecContext(ctx, `DELETE FROM changed WHERE xid < (SELECT xid FROM changed ORDER BY xid DESC LIMIT 1)`); err != nil {
			t.Fatal(err)
		}
	}
	// The number that is forgotten is the one that was under way.
	around(db, func() {
		write(db)
		look(other)
	})
	trim()
	look(other)
	rapid.Check(t, func(rt *rapid.T) {
		var step func(deep bool)
		step = func(deep bool) {
			for range rapid.IntRange(1, 3).Draw(rt, "steps") {
				node := nodes[rapid.IntRange(0, 1).Draw(rt, "node")]
				switch rapid.SampledFrom([]string{"look", "look", "write", "around", "trim"}).Draw(rt, "kind") {
				case "look":
					look(node)
				case "trim":
					trim()
				case "around":
					if !deep {
						around(node, func() { step(true) })
						break
					}
					fallthrough
				case "write":
					write(node)
				}
			}
		}
		step(false)
		look(db)
		look(other)
	})
}

// The table does not grow with the age of the desk.
func TestOldNumbersAreForgotten(t *testing.T) {
	db := openIn(t, Options{DatabaseURL: server.Database(t)})()
	e := db.engine.(*pgEngine)
	if _, err := e.db.ExecContext(ctx, `INSERT INTO changed (xid) SELECT CAST(CAST(n AS TEXT) AS xid8) FROM generate_series(4, 2999) n ON CONFLICT DO NOTHING`); err != nil {
		t.Fatal(err)
	}
	if err := e.changes.trim(ctx); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := e.db.QueryRowContext(ctx, `SELECT count(*) FROM changed`).Scan(&n); err != nil || n != 1000 {
		t.Errorf("%d numbers are left, %v", n, err)
	}
}

// What a node believed of who serves which hospital cuts the rows of PostgreSQL: others who serve more, or come later, get theirs.
func TestRowsAreRememberedForThoseWhoSeeTheSame(t *testing.T) {
	check := func(t *testing.T, db *DB) {
		serves := func(staff desk.StaffID, clients ...desk.ClientID) {
			t.Helper()
			err := db.System(ctx, "test", func(tx *SystemTx) error {
				if err := tx.put(both("DELETE FROM staff_client WHERE staff_id = $1"), int64(staff)); err != nil {
					return err
				}
				for _, c := range clients {
					if err := tx.put(both("INSERT INTO staff_client (staff_id, client_id) VALUES ($1, $2)"), int64(staff), int64(c)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		d := &door{all: both("SELECT c.client_id FROM phone_line c WHERE 1 = 1 ORDER BY c.client_id"),
			staff:  both("SELECT c.client_id FROM phone_line c WHERE +c.client_id IN (SELECT sc.client_id FROM staff_client sc WHERE sc.staff_id = $1) ORDER BY c.client_id"),
			client: both("SELECT c.client_id FROM phone_line c WHERE +c.client_id = $1 ORDER BY c.client_id")}
		other := *d
		other.all = both(d.all.postgres)
		other.all.name = "another question"
		look := func(d *door, v desk.Viewer) (rows []int64) {
			t.Helper()
			err := db.DeskRead(ctx, v, func(tx *DeskReadTx) (err error) {
				rows, err = recallAcross(tx, d, value[int64])
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return rows
		}
		err := db.System(ctx, "test", func(tx *SystemTx) error {
			for c := desk.ClientID(1); c <= 2; c++ {
				if err := tx.AddClient(desk.Client{ID: c, Slug: fmt.Sprint("h", c), Zone: "America/Chicago", Host: fmt.Sprint("h", c, ".help")}); err != nil {
					return err
				}
			}
			for _, id := range []desk.StaffID{4, 5} {
				if err := tx.AddStaff(desk.Staff{ID: id, Login: fmt.Sprint("s", id), Role: desk.Analyst, Active: true}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for c := desk.ClientID(1); c <= 2; c++ {
			if err := db.Write(ctx, desk.System("test"), c, func(tx *Tx) error {
				return tx.put(both("INSERT INTO phone_line (client_id, name, waiting, heard_at) VALUES ($1, 'a', 0, 0)"), int64(c))
			}); err != nil {
				t.Fatal(err)
			}
		}
		serves(4, 1, 2)
		serves(5, 1, 2)
		staff := func(id desk.StaffID, clients ...desk.ClientID) desk.Viewer {
			return desk.Viewer{Who: desk.WhoStaff, Staff: id, Clients: clients}
		}
		look(&other, staff(5, 1, 2)) // whom the node knows already
		late := look(d, staff(4, 1)) // was given the second a moment ago, and the node does not know
		for range 2 {
			for who, v := range map[string]desk.Viewer{"who serves both": staff(5, 1, 2), "all": desk.System("test")} {
				if got := look(d, v); !slices.Equal(got, []int64{1, 2}) {
					t.Errorf("%s sees %v, after somebody saw %v", who, got, late)
				}
			}
			if got := look(d, desk.Viewer{Who: desk.WhoToken, Clients: []desk.ClientID{2}}); !slices.Equal(got, []int64{2}) {
				t.Errorf("the token of the second sees %v", got)
			}
		}
		serves(5, 2)
		if got := look(d, staff(5, 2)); !slices.Equal(got, []int64{2}) {
			t.Errorf("who serves the second only sees %v", got)
		}
	}
	t.Run("sqlite", func(t *testing.T) { check(t, openIn(t, Options{DataDir: t.TempDir()})()) })
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) { check(t, openIn(t, Options{DatabaseURL: server.Database(t)})()) })
	}
}

// What was remembered is forgotten when a server has been away, when a history was loaded, and when a node starts; numbers of
// another server, from which the desk was restored, keep nothing from being remembered.
func TestWhatElseIsAChange(t *testing.T) {
	open := openIn(t, Options{DatabaseURL: server.Database(t)})
	db := open()
	asked := 0
	ask := func(db *DB, want int, when string) {
		t.Helper()
		err := db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
			_, err := recalled(tx, "key", func() ([]int, error) { asked++; return nil, nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if asked != want {
			t.Errorf("%s: asked %d times, not %d", when, asked, want)
		}
	}
	err := db.System(ctx, "test", func(tx *SystemTx) error {
		return tx.AddClient(desk.Client{ID: 1, Slug: "mercy", Zone: "America/Chicago", Host: "mercy.help"})
	})
	if err != nil {
		t.Fatal(err)
	}
	ask(db, 1, "at first")
	ask(db, 1, "again")
	if err := db.engine.(*pgEngine).changes.link.pg.Close(ctx); err != nil {
		t.Fatal(err)
	}
	ask(db, 2, "by another connection")
	ask(db, 2, "again")
	other := open()
	ask(db, 3, "after a node has started")
	err = other.Load(ctx, "test", func(part func(func(*SystemTx) error) error) error {
		return part(func(tx *SystemTx) error {
			return tx.ForClient(1).AddRequester(desk.Requester{ID: 5, Name: "Maria Gomez", Kind: desk.Patient, Lang: "en", CreatedAt: tx.Now()})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	ask(db, 4, "after a history was loaded")
	ask(db, 4, "again")
	if _, err := db.engine.(*pgEngine).db.ExecContext(ctx, `INSERT INTO changed (xid) VALUES ('5000000'), ('5000001')`); err != nil {
		t.Fatal(err)
	}
	restored := open()
	asked = 0
	ask(restored, 1, "of a desk that was restored")
	ask(restored, 1, "again")
}
