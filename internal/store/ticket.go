package store

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"kept/internal/desk"
)

// TicketKey names a ticket over all clients.
type TicketKey struct {
	Client desk.ClientID
	ID     desk.TicketID
}

const (
	ticketFixed = "client_id, id, ref, via, opened_at"
	ticketMoves = "token, requester_id, " + ticketTurns
	// What moves while a ticket is of the same person and has the same address of its own.
	ticketTurns = "subject, state, kind, priority, function_id, skill, lang, about, needs, flag, " +
		"owner_id, channel, address_id, closed_at, asked_at, changed_at, due_at, promise_id, breaks, seq, waiting_for, waiting_since, waiting_until, waiting_out, merged_into"
	ticketNames = ticketFixed + ", " + ticketMoves
	// What moves and stands in no index.
	ticketRest = "subject, state, kind, priority, function_id, skill, lang, about, needs, flag, " +
		"channel, address_id, closed_at, asked_at, changed_at, promise_id, breaks, seq, waiting_for, waiting_since, waiting_out, merged_into"
)

var (
	ticketCols  = aliased("t", ticketNames)
	ticketsList = sql("SELECT " + ticketCols + ` FROM ticket t WHERE t.client_id = $1 AND t.id < $2
		AND ($3 = '' OR $3 = 'open' AND t.closed_at IS NULL OR $3 = 'closed' AND t.closed_at IS NOT NULL)
		ORDER BY t.id DESC LIMIT $4`)
	ticketsOf = sql("SELECT " + ticketCols + ` FROM ticket t WHERE t.client_id = $1 AND t.requester_id = $2
		ORDER BY t.id DESC LIMIT $3`)
	ticketsOpenOf = sql("SELECT " + ticketCols + ` FROM ticket t WHERE t.client_id = $1 AND t.requester_id = $2
		AND t.closed_at IS NULL ORDER BY t.id DESC`)
	ticketAdd  = sql(insert("ticket", ticketNames) + " ON CONFLICT DO NOTHING")
	ticketPut  = gathered(insert("ticket", ticketNames))
	ticketSave = sql(update("ticket", ticketMoves))
	// SQLite writes the entry of every index that an UPDATE names, changed or not.
	ticketSaveTurn = sql(update("ticket", ticketTurns))
	ticketSaveRest = sql(update("ticket", ticketRest))

	ticketsWaited = sql("SELECT client_id, id FROM ticket WHERE waiting_until <= $1 ORDER BY waiting_until, client_id, id LIMIT $2")
	ticketsWait   = sql("SELECT id FROM ticket WHERE waiting_until IS NOT NULL AND client_id = $1 ORDER BY id")
	ticketWaits   = sql("SELECT waiting_until FROM ticket WHERE waiting_until IS NOT NULL ORDER BY waiting_until, client_id, id LIMIT 1")

	ticketsAlong = sqlFor("SELECT client_id, id, opened_at FROM ticket WHERE (opened_at, client_id, id) > ($1, $2, $3) ORDER BY opened_at, client_id, id LIMIT $4",
		"SELECT client_id, id, opened_at FROM ticket WHERE CAST($1 AS BIGINT) IS NOT NULL AND (client_id, id) > ($2, $3) ORDER BY client_id, id LIMIT $4")

	ticketByRef        = acrossOne("SELECT " + ticketCols + " FROM ticket t WHERE t.ref = $1 AND {mine t}")
	ticketWhere        = acrossOne("SELECT t.client_id, t.id FROM ticket t WHERE t.ref = $1 AND {mine t}")
	ticketByToken      = acrossOne("SELECT " + ticketCols + " FROM ticket t WHERE t.token = $1 AND {mine t}")
	ticketsByKey       = ofKeys("SELECT " + ticketCols + " FROM ticket t WHERE t.client_id = $1 AND t.id {keys} ORDER BY t.id")
	ticketsWithCallers = ofKeys("SELECT " + ticketCols + ", " + callerCols + ` FROM ticket t
		JOIN requester r ON r.client_id = t.client_id AND r.id = t.requester_id
		WHERE t.client_id = $1 AND t.id {keys} ORDER BY t.id`)
)

