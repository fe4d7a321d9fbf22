package coverage

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"kept/internal/calendar"
)

// Every is how often a layer hands over.
type Every string

const (
	Hourly  Every = "hour"
	Daily   Every = "day"
	Weekly  Every = "week"
	Monthly Every = "month"
)

// Layer is people who take turns, one after the other, for ever round.
//
// Handovers are times of the wall clock: turn n begins Count×n hours, days, weeks or months of
// that clock after Start at At, so that a handover at 09:00 stays at 09:00 when the clocks
// change. A time that the clock jumps over is the instant of the jump, one that comes twice is
// the first. A turn that lies wholly within the jump is empty, and its person's turn is over
// with it; the turns in which the clocks change are an hour shorter or longer. A month that has
// not the day of Start hands over on its last day, and the next month on the day of Start again.
type Layer struct {
	ID     int64   // within its rota
	People []int64 // in the order of their turns; somebody may stand there twice
	Every  Every
	Count  int           // 0 means 1
	Zone   string        // an IANA name
	At     int           // minutes from 00:00
	Start  calendar.Date // the day on which the first turn begins
	End    calendar.Date // the day on which, at At, the last turn ends; zero is never
	Hours  calendar.Spec // when the layer has somebody; zero (no zone) is always
}

// Override changes who is on a rota in a span. With Out and In, In stands in for Out; with Out
// alone, Out is taken off and nobody comes in; with In alone, In comes in beside the others.
type Override struct {
	ID         int64
	Start, End time.Time
	Out, In    int64 // 0 is nobody
}

// Rota is a rule that makes shifts. Where two layers have somebody, the later one has the turn.
// Then come the swaps that are in force, then the overrides, in their order, each on what those
// before it made of the turns.
type Rota struct {
	ID        int64
	Name      string
	Layers    []Layer
	Swaps     []Swap
	Overrides []Override

	// What its shifts are like.
	OnCall  bool
	Seats   int
	Clients []int64
}

