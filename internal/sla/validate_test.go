package sla

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestValidateNamesTheField(t *testing.T) {
	a := DefaultIn("America/Chicago")
	if p := a.Validate(); len(p) > 0 {
		t.Fatalf("the default agreement: %v", p)
	}
	first := func(a *Agreement, m Metric) *Target {
		return &a.Targets[slices.IndexFunc(a.Targets, func(x Target) bool { return x.Metric == m })]
	}
	for _, x := range []struct {
		name, field, says string
		change            func(a *Agreement)
	}{
		{"version", "version", "count from 1", func(a *Agreement) { a.Version = 0 }},
		{"dates", "until", "ends before it begins", func(a *Agreement) { a.From, a.Until = on("Tue 09:00"), on("Tue 09:00") }},
		{"no grace", "grace", "at least one minute", func(a *Agreement) { a.Grace = 0 }},
		{"matrix", "matrix[1][2]", `"P9" is no priority`, func(a *Agreement) { a.Matrix[1][2] = "P9" }},
		{"calendar without a name", "calendars[0].name", "give the calendar a name", func(a *Agreement) { a.Calendars[0].Name = "" }},
		{"two calendars with a name", "calendars[1].name", "two calendars", func(a *Agreement) { a.Calendars[1].Name = "always" }},
		{"unknown zone", "calendars[1].hours", "no zone named", func(a *Agreement) { a.Calendars[1].Hours = "Mars/Phobos; always" }},
		{"calendar without hours", "calendars[1].hours", "has no hours", func(a *Agreement) { a.Calendars[1].Hours = "UTC" }},
		{"calendar that is none", "calendars[1].hours", "neither a weekday", func(a *Agreement) { a.Calendars[1].Hours = "UTC; someday 08:00-17:00" }},
		{"no targets", "targets", "at least one", func(a *Agreement) { a.Targets = nil }},
		{"metric", "targets[0].metric", "no such metric", func(a *Agreement) { a.Targets[0].Metric = 99 }},
		{"no time", "targets[0].allowed", "more than nothing", func(a *Agreement) { a.Targets[0].Allowed = 0 }},
		{"negative time", "targets[0].allowed", "more than nothing", func(a *Agreement) { a.Targets[0].Allowed = -1 }},
		{"time for a promise", "targets[16].allowed", "its own instant", func(a *Agreement) { a.Targets[16].Allowed = time.Hour }},
		{"pause for a promise", "targets[16].pauses", "no pauses", func(a *Agreement) { a.Targets[16].Pauses = []Pause{{"person", time.Hour, 0}} }},
		{"unknown calendar", "targets[0].calendar", `no calendar "night"; the agreement has: always, office`, func(a *Agreement) { a.Targets[0].Calendar = "night" }},
		{"goal above 100", "targets[0].goal", "at most 100", func(a *Agreement) { a.Targets[0].Goal = 100.5 }},
		{"no goal", "targets[0].goal", "at most 100", func(a *Agreement) { a.Targets[0].Goal = 0 }},
		{"warnings that fall", "targets[0].warn[1]", "rising", func(a *Agreement) { a.Targets[0].Warn = []int{50, 50} }},
		{"warning at the end", "targets[0].warn[0]", "from 1 to 99", func(a *Agreement) { a.Targets[0].Warn = []int{100} }},
		{"pause without a reason", ".pauses[0].reason", "say why", func(a *Agreement) { first(a, LoopClosed).Pauses[0].Reason = "" }},
		{"pause twice", ".pauses[1].reason", "given twice", func(a *Agreement) {
			l := first(a, LoopClosed)
			l.Pauses = append(l.Pauses, l.Pauses[0])
		}},
		{"pause without an end", ".pauses[0].max", "needs an end", func(a *Agreement) { first(a, LoopClosed).Pauses[0].Max = 0 }},
		{"negative nudge", ".pauses[0].nudge", "negative", func(a *Agreement) { first(a, LoopClosed).Pauses[0].Nudge = -1 }},
		{"priority that is none", "targets[3].when.priority", `"P7" is no priority`, func(a *Agreement) { a.Targets[3].When.Priorities = []string{"P1", "P7"} }},
		{"entry twice", "targets[2].when.audience", "given twice", func(a *Agreement) { a.Targets[2].When.Audiences = []string{"patient", "patient"} }},
		{"empty entry", "targets[2].when.audience", "empty", func(a *Agreement) { a.Targets[2].When.Audiences = []string{""} }},
		{"gap in priorities", "targets[3].when.priority", "no line for first_response says what holds for P4", func(a *Agreement) { a.Targets = slices.Delete(a.Targets, 6, 7) }},
		{"the same line twice", "targets[4]", "never used: targets[3] comes first", func(a *Agreement) { a.Targets[4].When = a.Targets[3].When }},
		{"a line behind one that fits all", "targets[1]", "never used: targets[0]", func(a *Agreement) { a.Targets[1].Metric = AnswerSpeed; a.Targets[1].When.Sites = []string{"north"} }},
	} {
		a := DefaultIn("America/Chicago")
		x.change(&a)
		problems := a.Validate()
		if !slices.ContainsFunc(problems, func(p Problem) bool {
			return (p.Field == x.field || x.field[0] == '.' && strings.HasSuffix(p.Field, x.field)) && strings.Contains(p.Text, x.says)
		}) {
			t.Errorf("%s: %v", x.name, problems)
		}
		if _, err := Draft(a); err == nil {
			t.Errorf("%s: it can be counted with", x.name)
		}
	}
	// No gap where a line without a priority takes the rest, and none for those who have lines of their own.
	a = DefaultIn("America/Chicago")
	a.Targets = slices.Insert(a.Targets, 2, Target{Metric: FirstResponse, When: Conditions{Audiences: []string{"clinician"}, Priorities: []string{"P1", "P2"}}, Allowed: 1, Calendar: "always", Goal: 1})
	if p := a.Validate(); len(p) > 0 {
		t.Errorf("%v", p)
	}
}

