package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kept/internal/desk"
)

// TestSoloUndoesWhatFails: ten thousand units share a commit, and each of them is all or nothing.
func TestSoloUndoesWhatFails(t *testing.T) {
	open := openIn(t, Options{DataDir: t.TempDir(), Forgetful: true, migrations: counterFS(t)})
	db := open()
	add := func(id, n int) error {
		return db.Write(ctx, desk.System("test"), 1, func(tx *Tx) error {
			if err := tx.put(addCounter, tx.client, id, n); err != nil {
				return err
			}
			if n < 0 {
				return errors.New("no")
			}
			return nil
		})
	}
	for id := range soloShare + 10 {
		if err := add(id, id); err != nil {
			t.Fatal(err)
		}
		if err := add(-id-1, -1); err == nil || err.Error() == "" {
			t.Fatalf("unit %d: %v", -id, err)
		}
		if err := add(id, 0); !desk.Is(err, desk.Conflict) {
			t.Fatalf("the same row twice: %v", err)
		}
		if _, own := add(id, 0).(*desk.Error); !own {
			t.Fatal("an error of ours is hidden in another")
		}
	}
	got := 0
	err := db.Read(ctx, desk.System("test"), 1, func(tx *ReadTx) error {
		for id := -soloShare; id < soloShare+10; id++ {
			n, ok, err := maybe(tx, counter, value[int], tx.client, id)
			if err != nil {
				return err
			}
			if ok != (id >= 0) || n != max(id, 0) {
				t.Errorf("row %d is there: %t, and says %d", id, ok, n)
			}
			got++
		}
		return nil
	})
	if err != nil || got == 0 {
		t.Fatal(got, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := add(5000, 1); !desk.Is(err, desk.Unavailable) {
		t.Errorf("a closed database: %v", err)
	}
}

// TestBareValues: what is stored comes back, of every kind, and what does not fit is said.
func TestBareValues(t *testing.T) {
	db := openIn(t, Options{DataDir: t.TempDir(), Forgetful: true})()
	type name string
	type number int32
	echo := &stmt{name: "test", sqlite: "SELECT +$3, +$1, +$2, +$4, +$5, +$6, +$7", reads: true}
	err := db.engine.read(ctx, scope{}, func(ctx context.Context, s *session) error {
		rows, err := s.query(ctx, echo, name("Größe"), "", number(-7), 2.5, []byte{0, 1}, nil, true)
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			return errors.New("no row")
		}
		var n number
		var long name
		var empty string
		var f float64
		var b []byte
		var none desk.PromiseID = 3
		var yes bool
		if err := rows.Scan(&n, &long, &empty, &f, &b, orZero(&none), &yes); err != nil {
			return err
		}
		if n != -7 || long != "Größe" || empty != "" || f != 2.5 || string(b) != "\x00\x01" || none != 0 || !yes {
			t.Errorf("%v %q %q %v %v %v %v", n, long, empty, f, b, none, yes)
		}
		if err := rows.Scan(&n); err == nil {
			t.Error("seven columns were read into one value")
		}
		if err := rows.Scan(&long, &n, &empty, &f, &b, &none, &yes); err == nil {
			t.Error("a text was read into a number, or NULL into an id")
		}
		if rows.Next() || rows.Err() != nil {
			t.Errorf("more than one row: %v", rows.Err())
		}
		_, err = s.query(ctx, echo, 1)
		if err == nil {
			t.Error("a parameter without a value")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hasChanged(tx *Tx, table string) bool {
	rows, all := tx.Changed(table)
	return all || len(rows) > 0
}

// TestWhatAUnitHasChanged: of a desk that is thrown away a unit knows which rows it has changed, or at least of which tables, and
// no statement that found none counts. Elsewhere nothing is known, which is to be on the safe side.
func TestWhatAUnitHasChanged(t *testing.T) {
	for _, solo := range []bool{true, false} {
		db := openIn(t, Options{DataDir: t.TempDir(), Forgetful: solo, migrations: counterFS(t)})()
		unit := func(fn func(*Tx) error) {
			t.Helper()
			if err := db.Write(ctx, desk.System("test"), 1, fn); err != nil {
				t.Fatal(err)
			}
		}
		unit(func(tx *Tx) error {
			if hasChanged(tx, "counter") == solo {
				t.Errorf("solo %t: before anything", solo)
			}
			err := tx.put(addCounter, tx.client, 1, 1)
			if !hasChanged(tx, "counter") || hasChanged(tx, "promise") == solo {
				t.Errorf("solo %t: a counter was added, and nothing else", solo)
			}
			return err
		})
		unit(func(tx *Tx) error {
			n, err := tx.exec(setCounter, tx.client, 2, 5)
			if n != 0 || hasChanged(tx, "counter") == solo {
				t.Errorf("solo %t: %d counters were there to be set, and the unit before is over", solo, n)
			}
			return err
		})
		unit(func(tx *Tx) error {
			n, err := tx.exec(setCounter, tx.client, 1, 5)
			if n != 1 || !hasChanged(tx, "counter") {
				t.Errorf("solo %t: %d counters were set", solo, n)
			}
			if ids, all := tx.Changed("counter"); all == solo || solo && !slices.Equal(ids, []int64{1}) {
				t.Errorf("solo %t: counters %v were set, all %t", solo, ids, all)
			}
			return err
		})
	}
}

// TestTextsStayBound: a parameter has what it was given last, also where it had the same text before, or another statement of the
// same text has been asked between.
func TestTextsStayBound(t *testing.T) {
	db := openIn(t, Options{DataDir: t.TempDir(), Forgetful: true})()
	one, other := &stmt{name: "one", sqlite: "SELECT +$1", reads: true}, &stmt{name: "other", sqlite: "SELECT +$1", reads: true}
	long := strings.Repeat("long ", 20)
	err := db.engine.read(ctx, scope{}, func(ctx context.Context, s *session) error {
		for i, want := range []any{"a", "a", nil, "a", int64(1), "a", "b", "a", long, long, "a", []byte("x"), "a", ""} {
			for _, st := range []*stmt{one, other, one} {
				rows, err := s.query(ctx, st, want)
				if err != nil {
					return err
				}
				var got any
				if !rows.Next() || rows.Scan(&got) != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%d, %s: %#v, not %#v", i, st.name, got, want)
				}
				if err := rows.Close(); err != nil {
					return err
				}
				if st == other {
					continue
				}
				if rows, err = s.query(ctx, other, "between"); err != nil {
					return err
				}
				if err := rows.Close(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
