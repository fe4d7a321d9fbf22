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
