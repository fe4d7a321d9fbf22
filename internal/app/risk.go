package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/need"
	"kept/internal/store"
)

// What makes a promise one at risk. Board, queue, wall and handover all ask the same functions here, which
// open nothing: a row of a list costs no statement.
const (
	riskAhead   = 24 * time.Hour // what is due later is not at risk yet: its roster may still be made
	riskShare   = 0.8            // of such work that is usually done by then
	riskChance  = 1 - riskShare  // of a break, from which on time counts as short
	historyIs   = 28 * 24 * time.Hour
	historyLast = 10 * time.Minute
	callsLast   = time.Minute // then nobody knows any more who is on a call
)

// Danger is why a promise may break, in words, and how often such promises broke from here.
type Danger struct {
	Risks  []coverage.Risk
	Chance float64 // of a break, from history; 0 to 1
	Cases  int     // that it rests on; fewer than need.Enough: do not show it
	Open   int     // of them, how many were not done when they were as old as this
}

// Says gives the first reason with what history says: "owner off shift", "only 40 min left".
func (d Danger) Says() string {
	if len(d.Risks) == 0 {
		return ""
	}
	return d.Risks[0].String()
}

// Odds says what history says, empty where it says too little: "34% chance that it breaks (212 such before)". What is
// older than nearly all before it has no chance that anybody knows, and says that: "of 212 such before, 3 took so long".
func (d Danger) Odds() string {
	if d.Cases < need.Enough {
		return ""
	}
	switch {
	case d.Open == 0:
		return fmt.Sprintf("of %d such before, none took so long", d.Cases)
	case d.Open < need.Enough:
		return fmt.Sprintf("of %d such before, %d took so long", d.Cases, d.Open)
	}
	return fmt.Sprintf("%d%% chance that it breaks (%d such before)", int(d.Chance*100+.5), d.Cases)
}

// weight sorts what is at risk, the most likely to break first.
func (d Danger) weight() int {
	if d.Cases < need.Enough {
		return 0
	}
	return int(d.Chance * 10)
}

// riskier orders two promises at risk: by the chance in tenths, then by due.
func riskier(a, b BoardLine) int {
	return cmp.Or(cmp.Compare(b.Danger.weight(), a.Danger.weight()), a.Promise.Due.Compare(b.Promise.Due), cmp.Compare(a.Promise.Client, b.Promise.Client),
		cmp.Compare(a.Promise.ID, b.Promise.ID))
}

// look says how p shows.
func (d *duty) look(p desk.Promise) desk.Look { return p.Look(d.now, d.endangered(p), d.heldUntil(p)) }

// heldUntil is the end of the hold after an outage for p; zero when nothing holds it.
func (d *duty) heldUntil(p desk.Promise) time.Time {
	if p.Due.Before(d.outage.Back) {
		return d.outage.Until
	}
	return time.Time{}
}

func (d *duty) endangered(p desk.Promise) bool { return len(d.risks(p)) > 0 }

// risks lists why p may break; none is no risk.
func (d *duty) risks(p desk.Promise) []coverage.Risk {
	left := p.Due.Sub(d.now)
	switch {
	case !p.State.Live() || p.Kind == desk.Confirm || left <= 0:
		return nil
	case left > riskAhead && d.astray(p):
		return []coverage.Risk{{Danger: coverage.OwnerOffShift}}
	case left > riskAhead && p.RepairOf == 0 && windowed(p.Kind) && d.plan.Expires(int64(p.Owner), p.Skill, p.Due):
		return []coverage.Risk{{Danger: coverage.NotCertified}}
	case left > riskAhead:
		return nil
	}
	g := coverage.Pledge{Client: int64(p.Client), Skill: p.Skill, Language: spoken(p.Lang), Due: p.Due, Owner: int64(p.Owner), Started: p.Calling(d.now) || !p.AnsweredAt.IsZero()}
	if p.Start.Before(p.Due) {
		g.From = p.Start
	}
	if p.RepairOf != 0 {
		g.Skill, g.Language = "", "" // whoever leads may repair
	}
	if p.Tries >= desk.MaxAttempts-1 {
		g.Tries = p.Tries // the last one is left
	}
	for _, c := range d.calls {
		if p.Owner != 0 && c.By == p.Owner && (c.Client != p.Client || c.Promise != p.ID) {
			g.OnCallSince = c.Since
		}
	}
	g.Known = d.knows(g)
	g.Usual = d.usual(p)
	return d.plan.Risks(g, d.now)
}

// danger is risks with what history says of p.
func (d *duty) danger(p desk.Promise) Danger {
	g := Danger{Risks: d.risks(p)}
	if c, ok := d.chance(p); ok {
		g.Chance, g.Cases, g.Open = c.Breach, c.Cases, c.Open
	}
	return g
}

// began is when the work on p can begin: its window, or when it was promised.
func began(p desk.Promise) time.Time {
	if p.Start.Before(p.Due) {
		return p.Start
	}
	return p.MadeAt
}

