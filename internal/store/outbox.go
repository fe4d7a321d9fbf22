package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"kept/internal/desk"
)

const (
	outFixed = "client_id, id, ticket_id, requester_id, promise_id, message_id, trigger_word, created_at"
	outMoves = "channel, address_id, lang, args, state, attempts, fire_at, leased_to, provider, reason, sent_at, done_at, fell_back"
	outNames = outFixed + ", " + outMoves
)

var (
	outAdd      = gathered(insert("outbox", outNames))
	outSave     = sql(update("outbox", outMoves))
	outOne      = sql(outByKey)
	outToSave   = sqlFor(outByKey, outByKey+" FOR UPDATE")
	outsOf      = ofKeys("SELECT " + outNames + " FROM outbox WHERE client_id = $1 AND ticket_id {keys} ORDER BY ticket_id, id DESC")
	outsNew     = sql("SELECT " + outNames + " FROM outbox WHERE client_id = $1 ORDER BY id DESC LIMIT $2")
	outsUnsent  = ofKeysFor(unsentOuts, unsentOuts+" FOR UPDATE OF o")
	outNotFirst = sql(`SELECT EXISTS (SELECT 1 FROM outbox WHERE client_id = $1 AND ticket_id = $2 AND id <> $3 AND channel = 'sms' AND sent_at IS NOT NULL)
		OR EXISTS (SELECT 1 FROM ticket WHERE client_id = $1 AND requester_id = $4 AND id <> $2)`)
	outByProvider = sql("SELECT " + outNames + " FROM outbox WHERE provider = $1 ORDER BY client_id, id LIMIT 1")

	outNext = sql("SELECT fire_at FROM outbox WHERE fire_at IS NOT NULL AND " + outWaits + " ORDER BY fire_at, client_id, id LIMIT 1")
	// The lease is also the next fire_at, so that a lapsed lease comes back on the same walk. PostgreSQL makes the list of keys once,
	// so that it never locks more rows than it gives; SQLite, which would make two tables for the list and what it gives, reads and leases.
	outClaim = sqlFor("", `WITH due AS MATERIALIZED (SELECT client_id, id FROM outbox
			WHERE fire_at <= $1 AND `+outWaits+` ORDER BY fire_at, client_id, id LIMIT $3 FOR UPDATE SKIP LOCKED)
		UPDATE outbox SET state = CASE state WHEN 'queued' THEN 'sending' ELSE 'unknown' END,
			attempts = attempts + 1, fire_at = $2, leased_to = $2
		WHERE (client_id, id) IN (SELECT client_id, id FROM due) RETURNING `+outNames)
	outsDue  = sqlFor("SELECT "+outNames+" FROM outbox WHERE fire_at <= $1 AND "+outWaits+" ORDER BY fire_at, client_id, id LIMIT $2", "")
	outLease = sqlFor("UPDATE outbox SET state = $3, attempts = attempts + 1, fire_at = $4, leased_to = $4 WHERE client_id = $1 AND id = $2", "")

	clientIDs = sql("SELECT id FROM client ORDER BY id")
)

const outByKey = "SELECT " + outNames + " FROM outbox WHERE client_id = $1 AND id = $2"

var unsentOuts = "SELECT " + aliased("o", outNames) + ` FROM promise p
	JOIN outbox o ON o.client_id = p.client_id AND o.ticket_id = p.ticket_id AND o.promise_id = p.id
	WHERE p.client_id = $1 AND p.id {keys} AND o.state = 'queued' ORDER BY o.id`

// outWaits is what is to be sent yet. Of a list of three SQLite makes a table each time.
const outWaits = "(state = 'queued' OR state = 'sending' OR state = 'unknown')"

type outRow struct {
	desk.Out
	args string
}

var scanOut = made(func(o *outRow) []any {
	return []any{&o.Client, &o.ID, &o.Ticket, &o.Requester, &o.Promise, &o.Message, &o.Trigger, at(&o.CreatedAt),
		&o.Channel, &o.Address, &o.Lang, &o.args, &o.State, &o.Attempts, at(&o.FireAt), at(&o.LeasedTo), orZero(&o.Provider), &o.Reason, at(&o.SentAt), at(&o.DoneAt), &o.FellBack}
}, func(o *outRow) (out desk.Out, err error) {
	if o.args != "null" {
		err = json.Unmarshal([]byte(o.args), &o.Args)
	}
	return o.Out, err
})

func outMoved(o desk.Out) ([]any, error) {
	args, err := json.Marshal(o.Args)
	return []any{o.Channel, o.Address, o.Lang, string(args), o.State, o.Attempts, optMicros(o.FireAt), optMicros(o.LeasedTo),
		optText(o.Provider), o.Reason, optMicros(o.SentAt), optMicros(o.DoneAt), o.FellBack}, err
}

// AddOut adds a delivery. With a FireAt it is claimed from then on.
func (tx *Tx) AddOut(o desk.Out) error {
	moved, err := outMoved(o)
	if err != nil {
		return tx.fail(outAdd, err)
	}
	return tx.put(outAdd, append([]any{tx.client, o.ID, o.Ticket, o.Requester, o.Promise, o.Message, o.Trigger, micros(o.CreatedAt)}, moved...)...)
}

