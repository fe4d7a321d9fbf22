package app_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
	"kept/internal/testkit"
)

// clockOf gives the only clock of a metric on p's question, the latest where there are several.
func clockOf(d *testkit.Desk, p *testkit.Person, m sla.Metric) sla.Clock {
	d.T.Helper()
	page, err := d.App.Clocks(d.Ctx(), d.Sam, p.Got.Ref)
	d.Must(err)
	var found sla.Clock
	for _, x := range page.Clocks {
		if x.Clock.Metric == m {
			found = x.Clock
		}
	}
	return found
}

// row gives the stored row of p's question.
func row(d *testkit.Desk, p *testkit.Person) (c desk.Clock, ok bool) {
	d.T.Helper()
	d.Must(d.DB.Read(d.Ctx(), desk.System("test"), p.Client.ID, func(tx *store.ReadTx) (err error) {
		one := []desk.TicketID{p.Got.Ticket}
		stale, err := tx.Stale(one)
		if err != nil || len(stale) > 0 {
			d.T.Errorf("the row waits to be made, %v", err)
		}
		all, err := tx.ClocksOf(one)
		c, ok = all[p.Got.Ticket]
		return err
	}))
	return c, ok
}

func verified(d *testkit.Desk) {
	d.T.Helper()
	found, err := d.App.Verify(d.Ctx(), desk.System("test"))
	d.Must(err)
	for _, b := range found.Broken {
		d.T.Error(b)
	}
}

// TestTheClocksOfAQuestion follows Maria's question from the first page to her yes.
func TestTheClocksOfAQuestion(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		opened := d.Now()
		d.Settle()
		r, ok := row(d, maria)
		if !ok || r.Metric != "first_response" || !r.Deadline.Equal(opened.Add(15*time.Minute)) || r.State != desk.ClockRunning || r.Percent != 0 {
			t.Fatalf("opened: %+v", r)
		}
		d.Advance(12 * time.Minute)
		if r, _ = row(d, maria); r.Percent != 75 {
			t.Errorf("after 12 of 15 minutes: %+v", r)
		}
		verified(d)
		d.Advance(3 * time.Minute)
		if r, _ = row(d, maria); r.State != desk.ClockMissed || r.Missed != 1 {
			t.Errorf("missed at its instant: %+v", r)
		}
		d.Advance(time.Minute)
		_, err := d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.Settle()
		if c := clockOf(d, maria, sla.FirstResponse); c.Outcome() != sla.Missed || !c.End.Equal(d.Now()) {
			t.Errorf("answered late: %+v", c)
		}
		if r, _ = row(d, maria); r.State == desk.ClockMissed || r.Missed != 1 {
			t.Errorf("answered late: %+v", r)
		}
		// A wait stops the fix once she was told, and her words end it.
		d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, desk.WaitPerson, d.Now().Add(48*time.Hour), ""))
		d.Settle()
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Standing || c.Reason != sla.WaitingForPerson {
			t.Errorf("waiting for her: %s %s", c.State, c.Reason)
		}
		verified(d)
		_, err = d.App.AddWords(d.Ctx(), maria.Viewer(), "I use the app on my phone", "")
		d.Must(err)
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Running || c.Reason != "" {
			t.Errorf("she wrote: %+v", c)
		}
		if c := clockOf(d, maria, sla.NextResponse); c.State != sla.Running {
			t.Errorf("her words wait for an answer: %+v", c)
		}
		// Asked, not yet, asked again, yes.
		_, err = d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Choose pounds in the menu.", Ask: true})
		d.Must(err)
		d.Settle()
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Asking {
			t.Errorf("asked: %s", c.State)
		}
		verified(d)
		_, err = d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "It is still kilograms", "", time.Time{})
		d.Must(err)
		d.Settle()
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Running || c.Asked != 0 {
			t.Errorf("not yet: %s, %v asked", c.State, c.Asked)
		}
		_, err = d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Then do it on the web page.", Ask: true})
		d.Must(err)
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		d.Settle()
		for _, m := range []sla.Metric{sla.Resolution, sla.LoopClosed, sla.ConfirmedFixed} {
			if c := clockOf(d, maria, m); c.Outcome() != sla.Met {
				t.Errorf("%s: %s", m, c.Outcome())
			}
		}
		if _, ok = row(d, maria); ok {
			t.Error("a closed question has a clock that runs")
		}
		verified(d)
		// She opens it again after the end.
		d.Advance(24 * time.Hour)
		_, err = d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "Kilograms again", "", time.Time{})
		d.Must(err)
		d.Settle()
		if c := clockOf(d, maria, sla.Resolution); !c.End.IsZero() || !c.BreachedAt.IsZero() {
			t.Errorf("opened again it is over, or late at once: %+v", c)
		}
		if _, ok = row(d, maria); !ok {
			t.Error("an open question has no clock")
		}
		verified(d)
	})
}

