// Package sla holds what the desk and a client have agreed, and counts it: how long a
// ticket may wait for a first word, for news, for its end.
//
// An Agreement is one version of the terms. It has Targets in order; for each Metric the
// first one whose conditions a ticket meets is the line that counts. Compile makes a Book of
// all versions of one client.
//
// A Clock is never stored and never ticks. Folder.Fold reads the events of a ticket and says
// how each of its clocks stands at an instant: running, paused, met, breached, and the
// Deadline, the instant at which it breaches if nothing more happens. Who records an event
// late, or in another order, gets the same clocks. Folder.Explain is the same walk, and keeps
// every stretch: what counted, what did not, and why.
//
// The package knows no database, no clock of the machine, no desk; the desk's events are
// mapped to Event before they come here. Start reading at Agreement, then Event, then Fold.
package sla

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"kept/internal/calendar"
)

// Agreement is one version of what a client and the desk agreed. It does not change once both
// have approved it; a change is the next version.
type Agreement struct {
	Client  int64
	Version int
	// From and Until say which tickets the version governs: those opened in [From, Until). A
	// zero Until means until the next version begins. A ticket keeps the version that it was
	// opened under to its end, however the terms change, with two exceptions: OpenTickets of a
	// later version, and an Until after which no version follows: then its clocks end.
	From, Until time.Time
	// OpenTickets makes the version govern, from From on, the tickets that are open then. Their
	// running clocks are counted anew from the opening; what ended before keeps its result, a
	// pause that the old terms allowed stays one, and no breach lies before From.
	OpenTickets bool
	// Grace is how much time of its calendar a clock has at least when a ticket comes back, so
	// that nobody is late before he knew.
	Grace     time.Duration
	Matrix    Matrix
	Calendars []Calendar
	Targets   []Target
	// The desk and the client approve. Without both the version is a draft.
	Desk, ClientSide Approval
}

// Calendar is business time under a name that targets use. Hours is a text that
// calendar.Parse reads.
type Calendar struct{ Name, Hours string }

// Approval says who approved a version, and when. The zero value: nobody yet.
type Approval struct {
	By string
	At time.Time
}

// Level is how wide (impact) or how soon (urgency) something hurts.
type Level uint8

const (
	High Level = iota
	Medium
	Low
)

// Matrix gives the priority for impact and urgency, in this order.
type Matrix [3][3]string

// Priorities from P1 (care has stopped) to P4.
var Priorities = []string{"P1", "P2", "P3", "P4"}

// defaultMatrix is the usual one of three by three.
func defaultMatrix() Matrix {
	return Matrix{{"P1", "P2", "P3"}, {"P2", "P3", "P4"}, {"P3", "P4", "P4"}}
}

// Priority gives the priority of a ticket. A stop of clinical or patient flow is P1, whatever the
// number of people it touches.
func (a *Agreement) Priority(impact, urgency Level, flowStopped bool) string {
	if flowStopped {
		return Priorities[0]
	}
	return a.Matrix[impact][urgency]
}

// inForceFrom is the first instant at which the version governs what is opened: its date, or
// the later of the two approvals. False: it is a draft.
func (a *Agreement) inForceFrom() (time.Time, bool) {
	if a.Desk.By == "" || a.ClientSide.By == "" || a.Desk.At.IsZero() || a.ClientSide.At.IsZero() {
		return time.Time{}, false
	}
	return latest(a.From, a.Desk.At, a.ClientSide.At), true
}

func latest(first time.Time, more ...time.Time) time.Time {
	for _, t := range more {
		if t.After(first) {
			first = t
		}
	}
	return first
}

