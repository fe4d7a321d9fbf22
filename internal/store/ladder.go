package store

import (
	"strings"
	"time"

	"kept/internal/desk"
)

const isLadder = `a.kind = 'untaken'`

// onThePhone is a ladder a for whose promise, or its repair, somebody is calling: since a bound of the trying.
func onThePhone(since string) string {
	return `(` + isLadder + ` AND EXISTS (SELECT 1 FROM promise c WHERE c.client_id = a.client_id AND c.ticket_id = a.ticket_id
		AND (c.id = a.promise_id OR c.repair_of = a.promise_id) AND c.ended_at IS NULL AND c.trying_at > ` + since + `))`
}

var (
	// SQLite finds in its index of what is live which promises to look at: half of what falls due soon Kept asks by itself.
	laddersNew = sqlFor(laddersOf("promise k CROSS JOIN promise p ON p.client_id = k.client_id AND p.id = k.id", "k"), laddersOf("promise p", "p"))
	// That it is no clock is said once more for the index, which leaves those out. Only what has ended is repaired, and a call for
	// the repair looked for.
	laddersOpen = sql(`SELECT a.id, a.client_id, a.ticket_id, a.promise_id, a.kind, a.raised_at, p.skill, p.lang, p.owner_id, p.backup_id, p.due_at, p.made_at
		FROM alert a JOIN promise p ON p.client_id = a.client_id AND p.id = a.promise_id
		WHERE a.acked_at IS NULL AND a.kind <> 'clock' AND ` + isLadder + ` AND NOT EXISTS (SELECT 1 FROM ring r WHERE r.client_id = a.client_id AND r.alert_id = a.id AND r.step = -1)
		AND p.answered_at IS NULL AND (p.ended_at IS NULL AND (p.trying_at IS NULL OR p.trying_at <= $1) OR p.ended_at IS NOT NULL AND NOT ` + onThePhone("$1") + `)
		ORDER BY a.raised_at, a.id LIMIT 5000`)
	// What has ended or been taken meanwhile has none.
	ladderAdd = sql(`INSERT INTO alert (` + alertNames + `) SELECT $2, p.client_id, p.ticket_id, p.id, 'untaken', '', '', $3, NULL, 0
		FROM promise p WHERE p.client_id = $1 AND p.id = $4 AND p.ended_at IS NULL ON CONFLICT DO NOTHING`)
	ladderTake = sql(`INSERT INTO alert (` + alertNames + `) VALUES ($2, $1, $3, $4, 'untaken', '', '', $5, $5, $6)
		ON CONFLICT (client_id, promise_id) WHERE kind = 'untaken' DO UPDATE SET acked_at = excluded.acked_at, acked_by = excluded.acked_by`)
	ladderTaken = sql(`SELECT acked_by FROM alert WHERE client_id = $1 AND promise_id = $2 AND kind = 'untaken' AND acked_at IS NOT NULL`)
	ladderRings = sql(`DELETE FROM ring WHERE client_id = $1 AND alert_id IN (SELECT a.id FROM alert a WHERE a.client_id = $1 AND a.promise_id = $2 AND a.kind = 'untaken' AND a.acked_at IS NOT NULL)`)
	ladderAgain = sql(`DELETE FROM alert WHERE client_id = $1 AND promise_id = $2 AND kind = 'untaken' AND acked_at IS NOT NULL`)
	ladderEnd   = sql(`UPDATE alert SET acked_at = $3, acked_by = $4 WHERE client_id = $1 AND promise_id = $2 AND kind = 'untaken' AND acked_at IS NULL`)
)

// laddersOf asks for promises p without a ladder, of which k tells what an index has. Each is by the policy of its client if that
// has one, $8, else by the desk's. A repair has no ladder of its own while that of what it repairs goes on: in one condition with
// OR the two would have SQLite read all alerts that the client ever had.
func laddersOf(from, k string) string {
	return strings.ReplaceAll("SELECT "+promiseCols+" FROM "+from+` LEFT JOIN policy o ON o.client_id = p.client_id AND o.purpose = 'promises'
		WHERE {k}.ended_at IS NULL AND {k}.due_at <= $1 AND {k}.kind <> 'confirm' AND ($8 = 1 OR $7 LIKE '%,' || {k}.kind || ',%')
		AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.client_id = {k}.client_id AND a.promise_id = {k}.id AND `+isLadder+`)
		AND p.due_at <= $5 + COALESCE(o.ahead, $6) AND p.answered_at IS NULL
		AND (p.trying_at IS NULL OR p.trying_at <= $2) AND (p.source = 'person' OR COALESCE(o.agreed, $3) = 1)
		AND (o.client_id IS NULL AND $7 LIKE '%,' || p.kind || ',%' OR o.kinds LIKE '%,' || p.kind || ',%')
		AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.client_id = p.client_id AND a.promise_id = p.repair_of AND `+isLadder+` AND a.acked_at IS NULL)
		ORDER BY {k}.due_at, {k}.client_id, {k}.id LIMIT $4`, "{k}", k)
}

