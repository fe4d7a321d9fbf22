package app

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/need"
	"kept/internal/store"
)

// The cached roster reaches from a day back, for those who work past midnight, to beyond the four
// weeks in which times can be picked.
const (
	rosterBack  = 24 * time.Hour
	rosterAhead = 36 * 24 * time.Hour
	rosterLasts = 24 * time.Hour // then it is read again, so that it keeps reaching far enough
)

// rosterCache keeps people and shifts while the version of the roster stands, compiled once, and the seats that
// are taken. The key of the booking row decides who gets the last seat.
type rosterCache struct {
	mu        sync.Mutex
	read      bool
	version   int64
	checkedAt time.Time
	readAt    time.Time
	from      time.Time
	until     time.Time
	roster    coverage.Roster  // without bookings
	duty      *coverage.Plan   // of roster
	lost      []store.HeldSeat // seats that whoever had them cannot keep on this version of the roster
	lostKnown bool
	most      atomic.Pointer[map[int64]int] // promises an hour, of those who have such a capacity
	booked    booked
	contacts  map[desk.StaffID]desk.Contact // nil: not asked for yet
	first     map[Escalates]coverage.Policy // nil: not asked for yet
	gone      atomic.Bool                   // somebody found a seat taken that booked says is free
	second    *onDutyAt                     // who is on shift in the second that was asked about last
	soon      *soon                         // of duty
}

// fresh brings the cache up to date. Callers hold mu.
func (c *rosterCache) fresh(tx *store.DeskReadTx, from, until time.Time) error {
	version, err := tx.RosterVersion()
	if err != nil {
		return err
	}
	now := tx.Now()
	if age := now.Sub(c.readAt); c.read && c.version == version && age >= 0 && age < rosterLasts &&
		!from.Before(c.from) && !until.After(c.until) {
		c.checkedAt = now
		return nil
	}
	reach, end := now.Add(-rosterBack), now.Add(rosterAhead)
	if from.Before(reach) {
		reach = from
	}
	if until.After(end) {
		end = until
	}
	r, err := tx.Rostered(reach, end)
	if err != nil {
		return err
	}
	c.read, c.version, c.checkedAt, c.readAt, c.from, c.until = true, version, now, now, reach, end
	c.roster, c.duty, c.soon = r, coverage.Compile(r), &soon{known: map[soonKey]bool{}}
	c.lost, c.lostKnown, c.contacts, c.first = nil, false, nil, nil
	most := map[int64]int{}
	for _, p := range r.People {
		if p.Capacity.Promises > 0 {
			most[p.ID] = p.Capacity.Promises
		}
	}
	c.most.Store(&most)
	return nil
}

// capacity is how many promises somebody can keep in an hour; 0 is not limited.
func (c *rosterCache) capacity(person int64) int {
	if most := c.most.Load(); most != nil {
		return (*most)[person]
	}
	return 0
}

// lostSeats are seats that are booked with somebody who will not be there, away, swapped or off the rota, or whose
// certificate ends before. They are looked for once on each version of the roster: who books later takes seats that
// are there. It may open a unit of work.
func (a *App) lostSeats(ctx context.Context, now time.Time) (lost []store.HeldSeat, err error) {
	c := &a.roster
	err = a.db.DeskRead(ctx, desk.System("roster"), func(tx *store.DeskReadTx) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := c.fresh(tx, now, now); err != nil {
			return err
		}
		if !c.lostKnown {
			held, err := tx.SeatsPromised(now)
			if err != nil {
				return err
			}
			for _, s := range held {
				end := s.Slot.Add(WindowLength)
				if !c.duty.Covers(s.Person, int64(s.Client), s.Slot, end) || c.duty.Expires(s.Person, s.Skill, end) {
					c.lost = append(c.lost, s.HeldSeat)
				}
			}
			c.lostKnown = true
		}
		lost = c.lost
		return nil
	})
	return lost, err
}

// plan gives who can keep what in [from, until), with the seats that are taken right now. It opens a
// unit of work: inside one use planIn.
func (a *App) plan(ctx context.Context, from, until time.Time) (p *coverage.Plan, err error) {
	// As the desk, not as the viewer: seats are taken, whichever client's promise took them.
	err = a.db.DeskRead(ctx, desk.System("roster"), func(tx *store.DeskReadTx) error {
		p, err = a.planIn(tx, from, until)
		return err
	})
	return p, err
}

