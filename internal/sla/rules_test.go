package sla

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// The rules of the clocks, one test each. The week is that of Monday, 30 November 2026, in Chicago;
// the office is open from 8 to 5.

func TestTargetsCountInTheHoursOfTheirCalendar(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, 4*time.Hour), target(Resolution, 4*time.Hour).in("always")))
	x := ticket(opened("Mon 15:00"))
	c := the(t, FirstResponse, b, x, "Mon 16:00")
	same(t, "office deadline", c.Deadline, "Tue 10:00")
	lasts(t, "elapsed", c.Elapsed, time.Hour)
	if c.State != Running || c.Allowed != 4*time.Hour || c.Goal != 90 || c.Version != 1 || c.Target != 0 {
		t.Errorf("%+v", c)
	}
	c = the(t, FirstResponse, b, x, "Tue 09:00")
	lasts(t, "elapsed next morning", c.Elapsed, 3*time.Hour)
	lasts(t, "closed", c.Closed(), 15*time.Hour)
	lasts(t, "wall", c.Wall, 18*time.Hour)
	same(t, "day and night deadline", the(t, Resolution, b, x, "Mon 16:00").Deadline, "Mon 19:00")
}

func TestAClockBreachesAtItsDeadlineByTheClock(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, 2*time.Hour)))
	x := ticket(opened("Mon 16:00"))
	outcome(t, the(t, FirstResponse, b, x, "Tue 08:59"), Open)
	c := the(t, FirstResponse, b, x, "Tue 09:00")
	same(t, "breached", c.BreachedAt, "Tue 09:00")
	outcome(t, c, Missed)
	if c.State != Running {
		t.Error("a breached clock runs on until the answer")
	}
	c = the(t, FirstResponse, b, ticket(opened("Mon 16:00"), e(Answered, "Tue 11:00")), "Fri 09:00")
	same(t, "breached", c.BreachedAt, "Tue 09:00")
	same(t, "met late", c.MetAt, "Tue 11:00")
	same(t, "deadline", c.Deadline, "Tue 09:00")
	lasts(t, "elapsed", c.Elapsed, 4*time.Hour)
	outcome(t, c, Missed)
}

func TestWhatHappensAtTheVeryDeadlineIsInTime(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour)))
	outcome(t, the(t, FirstResponse, b, ticket(opened("Mon 09:00"), e(Answered, "Mon 10:00")), "Mon 10:00"), Met)
	outcome(t, the(t, FirstResponse, b, ticket(opened("Mon 09:00"), e(Answered, "Mon 10:00:01")), "Mon 11:00"), Missed)
	// The time ran out at closing, and the answer came before the office opened again.
	c := the(t, FirstResponse, b, ticket(opened("Mon 16:00"), e(Answered, "Tue 07:00")), "Tue 09:00")
	same(t, "breached", c.BreachedAt, "Mon 17:00")
	// A pause at the very deadline comes too late, and so does a withdrawal.
	outcome(t, the(t, FirstResponse, b, ticket(opened("Mon 09:00"), waiting("Mon 10:00")), "Mon 10:00"), Missed)
	outcome(t, the(t, FirstResponse, b, ticket(opened("Mon 09:00"), e(Withdrawn, "Mon 10:00")), "Mon 10:00"), Missed)
}

func TestTheInstantOfTheEventCounts(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(Update, 2*time.Hour), target(Resolution, 9*time.Hour)))
	inTime := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:50"), waiting("Mon 11:00"), e(PersonWrote, "Mon 13:00"))
	// The answer was entered last, after an outage.
	late := ticket(opened("Mon 09:00"), waiting("Mon 11:00"), e(PersonWrote, "Mon 13:00"), e(Answered, "Mon 09:50"))
	if a, c := clocks(t, b, inTime, "Mon 16:00"), clocks(t, b, late, "Mon 16:00"); !reflect.DeepEqual(a, c) {
		t.Errorf("recorded late:\n%+v\nin time:\n%+v", c, a)
	}
}

func TestAPauseNeedsAReasonThatTheLineAllows(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour)))
	for _, x := range []struct {
		name  string
		event Event
		state State
		want  time.Duration
	}{
		{"allowed and told", waiting("Mon 10:00"), Standing, time.Hour},
		{"another reason", e(Paused, "Mon 10:00").why("supplier"), Running, 3 * time.Hour},
		{"not told", waiting("Mon 10:00").untold(), Running, 3 * time.Hour},
	} {
		c := the(t, Resolution, b, ticket(opened("Mon 09:00"), x.event), "Mon 12:00")
		if c.State != x.state || c.Elapsed != x.want {
			t.Errorf("%s: %s with %s", x.name, c.State, c.Elapsed)
		}
	}
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), waiting("Mon 10:00")), "Mon 12:00")
	if c.Reason != WaitingForPerson {
		t.Errorf("reason %q", c.Reason)
	}
	same(t, "since", c.Since, "Mon 10:00")
	// If nothing more happens, it waits its two days, and then breaches.
	same(t, "deadline", c.Deadline, "Thu 09:00")
}

func TestAPauseCountsFromWhenThePersonWasTold(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour)))
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), waiting("Mon 10:00").untold(), e(PauseTold, "Mon 11:00")), "Mon 12:00")
	lasts(t, "elapsed", c.Elapsed, 2*time.Hour)
	lasts(t, "paused", c.Paused, time.Hour)
	same(t, "since", c.Since, "Mon 11:00")
}

func TestAPauseHasAMaximumAfterWhichTheClockRuns(t *testing.T) {
	line := target(Resolution, 9*time.Hour)
	line.Pauses[0].Max = 2 * time.Hour
	b := book(t, agreed(line))
	c := the(t, Resolution, b, ticket(opened("Mon 15:00"), waiting("Mon 16:00")), "Tue 11:00")
	if c.State != Running {
		t.Error("it still stands after two hours of office time")
	}
	lasts(t, "paused", c.Paused, 2*time.Hour) // 16-17 and 8-9
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	same(t, "deadline", c.Deadline, "Tue 17:00")
	// Pausing again for the same reason does not begin anew.
	again := ticket(opened("Mon 09:00"), waiting("Mon 10:00"), e(Resumed, "Mon 11:30"), waiting("Mon 12:00"))
	c = the(t, Resolution, b, again, "Mon 15:00")
	lasts(t, "paused in all", c.Paused, 2*time.Hour)
	c = the(t, Resolution, b, again, "Mon 12:15")
	same(t, "deadline while the rest of the pause lasts", c.Deadline, "Tue 11:00")
	third := ticket(opened("Mon 09:00"), waiting("Mon 10:00"), e(Resumed, "Mon 13:00"), waiting("Mon 14:00"))
	if c = the(t, Resolution, b, third, "Mon 14:30"); c.State != Running || c.Paused != 2*time.Hour {
		t.Errorf("%s, paused %s", c.State, c.Paused)
	}
}

func TestPausesAreCountedInTheTimeOfTheTarget(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour)))
	c := the(t, Resolution, b, ticket(opened("Mon 15:00"), waiting("Mon 16:00"), e(Resumed, "Tue 09:00")), "Tue 10:00")
	lasts(t, "paused", c.Paused, 2*time.Hour)
	lasts(t, "elapsed", c.Elapsed, 2*time.Hour)
	lasts(t, "closed", c.Closed(), 15*time.Hour)
	same(t, "deadline", c.Deadline, "Tue 17:00")
}

func TestAPauseNudges(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour)))
	x := ticket(opened("Mon 09:00"), waiting("Mon 15:00"))
	same(t, "first nudge after four hours of the office", the(t, Resolution, b, x, "Mon 16:00").NudgeAt, "Tue 10:00")
	same(t, "nobody nudged", the(t, Resolution, b, x, "Tue 12:00").NudgeAt, "Tue 10:00")
	x = ticket(opened("Mon 09:00"), waiting("Mon 15:00"), e(Nudged, "Tue 10:00"))
	same(t, "next nudge", the(t, Resolution, b, x, "Tue 12:00").NudgeAt, "Tue 14:00")
	x = ticket(opened("Mon 09:00"), waiting("Mon 15:00"), e(Nudged, "Wed 14:00"))
	same(t, "no nudge after the maximum", the(t, Resolution, b, x, "Wed 14:30").NudgeAt, "")
}

