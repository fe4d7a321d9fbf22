package browser_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kept/internal/words"
)

func TestWordsAreOnlyWords(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := asker{tab: p.person(t), lang: words.EN, root: "/mercy"}
	said := "مرحبا أريد وزني بالرطل 🙂👩‍👩‍👧 <script>window.keptHacked = 1</script><img src=x onerror=\"window.keptHacked = 1\"> \u202etxet & \"quotes\""
	a.open("/mercy/ask/1").until("the field", `(document.getElementById('words').value = `+quote(said)+`)`)
	a.follow("Continue")
	if a.path() == "/mercy/ask/answers" {
		a.follow("No, go on")
	}
	a.says("Who is this about?").open("/mercy/ask/1")
	a.asks("(312) 555 0199")
	number := a.number()
	a.follow(a.word("sent.see")).saysNot("مرحبا")
	priya := p.signedIn(t, p.Priya).view(1366, 768)
	priya.open("/desk/t/"+number).says("مرحبا أريد وزني بالرطل", "🙂👩‍👩‍👧", "<script>window.keptHacked = 1</script>", "& \"quotes\"")
	for _, b := range []*tab{a.tab, priya} {
		if eval[bool](b, `'keptHacked' in window || !!document.querySelector('img[onerror]')`) {
			t.Error("words became markup")
		}
	}
	priya.until("words in Arabic run from the right, alone", `getComputedStyle(document.body).direction === 'ltr'`)
	priya.fits("ticket with hostile words")
}

// Back comes to the answers without asking whether to send something again, and the history holds no words.
func TestBackComesToTheAnswersAgain(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := asker{tab: p.person(t), lang: words.EN, root: "/mercy"}
	a.searches("weight in pounds").says("154.3 lb").until("the address holds no words", `location.search === ''`)
	a.follow(a.word("footer.promises")).isAt("/mercy/our-promises")
	eval[bool](a.tab, `(history.back(), true)`)
	a.until("the answers again", `location.pathname === '/mercy/search' && document.getElementById('q')?.value === 'weight in pounds'`).says("154.3 lb")
	a.fill("kg", "82.5").follow(a.word("units.convert.show")).says("181.9 lb").until("the address holds no weight", `location.search === ''`)
}

func TestBackTwiceAndTooLate(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := asker{tab: p.person(t), lang: words.EN, root: "/mercy"}
	a.open("/mercy/ask/1").fill("words", "I cannot see my kilograms zzz").follow("Continue")
	if a.path() == "/mercy/ask/answers" {
		a.follow("No, go on")
	}
	a.press("Me").follow("Continue").press("Call me").follow("Continue").follow("Continue")
	a.says("There is a problem").until("the summary has the focus", `document.activeElement.closest('.problems,[role=alert]') !== null || document.activeElement.tabIndex === -1`)
	a.fill("phone", "12").press("Yes").follow("Continue").says("area code").until("what was typed stays", `document.getElementById('phone').value === '12'`)
	a.fill("phone", "\u0008\u0008312-555-0199").press("Yes").follow("Continue").says("When can we call you?")

	// Another one takes the only seat of the window while this one decides.
	first := eval[string](a.tab, `(() => { const i = document.querySelector('input[name=start][value^="20"]'); i.click(); return i.value; })()`)
	at, err := time.Parse(time.RFC3339, first)
	p.Must(err)
	for range 2 {
		maria := p.Maria().Calls(p.Sam, "My chart shows kilograms")
		if _, err := p.App.MakePromise(p.Ctx(), p.Sam, maria.Got.Ref, callAt(at)); err != nil {
			break
		}
	}
	a.follow("Continue").says("That time was taken a moment ago")
	a.click("a time", `document.querySelector('input[name=start][value^="20"]').labels[0]`).follow("Continue")
	a.press("No").follow("Continue").says("Check your answers")

	// A double click sends once; Back afterwards leads to the question that was sent, not to a second one.
	x, y := a.at("the button", finder+`("Send my question")`)
	a.arrive(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	a.says("We got your question")
	number := a.number()
	a.arrive(chromedp.Evaluate[chromedp.Void](`setTimeout(() => history.back(), 0)`)) // another page asked for meanwhile would be cut off
	a.open("/mercy/ask/check").says(number).isAt("/mercy/t/")
	a.arrive(chromedp.Evaluate[chromedp.Void](`(() => { const f = document.createElement('form'); f.method = 'post'; f.action = '/mercy/ask/check'; document.body.append(f); f.submit(); })()`)).says(number)
	q, err := p.App.Queue(p.Ctx(), p.Sam, allOpen)
	p.Must(err)
	mine := 0
	for _, row := range q.Rows {
		if string(row.Ticket.Ref) == number {
			mine++
		}
	}
	if mine != 1 {
		t.Errorf("%d questions were opened", mine)
	}
}

func TestLostWindowUnknownLinkAndStalePages(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	pr := maria.Promised(p.Sam, time.Time{})
	at := link(maria)
	a := p.person(t).open(at).says("We will call you")
	stale := a.another().open(at + "/withdrawal")
	a.open("/mercy/t/7Q2M-X4KD-9RTW").says("We cannot find", "800-555-0143")
	a.open("/mercy/es/t/nonsense").says("800-555-0143").until("in Spanish", `document.documentElement.lang === 'es'`)

	p.AdvanceTo(p.At(3, 8, 5))
	p.Must(p.App.TryPromise(p.Ctx(), p.Priya, maria.Got.Ref, pr.ID))
	p.Must(p.App.KeepPromise(p.Ctx(), p.Priya, maria.Got.Ref, pr.ID, "We talked.", nil))
	old := p.signedIn(t, p.Priya).view(1366, 768).open("/desk/t/" + string(maria.Got.Ref)).says("Asked if fixed")
	a.open(at).says("Is it fixed?")
	other := a.another().open(at).says("Is it fixed?")
	other.follow("Yes, it is fixed").says("Thank you")
	a.until("the old tab hears it", `document.body.innerText.includes('You told us it is fixed')`)
	stale.arrive(chromedp.Evaluate[chromedp.Void](`document.querySelector('main form').submit()`)).says("800-555-0143")
	old.says("said: yes, it is fixed.")
}

func TestTooManyWords(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := p.person(t).open("/mercy/ask/1")
	eval[bool](a, `(document.getElementById('words').value = 'kg '.repeat(3000), true)`)
	a.follow("Continue").isAt("/mercy/ask/1").says("There is a problem").until("what was typed stays", `document.getElementById('words').value.length > 8000`)
	eval[bool](a, `(document.getElementById('words').value = 'kg '.repeat(200000), true)`)
	a.follow("Continue").says("Make it smaller", "800-555-0143").sound("too large")
	a.open("/mercy/es/ask/1")
	eval[bool](a, `(document.getElementById('words').value = 'kg '.repeat(200000), true)`)
	a.follow("Continuar").saysNot("smaller").until("in Spanish", `document.documentElement.lang === 'es'`)
}

func TestSignedOutWhileWriting(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	b := p.signedIn(t, p.Sam).view(1366, 768).open("/desk/t/" + string(maria.Got.Ref))
	b.click("the reply", `document.querySelector('.reply textarea')`).key("You can pick pounds now.")
	b.cookie("kept_session", "gone", "/")
	b.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("Sign in to the help desk", "What you typed is kept.")
	b.fill("email", p.login(p.Sam)).fill("password", password).follow("Sign in").says("To Maria", "You can pick pounds now.")
}
