package store

import (
	"fmt"
	"time"

	"kept/internal/desk"
)

func init() {
	beforeCommit = func(tx *Tx, tickets []desk.TicketID) error {
		for _, t := range tickets {
			if err := tx.markFold(t); err != nil {
				return err
			}
		}
		return lawOfPromises(tx, tickets)
	}
}

// What a ticket says of its live promises, beside each of them.
var lawOfTicket = sql(`SELECT t.state, t.due_at, t.promise_id, p.id, p.due_at, p.state
	FROM ticket t LEFT JOIN promise p ON p.client_id = t.client_id AND p.ticket_id = t.id AND p.ended_at IS NULL
	WHERE t.client_id = $1 AND t.id = $2 ORDER BY p.id`)

// lawOfPromises is law 1: an open ticket has a live promise and says which is due first; a closed
// ticket has none. A ticket that breaks it is a fault of ours and is never committed.
func lawOfPromises(tx *Tx, tickets []desk.TicketID) error {
	for _, id := range tickets {
		var state desk.TicketState
		var promise desk.PromiseID
		var due, first, named time.Time
		var live, wrong int
		rows, err := many(tx, lawOfTicket, func(row scanner) (_ struct{}, err error) {
			var p desk.PromiseID
			var pDue time.Time
			var pState desk.PromiseState
			err = row.Scan(&state, at(&due), &promise, orZero(&p), at(&pDue), orZero(&pState))
			if p == 0 {
				return struct{}{}, err
			}
			live++
			if !pState.Live() {
				wrong++
			}
			if first.IsZero() || pDue.Before(first) {
				first = pDue
			}
			if p == promise {
				named = pDue
			}
			return struct{}{}, err
		}, tx.client, id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errNotFound
		}
		broken := ""
		switch {
		case wrong > 0:
			broken = "a promise in a final state has no end"
		case state.Open() && live == 0:
			broken = "it is open and nothing is promised"
		case state.Open() && (!due.Equal(first) || !named.Equal(first)):
			broken = "it does not name the promise that is due first"
		case !state.Open() && live > 0:
			broken = "it is closed and something is still promised"
		case !state.Open() && !due.IsZero():
			broken = "it is closed and still in the queue"
		}
		if broken != "" {
			return desk.Wrap(desk.Internal, "law1", fmt.Errorf("ticket %d of client %d: %s", id, tx.client, broken), "Something went wrong on our side.")
		}
	}
	return nil
}
