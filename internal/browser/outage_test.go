package browser_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kept/internal/app"
	"kept/internal/desk"
)

// TestTheFormsAroundAPromise looks at the forms to enter a call after an outage, to wait and to give a
// promise all the same, and at the tracker of a question that waits. KEPT_SHOTS names a folder for pictures.
func TestTheFormsAroundAPromise(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	served := p.App
	p.App = app.New(app.Options{DB: p.DB, SMS: p.SMS, Mail: p.Mail}) // the process that will be down
	p.SMS.SetSink(p.App)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	maria.Promised(p.Sam, p.At(3, 8, 0))
	p.AdvanceTo(p.At(3, 8, 5))
	p.Down(time.Hour)
	p.App = served
	p.SMS.SetSink(p.App)
	p.Settle()
	b := p.signedIn(t, p.Ana).view(1366, 768)
	ticket := "/desk/t/" + string(maria.Got.Ref)
	b.open(ticket + "?tab=promise").says("Kept was down from").says("Enter a call that was made")
	b.looked("entered")
	b.view(1366, 768).follow("Enter this call").says("Say what happened on the call.")
	b.looked("entered-wrong")

	sam := strconv.FormatInt(int64(p.Sam.Staff), 10)
	late := p.Maria().Calls(p.Sam, "I see kilograms again")
	give := late.Promised(p.Sam, p.At(3, 11, 0))
	b.view(1366, 768).open("/desk/t/" + string(late.Got.Ref) + "?tab=promise")
	b.arrive(chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := chromedp.Evaluate[bool](`(() => { const f = document.createElement('form'); f.method = 'post';
			f.action = '/desk/t/`+string(late.Got.Ref)+`/promises/`+strconv.FormatInt(int64(give.ID), 10)+`/owner';
			f.innerHTML = '<input name="to" value="`+sam+`">'; document.body.append(f); setTimeout(() => f.submit(), 0); return true })()`)(ctx, page)
		return err
	}))
	b.says("Sam Ortiz is not on shift then").says("Say why it goes there all the same.")
	b.looked("give")
	b.view(1366, 768).fill("anyway-"+strconv.FormatInt(int64(give.ID), 10), "she asked for him").follow("Give it all the same").says("who has no free seat then: she asked for him")

	b.open("/desk/t/" + string(late.Got.Ref) + "?tab=promise&wait=yes").follow("Wait, and tell the person").says("Choose what we wait for.")
	b.looked("wait")
	for reason, who := range map[desk.WaitReason]string{desk.WaitPerson: "person", desk.WaitSupplier: "supplier", desk.WaitTime: "time"} {
		p.Must(p.App.WaitFor(p.Ctx(), p.Sam, late.Got.Ref, reason, p.At(9, 12, 0), ""))
		a := p.person(t)
		a.open(link(late))
		a.looked("tracker-wait-" + who)
	}
	b.view(1366, 768).open("/desk/t/" + string(late.Got.Ref) + "?tab=promise").says("until Tuesday, June 9")
	b.looked("waiting")
}

// TestAPageWhosePartDoesNotComeSaysSo: a stream that lives says only that something has changed. While the desk cannot be asked
// what, the page is not live, however often the stream says so.
func TestAPageWhosePartDoesNotComeSaysSo(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	b := p.signedIn(t, p.Sam).open("/desk").until("it is live", `document.getElementById('live-text').textContent.startsWith('Live')`)
	eval[bool](b, `(window.asked = 0, window.away = true, window.late = 0, window.realFetch = window.fetch, window.realNow = Date.now,
		window.fetch = (url, o) => String(url).includes('/part') ? (window.asked++, window.away ? Promise.resolve(new Response('', { status: 503 })) : window.realFetch(url, o)) : window.realFetch(url, o),
		Date.now = () => window.realNow.call(Date) + window.late, true)`)
	p.Maria().Calls(p.Sam, "I see kilograms")
	b.until("it has looked", `window.asked >= 1`)
	eval[bool](b, `(window.late = 65000, true)`)
	b.until("it has looked by itself", `window.asked >= 2`)
	p.Maria().Calls(p.Sam, "I see kilograms again")
	b.until("it has looked once more", `window.asked >= 3`)
	b.until("it says so", `document.documentElement.classList.contains('is-stale-page') && document.getElementById('stale').textContent.includes('Not live since')`)
	eval[bool](b, `(window.away = false, true)`)
	p.Maria().Calls(p.Sam, "I see kilograms still")
	b.until("it is live again", `!document.documentElement.classList.contains('is-stale-page') && document.getElementById('live-text').textContent.startsWith('Live')`)
}
