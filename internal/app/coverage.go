package app

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/need"
	"kept/internal/store"
)

// CoverageFilter says which part of the map a page shows.
type CoverageFilter struct {
	Client desk.ClientID // 0: the desk as a whole
	Skill  string        // whose half hours are listed; "": that of the first gap
	From   time.Time     // zero: now
	Half   bool          // half hours in place of hours
	If     *CoverageIf   // what if somebody came in
}

// CoverageIf is people whom one might add.
type CoverageIf struct {
	People     int
	Skill      string
	Start, End time.Time
}

// Coverage is who is needed and who is there, as of At.
type Coverage struct {
	Now    time.Time
	At     time.Time // when it was worked out
	Client desk.Client
	Skill  desk.Skill
	Gaps   []CoverageGap // of the next 28 days, what hurts first at the top; 200 at most
	Count  int           // all of them
	Soon   int           // those that begin in the next 24 hours
	Slots  []time.Time   // columns of the map
	Rows   []CoverageRow
	Halves []CoverageHalf // of Skill, over the same time as the map
	OnCall []OnCall
	Answer *CoverageAnswer // of If
	Notes  []string        // what the history is too short to tell
	Trust  string          // low, fair, good
}

// CoverageGap is a stretch in which somebody is missing.
type CoverageGap struct {
	coverage.Gap
	Text string
	Soon bool
	Call []OnCall // who can be called in when it begins
}

// CoverageRow is one skill over the columns of the map.
type CoverageRow struct {
	Name  string
	Skill string
	Cells []coverage.Cell
}

// CoverageHalf is what one half hour needs and has, and why.
type CoverageHalf struct {
	coverage.Cell
	Start time.Time
	Calls float64 // that are expected at the whole desk
}

// OnCall is somebody who can be called in. Phone is for staff only.
type OnCall struct {
	Name     string
	Phone    string
	From     time.Time
	Until    time.Time
	Next     bool // comes on later
	Language []string
}

// CoverageAnswer is what would become of the gaps.
type CoverageAnswer struct {
	Before, After int
	Left          []string // 5 at most
}

// needRule is how the desk wants to answer: 80 of 100 calls within 30 seconds, and what the work is. Where
// less than one call in ten hours is expected, nobody has to wait for it.
var needRule = need.Rule{Goal: need.Goal{Share: .8, Within: 30 * time.Second}, Handle: 12 * time.Minute, Patience: 2 * time.Minute, Promise: 10 * time.Minute, Least: 0.05}

const (
	coverageDays  = 28
	coverageLasts = time.Minute // then promises that are due are counted again
	profileLasts  = 24 * time.Hour
	profileWeeks  = 13
	coverageGaps  = 200
	coverageCols  = 24
)

// coverageCache keeps the map of the whole desk and the usual week of each skill.
type coverageCache struct {
	mu       sync.Mutex
	learned  time.Time
	profiles map[coverage.Want]need.Profile
	known    *chart
}

// chart is a map with what it was worked out from.
type chart struct {
	m       *coverage.Map
	plan    *coverage.Plan
	version int64
	desk    int64
	at      time.Time
	grid    coverage.Grid
	calls   map[coverage.Want][]float64 // by slot
	notes   []string
	trust   need.Confidence
}

