package sla

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/calendar"
)

// The bug museum: what went wrong in other desks, one exhibit each. Each test says what happened there;
// none of it may happen here.

// A desk whose days were open until 24:00 raised the alarm hours early: for it the segment up to midnight and the one
// from midnight on were two days, and the deadline fell into the first.
func TestMuseumEarlyEscalationOnMidnightEnds(t *testing.T) {
	a := agreed(target(Resolution, 10*time.Hour))
	a.Calendars[1].Hours = "America/Chicago; mon 16:00-24:00; tue 00:00-08:00; wed 16:00-24:00"
	c := the(t, Resolution, book(t, a), ticket(opened("Mon 20:00")), "Mon 23:59")
	same(t, "deadline", c.Deadline, "Tue 06:00")
	outcome(t, the(t, Resolution, book(t, a), ticket(opened("Mon 20:00")), "Tue 05:59"), Open)
	// Ends at the very midnight, with no hours after it.
	same(t, "deadline", the(t, Resolution, book(t, a), ticket(opened("Wed 14:00")), "Wed 15:00").Deadline, "next Mon 18:00")
}

// In a desk that kept the paused time in the row of the policy, a ticket that changed its policy was given a new row,
// and the days it had waited for the customer counted against the team.
func TestMuseumPauseLostWhenThePolicyChanges(t *testing.T) {
	old := agreed(target(Resolution, 9*time.Hour))
	next := version(2, "2026-12-02T06:00:00Z", target(Resolution, 10*time.Hour))
	next.OpenTickets = true
	next.Targets[0].Pauses = nil
	c := the(t, Resolution, book(t, old, next), ticket(opened("Mon 15:00"), waiting("Mon 16:00"), e(PersonWrote, "Tue 16:00")), "Wed 09:00")
	if c.Version != 2 {
		t.Errorf("version %d", c.Version)
	}
	lasts(t, "paused under the old terms", c.Paused, 9*time.Hour)
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	same(t, "deadline", c.Deadline, "Wed 16:00")
	// Still waiting on the day of the change: from then on the new terms say that it runs.
	c = the(t, Resolution, book(t, old, next), ticket(opened("Mon 15:00"), waiting("Mon 16:00")), "Wed 09:00")
	lasts(t, "paused", c.Paused, 10*time.Hour)
	lasts(t, "elapsed", c.Elapsed, 2*time.Hour)
}

