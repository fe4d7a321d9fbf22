package store

import (
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

var (
	callsSince = sql(`SELECT skill, lang, opened_at FROM ticket WHERE opened_at >= $1 AND opened_at < $2 AND via = 'phone'`)
	duesUntil  = sql(`SELECT client_id, skill, lang, due_at FROM promise
		WHERE ended_at IS NULL AND due_at >= $1 AND due_at < $2 AND kind IN ('callback', 'fix', 'document', 'handoff')
		ORDER BY due_at, client_id, id`)
	seatsHeld = sql(`SELECT b.client_id, b.promise_id, b.shift_id, b.slot_at, b.staff_id FROM booking b
		WHERE b.slot_at >= $1 AND b.slot_at < $2 ORDER BY b.slot_at, b.shift_id, b.seat`)
)

// CallIn is one call of the past: what it needed, in which language, when.
type CallIn struct {
	Skill, Lang string
	At          time.Time
}

// CallsBetween are the calls of every client that opened a question in [from, until). It reads all questions:
// once a day is often enough.
func (tx *DeskReadTx) CallsBetween(from, until time.Time) ([]CallIn, error) {
	return many(tx, callsSince, func(row scanner) (c CallIn, err error) {
		err = row.Scan(&c.Skill, &c.Lang, at(&c.At))
		return c, err
	}, micros(from), micros(until))
}

// DuesBetween are the live promises of every client that take somebody's time and are due in [from, until),
// by when they are due.
func (tx *DeskReadTx) DuesBetween(from, until time.Time) ([]coverage.Due, error) {
	return many(tx, duesUntil, func(row scanner) (d coverage.Due, err error) {
		err = row.Scan(&d.Client, &d.Skill, &d.Language, at(&d.At))
		return d, err
	}, micros(from), micros(until))
}

// HeldSeat is a seat and the promise that holds it.
type HeldSeat struct {
	Client  desk.ClientID
	Promise desk.PromiseID
	Shift   int64
	Slot    time.Time
	Staff   desk.StaffID // with whom it was booked
}

// SeatsHeld are the seats of every client in slots that start in [from, until), with who holds them.
func (tx *DeskReadTx) SeatsHeld(from, until time.Time) ([]HeldSeat, error) {
	return many(tx, seatsHeld, func(row scanner) (s HeldSeat, err error) {
		err = row.Scan(&s.Client, &s.Promise, &s.Shift, at(&s.Slot), &s.Staff)
		return s, err
	}, micros(from), micros(until))
}
