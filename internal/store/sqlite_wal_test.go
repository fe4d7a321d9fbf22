package store

import (
	stdsql "database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
	"pgregory.net/rapid"
)

// tryWAL runs a statement on a direct connection.
func tryWAL(d *direct, text string) error {
	return d.ask(text, func(*directStmt) error { return nil })
}

func onWAL(t rapid.TB, d *direct, text string) {
	t.Helper()
	if err := tryWAL(d, text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// disk puts fn in place of what writes the log of the one database that is open, until back.
func disk(t *testing.T, fn func(write func() int32) int32) (f *walFile, back func()) {
	t.Helper()
	walFiles.Range(func(_, v any) bool { f = v.(*walFile); return true })
	if f == nil {
		t.Fatal("no log is open")
	}
	return f, inPlace(f, fn)
}

// inPlace puts fn in place of what writes the log f, until back.
func inPlace(f *walFile, fn func(write func() int32) int32) (back func()) {
	under := f.under
	ours := *under
	setFunc(&ours.FxWrite, func(tls *libc.TLS, file, from uintptr, n int32, off int64) int32 {
		return fn(func() int32 {
			return funcAt[walIO](under.FxWrite)(tls, file, from, n, off)
		})
	})
	f.under = &ours
	return func() { f.under = under }
}

// TestOthersSeeWhatIsCommitted: pages that wait in memory are nobody's business, those of a commit are in the file.
// Transactions of all sizes, some larger than the memory for pages, some undone, by two connections of ours and one of
// SQLite's own, durable and not, with the log begun anew between them.
func TestOthersSeeWhatIsCommitted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "wal")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "a.db")
		plain, err := stdsql.Open("sqlite", liteDSN(path, false, false))
		if err != nil {
			t.Fatal(err)
		}
		defer plain.Close()
		plain.SetMaxOpenConns(1)
		if _, err := plain.Exec("CREATE TABLE n (id INTEGER PRIMARY KEY, v INTEGER, filler TEXT)"); err != nil {
			t.Fatal(err)
		}
		var ours []*direct
		for range 2 {
			d, err := openDirect(path, walSystem, append(litePragmas(false), "cache_size(10)", "wal_autocheckpoint(50)")...)
			if err != nil {
				t.Fatal(err)
			}
			defer d.close()
			ours = append(ours, d)
		}
		want := map[int]int{}
		for step := range rapid.IntRange(1, 25).Draw(t, "steps") {
			writer := rapid.IntRange(0, 2).Draw(t, "writer")
			var run func(string)
			if writer == 2 {
				run = func(text string) {
					if _, err := plain.Exec(text); err != nil {
						t.Fatalf("%s: %v", text, err)
					}
				}
			} else {
				run = func(text string) { onWAL(t, ours[writer], text) }
				if rapid.Bool().Draw(t, "durable") {
					run("PRAGMA synchronous = FULL")
				} else {
					run("PRAGMA synchronous = OFF")
				}
			}
			run("BEGIN IMMEDIATE")
			draft := map[int]int{}
			for range rapid.IntRange(1, 40).Draw(t, "rows") {
				id, length := rapid.IntRange(1, 60).Draw(t, "id"), rapid.IntRange(0, 9000).Draw(t, "length")
				run(fmt.Sprintf("INSERT INTO n VALUES (%d, %d, '%s') ON CONFLICT (id) DO UPDATE SET v = excluded.v, filler = excluded.filler",
					id, step, strings.Repeat("x", length)))
				draft[id] = step
			}
			if rapid.IntRange(0, 3).Draw(t, "fate") == 0 {
				run("ROLLBACK")
			} else {
				run("COMMIT")
				for id, v := range draft {
					want[id] = v
				}
			}
			if rapid.IntRange(0, 5).Draw(t, "anew") == 0 {
				run("PRAGMA wal_checkpoint(" + rapid.SampledFrom([]string{"PASSIVE", "RESTART", "TRUNCATE"}).Draw(t, "how") + ")")
			}
			for _, who := range []string{"a reader", "one who opens it now"} {
				db := plain
				if who != "a reader" {
					if db, err = stdsql.Open("sqlite", liteFile(path)); err != nil {
						t.Fatal(err)
					}
				}
				got := map[int]int{}
				rows, err := db.Query("SELECT id, v FROM n")
				if err != nil {
					t.Fatalf("%s: %v", who, err)
				}
				for rows.Next() {
					var id, v int
					if err := rows.Scan(&id, &v); err != nil {
						t.Fatal(err)
					}
					got[id] = v
				}
				var verdict string
				if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
					t.Fatalf("%s finds the file damaged: %s %v", who, verdict, err)
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("%s sees %v, committed was %v", who, got, want)
				}
				if db != plain {
					db.Close()
				}
			}
		}
	})
}

// TestACommitIsFewWrites: the pages of a commit reach the system side by side.
func TestACommitIsFewWrites(t *testing.T) {
	d, err := openDirect(newFile(t), walSystem, litePragmas(false)...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	onWAL(t, d, "CREATE TABLE n (id INTEGER PRIMARY KEY, filler TEXT)")
	onWAL(t, d, "BEGIN")
	for id := range 100 {
		onWAL(t, d, fmt.Sprintf("INSERT INTO n VALUES (%d, '%s')", id, strings.Repeat("x", 3000)))
	}
	calls := 0
	_, back := disk(t, func(write func() int32) int32 { calls++; return write() })
	defer back()
	onWAL(t, d, "COMMIT")
	if calls == 0 || calls > 6 {
		t.Errorf("a commit of a hundred pages wrote %d times", calls)
	}
}

func newFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestADiskThatWasFullLeavesNoHole: pages that could not be written when one was read are missed by the commit, also
// when there is room again by then.
func TestADiskThatWasFullLeavesNoHole(t *testing.T) {
	path := newFile(t)
	d, err := openDirect(path, walSystem, append(litePragmas(false), "cache_size(10)")...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	insert := func(id int) error {
		return tryWAL(d, fmt.Sprintf("INSERT INTO n VALUES (%d, '%s')", id, strings.Repeat("x", 3000)))
	}
	onWAL(t, d, "CREATE TABLE n (id INTEGER PRIMARY KEY, filler TEXT)")
	if err := insert(1000); err != nil {
		t.Fatal(err)
	}
	full := false
	f, back := disk(t, func(write func() int32) int32 {
		if full {
			return sqlite3.SQLITE_FULL
		}
		return write()
	})
	defer back()
	onWAL(t, d, "BEGIN IMMEDIATE")
	for id := range 20 {
		if err := insert(id); err != nil {
			t.Fatal(err)
		}
	}
	if f.len == 0 {
		t.Fatal("nothing waits: the test shows nothing")
	}
	full = true
	lost := tryWAL(d, "UPDATE n SET id = id + 10000, filler = filler || 'y'") // undone by itself, unlike a SELECT
	full = false
	if lost == nil {
		t.Fatal("what waits was not written when it was read")
	}
	if err := tryWAL(d, "COMMIT"); err == nil {
		t.Error("a commit with a hole in the log succeeded")
	}
	_ = tryWAL(d, "ROLLBACK") // SQLite may have done so
	if err := insert(1001); err != nil {
		t.Errorf("after it was undone: %v", err)
	}
	db, err := stdsql.Open("sqlite", liteFile(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	var n int
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("%s %v", verdict, err)
	}
	if err := db.QueryRow("SELECT count(*) FROM n").Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}
