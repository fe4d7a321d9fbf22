package app

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// escalateEvery is how often open alerts, and promises that nobody has taken, are looked at.
const escalateEvery = 10 * time.Second

type escalating struct {
	mu sync.Mutex
	at time.Time
}

// again reports whether it is time to look at them.
func (e *escalating) again(now time.Time) bool {
	if !e.mu.TryLock() {
		return false // somebody does
	}
	defer e.mu.Unlock()
	age := now.Sub(e.at)
	return age < 0 || age >= escalateEvery
}

// looked notes that there was nothing to do.
func (e *escalating) looked(now time.Time) {
	if e.mu.TryLock() {
		e.at = now
		e.mu.Unlock()
	}
}

// callSoon has the loop look at them at once.
func (a *App) callSoon() {
	a.escalating.mu.Lock()
	a.escalating.at = time.Time{}
	a.escalating.mu.Unlock()
	a.sweepAt(a.Now())
}

// called is what is read to know who has to be called.
type called struct {
	alerts   []desk.Alert
	ladders  []desk.Ladder
	fresh    []desk.Promise // without a ladder yet
	rings    map[ringOf][]desk.Ring
	contacts map[desk.StaffID]desk.Contact
	plan     *coverage.Plan
	ways     map[coverage.By]bool // that the desk has a provider for
	desks    map[Escalates]Escalation
	own      map[Escalates]map[desk.ClientID]Escalation
}

// policy is the one by which something of a client escalates.
func (c *called) policy(of Escalates, client desk.ClientID) coverage.Policy {
	if own, ok := c.own[of][client]; ok {
		return own.Policy
	}
	return c.desks[of].Policy
}

// ringOf names what rings are for: ids of two clients may be equal.
type ringOf struct {
	client desk.ClientID
	alert  int64
}

// calling is what one alert or ladder needs now.
type calling struct {
	alert desk.Alert // of a ladder that begins: without an id
	rings []desk.Ring
}

// laddersAtOnce is how many ladders begin at once: the rest begin ten seconds later.
const laddersAtOnce = 500

// escalate calls people for alerts that nobody has accepted and for promises that nobody has taken, as the policies
// say. What is to be sent is a row first; a step that finds nobody does not wait; that nobody was reached is a row as
// well, and on the board.
func (a *App) escalate(ctx context.Context, now time.Time) error {
	if begun, err := a.beginCalls(ctx, now); !begun || err != nil {
		return err
	}
	// A provider that hangs holds up what is sent behind it, and no ladder that begins meanwhile.
	return errors.Join(a.sendRings(ctx, now), a.mailLeaders(ctx, now))
}

// beginCalls writes whom to call; begun is false when that was done a moment ago.
func (a *App) beginCalls(ctx context.Context, now time.Time) (begun bool, err error) {
	a.escalating.mu.Lock()
	defer a.escalating.mu.Unlock()
	if age := now.Sub(a.escalating.at); age >= 0 && age < escalateEvery {
		return false, nil
	}
	a.escalating.at = now // also when it fails: then it is tried again a little later
	var c called
	err = a.db.DeskRead(ctx, desk.System("escalation"), func(tx *store.DeskReadTx) (err error) {
		c, err = a.toCall(tx, now)
		return err
	})
	if err != nil {
		return false, err
	}
	byClient := map[desk.ClientID][]calling{}
	for _, al := range c.alerts {
		c.add(byClient, al, c.policy(ForAlerts, al.Client), coverage.Case{Client: int64(al.Client), Due: al.RaisedAt, Since: al.RaisedAt}, now)
	}
	for _, l := range c.ladders {
		c.add(byClient, l.Alert, c.policy(ForPromises, l.Promise.Client), caseOf(l.Promise, l.Alert.RaisedAt), now)
	}
	for _, p := range c.fresh {
		al := desk.Alert{Client: p.Client, Ticket: p.Ticket, Promise: p.ID, Kind: desk.AlertUntaken}
		c.add(byClient, al, c.policy(ForPromises, p.Client), caseOf(p, now), now)
	}
	for _, client := range slices.Sorted(maps.Keys(byClient)) {
		if err := a.ring(ctx, client, byClient[client]); err != nil {
			return false, err
		}
	}
	return true, nil
}

// caseOf is what the steps for a promise begin from. After an outage they begin when its ladder does, and not all at once.
func caseOf(p desk.Promise, since time.Time) coverage.Case {
	return coverage.Case{Client: int64(p.Client), Skill: p.Skill, Language: spoken(p.Lang), Owner: int64(p.Owner), Backup: int64(p.Backup), Due: p.Due, Since: maxTime(p.MadeAt, since)}
}

// someToCall tells whether there may be somebody to call for something. It is asked every ten seconds.
func (a *App) someToCall(tx *store.DeskReadTx, now time.Time) (bool, error) {
	if !a.escalating.again(now) {
		return false, nil
	}
	if some, err := tx.SomeUnaccepted(); err != nil || some {
		return some, err
	}
	// The policy that the desk begins with calls rotas, but what it is for follows from none.
	e := Escalation{Policy: untakenPolicy(nil, nil), Kinds: []desk.PromiseKind{desk.Callback}}
	text, ok, err := tx.Setting(ForPromises.setting())
	if err == nil && ok {
		e = Escalation{}
		err = json.Unmarshal([]byte(text), &e)
	}
	if err != nil {
		return false, err
	}
	ps, err := tx.Untaken(e.ladders(), 1)
	if err == nil && len(ps) == 0 {
		a.escalating.looked(now)
	}
	return len(ps) > 0, err
}

