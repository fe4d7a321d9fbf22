package browser_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"kept/internal/app"
	"kept/internal/channel/email"
	"kept/internal/channel/sms"
	"kept/internal/demo"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
	"kept/internal/web"
	"kept/internal/words"
)

// shotsAt is when the pictures are taken: a Tuesday, shortly before lunch in Chicago.
var shotsAt = time.Date(2026, 6, 2, 16, 42, 0, 0, time.UTC)

// TestShots writes pictures of the pages to the folder KEPT_SHOTS, of a demo desk at work.
func TestShots(t *testing.T) {
	dir := os.Getenv("KEPT_SHOTS")
	if dir == "" {
		t.Skip("KEPT_SHOTS names no folder for pictures")
	}
	for _, sub := range []string{"", "320", "1920", "dark", "es"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	p, v := openDemo(t)
	a := asker{tab: p.person(t), lang: words.EN, root: "/mercy"}
	a.clockAt(shotsAt)
	take := func(b *tab, name string, width, height int64) {
		t.Helper()
		b.view(width, height).shot(filepath.Join(dir, name+".png"))
	}
	phone := func(name string) {
		t.Helper()
		take(a.tab, name+"-390-light", 390, 844)
		take(a.tab, "320/"+name+"-320-light", 320, 568)
		take(a.tab, "1920/"+name+"-1366-light", 1366, 768)
		a.prefers("dark")
		take(a.tab, "dark/"+name+"-390-dark", 390, 844)
		a.prefers("light").view(390, 844)
	}
	in := func(name, path string) {
		t.Helper()
		a.visit(a.root + path)
		phone(name)
		a.visit("/mercy/es" + path)
		take(a.tab, "es/"+name+"-390-light", 390, 844)
	}
	in("home", "/")
	in("answer", "/ weight in pounds")
	in("none", "/ zzzz")
	in("emergency", "/ chest pain")
	in("find", "/find")
	a.open("/mercy/ask/1").fill("words", "My chart shows my weight in kilograms. I want to see pounds.")
	phone("ask-what")
	a.follow("Continue")
	phone("ask-answers")
	a.follow("No, go on").press("Me").follow("Continue")
	phone("ask-how")
	a.press("Call me").follow("Continue").follow("Continue")
	phone("ask-number-wrong")
	a.fill("phone", "312-555-0199").press("Yes").follow("Continue")
	phone("ask-when")
	a.click("a time", `document.querySelector('input[name=start][value^="20"]').labels[0]`).follow("Continue")
	phone("ask-help")
	a.press("No").follow("Continue")
	phone("ask-check")
	a.follow("Send my question").says("We got your question")
	phone("sent")

	link := func(name string) string {
		t.Helper()
		found, _, err := p.App.Search(p.Ctx(), v, name, 5)
		p.Must(err)
		if len(found) == 0 {
			t.Fatalf("nobody is called %s", name)
		}
		c, err := p.App.Client(p.Ctx(), v, found[0].Ticket.Client)
		p.Must(err)
		a.root = "/" + c.Slug
		return "/t/" + desk.FormatToken(found[0].Ticket.Token)
	}
	for name, who := range map[string]string{"tracker": "Maria Gomez", "tracker-broken": "Parth Shah", "tracker-needs": "Teresa Campos"} {
		path := link(who)
		a.open(a.root + path)
		phone(name)
		a.open(a.root + "/es" + path)
		take(a.tab, "es/"+name+"-390-light", 390, 844)
	}
	all, err := p.App.Queue(p.Ctx(), v, app.QueueFilter{})
	p.Must(err)
	for _, row := range all.Rows {
		if row.Ticket.State == desk.Asked {
			a.open("/" + row.Client.Slug + "/t/" + desk.FormatToken(row.Ticket.Token))
			phone("tracker-asked")
			break
		}
	}

	b := p.signedIn(t, v)
	b.clockAt(shotsAt)
	shoot := func(name string) {
		t.Helper()
		for _, theme := range []string{"light", "dark"} {
			eval[string](b, `document.documentElement.dataset.theme = `+quote(theme))
			take(b, name+"-1366-"+theme, 1366, 768)
			sub := "1920/"
			if theme == "dark" {
				sub = "dark/"
			}
			take(b, sub+name+"-1920-"+theme, 1920, 1080)
		}
		eval[string](b, `document.documentElement.dataset.theme = 'light'`)
		take(b, "320/"+name+"-390-light", 390, 844)
	}
	staff := func(name, path string) {
		t.Helper()
		b.open(path)
		shoot(name)
	}
	staff("desk", "/desk")
	found, _, err := p.App.Search(p.Ctx(), v, "Maria Gomez", 1)
	p.Must(err)
	staff("ticket", "/desk/t/"+string(found[0].Ticket.Ref))
	staff("clocks", "/desk/t/"+string(found[0].Ticket.Ref)+"?tab=clocks")
	staff("board", "/promises")
	staff("handover", "/desk/handover")
	staff("wall", "/wall")
	staff("coverage", "/desk/coverage")
	staff("roster", "/desk/roster")
	staff("agreements", "/desk/agreements")
	staff("agreement", "/desk/agreements/mercy")
	b.open("/desk/agreements/st-anne?edit=yes").view(1366, 768).follow("What if? Count that period again").says("What if these terms had been in force")
	shoot("what-if")
	b.open("/desk").view(1366, 768).click("the search", `document.querySelector('.find-input')`).key("weight in pounds").enter()
	shoot("search")
	staff("display", "/desk/display")
	b.open("/desk/call/new").view(1366, 768)
	eval[bool](b, `(() => { const c = document.getElementById('client'); c.value = [...c.options].find((o) => o.text.includes('Mercy')).value; c.dispatchEvent(new Event('change', {bubbles: true})); return true; })()`)
	b.says("They dialed").fill("name", "Dolores Finch").fill("phone", "312-555-0170").fill("words", "My chart shows my weight in kilograms")
	b.until("similar questions", `document.querySelector('#similar .hit, #similar li, #similar article, #similar a, #similar details')`).press("We promise a call back").until("windows", `document.querySelector('#windows .slot')`)
	shoot("call")
	b.forget()
	staff("sign-in", "/sign-in")
}

// clockAt sets the clock of the tab's pages.
func (b *tab) clockAt(at time.Time) {
	b.t.Helper()
	b.call(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(`(() => {
		  const Real = Date, off = %d - Real.now();
		  window.Date = class extends Real { constructor(...a) { if (a.length) super(...a); else super(Real.now() + off); } static now() { return Real.now() + off; } };
		})()`, at.UnixMilli())})
		return err
	})
}

