package view

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kept/internal/testkit"
)

// browser starts a headless Chromium, or leaves the test out where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := testkit.Chromium()
	if path == "" {
		t.Skip("no chromium on this machine: the pages are looked at where there is one")
	}
	if testing.Short() {
		t.Skip("a browser takes a minute; -short leaves it out")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

const widest = `(() => {
  const w = document.documentElement.clientWidth;
  const out = document.documentElement.scrollWidth > w ? ['page ' + document.documentElement.scrollWidth + ' > ' + w] : [];
  if (out.length) for (const e of document.querySelectorAll('body *')) {
    const r = e.getBoundingClientRect();
    if (r.right > w + 1 && r.width > 2) out.push(e.tagName + '.' + e.className + ' ' + Math.round(r.right));
  }
  return out.slice(0, 6);
})()`

const axeRun = `axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(
  r => r.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + ': ' + n.target.join(' ') + ' | ' + (n.failureSummary || '').slice(0, 300))))`

// TestPagesAreAccessible opens each sample page at four widths, light and
// dark, and asks that nothing scrolls sideways and that axe finds nothing.
func TestPagesAreAccessible(t *testing.T) {
	ctx := browser(t)
	axe, err := os.ReadFile("../testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(specimenSite())
	defer site.Close()
	var names []string
	for name := range specimens("light") {
		names = append(names, name)
	}
	sort.Strings(names)
	sizes := [][2]int64{{320, 568}, {390, 844}, {1100, 768}, {1366, 768}, {1920, 1080}}
	shots := os.Getenv("KEPT_SHOTS")
	for _, themeName := range []string{"light", "dark"} {
		for _, name := range names {
			if only := os.Getenv("KEPT_PAGE"); only != "" && only != name {
				continue
			}
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 568), chromedp.Navigate(site.URL+"/show/"+themeName+"/"+name)); err != nil {
				t.Fatal(err)
			}
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](string(axe)+";true")); err != nil {
				t.Fatal(err)
			}
			for _, s := range sizes {
				label := fmt.Sprintf("%s-%s-%d", name, themeName, s[0])
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(s[0], s[1])); err != nil {
					t.Fatal(err)
				}
				wide, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](widest))
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range wide {
					t.Errorf("%s scrolls sideways: %s", label, w)
				}
				if shots != "" {
					png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(shots, label+".png"), png, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				if s[0] != 320 && s[0] != 1366 {
					continue
				}
				found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range found {
					t.Errorf("%s: %s", label, f)
				}
			}
		}
	}
}

// ask evaluates a script that has to come out as want, trying again for a
// while because streams and layers take their time.
func ask(t *testing.T, ctx context.Context, what, script, want string) {
	t.Helper()
	loop := `(async () => { let v; for (let i = 0; i < 100; i++) { v = String(` + script + `); if (v === ` + fmt.Sprintf("%q", want) +
		`) break; await new Promise(r => setTimeout(r, 50)); } return v; })()`
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](loop, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// TestKeysAndFreshness drives the desk with the keyboard while its stream
// brings news.
func TestKeysAndFreshness(t *testing.T) {
	ctx := browser(t)
	site := httptest.NewServer(specimenSite())
	defer site.CloseClientConnections()
	press := func(keys string, opts ...chromedp.KeyOption) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.KeyEvent(keys, opts...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1366, 768), chromedp.Navigate(site.URL+"/show/light/desk")); err != nil {
		t.Fatal(err)
	}
	order := `[...document.querySelectorAll('.queue-name')].map(e => e.textContent).join()`
	before, err := chromedp.Run(ctx, chromedp.Evaluate[string](order))
	if err != nil {
		t.Fatal(err)
	}
	// A key of the protocol types its letter even where a page prevented it, so
	// this one is made in the page.
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'i', bubbles: true, cancelable: true}))`)); err != nil {
		t.Fatal(err)
	}
	ask(t, ctx, "i opens the note", `document.querySelector('#note').open && document.activeElement.closest('#note') !== null`, "true")
	press("half typed")
	ask(t, ctx, "the bar counts the news", `document.querySelector('#changes').hidden + document.querySelector('#changes-text').textContent`, "false3 new, 2 changed.")
	ask(t, ctx, "the strip is morphed", `document.querySelector('.strip-text').textContent.trim()`, "Your next promise: call James Lee.")
	ask(t, ctx, "typing survives", `document.activeElement.value`, "half typed")
	ask(t, ctx, "the draft is kept", `localStorage.getItem('kept.draft..note-1')`, "half typed")
	ask(t, ctx, "the list stands still", order, before)
	press("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	ask(t, ctx, "Ctrl K opens the palette", `document.querySelector('#palette').open`, "true")
	press("prom")
	ask(t, ctx, "the palette finds the board", `document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).dataset.href`, "/promises")
	press("\x1b")
	ask(t, ctx, "Esc closes it and gives the focus back", `!document.querySelector('#palette').open && document.activeElement.value`, "half typed")
	press("\x1b")
	press("?")
	ask(t, ctx, "? shows the keys", `document.querySelector('#keys').open`, "true")
	press("\x1b")
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector('.queue-link').focus(), true`)); err != nil {
		t.Fatal(err)
	}
	press("j")
	ask(t, ctx, "j walks the list", `document.activeElement.querySelector('.queue-name').textContent`, "Maria Gomez")
	broken, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector('.i use')).display + document.fonts.size`))
	if err != nil || strings.HasPrefix(broken, "none") {
		t.Errorf("icons: %q %v", broken, err)
	}
}
