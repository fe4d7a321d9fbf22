package store

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
)

const clockNames = "client_id, ticket_id, seq, version, metric, state, percent, missed, deadline_at, fire_at"

const factNames = "t.id, t.ref, t.state, t.kind, t.priority, t.function_id, t.skill, r.kind, t.seq, t.opened_at, t.owner_id"

var (
	clocksOf  = ofKeys("SELECT " + clockNames + " FROM clock WHERE client_id = $1 AND ticket_id {keys} ORDER BY ticket_id")
	clockSave = sql(insert("clock", clockNames) + ` ON CONFLICT (ticket_id, client_id) DO UPDATE SET seq = excluded.seq, version = excluded.version,
		metric = excluded.metric, state = excluded.state, percent = excluded.percent, missed = excluded.missed, deadline_at = excluded.deadline_at, fire_at = excluded.fire_at`)
	clockDrop  = sql("DELETE FROM clock WHERE client_id = $1 AND ticket_id = $2")
	clocksDue  = sql("SELECT client_id, ticket_id FROM clock WHERE fire_at <= $1 ORDER BY fire_at, client_id, ticket_id LIMIT $2")
	clockNext  = sql("SELECT fire_at FROM clock WHERE fire_at IS NOT NULL ORDER BY fire_at, client_id, ticket_id LIMIT 1")
	clocksSoon = across("SELECT " + aliased("c", clockNames) + ` FROM clock c WHERE c.deadline_at > $1 AND {mine c}
		ORDER BY c.deadline_at, c.client_id, c.ticket_id LIMIT $2`)
	clocksPast = across("SELECT " + aliased("c", clockNames) + ` FROM clock c WHERE c.deadline_at <= $1 AND {mine c}
		ORDER BY c.deadline_at, c.client_id, c.ticket_id LIMIT $2`)
	clockSums = across(`SELECT c.client_id, COUNT(*), SUM(CASE WHEN c.state = 'missed' THEN 1 ELSE 0 END),
		SUM(CASE WHEN c.state <> 'missed' AND c.percent >= $1 THEN 1 ELSE 0 END) FROM clock c WHERE {mine c} GROUP BY c.client_id ORDER BY c.client_id`)

	foldMark  = gathered("INSERT INTO fold (client_id, ticket_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
	foldMarks = sql("INSERT INTO fold (client_id, ticket_id) VALUES " + pairs(keysAtOnce) + " ON CONFLICT DO NOTHING") // SQLite only
	foldOpen  = sql("INSERT INTO fold (client_id, ticket_id) SELECT client_id, id FROM ticket WHERE client_id = $1 AND closed_at IS NULL ON CONFLICT DO NOTHING")
	foldNone  = sql("DELETE FROM fold WHERE client_id = $1")
	clockNone = sql("DELETE FROM clock WHERE client_id = $1")
	foldsDone = ofKeys("DELETE FROM fold WHERE client_id = $1 AND ticket_id {keys}")
	foldsOf   = ofKeys("SELECT ticket_id FROM fold WHERE client_id = $1 AND ticket_id {keys} ORDER BY ticket_id")
	foldsNext = sql("SELECT client_id, ticket_id FROM fold ORDER BY ticket_id, client_id LIMIT $1")

	// What was open at some time of a period. To leave events out takes SQLite longer than to give them.
	factsIn = sql("SELECT " + factNames + ` FROM ticket t JOIN requester r ON r.client_id = t.client_id AND r.id = t.requester_id
		WHERE t.client_id = $1 AND t.id > $4 AND t.opened_at < $3 AND (t.closed_at IS NULL OR t.closed_at >= $2) ORDER BY t.id LIMIT $5`)
	eventsIn = sqlFor(pastIn(""), pastIn(" AND "+pastOnly))
	factsOf  = ofKeys("SELECT " + factNames + ` FROM ticket t JOIN requester r ON r.client_id = t.client_id AND r.id = t.requester_id
		WHERE t.client_id = $1 AND t.id {keys} ORDER BY t.id`)
	pastsOf = ofKeysFor(pastOf(""), pastOf(" AND "+pastOnly))
)

// What clocks look at, of the events that they look at: less than half of a history.
const (
	pastNames = "e.ticket_id, e.seq, e.type, e.who, e.happened_at, e.data"
	pastOnly  = `e.type NOT IN ('promise_trying', 'promise_tried', 'promise_told', 'promise_given', 'note_added', 'red_flag_seen', 'ticket_assigned', 'ticket_retitled', 'answer_offered')
		AND (e.type <> 'message_state' OR replace(replace(replace(replace(e.data, '"message":', ''), '"reason":"fixed"', ''), '"reason":"waiting"', ''), '"reason":"nudge"', '') <> e.data)`
)

func pastIn(only string) string {
	return "SELECT " + pastNames + ` FROM ticket t JOIN event e ON e.client_id = t.client_id AND e.ticket_id = t.id
		WHERE t.client_id = $1 AND t.id > $4 AND t.id <= $5 AND t.opened_at < $3 AND (t.closed_at IS NULL OR t.closed_at >= $2)` + only + " ORDER BY t.id, e.seq"
}

func pastOf(only string) string {
	return "SELECT " + pastNames + " FROM event e WHERE e.client_id = $1 AND e.ticket_id {keys}" + only + " ORDER BY e.ticket_id, e.seq"
}

// pairs are n rows of two values.
func pairs(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = "(" + slots(2*i+1, 2) + ")"
	}
	return strings.Join(rows, ", ")
}

