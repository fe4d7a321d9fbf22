package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// axe is the checker that runs inside each page.
var axe = func() string {
	b, err := os.ReadFile("../web/testdata/axe.min.js")
	if err != nil {
		return ""
	}
	return string(b)
}()

const axeRun = `axe.run(document, %s).then((r) => r.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => v.id + ': ' + n.target.join(' ') + ' | ' + (n.failureSummary || '').slice(0, 300))))`

// Every rule; and those that depend on colours alone.
const (
	everyRule   = `{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']}`
	colourRules = `{runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}, resultTypes: ['violations']}`
)

// axe reports what is hard to use on the page as it is now.
func (b *tab) axe(what, rules string) {
	b.t.Helper()
	if axe == "" {
		b.t.Fatal("axe.min.js cannot be read")
	}
	if !eval[bool](b, `!!window.axe`) {
		eval[bool](b, `(() => { `+axe+`; return true; })()`)
	}
	for _, found := range eval[[]string](b, fmt.Sprintf(axeRun, rules)) {
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

// sound looks at the page in both lights, small and large.
func (b *tab) sound(what string) {
	b.t.Helper()
	dark := what + " dark"
	b.prefers("light").view(320, 568)
	b.axe(what+" 320", everyRule)
	b.prefers("dark").axe(dark+" 320", colourRules)
	b.fits(what)
	b.axe(dark+" 1366", colourRules)
	b.prefers("light").axe(what+" 1366", everyRule)
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
	b := p.person(t).open("/mercy/")
	eval[bool](b, `(window.axe ? true : (() => { `+axe+`; return true; })())`)
	for _, bad := range []struct{ rule, script string }{
		{"image-alt", `document.querySelector('main').append(document.createElement('img'))`},
		{"color-contrast", `document.querySelector('h1').style.color = '#eee'`},
		{"label", `document.querySelector('label').remove()`},
	} {
		eval[bool](b, `(`+bad.script+`, true)`)
		if found := strings.Join(eval[[]string](b, fmt.Sprintf(axeRun, everyRule)), "\n"); !strings.Contains(found, bad.rule+":") {
			t.Errorf("no %s among:\n%s", bad.rule, found)
		}
	}
	eval[bool](b, `(document.querySelector('main').style.width = '1500px', true)`)
	if eval[string](b.view(390, 844), widest) == "" {
		t.Error("a page of 1500 px does not scroll sideways at 390")
	}
}
