package app

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// QueueFilter narrows the queue. The zero filter is every open ticket that v may serve.
type QueueFilter struct {
	Show   string        // "", mine, skill, unowned, waiting, spanish
	Client desk.ClientID // zero: all
	After  string        // cursor of the next page, from Queue.Next
	Limit  int           // 25 by default, at most 100
}

// Queue is one page of open tickets, what is due first on top.
type Queue struct {
	Rows []QueueRow
	Next string // cursor; empty at the end
	More bool
	Now  time.Time
}

// QueueRow is one ticket in the queue. Ticket and Promise hold what a list shows, as store.QueueRow says:
// for the rest, read the ticket.
type QueueRow struct {
	Ticket  desk.Ticket
	Promise desk.Promise
	Look    desk.Look
	Client  desk.Client
	Caller  string // name, or "Caller …0199"
	Owner   string // staff name
}

// Strip is what the signed-in analyst owes next. Promise.ID is zero when nothing is due within an hour.
type Strip struct {
	Promise desk.Promise
	Ticket  desk.Ticket
	Client  desk.Client
	Caller  string
	Broken  bool
	Owed    int        // promises that I own and that are due today (in 24 h), at most 100
	Alerts  int        // open alerts, for those who lead
	Warned  []WarnedOf // clocks of which the viewer was warned, what can still be met first, at most stripWarned
	Shift   Shift
	Now     time.Time
}

// stripWarned is how many warnings a strip counts.
const stripWarned = 100

// Shift is the viewer's shift now; zero when off shift.
type Shift struct {
	Until time.Time
}

var errStaffOnly = desk.Errorf(desk.Forbidden, "staff.only", "Only people who work the desk can do this.")

// queueSkills is how many skills of one person the queue asks for at once.
const queueSkills = 8

// Queue gives one page of the queue and notes who read it.
func (a *App) Queue(ctx context.Context, v desk.Viewer, f QueueFilter) (Queue, error) {
	s, err := a.Screen(ctx, v, ScreenParts{Queue: &f, NoStrip: true})
	return s.Queue, err
}

func (l *looking) queue(tx *store.DeskReadTx, f QueueFilter) (Queue, error) {
	if f.Client != 0 && !l.v.Sees(f.Client) {
		return Queue{}, notFound
	}
	limit := 25
	if f.Limit > 0 {
		limit = min(f.Limit, 100)
	}
	out := Queue{Now: l.now}
	q := store.QueueQuery{Client: f.Client, Limit: limit + 1}
	switch f.Show {
	case "":
	case "mine":
		q.Owner = l.v.Staff
	case "skill":
		if q.Skills = l.on.skills(l.v.Staff); len(q.Skills) == 0 {
			return out, nil
		}
	case "unowned":
		q.Unowned = true
	case "waiting":
		q.State = desk.Waiting
	case "spanish":
		q.Lang = "es"
	default:
		return Queue{}, desk.Errorf(desk.Invalid, "show.unknown", "There is no such view of the queue.")
	}
	var err error
	if f.After != "" {
		if q.AfterDue, q.AfterClient, q.AfterID, err = readCursor(f.After); err != nil {
			return Queue{}, err
		}
	}
	rows, err := tx.Queue(q)
	if err != nil {
		return Queue{}, err
	}
	if out.More = len(rows) > limit; out.More {
		rows = rows[:limit]
		out.Next = cursor(rows[limit-1].Ticket)
	}
	out.Rows = make([]QueueRow, len(rows))
	for i := range rows {
		r := &rows[i]
		out.Rows[i] = QueueRow{
			Ticket: r.Ticket, Promise: r.Promise, Look: l.on.look(r.Promise), Client: l.know.client[r.Ticket.Client],
			Caller: callerName(r.Caller.Name, r.Caller.Phone), Owner: l.know.staff[r.Ticket.Owner],
		}
	}
	return out, nil
}

// cursor names the place behind a ticket in the order of the queue.
func cursor(t desk.Ticket) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%d", t.Due.UnixMicro(), t.Client, t.ID))
}

