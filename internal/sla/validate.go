package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Problem is what is wrong with an agreement: a field, such as targets[3].goal, and a sentence.
type Problem struct{ Field, Text string }

func (p Problem) Error() string { return p.Field + ": " + p.Text }

// Validate gives every problem of a version by itself, in the order of its fields.
func (a *Agreement) Validate() []Problem {
	var all []Problem
	bad := func(field, format string, args ...any) {
		all = append(all, Problem{field, fmt.Sprintf(format, args...)})
	}
	if a.Version < 1 {
		bad("version", "versions count from 1")
	}
	if !a.Until.IsZero() && !a.Until.After(a.From) {
		bad("until", "the agreement ends before it begins")
	}
	if a.Grace < time.Minute {
		bad("grace", "give at least one minute: a ticket that comes back must not be late at once")
	}
	for i, row := range a.Matrix {
		for j, p := range row {
			if !slices.Contains(Priorities, p) {
				bad(fmt.Sprintf("matrix[%d][%d]", i, j), "%q is no priority; use P1, P2, P3 or P4", p)
			}
		}
	}
	names := make([]string, len(a.Calendars))
	for i, c := range a.Calendars {
		field := fmt.Sprintf("calendars[%d]", i)
		switch {
		case c.Name == "":
			bad(field+".name", "give the calendar a name")
		case slices.Contains(names, c.Name):
			bad(field+".name", "there are two calendars with the name %q", c.Name)
		}
		names[i] = c.Name
		if _, err := c.compile(); err != nil {
			bad(field+".hours", "%s", err)
		}
	}
	if len(a.Targets) == 0 {
		bad("targets", "an agreement needs at least one target")
	}
	for i := range a.Targets {
		a.checkTarget(i, names, bad)
	}
	for _, m := range Metrics() {
		a.gaps(m, bad)
	}
	return all
}

func (a *Agreement) checkTarget(i int, calendars []string, bad func(field, format string, args ...any)) {
	t, field := &a.Targets[i], fmt.Sprintf("targets[%d]", i)
	if int(t.Metric) >= metricCount {
		bad(field+".metric", "there is no such metric")
		return
	}
	none := Facts{}
	t.When.each(&none, func(name string, list []string, _ string) bool {
		for j, v := range list {
			switch {
			case v == "":
				bad(field+".when."+name, "an entry is empty")
			case slices.Contains(list[:j], v):
				bad(field+".when."+name, "%q is given twice", v)
			case name == "priority" && !slices.Contains(Priorities, v):
				bad(field+".when."+name, "%q is no priority; use P1, P2, P3 or P4", v)
			}
		}
		return true
	})
	for j := range a.Targets[:i] {
		if o := &a.Targets[j]; o.Metric == t.Metric && o.When.covers(&t.When) {
			bad(field, "never used: targets[%d] comes first and fits whatever this one fits", j)
			break
		}
	}
	promise := t.Metric == CallbackKept
	switch {
	case promise && t.Allowed != 0:
		bad(field+".allowed", "a promise has its own instant; leave this out")
	case !promise && t.Allowed <= 0:
		bad(field+".allowed", "the time allowed must be more than nothing")
	}
	if !slices.Contains(calendars, t.Calendar) {
		bad(field+".calendar", "there is no calendar %q; the agreement has: %s", t.Calendar, strings.Join(calendars, ", "))
	}
	if t.Metric.keyed() && t.Metric != Supplier && len(t.Pauses) > 0 {
		bad(field+".pauses", "promises and calls have no pauses")
	}
	for j, p := range t.Pauses {
		field := fmt.Sprintf("%s.pauses[%d]", field, j)
		switch {
		case p.Reason == "":
			bad(field+".reason", "say why the clock may stand")
		case t.pause(p.Reason) != &t.Pauses[j]:
			bad(field+".reason", "%q is given twice", p.Reason)
		}
		if p.Max <= 0 {
			bad(field+".max", "a pause needs an end, after which the clock runs again")
		}
		if p.Nudge < 0 {
			bad(field+".nudge", "this must not be negative")
		}
	}
	if !(t.Goal > 0 && t.Goal <= 100) {
		bad(field+".goal", "a goal lies above 0 and is at most 100 percent")
	}
	for j, p := range t.Warn {
		if p < 1 || p > 99 || j > 0 && p <= t.Warn[j-1] {
			bad(fmt.Sprintf("%s.warn[%d]", field, j), "warnings are percentages from 1 to 99, rising")
		}
	}
}

// gaps looks for priorities that no line of a metric covers although some priorities are.
func (a *Agreement) gaps(m Metric, bad func(field, format string, args ...any)) {
	for i := range a.Targets {
		t := &a.Targets[i]
		if t.Metric != m || len(t.When.Priorities) == 0 {
			continue
		}
		seen := slices.ContainsFunc(a.Targets[:i], func(o Target) bool {
			return o.Metric == m && len(o.When.Priorities) > 0 && sameButPriority(o.When, t.When)
		})
		if seen {
			continue
		}
		var missing []string
		for _, p := range Priorities {
			want := t.When
			want.Priorities = []string{p}
			if !slices.ContainsFunc(a.Targets, func(o Target) bool { return o.Metric == m && o.When.covers(&want) }) {
				missing = append(missing, p)
			}
		}
		if len(missing) > 0 {
			bad(fmt.Sprintf("targets[%d].when.priority", i), "no line for %s says what holds for %s", m, strings.Join(missing, ", "))
		}
	}
}

func sameButPriority(a, b Conditions) bool {
	a.Priorities, b.Priorities = nil, nil
	return a.covers(&b) && b.covers(&a)
}

// overlaps gives the problems of versions of one client beside each other: dates that overlap, numbers
// given twice, other clients. A version without an end ends when the next one begins.
func overlaps(versions ...Agreement) []Problem {
	var all []Problem
	for i, a := range versions {
		field := func(name string) string { return fmt.Sprintf("versions[%d].%s", i, name) }
		from, _ := a.inForceFrom()
		from = latest(from, a.From)
		for _, b := range versions[:i] {
			other, _ := b.inForceFrom()
			other = latest(other, b.From)
			switch {
			case a.Client != b.Client:
				all = append(all, Problem{field("client"), "these versions belong to different clients"})
			case a.Version == b.Version:
				all = append(all, Problem{field("version"), fmt.Sprintf("there are two versions %d", a.Version)})
			case from.Equal(other):
				all = append(all, Problem{field("from"), fmt.Sprintf("versions %d and %d begin at the same instant", b.Version, a.Version)})
			case from.After(other) && b.Until.After(from), other.After(from) && a.Until.After(other):
				all = append(all, Problem{field("from"), fmt.Sprintf("versions %d and %d overlap: one begins before the other's end", b.Version, a.Version)})
			}
		}
	}
	return all
}
