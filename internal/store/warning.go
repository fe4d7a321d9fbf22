package store

import (
	"slices"
	"time"

	"kept/internal/desk"
)

const warningNames = "client_id, ticket_id, metric, clock_key, start_at, staff_id, percent, deadline_at, warned_at, fire_at, state"

var (
	warningAdd  = sql(insert("clock_warning", warningNames) + " ON CONFLICT DO NOTHING")
	warningsOf  = sql("SELECT " + warningNames + " FROM clock_warning WHERE client_id = $1 AND ticket_id IN (" + slots(2, keysAtOnce) + ") ORDER BY ticket_id, metric, clock_key, start_at, staff_id")
	warningDrop = sql("DELETE FROM clock_warning WHERE client_id = $1 AND ticket_id = $2 AND metric = $3 AND clock_key = $4 AND start_at = $5 AND staff_id = $6")
	warningsDue = sql("SELECT " + warningNames + " FROM clock_warning WHERE fire_at <= $1 ORDER BY fire_at, client_id, ticket_id LIMIT $2")
	warningNext = sql("SELECT fire_at FROM clock_warning WHERE fire_at IS NOT NULL ORDER BY fire_at, client_id, ticket_id LIMIT 1")
	warningMove = sql(`UPDATE clock_warning SET state = $8, fire_at = $9
		WHERE client_id = $1 AND ticket_id = $2 AND metric = $3 AND clock_key = $4 AND start_at = $5 AND staff_id = $6 AND state = $7`)
	warningsTo = across("SELECT " + aliased("w", warningNames) + ", t.ref FROM clock_warning w JOIN ticket t ON t.client_id = w.client_id AND t.id = w.ticket_id" + `
		WHERE w.staff_id IN ($1, $2) AND {mine w} ORDER BY w.deadline_at, w.client_id, w.ticket_id, w.metric LIMIT $3`)
)

func warningFields(w *desk.Warning) []any {
	return []any{&w.Client, &w.Ticket, &w.Metric, &w.Key, at(&w.Start), &w.Staff, &w.Percent, at(&w.Deadline), at(&w.At), at(&w.FireAt), &w.State}
}

func scanWarning(row scanner) (w desk.Warning, err error) {
	err = row.Scan(warningFields(&w)...)
	return w, err
}

// AddWarning stores a warning of a question of the client; one of the same clock to the same person stays as it is.
func (tx *Tx) AddWarning(w desk.Warning) error {
	return tx.put(warningAdd, tx.client, w.Ticket, w.Metric, w.Key, micros(w.Start), w.Staff, w.Percent, micros(w.Deadline), micros(w.At), optMicros(w.FireAt), w.State)
}

// DropWarning says that w is true no longer.
func (tx *Tx) DropWarning(w desk.Warning) error {
	return tx.put(warningDrop, tx.client, w.Ticket, w.Metric, w.Key, micros(w.Start), w.Staff)
}

// WarningsOf gives who is warned of the clocks of these questions now.
func (tx *ReadTx) WarningsOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Warning, error) {
	by := map[desk.TicketID][]desk.Warning{}
	for some := range slices.Chunk(ts, keysAtOnce) {
		rows, err := many(tx, warningsOf, scanWarning, append([]any{tx.client}, padded(some, keysAtOnce)...)...)
		if err != nil {
			return nil, err
		}
		for _, w := range rows {
			by[w.Ticket] = append(by[w.Ticket], w)
		}
	}
	return by, nil
}

// WarningsDue gives warnings of which a text is to be sent by now.
func (tx *SystemTx) WarningsDue(now time.Time, n int) ([]desk.Warning, error) {
	return many(tx, warningsDue, scanWarning, micros(now), n)
}

// NextWarning is when the next text of a warning is to be sent; false when none is.
func (tx *SystemTx) NextWarning() (time.Time, bool, error) { return instantOf(tx, warningNext) }

// MoveWarning notes what became of the text of w, and when it is to be looked at again; false when somebody else has
// moved it, or it is true no longer.
func (tx *SystemTx) MoveWarning(w desk.Warning, to desk.WarningState, again time.Time) (bool, error) {
	n, err := tx.exec(warningMove, w.Client, w.Ticket, w.Metric, w.Key, micros(w.Start), w.Staff, w.State, to, optMicros(again))
	return n > 0, err
}

// WarnedOf is a warning with the number of its question.
type WarnedOf struct {
	desk.Warning
	Ref desk.Ref
}

// WarningsTo gives at most n warnings to somebody, and with leads those that are for everybody who leads; what
// ends first on top.
func (tx *DeskReadTx) WarningsTo(who desk.StaffID, leads bool, n int) ([]WarnedOf, error) {
	also := who
	if leads {
		also = 0
	}
	return recallAcross(tx, warningsTo, func(row scanner) (w WarnedOf, err error) {
		err = row.Scan(append(warningFields(&w.Warning), &w.Ref)...)
		return w, err
	}, who, also, n)
}