// Ahead of a wait it is known when the person is asked again: by the line that asks soonest, while its clock stands.
func TestNudgesAhead(t *testing.T) {
	slow := target(Update, 9*time.Hour)
	slow.Pauses[0].Nudge = 5 * time.Hour
	b := book(t, agreed(target(Resolution, 9*time.Hour), slow))
	x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:30"))
	by := func(at time.Time) time.Time { return at }
	nudges := func(b *Book, until string) (all []string) {
		var f Folder
		for _, at := range f.Nudges(b, x, WaitingForPerson, on("Mon 15:00"), time.Time{}, on(until), by) {
			all = append(all, at.In(chicago).Format("Mon 15:04"))
		}
		return all
	}
	if got := nudges(b, "Fri 15:00"); !slices.Equal(got, []string{"Tue 10:00", "Tue 14:00", "Wed 09:00", "Wed 13:00"}) {
		t.Errorf("until the agreed maximum: %v", got)
	}
	if got := nudges(b, "Tue 14:00"); !slices.Equal(got, []string{"Tue 10:00"}) {
		t.Errorf("until Tuesday at two: %v", got)
	}
	often := target(Resolution, 9*time.Hour).in("always")
	often.Pauses[0].Nudge = time.Minute
	if got := nudges(book(t, agreed(often)), "Tue 00:00"); !slices.Equal(got, []string{"Mon 19:00", "Mon 23:00"}) {
		t.Errorf("every minute: %v", got)
	}
	never := target(Resolution, 9*time.Hour)
	never.Pauses[0].Nudge = 0
	if got := nudges(book(t, agreed(never)), "Fri 15:00"); len(got) != 0 {
		t.Errorf("nothing agreed: %v", got)
	}
	if len(x.Events) != 2 {
		t.Error("the ticket was changed")
	}
}

func TestThePersonsWordsEndTheWaitForThem(t *testing.T) {
	line := target(Resolution, 9*time.Hour)
	line.Pauses = append(line.Pauses, Pause{Reason: "supplier", Max: 90 * time.Hour})
	b := book(t, agreed(line))
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), waiting("Mon 10:00"), e(PersonWrote, "Mon 12:00")), "Mon 13:00")
	if c.State != Running || c.Elapsed != 2*time.Hour || c.Paused != 2*time.Hour || c.Reason != "" || !c.Since.IsZero() {
		t.Errorf("%+v", c)
	}
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(Paused, "Mon 10:00").why("supplier"), e(PersonWrote, "Mon 12:00")), "Mon 13:00")
	if c.State != Standing || c.Elapsed != time.Hour {
		t.Errorf("a wait for the supplier goes on: %s, %s", c.State, c.Elapsed)
	}
	// One reason after the other: each has its own maximum.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), waiting("Mon 10:00"), e(Paused, "Mon 11:00").why("supplier")), "Mon 13:00")
	if c.Reason != "supplier" || c.Paused != 3*time.Hour {
		t.Errorf("%s, paused %s", c.Reason, c.Paused)
	}
	same(t, "since", c.Since, "Mon 11:00")
}

func TestTimeInAskedDoesNotCountIfConfirmed(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"))
	c := the(t, Resolution, b, x, "Tue 12:00")
	if c.State != Asking || !c.Deadline.IsZero() {
		t.Errorf("%+v", c)
	}
	same(t, "since", c.Since, "Mon 12:00")
	outcome(t, c, Open)
	lasts(t, "asked", c.Asked, 9*time.Hour)
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(SaidFixed, "Thu 12:00")), "Fri 12:00")
	outcome(t, c, Met)
	same(t, "met at the question", c.MetAt, "Mon 12:00")
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	lasts(t, "wall", c.Wall, 3*time.Hour)
	same(t, "deadline", c.Deadline, "Mon 13:00")
	// The person says so unasked.
	same(t, "met", the(t, Resolution, b, ticket(opened("Mon 09:00"), e(SaidFixed, "Mon 11:00")), "Fri 12:00").MetAt, "Mon 11:00")
	// A reminder is not another question.
	same(t, "met", the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 11:00"), e(AskedIfFixed, "Tue 11:00").auto(), e(SaidFixed, "Tue 12:00")), "Fri 12:00").MetAt, "Mon 11:00")
}

func TestTimeInAskedCountsIfNotYet(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour)))
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(SaidNotFixed, "Mon 14:00")), "Mon 15:00")
	lasts(t, "elapsed", c.Elapsed, 6*time.Hour)
	lasts(t, "asked", c.Asked, 0)
	same(t, "deadline", c.Deadline, "Tue 09:00")
	if c.State != Running || !c.MetAt.IsZero() || !c.Since.IsZero() {
		t.Errorf("%+v", c)
	}
}

// Who asks early and works on has not been done at the asking.
func TestTimeInAskedCountsIfTheDeskGoesOn(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour)))
	wrote, went := e(PersonWrote, "Mon 10:10"), e(WentOn, "Mon 11:00")
	// A new promise while the person was asked: the clock runs, as if nobody had asked.
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), wrote, went), "Mon 12:00")
	if c.State != Running {
		t.Errorf("it is %s while the desk works on", c.State)
	}
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	lasts(t, "asked", c.Asked, 0)
	same(t, "deadline", c.Deadline, "Tue 09:00")
	// Asked again and told yes: met at the last question.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), wrote, went, e(AskedIfFixed, "Mon 16:00"), e(SaidFixed, "Thu 12:00")), "Fri 12:00")
	outcome(t, c, Met)
	same(t, "met", c.MetAt, "Mon 16:00")
	lasts(t, "elapsed", c.Elapsed, 7*time.Hour)
	// A promise that broke is work that was left to do.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), went.auto()), "Mon 12:00")
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	// Asked twice by people, without anything between that anybody wrote down.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(AskedIfFixed, "Mon 15:00"), e(SaidFixed, "Thu 12:00")), "Fri 12:00")
	same(t, "met", c.MetAt, "Mon 15:00")
	lasts(t, "elapsed", c.Elapsed, 6*time.Hour)
	// At the very deadline it is in time; later it is late from the asking on, for nobody knew before.
	twice := ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(AskedIfFixed, "Tue 09:00"), e(SaidFixed, "Tue 12:00"))
	outcome(t, the(t, Resolution, b, twice, "Fri 12:00"), Met)
	twice = ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(AskedIfFixed, "Tue 10:00"), e(SaidFixed, "Tue 12:00"))
	same(t, "breached", the(t, Resolution, b, twice, "Fri 12:00").BreachedAt, "Tue 10:00")
	// Nothing goes on where nobody was asked, or the person has said yes.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(SaidFixed, "Mon 10:30"), went), "Mon 12:00")
	same(t, "met", c.MetAt, "Mon 10:00")
	lasts(t, "elapsed", the(t, Resolution, b, ticket(opened("Mon 09:00"), went), "Mon 12:00").Elapsed, 3*time.Hour)
}

func TestTheGraceOfWhoGoesOnIsFromTheirWords(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour)))
	asked := []Event{opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00")}
	at := func(now string, more ...Event) Clock {
		t.Helper()
		return the(t, Resolution, b, ticket(append(asked[:2:2], more...)...), now)
	}
	// They wrote "no" in words of their own: half an hour from there, as with the button.
	same(t, "deadline", at("Wed 09:10", e(PersonWrote, "Wed 09:00"), e(WentOn, "Wed 09:10")).Deadline, "Wed 09:30")
	outcome(t, at("Fri 09:00", e(PersonWrote, "Wed 09:00"), e(AskedIfFixed, "Wed 09:20"), e(SaidFixed, "Wed 10:00")), Met)
	// Who lets it lie has had its half hour; a reminder of the machine, and thanks, give no other one.
	same(t, "breached", at("Wed 12:00", e(PersonWrote, "Wed 09:00"), e(AskedIfFixed, "Wed 09:40").auto(), e(PersonWrote, "Wed 09:50"), e(WentOn, "Wed 10:00")).BreachedAt, "Wed 10:00")
	// The desk goes on by itself: it knew all along. Else asking would give half an hour, again and again.
	same(t, "breached", at("Wed 12:00", e(WentOn, "Wed 09:00")).BreachedAt, "Wed 09:00")
	// What is left of an earlier half hour is left, and it goes by while the desk asks too early.
	same(t, "the rest", at("Wed 09:20", e(SaidNotFixed, "Wed 09:00"), e(AskedIfFixed, "Wed 09:05"), e(WentOn, "Wed 09:20")).Deadline, "Wed 09:30")
	// What was late before stays late.
	same(t, "breached", at("Wed 12:00", e(WentOn, "Mon 12:30"), e(AskedIfFixed, "Mon 15:00"), e(PersonWrote, "Tue 09:00"), e(WentOn, "Tue 09:00")).BreachedAt, "Mon 13:00")
}