// Expand lists the shifts that touch [from, until), whole, by start and id. A shift is one
// stretch of one turn with one person; its id depends on the rota, the layer and its start
// only, so that the same shift has the same id whoever works it and whatever span is asked for,
// and expanding two spans that meet gives the shifts of both together. Ids lie in [2^52, 2^53):
// ids that grow with time reach that in 2059, and JavaScript can hold them. At most 366 days are
// expanded.
//
// Who is away still has their turn: put the absence on the Roster, and the turn covers nothing.
func (r Rota) Expand(from, until time.Time) []Shift {
	layers, _ := r.compile()
	var shifts []Shift
	for _, p := range r.pieces(layers, within366(from, until)) {
		shifts = append(shifts, Shift{ID: shiftID(r.ID, p.source, p.start), Person: p.person, Start: instant(p.start), End: instant(p.end),
			Clients: r.Clients, OnCall: r.OnCall, Seats: r.Seats, Rota: r.ID})
	}
	slices.SortFunc(shifts, func(a, b Shift) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	return shifts
}

// Hole is a stretch in which a rota should have somebody and has nobody: Away is who has the
// turn and is away, 0 when nobody has it.
type Hole struct {
	Span
	Away int64
}

// Holes lists where nobody of the rota is there within [from, until), in order. Time outside the
// hours of every layer is no hole, unless one of the layers does not work, or there is none: then
// nobody knows when somebody is meant to be there, and all time is meant. Check says why.
func (r Rota) Holes(from, until time.Time, absences []Absence) []Hole {
	span := within366(from, until)
	layers, _ := r.compile()
	var meant, there []stretch
	for i := range layers {
		meant = append(meant, layers[i].open(span)...)
	}
	if len(layers) == 0 || len(layers) < len(r.Layers) {
		meant = []stretch{span}
	}
	type absent struct {
		stretch
		who int64
	}
	var away []absent
	for _, p := range r.pieces(layers, span) {
		mine := []stretch{p.stretch}
		for _, a := range absences {
			s := stretch{max(a.Start.UnixMicro(), p.start, span.start), min(a.End.UnixMicro(), p.end, span.end)}
			if a.Person == p.person && s.start < s.end {
				away = append(away, absent{s, p.person})
				mine = without(mine, []stretch{s})
			}
		}
		there = append(there, mine...)
	}
	var holes []Hole
	add := func(s stretch, who int64) {
		holes = append(holes, Hole{Span{instant(s.start), instant(s.end)}, who})
	}
	there = join(there)
	var told []stretch
	for _, a := range away {
		// Somebody else may be there as well, or away as well: one hole at a time.
		for _, s := range without([]stretch{a.stretch}, join(append(slices.Clone(there), told...))) {
			add(s, a.who)
			told = append(told, s)
		}
	}
	for _, s := range without(join(meant), join(append(there, told...))) {
		add(s, 0)
	}
	slices.SortFunc(holes, func(a, b Hole) int { return a.Start.Compare(b.Start) })
	return holes
}

// within366 is a span in microseconds, cut to 366 days.
func within366(from, until time.Time) stretch {
	return stretch{from.UnixMicro(), min(until.UnixMicro(), from.UnixMicro()+366*dayMicros)}
}

// shiftID spreads its arguments over 52 bits; of a hundred thousand shifts, two share an id once
// in a million desks.
func shiftID(rota, source, start int64) int64 {
	x := uint64(0)
	for _, v := range [3]int64{rota, source, start} {
		x += uint64(v) + 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return int64(x>>12 | 1<<52)
}

// piece is a stretch of a turn, or of an override that adds somebody (then source is below 0).
type piece struct {
	stretch
	person, source int64
}

// pieces makes the shifts that touch a span.
func (r Rota) pieces(layers []layer, span stretch) []piece {
	var all []piece
	for i := range layers {
		l := &layers[i]
		for n := l.turn(span.start); len(l.People) > 0; n++ {
			t := stretch{l.handover(n), l.handover(n + 1)}
			if t.start >= min(span.end, l.end) {
				break
			}
			mine := l.open(t)
			for j := range layers[i+1:] {
				if later := &layers[i+1+j]; len(later.People) > 0 {
					mine = without(mine, later.open(t))
				}
			}
			for _, s := range mine {
				all = append(all, piece{s, l.People[n%len(l.People)], l.ID})
			}
		}
	}
	for _, s := range r.Swaps {
		if s.State == InForce {
			all = exchange(all, s.replaces())
		}
	}
	for _, o := range r.Overrides {
		switch s := (stretch{o.Start.UnixMicro(), o.End.UnixMicro()}); {
		case s.start >= s.end:
		case o.Out != 0:
			all = exchange(all, []replace{{s, o.Out, o.In}})
		case o.In != 0:
			all = append(all, piece{s, o.In, -1 - o.ID})
		}
	}
	return slices.DeleteFunc(all, func(p piece) bool { return p.start >= span.end || p.end <= span.start })
}

// replace puts somebody, or with 0 nobody, in the place of somebody else.
type replace struct {
	stretch
	out, in int64
}

// exchange applies all replacements at once: none works on what another one made.
func exchange(all []piece, by []replace) []piece {
	var done []piece
	for _, p := range all {
		rest := []stretch{p.stretch}
		for _, x := range by {
			if x.out != p.person || x.start >= x.end {
				continue
			}
			var left []stretch
			for _, s := range rest {
				if taken := (stretch{max(s.start, x.start), min(s.end, x.end)}); taken.start < taken.end && x.in != 0 {
					done = append(done, piece{taken, x.in, p.source})
				}
				left = append(left, without([]stretch{s}, []stretch{x.stretch})...)
			}
			rest = left
		}
		for _, s := range rest {
			done = append(done, piece{s, p.person, p.source})
		}
	}
	return done
}

// without gives what is left of some stretches, in order, where those of cut are not; cut is
// sorted and joined.
func without(list, cut []stretch) []stretch {
	var left []stretch
	for _, s := range list {
		for _, c := range cut {
			if c.end <= s.start || c.start >= s.end {
				continue
			}
			if c.start > s.start {
				left = append(left, stretch{s.start, c.start})
			}
			s.start = c.end
			if s.start >= s.end {
				break
			}
		}
		if s.start < s.end {
			left = append(left, s)
		}
	}
	return left
}

// layer is a Layer that can be expanded.
type layer struct {
	Layer
	loc        *time.Location
	hours      *calendar.Calendar // nil is always
	start, end int64
}

// handover is the instant at which a turn begins.
func (l *layer) handover(turn int) int64 {
	n, d, at := turn*max(l.Count, 1), l.Start, l.At
	switch l.Every {
	case Hourly:
		at += 60 * n
	case Daily:
		d.Day += n
	case Weekly:
		d.Day += 7 * n
	case Monthly:
		first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		d = calendar.Date{Year: first.Year(), Month: first.Month(), Day: min(d.Day, first.AddDate(0, 1, -1).Day())}
	}
	return calendar.Wall(l.loc, d, at).UnixMicro()
}

// turn finds the turn that an instant lies in; the first one for what comes before it.
func (l *layer) turn(at int64) int {
	if at <= l.start {
		return 0
	}
	// Turns are hours of the wall clock or longer; no zone ever skipped more than a day of it.
	most := int((at-l.start)/hourMicros) + 48
	return sort.Search(most, func(n int) bool { return l.handover(n+1) > at })
}

// open lists where within s the layer has its hours.
func (l *layer) open(s stretch) []stretch {
	s = stretch{max(s.start, l.start), min(s.end, l.end)}
	if s.start >= s.end {
		return nil
	}
	if l.hours == nil {
		return []stretch{s}
	}
	var list []stretch
	for _, o := range l.hours.Spans(instant(s.start), instant(s.end)) {
		list = append(list, stretch{o.Start.UnixMicro(), o.End.UnixMicro()})
	}
	return list
}
