package app

import (
	"cmp"
	"context"
	"slices"

	"kept/internal/desk"
	"kept/internal/store"
)

// TicketFilter narrows a list of tickets.
type TicketFilter struct {
	Client desk.ClientID // zero: all that v may see
	State  string        // "", open, closed
	After  string        // cursor
	Limit  int           // 50 by default, at most 200
}

// TicketList is one page of tickets, newest first.
type TicketList struct {
	Tickets []desk.Ticket
	Next    string
}

// Tickets lists tickets newest first, by keyset. Over several clients the newest of each are merged.
func (a *App) Tickets(ctx context.Context, v desk.Viewer, f TicketFilter) (TicketList, error) {
	if !v.IsStaff() {
		return TicketList{}, errStaffOnly
	}
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	if f.State != "" && f.State != "open" && f.State != "closed" {
		return TicketList{}, desk.Fields{{Field: "state", Code: "choice.invalid", Message: "Choose open or closed."}}.Err()
	}
	before, err := readCursorOf[desk.TicketID](f.After)
	if err != nil {
		return TicketList{}, err
	}
	ids := []desk.ClientID{f.Client}
	if f.Client == 0 {
		clients, err := a.Clients(ctx, v)
		if err != nil {
			return TicketList{}, err
		}
		ids = ids[:0]
		for _, c := range clients {
			ids = append(ids, c.ID)
		}
	}
	var all []desk.Ticket
	for _, c := range ids {
		err := a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
			ts, err := tx.Tickets(f.State, before, f.Limit+1)
			all = append(all, ts...)
			return err
		})
		if err != nil {
			return TicketList{}, err
		}
	}
	sortNewest(all)
	var list TicketList
	if len(all) > f.Limit {
		all = all[:f.Limit]
		list.Next = cursorOf(all[len(all)-1].ID)
	}
	list.Tickets = all
	return list, nil
}

func sortNewest(ts []desk.Ticket) {
	slices.SortFunc(ts, func(x, y desk.Ticket) int {
		return cmp.Or(cmp.Compare(y.ID, x.ID), cmp.Compare(y.Client, x.Client))
	})
}
