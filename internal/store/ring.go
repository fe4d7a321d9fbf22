package store

import (
	"time"

	"kept/internal/desk"
)

const (
	ringColumns = `client_id, alert_id, step, round, staff_id, way, called_at, fire_at, state, provider, reason`
	ringKey     = `client_id = $1 AND alert_id = $2 AND step = $3 AND round = $4 AND staff_id = $5`
	ringAlert   = `, a.promise_id, a.kind, a.note`
	ringFrom    = ringAlert + ` FROM ring r JOIN alert a ON a.id = r.alert_id `
)

var (
	ringsOpen = across(`SELECT ` + aliased("r", ringColumns) + ringAlert + ` FROM alert a JOIN ring r ON r.client_id = a.client_id AND r.alert_id = a.id
		WHERE a.acked_at IS NULL AND a.kind <> 'clock' AND {mine a} ORDER BY r.called_at, r.alert_id, r.step, r.round, r.staff_id, r.way LIMIT 5000`)
	ringsOfTicket = sql(`SELECT ` + aliased("r", ringColumns) + ringAlert + ` FROM alert a JOIN ring r ON r.client_id = a.client_id AND r.alert_id = a.id
		WHERE a.client_id = $1 AND a.ticket_id = $2 AND a.acked_at IS NULL ORDER BY r.called_at, r.alert_id, r.step, r.round, r.staff_id, r.way`)
	addRing  = sql(insert("ring", ringColumns) + ` ON CONFLICT DO NOTHING`)
	ringsDue = sql(`SELECT ` + aliased("r", ringColumns) + ringFrom + `WHERE r.fire_at IS NOT NULL AND r.fire_at <= $1 AND NOT ` + onThePhone("$2") + ` ORDER BY r.fire_at, r.client_id, r.alert_id LIMIT 500`)
	ringSome = sql(`SELECT 1 FROM ring r WHERE r.fire_at IS NOT NULL AND r.fire_at <= $1 ORDER BY r.fire_at, r.client_id, r.alert_id LIMIT 1`)
	// By its key: SQLite keeps a list of what it finds by an instant that it is about to change.
	ringTake = sql(`UPDATE ring SET state = 'sending', fire_at = NULL, provider = $7 WHERE ` + ringKey + ` AND way = $6 AND state = $8 AND +fire_at = $9
		AND EXISTS (SELECT 1 FROM alert a WHERE a.id = ring.alert_id AND a.acked_at IS NULL)`)
	ringStop = sql(`UPDATE ring SET state = 'stopped', fire_at = NULL WHERE ` + ringKey + ` AND way = $6 AND state IN ('waiting', 'later')
		AND EXISTS (SELECT 1 FROM alert a WHERE a.id = ring.alert_id AND a.acked_at IS NOT NULL)`)
	ringSet   = sql(`UPDATE ring SET state = $8, provider = $9, reason = $10, fire_at = $11 WHERE ` + ringKey + ` AND way = $6 AND state = $7`)
	ringsNext = sql(`UPDATE ring SET fire_at = $6 WHERE ` + ringKey + ` AND state = 'waiting' AND fire_at > $6
		AND fire_at = (SELECT MIN(r.fire_at) FROM ring r WHERE r.client_id = $1 AND r.alert_id = $2 AND r.step = $3 AND r.round = $4 AND r.staff_id = $5 AND r.state = 'waiting')`)
	ringsOfCall = sql(`SELECT ` + aliased("r", ringColumns) + ringFrom + `WHERE r.provider = $1 ORDER BY r.client_id, r.alert_id, r.step, r.round`)
)

func ringDest(r *desk.Ring) []any {
	return []any{&r.Client, &r.Alert, &r.Step, &r.Round, &r.Staff, &r.Way, at(&r.CalledAt), at(&r.FireAt), &r.State, orZero(&r.Provider), &r.Reason, &r.Promise, &r.Kind, &r.Note}
}

func scanRing() func(scanner) (desk.Ring, error) { return placed(ringDest) }

func ringOf(r desk.Ring) []any {
	return []any{int64(r.Client), r.Alert, int64(r.Step), int64(r.Round), int64(r.Staff)}
}

// OpenRings are the rings for alerts that nobody has accepted yet, of the viewer's clients, oldest first; none of
// warnings of clocks.
func (tx *DeskReadTx) OpenRings() ([]desk.Ring, error) { return manyAcross(tx, ringsOpen, scanRing()) }

// RingsOf are the rings for the open alerts of a ticket, oldest first.
func (tx *ReadTx) RingsOf(t desk.TicketID) ([]desk.Ring, error) {
	return many(tx, ringsOfTicket, scanRing(), tx.client, t)
}

// AddRing stores a ring; one that is there already stays as it is.
func (tx *Tx) AddRing(r desk.Ring) error {
	r.Client = tx.client
	return tx.put(addRing, append(ringOf(r), string(r.Way), micros(r.CalledAt), optMicros(r.FireAt), string(r.State), optText(r.Provider), r.Reason)...)
}

// DueRings are rings whose time has come, also for what somebody has accepted meanwhile. While somebody is on the phone
// for a promise those for it wait.
func (tx *DeskReadTx) DueRings(now time.Time) ([]desk.Ring, error) {
	return many(tx, ringsDue, scanRing(), micros(now), micros(now.Add(-desk.CallLasts)))
}

// TakeRing makes a ring that waits, for its time or for the provider, one that is being sent; false when it has changed
// meanwhile, or somebody has accepted what it is for. Ref is our id of a call, in place of the provider's until that is known.
func (tx *SystemTx) TakeRing(r desk.Ring, ref string) (bool, error) {
	n, err := tx.exec(ringTake, append(ringOf(r), string(r.Way), optText(ref), string(r.State), micros(r.FireAt))...)
	return n > 0, err
}

// StopRing ends a ring that waits, where somebody has accepted what it is for.
func (tx *SystemTx) StopRing(r desk.Ring) error {
	return tx.put(ringStop, append(ringOf(r), string(r.Way))...)
}

// MoveRing takes a ring from state from to that of r, with what the provider says; false when somebody else has
// moved it. One that is to be tried later is due at its FireAt; with all others nothing more is to be done.
func (tx *SystemTx) MoveRing(r desk.Ring, from desk.RingState) (bool, error) {
	var fireAt time.Time
	if r.State == desk.RingLater {
		fireAt = r.FireAt
	}
	n, err := tx.exec(ringSet, append(ringOf(r), string(r.Way), string(from), string(r.State), optText(r.Provider), r.Reason, optMicros(fireAt))...)
	return n > 0, err
}

// NextWay makes the way that would come next for the person of r due at now.
func (tx *SystemTx) NextWay(r desk.Ring, now time.Time) error {
	return tx.put(ringsNext, append(ringOf(r), micros(now))...)
}

// RingsOfCall are the rings that one call, or one text, of a provider stands for.
func (tx *DeskReadTx) RingsOfCall(provider string) ([]desk.Ring, error) {
	return many(tx, ringsOfCall, scanRing(), provider)
}
