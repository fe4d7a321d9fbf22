package web

import (
	"bufio"
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

func link(p *testkit.Person) string { return "/t/" + desk.FormatToken(p.Got.Token) }

func TestTheTrackerTellsTheTruthInEveryState(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms, not pounds")
	at, es := link(maria), "/es"+link(maria)
	b.get(at).is(200, "We will write to you", string(maria.Got.Ref), "Done: we got your question", "Now: we are finding the answer", "If we are late, we will tell you").sound()
	maria.Promised(d.Sam, time.Time{})
	d.Settle()
	b.get(at).is(200, "We will call you", "between 8:00 and 8:30 a.m. CT", "…0199 from 800-555-0143", "Next: we call you", "Last: you tell us if it is fixed").sound()
	if !strings.HasPrefix(b.title(), "We will call you – "+string(maria.Got.Ref)+" – Mercy Health help desk") {
		t.Errorf("title %q", b.title())
	}
	b.saysNot("kilograms", "Maria", "3125550199", "312-555-0199")
	b.get(es).is(200, "Le vamos a llamar", "Hecho", "hora central").sound()
	d.AdvanceTo(d.At(3, 7, 50))
	b.get(at).is(200, "We will call you in about 15 minutes")
	d.AdvanceTo(d.At(3, 8, 31))
	b.get(at).is(200, "We did not call you by 8:30 a.m. CT. We are sorry.", "is a supervisor", "will call you by", "Call 800-555-0143").sound()
	if b.find(".promise-broken") == nil || !strings.Contains(b.body, "#octagon-x") {
		t.Error("it does not look broken")
	}
	b.get(es).is(200, "No le llamamos", "Lo sentimos").sound()
}

// The page right after sending says what happens next only until it has happened: it is live, and may be opened again.
func TestThePageAfterSendingGoesOnWithTheQuestion(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms, not pounds")
	p := maria.Promised(d.Sam, time.Time{})
	at, next := link(maria), []string{"What happens next", "looks for the answer", "Change the time or the number"}
	b.get(at+"?new=1").is(200, append(next, "We got your question")...)
	if !strings.Contains(b.body, at+`/part?new=1"`) {
		t.Error("the page fetches another page's part")
	}
	b.get(at+"/part?new=1").is(200, next...)
	if n := strings.Count(b.text(), "If we are late"); n != 1 {
		t.Errorf("%q is said %d times", "If we are late", n)
	}
	b.get(at + "/part").saysNot("What happens next")
	d.AdvanceTo(d.At(3, 8, 5))
	d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
	d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "We talked.", nil))
	for _, page := range []string{"?new=1", "/part?new=1"} {
		b.get(at+page).is(200, "Is it fixed?").saysNot(append(next, "We got your question")...)
	}
}

// The person reads that we wait for the maker of the software, once, and never which firm that is.
func TestThePersonReadsOnceThatWeWait(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms, not pounds")
	for _, firm := range []string{"", "Epic", "Epic Systems"} {
		d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, desk.WaitSupplier, d.At(3, 12, 0), firm))
		d.Advance(time.Minute)
	}
	b.get(link(maria)).is(200, "We wait for the maker of the software").saysNot("Epic")
	var waits []string
	for _, e := range b.all("li") {
		if text := textOf(e); strings.Contains(text, "We wait for the maker") {
			waits = append(waits, text)
		}
	}
	if len(waits) != 1 {
		t.Errorf("the history tells of the wait %d times: %q", len(waits), waits)
	}
}

func TestTheLoopIsClosedByThePerson(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms, not pounds")
	p := maria.Promised(d.Sam, time.Time{})
	d.AdvanceTo(d.At(3, 8, 5))
	d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
	b.get(link(maria)).is(200, "We are calling you now").sound()
	d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "We talked.", nil))
	b.get(link(maria)).is(200, "Is it fixed?", "Yes, it is fixed", "No, I still need help", "We talked with you").sound()
	if n := len(b.all("button[name=fixed]")); n != 2 {
		t.Errorf("%d answers", n)
	}
	b.send("fixed", "no").isAt(link(maria)+"/reopening").is(200, "What still does not work?", "(optional)").sound()
	b.send("words", "Still kilograms").isAt(link(maria)+"?saved=reopened").is(200, "You told us it is not fixed", "You do not have to explain it again").saysNot("Still kilograms").sound()
	p = maria.Promise()
	d.AdvanceTo(p.Start.Add(time.Minute))
	d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "We talked.", nil))
	b.get(link(maria)).send("fixed", "yes").isAt(link(maria)).is(200, "You told us it is fixed. Thank you.", "60 days").sound()
	b.get("/es"+link(maria)).is(200, "Gracias")
	b.get(link(maria)+"/reopening").is(200).send().is(200, "You told us it is not fixed")
}

