package need

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"
)

// Group is a kind of work: a kind of promise or clock, about how long it may take, a skill, an EHR function. What is ""
// is any. Durations are compared within a group, and with the groups that hold it: without the function, without the
// skill too, only the kind, everything.
type Group struct{ Kind, Span, Skill, Function string }

// within lists the groups that hold g, widest first, g last.
func (g Group) within() []Group {
	return slices.Compact([]Group{{}, {Kind: g.Kind}, {Kind: g.Kind, Span: g.Span}, {Kind: g.Kind, Span: g.Span, Skill: g.Skill}, g})
}

// Enough is how many cases history must have, so that a chance is worth a word.
const Enough = 30

// Past is a piece of work and how long it took: in wall time or in business time, as long as it
// is always the same.
type Past struct {
	Group   Group
	Took    time.Duration
	Running bool // it has not ended; Took is its age
}

// Durations says how long work takes. It does not change and may be shared.
type Durations struct {
	groups map[Group][]*curve // of each group with a history, and of those that hold it, widest first
}

// curve is the share of a group that took longer than each duration on record.
type curve struct {
	of     Group
	ended  int
	weight float64 // cases, running ones too
	at     []time.Duration
	longer []float64
}

// Study reads history. Work that still runs counts as having taken at least its age, so that the
// long ones are not forgotten (E. L. Kaplan, P. Meier 1958).
func Study(past []Past) *Durations {
	d := &Durations{make(map[Group][]*curve)}
	past = slices.Clone(past)
	slices.SortStableFunc(past, func(a, b Past) int { // at the same age the ended come first
		if a.Took != b.Took || a.Running == b.Running {
			return cmp.Compare(a.Took, b.Took)
		}
		if a.Running {
			return 1
		}
		return -1
	})
	groups := make(map[Group][]int32) // places in past: each case stands in five groups
	for i, p := range past {
		for _, g := range p.Group.within() {
			groups[g] = append(groups[g], int32(i))
		}
	}
	of := make(map[Group]*curve, len(groups))
	for g, list := range groups {
		c := &curve{of: g, weight: float64(len(list))}
		longer := 1.0
		for i, at := range list {
			p := past[at]
			if p.Running {
				continue
			}
			c.ended++
			longer *= 1 - 1/float64(len(list)-i)
			if n := len(c.at); n > 0 && c.at[n-1] == p.Took {
				c.longer[n-1] = longer
			} else {
				c.at, c.longer = append(c.at, p.Took), append(c.longer, longer)
			}
		}
		of[g] = c
	}
	for g := range of {
		for _, w := range g.within() {
			d.groups[g] = append(d.groups[g], of[w])
		}
	}
	return d
}

func (c *curve) after(t time.Duration) float64 {
	i := sort.Search(len(c.at), func(i int) bool { return c.at[i] > t })
	if i == 0 {
		return 1
	}
	return c.longer[i-1]
}

// trust is how many cases of the wider group weigh as much as the group's own history.
const trust = 10

// curves are those of the groups that hold g and have a history, widest first.
func (d *Durations) curves(g Group) []*curve {
	for _, g := range [...]Group{g, {Kind: g.Kind, Span: g.Span, Skill: g.Skill}, {Kind: g.Kind, Span: g.Span}, {Kind: g.Kind}, {}} {
		if curves := d.groups[g]; curves != nil {
			return curves
		}
	}
	return nil
}

// longer is the chance that work of the narrowest of these groups takes longer than t. Each group is drawn towards
// the wider one as if trust cases of it had been seen here, and everything towards one case
// that never ends, so that nothing is impossible because it has not happened yet. This is the
// mean of a Dirichlet process (T. S. Ferguson 1973; V. Susarla, J. Van Ryzin 1976).
func longer(curves []*curve, t time.Duration) float64 {
	s, weight := 1.0, 1.0
	for _, c := range curves {
		s = (c.weight*c.after(t) + weight*s) / (c.weight + weight)
		weight = trust
	}
	return s
}

// Chance is the probability of a breach and what it rests on.
type Chance struct {
	Breach float64 // from 0 to 1
	Cases  int     // that ended, in the narrowest group that has Enough, or of all; fewer than Enough: this is little knowledge
	Open   int     // of them, how many took longer than this has already; few: Breach says little
	Of     Group   // that group
}

// Breach is the chance that work which has run for elapsed is not done when left has passed: the share of those that were
// open when they were as old, each group drawn towards the wider one as if trust such cases had been seen here. It is the
// group's own tail that is drawn, and not its curve: of a thousand cases that were quick, the one that was not says little about
// another that is not.
// With less time left it never falls, nor while the work grows older towards the same due
// instant. Of work that is older than all on record nothing is known but that, and it is 1.
func (d *Durations) Breach(g Group, elapsed, left time.Duration) Chance {
	elapsed, left = max(0, elapsed), max(0, left)
	due := elapsed + left
	if due < elapsed {
		due = math.MaxInt64
	}
	c := Chance{Breach: 1}
	weight := 1.0
	for _, k := range d.curves(g) {
		// Of those that were open when they were as old, so many were open at the end. Where they are few, the wider
		// group says how it went on.
		open := k.after(elapsed)
		c.Breach = (k.weight*k.after(due) + weight*c.Breach) / (k.weight*open + weight)
		if k.ended >= Enough || c.Cases == 0 {
			c.Cases, c.Open, c.Of = k.ended, int(math.Round(float64(k.ended)*open)), k.of
		}
		weight = trust
	}
	return c
}

// Usual is the time in which such a share of the work is done; 0.8 for the p80. It is not ok
// when history is too short to tell.
func (d *Durations) Usual(g Group, share float64) (took time.Duration, ok bool) {
	curves := d.curves(g)
	if len(curves) == 0 {
		return 0, false
	}
	all := curves[0]
	i := sort.Search(len(all.at), func(i int) bool { return 1-longer(curves, all.at[i]) >= share })
	if i == len(all.at) {
		return 0, false
	}
	return all.at[i], true
}