// DefaultIn is the agreement that a new client in a zone starts from: answers, news and repair by priority, day
// and night for P1 and P2, in office hours for the others; patients hear a person within 15
// minutes at any hour and get news at least every two business days. It is a draft of no client.
func DefaultIn(zone string) Agreement {
	const night, office = "always", "office"
	const day = 9 * time.Hour // a business day of the office
	person := func(most time.Duration) []Pause {
		return []Pause{{Reason: WaitingForPerson, Max: most, Nudge: day}}
	}
	a := Agreement{
		Version: 1,
		Grace:   30 * time.Minute,
		Matrix:  defaultMatrix(),
		Calendars: []Calendar{
			{night, zone + "; always"},
			{office, zone + "; mon-fri 08:00-17:00; us-federal closed"},
		},
	}
	add := func(m Metric, when Conditions, allowed time.Duration, cal string, goal float64, pauses ...Pause) {
		a.Targets = append(a.Targets, Target{Metric: m, When: when, Allowed: allowed, Calendar: cal, Goal: goal, Pauses: pauses})
	}
	is := func(p ...string) Conditions { return Conditions{Priorities: p} }
	patient := Conditions{Audiences: []string{"patient"}}
	add(AnswerSpeed, Conditions{}, 30*time.Second, night, 80)
	add(Abandonment, Conditions{}, 10*time.Second, night, 93)
	add(FirstResponse, patient, 15*time.Minute, night, 95)
	add(FirstResponse, is("P1"), 15*time.Minute, night, 95)
	add(FirstResponse, is("P2"), 30*time.Minute, night, 95)
	add(FirstResponse, is("P3"), 4*time.Hour, office, 95)
	add(FirstResponse, is("P4"), day, office, 95)
	add(NextResponse, is("P1"), 15*time.Minute, night, 90)
	add(NextResponse, is("P2"), 30*time.Minute, night, 90)
	add(NextResponse, is("P3"), 4*time.Hour, office, 90)
	add(NextResponse, is("P4"), day, office, 90)
	add(Update, is("P1"), 30*time.Minute, night, 90)
	add(Update, is("P2"), 2*time.Hour, night, 90)
	add(Update, is("P3"), day, office, 90)
	add(Update, patient, 2*day, office, 90)
	add(Update, is("P4"), 3*day, office, 90)
	add(CallbackKept, Conditions{}, 0, night, 98)
	add(Resolution, is("P1"), 4*time.Hour, night, 90)
	add(Resolution, is("P2"), 8*time.Hour, night, 80, person(24*time.Hour)...)
	add(Resolution, is("P3"), 3*day, office, 80, person(5*day)...)
	add(Resolution, is("P4"), 5*day, office, 80, person(10*day)...)
	add(ConfirmedFixed, Conditions{}, 5*day, office, 90)
	add(LoopClosed, Conditions{}, 10*day, office, 95, person(10*day)...)
	return a
}

// line is a Target ready to count with.
type line struct {
	*Target
	of    *terms
	index int
	cal   *calendar.Calendar
}

// terms are one version ready to count with.
type terms struct {
	Agreement
	from, until time.Time
	lines       [metricCount][]line
}

// Book holds the versions of one client's agreement that both sides approved, ready to count with. It
// does not change and may be shared.
type Book struct {
	terms []*terms // by from
	has   [metricCount]bool
}

// Freeze gives the version with the holidays that its calendars name written out as dates, from the first year of which
// they are known to nine years after its date: OpenTickets counts anew what was opened years before. That is what both
// sides approve: a list of holidays may be corrected later, a version not.
func (a Agreement) Freeze() (Agreement, error) {
	a.Calendars = slices.Clone(a.Calendars)
	for i, c := range a.Calendars {
		hours, err := calendar.Expand(c.Hours, calendar.FirstHolidays, a.From.Year()+9)
		if err != nil {
			return a, Problem{fmt.Sprintf("calendars[%d].hours", i), err.Error()}
		}
		a.Calendars[i].Hours = hours
	}
	return a, nil
}

