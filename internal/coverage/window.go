package coverage

import (
	"slices"
	"sort"
	"time"

	"kept/internal/calendar"
)

// Query asks for windows.
type Query struct {
	Client          int64
	Skill, Language string         // "" is any
	From            time.Time      // now: no window starts before it
	Until           time.Time      // no window ends after it; zero means 28 days on, 366 are the most
	Length          time.Duration  // 0 means 30 minutes; less than a minute gives none
	Zone            *time.Location // whose wall clock the windows line up with; nil is UTC
	Lead            bool           // only supervisors
	Unverified      bool           // may take at most half of the seats
	All             bool           // give the windows that nobody covers as well
}

// Window is one slot and who could keep a promise in it.
type Window struct {
	Start, End time.Time
	People     int    // how many people cover all of it
	Booked     int    // their seats that are taken
	Seats      int    // how many the asker may still choose from: the length of Free
	Free       []Seat // best first
	Covered    bool   // Seats > 0
}

// Windows lists the windows that can be promised, in order of time; with Query.All every
// slot. Slots line up with Length on the wall clock of the zone (calendar.Slots), whoever asks
// and whenever. A person covers a window who is on shift for the client all through it, not on
// a break, speaks the language and has the skill until its end.
//
// Free seats are in order of preference: everybody's first seat before anybody's second,
// then the least booked shift, then the person's id. Who has a seat in a window that overlaps it, in
// another zone, has it here.
//
// Unverified people can take half of the seats: bookings do not tell who took them, so a
// window is closed to them once half is taken by anybody. Of an odd number the seat in the
// middle is theirs in every second slot only; a desk with one analyst keeps every other
// window for people it knows.
func (p *Plan) Windows(q Query) []Window {
	q = q.filled()
	length := q.Length.Microseconds()
	starts := calendar.Slots(q.Zone, q.Length, q.From, q.Until.Add(1-q.Length))
	if len(starts) == 0 {
		return nil
	}
	s := search{plan: p, q: q, length: length, starts: make([]int64, len(starts)), windows: make([]Window, len(starts))}
	for i, t := range starts {
		s.starts[i] = t.UnixMicro()
		s.windows[i] = Window{Start: t, End: t.Add(q.Length)}
	}
	s.seats()
	out := s.windows[:0]
	for i, w := range s.windows {
		if q.Unverified {
			total := w.Booked + len(w.Free)
			half := total / 2
			if total%2 == 1 && (s.starts[i]/length)%2 == 0 {
				half++
			}
			w.Free = w.Free[:min(len(w.Free), max(0, half-w.Booked))]
		}
		w.Seats = len(w.Free)
		w.Covered = w.Seats > 0
		if w.Covered || q.All {
			out = append(out, w)
		}
	}
	return out
}

// Next gives the first window that can be promised.
func (p *Plan) Next(q Query) (Window, bool) {
	q = q.filled()
	q.All = false
	end := q.Until
	for reach := 24*time.Hour + q.Length; q.From.Before(end); reach *= 2 {
		if q.Until = q.From.Add(reach); q.Until.After(end) {
			q.Until = end
		}
		if found := p.Windows(q); len(found) > 0 {
			return found[0], true
		}
		if !q.Until.Before(end) {
			break
		}
		// The slot that would have ended after this stretch belongs to the next one.
		q.From = q.Until.Add(-q.Length)
	}
	return Window{}, false
}

func (q Query) filled() Query {
	const day = 24 * time.Hour
	if q.Length == 0 {
		q.Length = 30 * time.Minute
	}
	if q.Until.IsZero() {
		q.Until = q.From.Add(28 * day)
	}
	if most := q.From.Add(366 * day); q.Until.After(most) {
		q.Until = most
	}
	return q
}

// search fills the windows of one query.
type search struct {
	plan    *Plan
	q       Query
	length  int64
	starts  []int64
	windows []Window
	until   []int64 // per person: until when they are able
}

