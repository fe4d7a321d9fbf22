package store_test

import (
	"fmt"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

func out(c desk.ClientID, id int64, fire time.Time) desk.Out {
	return desk.Out{Client: c, ID: id, Ticket: 1, Requester: 1, Promise: 1, Trigger: desk.SayMade, Channel: desk.BySMS, Address: 1, Lang: "es",
		Args: map[string]string{"ref": "K1-1"}, State: desk.Queued, FireAt: fire, CreatedAt: noon}
}

func claimed(outs []desk.Out) (all []string) {
	for _, o := range outs {
		all = append(all, fmt.Sprintf("%d/%d %s %d", o.Client, o.ID, o.State, o.Attempts))
	}
	return all
}

func TestOutbox(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		for c := desk.ClientID(1); c <= 2; c++ {
			open(t, db, c, map[int64]time.Duration{1: time.Hour})
			write(t, db, c, func(tx *store.Tx) error {
				return first(tx.AddOut(out(c, 1, noon)), tx.AddOut(out(c, 2, noon.Add(time.Hour))))
			})
		}
		claim := func(now time.Time, n int) []string {
			t.Helper()
			var outs []desk.Out
			if err := db.Claim(ctx, "test", func(tx *store.SystemTx) (err error) {
				outs, err = tx.ClaimOuts(now, now.Add(time.Minute), n)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return claimed(outs)
		}
		system := func(fn func(*store.SystemTx) error) {
			t.Helper()
			if err := db.System(ctx, "test", fn); err != nil {
				t.Fatal(err)
			}
		}
		next := func() (at time.Time) {
			system(func(tx *store.SystemTx) (err error) { at, _, err = tx.NextOut(); return err })
			return at
		}
		same(t, "next", next(), noon)
		same(t, "too early", claim(noon.Add(-time.Second), 9), []string(nil))
		same(t, "one", claim(noon, 1), []string{"1/1 sending 1"})
		same(t, "the other", claim(noon, 9), []string{"2/1 sending 1"})
		same(t, "leased", claim(noon.Add(time.Second), 9), []string(nil))
		same(t, "next lease", next(), noon.Add(time.Minute))
		same(t, "lapsed", claim(noon.Add(time.Minute), 9), []string{"1/1 unknown 2", "2/1 unknown 2"})

		sent := out(1, 1, time.Time{})
		sent.State, sent.Attempts, sent.Provider, sent.SentAt, sent.DoneAt, sent.FellBack = desk.Delivered, 2, "p-1", noon, noon, 7
		write(t, db, 1, func(tx *store.Tx) error { return tx.SaveOut(sent) })
		same(t, "out", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Out, error) { return tx.Out(1) }), sent)
		same(t, "outs", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Out, error) { return tx.Outs(1) }), []desk.Out{out(1, 2, noon.Add(time.Hour)), sent})
		write(t, db, 1, func(tx *store.Tx) error {
			got, err := tx.PendingOuts(1, 7)
			same(t, "pending", got, map[desk.PromiseID][]desk.Out{1: {out(1, 2, noon.Add(time.Hour))}})
			if err != nil {
				return err
			}
			again := []desk.PromiseID{1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1} // more than one statement asks for
			got, err = tx.PendingOuts(again...)
			same(t, "named again", got, map[desk.PromiseID][]desk.Out{1: {out(1, 2, noon.Add(time.Hour))}})
			return err
		})
		system(func(tx *store.SystemTx) error {
			got, err := tx.OutByProvider("p-1")
			same(t, "by provider", got, sent)
			return err
		})

		same(t, "due again", claim(noon.Add(2*time.Hour), 9), []string{"2/1 unknown 3", "1/2 sending 1", "2/2 sending 1"})

		same(t, "Bob's telephone", claimed(read(t, db, bobSees, func(tx *store.DeskReadTx) ([]desk.Out, error) { return tx.Texts(1) })), []string{"2/2 sending 1"})
		same(t, "telephone", len(read(t, db, anaSees, func(tx *store.DeskReadTx) ([]desk.Out, error) { return tx.Texts(3) })), 3)
	})
}

