package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
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
	Single int           // those of some hospitals alone, on the page of the whole desk: no cell of the map shows them
	Slots  []time.Time   // columns of the map
	Rows   []CoverageRow
	Halves []CoverageHalf // of Skill, over the same time as the map
	OnCall []OnCall
	Answer *CoverageAnswer // of If
	Notes  []string        // what the history is too short to tell
	Trust  string          // low, fair, good
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

// CoverageAnswer is what would become of the gaps.
type CoverageAnswer struct {
	Before, After int
	Left          []string // 5 at most
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
		if scope == coverage.Everywhere && !slices.Contains(g.Clients, scope) {
			out.Single++
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
