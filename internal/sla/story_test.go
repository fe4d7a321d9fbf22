package sla

import (
	"strings"
	"testing"
	"time"
)

var chicago = func() *time.Location {
	loc, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic(err)
	}
	return loc
}()

// on reads "Mon 09:10" in the week of Monday, 30 November 2026, in Chicago, "next Mon 09:10" in the week after, and
// RFC 3339.
func on(text string) time.Time {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC()
	}
	text, next := strings.CutPrefix(text, "next ")
	day, clock, _ := strings.Cut(text, " ")
	at, err := time.Parse("15:04:05", clock)
	if err != nil {
		if at, err = time.Parse("15:04", clock); err != nil {
			panic(err)
		}
	}
	d := strings.Index("MonTueWedThuFriSatSun", day) / 3
	if next {
		d += 7
	}
	return time.Date(2026, 11, 30+d, at.Hour(), at.Minute(), at.Second(), 0, chicago).UTC()
}

func hours(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }

// version is one with these targets that both sides approved, in force from a date.
func version(n int, from string, targets ...Target) Agreement {
	start := on(from)
	return Agreement{
		Client: 1, Version: n, From: start, Grace: 30 * time.Minute, Matrix: defaultMatrix(),
		Calendars: []Calendar{{"always", "America/Chicago; always"}, {"office", "America/Chicago; mon-fri 08:00-17:00"}},
		Targets:   targets,
		Desk:      Approval{"Rosa Diaz", start.AddDate(0, 0, -9)}, ClientSide: Approval{"Chief of Mercy", start.AddDate(0, 0, -8)},
	}
}

func agreed(targets ...Target) Agreement { return version(1, "2026-01-01T06:00:00Z", targets...) }

func book(t testing.TB, versions ...Agreement) *Book {
	t.Helper()
	b, err := Compile(versions...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// target is a line without conditions in office hours that may wait for the person for two days of nine hours.
func target(m Metric, allowed time.Duration) Target {
	x := Target{Metric: m, Allowed: allowed, Calendar: "office", Goal: 90}
	if !m.keyed() {
		x.Pauses = []Pause{{Reason: WaitingForPerson, Max: 18 * time.Hour, Nudge: 4 * time.Hour}}
	}
	return x
}

func (t Target) in(calendar string) Target { t.Calendar = calendar; return t }
func (t Target) forPriority(p ...string) Target {
	t.When.Priorities = p
	return t
}
func (t Target) forTeam(team ...string) Target { t.When.Teams = team; return t }

// e is an event that somebody did; the type says who, mostly.
func e(typ EventType, when string) Event {
	x := Event{Type: typ, At: on(when), Side: Staff}
	switch typ {
	case Opened, PersonWrote, SaidFixed, SaidNotFixed, Withdrawn, Reopened, CallQueued, CallLeft:
		x.Side = Person
	case AskedIfFixed, Paused:
		x.Told = true
	}
	return x
}

func (x Event) auto() Event             { x.Side = System; return x }
func (x Event) why(reason string) Event { x.Reason = reason; return x }
func (x Event) untold() Event           { x.Told = false; return x }
func (x Event) key(k int64) Event       { x.Key = k; return x }
func (x Event) due(when string) Event   { x.Due = on(when); return x }
func (x Event) to(value string) Event   { x.Priority, x.Team = value, value; return x }
func (x Event) by(s Side) Event         { x.Side = s; return x }
func waiting(when string) Event         { return e(Paused, when).why(WaitingForPerson) }
func opened(when string) Event          { return e(Opened, when) }
func ticket(events ...Event) *Ticket {
	return withFacts(Facts{Kind: "incident", Priority: "P3", Audience: "employee", Team: "L1"}, events...)
}
func withFacts(f Facts, events ...Event) *Ticket {
	t := &Ticket{ID: 1, Facts: f, Events: events}
	for i := range t.Events {
		t.Events[i].Seq = i + 1
	}
	return t
}

// clocks folds; the clocks come by metric and start.
func clocks(t testing.TB, b *Book, x *Ticket, now string) []Clock {
	t.Helper()
	var f Folder
	return f.Fold(nil, b, x, on(now))
}

// the gives the only clock of a metric.
func the(t testing.TB, m Metric, b *Book, x *Ticket, now string) Clock {
	t.Helper()
	all := of(m, clocks(t, b, x, now))
	if len(all) != 1 {
		t.Fatalf("%d clocks for %s at %s: %+v", len(all), m, now, all)
	}
	return all[0]
}

func of(m Metric, all []Clock) (some []Clock) {
	for _, c := range all {
		if c.Metric == m {
			some = append(some, c)
		}
	}
	return some
}

func same(t testing.TB, what string, got time.Time, want string) {
	t.Helper()
	if want == "" {
		if !got.IsZero() {
			t.Errorf("%s: %s, want none", what, got.In(chicago))
		}
		return
	}
	if !got.Equal(on(want)) {
		t.Errorf("%s: %s, want %s", what, got.In(chicago), on(want).In(chicago))
	}
}

func outcome(t testing.TB, c Clock, want Outcome) {
	t.Helper()
	if got := c.Outcome(); got != want {
		t.Errorf("%s is %s, want %s: %+v", c.Metric, got, want, c)
	}
}

func lasts(t testing.TB, what string, got, want time.Duration) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}