func (a *App) toCall(tx *store.DeskReadTx, now time.Time) (c called, err error) {
	c.ways = a.ways()
	if c.alerts, err = tx.AlertsToCall(); err != nil {
		return c, err
	}
	if c.ladders, err = tx.OpenLadders(); err != nil {
		return c, err
	}
	promises, err := a.policyIn(tx, ForPromises)
	if err != nil {
		return c, err
	}
	if c.fresh, err = tx.Untaken(promises.ladders(), laddersAtOnce); err != nil {
		return c, err
	}
	if len(c.alerts)+len(c.ladders)+len(c.fresh) == 0 {
		return c, nil
	}
	rings, err := tx.OpenRings()
	if err != nil {
		return c, err
	}
	c.rings = map[ringOf][]desk.Ring{}
	for _, r := range rings {
		key := ringOf{r.Client, r.Alert}
		c.rings[key] = append(c.rings[key], r)
	}
	if c.contacts, err = a.contactsIn(tx); err != nil {
		return c, err
	}
	alerts, err := a.policyIn(tx, ForAlerts)
	if err != nil {
		return c, err
	}
	c.desks = map[Escalates]Escalation{ForAlerts: alerts, ForPromises: promises}
	own, err := tx.Policies()
	if err != nil {
		return c, err
	}
	c.own = map[Escalates]map[desk.ClientID]Escalation{ForAlerts: {}, ForPromises: {}}
	for _, p := range own {
		if c.own[Escalates(p.Purpose)][p.Client], err = readPolicy(p.Text); err != nil {
			return c, err
		}
	}
	// Whoever is there is called, however many seats of theirs are taken.
	c.plan, err = a.dutyIn(tx, c.since(now).Add(-24*time.Hour), now.Add(24*time.Hour))
	return c, err
}

// since is when the longest of what goes on began. A ladder is planned anew from its beginning each time, so it has to be known
// who was there then: a step that finds nobody does not wait, and the next one would call at once.
func (c *called) since(now time.Time) time.Time {
	first := now
	begun := func(al desk.Alert) {
		if al.RaisedAt.Before(first) {
			first = al.RaisedAt
		}
	}
	for _, al := range c.alerts {
		begun(al)
	}
	for _, l := range c.ladders {
		begun(l.Alert)
	}
	return first
}

// add notes the rings of an alert that are due by now and not there yet. What comes before a promise is due is not
// urgent; all else is.
func (c *called) add(byClient map[desk.ClientID][]calling, al desk.Alert, policy coverage.Policy, what coverage.Case, now time.Time) {
	what.Deaf = func(person int64, at time.Time) bool {
		who := c.contacts[desk.StaffID(person)]
		return !slices.ContainsFunc(coverage.Rings(who.Rules(!at.Before(what.Due)), at, true, nil, time.Time{}), func(r coverage.Ring) bool { return c.ways[r.By] && who.At(r.By) != "" })
	}
	e := c.plan.Escalate(policy, what, now)
	one := calling{alert: al}
	have := c.rings[ringOf{al.Client, al.ID}]
	for _, call := range e.Calls {
		who := desk.StaffID(call.Person)
		known := func(r desk.Ring) bool { return r.Step == call.Step && r.Round == call.Round && r.Staff == who }
		if slices.ContainsFunc(have, known) {
			continue
		}
		urgent := !call.At.Before(what.Due)
		for _, r := range coverage.Rings(c.contacts[who].Rules(urgent), call.At, urgent, nil, time.Time{}) {
			one.rings = append(one.rings, desk.Ring{Alert: al.ID, Step: call.Step, Round: call.Round, Staff: who, Way: r.By, CalledAt: call.At, FireAt: r.At, State: desk.RingWaiting})
		}
	}
	if e.Outcome == coverage.Nobody && !slices.ContainsFunc(have, func(r desk.Ring) bool { return r.State == desk.RingNobody }) {
		one.rings = append(one.rings, desk.Ring{Alert: al.ID, Step: -1, CalledAt: e.At, State: desk.RingNobody})
	}
	if len(one.rings) > 0 {
		byClient[al.Client] = append(byClient[al.Client], one)
	}
}

// ring stores what is to be sent for some alerts of a client, and begins ladders. Of two nodes one begins a ladder.
func (a *App) ring(ctx context.Context, c desk.ClientID, list []calling) error {
	err := a.db.Write(ctx, desk.System("escalation"), c, func(tx *store.Tx) error {
		for _, one := range list {
			id := one.alert.ID
			if id == 0 {
				id = tx.NewDeskID()
				if ours, err := tx.AddLadder(id, one.alert.Promise); err != nil {
					return err
				} else if !ours {
					continue
				}
			}
			for _, r := range one.rings {
				r.Alert = id
				if err := tx.AddRing(r); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		for _, one := range list {
			a.changed(Change{Client: c, Ticket: one.alert.Ticket})
		}
	}
	return err
}

// Calls is how well people at the desk are reached for what nobody has accepted or taken.
type Calls struct {
	Ways    map[coverage.By]bool // those that the desk has a provider for
	Nobody  int                  // alerts and promises for which everybody was called, and nobody reached
	Unheard map[Unheard]int      // ways that did not reach somebody
}

// Unheard is a way that did not reach somebody, and what became of it.
type Unheard struct {
	Way   coverage.By
	State desk.RingState
}

// Calls counts them over the clients of the viewer.
func (a *App) Calls(ctx context.Context, v desk.Viewer) (c Calls, err error) {
	c = Calls{Ways: a.ways(), Unheard: map[Unheard]int{}}
	if !v.Leads() {
		return c, errLeadsRoster
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		rings, err := tx.OpenRings()
		for _, r := range rings {
			if r.State == desk.RingNobody {
				c.Nobody++
			}
			if r.State.Unheard() {
				c.Unheard[Unheard{r.Way, r.State}]++
			}
		}
		return err
	})
	return c, err
}
