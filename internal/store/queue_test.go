package store_test

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

func TestQueue(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		// The ids of the two clients are equal, and so are most instants.
		open(t, db, 1, map[int64]time.Duration{1: time.Hour, 2: time.Hour, 3: 2 * time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: time.Hour, 2: 30 * time.Minute})
		open(t, db, 2, map[int64]time.Duration{4: 3 * time.Hour}, func(t *desk.Ticket, p *desk.Promise) {
			t.Owner, t.Skill, t.Lang, t.State = 0, "password", "en", desk.Working
			p.Owner, p.Skill = 0, "password"
		})
		queue := func(v desk.Viewer, q store.QueueQuery) []string {
			t.Helper()
			if q.Limit == 0 {
				q.Limit = 100
			}
			return rowIDs(read(t, db, v, func(tx *store.DeskReadTx) ([]store.QueueRow, error) { return tx.Queue(q) }))
		}
		all := []string{"2/2", "1/1", "1/2", "2/1", "1/3", "2/4"}
		same(t, "Ana", queue(anaSees, store.QueueQuery{}), all)
		same(t, "system", queue(system, store.QueueQuery{}), all)
		same(t, "Bob", queue(bobSees, store.QueueQuery{}), []string{"2/2", "2/1", "2/4"})
		same(t, "token", queue(desk.Viewer{Who: desk.WhoToken, Clients: []desk.ClientID{1}}, store.QueueQuery{}), []string{"1/1", "1/2", "1/3"})
		same(t, "nobody", queue(desk.Viewer{}, store.QueueQuery{}), []string(nil))
		same(t, "client", queue(anaSees, store.QueueQuery{Client: 2}), []string{"2/2", "2/1", "2/4"})
		same(t, "other client", queue(bobSees, store.QueueQuery{Client: 1}), []string(nil))
		same(t, "owner", queue(anaSees, store.QueueQuery{Owner: ana.ID}), all[:5])
		same(t, "owner's client", queue(bobSees, store.QueueQuery{Owner: ana.ID}), []string{"2/2", "2/1"})
		same(t, "unowned", queue(anaSees, store.QueueQuery{Unowned: true}), all[5:])
		same(t, "state", queue(anaSees, store.QueueQuery{State: desk.Working}), all[5:])
		same(t, "language", queue(anaSees, store.QueueQuery{Lang: "es"}), all[:5])
		same(t, "skills", queue(anaSees, store.QueueQuery{Skills: []string{"epic", "password"}}), all[5:])

		// Page by page, one row each, nothing is missed and nothing comes twice.
		for _, owner := range []desk.StaffID{0, ana.ID} {
			q := store.QueueQuery{Owner: owner, Limit: 1}
			var walked []string
			for {
				rows := read(t, db, anaSees, func(tx *store.DeskReadTx) ([]store.QueueRow, error) { return tx.Queue(q) })
				if len(rows) == 0 {
					break
				}
				walked = append(walked, rowIDs(rows)...)
				last := rows[len(rows)-1].Ticket
				q.AfterDue, q.AfterClient, q.AfterID = last.Due, last.Client, last.ID
			}
			want := all
			if owner != 0 {
				want = all[:5]
			}
			same(t, "page by page", walked, want)
		}
	})
}

