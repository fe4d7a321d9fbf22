package store

import "kept/internal/desk"

var (
	promiseInto  = sql("UPDATE promise SET ticket_id = $3, requester_id = $4 WHERE client_id = $1 AND id = $2")
	attemptsInto = sql("UPDATE attempt SET ticket_id = $3 WHERE client_id = $1 AND promise_id = $2")
	outsInto     = sql("UPDATE outbox SET ticket_id = $4, requester_id = $5 WHERE client_id = $1 AND promise_id = $2 AND ticket_id = $3")
	alertsInto   = sql("UPDATE alert SET ticket_id = $3 WHERE client_id = $1 AND ticket_id = $2 AND acked_at IS NULL AND kind <> 'clock'")
)

// What is read of a promise by way of its question is read anew: its seat too.
func init() { promiseInto.byID, promiseInto.changes = false, []string{"promise", "attempt", "booking"} }

// MovePromise makes p, which is live, a promise to person who in question to, with its tries, its seat and what is sent of
// it. Nothing else of it changes. Law 1 is checked for both questions before the commit.
func (tx *Tx) MovePromise(p desk.Promise, to desk.TicketID, who desk.RequesterID) error {
	tx.touch(p.Ticket)
	tx.touch(to)
	if err := tx.putMust(promiseInto, tx.client, p.ID, to, who); err != nil {
		return err
	}
	if err := tx.put(attemptsInto, tx.client, p.ID, to); err != nil {
		return err
	}
	return tx.put(outsInto, tx.client, p.ID, p.Ticket, to, who)
}

// MoveAlerts makes the open alerts of a question those of another; what the clocks warn of ends with them.
func (tx *Tx) MoveAlerts(from, to desk.TicketID) error {
	return tx.put(alertsInto, tx.client, from, to)
}
