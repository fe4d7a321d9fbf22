package app_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// codeOn is the last code that came to a phone.
func codeOn(d *testkit.Desk, phone string) string {
	d.T.Helper()
	d.Settle()
	code := ""
	for _, text := range d.SMS.Phone(phone) {
		if strings.Contains(text.Body, "code") {
			code = sixDigits.FindString(text.Body)
		}
	}
	if code == "" {
		d.T.Fatal("no code came")
	}
	return code
}

func hasCode(err error, code string) bool {
	e, ok := err.(*desk.Error)
	return ok && e.Code == code
}

func TestTheTrackerShowsNoWords(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows 70 kilograms.")
		d.Settle()
		sees := maria.Sees()
		if sees.Ticket.Subject != "" || sees.Reach != "…0199" || sees.Promise.Kind != desk.Reply || !sees.Texted || sees.TextFailed {
			t.Fatalf("%+v", sees)
		}
		last := sees.History[len(sees.History)-1]
		if last.Event.Type != desk.TicketOpened || last.Who != "Sam" {
			t.Fatalf("history begins with %s by %q", last.Event.Type, last.Who)
		}
		if _, err := d.App.Track(d.Ctx(), "7Q2M-X4KD-9RTW"); !hasCode(err, "tracker.unknown") {
			t.Fatalf("an unknown token: %v", err)
		}
		if _, err := d.App.Tracker(d.Ctx(), desk.Guest(d.Mercy.ID)); !hasCode(err, "tracker.unknown") {
			t.Fatalf("a guest: %v", err)
		}
		d.Must(d.App.NotNeeded(d.Ctx(), maria.Viewer()))
		d.Advance(60 * 24 * time.Hour)
		if _, err := d.App.Track(d.Ctx(), maria.Got.Token); !hasCode(err, "tracker.unknown") {
			t.Fatalf("60 days after closing: %v", err)
		}
	})
}

func TestThePersonMovesTheCall(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds?")
		old := maria.Promise()
		ws, err := d.App.TrackerWindows(d.Ctx(), maria.Viewer())
		d.Must(err)
		if len(ws) < 4 {
			t.Fatalf("%d windows", len(ws))
		}
		d.Must(d.App.PickTime(d.Ctx(), maria.Viewer(), ws[3].Start))
		sees := maria.Sees()
		if !sees.Promise.Start.Equal(ws[3].Start) || sees.Promise.Replaces != old.ID {
			t.Fatalf("the promise is %+v", sees.Promise)
		}
		if !slices.ContainsFunc(sees.History, func(l app.TrackerLine) bool {
			return l.Event.Type == desk.PromiseMoved && l.Event.Data.MovedBy == desk.MovedByPerson
		}) {
			t.Fatal("history does not say that Maria moved it")
		}
		d.Settle()
		maria.GotText("you picked a new time")
		if err := d.App.PickTime(d.Ctx(), maria.Viewer(), d.At(4, 3, 0)); !hasCode(err, "window.taken") {
			t.Fatalf("3 a.m.: %v", err)
		}
	})
}

// Who asked for texts gets no call unawares: not by opening the question again, only by picking a time for one.
func TestWhoAskedForTextsGetsTexts(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().AsksForTexts("How do I see my weight in pounds?")
		_, err := d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Open the settings.", Ask: true})
		d.Must(err)
		d.Settle()
		_, err = d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "Still kilograms.", "", time.Time{})
		d.Must(err)
		sees := maria.Sees()
		if sees.Promise.Kind != desk.Reply || sees.Promise.Channel != desk.BySMS || sees.Movable.ID != sees.Promise.ID {
			t.Fatalf("promised %+v, movable %+v", sees.Promise, sees.Movable)
		}
		d.Settle()
		maria.GotText("we opened it again", "We will write by")
		d.Must(d.App.PickTime(d.Ctx(), maria.Viewer(), d.At(3, 9, 0)))
		sees = maria.Sees()
		if sees.Promise.Kind != desk.Callback || !sees.Promise.Start.Equal(d.At(3, 9, 0)) || sees.Movable.ID != sees.Promise.ID {
			t.Fatalf("promised %+v, movable %+v", sees.Promise, sees.Movable)
		}
	})
}

