package sla

import (
	"fmt"
	"strings"
	"time"

	"kept/internal/calendar"
)

// Treatment is how a stretch of time was treated.
type Treatment uint8

const (
	TimeCounted Treatment = iota
	TimeOutside           // outside the hours of the calendar
	TimePaused            // waited for Reason
	TimeAsked             // the person was asked whether it is fixed
	TimeClosed            // the ticket was closed, and came back later
)

func (t Treatment) String() string {
	return [...]string{"counted", "outside_hours", "paused", "asked", "closed"}[t]
}

// Line is one stretch of a clock's life.
type Line struct {
	From, To  time.Time
	Treatment Treatment
	// Time is how much of it lies in the hours of the calendar: what counted, or would have.
	Time time.Duration
	// Reason is the code of a pause. Note says why a stretch counts that looks as if it should not:
	// "not yet", "too long", "not told", "no reason to stop", "merged", "answered".
	Reason, Note string
}

// Warning is an instant at which a share of the time allowed is used up.
type Warning struct {
	Percent int
	At      time.Time
}

// Skipped is a line of the same metric that comes first and does not fit, and because of what.
type Skipped struct {
	Target    int
	Condition string // the first condition that fails: kind, priority, audience, function, site or team
	Fact      string // what the ticket has instead
}

// Outlook is a clock, and when shares of the time allowed are used up.
type Outlook struct {
	Clock    Clock
	Warnings []Warning
}

// Explanation says how a clock came to stand as it does.
type Explanation struct {
	Outlook
	// Lines follow each other from Start to the end, or to now.
	Lines []Line
	// Fits lists the conditions of the line with what the ticket has: "priority P1".
	Fits   []string
	Before []Skipped
	hours  *calendar.Calendar
}

// Outlook gives the clocks that Fold gives, in the same order.
func (f *Folder) Outlook(b *Book, t *Ticket, now time.Time) []Outlook {
	return told(f, b, t, now, (*walk).outlook)
}

// Explain explains the clocks that Fold gives, in the same order.
func (f *Folder) Explain(b *Book, t *Ticket, now time.Time) []Explanation {
	return told(f, b, t, now, (*walk).explain)
}

// told gives what of says of each clock.
func told[T any](f *Folder, b *Book, t *Ticket, now time.Time, of func(*walk) T) []T {
	all := make([]T, 0, metricCount) // most have one of each metric, at most
	f.w.clocks, f.w.sink = f.w.clocks[:0], func(w *walk) { all = append(all, of(w)) }
	f.fold(b, t, now)
	f.w.sink = nil
	return all
}

func (w *walk) explain() Explanation {
	l := w.last
	x := Explanation{Outlook: w.outlook(), hours: l.cal}
	for _, p := range w.past {
		if end := x.Clock.End; end.IsZero() || p.from.Before(end) {
			x.add(p)
		}
	}
	l.When.each(&w.matched, func(name string, list []string, fact string) bool {
		if len(list) > 0 {
			x.Fits = append(x.Fits, name+" "+fact)
		}
		return true
	})
	for i := range l.of.lines[w.metric] {
		other := &l.of.lines[w.metric][i]
		if other.index >= l.index {
			break
		}
		s := Skipped{Target: other.index, Condition: other.When.mismatch(&w.matched)}
		other.When.each(&w.matched, func(name string, _ []string, fact string) bool {
			s.Fact = fact
			return name != s.Condition
		})
		x.Before = append(x.Before, s)
	}
	return x
}

func (w *walk) outlook() Outlook {
	l := w.last
	x := Outlook{Clock: w.clocks[len(w.clocks)-1]}
	if w.metric == Abandonment || w.metric == CallbackKept {
		return x
	}
	for _, percent := range l.warns() {
		part := l.Allowed / 100 * time.Duration(percent)
		at := reach(w.past, l, part)
		switch {
		case !at.IsZero():
		case x.Clock.State == Running:
			at = l.cal.Add(w.now, part-x.Clock.Elapsed)
		case x.Clock.State == Standing:
			at = l.cal.Add(w.pauseEnd, part-x.Clock.Elapsed)
		default:
			continue
		}
		x.Warnings = append(x.Warnings, Warning{percent, at})
	}
	return x
}

