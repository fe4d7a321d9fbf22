package need

import (
	"math"
	"time"
)

// Goal is how well contacts are to be answered. What is left at zero is not asked for; a goal
// that asks for nothing needs nobody.
type Goal struct {
	Share   float64       // at least this share of all contacts, below 1 …
	Within  time.Duration // … is answered within this wait
	Abandon float64       // at most this share hangs up
}

// mostAgents ends the search: no desk is larger.
const mostAgents = 1 << 30

// Agents gives the fewest people who meet the goal. Patience is that of Queue. Breaks, training
// and leave come on top: see Rostered.
func (g Goal) Agents(l Load, patience time.Duration) int {
	n, _, _ := g.fewest(l, patience)
	return n
}

// fewest gives the service of one person fewer as well.
func (g Goal) fewest(l Load, patience time.Duration) (n int, less, enough Service) {
	serve := func(n int) Service { return Queue{l, n, patience}.Service(g.Within) }
	if enough = serve(0); g.met(enough) {
		return 0, enough, enough
	}
	low, high := 0, int(min(mostAgents/2, max(1, math.Ceil(l.Erlangs()))))
	less, enough = enough, serve(high)
	for high < mostAgents && !g.met(enough) {
		low, less = high, enough
		high *= 2
		enough = serve(high)
	}
	for high-low > 1 {
		mid := (low + high) / 2
		if s := serve(mid); g.met(s) {
			high, enough = mid, s
		} else {
			low, less = mid, s
		}
	}
	return high, less, enough
}

func (g Goal) met(s Service) bool {
	return s.Within >= g.Share && (g.Abandon <= 0 || s.Abandons <= g.Abandon && !endless(s))
}

// endless is a line that grows for ever. Nobody hangs up in it only because nobody can.
func endless(s Service) bool { return math.IsInf(s.WaitSeconds, 1) }

// Exact is Agents before rounding: a number from Agents-1 to Agents, on the straight line
// between what one person fewer and that many people achieve. It lets the work of promises be added
// before the one rounding.
func (g Goal) Exact(l Load, patience time.Duration) float64 {
	n, less, enough := g.fewest(l, patience)
	if n == 0 {
		return 0
	}
	part := 0.0
	if less.Within < g.Share {
		part = (g.Share - less.Within) / (enough.Within - less.Within)
	}
	switch {
	case g.Abandon > 0 && endless(less):
		part = 1
	case g.Abandon > 0 && less.Abandons > g.Abandon:
		part = max(part, (less.Abandons-g.Abandon)/(less.Abandons-enough.Abandons))
	}
	return float64(n-1) + min(1, part)
}

// Rostered is how many must be rostered so that so many answer, when people are away for a share
// of their shift (shrinkage: breaks, training, meetings, sick leave), below 1.
func Rostered(agents int, shrinkage float64) int {
	if !(shrinkage > 0) {
		return agents
	}
	// 21 / 0.7 is 30, and not one more because of the last binary digit.
	return int(math.Ceil(float64(agents)/(1-min(shrinkage, 0.99)) - 1e-9))
}