func TestCodesOpenTheQuestion(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows 70 kilograms.")
		_, err := d.App.AddNote(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "She sounded tired."})
		d.Must(err)
		v := maria.Viewer()
		to, err := d.App.SendQuestionCode(d.Ctx(), v)
		d.Must(err)
		code := codeOn(d, maria.Phone)
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		if _, err := d.App.ShowQuestion(d.Ctx(), v, wrong); to != "…0199" || !hasCode(err, "code.wrong") {
			t.Fatalf("sent to %s; a wrong code: %v", to, err)
		}
		said, err := d.App.ShowQuestion(d.Ctx(), v, code[:3]+" "+code[3:])
		d.Must(err)
		if len(said) != 1 || said[0].Body != "My chart shows 70 kilograms." {
			t.Fatalf("shown: %+v", said)
		}
		if _, err := d.App.ShowQuestion(d.Ctx(), v, code); !hasCode(err, "code.ended") {
			t.Fatalf("the same code twice: %v", err)
		}

		_, err = d.App.SendQuestionCode(d.Ctx(), v)
		d.Must(err)
		code = codeOn(d, maria.Phone)
		for i := range 5 {
			want := "code.wrong"
			if i == 4 {
				want = "code.ended"
			}
			if _, err := d.App.ShowQuestion(d.Ctx(), v, "12345"); !hasCode(err, want) {
				t.Fatalf("try %d: %v", i+1, err)
			}
		}
		if _, err := d.App.ShowQuestion(d.Ctx(), v, code); !hasCode(err, "code.ended") {
			t.Fatalf("the right code after five wrong ones: %v", err)
		}

		_, err = d.App.SendQuestionCode(d.Ctx(), v)
		d.Must(err)
		code = codeOn(d, maria.Phone)
		if _, err := d.App.SendQuestionCode(d.Ctx(), v); !desk.Is(err, desk.RateLimited) {
			t.Fatalf("a fourth code within an hour: %v", err)
		}
		d.Advance(10 * time.Minute)
		if _, err := d.App.ShowQuestion(d.Ctx(), v, code); !hasCode(err, "code.ended") {
			t.Fatalf("after 10 minutes: %v", err)
		}
	})
}

func TestANewNumberNeedsTheOldOne(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		v := maria.Viewer()
		if _, err := d.App.AskNewNumber(d.Ctx(), v, "12"); !desk.Is(err, desk.Invalid) {
			t.Fatalf("a number of two digits: %v", err)
		}
		to, err := d.App.AskNewNumber(d.Ctx(), v, "312-555-0123")
		d.Must(err)
		code := codeOn(d, maria.Phone)
		if to != "…0199" || len(d.SMS.Phone("+13125550123")) > 0 {
			t.Fatalf("the code went to %s", to)
		}
		d.Must(d.App.TakeNewNumber(d.Ctx(), v, code))
		d.Settle()
		maria.GotText("was changed")
		sees := maria.Sees()
		if sees.Reach != "…0123" || sees.Promise.Address != sees.Ticket.Address {
			t.Fatalf("reached at %s", sees.Reach)
		}
		_, err = d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.Settle()
		d.AdvanceTo(d.At(3, 9, 0))
		if len(d.SMS.Phone("+13125550123")) == 0 {
			t.Fatal("nothing came to the new number")
		}
	})
}

