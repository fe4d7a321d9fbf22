package browser_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kept/internal/words"
)

// stop is where the focus is after a press of Tab.
type stop struct {
	Place   int    // in the order of the document; -1 outside of the page
	Name    string // for messages
	Seen    bool   // the focus shows
	Matches bool
}

// stopScript tells about the element with the focus; match is a condition on e. The focus of a hidden
// radio shows on its label.
const stopScript = `((match) => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return {Place: -1, Name: 'the browser', Seen: true, Matches: false};
  const rings = [e, ...(e.labels || []), e.parentElement].filter(Boolean).map((x) => getComputedStyle(x));
  return {Place: [...document.querySelectorAll('*')].indexOf(e), Name: (e.id || e.name || '') + ' ' + (e.innerText || e.getAttribute('aria-label') || e.tagName).replace(/\s+/g, ' ').slice(0, 60),
    Seen: rings.some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0), Matches: !!match(e)};
})`

// tabTo presses Tab until match holds of the element with the focus, and fails where the focus cannot be
// seen or goes back in the document.
func (b *tab) tabTo(what, match string) *tab {
	b.t.Helper()
	last := -1
	for range 150 {
		s := b.tabStop(match)
		if s.Place >= 0 && s.Place < last {
			b.t.Errorf("%s: the focus goes back to %s", b.path(), s.Name)
		}
		last = s.Place
		if s.Matches {
			return b
		}
	}
	b.t.Fatalf("Tab does not reach %s\n%s", what, b.seen())
	return b
}

func (b *tab) tabStop(match string) stop {
	b.t.Helper()
	b.key(kb.Tab)
	s := eval[stop](b, stopScript+`((e) => `+match+`)`)
	if !s.Seen {
		b.t.Errorf("%s: the focus on %s cannot be seen", b.path(), s.Name)
	}
	return s
}

// tabToText is tabTo what says text.
func (b *tab) tabToText(text string) *tab {
	b.t.Helper()
	return b.tabTo(quote(text), `(e.innerText || e.value || '').replace(/\s+/g, ' ').trim().startsWith(`+quote(text)+`)`)
}

func (b *tab) tabToID(id string) *tab {
	b.t.Helper()
	return b.tabTo(id, `e.id === `+quote(id))
}

// tabThrough goes around the whole page: no trap, every stop seen, in the order of the document. Each
// group of radios is one stop.
func (b *tab) tabThrough() {
	b.t.Helper()
	want := eval[int](b, `(() => { const groups = new Set(); window.keptStops = [];
	  for (const e of document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex="0"]')) {
	    if (!e.checkVisibility({visibilityProperty: true}) || e.disabled || e.tabIndex < 0) continue;
	    if (e.type === 'radio') { if (groups.has(e.name)) continue; groups.add(e.name); }
	    window.keptStops.push(e); }
	  document.addEventListener('focusin', (ev) => { window.keptStops = window.keptStops.filter((e) => e !== ev.target && !(e.type === 'radio' && e.name === ev.target.name)); });
	  document.activeElement.blur(); getSelection().removeAllRanges(); return window.keptStops.length; })()`)
	first, last := -1, -1
	for range want + 5 {
		s := b.tabStop("false")
		if s.Place == -1 { // from the end of the page to its beginning, by way of the browser
			last = -1
			continue
		}
		if s.Place == first {
			break
		}
		if first < 0 {
			first = s.Place
		}
		if s.Place < last {
			b.t.Errorf("%s: the focus goes back to %s", b.path(), s.Name)
		}
		last = s.Place
	}
	for _, left := range eval[[]string](b, `window.keptStops.map((e) => e.outerHTML.slice(0, 120))`) {
		b.t.Errorf("%s: Tab does not reach %s", b.path(), left)
	}
}

// letter presses a letter key. A page that takes the press lets no letter be typed.
func (b *tab) letter(key string) *tab {
	b.t.Helper()
	b.do(letterKey(key))
	return b
}

