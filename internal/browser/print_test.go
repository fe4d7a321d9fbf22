package browser_test

import (
	"testing"

	"kept/internal/words"
)

func TestTheNumberCanBePrinted(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := asker{tab: p.person(t), lang: words.EN, root: "/mercy"}
	a.open("/mercy/ask/1").fill("words", "I see kilograms").follow("Continue")
	a.open("/mercy/ask/1")
	a.asks("312-555-0199")
	eval[bool](a.tab, `(window.print = () => { window.keptPrinted = true; }, true)`)
	a.press("Print or save").until("it prints", `window.keptPrinted`)
	a.print()
	shown := `((s) => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility()).length)`
	for _, gone := range []string{".skip", ".top-lang", ".btn", "nav", "[data-print]"} {
		if n := eval[int](a.tab, shown+`(`+quote(gone)+`)`); n != 0 {
			t.Errorf("%d %s are printed", n, gone)
		}
	}
	for _, here := range []string{"h1", ".ref", "#promise", ".phone-num", ".numbered"} {
		if n := eval[int](a.tab, shown+`(`+quote(here)+`)`); n == 0 {
			t.Errorf("no %s is printed", here)
		}
	}
	a.until("black on white", `getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)' && getComputedStyle(document.body).color === 'rgb(0, 0, 0)'`)
}
