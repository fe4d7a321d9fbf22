package app_test

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// file is everything that the desk holds of one ticket.
type file struct {
	now      time.Time
	t        desk.Ticket
	events   []desk.Event
	promises map[desk.PromiseID]desk.Promise
	seats    map[desk.PromiseID]coverage.Seat
	attempts []desk.Attempt
	outs     []desk.Out
	sorry    []desk.Out // news of breaks of the whole hospital: one may speak of several questions
	alerts   []desk.Alert
}

// audit reads the whole desk and holds it against the laws.
func (m *machine) audit(rt *rapid.T) {
	rt.Helper()
	var roster coverage.Roster
	m.Must(m.DB.DeskRead(m.Ctx(), desk.System("audit"), func(tx *store.DeskReadTx) (err error) {
		roster, err = tx.Roster(m.Now().Add(-40*24*time.Hour), m.Now().Add(40*24*time.Hour))
		return err
	}))
	for _, c := range []desk.Client{m.Mercy, m.Anne} {
		var files []file
		m.Must(m.DB.Read(m.Ctx(), desk.System("audit"), c.ID, func(tx *store.ReadTx) (err error) {
			files, err = readFiles(tx)
			return err
		}))
		for _, f := range files {
			f.history(rt)
			f.law1(rt)
			f.law2(rt)
			f.law3(rt, roster)
			f.law4(rt)
			f.waiting(rt)
		}
	}
}