func TestMovingTheTime(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms")
	maria.Promised(d.Sam, time.Time{})
	b.get(link(maria)).get(link(maria)+"/time").is(200, "Your time now:", "Tomorrow, Wednesday, June 3", "9:00 to 9:30 a.m.", "Show later times", "All times are CT").sound()
	b.send().is(422, "Choose a time for us to call.")
	b.send("start", d.At(3, 10, 0).UTC().Format(time.RFC3339)).isAt(link(maria)+"?saved=time").is(200, "between 10:00 and 10:30 a.m. CT", "You moved it").sound()
	if n := strings.Count(b.text(), "We promised to call you"); n != 1 {
		t.Errorf("the history promises %d calls:\n%s", n, b.text())
	}
	b.get(link(maria)+"/time?later=1").is(200, "Thursday, June 4")
	b.post(link(maria)+"/time", "start", "2026-06-03T03:33:00Z").is(200, "That time was taken a moment ago")
	b.get("/es"+link(maria)+"/time").is(200, "mañana", "de 9:00 a 9:30 a. m.").sound()
}

// Who asked for texts is told that a time makes it a call, and can leave it as it is.
func TestATextBecomesACallOnlyWhereThatIsSaid(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().AsksForTexts("I see kilograms")
	b.get(link(maria)).is(200, "We will write to you", "Change the number", "Ask us to call you").saysNot("Change the time").sound()
	if !strings.Contains(b.body, `href="`+link(maria)+`/number"`) {
		t.Error("no way to change the number")
	}
	b.get(link(maria)+"/time").is(200, "When can we call you?", "We will write to you by 9:05 p.m. CT. If you pick a time here, we will call you and not write.").saysNot("Pick a new time").sound()
	b.get("/es"+link(maria)+"/time").is(200, "¿Cuándo le podemos llamar?", "Si elige una hora aquí, le llamamos y no le escribimos.").sound()
	b.get(link(maria)+"/time").send("start", d.At(3, 10, 0).UTC().Format(time.RFC3339)).is(200, "Saved. We will call you tomorrow", "Change the time or the number", "You asked us to call you").saysNot("You moved it", "Ask us to call you").sound()

	d.Must(d.App.NotNeeded(d.Ctx(), maria.Viewer()))
	b.get(link(maria) + "/reopening").is(200).saysNot("When can we call you?").sound()
	b.send().is(200, "You asked for help again", "We will write to you")

	late := d.Maria().AsksForTexts("I cannot see my letters")
	d.AdvanceTo(late.Promise().Due.Add(time.Minute))
	b.get(link(late)).is(200, "We did not write to you by 9:05 p.m. CT", "Ask us to call you").saysNot("Pick a different time").sound()
}

func TestANewNumberNeedsACodeFromTheOldOne(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms")
	b.get(link(maria)+"/number").is(200, "We send a code to your old number").sound()
	b.send("phone", "12").is(422, "like 312-555-0199")
	b.send("phone", "312-555-0142").isAt(link(maria)+"/number/code").is(200, "…0199").sound()
	b.send("code", "000000").is(422, "not right").sound()
	d.Settle()
	b.send("code", codeOn(t, maria)).isAt(link(maria)+"?saved=number").is(200, "…0142", "You changed your phone number")
}

func TestANewMailAddressNeedsACodeFromTheOldOne(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria()
	maria.Email = "mara@example.org"
	maria.AsksForMail("I see kilograms")
	b.get(link(maria)).is(200, "Change the email address").saysNot("Change the number", "Change the time", "Ask us to call you").sound()
	b.get("/es"+link(maria)+"/number").is(200, "Cambiar su correo electrónico").sound()
	b.get(link(maria)+"/number").is(200, "Change your email address", "We send a code to your old address").saysNot("number", "phone").sound()
	b.send("email", "maria@").is(422, "like name@example.com").sound()
	if typed := attr(b.find("#email"), "value"); typed != "maria@" {
		t.Errorf("what was typed became %q", typed)
	}
	b.send("email", "maria@example.org").isAt(link(maria)+"/number/code").is(200, "m…@e…").sound()
	d.Settle()
	code := ""
	for _, m := range d.Mail.Mails("mara@example.org") {
		if found := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(m.Message.Text); found != "" {
			code = found
		}
	}
	b.send("code", code).isAt(link(maria)+"?saved=number").is(200, "Saved. We will write to m…@e…", "You changed your email address").saysNot("phone number").sound()
}

