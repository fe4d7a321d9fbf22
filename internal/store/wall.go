package store

import (
	"time"

	"kept/internal/desk"
)

var (
	wallLive = across("SELECT " + promiseCols + ` FROM promise p WHERE p.ended_at IS NULL AND p.due_at < $1
		AND (CAST($2 AS BIGINT) = 0 OR +p.client_id = $2) AND {mine p} ORDER BY p.due_at, p.client_id, p.id LIMIT $3`)
	// Open is having something due: an open ticket always has a live promise.
	wallOpen = across(`SELECT t.opened_at FROM ticket t WHERE t.due_at IS NOT NULL AND t.opened_at < $1
		AND (CAST($2 AS BIGINT) = 0 OR +t.client_id = $2) AND {mine t} ORDER BY t.opened_at, t.client_id, t.id LIMIT $3`)
	// PostgreSQL takes those who call now for a third of all promises, and reads every attempt there ever was, if it may.
	wallCalls = acrossFor(`SELECT p.client_id, p.id, p.owner_id, a.staff_id, a.staff_name, a.began_at FROM promise p
		JOIN attempt a ON a.client_id = p.client_id AND a.promise_id = p.id
		WHERE p.trying_at IS NOT NULL AND p.trying_at >= $1 AND a.ended_at IS NULL AND a.began_at >= $1 AND {mine p}
		ORDER BY p.trying_at, p.client_id, p.id LIMIT $2`,
		`SELECT p.client_id, p.id, p.owner_id, a.staff_id, a.staff_name, a.began_at FROM
			(SELECT p.client_id, p.id, p.owner_id, p.trying_at FROM promise p WHERE p.trying_at IS NOT NULL AND p.trying_at >= $1 AND {mine p}
				ORDER BY p.trying_at, p.client_id, p.id LIMIT $2) p
		JOIN attempt a ON a.client_id = p.client_id AND a.promise_id = p.id
		WHERE a.ended_at IS NULL AND a.began_at >= $1 ORDER BY p.trying_at, p.client_id, p.id`)
	wallPast = sql(`SELECT p.kind, p.skill, p.function_id, p.start_at, p.due_at, p.made_at, p.ended_at, p.state FROM promise p
		WHERE p.ended_at IS NOT NULL AND p.ended_at >= $1 ORDER BY p.ended_at DESC, p.client_id DESC, p.id DESC LIMIT ` + endedAtMost)
)

// Call is a call that is under way for a promise.
type Call struct {
	Client  desk.ClientID
	Promise desk.PromiseID
	Owner   desk.StaffID // of the promise
	By      desk.StaffID
	Name    string
	Since   time.Time
}

func scanCall(row scanner) (c Call, err error) {
	err = row.Scan(&c.Client, &c.Promise, orZero(&c.Owner), &c.By, &c.Name, at(&c.Since))
	return c, err
}

// Pledged gives the live promises that are due before until, of one client or, with zero, of all that the
// viewer sees; what is due first on top. Nothing personal is in them, so nobody is on record for it.
func (tx *DeskReadTx) Pledged(c desk.ClientID, until time.Time, limit int) ([]desk.Promise, error) {
	return manyAcross(tx, wallLive, scanPromise, micros(until), c, limit)
}

// OpenSince gives when the questions were opened that are still open and older than before, oldest first.
func (tx *DeskReadTx) OpenSince(c desk.ClientID, before time.Time, limit int) ([]time.Time, error) {
	return manyAcross(tx, wallOpen, func(row scanner) (t time.Time, err error) {
		err = row.Scan(at(&t))
		return t, err
	}, micros(before), c, limit)
}

// Calls gives the calls that began at since or later and that nobody has ended.
func (tx *DeskReadTx) Calls(since time.Time, limit int) ([]Call, error) {
	return manyAcross(tx, wallCalls, scanCall, micros(since), limit)
}

// Past gives each of the latest 20,000 promises of all clients that ended since an instant, with what says how long
// they took: kind, skill, function, start, due, made, ended and state. The promise is that of the next row after hear has returned.
func (tx *SystemTx) Past(since time.Time, hear func(*desk.Promise)) error {
	var p desk.Promise // one for all: together they would be the largest thing that a node ever holds
	return tx.each(wallPast, []any{micros(since)}, func(row scanner) error {
		err := row.Scan(&p.Kind, &p.Skill, &p.Function, at(&p.Start), at(&p.Due), at(&p.MadeAt), at(&p.EndedAt), &p.State)
		if err == nil {
			hear(&p)
		}
		return err
	})
}
