package web

import (
	"strings"
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
)

// asks goes through the question pages in a language up to the check page.
func (b *browser) asks(lang, words string) *browser {
	b.t.Helper()
	b.get(lang + "/ask").isAt(lang + "/ask/1").sound()
	b.send("words", words)
	if strings.HasPrefix(b.at, lang+"/ask/answers") {
		b.sound().send().isAt(lang + "/ask/2")
	}
	b.isAt(lang+"/ask/2").sound().send("about", "me").isAt(lang + "/ask/3").sound()
	b.send("channel", "call").isAt(lang + "/ask/4").sound()
	b.send("phone", "(312) 555-0199", "voicemail", "yes").isAt(lang + "/ask/5").sound()
	b.send("start", "soonest").isAt(lang + "/ask/6").sound()
	return b.send().isAt(lang + "/ask/check").sound()
}

func TestTheStoryOnTheQuestionPages(t *testing.T) {
	for _, c := range []struct{ lang, words, progress, sent, will string }{
		{"", "I see my weight in kilograms and want pounds", "Question 7 of 7", "We got your question", "We will call you"},
		{"/es", "Veo mi peso en kilogramos y quiero libras", "Pregunta 7 de 7", "Recibimos su pregunta", "Le vamos a llamar"},
	} {
		b := open(t)
		b.asks(c.lang, c.words).is(200, c.progress, c.words, "(312) 555-0199")
		b.send().isAt(c.lang+"/t/").is(200, c.sent, c.will, "…0199", "800-555-0143").sound()
		if !strings.Contains(b.at, "?new=1") {
			t.Errorf("at %s", b.at)
		}
		b.saysNot(c.words, "312-555-0199")
		for _, once := range []string{"…0199 from 800-555-0143", "If we are late", "Si nos atrasamos"} {
			if n := strings.Count(b.text(), once); n > 1 {
				t.Errorf("%q is said %d times:\n%s", once, n, b.text())
			}
		}
		if got := b.head.Get("X-Robots-Tag"); !strings.Contains(got, "noindex") {
			t.Errorf("robots %q", got)
		}
		b.get(strings.TrimSuffix(b.at, "?new=1")).is(200).sound().saysNot(c.words)
	}
}

func TestSendingTwiceGivesTheSameQuestion(t *testing.T) {
	b := open(t)
	b.asks("", "I see kilograms and want pounds")
	first := b.send().at
	if again := b.post("/ask/check").at; again != first {
		t.Errorf("sent again: %s, not %s", again, first)
	}
	if back := b.get("/ask/check").at; !strings.HasPrefix(first, back) {
		t.Errorf("back to %s", back)
	}
	b.get("/ask").isAt("/ask/1")
	if got := textOf(b.find("textarea")); got != "" {
		t.Errorf("the next question begins with %q", got)
	}
}

func TestWhatWasTypedIsNeverLost(t *testing.T) {
	b := open(t)
	b.get("/ask/1").send("words", "  ").is(422, "There is a problem", "Tell us what you need help with.").sound()
	if !strings.HasPrefix(b.title(), "Error: ") {
		t.Errorf("title %q", b.title())
	}
	if b.find(".errors[tabindex=-1]") == nil {
		t.Error("the summary cannot take the focus")
	}
	long := strings.Repeat("word ", 1200)
	b.send("words", long).is(422, "too long")
	if got := textOf(b.find("textarea")); got != long {
		t.Errorf("%d of %d characters are left", len(got), len(long))
	}
	b.send("words", "my number is 123-45-6789").is(422, "Social Security")
	b.send("words", "qqq").isAt("/ask/2").send("about", "child").send("channel", "call").isAt("/ask/4")
	b.send("phone", "12").is(422, "like 312-555-0199", "Choose yes or no")
	if got := attr(b.find("#phone"), "value"); got != "12" {
		t.Errorf("the number became %q", got)
	}
	b.get("/ask/4")
	if got := attr(b.find("#phone"), "value"); got != "12" {
		t.Errorf("the number was not kept: %q", got)
	}
	b.get("/ask/2")
	if n := b.find("input[checked]"); attr(n, "value") != "child" {
		t.Error("the choice was not kept")
	}
}

func TestOnlyWhatAppliesIsAsked(t *testing.T) {
	b := open(t)
	b.get("/ask/1").send("words", "qqq").send("about", "me").send("channel", "email").isAt("/ask/4").says("Question 4 of 5")
	b.send("email", "maria@example").is(422)
	b.send("email", "maria@example.com").isAt("/ask/check").says("Question 5 of 5", "maria@example.com").saysNot("When we call")
	b.get("/ask/3?change=1").send("channel", "call").isAt("/ask/4?change=1").send("phone", "3125550199", "voicemail", "no").isAt("/ask/5?change=1")
	b.send("start", "soonest").isAt("/ask/6?change=1").send("needs", "tty").isAt("/ask/check").says("As soon as you can", "TTY or relay")
	b.get("/ask/2?change=1").send("about", "adult").isAt("/ask/check").says("Another adult")
}

