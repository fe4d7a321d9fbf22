package app_test

import (
	"strings"
	"sync"
	"testing"

	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// waiting are the reasons of the messages that wait for a person.
func waiting(d *testkit.Desk) (reasons []string) {
	d.T.Helper()
	d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
		all, err := tx.WaitingInbound(100)
		for _, in := range all {
			reasons = append(reasons, in.Reason)
		}
		return err
	}))
	return reasons
}

// openOf are the open questions of a number or mailbox.
func openOf(d *testkit.Desk, value string) (all []desk.Ticket) {
	d.T.Helper()
	for _, c := range []desk.Client{d.Mercy, d.Anne} {
		d.Must(d.DB.Read(d.Ctx(), desk.System("test"), c.ID, func(tx *store.ReadTx) error {
			people, err := tx.RequestersByAddress(value)
			d.Must(err)
			for _, r := range people {
				open, err := tx.OpenTicketsOf(r.ID)
				d.Must(err)
				all = append(all, open...)
			}
			return nil
		}))
	}
	return all
}

func TestOneWordAnswers(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		rosa := d.Rosa().Calls(d.Sam, "No puedo entrar en el portal.")
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, rosa.Got.Ref))
		rosa.Replies(" No. ")
		if s := rosa.Sees(); s.Ticket.State != desk.Working || !s.Promise.State.Live() || s.Promise.Kind == desk.Confirm {
			t.Fatalf("after no: %s, %+v", s.Ticket.State, s.Promise)
		}
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, rosa.Got.Ref))
		rosa.Replies("¡Sí!")
		if s := rosa.Sees(); s.Ticket.State != desk.Confirmed {
			t.Fatalf("after sí: %s", s.Ticket.State)
		}
		rosa.Replies("gracias")
		if s := rosa.Sees(); s.Ticket.State != desk.Confirmed {
			t.Fatalf("thanks opened it again: %s", s.Ticket.State)
		}
		rosa.Replies("todavía no puedo entrar")
		if s := rosa.Sees(); s.Ticket.State != desk.Working || !s.Promise.State.Live() {
			t.Fatalf("other words must open it again: %s", s.Ticket.State)
		}
		if w := waiting(d); len(w) > 0 {
			t.Fatalf("waiting: %q", w)
		}
	})
}

func TestTwoToACallSendsTheLink(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds?")
		d.Settle()
		maria.Replies("2")
		maria.GotText("here is the link to your question")
		if p := maria.Promise(); p.Kind != desk.Callback {
			t.Fatalf("the call went: %+v", p)
		}
	})
}

func TestStopEndsTextsAndNothingElse(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		d.Settle()
		for _, id := range []string{"s1", "s2"} { // past a provider that would keep STOP to itself
			d.Must(d.App.Receive(d.Ctx(), channel.Inbound{Channel: channel.SMS, ProviderID: id, From: maria.Phone, To: d.Mercy.Phone, Text: "Stop", At: d.Now()}))
			d.Settle()
		}
		maria.GotText("we will not text you any more")
		stops := 0
		for _, text := range maria.Texts() {
			if text == maria.Texts()[len(maria.Texts())-1] {
				stops++
			}
		}
		if stops != 1 {
			t.Fatalf("answered %d times", stops)
		}
		n := len(maria.Texts())
		_, err := d.App.SendQuestionCode(d.Ctx(), maria.Viewer())
		if !hasCode(err, "code.no_address") || !maria.Promise().State.Live() {
			t.Fatalf("after STOP: %v", err)
		}
		if d.Settle(); len(maria.Texts()) != n {
			t.Fatal("a text came after STOP")
		}
		maria.Replies("START")
		maria.GotText("reply STOP to end texts, HELP for help")
		if _, err := d.App.SendQuestionCode(d.Ctx(), maria.Viewer()); err != nil {
			t.Fatalf("after START: %v", err)
		}
		maria.Replies("HELP")
		maria.GotText("Emergency? Call 911")
	})
}

