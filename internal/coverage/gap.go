package coverage

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// Gap is a stretch of half hours on end in which a row of a Map needs more people than it has, for
// all clients that it is the same for. Need and Have are those of its worst half hour, the one
// that misses most; Varies says that others are better.
type Gap struct {
	Span
	Want
	Clients    []int64 // in the order of the grid
	Need, Have int
	Varies     bool
	OnCall     int // the fewest who can be called in
	Due        int // promises due in it
}

// Nobody tells whether there is a half hour in which nobody is there.
func (g Gap) Nobody() bool { return g.Have == 0 }

// Gaps lists what is missing, what hurts first at the top: where nobody is there and promises are
// due, where nobody is there, where too few are there and promises are due, the rest; among
// equals the earliest, then the one with the most promises, then the one that misses most.
func (m *Map) Gaps() []Gap {
	type key struct {
		want, from, to, need, have, onCall int
		varies, whole                      bool // whole: of the desk, which has the promises of every client
	}
	found := map[key]int{}
	var gaps []Gap
	wants := len(m.grid.Wants)
	slots := make([]int, len(m.slots))
	have := make([]int, len(m.slots))
	for c := range m.grid.Clients {
		g := &m.groups[m.of[c]]
		for w := range m.grid.Wants {
			row := c*wants + w
			for from := m.next(row, 0, true); from < len(m.slots); {
				to := m.next(row, from, false)
				run := slots[:0]
				for s := from; s < to; s++ {
					run = append(run, s)
				}
				m.count(g, w, run, have)
				k := key{want: w, from: from, to: to, need: m.needs(row, from), have: have[0], onCall: m.fewestOnCall(g, w, run),
					whole: m.grid.Clients[c] == Everywhere}
				due := 0
				for i, s := range run {
					need := m.needs(row, s)
					k.varies = k.varies || need != k.need || have[i] != k.have
					if d := need - have[i] - (k.need - k.have); d > 0 || d == 0 && have[i] < k.have {
						k.need, k.have = need, have[i]
					}
					due += m.dues(row, s)
				}
				i, known := found[k]
				if !known {
					i = len(gaps)
					found[k] = i
					gaps = append(gaps, Gap{Span: Span{m.slots[from], m.slots[to-1].Add(30 * time.Minute)}, Want: m.grid.Wants[w],
						Need: k.need, Have: k.have, Varies: k.varies, OnCall: k.onCall})
				}
				gaps[i].Clients = append(gaps[i].Clients, m.grid.Clients[c])
				gaps[i].Due += due
				from = m.next(row, to, true)
			}
		}
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.hurts(), b.hurts()), a.Start.Compare(b.Start), cmp.Compare(b.Due, a.Due),
			cmp.Compare(b.Need-b.Have, a.Need-a.Have), a.End.Compare(b.End), cmp.Compare(a.Skill, b.Skill), cmp.Compare(a.Language, b.Language))
	})
	return gaps
}

func (g Gap) hurts() int {
	switch {
	case g.Have == 0 && g.Due > 0:
		return 0
	case g.Have == 0:
		return 1
	case g.Due > 0:
		return 2
	}
	return 3
}

// next finds the first slot from one on that is short, or is not; it ends a run where slots do not
// follow upon each other.
func (m *Map) next(row, from int, short bool) int {
	set := m.short[row]
	for s := from; s < len(m.slots); s++ {
		if !short && s > from && m.starts[s] != m.starts[s-1]+slotMicros {
			return s
		}
		word := set[s>>6] >> (s & 63)
		if short && word == 0 {
			s |= 63
		} else if short {
			return min(s+bits.TrailingZeros64(word), len(m.slots))
		} else if word&1 == 0 {
			return s
		}
	}
	return len(m.slots)
}

// fewestOnCall gives the fewest who can be called in, of all the slots.
func (m *Map) fewestOnCall(g *group, want int, slots []int) int {
	v := m.view(g, want)
	least := len(m.plan.people)
	for _, slot := range slots {
		v.turn(slot)
		if least = min(least, v.fewest(&g.there.call, slot)); least == 0 {
			break
		}
	}
	return least
}