// openDemo opens the demo's desk at the instant of the pictures, and gives somebody who leads there.
func openDemo(t *testing.T) (*place, desk.Viewer) {
	t.Helper()
	now := func() time.Time { return shotsAt }
	db := storetest.SQLite(t)(store.Options{Clock: now})
	made, err := demo.Seed(t.Context(), db, demo.Options{Seed: 1, Now: shotsAt, Tickets: 400})
	if err != nil {
		t.Fatal(err)
	}
	out, mail := sms.NewFake(now, nil, false), email.NewBox(now)
	a := app.New(app.Options{DB: db, SMS: out, Mail: mail})
	if _, _, err := a.Sweep(t.Context(), 1); err != nil { // the clock is at work
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	p := &place{Desk: &testkit.Desk{T: t, App: a, DB: db, SMS: out, Mail: mail}, t: t}
	p.server = httptest.NewServer(httpd.Wrap(web.New(web.Options{App: a, Log: quiet, Demo: true}), httpd.Options{Log: quiet, Clock: now}))
	t.Cleanup(func() { p.server.CloseClientConnections(); p.server.Close() })
	var v desk.Viewer
	for _, s := range made.SignIns {
		if s.Role != desk.Supervisor && s.Role != desk.Admin {
			continue
		}
		secret, err := a.SignIn(t.Context(), s.Login, s.Password, "", "192.0.2.1")
		p.Must(err)
		v, _, err = a.SignedIn(t.Context(), secret)
		p.Must(err)
		strip, err := a.Strip(t.Context(), v)
		p.Must(err)
		if strip.Promise.ID != 0 && !strip.Shift.Until.IsZero() {
			break // somebody with work to do makes the better picture
		}
	}
	return p, v
}
