package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"kept/internal/desk"
)

// beforeCommit is called with the tickets that a commit touches, those of each client together: the marks for the
// clocks, and the laws. A variable for a test.
var beforeCommit = func(u *unit, touched []touchedTicket) error {
	if err := u.markFolds(touched); err != nil || u.db.opts.Forgetful && u.db.opts.Audit != nil {
		return err // whoever holds a desk that is thrown away against all laws needs none of ours
	}
	return lawOfPromises(u, touched)
}

// lawful holds what the open transaction of s has done to tickets against the laws. It is the last thing before
// the commit, once for all units of work that share it.
func (db *DB) lawful(s *session) error {
	if len(s.touched) == 0 {
		return nil
	}
	u := &unit{db: db, ctx: context.Background(), s: s, viewer: desk.System("laws"), now: db.instant(), generation: -1}
	touched := s.touched
	s.touched, s.foreseen = nil, foreseen{}
	slices.SortStableFunc(touched, func(a, b touchedTicket) int { return cmp.Compare(a.client, b.client) })
	err := db.contain(func() error {
		if s.pg != nil {
			s.within(s.everybody())
		}
		if err := beforeCommit(u, touched); err != nil || db.opts.Audit == nil {
			return err
		}
		for len(touched) > 0 {
			c := touched[0].client
			var tickets []desk.TicketID
			for ; len(touched) > 0 && touched[0].client == c; touched = touched[1:] {
				tickets = append(tickets, touched[0].ticket)
			}
			if s.pg != nil && s.clients != "*" {
				s.within(clientsOf(c))
			}
			if err := db.opts.Audit(u.forClient(c), tickets); err != nil {
				return err
			}
			if s.pg != nil {
				s.within(s.everybody())
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
const (
	lawNames = "SELECT t.client_id, t.id, t.state, t.due_at, t.promise_id, p.id, p.due_at, p.state"
	lawOf    = lawNames + ` FROM ticket t LEFT JOIN promise p ON p.client_id = t.client_id AND p.ticket_id = t.id AND p.ended_at IS NULL
	WHERE `
)

var (
	lawOfTicket = sql(lawOf + "t.client_id = $1 AND t.id = $2")
	// See keyByKey.
	lawOfTickets = register(lawOf+keysIn("t.client_id", "t.id")+" ORDER BY t.client_id, t.id, p.id", lawNames+" FROM "+keysEach+`
		CROSS JOIN LATERAL (SELECT * FROM ticket t WHERE t.client_id = k.column1 AND t.id = k.column2 OFFSET 0) t
		LEFT JOIN LATERAL (SELECT * FROM promise p WHERE p.client_id = k.column1 AND p.ticket_id = k.column2 AND p.ended_at IS NULL OFFSET 0) p
			ON true ORDER BY t.client_id, t.id, p.id`)
)

// lawOfPromises is law 1: an open ticket has a live promise and says which is due first; a closed
// ticket has none. A ticket that breaks it is a fault of ours and is never committed.
func lawOfPromises(u *unit, touched []touchedTicket) error {
	n := keysAtOnce
	if u.s.direct != nil {
		n = 1 // see inKeys
	}
	var rows []heard
	for some := range slices.Chunk(touched, n) {
		s, args := lawOfTicket, []any{some[0].client, some[0].ticket}
		if len(some) > 1 {
			s, args = lawOfTickets, keysOf(some, touchedTicket.key)
		}
		var err error
		if rows, err = more(rows[:0], u, s, hear, args...); err != nil {
			return err
		}
		for _, t := range some {
			says, ok := t.says(rows)
			if !ok {
				return errNotFound
			}
			if broken := says.broken(); broken != "" {
				return desk.Wrap(desk.Internal, "law1", fmt.Errorf("ticket %d of client %d: %s", t.ticket, t.client, broken), "Something went wrong on our side.")
			}
		}
	}
	return nil
}

func (t touchedTicket) key() (desk.ClientID, int64) { return t.client, int64(t.ticket) }

// heard is what a ticket says, with one of its live promises where it has any.
type heard struct {
	of      touchedTicket
	says    saying
	promise desk.PromiseID
	due     time.Time
	state   desk.PromiseState
}

var hear = placed(func(h *heard) []any {
	return []any{&h.of.client, &h.of.ticket, &h.says.state, at(&h.says.due), &h.says.promise, orZero(&h.promise), at(&h.due), orZero(&h.state)}
})

// saying is what a ticket says, and what is promised on it.
type saying struct {
	state       desk.TicketState
	promise     desk.PromiseID
	due         time.Time
	first       time.Time // the earliest due instant of its live promises
	named       time.Time // that of the promise it names
	live, wrong int
}

// says puts together what rows tell of t; false when none does.
func (t touchedTicket) says(rows []heard) (s saying, ok bool) {
	for i := range rows {
		h := &rows[i]
		if h.of != t {
			continue
		}
		if !ok {
			s, ok = h.says, true
		}
		if h.promise == 0 {
			continue
		}
		s.live++
		if !h.state.Live() {
			s.wrong++
		}
		if s.first.IsZero() || h.due.Before(s.first) {
			s.first = h.due
		}
		if h.promise == s.promise {
			s.named = h.due
		}
	}
	return s, ok
}

// broken says in what way the law is broken, or nothing.
func (s saying) broken() string {
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
