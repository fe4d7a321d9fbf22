package browser_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
	"kept/internal/web"
)

// password is what everybody at the desk signs in with.
const password = "correct horse battery"

// place is a desk with its web server.
type place struct {
	*testkit.Desk
	t      testing.TB
	server *httptest.Server
}

// openPlace opens a desk whose hospitals are found by path, as in the demo.
func openPlace(t testing.TB) *place { return open(t, web.Options{Demo: true}) }

func open(t testing.TB, o web.Options) *place {
	t.Helper()
	p := &place{Desk: testkit.New(t, storetest.SQLite(t)), t: t}
	quiet := slog.New(slog.DiscardHandler)
	o.App, o.Log = p.App, quiet
	p.server = httptest.NewUnstartedServer(httpd.Wrap(web.New(o), httpd.Options{Log: quiet, Clock: p.Now}))
	p.server.Config.ErrorLog = slog.NewLogLogger(quiet.Handler(), slog.LevelError)
	if o.Secure {
		p.server.StartTLS()
	} else {
		p.server.Start()
	}
	t.Cleanup(func() {
		p.server.CloseClientConnections() // or streams hold the server open
		p.server.Close()
	})
	p.passwords()
	return p
}

// passwords lets the people of the test desk sign in: they are made without passwords.
func (p *place) passwords() {
	p.t.Helper()
	lead := desk.Viewer{Who: desk.WhoStaff, Staff: p.Ana.Staff, Role: desk.Admin, Clients: p.Ana.Clients}
	_, _, err := p.App.AddStaff(p.Ctx(), lead, desk.Staff{Name: "Pat Doe", Login: "pat@kept.example", Clients: p.Ana.Clients}, password, nil)
	p.Must(err)
	p.Must(p.DB.System(p.Ctx(), "test", func(tx *store.SystemTx) error {
		pat, err := tx.StaffByLogin("pat@kept.example")
		if err != nil {
			return err
		}
		for _, v := range []desk.Viewer{p.Sam, p.Priya, p.Ana, p.Omar} {
			s, err := tx.Staff(v.Staff)
			if err != nil {
				return err
			}
			s.Login, s.Password, s.LetterKeys = strings.ToLower(s.Login), pat.Password, true
			if err := tx.SaveStaff(s); err != nil {
				return err
			}
		}
		return nil
	}))
}

// login is what v types to sign in.
func (p *place) login(v desk.Viewer) string {
	p.t.Helper()
	login := ""
	p.Must(p.DB.System(p.Ctx(), "test", func(tx *store.SystemTx) error {
		s, err := tx.Staff(v.Staff)
		login = s.Login
		return err
	}))
	return login
}

// person is somebody with a browser of their own: no cookies, one tab.
func (p *place) person(t testing.TB) *tab {
	t.Helper()
	return newTab(t, p, chromium, chromedp.WithNewBrowserContext())
}

// signedIn is somebody of the desk who is signed in already.
func (p *place) signedIn(t testing.TB, v desk.Viewer) *tab {
	t.Helper()
	b := p.person(t)
	b.signIn(v)
	return b
}

// signIn makes the browser v's.
func (b *tab) signIn(v desk.Viewer) {
	b.t.Helper()
	p := b.place
	secret := desk.NewSecret(rand.Reader, 24)
	p.Must(p.DB.System(p.Ctx(), "test", func(tx *store.SystemTx) error {
		now := tx.Now()
		return tx.AddSession(desk.Session{Hash: desk.HashSecret(secret), Staff: v.Staff, CreatedAt: now, SeenAt: now, EndsAt: now.Add(48 * time.Hour), Passed: true})
	}))
	b.cookie("kept_session", secret, "/")
	b.cookie("kept_staff", strconv.FormatInt(int64(v.Staff), 10), "/")
}

func newTab(t testing.TB, p *place, from context.Context, opts ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(from, opts...)
	t.Cleanup(stop)
	p.Must(chromedp.Do(ctx)) // the tab lives as long as the context of its first step
	b := &tab{t: t, ctx: ctx, place: p, base: p.server.URL}
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: witness})
		return err
	}))
	return b
}

// at is the address of the server below another host name.
func (p *place) at(host string) string {
	return strings.Replace(p.server.URL, "127.0.0.1", host, 1)
}

// link is the path of somebody's tracker.
func link(p *testkit.Person) string {
	return "/" + p.Client.Slug + "/t/" + desk.FormatToken(p.Got.Token)
}

// callAt is a promise to call in the window that starts then.
func callAt(start time.Time) app.PromiseIn { return app.PromiseIn{Kind: desk.Callback, Start: start} }

// allOpen is every open ticket.
var allOpen = app.QueueFilter{}
