package store

import "kept/internal/desk"

const alertNames = "id, client_id, ticket_id, promise_id, kind, flag, note, raised_at, acked_at, acked_by"

var (
	alertCols  = aliased("a", alertNames)
	alertAdd   = gathered(insert("alert", alertNames))
	alertSave  = sql("UPDATE alert SET kind = $3, flag = $4, note = $5, acked_at = $6, acked_by = $7 WHERE client_id = $1 AND id = $2")
	alertOne   = acrossOne("SELECT " + alertCols + " FROM alert a WHERE a.id = $1 AND {mine a}")
	alertsOpen = across(openAlerts("a.flag = ''"))
	alertsRed  = across(openAlerts("a.flag <> ''"))
	alertCount = across("SELECT COUNT(*) FROM (SELECT a.id FROM alert a WHERE a.acked_at IS NULL AND " + matters + " AND {mine a} LIMIT 1000) open_alert")
	alertAny   = sql("SELECT 1 FROM alert a WHERE a.acked_at IS NULL AND a.kind <> 'clock' ORDER BY a.raised_at, a.id LIMIT 1")
	// That it is no clock is said once more for the index, which leaves those out.
	alertsToCall = sql("SELECT " + alertCols + ` FROM alert a WHERE a.acked_at IS NULL AND a.kind <> 'clock' AND NOT ` + isLadder + `
		AND NOT EXISTS (SELECT 1 FROM ring r WHERE r.client_id = a.client_id AND r.alert_id = a.id AND r.step = -1)
		ORDER BY CASE a.flag WHEN '' THEN 1 ELSE 0 END, a.raised_at, a.id LIMIT 5000`)
	alertsOf   = sql("SELECT " + alertCols + " FROM alert a WHERE a.client_id = $1 AND a.ticket_id = $2 AND a.acked_at IS NULL AND " + matters + " ORDER BY a.id")
	alertsEver = ofKeys("SELECT " + alertCols + " FROM alert a WHERE a.client_id = $1 AND a.ticket_id {keys} ORDER BY a.ticket_id, a.id")
)

// A ladder is for the people whom it calls. It matters to those who lead once it has reached nobody. What a warning is
// told by never does: the warning stands on their screens.
const matters = "a.kind <> 'clock' AND (a.kind <> 'untaken' OR EXISTS (SELECT 1 FROM ring r WHERE r.client_id = a.client_id AND r.alert_id = a.id AND r.step = -1))"

func openAlerts(which string) string {
	return "SELECT " + alertCols + " FROM alert a WHERE a.acked_at IS NULL AND " + which + " AND " + matters + " AND {mine a} ORDER BY a.raised_at, a.id LIMIT $1"
}

var scanAlert = placed(func(a *desk.Alert) []any {
	return []any{&a.ID, &a.Client, &a.Ticket, &a.Promise, &a.Kind, &a.Flag, &a.Note, at(&a.RaisedAt), at(&a.AckedAt), &a.AckedBy}
})

// AddAlert raises an alert of the client of tx.
func (tx *Tx) AddAlert(a desk.Alert) error {
	return tx.put(alertAdd, a.ID, tx.client, a.Ticket, a.Promise, a.Kind, a.Flag, a.Note, micros(a.RaisedAt), optMicros(a.AckedAt), a.AckedBy)
}

// SaveAlert writes everything of a that can change; NotFound when the client has no such alert.
func (tx *Tx) SaveAlert(a desk.Alert) error {
	return must(tx.exec(alertSave, tx.client, a.ID, a.Kind, a.Flag, a.Note, optMicros(a.AckedAt), a.AckedBy))
}

// SomeUnaccepted tells whether there is an open alert, or a ladder that goes on, of any client, or a ring or a mail to a leader is
// to be sent by now.
func (tx *DeskReadTx) SomeUnaccepted() (bool, error) {
	for _, of := range []struct {
		s    *stmt
		args []any
	}{{alertAny, nil}, {ringSome, []any{micros(tx.Now())}}, {agreementMailSome, []any{micros(tx.Now())}}} {
		if _, some, err := maybe(tx, of.s, value[int64], of.args...); some || err != nil {
			return some, err
		}
	}
	return false, nil
}

// AlertsOf gives the open alerts of a ticket, oldest first.
func (tx *ReadTx) AlertsOf(t desk.TicketID) ([]desk.Alert, error) {
	return many(tx, alertsOf, scanAlert, tx.client, t)
}

// AlertsEver gives all alerts of a ticket, those that somebody took care of too, oldest first.
func (tx *ReadTx) AlertsEver(t desk.TicketID) ([]desk.Alert, error) {
	return many(tx, alertsEver.one, scanAlert, tx.client, t)
}

// AlertsEverOf is AlertsEver of several tickets.
func (tx *ReadTx) AlertsEverOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Alert, error) {
	return byKeys(tx, alertsEver, ts, scanAlert, func(a *desk.Alert) desk.TicketID { return a.Ticket })
}

// Alert gives one alert of the viewer's clients, or NotFound.
func (tx *DeskReadTx) Alert(id int64) (desk.Alert, error) {
	return oneAcross(tx, alertOne, scanAlert, id)
}

// OpenAlerts gives the open alerts of the viewer's clients: those of words of danger, however many others
// are open, then the rest; the longest open first.
func (tx *DeskReadTx) OpenAlerts(limit int) ([]desk.Alert, error) {
	red, err := manyAcross(tx, alertsRed, scanAlert, limit)
	if err != nil || len(red) == limit {
		return red, err
	}
	rest, err := manyAcross(tx, alertsOpen, scanAlert, limit-len(red))
	return append(red, rest...), err
}

// AlertsToCall gives the open alerts, of all clients, for which people are called still: those that have not reached their
// end. Those of words of danger come first, then the longest open.
func (tx *DeskReadTx) AlertsToCall() ([]desk.Alert, error) { return many(tx, alertsToCall, scanAlert) }

// CountAlerts is how many alerts of the viewer's clients are open, 1,000 at most.
func (tx *DeskReadTx) CountAlerts() (int, error) {
	n, err := recallAcross(tx, alertCount, scanInt)
	if err != nil || len(n) == 0 {
		return 0, err
	}
	return n[0], nil
}
