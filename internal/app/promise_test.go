package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// One unanswered call is not the agreed number of attempts: the call moves on to the next window.
// The third ends it as kept, not reached, and words are promised instead.
func TestThreeCallsWithoutAnAnswer(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		for n := 1; n <= 3; n++ {
			p := maria.Promise()
			d.AdvanceTo(p.Start.Add(5 * time.Minute))
			d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
			d.Must(d.App.MissedCall(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "no_answer"))
			d.Settle()
			next := maria.Promise()
			if next.ID == p.ID {
				d.T.Fatalf("after miss %d the same promise is live", n)
			}
			if n < 3 && (next.Kind != desk.Callback || next.Tries != n || !next.Start.After(p.Start)) {
				d.T.Fatalf("after miss %d: %+v", n, next)
			}
			if n == 3 && next.Kind != desk.Reply {
				d.T.Fatalf("after the third miss a %s is promised, want words", next.Kind)
			}
		}
		maria.GotText("we called you. We call again")
		maria.GotText("we called 3 times")
		for _, p := range maria.Page(d.Sam).Promises {
			if p.Promise.State == desk.Broken {
				d.T.Fatal("a call that was made in time counts as broken")
			}
		}
	})
}

// A caller on the line at the due instant is not told that nobody called.
func TestAnAttemptBegunInTimeHoldsTheBreak(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-time.Minute))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.AdvanceTo(p.Due.Add(2 * time.Minute))
		maria.GotNoText("sorry")
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "", nil))
		page := maria.Page(d.Priya)
		last := page.Promises[len(page.Promises)-1].Promise
		if last.State != desk.KeptLate {
			d.T.Fatalf("reached two minutes after due: %s", last.State)
		}
	})
}

// Six minutes on the line and still not reached: the hold ends and the promise breaks.
func TestTheHoldOfAnAttemptEnds(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-time.Minute))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.AdvanceTo(p.Due.Add(4 * time.Minute))
		maria.GotText("sorry")
	})
}

// Closing at the very instant at which a promise breaks sends no apology for a call that is not needed.
func TestTheLastSecond(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		v := maria.Viewer()
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-time.Second))
		d.Skip(time.Second)
		d.Must(d.App.SayFixed(d.Ctx(), v))
		d.Settle()
		maria.GotNoText("sorry")
		page := maria.Page(d.Sam)
		broken := 0
		for _, line := range page.Promises {
			if line.Promise.State == desk.Broken {
				broken++
				if line.Promise.ToldAt.IsZero() {
					d.T.Fatal("it broke and the person, who has the page open, was not told")
				}
			}
		}
		if page.Ticket.State != desk.Confirmed || broken != 1 {
			d.T.Fatalf("%s with %d broken: the clock decides before the person's yes", page.Ticket.State, broken)
		}
	})
}

// An unreachable text goes to mail, an unreachable mail to a supervisor's call.
func TestNewsOfABreakFallsBackToTheNextChannel(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Email = "maria@example.com"
		maria.Calls(d.Sam, "weight in pounds")
		p := maria.Promised(d.Sam, time.Time{})
		d.SMS.Break(maria.Phone, "30006")
		d.AdvanceTo(p.Due)
		mails := d.Mail.Mails(maria.Email)
		if len(mails) == 0 || mails[len(mails)-1].Message.Subject != "Action needed: we missed our call to you" {
			d.T.Fatalf("mails: %+v", mails)
		}
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Broken) != 1 {
			d.T.Fatalf("%d on the board as broken", len(board.Broken))
		}
	})
}

// Where no written channel works a supervisor must call: it is never silently told.
func TestNobodyCanBeToldInWriting(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.Settle()
		maria.Replies("STOP")
		d.AdvanceTo(p.Due)
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		found := false
		for _, a := range board.Alerts {
			found = found || a.Alert.Kind == desk.AlertCallTask
		}
		if !found {
			d.T.Fatalf("no call task among %+v", board.Alerts)
		}
		for _, line := range maria.Page(d.Ana).Promises {
			if line.Promise.State == desk.Broken && !line.Promise.ToldAt.IsZero() {
				d.T.Fatal("counted as told although nothing reached her")
			}
		}
	})
}

