package app_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
	"kept/internal/words"
)

func sorries(p *testkit.Person, sorry string) (all []string) {
	for _, text := range p.Texts() {
		if strings.Contains(text, sorry) {
			all = append(all, text)
		}
	}
	return all
}

// asksMore opens another question of the same person, with a call in the window that starts at start.
func asksMore(d *testkit.Desk, p *testkit.Person, said string, start time.Time) *testkit.Person {
	d.T.Helper()
	again := *p
	again.Calls(d.Sam, said)
	again.Promised(d.Sam, start)
	return &again
}

// One text says sorry for everything that broke while nobody was at work, and names each new time.
func TestOneApologyForEverythingThatBrokeWhileDown(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := asksMore(d, d.Maria(), "weight in pounds", d.At(3, 8, 0))
		other := asksMore(d, d.Maria(), "cannot see my results", d.At(3, 8, 30))
		d.AdvanceTo(d.At(3, 8, 10))
		d.Down(2 * time.Hour)
		d.Restart()
		d.Advance(11 * time.Minute)
		got := sorries(maria, "sorry")
		if len(got) != 1 {
			d.T.Fatalf("%d apologies: %q", len(got), got)
		}
		maria.GotText("we missed 2 promises: by 8:30 a.m. CT and by 9:00 a.m. CT. New: by 11:00 a.m. CT")
		for _, p := range []*testkit.Person{maria, other} {
			broken := 0
			for _, line := range p.Page(d.Ana).Promises {
				if line.Promise.State == desk.Broken {
					if broken++; line.Promise.ToldAt.IsZero() {
						d.T.Fatal("the text names it, and it counts as not told")
					}
				}
			}
			if broken != 1 {
				d.T.Fatalf("%d broken", broken)
			}
		}
	})
}

// In ordinary running one promise is one message.
func TestOneApologyForEachBreakInOrdinaryRunning(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := asksMore(d, d.Maria(), "weight in pounds", d.At(3, 8, 0))
		asksMore(d, d.Maria(), "cannot see my results", d.At(3, 8, 30))
		d.AdvanceTo(d.At(3, 8, 30))
		if got := sorries(maria, "sorry"); len(got) != 1 || !strings.Contains(got[0], "did not call by 8:30 a.m.") {
			d.T.Fatalf("at 8:30: %q", got)
		}
		d.AdvanceTo(d.At(3, 8, 59))
		before := len(sorries(maria, "sorry"))
		d.AdvanceTo(d.At(3, 9, 0))
		if got := sorries(maria, "sorry"); len(got) != before+1 {
			d.T.Fatalf("at 9:00: %q", got)
		}
	})
}

// Two that fall due at the same instant are one message; Spanish has its own grammar and its two parts.
func TestTwoThatBreakTogetherInSpanish(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		rosa := asksMore(d, d.Rosa(), "no veo mi peso", d.At(3, 8, 0))
		asksMore(d, d.Rosa(), "no puedo entrar", d.At(3, 8, 0))
		d.AdvanceTo(d.At(3, 8, 30))
		got := sorries(rosa, "lo sentimos")
		if len(got) != 1 || !strings.Contains(got[0], "no cumplimos 2 promesas: antes de las 8:30 a. m. y antes de las 8:30 a. m.") {
			d.T.Fatalf("%q", got)
		}
		if n := words.SMSParts(got[0]); n > 2 {
			d.T.Fatalf("%d parts: %s", n, got[0])
		}
	})
}

// Five that broke do not fit into a text: it says how many, and the mail names each with its new time.
func TestManyThatBrokeTogether(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Email = "maria@example.com"
		var refs []string
		for i := range 3 {
			p := asksMore(d, maria, "question number "+string(rune('1'+i)), d.At(3, 8+i, 0))
			refs = append(refs, string(p.Got.Ref))
		}
		d.AdvanceTo(d.At(3, 7, 0))
		d.SMS.Break(maria.Phone, "30006")
		d.Down(5 * time.Hour)
		d.Restart()
		d.Advance(11 * time.Minute)
		if got := sorries(maria, "sorry"); len(got) != 0 {
			d.T.Fatalf("the phone takes none, and got %q", got)
		}
		var sorry []string
		for _, m := range d.Mail.Mails(maria.Email) {
			if strings.HasPrefix(m.Message.Subject, "Action needed") {
				sorry = append(sorry, m.Message.Text)
			}
		}
		if len(sorry) != 1 || !strings.Contains(sorry[0], "We did not keep 3 promises to you. We are sorry.") {
			d.T.Fatalf("%d mails: %q", len(sorry), sorry)
		}
		for i, ref := range refs {
			part := ref + ": we did not call you by " + []string{"8:30", "9:30", "10:30"}[i] + " a.m. CT. "
			if strings.Count(sorry[0], part) != 1 {
				d.T.Fatalf("%q is not in it once: %s", part, sorry[0])
			}
		}
		if strings.Count(sorry[0], "will call you by 1") != 3 {
			d.T.Fatalf("not every new time is in it: %s", sorry[0])
		}
	})
}

