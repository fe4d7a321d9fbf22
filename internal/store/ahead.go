package store

import (
	"fmt"
	"slices"
	"strings"

	"kept/internal/desk"
)

// Ahead is what a unit of work of one client is known to ask first. On PostgreSQL it is asked for all units that share
// a commit together, in the round trip that begins it: behind the lock of the line, where nobody but they can change the
// answers. On SQLite it costs nothing to ask when it is needed.
type Ahead struct {
	Addresses []string   // of which RequestersByAddress is asked
	Refs      []desk.Ref // that FreeRef may give, in the order in which they are wanted; whoever has some asks AgreedSoon, too
	// Of these Tx.Ticket, LivePromises and Tx.Out are asked. None is zero.
	Tickets []desk.TicketID
	Outs    []int64
}

// AsksAhead reports whether it is of use to say what a unit of work asks first.
func (db *DB) AsksAhead() bool { return db.Engine() == "postgres" }

type asking struct {
	client desk.ClientID
	Ahead
	given []desk.Ref // by FreeRef, in the transaction that runs now
}

// refsAtOnce is of how many numbers one statement finds out whether they are taken.
const refsAtOnce = 32

var (
	requestersByAddress = sql("SELECT a.value, " + requesterCols + ` FROM address a
		JOIN requester r ON r.client_id = a.client_id AND r.id = a.requester_id
		WHERE a.value IN (` + slots(1, keysAtOnce) + ")")
	refsTaken = sql("SELECT ref FROM ticket WHERE ref IN (" + slots(1, refsAtOnce) + ") ORDER BY ref")
	agreedBy  = sql("SELECT client_id, COUNT(*) FROM agreement WHERE client_id IN (" + slots(1, keysAtOnce) + `)
		AND desk_at IS NOT NULL AND hospital_at IS NOT NULL GROUP BY client_id ORDER BY client_id`)

	ticketsAhead = keyByKey(ticketCols, "ticket t", "t.client_id", "t.id", "", "t.client_id, t.id", "")
	liveAhead    = keyByKey(promiseCols, "promise p", "p.client_id", "p.ticket_id", "p.ended_at IS NULL", "p.due_at, p.client_id, p.id", "")
	outsAhead    = keyByKey(aliased("o", outNames), "outbox o", "o.client_id", "o.id", "", "o.client_id, o.id", " FOR UPDATE")
)

// keyByKey registers a statement for rows of several clients by keys, as keysOf gives them. PostgreSQL looks for one after
// the other, whatever it thinks of the size of a table; SQLite may give more rows than were asked for.
func keyByKey(names, from, client, id, and, order, lock string) *stmt {
	if and != "" {
		and = " AND " + and
	}
	alias := from[len(from)-1:]
	return register("SELECT "+names+" FROM "+from+" WHERE "+keysIn(client, id)+and+" ORDER BY "+order,
		"SELECT "+names+" FROM "+keysEach+" CROSS JOIN LATERAL (SELECT * FROM "+from+
			" WHERE "+client+" = k.column1 AND "+id+" = k.column2"+and+" OFFSET 0"+lock+") "+alias+" ORDER BY "+order)
}

// keysIn is the condition on two columns for keys of several clients.
func keysIn(client, id string) string {
	return client + " IN (" + slots(1, keysAtOnce) + ") AND " + id + " IN (" + slots(1+keysAtOnce, keysAtOnce) + ")"
}

// keysEach are the same keys as rows; PostgreSQL only.
var keysEach = func() string {
	rows := make([]string, keysAtOnce)
	for i := range rows {
		rows[i] = fmt.Sprintf("(CAST($%d AS BIGINT), CAST($%d AS BIGINT))", 1+i, 1+i+keysAtOnce)
	}
	return "(SELECT column1, column2 FROM (VALUES " + strings.Join(rows, ", ") + ") v WHERE column1 <> 0) k"
}()

