package store

import (
	"time"

	"kept/internal/desk"
)

// Inbound is a message that came in from outside, kept as it came. From, To and Body are personal
// data: they go on no log and in no metric.
type Inbound struct {
	ID       int64
	Client   desk.ClientID // zero: nobody knows yet
	Channel  desk.Channel
	Provider string // the provider's id of the message
	From, To string
	Body     string
	At       time.Time
	State    string // "waiting" for a person, or what became of it
	Reason   string // why it waits; free of personal data
	Ticket   desk.TicketID
}

const inboundColumns = `i.id, i.client_id, i.channel, i.provider, i.sender, i.recipient, i.body, i.at, i.state, i.reason,
	i.ticket_id`

var (
	waitingAll = sql(`SELECT ` + inboundColumns + ` FROM inbound i WHERE i.state = 'waiting'
		ORDER BY i.at, i.id LIMIT $1`)
	waitingServed = sql(`SELECT ` + inboundColumns + ` FROM inbound i WHERE i.state = 'waiting'
		AND (i.client_id = 0 OR i.client_id IN (SELECT s.client_id FROM staff_client s WHERE s.staff_id = $2))
		ORDER BY i.at, i.id LIMIT $1`)
	addInbound = sql(`INSERT INTO inbound (id, client_id, channel, provider, sender, recipient, body, at, state, reason,
		ticket_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (channel, provider) DO NOTHING`)
	saveInbound = sql(`UPDATE inbound SET client_id = $2, state = $3, reason = $4, ticket_id = $5 WHERE id = $1`)
)

func scanInbound(row scanner) (in Inbound, err error) {
	err = row.Scan(&in.ID, &in.Client, &in.Channel, &in.Provider, &in.From, &in.To, &in.Body, at(&in.At), &in.State,
		&in.Reason, &in.Ticket)
	return in, err
}

// WaitingInbound are the messages that wait for a person, the oldest first: all for Kept itself and
// desk-wide tokens, for staff those of the clients they serve and those of nobody knows whom, and
// none for anybody else.
func (tx *DeskReadTx) WaitingInbound(limit int) (all []Inbound, err error) {
	v := tx.Viewer()
	switch {
	case v.Desk:
		all, err = many(tx, waitingAll, scanInbound, int64(limit))
	case v.Who == desk.WhoStaff:
		all, err = many(tx, waitingServed, scanInbound, int64(limit), int64(v.Staff))
	}
	for _, in := range all {
		tx.saw(in.Client, "inbound", in.ID)
	}
	return all, err
}

// AddInbound stores a message under its id. It is false when the same provider has brought the same
// message before: nothing is stored then.
func (tx *SystemTx) AddInbound(in Inbound) (bool, error) {
	n, err := tx.exec(addInbound, in.ID, int64(in.Client), string(in.Channel), in.Provider, in.From, in.To, in.Body,
		micros(in.At), in.State, in.Reason, int64(in.Ticket))
	return n > 0, err
}

// SaveInbound stores what became of a message: its client, state, reason and ticket.
func (tx *SystemTx) SaveInbound(in Inbound) error {
	return must(tx.exec(saveInbound, in.ID, int64(in.Client), in.State, in.Reason, int64(in.Ticket)))
}