func letterKey(key string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, typ := range []input.DispatchKeyEventType{"rawKeyDown", "keyUp"} {
			code := int64(strings.ToUpper(key)[0])
			_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: typ, Key: key, Code: "Key" + strings.ToUpper(key), WindowsVirtualKeyCode: code, NativeVirtualKeyCode: code})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func TestStoryByKeyboard(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := asker{tab: p.person(t), lang: words.EN, root: "/mercy"}
	next := func() { t.Helper(); a.tabToText(a.word("ask.continue")).enter() }
	a.open("/mercy/").tabThrough()
	a.open("/mercy/").tabToID("q").key("weight in pounds").enter().isAt("/mercy/search")
	a.tabToText("No, I still need help").enter().isAt("/mercy/ask/1")
	next()
	a.says("Who is this about?").tabTo("the radios", `e.name === 'about'`).key(" ")
	next()
	a.says("How do you want to hear from us?").tabTo("the radios", `e.name === 'channel'`).key(" ").until("call is chosen", `document.querySelector('[name=channel]:checked').value === 'call'`)
	a.key(kb.ArrowDown).until("arrows choose", `document.querySelector('[name=channel]:checked').value === 'text'`).key(kb.ArrowUp)
	next()
	a.tabToID("phone").key("312-555-0199").tabTo("the radios", `e.name === 'voicemail'`).key(" ")
	next()
	a.says("When can we call you?").tabTo("the radios", `e.name === 'start'`).key(kb.ArrowDown).until("a time is chosen", `document.querySelector('[name=start]:checked').value.startsWith('20')`)
	next()
	a.tabTo("the boxes", `e.name === 'needs'`).key(" ")
	next()
	a.says("Check your answers").tabToText("Send my question").enter().says("We got your question")
	number := a.number()
	a.tabToText("See where your question is now").enter().says("We will call you").listening()
	a.tabThrough()

	promised := eval[string](a.tab, `document.querySelector('#promise time') ? document.querySelector('#promise time').dateTime : ''`)
	at, err := time.Parse(time.RFC3339, promised)
	p.Must(err)
	p.AdvanceTo(at.Add(time.Minute))
	b := a.another().view(1366, 768)
	b.open("/sign-in").tabToID("email").key(p.login(p.Priya)).tabToID("password").key(password).enter().isAt("/desk")
	b.arrive(chromedp.KeyEvent(kb.F4)).says(number)
	b.tabToText("Calling now").enter().says("is calling since")
	a.says("We are calling you now.")
	b.tabToID(noteField(b)).key("She sees pounds now.")
	b.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("Asked if fixed")
	a.says("Is it fixed?").tabToText("Yes, it is fixed").enter().says("You told us it is fixed.")

	b.letter("i").until("i opens the note", `document.activeElement.closest('#note') !== null`).key("Done by keys.")
	b.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("Done by keys.")
	maria := p.Maria().Calls(p.Sam, "My chart shows kilograms")
	b.key(kb.F8).until("F8 goes to the search", `document.activeElement.name === 'q'`).key("kilograms").enter().says("Maria Gomez")
	b.open("/desk").tabTo("the row", `e.classList.contains('queue-link')`).enter().says(string(maria.Got.Ref))
	b.arrive(letterKey("e")).says("Asked if fixed")
	b.tabThrough()
	b.open("/promises").tabThrough()

	b.arrive(chromedp.KeyEvent(kb.F2)).says("New call")
	b.tabThrough()
	b.open("/desk/call/new").tabToID("client").key("M").until("the hospital is chosen", `document.querySelector('#client').value === '1'`)
	b.says("They dialed 800-555-0143").tabToID("name").key("Ada Cole").tabToID("phone").key("312-555-0123").tabToID("words").key("Where do I see my bill")
	b.tabTo("the endings", `e.name === 'ending'`).key(" ")
	for range 6 {
		if eval[string](b, `document.querySelector('[name=ending]:checked').value`) == "solved" {
			break
		}
		b.key(kb.ArrowDown)
	}
	b.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("The call is saved")
}

// TestEachChangeIsSaidOnce listens to what a screen reader would say.
func TestEachChangeIsSaidOnce(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	pr := maria.Promised(p.Sam, time.Time{})
	a := p.person(t).open(link(maria)).listening()
	if said := a.said(); len(said) != 0 {
		t.Errorf("the page says %q when it opens", said)
	}
	p.AdvanceTo(p.At(3, 8, 5))
	b := p.signedIn(t, p.Priya).view(1366, 768).open("/desk").listening()
	p.Must(p.App.TryPromise(p.Ctx(), p.Priya, maria.Got.Ref, pr.ID))
	a.says("We are calling you now.").until("it is said", `window.keptSaid.length > 0`)
	p.Rosa().Calls(p.Sam, "No veo libras")
	b.until("the bar tells of the new one", `!document.querySelector('#changes').hidden`)
	b.until("the list stands still", `!document.body.innerText.includes('Rosa')`)
	b.follow("Show").says("Rosa Diaz")
	for who, b := range map[string]*tab{"Maria": a, "Priya": b} {
		seen := map[string]int{}
		for _, s := range b.said() {
			if seen[s]++; seen[s] > 1 {
				t.Errorf("%s hears twice: %q", who, s)
			}
		}
	}
}
