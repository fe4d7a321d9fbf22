package store

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

func TestPartsAskTogether(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		mustWrite(t, db, func(tx *Tx) error {
			for id := range int64(6) {
				if err := tx.put(addCounter, client, id, 10*id); err != nil {
					return err
				}
			}
			return nil
		})
		var went []string
		var got [6]int64
		err := db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			ask := func(id int64) func() error {
				return func() (err error) {
					went = append(went, "ask")
					got[id], err = one(tx, counter, value[int64], client, id)
					went = append(went, "know")
					return err
				}
			}
			then := func(first, second func() error) func() error {
				return func() error { return errors.Join(first(), second()) }
			}
			if err := tx.Together(then(ask(0), ask(1)), func() error { return tx.Together(ask(2), ask(3)) }, ask(4)); err != nil {
				return err
			}
			return ask(5)() // alone again
		})
		if err != nil || got != [6]int64{0, 10, 20, 30, 40, 50} {
			t.Fatalf("%v, %v", got, err)
		}
		want := strings.Repeat("ask know ", 6)
		if db.Engine() == "postgres" { // four at once, then what the first of them asks next
			want = "ask ask ask ask know ask know know know know ask know "
		}
		if text := strings.Join(went, " ") + " "; text != want {
			t.Errorf("went %s, want %s", text, want)
		}
	})
}

func TestAPartThatFailsEndsTheOthers(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, int64(1), int64(1)) })
		known := func(tx *ReadTx) error {
			_, err := one(tx, counter, value[int64], client, int64(1))
			return err
		}
		nothing := func(tx *ReadTx) error {
			_, err := one(tx, counter, value[int64], client, int64(2))
			return err
		}
		broken := both("SELECT n FROM counter WHERE id = $1 AND nonsense = 1")
		for name, c := range map[string]struct {
			fail func(*ReadTx) error
			want desk.Kind
		}{
			"by what it says": {nothing, desk.NotFound},
			"by a nested part": {func(tx *ReadTx) error {
				return tx.Together(func() error { return known(tx) }, func() error { return nothing(tx) })
			}, desk.NotFound},
			"by a statement":        {func(tx *ReadTx) error { _, err := one(tx, broken, value[int64], int64(1)); return err }, desk.Internal},
			"by a panic":            {func(*ReadTx) error { panic("somewhere") }, desk.Internal},
			"by a unit in a unit":   {func(*ReadTx) error { return db.Read(ctx, viewer, client, known) }, desk.Internal},
			"by a value of no kind": {func(tx *ReadTx) error { _, err := one(tx, counter, value[int64], client, struct{}{}); return err }, desk.Internal},
		} {
			goesOn := false
			err := db.Read(ctx, viewer, client, func(tx *ReadTx) error {
				return tx.Together(
					func() error { return known(tx) },
					func() error { return c.fail(tx) },
					func() error {
						if err := errors.Join(known(tx), known(tx), known(tx)); err != nil {
							return err
						}
						goesOn = true
						return nil
					},
				)
			})
			if desk.KindOf(err) != c.want || goesOn {
				t.Errorf("%s: %v; the others went on: %t", name, err, goesOn)
			}
			if err := db.Read(ctx, viewer, client, known); err != nil {
				t.Errorf("%s, and after it: %v", name, err)
			}
		}
	})
}

// TestPagesOfManyAreOnRecord: records of pages share commits, and each is there when its page is.
func TestPagesOfManyAreOnRecord(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
		db := open(Options{Clock: func() time.Time { return noon }})
		var wg sync.WaitGroup
		for n := range int64(40) {
			wg.Go(func() {
				c := client + desk.ClientID(n%3)
				v := desk.Viewer{Who: desk.WhoStaff, Staff: desk.StaffID(n + 1), Name: "Ana", Clients: []desk.ClientID{c, c + 10}, Route: "GET /desk"}
				err := db.DeskRead(ctx, v, func(tx *DeskReadTx) error {
					tx.saw(c, "ticket", n)
					tx.saw(c+10, "ticket", n)
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range v.Clients {
					all, err := db.Reads(ctx, c, noon, noon.Add(time.Second), Read{}, 100)
					if err != nil || !slices.ContainsFunc(all, func(r Read) bool { return r.Viewer == n+1 }) {
						t.Errorf("who saw ticket %d of client %d is not on record: %v", n, c, err)
					}
				}
			})
		}
		wg.Wait()
	})
}

// TestLinksThatWereLost: a connection that went while nobody had it is found out before it is used.
func TestLinksThatWereLost(t *testing.T) {
	if !server.Wanted() {
		return // SQLite has none
	}
	files := counterFS(t)
	db := openIn(t, Options{DatabaseURL: server.Database(t), migrations: files})()
	mustWrite(t, db, func(tx *Tx) error { return tx.put(addCounter, client, int64(1), int64(4)) })
	ls := db.engine.(*pgEngine).links
	if n := readN(t, db, 1); n != 4 || len(ls.free) == 0 {
		t.Fatal(n, len(ls.free))
	}
	rows, err := ls.db.QueryContext(ctx, `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
		WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	for _, l := range ls.free {
		l.rest = func() time.Duration { return time.Minute }
	}
	if n := readN(t, db, 1); n != 4 {
		t.Error(n)
	}
	if used := len(ls.turns); used != 0 {
		t.Errorf("%d links were never given back", used)
	}
}
