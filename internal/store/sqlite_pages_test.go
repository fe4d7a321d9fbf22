package store

import (
	stdsql "database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"modernc.org/libc"
	"pgregory.net/rapid"
)

// TestPagesKeepTheContract: whatever SQLite asks of them, a page that it holds stays where it is with what it wrote there, what
// it let go comes back as it was or not at all, and no more are kept than it said, unless it holds more.
func TestPagesKeepTheContract(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	rapid.Check(t, func(t *rapid.T) {
		purgeable := rapid.Bool().Draw(t, "purgeable")
		c := newPages(512, rapid.IntRange(8, 300).Draw(t, "extra"), purgeable)
		defer c.give(tls)
		most := 0
		stamp := func(p *page) *uint64 { return inC[uint64](p.FpBuf + c.size - 8) }
		beside := func(p *page) *uintptr { return inC[uintptr](p.FpExtra) }
		type fact struct {
			p    *page
			says uint64
			held bool
		}
		facts := map[uint32]fact{}
		held := func() (n int) {
			for _, f := range facts {
				if f.held {
					n++
				}
			}
			return n
		}
		key := rapid.Uint32Range(1, 60)
		t.Repeat(map[string]func(*rapid.T){
			"fetch": func(t *rapid.T) {
				k, create := key.Draw(t, "key"), rapid.Int32Range(0, 2).Draw(t, "create")
				f, known := facts[k]
				before := held()
				p := c.fetch(tls, k, create)
				switch {
				case p == nil && (known && f.held || create == 2 || known && !purgeable):
					t.Fatalf("no page %d (create %d, known %t)", k, create, known)
				case p == nil && create == 1 && (!purgeable || before < most-most/10):
					t.Fatalf("%d of %d pages are held, and there is no place for one", before, most)
				case p == nil:
					delete(facts, k)
					return
				case known && f.held && p != f.p:
					t.Fatalf("page %d has moved while it was held", k)
				}
				if *beside(p) == 0 { // a new one
					if f.held {
						t.Fatalf("page %d was lost while it was held", k)
					}
					*beside(p), *stamp(p) = 1, rapid.Uint64().Draw(t, "says")
				} else if !known || *stamp(p) != f.says {
					t.Fatalf("page %d (known %t) says %d, it said %d", k, known, *stamp(p), f.says)
				}
				for other, o := range facts {
					if o.held && o.p == p && other != k {
						t.Fatalf("pages %d and %d stand in the same place", k, other)
					}
				}
				facts[k] = fact{p, *stamp(p), true}
			},
			"write": func(t *rapid.T) {
				k := key.Draw(t, "key")
				if f := facts[k]; f.held {
					f.says = rapid.Uint64().Draw(t, "says")
					*stamp(f.p) = f.says
					facts[k] = f
				}
			},
			"release": func(t *rapid.T) {
				k, discard := key.Draw(t, "key"), rapid.IntRange(0, 3).Draw(t, "discard") == 0
				if f := facts[k]; f.held {
					c.release(tls, f.p, discard)
					if f.held = false; discard {
						delete(facts, k)
					} else {
						facts[k] = f
					}
				}
			},
			"rekey": func(t *rapid.T) {
				k, to := key.Draw(t, "key"), key.Draw(t, "to")
				if f := facts[k]; f.held && k != to && !facts[to].held {
					c.rekey(f.p, to)
					delete(facts, k)
					facts[to] = f
				}
			},
			"truncate": func(t *rapid.T) {
				first := rapid.Uint32Range(0, 70).Draw(t, "first")
				c.truncate(first)
				for k := range facts {
					if k >= first {
						delete(facts, k)
					}
				}
			},
			"keep": func(t *rapid.T) {
				most = rapid.IntRange(0, 50).Draw(t, "most")
				c.keep(tls, most)
			},
			"shrink": func(*rapid.T) { c.shrink(tls) },
			"": func(t *rapid.T) {
				if c.held != held() {
					t.Fatalf("%d pages are held, it says %d", held(), c.held)
				}
				n := 0
				c.each(func(p *page) {
					if n++; c.find(p.key) != p {
						t.Fatalf("page %d is not found", p.key)
					}
				})
				if n != c.n {
					t.Fatalf("%d pages are kept, it says %d", n, c.n)
				}
				for k, f := range facts {
					if f.held && c.find(k) != f.p {
						t.Fatalf("page %d is held and not found", k)
					}
				}
			},
		})
		for k, f := range facts {
			if f.held {
				c.release(tls, f.p, false)
				facts[k] = fact{f.p, f.says, false}
			}
		}
		if c.keep(tls, most); purgeable && c.n > most {
			t.Fatalf("%d pages are kept, %d at most", c.n, most)
		}
	})
}

// TestPagesThatAreUsedStay: who is read again and again is not the one that goes, but for once when all are new.
func TestPagesThatAreUsedStay(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	c := newPages(512, 8, true)
	defer c.give(tls)
	c.keep(tls, 100)
	gone := 0
	for key := uint32(1000); key < 2000; key++ {
		for _, k := range []uint32{1, key, 2} {
			p := c.fetch(tls, k, 2)
			if k < 3 && key > 1000 && *inC[uintptr](p.FpExtra) == 0 {
				gone++
			}
			*inC[uintptr](p.FpExtra) = 1
			c.release(tls, p, false)
		}
	}
	if gone > 2 {
		t.Errorf("the two pages that all read went %d times", gone)
	}
	if c.n != 100 || c.places > 100+fewPages {
		t.Errorf("%d pages are kept, of %d places", c.n, c.places)
	}
}

