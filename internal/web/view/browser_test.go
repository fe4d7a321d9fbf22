package view

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium, or leaves the test out where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
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