func readFiles(tx *store.ReadTx) (files []file, err error) {
	tickets, err := tx.Tickets("", 0, 1000)
	if err != nil {
		return nil, err
	}
	var sorry []desk.Out
	for _, t := range tickets {
		f := file{now: tx.Now(), t: t, promises: map[desk.PromiseID]desk.Promise{}, seats: map[desk.PromiseID]coverage.Seat{}}
		promises, err := tx.Promises(t.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range promises {
			f.promises[p.ID] = p
			seat, ok, err := tx.BookedBy(p.ID)
			if err != nil {
				return nil, err
			}
			if ok {
				f.seats[p.ID] = seat
			}
		}
		if f.events, err = tx.Events(t.ID); err != nil {
			return nil, err
		}
		if f.attempts, err = tx.AttemptsOf(t.ID); err != nil {
			return nil, err
		}
		if f.outs, err = tx.Outs(t.ID); err != nil {
			return nil, err
		}
		if f.alerts, err = tx.AlertsOf(t.ID); err != nil {
			return nil, err
		}
		for _, o := range f.outs {
			if o.Trigger == desk.SayBroken {
				sorry = append(sorry, o)
			}
		}
		files = append(files, f)
	}
	for i := range files {
		files[i].sorry = sorry
	}
	return files, nil
}

// told is what the history says of one promise.
type told struct {
	made  desk.Event
	owner desk.StaffID
	ends  []desk.Event
	named string // the override of a supervisor
}

// history: events have no holes, and the promises that they tell of are the rows (law 6).
func (f file) history(rt *rapid.T) {
	rt.Helper()
	replayed := map[desk.PromiseID]*told{}
	for i, e := range f.events {
		if e.Seq != i+1 {
			rt.Fatalf("%s: event %d is number %d", f.t.Ref, i+1, e.Seq)
		}
		if e.HappenedAt.After(e.RecordedAt) || i > 0 && e.RecordedAt.Before(f.events[i-1].RecordedAt) {
			rt.Fatalf("%s: event %d (%s) comes before its time", f.t.Ref, e.Seq, e.Type)
		}
		p := e.Data.Promise
		switch e.Type {
		case desk.PromiseMade:
			if replayed[p] != nil {
				rt.Fatalf("%s: promise %d was made twice", f.t.Ref, p)
			}
			replayed[p] = &told{made: e, owner: e.Data.Owner}
		case desk.PromiseGiven:
			if e.Data.OwnerIs != "" {
				replayed[p].owner = e.Data.Owner
			}
			if e.Data.Override != "" {
				replayed[p].named = e.Data.Override
			}
		case desk.PromiseKept, desk.PromiseMoved, desk.PromiseBroken, desk.PromiseWithdrawn, desk.PromiseVoided:
			replayed[p].ends = append(replayed[p].ends, e)
		}
	}
	if len(f.events) != f.t.Seq {
		rt.Fatalf("%s: %d events, but the ticket counts %d", f.t.Ref, len(f.events), f.t.Seq)
	}
	if len(replayed) != len(f.promises) {
		rt.Fatalf("%s: %d promises in the history, %d rows", f.t.Ref, len(replayed), len(f.promises))
	}
	for id, p := range f.promises {
		h := replayed[id]
		d := h.made.Data
		if d.Kind != p.Kind || d.Source != p.Source || d.Start != p.Start.UnixMicro() || d.Due != p.Due.UnixMicro() || d.RepairOf != p.RepairOf || h.owner != p.Owner {
			rt.Fatalf("%s: the history tells of promise %+v by %d, the row of %+v", f.t.Ref, d, h.owner, p)
		}
		switch {
		case p.State.Live() && len(h.ends) != 0 || !p.State.Live() && len(h.ends) != 1:
			rt.Fatalf("%s: promise %d is %s, its history ends %d times", f.t.Ref, id, p.State, len(h.ends))
		case !p.State.Live() && (h.ends[0].Data.State != p.State || endOf(p.State) != h.ends[0].Type):
			rt.Fatalf("%s: promise %d is %s, its history says %s (%s)", f.t.Ref, id, p.State, h.ends[0].Type, h.ends[0].Data.State)
		}
	}
}

func endOf(s desk.PromiseState) desk.EventType {
	switch s {
	case desk.Kept, desk.KeptLate:
		return desk.PromiseKept
	case desk.Moved:
		return desk.PromiseMoved
	case desk.Withdrawn:
		return desk.PromiseWithdrawn
	case desk.Voided:
		return desk.PromiseVoided
	}
	return desk.PromiseBroken
}

// law1: no open ticket without a live promise, and the ticket names the one that is due first.
func (f file) law1(rt *rapid.T) {
	rt.Helper()
	var first desk.Promise
	for _, p := range f.promises {
		if p.State.Live() && (first.ID == 0 || p.Due.Before(first.Due) || p.Due.Equal(first.Due) && p.ID < first.ID) {
			first = p
		}
	}
	if f.t.State.Open() != (first.ID != 0) || f.t.Promise != first.ID || !f.t.Due.Equal(first.Due) {
		rt.Fatalf("law 1: %s is %s and names promise %d due %s; live and due first is %d due %s", f.t.Ref, f.t.State, f.t.Promise, f.t.Due, first.ID, first.Due)
	}
}

// law2: no promise ends in silence.
func (f file) law2(rt *rapid.T) {
	rt.Helper()
	breaks := 0
	for id, p := range f.promises {
		if p.State.Live() != p.EndedAt.IsZero() || p.State.Live() == p.FireAt.IsZero() {
			rt.Fatalf("law 2: promise %d is %s, ended at %s, looked at again at %s", id, p.State, p.EndedAt, p.FireAt)
		}
		switch p.State {
		case desk.Broken:
			breaks++
			f.brokenAloud(rt, p)
		case desk.Kept:
			if p.EndedAt.After(p.Due) {
				rt.Fatalf("law 2: promise %d counts as kept, %s after it was due", id, p.EndedAt.Sub(p.Due))
			}
			f.evidence(rt, p)
		case desk.KeptLate:
			if !p.EndedAt.After(p.Due) || p.EndedAt.Sub(p.Due) >= desk.HoldForAttempt {
				rt.Fatalf("law 2: promise %d counts as kept late, due %s, ended %s", id, p.Due, p.EndedAt)
			}
			f.evidence(rt, p)
		case desk.Moved, desk.Withdrawn, desk.Voided:
			limit := p.Due
			if p.State != desk.Moved {
				limit = limit.Add(f.held(p))
			}
			if p.Kind != desk.Confirm && !p.EndedAt.Before(limit) {
				rt.Fatalf("law 2: %s promise %d was due at %s and %s at %s: a break was hidden", p.Kind, id, p.Due, p.State, p.EndedAt)
			}
			if p.State == desk.Moved && f.count(func(q desk.Promise) bool { return q.Replaces == id }) != 1 {
				rt.Fatalf("law 2: promise %d was moved, but to no single new promise", id)
			}
		}
	}
	if breaks != f.t.Breaks {
		rt.Fatalf("%s: %d promises broke, the ticket counts %d", f.t.Ref, breaks, f.t.Breaks)
	}
}

// held is for how long an attempt begun, or words written, before due could hold the break of p.
func (f file) held(p desk.Promise) (hold time.Duration) {
	for _, a := range f.attempts {
		if a.Promise == p.ID && a.BeganAt.Before(p.Due) {
			hold = max(hold, a.BeganAt.Add(desk.HoldForAttempt).Sub(p.Due))
		}
	}
	if !p.AnsweredAt.IsZero() {
		hold = max(hold, desk.HoldForDelivery)
	}
	return hold
}

func (f file) count(is func(desk.Promise) bool) (n int) {
	for _, p := range f.promises {
		if is(p) {
			n++
		}
	}
	return n
}

// brokenAloud: the person knows, will know, or somebody who leads knows that nobody can tell; and one
// repair was promised.
func (f file) brokenAloud(rt *rapid.T, p desk.Promise) {
	rt.Helper()
	if p.Kind == desk.Confirm {
		rt.Fatalf("law 2: the person's silence broke promise %d", p.ID)
	}
	if !p.EndedAt.Equal(p.Due) || p.NoticedAt.Before(p.Due) {
		rt.Fatalf("law 2: promise %d was due %s, broke at %s, noticed at %s", p.ID, p.Due, p.EndedAt, p.NoticedAt)
	}
	var repair desk.Promise
	if n := f.count(func(q desk.Promise) bool {
		ok := q.RepairOf == p.ID && q.Replaces == 0
		if ok {
			repair = q
		}
		return ok
	}); n != 1 {
		rt.Fatalf("law 2: promise %d broke and has %d repairs", p.ID, n)
	}
	aloud := !p.ToldAt.IsZero()
	said := map[desk.Channel]int{}
	for _, o := range f.sorry {
		if slices.Contains(strings.Split(o.Args["broken"], ","), strconv.FormatInt(int64(p.ID), 10)) {
			said[o.Channel]++
			aloud = aloud || !o.FireAt.IsZero() || o.State == desk.Accepted || o.State == desk.Delivered
		}
	}
	// Not said any more: the person closed the question, or is told that it was voided.
	if repair.State == desk.Withdrawn || repair.State == desk.Voided && slices.ContainsFunc(f.outs, func(o desk.Out) bool { return o.Trigger == desk.SayVoided }) {
		aloud = true
	}
	for ch, n := range said {
		if n > 1 {
			rt.Fatalf("law 2: the break of promise %d is told %d times by %s", p.ID, n, ch)
		}
	}
	for _, a := range f.alerts {
		aloud = aloud || (a.Kind == desk.AlertCannotTell || a.Kind == desk.AlertCallTask) && (a.Promise == p.ID || a.Promise == repair.ID)
	}
	if !aloud {
		rt.Fatalf("law 2: promise %d broke in silence; said %v, alerts %+v", p.ID, said, f.alerts)
	}
}

// evidence: a promise is kept by a contact, words that were sent, or the person's own word.
func (f file) evidence(rt *rapid.T, p desk.Promise) {
	rt.Helper()
	switch p.Outcome {
	case "reached", "not_reached":
		if !slices.ContainsFunc(f.attempts, func(a desk.Attempt) bool {
			return a.Promise == p.ID && !a.EndedAt.IsZero() && (p.Outcome == "reached") == (a.Outcome == "reached")
		}) {
			rt.Fatalf("law 2: promise %d counts as kept (%s) without an attempt", p.ID, p.Outcome)
		}
	case "replied":
		if !slices.ContainsFunc(f.events, func(e desk.Event) bool { return e.Type == desk.MessageOut && e.HappenedAt.Equal(p.EndedAt) }) {
			rt.Fatalf("law 2: promise %d counts as kept by a reply that nobody wrote", p.ID)
		}
	case "promised", "asked_if_fixed":
		if p.Kind != desk.Reply && p.Kind != desk.Update {
			rt.Fatalf("law 2: words kept promise %d, a %s", p.ID, p.Kind)
		}
	default:
		if p.Kind != desk.Confirm {
			rt.Fatalf("law 2: promise %d, a %s, counts as kept: %q", p.ID, p.Kind, p.Outcome)
		}
	}
}

// law3: who promised a window had a seat in it, of somebody rostered with the skill; nobody keeps a
// seat that is not needed any more.
func (f file) law3(rt *rapid.T, r coverage.Roster) {
	rt.Helper()
	for id, p := range f.promises {
		seat, booked := f.seats[id]
		if booked && !p.State.Live() && p.State != desk.Broken {
			rt.Fatalf("law 3: promise %d is %s and keeps its seat", id, p.State)
		}
		if !p.State.Live() {
			continue
		}
		if !booked {
			if p.Start.Before(p.Due) && !f.overridden(id) {
				rt.Fatalf("law 3: promise %d, a %s in the window at %s, has no seat and nobody's name on it", id, p.Kind, p.Start)
			}
			continue
		}
		i := slices.IndexFunc(r.Shifts, func(s coverage.Shift) bool { return s.ID == seat.Shift })
		if i < 0 {
			continue // longer ago than the roster that was read
		}
		shift := r.Shifts[i]
		if seat.Person != int64(p.Owner) && p.Due.After(f.now) {
			rt.Fatalf("law 3: promise %d is owned by %d and takes the time of %d", id, p.Owner, seat.Person)
		}
		who := r.People[slices.IndexFunc(r.People, func(who coverage.Person) bool { return who.ID == shift.Person })]
		_, skilled := who.Skills[p.Skill]
		if !seat.Slot.Equal(p.Start) || shift.Start.After(p.Start) || shift.End.Before(p.Due) || seat.Seat >= max(1, shift.Seats) ||
			!slices.Contains(who.Clients, int64(p.Client)) || !skilled && p.Skill != "" && !(who.Lead && p.RepairOf != 0) {
			rt.Fatalf("law 3: promise %+v has seat %+v of shift %+v of %s", p, seat, shift, who.Name)
		}
	}
}

func (f file) overridden(id desk.PromiseID) bool {
	return slices.ContainsFunc(f.events, func(e desk.Event) bool {
		return e.Type == desk.PromiseGiven && e.Data.Promise == id && e.Data.Override != ""
	})
}

// waiting: a question waits for something, until some time, and every wait has an end in the history.
func (f file) waiting(rt *rapid.T) {
	rt.Helper()
	open := 0
	for _, e := range f.events {
		if e.Type != desk.TicketWaiting && e.Type != desk.TicketResumed {
			continue
		}
		if d := e.Data; d.Waits == "" || d.Since == 0 || d.Until <= d.Since || (d.Outbox == 0) != (d.Channel == desk.ByWeb) || (d.Outcome == "") != (e.Type == desk.TicketWaiting) {
			rt.Fatalf("%s: %s says %+v", f.t.Ref, e.Type, d)
		}
		if open++; e.Type == desk.TicketResumed {
			open -= 2
		}
		if open < 0 || open > 1 {
			rt.Fatalf("%s: %s comes out of turn", f.t.Ref, e.Type)
		}
	}
	if is := f.t.State == desk.Waiting; is != (open == 1) || is == f.t.WaitingUntil.IsZero() || is == (f.t.WaitingFor == "") {
		rt.Fatalf("%s is %s, waits for %q until %s, and its history has %d open waits", f.t.Ref, f.t.State, f.t.WaitingFor, f.t.WaitingUntil, open)
	}
}

// law4: only the person closes the loop, and silence is its own outcome.
func (f file) law4(rt *rapid.T) {
	rt.Helper()
	last := func(types ...desk.EventType) (at int, by desk.Who) {
		for i, e := range f.events {
			if slices.Contains(types, e.Type) {
				at, by = i+1, e.By.Who
			}
		}
		return at, by
	}
	yes, who := last(desk.SaidFixed)
	no, _ := last(desk.SaidNotFixed)
	switch f.t.State {
	case desk.Confirmed:
		if yes == 0 || yes < no || who != desk.WhoRequester {
			rt.Fatalf("law 4: %s counts as fixed without the person's word (%s)", f.t.Ref, who)
		}
	case desk.NotNeeded:
		if at, who := last(desk.TicketWithdrawn); at == 0 || who != desk.WhoRequester {
			rt.Fatalf("law 4: %s was withdrawn by %s", f.t.Ref, who)
		}
	case desk.Unconfirmed:
		reminded := 0
		for _, o := range f.outs {
			if o.Trigger == desk.SayReminder {
				reminded++
			}
		}
		if at, _ := last(desk.ClosedUnheard); at == 0 || reminded == 0 && f.t.Address != 0 && f.t.Channel != desk.ByWeb {
			rt.Fatalf("law 4: %s closed unheard after %d reminders", f.t.Ref, reminded)
		}
	case desk.Void:
		if at, _ := last(desk.TicketVoided); at == 0 {
			rt.Fatalf("law 4: %s is void and nobody said why", f.t.Ref)
		}
	}
}

// due: once the desk has come to rest nothing is overdue, and while nothing fails who was failed knows
// it within a minute.
func (m *machine) due(rt *rapid.T) {
	rt.Helper()
	now := m.Now()
	for _, c := range []desk.Client{m.Mercy, m.Anne} {
		var files []file
		m.Must(m.DB.Read(m.Ctx(), desk.System("audit"), c.ID, func(tx *store.ReadTx) (err error) {
			files, err = readFiles(tx)
			return err
		}))
		for _, f := range files {
			for id, p := range f.promises {
				if p.State.Live() && !now.Before(p.BreaksAt()) && !now.Before(m.held) {
					rt.Fatalf("law 2: promise %d was due at %s, it is %s, and nothing has happened", id, p.Due, now)
				}
				reach := p.Address != 0 && p.Channel != desk.ByWeb
				if !m.faults && reach && p.State == desk.Broken && (p.ToldAt.IsZero() || p.ToldAt.Sub(p.Due) > time.Minute) {
					rt.Fatalf("law 2: promise %d broke at %s, the person knows it at %s", id, p.Due, p.ToldAt)
				}
			}
		}
	}
}
