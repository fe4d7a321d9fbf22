package app_test

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/testkit"
)

// The story, as it should have gone: after 5 PM nobody on shift knows, a call is promised that
// somebody can keep, it is kept, and the person closes the loop.
func TestThePromiseIsKept(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		p := maria.Promise()
		if p.Kind != desk.Callback || !p.Start.Equal(d.At(3, 8, 0)) || p.Owner != d.Priya.Staff {
			d.T.Fatalf("promised %s at %s by %d, want a call at 8:00 by Priya, who knows the portal and starts then", p.Kind, p.Start, p.Owner)
		}
		d.Settle()
		maria.GotText("Mercy", "we will call you Wed, June 3, 8:00 to 8:30 a.m. CT")
		maria.GotText("STOP")
		d.AdvanceTo(d.At(3, 7, 46))
		maria.GotText("about 15 minutes")
		d.AdvanceTo(d.At(3, 8, 10))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		if look := maria.Sees().Promise.Look(d.Now(), false, time.Time{}); look != desk.LookCalling {
			d.T.Fatalf("the tracker says %s while Priya calls", look)
		}
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "Showed her the answer.", nil))
		d.Settle()
		maria.GotText("we think this is fixed", "Reply 1")
		maria.Replies("1")
		sees := maria.Sees()
		if sees.Ticket.State != desk.Confirmed || sees.Promise.ID != 0 {
			d.T.Fatalf("after the yes: %s, promise %d", sees.Ticket.State, sees.Promise.ID)
		}
		maria.GotNoText("We are sorry")
	})
}

// The story as it went: nobody calls. The clock breaks the promise and tells Maria in the same
// minute, with a supervisor's name and a new time; the repair is kept and she closes the loop.
func TestThePromiseBreaks(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		first := maria.Promise()
		d.AdvanceTo(first.Due.Add(-time.Second))
		maria.GotNoText("sorry")
		d.AdvanceTo(first.Due)
		maria.GotText("we did not call by 8:30 a.m.", "sorry", "Ana Ruiz", "by 9:00 a.m.")
		sees := maria.Sees()
		if sees.Broken == nil || sees.Broken.ID != first.ID || sees.Broken.ToldAt.IsZero() {
			d.T.Fatalf("the tracker does not tell of the break: %+v", sees.Broken)
		}
		repair := sees.Promise
		if repair.RepairOf != first.ID || repair.Owner != d.Ana.Staff || !repair.Due.Equal(d.At(3, 9, 0)) {
			d.T.Fatalf("the repair is %+v", repair)
		}
		d.AdvanceTo(d.At(3, 8, 50))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, repair.ID, "We talked.", nil))
		d.Settle()
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		page := maria.Page(d.Sam)
		if page.Ticket.State != desk.Confirmed || page.Ticket.Breaks != 1 {
			d.T.Fatalf("state %s with %d breaks", page.Ticket.State, page.Ticket.Breaks)
		}
	})
}

// Nobody answers "Is it fixed?": reminders after 2 and 7 days, then the question closes unconfirmed.
func TestSilenceIsNotSuccess(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows 70 kilograms.")
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		d.Advance(15 * 24 * time.Hour)
		if s := maria.Sees().Ticket.State; s != desk.Unconfirmed {
			d.T.Fatalf("after 15 silent days: %s", s)
		}
		maria.GotText("is it fixed? Reply 1 for yes, 2 for no", "we close it on")
		maria.GotText("we closed this")
		maria.Replies("2")
		sees := maria.Sees()
		if sees.Ticket.State != desk.Working || !sees.Promise.State.Live() {
			d.T.Fatalf("a later reply must open it again with a promise: %s, %+v", sees.Ticket.State, sees.Promise)
		}
	})
}

// Two clients have the same ids for everything, and see nothing of each other.
func TestIdsOfTwoClientsCollideAndMeanNothing(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, rosa := d.Maria().Calls(d.Sam, "pounds please"), d.Rosa().Calls(d.Sam, "no puedo entrar")
		if maria.Got.Ticket != rosa.Got.Ticket {
			d.T.Fatalf("ids should collide: %d and %d", maria.Got.Ticket, rosa.Got.Ticket)
		}
		if _, err := d.App.TicketPage(d.Ctx(), d.Eve, maria.Got.Ref); !desk.Is(err, desk.NotFound) {
			d.T.Fatalf("Eve works for St. Anne only and got %v", err)
		}
		if page := rosa.Page(d.Eve); page.Caller != "Rosa Diaz" {
			d.T.Fatalf("caller %q", page.Caller)
		}
	})
}
