package app

import (
	"context"
	"slices"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/law"
	"kept/internal/store"
)

// Verified is what Verify found.
type Verified struct {
	Tickets int
	Broken  []string // a sentence each, with the number of the ticket and no personal data; at most verifyMost
}

const (
	verifyMost = 100
	verifyPage = 200
)

// Verify reads every question of every client, holds it against the laws and its row of clocks against its history.
// It changes nothing.
func (a *App) Verify(ctx context.Context, v desk.Viewer) (Verified, error) {
	var out Verified
	if v.Who != desk.WhoSystem {
		return out, errAdminOnly
	}
	f, err := a.know(ctx)
	if err != nil {
		return out, err
	}
	for _, c := range f.clients {
		for before, more := desk.TicketID(0), true; more; {
			err := a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
				page, err := tx.Tickets("", before, verifyPage)
				if err != nil || len(page) == 0 {
					more = false
					return err
				}
				before, more = page[len(page)-1].ID, len(page) == verifyPage
				return a.verify(tx, c, f, page, &out)
			})
			if err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// VerifySome is Verify for some questions of one client.
func (a *App) VerifySome(ctx context.Context, v desk.Viewer, cid desk.ClientID, some []desk.TicketID) (out Verified, err error) {
	if v.Who != desk.WhoSystem {
		return out, errAdminOnly
	}
	f, err := a.know(ctx)
	if err != nil {
		return out, err
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return out, err
	}
	return out, a.db.Read(ctx, v, cid, func(tx *store.ReadTx) error {
		tickets, err := tx.TicketsByID(some)
		if err != nil {
			return err
		}
		list := make([]desk.Ticket, len(some))
		for i, id := range some {
			t, ok := tickets[id]
			if !ok {
				return desk.Errorf(desk.NotFound, "not_found", "There is no such question.")
			}
			list[i] = t
		}
		return a.verify(tx, c, f, list, &out)
	})
}

// verify holds some questions of the client of tx against the laws, and their rows of clocks against their histories.
func (a *App) verify(tx *store.ReadTx, c desk.Client, know *facts, some []desk.Ticket, out *Verified) error {
	clocks, err := a.counting(tx, c, know)
	if err != nil {
		return err
	}
	for _, t := range some {
		f, err := File(tx, t)
		if err != nil {
			return err
		}
		if err := f.Check(coverage.Roster{}); err != nil && len(out.Broken) < verifyMost {
			out.Broken = append(out.Broken, err.Error())
		}
		who, err := tx.Requester(t.Requester)
		if err != nil {
			return err
		}
		wrong, err := clocks.clockWrong(tx, t, who.Kind, f.Events)
		if err != nil {
			return err
		}
		if wrong != "" && len(out.Broken) < verifyMost {
			out.Broken = append(out.Broken, wrong)
		}
		out.Tickets++
	}
	return nil
}

// File reads everything that belongs to a ticket, words apart, for the laws.
func File(tx *store.ReadTx, t desk.Ticket) (law.File, error) { return FileSince(tx, t, nil) }

// FileSince is File for somebody who has read the first events of the history already: events are never changed.
func FileSince(tx *store.ReadTx, t desk.Ticket, known []desk.Event) (law.File, error) {
	f := law.File{Now: tx.Now(), Ticket: t, Promises: map[desk.PromiseID]desk.Promise{}}
	promises, err := tx.Promises(t.ID)
	if err != nil {
		return f, err
	}
	for _, p := range promises {
		f.Promises[p.ID] = p
	}
	if f.Seats, err = tx.SeatsFor(t.ID); err != nil {
		return f, err
	}
	if f.Events, err = tx.EventsAfter(t, known); err != nil {
		return f, err
	}
	if f.Attempts, err = tx.AttemptsOf(t.ID); err != nil {
		return f, err
	}
	if f.Outs, err = tx.Outs(t.ID); err != nil {
		return f, err
	}
	if f.Alerts, err = tx.AlertsEver(t.ID); err != nil {
		return f, err
	}
	f.Sorry, err = sorry(tx, f)
	return f, err
}

// sorry gives the news of breaks that may speak of f's promises: its own, and while one that broke is not
// known to be told, those of the person's other questions.
func sorry(tx *store.ReadTx, f law.File) ([]desk.Out, error) {
	news := func(outs []desk.Out) []desk.Out {
		return slices.DeleteFunc(slices.Clone(outs), func(o desk.Out) bool { return o.Trigger != desk.SayBroken })
	}
	all := news(f.Outs)
	untold := false
	for _, p := range f.Promises {
		untold = untold || p.State == desk.Broken && p.ToldAt.IsZero()
	}
	if !untold {
		return all, nil
	}
	tickets, err := tx.TicketsOf(f.Ticket.Requester, 100)
	if err != nil {
		return nil, err
	}
	for _, t := range tickets {
		if t.ID == f.Ticket.ID {
			continue
		}
		outs, err := tx.Outs(t.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, news(outs)...)
	}
	return all, nil
}
