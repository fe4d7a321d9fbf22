package sla

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"kept/internal/calendar"
)

// Tally counts clocks by outcome.
type Tally struct {
	Met, Missed int
	Open        int // still running at the end of the period, not counted
	Excluded    [exclusionCount]int
}

// Attained is the share met of what counts, in percent; false when nothing counts.
func (t *Tally) Attained() (percent float64, ok bool) {
	n := t.Met + t.Missed
	if n == 0 {
		return 0, false
	}
	return 100 * float64(t.Met) / float64(n), true
}

// Add counts what another tally has counted.
func (t *Tally) Add(o Tally) {
	t.Met, t.Missed, t.Open = t.Met+o.Met, t.Missed+o.Missed, t.Open+o.Open
	for i, n := range o.Excluded {
		t.Excluded[i] += n
	}
}

// Result is what a target came to under one agreement.
type Result struct {
	Version, Target int // the latest version with the line, and its place there; Target is -1 without one
	Goal            float64
	Tally
}

// Row compares the lines of two agreements that have the same metric and conditions.
type Row struct {
	Metric      Metric
	When        Conditions
	Live, Draft Result
}

// Change is a clock that comes to something else under the draft. A side without such a clock is
// Open.
type Change struct {
	Ticket      int64
	Metric      Metric
	Key         int64
	Start       time.Time
	Live, Draft Outcome
}

// WhatIf says what a period comes to under two agreements.
type WhatIf struct {
	Tickets int // looked at
	Rows    []Row
	Changes []Change // in the order of the tickets
}

// Replay counts a period under the agreement in force and under a draft. A clock counts in the period
// in which it was met, breached or left out; the period is [Start, End), and nothing after its end
// has happened. It must not end in the future.
func Replay(tickets []Ticket, period calendar.Span, live, draft *Book) WhatIf {
	r := replay{period: period, rows: map[string]int{}, out: WhatIf{Tickets: len(tickets)}}
	lines := [2]map[int][]int{r.index(live, 0), r.index(draft, 1)}
	books := [2]*Book{live, draft}
	var f Folder
	var clocks [2][]Clock
	for i := range tickets {
		for side := range books {
			clocks[side] = f.Fold(clocks[side][:0], books[side], &tickets[i], period.End)
			for j := range clocks[side] {
				c := &clocks[side][j]
				r.count(&r.side(lines[side][c.Version][c.Target], side).Tally, c)
			}
		}
		r.compare(tickets[i].ID, clocks[0], clocks[1])
	}
	return r.out
}

type replay struct {
	period calendar.Span
	rows   map[string]int // metric and conditions → row
	paired []bool         // clocks of the draft of one ticket
	out    WhatIf
}

// index finds a row for each line of each version of a book.
func (r *replay) index(b *Book, side int) map[int][]int {
	lines := map[int][]int{}
	for _, v := range b.terms {
		at := make([]int, len(v.Targets))
		for i, t := range v.Targets {
			key := fmt.Sprintf("%d %q", t.Metric, t.When)
			row, ok := r.rows[key]
			if !ok {
				row = len(r.out.Rows)
				r.rows[key] = row
				r.out.Rows = append(r.out.Rows, Row{Metric: t.Metric, When: t.When, Live: Result{Target: -1}, Draft: Result{Target: -1}})
			}
			s := r.side(row, side)
			s.Version, s.Target, s.Goal = v.Version, i, t.Goal
			at[i] = row
		}
		lines[v.Version] = at
	}
	return lines
}

func (r *replay) side(row, side int) *Result {
	if side == 0 {
		return &r.out.Rows[row].Live
	}
	return &r.out.Rows[row].Draft
}

func (r *replay) count(s *Tally, c *Clock) {
	switch o := c.Outcome(); {
	case o == Open:
		s.Open++
	case !r.within(c):
	case o == Met:
		s.Met++
	case o == Missed:
		s.Missed++
	default:
		s.Excluded[c.Excluded]++
	}
}

func (r *replay) within(c *Clock) bool {
	at := c.Decided()
	return !at.IsZero() && !at.Before(r.period.Start) && at.Before(r.period.End)
}

// compare pairs the clocks of a ticket by what they are about and when they began.
func (r *replay) compare(ticket int64, live, draft []Clock) {
	change := func(a, b *Clock) {
		x := Change{Ticket: ticket}
		counts := false
		for side, c := range [2]*Clock{a, b} {
			if c == nil {
				continue
			}
			x.Metric, x.Key, x.Start = c.Metric, c.Key, c.Start
			counts = counts || r.within(c)
			if side == 0 {
				x.Live = c.Outcome()
			} else {
				x.Draft = c.Outcome()
			}
		}
		if counts && x.Live != x.Draft {
			r.out.Changes = append(r.out.Changes, x)
		}
	}
	r.paired = append(r.paired[:0], make([]bool, len(draft))...)
	for i := range live {
		a, b := &live[i], (*Clock)(nil)
		// Both are in the same order, so that the partner is mostly at the same place.
		for n := range draft {
			j := (i + n) % len(draft)
			if c := &draft[j]; c.Metric == a.Metric && c.Key == a.Key && c.Start.Equal(a.Start) {
				b, r.paired[j] = c, true
				break
			}
		}
		change(a, b)
	}
	for j := range draft {
		if !r.paired[j] {
			change(nil, &draft[j])
		}
	}
}

// Counts are the clocks of a period by metric. The zero Counts has none.
type Counts struct {
	by     map[Metric]*Tally
	folder Folder
	clocks []Clock
}

// Add counts the clocks of a ticket that were decided in the period, and those that still run at its end.
func (c *Counts) Add(b *Book, t *Ticket, period calendar.Span) {
	if c.by == nil {
		c.by = map[Metric]*Tally{}
	}
	r := replay{period: period}
	c.clocks = c.folder.Fold(c.clocks[:0], b, t, period.End)
	for i := range c.clocks {
		k := &c.clocks[i]
		if c.by[k.Metric] == nil {
			c.by[k.Metric] = &Tally{}
		}
		r.count(c.by[k.Metric], k)
	}
}

// Each calls f with each metric that has clocks, in their order.
func (c *Counts) Each(f func(Metric, Tally)) {
	for _, m := range slices.Sorted(maps.Keys(c.by)) {
		f(m, *c.by[m])
	}
}
