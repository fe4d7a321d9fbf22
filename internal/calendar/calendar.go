// Package calendar counts business time: which instants are open hours, how much
// open time lies between two instants, and when an amount of it will have passed.
//
// It is exact over every zone: a wall minute that does not exist (the spring gap, a
// skipped day) counts for nothing, and one that exists twice counts twice. It never
// reads a clock, a file of its own or a database.
//
// Start reading at Spec, then Calendar.Add.
package calendar

import (
	"fmt"
	"math"
	"time"
)

// Interval is a stretch of opening hours in minutes of the local wall clock, counted
// from 00:00 of the day it starts on. From lies in [0, 1440); To in (From, 2880]:
// 1440 ends at midnight, more than 1440 runs on into the next day.
type Interval struct{ From, To int }

// Date is a day of the local calendar.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Spec says in plain values what a Calendar is made of.
type Spec struct {
	// Zone is an IANA name, such as "America/Chicago".
	Zone string
	// Week holds the intervals that start on each weekday, Sunday first.
	Week [7][]Interval
	// Exceptions replace the intervals that start on a date; none means closed. What
	// began the evening before still runs to its end.
	Exceptions map[Date][]Interval
}

// Span is a stretch of time from Start up to, and not including, End.
type Span struct{ Start, End time.Time }

// Calendar is a compiled Spec. It does not change and may be shared. All instants that it
// gives are in UTC.
type Calendar struct {
	spec   Spec
	zone   *zone
	hours  hours
	always bool
}

// New compiles a Spec, or says in a sentence why it cannot. Intervals that overlap or
// touch are merged. A week without any hours is refused, even with dated ones: time
// would stop for every promise that is counted in it.
func New(s Spec) (*Calendar, error) {
	z, err := loadZone(s.Zone)
	if err != nil {
		return nil, err
	}
	if s, err = s.normal(); err != nil {
		return nil, err
	}
	c := &Calendar{spec: s, zone: z, hours: compile(s)}
	if c.hours.prefix[7] == 0 {
		return nil, fmt.Errorf("this calendar has no hours: give at least one weekday an interval, such as mon-fri 08:00-17:00, or write always")
	}
	_, _, ever := c.hours.closed(0, 1)
	c.always = !ever && len(c.hours.odd) == 0
	return c, nil
}

// Always is the calendar that never closes. A zone that does not exist counts as UTC,
// which changes nothing but Zone.
func Always(zone string) *Calendar {
	s := Spec{Zone: zone, Week: wholeWeek()}
	if c, err := New(s); err == nil {
		return c
	}
	s.Zone = "UTC"
	return &Calendar{spec: s, zone: newZone(time.UTC), hours: compile(s), always: true}
}

func wholeWeek() (week [7][]Interval) {
	for d := range week {
		week[d] = []Interval{{0, dayMinutes}}
	}
	return week
}

// Spec gives what the calendar was made of, overlaps merged. It is not to be changed.
func (c *Calendar) Spec() Spec { return c.spec }

// Zone is the zone whose wall clock the hours are in.
func (c *Calendar) Zone() *time.Location { return c.zone.loc }

// Open tells whether t lies in open hours.
func (c *Calendar) Open(t time.Time) bool { return c.openSecond(t.Unix()) }

// Add gives the earliest instant at which d of open time has passed since t. A
// negative d goes backwards, to the latest instant from which -d of open time lead to
// t. Zero gives t itself.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	switch {
	case d == 0 || c.always:
		return t.Add(d).UTC()
	case d > 0:
		return c.forward(t, d)
	}
	return c.backward(t, d)
}

// forward counts from the whole second that t lies in: zones and hours change on whole
// seconds only, so each second is open or closed throughout.
func (c *Calendar) forward(t time.Time, d time.Duration) time.Time {
	sec := t.Unix()
	seconds, nanos := int64(d/time.Second), int64(d%time.Second)
	if c.openSecond(sec) {
		nanos += int64(t.Nanosecond())
	}
	seconds, nanos = seconds+nanos/1e9, nanos%1e9
	if nanos == 0 {
		return time.Unix(c.after(sec, seconds), 0).UTC()
	}
	return time.Unix(c.after(sec, seconds+1)-1, nanos).UTC()
}