// keysOf gives at most keysAtOnce keys as parameters: their clients, then their ids. What is left is zero, which is
// the key of nothing.
func keysOf[T any](keys []T, of func(T) (desk.ClientID, int64)) []any {
	all := make([]any, 2*keysAtOnce)
	for i := range keysAtOnce {
		var c desk.ClientID
		var id int64
		if i < len(keys) {
			c, id = of(keys[i])
		}
		all[i], all[keysAtOnce+i] = c, id
	}
	return all
}

// reached is a phone number or mailbox of somebody at a client.
type reached struct {
	client desk.ClientID
	value  string
}

// foreseen is what was asked for the units of work of one transaction, as far as none of them has changed it.
type foreseen struct {
	people map[reached][]desk.Requester
	agreed map[desk.ClientID]int
	refs   map[desk.Ref]bool // true: taken, or given away
	// Of tickets that a unit has touched nothing counts any more.
	tickets map[touchedTicket]ticketAhead
	outs    map[outKey]desk.Out

	moved      map[reached]bool // somebody has got the number since the transaction was begun
	movedAll   bool             // something else has been done to people
	agreements bool             // something has been done to agreements
}

// ticketAhead is a ticket, unless its id is zero: then there is none.
type ticketAhead struct {
	ticket desk.Ticket
	live   []desk.Promise
}

type outKey struct {
	client desk.ClientID
	id     int64
}

// foresee puts aside what units of work ask first, to travel with what is sent next.
func (s *session) foresee(all []*asking) {
	if len(all) == 0 {
		return
	}
	f := &s.foreseen
	if f.refs == nil {
		f.people, f.agreed, f.refs = map[reached][]desk.Requester{}, map[desk.ClientID]int{}, map[desk.Ref]bool{}
		f.tickets, f.outs = map[touchedTicket]ticketAhead{}, map[outKey]desk.Out{}
	}
	var whose, opens []desk.ClientID
	var values []string
	var refs []desk.Ref
	var tickets []touchedTicket
	var outs []outKey
	for _, a := range all {
		a.given = nil
		if !slices.Contains(whose, a.client) {
			whose = append(whose, a.client)
		}
		if len(a.Refs) > 0 && !slices.Contains(opens, a.client) {
			opens = append(opens, a.client)
		}
		for _, v := range a.Addresses {
			if _, has := f.people[reached{a.client, v}]; !has && v != "" {
				f.people[reached{a.client, v}] = nil
				values = append(values, v)
			}
		}
		refs = append(refs, a.Refs...)
		for _, id := range a.Tickets {
			if t := (touchedTicket{a.client, id}); !slices.Contains(tickets, t) {
				tickets = append(tickets, t)
				f.tickets[t] = ticketAhead{}
			}
		}
		for _, id := range a.Outs {
			outs = append(outs, outKey{a.client, id})
		}
	}
	// A number is one of the whole desk's. That it is taken is all that is heard of it.
	for some := range slices.Chunk(refs, refsAtOnce) {
		s.tell("*")
		for _, r := range some {
			if _, asked := f.refs[r]; !asked {
				f.refs[r] = false
			}
		}
		s.queue = append(s.queue, queued{s: refsTaken, args: padded(some, refsAtOnce), row: func(row scanner) error {
			r, err := value[desk.Ref](row)
			f.refs[r] = true
			return err
		}})
	}
	s.within(clientsOf(whose...))
	s.scoped()
	for some := range slices.Chunk(opens, keysAtOnce) { // the terms of a new ticket
		for _, c := range some {
			f.agreed[c] = 0
		}
		s.queue = append(s.queue, queued{s: agreedBy, args: padded(some, keysAtOnce), row: func(row scanner) error {
			var c desk.ClientID
			var n int
			err := row.Scan(&c, &n)
			f.agreed[c] = n
			return err
		}})
	}
	for some := range slices.Chunk(tickets, keysAtOnce) {
		keys := keysOf(some, touchedTicket.key)
		s.queue = append(s.queue, queued{s: ticketsAhead, args: keys, row: func(row scanner) error {
			t, err := scanTicket(row)
			f.tickets[touchedTicket{t.Client, t.ID}] = ticketAhead{ticket: t}
			return err
		}}, queued{s: liveAhead, args: keys, row: func(row scanner) error {
			p, err := scanPromise(row)
			of := touchedTicket{p.Client, p.Ticket}
			if t, has := f.tickets[of]; has {
				t.live = append(t.live, p)
				f.tickets[of] = t
			}
			return err
		}})
	}
	for some := range slices.Chunk(outs, keysAtOnce) {
		keys := keysOf(some, func(o outKey) (desk.ClientID, int64) { return o.client, o.id })
		s.queue = append(s.queue, queued{s: outsAhead, args: keys, row: func(row scanner) error {
			o, err := scanOut(row)
			f.outs[outKey{o.Client, o.ID}] = o
			return err
		}})
	}
	for some := range slices.Chunk(values, keysAtOnce) {
		s.queue = append(s.queue, queued{s: requestersByAddress, args: padded(some, keysAtOnce), row: func(row scanner) error {
			var v string
			r, err := scanRequester(behind{row, &v})
			if of := (reached{r.Client, v}); err == nil {
				f.people[of] = append(f.people[of], r)
			}
			return err
		}})
	}
}