// A promise can be moved before it is due by either side; moved by us is told and counted apart.
func TestMovedByUsIsNotKept(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		np, err := d.App.MovePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, desk.MovedByUs, d.At(3, 10, 0))
		d.Must(err)
		d.AdvanceTo(d.At(3, 8, 0))
		maria.GotText("we must move our call. Sorry", "10:00 to 10:30 a.m.")
		_, err = d.App.MovePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, desk.MovedByUs, d.At(3, 11, 0))
		if !desk.Is(err, desk.Conflict) {
			d.T.Fatalf("moving it twice: %v", err)
		}
		d.AdvanceTo(np.Due.Add(time.Minute))
		maria.GotText("we did not call by 10:30 a.m.")
	})
}

// The last seat of a window goes to one of two people who want it at the same time.
func TestTheLastSeat(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		people := []*testkit.Person{d.Maria(), d.Rosa(), d.Maria(), d.Rosa()}
		taken := 0
		for i, p := range people {
			p.Name = p.Name + string(rune('A'+i))
			p.Calls(d.Sam, "weight in pounds")
			if _, err := d.App.MakePromise(d.Ctx(), d.Sam, p.Got.Ref, app.PromiseIn{Kind: desk.Callback, Start: d.At(3, 8, 0)}); desk.Is(err, desk.Conflict) {
				taken++
			} else {
				d.Must(err)
			}
		}
		// Priya has two seats; Eve works for St. Anne as well and has two.
		if taken != 0 {
			d.T.Fatalf("%d of four found no seat", taken)
		}
		if _, err := d.App.MakePromise(d.Ctx(), d.Sam, people[0].Got.Ref, app.PromiseIn{Kind: desk.Callback, Start: d.At(3, 3, 0)}); !desk.Is(err, desk.Conflict) {
			d.T.Fatalf("3 a.m., when nobody knows the portal: %v", err)
		}
		if _, err := d.App.MakePromise(d.Ctx(), d.Sam, people[0].Got.Ref, app.PromiseIn{Kind: desk.Callback, Start: d.At(3, 3, 0), Override: "she insists"}); !desk.Is(err, desk.Forbidden) {
			d.T.Fatalf("an analyst overrides: %v", err)
		}
		_, err := d.App.MakePromise(d.Ctx(), d.Omar, people[0].Got.Ref, app.PromiseIn{Kind: desk.Callback, Start: d.At(3, 3, 0), Override: "she insists"})
		d.Must(err)
	})
}

// Words of danger in a subject alone raise the alert, whoever opens the ticket.
// A tired analyst clicks twice: the person is promised one call, and hears of it once.
func TestThePromiseOfAFormThatWasSentTwice(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		in := app.PromiseIn{Kind: desk.Callback, Start: d.At(3, 8, 0)}
		first, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, in)
		d.Must(err)
		again, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, in)
		d.Must(err)
		if again.ID != first.ID {
			d.T.Fatalf("the same call was promised twice: %d and %d", first.ID, again.ID)
		}
		in.Start = d.At(3, 9, 0)
		other, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, in)
		d.Must(err)
		if other.ID == first.ID {
			d.T.Fatal("another time is another promise")
		}
	})
}

func TestRedFlagInTheSubject(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{
			Subject: "chest pain since noon", Words: "the page does not open", Requester: app.RequesterIn{Name: "Jo Park", Phone: "312-555-0142"},
		})
		d.Must(err)
		page, err := d.App.TicketPage(d.Ctx(), d.Ana, got.Ref)
		d.Must(err)
		if page.Ticket.Flag != desk.FlagEmergency || len(page.Alerts) != 1 {
			d.T.Fatalf("flag %q, %d alerts", page.Ticket.Flag, len(page.Alerts))
		}
	})
}

// A call that began at 8:29 and rang on until 8:31 was made in time: it moves on and nothing broke.
func TestACallThatRangPastDue(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-time.Minute))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.Advance(2 * time.Minute)
		d.Must(d.App.MissedCall(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "no_answer"))
		d.Settle()
		next := maria.Promise()
		if next.Tries != 1 || next.Replaces != p.ID {
			d.T.Fatalf("%+v", next)
		}
		maria.GotNoText("sorry")
		if look := next.Look(d.Now(), false, time.Time{}); look != desk.LookTried {
			d.T.Fatalf("it shows as %s", look)
		}
	})
}