// TestPagesGiveMemoryBack: what was needed to fill a database is not kept when it is opened.
func TestPagesGiveMemoryBack(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	c := newPages(512, 8, true)
	defer c.give(tls)
	c.keep(tls, 50_000)
	for key := range uint32(50_000) {
		c.release(tls, c.fetch(tls, key+1, 1), false)
	}
	if c.keep(tls, 100); c.places > 2*100+fewPages {
		t.Errorf("%d places are left", c.places)
	}
	var held []*page
	for key := range uint32(5_000) {
		held = append(held, c.fetch(tls, key+1, 2))
	}
	for _, p := range held {
		c.release(tls, p, false)
	}
	if c.places > 2*100+fewPages {
		t.Errorf("%d places are left of what was held at once", c.places)
	}
}

// TestPagesEndWithTheirConnection, and all connections have theirs here.
func TestPagesEndWithTheirConnection(t *testing.T) {
	open := func() int {
		pagesMu.Lock()
		defer pagesMu.Unlock()
		return len(pagesOpen)
	}
	before := open()
	path := newFile(t)
	ours, err := openDirect(path, walSystem, litePragmas(false)...)
	if err != nil {
		t.Fatal(err)
	}
	onWAL(t, ours, "CREATE TABLE n (id INTEGER PRIMARY KEY)")
	plain, err := stdsql.Open("sqlite", liteDSN(path, true, false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plain.Exec("SELECT * FROM n"); err != nil {
		t.Fatal(err)
	}
	if n := open(); n < before+2 {
		t.Errorf("two connections have pages in %d places", n-before)
	}
	plain.Close()
	if err := ours.close(); err != nil {
		t.Fatal(err)
	}
	if n := open(); n != before {
		t.Errorf("%d are left", n-before)
	}
}

// TestFilesStayWhole: with room for ten pages SQLite writes and reads all the time what it has changed, in units that
// are undone in part, and on every kind of file system. What it says afterwards is what was written, and the file is sound.
func TestFilesStayWhole(t *testing.T) {
	for name, system := range map[string]func() (string, error){"kept": walSystem, "thrown away": undoSystem} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { staysWhole(t, system, name != "kept") })
		})
	}
}

func staysWhole(t *rapid.T, system func() (string, error), forgetful bool) {
	dir, err := os.MkdirTemp("", "pages")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "a.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := openDirect(path, system, append(litePragmas(forgetful), "cache_size(10)")...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	onWAL(t, d, "CREATE TABLE n (id INTEGER NOT NULL, v INTEGER NOT NULL, filler TEXT NOT NULL, PRIMARY KEY (id, v)) WITHOUT ROWID")
	onWAL(t, d, "CREATE INDEX n_filler ON n (filler)")
	type facts map[int]int
	copied := func(f facts) facts {
		c := facts{}
		for k, v := range f {
			c[k] = v
		}
		return c
	}
	want, step := facts{}, 0
	for range rapid.IntRange(1, 6).Draw(t, "transactions") {
		onWAL(t, d, "BEGIN IMMEDIATE")
		draft := copied(want)
		for range rapid.IntRange(1, 6).Draw(t, "units") {
			onWAL(t, d, "SAVEPOINT unit")
			unit := copied(draft)
			for range rapid.IntRange(1, 30).Draw(t, "rows") {
				step++
				id, length := rapid.IntRange(1, 60).Draw(t, "id"), rapid.IntRange(0, 9000).Draw(t, "length")
				onWAL(t, d, fmt.Sprintf("DELETE FROM n WHERE id = %d", id))
				delete(unit, id)
				if length%5 != 0 {
					onWAL(t, d, fmt.Sprintf("INSERT INTO n VALUES (%d, %d, '%s')", id, step, strings.Repeat("x", length)))
					unit[id] = step
				}
			}
			if rapid.IntRange(0, 2).Draw(t, "fate of the unit") == 0 {
				onWAL(t, d, "ROLLBACK TO unit")
			} else {
				draft = unit
			}
			onWAL(t, d, "RELEASE unit")
		}
		if rapid.IntRange(0, 3).Draw(t, "fate") == 0 {
			onWAL(t, d, "ROLLBACK")
		} else {
			onWAL(t, d, "COMMIT")
			want = draft
		}
		if says, err := d.pragma("integrity_check"); err != nil || says != "ok" {
			t.Fatal(says, err)
		}
		got := facts{}
		err := d.ask("SELECT id, v FROM n", func(row *directStmt) error {
			got[int(row.whole(0))] = int(row.whole(1))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d rows are there, %d were written", len(got), len(want))
		}
		for id, v := range want {
			if got[id] != v {
				t.Fatalf("row %d is of step %d, %d was written", id, got[id], v)
			}
		}
	}
}

// BenchmarkPages is what SQLite asks most: a page that is there, by several connections at once.
func BenchmarkPages(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		tls := libc.NewTLS()
		defer tls.Close()
		c := newPages(4096, 248, true)
		defer c.give(tls)
		c.keep(tls, 10_000)
		for key := uint32(0); pb.Next(); key = (key + 7919) % 10_000 {
			c.release(tls, c.fetch(tls, key+1, 2), false)
		}
	})
}
