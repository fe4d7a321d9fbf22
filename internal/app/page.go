package app

import (
	"cmp"
	"context"
	"slices"
	"time"

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
	Messages  []desk.Message   // oldest first, with delivery states; those of questions that came into this one too
	Events    []desk.Event     // oldest first
	Promises  []PromiseLine    // live first, then newest
	Alerts    []desk.Alert     // open ones
	Into      desk.Ref         // where it goes on, if it was merged
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

// Early reports whether the person who lives in loc sleeps now, and is called later by what was promised.
func (l PromiseLine) Early(now time.Time, loc *time.Location) bool {
	return l.Promise.Kind == desk.Callback && now.Before(l.Promise.Start) && quietAt(now, loc)
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
	t, err := all.TicketByRef(ref)
	if err != nil {
		return TicketPage{}, err
	}
	tx, err := all.ForClient(t.Client)
	if err != nil {
		return TicketPage{}, err
	}
	p, err := readPage(tx, t)
	if err != nil {
		return TicketPage{}, err
	}
	if p.Client, err = l.know.one(t.Client); err != nil {
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

func readPage(tx *store.ReadTx, t desk.Ticket) (p TicketPage, err error) {
	p.Ticket = t
	var attempts []Attempt
	var promises []desk.Promise
	err = tx.Together(
		func() (err error) { p.Requester, err = tx.Requester(t.Requester); return err },
		func() (err error) { p.Addresses, err = tx.Addresses(t.Requester); return err },
		func() (err error) { p.Maybe, err = tx.RequestersSharing(t.Requester); return err },
		func() (err error) { p.Messages, err = tx.Messages(t.ID); return err },
		func() (err error) { p.Events, err = tx.Events(t.ID); return err },
		func() (err error) { p.Alerts, err = tx.AlertsOf(t.ID); return err },
		func() (err error) { p.Outs, err = tx.Outs(t.ID); return err },
		func() error {
			others, err := tx.TicketsOf(t.Requester, pageOthers+1)
			p.Others = slices.DeleteFunc(others, func(one desk.Ticket) bool { return one.ID == t.ID })
			return err
		},
		func() (err error) { attempts, err = tx.Attempts(t.ID); return err },
		func() (err error) { promises, err = tx.Promises(t.ID); return err },
		func() (err error) {
			if !t.Due.IsZero() && tx.Now().After(t.Due.Add(-desk.MaxLadder)) {
				p.rings, err = tx.RingsOf(t.ID)
			}
			return err
		},
		func() error {
			if tx.Viewer().Who != desk.WhoStaff {
				return nil
			}
			typed, err := tx.Typed(t.Ref)
			p.Typed = byPlace(typed)
			return err
		},
	)
	if err != nil {
		return p, err
	}
	if p.Messages, err = withWords(tx, p.Messages, p.Events); err != nil {
		return p, err
	}
	if t.Into != 0 {
		into, err := tx.Ticket(t.Into)
		if err != nil {
			return p, err
		}
		p.Into = into.Ref
	}
	p.Promises = promiseLines(promises, attempts)
	phone := ""
	if i := slices.IndexFunc(p.Addresses, func(a desk.Address) bool { return a.Kind == desk.PhoneAddress }); i >= 0 {
		phone = p.Addresses[i].Value
	}
	p.Caller = callerName(p.Requester.Name, phone)
	return p, nil
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
