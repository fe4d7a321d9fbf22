package store

import (
	"time"

	"kept/internal/desk"
)

const sessionColumns = `hash, staff_id, created_at, seen_at, ends_at, passed`

var (
	sessionByHash = sql(`SELECT ` + sessionColumns + ` FROM session WHERE hash = $1`)
	addSession    = sql(`INSERT INTO session (` + sessionColumns + `) VALUES ($1, $2, $3, $4, $5, $6)`)
	touchSession  = sql(`UPDATE session SET seen_at = $2 WHERE hash = $1`)
	endSession    = sql(`DELETE FROM session WHERE hash = $1`)
	endSessionsOf = sql(`DELETE FROM session WHERE staff_id = $1`)
	endOthersOf   = sql(`DELETE FROM session WHERE staff_id = $1 AND hash <> $2`)
	dropEndedOnes = sql(`DELETE FROM session WHERE ends_at <= $1`)
)

func scanSession(row scanner) (s desk.Session, err error) {
	err = row.Scan(&s.Hash, &s.Staff, at(&s.CreatedAt), at(&s.SeenAt), at(&s.EndsAt), &s.Passed)
	return s, err
}

// Session gives the session with this hash of its secret, NotFound otherwise. It may have ended:
// compare EndsAt with now.
func (tx *DeskReadTx) Session(hash string) (desk.Session, error) {
	return one(tx, sessionByHash, scanSession, hash)
}

// AddSession stores a new session.
func (tx *DeskTx) AddSession(s desk.Session) error {
	return tx.put(addSession, s.Hash, int64(s.Staff), micros(s.CreatedAt), micros(s.SeenAt), micros(s.EndsAt), flag(s.Passed))
}

// TouchSession notes that a session was used; nothing happens when it is gone.
func (tx *DeskTx) TouchSession(hash string, at time.Time) error {
	return tx.put(touchSession, hash, micros(at))
}

// EndSession signs a browser out; nothing happens when it is gone.
func (tx *DeskTx) EndSession(hash string) error { return tx.put(endSession, hash) }

// EndSessionsOf signs a member of staff out everywhere.
func (tx *DeskTx) EndSessionsOf(s desk.StaffID) error { return tx.put(endSessionsOf, int64(s)) }

// EndOtherSessionsOf signs somebody out everywhere but in the session with this hash.
func (tx *DeskTx) EndOtherSessionsOf(s desk.StaffID, hash string) error {
	return tx.put(endOthersOf, int64(s), hash)
}

// DropEndedSessions forgets the sessions that have ended by now.
func (tx *DeskTx) DropEndedSessions(now time.Time) error { return tx.put(dropEndedOnes, micros(now)) }