// behind reads a row whose first column is none of what a scan knows.
type behind struct {
	row   scanner
	first any
}

func (b behind) Scan(dest ...any) error { return b.row.Scan(append([]any{b.first}, dest...)...) }

// outdate forgets what a statement may change. Whoever asks for that asks again.
func (f *foreseen) outdate(st *stmt, args []any) {
	switch {
	case st.reads:
	case st == addressAdd:
		if f.moved == nil {
			f.moved = map[reached]bool{}
		}
		f.moved[reached{args[0].(desk.ClientID), args[4].(string)}] = true
	case st == requesterAdd || st == ticketPut || st == promiseAdd || st == outAdd: // nothing that was there
	case st == ticketAdd || st == ticketSave || st == ticketSaveTurn || st == ticketSaveRest || st == promiseSave: // they touch the ticket
	case st == outSave:
		delete(f.outs, outKey{args[0].(desk.ClientID), args[1].(int64)})
	default:
		if slices.Contains(st.tables, "ticket") || slices.Contains(st.tables, "promise") {
			clear(f.tickets)
		}
		if slices.Contains(st.tables, "outbox") {
			clear(f.outs)
		}
		f.movedAll = f.movedAll || slices.Contains(st.tables, "requester") || slices.Contains(st.tables, "address")
		f.agreements = f.agreements || slices.Contains(st.tables, "agreement")
	}
}

// requesters gives what RequestersByAddress would be answered, if that is known.
func (f *foreseen) requesters(c desk.ClientID, value string) ([]desk.Requester, bool) {
	of := reached{c, value}
	rs, known := f.people[of]
	return slices.Clone(rs), known && !f.moved[of] && !f.movedAll
}

// foreseenTicket gives a ticket with its live promises, if it is known and untouched; an id of zero for none.
func (s *session) foreseenTicket(c desk.ClientID, id desk.TicketID) (ticketAhead, bool) {
	of := touchedTicket{c, id}
	t, known := s.foreseen.tickets[of]
	return t, known && !slices.Contains(s.touched, of)
}

// FreeRef gives the first number of those that were said ahead that no ticket of the desk has, and each of them once; false
// where none is known to be free.
func (tx *Tx) FreeRef() (desk.Ref, bool) {
	if tx.ahead == nil {
		return "", false
	}
	for _, r := range tx.ahead.Refs {
		if taken, asked := tx.s.foreseen.refs[r]; asked && !taken {
			tx.s.foreseen.refs[r] = true
			tx.ahead.given = append(tx.ahead.given, r)
			return r, true
		}
	}
	return "", false
}
