package testkit

import (
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
)

// Person is somebody who asks, with a phone.
type Person struct {
	d      *Desk
	Client desk.Client
	Name   string
	Phone  string
	Email  string
	Lang   string
	Got    app.Opened
}

// Maria is a patient of Mercy whose chart shows kilograms.
func (d *Desk) Maria() *Person {
	return &Person{d: d, Client: d.Mercy, Name: "Maria Gomez", Phone: "+13125550199", Lang: "en"}
}

// Rosa is a patient of St. Anne who speaks Spanish.
func (d *Desk) Rosa() *Person {
	return &Person{d: d, Client: d.Anne, Name: "Rosa Diaz", Phone: "+13125550188", Lang: "es"}
}

// Asks opens a question on the web form: by phone, in a window that somebody can keep.
func (p *Person) Asks(wordsSaid string) *Person {
	p.d.T.Helper()
	return p.sends(app.Ask{Words: wordsSaid, About: "me", Channel: "call", Phone: p.Phone, Voicemail: "yes", Chosen: true, Needs: []string{"none"}, Needed: true})
}

// AsksForTexts opens a question on the web form whose answer comes by text.
func (p *Person) AsksForTexts(wordsSaid string) *Person {
	p.d.T.Helper()
	return p.sends(app.Ask{Words: wordsSaid, About: "me", Channel: "text", Phone: p.Phone})
}

// AsksForMail opens a question on the web form whose answer comes by mail, to Email.
func (p *Person) AsksForMail(wordsSaid string) *Person {
	p.d.T.Helper()
	return p.sends(app.Ask{Words: wordsSaid, About: "me", Channel: "email", Email: p.Email})
}

func (p *Person) sends(k app.Ask) *Person {
	p.d.T.Helper()
	v := desk.Guest(p.Client.ID)
	draft, err := p.d.App.Draft(p.d.Ctx(), v, p.Client.ID, "")
	p.d.Must(err)
	draft.Ask, draft.Ask.Lang = k, p.Lang
	p.d.Must(p.d.App.SaveDraft(p.d.Ctx(), v, p.Client.ID, draft))
	p.Got, err = p.d.App.SendAsk(p.d.Ctx(), v, p.Client.ID, draft, "192.0.2.1")
	p.d.Must(err)
	return p
}

// Calls has staff take the call and open the question, with the agreement's promise.
func (p *Person) Calls(staff desk.Viewer, wordsSaid string) *Person {
	p.d.T.Helper()
	got, err := p.d.App.OpenTicket(p.d.Ctx(), staff, p.Client.ID, app.TicketIn{
		Words: wordsSaid, Via: desk.ViaPhone, Lang: p.Lang, Skill: "PORTAL", Channel: desk.ByVoice, Voicemail: true,
		Requester: app.RequesterIn{Name: p.Name, Phone: p.Phone, Email: p.Email, Proven: true},
	})
	p.d.Must(err)
	p.Got = got
	return p
}

// Viewer is p on the tracker.
func (p *Person) Viewer() desk.Viewer {
	p.d.T.Helper()
	v, err := p.d.App.Track(p.d.Ctx(), p.Got.Token)
	p.d.Must(err)
	return v
}

// Sees gives the tracker as p sees it now.
func (p *Person) Sees() app.Tracker {
	p.d.T.Helper()
	t, err := p.d.App.Tracker(p.d.Ctx(), p.Viewer())
	p.d.Must(err)
	return t
}

// Texts are the texts on p's phone, oldest first.
func (p *Person) Texts() []string {
	var all []string
	for _, t := range p.d.SMS.Phone(p.Phone) {
		all = append(all, t.Body)
	}
	return all
}

// GotText fails unless a text on p's phone holds every part.
func (p *Person) GotText(parts ...string) {
	p.d.T.Helper()
	for _, text := range p.Texts() {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(text, part)
		}
		if all {
			return
		}
	}
	p.d.T.Fatalf("no text with %q among:\n%s", parts, strings.Join(p.Texts(), "\n"))
}

// GotNoText fails if a text on p's phone holds part.
func (p *Person) GotNoText(part string) {
	p.d.T.Helper()
	for _, text := range p.Texts() {
		if strings.Contains(text, part) {
			p.d.T.Fatalf("a text with %q: %s", part, text)
		}
	}
}

// Replies sends a text to the number of p's hospital.
func (p *Person) Replies(text string) {
	p.d.T.Helper()
	p.d.Must(p.d.SMS.Reply(p.d.Ctx(), p.Phone, p.Client.Phone, text))
	p.d.Settle()
}

// Page is p's ticket as staff sees it.
func (p *Person) Page(v desk.Viewer) app.TicketPage {
	p.d.T.Helper()
	page, err := p.d.App.TicketPage(p.d.Ctx(), v, p.Got.Ref)
	p.d.Must(err)
	return page
}

// Promise is the live promise that is due first.
func (p *Person) Promise() desk.Promise { p.d.T.Helper(); return p.Sees().Promise }

// Promised promises a call in the window that starts at start; the zero time is the first covered one.
func (p *Person) Promised(v desk.Viewer, start time.Time) desk.Promise {
	p.d.T.Helper()
	pr, err := p.d.App.MakePromise(p.d.Ctx(), v, p.Got.Ref, app.PromiseIn{Kind: desk.Callback, Start: start})
	p.d.Must(err)
	return pr
}