var scanClock = placed(func(c *desk.Clock) []any {
	return []any{&c.Client, &c.Ticket, &c.Seq, &c.Version, &c.Metric, &c.State, &c.Percent, &c.Missed, at(&c.Deadline), at(&c.FireAt)}
})

// scanPast reads as much of an event as clocks look at.
var scanPast = made(func(e *eventRow) []any {
	return []any{&e.Ticket, &e.Seq, &e.Type, &e.By.Who, at(&e.HappenedAt), &e.data}
}, withData)

var scanFacts = placed(func(f *desk.ClockFacts) []any {
	return []any{&f.Ticket, &f.Ref, &f.State, &f.Kind, &f.Priority, &f.Function, &f.Skill, &f.Audience, &f.Seq, at(&f.OpenedAt), orZero(&f.Owner)}
})

// markFolds notes questions that a unit of work has touched: their rows in clock are to be made again.
func (u *unit) markFolds(ts []touchedTicket) error {
	for some := range slices.Chunk(ts, keysAtOnce) {
		if u.s.pg == nil && len(some) > 1 {
			var keys []any
			for i := range keysAtOnce {
				t := some[min(i, len(some)-1)]
				keys = append(keys, t.client, t.ticket)
			}
			if err := u.put(foldMarks, keys); err != nil {
				return err
			}
			continue
		}
		for _, t := range some { // PostgreSQL gathers them
			if err := u.put(foldMark, []any{t.client, t.ticket}); err != nil {
				return err
			}
		}
	}
	return nil
}

// FoldOpen is markFolds of every open question of the client, for a change of its agreement.
func (tx *Tx) FoldOpen() error { return tx.put(foldOpen, tx.client) }

// FoldAnew forgets all clocks of the client and has those of its open questions made again, after a history was
// loaded.
func (tx *Tx) FoldAnew() error {
	for _, s := range []*stmt{foldNone, clockNone} {
		if err := tx.put(s, tx.client); err != nil {
			return err
		}
	}
	return tx.FoldOpen()
}

// ToFold gives at most n questions whose row in clock is to be made again: those whose instant has come first, then
// those with new events.
func (tx *SystemTx) ToFold(now time.Time, n int) ([]TicketKey, error) {
	keys, err := many(tx, clocksDue, scanTicketKey, micros(now), n)
	if err != nil || len(keys) >= n {
		return keys, err
	}
	fresh, err := many(tx, foldsNext, scanTicketKey, n-len(keys))
	return append(keys, fresh...), err
}

// NextFold is when a row in clock is next to be made again though nothing happens; false when none is.
func (tx *SystemTx) NextFold() (time.Time, bool, error) { return instantOf(tx, clockNext) }

// SaveClock stores how a question stands.
func (tx *Tx) SaveClock(c desk.Clock) error {
	return tx.put(clockSave, tx.client, c.Ticket, c.Seq, c.Version, c.Metric, c.State, c.Percent, c.Missed, optMicros(c.Deadline), optMicros(c.FireAt))
}

// DropClock says that no clock of a question runs.
func (tx *Tx) DropClock(t desk.TicketID) error { return tx.put(clockDrop, tx.client, t) }

// Folded says that the rows of these questions have been made again.
func (tx *Tx) Folded(ts []desk.TicketID) error {
	return inKeys(tx.ReadTx, foldsDone, ts, func(s *stmt, args []any) error { return tx.put(s, args...) })
}

// ClocksOf gives the rows of questions, where there are any.
func (tx *ReadTx) ClocksOf(ts []desk.TicketID) (map[desk.TicketID]desk.Clock, error) {
	return byKey(tx, clocksOf, ts, scanClock, func(c *desk.Clock) desk.TicketID { return c.Ticket })
}