// SaveOut writes everything of o that can change; NotFound when there is no such delivery. A
// delivery that needs no more work has no FireAt and no LeasedTo.
func (tx *Tx) SaveOut(o desk.Out) error {
	moved, err := outMoved(o)
	if err != nil {
		return tx.fail(outSave, err)
	}
	return tx.putMust(outSave, append([]any{tx.client, o.ID}, moved...)...)
}

// Out gives one delivery, or NotFound.
func (tx *ReadTx) Out(id int64) (desk.Out, error) { return one(tx, outOne, scanOut, tx.client, id) }

// Out gives one delivery, or NotFound, and keeps claims off it: they wait for no unit of work.
func (tx *Tx) Out(id int64) (desk.Out, error) {
	if o, known := tx.s.foreseen.outs[outKey{tx.client, id}]; known {
		return o, tx.broken
	}
	return one(tx, outToSave, scanOut, tx.client, id)
}

// Spoken is what a delivery speaks of, and to whom.
type Spoken struct {
	Ticket    desk.Ticket
	Requester desk.Requester
	Address   desk.Address
	Promise   desk.Promise // zero when it speaks of none
}

// Spoken gives what o speaks of, and to whom; NotFound where something is missing.
func (tx *ReadTx) Spoken(o desk.Out) (s Spoken, err error) {
	err = tx.Together(
		func() (err error) { s.Ticket, err = tx.Ticket(o.Ticket); return err },
		func() (err error) { s.Requester, err = tx.Requester(o.Requester); return err },
		func() (err error) { s.Address, err = tx.Address(o.Address); return err },
		func() (err error) {
			if o.Promise != 0 {
				s.Promise, err = tx.Promise(o.Promise)
			}
			return err
		},
	)
	return s, err
}

// Knows reports whether the requester of o has been sent another text about this question, or has other questions.
func (tx *ReadTx) Knows(o desk.Out) (bool, error) {
	return one(tx, outNotFirst, value[bool], tx.client, o.Ticket, o.ID, o.Requester)
}

// Outs gives the deliveries of a ticket, newest first.
func (tx *ReadTx) Outs(t desk.TicketID) ([]desk.Out, error) {
	return many(tx, outsOf.one, scanOut, tx.client, t)
}

// OutsOf is Outs of several tickets.
func (tx *ReadTx) OutsOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Out, error) {
	return byKeys(tx, outsOf, ts, scanOut, func(o *desk.Out) desk.TicketID { return o.Ticket })
}

// PendingOuts gives the deliveries that speak of each of some promises and that nobody has begun to send:
// what they say may no longer be true. It keeps claims off them.
func (tx *Tx) PendingOuts(ps ...desk.PromiseID) (map[desk.PromiseID][]desk.Out, error) {
	return byKeys(tx.ReadTx, outsUnsent, ps, scanOut, func(o *desk.Out) desk.PromiseID { return o.Promise })
}

// ClaimOuts leases at most n deliveries of any client that are due, until leaseTo, and counts the
// attempt. In state Sending they were queued. In state Unknown somebody had them before and
// the lease ended: they may have been sent, so ask the provider before sending them again.
// The order is that of their ids.
func (tx *SystemTx) ClaimOuts(now, leaseTo time.Time, n int) ([]desk.Out, error) {
	var outs []desk.Out
	var err error
	if tx.s.pg != nil {
		outs, err = many(tx, outClaim, scanOut, micros(now), micros(leaseTo), n)
	} else {
		outs, err = tx.leaseOuts(now, leaseTo, n)
	}
	slices.SortFunc(outs, func(a, b desk.Out) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Client, b.Client))
	})
	return outs, err
}

// leaseOuts is outClaim for SQLite, where nobody else writes meanwhile.
func (tx *SystemTx) leaseOuts(now, leaseTo time.Time, n int) ([]desk.Out, error) {
	outs, err := many(tx, outsDue, scanOut, micros(now), n)
	for i := range outs {
		o := &outs[i]
		o.Attempts, o.FireAt, o.LeasedTo = o.Attempts+1, leaseTo, leaseTo
		if o.State == desk.Queued {
			o.State = desk.Sending
		} else {
			o.State = desk.Unknown
		}
		if err := tx.put(outLease, o.Client, o.ID, o.State, micros(leaseTo)); err != nil {
			return nil, err
		}
	}
	return outs, err
}

// NextOut is when ClaimOuts next has something to give; false when nothing waits.
func (tx *SystemTx) NextOut() (time.Time, bool, error) { return instantOf(tx, outNext) }

// OutByProvider gives the delivery of any client with a provider's id, or NotFound.
func (tx *SystemTx) OutByProvider(provider string) (desk.Out, error) {
	return one(tx, outByProvider, scanOut, provider)
}

// Texts gives the newest deliveries of the clients that the viewer sees, newest first, for the
// demo's telephone.
func (tx *DeskReadTx) Texts(limit int) ([]desk.Out, error) {
	clients, err := many(tx, clientIDs, value[desk.ClientID])
	if err != nil {
		return nil, err
	}
	var all []desk.Out
	for _, c := range clients {
		if !tx.viewer.Sees(c) {
			continue
		}
		outs, err := many(tx, outsNew, scanOut, c, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, outs...)
	}
	slices.SortFunc(all, func(a, b desk.Out) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID), cmp.Compare(a.Client, b.Client))
	})
	return all[:min(limit, len(all))], nil
}