// seatsLast is how long seats that were read are taken to be what they are, but for what this process itself does
// to them, where other nodes take seats as well. Whoever gets a seat is decided by the key of its row.
const seatsLast = time.Second

// booked are the seats that are taken, on the plan of one version of the roster.
type booked struct {
	plan    *coverage.Plan
	on      *coverage.Plan // the plan without bookings that it was made of
	readAt  time.Time
	from    time.Time // of the slots
	place   int64     // in the log of seats
	people  map[int64][]coverage.Seat
	holders map[holder][]coverage.Seat
}

type holder struct {
	client  desk.ClientID
	promise desk.PromiseID
}

// seated gives the plan with the seats that are taken now: what this process has done to seats since is applied,
// and only the people whom it touched are looked at anew. Callers hold mu.
func (c *rosterCache) seated(tx *store.DeskReadTx, db *store.DB) (*coverage.Plan, error) {
	b, now := &c.booked, tx.Now()
	changes, place, ok := db.SeatChanges(b.place)
	if age := now.Sub(b.readAt); !ok || b.plan == nil || c.from.Before(b.from) || age < 0 || db.Engine() != "sqlite" && age >= seatsLast || c.gone.Swap(false) {
		held, err := tx.SeatsHeld(c.from)
		if err != nil {
			return nil, err
		}
		*b = booked{on: c.duty, from: c.from, readAt: now, place: tx.SeatPlace(), people: map[int64][]coverage.Seat{}, holders: map[holder][]coverage.Seat{}}
		for _, s := range held {
			b.take(s)
		}
		b.plan = c.duty.Rebook(b.people)
		return b.plan, nil
	}
	b.place = place
	if len(changes) == 0 && b.on == c.duty {
		return b.plan, nil
	}
	touched := map[int64][]coverage.Seat{}
	for _, ch := range changes {
		if ch.Freed {
			for _, s := range b.free(holder{ch.Client, ch.Promise}) {
				touched[s.Person] = nil
			}
			continue
		}
		b.take(ch.HeldSeat)
		touched[ch.Person] = nil
	}
	for id := range touched {
		touched[id] = b.people[id]
	}
	if b.on != c.duty {
		b.on, b.plan = c.duty, c.duty.Rebook(b.people)
	} else if len(touched) > 0 {
		b.plan = b.plan.Rebook(touched)
	}
	return b.plan, nil
}

func (b *booked) take(s store.HeldSeat) {
	who := holder{s.Client, s.Promise}
	if !slices.Contains(b.holders[who], s.Seat) {
		b.holders[who] = append(b.holders[who], s.Seat)
		b.people[s.Person] = append(b.people[s.Person], s.Seat)
	}
}

func (b *booked) free(who holder) []coverage.Seat {
	gone := b.holders[who]
	delete(b.holders, who)
	for _, s := range gone {
		list := b.people[s.Person]
		if i := slices.Index(list, s); i >= 0 {
			b.people[s.Person] = slices.Delete(slices.Clone(list), i, i+1)
		}
	}
	return gone
}

// planIn is plan inside a unit of work that sees the whole desk.
func (a *App) planIn(tx *store.DeskReadTx, from, until time.Time) (*coverage.Plan, error) {
	c := &a.roster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fresh(tx, from, until); err != nil {
		return nil, err
	}
	return c.seated(tx, a.db)
}

// dutyIn is planIn without the seats that are taken: it stands while the version of the roster does.
func (a *App) dutyIn(tx *store.DeskReadTx, from, until time.Time) (*coverage.Plan, error) {
	c := &a.roster
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.fresh(tx, from, until)
	return c.duty, err
}

// contactsIn gives how everybody is reached for work: that stands while the version of the roster does. It is for reading only.
func (a *App) contactsIn(tx *store.DeskReadTx) (all map[desk.StaffID]desk.Contact, err error) {
	c := &a.roster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fresh(tx, tx.Now(), tx.Now()); err != nil {
		return nil, err
	}
	if c.contacts == nil {
		if all, err = tx.Contacts(); err != nil {
			return nil, err
		}
		c.contacts = all
	}
	return c.contacts, nil
}

// rosterIn gives the people, and the shifts that touch [from, until).
func (a *App) rosterIn(tx *store.DeskReadTx, from, until time.Time) (coverage.Roster, error) {
	c := &a.roster
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fresh(tx, from, until); err != nil {
		return coverage.Roster{}, err
	}
	r := coverage.Roster{People: c.roster.People, Absences: c.roster.Absences}
	for _, s := range c.roster.Shifts {
		if s.End.After(from) && s.Start.Before(until) {
			r.Shifts = append(r.Shifts, s)
		}
	}
	return r, nil
}

