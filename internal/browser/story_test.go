package browser_test

import (
	"strings"
	"testing"

	"kept/internal/words"
)

// asker is the person of the story at their browser, in their language.
type asker struct {
	*tab
	lang words.Lang
	root string // "/mercy", "/mercy/es"; without a hospital where the host names it
}

func (a asker) word(key string, args ...any) string { return words.T(a.lang, key, args...) }

// searches goes from the first page to the answer that does not help.
func (a asker) searches(for_ string) asker {
	a.t.Helper()
	a.open(a.root + "/").says(a.word("home.h1"))
	a.fill("q", for_).follow(a.word("home.search.button")).isAt(a.root + "/search")
	return a
}

// asks goes through every question page and sends; it ends on the page after sending.
func (a asker) asks(phone string) asker {
	a.t.Helper()
	next := a.word("ask.continue")
	a.isAt(a.root + "/ask/1").follow(next)
	if strings.HasSuffix(a.path(), "/answers") {
		a.follow(a.word("ask.answers.no"))
	}
	a.says(a.word("ask.who.h1")).press(a.word("ask.who.me")).follow(next)
	a.says(a.word("ask.how.h1")).press(a.word("ask.how.call")).follow(next)
	a.says(a.word("ask.number.h1")).fill("phone", phone).press(a.word("common.yes")).follow(next)
	a.says(a.word("ask.when.h1"))
	a.click("the first time", `document.querySelector('input[name=start][value^="20"]').labels[0]`).follow(next)
	a.says(a.word("ask.help.h1")).press(a.word("ask.help.no")).follow(next)
	a.says(a.word("ask.check.h1"), phone).follow(a.word("ask.check.send"))
	a.says(a.word("sent.h1"))
	return a
}

// number is the number of the question, as the page after sending shows it.
func (a asker) number() string {
	a.t.Helper()
	return eval[string](a.tab, `document.body.innerText.match(/\b[2-9A-Z]{3}-[2-9A-Z]{3}\b/)[0]`)
}

// spanish fails on English words of the desk on a page in Spanish.
func (a asker) spanish() {
	a.t.Helper()
	if a.lang != words.ES {
		return
	}
	if got := eval[string](a.tab, `document.documentElement.lang`); got != "es" {
		a.t.Errorf("the page is in %q", got)
	}
	shown := eval[string](a.tab, `(() => { const c = document.body.cloneNode(true); c.querySelectorAll('[lang]:not([lang=es]),.top-hospital').forEach((e) => e.remove());
	  return document.title + ' ' + c.textContent.replace(/\s+/g, ' '); })()`)
	for _, word := range []string{" the ", "We ", "Your ", " you ", "Help", "Search", "Call ", "Yes", "Question", "Continue", "Back", "Done", "Next", "Tomorrow", "Wednesday", "June", " is ", "expert ", "help desk"} {
		if strings.Contains(shown, word) {
			a.t.Errorf("%s says %q in Spanish:\n%s", a.path(), word, shown)
		}
	}
}

func TestStoryKept(t *testing.T) {
	for _, lang := range []words.Lang{words.EN, words.ES} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			storyKept(t, lang)
		})
	}
}

func storyKept(t *testing.T, lang words.Lang) {
	p := openPlace(t)
	a := asker{tab: p.person(t).view(320, 568), lang: lang, root: "/mercy"}
	question, choice := "weight in pounds", "pounds"
	if lang == words.ES {
		a.root, question, choice = "/mercy/es", "peso en libras", "libras"
	}
	a.open(a.root + "/")
	for _, part := range []string{"a.phone-num", "h1", "input[name=q]", "main form button"} {
		a.until(part+" is seen without scrolling", `(() => { const r = document.querySelector(`+quote(part)+`).getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()`)
	}
	a.spanish()
	a.searches(question).says(choice)
	a.spanish()
	a.follow(a.word("answer.helped.no"))
	a.asks("312-555-0199").spanish()
	number := a.number()
	a.follow(a.word("sent.see")).says(a.word("track.h1"), number, a.word("track.scheduled"))
	a.spanish()
	a.listening().mark()

	// The next morning somebody who knows the portal calls.
	p.AdvanceTo(p.At(3, 8, 5))
	priya := a.another().view(1366, 768)
	priya.open("/desk").says("Sign in to the help desk").fill("email", p.login(p.Priya)).fill("password", password).follow("Sign in").isAt("/desk")
	priya.followOn("the row of the queue", `document.querySelector('.queue-link')`).says(number)
	priya.follow("Calling now").says("Priya Nair is calling since 8:05 a.m. CT.")
	a.says(a.word("track.calling"))
	a.spanish()
	priya.fill(noteField(priya), "She sees pounds now.")
	priya.follow("Save: reached").says("She sees pounds now.", "Asked if fixed")
	a.says(a.word("track.fixed.yes"), a.word("track.fixed.no"))
	a.marked()
	a.spanish()

	priya.listening().mark()
	a.follow(a.word("track.fixed.yes")).says(a.word("track.confirmed"))
	a.spanish()
	priya.until("the timeline tells", `document.querySelector('#timeline').innerText.includes('The caller said: yes, it is fixed.')`)
	priya.open("/desk/t/" + number).says("The person said that it is fixed.")
}

// noteField is the id of the field for what was said on a call.
func noteField(b *tab) string {
	b.t.Helper()
	return eval[string](b, `document.querySelector('.outcome-form textarea').id`)
}

func TestStoryBroken(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := asker{tab: p.person(t), lang: words.EN, root: "/mercy"}
	a.searches("weight in pounds").follow(a.word("answer.helped.no"))
	a.asks("312-555-0199")
	number := a.number()
	a.follow(a.word("sent.see")).says("We will call you")
	a.listening().mark()

	p.AdvanceTo(p.At(3, 8, 31))
	ana := p.signedIn(t, p.Ana).view(1366, 768)
	a.says("We did not call you by 8:30 a.m. CT. We are sorry.", "Ana Ruiz", "is a supervisor", "will call you by", "call us now at 800-555-0143")
	a.until("the card is the red one", `document.querySelector('.promise-broken') && getComputedStyle(document.querySelector('.promise-broken')).backgroundColor !== getComputedStyle(document.body).backgroundColor`)
	a.marked()
	ana.open("/promises").says("Broken 1", "Broken, by 9:00 a.m. CT", "Caller …0199")
	ana.follow("Call now").says(number)
	ana.follow("Calling now").says("Ana Ruiz is calling")
	a.says("We are calling you now.")
	ana.fill(noteField(ana), "Said sorry. She sees pounds now.")
	ana.follow("Save: reached").says("Asked if fixed")
	a.says("Is it fixed?")
	a.marked()
	a.follow("Yes, it is fixed").says("You told us it is fixed. Thank you.", "We missed our call", "We called you late")
	ana.open("/promises").says("No promise is broken or at risk.", "Broken 1")
}
