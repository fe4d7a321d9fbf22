package store

import "kept/internal/desk"

const messageNames = "client_id, ticket_id, id, kind, via, who, who_id, who_name, body, at, flag"

var (
	messageAdd  = gathered(insert("message", messageNames))
	messagesOf  = sql("SELECT " + messageNames + " FROM message WHERE client_id = $1 AND ticket_id = $2 ORDER BY id")
	messageOuts = sql(`SELECT message_id, id, state, channel, reason FROM outbox
		WHERE client_id = $1 AND ticket_id = $2 AND message_id > 0 ORDER BY id`)
)

// delivery is how a message went.
type delivery struct {
	message desk.MessageID
	id      int64
	state   desk.OutState
	via     desk.Channel
	reason  string
}

func scanDelivery(row scanner) (d delivery, err error) {
	err = row.Scan(&d.message, &d.id, &d.state, &d.via, &d.reason)
	return d, err
}

var scanMessage = placed(func(m *desk.Message) []any {
	return []any{&m.Client, &m.Ticket, &m.ID, &m.Kind, &m.Via, &m.By.Who, &m.By.ID, &m.By.Name, &m.Body, at(&m.At), &m.Flag}
})

// AddMessage adds m to its ticket. Its delivery is an outbox row, not part of it.
func (tx *Tx) AddMessage(m desk.Message) error {
	return tx.put(messageAdd, tx.client, m.Ticket, m.ID, m.Kind, m.Via, m.By.Who, m.By.ID, m.By.Name, m.Body, micros(m.At), m.Flag)
}

// Messages gives the messages of a ticket, oldest first, each with its latest delivery.
func (tx *ReadTx) Messages(t desk.TicketID) ([]desk.Message, error) {
	var ms []desk.Message
	var outs []delivery
	read := false
	err := tx.Together(
		func() (err error) {
			ms, err = many(tx, messagesOf, scanMessage, tx.client, t)
			read = true
			return err
		},
		func() (err error) {
			if read && len(ms) == 0 {
				return nil
			}
			outs, err = many(tx, messageOuts, scanDelivery, tx.client, t)
			return err
		},
	)
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
	for _, o := range outs {
		if have := index[o.message]; have != nil {
			have.Outbox, have.State, have.Sent, have.Reason = o.id, o.state, o.via, o.reason
		}
	}
	return ms, nil
}
