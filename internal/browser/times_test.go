package browser_test

import "testing"

// The times of a promise are read when somebody asks for them, by click, by key and without scripts.
func TestTimesAreReadWhenAskedFor(t *testing.T) {
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	at := "/desk/t/" + string(maria.Got.Ref)
	b := p.signedIn(t, p.Priya).view(1366, 768).open(at)
	b.until("not read", `!document.querySelector('#make-when .slot') && !!document.querySelector('#make-when a')`)
	eval[bool](b, `(document.querySelector('#promise-make > summary').click(), true)`)
	b.until("read when opened", `!!document.querySelector('#make-when input[name=start]:checked')`)
	b.until("still open, one picker", `document.querySelector('#promise-make').open && document.querySelectorAll('#make-when').length === 1`)
	b.open(at)
	b.key("p")
	b.until("read by the key", `!!document.querySelector('#make-when input[name=start]')`)
	b.open(at).until("form", `!!document.querySelector('#make-when a')`)
	eval[bool](b, `(document.querySelectorAll('details[data-keep-open]').forEach((d) => d.open = true), true)`)
	b.until("all read", `[...document.querySelectorAll('fieldset.picker')].length > 0 && [...document.querySelectorAll('fieldset.picker')].every((f) => f.querySelector('input[name=start]'))`)
	n := p.signedIn(t, p.Priya).view(1366, 768).withoutScripts()
	n.open(at + "?tab=promise&times=make-when").says("first good time")
}
