package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// BoardFilter narrows the promise board.
type BoardFilter struct {
	Client desk.ClientID
	Skill  string
	Mine   bool
	Owner  desk.StaffID // only promises of this person; 0: of everybody
}

// owner is whose promises the viewer looks at; 0: everybody's.
func (f BoardFilter) owner(v desk.Viewer) desk.StaffID {
	if f.Mine {
		return v.Staff
	}
	return f.Owner
}

// Board is what is promised, by urgency. Each group holds at most 50 lines; counts stop at 1,000.
type Board struct {
	Alerts  []AlertLine
	Waiting []WaitingLine // messages from outside that nobody has been able to place, oldest first, for those who lead
	Broken  []BoardLine   // repairs that are live, and live promises past due
	AtRisk  []BoardLine
	Hour    []BoardLine // due in the next hour
	Today   []BoardLine // due in the next 24 hours
	Later   []BoardLine
	Counts  BoardCounts
	NextDue time.Time // of all, zero if none
	Load    []LoadHour
	Now     time.Time
	Whose   string // the name of whose promises they are, of the filter
}

// BoardCounts are today's figures, in the last 24 hours; each way to end is counted apart. Those of
// live promises are of everything that the viewer sees, whatever the filter.
type BoardCounts struct {
	Kept, KeptLate, Broken, Repaired, MovedByUs, MovedByPerson, Withdrawn, Voided, CannotTell int
	Entered                                                                                   int // of Kept and Repaired, those entered after an outage
	LiveHour, LiveToday, LiveLater                                                            int
}

// LoadHour is one of the next 12 hours: how many promises are due, how many people are on shift.
type LoadHour struct {
	At     time.Time
	Due    int
	People int
}

// BoardLine is one promise on the board.
type BoardLine struct {
	Promise desk.Promise
	Look    desk.Look
	Ticket  desk.Ticket
	Client  desk.Client
	Caller  string
	Owner   string
	OwnerOn bool
	Danger  Danger       // why it may break, for what is at risk
	Held    time.Time    // past due, and held until then after an outage; zero: not held
	Told    bool         // of the break
	Called  string       // who was called because nobody has taken it, in a sentence; empty: nobody
	Can     []desk.Staff // on shift with the skill, least booked first, at most 8: for "Give to…"
}

// AlertLine is an open alert with what it is about.
type AlertLine struct {
	Alert  desk.Alert
	Ticket desk.Ticket
	Client desk.Client
	Caller string
	Called string // who was called for it, in a sentence; empty: nobody yet
	Nobody bool   // and nobody was reached
	Mine   bool   // the viewer may take care of it
}

const (
	boardLines = 50   // of a group
	boardMost  = 1000 // where counts stop
	boardLoad  = 12   // hours
	boardAhead = 28 * 24
	boardCan   = 8
)

// boardRows is what the board reads in one unit of work.
type boardRows struct {
	rows    []store.BoardRow
	alerts  []desk.Alert
	rings   []desk.Ring
	waiting []store.Inbound
	tickets map[store.TicketKey]store.WithCaller // of the alerts
	ended   []store.EndedCount
	hours   []store.HourCount
}