// scanLadder reads of the promise what its steps depend on.
func scanLadder(row scanner) (l desk.Ladder, err error) {
	a, p := &l.Alert, &l.Promise
	err = row.Scan(&a.ID, &a.Client, &a.Ticket, &a.Promise, &a.Kind, at(&a.RaisedAt), &p.Skill, &p.Lang, orZero(&p.Owner), orZero(&p.Backup), at(&p.Due), at(&p.MadeAt))
	p.Client, p.Ticket, p.ID = a.Client, a.Ticket, a.Promise
	return l, err
}

// Ladders is for which promises a policy is.
type Ladders struct {
	Kinds  []desk.PromiseKind
	Agreed bool          // also those that only an agreement makes
	Ahead  time.Duration // how long before one is due its first step begins
}

// Untaken gives at most limit live promises whose first step has come by the policy of their client, or by the desk's
// where the client has none, for which nobody calls and nothing is on its way, and that have no ladder yet.
func (tx *DeskReadTx) Untaken(desks Ladders, limit int) ([]desk.Promise, error) {
	furthest, err := one(tx, policyAhead, value[int64]) // below zero: no client has one of its own
	if err != nil || furthest < 0 && len(desks.Kinds) == 0 {
		return nil, err
	}
	now, ahead := tx.Now(), desks.Ahead.Microseconds()
	kinds := "," + joined(desks.Kinds) + ","
	return many(tx, laddersNew, scanPromise, micros(now)+max(furthest, ahead), micros(now.Add(-desk.CallLasts)), flag(desks.Agreed), limit, micros(now), ahead, kinds, flag(furthest >= 0))
}

// OpenLadders are those that go on, longest first: nobody has acknowledged them, nobody is on the phone for what they
// are for, no answer is on its way, and they have not reached their end.
func (tx *DeskReadTx) OpenLadders() ([]desk.Ladder, error) {
	return many(tx, laddersOpen, scanLadder, micros(tx.Now().Add(-desk.CallLasts)))
}

// AddLadder begins the ladder of a promise; false when it has one, or has ended.
func (tx *Tx) AddLadder(id int64, p desk.PromiseID) (bool, error) {
	n, err := tx.exec(ladderAdd, tx.client, id, micros(tx.Now()), p)
	return n > 0, err
}

// TakeLadder acknowledges the ladder of p: it ends, or never begins. Whoever takes it last has it.
func (tx *Tx) TakeLadder(p desk.Promise, by desk.StaffID) error {
	return tx.put(ladderTake, tx.client, tx.NewDeskID(), p.Ticket, p.ID, micros(tx.Now()), by)
}

// LadderAgain forgets that somebody had p: nobody has it now, and its ladder begins again.
func (tx *Tx) LadderAgain(p desk.PromiseID) error {
	if err := tx.put(ladderRings, tx.client, p); err != nil {
		return err
	}
	return tx.put(ladderAgain, tx.client, p)
}

// EndLadders ends those of two promises; zero is none.
func (tx *Tx) EndLadders(p, repaired desk.PromiseID, by desk.StaffID) error {
	for _, of := range []desk.PromiseID{p, repaired} {
		if of != 0 {
			if err := tx.put(ladderEnd, tx.client, of, micros(tx.Now()), by); err != nil {
				return err
			}
		}
	}
	return nil
}

// LadderTaken tells who has acknowledged the ladder of p; false when nobody has.
func (tx *ReadTx) LadderTaken(p desk.PromiseID) (by desk.StaffID, taken bool, err error) {
	return maybe(tx, ladderTaken, value[desk.StaffID], tx.client, p)
}