func codeOn(t *testing.T, p *testkit.Person) string {
	t.Helper()
	for _, text := range p.Texts() {
		if _, after, ok := strings.Cut(text, "your code is "); ok {
			return after[:6]
		}
	}
	t.Fatalf("no code among %q", p.Texts())
	return ""
}

func TestWordsAreShownOnlyToWhoTypesACode(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms, <b>not</b> pounds")
	b.get(link(maria)+"/question").is(200, "…0199").sound().send().isAt(link(maria) + "/question/code").sound()
	d.Settle()
	b.send("code", "111111").is(422)
	b.send("code", codeOn(t, maria)).is(200, "From you", "I see kilograms, <b>not</b> pounds").sound()
	b.get(link(maria)).saysNot("kilograms")
}

func TestAddingWithdrawingAndOpeningAgain(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms")
	b.get(link(maria)+"/words").sound().send("words", " ").is(422, "Type what you want to add.")
	b.send("words", "It is on the phone, too").isAt(link(maria)+"?saved=words").is(200, "We got it.", "You added something")
	b.get(link(maria)+"/words").send("words", "Now I have chest pain").isAt(link(maria)+"?help=emergency").is(200, "Call 911 now", "We have what you wrote").sound()
	b.get(link(maria)+"/withdrawal").is(200, "You do not need this any more?").sound().send().isAt(link(maria)).is(200, "You told us you do not need this any more").sound()
	b.get(link(maria) + "/withdrawal").send()
	b.get(link(maria)+"/words").send("words", "more").is(409)
	b.get(link(maria)+"/reopening").is(200, "You need help again?", "What do you need help with?").saysNot("What still does not work?").sound()
	b.send().isAt(link(maria)+"?saved=reopened").is(200, "You asked for help again. We opened it again.", "You opened it again").saysNot("not fixed").sound()
	b.get("/es"+link(maria)).is(200, "Usted pidió ayuda otra vez")
	d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
	b.get(link(maria)+"/reopening").is(200, "What still does not work?").send().is(200, "You told us it is not fixed. We opened it again.").saysNot("asked for help again")
}

func TestAFormOfTheTrackerThatIsSentThreeTimesIsHeardOnce(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms")
	thrice := func(path, words, told string, lines int) {
		t.Helper()
		b.get(link(maria) + path)
		form := *b
		for range 3 {
			again := form
			again.send("words", words).is(200)
		}
		if n := strings.Count(b.get(link(maria)).text(), told); n != lines {
			t.Errorf("the history says %q %d times, want %d:\n%s", told, n, lines, b.text())
		}
	}
	thrice("/words", "It is on the phone, too", "You added something", 1)
	thrice("/words", "It is on the phone, too", "You added something", 2) // another day, another form
	d.Must(d.App.AskIfFixed(d.Ctx(), d.Sam, maria.Got.Ref))
	thrice("/reopening", "Still kilograms", "You opened it again", 1)
	b.get(link(maria)+"/words").send("words", strings.Repeat("x", desk.MaxWords+1)).is(422)
	key := attr(b.find("input[name=key]"), "value")
	if key == "" {
		t.Error("the form that comes back has no key")
	}
}

func TestALinkOpensOneQuestionOfOneHospital(t *testing.T) {
	b := open(t)
	maria, rosa := b.d.Maria().Calls(b.d.Sam, "I see kilograms"), b.d.Rosa().Calls(b.d.Priya, "No veo libras")
	for _, at := range []string{link(rosa), link(rosa) + "/time", link(rosa) + "/live", link(rosa) + "/part", "/t/AAAA-AAAA-AAAA", "/t/x", "/t/" + string(maria.Got.Ref)} {
		if b.get(at); b.status != 404 || !strings.Contains(b.text(), "We cannot find that") {
			t.Errorf("%s gives %d", at, b.status)
		}
		b.saysNot(string(rosa.Got.Ref))
	}
	b.post(link(rosa) + "/withdrawal").is(404)
	b.get(strings.ToLower(link(maria))).is(200)
	b.get(link(maria) + "/withdrawal").send()
	b.d.Must(b.d.App.NotNeeded(b.d.Ctx(), rosa.Viewer())) // nothing else is due in these weeks
	b.d.Advance(61 * 24 * time.Hour)
	b.get(link(maria)).is(404, "We cannot find that number", "A person can look it up").sound()
}

