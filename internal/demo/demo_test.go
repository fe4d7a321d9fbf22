package demo_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kept/internal/demo"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

var now = time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)

// everything gives every row of the desk's tickets as text, in the order of keys.
func everything(t *testing.T, db *store.DB, see func(tx *store.ReadTx, ticket desk.Ticket)) string {
	t.Helper()
	sum := sha256.New()
	for c := desk.ClientID(1); c <= 6; c++ {
		err := db.Read(t.Context(), desk.System("test"), c, func(tx *store.ReadTx) error {
			rs, err := tx.Requesters(0, 1_000_000)
			if err != nil {
				return err
			}
			for _, r := range rs {
				as, err := tx.Addresses(r.ID)
				if err != nil {
					return err
				}
				fmt.Fprintln(sum, r, as)
			}
			ts, err := tx.Tickets("", 0, 1_000_000)
			if err != nil {
				return err
			}
			for _, ticket := range ts {
				es, err1 := tx.Events(ticket.ID)
				ms, err2 := tx.Messages(ticket.ID)
				ps, err3 := tx.Promises(ticket.ID)
				os, err4 := tx.Outs(ticket.ID)
				as, err5 := tx.Attempts(ticket.ID)
				for _, err := range []error{err1, err2, err3, err4, err5} {
					if err != nil {
						return err
					}
				}
				fmt.Fprintln(sum, ticket, es, ms, ps, os, as)
				if see != nil {
					see(tx, ticket)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

func TestTheSameSeedAndInstantGiveTheSameRowsOnBothEngines(t *testing.T) {
	seen := map[string]bool{}
	var tokens []demo.Token
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		db := open(store.Options{Clock: func() time.Time { return now }})
		r, err := demo.Seed(t.Context(), db, demo.Options{Seed: 7, Now: now, Tickets: 120})
		if err != nil {
			t.Fatal(err)
		}
		seen[everything(t, db, nil)] = true
		if tokens != nil && fmt.Sprint(tokens) != fmt.Sprint(r.Tokens) {
			t.Error("the tokens differ")
		}
		tokens = r.Tokens
		if _, err := demo.Seed(t.Context(), db, demo.Options{Seed: 7, Now: now}); !desk.Is(err, desk.Conflict) {
			t.Errorf("seeding a desk in use gives %v", err)
		}
	})
	if len(seen) != 1 {
		t.Errorf("the engines hold %d different desks", len(seen))
	}
	db := storetest.SQLite(t)(store.Options{Clock: func() time.Time { return now }})
	if _, err := demo.Seed(t.Context(), db, demo.Options{Seed: 8, Now: now, Tickets: 120}); err != nil {
		t.Fatal(err)
	}
	if seen[everything(t, db, nil)] {
		t.Error("another seed gives the same desk")
	}
}

// The laws of one ticket are checked by the store at its commit. This is what a desk can tell of two
// months of work.
func TestTheHistoryOfADemoIsWholeAndEverythingHappensInIt(t *testing.T) {
	db := storetest.SQLite(t)(store.Options{Clock: func() time.Time { return now }})
	r, err := demo.Seed(t.Context(), db, demo.Options{Seed: 1, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if r.Tickets != 2500 || r.Open < 40 || r.Open > 130 {
		t.Errorf("%d tickets, %d open", r.Tickets, r.Open)
	}
	promises, states, flags, risky, spanish := map[desk.PromiseState]int{}, map[desk.TicketState]int{}, 0, 0, 0
	told := 0
	everything(t, db, func(tx *store.ReadTx, ticket desk.Ticket) {
		states[ticket.State]++
		if ticket.Lang == "es" {
			spanish++
		}
		if ticket.Flag != "" {
			flags++
		}
		if ticket.State.Open() && ticket.Due.Sub(now) < 15*time.Minute {
			risky++
		}
		es, err := tx.Events(ticket.ID)
		if err != nil {
			t.Fatal(err)
		}
		last := time.Time{}
		ended := map[desk.PromiseID]bool{}
		for i, e := range es {
			if e.Seq != i+1 || e.RecordedAt.Before(last) || e.RecordedAt.After(now) || e.HappenedAt.After(e.RecordedAt) {
				t.Errorf("%s: event %d (%s) is out of order: %s after %s", ticket.Ref, e.Seq, e.Type, e.RecordedAt, last)
			}
			last = e.RecordedAt
			if e.Data.State != "" {
				ended[e.Data.Promise] = true
			}
		}
		if len(es) != ticket.Seq || es[0].Type != desk.TicketOpened {
			t.Errorf("%s has %d events and says %d", ticket.Ref, len(es), ticket.Seq)
		}
		ps, err := tx.Promises(ticket.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range ps {
			promises[p.State]++
			if p.State.Live() == ended[p.ID] {
				t.Errorf("%s: a promise is %s, and its history says otherwise", ticket.Ref, p.State)
			}
			if p.State.Live() && p.Kind != desk.Confirm && p.Due.Before(now.Add(5*time.Minute)) {
				t.Errorf("%s: a promise falls due %s, as the demo starts", ticket.Ref, p.Due)
			}
			if p.State == desk.Broken && !p.ToldAt.IsZero() {
				told++
				if p.ToldAt.Sub(p.Due) > time.Minute {
					t.Errorf("%s: told %s after the break", ticket.Ref, p.ToldAt.Sub(p.Due))
				}
			}
		}
	})
	for _, s := range []desk.PromiseState{desk.Open, desk.Attempted, desk.Kept, desk.KeptLate, desk.Moved, desk.Withdrawn, desk.Voided, desk.Broken} {
		if promises[s] == 0 {
			t.Errorf("no promise is %s", s)
		}
	}
	for _, s := range []desk.TicketState{desk.New, desk.Working, desk.Waiting, desk.Asked, desk.Confirmed, desk.Unconfirmed, desk.NotNeeded, desk.Void} {
		if states[s] == 0 {
			t.Errorf("no ticket is %s", s)
		}
	}
	if told == 0 || flags == 0 || risky == 0 || spanish < 100 {
		t.Errorf("%d told, %d with red flags, %d at risk, %d in Spanish", told, flags, risky, spanish)
	}
	t.Log(r.Open, "open", promises, states)
}

func TestTheFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.json")
	r := demo.Result{Password: "p", Clients: []desk.Client{{ID: 1, Slug: "mercy"}}, Tokens: []demo.Token{{Name: "desk", Secret: "kept_x"}}}
	if err := demo.WriteJSON(path, r, map[string]string{"desk": "http://127.0.0.1:8080/"}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(text, &back); err != nil || back["password"] != "p" {
		t.Errorf("it says %s, %v", text, err)
	}
}