// keysAtOnce is how many rows a statement asks for by key.
const keysAtOnce = 16

func ticketDest(t *desk.Ticket) []any {
	return []any{&t.Client, &t.ID, &t.Ref, &t.Via, at(&t.OpenedAt),
		&t.Token, &t.Requester, &t.Subject, &t.State, &t.Kind, &t.Priority, &t.Function, &t.Skill, &t.Lang, &t.About, &t.Needs, &t.Flag,
		orZero(&t.Owner), &t.Channel, &t.Address, at(&t.ClosedAt), at(&t.AskedAt), at(&t.ChangedAt), at(&t.Due), &t.Promise, &t.Breaks, &t.Seq,
		&t.WaitingFor, at(&t.WaitingSince), at(&t.WaitingUntil), &t.WaitingOut, &t.Into}
}

var scanTicket = placed(ticketDest)

func ticketMoved(t desk.Ticket) []any { return append([]any{t.Token, t.Requester}, ticketTurned(t)...) }

func ticketTurned(t desk.Ticket) []any {
	return []any{t.Subject, t.State, t.Kind, t.Priority, t.Function, t.Skill, t.Lang, t.About, t.Needs, t.Flag,
		optID(t.Owner), t.Channel, t.Address, optMicros(t.ClosedAt), optMicros(t.AskedAt), micros(t.ChangedAt), optMicros(t.Due), t.Promise, t.Breaks, t.Seq,
		t.WaitingFor, optMicros(t.WaitingSince), optMicros(t.WaitingUntil), t.WaitingOut, t.Into}
}

// Ticket gives one ticket, or NotFound.
func (tx *ReadTx) Ticket(id desk.TicketID) (desk.Ticket, error) {
	t, err := tx.ticketNow(id)
	if err == nil {
		tx.saw("ticket", int64(id))
	}
	return t, err
}

func (tx *ReadTx) ticketNow(id desk.TicketID) (desk.Ticket, error) {
	if known, ok := tx.s.foreseenTicket(tx.client, id); !ok {
		return one(tx, ticketsByKey.one, scanTicket, tx.client, id)
	} else if known.ticket.ID == 0 {
		return desk.Ticket{}, errNotFound
	} else {
		return known.ticket, tx.broken
	}
}

// Tickets gives tickets, newest first: all, or with state "open" or "closed" those. It goes on
// before the id of the last ticket of the page before; zero begins with the newest.
func (tx *ReadTx) Tickets(state string, before desk.TicketID, limit int) ([]desk.Ticket, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return tx.ticketsSeen(many(tx, ticketsList, scanTicket, tx.client, before, state, limit))
}

// TicketsOf gives the tickets of one requester, newest first.
func (tx *ReadTx) TicketsOf(r desk.RequesterID, limit int) ([]desk.Ticket, error) {
	return tx.ticketsSeen(many(tx, ticketsOf, scanTicket, tx.client, r, limit))
}

// OpenTicketsOf gives the open tickets of one requester, newest first.
func (tx *ReadTx) OpenTicketsOf(r desk.RequesterID) ([]desk.Ticket, error) {
	return tx.ticketsSeen(many(tx, ticketsOpenOf, scanTicket, tx.client, r))
}

func (tx *ReadTx) ticketsSeen(ts []desk.Ticket, err error) ([]desk.Ticket, error) {
	tx.saw("ticket", idsOf(ts, func(t desk.Ticket) int64 { return int64(t.ID) })...)
	return ts, err
}

// ticketDrawn are the indexes of what is drawn for a ticket beside its id.
var ticketDrawn = []string{"ticket_ref", "ticket_token"}

