package app

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
)

// Sweeper is the source of due promises for a job loop. What is due to several people of one client is applied
// in one unit of work, and only what is still live then: two nodes that see the same promise break it once.
func (a *App) Sweeper() job.Source { return sweeper{a} }

type sweeper struct{ a *App }

// SweepBatch is how many promises a sweeper does best to claim at once: enough that those of each client are
// many.
const SweepBatch = 512

// sweepAtOnce is to how many people of a client the clock is applied in one unit of work.
const sweepAtOnce = 64

// Claim gives the promises whose time has come, one for each person: the others go with it. It takes no
// lease: the promise's own state is one.
func (s sweeper) Claim(ctx context.Context, now time.Time, n int, _ time.Duration) ([]job.Row, error) {
	if err := s.a.sweeping(ctx, now); err != nil {
		return nil, err
	}
	var due []desk.Promise
	var waits []store.TicketKey
	calls := false
	err := s.a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) (err error) {
		if due, err = tx.DuePromises(now, n); err != nil {
			return err
		}
		if waits, err = tx.Waited(now, n); err != nil {
			return err
		}
		calls, err = s.a.someToCall(tx.DeskReadTx, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(due) == n {
		s.a.sweepAt(now) // there may be more, even if they are few people's
	}
	var heads, rows []job.Row // the first of each crowd, and all the others
	open := map[desk.ClientID]*crowd{}
	of := map[[2]int64]*crowd{}
	for _, p := range due {
		who := [2]int64{int64(p.Client), int64(p.Requester)}
		if all := of[who]; all != nil {
			all.add(p)
			continue
		}
		all := open[p.Client]
		if all == nil || len(all.people) == sweepAtOnce {
			all = &crowd{client: p.Client}
			open[p.Client] = all
		}
		of[who], all.people = all, append(all.people, p.Requester)
		all.add(p)
		row := job.Row{
			ID: strconv.FormatInt(int64(p.Client), 10) + "/" + strconv.FormatInt(int64(p.ID), 10), Attempts: 1, FireAt: p.FireAt,
			Work: func(ctx context.Context) error { return all.work(ctx, s.a, p.Requester) },
		}
		if len(all.people) == 1 {
			heads = append(heads, row)
		} else {
			rows = append(rows, row)
		}
	}
	rows = append(turned(heads, s.a.db.Node()), rows...)
	for _, t := range waits {
		rows = append(rows, job.Row{
			ID: waitRow + strconv.FormatInt(int64(t.Client), 10) + "/" + strconv.FormatInt(int64(t.ID), 10), Attempts: 1, FireAt: now,
			Work: func(ctx context.Context) error { return s.a.waited(ctx, t.Client, t.ID) },
		})
	}
	if calls {
		rows = append(rows, job.Row{ID: alertRow, Attempts: 1, FireAt: now, Work: func(ctx context.Context) error { return s.a.escalate(ctx, now) }})
	}
	return rows, nil
}

// turned lets each node begin somewhere else: those that see the same crowds do not all go for the first of them. By
// the golden ratio, which keeps any number of nodes apart.
func turned(rows []job.Row, node int) []job.Row {
	_, part := math.Modf(float64(node) * (math.Sqrt(5) - 1) / 2)
	at := int(part * float64(len(rows)))
	return append(slices.Clone(rows[at:]), rows[:at]...)
}

// crowd is the people of one client to whom something is due. Whoever of them comes first takes all along;
// when that fails, each goes alone, so that one cannot stand in the way of the others.
type crowd struct {
	client desk.ClientID
	people []desk.RequesterID
	breaks bool // something may break, and a repair is looked for beforehand
	once   sync.Once
	err    error
}

func (all *crowd) add(p desk.Promise) { all.breaks = all.breaks || p.Kind != desk.Confirm }

func (all *crowd) work(ctx context.Context, a *App, one desk.RequesterID) error {
	all.once.Do(func() { all.err = a.due(ctx, all.client, all.people, all.breaks) })
	if all.err == nil || len(all.people) == 1 {
		return all.err
	}
	return a.due(ctx, all.client, []desk.RequesterID{one}, all.breaks)
}

// waitRow begins the id of a row that is a question whose waiting has ended.
const waitRow = "wait "

// alertRow is the row of what nobody has accepted or taken; it comes again by itself.
const alertRow = "alerts"

// Return looks again later at a promise that could not be applied, so that it does not stand in the
// way of others. It stays live and due: the board and the lag show it.
func (s sweeper) Return(ctx context.Context, row job.Row, at time.Time, _ string) error {
	if strings.HasPrefix(row.ID, waitRow) || row.ID == alertRow {
		return nil // it stays as it is, and is seen again
	}
	var c desk.ClientID
	var id desk.PromiseID
	if _, err := fmt.Sscanf(row.ID, "%d/%d", &c, &id); err != nil {
		return err
	}
	return s.a.db.System(ctx, "sweeper", func(tx *store.SystemTx) error {
		one := tx.ForClient(c)
		p, err := one.Promise(id)
		if err != nil || !p.State.Live() || p.FireAt.After(at) {
			return err
		}
		p.FireAt = at
		return one.SavePromise(p)
	})
}

// due applies the clock to everything that is due to some people of a client, in one unit of work. Each of
// them hears of it once. Without breaks it does so to that by which Kept asks again only.
func (a *App) due(ctx context.Context, cid desk.ClientID, people []desk.RequesterID, breaks bool) error {
	v := desk.System("clock")
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	now := a.Now()
	var seen []desk.Promise
	var past map[desk.PromiseID][]desk.Promise
	if breaks {
		err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) (err error) {
			if seen, err = tx.DueTo(people, now); err != nil {
				return err
			}
			past, err = repaired(tx, seen)
			return err
		})
		if err != nil || len(seen) == 0 {
			return err
		}
	}
	repairs, err := a.repairs(ctx, c, seen, past, now)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, v, c.ID, func(tx *store.Tx) error {
		list, err := tx.DueTo(people, now)
		if err != nil {
			return err
		}
		repairs := repairs.anew()
		var tickets []desk.TicketID
		var promises []desk.PromiseID
		of := map[desk.RequesterID][]desk.Promise{}
		for _, p := range list {
			if repairs.know(p) { // what came up meanwhile is claimed by itself
				promises = append(promises, p.ID)
				if !slices.Contains(tickets, p.Ticket) {
					tickets = append(tickets, p.Ticket)
				}
				of[p.Requester] = append(of[p.Requester], p)
			}
		}
		acts, err := a.beginAll(tx, v, c, tickets, promises)
		if err != nil {
			return err
		}
		for _, who := range people {
			var theirs []*act
			for _, p := range of[who] {
				x := acts[p.Ticket]
				if x == nil {
					return desk.Errorf(desk.NotFound, "not_found", "There is no such question.")
				}
				if !slices.Contains(theirs, x) {
					theirs = append(theirs, x)
				}
				if err := x.fallDue(p.ID, repairs.of(p), a.hold.of(p.Due)); err != nil {
					return err
				}
			}
			if err := apologise(theirs); err != nil {
				return err
			}
			for _, x := range theirs {
				if err := x.save(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// fallDue applies the clock to one promise that is due, unless something holds it until held.
func (x *act) fallDue(id desk.PromiseID, to repair, held time.Time) error {
	p, err := x.promise(id)
	if desk.Is(err, desk.Conflict) {
		return nil // another one that was due has settled it
	}
	if err != nil {
		return err
	}
	if p.Kind == desk.Confirm {
		return x.confirmDue(p)
	}
	if p.AnsweredOut != 0 {
		o, err := x.tx.Out(p.AnsweredOut)
		if err != nil {
			return err
		}
		if !o.SentAt.IsZero() {
			return x.arrived(o)
		}
	}
	wait := maxTime(p.BreaksAt(), held)
	if x.now().Before(wait) {
		p.FireAt = wait
		return x.put(p)
	}
	return x.breakPromise(p, to)
}

// repairs are the windows in which supervisors can repair what is due. A seat that one of them takes is not
// offered to the next.
type repairs struct {
	now     time.Time
	zone    *time.Location
	places  map[desk.PromiseID]place
	windows map[place][]Window
}

// place is where the repair of a promise is looked for.
type place struct {
	from  time.Time
	night time.Time // until then also between 9 p.m. and 8 a.m. where the person lives
}

const (
	repairSoon  = time.Hour     // so long a break is fresh: its repair may follow into the evening, and a text of it goes there
	repairAgain = 2 * time.Hour // after a second break, so long a repair leaves for somebody to take it
)

// placeOf is where the repair of p is looked for. past is what p repairs and what that repaired, as far as there is such.
// The first break is repaired at once: from the due instant while that is fresh, so that "by 9:30" follows "by 9:00",
// else from now. When the repair breaks too, half an hour more is no honest promise: those who lead are being called, and
// get the time to come. From the third break on it is the next day, however long nobody acts: the person is told of each
// break, and no more often than once a day.
func (r repairs) placeOf(p desk.Promise, past ...desk.Promise) place {
	at, first := place{from: r.now}, p
	if r.now.Sub(p.Due) < downFor {
		at.from = p.Due
	}
	switch len(past) {
	case 0:
		// On a grid, so that what broke in many instants is looked for in few places.
		if night := p.Due.Add(repairSoon).Truncate(WindowLength); night.After(r.now) {
			at.night = night
		}
	case 1:
		at.from, first = at.from.Add(repairAgain), past[0]
	default:
		return place{from: morningAfter(at.from, r.zone)}
	}
	if atNight(first.Due, r.zone) {
		at.night = at.from.Add(repairWithin) // it was promised for the night
	}
	return at
}

// repairWithin is how far ahead the window of a repair is looked for.
const repairWithin = 24 * time.Hour

// may reports whether a repair may be promised for [start, end) at at.
func (r repairs) may(at place, start, end time.Time) bool {
	return start.Before(at.night) || !quietAt(start, r.zone) && !atNight(end, r.zone)
}

// without is when a repair at at is due while nobody who leads is rostered.
func (r repairs) without(at place) time.Time {
	due := at.from.Add(time.Hour)
	if !at.from.Before(at.night) && atNight(due, r.zone) {
		due = quietEnd(due, r.zone).Add(time.Hour)
	}
	return due
}

func (r repairs) know(p desk.Promise) bool {
	_, known := r.places[p.ID]
	return known || p.Kind == desk.Confirm
}

// repair is what can be promised in place of a promise that breaks.
type repair struct {
	windows []Window  // of those who lead
	without time.Time // when it is due if none of them has a seat
}

func (r repairs) of(p desk.Promise) repair {
	at := r.places[p.ID]
	return repair{r.windows[at], r.without(at)}
}

// anew is r with every seat on offer again: a unit of work may run twice.
func (r repairs) anew() repairs {
	windows := make(map[place][]Window, len(r.windows))
	for from, ws := range r.windows {
		windows[from] = slices.Clone(ws)
	}
	r.windows = windows
	return r
}

func (a *App) repairs(ctx context.Context, c desk.Client, due []desk.Promise, past map[desk.PromiseID][]desk.Promise, now time.Time) (repairs, error) {
	r := repairs{now: now, zone: zoneOf(c), places: map[desk.PromiseID]place{}, windows: map[place][]Window{}}
	first, last := now, time.Time{}
	for _, p := range due {
		if p.Kind == desk.Confirm {
			continue // Kept asks, and nothing is repaired
		}
		at := r.placeOf(p, past[p.ID]...)
		r.places[p.ID], r.windows[at] = at, nil
		last = maxTime(last, at.from)
		if at.from.Before(first) {
			first = at.from
		}
	}
	if last.IsZero() {
		return r, nil
	}
	plan, err := a.plan(ctx, first.Add(-24*time.Hour), last.Add(repairWithin))
	if err != nil {
		return r, err
	}
	for at := range r.windows {
		for _, w := range plan.Windows(coverage.Query{Client: int64(c.ID), Lead: true, From: at.from, Until: at.from.Add(repairWithin), Length: WindowLength, Zone: r.zone}) {
			if w.Covered && w.End.After(now.Add(5*time.Minute)) && r.may(at, w.Start, w.End) {
				r.windows[at] = append(r.windows[at], w)
			}
		}
	}
	return r, nil
}

// repaired gives, for each of ps that is a repair, what it repairs, and what that repaired if it was one.
func repaired(tx *store.ReadTx, ps []desk.Promise) (map[desk.PromiseID][]desk.Promise, error) {
	past, of := map[desk.PromiseID][]desk.Promise{}, map[desk.PromiseID]desk.PromiseID{}
	for _, p := range ps {
		if p.RepairOf != 0 {
			of[p.ID] = p.RepairOf
		}
	}
	for len(of) > 0 {
		was, err := tx.PromisesByID(slices.Sorted(maps.Values(of)))
		if err != nil {
			return nil, err
		}
		next := map[desk.PromiseID]desk.PromiseID{}
		for id, before := range of {
			b := was[before]
			if past[id] = append(past[id], b); b.RepairOf != 0 && len(past[id]) < 2 {
				next[id] = b.RepairOf
			}
		}
		of = next
	}
	return past, nil
}

// breakPromise ends p as broken at its due instant: a supervisor is named, a repair is promised. What the
// person is told of it is left to apologise, in the same unit of work.
func (x *act) breakPromise(p desk.Promise, to repair) error {
	p, err := p.Break(x.now())
	if err != nil {
		return err
	}
	x.broke = true
	x.t.Breaks++
	if x.t.State == desk.Asked {
		x.t.State = desk.Working
	}
	if err := x.end(p, desk.PromiseBroken, desk.EventData{Reason: "due"}); err != nil {
		return err
	}
	np := desk.Promise{
		ID: desk.PromiseID(x.tx.NewID()), Kind: p.Kind, Source: p.Source, Channel: p.Channel, Address: p.Address, Lang: p.Lang,
		Skill: p.Skill, Role: desk.Supervisor, RepairOf: p.ID, Voicemail: p.Voicemail, Unproven: p.Unproven, Text: p.Text,
	}
	for i := range to.windows {
		w := &to.windows[i]
		seat, err := x.book(*w, np.ID)
		if desk.Is(err, desk.Conflict) {
			w.Free = nil
			continue
		}
		if err != nil {
			return err
		}
		w.Free = w.Free[slices.Index(w.Free, seat)+1:] // those before it are taken, too
		np.Owner, np.Start, np.Due = desk.StaffID(seat.Person), w.Start, w.End
		break
	}
	if np.Due.IsZero() {
		// Nobody who leads is rostered: the duty role is accountable, and that is an incident by itself.
		np.Due = to.without
		np.Start = np.Due
		if !x.closing {
			if err := x.raise(desk.AlertNobodyLeads, p.ID, desk.FlagNone, "a promise broke and no supervisor is rostered"); err != nil {
				return err
			}
		}
	}
	if np, err = x.add(np); err != nil {
		return err
	}
	if x.t.Breaks > 1 || p.RepairOf != 0 { // what a repair repairs may have broken on a question that was merged into this one
		if err := x.raise(desk.AlertSecondBreak, p.ID, desk.FlagNone, "broke again: break "+strconv.Itoa(max(x.t.Breaks, 2))); err != nil {
			return err
		}
	}
	x.sorry = append(x.sorry, np)
	x.rouses = x.rouses || x.now().Sub(p.Due) < repairSoon || atNight(p.Due, zoneOf(x.c))
	return nil
}

// Sweep applies the clock to at most n due promises, one after the other. It gives how many it looked
// at and when the next falls due (zero: none).
func (a *App) Sweep(ctx context.Context, n int) (done int, next time.Time, err error) {
	rows, err := sweeper{a}.Claim(ctx, a.Now(), n, 0)
	if err != nil {
		return 0, next, err
	}
	for _, r := range rows {
		if err := r.Work(ctx); err != nil {
			return done, next, err
		}
		if r.ID != alertRow {
			done++
		}
	}
	next, err = a.NextDue(ctx)
	return done, next, err
}

// NextDue is when the next live promise falls due or the next wait ends; zero when there is neither.
func (a *App) NextDue(ctx context.Context) (next time.Time, err error) {
	err = a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) error {
		at, ok, err := tx.NextDue()
		if err != nil {
			return err
		}
		if ok {
			next = at
		}
		at, ok, err = tx.NextWaited()
		if ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
		return err
	})
	return next, err
}

// SweepLag is how long the oldest due promise has waited for the sweeper; zero when none waits.
func (a *App) SweepLag(ctx context.Context) (time.Duration, error) {
	now := a.Now()
	var lag time.Duration
	err := a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) error {
		at, ok, err := tx.OldestDue(now)
		if ok {
			lag = now.Sub(at)
		}
		return err
	})
	return lag, err
}
