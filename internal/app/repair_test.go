package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/testkit"
)

// toldOf is when p's phone was told that a promise was broken, as "4 09:30" in Chicago.
func toldOf(d *testkit.Desk, p *testkit.Person) (all []string) {
	d.T.Helper()
	for _, m := range d.SMS.Sent(p.Phone) {
		if strings.Contains(m.Body, "sorry") || strings.Contains(m.Body, "lo sentimos") {
			all = append(all, m.At.In(d.At(3, 0, 0).Location()).Format("2 15:04"))
		}
	}
	return all
}

// brokenOf are the promises on p's question that broke, in the order of their due instants.
func brokenOf(d *testkit.Desk, p *testkit.Person) (all []desk.Promise) {
	d.T.Helper()
	ps, err := d.App.Promises(d.Ctx(), d.Ana, p.Got.Ref)
	d.Must(err)
	for _, x := range ps {
		if x.State == desk.Broken {
			all = append(all, x)
		}
	}
	slices.SortFunc(all, func(x, y desk.Promise) int { return x.Due.Compare(y.Due) })
	return all
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}

// Nobody acts for days. A supervisor is promised at once, then two hours later, then for the next morning, and
// so on: Maria hears of each break within the minute, and never at night. Every break is an alert of its own, there is
// always a promise, and the agreement counts what broke and not how often the clock struck.
func TestAPromiseThatNobodyKeepsIsNotARoundTheClockApology(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		maria.Promised(d.Sam, d.At(4, 9, 0))
		for d.Now().Before(d.At(8, 12, 0)) {
			d.Advance(30 * time.Minute)
			if p := maria.Promise(); !p.State.Live() || p.Role != desk.Supervisor && p.RepairOf != 0 {
				t.Fatalf("at %s she is promised %+v", d.Now(), p)
			}
		}
		same(t, "she was told", toldOf(d, maria), "4 09:30", "4 10:00", "4 12:30", "5 08:30", "6 08:30", "7 08:30", "8 08:30")
		maria.GotText("we did not call by 10:00 a.m.", "12:30 p.m.")
		maria.GotText("we did not call by 12:30 p.m.", "Fri")
		broken := brokenOf(d, maria)
		for _, p := range broken {
			if p.ToldAt.Sub(p.Due) > time.Minute {
				t.Errorf("it broke at %s, she knows it at %s", p.Due, p.ToldAt)
			}
		}
		if n := alerts(d, desk.AlertSecondBreak); n != len(broken)-1 {
			t.Errorf("%d alerts of %d breaks after the first", n, len(broken)-1)
		}
		misses := 0
		clocks, err := d.App.Clocks(d.Ctx(), d.Sam, maria.Got.Ref)
		d.Must(err)
		for _, x := range clocks.Clocks {
			if x.Clock.Metric == sla.CallbackKept && x.Clock.Outcome() == sla.Missed {
				misses++
			}
		}
		if misses != len(broken) {
			t.Errorf("%d calls count as missed, %d broke", misses, len(broken))
		}
	})
}

// By mail it is no other: a mail at three in the morning is what a broken word looks like to whoever reads it at eight.
func TestARepairOfARepairIsNoMailAtNight(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "pounds", Via: desk.ViaPhone, Skill: "PORTAL", Channel: desk.ByEmail,
			Requester: app.RequesterIn{Name: "Maria", Email: "maria@example.com", Proven: true}})
		d.Must(err)
		_, err = d.App.MakePromise(d.Ctx(), d.Sam, got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 18, 50)})
		d.Must(err)
		d.AdvanceTo(d.At(5, 12, 0))
		var told []string
		for _, m := range d.Mail.Mails("maria@example.com") {
			if strings.HasPrefix(m.Message.Subject, "Action needed") {
				told = append(told, m.At.In(d.At(3, 0, 0).Location()).Format("2 15:04"))
			}
		}
		same(t, "she was told", told, "3 18:50", "3 19:30", "4 08:30", "5 08:30")
	})
}

