package coverage

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"
)

// Plan is a compiled Roster. It does not change and may be shared.
type Plan struct {
	people []Person
	shifts []shift // in order of preference: the least booked first, then by person and id
	starts []int   // the shifts of at most a day, by start
	long   []int   // the others
}

// shift is a Shift with its instants in microseconds.
type shift struct {
	Shift
	who        int // in people
	start, end int64
	breaks     []stretch
	seats      int
	taken      []taken // by slot, then seat
	others     []int   // the same person's shifts that overlap it, on call apart
}

type stretch struct{ start, end int64 }

type taken struct {
	slot int64
	seat int
}

const (
	dayMicros = int64(24 * time.Hour / time.Microsecond)
	maxSeats  = 100
)

// Compile indexes a roster. A shift that ends before it starts, or whose person is not on
// the roster, covers nothing. Where shifts of one person overlap, the person is there once:
// the one that starts first (then the lower id) gives the seats. More than 100 seats count
// as 100.
func Compile(r Roster) *Plan {
	p := &Plan{people: r.People}
	who := make(map[int64]int, len(r.People))
	for i, person := range r.People {
		who[person.ID] = i
	}
	booked := make(map[int64][]taken)
	for _, b := range r.Bookings {
		booked[b.Shift] = append(booked[b.Shift], taken{b.Slot.UnixMicro(), b.Seat})
	}
	for _, s := range r.Shifts {
		i, known := who[s.Person]
		if !known || !s.Start.Before(s.End) {
			continue
		}
		list := booked[s.ID]
		slices.SortFunc(list, func(a, b taken) int {
			return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.seat, b.seat))
		})
		c := shift{Shift: s, who: i, start: s.Start.UnixMicro(), end: s.End.UnixMicro(), taken: slices.Compact(list)}
		c.seats = min(max(s.Seats, 1), maxSeats)
		for _, b := range s.Breaks {
			c.breaks = append(c.breaks, stretch{b.Start.UnixMicro(), b.End.UnixMicro()})
		}
		c.breaks = join(c.breaks)
		p.shifts = append(p.shifts, c)
	}
	slices.SortFunc(p.shifts, func(a, b shift) int {
		return cmp.Or(cmp.Compare(len(a.taken), len(b.taken)), cmp.Compare(a.Person, b.Person), cmp.Compare(a.ID, b.ID))
	})
	for i := range p.shifts {
		if s := &p.shifts[i]; s.end-s.start <= dayMicros {
			p.starts = append(p.starts, i)
		} else {
			p.long = append(p.long, i)
		}
	}
	slices.SortFunc(p.starts, func(a, b int) int { return cmp.Compare(p.shifts[a].start, p.shifts[b].start) })
	p.findOverlaps()
	return p
}

func (p *Plan) findOverlaps() {
	byPerson := make([][]int, len(p.people))
	for i := range p.shifts {
		if s := &p.shifts[i]; !s.OnCall {
			byPerson[s.who] = append(byPerson[s.who], i)
		}
	}
	for _, list := range byPerson {
		slices.SortFunc(list, func(a, b int) int { return cmp.Compare(p.shifts[a].start, p.shifts[b].start) })
		for i, a := range list {
			for _, b := range list[i+1:] {
				x, y := &p.shifts[a], &p.shifts[b]
				if y.start >= x.end {
					break
				}
				x.others, y.others = append(x.others, b), append(y.others, a)
			}
		}
	}
}

// within lists the shifts that touch [from, until) and are wanted, best first.
func (p *Plan) within(from, until int64, wanted func(*shift) bool) []int {
	var found []int
	p.each(from, until, func(i int, s *shift) bool {
		if wanted(s) {
			found = append(found, i)
		}
		return true
	})
	slices.Sort(found)
	return found
}

// each gives the shifts that touch [from, until) to f until f says false.
func (p *Plan) each(from, until int64, f func(i int, s *shift) bool) {
	first := sort.Search(len(p.starts), func(i int) bool { return p.shifts[p.starts[i]].start > from-dayMicros })
	for _, i := range p.starts[first:] {
		s := &p.shifts[i]
		if s.start >= until {
			break
		}
		if s.end > from && !f(i, s) {
			return
		}
	}
	for _, i := range p.long {
		if s := &p.shifts[i]; s.start < until && s.end > from && !f(i, s) {
			return
		}
	}
}

// serves tells whether a list of clients, nil meaning every one, has the client.
func serves(clients []int64, client int64) bool {
	return clients == nil || slices.Contains(clients, client)
}

// able says until when a person can do what is asked, in microseconds: 0 for never.
func (p *Person) able(client int64, skill, language string) int64 {
	if !serves(p.Clients, client) {
		return 0
	}
	if language != "" && !slices.ContainsFunc(p.Languages, func(l string) bool { return strings.EqualFold(l, language) }) {
		return 0
	}
	if skill == "" {
		return forever
	}
	until, has := p.Skills[skill]
	switch {
	case !has:
		return 0
	case until.IsZero():
		return forever
	}
	return until.UnixMicro()
}

const forever = int64(1<<63 - 1)

// covers tells whether the shift, breaks aside, has all of [start, end).
func (s *shift) covers(start, end int64) bool {
	if start < s.start || end > s.end {
		return false
	}
	i := sort.Search(len(s.breaks), func(i int) bool { return s.breaks[i].end > start })
	return i == len(s.breaks) || s.breaks[i].start >= end
}

// join sorts stretches, drops empty ones and joins those that touch.
func join(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int { return cmp.Compare(a.start, b.start) })
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
		} else if s.start < s.end {
			out = append(out, s)
		}
	}
	return out
}
