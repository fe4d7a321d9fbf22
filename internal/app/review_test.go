package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// Being asked twice whether it is fixed starts no second row of reminders: who stays silent is left
// alone after the last one, and the question closes.
func TestSilenceEndsHoweverOftenWasAsked(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		d.Must(second(d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, saying("Choose pounds."))))
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		p := maria.Page(d.Sam).Promises[0].Promise
		for _, line := range maria.Page(d.Sam).Promises {
			if line.Promise.Kind == desk.Callback {
				p = line.Promise
			}
		}
		d.AdvanceTo(p.Start.Add(time.Minute))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "We talked.", nil)) // it is asked already
		asking := 0
		for _, line := range maria.Page(d.Sam).Promises {
			if line.Promise.State.Live() {
				asking++
			}
		}
		if asking != 1 {
			d.T.Fatalf("%d promises to ask again", asking)
		}
		d.Advance(18 * 24 * time.Hour)
		if s := maria.Page(d.Sam).Ticket.State; s != desk.Unconfirmed {
			d.T.Fatalf("18 days after the last question it is %s", s)
		}
	})
}

// A text that waits for the morning is not sent when what it asks was answered in the night.
func TestWhatWasAnsweredAtNightIsNotAskedInTheMorning(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		d.Must(second(d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, saying("Choose pounds."))))
		d.AdvanceTo(d.At(2, 21, 30))
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		d.Advance(10 * time.Minute)
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		said := len(maria.Texts())
		d.AdvanceTo(d.At(3, 9, 0))
		if now := maria.Texts(); len(now) != said {
			d.T.Fatalf("after the yes she still got: %q", now[said:])
		}
	})
}

// Where only "we ask again" is left and nothing is asked, an answer promises news like any other.
func TestAnAnswerPromisesNewsBesideAskingAgain(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		ref := maria.Got.Ref
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, ref))
		_, err := d.App.MakePromise(d.Ctx(), d.Sam, ref, app.PromiseIn{Kind: desk.Update, Due: d.Now().Add(time.Hour)})
		d.Must(err)
		_, err = d.App.Reply(d.Ctx(), d.Sam, ref, app.Words{Body: "We are still looking."})
		d.Must(err)
		for _, line := range maria.Page(d.Sam).Promises {
			if p := line.Promise; p.State.Live() && p.Kind == desk.Update {
				return
			}
		}
		d.T.Fatal("the question is being worked on and no news is promised")
	})
}

// A call that somebody began this morning and never ended does not keep others from calling, and
// does not keep the next attempt from holding the break.
func TestACallThatNobodyEndedGivesWay(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.Must(d.App.TryPromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID))
		d.AdvanceTo(p.Due.Add(-time.Minute))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.AdvanceTo(p.Due.Add(2 * time.Minute))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "We talked.", nil))
		for _, line := range maria.Page(d.Sam).Promises {
			if line.Promise.ID == p.ID && (line.Promise.State != desk.KeptLate || len(line.Attempts) != 1 || line.Attempts[0].StaffName != "Priya Nair") {
				d.T.Fatalf("%s with %+v", line.Promise.State, line.Attempts)
			}
		}
	})
}

// What was promised in a sentence keeps its sentence when its time moves or a call misses.
func TestTheSentenceOfAPromiseSurvives(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		ref, text := maria.Got.Ref, "We will send the form to your doctor."
		p, err := d.App.MakePromise(d.Ctx(), d.Sam, ref, app.PromiseIn{Kind: desk.Other, Text: text, Due: d.Now().Add(48 * time.Hour)})
		d.Must(err)
		ws, err := d.App.WindowsFor(d.Ctx(), d.Sam, d.Mercy.ID, "PORTAL", "en", d.Now(), 2)
		d.Must(err)
		for _, w := range ws {
			if w.Covered {
				p, err = d.App.MovePromise(d.Ctx(), d.Sam, ref, p.ID, desk.MovedByPerson, w.Start)
				d.Must(err)
				break
			}
		}
		d.Must(d.App.TryPromise(d.Ctx(), d.Sam, ref, p.ID))
		d.Must(d.App.MissedCall(d.Ctx(), d.Sam, ref, p.ID, "busy"))
		for _, line := range maria.Page(d.Sam).Promises {
			if p := line.Promise; p.State.Live() && p.Kind == desk.Other && p.Text == text {
				return
			}
		}
		d.T.Fatal("nobody can read any more what was promised")
	})
}