// add splits what counts by the hours of the calendar.
func (x *Explanation) add(p stretch) {
	if p.kind != counted {
		line := Line{From: p.from, To: p.to, Time: x.hours.Between(p.from, p.to)}
		switch p.kind {
		case paused:
			line.Treatment, line.Reason = TimePaused, p.reason
		case asked:
			line.Treatment = TimeAsked
		case done:
			line.Treatment = TimeClosed
		}
		x.Lines = append(x.Lines, line)
		return
	}
	for _, s := range x.hours.Spans(p.from, p.to) {
		x.outside(p.from, s.Start)
		x.Lines = append(x.Lines, Line{From: s.Start, To: s.End, Time: s.End.Sub(s.Start), Note: p.reason})
		p.from = s.End
	}
	x.outside(p.from, p.to)
}

// outside adds a time without hours, to the one before if that ends there.
func (x *Explanation) outside(from, to time.Time) {
	if !from.Before(to) {
		return
	}
	if n := len(x.Lines); n > 0 && x.Lines[n-1].Treatment == TimeOutside {
		x.Lines[n-1].To = to
		return
	}
	x.Lines = append(x.Lines, Line{From: from, To: to, Treatment: TimeOutside})
}

// Text gives the explanation in English, one line each, in the zone of the calendar. It is what
// the command line prints; pages write their own.
func (x *Explanation) Text() []string {
	zone := x.hours.Zone()
	c := &x.Clock
	why := fmt.Sprintf("%s: line %d of version %d, the first that fits", c.Metric, c.Target+1, c.Version)
	if len(x.Fits) > 0 {
		why += " (" + strings.Join(x.Fits, ", ") + ")"
	}
	text := []string{why}
	for _, s := range x.Before {
		text = append(text, fmt.Sprintf("line %d does not fit: its %s is not %q", s.Target+1, s.Condition, s.Fact))
	}
	layout := "Mon 15:04"
	if n := len(x.Lines); n > 0 && x.Lines[n-1].To.Sub(x.Lines[0].From) > 6*24*time.Hour {
		layout = "Mon Jan 2 15:04"
	}
	for _, l := range x.Lines {
		text = append(text, l.text(zone, layout))
	}
	if !c.NudgeAt.IsZero() {
		text = append(text, "to be asked again "+c.NudgeAt.In(zone).Format("Mon Jan 2 15:04")+", or in the morning after, as agreed")
	}
	return text
}

func (l *Line) text(zone *time.Location, layout string) string {
	from, to := l.From.In(zone), l.To.In(zone)
	start, end := layout, layout
	if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		end = "15:04"
	}
	_, a := from.Zone()
	if _, b := to.Zone(); a != b {
		start, end = start+" MST", end+" MST"
	}
	text := from.Format(start) + "–" + to.Format(end) + " "
	switch l.Treatment {
	case TimeOutside:
		return text + "closed"
	case TimePaused:
		if l.Reason == WaitingForPerson {
			return text + "waiting for you"
		}
		return text + "waiting for " + l.Reason
	case TimeAsked:
		return text + "asked if it is fixed"
	case TimeClosed:
		return text + "was closed"
	}
	text += "counted " + amount(l.Time)
	switch l.Note {
	case reasonNotYet:
		text += ": asked if it is fixed, and it was not"
	case reasonTooLong:
		text += ": waited longer than agreed"
	case reasonUntold:
		text += ": waiting, but the person was not told"
	case reasonNoPause:
		text += ": waiting for something that stops no clock here"
	case reasonMerged:
		text += ": in the ticket that was merged"
	case reasonAnswer:
		text += ": from their words after the question to our answer"
	}
	return text
}

// amount writes 3 h 10 min.
func amount(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	h, m := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %d min", h, m)
}
