package store

import "kept/internal/desk"

const messageNames = "client_id, ticket_id, id, kind, via, who, who_id, who_name, body, at, flag"

var (
	messageAdd  = gathered(insert("message", messageNames))
	messagesOf  = sql("SELECT " + messageNames + " FROM message WHERE client_id = $1 AND ticket_id = $2 AND id > $3 ORDER BY id")
	messageOuts = sql(`SELECT message_id, id, state, channel, reason FROM outbox
		WHERE client_id = $1 AND ticket_id = $2 AND message_id > $3 ORDER BY id`)
)

func scanMessage(row scanner) (m desk.Message, err error) {
	err = row.Scan(&m.Client, &m.Ticket, &m.ID, &m.Kind, &m.Via, &m.By.Who, &m.By.ID, &m.By.Name, &m.Body, at(&m.At), &m.Flag)
	return m, err
}

// AddMessage adds m to its ticket. Its delivery is an outbox row, not part of it.
func (tx *Tx) AddMessage(m desk.Message) error {
	return tx.put(messageAdd, tx.client, m.Ticket, m.ID, m.Kind, m.Via, m.By.Who, m.By.ID, m.By.Name, m.Body, micros(m.At), m.Flag)
}

// Messages gives the messages of a ticket, oldest first, each with its latest delivery.
func (tx *ReadTx) Messages(t desk.TicketID) ([]desk.Message, error) { return tx.MessagesSince(t, 0) }

// MessagesSince gives the messages of a ticket that came behind the message after, oldest first,
// each with its latest delivery.
func (tx *ReadTx) MessagesSince(t desk.TicketID, after desk.MessageID) ([]desk.Message, error) {
	ms, err := many(tx, messagesOf, scanMessage, tx.client, t, after)
	if err != nil || len(ms) == 0 {
		return nil, err
	}
	index := make(map[desk.MessageID]*desk.Message, len(ms))
	ids := make([]int64, len(ms))
	for i := range ms {
		index[ms[i].ID], ids[i] = &ms[i], int64(ms[i].ID)
	}
	tx.saw("message", ids...)
	// Each delivery overwrites the one before it: the last is the latest.
	_, err = many(tx, messageOuts, func(row scanner) (_ struct{}, err error) {
		var id desk.MessageID
		var m desk.Message
		err = row.Scan(&id, &m.Outbox, &m.State, &m.Sent, &m.Reason)
		if have := index[id]; have != nil && err == nil {
			have.Outbox, have.State, have.Sent, have.Reason = m.Outbox, m.State, m.Sent, m.Reason
		}
		return struct{}{}, err
	}, tx.client, t, after)
	return ms, err
}
