package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

func setAnything(tx *SystemTx) error { return tx.SetSetting("test", "1") }

// A desk on a full disk is not ready, though it can be read: it says so once somebody was refused, and until it takes again what
// is written.
func TestADeskOnAFullDiskIsNotReady(t *testing.T) {
	now := time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)
	db := openIn(t, Options{DataDir: t.TempDir(), Clock: func() time.Time { return now }})()
	full := false
	walFiles.Range(func(_, v any) bool { // the desk's and the read log's
		t.Cleanup(inPlace(v.(*walFile), func(write func() int32) int32 {
			if full {
				return sqlite3.SQLITE_FULL
			}
			return write()
		}))
		return true
	})
	ready := func(want string) {
		t.Helper()
		err := db.Ready(ctx)
		var e *desk.Error
		switch {
		case err == nil && want != "", err != nil && (!errors.As(err, &e) || e.Code != want):
			t.Errorf("ready: %v, want %q", err, want)
		}
		now = now.Add(2 * doubtTries)
	}
	before := db.engine.generation()
	ready("")
	if db.engine.generation() != before {
		t.Error("it was written to for no reason")
	}
	full = true
	ready("") // nobody knows yet
	if err := db.System(ctx, "test", setAnything); !desk.Is(err, desk.Unavailable) {
		t.Fatalf("on a full disk: %v", err)
	}
	ready("disk_full")
	ready("disk_full")
	full = false
	ready("")
	ready("")
}

// A server that takes nothing that is written is not ready, and one that is away is not: both are Unavailable, whatever reason
// the server gives, and both are over by themselves.
func TestAServerThatRefuses(t *testing.T) {
	addr := server.Database(t)
	now := time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)
	db := openIn(t, Options{DatabaseURL: addr, Clock: func() time.Time { return now }})()
	for name, refuse := range map[string]func(testing.TB, string) func(){"away": server.Away, "read only": server.ReadOnly} {
		back := refuse(t, addr)
		if err := db.System(ctx, "test", setAnything); !desk.Is(err, desk.Unavailable) {
			t.Errorf("%s: a unit of work: %v", name, err)
		}
		if err := db.Ready(ctx); !desk.Is(err, desk.Unavailable) || strings.Contains(err.Error(), "our side") {
			t.Errorf("%s: ready: %v", name, err)
		}
		now = now.Add(2 * doubtTries)
		back()
		if err := db.Ready(ctx); err != nil {
			t.Errorf("%s, afterwards: ready: %v", name, err)
		}
		if err := db.System(ctx, "test", setAnything); err != nil {
			t.Errorf("%s, afterwards: a unit of work: %v", name, err)
		}
	}
}

// News between nodes may be missed while the server is away, so whoever listens looks again when that begins, and once more when
// news are heard again: what was looked at before that was not shown.
func TestTheRelaySaysWhenItHearsAgain(t *testing.T) {
	addr := server.Database(t)
	db := openIn(t, Options{DatabaseURL: addr})()
	r, lost, heard := db.Relay(), make(chan struct{}, 100), make(chan string, 100)
	go r.Run(t.Context(), func(line string) { heard <- line }, func() { lost <- struct{}{} })
	told := func(what string) {
		t.Helper()
		select {
		case <-lost:
		case <-time.After(time.Minute):
			t.Fatal("nobody is told that ", what)
		}
	}
	for listens := false; !listens; {
		r.Tell("are you there")
		select {
		case <-heard:
			listens = true
		case <-time.After(20 * time.Millisecond): // nobody has listened yet
		}
	}
	back := server.Away(t, addr)
	told("news may be missed")
	back()
	told("news are heard again")
	r.Tell("something new")
	for line := ""; line != "something new"; {
		select {
		case line = <-heard:
		case <-time.After(time.Minute):
			t.Fatal("news are not heard")
		}
	}
	if len(lost) > 0 {
		t.Error("told more often than there was a reason")
	}
}

// A server that was started anew has forgotten which node has which number. The nodes that went on take theirs again, or
// another, where one has come meanwhile: two with one number would make the same ids.
func TestANodeTakesItsNumberAgain(t *testing.T) {
	addr := server.Database(t)
	one := openIn(t, Options{DatabaseURL: addr})()
	cut := func() { server.Away(t, addr)() }
	asks := func() {
		t.Helper()
		if err := one.engine.(*pgEngine).keepSlot(ctx); err != nil { // Skew does
			t.Fatal(err)
		}
	}
	asks()
	cut()
	asks()
	if one.Node() != 0 {
		t.Errorf("its number was free, and it has %d", one.Node())
	}
	cut()
	other := openIn(t, Options{DatabaseURL: addr})()
	if other.Node() != 0 {
		t.Fatalf("the number that was given free is not taken: %d", other.Node())
	}
	asks()
	if one.Node() == other.Node() {
		t.Error("two nodes have one number")
	}
}