func TestWordsByTextFindTheirQuestion(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		maria.Replies("It also shows centimeters.")
		maria.Replies("I have chest pain and cannot breathe")
		page := maria.Page(d.Ana)
		if len(page.Messages) != 3 || page.Messages[1].Via != desk.ViaSMS || page.Ticket.Flag != desk.FlagEmergency {
			t.Fatalf("%d messages, flag %q", len(page.Messages), page.Ticket.Flag)
		}
		maria.GotText("call 911 now")

		// A number that nobody knows is promised an answer like everybody else, once.
		in := channel.Inbound{Channel: channel.SMS, ProviderID: "SM-new", From: "+13125550111", To: d.Anne.Phone, Text: "how do I see my weight in pounds", At: d.Now()}
		d.Must(d.App.Receive(d.Ctx(), in))
		d.Must(d.App.Receive(d.Ctx(), in))
		open := openOf(d, "+13125550111")
		if len(open) != 1 || open[0].Client != d.Anne.ID || open[0].Via != desk.ViaSMS || open[0].Due.IsZero() || open[0].Skill != "PORTAL" {
			t.Fatalf("opened %+v", open)
		}
		var texts sync.WaitGroup
		for _, id := range []string{"two", "in", "a row"} {
			texts.Go(func() {
				again := in
				again.ProviderID, again.From = id, "+13125550112"
				if err := d.App.Receive(d.Ctx(), again); err != nil {
					t.Error(err)
				}
			})
		}
		texts.Wait()
		if open := openOf(d, "+13125550112"); len(open) != 1 {
			t.Fatalf("three texts in a row opened %d questions", len(open))
		}
		mail := channel.Inbound{Channel: channel.Email, ProviderID: "M1", From: "Jo Ng <jo@example.com>", To: "Help <helpdesk@mercy.help>", Subject: "portal", Text: "I cannot sign in.", At: d.Now()}
		d.Must(d.App.Receive(d.Ctx(), mail))
		if open := openOf(d, "jo@example.com"); len(open) != 1 || open[0].Channel != desk.ByEmail || open[0].Client != d.Mercy.ID {
			t.Fatalf("by mail: %+v", open)
		}
		if w := waiting(d); len(w) > 0 {
			t.Fatalf("waiting: %q", w)
		}
	})
}

func TestWhatFitsNothingWaitsForAPerson(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for i, in := range []channel.Inbound{
			{Channel: channel.SMS, From: "+13125550111", To: d.Mercy.Phone, Text: " \n"},
			{Channel: channel.SMS, From: "+13125550111", To: d.Mercy.Phone, Text: "\xff\x00"},
			{Channel: channel.SMS, From: "72345", To: d.Mercy.Phone, Text: "You won!"},
			{Channel: channel.SMS, From: "+13125550111", To: "+18005550999", Text: "hello"},
			{Channel: channel.SMS, From: d.Mercy.Phone, To: d.Mercy.Phone, Text: "We have your question."},
			{Channel: channel.Email, From: "Helpdesk@mercy.help", To: "helpdesk@mercy.help", Text: "We have your question."},
			{Channel: channel.Email, From: "MAILER-DAEMON@example.com", To: "helpdesk@mercy.help", Text: "Undelivered"},
		} {
			in.ProviderID, in.At = string(rune('a'+i)), d.Now()
			d.Must(d.App.Receive(d.Ctx(), in))
			if w := waiting(d); len(w) != i+1 || w[i] == "" || w[i] == "not read yet" || strings.Contains(w[i], "could not be added") {
				t.Fatalf("message %d: waiting %q", i, w)
			}
		}
		d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
			alerts, err := tx.OpenAlerts(100)
			if len(alerts) != 6 { // the text to a number that is nobody's waits on the board without one
				t.Errorf("%d alerts, want one for each whose hospital is known", len(alerts))
			}
			return err
		}))
	})
}

func TestReceiptsAreAppliedOnceAndFailuresGoOn(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Email = "maria@example.com"
		maria.Calls(d.Sam, "My chart shows kilograms.")
		_, _, err := d.App.Send(d.Ctx(), 100)
		d.Must(err)
		out := maria.Page(d.Sam).Outs
		o := out[len(out)-1]
		d.Must(d.App.Receipt(d.Ctx(), channel.Receipt{Channel: channel.SMS, ProviderID: o.Provider, State: channel.Failed, Reason: "30006"}))
		d.Must(d.App.Receipt(d.Ctx(), channel.Receipt{Channel: channel.SMS, ProviderID: o.Provider, State: channel.Delivered}))
		states := map[desk.Channel]desk.OutState{}
		for _, o := range maria.Page(d.Sam).Outs {
			if o.Trigger == desk.SayMade {
				states[o.Channel] = o.State
			}
		}
		if states[desk.BySMS] != desk.Failed || states[desk.ByEmail] == "" {
			t.Fatalf("after a failed text: %v", states)
		}
		if !maria.Sees().Texted && maria.Sees().Text.Channel != desk.ByEmail {
			t.Fatalf("the tracker says %+v", maria.Sees().Text)
		}
		if err := d.App.Receipt(d.Ctx(), channel.Receipt{ProviderID: "nobody's", State: channel.Delivered}); !desk.Is(err, desk.NotFound) {
			t.Fatalf("a receipt of nothing: %v", err)
		}
	})
}