// The rows of the queue are thinner than those of the board, and say the same.
func TestQueueRowHoldsWhatAListShows(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour}, func(t *desk.Ticket, p *desk.Promise) {
			t.Needs, t.State = "tty", desk.Working
			p.Tries, p.TryingAt, p.RepairOf, p.Function = 2, noon.Add(time.Minute), 7, 40
		})
		open(t, db, 1, map[int64]time.Duration{2: 2 * time.Hour}, func(t *desk.Ticket, p *desk.Promise) { t.Owner, p.Owner = 0, 0 })
		whole := read(t, db, anaSees, func(tx *store.DeskReadTx) ([]store.BoardRow, error) { return tx.Live(store.BoardQuery{Limit: 9}) })
		var want []store.QueueRow
		for _, r := range whole {
			tk, p := r.Ticket, r.Promise
			want = append(want, store.QueueRow{
				Ticket: desk.Ticket{Client: tk.Client, ID: tk.ID, Ref: tk.Ref, Token: tk.Token, Requester: tk.Requester, Subject: tk.Subject, State: tk.State,
					Lang: tk.Lang, Needs: tk.Needs, Owner: tk.Owner, Due: tk.Due, Promise: tk.Promise},
				Promise: desk.Promise{Client: p.Client, ID: p.ID, Ticket: p.Ticket, Kind: p.Kind, State: p.State, Skill: p.Skill, Function: p.Function,
					Owner: p.Owner, MadeAt: p.MadeAt, Start: p.Start, Due: p.Due, Tries: p.Tries, TryingAt: p.TryingAt, RepairOf: p.RepairOf},
				Caller: r.Caller,
			})
			for _, on := range []bool{true, false} {
				for _, at := range []time.Duration{0, 2 * time.Minute, 50 * time.Minute, 70 * time.Minute, 3 * time.Hour} {
					same(t, "look", want[len(want)-1].Promise.Look(noon.Add(at), on, time.Time{}), p.Look(noon.Add(at), on, time.Time{}))
				}
			}
		}
		same(t, "rows", len(want), 2)
		same(t, "queue", read(t, db, anaSees, func(tx *store.DeskReadTx) ([]store.QueueRow, error) { return tx.Queue(store.QueueQuery{Limit: 9}) }), want)
	})
}

func TestBoard(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour, 2: 150 * time.Minute, 3: -time.Minute})
		open(t, db, 2, map[int64]time.Duration{1: 90 * time.Minute})
		live := func(v desk.Viewer, q store.BoardQuery) []string {
			t.Helper()
			q.Limit = 50
			return rowIDs(read(t, db, v, func(tx *store.DeskReadTx) (rows []store.QueueRow, err error) {
				live, err := tx.Live(q)
				for _, r := range live {
					rows = append(rows, r.QueueRow)
				}
				return rows, err
			}))
		}
		same(t, "all", live(anaSees, store.BoardQuery{}), []string{"1/3", "1/1", "2/1", "1/2"})
		same(t, "between", live(anaSees, store.BoardQuery{From: noon, Until: noon.Add(90 * time.Minute)}), []string{"1/1"})
		same(t, "Bob", live(bobSees, store.BoardQuery{Skill: "mychart"}), []string{"2/1"})
		same(t, "skill", live(anaSees, store.BoardQuery{Skill: "epic"}), []string(nil))
		same(t, "client", live(anaSees, store.BoardQuery{Client: 2, Owner: ana.ID}), []string{"2/1"})
		same(t, "owed", rowIDs(read(t, db, anaSees, func(tx *store.DeskReadTx) ([]store.QueueRow, error) {
			return tx.Owed(ana.ID, noon.Add(2*time.Hour), 9)
		})), []string{"1/3", "1/1", "2/1"})

		hours := read(t, db, anaSees, func(tx *store.DeskReadTx) ([]store.HourCount, error) { return tx.DueByHour(noon, 3) })
		same(t, "hours", hours, []store.HourCount{{At: noon}, {At: noon.Add(time.Hour), N: 2}, {At: noon.Add(2 * time.Hour), N: 1}})

		write(t, db, 1, func(tx *store.Tx) error {
			ticket, p := asked(1, 3, -time.Minute)
			broken, err := p.Break(noon)
			repair := p
			repair.ID, repair.RepairOf, repair.Due = 33, p.ID, noon.Add(time.Hour)
			ticket.Due, ticket.Promise, ticket.Breaks = repair.Due, repair.ID, 1
			return first(err, tx.SavePromise(broken), tx.AddPromise(repair), tx.SaveTicket(ticket))
		})
		ended := func(v desk.Viewer, since time.Time) []store.EndedCount {
			return read(t, db, v, func(tx *store.DeskReadTx) ([]store.EndedCount, error) { return tx.EndedCounts(since) })
		}
		same(t, "ended", ended(anaSees, noon.Add(-time.Hour)), []store.EndedCount{{State: desk.Broken, N: 1}})
		same(t, "ended later", ended(anaSees, noon), []store.EndedCount(nil))
		same(t, "ended, Bob", ended(bobSees, time.Time{}), []store.EndedCount(nil))
	})
}