func readCursor(text string) (due time.Time, c desk.ClientID, id desk.TicketID, err error) {
	var us int64
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = fmt.Sscanf(string(plain), "%d.%d.%d", &us, &c, &id)
	}
	if err != nil {
		return due, 0, 0, desk.Errorf(desk.Invalid, "cursor.invalid", "This page of the list cannot be found. Start at the top.")
	}
	return time.UnixMicro(us).UTC(), c, id, nil
}

func keyOf(t desk.Ticket) store.RequesterKey {
	return store.RequesterKey{Client: t.Client, ID: t.Requester}
}

// callersNamed gives what lists call the people who asked.
func callersNamed(tx *store.DeskReadTx, keys []store.RequesterKey) (map[store.RequesterKey]string, error) {
	found, err := tx.Callers(keys)
	if err != nil {
		return nil, err
	}
	names := make(map[store.RequesterKey]string, len(keys))
	for _, k := range keys {
		names[k] = callerName(found[k].Name, found[k].Phone)
	}
	return names, nil
}

// callerName is what staff calls a person in a list: the name, or the end of the number.
func callerName(name, phone string) string {
	switch {
	case name != "":
		return name
	case phone != "":
		return "Caller " + desk.Phone(phone).Masked()
	}
	return "Caller"
}

// skills gives what somebody can do now, in order, at most as many as the queue takes.
func (d *duty) skills(s desk.StaffID) []string {
	for _, p := range d.staff {
		if p.ID != int64(s) {
			continue
		}
		var list []string
		for _, skill := range slices.Sorted(maps.Keys(p.Skills)) {
			if until := p.Skills[skill]; until.IsZero() || until.After(d.now) {
				list = append(list, skill)
			}
		}
		return list[:min(len(list), queueSkills)]
	}
	return nil
}

// Strip gives what v owes next.
func (a *App) Strip(ctx context.Context, v desk.Viewer) (Strip, error) {
	s, err := a.Screen(ctx, v, ScreenParts{})
	return s.Strip, err
}

func (l *looking) strip(tx *store.DeskReadTx) (s Strip, err error) {
	v := l.v
	s = Strip{Now: l.now, Shift: l.on.shift(v.Staff)}
	var warned []store.WarnedOf
	var first []store.QueueRow
	counted := false
	parts := []func() error{
		func() (err error) { warned, err = tx.WarningsTo(v.Staff, v.Leads(), stripWarned); return err },
		func() (err error) {
			s.Owed, err = tx.CountOwed(v.Staff, l.now.Add(24*time.Hour))
			counted = err == nil
			return err
		},
		func() (err error) {
			if counted && s.Owed == 0 {
				return nil
			}
			first, err = tx.Owed(v.Staff, l.now.Add(time.Hour+time.Microsecond), 1)
			return err
		},
	}
	if v.Staff == 0 {
		parts = nil
	}
	if v.Leads() {
		parts = append(parts, func() (err error) { s.Alerts, err = tx.CountAlerts(); return err })
	}
	if err := tx.Together(parts...); err != nil {
		return s, err
	}
	for _, w := range warned {
		s.Warned = append(s.Warned, WarnedOf{w, l.know.client[w.Client]})
	}
	if len(first) == 0 {
		return s, nil
	}
	s.Promise, s.Ticket = first[0].Promise, first[0].Ticket
	s.Client, s.Caller = l.know.client[s.Ticket.Client], callerName(first[0].Caller.Name, first[0].Caller.Phone)
	s.Broken = s.Promise.RepairOf != 0 || l.on.look(s.Promise) == desk.LookBroken
	return s, nil
}

// Found is one search result.
type Found struct {
	Ticket desk.Ticket
	Client desk.Client
	Caller string
}

// searchClients is how many clients are asked for a name or a number, one after the other.
const searchClients = 16