func TestWordsAfterTheQuestionThatAreAnsweredWereMoreThanThanks(t *testing.T) {
	b := book(t, agreed(target(Resolution, 9*time.Hour), target(NextResponse, time.Hour)))
	asked := []Event{opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(PersonWrote, "Mon 11:00")}
	at := func(now string, more ...Event) Clock {
		t.Helper()
		return the(t, Resolution, b, ticket(append(asked[:3:3], more...)...), now)
	}
	// The desk answers, and the question stands: their hour of thinking is theirs, ours is ours.
	c := at("Tue 12:00", e(Answered, "Mon 13:00"))
	if c.State != Asking {
		t.Errorf("it is %s", c.State)
	}
	same(t, "since", c.Since, "Mon 13:00")
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	c = at("Fri 12:00", e(Answered, "Mon 13:00"), e(SaidFixed, "Tue 12:00"))
	outcome(t, c, Met)
	same(t, "met", c.MetAt, "Mon 13:00")
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	lasts(t, "asked", c.Asked, time.Hour)
	// It was not, after all: then their hour counts too.
	c = at("Mon 16:00", e(Answered, "Mon 13:00"), e(SaidNotFixed, "Mon 15:00"))
	lasts(t, "elapsed", c.Elapsed, 7*time.Hour)
	lasts(t, "asked", c.Asked, 0)
	// It was, and came back later: their hour does not.
	c = at("Thu 12:00", e(Answered, "Mon 13:00"), e(SaidFixed, "Mon 15:00"), e(Reopened, "Thu 11:00"))
	lasts(t, "elapsed", c.Elapsed, 4*time.Hour)
	// An answer that takes longer than agreed is late from then on.
	c = at("Fri 12:00", e(Answered, "Tue 13:00"), e(SaidFixed, "Tue 14:00"))
	same(t, "breached", c.BreachedAt, "Tue 13:00")
	// What a machine sends, and words that nobody asked for, are no answer; thanks that had none cost nothing.
	for _, more := range [][]Event{
		{e(Answered, "Mon 13:00").auto(), e(SaidFixed, "Tue 12:00")},
		{e(SaidFixed, "Tue 12:00")},
	} {
		same(t, "met", at("Fri 12:00", more...).MetAt, "Mon 10:00")
	}
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(Answered, "Mon 13:00"), e(SaidFixed, "Tue 12:00")), "Fri 12:00")
	same(t, "met", c.MetAt, "Mon 10:00")
}

func TestWhatIsOwedBeginsAgainWhenTheDeskGoesOn(t *testing.T) {
	b := book(t, agreed(target(NextResponse, 2*time.Hour), target(Update, 2*time.Hour), target(ConfirmedFixed, 18*time.Hour), target(LoopClosed, 18*time.Hour), target(Handoff, 9*time.Hour)))
	events := []Event{opened("Mon 09:00"), e(Answered, "Mon 09:30"), e(AskedIfFixed, "Mon 10:00"), e(PersonWrote, "Mon 11:00")}
	after := func(now string, more ...Event) func(Metric) []Clock {
		all := clocks(t, b, ticket(append(events[:4:4], more...)...), now)
		return func(m Metric) []Clock { return of(m, all) }
	}
	// The person wrote, and a promise broke: their words are still without an answer.
	got := after("Mon 12:15", e(WentOn, "Mon 12:00").auto())
	next := got(NextResponse)[0]
	same(t, "their words", next.Start, "Mon 11:00")
	same(t, "an answer is due", next.Deadline, "Mon 13:00")
	same(t, "news are due", got(Update)[1].Deadline, "Mon 14:00")
	same(t, "the team has it again", got(Handoff)[1].Start, "Mon 12:00")
	if c := got(ConfirmedFixed)[0]; c.Excluded != NotYet {
		t.Errorf("%+v", c)
	}
	if c := got(LoopClosed)[0]; c.State != Running || c.Elapsed != hours(3.25) {
		t.Errorf("%+v", c)
	}
	// Over their time already: late when the desk went on, not before.
	same(t, "breached", after("Mon 15:00", e(WentOn, "Mon 14:00").auto())(NextResponse)[0].BreachedAt, "Mon 14:00")
	// A promise in words is the answer itself.
	got = after("Mon 15:00", e(WentOn, "Mon 13:00"))
	outcome(t, got(NextResponse)[0], Met)
	lasts(t, "their wait", got(NextResponse)[0].Elapsed, 2*time.Hour)
	same(t, "news are due", got(Update)[1].Deadline, "Mon 15:00")
	outcome(t, after("Mon 15:00", e(WentOn, "Mon 13:01"))(NextResponse)[0], Missed)
	// What was answered before, or never asked, has none; and each question waits for its own yes.
	if n := len(after("Mon 15:00", e(Answered, "Mon 11:30"), e(WentOn, "Mon 12:00").auto())(NextResponse)); n != 0 {
		t.Errorf("%d clocks for words that were answered", n)
	}
	got = after("Tue 15:00", e(WentOn, "Mon 12:00"), e(AskedIfFixed, "Mon 16:00").untold(), e(AskedIfFixed, "Tue 09:00").untold(), e(OutcomeTold, "Tue 09:30").auto())
	if all := got(ConfirmedFixed); len(all) != 3 || all[1].Excluded != NotYet || all[2].State != Running {
		t.Errorf("%+v", all)
	}
	if all := got(NextResponse); len(all) != 1 {
		t.Errorf("%+v", all)
	}
	c := got(LoopClosed)[0]
	same(t, "told at last", c.Since, "Tue 09:30")
}

func TestReopeningResumesTheResolution(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour)))
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(SaidFixed, "Mon 11:00"), e(Reopened, "Wed 09:00")), "Wed 10:00")
	lasts(t, "elapsed", c.Elapsed, 2*time.Hour) // the hour before, and the one since
	lasts(t, "not counted", c.Asked, 17*time.Hour)
	same(t, "deadline", c.Deadline, "Wed 12:00")
	// Closed unheard: nobody said yes, so the question counts, and the time closed does not.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(ClosedUnheard, "Mon 11:00"), e(Reopened, "Wed 09:00")), "Wed 10:00")
	lasts(t, "elapsed", c.Elapsed, 3*time.Hour)
	lasts(t, "not counted", c.Asked, 16*time.Hour)
	// Withdrawn and back again.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00"), e(Withdrawn, "Mon 10:00"), e(Reopened, "Wed 09:00")), "Wed 10:00")
	lasts(t, "elapsed", c.Elapsed, 2*time.Hour)
	outcome(t, c, Open)
}