// A mistyped mail address is changed like a number: with a code that came to the old one.
func TestANewMailAddressNeedsTheOldOne(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Email = "mara@example.org"
		maria.AsksForMail("My chart shows kilograms.")
		v := maria.Viewer()
		if _, err := d.App.AskNewMail(d.Ctx(), v, "maria at example"); !desk.Is(err, desk.Invalid) {
			t.Fatalf("no address: %v", err)
		}
		to, err := d.App.AskNewMail(d.Ctx(), v, "maria@example.org")
		d.Must(err)
		d.Settle()
		code := ""
		for _, m := range d.Mail.Mails("mara@example.org") {
			if found := sixDigits.FindString(m.Message.Text); found != "" {
				code = found
			}
		}
		if to != "m…@e…" || code == "" || len(d.Mail.Mails("maria@example.org")) > 0 {
			t.Fatalf("a code %q went to %s", code, to)
		}
		if err := d.App.TakeNewNumber(d.Ctx(), v, "12345"); !hasCode(err, "code.wrong") {
			t.Fatalf("another code: %v", err)
		}
		d.Must(d.App.TakeNewNumber(d.Ctx(), v, code))
		_, err = d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.Settle()
		old, got := d.Mail.Mails("mara@example.org"), d.Mail.Mails("maria@example.org")
		if last := old[len(old)-1]; !strings.Contains(last.Message.Text, "was changed. Was it not you?") || strings.Contains(last.Message.Text, "phone number") {
			t.Fatalf("the old address reads %q", last.Message.Text)
		}
		sees := maria.Sees()
		if len(got) != 1 || sees.ReachKind != desk.EmailAddress || sees.Ticket.Channel != desk.ByEmail || sees.Promise.Address != sees.Ticket.Address {
			t.Fatalf("%d mails came to the new address, and the ticket says %+v", len(got), sees)
		}
		call := d.Maria().Calls(d.Sam, "I cannot see my letters.")
		if _, err := d.App.AskNewMail(d.Ctx(), call.Viewer(), "maria@example.org"); !hasCode(err, "code.no_address") {
			t.Fatalf("a question that is answered by phone: %v", err)
		}
	})
}

func TestWordsAreAddedAndDangerIsSeen(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		if _, err := d.App.AddWords(d.Ctx(), maria.Viewer(), " ", ""); !desk.Is(err, desk.Invalid) {
			t.Fatalf("no words: %v", err)
		}
		flag, err := d.App.AddWords(d.Ctx(), maria.Viewer(), "I want to kill myself", "")
		d.Must(err)
		page := maria.Page(d.Ana)
		if flag != desk.FlagCrisis || page.Ticket.Flag != desk.FlagCrisis || len(page.Alerts) != 1 {
			t.Fatalf("flag %q, on the ticket %q, %d alerts", flag, page.Ticket.Flag, len(page.Alerts))
		}
	})
}

func TestNotFixedPromisesOneNewCall(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		if at := maria.Sees().CloseAt; !at.Equal(d.Now().Add(14 * 24 * time.Hour)) {
			t.Fatalf("closes at %s", at)
		}
		for range 2 {
			_, err := d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "Still kilograms.", "", time.Time{})
			d.Must(err)
		}
		calls := 0
		for _, p := range maria.Page(d.Sam).Promises {
			if p.Promise.Kind == desk.Callback {
				calls++
			}
		}
		if s := maria.Sees(); calls != 1 || s.Ticket.State != desk.Working || !s.Promise.Start.Equal(d.At(3, 8, 0)) {
			t.Fatalf("%d calls, %s, %+v", calls, s.Ticket.State, s.Promise)
		}
		d.Settle()
		maria.GotText("we opened it again", "We will call Wed, June 3, 8:00 to 8:30 a.m. CT.") // the window that the tracker gives
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		if _, err := d.App.AddWords(d.Ctx(), maria.Viewer(), "one more thing", ""); !hasCode(err, "ticket.closed") {
			t.Fatalf("words on a closed question: %v", err)
		}
		_, err := d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "", "", d.At(3, 9, 0))
		d.Must(err)
		if p := maria.Promise(); !p.Start.Equal(d.At(3, 9, 0)) {
			t.Fatalf("promised %+v", p)
		}
	})
}

