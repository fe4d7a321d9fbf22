package web

import (
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
)

// TestANoToTheVoicemailIsSeen has somebody say no to a message on their voicemail: whoever is about to call sees it on
// the ticket, on the board and on a phone, also for a call that is promised later.
func TestANoToTheVoicemailIsSeen(t *testing.T) {
	a := atDesk(t, priya)
	no, yes := "No message on the voicemail.", "A message that says who we are is allowed."
	asks := func(phone, voicemail string) desk.Ref {
		t.Helper()
		v := desk.Guest(1)
		draft, err := a.d.App.Draft(a.d.Ctx(), v, 1, "")
		a.d.Must(err)
		draft.Ask = app.Ask{Words: "I see kilograms", About: "me", Channel: "call", Phone: phone, Voicemail: voicemail, Chosen: true, Needs: []string{"none"}, Needed: true, Lang: "en"}
		a.d.Must(a.d.App.SaveDraft(a.d.Ctx(), v, 1, draft))
		got, err := a.d.App.SendAsk(a.d.Ctx(), v, 1, draft, "192.0.2.1")
		a.d.Must(err)
		return got.Ref
	}
	said := asks("312-555-0181", "no")
	on := ticketURL(said)
	a.get(on).gets(200, "Call 312-555-0181", no, "no message").lacks(yes)
	a.get(on+"?tab=caller").gets(200, "312-555-0181. "+no).lacks(yes)
	a.get("/promises").gets(200, no)
	page, err := a.d.App.TicketPage(a.d.Ctx(), a.d.Priya, said)
	a.d.Must(err)
	a.d.Must(a.d.App.VoidTicket(a.d.Ctx(), a.d.Ana, page.Ticket.Ref, "a duplicate"))

	agreed := ticketURL(asks("312-555-0182", "yes"))
	a.get(agreed).gets(200, yes).lacks(no, "no message")
	a.get(agreed+"?tab=caller").gets(200, "312-555-0182. "+yes).lacks(no)
	a.get("/promises").gets(200, "Call now").lacks(no)

	// A call that the desk promises later knows what the person agreed to.
	maria := a.d.Maria().Calls(a.d.Priya, "I see pounds")
	p, err := a.d.App.MakePromise(a.d.Ctx(), a.d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Callback})
	a.d.Must(err)
	if !p.Voicemail {
		t.Error("a call promised later does not know that a message is allowed")
	}
}
