package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
	"kept/internal/words"
)

// asks is what Maria types when she wants to be called.
func asks(say string) app.Ask {
	return app.Ask{Words: say, About: "me", Channel: "call", Phone: "(312) 555-0199", Voicemail: "yes", Chosen: true,
		Needs: []string{"none"}, Needed: true, Lang: "en"}
}

func send(d *testkit.Desk, k app.Ask) (app.Draft, app.Opened, error) {
	d.T.Helper()
	v := desk.Guest(d.Mercy.ID)
	draft, err := d.App.Draft(d.Ctx(), v, d.Mercy.ID, "")
	d.Must(err)
	draft.Ask = k
	d.Must(d.App.SaveDraft(d.Ctx(), v, d.Mercy.ID, draft))
	got, err := d.App.SendAsk(d.Ctx(), v, d.Mercy.ID, draft, "")
	return draft, got, err
}

func TestAQuestionIsSentOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		draft, first, err := send(d, asks("My chart shows kilograms."))
		d.Must(err)
		again, err := d.App.SendAsk(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, draft, "")
		d.Must(err)
		if again.Ref != first.Ref || !again.Again || again.Promise.ID != first.Promise.ID || first.Again {
			t.Fatalf("first %+v\nagain %+v", first, again)
		}
		back, err := d.App.Draft(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, draft.Key)
		d.Must(err)
		if back.Ticket == nil || back.Ticket.Ref != first.Ref || back.Ask.Words != "" {
			t.Fatalf("the draft after sending: %+v", back)
		}
		if err := d.App.SaveDraft(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, draft); !desk.Is(err, desk.Conflict) {
			t.Fatalf("a sent draft changed: %v", err)
		}
	})
}

func TestWhatWasTypedIsKeptForADay(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		v := desk.Guest(d.Mercy.ID)
		draft, err := d.App.Draft(d.Ctx(), v, d.Mercy.ID, "no such key")
		d.Must(err)
		draft.Ask = app.Ask{Words: strings.Repeat("¿? ", 4000), Phone: "not a number", Needs: []string{"none", "es"}}
		d.Must(d.App.SaveDraft(d.Ctx(), v, d.Mercy.ID, draft))
		d.Advance(23 * time.Hour)
		back, err := d.App.Draft(d.Ctx(), v, d.Mercy.ID, draft.Key)
		d.Must(err)
		if back.Ask.Words != draft.Ask.Words || back.Ask.Phone != "not a number" || back.Key != draft.Key {
			t.Fatal("what was typed is not there any more")
		}
		other, err := d.App.Draft(d.Ctx(), desk.Guest(d.Anne.ID), d.Anne.ID, draft.Key)
		d.Must(err)
		if other.Key == draft.Key || other.Ask.Words != "" {
			t.Fatal("another hospital got Mercy's draft")
		}
		d.Advance(2 * time.Hour)
		if late, err := d.App.Draft(d.Ctx(), v, d.Mercy.ID, draft.Key); err != nil || late.Key == draft.Key {
			t.Fatalf("after a day: %v", err)
		}
		draft.Ask.Words = strings.Repeat("x", 20_001)
		if err := d.App.SaveDraft(d.Ctx(), v, d.Mercy.ID, draft); !desk.Is(err, desk.TooLarge) {
			t.Fatalf("too much was kept: %v", err)
		}
	})
}

