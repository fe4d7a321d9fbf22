package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// promiseOf gives a promise of p's ticket as it stands.
func promiseOf(d *testkit.Desk, p *testkit.Person, id desk.PromiseID) desk.Promise {
	d.T.Helper()
	for _, line := range p.Page(d.Ana).Promises {
		if line.Promise.ID == id {
			return line.Promise
		}
	}
	d.T.Fatalf("there is no promise %d", id)
	return desk.Promise{}
}

func writes(d *testkit.Desk, p *testkit.Person) {
	d.T.Helper()
	_, err := d.App.Reply(d.Ctx(), d.Sam, p.Got.Ref, app.Words{Body: "Choose the menu, then Units."})
	d.Must(err)
}

// A written answer keeps the promise when it is on her phone, at the instant at which it was written.
func TestAWrittenAnswerIsKeptWhenItArrives(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promise()
		d.Settle()
		written := d.Now()
		writes(d, maria)
		line := maria.Page(d.Sam).Promises[0]
		if !line.Promise.State.Live() || line.Look != desk.LookAnswered {
			d.T.Fatalf("written and not sent yet: %s, shown as %s", line.Promise.State, line.Look)
		}
		if next := maria.Promise(); next.ID != p.ID {
			d.T.Fatalf("she no longer sees what was promised: %+v", next)
		}
		d.Advance(time.Minute)
		kept := promiseOf(d, maria, p.ID)
		if kept.State != desk.Kept || !kept.EndedAt.Equal(written) || kept.Outcome != "replied" {
			d.T.Fatalf("delivered: %+v", kept)
		}
		if next := maria.Promise(); next.Kind != desk.Update || !next.State.Live() {
			d.T.Fatalf("then %s is promised", next.Kind)
		}
	})
}

// Who follows the page has the answer as soon as it stands there.
func TestAnAnswerOnThePageIsKeptAtOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{
			Words: "weight in pounds", Via: desk.ViaPhone, Channel: desk.ByWeb, Skill: "PORTAL", Requester: app.RequesterIn{Name: maria.Name, Proven: true},
		})
		d.Must(err)
		maria.Got = got
		writes(d, maria)
		if p := promiseOf(d, maria, got.Promise.ID); p.State != desk.Kept {
			d.T.Fatalf("it is %s", p.State)
		}
	})
}

// A text that never arrives keeps nothing: mail is tried, and the clock goes on.
func TestAnAnswerThatDoesNotArriveGoesTheNextWay(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Email = "maria@example.com"
		maria.Calls(d.Sam, "weight in pounds")
		p := maria.Promise()
		d.Settle()
		d.SMS.Break(maria.Phone, "30006")
		writes(d, maria)
		d.Advance(time.Minute)
		mails := d.Mail.Mails(maria.Email)
		if len(mails) == 0 || mails[len(mails)-1].Message.Subject != "We wrote to you about your question" {
			d.T.Fatalf("mails: %+v", mails)
		}
		if kept := promiseOf(d, maria, p.ID); kept.State != desk.Kept {
			d.T.Fatalf("the mail was taken, the promise is %s", kept.State)
		}
		var text, mail desk.Out
		for _, o := range maria.Page(d.Sam).Outs {
			if o.Trigger == desk.SayReply && o.Channel == desk.BySMS {
				text = o
			}
			if o.Trigger == desk.SayReply && o.Channel == desk.ByEmail {
				mail = o
			}
		}
		if text.State != desk.Failed || text.FellBack != mail.ID || mail.ID == 0 {
			d.T.Fatalf("the text %+v does not name the mail %d that took over", text, mail.ID)
		}
	})
}

// Where no way is left the promise is open as before, somebody must call, and at due it breaks.
func TestAnAnswerThatReachesNobodyKeepsNothing(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promise()
		d.Settle()
		d.SMS.Break(maria.Phone, "30006")
		writes(d, maria)
		d.Advance(time.Minute)
		page := maria.Page(d.Sam)
		if now := page.Promises[0]; now.Promise.ID != p.ID || !now.Promise.State.Live() || now.Look == desk.LookAnswered {
			d.T.Fatalf("nothing reached her, and it shows as %s, %s", now.Promise.State, now.Look)
		}
		if len(page.Alerts) != 1 || page.Alerts[0].Kind != desk.AlertCallTask {
			d.T.Fatalf("alerts: %+v", page.Alerts)
		}
		d.AdvanceTo(p.Due)
		if now := promiseOf(d, maria, p.ID); now.State != desk.Broken {
			d.T.Fatalf("at due it is %s", now.State)
		}
	})
}

// Sent two minutes before due and delivered two minutes after: it counts when it was sent.
func TestAnAnswerSentBeforeDueAndDeliveredAfter(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-2 * time.Second))
		d.SMS.Down(true)
		writes(d, maria)
		d.AdvanceTo(p.Due.Add(time.Second))
		if now := promiseOf(d, maria, p.ID); !now.State.Live() {
			d.T.Fatalf("the answer is on its way, and it is %s", now.State)
		}
		d.SMS.Down(false)
		d.AdvanceTo(p.Due.Add(4 * time.Minute))
		kept := promiseOf(d, maria, p.ID)
		if kept.State != desk.Kept || !kept.EndedAt.Before(p.Due) {
			d.T.Fatalf("%+v", kept)
		}
		maria.GotNoText("sorry")
	})
}

// Words that do not get away hold the break for five minutes and no longer.
func TestAnAnswerThatDoesNotGetAwayHoldsForFiveMinutes(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-time.Second))
		writes(d, maria)
		sweep := func(at time.Time) { // the sender does not come by
			d.Skip(at.Sub(d.Now()))
			_, _, err := d.App.Sweep(d.Ctx(), 10)
			d.Must(err)
		}
		sweep(p.Due)
		sweep(p.Due.Add(5*time.Minute - time.Microsecond))
		if now := promiseOf(d, maria, p.ID); !now.State.Live() {
			d.T.Fatalf("it is %s", now.State)
		}
		sweep(p.Due.Add(5 * time.Minute))
		if now := promiseOf(d, maria, p.ID); now.State != desk.Broken || !now.EndedAt.Equal(p.Due) {
			d.T.Fatalf("%+v", now)
		}
	})
}

// A carrier that never says whether a text arrived: nothing bad was heard until due, so it is kept.
func TestAnAnswerOfWhichNothingMoreIsHeard(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promise()
		d.Settle()
		writes(d, maria)
		_, _, err := d.App.Send(d.Ctx(), 10) // taken; no receipt follows
		d.Must(err)
		if now := promiseOf(d, maria, p.ID); !now.State.Live() {
			d.T.Fatalf("taken only: %s", now.State)
		}
		d.Skip(p.Due.Sub(d.Now()))
		_, _, err = d.App.Sweep(d.Ctx(), 10)
		d.Must(err)
		if now := promiseOf(d, maria, p.ID); now.State != desk.Kept {
			d.T.Fatalf("at due: %s", now.State)
		}
	})
}

// Words that were promised for the night are not kept back until the morning.
func TestAnAnswerPromisedForTheNightGoesInTheNight(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(2, 20, 0))
		maria := d.Maria().Calls(d.Sam, "weight in pounds") // an answer by midnight
		p := maria.Promise()
		d.AdvanceTo(d.At(2, 23, 0))
		writes(d, maria)
		d.Advance(time.Minute)
		maria.GotText("we wrote to you")
		if now := promiseOf(d, maria, p.ID); now.State != desk.Kept {
			d.T.Fatalf("it is %s", now.State)
		}
	})
}
