package browser_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"kept/internal/app"
	"kept/internal/desk"
)

// TestThePageOfALeaderIsSound looks at the figures of a hospital with a broken promise and without, near and far.
func TestThePageOfALeaderIsSound(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	s, _, err := p.App.AddStaff(p.Ctx(), desk.System("test"), desk.Staff{Name: "Ruth Lindqvist", Login: "ruth@mercy.example", Role: desk.Leader, Clients: []desk.ClientID{p.Mercy.ID}}, "", nil)
	p.Must(err)
	ruth := desk.Viewer{Staff: s.ID}
	p.Maria().Calls(p.Sam, "My chart shows kilograms").Promised(p.Sam, p.At(3, 8, 0))
	p.Settle()
	b := p.signedIn(t, ruth)
	lookAt := func(path, name string) {
		t.Helper()
		b.open(path).looked("leader-" + name)
	}
	look := func(name string) {
		t.Helper()
		lookAt("/client/mercy", name)
	}
	look("calm")
	p.AdvanceTo(p.At(3, 8, 50))
	b = p.signedIn(t, ruth)
	look("broken")
	b.says("1 promise was broken.", "Mercy Health").saysNot("Maria", "Sam Ortiz")
	b.open("/client/mercy").until("it is live", `document.getElementById('live-text').textContent.startsWith('Live.')`)
	eval[bool](b, `(window.fetch = () => Promise.reject(new Error('away')), window.realNow = Date.now, Date.now = () => window.realNow.call(Date) + 65000, true)`)
	b.until("it says so", `document.documentElement.classList.contains('is-stale-page') && document.getElementById('stale').textContent.includes('Not live since')`)

	// A link for somebody without an account, who sees counts and no number of a question.
	b = p.signedIn(t, ruth)
	lookAt("/client/mercy/shares", "shares")
	b.follow("Make a link").until("it is made", `document.body.textContent.includes('works until')`)
	b.until("who made it is led to it", `document.activeElement.id === 'new-title'`)
	b.axe("a link that was just made")
	b.fits("/client/mercy/shares")
	led := desk.Viewer{Who: desk.WhoLeader, Staff: s.ID, Of: p.Mercy.ID}
	b.open(b.url()).says("A link is shown once").saysNot("works until") // loaded again, it makes no other
	link, err := p.App.ShareFigures(p.Ctx(), led, p.Mercy.ID)
	p.Must(err)
	line, url, err := p.App.ShownShare(p.Ctx(), led, p.Mercy.ID, link)
	p.Must(err)
	if !line.Until.After(p.Now()) {
		t.Errorf("it ends %s", line.Until)
	}
	lookAt(url[strings.Index(url, "/figures?"):], "shared")
	b.says("1 promise was broken.").saysNot("Sign out", "Was due")
	eval[bool](b, `(window.printed = 0, window.print = () => { window.printed++; }, document.querySelector('[data-print]').click(), true)`)
	b.until("one press prints once", `window.printed === 1`)
	// Taken back, it shows nothing any more, also where it is open.
	shares, err := p.App.Shares(p.Ctx(), led, p.Mercy.ID)
	p.Must(err)
	b.arrive(chromedp.Func(func(context.Context, *chromedp.Target) error {
		for _, link := range shares {
			p.Must(p.App.EndShare(p.Ctx(), led, p.Mercy.ID, link.ID))
		}
		p.Maria().Asks("How do I see my height in feet?")
		return nil
	}))
	b.says("This link to the figures has ended.").saysNot("1 promise was broken.")

	// The account: what is wrong stands at its field; a second factor that is begun, that has a wrong code, that is on.
	b = p.signedIn(t, ruth)
	const account = "/client/mercy/account"
	lookAt(account, "account")
	b.fill("now", "not my password").fill("fresh", "short").follow("Change password").until("it says what is wrong", `document.querySelector('#now-error') !== null && document.querySelector('#fresh-error') !== null`)
	b.looked("leader-account-wrong")
	b.follow("Set up a second factor").until("there is a key", `document.querySelector('.factor-key') !== null`)
	b.looked("leader-account-key")
	b.fill("code", "12345").follow("Switch it on").until("the code is wrong", `document.querySelector('#code-error') !== null`)
	b.looked("leader-account-code")
	code, err := totp.GenerateCode(eval[string](b, `document.querySelector('.factor-key').textContent.replaceAll(' ', '')`), p.Now())
	p.Must(err)
	b.fill("code", code).follow("Switch it on").until("it is on", `document.body.textContent.includes('The second factor is on.')`)
	b.looked("leader-account-on")
	b.fill("proof", "12345").follow("Switch it off").until("that is no proof", `document.querySelector('#proof-error') !== null`)
	b.looked("leader-account-proof")

	// New terms wait for the yes of who leads; sent back, and seen by the desk.
	page, err := p.App.Agreement(p.Ctx(), p.Ana, p.Mercy.ID)
	p.Must(err)
	terms := strings.Replace(page.Live.NextText(p.Now().Add(24*time.Hour)), "allowed: 15m", "allowed: 10m", 1)
	draft, err := p.App.DraftAgreement(p.Ctx(), p.Ana, p.Mercy.ID, app.AgreementIn{Terms: terms, Note: "Faster for patients"})
	p.Must(err)
	_, err = p.App.ApproveAgreement(p.Ctx(), p.Ana, p.Mercy.ID, app.ApprovalIn{Version: draft.Version, Edit: draft.Edit})
	p.Must(err)
	p.Settle()
	b = p.signedIn(t, p.Ana)
	lookAt("/desk/agreements/mercy", "desk-asked")
	b.says("Hospital told", "By mail, ")
	b = p.signedIn(t, ruth)
	look("asked")
	b.says("Version 2 of your agreement waits for your yes.")
	lookAt("/client/mercy/agreement", "terms")
	b.click("the form to send it back", `document.querySelector('#send-back summary')`)
	b.follow("Send it back").until("it wants a reason", `document.querySelector('#why-error') !== null`)
	b.axe("sent back without a reason")
	b.fill("why", "Five minutes, please.").follow("Send it back").until("it is sent back", `document.body.textContent.includes('It is sent back.')`)
	lookAt("/client/mercy/agreement", "sent-back")
	b = p.signedIn(t, p.Ana)
	lookAt("/desk/agreements/mercy", "desk-sent-back")
	b.says("Ruth Lindqvist sent version 2 back", "Five minutes, please.")
}