// A callback that is promised is a clock of its own; a call that found nobody is no miss of ours.
// Who asks early and works on was not done at the first asking.
func TestTheClockRunsWhileTheDeskGoesOnAfterAsking(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 9, 0))
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		resolution := func(what string, want sla.State) sla.Clock {
			d.T.Helper()
			d.Settle()
			c := clockOf(d, maria, sla.Resolution)
			if c.State != want {
				d.T.Errorf("%s: the clock is %s, the question %s", what, c.State, maria.Page(d.Ana).Ticket.State)
			}
			verified(d)
			return c
		}
		d.Advance(time.Hour)
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		early := d.Now()
		resolution("asked", sla.Asking)
		d.Advance(10 * time.Minute)
		d.Must(only(d.App.AddWords(d.Ctx(), maria.Viewer(), "No, I still see kilograms", "")))
		wrote := d.Now()
		resolution("she wrote, which may be thanks", sla.Asking)
		d.Advance(20 * time.Minute)
		maria.Promised(d.Sam, d.At(4, 9, 0))
		if c := resolution("a call was promised", sla.Running); c.Elapsed != 90*time.Minute || c.Asked != 0 {
			t.Errorf("%s counted, %s asked", c.Elapsed, c.Asked)
		}
		next := clockOf(d, maria, sla.NextResponse)
		if !next.Start.Equal(wrote) || !next.MetAt.Equal(d.Now()) {
			t.Errorf("her words waited from %s to %s", next.Start, next.MetAt)
		}
		// Nobody calls; what is promised instead breaks as well.
		d.AdvanceTo(d.At(4, 10, 15))
		if c := resolution("nobody called", sla.Running); c.Elapsed <= 9*time.Hour {
			t.Errorf("%s counted", c.Elapsed)
		}
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		again := d.Now()
		resolution("asked again", sla.Asking)
		d.Advance(time.Minute)
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		c := resolution("she said yes", sla.Ended)
		if !c.MetAt.Equal(again) || c.MetAt.Equal(early) {
			t.Errorf("met %s, asked last %s", c.MetAt, again)
		}
		if c.Elapsed < 10*time.Hour {
			t.Errorf("it took %s", c.Elapsed)
		}
	})
}

// A promise that was made before the question, and breaks after it, was work that was left.
func TestAPromiseThatBreaksAfterAskingLetsTheClockRun(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 9, 0))
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		maria.Promised(d.Sam, d.At(3, 11, 0))
		d.Advance(time.Hour)
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		d.Settle()
		d.AdvanceTo(d.At(3, 11, 29))
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Asking {
			t.Errorf("it is %s before the call is due", c.State)
		}
		d.AdvanceTo(d.At(3, 12, 0))
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Running || c.Elapsed != 3*time.Hour {
			t.Errorf("it is %s after %s; the question is %s", c.State, c.Elapsed, maria.Page(d.Ana).Ticket.State)
		}
		verified(d)
	})
}

// A new time for a call that was promised before says nothing about the question.
func TestMovingACallAfterAskingLeavesTheClock(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 9, 0))
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promised(d.Sam, d.At(3, 11, 0))
		d.Advance(time.Hour)
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		d.Advance(time.Minute)
		d.Must(only(d.App.MovePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID, desk.MovedByPerson, d.At(4, 9, 0))))
		d.Settle()
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Asking || maria.Page(d.Ana).Ticket.State != desk.Asked {
			t.Errorf("it is %s, the question %s", c.State, maria.Page(d.Ana).Ticket.State)
		}
		verified(d)
	})
}

