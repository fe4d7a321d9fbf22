package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a person waits for anything.
const patience = 15 * time.Second

// tab is one tab of one person: what they open, see, click and type.
type tab struct {
	t     testing.TB
	ctx   context.Context
	place *place
	base  string
	plain bool // scripts are off
}

// another is a second tab of the same person.
func (b *tab) another() *tab {
	b.t.Helper()
	return newTab(b.t, b.place, b.ctx)
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience+5*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v\n%s", err, b.seen())
	}
}

// seen is what the page shows, for messages of failures.
func (b *tab) seen() string {
	ctx, stop := context.WithTimeout(b.ctx, patience+5*time.Second)
	defer stop()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + location.search + '\n' + document.body.innerText`))
	if err != nil {
		return "(the page cannot be read: " + err.Error() + ")"
	}
	return s
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// eval gives what a script says at once.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	v, err := evaluated[T](b, script)
	if err != nil {
		b.t.Fatalf("%.120s: %v\n%s", script, err, b.seen())
	}
	return v
}

func evaluated[T any](b *tab, script string) (T, error) {
	ctx, stop := context.WithTimeout(b.ctx, patience+5*time.Second)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// until waits until condition holds in the page that is shown: a person who waits sees the next page, too.
func (b *tab) until(what, condition string) *tab {
	b.t.Helper()
	for end := time.Now().Add(patience); ; {
		loop := `new Promise((done) => { const end = performance.now() + ` + fmt.Sprint(max(0, time.Until(end).Milliseconds())) + `;
	  const look = () => { let ok = false; try { ok = !!(` + condition + `); } catch (e) { ok = false; }
	    if (ok || performance.now() > end) done(ok); else setTimeout(look, 20); }; look(); })`
		if b.plain {
			loop = `!!(` + condition + `)` // pages without scripts do not change by themselves
		}
		ok, err := evaluated[bool](b, loop)
		switch {
		case err != nil && strings.Contains(err.Error(), "navigated") && time.Now().Before(end):
			continue
		case err != nil:
			b.t.Fatalf("%s: %v\n%s", what, err, b.seen())
		case !ok:
			b.t.Fatalf("%s: not so\n%s", what, b.seen())
		}
		return b
	}
}

// says waits until the page shows every part.
func (b *tab) says(parts ...string) *tab {
	b.t.Helper()
	for _, p := range parts {
		b.until("the page says "+quote(p), `document.body.innerText.replace(/\s+/g, ' ').includes(`+quote(p)+`)`)
	}
	return b
}

func (b *tab) saysNot(parts ...string) *tab {
	b.t.Helper()
	for _, p := range parts {
		if eval[bool](b, `document.body.innerText.replace(/\s+/g, ' ').includes(`+quote(p)+`)`) {
			b.t.Fatalf("the page says %q\n%s", p, b.seen())
		}
	}
	return b
}

// open goes to a path of the desk, or to an address.
func (b *tab) open(path string) *tab {
	b.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.base + path
	}
	b.do(chromedp.Navigate(path))
	return b
}

// path is where the tab is.
func (b *tab) path() string { return eval[string](b, `location.pathname`) }

func (b *tab) isAt(prefix string) *tab {
	b.t.Helper()
	if at := b.path(); !strings.HasPrefix(at, prefix) {
		b.t.Fatalf("the tab is at %s, want %s\n%s", at, prefix, b.seen())
	}
	return b
}

// view makes the window that large.
func (b *tab) view(width, height int64) *tab {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	return b
}

// prefers is light or dark, as the device is set.
func (b *tab) prefers(scheme string) *tab {
	b.t.Helper()
	b.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	})
	return b
}

// print shows the page as it would be printed.
func (b *tab) print() *tab {
	b.t.Helper()
	b.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	})
	return b
}

// withoutScripts switches scripts off in this tab.
func (b *tab) withoutScripts() *tab {
	b.t.Helper()
	b.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
	b.plain = true
	return b
}

func (b *tab) cookie(name, value, path string) {
	b.t.Helper()
	b.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.base, Path: path, HTTPOnly: new(true)})
		return err
	})
}

// forget takes every cookie away.
func (b *tab) forget() {
	b.t.Helper()
	b.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		return err
	})
}

func (b *tab) call(f func(context.Context, *chromedp.Target) error) {
	b.t.Helper()
	b.do(chromedp.Func(f))
}

// finder gives the element that a person would mean by its words: what can be pressed and is seen, the
// one whose words fit best.
const finder = `((want) => {
  const flat = (s) => (s || '').replace(/\s+/g, ' ').trim();
  const all = [...document.querySelectorAll('a[href],button,summary,label,input[type=submit],[role=button]')].filter((e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length);
  const name = (e) => flat(e.getAttribute('aria-label') || e.innerText || e.value);
  return all.find((e) => name(e) === want) || all.find((e) => name(e).startsWith(want)) || all.find((e) => name(e).includes(want)) || null;
})`

// at scrolls to an element and gives its middle; the page must hold it and nothing may lie over it.
func (b *tab) at(what, element string) (x, y float64) {
	b.t.Helper()
	b.until(what+" is there", element)
	spot := eval[[]float64](b, `(() => { const e = `+element+`; e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
	  const r = e.getClientRects()[0], x = r.x + r.width / 2, y = r.y + r.height / 2;
	  const top = document.elementFromPoint(x, y); return [x, y, top && e.contains(top) && e.checkVisibility({visibilityProperty: true}) ? 1 : 0]; })()`)
	if spot[2] == 0 {
		b.t.Fatalf("something lies over %s\n%s", what, b.seen())
	}
	return spot[0], spot[1]
}

// press clicks what says text, without leaving the page.
func (b *tab) press(text string) *tab {
	b.t.Helper()
	x, y := b.at(quote(text), finder+`(`+quote(text)+`)`)
	b.do(chromedp.MouseClickXY(x, y))
	return b
}

// follow clicks what says text and waits for the page it leads to.
func (b *tab) follow(text string) *tab {
	b.t.Helper()
	x, y := b.at(quote(text), finder+`(`+quote(text)+`)`)
	return b.arrive(chromedp.MouseClickXY(x, y))
}

// arrive does steps that lead to another page and waits for it.
func (b *tab) arrive(steps ...chromedp.Action[chromedp.Void]) *tab {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience+5*time.Second)
	defer stop()
	if _, err := chromedp.RunResponse(ctx, steps...); err != nil {
		b.t.Fatalf("no page comes: %v\n%s", err, b.seen())
	}
	return b
}

// fill clicks into the field with this id and types.
func (b *tab) fill(id, text string) *tab {
	b.t.Helper()
	x, y := b.at("the field "+id, `document.getElementById(`+quote(id)+`)`)
	b.do(chromedp.MouseClickXY(x, y))
	b.until("the field "+id+" takes the keys", `document.activeElement.id === `+quote(id))
	b.do(chromedp.KeyEvent(text))
	return b
}

// key presses keys as a keyboard does.
func (b *tab) key(keys string, mods ...chromedp.Modifier) *tab {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(mods...)))
	return b
}

// enter presses Enter and waits for the page that it leads to.
func (b *tab) enter() *tab {
	b.t.Helper()
	return b.arrive(chromedp.KeyEvent(kb.Enter))
}

// mark leaves a mark on the page that is gone after a reload; marked asks for it.
func (b *tab) mark() *tab {
	b.t.Helper()
	eval[bool](b, `window.keptMark = true`)
	return b
}

func (b *tab) marked() *tab {
	b.t.Helper()
	if !eval[bool](b, `window.keptMark === true`) {
		b.t.Fatal("the page was loaded again")
	}
	return b
}

// listening waits until the page hears its stream.
func (b *tab) listening() *tab {
	b.t.Helper()
	return b.until("the stream is open", `window.keptHears > 0`)
}

// said lists what was announced since the page came: changes of regions that screen readers speak.
func (b *tab) said() []string {
	b.t.Helper()
	return eval[[]string](b, `window.keptSaid`)
}

// witness runs before each page's own scripts: it notes that the stream is open, and what regions that
// screen readers speak come to say.
const witness = `(() => {
  window.keptHears = 0; window.keptSaid = [];
  const Stream = window.EventSource;
  window.EventSource = class extends Stream { constructor(...a) { super(...a); this.addEventListener('beat', () => { window.keptHears++; }); } };
  const last = new WeakMap();
  const note = (box) => {
    const text = box.textContent.replace(/\s+/g, ' ').trim();
    if (text && last.get(box) !== text && box.checkVisibility()) window.keptSaid.push(text);
    last.set(box, text);
  };
  new MutationObserver((all) => {
    const boxes = new Set();
    for (const m of all) {
      const el = m.target.nodeType === 1 ? m.target : m.target.parentElement;
      const box = el && el.closest('[role=status],[role=alert],[aria-live]');
      if (box && box.getAttribute('aria-live') !== 'off' && document.readyState === 'complete') boxes.add(box);
    }
    boxes.forEach(note);
  }).observe(document, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['hidden']});
})()`

// click clicks an element that has no words of its own to be found by.
func (b *tab) click(what, element string) *tab {
	b.t.Helper()
	x, y := b.at(what, element)
	b.do(chromedp.MouseClickXY(x, y))
	return b
}

// followOn is click on an element that leads to another page.
func (b *tab) followOn(what, element string) *tab {
	b.t.Helper()
	x, y := b.at(what, element)
	return b.arrive(chromedp.MouseClickXY(x, y))
}

// shot writes a picture of the page, for whoever looks for the cause of a failure.
func (b *tab) shot(file string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
