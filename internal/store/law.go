package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kept/internal/desk"
)

// beforeCommit is called for each client with the tickets that a commit touches: the marks for the clocks,
// and the laws. A variable for a test.
var beforeCommit = func(tx *Tx, tickets []desk.TicketID) error {
	if err := tx.markFolds(tickets); err != nil {
		return err
	}
	return lawOfPromises(tx, tickets)
}

// lawful holds what the open transaction of s has done to tickets against the laws. It is the last thing before
// the commit, once for all units of work that share it.
func (db *DB) lawful(s *session) error {
	if len(s.touched) == 0 {
		return nil
	}
	u := &unit{db: db, ctx: context.Background(), s: s, viewer: desk.System("laws"), now: db.instant(), generation: -1}
	err := db.contain(func() error {
		for len(s.touched) > 0 {
			c := s.touched[0].client
			var tickets []desk.TicketID
			s.touched = slices.DeleteFunc(s.touched, func(t touchedTicket) bool {
				if t.client == c {
					tickets = append(tickets, t.ticket)
				}
				return t.client == c
			})
			if s.pg != nil && s.clients != "*" {
				s.within(clientsOf(c))
			}
			tx := u.forClient(c)
			if err := beforeCommit(tx, tickets); err != nil {
				return err
			}
			if audit := db.opts.Audit; audit != nil {
				if err := audit(tx, tickets); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if u.broken != nil {
		return u.broken
	}
	return err
}

// What tickets say of their live promises, beside each of them.
var lawOf = ofKeys(`SELECT t.id, t.state, t.due_at, t.promise_id, p.id, p.due_at, p.state
	FROM ticket t LEFT JOIN promise p ON p.client_id = t.client_id AND p.ticket_id = t.id AND p.ended_at IS NULL
	WHERE t.client_id = $1 AND t.id {keys} ORDER BY t.id, p.id`)

// lawOfPromises is law 1: an open ticket has a live promise and says which is due first; a closed
// ticket has none. A ticket that breaks it is a fault of ours and is never committed.
func lawOfPromises(tx *Tx, tickets []desk.TicketID) error {
	sayings := make(map[desk.TicketID]*saying, len(tickets))
	err := inKeys(tx.ReadTx, lawOf, tickets, func(s *stmt, args []any) error {
		return tx.each(s, args, func(row scanner) error { return hear(row, sayings) })
	})
	if err != nil {
		return err
	}
	for _, id := range tickets {
		says := sayings[id]
		if says == nil {
			return errNotFound
		}
		if broken := says.broken(); broken != "" {
			return desk.Wrap(desk.Internal, "law1", fmt.Errorf("ticket %d of client %d: %s", id, tx.client, broken), "Something went wrong on our side.")
		}
	}
	return nil
}

// saying is what a ticket says, and what is promised on it.
type saying struct {
	state       desk.TicketState
	promise     desk.PromiseID
	due         time.Time
	first       time.Time // the earliest due instant of its live promises
	named       time.Time // that of the promise it names
	live, wrong int
}

func hear(row scanner, all map[desk.TicketID]*saying) error {
	var t desk.TicketID
	var s saying
	var p desk.PromiseID
	var due time.Time
	var state desk.PromiseState
	if err := row.Scan(&t, &s.state, at(&s.due), &s.promise, orZero(&p), at(&due), orZero(&state)); err != nil {
		return err
	}
	says := all[t]
	if says == nil {
		says = &s
		all[t] = says
	}
	if p == 0 {
		return nil
	}
	says.live++
	if !state.Live() {
		says.wrong++
	}
	if says.first.IsZero() || due.Before(says.first) {
		says.first = due
	}
	if p == says.promise {
		says.named = due
	}
	return nil
}

// broken says in what way the law is broken, or nothing.
func (s *saying) broken() string {
	switch {
	case s.wrong > 0:
		return "a promise in a final state has no end"
	case s.state.Open() && s.live == 0:
		return "it is open and nothing is promised"
	case s.state.Open() && (!s.due.Equal(s.first) || !s.named.Equal(s.first)):
		return "it does not name the promise that is due first"
	case !s.state.Open() && s.live > 0:
		return "it is closed and something is still promised"
	case !s.state.Open() && !s.due.IsZero():
		return "it is closed and still in the queue"
	}
	return ""
}