func TestAReopenedTicketIsNeverOverdueAtOnce(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(SaidNotFixed, "Wed 09:00"))
	c := the(t, Resolution, b, x, "Wed 09:00")
	outcome(t, c, Open)
	lasts(t, "elapsed", c.Elapsed, 18*time.Hour)
	same(t, "half an hour to tell and to act", c.Deadline, "Wed 09:30")
	c = the(t, Resolution, b, x, "Wed 09:30")
	same(t, "breached", c.BreachedAt, "Wed 09:30")
	// The grace is in the hours of the target as well.
	x = ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(SaidNotFixed, "Tue 16:45"))
	same(t, "over night", the(t, Resolution, b, x, "Tue 16:45").Deadline, "Wed 08:15")
	// A raise to a line that counts day and night does not turn it into a weekend.
	hard := book(t, agreed(target(Resolution, time.Hour).forPriority("P1").in("always"), target(Resolution, 4*time.Hour)))
	x = ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(SaidNotFixed, "Fri 16:45"), e(PriorityChanged, "Fri 16:50").to("P1"))
	same(t, "raised", the(t, Resolution, hard, x, "Fri 16:55").Deadline, "Fri 17:15")
	// It is never more than the target itself.
	short := book(t, agreed(target(Resolution, 20*time.Minute)))
	x = ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 09:10"), e(SaidNotFixed, "Wed 09:00"))
	same(t, "a short target", the(t, Resolution, short, x, "Wed 09:00").Deadline, "Wed 09:20")
	// It came back to a team without a line: who has it then has what is left of the half hour.
	team := book(t, agreed(target(Resolution, 4*time.Hour).forTeam("L1")))
	moved := func(when string) *Ticket {
		return ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 11:00"), e(Moved, "Mon 11:30").to("L2"), e(SaidNotFixed, "Fri 10:00"), e(Moved, when).to("L1"))
	}
	c = the(t, Resolution, team, moved("Fri 10:01"), "Fri 10:02")
	outcome(t, c, Open)
	same(t, "what is left of it", c.Deadline, "Fri 10:30")
	same(t, "nothing is", the(t, Resolution, team, moved("Fri 10:40"), "Fri 10:50").BreachedAt, "Fri 10:40")
	// What was late before stays late.
	x = ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 14:00"), e(SaidNotFixed, "Tue 16:45"))
	same(t, "breached", the(t, Resolution, b, x, "Wed 16:45").BreachedAt, "Mon 13:00")
}

func TestAPriorityChangeCountsFromTheOpening(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour).forPriority("P1").in("always"), target(Resolution, 27*time.Hour).forPriority("P2", "P3", "P4")))
	x := ticket(opened("Mon 09:00"), e(PriorityChanged, "Mon 11:00").to("P1"))
	same(t, "before", the(t, Resolution, b, x, "Mon 10:00").Deadline, "Thu 09:00")
	c := the(t, Resolution, b, x, "Mon 12:00")
	same(t, "after", c.Deadline, "Mon 13:00")
	if c.Target != 0 || c.Elapsed != 3*time.Hour {
		t.Errorf("%+v", c)
	}
	// In the other direction: the night counted for P1 and does not for P3.
	b = book(t, agreed(target(Resolution, 20*time.Hour).forPriority("P1").in("always"), target(Resolution, 27*time.Hour).forPriority("P2", "P3", "P4")))
	x = withFacts(Facts{Priority: "P1"}, opened("Mon 16:00"), e(PriorityChanged, "Tue 08:00").to("P3"))
	lasts(t, "P1", the(t, Resolution, b, x, "Tue 07:59").Elapsed, hours(15)+59*time.Minute)
	lasts(t, "P3", the(t, Resolution, b, x, "Tue 08:00").Elapsed, time.Hour)
}

func TestARaisedPriorityThatIsLateBreachesAtTheChange(t *testing.T) {
	b := book(t, agreed(target(Resolution, 4*time.Hour).forPriority("P1"), target(Resolution, 27*time.Hour)))
	c := the(t, Resolution, b, ticket(opened("Mon 09:00"), e(PriorityChanged, "Mon 15:00").to("P1")), "Mon 16:00")
	same(t, "deadline", c.Deadline, "Mon 13:00")
	same(t, "breached", c.BreachedAt, "Mon 15:00")
}

