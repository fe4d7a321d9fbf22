package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// axe is the checker that runs inside each page.
var axe = func() string {
	b, err := os.ReadFile("../web/testdata/axe.min.js")
	if err != nil {
		return ""
	}
	return string(b)
}()

// lights lets one run look at colours in the light and in the dark: what axe has found out about words, boxes and
// what lies behind them is the same in both, and is most of its work. Rules come in the order in which they were
// added, so the first of these makes the page dark and forgets the colours; it matches nothing.
const lights = `
  const dusk = () => {
    document.documentElement.dataset.theme = 'dark';
    const forget = (v) => {
      for (const k of Object.keys(v._cache)) if (/color|shadow|stroke|image/i.test(k)) delete v._cache[k];
      delete v._stackingContext;
      v.children.forEach(forget);
    };
    axe._tree.forEach(forget);
    window.keptDark = getComputedStyle(document.documentElement).colorScheme === 'dark';
    return false;
  };
  const rule = (id, rest) => ({id, excludeHidden: false, impact: 'serious', tags: ['best-practice'], ...rest});
  axe.configure({rules: [
    rule('dusk', {selector: 'html', matches: dusk}),
    rule('color-contrast-dark', {matches: 'color-contrast-matches', any: ['color-contrast']}),
    rule('link-in-text-block-dark', {selector: 'a[href], [role=link]', matches: 'link-in-text-block-matches', any: ['link-in-text-block', 'link-in-text-block-style']}),
  ]});`

const axeRun = `(async () => {
  const look = document.documentElement.dataset, theme = look.theme;
  look.theme = 'light';
  window.keptDark = false;
  const r = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']});
  look.theme = theme;
  const found = r.violations.flatMap((v) => v.nodes.slice(0, 5).map((n) => v.id + ': ' + n.target.join(' ') + ' | ' + (n.failureSummary || '').slice(0, 300)));
  return window.keptDark ? found : [...found, 'dark: the page does not become dark'];
})()`

// checker brings axe into the page.
func (b *tab) checker() *tab {
	b.t.Helper()
	if axe == "" {
		b.t.Fatal("axe.min.js cannot be read")
	}
	if !eval[bool](b, `!!window.axe`) {
		eval[bool](b, `(() => { `+axe+lights+`; return true; })()`)
	}
	return b
}

// found is what is hard to use on the page as it is now, by every rule in the light, and by those of colours in the dark.
func (b *tab) found() []string {
	b.t.Helper()
	return eval[[]string](b.checker(), axeRun)
}

// axe fails where something is found.
func (b *tab) axe(what string) {
	b.t.Helper()
	for _, found := range b.found() {
		b.t.Errorf("%s: %s", what, found)
	}
}

const widest = `(() => { const w = document.documentElement.clientWidth, all = document.documentElement.scrollWidth;
  if (all <= w) return '';
  return all + ' > ' + w + ': ' + [...document.querySelectorAll('body *')].filter((e) => { const r = e.getBoundingClientRect(); return r.right > w + 1 && r.width > 2; })
    .slice(0, 4).map((e) => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right)).join(', '); })()`

// fits fails where the page has to be moved sideways, from a small phone to a large screen. It leaves the
// window at 1366.
func (b *tab) fits(what string) {
	b.t.Helper()
	for _, w := range []int64{320, 390, 1920, 1366} {
		b.view(w, 768)
		if wide := eval[string](b, widest); wide != "" {
			b.t.Errorf("%s scrolls sideways at %d: %s", what, w, wide)
		}
	}
}

// sound looks at the page in both lights, small and large. It leaves the window at 1366, in light.
func (b *tab) sound(what string) {
	b.t.Helper()
	b.prefers("light").view(320, 568).axe(what + " 320")
	b.prefers("dark").fits(what)
	b.prefers("light").axe(what + " 1366")
}

// looked is sound, and takes pictures of the page where KEPT_SHOTS names a folder. It leaves the window at 1366, in light.
func (b *tab) looked(name string) {
	b.t.Helper()
	b.sound(name)
	dir := os.Getenv("KEPT_SHOTS")
	if dir == "" {
		return
	}
	for _, theme := range []string{"dark", "light"} {
		for _, w := range []int64{320, 390, 1920, 1366} {
			b.prefers(theme).view(w, 768).shot(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, w, theme)))
		}
	}
}

// visit opens a page. What follows a space is looked for there.
func (b *tab) visit(path string) *tab {
	b.t.Helper()
	path, words, looked := strings.Cut(path, " ")
	if b.open(path); looked {
		b.until("the search is empty", `(document.getElementById('q').value = '', true)`).fill("q", words).enter()
	}
	return b
}

// patientPages are the pages that need no question.
var patientPages = []string{
	"/", "/search weight in pounds", "/search zzzz qqqq", "/a/weight-in-pounds", "/a/weight-in-pounds?helped=1",
	"/find", "/find?sent=1", "/our-promises", "/privacy", "/accessibility", "/language", "/nothing-here", "/t/7Q2M-X4KD-9RTW",
	"/ chest pain", "/ I want to die",
}