// place is a shift in a slot.
type place struct{ shift, slot, left int32 }

func (s *search) seats() {
	p, q := s.plan, &s.q
	s.until = make([]int64, len(p.people))
	for i := range p.people {
		if person := &p.people[i]; person.Lead || !q.Lead {
			s.until[i] = person.able(q.Client, q.Skill, q.Language)
		}
	}
	first, last := s.starts[0], s.starts[len(s.starts)-1]+s.length
	found := p.within(first, last, s.may)
	most := int64(0)
	for _, i := range found {
		most += (min(p.shifts[i].end, last)-max(p.shifts[i].start, first))/s.length + 1
	}
	places := make([]place, 0, most)
	count := make([]int, len(s.starts))
	total, deepest := 0, 0
	for _, i := range found {
		c := p.shifts[i]
		end := min(c.end, s.until[c.who])
		for slot, _ := slices.BinarySearch(s.starts, c.start); slot < len(s.starts) && s.starts[slot]+s.length <= end; slot++ {
			at := s.starts[slot]
			if !c.covers(at, at+s.length) || p.shadowed(c, at, at+s.length, s.may) {
				continue
			}
			booked, left := p.room(c, at, at+s.length)
			s.windows[slot].People++
			s.windows[slot].Booked += booked
			if left > 0 {
				places = append(places, place{int32(i), int32(slot), int32(left)})
				count[slot] += left
				total += left
				deepest = max(deepest, c.seats)
			}
		}
	}
	all := make([]Seat, total)
	for slot, n := range count {
		s.windows[slot].Free, all = all[:0:n], all[n:]
	}
	for seat := 0; seat < deepest; seat++ {
		for _, pl := range places {
			c, w := p.shifts[pl.shift], &s.windows[pl.slot]
			if at := s.starts[pl.slot]; seat < c.seats && offers(p.seated(c.who, at, at+s.length), seat, int(pl.left)) {
				w.Free = append(w.Free, Seat{c.Person, w.Start, seat})
			}
		}
	}
}

// may tells whether a shift can answer the query at some time.
func (s *search) may(c *shift) bool {
	return !c.OnCall && s.until[c.who] > 0 && serves(c.Clients, s.q.Client)
}

// shadowed tells whether an earlier shift of the same person already gives the seats.
func (p *Plan) shadowed(c *shift, start, end int64, may func(*shift) bool) bool {
	for _, j := range c.others {
		o := p.shifts[j]
		if (o.start < c.start || o.start == c.start && o.ID < c.ID) && may(o) && o.covers(start, end) {
			return true
		}
	}
	return false
}

// room counts the seats of a person that are taken in a slot, and those that are left on a shift within the
// capacity of the hour in which the slot starts.
func (p *Plan) room(c *shift, start, end int64) (booked, left int) {
	booked = min(len(p.seated(c.who, start, end)), c.seats)
	left = c.seats - booked
	if most := p.people[c.who].Capacity.Promises; most > 0 {
		left = max(0, min(left, most-p.busy[busyHour{c.who, floor(start, hourMicros)}]))
	}
	return booked, left
}

// seated lists the seats of a person that are taken at some time of [start, end).
func (p *Plan) seated(who int, start, end int64) []taken {
	all := p.taken[who]
	i := sort.Search(len(all), func(i int) bool { return all[i].slot > start-seatMicros })
	j := i
	for j < len(all) && all[j].slot < end {
		j++
	}
	return all[i:j]
}

// offers tells whether a seat is free and among the first that are left to give.
func offers(booked []taken, seat, left int) bool {
	before := seat
	for i, t := range booked {
		if t.seat == seat {
			return false
		}
		if t.seat < seat && t.seat >= 0 && !slices.ContainsFunc(booked[:i], func(o taken) bool { return o.seat == t.seat }) {
			before--
		}
	}
	return before < left
}
