package sla

import (
	"fmt"
	"testing"
	"time"

	"kept/internal/calendar"
)

func TestReplaySaysWhatWouldChange(t *testing.T) {
	live, draft := agreed(target(FirstResponse, time.Hour).forPriority("P1"), target(FirstResponse, 4*time.Hour)), agreed(target(FirstResponse, 20*time.Minute).forPriority("P1"), target(FirstResponse, 4*time.Hour), target(Resolution, 9*time.Hour))
	draft.Targets[0].Goal = 95
	p1 := func(id int64, events ...Event) Ticket {
		x := withFacts(Facts{Priority: "P1"}, events...)
		x.ID = id
		return *x
	}
	tickets := []Ticket{
		p1(1, opened("Mon 09:00"), e(Answered, "Mon 09:10")),                                     // met by both
		p1(2, opened("Mon 09:00"), e(Answered, "Mon 09:30")),                                     // missed by the draft
		p1(3, opened("Mon 09:00"), e(Answered, "Mon 11:00")),                                     // missed by both
		p1(4, opened("Fri 16:30")),                                                               // runs on under the one, breached and open under the other
		p1(5, opened("Mon 09:00"), e(Withdrawn, "Mon 09:05")),                                    // left out
		p1(6, opened("Mon 09:00"), e(Voided, "Mon 12:00")),                                       // left out
		p1(7, opened("next Mon 09:00"), e(Answered, "next Mon 12:00")),                           // after the period
		p1(8, opened("2026-11-20T15:00:00Z"), e(Answered, "2026-11-20T16:30:00Z")),               // before the period
		p1(9, opened("2026-11-27T22:40:00Z"), e(Answered, "Mon 08:30")),                          // began before it, met in it; missed before it under the draft
		p1(10, opened("Mon 09:00"), e(Answered, "Mon 09:05"), e(AskedIfFixed, "next Mon 09:00")), // its resolution is in the draft only
	}
	week := calendar.Span{Start: on("Mon 00:00"), End: on("Sat 00:00")}
	got := Replay(tickets, week, book(t, live), book(t, draft))
	if got.Tickets != 10 || len(got.Rows) != 3 {
		t.Fatalf("%+v", got)
	}
	row := got.Rows[0]
	// The withdrawn one and the voided one are left out by their reasons.
	want := [2]Tally{{Met: 4, Missed: 1, Open: 1}, {Met: 2, Missed: 3}}
	for i, x := range []Result{row.Live, row.Draft} {
		want[i].Excluded[ByWithdrawal], want[i].Excluded[ByVoiding] = 1, 1
		if x.Tally != want[i] {
			t.Errorf("side %d: %+v, want %+v", i, x.Tally, want[i])
		}
	}
	if row.Live.Goal != 90 || row.Draft.Goal != 95 || row.Metric != FirstResponse || row.When.Priorities[0] != "P1" {
		t.Errorf("%+v", row)
	}
	if p, ok := row.Live.Attained(); !ok || p != 80 {
		t.Errorf("attained %v", p)
	}
	if p, ok := got.Rows[1].Live.Attained(); ok {
		t.Errorf("nothing counts, and attained is %v", p)
	}
	resolution := got.Rows[2]
	if resolution.Live.Target != -1 || resolution.Draft.Target != 2 || resolution.Draft.Missed == 0 {
		t.Errorf("%+v", resolution)
	}
	changes := map[string]string{}
	for _, c := range got.Changes {
		changes[fmt.Sprint(c.Ticket, " ", c.Metric)] = fmt.Sprint(c.Live, " → ", c.Draft)
	}
	for key, want := range map[string]string{
		"1 first_response": "", "2 first_response": "met → missed", "3 first_response": "", "4 first_response": "open → missed",
		"5 first_response": "", "7 first_response": "", "8 first_response": "", "9 first_response": "met → missed", "10 resolution": "open → missed",
	} {
		if changes[key] != want {
			t.Errorf("%s: %q, want %q", key, changes[key], want)
		}
	}
}

func TestThePeriodIsHalfOpen(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour)))
	x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:30"))
	for _, p := range []struct {
		name, from, to string
		met            int
	}{{"begins at the instant", "Mon 09:30", "Tue 00:00", 1}, {"begins after it", "Mon 09:31", "Tue 00:00", 0}, {"ends at the instant", "Mon 00:00", "Mon 09:30", 0}, {"ends after it", "Mon 00:00", "Mon 09:31", 1}} {
		if got := Replay([]Ticket{*x}, calendar.Span{Start: on(p.from), End: on(p.to)}, b, b).Rows[0].Live.Met; got != p.met {
			t.Errorf("a period that %s counts %d", p.name, got)
		}
	}
}

func TestReplayUnderTheSameTermsChangesNothing(t *testing.T) {
	b := defaultBook(t)
	tickets := ordinary(300)
	start := tickets[0].Events[0].At
	got := Replay(tickets, calendar.Span{Start: start, End: start.AddDate(0, 1, 0)}, b, b)
	if len(got.Changes) != 0 {
		t.Errorf("%+v", got.Changes[0])
	}
	counted := 0
	for _, r := range got.Rows {
		if r.Live != r.Draft {
			t.Errorf("%+v", r)
		}
		counted += r.Live.Met + r.Live.Missed
	}
	if counted < 1000 {
		t.Errorf("only %d clocks counted", counted)
	}
	// The longest list of clocks is compared to its end.
	long := ticket(opened("Mon 09:00"))
	for i := range 80 {
		long.Events = append(long.Events, e(PromiseMade, "Mon 09:01").key(int64(i)).due("Mon 12:00"))
	}
	one, none := agreed(target(CallbackKept, 0)), agreed(target(FirstResponse, 90*time.Hour))
	if got := Replay([]Ticket{*long}, calendar.Span{Start: on("Mon 00:00"), End: on("Tue 00:00")}, book(t, none), book(t, one)); len(got.Changes) != 80 {
		t.Errorf("%d changes", len(got.Changes))
	}
}
