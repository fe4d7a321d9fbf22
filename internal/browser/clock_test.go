package browser_test

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestWarningsAndClocksAreSound looks at the line of a warning, the list of clocks and the tab, near and far.
func TestWarningsAndClocksAreSound(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Asks("How do I see my weight in pounds?")
	p.Advance(12 * time.Minute)
	p.Maria().Asks("How do I see my height in feet?")
	p.Advance(4 * time.Minute)
	p.Rosa().Asks("How do I see my weight in stone?")
	p.Advance(12 * time.Minute)
	b := p.signedIn(t, p.Ana)
	for name, path := range map[string]string{"list": "/desk/agreements", "tab": "/desk/t/" + string(maria.Got.Ref) + "?tab=clocks"} {
		b.open(path).says("of its time is used")
		if name == "tab" {
			b.click("the form of the team", `document.querySelector('#team summary')`)
		}
		b.sound(path)
		if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
			for _, theme := range []string{"dark", "light"} {
				b.prefers(theme)
				for _, size := range [][2]int64{{1920, 1080}, {1366, 768}, {390, 844}, {320, 568}} {
					b.view(size[0], size[1]).shot(filepath.Join(dir, "clocks-"+name+"-"+theme+"-"+strconv.FormatInt(size[0], 10)+".png"))
				}
			}
		}
	}
	b.view(1366, 768).open("/desk/agreements").says("You were warned of these")
	if !eval[bool](b, `(document.querySelector('form[action$="/dismissals"] button').focus(), document.activeElement.tagName === 'BUTTON')`) {
		t.Error("a warning is not dismissed by keyboard")
	}
	b.enter().says("The warning is dismissed.")
	b.until("who dismissed it is told so where she goes on", `(() => { const e = document.activeElement, at = e.getBoundingClientRect();
	  return e.textContent.includes('The warning is dismissed.') && at.top >= 0 && at.bottom <= innerHeight; })()`)
}

// TestAWarningThatSomebodyElseDismissesIsGreyed: the list of another browser shows it by itself, and no row moves under the
// pointer; what is new is told.
func TestAWarningThatSomebodyElseDismissesIsGreyed(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	p.Maria().Asks("How do I see my weight in pounds?")
	p.Advance(time.Minute)
	p.Rosa().Asks("How do I see my weight in stone?")
	p.Advance(12 * time.Minute)
	ana, other := p.signedIn(t, p.Ana), p.signedIn(t, p.Ana)
	const rows = `[...document.querySelectorAll('#warned-part tr[id]')]`
	for _, b := range []*tab{ana, other} {
		b.view(1366, 768).open("/desk/agreements").until("it is live", `document.getElementById('live-text').textContent.startsWith('Live')`)
		if n := eval[int](b, rows+`.length`); n != 2 {
			t.Fatalf("%d warnings", n)
		}
	}
	where := eval[float64](ana, rows+`[1].getBoundingClientRect().top`)
	other.followOn("the button", rows+`[0].querySelector('button')`).says("The warning is dismissed.")
	ana.until("the row is greyed", rows+`[0].classList.contains('is-gone') && `+rows+`[0].textContent.includes('Seen to, or done') && !`+rows+`[0].querySelector('button')`)
	if now := eval[float64](ana, rows+`[1].getBoundingClientRect().top`); math.Abs(now-where) >= 1 {
		t.Errorf("the next row was at %v and is at %v", where, now)
	}
	if !eval[bool](ana, `!!`+rows+`[1].querySelector('button')`) {
		t.Error("the other warning cannot be dismissed any more")
	}
	ana.sound("a list with a warning that has gone")
	if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
		ana.view(1366, 768).shot(filepath.Join(dir, "warnings-gone.png"))
	}
	p.Maria().Asks("How do I see my height in feet?")
	p.Advance(13 * time.Minute)
	ana.until("a new one is told", `document.querySelector('[data-fresh]').textContent.includes('new warning')`)
	if n := eval[int](ana, rows+`.length`); n != 2 {
		t.Errorf("%d rows: the list moves by itself", n)
	}
	ana.follow("Show them").saysNot("Seen to, or done", "new warning")
}