// A mail that fails in the night wakes nobody by text.
func TestFallingBackToATextWaitsForTheMorning(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{
			Words: "weight in pounds", Via: desk.ViaPhone, Lang: "en", Skill: "PORTAL", Channel: desk.ByEmail,
			Requester: app.RequesterIn{Name: maria.Name, Phone: maria.Phone, Email: "maria@example.com", Proven: true},
		})
		d.Must(err)
		maria.Got = got
		_, err = d.App.Reply(d.Ctx(), d.Sam, got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.AdvanceTo(d.At(2, 23, 0))
		_, _ = d.App.Reply(d.Ctx(), d.Sam, got.Ref, app.Words{Body: "Here is how."})
		said := len(maria.Texts())
		d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS}) // a desk without mail: the mail fails
		d.SMS.SetSink(d.App)
		d.Settle()
		d.AdvanceTo(d.At(3, 3, 0))
		if now := maria.Texts(); len(now) != said {
			d.T.Fatalf("at night she got %q", now[said:])
		}
		d.AdvanceTo(d.At(3, 9, 0))
		if len(maria.Texts()) == said {
			d.T.Fatal("in the morning she did not get it either")
		}
	})
}

// One address cannot make the desk forget who tried too often by trying many names.
func TestManyNamesFromOneAddressClearNoLimit(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		long := strings.Repeat("x", 1025) // refused before it is looked at
		try := func(login, ip string) error {
			_, err := d.App.SignIn(d.Ctx(), login, long, "", ip)
			return err
		}
		for i := range 20 {
			_ = try("sam@kept.example", fmt.Sprintf("192.0.2.%d", i))
		}
		if err := try("sam@kept.example", "192.0.2.99"); !desk.Is(err, desk.RateLimited) {
			d.T.Fatalf("the twenty-first try: %v", err)
		}
		for i := range 45_000 {
			_ = try(fmt.Sprint(i, "@example.com"), "198.51.100.7")
		}
		if err := try("sam@kept.example", "192.0.2.100"); !desk.Is(err, desk.RateLimited) {
			d.T.Fatalf("after many names from one address: %v", err)
		}
	})
}

// Words of danger in a message that must wait for a person are before the supervisors as such, and two
// messages without a name from their provider are two messages.
func TestDangerIsSeenInAMessageThatWaits(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for _, from := range []string{"12345", "54321"} { // short codes cannot be answered
			d.Must(d.App.Receive(d.Ctx(), channel.Inbound{Channel: channel.SMS, From: from, To: d.Mercy.Phone, Text: "I have chest pain"}))
		}
		b, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(b.Alerts) != 2 {
			d.T.Fatalf("%d alerts", len(b.Alerts))
		}
		for _, a := range b.Alerts {
			if a.Alert.Flag != desk.FlagEmergency {
				d.T.Fatalf("the flag is %q", a.Alert.Flag)
			}
		}
	})
}

// A database that did not answer for an hour is like a desk that was down: staff can enter the calls
// that were made before anybody is told that nobody called.
func TestAnHourWithoutDatabaseHoldsTheBreak(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(-10 * time.Minute))
		gone, cancel := context.WithCancel(d.Ctx())
		cancel()
		d.Skip(2 * time.Minute)
		if _, _, err := d.App.Sweep(gone, 10); err == nil {
			d.T.Fatal("swept without a database")
		}
		d.Skip(time.Hour)
		d.Settle()
		maria.GotNoText("sorry")
		d.Advance(11 * time.Minute)
		maria.GotText("sorry")
	})
}

