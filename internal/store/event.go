package store

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kept/internal/desk"
)

const eventNames = "client_id, ticket_id, seq, type, who, who_id, who_name, happened_at, recorded_at, data"

var (
	eventAdd   = gathered(insert("event", eventNames))
	eventsOf   = ofKeys("SELECT " + eventNames + " FROM event WHERE client_id = $1 AND ticket_id {keys} ORDER BY ticket_id, seq")
	eventsPast = sql("SELECT " + eventNames + " FROM event WHERE client_id = $1 AND ticket_id = $2 AND seq > $3 ORDER BY seq")
	eventsLast = sql("SELECT " + eventNames + " FROM event WHERE client_id = $1 AND ticket_id = $2 ORDER BY seq DESC LIMIT $3")
)

type eventRow struct {
	desk.Event
	data string
}

var scanEvent = made(func(e *eventRow) []any {
	return []any{&e.Client, &e.Ticket, &e.Seq, &e.Type, &e.By.Who, &e.By.ID, &e.By.Name, at(&e.HappenedAt), at(&e.RecordedAt), &e.data}
}, withData)

// withData gives an event with what its data say.
func withData(e *eventRow) (_ desk.Event, err error) {
	if e.data != "" && !plainData(e.data, reflect.ValueOf(&e.Data).Elem()) {
		e.Data = desk.EventData{}
		err = json.Unmarshal([]byte(e.data), &e.Data)
	}
	return e.Event, err
}

// dataFields are the fields of desk.EventData by their names in JSON.
var dataFields = func() map[string]int {
	fields := map[string]int{}
	for i, f := range reflect.VisibleFields(reflect.TypeFor[desk.EventData]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields[name] = i
	}
	return fields
}()

// plainData reads what AddEvent writes into the fields of a desk.EventData. It is false where a text has a backslash, and for
// anything that is written otherwise: encoding/json reads that, and takes ten times as long. Nothing is read as often as events.
func plainData(text string, fields reflect.Value) bool {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return false
	}
	for text = text[1 : len(text)-1]; text != ""; {
		name, rest, ok := strings.Cut(text, `":`)
		if !ok || len(name) < 2 || name[0] != '"' || rest == "" {
			return false
		}
		i, ok := dataFields[name[1:]]
		if !ok {
			return false
		}
		field := fields.Field(i)
		if rest[0] == '"' {
			end := strings.IndexByte(rest[1:], '"') + 1
			if end == 0 || field.Kind() != reflect.String || !plainText(rest[1:end]) {
				return false
			}
			field.SetString(rest[1:end])
			text = rest[end+1:]
		} else {
			value, _, _ := strings.Cut(rest, ",")
			if value == "true" && field.Kind() == reflect.Bool {
				field.SetBool(true)
			} else if n, err := strconv.ParseInt(value, 10, 64); err == nil && field.CanInt() && plainNumber(value) {
				field.SetInt(n)
			} else {
				return false
			}
			text = rest[len(value):]
		}
		if text != "" {
			if text[0] != ',' || len(text) == 1 {
				return false
			}
			text = text[1:]
		}
	}
	return true
}

// plainNumber reports whether a whole number is written as JSON writes it: no plus, no zero before it, no minus before a zero.
func plainNumber(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits[0] >= '1' && digits[0] <= '9' || text == "0"
}

// plainText reports whether a text means itself in JSON.
func plainText(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == '\\' {
			return false
		}
	}
	return utf8.ValidString(text)
}

// dataNames are the fields of desk.EventData as they begin in JSON.
var dataNames = func() (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[desk.EventData]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, `"`+name+`":`)
	}
	return names
}()

// writePlain writes what encoding/json does, which takes longer. It is false where that would do more to a text than to put it
// between quotes.
func writePlain(d *desk.EventData) ([]byte, bool) {
	b, fields := make([]byte, 1, 128), reflect.ValueOf(d).Elem()
	b[0] = '{'
	for i, name := range dataNames {
		f := fields.Field(i)
		if f.IsZero() {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, name...)
		switch f.Kind() {
		case reflect.Bool:
			b = append(b, "true"...)
		case reflect.String:
			text := f.String()
			if !plainText(text) || strings.ContainsAny(text, "\"<>&\u2028\u2029") {
				return nil, false
			}
			b = append(append(append(b, '"'), text...), '"')
		default:
			b = strconv.AppendInt(b, f.Int(), 10)
		}
	}
	return append(b, '}'), true
}

// AddEvent appends e to the history of its ticket. Seq is the ticket's Seq after counting e.
func (tx *Tx) AddEvent(e desk.Event) error {
	data, plain := writePlain(&e.Data)
	if !plain {
		var err error
		if data, err = json.Marshal(e.Data); err != nil {
			return tx.fail(eventAdd, err)
		}
	}
	return tx.put(eventAdd, tx.client, e.Ticket, e.Seq, e.Type, e.By.Who, e.By.ID, e.By.Name, micros(e.HappenedAt), micros(e.RecordedAt), string(data))
}

// Events gives the whole history of a ticket, oldest first.
func (tx *ReadTx) Events(t desk.TicketID) ([]desk.Event, error) {
	return many(tx, eventsOf.one, scanEvent, tx.client, t)
}

// EventsOf is Events of several tickets.
func (tx *ReadTx) EventsOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Event, error) {
	return byKeys(tx, eventsOf, ts, scanEvent, func(e *desk.Event) desk.TicketID { return e.Ticket })
}

// EventsAfter gives known, the first events of t as they were read before, and behind them the others.
func (tx *ReadTx) EventsAfter(t desk.Ticket, known []desk.Event) ([]desk.Event, error) {
	if len(known) == 0 {
		known = make([]desk.Event, 0, max(t.Seq, 16)) // it will be a few more
	}
	return more(known, tx, eventsPast, scanEvent, tx.client, t.ID, len(known))
}

// LastEvents gives the newest n events of a ticket, oldest of them first.
func (tx *ReadTx) LastEvents(t desk.TicketID, n int) ([]desk.Event, error) {
	es, err := many(tx, eventsLast, scanEvent, tx.client, t, n)
	slices.Reverse(es)
	return es, err
}
