package app_test

import (
	"slices"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

func code(err error) string {
	if e, ok := err.(*desk.Error); ok {
		if len(e.Fields) > 0 {
			return e.Fields[0].Code
		}
		return e.Code
	}
	return ""
}

// Asking whether it is fixed is no answer: the promised first word comes before it.
func TestAQuestionIsNoAnswer(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		got, err := d.App.OpenTicket(d.Ctx(), desk.Viewer{Who: desk.WhoToken, Token: 1, Clients: []desk.ClientID{1}}, 1, apiTicket())
		d.Must(err)
		maria.Got = got
		if err := d.App.AskIfFixed(d.Ctx(), d.Sam, got.Ref); code(err) != "ticket.unanswered" {
			d.T.Fatalf("asked before anybody answered: %v", err)
		}
		_, err = d.App.Reply(d.Ctx(), d.Sam, got.Ref, saying("Choose pounds in Settings."))
		d.Must(err)
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, got.Ref))
	})
}

// Whoever asked on the web and was promised a call is not asked whether it is fixed before the call, or an answer.
func TestNobodyIsAskedBeforeAnybodyAnswered(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		if err := d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref); code(err) != "ticket.unanswered" {
			d.T.Fatalf("asked before anybody answered: %v", err)
		}
		call := maria.Promise()
		d.AdvanceTo(call.Start)
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, call.ID))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, call.ID, "She sees pounds.", &app.PromiseIn{Kind: desk.Update, Due: d.Now().Add(time.Hour)}))
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref)) // somebody has talked with her
	})
}

// The default of the composer and of a call is to ask whether it is fixed. While that stands it is not sent again.
func TestNobodyIsAskedTwiceAtATime(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		ref, call, asked := maria.Got.Ref, maria.Promise(), func() (n int) {
			for _, out := range maria.Page(d.Sam).Outs {
				if out.Trigger == desk.SayFixed {
					n++
				}
			}
			return n
		}
		say := func(words string) {
			d.Must(second(d.App.Reply(d.Ctx(), d.Sam, ref, app.Words{Body: words, Ask: true})))
		}
		say("Choose pounds.")
		if n := asked(); n != 1 {
			d.T.Fatalf("asked %d times", n)
		}
		say("It is under Settings.")
		d.AdvanceTo(call.Start)
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, ref, call.ID, "She sees pounds.", nil))
		if n, page := asked(), maria.Page(d.Sam); n != 1 || page.Ticket.State != desk.Asked || len(page.Messages) < 4 {
			d.T.Fatalf("asked %d times, %s, %d messages", n, page.Ticket.State, len(page.Messages))
		}
	})
}

// A talk needs a word or a call on record, and "no answer" a call that was made in its time.
func TestNothingIsKeptOrTriedWithoutACall(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		if err := d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, " \u200b", nil); code(err) != "contact.missing" {
			d.T.Fatalf("kept without a word: %v", err)
		}
		if err := d.App.MissedCall(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "no_answer"); code(err) != "promise.not_called" {
			d.T.Fatalf("not reached without a call: %v", err)
		}
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		if err := d.App.MissedCall(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "no_answer"); code(err) != "promise.too_early" {
			d.T.Fatalf("a call hours before its time counts as a try: %v", err)
		}
		d.AdvanceTo(p.Start.Add(time.Minute))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "", nil))
	})
}

// A skill or a function that the desk does not have is refused at its field.
func TestUnknownSkillsAreRefused(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		in := apiTicket()
		in.Skill = "';--"
		if _, err := d.App.OpenTicket(d.Ctx(), d.Sam, 1, in); code(err) != "skill.unknown" {
			d.T.Fatalf("%v", err)
		}
		in = apiTicket()
		in.Requester.Phone = d.Mercy.Phone
		if _, err := d.App.OpenTicket(d.Ctx(), d.Sam, 1, in); code(err) != "phone.invalid" {
			d.T.Fatalf("our own number: %v", err)
		}
	})
}

// Behind an extension nobody reads a text: whoever can only be reached there is called.
func TestNoTextGoesToAnExtension(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		in := apiTicket()
		in.Requester.Phone = "312-555-0199 x2214"
		in.Channel = desk.BySMS
		if _, err := d.App.OpenTicket(d.Ctx(), d.Sam, 1, in); code(err) != "phone.extension" {
			t.Errorf("texts to an extension: %v", err)
		}
		in.Channel = ""
		got, err := d.App.OpenTicket(d.Ctx(), d.Sam, 1, in)
		d.Must(err)
		if tk, err := d.App.Ticket(d.Ctx(), d.Sam, got.Ref); err != nil || tk.Channel != desk.ByVoice {
			t.Errorf("the channel is %s, %v", tk.Channel, err)
		}
		d.Must(second(d.App.Reply(d.Ctx(), d.Sam, got.Ref, saying("Open Settings."))))
		d.Advance(time.Minute)
		if n := len(d.SMS.Phone("+13125550199")); n != 0 {
			t.Errorf("%d texts went to the line", n)
		}
		d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
			alerts, err := tx.OpenAlerts(100)
			if !slices.ContainsFunc(alerts, func(a desk.Alert) bool { return a.Kind == desk.AlertCallTask }) {
				t.Errorf("nobody is asked to call: %+v", alerts)
			}
			return err
		}))
		in.Requester.Phone, in.Channel = "312-555-0199", desk.BySMS
		in.Requester.Name = "Ada Cole"
		got, err = d.App.OpenTicket(d.Ctx(), d.Sam, 1, in)
		d.Must(err)
		tracked := desk.Tracking(1, got.Ticket)
		if _, err := d.App.AskNewNumber(d.Ctx(), tracked, "312-555-0142 x7"); code(err) != "phone.extension" {
			t.Errorf("texts moved to an extension: %v", err)
		}
	})
}

func apiTicket() app.TicketIn {
	return app.TicketIn{Words: "How do I see pounds?", Requester: app.RequesterIn{Name: "Maria Gomez", Phone: "312-555-0199"}}
}

func saying(body string) app.Words { return app.Words{Body: body} }