// A desk took the time between "solved" and "not solved after all" for a pause, and gave it to whoever had solved it
// wrongly.
func TestMuseumTimeInSolvedWasAPauseAfterReopening(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour)))
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 11:00"), e(SaidNotFixed, "Mon 15:00")), "Mon 16:00")
	lasts(t, "elapsed", c.Elapsed, 7*time.Hour)
	lasts(t, "paused", c.Paused, 0)
	// Paused when it was asked: the pause ended there and does not come back.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), waiting("Mon 10:00"), e(AskedIfFixed, "Mon 11:00"), e(SaidNotFixed, "Mon 15:00")), "Mon 16:00")
	lasts(t, "elapsed", c.Elapsed, 6*time.Hour)
	lasts(t, "paused", c.Paused, time.Hour)
	// Nor does it for news, which are owed from "not solved" on.
	b = book(t, agreed(target(Update, 9*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:30"), waiting("Mon 10:00"), e(AskedIfFixed, "Mon 11:00"), e(SaidNotFixed, "Mon 15:00"))
	news := of(Update, clocks(t, b, x, "Mon 16:00"))
	c = news[len(news)-1]
	if c.State != Running {
		t.Errorf("news are %s", c.State)
	}
	same(t, "news since", c.Start, "Mon 15:00")
	lasts(t, "without news", c.Elapsed, time.Hour)
	lasts(t, "paused", c.Paused, 0)
}

// A desk let people promise a date by hand, and moved it by the length of every pause, so that nobody knew
// any more what had been promised.
func TestMuseumManualDeadlineMovedByAPause(t *testing.T) {
	b := book(t, agreed(target(CallbackKept, 0), target(Resolution, 9*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(PromiseMade, "Mon 09:10").key(1).due("Tue 15:00"), waiting("Mon 10:00"), e(PersonWrote, "Tue 12:00"))
	same(t, "promised", the(t, CallbackKept, b, x, "Tue 14:00").Deadline, "Tue 15:00")
	outcome(t, the(t, CallbackKept, b, x, "Tue 15:00"), Missed)
	outcome(t, the(t, Resolution, b, x, "Tue 15:00"), Open)
}

// A desk mailed "overdue" in the second in which a ticket was reopened after its date, to a person who had not
// known that it was open.
func TestMuseumInstantOverdueOnReopening(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour)))
	for _, x := range []*Ticket{
		ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:59"), e(SaidNotFixed, "Fri 12:00")),
		ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:59"), e(SaidFixed, "Mon 13:30"), e(Reopened, "Fri 12:00")),
		ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:59"), e(ClosedUnheard, "Wed 13:30"), e(Reopened, "Fri 12:00")),
	} {
		c := the(t, Resolution, b, x, "Fri 12:00")
		outcome(t, c, Open)
		same(t, "deadline", c.Deadline, "Fri 12:30")
		// A priority raised in that half hour does not take it away.
		x.Events = append(x.Events, Event{Type: PriorityChanged, Priority: "P1", At: on("Fri 12:10"), Seq: 9})
		hard := agreed(target(Resolution, time.Hour).forPriority("P1"), target(Resolution, 4*time.Hour))
		same(t, "deadline after a raise", the(t, Resolution, book(t, hard), x, "Fri 12:15").Deadline, "Fri 12:30")
	}
}

// A ticket was moved to a team that owed no updates; the old team's clock went on and raised alarms that nobody
// could answer.
func TestMuseumUpdateClockSurvivedAMove(t *testing.T) {
	b := book(t, agreed(target(Update, 2*time.Hour).forTeam("L1"), target(Resolution, 9*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(Moved, "Mon 10:00").to("L2"))
	c := the(t, Update, b, x, "Tue 09:00")
	if c.Excluded != ByNoLine || c.State != Ended || !c.BreachedAt.IsZero() {
		t.Errorf("%+v", c)
	}
	same(t, "end", c.End, "Mon 10:00")
	// Moved back, news are owed again, from then on.
	x = ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(Moved, "Mon 10:00").to("L2"), e(Moved, "Mon 14:00").to("L1"))
	got := of(Update, clocks(t, b, x, "Mon 15:00"))
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	same(t, "deadline", got[1].Deadline, "Mon 16:00")
	// A breach before the move stays, and ends there.
	x = ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(Moved, "Mon 13:00").to("L2"))
	c = the(t, Update, b, x, "Tue 09:00")
	same(t, "breached", c.BreachedAt, "Mon 11:10")
	same(t, "end", c.End, "Mon 13:00")
	// A clock that a ticket has once waits, and counts from the opening when the line is back.
	b = book(t, agreed(target(Resolution, 9*time.Hour).forTeam("L1")))
	x = ticket(opened("Mon 09:00"), e(Moved, "Mon 10:00").to("L2"))
	if c = the(t, Resolution, b, x, "Mon 12:00"); c.Excluded != ByNoLine {
		t.Errorf("%+v", c)
	}
	x = ticket(opened("Mon 09:00"), e(Moved, "Mon 10:00").to("L2"), e(Moved, "Mon 14:00").to("L1"))
	c = the(t, Resolution, b, x, "Mon 15:00")
	lasts(t, "elapsed", c.Elapsed, 6*time.Hour)
	outcome(t, c, Open)
}

// A smaller target for updates fired before the first response was due, so that the queue showed an update as late
// where nobody had said a first word.
func TestMuseumUpdateReplacedTheFirstResponse(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, 4*time.Hour), target(Update, time.Hour)))
	x := ticket(opened("Mon 09:00"))
	all := clocks(t, b, x, "Mon 12:00")
	if len(all) != 1 || all[0].Metric != FirstResponse {
		t.Fatalf("%+v", all)
	}
	same(t, "deadline", all[0].Deadline, "Mon 13:00")
	x = ticket(opened("Mon 09:00"), e(Answered, "Mon 12:00"))
	same(t, "updates begin with it", the(t, Update, b, x, "Mon 12:30").Deadline, "Mon 13:00")
}