// TestNothingIsClaimedTwice lets several claimers at the same rows.
func TestNothingIsClaimedTwice(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		const rows, claimers = 60, 4
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		write(t, db, 1, func(tx *store.Tx) error {
			for id := range int64(rows) {
				if err := tx.AddOut(out(1, id+1, noon)); err != nil {
					return err
				}
			}
			return nil
		})
		got := make(chan []desk.Out)
		for range claimers {
			go func() {
				var mine []desk.Out
				for {
					var outs []desk.Out
					err := db.Claim(ctx, "test", func(tx *store.SystemTx) (err error) {
						outs, err = tx.ClaimOuts(noon, noon.Add(time.Hour), 7)
						return err
					})
					if err != nil {
						t.Error(err)
					}
					if mine = append(mine, outs...); len(outs) == 0 {
						got <- mine
						return
					}
				}
			}()
		}
		times := map[int64]int{}
		for range claimers {
			for _, o := range <-got {
				times[o.ID]++
			}
		}
		same(t, "rows", len(times), rows)
		for id, n := range times {
			if n != 1 {
				t.Errorf("row %d was claimed %d times", id, n)
			}
		}
	})
}

func TestDuePromises(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: -time.Minute, 2: time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: -2 * time.Minute})
		open(t, db, 2, map[int64]time.Duration{2: -3 * time.Minute}, func(_ *desk.Ticket, p *desk.Promise) {
			p.TryingAt = p.Due.Add(-time.Second)
			p.FireAt = p.BreaksAt()
		})
		err := db.Claim(ctx, "test", func(tx *store.SystemTx) error {
			due, err := tx.DuePromises(noon, 9)
			var ids []string
			for _, p := range due {
				ids = append(ids, fmt.Sprintf("%d/%d", p.Client, p.ID))
			}
			same(t, "due; one is held by an attempt", ids, []string{"2/1", "1/1"})
			oldest, ok, err2 := tx.OldestDue(noon)
			same(t, "oldest", oldest, noon.Add(-2*time.Minute))
			next, ok2, err3 := tx.NextDue()
			same(t, "next", next, noon.Add(-2*time.Minute))
			_, none, err4 := tx.OldestDue(noon.Add(-time.Hour))
			same(t, "found", []bool{ok, ok2, none}, []bool{true, true, false})
			return first(err, err2, err3, err4)
		})
		same(t, "error", err, nil)
	})
}

// TestNextDue: an attempt holds a break, so what is due first is not always what comes first.
func TestNextDue(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		next := func() (at time.Time, ok bool) {
			err := db.Claim(ctx, "test", func(tx *store.SystemTx) (err error) {
				at, ok, err = tx.NextDue()
				return err
			})
			same(t, "error", err, nil)
			return at, ok
		}
		held := func(until time.Duration) func(*desk.Ticket, *desk.Promise) {
			return func(_ *desk.Ticket, p *desk.Promise) {
				p.TryingAt, p.FireAt = p.Due.Add(-time.Second), noon.Add(until)
			}
		}
		_, ok := next()
		same(t, "something is promised", ok, false)
		open(t, db, 1, map[int64]time.Duration{1: time.Minute}, held(time.Hour))
		at, _ := next()
		same(t, "only what is held", at, noon.Add(time.Hour))
		open(t, db, 2, map[int64]time.Duration{1: 30 * time.Minute, 2: 40 * time.Minute})
		at, _ = next()
		same(t, "due before that", at, noon.Add(30*time.Minute))
		open(t, db, 2, map[int64]time.Duration{3: 2 * time.Minute}, held(20*time.Minute))
		open(t, db, 1, map[int64]time.Duration{4: 35 * time.Minute}, held(36*time.Minute))
		at, _ = next()
		same(t, "held, and over before that", at, noon.Add(20*time.Minute))
	})
}