func TestDoneIsDoneWhenThePriorityChanges(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour).forPriority("P1"), target(FirstResponse, 4*time.Hour)))
	// Answered in time for P3, then raised.
	c := the(t, FirstResponse, b, ticket(opened("Mon 09:00"), e(Answered, "Mon 11:00"), e(PriorityChanged, "Mon 12:00").to("P1")), "Tue 09:00")
	outcome(t, c, Met)
	// Late for P1, then lowered: late it was.
	c = the(t, FirstResponse, b, withFacts(Facts{Priority: "P1"}, opened("Mon 09:00"), e(PriorityChanged, "Mon 10:30").to("P3"), e(Answered, "Mon 11:00")), "Tue 09:00")
	same(t, "breached", c.BreachedAt, "Mon 10:00")
	if c.Target != 0 {
		t.Error("a breach stays that of its line")
	}
	// Fixed for P3 in time, and asked; a raise while the person thinks changes nothing …
	b = book(t, agreed(target(Resolution, time.Hour).forPriority("P1"), target(Resolution, 9*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(PriorityChanged, "Mon 13:00").to("P1"), e(SaidFixed, "Mon 14:00"))
	outcome(t, the(t, Resolution, b, x, "Tue 09:00"), Met)
	// … until they say "not yet".
	x = ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 12:00"), e(PriorityChanged, "Mon 13:00").to("P1"), e(SaidNotFixed, "Mon 14:00"))
	c = the(t, Resolution, b, x, "Mon 14:00")
	same(t, "deadline", c.Deadline, "Mon 14:30")
	if c.Target != 0 {
		t.Errorf("line %d", c.Target)
	}
	// Late for P1, then lowered while the person thinks: late for P1 it stays, when they say "not yet".
	x = withFacts(Facts{Priority: "P1"}, opened("Mon 09:00"), e(AskedIfFixed, "Mon 11:00"), e(PriorityChanged, "Mon 13:00").to("P3"), e(SaidNotFixed, "Mon 14:00"))
	c = the(t, Resolution, b, x, "Mon 15:00")
	same(t, "breached", c.BreachedAt, "Mon 10:00")
	if c.Target != 0 {
		t.Error("a breach stays that of its line, when the question comes back as well")
	}
}

func TestAPauseOutlivesAPriorityChange(t *testing.T) {
	p1 := target(Resolution, 4*time.Hour).forPriority("P1")
	p1.Pauses = nil
	b := book(t, agreed(p1, target(Resolution, 27*time.Hour)))
	c := the(t, Resolution, b, ticket(opened("Mon 08:00"), waiting("Mon 09:00"), e(PriorityChanged, "Tue 09:00").to("P1")), "Tue 10:00")
	lasts(t, "paused before", c.Paused, 9*time.Hour)
	lasts(t, "elapsed", c.Elapsed, 2*time.Hour)
	if c.State != Running {
		t.Error("P1 does not wait")
	}
	outcome(t, c, Open)
	// And it goes on if the new line allows it, with the beginning that it had.
	b = book(t, agreed(target(Resolution, 4*time.Hour).forPriority("P1"), target(Resolution, 27*time.Hour)))
	c = the(t, Resolution, b, ticket(opened("Mon 08:00"), waiting("Mon 09:00"), e(PriorityChanged, "Mon 12:00").to("P1")), "Mon 13:00")
	same(t, "since", c.Since, "Mon 09:00")
	lasts(t, "paused", c.Paused, 4*time.Hour)
}

func TestNewTermsTouchOnlyWhatOpensLater(t *testing.T) {
	old, next := agreed(target(Resolution, 9*time.Hour)), version(2, "2026-12-01T06:00:00Z", target(Resolution, 2*time.Hour))
	b := book(t, next, old) // in any order
	x := ticket(opened("Mon 16:00"))
	c := the(t, Resolution, b, x, "Tue 12:00")
	if c.Version != 1 {
		t.Errorf("version %d", c.Version)
	}
	same(t, "deadline", c.Deadline, "Tue 16:00")
	if c = the(t, Resolution, b, ticket(opened("Tue 08:00")), "Tue 09:00"); c.Version != 2 || c.Allowed != 2*time.Hour {
		t.Errorf("%+v", c)
	}
	if got := clocks(t, b, ticket(opened("2025-06-02T15:00:00Z")), "Mon 09:00"); len(got) != 0 {
		t.Errorf("before any agreement there is none: %+v", got)
	}
}

func TestNewTermsMayTakeOverOpenTicketsFromTheirDate(t *testing.T) {
	old, next := agreed(target(FirstResponse, time.Hour), target(Resolution, 9*time.Hour)), version(2, "2026-12-01T06:00:00Z", target(FirstResponse, 20*time.Minute), target(Resolution, 4*time.Hour))
	next.OpenTickets = true
	b := book(t, old, next)
	x := ticket(opened("Mon 15:00"), e(Answered, "Mon 15:30"))
	same(t, "the day before", the(t, Resolution, b, x, "Mon 16:00").Deadline, "Tue 15:00")
	c := the(t, Resolution, b, x, "Tue 09:00")
	same(t, "from the opening", c.Deadline, "Tue 10:00")
	if c.Version != 2 {
		t.Errorf("version %d", c.Version)
	}
	c = the(t, FirstResponse, b, x, "Tue 09:00")
	outcome(t, c, Met)
	if c.Version != 1 {
		t.Error("what was met keeps its terms")
	}
	// No breach before the date.
	c = the(t, Resolution, b, ticket(opened("Mon 09:00")), "Tue 09:00")
	same(t, "deadline", c.Deadline, "Mon 13:00")
	same(t, "breached", c.BreachedAt, "2026-12-01T06:00:00Z")
}

// Whose ticket is open at a turn of the year has its holidays under the new terms too.
func TestNewTermsKnowTheHolidaysBeforeTheirDate(t *testing.T) {
	frozen := func(v int, from string) Agreement {
		a := version(v, from, target(Resolution, 90*time.Hour))
		a.Calendars[1].Hours = "America/Chicago; mon-fri 08:00-17:00; us-federal closed"
		a.OpenTickets = v > 1
		a, err := a.Freeze()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	old, next := frozen(1, "2026-01-01T06:00:00Z"), frozen(2, "2027-01-04T06:00:00Z")
	x := ticket(opened("2026-12-24T22:00:00Z")) // an hour before Christmas
	for now, version := range map[string]int{"2027-01-04T05:59:00Z": 1, "2027-01-04T06:01:00Z": 2} {
		c := the(t, Resolution, book(t, old, next), x, now)
		if c.Version != version {
			t.Errorf("version %d", c.Version)
		}
		lasts(t, "without two holidays", c.Elapsed, 37*time.Hour)
	}
	// And what if these terms had been in force the year before?
	b, err := Draft(next)
	if err != nil {
		t.Fatal(err)
	}
	lasts(t, "what if", the(t, Resolution, b, x, "2026-12-28T14:00:00Z").Elapsed, time.Hour)
}

func TestAClosedPeriodNeverChanges(t *testing.T) {
	old := agreed(target(FirstResponse, time.Hour), target(Resolution, 9*time.Hour))
	next := version(2, "2026-12-01T06:00:00Z", target(FirstResponse, 20*time.Minute), target(Resolution, 4*time.Hour))
	next.OpenTickets = true
	x := ticket(opened("Mon 08:00"), e(Answered, "Mon 08:30"), e(AskedIfFixed, "Mon 14:00"), e(SaidFixed, "Mon 14:30"))
	before, after := clocks(t, book(t, old), x, "Fri 09:00"), clocks(t, book(t, old, next), x, "Fri 09:00")
	if !reflect.DeepEqual(before, after) {
		t.Errorf("before: %+v\nafter: %+v", before, after)
	}
}

func TestAVersionNeedsBothApprovals(t *testing.T) {
	for name, change := range map[string]func(*Agreement){
		"no desk":   func(a *Agreement) { a.Desk = Approval{} },
		"no client": func(a *Agreement) { a.ClientSide = Approval{} },
		"no date":   func(a *Agreement) { a.ClientSide.At = time.Time{} },
		"no name":   func(a *Agreement) { a.Desk.By = "" },
	} {
		a := agreed(target(Resolution, time.Hour))
		change(&a)
		if got := clocks(t, book(t, a), ticket(opened("Mon 09:00")), "Mon 10:00"); len(got) != 0 {
			t.Errorf("%s: a draft counts", name)
		}
	}
	late := agreed(target(Resolution, time.Hour))
	late.ClientSide.At = on("Mon 12:00")
	if from, ok := late.inForceFrom(); !ok || !from.Equal(on("Mon 12:00")) {
		t.Errorf("in force from %s", from)
	}
	if got := clocks(t, book(t, late), ticket(opened("Mon 11:59")), "Mon 13:00"); len(got) != 0 {
		t.Error("approved after the ticket was opened")
	}
	if got := clocks(t, book(t, late), ticket(opened("Mon 12:00")), "Mon 13:00"); len(got) != 1 {
		t.Error("approved when the ticket was opened")
	}
}

func TestMergingMovesTheWait(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, 2*time.Hour), target(Resolution, 9*time.Hour)))
	away := ticket(opened("Mon 09:00"), e(MergedAway, "Mon 10:00"))
	for _, c := range clocks(t, b, away, "Fri 09:00") {
		if c.Excluded != ByMerging || c.State != Ended {
			t.Errorf("%+v", c)
		}
	}
	late := ticket(opened("Mon 09:00"), e(MergedAway, "Mon 12:00"))
	outcome(t, the(t, FirstResponse, b, late, "Fri 09:00"), Missed) // merging hides no miss
	into := ticket(opened("Mon 10:00"), e(MergedIn, "Mon 10:30").due("Mon 09:00"))
	c := the(t, FirstResponse, b, into, "Mon 10:45")
	same(t, "start", c.Start, "Mon 09:00")
	same(t, "deadline", c.Deadline, "Mon 11:00")
	lasts(t, "elapsed", c.Elapsed, hours(1.75))
	// What is late by that is late from the merging, not before.
	into = ticket(opened("Mon 13:00"), e(MergedIn, "Mon 13:30").due("Mon 09:00"))
	same(t, "breached", the(t, FirstResponse, b, into, "Mon 14:00").BreachedAt, "Mon 13:30")
	// Merged while the person is asked: the older one waited until the question, and longer if the answer is no.
	b = book(t, agreed(target(Resolution, 20*time.Hour)))
	friday := "2026-11-27T20:00:00Z" // three hours before closing
	asked := []Event{opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(MergedIn, "Mon 10:30").due(friday)}
	c = the(t, Resolution, b, ticket(append(asked[:3:3], e(SaidNotFixed, "Mon 11:00"))...), "Mon 11:00")
	lasts(t, "not yet", c.Elapsed, 6*time.Hour) // with an hour of Monday that the older one waited alone
	c = the(t, Resolution, b, ticket(append(asked[:3:3], e(SaidFixed, "Mon 11:00"))...), "Mon 12:00")
	lasts(t, "yes", c.Elapsed, 5*time.Hour)
	lasts(t, "asked", c.Asked, 0)
	same(t, "met", c.MetAt, "Mon 10:00")
	hard := book(t, agreed(target(Resolution, 4*time.Hour)))
	same(t, "late by that", the(t, Resolution, hard, ticket(append(asked[:3:3], e(SaidFixed, "Mon 11:00"))...), "Mon 12:00").BreachedAt, "Mon 10:30")
	// Merged into one that has ended: it counts if that comes back.
	asked = []Event{opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00"), e(SaidFixed, "Mon 10:10"), e(MergedIn, "Mon 10:30").due("2026-11-27T21:00:00Z"), e(MergedIn, "Mon 10:40").due(friday), e(MergedIn, "Mon 10:50").due("2026-11-27T22:00:00Z")}
	lasts(t, "ended", the(t, Resolution, b, ticket(asked...), "Mon 12:00").Elapsed, time.Hour)
	lasts(t, "back", the(t, Resolution, b, ticket(append(asked, e(Reopened, "Mon 11:00"))...), "Mon 11:00").Elapsed, 5*time.Hour)
	b = book(t, agreed(target(FirstResponse, 2*time.Hour), target(Resolution, 9*time.Hour)))
	// A younger ticket changes nothing.
	into = ticket(opened("Mon 09:00"), e(MergedIn, "Mon 10:30").due("Mon 10:00"))
	same(t, "start", the(t, FirstResponse, b, into, "Mon 10:45").Start, "Mon 09:00")
}