// Coverage gives the map of who is needed and who is there. Those who serve a few clients see those only.
func (a *App) Coverage(ctx context.Context, v desk.Viewer, f CoverageFilter) (Coverage, error) {
	var out Coverage
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem {
		return out, errStaffOnly
	}
	if f.Client != 0 && !v.Sees(f.Client) {
		return out, notFound
	}
	if err := f.If.check(); err != nil {
		return out, err
	}
	know, err := a.know(ctx)
	if err != nil {
		return out, err
	}
	mine := know.seen(v)
	ch, contacts, err := a.chart(ctx, know)
	if err != nil {
		return out, err
	}
	scope := coverage.Everywhere
	if f.Client != 0 {
		scope = int64(f.Client)
	} else if len(mine) < len(know.clients) && len(mine) > 0 {
		scope = int64(mine[0].ID)
	}
	out = Coverage{Now: a.Now(), At: ch.at, Client: know.client[desk.ClientID(scope)], Notes: ch.notes, Trust: ch.trust.String()}
	var zone *time.Location
	if out.Client.ID != 0 {
		zone = zoneOf(out.Client)
	} else if len(v.Clients) > 0 {
		zone = zoneOf(know.client[v.Clients[0]])
	} else {
		zone = know.zone()
	}
	names := coverage.Names{
		Skill:    func(code string) string { return cmp.Or(know.skills[code].Name, code) },
		Language: languageName,
		Client:   func(id int64) string { return know.client[desk.ClientID(id)].Short },
	}
	m := ch.m
	gaps := scopedGaps(m, scope)
	if f.If != nil {
		before := len(gaps)
		with, _ := m.WhatIf(coverage.Extra{People: f.If.People, Skills: []string{f.If.Skill}, Start: f.If.Start, End: f.If.End}, names)
		m = with
		gaps = scopedGaps(m, scope)
		out.Answer = &CoverageAnswer{Before: before, After: len(gaps)}
	}
	out.Count = len(gaps)
	for i, g := range gaps {
		soon := g.Start.Before(out.Now.Add(24 * time.Hour))
		if soon {
			out.Soon++
		}
		if i >= coverageGaps {
			continue
		}
		line := CoverageGap{Gap: g, Text: m.Sentence(g, names, zone), Soon: soon}
		if g.Nobody() && soon && i < 10 {
			for _, on := range ch.plan.OnCall(scope, g.Skill, g.Language, g.Start) {
				line.Call = append(line.Call, onCall(on, contacts, false))
			}
		}
		out.Gaps = append(out.Gaps, line)
		if out.Answer != nil && len(out.Answer.Left) < 5 {
			out.Answer.Left = append(out.Answer.Left, line.Text)
		}
	}
	if f.Skill == "" && len(gaps) > 0 {
		f.Skill = gaps[0].Skill
	}
	out.Skill = know.skills[f.Skill]
	out.fill(m, ch, f, scope, names)
	out.OnCall = ch.onCall(out.Now, mine, contacts)
	return out, nil
}

func (f *CoverageIf) check() error {
	if f == nil {
		return nil
	}
	var bad desk.Fields
	if f.People < 1 || f.People > 100 {
		bad.Add("people", "people.invalid", "Add 1 to 100 people.")
	}
	if f.Skill == "" {
		bad.Add("skill", "skill.missing", "Say what they know.")
	}
	switch {
	case f.Start.IsZero():
		bad.Add("start", "start.missing", "Say from when.")
	case !f.Start.Before(f.End):
		bad.Add("end", "end.early", "The end comes after the start.")
	case f.End.Sub(f.Start) > coverageDays*24*time.Hour:
		bad.Add("end", "end.late", "At most 28 days.")
	}
	return bad.Err()
}

// languageName is how rows for a language are called.
func languageName(code string) string {
	if code == "es" {
		return "Spanish"
	}
	return code
}

// scopedGaps are the gaps of one client or of the desk as a whole. At the desk, a gap of some clients is told
// where it is not the desk's own: where nobody at all is there, nobody is there for each of them.
func scopedGaps(m *coverage.Map, scope int64) []coverage.Gap {
	var list []coverage.Gap
	whole := map[coverage.Want][]coverage.Span{}
	all := m.Gaps()
	for _, g := range all {
		if scope == coverage.Everywhere && g.Nobody() && slices.Contains(g.Clients, scope) {
			whole[g.Want] = append(whole[g.Want], g.Span)
		}
	}
	for _, g := range all {
		if slices.Contains(g.Clients, scope) {
			g.Clients = []int64{scope}
			list = append(list, g)
			continue
		}
		if scope != coverage.Everywhere || slices.ContainsFunc(whole[g.Want], func(s coverage.Span) bool { return !g.Start.Before(s.Start) && !g.End.After(s.End) }) {
			continue
		}
		list = append(list, g)
	}
	return list
}

// fill gives the columns of the map and the half hours of one skill.
func (c *Coverage) fill(m *coverage.Map, ch *chart, f CoverageFilter, scope int64, names coverage.Names) {
	slots := m.Slots()
	first, _ := slices.BinarySearchFunc(slots, f.From, func(t, from time.Time) int { return t.Compare(from) })
	if f.From.IsZero() {
		first = 0
	}
	step := 2
	if f.Half {
		step = 1
	}
	last := min(first+coverageCols*step, len(slots))
	for s := first; s < last; s += step {
		c.Slots = append(c.Slots, slots[s])
	}
	for _, w := range ch.grid.Wants {
		cells := m.Row(scope, w)
		if cells == nil {
			continue
		}
		row := CoverageRow{Name: names.Skill(w.Skill), Skill: w.Skill}
		if w.Skill == "" {
			row.Name = names.Language(w.Language)
		}
		worth := false
		for s := first; s < last; s += step {
			cell := cells[s]
			for k := s + 1; k < min(s+step, last); k++ {
				cell = cell.Worse(cells[k])
			}
			row.Cells = append(row.Cells, cell)
			worth = worth || cell.Need > 0 || cell.Due > 0
		}
		if worth || w.Skill == f.Skill && w.Skill != "" {
			c.Rows = append(c.Rows, row)
		}
	}
	want := coverage.Want{Skill: f.Skill}
	cells, calls := m.Row(scope, want), ch.calls[want]
	for s := first; s < last && cells != nil; s++ {
		h := CoverageHalf{Cell: cells[s], Start: slots[s]}
		if s < len(calls) {
			h.Calls = calls[s]
		}
		c.Halves = append(c.Halves, h)
	}
}