// Switching a policy off left its tickets escalated, and the mails went on until somebody closed them one by one.
func TestMuseumAlarmFromADeactivatedAgreement(t *testing.T) {
	a := agreed(target(FirstResponse, 2*time.Hour), target(Resolution, 90*time.Hour))
	a.Until = on("Tue 09:00")
	b := book(t, a)
	x := ticket(opened("Mon 16:00"))
	c := the(t, FirstResponse, b, ticket(opened("Mon 16:30")), "Fri 09:00")
	if c.Excluded != ByAgreementEnd || c.State != Ended || !c.BreachedAt.IsZero() {
		t.Errorf("%+v", c)
	}
	// Late by the end of the agreement is late, and nothing runs after it.
	c = the(t, FirstResponse, b, x, "Fri 09:00")
	outcome(t, c, Missed)
	c = the(t, Resolution, b, x, "Fri 09:00")
	if c.Excluded != ByAgreementEnd || c.Elapsed != 2*time.Hour {
		t.Errorf("%+v", c)
	}
	same(t, "end", c.End, "Tue 09:00")
	if got := clocks(t, b, ticket(opened("Tue 10:00")), "Fri 09:00"); len(got) != 0 {
		t.Errorf("opened after the end: %+v", got)
	}
	// With a version that follows, tickets keep their terms.
	next := version(2, "2026-12-01T15:00:00Z", target(FirstResponse, time.Hour))
	same(t, "deadline", the(t, Resolution, book(t, a, next), x, "Wed 09:00").Deadline, "2026-12-14T22:00:00Z")
}

// Replies that analysts gave in the portal were stored as notes, and notes were no answers: the desk was
// late on paper with every one of them. The same happened to what customers wrote there.
func TestMuseumPortalReplyNotCounted(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(NextResponse, time.Hour)))
	// A channel is no part of an event here, so none can be forgotten.
	x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:30"), e(PersonWrote, "Mon 10:00"))
	outcome(t, the(t, FirstResponse, b, x, "Tue 09:00"), Met)
	same(t, "their words start a clock", the(t, NextResponse, b, x, "Mon 10:30").Deadline, "Mon 11:00")
	for _, name := range []string{"Channel", "Via", "Public", "Internal"} {
		if _, has := reflect.TypeFor[Event]().FieldByName(name); has {
			t.Errorf("an event has %s", name)
		}
	}
}

// Reminders came at midnight and on Sunday, because their instants were counted on the wall clock while
// the deadlines were counted in office hours.
func TestMuseumReminderAtMidnight(t *testing.T) {
	b := book(t, agreed(target(Resolution, 18*time.Hour)))
	office := b.terms[0].lines[Resolution][0].cal
	open := func(what string, at time.Time) {
		t.Helper()
		// An instant at closing is the last one of the day.
		if !at.IsZero() && !office.Open(at) && !office.Open(at.Add(-1)) {
			t.Errorf("%s at %s", what, at.In(chicago))
		}
	}
	var f Folder
	for h := range 24 * 7 {
		start := on("Mon 00:10").Add(time.Duration(h) * time.Hour)
		begun, wait := opened("Mon 09:00"), waiting("Mon 10:00")
		begun.At, wait.At = start, start.Add(time.Hour)
		x := f.Explain(b, ticket(begun, wait), start.Add(90*time.Minute))[0]
		open("nudge", x.Clock.NudgeAt)
		for _, w := range x.Warnings {
			open("warning", w.At)
		}
		if len(x.Warnings) != 3 {
			t.Fatalf("%d warnings", len(x.Warnings))
		}
	}
}

// A calendar without hours was saved without a word; every ticket of that client then answered with an error page.
func TestMuseumEmptyCalendar(t *testing.T) {
	a := agreed(target(Resolution, 9*time.Hour))
	a.Calendars[1].Hours = "America/Chicago"
	if _, err := Compile(a); err == nil || !strings.Contains(err.Error(), "calendars[1].hours: this calendar has no hours") {
		t.Errorf("%v", err)
	}
	a.Calendars[1].Hours = "America/Chicago; 2026-12-25 08:00-12:00"
	if _, err := Compile(a); err == nil {
		t.Error("a calendar of dated hours only was accepted")
	}
	// And no hours for a fortnight is no loop without end.
	a.Calendars[1].Hours = "America/Chicago; mon 08:00-17:00; 2026-11-30 closed; 2026-12-07 closed"
	same(t, "deadline", the(t, Resolution, book(t, a), ticket(opened("Mon 09:00")), "Mon 10:00").Deadline, "2026-12-14T23:00:00Z")
}

