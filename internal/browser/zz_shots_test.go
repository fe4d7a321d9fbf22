package browser_test

import (
	"os"
	"path/filepath"
	"testing"

	"kept/internal/desk"
)

func TestZZ(t *testing.T) {
	dir := os.Getenv("ZZ")
	if dir == "" {
		t.Skip()
	}
	p, v := openDemo(t)
	os.MkdirAll(dir, 0o755)
	b := p.signedIn(t, v)
	b.clockAt(shotsAt)
	take := func(name string, w, h int64, theme string) {
		eval[string](b, `document.documentElement.dataset.theme = `+quote(theme))
		b.view(w, h).shot(filepath.Join(dir, name+".png"))
	}
	found, _, err := p.App.Search(p.Ctx(), v, "Maria Gomez", 1)
	p.Must(err)
	ref := string(found[0].Ticket.Ref)
	other := desk.Viewer{Who: desk.WhoStaff, Staff: 17, Name: "Priya Nair", Role: desk.Analyst, Clients: v.Clients}
	_, err = p.App.Arrive(t.Context(), other, found[0].Ticket.Ref)
	p.Must(err)
	b.view(1366, 768).open("/desk")
	take("queue-1366", 1366, 768, "light")
	eval[string](b, `document.documentElement.dataset.density = 'compact'`)
	take("queue-compact-1366", 1366, 768, "light")
	b.open("/desk/t/" + ref)
	take("ticket-1366", 1366, 768, "light")
	take("ticket-1366-dark", 1366, 768, "dark")
	take("ticket-1920", 1920, 1080, "light")
	take("ticket-1100", 1100, 768, "light")
	b.open("/desk/t/" + ref)
	b.view(1100, 768).press("Promise and caller")
	take("ticket-1100-drawer", 1100, 768, "light")
	b.view(1366, 768).open("/desk/t/" + ref).click("reply", `document.querySelector('#reply-text')`).key(";wc").until("preview", `document.querySelector('.macro-shown')`)
	take("macro-1366", 1366, 768, "light")
	b.key("\r").until("inserted", `document.querySelector('#reply-text').value.length > 20`).until("saved", `document.querySelector('#reply-text-saved').textContent`)
	take("inserted-1366", 1366, 768, "light")
	b.view(390, 844).open("/desk/t/" + ref)
	take("ticket-390", 390, 844, "light")
	take("ticket-320-dark", 320, 568, "dark")
	b.view(390, 844).follow2("Text")
	take("write-390", 390, 844, "light")
	b.open("/desk/t/" + ref + "#note")
	take("note-390", 390, 844, "light")
	for _, n := range []string{"/promises", "/desk/macros", "/desk/display"} {
		b.view(1366, 768).open(n)
		nm := filepath.Base(n)
		take(nm+"-1366", 1366, 768, "light")
		take(nm+"-1366-dark", 1366, 768, "dark")
		take(nm+"-390", 390, 844, "light")
		take(nm+"-1920", 1920, 1080, "light")
	}
}

func (b *tab) follow2(text string) *tab {
	b.t.Helper()
	x, y := b.at(quote(text), `document.querySelector('.act-bar a[href="#reply"]')`)
	_ = x
	_ = y
	eval[bool](b, `(document.querySelector('.act-bar a[href="#reply"]').click(), true)`)
	return b
}
