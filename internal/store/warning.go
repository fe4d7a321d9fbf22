package store

import (
	"strconv"
	"time"

	"kept/internal/desk"
)

const warningNames = "client_id, ticket_id, metric, clock_key, start_at, staff_id, percent, deadline_at, warned_at, fire_at, alert_id"

var (
	warningSave = sql(insert("clock_warning", warningNames) + ` ON CONFLICT (ticket_id, client_id, metric, clock_key, start_at, staff_id) DO UPDATE SET
		percent = excluded.percent, deadline_at = excluded.deadline_at, warned_at = excluded.warned_at, fire_at = excluded.fire_at, alert_id = excluded.alert_id`)
	warningWhen = sql("UPDATE clock_warning SET fire_at = $6 WHERE client_id = $1 AND ticket_id = $2 AND metric = $3 AND clock_key = $4 AND start_at = $5")
	warningsOf  = ofKeys("SELECT " + warningNames + " FROM clock_warning WHERE client_id = $1 AND ticket_id {keys} ORDER BY ticket_id, metric, clock_key, start_at, staff_id")
	warningDrop = sql("DELETE FROM clock_warning WHERE client_id = $1 AND ticket_id = $2 AND metric = $3 AND clock_key = $4 AND start_at = $5 AND staff_id = $6")
	warningsDue = sql("SELECT DISTINCT client_id, ticket_id FROM clock_warning WHERE fire_at <= $1 ORDER BY client_id, ticket_id LIMIT $2")
	warningNext = sql("SELECT fire_at FROM clock_warning WHERE fire_at IS NOT NULL ORDER BY fire_at, client_id, ticket_id LIMIT 1")
	warningLook = sql("UPDATE clock_warning SET fire_at = $1 WHERE fire_at > $1")
	warningEnd  = sql(`UPDATE alert SET acked_at = $3, acked_by = $4 WHERE client_id = $1 AND id = $2 AND acked_at IS NULL`)
	warningHush = sql(`UPDATE ring SET state = 'stopped', fire_at = NULL WHERE client_id = $1 AND alert_id = $2 AND staff_id = $3 AND state IN ('waiting', 'later')`)
	warningsTo  = across("SELECT " + aliased("w", warningNames) + ", t.ref FROM clock_warning w JOIN ticket t ON t.client_id = w.client_id AND t.id = w.ticket_id" + `
		WHERE w.staff_id IN ($1, $2) AND {mine w} ORDER BY w.percent = 100, w.deadline_at, w.client_id, w.ticket_id, w.metric LIMIT $3`)
)

func warningFields(w *desk.Warning) []any {
	return []any{&w.Client, &w.Ticket, &w.Metric, &w.Key, at(&w.Start), &w.Staff, &w.Percent, at(&w.Deadline), at(&w.At), at(&w.FireAt), &w.Alert}
}

var scanWarning = placed(warningFields)

// SaveWarning stores a warning of a question of the client, in place of one of the same clock to the same person.
func (tx *Tx) SaveWarning(w desk.Warning) error {
	return tx.put(warningSave, tx.client, w.Ticket, w.Metric, w.Key, micros(w.Start), w.Staff, w.Percent, micros(w.Deadline), micros(w.At), optMicros(w.FireAt), w.Alert)
}

// LookLater says when it is looked at next who is warned of w's clock.
func (tx *Tx) LookLater(w desk.Warning) error {
	return tx.put(warningWhen, tx.client, w.Ticket, w.Metric, w.Key, micros(w.Start), optMicros(w.FireAt))
}

// DropWarning says that w is true no longer, or no longer for whom it was: they are not told what they were not told yet.
func (tx *Tx) DropWarning(w desk.Warning) error {
	if w.Alert != 0 {
		if err := tx.put(warningHush, tx.client, w.Alert, w.Staff); err != nil {
			return err
		}
	}
	return tx.put(warningDrop, tx.client, w.Ticket, w.Metric, w.Key, micros(w.Start), w.Staff)
}

// EndWarned ends the alert that rings of warnings are for; by is who did, zero for Kept itself.
func (tx *Tx) EndWarned(alert int64, by desk.StaffID) error {
	return tx.put(warningEnd, tx.client, alert, micros(tx.Now()), by)
}

// WarningsOf gives who is warned of the clocks of these questions now.
func (tx *ReadTx) WarningsOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Warning, error) {
	return byKeys(tx, warningsOf, ts, scanWarning, func(w *desk.Warning) desk.TicketID { return w.Ticket })
}

// WarningsDue gives at most n questions of which it is to be looked at who is warned.
func (tx *SystemTx) WarningsDue(now time.Time, n int) ([]TicketKey, error) {
	return many(tx, warningsDue, scanTicketKey, micros(now), n)
}

// LookAtWarnings makes all warnings due at now if the roster has changed since it did so last: somebody else may be
// on shift.
func (tx *SystemTx) LookAtWarnings(now time.Time) error {
	version, err := tx.RosterVersion()
	if err != nil {
		return err
	}
	seen, err := tx.version(warnedRoster)
	if err != nil || seen == version {
		return err
	}
	if err := tx.put(warningLook, micros(now)); err != nil {
		return err
	}
	return tx.SetSetting(warnedRoster, strconv.FormatInt(version, 10))
}

// NextWarning is when it is next to be looked at who is warned; false when it need not be.
func (tx *SystemTx) NextWarning() (time.Time, bool, error) { return instantOf(tx, warningNext) }

// WarnedOf is a warning with the number of its question.
type WarnedOf struct {
	desk.Warning
	Ref desk.Ref
}

// WarningsTo gives at most n warnings to somebody, and with leads those that are for everybody who leads; what can still
// be met before what was missed, each by its deadline.
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
