package store

import "kept/internal/desk"

const attemptNames = "client_id, promise_id, n, ticket_id, staff_id, staff_name, how, began_at, ended_at, outcome, entered_at"

var (
	attemptAdd  = sql(insert("attempt", attemptNames))
	attemptSave = sql("UPDATE attempt SET how = $4, ended_at = $5, outcome = $6, entered_at = $7 WHERE client_id = $1 AND promise_id = $2 AND n = $3")
	attemptTake = sql("UPDATE attempt SET staff_id = $4, staff_name = $5, began_at = $6 WHERE client_id = $1 AND promise_id = $2 AND n = $3")
	attemptsOf  = ofKeys("SELECT " + aliased("a", attemptNames) + ` FROM promise p
		JOIN attempt a ON a.client_id = p.client_id AND a.promise_id = p.id
		WHERE p.client_id = $1 AND p.ticket_id {keys} ORDER BY p.ticket_id, a.began_at, a.promise_id, a.n`)
)

var scanAttempt = placed(func(a *desk.Attempt) []any {
	return []any{&a.Client, &a.Promise, &a.N, &a.Ticket, &a.Staff, &a.StaffName, &a.How, at(&a.BeganAt), at(&a.EndedAt), &a.Outcome, at(&a.EnteredAt)}
})

// AddAttempt adds a try to its promise; N counts from 1. A try that is there already is a Conflict.
func (tx *Tx) AddAttempt(a desk.Attempt) error {
	return tx.put(attemptAdd, tx.client, a.Promise, a.N, a.Ticket, a.Staff, a.StaffName, a.How, micros(a.BeganAt), optMicros(a.EndedAt), a.Outcome, optMicros(a.EnteredAt))
}

// TakeAttempt makes a try that nobody ended that of somebody else, who begins now; NotFound when there is
// no such try.
func (tx *Tx) TakeAttempt(a desk.Attempt) error {
	return must(tx.exec(attemptTake, tx.client, a.Promise, a.N, a.Staff, a.StaffName, micros(a.BeganAt)))
}

// SaveAttempt writes how a try went; NotFound when there is no such try.
func (tx *Tx) SaveAttempt(a desk.Attempt) error {
	return must(tx.exec(attemptSave, tx.client, a.Promise, a.N, a.How, optMicros(a.EndedAt), a.Outcome, optMicros(a.EnteredAt)))
}

// Attempts gives every try for the promises of a ticket, oldest first.
func (tx *ReadTx) Attempts(t desk.TicketID) ([]desk.Attempt, error) {
	return many(tx, attemptsOf.one, scanAttempt, tx.client, t)
}

// AttemptsOf is Attempts of several tickets.
func (tx *ReadTx) AttemptsOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Attempt, error) {
	return byKeys(tx, attemptsOf, ts, scanAttempt, func(a *desk.Attempt) desk.TicketID { return a.Ticket })
}