// AddTicket adds t to the client of tx. It is false, and nothing is added, when the number, the
// token or the id is taken: draw again. A number that FreeRef gave is not looked for again: if another node has
// taken it meanwhile, the unit of work runs again.
func (tx *Tx) AddTicket(t desk.Ticket) (bool, error) {
	row := append([]any{tx.client, t.ID, t.Ref, t.Via, micros(t.OpenedAt)}, ticketMoved(t)...)
	if tx.ahead != nil && slices.Contains(tx.ahead.given, t.Ref) {
		tx.touch(t.ID)
		return true, tx.put(ticketPut, row...)
	}
	n, err := tx.exec(ticketAdd, row...)
	if err == nil && n == 1 {
		tx.touch(t.ID)
	}
	return n == 1, err
}

// SaveTicket writes everything of t that can change; NotFound when there is no such ticket. Number,
// way in and opening instant never change.
func (tx *Tx) SaveTicket(t desk.Ticket) error {
	tx.touch(t.ID)
	return must(tx.exec(ticketSave, append([]any{tx.client, t.ID}, ticketMoved(t)...)...))
}

// ChangeTicket is SaveTicket of t, which this unit of work has read or added as was: what the two have
// in common may stay unwritten. A ticket that does not exist is found out before the commit.
func (tx *Tx) ChangeTicket(was, t desk.Ticket) error {
	tx.touch(t.ID)
	switch {
	case t == was:
		return nil
	case t.Token != was.Token || t.Requester != was.Requester:
		return tx.put(ticketSave, append([]any{tx.client, t.ID}, ticketMoved(t)...)...)
	case t.Owner == was.Owner && t.Due.Equal(was.Due) && t.WaitingUntil.Equal(was.WaitingUntil):
		return tx.put(ticketSaveRest, tx.client, t.ID, t.Subject, t.State, t.Kind, t.Priority, t.Function, t.Skill, t.Lang, t.About, t.Needs, t.Flag,
			t.Channel, t.Address, optMicros(t.ClosedAt), optMicros(t.AskedAt), micros(t.ChangedAt), t.Promise, t.Breaks, t.Seq, t.WaitingFor, optMicros(t.WaitingSince), t.WaitingOut, t.Into)
	}
	return tx.put(ticketSaveTurn, append([]any{tx.client, t.ID}, ticketTurned(t)...)...)
}

func ticketID(t *desk.Ticket) desk.TicketID { return t.ID }

// TicketsByID gives several tickets; one that is not there is left out.
func (tx *ReadTx) TicketsByID(ids []desk.TicketID) (map[desk.TicketID]desk.Ticket, error) {
	all, err := byKey(tx, ticketsByKey, ids, scanTicket, ticketID)
	for id := range all {
		tx.saw("ticket", int64(id))
	}
	return all, err
}

// Waited gives at most n tickets of any client whose waiting has ended by now.
func (tx *SystemTx) Waited(now time.Time, n int) ([]TicketKey, error) {
	return many(tx, ticketsWaited, scanTicketKey, micros(now), n)
}

// Waiting gives the tickets of the client that wait.
func (tx *ReadTx) Waiting() ([]desk.TicketID, error) {
	return many(tx, ticketsWait, value[desk.TicketID], tx.client)
}

// NextWaited is when Waited next has something to give; false when nothing waits.
func (tx *SystemTx) NextWaited() (time.Time, bool, error) { return instantOf(tx, ticketWaits) }

// OpenedKey is a ticket with when it was opened.
type OpenedKey struct {
	TicketKey
	OpenedAt time.Time
}

// TicketsAlong gives at most n tickets of all clients after one, so that what belongs to them lies together: on SQLite by when they
// were opened, on PostgreSQL by client.
func (tx *DeskReadTx) TicketsAlong(after OpenedKey, n int) ([]OpenedKey, error) {
	return many(tx, ticketsAlong, scanOpenedKey, micros(after.OpenedAt), after.Client, after.ID, n)
}

var scanOpenedKey = placed(func(k *OpenedKey) []any { return []any{&k.Client, &k.ID, at(&k.OpenedAt)} })