// The board says that somebody was told of a break only when the words arrived.
func TestTheBoardDoesNotSayToldOfWhatDidNotArrive(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told := func() bool {
			b, err := d.App.Board(d.Ctx(), d.Omar, app.BoardFilter{})
			d.Must(err)
			if len(b.Broken) != 1 {
				d.T.Fatalf("%d broken", len(b.Broken))
			}
			return b.Broken[0].Told
		}
		rosa := d.Rosa().Asks("weight in pounds")
		d.AdvanceTo(rosa.Promise().Due)
		if !told() {
			d.T.Fatal("she has the text and the board says that she was not told")
		}
		d.Must(d.App.SayFixed(d.Ctx(), rosa.Viewer()))

		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.SMS.Break(maria.Phone, "30006")
		d.AdvanceTo(p.Due.Add(time.Minute))
		if told() {
			d.T.Fatal("the text failed and the board says that she was told")
		}
		for _, line := range maria.Page(d.Omar).Promises {
			if line.Promise.ID == p.ID && !line.Promise.ToldAt.IsZero() {
				d.T.Fatal("the promise says that she was told")
			}
		}
	})
}

// Words of danger are on the board however many other alerts nobody has taken care of.
func TestDangerIsOnTheBoardBehindManyAlerts(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for i := range 60 {
			d.Must(d.App.Receive(d.Ctx(), channel.Inbound{Channel: channel.SMS, ProviderID: fmt.Sprint("in", i), From: "12345", To: d.Mercy.Phone, Text: "?!"}))
		}
		d.Skip(time.Minute)
		maria := d.Maria().Asks("I have chest pain and cannot breathe")
		b, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		for _, a := range b.Alerts {
			if a.Ticket.Ref == maria.Got.Ref && a.Alert.Kind == desk.AlertRedFlag {
				return
			}
		}
		d.T.Fatalf("not among %d alerts", len(b.Alerts))
	})
}

type brittle struct{}

func (brittle) Send(context.Context, channel.Message) (channel.Delivery, error) {
	panic("a fault of ours")
}

// A message that fails before anybody can say how it went does not come back for ever: in the end a
// supervisor is asked to call.
func TestAMessageThatCannotBeSentEndsWithACall(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		d.App = app.New(app.Options{DB: d.DB, SMS: brittle{}})
		for range 40 {
			func() {
				defer func() { _ = recover() }() // as the loop does
				_, _, err := d.App.Send(d.Ctx(), 1)
				d.Must(err)
			}()
			d.Skip(2 * time.Minute)
		}
		for _, al := range maria.Page(d.Omar).Alerts {
			if al.Kind == desk.AlertCallTask {
				return
			}
		}
		d.T.Fatalf("nobody is asked to call; the message is %+v", maria.Page(d.Omar).Outs)
	})
}

// Somebody who corrects what the caller said, after the time that was picked went to somebody else,
// finds both on the ticket.
func TestCorrectedWordsOfACallAreKept(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		call := app.CallIn{Client: d.Mercy.ID, Ref: string(maria.Got.Ref), Words: "It is the left knee", Ending: "promise", Key: "form-1",
			Promise: app.PromiseIn{Kind: desk.Callback, Start: d.Now().Add(3 * time.Minute)}}
		if _, err := d.App.FinishCall(d.Ctx(), d.Sam, call); err == nil {
			d.T.Fatal("promised a time that nobody covers")
		}
		call.Words, call.Promise.Start = "It is the right knee", time.Time{}
		_, err := d.App.FinishCall(d.Ctx(), d.Sam, call)
		d.Must(err)
		for _, m := range maria.Page(d.Sam).Messages {
			if strings.Contains(m.Body, "right knee") {
				return
			}
		}
		d.T.Fatal("the corrected words are lost")
	})
}