func TestEachTeamHasItsOwnTime(t *testing.T) {
	b := book(t, agreed(target(Handoff, time.Hour).forTeam("L1"), target(Handoff, 4*time.Hour).forTeam("L2", "L3")))
	x := ticket(opened("Mon 09:00"), e(Moved, "Mon 11:00").to("L2"), e(Moved, "Mon 13:00").to("L3"), e(AskedIfFixed, "Mon 16:00"), e(SaidNotFixed, "Tue 08:00"))
	got := of(Handoff, clocks(t, b, x, "Tue 09:00"))
	if len(got) != 4 {
		t.Fatalf("%d stays: %+v", len(got), got)
	}
	for i, want := range []struct {
		outcome Outcome
		elapsed time.Duration
	}{{Missed, 2 * time.Hour}, {Met, 2 * time.Hour}, {Met, 3 * time.Hour}, {Open, time.Hour}} {
		if got[i].Outcome() != want.outcome || got[i].Elapsed != want.elapsed {
			t.Errorf("stay %d: %s after %s", i, got[i].Outcome(), got[i].Elapsed)
		}
	}
	if got := of(Handoff, clocks(t, b, ticket(opened("Mon 09:00"), e(Moved, "Mon 09:10").to("Billing")), "Tue 09:00")); len(got) != 1 {
		t.Errorf("a team without a line has a clock: %+v", got)
	}
}

func TestAutomaticMessagesSatisfyNoResponse(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(NextResponse, time.Hour), target(Update, 2*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:01").auto())
	outcome(t, the(t, FirstResponse, b, x, "Mon 09:30"), Open)
	x = ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 09:01").auto())
	outcome(t, the(t, FirstResponse, b, x, "Mon 10:00"), Missed)
	x = ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(PersonWrote, "Mon 09:20"), e(Answered, "Mon 09:21").auto())
	outcome(t, the(t, NextResponse, b, x, "Mon 09:30"), Open)
	same(t, "update since the person's word", the(t, Update, b, x, "Mon 09:30").Start, "Mon 09:10")
	// Asked by a machine: no news are owed, but none were given.
	x = ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(AskedIfFixed, "Mon 09:21").auto())
	if c := the(t, Update, b, x, "Mon 09:30"); c.Excluded != NotNeeded {
		t.Errorf("%+v", c)
	}
}

func TestAnAnswerInAnyChannelSatisfies(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(NextResponse, time.Hour)))
	for _, typ := range []EventType{Answered, AskedIfFixed, OutcomeTold} {
		c := the(t, FirstResponse, b, ticket(opened("Mon 09:00"), e(typ, "Mon 09:30")), "Tue 09:00")
		same(t, "met", c.MetAt, "Mon 09:30")
		x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(PersonWrote, "Mon 09:20"), e(typ, "Mon 09:30"))
		same(t, "met", the(t, NextResponse, b, x, "Tue 09:00").MetAt, "Mon 09:30")
	}
	// Answered on the phone before the ticket was typed in.
	c := the(t, FirstResponse, b, ticket(e(Answered, "Mon 08:55"), opened("Mon 09:00")), "Tue 09:00")
	same(t, "met", c.MetAt, "Mon 09:00")
	lasts(t, "elapsed", c.Elapsed, 0)
}

func TestResponsesRepeat(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(NextResponse, time.Hour)))
	x := ticket(opened("Mon 09:00"), e(PersonWrote, "Mon 09:05"), e(Answered, "Mon 09:10"), e(PersonWrote, "Mon 10:00"), e(PersonWrote, "Mon 10:30"),
		e(Answered, "Mon 10:45"), e(Answered, "Mon 10:50"), e(PersonWrote, "Mon 11:00"))
	got := of(NextResponse, clocks(t, b, x, "Mon 11:30"))
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	same(t, "the older words count", got[0].Start, "Mon 10:00")
	same(t, "met", got[0].MetAt, "Mon 10:45")
	same(t, "running", got[1].Deadline, "Mon 12:00")
	// "Not yet" wants an answer as well; the desk's own reopening does not.
	x = ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(AskedIfFixed, "Mon 10:00"), e(SaidNotFixed, "Mon 11:00"))
	same(t, "start", the(t, NextResponse, b, x, "Mon 11:30").Start, "Mon 11:00")
	x = ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(AskedIfFixed, "Mon 10:00"), e(ClosedUnheard, "Tue 10:00"), e(Reopened, "Wed 11:00").by(Staff))
	if got := of(NextResponse, clocks(t, b, x, "Wed 12:00")); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	// The person found out themselves; or withdrew; or was closed without an answer.
	for typ, want := range map[EventType]Exclusion{SaidFixed: NotNeeded, Withdrawn: ByWithdrawal, Voided: ByVoiding, ClosedUnheard: Counted} {
		c := the(t, NextResponse, b, ticket(opened("Mon 09:00"), e(Answered, "Mon 09:10"), e(PersonWrote, "Mon 10:00"), e(typ, "Mon 10:30")), "Tue 09:00")
		if c.Excluded != want || typ == ClosedUnheard && !c.BreachedAt.Equal(on("Mon 10:30")) {
			t.Errorf("event %d: %+v", typ, c)
		}
	}
}

func TestUpdatesRepeatAndASilenceCountsOnce(t *testing.T) {
	b := book(t, agreed(target(Update, 2*time.Hour)))
	x := ticket(opened("Mon 08:00"), e(Answered, "Mon 09:00"), e(Answered, "Mon 10:00"), e(Answered, "Mon 15:00"), e(AskedIfFixed, "Mon 16:00"))
	got := of(Update, clocks(t, b, x, "Tue 16:00"))
	want := []Outcome{Met, Missed, Met}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		outcome(t, got[i], want[i])
	}
	same(t, "one breach", got[1].BreachedAt, "Mon 12:00")
	// News are owed again when the ticket comes back, and not while it is asked about.
	x.Events = append(x.Events, e(SaidNotFixed, "Wed 09:00"))
	x.Events[5].Seq = 6
	got = of(Update, clocks(t, b, x, "Wed 10:00"))
	same(t, "after not yet", got[3].Deadline, "Wed 11:00")
	// Said fixed while news were due: not needed any more.
	c := the(t, Update, b, ticket(opened("Mon 08:00"), e(Answered, "Mon 09:00"), e(SaidFixed, "Mon 09:30")), "Tue 09:00")
	if c.Excluded != NotNeeded {
		t.Errorf("%+v", c)
	}
}

func TestPromisesHaveNoPauses(t *testing.T) {
	b := book(t, agreed(target(CallbackKept, 0)))
	made := e(PromiseMade, "Mon 09:30").key(7).due("Mon 14:00")
	for _, x := range []struct {
		name    string
		end     []Event
		outcome Outcome
		at      string
	}{
		{"kept", []Event{e(PromiseKept, "Mon 13:59").key(7)}, Met, "Mon 13:59"},
		{"kept at the very instant", []Event{e(PromiseKept, "Mon 14:00").key(7)}, Met, "Mon 14:00"},
		{"kept late", []Event{e(PromiseKept, "Mon 14:01").key(7)}, Missed, "Mon 14:00"},
		{"nothing", nil, Missed, "Mon 14:00"},
		{"another promise was kept", []Event{e(PromiseKept, "Mon 13:00").key(8)}, Missed, "Mon 14:00"},
		{"waiting for the person changes nothing", []Event{waiting("Mon 10:00")}, Missed, "Mon 14:00"},
		{"moved by the person", []Event{e(PromiseMoved, "Mon 13:00").key(7).by(Person)}, Excluded, "Mon 13:00"},
		{"moved by the person too late", []Event{e(PromiseMoved, "Mon 14:00").key(7).by(Person)}, Missed, "Mon 14:00"},
		{"moved by us", []Event{e(PromiseMoved, "Mon 13:00").key(7)}, Missed, "Mon 13:00"},
		{"withdrawn", []Event{e(PromiseWithdrawn, "Mon 13:00").key(7)}, Excluded, "Mon 13:00"},
		{"voided", []Event{e(PromiseVoided, "Mon 13:00").key(7)}, Excluded, "Mon 13:00"},
		{"asked and fixed, but the call was promised", []Event{e(AskedIfFixed, "Mon 10:00"), e(SaidFixed, "Mon 11:00")}, Missed, "Mon 14:00"},
		{"the ticket was merged", []Event{e(MergedAway, "Mon 11:00")}, Excluded, "Mon 11:00"},
	} {
		c := the(t, CallbackKept, b, ticket(append([]Event{opened("Mon 09:00"), made}, x.end...)...), "Tue 09:00")
		if c.Outcome() != x.outcome {
			t.Errorf("%s: %s", x.name, c.Outcome())
		}
		same(t, x.name, c.Decided(), x.at)
		same(t, x.name+": deadline", c.Deadline, "Mon 14:00")
	}
	// Several at a time, in the night as well.
	x := ticket(opened("Mon 09:00"), e(PromiseMade, "Mon 09:30").key(1).due("Mon 20:00"), e(PromiseMade, "Mon 09:40").key(2).due("Mon 19:00"),
		e(PromiseKept, "Mon 18:00").key(2))
	got := of(CallbackKept, clocks(t, b, x, "Mon 19:30"))
	outcome(t, got[0], Open)
	outcome(t, got[1], Met)
	same(t, "due", got[0].Deadline, "Mon 20:00")
}