// Compile makes a Book of versions of one client. Versions that are not approved by both sides are left
// out. It refuses what Validate refuses, versions that overlap, and those that were not frozen.
func Compile(versions ...Agreement) (*Book, error) {
	live := slices.DeleteFunc(slices.Clone(versions), func(a Agreement) bool {
		_, approved := a.inForceFrom()
		return !approved
	})
	if problems := overlaps(live...); len(problems) > 0 {
		return nil, problems[0]
	}
	b := new(Book)
	for _, a := range live {
		from, _ := a.inForceFrom()
		for i, c := range a.Calendars {
			if _, err := calendar.Parse(c.Hours); err != nil {
				return nil, Problem{fmt.Sprintf("calendars[%d].hours", i), err.Error()}
			}
		}
		if err := b.add(a, from, a.Until); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(b.terms, func(x, y *terms) int { return x.from.Compare(y.from) })
	return b, nil
}

// Draft makes a Book in which a governs all tickets, whatever its dates and approvals say: what if
// these terms had been in force.
func Draft(a Agreement) (*Book, error) {
	b := new(Book)
	return b, b.add(a, time.Time{}, time.Time{})
}

func (b *Book) add(a Agreement, from, until time.Time) error {
	if problems := a.Validate(); len(problems) > 0 {
		errs := make([]error, len(problems))
		for i, p := range problems {
			errs[i] = p
		}
		return fmt.Errorf("version %d: %w", a.Version, errors.Join(errs...))
	}
	a.Targets = slices.Clone(a.Targets)
	t := &terms{Agreement: a, from: from, until: until}
	calendars := make(map[string]*calendar.Calendar, len(a.Calendars))
	for _, c := range a.Calendars {
		cal, err := c.compile()
		if err != nil {
			return err
		}
		calendars[c.Name] = cal
	}
	for i := range t.Targets {
		target := &t.Targets[i]
		t.lines[target.Metric] = append(t.lines[target.Metric], line{target, t, i, calendars[target.Calendar]})
		b.has[target.Metric] = true
	}
	b.terms = append(b.terms, t)
	return nil
}

func (c Calendar) compile() (*calendar.Calendar, error) {
	hours, err := calendar.Expand(c.Hours, calendar.FirstHolidays, calendar.LastHolidays)
	if err != nil {
		return nil, err
	}
	spec, err := calendar.Parse(hours)
	if err != nil {
		return nil, err
	}
	return calendar.New(spec)
}

// Priority gives the priority of what was opened at an instant, by the matrix of the version that governs it now; by
// the usual matrix where none does.
func (b *Book) Priority(opened, now time.Time, impact, urgency Level, flowStopped bool) string {
	if v := b.governing(opened, now); v != nil {
		return v.Agreement.Priority(impact, urgency, flowStopped)
	}
	usual := Agreement{Matrix: defaultMatrix()}
	return usual.Priority(impact, urgency, flowStopped)
}

// Due is the deadline of the clock that a metric has for what is opened at an instant with these facts, if nothing
// happens meanwhile, and the version that says so. False: no version governs it, or no line fits.
func (b *Book) Due(m Metric, opened time.Time, f *Facts) (deadline time.Time, version int, ok bool) {
	v := b.at(opened)
	l := v.match(m, f)
	if l == nil {
		return time.Time{}, 0, false
	}
	return l.cal.Add(opened, l.Allowed), v.Version, true
}

// NextChange is when, after now, the version in force changes next in a way that touches tickets which are
// open already; zero when nothing is known.
func (b *Book) NextChange(now time.Time) (next time.Time) {
	for _, v := range b.terms {
		from := v.from
		if !v.OpenTickets {
			from = time.Time{}
		}
		for _, t := range [2]time.Time{from, v.until} {
			if t.After(now) && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	return next
}

// at gives the version that governs what is opened at t, or nil.
func (b *Book) at(t time.Time) *terms {
	for _, v := range slices.Backward(b.terms) {
		if !v.from.After(t) {
			if !v.until.IsZero() && !t.Before(v.until) {
				return nil
			}
			return v
		}
	}
	return nil
}

// governing gives the version that governs now what was opened at an instant, or nil.
func (b *Book) governing(opened, now time.Time) *terms {
	var room [4]Event
	changes := b.changes(room[:0], opened, now)
	if len(changes) == 0 {
		return b.at(opened)
	}
	if last := slices.MaxFunc(changes, inOrder); last.Key >= 0 {
		return b.terms[last.Key]
	}
	return nil
}

// changes appends to events the instants, after opened and up to now, at which the version that governs a
// ticket changes.
func (b *Book) changes(events []Event, opened, now time.Time) []Event {
	mine := b.at(opened)
	end := func() {
		if mine == nil || mine.until.IsZero() || mine.until.After(now) || b.at(mine.until) != nil {
			return
		}
		events = append(events, Event{At: mine.until, Seq: math.MinInt, Type: termsChanged, Key: -1})
		mine = nil
	}
	for i, v := range b.terms {
		if !v.OpenTickets || !v.from.After(opened) || v.from.After(now) {
			continue
		}
		if mine != nil && !mine.until.IsZero() && mine.until.Before(v.from) {
			end()
		}
		events = append(events, Event{At: v.from, Seq: math.MinInt, Type: termsChanged, Key: int64(i)})
		mine = v
	}
	end()
	return events
}

// match gives the first line for a metric whose conditions the facts meet, or nil.
func (t *terms) match(m Metric, f *Facts) *line {
	if t == nil {
		return nil
	}
	for i := range t.lines[m] {
		if l := &t.lines[m][i]; l.When.mismatch(f) == "" {
			return l
		}
	}
	return nil
}