func onCall(d coverage.Duty, contacts map[desk.StaffID]desk.Contact, next bool) OnCall {
	return OnCall{Name: d.Person.Name, Phone: contacts[desk.StaffID(d.Person.ID)].Phone, From: d.Shift.Start, Until: d.Shift.End, Next: next, Language: d.Person.Languages}
}

// onCall lists who can be called in now, and who comes on in the next 24 hours, of those who serve one of
// the clients.
func (ch *chart) onCall(now time.Time, clients []desk.Client, contacts map[desk.StaffID]desk.Contact) []OnCall {
	var list []OnCall
	for _, d := range ch.plan.CalledIn(now, now.Add(24*time.Hour)) {
		if d.Person.Clients != nil && !slices.ContainsFunc(clients, func(c desk.Client) bool { return slices.Contains(d.Person.Clients, int64(c.ID)) }) {
			continue
		}
		one := onCall(d, contacts, d.Shift.Start.After(now))
		twice := func(o OnCall) bool { return o.Name == one.Name && o.From.Equal(one.From) && o.Until.Equal(one.Until) }
		if !slices.ContainsFunc(list, twice) {
			list = append(list, one)
		}
	}
	return list
}

// chart brings the map of the desk up to date: a roster that has changed changes the people and half hours
// that differ; promises that are due are counted again once a minute.
func (a *App) chart(ctx context.Context, know *facts) (*chart, map[desk.StaffID]desk.Contact, error) {
	c := &a.coverage
	c.mu.Lock()
	defer c.mu.Unlock()
	now := a.Now()
	var contacts map[desk.StaffID]desk.Contact
	err := a.db.DeskRead(ctx, desk.System("coverage"), func(tx *store.DeskReadTx) (err error) {
		if contacts, err = tx.Contacts(); err != nil {
			return err
		}
		version, err := tx.RosterVersion()
		if err != nil {
			return err
		}
		old := c.known
		stands := old != nil && old.desk == know.versions.Desk && now.Sub(old.at).Abs() < coverageLasts
		if stands && old.version == version {
			return nil
		}
		from := now.Truncate(time.Hour)
		if stands {
			from = old.grid.From
		}
		plan, err := a.planIn(tx, from.Add(-24*time.Hour), from.Add(coverageDays*24*time.Hour))
		if err != nil {
			return err
		}
		next := &chart{plan: plan, version: version, desk: know.versions.Desk, at: now}
		if stands {
			*next = *old
			next.plan, next.version, next.at = plan, version, old.at
			next.m = old.m.Update(plan)
			c.known = next
			return nil
		}
		if age := now.Sub(c.learned); c.profiles == nil || age < 0 || age >= profileLasts {
			calls, err := tx.CallsBetween(now.Add(-profileWeeks*7*24*time.Hour), now)
			if err != nil {
				return err
			}
			c.profiles, c.learned = learn(calls, know, now), now
		}
		dues, err := tx.DuesBetween(now, from.Add(coverageDays*24*time.Hour))
		if err != nil {
			return err
		}
		next.draw(know, c.profiles, dues, from)
		c.known = next
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return c.known, contacts, nil
}

// learn makes the usual week of each skill, and of Spanish, in the zone of the first client.
func learn(calls []store.CallIn, know *facts, now time.Time) map[coverage.Want]need.Profile {
	arrivals := map[coverage.Want][]time.Time{}
	first := now
	for _, c := range calls {
		if c.At.Before(first) {
			first = c.At
		}
		if c.Skill != "" {
			arrivals[coverage.Want{Skill: c.Skill}] = append(arrivals[coverage.Want{Skill: c.Skill}], c.At)
		}
		if c.Lang == "es" {
			arrivals[coverage.Want{Language: "es"}] = append(arrivals[coverage.Want{Language: "es"}], c.At)
		}
	}
	profiles := make(map[coverage.Want]need.Profile, len(arrivals))
	for w, list := range arrivals {
		profiles[w] = need.Learn(need.History{Zone: know.zone(), From: first, Until: now, Arrivals: list})
	}
	return profiles
}

// zone is where the desk is at work: that of its first client.
func (f *facts) zone() *time.Location {
	if len(f.clients) == 0 {
		return time.UTC
	}
	return zoneOf(f.clients[0])
}

// draw works the map out: the desk as a whole needs people for the calls that are expected and the promises
// that are due; each client needs somebody wherever the desk expects calls or that client has a promise due.
func (ch *chart) draw(know *facts, profiles map[coverage.Want]need.Profile, dues []coverage.Due, from time.Time) {
	g := coverage.Grid{From: from, Days: coverageDays, Zone: know.zone(), Clients: []int64{coverage.Everywhere}}
	for _, c := range know.clients {
		g.Clients = append(g.Clients, int64(c.ID))
	}
	for code := range know.skills {
		g.Wants = append(g.Wants, coverage.Want{Skill: code})
	}
	slices.SortFunc(g.Wants, func(a, b coverage.Want) int {
		return cmp.Or(cmp.Compare(know.skills[a.Skill].Name, know.skills[b.Skill].Name), cmp.Compare(a.Skill, b.Skill))
	})
	spanish := coverage.Want{Language: "es"}
	g.Wants = append(g.Wants, spanish)
	type row struct {
		client int64
		want   coverage.Want
	}
	byRow := map[row][]time.Time{}
	for _, d := range dues {
		wants := []coverage.Want{{Skill: d.Skill}}
		if d.Language == "es" {
			wants = append(wants, spanish)
		}
		for _, w := range wants {
			g.Due = append(g.Due, coverage.Due{Client: d.Client, Want: w, At: d.At})
			byRow[row{coverage.Everywhere, w}] = append(byRow[row{coverage.Everywhere, w}], d.At)
			byRow[row{d.Client, w}] = append(byRow[row{d.Client, w}], d.At)
		}
	}
	ch.calls = map[coverage.Want][]float64{}
	one := map[coverage.Want][]uint16{} // somebody, wherever calls are expected
	until := from.Add(coverageDays * 24 * time.Hour)
	for _, w := range g.Wants {
		p, known := profiles[w]
		if !known {
			continue
		}
		if p.Confidence > ch.trust || ch.notes == nil {
			ch.notes, ch.trust = p.Notes, p.Confidence
		}
		forecast := p.Forecast(from, until)
		list, some := make([]float64, len(forecast)), make([]uint16, len(forecast))
		for i, e := range forecast {
			list[i] = e.Contacts
			if e.Contacts >= needRule.Least {
				some[i] = 1
			}
		}
		ch.calls[w], one[w] = list, some
	}
	g.Need = func(client int64, w coverage.Want, slots []time.Time) []uint16 {
		due := make([]int, 0)
		times := byRow[row{client, w}]
		if len(times) > 0 {
			due = make([]int, len(slots))
			for _, at := range times {
				if i, ok := slotOf(slots, at); ok {
					due[i]++
				}
			}
		}
		if client != coverage.Everywhere {
			if len(due) == 0 {
				return one[w]
			}
			need := make([]uint16, len(slots))
			copy(need, one[w])
			for i, n := range due {
				if n > 0 {
					need[i] = 1
				}
			}
			return need
		}
		need := make([]uint16, len(slots))
		known := map[[2]float64]uint16{}
		for i := range need {
			k := [2]float64{}
			if i < len(ch.calls[w]) {
				k[0] = ch.calls[w][i]
			}
			if len(due) > 0 {
				k[1] = float64(due[i])
			}
			n, ok := known[k]
			if !ok {
				n = uint16(min(needRule.Required(k[0], int(k[1])).Need, 1<<16-1))
				known[k] = n
			}
			need[i] = n
		}
		return need
	}
	ch.grid = g
	ch.m = ch.plan.Map(g)
}

// slotOf finds the half hour in which, or at whose end, a promise is due.
func slotOf(slots []time.Time, at time.Time) (int, bool) {
	i, found := slices.BinarySearchFunc(slots, at, func(t, at time.Time) int { return t.Compare(at) })
	if i--; !found && i >= 0 && at.After(slots[i].Add(30*time.Minute)) {
		return 0, false
	}
	return i, i >= 0 && i < len(slots)
}
