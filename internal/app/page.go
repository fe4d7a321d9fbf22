package app

import (
	"cmp"
	"context"
	"slices"

	"kept/internal/desk"
	"kept/internal/store"
)

// TicketPage is everything that staff sees of one ticket.
type TicketPage struct {
	Ticket    desk.Ticket
	Client    desk.Client
	Requester desk.Requester
	Caller    string
	Addresses []desk.Address
	Maybe     []desk.Requester // others with the same number, never taken as fact
	Messages  []desk.Message   // oldest first, with delivery states
	Events    []desk.Event     // oldest first
	Promises  []PromiseLine    // live first, then newest
	Alerts    []desk.Alert     // open ones
	Outs      []desk.Out       // deliveries, newest first
	Others    []desk.Ticket    // other questions of this requester, newest first
	Best      []desk.Answer    // answers that fit
	Owner     string
	Outage    Outage            // whose calls can be entered now; the zero Outage when there is none
	Typed     map[string]string // what the viewer has typed and not sent, by field: "reply", "note"

	rings []desk.Ring // for what nobody has accepted
}

// PromiseLine is a promise with the names that go with it.
type PromiseLine struct {
	Promise  desk.Promise
	Look     desk.Look
	Owner    string
	Backup   string
	Attempts []Attempt
	Called   string // who was called because nobody has taken it, in a sentence; empty: nobody
}

// Attempt is one try to reach the person.
type Attempt = desk.Attempt

// pageOthers is how many other questions of the requester the page shows.
const pageOthers = 20

// TicketPage gives the ticket with this number, noting who read it. NotFound also for other clients'.
func (a *App) TicketPage(ctx context.Context, v desk.Viewer, ref desk.Ref) (TicketPage, error) {
	s, err := a.Screen(ctx, v, ScreenParts{Ref: ref, NoStrip: true})
	return s.Ticket, err
}

func (l *looking) ticket(all *store.DeskReadTx, ref desk.Ref) (TicketPage, error) {
	where, err := all.WhereIs(ref)
	if err != nil {
		return TicketPage{}, err
	}
	tx, err := all.ForClient(where.Client)
	if err != nil {
		return TicketPage{}, err
	}
	p, err := readPage(tx, where.ID)
	if err != nil {
		return TicketPage{}, err
	}
	if l.v.Who == desk.WhoStaff {
		typed, err := tx.Typed(ref)
		if err != nil {
			return TicketPage{}, err
		}
		p.Typed = byPlace(typed)
	}
	if p.Client, err = l.know.one(where.Client); err != nil {
		return TicketPage{}, err
	}
	p.Outage, p.Owner = l.outage, l.know.staff[p.Ticket.Owner]
	for i := range p.Promises {
		line := &p.Promises[i]
		line.Look = l.on.look(line.Promise)
		line.Called, _ = calledFor(func(r desk.Ring) bool {
			return r.Kind == desk.AlertUntaken && line.Promise.State.Live() && (r.Promise == line.Promise.ID || r.Promise == line.Promise.RepairOf)
		}, p.rings, l.know.staff)
		line.Owner, line.Backup = l.know.staff[line.Promise.Owner], l.know.staff[line.Promise.Backup]
	}
	p.Best = l.know.index.find(p.asked(), 3)
	return p, nil
}

// asked gives what the person asked, to find answers by.
func (p TicketPage) asked() string {
	for _, m := range p.Messages {
		if m.Kind == desk.FromThem {
			return p.Ticket.Subject + " " + m.Body
		}
	}
	return p.Ticket.Subject
}

func readPage(tx *store.ReadTx, id desk.TicketID) (p TicketPage, err error) {
	if p.Ticket, err = tx.Ticket(id); err != nil {
		return p, err
	}
	if p.Requester, err = tx.Requester(p.Ticket.Requester); err != nil {
		return p, err
	}
	if p.Addresses, err = tx.Addresses(p.Requester.ID); err != nil {
		return p, err
	}
	phone := ""
	for _, have := range p.Addresses {
		if have.Kind != desk.PhoneAddress {
			continue
		}
		if phone == "" {
			phone = have.Value
		}
		same, err := tx.RequestersByAddress(have.Value)
		if err != nil {
			return p, err
		}
		for _, r := range same {
			if r.ID != p.Requester.ID && !slices.Contains(p.Maybe, r) {
				p.Maybe = append(p.Maybe, r)
			}
		}
	}
	p.Caller = callerName(p.Requester.Name, phone)
	if p.Messages, err = tx.Messages(id); err != nil {
		return p, err
	}
	if p.Events, err = tx.Events(id); err != nil {
		return p, err
	}
	if p.Alerts, err = tx.AlertsOf(id); err != nil {
		return p, err
	}
	if p.Outs, err = tx.Outs(id); err != nil {
		return p, err
	}
	others, err := tx.TicketsOf(p.Requester.ID, pageOthers+1)
	if err != nil {
		return p, err
	}
	p.Others = slices.DeleteFunc(others, func(t desk.Ticket) bool { return t.ID == id })
	promises, err := tx.Promises(id)
	if err != nil {
		return p, err
	}
	attempts, err := tx.Attempts(id)
	if err != nil {
		return p, err
	}
	p.Promises = promiseLines(promises, attempts)
	if live := p.Promises; len(live) > 0 && live[0].Promise.State.Live() && tx.Now().After(live[0].Promise.Due.Add(-desk.MaxLadder)) {
		p.rings, err = tx.RingsOf(id)
	}
	return p, err
}

// promiseLines puts live promises first, by due, and then those that have ended, newest first.
func promiseLines(promises []desk.Promise, attempts []Attempt) []PromiseLine {
	lines := make([]PromiseLine, len(promises))
	for i, p := range promises {
		lines[i].Promise = p
		for _, t := range attempts {
			if t.Promise == p.ID {
				lines[i].Attempts = append(lines[i].Attempts, t)
			}
		}
	}
	slices.SortStableFunc(lines, func(x, y PromiseLine) int {
		switch p, q := x.Promise, y.Promise; {
		case p.State.Live() && q.State.Live():
			return cmp.Or(p.Due.Compare(q.Due), cmp.Compare(p.ID, q.ID))
		case p.State.Live():
			return -1
		case q.State.Live():
			return 1
		default:
			return cmp.Compare(q.ID, p.ID)
		}
	})
	return lines
}
