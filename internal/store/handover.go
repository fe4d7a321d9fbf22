package store

import (
	"slices"
	"time"

	"kept/internal/desk"
)

const handoverItemNames = "client_id, promise_id, shift_id, summary, plan, written_by, written_at, accepted_by, accepted_at, read_back"

const handoversAtOnce = 32

var (
	handoverOf   = sql(`SELECT shift_id, staff_id, signed_at, signed_by, reason FROM handover WHERE shift_id = $1`)
	handoversOf  = sql(`SELECT shift_id, staff_id, signed_at, signed_by, reason FROM handover WHERE shift_id IN (` + slots(1, handoversAtOnce) + `)`)
	handoverSave = sql(`INSERT INTO handover (shift_id, staff_id, signed_at, signed_by, reason) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (shift_id) DO UPDATE SET signed_at = excluded.signed_at, signed_by = excluded.signed_by, reason = excluded.reason`)
	// Without those to ask again: the clock does that by itself.
	promisesOwned = sql(`SELECT p.client_id, p.ticket_id, p.id, p.owner_id, p.due_at FROM promise p
		WHERE p.ended_at IS NULL AND p.due_at < $1 AND p.owner_id IS NOT NULL AND p.kind <> 'confirm' ORDER BY p.due_at, p.client_id, p.id LIMIT $2`)
	handoverItems = across("SELECT " + aliased("i", handoverItemNames) + ` FROM handover_item i WHERE i.shift_id = $1 AND {mine i}
		ORDER BY i.client_id, i.promise_id`)
	handoverItem     = sql("SELECT " + handoverItemNames + " FROM handover_item WHERE client_id = $1 AND promise_id = $2 AND shift_id = $3")
	handoverItemSave = sql(insert("handover_item", handoverItemNames) + ` ON CONFLICT (promise_id, client_id, shift_id) DO UPDATE
		SET summary = excluded.summary, plan = excluded.plan, written_by = excluded.written_by, written_at = excluded.written_at,
			accepted_by = excluded.accepted_by, accepted_at = excluded.accepted_at, read_back = excluded.read_back`)
	// What was accepted belongs to somebody else by now, and may have ended.
	boardAccepted = across("SELECT " + ticketCols + ", " + promiseCols + ", " + callerCols + `, broken.told_at FROM handover_item i
		JOIN promise p ON p.client_id = i.client_id AND p.id = i.promise_id
		JOIN ticket t ON t.client_id = p.client_id AND t.id = p.ticket_id
		JOIN requester r ON r.client_id = t.client_id AND r.id = t.requester_id
		LEFT JOIN promise broken ON broken.client_id = p.client_id AND broken.id = p.repair_of
		WHERE i.shift_id = $1 AND i.accepted_by <> 0 AND {mine i} ORDER BY p.due_at, p.client_id, p.id LIMIT $2`)
)

func scanHandover(row scanner) (h desk.Handover, err error) {
	err = row.Scan(&h.Shift, &h.Staff, at(&h.SignedAt), &h.SignedBy, &h.Reason)
	return h, err
}

func scanHandoverItem(row scanner) (i desk.HandoverItem, err error) {
	err = row.Scan(&i.Client, &i.Promise, &i.Shift, &i.Summary, &i.Plan, &i.WrittenBy, at(&i.WrittenAt), &i.AcceptedBy, at(&i.AcceptedAt), &i.ReadBack)
	return i, err
}

// Handover is what is on record of the handover of a shift; the zero one when nothing is.
func (tx *DeskReadTx) Handover(s desk.ShiftID) (desk.Handover, error) {
	h, _, err := maybe(tx, handoverOf, scanHandover, s)
	return h, err
}

// Handovers is what is on record of the handovers of some shifts, by shift.
func (tx *DeskReadTx) Handovers(of []desk.ShiftID) (map[desk.ShiftID]desk.Handover, error) {
	all := make(map[desk.ShiftID]desk.Handover, len(of))
	for some := range slices.Chunk(of, handoversAtOnce) {
		list, err := many(tx, handoversOf, scanHandover, padded(some, handoversAtOnce)...)
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			all[h.Shift] = h
		}
	}
	return all, nil
}

// SaveHandover stores h in place of what was there.
func (tx *DeskTx) SaveHandover(h desk.Handover) error {
	return tx.put(handoverSave, h.Shift, h.Staff, optMicros(h.SignedAt), h.SignedBy, h.Reason)
}

// Owned is a live promise that somebody has.
type Owned struct {
	Client  desk.ClientID
	Ticket  desk.TicketID
	Promise desk.PromiseID
	Owner   desk.StaffID
	Due     time.Time
}

var scanOwned = placed(func(o *Owned) []any {
	return []any{&o.Client, &o.Ticket, &o.Promise, &o.Owner, at(&o.Due)}
})

// Owned gives the first live promises of all clients that somebody has and that are due before until, at most limit, without
// those to ask again.
func (tx *SystemTx) Owned(until time.Time, limit int) ([]Owned, error) {
	return many(tx, promisesOwned, scanOwned, micros(until), limit)
}

// HandoverItems are the promises of a handover of which something is on record, of the viewer's clients.
func (tx *DeskReadTx) HandoverItems(s desk.ShiftID) ([]desk.HandoverItem, error) {
	return manyAcross(tx, handoverItems, scanHandoverItem, s)
}

// Accepted gives the promises of a handover that somebody has accepted, live or not, with their tickets.
func (tx *DeskReadTx) Accepted(s desk.ShiftID, limit int) ([]BoardRow, error) {
	rows, err := manyAcross(tx, boardAccepted, scanBoardRow, s, limit)
	for _, r := range rows {
		tx.saw(r.Ticket.Client, "ticket", int64(r.Ticket.ID))
		tx.saw(r.Ticket.Client, "requester", int64(r.Ticket.Requester))
	}
	return rows, err
}

// HandoverItem is what is on record of one promise in a handover; one without words when nothing is.
func (tx *ReadTx) HandoverItem(p desk.PromiseID, s desk.ShiftID) (desk.HandoverItem, error) {
	i, ok, err := maybe(tx, handoverItem, scanHandoverItem, tx.client, p, s)
	if !ok {
		i = desk.HandoverItem{Client: tx.client, Promise: p, Shift: s}
	}
	return i, err
}

// SaveHandoverItem stores i in place of what was there.
func (tx *Tx) SaveHandoverItem(i desk.HandoverItem) error {
	return tx.put(handoverItemSave, tx.client, i.Promise, i.Shift, i.Summary, i.Plan, i.WrittenBy, optMicros(i.WrittenAt), i.AcceptedBy, optMicros(i.AcceptedAt), i.ReadBack)
}