// History is compared by the share of its time that a promise has used up, not by the clock on the wall: a word that is
// promised for the next noon is answered in the morning, and a night without an answer is no sign of danger. What was promised
// for a like time is compared first.
const wholeTime = time.Hour

// timeOf is how long the work on p may take.
func timeOf(p desk.Promise) time.Duration { return max(p.Due.Sub(began(p)), time.Minute) }

// shareOf is a part of that time, as history counts it.
func shareOf(p desk.Promise, d time.Duration) time.Duration {
	return time.Duration(float64(d) / float64(timeOf(p)) * float64(wholeTime))
}

func workOf(p desk.Promise) need.Group {
	span := "more"
	for _, most := range []time.Duration{time.Hour, 8 * time.Hour, 24 * time.Hour} {
		if timeOf(p) <= most {
			span = most.String()
			break
		}
	}
	g := need.Group{Kind: string(p.Kind), Span: span, Skill: p.Skill}
	if p.Function != 0 {
		g.Function = strconv.FormatInt(p.Function, 10)
	}
	return g
}

func (d *duty) chance(p desk.Promise) (need.Chance, bool) {
	if d.past == nil || !p.State.Live() || p.RepairOf != 0 || !p.AnsweredAt.IsZero() {
		return need.Chance{}, false // what is answered is done: it waits for the morning, or for a provider
	}
	from := began(p)
	return d.past.Breach(workOf(p), shareOf(p, d.now.Sub(from)), shareOf(p, p.Due.Sub(maxTime(from, d.now)))), true
}

// usual is how long such work takes at most, four times of five, once its own chance to break is as high
// as that says; zero before. Work that is promised for four hours and mostly done in three is not in danger
// after one hour.
func (d *duty) usual(p desk.Promise) time.Duration {
	c, ok := d.chance(p)
	if !ok || c.Cases < need.Enough || c.Breach < riskChance {
		return 0
	}
	share, _ := d.past.Usual(workOf(p), riskShare)
	return time.Duration(float64(share) / float64(wholeTime) * float64(timeOf(p)))
}

// soon remembers whether somebody with a skill will be there within a window, while the roster stands.
type soon struct {
	mu    sync.Mutex
	known map[soonKey]bool
}

type soonKey struct {
	client          int64
	skill, language string
	from, due       int64
}

const soonMost = 20_000

// knows reports whether somebody with the skill is there before g is due. Who is on shift now is known
// already; windows that are still to come are remembered, because many promises share them.
func (d *duty) knows(g coverage.Pledge) bool {
	if !g.From.After(d.now) {
		return len(d.people(desk.ClientID(g.Client), g.Skill, g.Language)) > 0 || d.plan.Knows(g, d.now)
	}
	if d.soon == nil {
		return d.plan.Knows(g, d.now)
	}
	k := soonKey{g.Client, g.Skill, g.Language, g.From.UnixMicro(), g.Due.UnixMicro()}
	d.soon.mu.Lock()
	defer d.soon.mu.Unlock()
	known, ok := d.soon.known[k]
	if !ok {
		if len(d.soon.known) >= soonMost {
			clear(d.soon.known)
		}
		known = d.plan.Knows(g, d.now)
		d.soon.known[k] = known
	}
	return known
}

// around is what this node knows of work under way and of work that is done: numbers that LookAround keeps.
type around struct {
	past  atomic.Pointer[history]
	calls atomic.Pointer[callsNow]
	left  atomic.Pointer[leftNow]
}

type history struct {
	durations *need.Durations
	at        time.Time
}

type callsNow struct {
	list []store.Call
	at   time.Time
}

// onto gives d with what is known, and the outage that holds promises.
func (s *around) onto(d *duty, o Outage) *duty {
	d.outage = o
	if h := s.past.Load(); h != nil {
		d.past = h.durations
	}
	if c := s.calls.Load(); c != nil && d.now.Sub(c.at).Abs() < callsLast {
		d.calls = c.list
	}
	return d
}

// LookAround brings up to date what this node knows of calls under way and, every ten minutes, of how long
// work takes, and alerts those who lead to what whoever is gone has left. A loop calls it every few seconds.
func (a *App) LookAround(ctx context.Context) error {
	now := a.Now()
	var calls []store.Call
	err := a.db.DeskRead(ctx, desk.System("risk"), func(tx *store.DeskReadTx) (err error) {
		calls, err = tx.Calls(now.Add(-desk.CallLasts), boardMost)
		return err
	})
	if err != nil {
		return err
	}
	a.around.calls.Store(&callsNow{calls, now})
	if h := a.around.past.Load(); h == nil || now.Sub(h.at).Abs() >= historyLast {
		if err := a.Study(ctx); err != nil {
			return err
		}
	}
	return a.left(ctx, now)
}

// Hits are the promises that a change of the roster puts at risk: whoever has them is not there any more when they are to
// be kept, or not certified for them. They are those that the board shows to whoever made the change.
type Hits struct {
	People   []desk.StaffID // whose hours or certificates have changed
	Owner    desk.StaffID   // whose promises they are; 0 where they are of several
	Whose    string         // the name of Owner
	Promises int
	Unread   bool // the change is made, and what it hits could not be read
}

