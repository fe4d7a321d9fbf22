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