func TestEveryPatientPageIsSound(t *testing.T) {
	for _, root := range []string{"/mercy", "/mercy/es"} {
		t.Run(strings.TrimPrefix(root, "/mercy"), func(t *testing.T) {
			t.Parallel()
			p := openPlace(t)
			b := p.person(t)
			for _, path := range patientPages {
				b.visit(root + path).sound(root + path)
			}
			wrong := eval[string](b.open(root+"/a/weight-in-pounds"), `document.querySelector('#kg').form.querySelector('button').textContent.trim()`)
			b.fill("kg", "abc").follow(wrong).until("the summary has the focus", `document.activeElement.matches('.errors')`).sound(root + "/a/weight-in-pounds answered wrongly")
			if root == "/mercy" {
				b.open("/").sound("hospitals of the demo")
			}
		})
	}
}

// TestTheCheckerSees breaks a page on purpose: a checker that finds nothing anywhere proves nothing.
func TestTheCheckerSees(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	b := p.person(t).prefers("light").open("/mercy/").view(1366, 768)
	if found := b.found(); len(found) > 0 {
		t.Fatal(found)
	}
	eval[bool](b, `(() => {
	  document.querySelector('label').remove();
	  document.querySelector('main').insertAdjacentHTML('beforeend', '<div id="bad"><img><p class="pale">Pale in the light.</p><p class="dim">Dim in the dark.</p><p class="behind">Light behind it in the dark.</p><p class="small">Dim on a phone in the dark.</p>' +
	    '<p class="links">Read what we promise to you on <a id="one" href="/">this page</a> or on <a id="other" href="/">that one</a> and more.</p><button>a</button><button>b</button></div>');
	  const sheet = new CSSStyleSheet();
	  sheet.replaceSync('#bad { color: light-dark(#000, #ddd) } #bad .pale { color: light-dark(#eee, #fff) } #bad .dim { color: light-dark(#000, #222) } #bad .behind { background: light-dark(#fff, #eee) }' +
	    '#bad .links { color: light-dark(#222, #ddd) } #bad a { text-decoration: none } #one { color: light-dark(#333, #e00) } #other { color: light-dark(#e00, #eee) } #bad button { all: unset; width: 9px; height: 9px; overflow: hidden }' +
	    '@media (max-width: 330px) { #bad { width: 360px } #bad .small { color: light-dark(#000, #222) } }');
	  document.adoptedStyleSheets = [sheet]; return true; })()`)
	both := []string{"image-alt: img", "label: #q", "target-size: button", "color-contrast: .pale", "color-contrast-dark: .dim", "color-contrast-dark: .behind", "link-in-text-block: #one", "link-in-text-block-dark: #other"}
	onPhones := []string{"color-contrast-dark: .small"}
	neither := []string{"color-contrast-dark: .pale", "color-contrast: .dim", "color-contrast: .behind", "color-contrast: .small", "link-in-text-block-dark: #one", "link-in-text-block: #other"}
	for _, at := range []struct {
		width     int64
		want, not []string
	}{{320, slices.Concat(both, onPhones), neither}, {1366, both, slices.Concat(neither, onPhones)}} {
		wide := eval[string](b.view(at.width, 768), widest)
		if (wide != "") != (at.width == 320) {
			t.Errorf("at %d it scrolls sideways: %q", at.width, wide)
		}
		found := strings.Join(b.found(), "\n")
		for _, bad := range at.want {
			if !strings.Contains(found, bad) {
				t.Errorf("at %d: no %s among:\n%s", at.width, bad, found)
			}
		}
		for _, fine := range at.not {
			if strings.Contains(found, fine) {
				t.Errorf("at %d: %s among:\n%s", at.width, fine, found)
			}
		}
	}
}

// TestDarkIsSeenAsItIs holds what lights stands on: of each element, axe says of the dark in a run for both lights
// what it says in a run for the dark alone, of a device that wants it.
func TestDarkIsSeenAsItIs(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I have chest pain and see kilograms")
	maria.Promised(p.Sam, time.Time{})
	p.AdvanceTo(p.At(3, 8, 31))
	b := p.signedIn(t, p.Ana)
	const told = `async (rules) => {
	  const r = await axe.run(document, {runOnly: {type: 'rule', values: rules}});
	  return ['violations', 'passes', 'incomplete'].flatMap((kind) => r[kind].filter((v) => v.id !== 'dusk').flatMap((v) => v.nodes.map((n) =>
	    [kind, v.id.replace('-dark', ''), n.target.join(' '), ...n.any.map((c) => JSON.stringify(c.data))].join(' ')))).sort(); }`
	for _, path := range []string{"/mercy/", "/desk/t/" + string(maria.Got.Ref), "/promises"} {
		b.open(path).prefers("light").checker()
		inBoth := eval[[]string](b, `(async () => { const told = `+told+`, look = document.documentElement.dataset, was = look.theme; look.theme = 'light';
		  const light = await told(['color-contrast', 'link-in-text-block']); look.theme = 'light';
		  const both = await told(['color-contrast', 'link-in-text-block', 'dusk', 'color-contrast-dark', 'link-in-text-block-dark']); look.theme = was;
		  for (const l of light) { const at = both.indexOf(l); if (at < 0) return ['not in the light: ' + l]; both.splice(at, 1); }
		  return both; })()`)
		alone := eval[[]string](b.prefers("dark"), `(`+told+`)(['color-contrast', 'link-in-text-block'])`)
		if len(alone) < 5 || !slices.Equal(inBoth, alone) {
			t.Errorf("%s: of %d elements in the dark, %d in a run for both; the first:\n%.600q\n%.600q", path, len(alone), len(inBoth), alone, inBoth)
		}
	}
}
