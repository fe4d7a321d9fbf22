package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
	"pgregory.net/rapid"

	"kept/internal/desk"
)

// TestSoloUndoesWhatFails: many units share a commit, and each of them is all or nothing.
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

// TestShortTexts: what was read stays what it was, whatever is read after it, also where many texts share a place and one of
// those that come again is as long as may be; a word that comes again costs no memory, and what names a person is not kept.
func TestShortTexts(t *testing.T) {
	db := openIn(t, Options{DataDir: t.TempDir(), Forgetful: true})()
	echo := &stmt{name: "echo", sqlite: "SELECT +$1", reads: true}
	people := []string{"Dolores Finch", "+13125550170", "d@finch.example"}
	texts := []string{"", "a", "open", "Größe", strings.Repeat("x", shortText), strings.Repeat("x", shortText+1), strings.Repeat("long ", 20), "\x00", "\xff"}
	texts = append(texts, people...)
	for i := range 2 * len(lately{}) {
		texts = append(texts, strconv.Itoa(i))
	}
	err := db.engine.read(ctx, scope{}, func(ctx context.Context, s *session) error {
		u := &unit{db: db, ctx: ctx, s: s}
		var read []string
		for range 2 {
			for _, text := range texts {
				got, err := one(&ReadTx{unit: u}, echo, value[string], text)
				if err != nil {
					return err
				}
				read = append(read, got)
			}
		}
		if want := slices.Concat(texts, texts); !slices.Equal(read, want) {
			t.Errorf("%q is read as %q", want, read)
		}
		for _, text := range s.direct.lately {
			if slices.Contains(people, text) {
				t.Errorf("%q is kept", text)
			}
		}
		var number, bytes string
		if err := u.each(&stmt{name: "mixed", sqlite: "SELECT 7, x'616263'", reads: true}, nil, func(row scanner) error { return row.Scan(&number, &bytes) }); err != nil {
			return err
		}
		if number != "7" || bytes != "abc" {
			t.Errorf("a number and bytes are read as %q and %q", number, bytes)
		}
		rows, err := s.query(ctx, echo, "open")
		if err != nil || !rows.Next() {
			t.Fatalf("no row: %v", err)
		}
		var got string
		dest := []any{&got}
		if n := testing.AllocsPerRun(100, func() { _ = rows.Scan(dest...) }); n != 0 || got != "open" {
			t.Errorf("%q takes %v pieces of memory", got, n)
		}
		return rows.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPlacesAreLent: a row that is read within another of the same kind, or beside one on another connection, is not mixed up
// with it; nothing of a row is in the next, not of one that could not be read either.
func TestPlacesAreLent(t *testing.T) {
	type pair struct {
		name string
		id   desk.PromiseID
		at   time.Time
	}
	scan := placed(func(p *pair) []any { return []any{&p.name, orZero(&p.id), at(&p.at)} })
	outer := &stmt{name: "outer", sqlite: "SELECT 'a', 1, 1000000 UNION ALL SELECT 'b', NULL, NULL", reads: true}
	inner := &stmt{name: "inner", sqlite: "SELECT 'inner', 7, 7000000", reads: true}
	wrong := &stmt{name: "wrong", sqlite: "SELECT 'x', 9, 9000000 UNION ALL SELECT NULL, NULL, NULL", reads: true}
	want := []pair{{"a", 1, instant(1_000_000)}, {name: "b"}}
	look := func(db *DB) error {
		return db.engine.read(ctx, scope{}, func(ctx context.Context, s *session) error {
			tx := &ReadTx{unit: &unit{db: db, ctx: ctx, s: s}}
			for range 200 {
				got, err := many(tx, outer, func(row scanner) (pair, error) {
					p, err := scan(row)
					if within, err := one(tx, inner, scan); err != nil || within != (pair{"inner", 7, instant(7_000_000)}) {
						t.Errorf("within another: %v, %v", within, err)
					}
					if again, err := scan(row); err != nil || again != p {
						t.Errorf("%v, and read again %v, %v", p, again, err)
					}
					return p, err
				})
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%v, %v", got, err)
				}
				if _, err := many(&ReadTx{unit: &unit{db: db, ctx: ctx, s: s}}, wrong, scan); err == nil || !strings.Contains(errors.Unwrap(err).Error(), "NULL") {
					t.Errorf("NULL is read into a text: %v", err)
				}
			}
			return nil
		})
	}
	var both sync.WaitGroup
	for range 2 {
		db := openIn(t, Options{DataDir: t.TempDir(), Forgetful: true})()
		both.Go(func() {
			if err := look(db); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
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

// TestTextsOfAnyLength: a parameter has room for what it is given, after less and after more; what is read stays when it is given
// something else, and a statement that still gives rows is not asked again.
func TestTextsOfAnyLength(t *testing.T) {
	d := openDirectIn(t)
	twice := &stmt{name: "twice", sqlite: "SELECT +$1, +$1, length(CAST(+$1 AS BLOB)) UNION ALL SELECT +$1, 'b', 0", reads: true}
	s, err := d.prepare(twice)
	if err != nil {
		t.Fatal(err)
	}
	type read struct{ want, got, again string }
	var all []read
	rapid.Check(t, func(t *rapid.T) {
		want := strings.Repeat(rapid.StringOfN(rapid.RuneFrom([]rune{0, 'a', 'ß', '日'}), 0, 9, -1).Draw(t, "text"), rapid.SampledFrom([]int{1, 3, 5, 40, 9000}).Draw(t, "times"))
		if rapid.Bool().Draw(t, "bytes") {
			if err := s.bind([]any{[]byte(want)}); err != nil {
				t.Fatal(err)
			}
		} else if err := s.bind([]any{want}); err != nil {
			t.Fatal(err)
		}
		if !s.Next() {
			t.Fatal(s.Err())
		}
		var r read
		var n int64
		if err := s.Scan(&r.got, &r.again, &n); err != nil || n != int64(len(want)) {
			t.Fatalf("%d bytes of %d, %v", n, len(want), err)
		}
		if err := s.bind([]any{"other"}); err == nil {
			t.Fatal("a statement that gives rows was given another value")
		}
		if err := s.Scan(&r.got, &r.again, &n); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r.want = want
		all = append(all, r)
	})
	for _, r := range all {
		if r.got != r.want || r.again != r.want {
			t.Fatalf("%.40q is read as %.40q and %.40q", r.want, r.got, r.again)
		}
	}
}

// TestWhatSQLiteRefuses: an error says what SQLite says, by its code, and the connection goes on.
func TestWhatSQLiteRefuses(t *testing.T) {
	d := openDirectIn(t)
	onWAL(t, d, "CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT NOT NULL)")
	add := &stmt{name: "add", sqlite: "INSERT INTO n (id, v) VALUES ($1, $2)"}
	for _, c := range []struct {
		args []any
		code int32
		says string
	}{
		{[]any{1, "a"}, 0, ""},
		{[]any{int8(1), "b"}, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, "UNIQUE constraint failed: n.id"},
		{[]any{2, nil}, sqlite3.SQLITE_CONSTRAINT_NOTNULL, "NOT NULL constraint failed: n.v"},
		{[]any{2.5, "c"}, sqlite3.SQLITE_MISMATCH, "datatype mismatch"},
		{[]any{true, "d"}, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, "UNIQUE constraint failed: n.id"},
		{[]any{2, ""}, 0, ""},
	} {
		s, err := d.prepare(add)
		if err != nil {
			t.Fatal(err)
		}
		done, err := s.exec(c.args)
		var lite *liteError
		switch {
		case c.code == 0 && (err != nil || done.rows != 1 || done.added != int64(c.args[0].(int))):
			t.Errorf("%v: %v, %v", c.args, done, err)
		case c.code != 0 && (!errors.As(err, &lite) || lite.code != c.code || lite.says != c.says):
			t.Errorf("%v: %v", c.args, err)
		}
	}
	if _, err := d.prepare(&stmt{name: "no table", sqlite: `SELECT "a text" FROM n`}); err == nil || !strings.Contains(err.Error(), "no such column") {
		t.Errorf("a text in double quotes: %v", err)
	}
	for _, text := range []string{"", " ", "-- nothing", "SELECT 1; SELECT 2"} {
		if _, err := d.prepare(&stmt{name: "not one", sqlite: text}); err == nil {
			t.Errorf("%q is taken for one statement", text)
		}
	}
	if _, err := d.prepare(&stmt{name: "no number", sqlite: "SELECT $a"}); err == nil {
		t.Error("a parameter that has no number")
	}
	var small int8
	var yes bool
	var part float32
	s, err := d.prepare(&stmt{name: "small", sqlite: "SELECT 7, 1, 2.5"})
	if err != nil || s.bind(nil) != nil || !s.Next() || s.Scan(&small, &yes, &part) != nil || small != 7 || !yes || part != 2.5 {
		t.Errorf("%d, %t, %v, %v", small, yes, part, err)
	}
}

func openDirectIn(t *testing.T) *direct {
	d, err := openDirect(newFile(t), walSystem, litePragmas(false)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
	return d
}