// After an upgrade nothing escalated any more, and it took days until somebody missed the alarms: the new release
// had renamed what the engine looked for. Here each metric must find a clock in a story that has all there is.
func TestMuseumEngineSilentAfterAnUpgrade(t *testing.T) {
	var lines []Target
	for _, m := range Metrics() {
		allowed := time.Hour
		if m == CallbackKept {
			allowed = 0
		}
		lines = append(lines, target(m, allowed))
		if again, ok := MetricOf(m.String()); !ok || again != m {
			t.Errorf("%s is %s", m, again)
		}
	}
	b := book(t, agreed(append([]Target{target(Resolution, 2*time.Hour).forPriority("P2")}, lines...)...))
	all := story()
	full := clocks(t, b, ticket(all...), "Fri 12:00")
	for _, m := range Metrics() {
		if len(of(m, full)) == 0 {
			t.Errorf("%s is silent", m)
		}
	}
	// And no kind of event is lost: without it, something counts differently. Some end all, and have tests of their own.
	for typ := Opened; typ < termsChanged; typ++ {
		if typ == Voided || typ == Withdrawn || typ == MergedAway {
			continue
		}
		matters := false
		for _, x := range [][]Event{all, append(story2(), all[1:]...)} {
			rest := slices.DeleteFunc(slices.Clone(x), func(ev Event) bool { return ev.Type == typ })
			matters = matters || !reflect.DeepEqual(clocks(t, b, ticket(rest...), "Fri 12:00"), clocks(t, b, ticket(x...), "Fri 12:00"))
		}
		if !matters {
			t.Errorf("event %d counts for nothing", typ)
		}
	}
}

func story() []Event {
	return []Event{
		opened("Mon 09:00"), e(CallQueued, "Mon 08:50").key(1), e(CallAnswered, "Mon 08:51").key(1), e(CallQueued, "Mon 08:40").key(2), e(CallLeft, "Mon 08:45").key(2),
		e(Answered, "Mon 09:30"), e(PersonWrote, "Mon 09:45"), e(Answered, "Mon 10:00"),
		e(PromiseMade, "Mon 10:00").key(5).due("Mon 16:00"), e(PromiseKept, "Mon 15:30").key(5),
		e(PromiseMade, "Mon 10:00").key(6).due("Tue 16:00"), e(PromiseMoved, "Mon 10:30").key(6),
		e(PromiseMade, "Mon 10:00").key(7).due("Tue 16:00"), e(PromiseWithdrawn, "Mon 10:30").key(7),
		e(PromiseMade, "Mon 10:00").key(8).due("Tue 16:00"), e(PromiseVoided, "Mon 10:30").key(8),
		e(SupplierAsked, "Mon 10:05").key(9), e(SupplierAnswered, "Mon 10:20").key(9),
		waiting("Mon 10:10").untold(), e(PauseTold, "Mon 10:12"), e(Resumed, "Mon 10:20"), e(PriorityChanged, "Mon 09:50").to("P2"), e(Moved, "Mon 10:30").to("L2"),
		e(AskedIfFixed, "Mon 10:40").untold(), e(OutcomeTold, "Mon 10:50"), e(SaidNotFixed, "Mon 11:00"), e(MergedIn, "Mon 11:05").due("2026-11-27T20:00:00Z"),
		e(AskedIfFixed, "Mon 11:30"), e(WentOn, "Mon 11:34").auto(), e(AskedIfFixed, "Mon 11:36"), e(SaidFixed, "Mon 11:40"), e(Reopened, "Tue 09:00"), e(OutcomeTold, "Tue 09:10"), e(AskedIfFixed, "Tue 09:20").untold(), e(ClosedUnheard, "Thu 09:20"),
	}
}

// story2 is waiting at its end, and has a nudge.
func story2() []Event {
	return []Event{opened("Mon 09:00"), e(Reopened, "Fri 08:05"), waiting("Fri 08:10"), e(Nudged, "Fri 11:00"), e(MergedIn, "Mon 09:05").due("2026-11-27T20:00:00Z")}
}