// What she wrote after the question, and the desk answered in words, was work from her words to the answer.
func TestAnAnswerAfterAskingMovesTheEnd(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 9, 0))
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		d.Advance(time.Hour)
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		d.Advance(time.Hour)
		d.Must(only(d.App.AddWords(d.Ctx(), maria.Viewer(), "Where do I look?", "")))
		d.Advance(2 * time.Hour)
		d.Must(only(d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Under Settings, then Units."})))
		answered := d.Now()
		d.Settle()
		if c := clockOf(d, maria, sla.Resolution); c.State != sla.Asking || !c.Since.Equal(answered) || c.Elapsed != 3*time.Hour || c.Asked != time.Hour {
			t.Errorf("%+v", c)
		}
		d.Advance(time.Hour)
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		d.Settle()
		if c := clockOf(d, maria, sla.Resolution); !c.MetAt.Equal(answered) {
			t.Errorf("met %s, answered %s", c.MetAt, answered)
		}
		verified(d)
	})
}

func TestPromisedCallsAreClocks(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		p := maria.Promise()
		if c := clockOf(d, maria, sla.CallbackKept); c.Key != int64(p.ID) || !c.Deadline.Equal(p.Due) {
			t.Fatalf("promised: %+v", c)
		}
		d.AdvanceTo(p.Start.Add(time.Minute))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.Must(d.App.MissedCall(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "no_answer"))
		d.Settle()
		page, err := d.App.Clocks(d.Ctx(), d.Sam, maria.Got.Ref)
		d.Must(err)
		var said []string
		for _, x := range page.Clocks {
			if x.Clock.Metric == sla.CallbackKept {
				said = append(said, x.Clock.Outcome().String())
			}
		}
		if strings.Join(said, " ") != "excluded open" {
			t.Errorf("tried: %v", said)
		}
		if c := clockOf(d, maria, sla.FirstResponse); c.Outcome() != sla.Missed || !c.End.IsZero() {
			t.Errorf("a call that found nobody is an answer: %+v", c)
		}
		p = maria.Promise()
		d.AdvanceTo(p.Due.Add(time.Minute)) // nobody calls
		verified(d)
		page, err = d.App.Clocks(d.Ctx(), d.Sam, maria.Got.Ref)
		d.Must(err)
		for _, x := range page.Clocks {
			if x.Clock.Key == int64(p.ID) && (x.Clock.Outcome() != sla.Missed || !x.Clock.BreachedAt.Equal(p.Due)) {
				t.Errorf("broken: %+v", x.Clock)
			}
		}
	})
}

// Who calls is answered before it is written down; the words that they say on the phone wait for no answer.
func TestACallIsAnswered(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "pounds please")
		if c := clockOf(d, maria, sla.FirstResponse); c.Outcome() != sla.Met {
			t.Errorf("a call: %s", c.Outcome())
		}
		if c := clockOf(d, maria, sla.NextResponse); !c.Start.IsZero() {
			t.Errorf("her words on the phone wait: %+v", c)
		}
		lines, err := d.App.Explain(d.Ctx(), desk.System("command"), maria.Got.Ref)
		d.Must(err)
		said := strings.Join(lines, "\n")
		for _, want := range []string{string(maria.Got.Ref) + ", Mercy Health, P3, by the usual terms", "first_response: met", "resolution: running, due ", "of version 1, the first that fits (priority P3)"} {
			if !strings.Contains(said, want) {
				t.Errorf("no %q in\n%s", want, said)
			}
		}
	})
}

