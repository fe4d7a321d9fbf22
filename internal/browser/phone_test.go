package browser_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel/voice"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/web"
)

// phones are those of the test desk, as the demo shows its own.
type phones struct{ p *place }

func (f *phones) Numbers() []string { return f.p.SMS.Numbers() }

func (f *phones) Whose(string) string { return "Ana Ruiz, at the desk" }

func (f *phones) Texts(number string) (all []web.PhoneText) {
	for _, t := range f.p.SMS.Phone(number) {
		all = append(all, web.PhoneText{From: t.From, To: t.To, Body: t.Body, Inbound: t.Inbound, At: t.At})
	}
	return all
}

func (f *phones) Mails(string) []web.PhoneMail { return nil }

func (f *phones) Reply(context.Context, string, string, string) error { return errors.New("no") }

func (f *phones) Calls() (all []web.PhoneCall) {
	for _, l := range f.p.Voice.Lines() {
		all = append(all, web.PhoneCall{ID: l.ID, From: l.From, To: l.To, Say: l.Say, Ringing: !l.Over, Key: l.As.Key, Declined: l.As.Busy, At: l.At})
	}
	return all
}

func (f *phones) Take(ctx context.Context, id string, how web.PhoneTake) error {
	return f.p.Voice.Take(ctx, id, map[web.PhoneTake]voice.Phone{web.PressOne: {Answers: true, Key: voice.AckKey}, web.Decline: {Busy: true}}[how])
}

// TestAVisitorTakesACall sees an escalation end to end: words of danger, a phone that rings on the page of the demo by
// itself, one that declines, one that presses 1, and a board on which nothing is open any more.
func TestAVisitorTakesACall(t *testing.T) {
	t.Parallel()
	book := &phones{}
	p := open(t, web.Options{Demo: true, Phones: book})
	book.p = p
	p.Voice.ByHand(time.Hour)
	for i, v := range []desk.Viewer{p.Ana, p.Omar} {
		p.Must(p.App.SaveOwnContact(p.Ctx(), v, "312-555-019"+strconv.Itoa(1+i), []coverage.Rule{{By: coverage.ByCall}}, nil))
	}
	policy, err := p.App.Escalation(p.Ctx(), p.Ana, 0, app.ForAlerts)
	p.Must(err)
	policy.Steps = []coverage.Step{{To: []coverage.Target{{Person: int64(p.Ana.Staff)}, {Person: int64(p.Omar.Staff)}}, Wait: 30 * time.Minute}}
	p.Must(p.App.SaveEscalation(p.Ctx(), p.Ana, 0, app.ForAlerts, policy))

	b := p.person(t)
	b.open("/demo/phone").says("No text has been sent yet.").view(1366, 768)
	p.Maria().Calls(p.Sam, "I have chest pain")
	p.Settle()
	b.says("312-555-0191", "312-555-0192", "Ringing", "an alert waits for you. Press 1") // by itself
	b.sound("phones that ring")
	if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
		for _, theme := range []string{"dark", "light"} {
			for _, w := range []int64{320, 390, 1366, 1920} {
				b.prefers(theme).view(w, 900).shot(filepath.Join(dir, "phones-"+theme+"-"+strconv.FormatInt(w, 10)+".png"))
			}
		}
		b.view(1366, 768)
	}
	b.follow("Decline on 312-555-0192").says("Declined")
	b.follow("Take it and press 1 on 312-555-0191").says("Taken, and 1 pressed").saysNot("Ringing")
	board, err := p.App.Board(p.Ctx(), p.Ana, app.BoardFilter{})
	p.Must(err)
	if len(board.Alerts) != 0 {
		t.Errorf("Ana has pressed 1, and the board shows %+v", board.Alerts)
	}
}

// TestWhatIsTypedStaysOnItsPhone: another phone gets a text meanwhile, and stands before it.
func TestWhatIsTypedStaysOnItsPhone(t *testing.T) {
	t.Parallel()
	book := &phones{}
	p := open(t, web.Options{Demo: true, Phones: book})
	book.p = p
	p.Maria().Asks("How do I see my weight in pounds?")
	p.Settle()
	b := p.person(t)
	b.open("/demo/phone").says("312-555-0199").fill("text-+13125550199", "fixed")
	p.Rosa().Asks("How do I see my height in feet?")
	p.Settle()
	b.says("312-555-0188")
	b.until("the answer is that of the phone", `[...document.querySelectorAll('.phone-reply')].find((f) => f.elements.text.value === 'fixed').elements.number.value === '+13125550199' && document.activeElement.value === 'fixed'`)
}
