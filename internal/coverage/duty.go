package coverage

import (
	"cmp"
	"slices"
	"time"
)

// Duty is a person on a shift. Booked counts the promises booked on that whole shift.
type Duty struct {
	Person Person
	Shift  Shift
	Booked int
}

// On lists who is on shift at an instant, serves the client and has the skill and the
// language, both "" for any; the least booked first, then by id. Nobody on a break or on
// call is in it.
func (p *Plan) On(client int64, skill, language string, at time.Time) []Duty {
	return p.duties(client, skill, language, at, onShift)
}

// OnCall is On for those who can be called in.
func (p *Plan) OnCall(client int64, skill, language string, at time.Time) []Duty {
	return p.duties(client, skill, language, at, func(s *shift) bool { return s.OnCall })
}

// CalledIn lists who can be called in at some instant of [from, until), by when they begin, each turn once.
func (p *Plan) CalledIn(from, until time.Time) []Duty {
	var list []Duty
	for _, i := range p.within(from.UnixMicro(), until.UnixMicro(), func(s *shift) bool { return s.OnCall }) {
		s := p.shifts[i]
		if parts := without([]stretch{{max(s.start, from.UnixMicro()), min(s.end, until.UnixMicro())}}, s.breaks); len(parts) > 0 {
			list = append(list, Duty{p.people[s.who], s.Shift, s.load})
		}
	}
	slices.SortFunc(list, func(a, b Duty) int {
		return cmp.Or(a.Shift.Start.Compare(b.Shift.Start), cmp.Compare(a.Person.ID, b.Person.ID))
	})
	return list
}

// Lead names the supervisor on shift for a client: the least booked, then the lowest id.
func (p *Plan) Lead(client int64, at time.Time) (Person, Shift, bool) {
	if all := p.duties(client, "", "", at, p.leads); len(all) > 0 {
		return all[0].Person, all[0].Shift, true
	}
	return Person{}, Shift{}, false
}

// Changes gives the first instant after at when somebody whom who names comes on shift, goes, or begins or ends a break
// or an absence, at the client; zero when the plan knows of none within span.
func (p *Plan) Changes(client int64, who func(Person) bool, at time.Time, span time.Duration) time.Time {
	now, end := at.UnixMicro(), at.Add(span).UnixMicro()
	first := end + 1
	for _, i := range p.within(now, end, func(s *shift) bool { return !s.OnCall && serves(s.Clients, client) && who(p.people[s.who]) }) {
		s := p.shifts[i]
		for _, one := range append([]stretch{{s.start, s.end}}, s.breaks...) {
			for _, edge := range []int64{one.start, one.end} {
				if edge > now && edge < first {
					first = edge
				}
			}
		}
	}
	if first > end {
		return time.Time{}
	}
	return instant(first)
}

func onShift(s *shift) bool { return !s.OnCall }

// leads tells whether a shift is that of a supervisor on shift.
func (p *Plan) leads(s *shift) bool { return !s.OnCall && p.people[s.who].Lead }

func (p *Plan) duties(client int64, skill, language string, at time.Time, fits func(*shift) bool) []Duty {
	var list []Duty
	now := at.UnixMicro()
	seen := make(map[int]bool)
	wanted := func(s *shift) bool {
		return fits(s) && serves(s.Clients, client) && s.covers(now, now+1)
	}
	for _, i := range p.within(now, now+1, wanted) {
		s := p.shifts[i]
		if seen[s.who] {
			continue
		}
		person := &p.people[s.who]
		if person.able(client, skill, language) > now {
			seen[s.who] = true
			list = append(list, Duty{*person, s.Shift, s.load})
		}
	}
	return list
}

// Gaps lists the stretches of [from, until) in which nobody on shift serves the client
// with the skill. On call does not fill a gap.
func (p *Plan) Gaps(client int64, skill string, from, until time.Time) []Span {
	first, last := from.UnixMicro(), until.UnixMicro()
	able := make([]int64, len(p.people))
	for i := range p.people {
		able[i] = p.people[i].able(client, skill, "")
	}
	var there []stretch
	wanted := func(s *shift) bool {
		return !s.OnCall && able[s.who] > s.start && serves(s.Clients, client)
	}
	for _, i := range p.within(first, last, wanted) {
		s := p.shifts[i]
		start, end := s.start, min(s.end, able[s.who])
		for _, b := range s.breaks {
			there = append(there, stretch{start, min(b.start, end)})
			start = max(start, b.end)
		}
		there = append(there, stretch{start, end})
	}
	var gaps []Span
	for _, s := range append(join(there), stretch{last, last}) {
		if s.start > first {
			gaps = append(gaps, Span{instant(first), instant(min(s.start, last))})
		}
		if first = max(first, s.end); first >= last {
			break
		}
	}
	return gaps
}

func instant(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