// Whoever presses a button three times has said it once; other words from the same page are not lost.
func TestWordsSentThreeTimesAreHeardOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		rosa := d.Rosa().Calls(d.Sam, "no puedo entrar")
		said := func(p *testkit.Person) (all []string) {
			for _, m := range p.Page(d.Ana).Messages {
				if m.Kind == desk.FromThem {
					all = append(all, m.Body)
				}
			}
			return all[1:]
		}
		add := func(p *testkit.Person, words, key string, want ...string) {
			t.Helper()
			flag, err := d.App.AddWords(d.Ctx(), p.Viewer(), words, key)
			d.Must(err)
			if got := said(p); !slices.Equal(got, want) {
				t.Fatalf("stored %q, want %q", got, want)
			}
			if strings.Contains(words, "chest") != (flag == desk.FlagEmergency) {
				t.Fatalf("the flag of %q is %q", words, flag)
			}
		}
		for range 3 {
			add(maria, "It is on my phone, too.", "k1", "It is on my phone, too.")
		}
		for range 3 { // help comes first, however often it is pressed
			add(maria, "I have chest pain.", "k1", "It is on my phone, too.", "I have chest pain.")
		}
		add(rosa, "It is on my phone, too.", "k1", "It is on my phone, too.")
		add(maria, "It is on my phone, too.", "k2", "It is on my phone, too.", "I have chest pain.", "It is on my phone, too.")

		d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
		for range 3 {
			_, err := d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "Still kilograms.", "k3", d.At(3, 9, 0))
			d.Must(err)
		}
		times, lines := len(said(maria)), 0
		for _, l := range maria.Sees().History {
			if l.Event.Type == desk.SaidNotFixed {
				lines++
			}
		}
		if times != 4 || lines != 1 || !maria.Promise().Start.Equal(d.At(3, 9, 0)) {
			t.Fatalf("%d words, opened again %d times, %+v", times, lines, maria.Promise())
		}
	})
}

// The first press takes the last seat of the time that was chosen, so the second finds it taken: by itself.
func TestOpeningAgainTwiceTakesOneSeat(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		at := d.At(3, 9, 0)
		d.Maria().Calls(d.Sam, "I cannot see my letters.").Promised(d.Sam, at) // one of Priya's two seats
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		say := func(key string) error {
			_, err := d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "Still kilograms.", key, at)
			return err
		}
		for range 3 {
			d.Must(say("k1"))
		}
		calls := 0
		for _, p := range maria.Page(d.Sam).Promises {
			if p.Promise.Kind == desk.Callback && p.Promise.Start.Equal(at) {
				calls++
			}
		}
		if calls != 1 {
			t.Fatalf("%d calls at 9:00", calls)
		}
		if err := say("k2"); !hasCode(err, "window.taken") {
			t.Fatalf("another form, when no seat is left: %v", err)
		}
	})
}

func TestTheLinkGoesOnlyToTheAddressOnFile(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms.")
		d.Settle()
		before := len(maria.Texts())
		link := func(c desk.Client, ref string) error { return d.App.SendLink(d.Ctx(), desk.Guest(c.ID), c.ID, ref, "") }
		d.Must(link(d.Anne, string(maria.Got.Ref)))
		d.Must(link(d.Mercy, string(desk.NewRef(zeros{}, 6))))
		d.Settle()
		if len(maria.Texts()) != before {
			t.Fatal("another hospital's page or another number sent a link")
		}
		if err := link(d.Mercy, "K7M-4Q"); !hasCode(err, "ref.mistyped") {
			t.Fatalf("a typing mistake: %v", err)
		}
		d.Must(link(d.Mercy, strings.ToLower(string(maria.Got.Ref))))
		d.Settle()
		maria.GotText("here is the link to your question: mercy.help/t/" + desk.FormatToken(maria.Got.Token))
	})
}

// zeros is a source of numbers that nobody has.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