var scanTicketKey = placed(func(k *TicketKey) []any { return []any{&k.Client, &k.ID} })

// TicketByRef gives the ticket with a number, among the clients of the viewer; else NotFound.
func (tx *DeskReadTx) TicketByRef(ref desk.Ref) (desk.Ticket, error) {
	return tx.ticketSeen(oneAcross(tx, ticketByRef, scanTicket, ref))
}

// WhereIs gives the client and the id of the ticket with a number, among the clients of the viewer; else
// NotFound. It tells nothing of a person.
func (tx *DeskReadTx) WhereIs(ref desk.Ref) (TicketKey, error) {
	return oneAcross(tx, ticketWhere, scanTicketKey, ref)
}

// numbers remembers where tickets are: a number is that of one ticket, for ever, and a ticket stays with its client.
type numbers struct {
	mu    sync.Mutex
	known map[desk.Ref]TicketKey
}

// numbersMost is how many are remembered at most.
const numbersMost = 20_000

func (n *numbers) find(ref desk.Ref) (TicketKey, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	k, ok := n.known[ref]
	return k, ok
}

func (n *numbers) keep(ref desk.Ref, k TicketKey) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= numbersMost {
		n.known = map[desk.Ref]TicketKey{}
	}
	n.known[ref] = k
}

// WhereIs is that of DeskReadTx, in a snapshot of its own where the number is not known already.
func (db *DB) WhereIs(ctx context.Context, v desk.Viewer, ref desk.Ref) (k TicketKey, err error) {
	if k, ok := db.numbers.find(ref); ok {
		if !v.Sees(k.Client) {
			return TicketKey{}, errNotFound
		}
		return k, nil
	}
	err = db.DeskRead(ctx, v, func(tx *DeskReadTx) (err error) {
		k, err = tx.WhereIs(ref)
		return err
	})
	if err == nil {
		db.numbers.keep(ref, k)
	}
	return k, err
}

// TicketByToken gives the ticket with a tracker token, among the clients of the viewer; else
// NotFound. The caller checks TrackerEnds.
func (tx *DeskReadTx) TicketByToken(token string) (desk.Ticket, error) {
	return tx.ticketSeen(oneAcross(tx, ticketByToken, scanTicket, token))
}

func (tx *DeskReadTx) ticketSeen(t desk.Ticket, err error) (desk.Ticket, error) {
	if err == nil {
		tx.saw(t.Client, "ticket", int64(t.ID))
	}
	return t, err
}

// WithCaller is a ticket with whose it is.
type WithCaller struct {
	Ticket desk.Ticket
	Caller Caller // the phone only of somebody without a name
}

var scanWithCaller = placed(func(c *WithCaller) []any {
	return append(ticketDest(&c.Ticket), &c.Caller.Name, orZero(&c.Caller.Phone))
})

// TicketsWithCallers gives the tickets of keys that the viewer may see, in no order that matters.
func (tx *DeskReadTx) TicketsWithCallers(keys []TicketKey) (map[TicketKey]WithCaller, error) {
	all := make(map[TicketKey]WithCaller, len(keys))
	byClient := map[desk.ClientID][]desk.TicketID{}
	for _, k := range keys {
		if tx.viewer.Sees(k.Client) {
			byClient[k.Client] = append(byClient[k.Client], k.ID)
		}
	}
	var parts []func() error
	for c, ids := range byClient {
		parts = append(parts, func() error {
			of, err := byKey(&ReadTx{unit: tx.unit, client: c}, ticketsWithCallers, ids, scanWithCaller, func(c *WithCaller) desk.TicketID { return c.Ticket.ID })
			for id, t := range of {
				all[TicketKey{c, id}] = t
				tx.saw(c, "ticket", int64(id))
				tx.saw(c, "requester", int64(t.Ticket.Requester))
			}
			return err
		})
	}
	return all, tx.Together(parts...)
}