func TestCallsAreAnsweredOrAbandoned(t *testing.T) {
	b := book(t, agreed(target(AnswerSpeed, 30*time.Second).in("always"), target(Abandonment, 10*time.Second).in("always")))
	for _, x := range []struct {
		name           string
		end            Event
		speed, abandon Outcome
	}{
		{"answered in time", e(CallAnswered, "Mon 09:00:30").key(1), Met, Met},
		{"answered late", e(CallAnswered, "Mon 09:00:31").key(1), Missed, Met},
		{"hung up at once", e(CallLeft, "Mon 09:00:10").key(1), Excluded, Excluded},
		{"hung up after a while", e(CallLeft, "Mon 09:00:20").key(1), Excluded, Missed},
		{"hung up late", e(CallLeft, "Mon 09:00:40").key(1), Missed, Missed},
		{"somebody else was answered", e(CallAnswered, "Mon 09:00:05").key(2), Missed, Open},
	} {
		// The call is there before the ticket.
		c := ticket(e(CallQueued, "Mon 09:00").key(1), x.end, opened("Mon 09:05"))
		speed := the(t, AnswerSpeed, b, c, "Mon 10:00")
		if got := speed.Outcome(); got != x.speed {
			t.Errorf("%s: speed %s", x.name, got)
		}
		abandoned := the(t, Abandonment, b, c, "Mon 10:00")
		if got := abandoned.Outcome(); got != x.abandon {
			t.Errorf("%s: abandonment %s", x.name, got)
		}
		same(t, x.name+": nothing breaches by itself", abandoned.Deadline, "")
		// And the same when no question comes of it.
		alone := &Ticket{ID: 1, Events: c.Events[:2]}
		speed, abandoned = the(t, AnswerSpeed, b, alone, "Mon 10:00"), the(t, Abandonment, b, alone, "Mon 10:00")
		if speed.Outcome() != x.speed || abandoned.Outcome() != x.abandon {
			t.Errorf("%s, of a call alone: %s and %s", x.name, speed.Outcome(), abandoned.Outcome())
		}
	}
	if all := clocks(t, b, &Ticket{ID: 1, Events: []Event{e(CallQueued, "Mon 09:00").key(1), e(PersonWrote, "Mon 09:01"), e(Answered, "Mon 09:02")}}, "Mon 10:00"); len(all) != 2 {
		t.Errorf("a call alone has %d clocks: %+v", len(all), all)
	}
}

func TestConfirmedFixedIsThePersonsYes(t *testing.T) {
	b := book(t, agreed(target(ConfirmedFixed, 18*time.Hour)))
	asked := []Event{opened("Mon 09:00"), e(AskedIfFixed, "Mon 10:00")}
	for _, x := range []struct {
		name  string
		event Event
		want  Outcome
	}{
		{"yes", e(SaidFixed, "Tue 10:00"), Met},
		{"yes, late", e(SaidFixed, "Wed 10:01"), Missed},
		{"silence is no yes", e(ClosedUnheard, "Tue 10:00"), Missed},
		{"not yet: another asking will count", e(SaidNotFixed, "Tue 10:00"), Excluded},
	} {
		c := the(t, ConfirmedFixed, b, ticket(append(asked[:2:2], x.event)...), "Fri 09:00")
		if got := c.Outcome(); got != x.want {
			t.Errorf("%s: %s", x.name, got)
		}
	}
	again := ticket(append(asked[:2:2], e(SaidNotFixed, "Mon 11:00"), e(AskedIfFixed, "Mon 15:00"), e(SaidFixed, "Mon 16:00"))...)
	got := of(ConfirmedFixed, clocks(t, b, again, "Fri 09:00"))
	if len(got) != 2 || got[0].Excluded != NotYet || got[1].Outcome() != Met {
		t.Errorf("%+v", got)
	}
}

func TestTheLoopIsClosedWhenThePersonWasTold(t *testing.T) {
	b := book(t, agreed(target(LoopClosed, 18*time.Hour)))
	for _, x := range []struct {
		name   string
		events []Event
		want   Outcome
		met    string
	}{
		{"told with the question", []Event{e(AskedIfFixed, "Mon 12:00"), e(SaidFixed, "Tue 12:00")}, Met, "Mon 12:00"},
		{"told apart", []Event{e(OutcomeTold, "Mon 11:00"), e(SaidFixed, "Tue 12:00")}, Met, "Mon 11:00"},
		{"the question did not reach them", []Event{e(AskedIfFixed, "Mon 12:00").untold()}, Missed, ""},
		{"closed and never told", []Event{e(AskedIfFixed, "Mon 12:00").untold(), e(ClosedUnheard, "Mon 16:00")}, Missed, ""},
		{"told, and closed without a word from them", []Event{e(AskedIfFixed, "Mon 12:00"), e(ClosedUnheard, "Mon 16:00")}, Met, "Mon 12:00"},
	} {
		c := the(t, LoopClosed, b, ticket(append([]Event{opened("Mon 09:00")}, x.events...)...), "Fri 09:00")
		if c.Outcome() != x.want {
			t.Errorf("%s: %s", x.name, c.Outcome())
		}
		same(t, x.name, c.MetAt, x.met)
	}
}

func TestSuppliersHaveAClock(t *testing.T) {
	b := book(t, agreed(target(Supplier, 4*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(SupplierAsked, "Mon 10:00").key(3), e(SupplierAsked, "Mon 10:30").key(4), e(SupplierAnswered, "Mon 13:00").key(3))
	got := of(Supplier, clocks(t, b, x, "Mon 15:00"))
	outcome(t, got[0], Met)
	outcome(t, got[1], Missed)
	x = ticket(opened("Mon 09:00"), e(SupplierAsked, "Mon 10:00").key(3), e(SaidFixed, "Mon 11:00"))
	if c := the(t, Supplier, b, x, "Mon 15:00"); c.Excluded != NotNeeded {
		t.Errorf("%+v", c)
	}
}

func TestVoidedTicketsCountNowhere(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(Resolution, 9*time.Hour)))
	for _, c := range clocks(t, b, ticket(opened("Mon 09:00"), e(Answered, "Mon 11:00"), e(Voided, "Mon 12:00")), "Tue 09:00") {
		if c.Excluded != ByVoiding {
			t.Errorf("%+v", c)
		}
	}
}