// Every page says what is missing in words that the catalogue has in both languages.
func TestPagesSayWhatIsMissing(t *testing.T) {
	d := desk.Client{Channels: []desk.Channel{desk.ByVoice, desk.BySMS}}
	for _, c := range []struct {
		page, field, code string
		change            func(*app.Ask)
	}{
		{"words", "words", "ask.what.error", func(k *app.Ask) { k.Words = " \n" }},
		{"words", "words", "text.too_long", func(k *app.Ask) { k.Words = strings.Repeat("a", 5001) }},
		{"words", "words", "text.invalid", func(k *app.Ask) { k.Words = "\xff" }},
		{"words", "words", "ask.what.ssn", func(k *app.Ask) { k.Words = "mine is 078-05-1120." }},
		{"words", "", "", func(k *app.Ask) { k.Words = "call 312-555-0199 please" }},
		{"about", "about", "ask.who.error", func(k *app.Ask) { k.About = "" }},
		{"channel", "channel", "ask.how.error", func(k *app.Ask) { k.Channel = "pigeon" }},
		{"channel", "channel", "ask.how.error", func(k *app.Ask) { k.Channel = "email" }},
		{"phone", "phone", "phone.invalid", func(k *app.Ask) { k.Phone = "911" }},
		{"phone", "", "", func(k *app.Ask) { k.Channel, k.Phone = "email", "" }},
		{"phone", "phone", "phone.extension", func(k *app.Ask) { k.Channel, k.Phone = "text", "312-555-0199 x12" }},
		{"phone", "", "", func(k *app.Ask) { k.Phone = "312-555-0199 x12" }},
		{"email", "email", "email.invalid", func(k *app.Ask) { k.Channel = "email" }},
		{"voicemail", "voicemail", "ask.number.voicemail.error", func(k *app.Ask) { k.Voicemail = "" }},
		{"voicemail", "", "", func(k *app.Ask) { k.Channel, k.Voicemail = "text", "" }},
		{"start", "start", "ask.when.error", func(k *app.Ask) { k.Chosen = false }},
		{"needs", "needs", "choose", func(k *app.Ask) { k.Needs, k.Needed = nil, false }},
		{"needs", "needs", "choose", func(k *app.Ask) { k.Needs = []string{"klingon"} }},
		{"needs", "needs", "ask.help.exclusive", func(k *app.Ask) { k.Needs = []string{"none", "tty"} }},
		{"needs", "other", "ask.help.other.error", func(k *app.Ask) { k.Needs = []string{"other"} }},
		{"needs", "", "", func(k *app.Ask) { k.Needs = []string{"other:Polish", "speaker"} }},
	} {
		k := asks("My chart shows kilograms.")
		c.change(&k)
		err := new(app.App).CheckAsk(d, c.page, k)
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: %v", c.page, err)
			}
			continue
		}
		e, ok := err.(*desk.Error)
		if !ok || e.Kind != desk.Invalid || len(e.Fields) != 1 || e.Fields[0].Field != c.field || e.Fields[0].Code != c.code {
			t.Errorf("%s: %v, want %s at %s", c.page, err, c.code, c.field)
			continue
		}
		if !words.Has(c.code) {
			t.Errorf("the catalogue has no %s", c.code)
		}
	}
}

func TestTheChosenTimeIsPromised(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		k := asks("How do I see my weight in pounds?")
		ws, skill, err := d.App.AskWindows(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, k)
		d.Must(err)
		if len(ws) < 3 || skill.Code != "PORTAL" || !ws[0].Start.Equal(d.At(3, 8, 0)) {
			t.Fatalf("%d windows, %s", len(ws), skill.Code)
		}
		k.Start = d.At(3, 3, 0) // at night nobody on shift knows the portal
		_, _, err = send(d, k)
		if e, ok := err.(*desk.Error); !ok || e.Code != "window.taken" {
			t.Fatalf("at 3 a.m.: %v", err)
		}
		k.Start = ws[2].Start
		_, got, err := send(d, k)
		d.Must(err)
		if p := got.Promise; p.Kind != desk.Callback || !p.Start.Equal(ws[2].Start) || p.Owner != d.Priya.Staff || !p.Unproven || !p.Voicemail {
			t.Fatalf("promised %+v", p)
		}
	})
}

// Law 1 on a desk where nobody works for weeks.
func TestNobodyIsLeftWithNothing(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(25, 9, 0))
		_, got, err := send(d, asks("How do I see my weight in pounds?"))
		d.Must(err)
		if p := got.Promise; p.Kind != desk.Reply || p.Source != desk.FromAgreement || !p.Due.Equal(d.At(25, 13, 0)) {
			t.Fatalf("promised %+v", p)
		}
		k := asks("How do I see my weight in pounds?")
		k.Channel, k.Phone = "text", "+13125550101"
		if _, got, err = send(d, k); err != nil || got.Promise.Kind != desk.Reply || got.Promise.Channel != desk.BySMS {
			t.Fatalf("by text: %+v, %v", got.Promise, err)
		}
	})
}

