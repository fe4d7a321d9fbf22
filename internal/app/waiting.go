package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// WaitingLine is a message from outside that waits for a person.
type WaitingLine struct {
	ID       int64
	Client   desk.Client // zero: nobody knows whose it is
	Channel  desk.Channel
	From, To string
	Body     string
	Reason   string
	At       time.Time
}

// TakeInbound notes that v has taken care of a message that waited. It is for those who lead; NotFound
// when no such message waits where v may see it.
func (a *App) TakeInbound(ctx context.Context, v desk.Viewer, id int64) error {
	if !v.Leads() {
		return desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can take care of a message that waits.")
	}
	var row store.Inbound
	err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		waiting, err := tx.WaitingInbound(1000)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(waiting, func(in store.Inbound) bool { return in.ID == id })
		if i < 0 {
			return desk.Errorf(desk.Conflict, "inbound.taken", "This message does not wait any more: somebody else takes care of it.")
		}
		row = waiting[i]
		return nil
	})
	if err != nil {
		return err
	}
	return a.db.System(ctx, "inbound", func(tx *store.SystemTx) error {
		row.State, row.Reason = inboundDone, "taken by "+v.Name
		return tx.SaveInbound(row)
	})
}

// setAside leaves a message for a person, and says so.
func (a *App) setAside(ctx context.Context, row store.Inbound, reason string) error {
	return a.db.System(ctx, "inbound", func(tx *store.SystemTx) error {
		row.State, row.Reason = inboundWaiting, reason
		if err := tx.SaveInbound(row); err != nil {
			return err
		}
		if row.Client == 0 {
			return nil // nobody knows whose it is: it waits on the board of everybody who leads
		}
		return tx.ForClient(row.Client).AddAlert(desk.Alert{
			ID: tx.NewID(), Client: row.Client, Ticket: row.Ticket, Kind: desk.AlertInbound, Note: reason,
			Flag: desk.Worst(desk.RedFlags(row.Body)), RaisedAt: tx.Now(),
		})
	})
}