// What was promised for the night is repaired in the night, twice. Then it waits for the morning.
func TestWhatWasPromisedForTheNightIsRepairedInTheNight(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		_, err := d.App.MakePromise(d.Ctx(), d.Omar, maria.Got.Ref, app.PromiseIn{Kind: desk.Callback, Start: d.At(4, 1, 30), Override: "she works at night"})
		d.Must(err)
		d.AdvanceTo(d.At(6, 12, 0))
		same(t, "she was told", toldOf(d, maria), "4 02:00", "4 02:30", "4 05:00", "5 08:30", "6 08:30")
	})
}

// A supervisor who moves the repair does not begin anew: the next break is the second of it.
func TestAMovedRepairIsStillOne(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		maria.Promised(d.Sam, d.At(4, 9, 0))
		d.AdvanceTo(d.At(4, 9, 31))
		_, err := d.App.MovePromise(d.Ctx(), d.Ana, maria.Got.Ref, maria.Promise().ID, desk.MovedByUs, d.At(4, 11, 0))
		d.Must(err)
		d.AdvanceTo(d.At(5, 12, 0))
		same(t, "she was told", toldOf(d, maria), "4 09:30", "4 11:30", "4 14:00", "5 08:30")
	})
}

// No supervisor is rostered for the rest of the week: the duty role is accountable, by the same steps.
func TestWithoutSupervisorsARepairIsNotPromisedByTheHour(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		maria.Promised(d.Sam, d.At(4, 9, 0))
		for _, who := range []desk.Viewer{d.Ana, d.Omar} {
			_, err := d.App.AddAbsence(d.Ctx(), who, app.AbsenceIn{Start: d.At(4, 6, 0), End: d.At(8, 6, 0)})
			d.Must(err)
		}
		d.AdvanceTo(d.At(6, 12, 0))
		same(t, "she was told", toldOf(d, maria), "4 09:30", "4 10:30", "4 13:30", "5 09:00", "6 09:00")
		if n, broke := alerts(d, desk.AlertNobodyLeads), len(brokenOf(d, maria)); n != broke {
			t.Errorf("%d alerts that nobody leads, %d broke", n, broke)
		}
	})
}

// Kept was down from the afternoon until the night. What broke is told when people are awake, with a time that is
// then still to come.
func TestWhatBrokeWhileDownWakesNobody(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		maria.Promised(d.Sam, d.At(3, 15, 0))
		d.AdvanceTo(d.At(3, 15, 10))
		d.Down(8 * time.Hour)
		d.Restart()
		d.AdvanceTo(d.At(4, 8, 10))
		same(t, "she was told", toldOf(d, maria), "4 08:00")
		maria.GotText("we did not call by 3:30 p.m.", "by 8:30 a.m.")
	})
}

// At the second break people at the desk are called until somebody takes it, and whoever does need not wait until noon: Ana calls
// at a quarter past ten, and Maria hears of no break any more.
func TestTheSecondBreakCallsThoseWhoLead(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for who, number := range map[desk.StaffID]string{d.Ana.Staff: anasPhone, d.Omar.Staff: omarsPhone} {
			d.Must(d.App.SaveContact(d.Ctx(), d.Ana, who, app.ContactIn{Phone: number}))
		}
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		maria.Promised(d.Sam, d.At(4, 9, 0))
		alerted := func() (n int) {
			for _, m := range d.SMS.Sent(anasPhone) {
				if strings.Contains(m.Body, "an alert waits for you") || strings.Contains(m.Body, "2 things wait for you") { // with the promise that she has
					n++
				}
			}
			return n
		}
		d.AdvanceTo(d.At(4, 9, 59))
		before := alerted()
		minutes(d, d.At(4, 10, 6))
		if before != 0 || alerted() != 2 {
			t.Errorf("Ana was called %d times before the second break, %d after", before, alerted()-before)
		}
		d.AdvanceTo(d.At(4, 10, 15))
		second := maria.Promise()
		if second.RepairOf == 0 || !second.Due.Equal(d.At(4, 12, 30)) {
			t.Fatalf("%+v", second)
		}
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, second.ID, "We talked.", nil))
		d.AdvanceTo(d.At(5, 12, 0))
		same(t, "she was told", toldOf(d, maria), "4 09:30", "4 10:00")
	})
}