func TestLimitsOfOneNumber(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for i := range 3 {
			_, _, err := send(d, asks("My chart shows kilograms."))
			if e, ok := err.(*desk.Error); i < 2 && err != nil || i == 2 && (!ok || e.Kind != desk.RateLimited || e.Code != "ask.two_promises") {
				t.Fatalf("question %d: %v", i+1, err)
			}
		}
		for i := range 21 {
			k := asks("My chart shows kilograms.")
			k.Phone = fmt.Sprintf("+131255501%02d", i+10)
			draft, err := d.App.Draft(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, "")
			d.Must(err)
			draft.Ask = k
			_, err = d.App.SendAsk(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, draft, "192.0.2.9")
			if i < 20 != (err == nil) {
				t.Fatalf("question %d of one ip: %v", i+1, err)
			}
		}
	})
}

// A limit of a number or mailbox is not passed by an extension or a capital letter.
func TestLimitsOfOneLineAndOneMailbox(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		try := func(change func(*app.Ask)) string {
			k := asks("My chart shows kilograms.")
			change(&k)
			_, _, err := send(d, k)
			return code(err)
		}
		said := ""
		for i := range 12 {
			said = try(func(k *app.Ask) { k.Phone = fmt.Sprint("312-555-0199 x", i) })
			if i < 10 && said != "" {
				t.Fatalf("extension %d of a hospital: %s", i, said)
			}
		}
		if said != "ask.two_promises" {
			t.Errorf("the twelfth extension of one line: %q", said)
		}
		if said = try(func(k *app.Ask) {}); said != "ask.two_promises" {
			t.Errorf("the line itself: %q", said)
		}
		if said = try(func(k *app.Ask) { k.Phone = "312-555-0198" }); said != "" {
			t.Errorf("another line: %q", said)
		}
		for i, mail := range []string{"maria@example.com", "Maria@example.com", "MARIA@EXAMPLE.COM"} {
			said = try(func(k *app.Ask) { k.Channel, k.Phone, k.Email = "email", "", mail })
			if (i == 2) != (said == "ask.two_promises") {
				t.Errorf("mailbox %d: %q", i+1, said)
			}
		}
	})
}

// Somebody who taps Send many times on a slow phone has asked once.
func TestManyTapsAreOneQuestion(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		v := desk.Guest(d.Mercy.ID)
		draft, err := d.App.Draft(d.Ctx(), v, d.Mercy.ID, "")
		d.Must(err)
		draft.Ask = asks("How do I see my weight in pounds?")
		d.Must(d.App.SaveDraft(d.Ctx(), v, d.Mercy.ID, draft))
		var taps sync.WaitGroup
		got := make([]app.Opened, 8)
		for i := range got {
			taps.Go(func() {
				var err error
				if got[i], err = d.App.SendAsk(d.Ctx(), v, d.Mercy.ID, draft, ""); err != nil {
					t.Errorf("tap %d: %v", i, err)
				}
			})
		}
		taps.Wait()
		made := 0
		for _, o := range got {
			if o.Ref != got[0].Ref {
				t.Errorf("two numbers: %s and %s", o.Ref, got[0].Ref)
			}
			if !o.Again {
				made++
			}
		}
		if open := openOf(d, "+13125550199"); made != 1 || len(open) != 1 {
			t.Fatalf("%d made, %d open", made, len(open))
		}
	})
}

// Two people want the last seat of a window: one gets it, the other the closest time.
func TestAsSoonAsYouCanNeverFailsOnATakenWindow(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		var askers sync.WaitGroup
		got := make([]app.Opened, 6)
		for i := range got {
			k := asks("How do I see my weight in pounds?")
			k.Phone = "+1312555011" + string(rune('0'+i))
			draft, err := d.App.Draft(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, "")
			d.Must(err)
			draft.Ask = k
			askers.Go(func() {
				var err error
				if got[i], err = d.App.SendAsk(d.Ctx(), desk.Guest(d.Mercy.ID), d.Mercy.ID, draft, ""); err != nil {
					t.Errorf("asker %d: %v", i, err)
				}
			})
		}
		askers.Wait()
		starts := map[time.Time]int{}
		for _, o := range got {
			if o.Promise.Kind == desk.Callback {
				starts[o.Promise.Start]++
			}
		}
		for at, n := range starts {
			if n > 1 {
				t.Errorf("%d calls at %s, where one seat is for people whom nobody knows", n, at)
			}
		}
		if len(starts) != len(got) {
			t.Errorf("%d of %d got a call", len(starts), len(got))
		}
	})
}
