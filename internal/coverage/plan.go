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
	roster Roster
	people []Person
	who    map[int64]int // where a person is in people
	shifts []*shift      // by person and id; they do not change, and plans share them
	starts []int         // the shifts of at most a day, by start
	long   []int         // the others
	of     [][]int       // the shifts of each person, by start and id
	taken  [][]taken     // the seats of each person, by slot, then seat
	busy   map[busyHour]int
}

// busyHour is an hour of somebody whose capacity is limited, from the start of it.
type busyHour struct {
	who  int
	hour int64
}

// shift is a Shift with its instants in microseconds.
type shift struct {
	Shift
	who        int // in people
	start, end int64
	breaks     []stretch // absences, too
	away       []stretch
	seats      int
	load       int   // seats of the person that are taken in it
	others     []int // the same person's shifts that overlap it, on call apart
}

type stretch struct{ start, end int64 }

type taken struct {
	slot int64
	seat int
}

const (
	dayMicros  = int64(24 * time.Hour / time.Microsecond)
	hourMicros = int64(time.Hour / time.Microsecond)
	seatMicros = int64(SeatLength / time.Microsecond)
	maxSeats   = 100
)

// Compile indexes a roster. A shift that ends before it starts, or whose person is not on
// the roster, covers nothing. Where shifts of one person overlap, the person is there once:
// the one that starts first (then the lower id) gives the seats. More than 100 seats count
// as 100. An absence works like a break. The roster must not change afterwards.
func Compile(r Roster) *Plan {
	p := &Plan{roster: r, people: r.People, who: make(map[int64]int, len(r.People)), of: make([][]int, len(r.People)), taken: make([][]taken, len(r.People))}
	for i, person := range r.People {
		p.who[person.ID] = i
	}
	away := make(map[int64][]stretch)
	for _, a := range r.Absences {
		away[a.Person] = append(away[a.Person], stretch{a.Start.UnixMicro(), a.End.UnixMicro()})
	}
	for _, b := range r.Bookings {
		if i, known := p.who[b.Person]; known {
			p.taken[i] = append(p.taken[i], taken{b.Slot.UnixMicro(), b.Seat})
		}
	}
	for i, list := range p.taken {
		p.taken[i] = inOrder(list)
	}
	for _, s := range r.Shifts {
		i, known := p.who[s.Person]
		if !known || !s.Start.Before(s.End) {
			continue
		}
		c := shift{Shift: s, who: i, start: s.Start.UnixMicro(), end: s.End.UnixMicro()}
		c.load = p.loadOf(&c)
		c.seats = min(max(s.Seats, 1), maxSeats)
		for _, b := range s.Breaks {
			c.breaks = append(c.breaks, stretch{b.Start.UnixMicro(), b.End.UnixMicro()})
		}
		for _, a := range away[s.Person] {
			if a.start < c.end && a.end > c.start {
				c.breaks, c.away = append(c.breaks, a), append(c.away, a)
			}
		}
		c.away = join(c.away)
		c.breaks = join(c.breaks)
		p.shifts = append(p.shifts, &c)
	}
	slices.SortFunc(p.shifts, func(a, b *shift) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.ID, b.ID))
	})
	for i := range p.shifts {
		if s := p.shifts[i]; s.end-s.start <= dayMicros {
			p.starts = append(p.starts, i)
		} else {
			p.long = append(p.long, i)
		}
	}
	slices.SortFunc(p.starts, func(a, b int) int { return cmp.Compare(p.shifts[a].start, p.shifts[b].start) })
	p.index()
	return p
}

// index finds the shifts of each person, which of them overlap, and the busy hours.
func (p *Plan) index() {
	for i := range p.shifts {
		s := p.shifts[i]
		p.of[s.who] = append(p.of[s.who], i)
	}
	p.countBusy()
	for _, list := range p.of {
		slices.SortFunc(list, func(a, b int) int {
			x, y := p.shifts[a], p.shifts[b]
			return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.ID, y.ID))
		})
		for i, a := range list {
			for _, b := range list[i+1:] {
				x, y := p.shifts[a], p.shifts[b]
				if y.start >= x.end {
					break
				}
				if !x.OnCall && !y.OnCall {
					x.others, y.others = append(x.others, b), append(y.others, a)
				}
			}
		}
	}
}

// countBusy counts the promises of those whose capacity is limited.
func (p *Plan) countBusy() {
	p.busy = nil
	for who, list := range p.taken {
		if p.people[who].Capacity.Promises == 0 || len(list) == 0 {
			continue
		}
		if p.busy == nil {
			p.busy = make(map[busyHour]int)
		}
		for _, t := range list {
			p.busy[busyHour{who, floor(t.slot, hourMicros)}]++
		}
	}
}

func inOrder(list []taken) []taken {
	slices.SortFunc(list, func(a, b taken) int {
		return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.seat, b.seat))
	})
	return slices.Compact(list)
}

// loadOf counts the seats that begin in a shift.
func (p *Plan) loadOf(s *shift) int {
	if s.OnCall {
		return 0
	}
	at := func(t int64) int {
		n, _ := slices.BinarySearchFunc(p.taken[s.who], t, func(x taken, t int64) int { return cmp.Compare(x.slot, t) })
		return n
	}
	return at(s.end) - at(s.start)
}

// Rebook gives the plan with other seats taken of some people: all that each of them has given now. It costs little
// beside Compile, and equals it.
func (p *Plan) Rebook(now map[int64][]Seat) *Plan {
	next := *p
	next.shifts, next.taken = slices.Clone(p.shifts), slices.Clone(p.taken)
	for id, list := range now {
		who, known := p.who[id]
		if !known {
			continue
		}
		t := make([]taken, 0, len(list))
		for _, b := range list {
			t = append(t, taken{b.Slot.UnixMicro(), b.Seat})
		}
		next.taken[who] = inOrder(t)
		for _, i := range p.of[who] {
			s := *p.shifts[i]
			s.load = next.loadOf(&s)
			next.shifts[i] = &s
		}
	}
	next.countBusy()
	return &next
}

// source is the roster of which the plan is made, with the bookings that it has now.
func (p *Plan) source() Roster {
	r := p.roster
	r.Bookings = nil
	for who, list := range p.taken {
		for _, t := range list {
			r.Bookings = append(r.Bookings, Seat{p.people[who].ID, instant(t.slot), t.seat})
		}
	}
	return r
}

// floor rounds down to a multiple, also below zero.
func floor(n, step int64) int64 {
	rest := n % step
	if rest < 0 {
		rest += step
	}
	return n - rest
}

// within lists the shifts that touch [from, until) and are wanted, best first.
func (p *Plan) within(from, until int64, wanted func(*shift) bool) []int {
	var found []int
	first := sort.Search(len(p.starts), func(i int) bool { return p.shifts[p.starts[i]].start > from-dayMicros })
	for _, i := range p.starts[first:] {
		if p.shifts[i].start >= until {
			break
		}
		if s := p.shifts[i]; s.end > from && wanted(s) {
			found = append(found, i)
		}
	}
	for _, i := range p.long {
		if s := p.shifts[i]; s.start < until && s.end > from && wanted(s) {
			found = append(found, i)
		}
	}
	// The least booked first, then by person and id.
	slices.SortFunc(found, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.shifts[a].load, p.shifts[b].load), cmp.Compare(a, b))
	})
	return found
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
	return p.skilled(skill, language)
}

// skilled is able for the clients that the person serves.
func (p *Person) skilled(skill, language string) int64 {
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