// backward is the mirror image of forward.
func (c *Calendar) backward(t time.Time, d time.Duration) time.Time {
	sec := t.Unix()
	seconds, nanos := -int64(d/time.Second), -int64(d%time.Second)
	if t.Nanosecond() > 0 {
		if c.openSecond(sec) {
			nanos += 1e9 - int64(t.Nanosecond())
		}
		sec++
	}
	seconds, nanos = seconds+nanos/1e9, nanos%1e9
	if nanos == 0 {
		return time.Unix(c.before(sec, seconds), 0).UTC()
	}
	return time.Unix(c.before(sec, seconds+1), 1e9-nanos).UTC()
}

// after gives the earliest second at which n > 0 open seconds have passed since sec.
func (c *Calendar) after(sec, n int64) int64 {
	for {
		seg := c.zone.at(sec)
		start := c.hours.count(sec + seg.offset)
		there := c.hours.count(seg.end+seg.offset) - start
		if there >= n {
			return c.hours.reach(start+n) - seg.offset
		}
		n, sec = n-there, seg.end
	}
}

// before gives the latest second from which n > 0 open seconds lead to sec.
func (c *Calendar) before(sec, n int64) int64 {
	for {
		seg := c.zone.at(sec - 1)
		end := c.hours.count(sec + seg.offset)
		there := end - c.hours.count(seg.start+seg.offset)
		if there >= n {
			// One second before the next open second has passed.
			return c.hours.reach(end-n+1) - 1 - seg.offset
		}
		n, sec = n-there, seg.start
	}
}

// Between is the open time from a to b, negative when b is before a. What does not fit a
// Duration (292 years) is cut to the longest one.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if c.always {
		return b.Sub(a)
	}
	if b.Before(a) {
		return -c.Between(b, a)
	}
	from, to := a.Unix(), b.Unix()
	n := int64(0)
	for from < to {
		seg := c.zone.at(from)
		end := min(to, seg.end)
		n += c.hours.count(end+seg.offset) - c.hours.count(from+seg.offset)
		from = end
	}
	if n >= int64(math.MaxInt64/time.Second) {
		return math.MaxInt64
	}
	d := time.Duration(n) * time.Second
	if c.openSecond(a.Unix()) {
		d -= time.Duration(a.Nanosecond())
	}
	if c.openSecond(to) {
		d += time.Duration(b.Nanosecond())
	}
	return d
}

// NextOpen gives the first open instant at or after t: t itself in open hours. There
// always is one; the answer is in the form of NextClose.
func (c *Calendar) NextOpen(t time.Time) (time.Time, bool) {
	if c.Open(t) {
		return t.UTC(), true
	}
	return time.Unix(c.after(t.Unix(), 1)-1, 0).UTC(), true
}

// NextClose gives the first closed instant at or after t: t itself outside open hours,
// and false when the calendar never closes again.
func (c *Calendar) NextClose(t time.Time) (time.Time, bool) {
	if !c.Open(t) {
		return t.UTC(), true
	}
	for sec := t.Unix(); sec < latestSecond; {
		seg := c.zone.at(sec)
		wall, found, ever := c.hours.closed(sec+seg.offset, seg.end+seg.offset)
		if found {
			return time.Unix(wall-seg.offset, 0).UTC(), true
		}
		if !ever {
			break
		}
		sec = seg.end
	}
	return time.Time{}, false
}

// Spans lists the open stretches within [from, to), in order.
func (c *Calendar) Spans(from, to time.Time) []Span {
	var spans []Span
	for {
		start, _ := c.NextOpen(from)
		if !start.Before(to) {
			return spans
		}
		end, ok := c.NextClose(start)
		if !ok || end.After(to) {
			end = to.UTC()
		}
		spans = append(spans, Span{start, end})
		from = end
	}
}

func (c *Calendar) openSecond(sec int64) bool {
	return c.always || c.hours.open(sec+c.zone.at(sec).offset)
}