// New terms for open questions move their clocks at once, and at their date.
func TestNewTermsReachOpenQuestions(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "pounds please")
		d.Settle()
		from := d.Now().Add(3 * time.Hour)
		agrees(d, drafts(d, d.Mercy, func(a *sla.Agreement) {
			a.From, a.OpenTickets = from, true
			for i := range a.Targets {
				if a.Targets[i].Metric == sla.Update {
					a.Targets[i].Allowed = 4 * time.Hour
					a.Targets[i].Calendar = "always"
				}
			}
		}))
		d.Settle()
		if r, _ := row(d, maria); r.Version != 1 || !r.FireAt.Equal(from) {
			t.Errorf("before the date: %+v", r)
		}
		d.AdvanceTo(from)
		if r, _ := row(d, maria); r.Version != 2 || r.Metric != "update" {
			t.Errorf("from the date on: %+v", r)
		}
		verified(d)
	})
}

// TestNewRulesCountOpenQuestionsAgain starts a program that counts by other rules than the one before it.
func TestNewRulesCountOpenQuestionsAgain(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "pounds please")
		d.Settle()
		right, _ := row(d, maria)
		wrong := right
		wrong.State, wrong.Deadline, wrong.FireAt = desk.ClockAsked, time.Time{}, time.Time{}
		// The row stands as the program before has made it.
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error { return tx.SaveClock(wrong) }))
		d.Must(d.DB.System(d.Ctx(), "test", func(tx *store.SystemTx) error { return tx.SetSetting("clock_rules", "1") }))
		d.Restart()
		verified(d) // it waits to be made again
		d.Settle()
		if got, _ := row(d, maria); got != right {
			t.Errorf("counted again: %+v, want %+v", got, right)
		}
		verified(d)
		// Once is enough.
		d.Restart()
		if n, err := d.App.Fold(d.Ctx(), app.FoldBatch); err != nil || n != 0 {
			t.Errorf("%d batches, %v", n, err)
		}
	})
}

// TestVerifySeesAWrongClock damages a row.
func TestVerifySeesAWrongClock(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "pounds please")
		d.Settle()
		r, _ := row(d, maria)
		r.Deadline = r.Deadline.Add(time.Minute)
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error { return tx.SaveClock(r) }))
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if len(found.Broken) != 1 || !strings.Contains(found.Broken[0], string(maria.Got.Ref)) {
			t.Errorf("another deadline: %v", found.Broken)
		}
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error { return tx.DropClock(r.Ticket) }))
		if found, err = d.App.Verify(d.Ctx(), desk.System("test")); err != nil || len(found.Broken) != 1 {
			t.Errorf("no row: %v %v", found.Broken, err)
		}
	})
}

// TestClocksAreCountedWhereTheyAreVerified: what waits is counted from the history that is held against the laws, and what does
// not wait is left as it is, wrong or right.
func TestClocksAreCountedWhereTheyAreVerified(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Settle()
		right, _ := row(d, maria)
		key := []store.TicketKey{{Client: d.Mercy.ID, ID: right.Ticket}}
		do := func(what string, broken int) {
			t.Helper()
			found, err := d.App.FoldAndVerify(d.Ctx(), desk.System("test"), key)
			if err != nil || found.Tickets != 1 || len(found.Broken) != broken {
				t.Errorf("%s: %+v, %v", what, found, err)
			}
		}
		save := func(r desk.Clock, anew bool) {
			t.Helper()
			d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error {
				if err := tx.SaveClock(r); err != nil || !anew {
					return err
				}
				return tx.FoldOpen()
			}))
		}
		do("all is right", 0)
		wrong := right
		wrong.Deadline = wrong.Deadline.Add(time.Minute)
		save(wrong, false)
		do("another deadline", 1)
		save(wrong, true)
		do("it waits to be counted", 0)
		if got, _ := row(d, maria); got != right {
			t.Errorf("counted again: %+v, want %+v", got, right)
		}
		d.Skip(16 * time.Minute) // a minute longer than an answer may take
		do("it was missed", 0)
		if got := clockEvents(d, maria); len(got) == 0 {
			t.Error("nobody is told of the miss")
		}
		if n, err := d.App.Fold(d.Ctx(), app.FoldBatch); err != nil || n != 0 {
			t.Errorf("%d batches are left, %v", n, err)
		}
		verified(d)
	})
}