// Board gives the promise board. Analysts who do not lead see the promises of the clients they serve.
func (a *App) Board(ctx context.Context, v desk.Viewer, f BoardFilter) (Board, error) {
	if !v.IsStaff() {
		return Board{}, errStaffOnly
	}
	if f.Client != 0 && !v.Sees(f.Client) {
		return Board{}, notFound
	}
	know, err := a.know(ctx)
	if err != nil {
		return Board{}, err
	}
	now := a.Now()
	lost, err := a.lostSeats(ctx, now) // first: it looks at the roster as it stands
	if err != nil {
		return Board{}, err
	}
	on, err := a.onDuty(ctx, now)
	if err != nil {
		return Board{}, err
	}
	// With bookings, so that the least booked come first.
	plan, err := a.plan(ctx, now, now.Add(time.Minute))
	if err != nil {
		return Board{}, err
	}
	free := &duty{onDutyAt: newOnDuty(plan, now), now: now}
	var read boardRows
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		if read, err = readBoard(tx, v, f, now); err != nil {
			return err
		}
		return read.addLost(tx, v, f, lost)
	})
	if err != nil {
		return Board{}, err
	}
	b := Board{Now: now, Counts: read.counts(), Whose: know.staff[f.Owner]}
	untold := map[desk.PromiseID]bool{}
	for _, al := range read.alerts {
		if al.Kind == desk.AlertCannotTell {
			b.Counts.CannotTell++
			untold[al.Promise] = true
		}
		if f.Client != 0 && al.Client != f.Client || len(b.Alerts) == boardLines {
			continue
		}
		line := AlertLine{Alert: al, Client: know.client[al.Client]}
		if t, ok := read.tickets[store.TicketKey{Client: al.Client, ID: al.Ticket}]; ok {
			line.Ticket, line.Caller = t.Ticket, callerName(t.Caller.Name, t.Caller.Phone)
		}
		line.Called, line.Nobody = calledFor(func(r desk.Ring) bool { return r.Client == al.Client && r.Alert == al.ID }, read.rings, know.staff)
		line.Mine = v.Leads() || wasCalled(v.Staff, al, read.rings)
		b.Alerts = append(b.Alerts, line)
	}
	for _, in := range read.waiting {
		if f.Client == 0 || f.Client == in.Client {
			b.Waiting = append(b.Waiting, WaitingLine{ID: in.ID, Client: know.client[in.Client], Channel: in.Channel, From: in.From, To: in.To,
				Body: in.Body, Reason: in.Reason, At: in.At})
		}
	}
	for _, r := range read.rows {
		p := r.Promise
		line := BoardLine{
			Promise: p, Look: on.look(p), Ticket: r.Ticket, Client: know.client[p.Client], Caller: callerName(r.Caller.Name, r.Caller.Phone),
			Owner: know.staff[p.Owner], OwnerOn: on.owned(p), Can: free.can(p),
		}
		line.Told = !r.ToldAt.IsZero() && !untold[p.RepairOf] && !untold[p.ID]
		line.Called, _ = calledFor(func(r desk.Ring) bool {
			return r.Kind == desk.AlertUntaken && r.Client == p.Client && (r.Promise == p.ID || r.Promise == p.RepairOf)
		}, read.rings, know.staff)
		if b.NextDue.IsZero() && p.Due.After(now) {
			b.NextDue = p.Due
		}
		if line.Look == desk.LookAtRisk {
			line.Danger = on.danger(p)
		}
		if line.Look == desk.LookHeld {
			line.Held = on.heldUntil(p)
		}
		b.place(line, now)
	}
	slices.SortStableFunc(b.AtRisk, riskier)
	b.Load = load(read.due(f, now), on, know.seen(v), f)
	return b, nil
}

func readBoard(tx *store.DeskReadTx, v desk.Viewer, f BoardFilter, now time.Time) (r boardRows, err error) {
	q := store.BoardQuery{Client: f.Client, Skill: f.Skill, Owner: f.owner(v), Limit: boardLines}
	var groups [4][]store.BoardRow
	var parts []func() error
	for i, span := range []struct{ from, until time.Time }{
		{time.Time{}, now}, {now, now.Add(time.Hour)}, {now.Add(time.Hour), now.Add(24 * time.Hour)}, {now.Add(24 * time.Hour), time.Time{}},
	} {
		q := q
		q.From, q.Until = span.from, span.until
		parts = append(parts, func() (err error) { groups[i], err = tx.Live(q); return err })
	}
	parts = append(parts,
		func() error { return r.readAlerts(tx) },
		func() (err error) { r.rings, err = tx.OpenRings(); return err },
		func() (err error) { r.ended, err = tx.EndedCounts(now.Add(-24 * time.Hour)); return err },
		func() (err error) { r.hours, err = tx.DueByHour(now, boardAhead); return err },
	)
	if v.Leads() {
		parts = append(parts, func() (err error) { r.waiting, err = tx.WaitingInbound(boardLines); return err })
	}
	err = tx.Together(parts...)
	r.rows = slices.Concat(groups[:]...)
	return r, err
}

