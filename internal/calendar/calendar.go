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
	"errors"
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

// Calendar is a compiled Spec. It does not change and may be shared.
type Calendar struct {
	spec Spec
	zone *time.Location
}

// New compiles a Spec, or says in a sentence why it cannot.
func New(s Spec) (*Calendar, error) {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, err
	}
	return &Calendar{spec: s, zone: loc}, nil
}

// Always is the calendar that never closes. A zone that does not exist counts as UTC,
// which changes nothing but Zone.
func Always(zone string) *Calendar { return &Calendar{zone: time.UTC} }

// Parse reads the text form that Spec.String writes.
func Parse(text string) (Spec, error) { return Spec{}, errors.New("calendar: not yet") }

// String writes the compact text form, which Parse reads back.
func (s Spec) String() string { return s.Zone }

// Spec gives what the calendar was made of, overlaps merged.
func (c *Calendar) Spec() Spec { return c.spec }

// Zone is the zone whose wall clock the hours are in.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Open tells whether t lies in open hours.
func (c *Calendar) Open(t time.Time) bool { return true }

// Add gives the earliest instant at which d of open time has passed since t. A
// negative d goes backwards, to the latest instant from which -d of open time lead to
// t. Zero gives t itself.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time { return t.Add(d) }

// Between is the open time from a to b, negative when b is before a.
func (c *Calendar) Between(a, b time.Time) time.Duration { return b.Sub(a) }

// NextOpen gives the first open instant at or after t.
func (c *Calendar) NextOpen(t time.Time) (time.Time, bool) { return t, true }

// NextClose gives the first closed instant at or after t, or false when there is none.
func (c *Calendar) NextClose(t time.Time) (time.Time, bool) { return time.Time{}, false }

// Spans lists the open stretches within [from, to), in order.
func (c *Calendar) Spans(from, to time.Time) []Span { return []Span{{from, to}} }

// Slots lists the starts of the slots of a length within [from, until): aligned to
// length on the wall clock of the zone, which stays so over a change of the clocks.
func Slots(zone *time.Location, length time.Duration, from, until time.Time) []time.Time { return nil }