// Hits makes a change of who works when, or of who is certified for what, and gives the promises that it hits. What
// endangers them already hits nothing. When the change fails, that is the error; once it is made, there is none.
func (a *App) Hits(ctx context.Context, v desk.Viewer, change func() error) (h Hits, err error) {
	if !v.IsStaff() && v.Who != desk.WhoSystem {
		return h, errStaffOnly
	}
	before, err := a.rosterNow(ctx)
	if err != nil {
		return h, err
	}
	if err := change(); err != nil {
		return h, err
	}
	after, err := a.rosterNow(ctx)
	if err != nil {
		return Hits{Unread: true}, nil
	}
	if after.plan == before.plan {
		return h, nil
	}
	for _, p := range before.staff {
		if before.sameFor(after, p) {
			continue
		}
		who := desk.StaffID(p.ID)
		h.People = append(h.People, who)
		var rows []store.BoardRow
		err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
			rows, err = tx.Live(store.BoardQuery{Owner: who, Limit: boardMost})
			return err
		})
		if err != nil {
			return Hits{Unread: true}, nil
		}
		for _, r := range rows {
			if !after.ownerless(r.Promise) || before.ownerless(r.Promise) {
				continue
			}
			switch h.Promises++; {
			case h.Promises == 1:
				h.Owner, h.Whose = who, p.Name
			case h.Owner != who:
				h.Owner, h.Whose = 0, ""
			}
		}
	}
	return h, nil
}

// Says tells whoever made the change what it hits; empty where it changed nobody's hours.
func (h Hits) Says() string {
	of := strconv.Itoa(h.Promises) + " promises"
	if h.Promises == 1 {
		of = "1 promise"
	}
	if h.Whose != "" {
		of += " of " + h.Whose
	}
	switch {
	case h.Unread:
		return "What that puts at risk could not be read: look at the board."
	case len(h.People) == 0:
		return ""
	case h.Promises == 0:
		return "It puts no promise at risk."
	}
	return "It puts " + of + " at risk. Nobody has taken over yet."
}

// rosterNow is who is on shift by the roster as it is stored at this instant. It opens a unit of work.
func (a *App) rosterNow(ctx context.Context) (*duty, error) {
	now := a.Now()
	err := a.db.DeskRead(ctx, desk.System("roster"), func(tx *store.DeskReadTx) error {
		_, err := a.rosterIn(tx, now, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.onDuty(ctx, now)
}

// sameFor reports whether somebody is there at the same times in both, with the same certificates, for the same hospitals.
func (d *duty) sameFor(e *duty, p coverage.Person) bool {
	i := slices.IndexFunc(e.staff, func(q coverage.Person) bool { return q.ID == p.ID })
	until := d.now.Add(boardAhead * time.Hour)
	return i >= 0 && maps.EqualFunc(p.Skills, e.staff[i].Skills, time.Time.Equal) && slices.Equal(p.Clients, e.staff[i].Clients) &&
		slices.Equal(d.plan.There(p.ID, d.now, until), e.plan.There(p.ID, d.now, until))
}

// ownerless reports whether p is at risk because its owner is not there, or is not certified any more.
func (d *duty) ownerless(p desk.Promise) bool {
	return p.Owner != 0 && slices.ContainsFunc(d.risks(p), func(r coverage.Risk) bool {
		return r.Danger == coverage.OwnerOffShift || r.Danger == coverage.NotCertified
	})
}

// Odds gives what history says of a live promise right now, whatever else endangers it. It may open a unit of work.
func (a *App) Odds(ctx context.Context, p desk.Promise) (Danger, error) {
	d, err := a.onDuty(ctx, a.Now())
	if err != nil {
		return Danger{}, err
	}
	var g Danger
	if c, ok := d.chance(p); ok {
		g.Chance, g.Cases, g.Open = c.Breach, c.Cases, c.Open
	}
	return g, nil
}

// Study reads how long promises of the last four weeks took; LookAround does so every ten minutes.
func (a *App) Study(ctx context.Context) error {
	now := a.Now()
	var past []need.Past
	err := a.db.Claim(ctx, "risk", func(tx *store.SystemTx) error {
		past = past[:0]
		return tx.Past(now.Add(-historyIs), func(p *desk.Promise) {
			took := need.Past{Group: workOf(*p), Took: shareOf(*p, max(0, p.EndedAt.Sub(began(*p))))}
			switch {
			case p.Kind == desk.Confirm:
				return
			case p.State == desk.Broken:
				took.Running = true // it was not done by then; when it was is not on record here
			case p.State != desk.Kept && p.State != desk.KeptLate:
				return
			}
			past = append(past, took)
		})
	})
	if err != nil {
		return err
	}
	a.around.past.Store(&history{need.Study(past), now})
	return nil
}
