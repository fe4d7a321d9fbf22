package store

import (
	"time"

	"kept/internal/desk"
)

const ringColumns = `client_id, alert_id, step, round, staff_id, way, called_at, fire_at, state`

var (
	ringsOpen = across(`SELECT ` + aliased("r", ringColumns) + ` FROM ring r JOIN alert a ON a.id = r.alert_id
		WHERE a.acked_at IS NULL AND {mine r} ORDER BY r.called_at, r.alert_id, r.step, r.round, r.staff_id, r.way LIMIT 2000`)
	addRing = sql(insert("ring", ringColumns) + ` ON CONFLICT DO NOTHING`)
	ringDue = sql(`SELECT ` + ringColumns + ` FROM ring WHERE fire_at IS NOT NULL AND fire_at <= $1 ORDER BY fire_at, client_id, alert_id LIMIT 100`)
	ringSet = sql(`UPDATE ring SET state = $8, fire_at = NULL WHERE client_id = $1 AND alert_id = $2 AND step = $3 AND round = $4 AND staff_id = $5 AND way = $6 AND state = $7`)
)

func scanRing(row scanner) (r desk.Ring, err error) {
	err = row.Scan(&r.Client, &r.Alert, &r.Step, &r.Round, &r.Staff, &r.Way, at(&r.CalledAt), at(&r.FireAt), &r.State)
	return r, err
}

// OpenRings are the rings for alerts that nobody has accepted yet, of the viewer's clients, oldest first.
func (tx *DeskReadTx) OpenRings() ([]desk.Ring, error) { return manyAcross(tx, ringsOpen, scanRing) }

// AddRing stores a ring; one that is there already stays as it is.
func (tx *Tx) AddRing(r desk.Ring) error {
	_, err := tx.exec(addRing, int64(tx.client), r.Alert, int64(r.Step), int64(r.Round), int64(r.Staff), string(r.Way), micros(r.CalledAt), optMicros(r.FireAt), string(r.State))
	return err
}

// DueRings are rings whose time has come.
func (tx *DeskReadTx) DueRings(now time.Time) ([]desk.Ring, error) {
	return many(tx, ringDue, scanRing, micros(now))
}

// MoveRing takes a ring from its state to another; false when somebody else has moved it.
func (tx *SystemTx) MoveRing(r desk.Ring, to desk.RingState) (bool, error) {
	n, err := tx.exec(ringSet, int64(r.Client), r.Alert, int64(r.Step), int64(r.Round), int64(r.Staff), string(r.Way), string(r.State), string(to))
	return n > 0, err
}