// Search finds tickets that v may serve by words, number, phone or name, newest first, and answers.
func (a *App) Search(ctx context.Context, v desk.Viewer, words string, limit int) ([]Found, []desk.Answer, error) {
	if !v.IsStaff() {
		return nil, nil, errStaffOnly
	}
	words, err := desk.CleanLine(words, desk.MaxSubject)
	if err != nil {
		return nil, nil, err
	}
	if words == "" {
		return nil, nil, nil
	}
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, 50)
	know, err := a.know(ctx)
	if err != nil {
		return nil, nil, err
	}
	var found []Found
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		tickets, named := map[store.TicketKey]desk.Ticket{}, map[store.RequesterKey]string{}
		parts := []func() error{func() error {
			keys, err := tx.Search(words, limit)
			if err != nil {
				return err
			}
			byWords, err := tx.TicketsWithCallers(keys)
			for k, t := range byWords {
				tickets[k], named[keyOf(t.Ticket)] = t.Ticket, callerName(t.Caller.Name, t.Caller.Phone)
			}
			return err
		}}
		if ref, err := desk.ParseRef(words); err == nil {
			parts = append(parts, func() error {
				t, err := tx.TicketByRef(ref)
				if err == nil {
					tickets[store.TicketKey{Client: t.Client, ID: t.ID}] = t
				} else if !desk.Is(err, desk.NotFound) {
					return err
				}
				return nil
			})
		}
		if err := tx.Together(append(parts, searchPeople(tx, know, words, limit, tickets)...)...); err != nil {
			return err
		}
		list := slices.SortedFunc(maps.Values(tickets), newestFirst)
		list = list[:min(len(list), limit)]
		var people []store.RequesterKey // that were not named with their tickets
		for _, t := range list {
			if _, ok := named[keyOf(t)]; !ok {
				people = append(people, keyOf(t))
			}
		}
		callers, err := callersNamed(tx, people)
		if err != nil {
			return err
		}
		maps.Copy(named, callers)
		found = nil
		for _, t := range list {
			found = append(found, Found{Ticket: t, Client: know.client[t.Client], Caller: named[keyOf(t)]})
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return found, know.index.find(words, 5), nil
}

func newestFirst(x, y desk.Ticket) int {
	if c := y.OpenedAt.Compare(x.OpenedAt); c != 0 {
		return c
	}
	return int(y.ID - x.ID)
}

// searchPeople gives parts that add the tickets of people with this number, mailbox or name. Names stand in rows of
// one client each, so each client is asked.
func searchPeople(tx *store.DeskReadTx, know *facts, words string, limit int, into map[store.TicketKey]desk.Ticket) (parts []func() error) {
	address := addressIn(words)
	if address == "" && (len(strings.Fields(words)) > 4 || strings.ContainsAny(words, "0123456789?!@")) {
		return nil // no name looks like that
	}
	clients := know.seen(tx.Viewer())
	for _, c := range clients[:min(len(clients), searchClients)] {
		parts = append(parts, func() error {
			tx, err := tx.ForClient(c.ID)
			if err != nil {
				return err
			}
			people, err := peopleIn(tx, words, address)
			if err != nil {
				return err
			}
			for _, r := range people {
				list, err := tx.TicketsOf(r.ID, limit)
				if err != nil {
					return err
				}
				for _, t := range list {
					into[store.TicketKey{Client: t.Client, ID: t.ID}] = t
				}
			}
			return nil
		})
	}
	return parts
}

// peopleAtOnce is how many people a name or a number gives.
const peopleAtOnce = 10

func peopleIn(tx *store.ReadTx, words, address string) ([]desk.Requester, error) {
	if address == "" {
		return tx.RequestersByName(words, peopleAtOnce)
	}
	list, err := tx.RequestersByAddress(address)
	return list[:min(len(list), peopleAtOnce)], err
}

// addressIn reads words as a phone number or mailbox, in the form in which it is stored; "" for
// anything else.
func addressIn(words string) string {
	if p, err := desk.ParsePhone(words); err == nil {
		return string(p)
	}
	if m, err := desk.ParseEmail(words); err == nil {
		return m
	}
	return ""
}