func TestWithdrawnTicketsKeepWhatWasDecided(t *testing.T) {
	b := book(t, agreed(target(FirstResponse, time.Hour), target(Resolution, 9*time.Hour)))
	x := ticket(opened("Mon 09:00"), e(Answered, "Mon 09:30"), e(Withdrawn, "Mon 12:00"))
	outcome(t, the(t, FirstResponse, b, x, "Tue 09:00"), Met)
	c := the(t, Resolution, b, x, "Tue 09:00")
	if c.Excluded != ByWithdrawal || !c.End.Equal(on("Mon 12:00")) {
		t.Errorf("%+v", c)
	}
	// Withdrawn instead of answering the question: it had been done.
	outcome(t, the(t, Resolution, b, ticket(opened("Mon 09:00"), e(AskedIfFixed, "Mon 11:00"), e(Withdrawn, "Mon 12:00")), "Tue 09:00"), Met)
	// Closed by the desk, nobody ever answered.
	same(t, "missed", the(t, FirstResponse, b, ticket(opened("Mon 09:00"), e(ClosedUnheard, "Mon 09:30")), "Tue 09:00").BreachedAt, "Mon 09:30")
	// An answer of the catalogue helped before anybody had to.
	if c := the(t, FirstResponse, b, ticket(opened("Mon 09:00"), e(SaidFixed, "Mon 09:30")), "Tue 09:00"); c.Excluded != NotNeeded {
		t.Errorf("%+v", c)
	}
}

func TestTheFirstLineThatFitsCountsAndSaysWhy(t *testing.T) {
	first := target(Resolution, time.Hour)
	first.When = Conditions{Audiences: []string{"patient"}, Priorities: []string{"P1", "P3"}}
	second := target(Resolution, 2*time.Hour)
	second.When = Conditions{Kinds: []string{"incident"}, Sites: []string{"north", "south"}, Functions: []string{"orders"}}
	b := book(t, agreed(target(FirstResponse, time.Hour), first, second, target(Resolution, 3*time.Hour).forTeam("L1"), target(Resolution, 9*time.Hour)))
	var f Folder
	x := f.Explain(b, ticket(opened("Mon 09:00")), on("Mon 09:30"))[1]
	if x.Clock.Target != 3 || !reflect.DeepEqual(x.Fits, []string{"team L1"}) ||
		!reflect.DeepEqual(x.Before, []Skipped{{1, "audience", "employee"}, {2, "function", ""}}) {
		t.Errorf("%d, %v, %v", x.Clock.Target, x.Fits, x.Before)
	}
	if text := strings.Join(x.Text(), "\n"); !strings.Contains(text, `line 2 does not fit: its audience is not "employee"`) || !strings.Contains(text, "line 4 of version 1, the first that fits (team L1)") {
		t.Error(text)
	}
}

func TestWarningsAreInstants(t *testing.T) {
	b := book(t, agreed(target(Resolution, 10*time.Hour)))
	var f Folder
	warns := func(now string, events ...Event) string {
		var all []string
		for _, w := range f.Explain(b, ticket(events...), on(now))[0].Warnings {
			all = append(all, w.At.In(chicago).Format("Mon 15:04"))
		}
		return strings.Join(all, ", ")
	}
	for _, x := range []struct {
		name   string
		want   string
		now    string
		events []Event
	}{
		{"over night", "Mon 14:00, Mon 16:30, Tue 09:00", "Mon 09:00", []Event{opened("Mon 09:00")}},
		{"the same when they are past", "Mon 14:00, Mon 16:30, Tue 09:00", "Wed 09:00", []Event{opened("Mon 09:00")}},
		{"a pause moves them", "Mon 15:00, Tue 08:30, Tue 10:00", "Mon 13:00", []Event{opened("Mon 09:00"), waiting("Mon 10:00"), e(PersonWrote, "Mon 11:00")}},
		{"a pause that lasts its maximum", "Wed 14:00, Wed 16:30, Thu 09:00", "Mon 13:00", []Event{opened("Mon 09:00"), waiting("Mon 10:00")}},
		{"none to come after the question", "Mon 14:00", "Tue 13:00", []Event{opened("Mon 09:00"), e(AskedIfFixed, "Mon 15:00")}},
		{"not yet: nobody knew before", "Mon 14:00, Tue 12:00, Tue 12:00", "Tue 13:00", []Event{opened("Mon 09:00"), e(AskedIfFixed, "Mon 15:00"), e(SaidNotFixed, "Tue 12:00")}},
	} {
		if got := warns(x.now, x.events...); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
	own := target(Resolution, 10*time.Hour)
	own.Warn = []int{80}
	b = book(t, agreed(own))
	if got := warns("Mon 09:00", opened("Mon 09:00")); got != "Mon 17:00" {
		t.Errorf("own percentages: %s", got)
	}
}

func TestAnExplanationReadsLikeADay(t *testing.T) {
	b := book(t, agreed(target(Resolution, 20*time.Hour)))
	var f Folder
	text := f.Explain(b, ticket(opened("Mon 14:00"), waiting("Tue 09:10"), e(PersonWrote, "Tue 11:00"), e(Paused, "Tue 12:00").why("supplier"), e(Resumed, "Tue 12:30"),
		e(AskedIfFixed, "Tue 13:00"), e(SaidNotFixed, "Tue 14:00"), e(AskedIfFixed, "Tue 14:30"), e(SaidFixed, "Tue 15:00"), e(Reopened, "Tue 16:00")), on("Tue 16:30"))[0].Text()
	want := []string{
		"resolution: line 1 of version 1, the first that fits",
		"Mon 14:00–17:00 counted 3 h",
		"Mon 17:00–Tue 08:00 closed",
		"Tue 08:00–09:10 counted 1 h 10 min",
		"Tue 09:10–11:00 waiting for you",
		"Tue 11:00–12:00 counted 1 h",
		"Tue 12:00–12:30 counted 30 min: waiting for something that stops no clock here",
		"Tue 12:30–13:00 counted 30 min",
		"Tue 13:00–14:00 counted 1 h: asked if it is fixed, and it was not",
		"Tue 14:00–14:30 counted 30 min",
		"Tue 14:30–16:00 was closed",
		"Tue 16:00–16:30 counted 30 min",
	}
	if !reflect.DeepEqual(text, want) {
		t.Errorf("got\n%s", strings.Join(text, "\n"))
	}
	// The hour that exists twice is told apart, and a long life has dates.
	night := target(Resolution, 900*time.Hour).in("always")
	b = book(t, agreed(night))
	text = f.Explain(b, ticket(opened("2026-11-01T06:30:00Z")), on("2026-11-01T07:30:00Z"))[0].Text()
	if text[1] != "Sun 01:30 CDT–01:30 CST counted 1 h" {
		t.Error(text[1])
	}
	text = f.Explain(b, ticket(opened("2026-11-02T14:00:00Z"), e(Paused, "2026-11-02T14:00:20Z").why(WaitingForPerson)), on("2026-11-12T14:00:00Z"))[0].Text()
	if text[1] != "Mon Nov 2 08:00–08:00 counted 20 s" {
		t.Error(text[1])
	}
}

func TestThePriorityIsByTheMatrixOfTheVersionThatGoverns(t *testing.T) {
	old, next := agreed(target(Resolution, 60*time.Hour)), version(2, "2026-12-02T06:00:00Z", target(Resolution, 60*time.Hour))
	next.Matrix[Low][Low] = "P2"
	next.Until = on("Fri 12:00")
	for _, x := range []struct {
		name        string
		all         bool
		opened, now string
		want        string
	}{
		{"before the new terms", true, "Mon 09:00", "Tue 23:59", "P4"},
		{"they have taken it over", true, "Mon 09:00", "Wed 00:00", "P2"},
		{"they leave what is open", false, "Mon 09:00", "Wed 09:00", "P4"},
		{"opened under them", false, "Wed 08:00", "Wed 09:00", "P2"},
		{"after their end", true, "Mon 09:00", "Fri 12:00", "P4"},
		{"before any agreement", false, "2025-06-02T15:00:00Z", "Mon 09:00", "P4"},
	} {
		next.OpenTickets = x.all
		if got := book(t, old, next).Priority(on(x.opened), on(x.now), Low, Low, false); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}

func TestThePriorityOfATicket(t *testing.T) {
	a := DefaultIn("America/Chicago")
	want := "P1 P2 P3 P2 P3 P4 P3 P4 P4"
	var got []string
	for i := High; i <= Low; i++ {
		for u := High; u <= Low; u++ {
			got = append(got, a.Priority(i, u, false))
			if p := a.Priority(i, u, true); p != "P1" {
				t.Errorf("a stop of care is %s", p)
			}
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
}
