package store

import (
	"encoding/json"
	"slices"

	"kept/internal/desk"
)

const eventNames = "client_id, ticket_id, seq, type, who, who_id, who_name, happened_at, recorded_at, data"

var (
	eventAdd   = gathered(insert("event", eventNames))
	eventsOf   = ofKeys("SELECT " + eventNames + " FROM event WHERE client_id = $1 AND ticket_id {keys} ORDER BY ticket_id, seq")
	eventsPast = sql("SELECT " + eventNames + " FROM event WHERE client_id = $1 AND ticket_id = $2 AND seq > $3 ORDER BY seq")
	eventsLast = sql("SELECT " + eventNames + " FROM event WHERE client_id = $1 AND ticket_id = $2 ORDER BY seq DESC LIMIT $3")
)

func scanEvent(row scanner) (e desk.Event, err error) {
	var data []byte
	err = row.Scan(&e.Client, &e.Ticket, &e.Seq, &e.Type, &e.By.Who, &e.By.ID, &e.By.Name, at(&e.HappenedAt), at(&e.RecordedAt), &data)
	if err == nil && len(data) > len("{}") {
		err = json.Unmarshal(data, &e.Data)
	}
	return e, err
}

// AddEvent appends e to the history of its ticket. Seq is the ticket's Seq after counting e.
func (tx *Tx) AddEvent(e desk.Event) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return tx.fail(eventAdd, err)
	}
	return tx.put(eventAdd, tx.client, e.Ticket, e.Seq, e.Type, e.By.Who, e.By.ID, e.By.Name, micros(e.HappenedAt), micros(e.RecordedAt), string(data))
}

// Events gives the whole history of a ticket, oldest first.
func (tx *ReadTx) Events(t desk.TicketID) ([]desk.Event, error) {
	return many(tx, eventsOf.one, scanEvent, tx.client, t)
}

// EventsOf is Events of several tickets.
func (tx *ReadTx) EventsOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Event, error) {
	return byKeys(tx, eventsOf, ts, scanEvent, func(e desk.Event) desk.TicketID { return e.Ticket })
}

// EventsAfter gives known, the first events of t as they were read before, and behind them the others.
func (tx *ReadTx) EventsAfter(t desk.Ticket, known []desk.Event) ([]desk.Event, error) {
	if len(known) == 0 {
		known = make([]desk.Event, 0, t.Seq)
	}
	return more(known, tx, eventsPast, scanEvent, tx.client, t.ID, len(known))
}

// LastEvents gives the newest n events of a ticket, oldest of them first.
func (tx *ReadTx) LastEvents(t desk.TicketID, n int) ([]desk.Event, error) {
	es, err := many(tx, eventsLast, scanEvent, tx.client, t, n)
	slices.Reverse(es)
	return es, err
}
