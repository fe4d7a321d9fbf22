package store

import (
	"time"

	"kept/internal/coverage"
)

var (
	callsSince = sql(`SELECT skill, lang, opened_at FROM ticket WHERE opened_at >= $1 AND opened_at < $2 AND via = 'phone'`)
	duesUntil  = sql(`SELECT client_id, skill, lang, due_at FROM promise
		WHERE ended_at IS NULL AND due_at >= $1 AND due_at < $2 AND kind IN ('callback', 'fix', 'document', 'handoff')
		ORDER BY due_at, client_id, id`)
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