// Names says how skills, languages and clients are called; a nil one uses the codes.
type Names struct {
	Skill    func(string) string
	Language func(string) string
	Client   func(int64) string
}

// Sentences writes the gaps in their order: "MyChart, Mon 6:00–10:00 p.m.: need 3, have 0, 3
// promises due." Days within the next six have no date. Clients are named where the gap is not for all
// of the grid. None means that there is no gap.
func (m *Map) Sentences(n Names) []string {
	var say []string
	for _, g := range m.Gaps() {
		say = append(say, m.Sentence(g, n, nil))
	}
	return say
}

// Sentence writes one gap of the map, as Sentences does, on the clock of a zone; nil is that of the grid.
func (m *Map) Sentence(g Gap, n Names, zone *time.Location) string {
	var b strings.Builder
	switch skill, language := named(n.Skill, g.Skill), named(n.Language, g.Language); {
	case g.Skill != "" && g.Language != "":
		fmt.Fprintf(&b, "%s in %s", skill, language)
	case g.Skill != "":
		b.WriteString(skill)
	case g.Language != "":
		b.WriteString(language)
	default:
		b.WriteString("Anybody")
	}
	switch all := len(g.Clients) == len(m.grid.Clients); {
	case len(g.Clients) == 1 && g.Clients[0] == Everywhere:
	case len(g.Clients) == 1 && (!all || n.Client != nil):
		name := fmt.Sprintf("hospital %d", g.Clients[0])
		if n.Client != nil {
			name = n.Client(g.Clients[0])
		}
		b.WriteString(" at " + name)
	case !all:
		fmt.Fprintf(&b, " at %d hospitals", len(g.Clients))
	}
	if zone == nil {
		zone = m.grid.Zone
	}
	if zone == nil {
		zone = time.UTC
	}
	fmt.Fprintf(&b, ", %s:", Phrase(zone, g.Span, m.grid.From))
	if g.Varies {
		b.WriteString(" at worst")
	}
	fmt.Fprintf(&b, " need %d, have %d", g.Need, g.Have)
	if g.OnCall > 0 {
		fmt.Fprintf(&b, ", %d on call", g.OnCall)
	}
	switch {
	case g.Due == 1:
		b.WriteString(", 1 promise due")
	case g.Due > 1:
		fmt.Fprintf(&b, ", %d promises due", g.Due)
	}
	return b.String() + "."
}

func named(by func(string) string, code string) string {
	if by == nil || code == "" {
		return code
	}
	return by(code)
}

// Extra is people whom one might add.
type Extra struct {
	People     int
	Skills     []string
	Languages  []string
	Clients    []int64 // nil means every client
	Start, End time.Time
}

// WhatIf gives the map as it would be with more people on shift, and its gaps as sentences: first
// how many are closed and left, then what is left. The people it adds have ids below 0.
func (m *Map) WhatIf(e Extra, n Names) (*Map, []string) {
	switch {
	case e.People < 1 || e.People > 1000:
		return m, []string{"Add 1 to 1000 people."}
	case !e.Start.Before(e.End):
		return m, []string{"The time to add people for ends before it starts: choose a later end."}
	}
	r := m.plan.source()
	r.People, r.Shifts = slices.Clip(r.People), slices.Clip(r.Shifts)
	skills := map[string]time.Time{}
	for _, s := range e.Skills {
		skills[s] = time.Time{}
	}
	id := int64(0)
	for _, p := range r.People {
		id = min(id, p.ID)
	}
	for range e.People {
		id--
		r.People = append(r.People, Person{ID: id, Name: "Added", Skills: skills, Languages: e.Languages, Clients: e.Clients})
		r.Shifts = append(r.Shifts, Shift{ID: id, Person: id, Start: e.Start, End: e.End})
	}
	with := m.Update(Compile(r))
	before, left := len(m.Gaps()), with.Sentences(n)
	head := fmt.Sprintf("%s left", gapCount(len(left)))
	if d := before - len(left); d > 0 {
		head = fmt.Sprintf("%s closed, %d left", gapCount(d), len(left))
	}
	return with, append([]string{head + "."}, left...)
}

func gapCount(n int) string {
	if n == 1 {
		return "1 gap"
	}
	return fmt.Sprintf("%d gaps", n)
}
