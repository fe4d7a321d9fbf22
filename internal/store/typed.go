package store

import (
	"time"

	"kept/internal/desk"
)

// Typed is what somebody at the desk has typed into one field and not sent yet. Thing is the number of a
// ticket or the key of a call.
type Typed struct {
	Thing     string
	Place     string
	Body      string
	ChangedAt time.Time
}

var (
	typedOn    = sql(`SELECT thing, place, body, changed_at FROM typed WHERE client_id = $1 AND staff_id = $2 AND thing = $3 ORDER BY place`)
	typedCalls = sql(`SELECT thing, place, body, changed_at FROM typed WHERE client_id = 0 AND staff_id = $1 ORDER BY changed_at DESC, thing, place LIMIT $2`)
	keepTyped  = sql(`INSERT INTO typed (client_id, staff_id, thing, place, body, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (staff_id, thing, place) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at`)
	dropTyped    = sql(`DELETE FROM typed WHERE client_id = $1 AND staff_id = $2 AND thing = $3 AND place = $4`)
	dropCall     = sql(`DELETE FROM typed WHERE client_id = 0 AND staff_id = $1 AND thing = $2`)
	dropTypedOld = sql(`DELETE FROM typed WHERE changed_at < $1`)
)

func scanTyped(row scanner) (t Typed, err error) {
	err = row.Scan(&t.Thing, &t.Place, &t.Body, at(&t.ChangedAt))
	return t, err
}

// Typed gives what the viewer has typed on a ticket of this client, and nobody else's.
func (tx *ReadTx) Typed(ref desk.Ref) ([]Typed, error) {
	return many(tx, typedOn, scanTyped, int64(tx.client), int64(tx.viewer.Staff), string(ref))
}

// KeepTyped keeps what the viewer has typed on a ticket; empty forgets it.
func (tx *Tx) KeepTyped(ref desk.Ref, place, body string) error {
	return keepTypedIn(tx.hands, tx.unit, tx.client, string(ref), place, body)
}

// TypedInCall gives what the viewer has typed in a call that is not finished.
func (tx *DeskReadTx) TypedInCall(key string) ([]Typed, error) {
	return many(tx, typedOn, scanTyped, int64(0), int64(tx.viewer.Staff), key)
}

// TypedInCalls gives what the viewer has typed in calls that are not finished, what was touched last first, at most most
// fields.
func (tx *DeskReadTx) TypedInCalls(most int) ([]Typed, error) {
	return many(tx, typedCalls, scanTyped, int64(tx.viewer.Staff), most)
}

// KeepTypedInCall keeps what the viewer has typed in a call that is not finished; empty forgets it.
func (tx *DeskTx) KeepTypedInCall(key, place, body string) error {
	return keepTypedIn(tx.hands, tx.unit, 0, key, place, body)
}

func keepTypedIn(h hands, u *unit, c desk.ClientID, thing, place, body string) error {
	if body == "" {
		return h.put(dropTyped, int64(c), int64(u.viewer.Staff), thing, place)
	}
	return h.put(keepTyped, int64(c), int64(u.viewer.Staff), thing, place, body, micros(u.now))
}

// DropCall forgets what the viewer has typed in a call.
func (tx *DeskTx) DropCall(key string) error {
	return tx.put(dropCall, int64(tx.viewer.Staff), key)
}

// DropTyped forgets what nobody has touched since before.
func (tx *SystemTx) DropTyped(before time.Time) error { return tx.put(dropTypedOld, micros(before)) }