func TestTheTrackerIsLive(t *testing.T) {
	b := open(t)
	maria := b.d.Maria().Calls(b.d.Sam, "I see kilograms")
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	b.get(link(maria))
	req, err := http.NewRequestWithContext(ctx, "GET", b.server.URL+attr(b.find("main"), "data-live"), nil)
	b.d.Must(err)
	res, err := b.client.Do(req)
	b.d.Must(err)
	defer func() { _ = res.Body.Close() }()
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("the stream is %q", got)
	}
	lines := bufio.NewScanner(res.Body)
	wait := func(want string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == want {
				return
			}
		}
		t.Fatalf("no %q: %v", want, lines.Err())
	}
	wait("event: beat")
	maria.Promised(b.d.Sam, time.Time{})
	wait("event: changed")
	// So does a page that was read before, and listens only now.
	req, err = http.NewRequestWithContext(ctx, "GET", req.URL.String(), nil)
	b.d.Must(err)
	late, err := b.client.Do(req)
	b.d.Must(err)
	defer func() { _ = late.Body.Close() }()
	lines = bufio.NewScanner(late.Body)
	wait("event: changed")
	b.get(attr(b.find("main"), "data-live-part")).is(200, "We will call you")
	for _, id := range []string{"#promise", "#steps", "#history"} {
		if b.find(id) == nil {
			t.Errorf("the part has no %s", id)
		}
	}
	if b.find("html") != nil {
		t.Error("the part is a whole page")
	}
}

func TestOneLinkCannotHoldEveryConnection(t *testing.T) {
	b := open(t)
	maria, other := b.d.Maria().Calls(b.d.Sam, "I see kilograms"), b.d.Maria().Calls(b.d.Sam, "I cannot sign in")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	watch := func(at string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, "GET", b.server.URL+at+"/live", nil)
		b.d.Must(err)
		res, err := b.client.Do(req)
		b.d.Must(err)
		t.Cleanup(func() { _ = res.Body.Close() })
		return res.StatusCode
	}
	for n := range maxWatching {
		if got := watch(link(maria)); got != 200 {
			t.Fatalf("stream %d gives %d", n+1, got)
		}
	}
	if got := watch(link(maria)); got != http.StatusTooManyRequests {
		t.Errorf("one stream too many gives %d", got)
	}
	if got := watch(link(other)); got != 200 {
		t.Errorf("the link of another question gives %d", got)
	}
	b.get(link(maria)).is(200) // the page itself comes all the same
}

func TestWhatWeMovedAndWhatWeWroteIsTold(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms")
	p := maria.Promised(d.Sam, time.Time{})
	_, err := d.App.MovePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, desk.MovedByUs, d.At(3, 11, 0))
	d.Must(err)
	b.get(link(maria)).is(200, "We changed the time. Sorry.", "between 11:00 and 11:30 a.m. CT", "We changed the time").sound()
	if b.find(".promise-moved-us") == nil {
		t.Error("it looks like any promise")
	}
	_, err = d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Open Settings, then Units."})
	d.Must(err)
	b.get(link(maria)).is(200, "We wrote to you about your question.", "Read what we wrote").saysNot("Settings").sound()
}

func TestACallThatDidNotReachThePersonIsTold(t *testing.T) {
	b := open(t)
	d := b.d
	maria := d.Maria().Calls(d.Sam, "I see kilograms")
	p := maria.Promised(d.Sam, time.Time{})
	d.AdvanceTo(d.At(3, 8, 5))
	d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
	d.Must(d.App.MissedCall(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "no_answer"))
	b.get(link(maria)).is(200, "We called you. You did not answer.", "We will try again today, Wednesday, June 3, between").sound()
	b.get("/es"+link(maria)).is(200, "Llamamos otra vez hoy").sound()
}
