package app

import (
	"slices"

	"kept/internal/coverage"
)

// CoverageGap is a stretch in which somebody is missing.
type CoverageGap struct {
	coverage.Gap
	Text string
	Soon bool
	Call []OnCall // who can be called in when it begins
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
