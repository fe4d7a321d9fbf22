package sla

import (
	"fmt"
	"slices"
	"time"
)

// Metric is what a target measures.
type Metric uint8

const (
	// AnswerSpeed: from entering the queue of calls to a person who answers. Who hangs up
	// within the time allowed is left out.
	AnswerSpeed Metric = iota
	// Abandonment: calls in the queue that somebody answered. The time allowed is how soon
	// hanging up does not count; nothing else breaches it.
	Abandonment
	// FirstResponse: from the opening to the first words of a person, in any channel.
	FirstResponse
	// NextResponse: from the person's words to the next words of the desk, after the first response,
	// again and again. Words after the question "is it fixed?" may be thanks: they start nothing until the desk goes on.
	NextResponse
	// Update: from one word of the desk to the next, from the first response to the question
	// whether it is fixed. A silence counts once, however long.
	Update
	// CallbackKept: a promised call, by the instant that was promised. It has no time allowed of
	// its own and no pauses.
	CallbackKept
	// Resolution: from the opening to the last question whether it is fixed, or the last answer to words that came
	// after it. Reopening resumes it, and so does a desk that goes on.
	Resolution
	// ConfirmedFixed: from each question to the person's yes. Closing unheard breaches it.
	ConfirmedFixed
	// LoopClosed: from the opening until the person was told how it ended. Reopening resumes it.
	LoopClosed
	// Handoff: a team's own time with the ticket, from being given it to passing it on or
	// asking whether it is fixed; once per stay. Use conditions on teams.
	Handoff
	// Supplier: from asking a supplier to the supplier's answer.
	Supplier

	metricCount = iota
)

var metricNames = [metricCount]string{
	"answer_speed", "abandonment", "first_response", "next_response", "update", "callback_kept", "resolution",
	"confirmed_fixed", "loop_closed", "handoff", "supplier",
}

// Metrics lists all metrics, in their order.
func Metrics() []Metric {
	all := make([]Metric, metricCount)
	for i := range all {
		all[i] = Metric(i)
	}
	return all
}

func (m Metric) String() string {
	if int(m) < len(metricNames) {
		return metricNames[m]
	}
	return fmt.Sprintf("metric %d", uint8(m))
}

// MetricOf finds a metric by its name, such as first_response.
func MetricOf(name string) (Metric, bool) {
	i := slices.Index(metricNames[:], name)
	return Metric(max(i, 0)), i >= 0
}

// keyed: a ticket can have several at a time, told apart by Event.Key.
func (m Metric) keyed() bool {
	return m == AnswerSpeed || m == Abandonment || m == CallbackKept || m == Supplier
}

// resumes: what ended goes on when the ticket comes back.
func (m Metric) resumes() bool { return m == Resolution || m == LoopClosed }

// once: a ticket has one, which waits for a line if none applies yet.
func (m Metric) once() bool { return m == FirstResponse || m.resumes() }

// WaitingForPerson is the pause reason that the person's own words end.
const WaitingForPerson = "person"

// Pause says for which reason a clock may stand, if the person was told.
type Pause struct {
	// Reason is a code: person, supplier, appointment …
	Reason string
	// Max is how long the clock may stand for this reason in all, in time of the target's calendar;
	// then it runs again.
	Max time.Duration
	// Nudge is after how much time of the calendar the person is asked again, again and
	// again; zero means that nothing was agreed of it.
	Nudge time.Duration
}

// nudgeLeast is how often a person is asked again at most, whatever was agreed.
const nudgeLeast = 4 * time.Hour

// Conditions are met by a ticket when each list that is not empty holds its fact.
type Conditions struct {
	Kinds, Priorities, Audiences, Functions, Sites, Teams []string
}

// Facts are what conditions look at.
type Facts struct {
	Kind, Priority, Audience, Function, Site, Team string
}

// each calls f with the name, list and fact of each condition until f says false.
func (c *Conditions) each(t *Facts, f func(name string, list []string, fact string) bool) {
	_ = f("kind", c.Kinds, t.Kind) && f("priority", c.Priorities, t.Priority) && f("audience", c.Audiences, t.Audience) &&
		f("function", c.Functions, t.Function) && f("site", c.Sites, t.Site) && f("team", c.Teams, t.Team)
}

// mismatch names the first condition that the facts do not meet; empty means that all are met.
func (c *Conditions) mismatch(t *Facts) string {
	bad := ""
	c.each(t, func(name string, list []string, fact string) bool {
		if len(list) > 0 && !slices.Contains(list, fact) {
			bad = name
		}
		return bad == ""
	})
	return bad
}

// covers reports whether every ticket that meets d meets c.
func (c *Conditions) covers(d *Conditions) bool {
	within := func(wide, narrow []string) bool {
		if len(wide) == 0 {
			return true
		}
		return len(narrow) > 0 && !slices.ContainsFunc(narrow, func(s string) bool { return !slices.Contains(wide, s) })
	}
	return within(c.Kinds, d.Kinds) && within(c.Priorities, d.Priorities) && within(c.Audiences, d.Audiences) &&
		within(c.Functions, d.Functions) && within(c.Sites, d.Sites) && within(c.Teams, d.Teams)
}

// Target is one line of an agreement.
type Target struct {
	Metric Metric
	When   Conditions
	// Allowed is in time of the calendar. CallbackKept has none.
	Allowed  time.Duration
	Calendar string
	Pauses   []Pause
	// Goal is the share that shall be met, in percent.
	Goal float64
	// Warn lists at how many percent of the time allowed people are warned; none means 50, 75
	// and 90.
	Warn []int
}

var usualWarnings = []int{50, 75, 90}

// warns gives the percentages at which people are warned.
func (t *Target) warns() []int {
	if len(t.Warn) == 0 {
		return usualWarnings
	}
	return t.Warn
}

func (t *Target) pause(reason string) *Pause {
	for i := range t.Pauses {
		if t.Pauses[i].Reason == reason {
			return &t.Pauses[i]
		}
	}
	return nil
}