// onDuty gives who is on shift at now, at most a few seconds old, without bookings. It may open a
// unit of work: never call it inside one.
func (a *App) onDuty(ctx context.Context, now time.Time) (*duty, error) {
	if d := a.roster.at(now, factsLast); d != nil {
		return a.around.onto(d, a.hold.latest()), nil
	}
	// Not under the lock: whoever holds a connection may be waiting for it.
	err := a.db.DeskRead(ctx, desk.System("roster"), func(tx *store.DeskReadTx) error {
		_, err := a.rosterIn(tx, now, now)
		return err
	})
	if d := a.roster.at(now, rosterLasts); d != nil && (err == nil || desk.Is(err, desk.Unavailable)) {
		return a.around.onto(d, a.hold.latest()), nil
	}
	if err == nil {
		err = desk.Errorf(desk.Unavailable, "roster", "The roster cannot be read now. Please try again.")
	}
	return nil, err
}

// at gives who is on shift at now, if the cache was checked no longer ago than lasts.
func (c *rosterCache) at(now time.Time, lasts time.Duration) *duty {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.checkedAt); !c.read || age.Abs() >= lasts {
		return nil
	}
	// Shifts change on whole seconds: all pages of a second share what was found out.
	if second := now.Truncate(time.Second); c.second == nil || c.second.plan != c.duty || !c.second.at.Equal(second) {
		c.second = newOnDuty(c.duty, second)
	}
	return &duty{onDutyAt: c.second, staff: c.roster.People, shifts: c.roster.Shifts, soon: c.soon, now: now}
}

// duty answers who is on shift at one instant, for the many lines of one page.
type duty struct {
	*onDutyAt
	staff  []coverage.Person
	shifts []coverage.Shift
	soon   *soon
	past   *need.Durations // nil: no history yet
	calls  []store.Call    // under way
	outage Outage
	now    time.Time
}

// onDutyAt is who is on shift at one instant, found out once for each client and skill.
type onDutyAt struct {
	plan  *coverage.Plan
	at    time.Time
	mu    sync.Mutex
	known map[dutyKey][]onShift
}

func newOnDuty(plan *coverage.Plan, at time.Time) *onDutyAt {
	return &onDutyAt{plan: plan, at: at, known: map[dutyKey][]onShift{}}
}

// onShift is somebody on shift.
type onShift = coverage.Duty

type dutyKey struct {
	client          desk.ClientID
	skill, language string
}

// people gives who is on shift for a client with a skill and a language.
func (d *onDutyAt) people(c desk.ClientID, skill, language string) []onShift {
	k := dutyKey{c, skill, language}
	d.mu.Lock()
	defer d.mu.Unlock()
	list, ok := d.known[k]
	if !ok {
		list = d.plan.On(int64(c), skill, language, d.at)
		d.known[k] = list
	}
	return list
}

// owned reports whether the owner of p is on shift before it is due, in its window if that is still to come
// (coverage.OwnerOffShift); without an owner, whether anybody with the skill is on shift now.
func (d *duty) owned(p desk.Promise) bool {
	if p.Owner == 0 {
		return len(d.people(p.Client, p.Skill, spoken(p.Lang))) > 0
	}
	from := maxTime(d.now, p.Start)
	if !from.Before(p.Due) {
		from = d.now
	}
	if !from.Before(p.Due) { // past due: whether they are there to make it good
		return slices.ContainsFunc(d.people(p.Client, "", ""), func(on onShift) bool { return on.Person.ID == int64(p.Owner) })
	}
	return d.plan.Comes(int64(p.Owner), int64(p.Client), from, p.Due)
}

// astray reports whether somebody's window is promised in which its owner will not be there: away, swapped,
// off the rota. It is known for the four weeks in which windows are promised.
func (d *duty) astray(p desk.Promise) bool {
	return p.Owner != 0 && windowed(p.Kind) && p.Due.Before(d.now.Add(boardAhead*time.Hour)) && !d.owned(p)
}

// shift gives the shift that somebody works now; zero when off shift.
func (d *duty) shift(s desk.StaffID) Shift {
	return Shift{Until: d.until(int64(s), d.now)}
}