func TestNobodySkipsAQuestion(t *testing.T) {
	b := open(t)
	b.get("/ask/5").isAt("/ask/1").says("We no longer have what you typed")
	b.post("/ask/check").isAt("/ask/1")
	b.get("/ask/99").is(404)
	b.post("/ask/zzz").is(404)
}

func TestWordsOfDangerStopAQuestionOnce(t *testing.T) {
	b := open(t)
	b.get("/ask/1").send("words", "I have chest pain and cannot open my test results").isAt("/ask/stop").is(200, "Call 911 now", "What you typed is still here").sound()
	b.get("/ask/3").isAt("/ask/stop")
	b.send()
	if strings.HasPrefix(b.at, "/ask/stop") {
		t.Fatalf("still at %s", b.at)
	}
	b.get("/ask/2").isAt("/ask/2").is(200)
	b.get("/ask/1").send("words", "I want to kill myself").isAt("/ask/stop").says("988")
}

func TestATimeThatIsTakenMeanwhileIsSaidCalmly(t *testing.T) {
	b := open(t)
	b.asks("", "I see kilograms and want pounds")
	ws, _, err := b.d.App.AskWindows(b.d.Ctx(), desk.Guest(b.d.Mercy.ID), b.d.Mercy.ID, app.Ask{Words: "weight in pounds", Channel: "call", Lang: "en"})
	b.d.Must(err)
	if len(ws) == 0 {
		t.Fatal("no windows")
	}
	start := ws[0].Start
	b.get("/ask/5?change=1").send("start", start.UTC().Format("2006-01-02T15:04:05Z07:00")).isAt("/ask/check")
	for range ws[0].Seats {
		b.d.Maria().Calls(b.d.Sam, "other").Promised(b.d.Ana, start)
	}
	b.send().isAt("/ask/5").is(200, "That time was taken a moment ago").sound()
	if b.find(".errors") != nil || b.find(".is-wrong") != nil {
		t.Error("it looks like a mistake of the person")
	}
	if b.find("input[autofocus]") == nil {
		t.Error("the list does not take the focus")
	}
	b.send("start", "soonest").isAt("/ask/check").send().isAt("/t/")
}

func TestTooManyQuestions(t *testing.T) {
	b := open(t)
	for range 2 {
		b.fresh().asks("", "I see kilograms").send().isAt("/t/")
	}
	b.fresh().asks("", "I see kilograms").send().is(429, "twice")
}

func TestWhatWasTypedStaysWhenTheDeskCannotBeAsked(t *testing.T) {
	b := open(t)
	b.get("/ask/1").send("words", "qqq").isAt("/ask/2")
	b.d.Must(b.d.DB.Close())
	b.post("/ask/1", "words", "I see kilograms and want pounds")
	b.is(503, "I see kilograms and want pounds", "What you typed is kept. Try again in a minute", "800-555-0143").sound()
	if strings.Contains(b.body, "as we promised") {
		t.Error("it speaks of a promise, and nothing is promised yet")
	}
	if b.head.Get("Retry-After") == "" {
		t.Error("nothing says when to try again")
	}
	b.post("/ask/2", "about", "child").is(503)
	if attr(b.find("input[checked]"), "value") != "child" {
		t.Error("the choice is lost")
	}
	b.post("/ask/5", "start", "soonest").is(503, "Try again in a minute").sound()
	if attr(b.find("input[name=start]"), "value") != "soonest" {
		t.Error("the time is lost")
	}
	b.post("/ask/check").is(503, "what you send twice counts once").sound()
	if strings.Contains(b.body, "ask.who.") || strings.Contains(b.body, "Your question") {
		t.Error("answers that cannot be read are shown as if there were none")
	}
	b.get("/t/7Q2M-X4KD-9RTW").is(503, "800-555-0143").sound()
	b.post("/t/7Q2M-X4KD-9RTW/words", "key", "k-1", "words", "It is better now").is(503, "It is better now", "800-555-0143").sound()
	if !strings.Contains(b.body, `action="/t/7Q2M-X4KD-9RTW/words"`) || attr(b.find("input[name=words]"), "value") != "It is better now" || attr(b.find("input[name=key]"), "value") != "k-1" {
		t.Error("what was added is lost")
	}
	b.get("/").is(200, "800-555-0143").sound()
	b.looksFor("", "weight in pounds").is(200, "See your weight in pounds").lookedFor("weight in pounds").sound()
	b.get("/a/weight-in-pounds?from=search").is(200, "See your weight in pounds")
}