// Stale says of which of some questions new events wait to be counted.
func (tx *ReadTx) Stale(ts []desk.TicketID) (map[desk.TicketID]bool, error) {
	stale := map[desk.TicketID]bool{}
	return stale, inKeys(tx, foldsOf, ts, func(s *stmt, args []any) error {
		return tx.each(s, args, func(row scanner) error {
			t, err := value[desk.TicketID](row)
			stale[t] = true
			return err
		})
	})
}

// ClockFacts gives what the clocks of a question depend on beside its events; NotFound where there is none. It
// tells nothing of a person.
func (tx *ReadTx) ClockFacts(t desk.TicketID) (desk.ClockFacts, error) {
	return one(tx, factsOf.one, scanFacts, tx.client, t)
}

// FactsOf is ClockFacts of several questions; one that is not there is left out.
func (tx *ReadTx) FactsOf(ts []desk.TicketID) (map[desk.TicketID]desk.ClockFacts, error) {
	return byKey(tx, factsOf, ts, scanFacts, func(f *desk.ClockFacts) desk.TicketID { return f.Ticket })
}

// HistoriesOf gives to each these questions, by id, with the events that clocks look at, oldest first, and of each
// event what they look at. What it tells is of no person. The events are there until each returns.
func (tx *ReadTx) HistoriesOf(ts []desk.TicketID, each func(desk.ClockFacts, []desk.Event) error) error {
	facts, err := tx.FactsOf(ts)
	if err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(facts))
	if tx.s.direct != nil { // a statement for each, see inKeys
		return readKeys(tx, pastsOf, ids, scanPast, func(past []desk.Event) error {
			of := ids[0]
			ids = ids[1:]
			return each(facts[of], past)
		})
	}
	pasts, err := byKeys(tx, pastsOf, ts, scanPast, func(e *desk.Event) desk.TicketID { return e.Ticket })
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := each(facts[id], pasts[id]); err != nil {
			return err
		}
	}
	return nil
}

// dealt gives each question its part of the events; both are ordered by question.
func dealt(facts []desk.ClockFacts, events []desk.Event, each func(desk.ClockFacts, []desk.Event) error) error {
	for _, f := range facts {
		n := 0
		for n < len(events) && events[n].Ticket == f.Ticket {
			n++
		}
		if err := each(f, events[:n:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// historiesAtOnce is how many questions Histories reads at a time, into the same room.
const historiesAtOnce = 500

// Histories gives to each every question that was open at some time in [from, until), with the events that clocks look at, by id. The
// events are there until each returns.
func (tx *ReadTx) Histories(from, until time.Time, each func(desk.ClockFacts, []desk.Event)) error {
	var events []desk.Event
	for after := desk.TicketID(math.MinInt64); ; {
		facts, err := many(tx, factsIn, scanFacts, tx.client, micros(from), micros(until), after, historiesAtOnce)
		if err != nil || len(facts) == 0 {
			return err
		}
		last := facts[len(facts)-1].Ticket
		if events, err = more(events[:0], tx, eventsIn, scanPast, tx.client, micros(from), micros(until), after, last); err != nil {
			return err
		}
		_ = dealt(facts, events, func(f desk.ClockFacts, past []desk.Event) error {
			each(f, past)
			return nil
		})
		after = last
	}
}

// ClocksSoon gives the questions of the viewer's clients whose most pressing clock ends after now, what ends first on
// top; at most n.
func (tx *DeskReadTx) ClocksSoon(now time.Time, n int) ([]desk.Clock, error) {
	return manyAcross(tx, clocksSoon, scanClock, micros(now), n)
}

// ClocksPast gives those of which it was missed by now and still runs, the longest first; at most n.
func (tx *DeskReadTx) ClocksPast(now time.Time, n int) ([]desk.Clock, error) {
	return manyAcross(tx, clocksPast, scanClock, micros(now), n)
}

// ClockSum is how the open questions of one client stand.
type ClockSum struct {
	Client                desk.ClientID
	Running, Missed, Near int
}

// ClockSums gives for each of the viewer's clients how many open questions have a clock, how many one that was missed,
// and how many one of which this percentage of time is used up.
func (tx *DeskReadTx) ClockSums(percent int) ([]ClockSum, error) {
	return manyAcross(tx, clockSums, func(row scanner) (s ClockSum, err error) {
		err = row.Scan(&s.Client, &s.Running, &s.Missed, &s.Near)
		return s, err
	}, percent)
}