// readAlerts reads the alerts and what they are about.
func (r *boardRows) readAlerts(tx *store.DeskReadTx) (err error) {
	if r.alerts, err = tx.OpenAlerts(2 * boardLines); err != nil {
		return err
	}
	var keys []store.TicketKey
	for _, al := range r.alerts {
		if k := (store.TicketKey{Client: al.Client, ID: al.Ticket}); al.Ticket != 0 && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	r.tickets, err = tx.TicketsWithCallers(keys)
	return err
}

// addLost adds live promises whose owner will not be there in their window, however far ahead they are: the
// first 50 that the viewer sees and that are not among the rows already.
func (r *boardRows) addLost(tx *store.DeskReadTx, v desk.Viewer, f BoardFilter, lost []store.HeldSeat) error {
	have := map[store.TicketKey]bool{} // of promises, by the same pair of ids
	for _, row := range r.rows {
		have[store.TicketKey{Client: row.Promise.Client, ID: desk.TicketID(row.Promise.ID)}] = true
	}
	added := 0
	for _, s := range lost {
		key := store.TicketKey{Client: s.Client, ID: desk.TicketID(s.Promise)}
		if added == boardLines || have[key] || !v.Sees(s.Client) || f.Client != 0 && f.Client != s.Client {
			continue
		}
		have[key] = true
		one, err := tx.ForClient(s.Client)
		if err != nil {
			return err
		}
		p, err := one.Promise(s.Promise)
		if desk.Is(err, desk.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if !p.State.Live() || f.Skill != "" && p.Skill != f.Skill || f.owner(v) != 0 && p.Owner != f.owner(v) {
			continue
		}
		t, err := one.Ticket(p.Ticket)
		if err != nil {
			return err
		}
		who, err := one.Requester(t.Requester)
		if err != nil {
			return err
		}
		row := store.BoardRow{QueueRow: store.QueueRow{Promise: p, Ticket: t}}
		row.Caller.Name = who.Name
		r.rows = append(r.rows, row)
		added++
	}
	return nil
}

// counts counts each way to end apart, and what is live by when it is due.
func (r boardRows) counts() (c BoardCounts) {
	for _, e := range r.ended {
		if e.Entered && (e.State == desk.Kept || e.State == desk.KeptLate) {
			c.Entered += e.N
		}
		switch {
		case e.Repair && (e.State == desk.Kept || e.State == desk.KeptLate):
			c.Repaired += e.N
		case e.State == desk.Kept:
			c.Kept += e.N
		case e.State == desk.KeptLate:
			c.KeptLate += e.N
		case e.State == desk.Broken:
			c.Broken += e.N
		case e.State == desk.Moved && e.MovedBy == desk.MovedByUs:
			c.MovedByUs += e.N
		case e.State == desk.Moved && e.MovedBy == desk.MovedByPerson:
			c.MovedByPerson += e.N
		case e.State == desk.Withdrawn:
			c.Withdrawn += e.N
		case e.State == desk.Voided:
			c.Voided += e.N
		}
	}
	for i, h := range r.hours {
		switch {
		case i == 0:
			c.LiveHour += h.N
		case i < 24:
			c.LiveToday += h.N
		default:
			c.LiveLater += h.N
		}
	}
	for _, n := range []*int{&c.Kept, &c.KeptLate, &c.Broken, &c.Repaired, &c.MovedByUs, &c.MovedByPerson, &c.Withdrawn,
		&c.Voided, &c.Entered, &c.LiveHour, &c.LiveToday, &c.LiveLater} {
		*n = min(*n, boardMost)
	}
	return c
}

// place puts a line into the group where it is most urgent.
func (b *Board) place(line BoardLine, now time.Time) {
	p, left := line.Promise, line.Promise.Due.Sub(now)
	group := &b.Later
	switch {
	case p.RepairOf != 0 || line.Look == desk.LookBroken:
		group = &b.Broken
	case line.Look == desk.LookAtRisk || line.Look == desk.LookHeld:
		group = &b.AtRisk
	case left <= time.Hour:
		group = &b.Hour
	case left <= 24*time.Hour:
		group = &b.Today
	}
	if len(*group) < boardLines {
		*group = append(*group, line)
	}
}

// can gives who could take p over now, the least booked first.
func (d *duty) can(p desk.Promise) []desk.Staff {
	var list []desk.Staff
	for _, on := range d.people(p.Client, p.Skill, spoken(p.Lang)) {
		if len(list) == boardCan {
			break
		}
		if on.Person.ID != int64(p.Owner) {
			list = append(list, desk.Staff{ID: desk.StaffID(on.Person.ID), Name: on.Person.Name, Languages: on.Person.Languages, Active: true})
		}
	}
	return list
}

// due counts what is due by hour: of everything the viewer sees as the database counts it, of a filter
// from the lines that were read for it, of which there are 50 in the first hour and 50 later on that day.
func (r boardRows) due(f BoardFilter, now time.Time) []store.HourCount {
	if f == (BoardFilter{}) {
		return r.hours
	}
	hours := make([]store.HourCount, boardLoad)
	for i := range hours {
		hours[i].At = now.Add(time.Duration(i) * time.Hour)
	}
	for _, row := range r.rows {
		if i := int(row.Promise.Due.Sub(now) / time.Hour); !row.Promise.Due.Before(now) && i < boardLoad {
			hours[i].N++
		}
	}
	return hours
}

// load gives the next hours with how many people are on shift at the start of each, with the skill of the
// filter, for the clients that the viewer sees or the one of the filter.
func load(hours []store.HourCount, on *duty, clients []desk.Client, f BoardFilter) []LoadHour {
	out := make([]LoadHour, 0, boardLoad)
	for _, h := range hours[:min(len(hours), boardLoad)] {
		people := map[int64]bool{}
		for _, c := range clients {
			if f.Client != 0 && c.ID != f.Client {
				continue
			}
			for _, p := range on.plan.On(int64(c.ID), f.Skill, "", h.At) {
				people[p.Person.ID] = true
			}
		}
		out = append(out, LoadHour{At: h.At, Due: h.N, People: len(people)})
	}
	return out
}

// wasCalled reports whether the escalation has called somebody for an alert.
func wasCalled(who desk.StaffID, al desk.Alert, rings []desk.Ring) bool {
	return slices.ContainsFunc(rings, func(r desk.Ring) bool {
		return r.Client == al.Client && r.Alert == al.ID && r.Staff == who && r.State.Called()
	})
}

// AckAlert notes that v takes care of an alert, wherever v says so: on a page or by a key on the phone. Forbidden for
// those who neither lead nor were called for it; Conflict "alert.taken" when somebody else takes care of it already.
func (a *App) AckAlert(ctx context.Context, v desk.Viewer, id int64) error {
	forbidden := desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor, or who was called for it, can take care of an alert.")
	if v.Who != desk.WhoStaff {
		return forbidden
	}
	var al desk.Alert
	err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		if al, err = tx.Alert(id); err != nil || v.Leads() {
			return err
		}
		one, err := tx.ForClient(al.Client)
		if err != nil {
			return err
		}
		rings, err := one.RingsOf(al.Ticket)
		if err == nil && !wasCalled(v.Staff, al, rings) {
			err = forbidden
		}
		return err
	})
	if err != nil {
		return err
	}
	if al.AckedBy != 0 && al.AckedBy == v.Staff {
		return nil
	}
	taken := desk.Errorf(desk.Conflict, "alert.taken", "Somebody else takes care of this already.")
	if !al.AckedAt.IsZero() {
		return taken
	}
	if al.Kind == desk.AlertUntaken {
		return a.haveLadder(ctx, v, al)
	}
	err = a.db.Write(ctx, v, al.Client, func(tx *store.Tx) error {
		if al.Kind == desk.AlertClock { // the warning stays on the screens
			return tx.EndWarned(al.ID, v.Staff)
		}
		open, err := tx.AlertsOf(al.Ticket)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(open, func(o desk.Alert) bool { return o.ID == id })
		if i < 0 {
			return taken
		}
		now := open[i]
		now.AckedAt, now.AckedBy = tx.Now(), v.Staff
		return tx.SaveAlert(now)
	})
	if err != nil {
		return err
	}
	a.changed(Change{Client: al.Client, Ticket: al.Ticket})
	return nil
}