// The customer wrote "thanks!" after the ticket was solved; the desk took it for a question, and the clock for the
// next response ran into the weekend.
func TestMuseumThanksStartedAClock(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(NextResponse, time.Hour), target(Update, time.Hour), target(Resolution, 4*time.Hour)))
	for _, end := range [][]Event{
		{e(AskedIfFixed, "Mon 10:00"), e(PersonWrote, "Mon 10:05")},
		{e(AskedIfFixed, "Mon 10:00"), e(SaidFixed, "Mon 10:04"), e(PersonWrote, "Mon 10:05")},
		{e(AskedIfFixed, "Mon 10:00"), e(ClosedUnheard, "Mon 10:04"), e(PersonWrote, "Mon 10:05")},
	} {
		for _, c := range clocks(t, b, ticket(append([]Event{opened("Mon 09:00"), e(Answered, "Mon 09:10")}, end...)...), "Fri 09:00") {
			if c.Metric == NextResponse || c.State == Running {
				t.Errorf("%+v", c)
			}
		}
	}
}

// Tickets that were created in the state "waiting" never met the code that starts a pause, and breached while
// everybody saw that they were paused.
func TestMuseumCreatedDirectlyInAPausedState(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour), target(FirstResponse, time.Hour)))
	x := ticket(opened("Mon 09:00"), waiting("Mon 09:00"))
	c := the(t, Resolution, b, x, "Mon 12:00")
	if c.State != Standing || c.Elapsed != 0 || c.Paused != 3*time.Hour {
		t.Errorf("%+v", c)
	}
	same(t, "since", c.Since, "Mon 09:00")
	// Even if the pause was noted just before the opening.
	x.Events[0].Seq, x.Events[1].Seq = 2, 1
	if c = the(t, Resolution, b, x, "Mon 12:00"); c.State != Standing || c.Elapsed != 0 {
		t.Errorf("%+v", c)
	}
	// Created closed: no clock is left running.
	for _, c := range clocks(t, b, ticket(opened("Mon 09:00"), e(SaidFixed, "Mon 09:00")), "Fri 09:00") {
		if c.State != Ended {
			t.Errorf("%+v", c)
		}
	}
}

// The job that looked for late tickets compared the date only, and marked paused ones as failed.
func TestMuseumFailingWhilePaused(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour)))
	x := ticket(opened("Mon 09:00"), waiting("Mon 12:59"))
	outcome(t, the(t, Resolution, b, x, "Tue 12:00"), Open)
	// One minute is left when the pause has lasted its two days.
	same(t, "deadline", the(t, Resolution, b, x, "Tue 12:00").Deadline, "Wed 13:00")
	outcome(t, the(t, Resolution, b, x, "Wed 12:59"), Open)
	outcome(t, the(t, Resolution, b, x, "Wed 13:00"), Missed)
}

// A desk kept local times without a zone: after a change of its server, and for clients elsewhere, all
// deadlines were wrong by hours.
func TestMuseumNaiveLocalTimes(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, 4*time.Hour), target(Update, 4*time.Hour), target(Resolution, 4*time.Hour)))
	x := ticket(opened("Mon 15:00"), e(Answered, "Mon 16:00"), waiting("Mon 16:30"), e(Nudged, "Tue 09:00"))
	want := clocks(t, b, x, "Tue 09:30")
	for _, zone := range []string{"UTC", "Asia/Kolkata", "Pacific/Apia"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for i := range x.Events {
			x.Events[i].At = x.Events[i].At.In(loc)
		}
		var f Folder
		if got := f.Fold(nil, b, x, on("Tue 09:30").In(loc)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", zone, got)
		}
	}
	// A client elsewhere has its own morning.
	a := agreed(target(FirstResponse, 4*time.Hour))
	a.Calendars[1].Hours = "America/Los_Angeles; mon-fri 08:00-17:00"
	same(t, "deadline", the(t, FirstResponse, book(t, a), ticket(opened("Mon 08:00")), "Mon 08:30").Deadline, "Mon 14:00")
}