func TestVersionsDoNotOverlap(t *testing.T) {
	v := func(n int, from, until string) Agreement {
		a := version(n, from, target(Resolution, time.Hour))
		if until != "" {
			a.Until = on(until)
		}
		return a
	}
	other := v(2, "Tue 09:00", "")
	other.Client = 2
	for _, x := range []struct {
		name     string
		versions []Agreement
		want     string
	}{
		{"one after the other", []Agreement{v(1, "Mon 09:00", "Tue 09:00"), v(2, "Tue 09:00", "")}, "[]"},
		{"the next one ends the first", []Agreement{v(1, "Mon 09:00", ""), v(2, "Tue 09:00", "")}, "[]"},
		{"overlap", []Agreement{v(1, "Mon 09:00", "Wed 09:00"), v(2, "Tue 09:00", "")}, "[versions[1].from: versions 1 and 2 overlap: one begins before the other's end]"},
		{"overlap in the other order", []Agreement{v(2, "Tue 09:00", ""), v(1, "Mon 09:00", "Wed 09:00")}, "[versions[1].from: versions 2 and 1 overlap: one begins before the other's end]"},
		{"the same beginning", []Agreement{v(1, "Mon 09:00", ""), v(2, "Mon 09:00", "")}, "[versions[1].from: versions 1 and 2 begin at the same instant]"},
		{"the same number", []Agreement{v(1, "Mon 09:00", ""), v(1, "Tue 09:00", "")}, "[versions[1].version: there are two versions 1]"},
		{"two clients", []Agreement{v(1, "Mon 09:00", ""), other}, "[versions[1].client: these versions belong to different clients]"},
	} {
		got := overlaps(x.versions...)
		if fmt.Sprint(got) != x.want {
			t.Errorf("%s: %v", x.name, got)
		}
		if _, err := Compile(x.versions...); (err == nil) != (len(got) == 0) {
			t.Errorf("%s: compiled with %v", x.name, err)
		}
	}
}

func TestAVersionIsFrozenBeforeItCounts(t *testing.T) {
	a := DefaultIn("America/Chicago")
	a.From = on("2026-01-01T06:00:00Z")
	a.Desk, a.ClientSide = Approval{"Rosa Diaz", a.From}, Approval{"Chief of Mercy", a.From}
	if _, err := Compile(a); err == nil || !strings.Contains(err.Error(), "calendars[1].hours") {
		t.Errorf("a list of holidays counts: %v", err)
	}
	frozen, err := a.Freeze()
	if err != nil {
		t.Fatal(err)
	}
	if text := frozen.Calendars[1].Hours; !strings.Contains(text, "2020-12-25 closed") || !strings.Contains(text, "2026-11-26 closed") ||
		!strings.Contains(text, "2035-12-25 closed") || strings.Contains(text, "2036-") {
		t.Error(text)
	}
	if !strings.Contains(a.Calendars[1].Hours, "us-federal") {
		t.Error("freezing changed the draft")
	}
	c := the(t, Resolution, book(t, frozen), withFacts(Facts{Priority: "P3"}, opened("2026-11-25T21:00:00Z")), "2026-11-25T22:00:00Z")
	same(t, "over Thanksgiving", c.Deadline, "2026-12-01T21:00:00Z")
	a.Calendars[1].Hours = "UTC; mon 08:00-17:00; us-federal maybe"
	if _, err := a.Freeze(); err == nil {
		t.Error("frozen without sense")
	}
}
