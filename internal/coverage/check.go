package coverage

import (
	"fmt"
	"slices"
	"time"

	"kept/internal/calendar"
)

// compile gives the layers that can be expanded, and a sentence for what stops or empties the
// others. A layer without people stays: it is a hole, and gives way to those below it.
func (r Rota) compile() (usable []layer, problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if len(r.Layers) == 0 {
		say("%s has no layer, so nobody is on it: add people and a time at which they hand over.", r.title())
	}
	for i, in := range r.Layers {
		name := fmt.Sprintf("%s, layer %d", r.title(), i+1)
		l := layer{Layer: in, end: forever}
		always := [7][]calendar.Interval{}
		for d := range always {
			always[d] = []calendar.Interval{{From: 0, To: 24 * 60}}
		}
		wall, err := calendar.New(calendar.Spec{Zone: in.Zone, Week: always})
		if err == nil && in.Hours.Zone != "" {
			l.hours, err = calendar.New(in.Hours)
		}
		switch {
		case err != nil:
			say("%s has nobody: %s.", name, err)
		case !slices.Contains([]Every{Hourly, Daily, Weekly, Monthly}, in.Every):
			say("%s has nobody: it hands over every hour, day, week or month, not every %q.", name, in.Every)
		case in.Count < 0 || in.Count > 1000:
			say("%s has nobody: it hands over every 1 to 1000 %ss, not every %d.", name, in.Every, in.Count)
		case in.At < 0 || in.At >= 24*60:
			say("%s has nobody: it hands over at a time from 00:00 to 23:59.", name)
		case !isDate(in.Start) || in.End != (calendar.Date{}) && !isDate(in.End):
			say("%s has nobody: give it a day to start on that exists, and a day to end on or none.", name)
		default:
			l.loc = wall.Zone()
			l.start = calendar.Wall(l.loc, in.Start, in.At).UnixMicro()
			if in.End != (calendar.Date{}) {
				l.end = calendar.Wall(l.loc, in.End, in.At).UnixMicro()
			}
			if l.end <= l.start {
				say("%s has nobody: it ends on %s, before it starts on %s. Choose a later end, or none.", name, in.End, in.Start)
				continue
			}
			if len(in.People) == 0 {
				say("%s has no people: add somebody. Until then it is a gap.", name)
			}
			usable = append(usable, l)
		}
	}
	return usable, problems
}

func (r Rota) title() string {
	if r.Name == "" {
		return fmt.Sprintf("Rota %d", r.ID)
	}
	return r.Name
}

func isDate(d calendar.Date) bool {
	y, m, day := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Date()
	return d == calendar.Date{Year: y, Month: m, Day: day} && y >= 1900 && y <= 9999
}

// Check says in sentences what is wrong with a rota or will surprise within [from, until): layers
// that cannot work, overrides without an end, handovers at a time that does not exist or comes
// twice that day. None means that all is well. What is wrong never stops the rest: it is a hole.
func (r Rota) Check(from, until time.Time) []string {
	layers, say := r.compile()
	for _, o := range r.Overrides {
		switch {
		case !o.Start.Before(o.End):
			say = append(say, fmt.Sprintf("An override of %s ends before it starts, so it changes nothing: choose a later end.", r.title()))
		case o.End.Sub(o.Start) > 366*24*time.Hour:
			say = append(say, fmt.Sprintf("An override of %s lasts more than a year: give it an end, or change the layer.", r.title()))
		case o.Out == 0 && o.In == 0 || o.Out == o.In:
			say = append(say, fmt.Sprintf("An override of %s changes nobody: choose who goes off, who comes on, or both.", r.title()))
		}
	}
	span := within366(from, until)
	for i := range layers {
		l := &layers[i]
		for n := l.turn(span.start); ; n++ {
			at := l.handover(n)
			if at >= min(span.end, l.end) {
				break
			}
			t := instant(at).In(l.loc)
			meant := ((l.At+hours(l.Every, l.Count, n))%1440 + 1440) % 1440
			if got := t.Hour()*60 + t.Minute(); got != meant {
				say = append(say, fmt.Sprintf("On %s there is no %s in %s: %s hands over at %s.",
					t.Format("Mon, Jan 2"), clock(meant), l.Zone, r.title(), clock(got)))
			} else if again(t) {
				say = append(say, fmt.Sprintf("On %s it is %s twice in %s: %s hands over the first time.",
					t.Format("Mon, Jan 2"), clock(meant), l.Zone, r.title()))
			}
		}
	}
	return say
}

// hours are the minutes by which a handover moves on with its turn.
func hours(e Every, count, turn int) int {
	if e != Hourly {
		return 0
	}
	return 60 * max(count, 1) * turn
}

// Check says in sentences what is wrong with a roster: shifts that end before they start, last
// longer than a day, overlap, or belong to nobody. They cover what they can.
func (r Roster) Check(zone *time.Location) (say []string) {
	if zone == nil {
		zone = time.UTC
	}
	if len(r.People) == 0 {
		say = append(say, "Nobody is on the roster: add people, then their shifts.")
	}
	name := make(map[int64]string, len(r.People))
	for _, p := range r.People {
		name[p.ID] = p.Name
	}
	for _, s := range r.Shifts {
		who, known := name[s.Person]
		switch {
		case !known:
			say = append(say, fmt.Sprintf("A shift on %s belongs to nobody on the roster: give it to somebody.", Phrase(zone, Span{s.Start, s.End}, s.Start)))
		case !s.Start.Before(s.End):
			say = append(say, fmt.Sprintf("A shift of %s on %s ends before it starts: choose a later end.", who, stamp(s.Start.In(zone))))
		case s.End.Sub(s.Start) > 24*time.Hour && !s.OnCall:
			say = append(say, fmt.Sprintf("A shift of %s from %s lasts longer than a day: give it an earlier end.", who, stamp(s.Start.In(zone))))
		}
	}
	p := Compile(r)
	for _, list := range p.of {
		for _, i := range list {
			for _, j := range p.shifts[i].others {
				a, b := p.shifts[i], p.shifts[j]
				if a.start > b.start || a.start == b.start && a.ID >= b.ID {
					continue
				}
				both := Span{instant(b.start), instant(min(a.end, b.end))}
				say = append(say, fmt.Sprintf("%s has two shifts at once, %s: shorten one. They count once.", p.people[a.who].Name, Phrase(zone, both, both.Start)))
			}
		}
	}
	return say
}