// A desk knew one interval of hours for each day, so that the lunch of a practice counted.
func TestMuseumOneIntervalADay(t *testing.T) {
	a := agreed(target(Resolution, 4*time.Hour))
	a.Calendars[1].Hours = "America/Chicago; mon-fri 08:00-12:00,13:00-17:00; sat 22:00-02:00"
	same(t, "over lunch", the(t, Resolution, book(t, a), ticket(opened("Mon 10:00")), "Mon 11:00").Deadline, "Mon 15:00")
	same(t, "over night", the(t, Resolution, book(t, a), ticket(opened("Sat 21:00")), "Sat 22:00").Deadline, "Sun 02:00")
}

// A desk cut every stretch to whole minutes; a ticket with many short pauses gained an hour.
func TestMuseumTruncationOfMinutes(t *testing.T) {
	line := target(Resolution, time.Hour)
	b := book(t, agreed(line))
	events := []Event{opened("Mon 09:00")}
	at := on("Mon 09:00")
	for range 60 {
		at = at.Add(59*time.Second + 999*time.Millisecond)
		events = append(events, Event{Type: Paused, Reason: WaitingForPerson, Told: true, At: at})
		at = at.Add(time.Second + time.Nanosecond)
		events = append(events, Event{Type: PersonWrote, At: at})
	}
	var f Folder
	c := f.Fold(nil, b, ticket(events...), at)[0]
	lasts(t, "elapsed", c.Elapsed, time.Hour-60*time.Millisecond)
	lasts(t, "paused", c.Paused, time.Minute+60*time.Nanosecond)
	if want := at.Add(60 * time.Millisecond); !c.Deadline.Equal(want) {
		t.Errorf("deadline %s, want %s", c.Deadline, want)
	}
}

// Deleting an old policy took the results of its tickets with it, and last year's report changed.
func TestMuseumHistoryLostWithADeletedPolicy(t *testing.T) {
	old, next := agreed(target(Resolution, 4*time.Hour)), version(2, "2026-12-02T06:00:00Z", target(FirstResponse, time.Hour))
	x := *ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(SaidFixed, "Mon 13:00"))
	week := calendar.Span{Start: on("Mon 00:00"), End: on("Sat 00:00")}
	before := Replay([]Ticket{x}, week, book(t, old), book(t, old))
	after := Replay([]Ticket{x}, week, book(t, old, next), book(t, old))
	if before.Rows[0].Live != after.Rows[0].Live || before.Rows[0].Live.Met != 1 {
		t.Errorf("before %+v, after %+v", before.Rows[0], after.Rows[0])
	}
	// A Book owns what it was made of: changing the values afterwards changes nothing that was counted.
	b := book(t, old)
	want := clocks(t, b, &x, "Fri 09:00")
	old.Targets[0].Allowed, old.Targets[0].Goal = time.Minute, 1
	old.Calendars[1].Hours = "UTC; sun 00:00-01:00"
	if got := clocks(t, b, &x, "Fri 09:00"); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

// A report converted old instants with today's offset from UTC: in winter, the summer's tickets of one hour had
// taken none, or two.
func TestMuseumDSTMinutesMisreportedAYearLater(t *testing.T) {
	b := book(t, agreed(target(Resolution, 2*time.Hour)))
	x := ticket(opened("2026-07-06T21:30:00Z"), e(SaidFixed, "2026-07-07T13:30:00Z")) // 16:30 and 8:30 in summer
	for _, now := range []string{"2026-07-08T12:00:00Z", "2026-12-08T12:00:00Z", "2027-12-08T12:00:00Z"} {
		lasts(t, now, the(t, Resolution, b, x, now).Elapsed, time.Hour)
	}
	a := agreed(target(Resolution, 2*time.Hour).in("always"))
	spring := ticket(opened("2026-03-08T07:30:00Z"), e(SaidFixed, "2026-03-08T08:30:00Z")) // 1:30 and 3:30
	lasts(t, "the night an hour is missing", the(t, Resolution, book(t, a), spring, "2027-07-08T12:00:00Z").Elapsed, time.Hour)
	autumn := ticket(opened("2026-11-01T06:30:00Z"), e(SaidFixed, "2026-11-01T07:30:00Z")) // 1:30 twice
	lasts(t, "the night an hour comes twice", the(t, Resolution, book(t, a), autumn, "2027-07-08T12:00:00Z").Elapsed, time.Hour)
}
