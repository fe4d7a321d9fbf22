package app_test

import (
	"math/rand/v2"
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// TestATakenNumberIsDrawnAnew: two processes draw the same numbers and tokens, which is what two of many may do once.
func TestATakenNumberIsDrawnAnew(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		seen := map[string]bool{}
		for _, c := range []desk.Client{d.Mercy, d.Mercy, d.Anne} {
			a := app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail, Rand: rand.NewChaCha8([32]byte{3})})
			for range 2 {
				got, err := a.OpenTicket(d.Ctx(), desk.System("test"), c.ID, app.TicketIn{
					Words: "My chart shows kilograms.", Via: desk.ViaAPI, Channel: desk.BySMS,
					Requester: app.RequesterIn{Name: "Maria Gomez", Phone: "+13125550199"},
				})
				d.Must(err)
				if seen[string(got.Ref)] || seen[got.Token] {
					t.Fatalf("given twice: %+v", got)
				}
				seen[string(got.Ref)], seen[got.Token] = true, true
				ticket, err := d.App.Ticket(d.Ctx(), desk.System("test"), got.Ref)
				d.Must(err)
				if ticket.Client != c.ID || ticket.ID != got.Ticket {
					t.Errorf("%s is %+v", got.Ref, ticket)
				}
			}
		}
	})
}