// A text about many stays one text.
func TestATextAboutManyStaysOneText(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		for i := range 4 {
			asksMore(d, maria, "question number "+string(rune('1'+i)), d.At(3, 8+i, 0))
		}
		d.AdvanceTo(d.At(3, 7, 0))
		d.Down(6 * time.Hour)
		d.Restart()
		d.Advance(11 * time.Minute)
		got := sorries(maria, "sorry")
		if len(got) != 1 || words.SMSParts(got[0]) != 1 || !strings.Contains(got[0], "We did not keep 4 promises to you. The first new time is by ") {
			d.T.Fatalf("%q", got)
		}
	})
}

// What the person does not need any more is left out of the apology; the rest is told.
func TestTheApologyLeavesOutWhatIsNotNeeded(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := asksMore(d, d.Maria(), "weight in pounds", d.At(3, 8, 0))
		other := asksMore(d, d.Maria(), "cannot see my results", d.At(3, 8, 0))
		d.AdvanceTo(d.At(3, 8, 20))
		d.Skip(10 * time.Minute)
		_, _, err := d.App.Sweep(d.Ctx(), 10) // it broke; the text has not gone yet
		d.Must(err)
		d.Must(d.App.NotNeeded(d.Ctx(), maria.Viewer()))
		d.Settle()
		got := sorries(other, "sorry")
		if len(got) != 1 || !strings.Contains(got[0], "we did not call by 8:30 a.m.") {
			d.T.Fatalf("%q", got)
		}
	})
}

// Nobody to write to: each question has its task for those who lead.
func TestManyThatCannotBeTold(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for range 2 {
			_, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{
				Words: "weight in pounds", Via: desk.ViaPhone, Channel: desk.ByWeb, Skill: "PORTAL", Requester: app.RequesterIn{Name: "Jo Park", Proven: true},
			})
			d.Must(err)
		}
		d.Advance(5 * time.Hour)
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		tickets := map[desk.TicketID]bool{}
		for _, a := range board.Alerts {
			if a.Alert.Kind == desk.AlertCannotTell {
				tickets[a.Alert.Ticket] = true
			}
		}
		if len(tickets) != 2 {
			d.T.Fatalf("%d questions with a task: %+v", len(tickets), board.Alerts)
		}
	})
}

// Told within 60 seconds: the sweep of the due instant writes the apology and wakes the sender, which has it
// taken in the same breath. How long it took is measured, without a word about whom.
func TestTheApologyIsWrittenAtDueAndSentAtOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-time.Microsecond))
		woken := 0
		d.App.OnWork(func(time.Time) {}, func() { woken++ })
		d.Skip(time.Microsecond)
		_, _, err := d.App.Sweep(d.Ctx(), 10)
		d.Must(err)
		apologies := 0
		for _, o := range maria.Page(d.Ana).Outs {
			if o.Trigger == desk.SayBroken {
				apologies++
				if o.State != desk.Queued || !o.CreatedAt.Equal(p.Due) || !o.FireAt.Equal(p.Due) {
					d.T.Fatalf("due at %s, the apology is %+v", p.Due, o)
				}
			}
		}
		if apologies != 1 || woken == 0 {
			d.T.Fatalf("%d apologies, the sender was woken %d times", apologies, woken)
		}
		_, _, err = d.App.Send(d.Ctx(), 10) // what the sender does when it is woken
		d.Must(err)
		if now := promiseOf(d, maria, p.ID); !now.ToldAt.Equal(p.Due) {
			d.T.Fatalf("due at %s, told at %s", p.Due, now.ToldAt)
		}
		if len(d.Told) != 1 || d.Told[0] != 0 {
			d.T.Fatalf("measured: %v", d.Told)
		}
	})
}

// After an outage the measure says how late people heard of it, once for each promise.
func TestHowLatePeopleAreToldIsMeasured(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		asksMore(d, d.Maria(), "weight in pounds", d.At(3, 8, 0))
		asksMore(d, d.Maria(), "cannot see my results", d.At(3, 8, 30))
		d.AdvanceTo(d.At(3, 8, 10))
		d.Down(2 * time.Hour)
		d.Restart()
		d.Advance(11 * time.Minute)
		if len(d.Told) != 2 || d.Told[0] != 110*time.Minute || d.Told[1] != 80*time.Minute {
			d.T.Fatalf("measured: %v", d.Told)
		}
	})
}
