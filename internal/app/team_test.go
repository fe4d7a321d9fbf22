package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/testkit"
)

// inHouse are terms with times for teams and for suppliers.
func inHouse(a *sla.Agreement) {
	for _, x := range []struct {
		m    sla.Metric
		team []string
		span time.Duration
	}{{sla.Handoff, []string{"USER"}, time.Hour}, {sla.Handoff, []string{"PORTAL"}, 4 * time.Hour}, {sla.Supplier, nil, 8 * time.Hour}} {
		a.Targets = append(a.Targets, sla.Target{Metric: x.m, When: sla.Conditions{Teams: x.team}, Allowed: x.span, Calendar: "always", Goal: 90})
	}
}

// all gives every clock of a metric on p's question.
func all(d *testkit.Desk, p *testkit.Person, m sla.Metric) (found []sla.Clock) {
	d.T.Helper()
	page, err := d.App.Clocks(d.Ctx(), d.Sam, p.Got.Ref)
	d.Must(err)
	for _, x := range page.Clocks {
		if x.Clock.Metric == m {
			found = append(found, x.Clock)
		}
	}
	return found
}

// Each team has the time of its own from the hand-over on, also where a promise that it takes over is kept.
func TestAQuestionGoesFromTeamToTeam(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		agrees(d, drafts(d, d.Mercy, inHouse))
		d.Advance(time.Minute)
		maria := d.Maria()
		got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "My chart shows kilograms", Via: desk.ViaPhone, Skill: "USER", Owner: d.Sam.Staff, Channel: desk.BySMS,
			Requester: app.RequesterIn{Name: "Maria Gomez", Phone: "+13125550199", Proven: true}})
		d.Must(err)
		maria.Got = got
		d.Advance(40 * time.Minute)
		if err := d.App.MoveTicket(d.Ctx(), d.Sam, got.Ref, "NONE"); !desk.Is(err, desk.Invalid) {
			t.Errorf("to a team that is not there: %v", err)
		}
		before := maria.Promise()
		d.Must(d.App.MoveTicket(d.Ctx(), d.Sam, got.Ref, "PORTAL"))
		d.Must(d.App.MoveTicket(d.Ctx(), d.Sam, got.Ref, "PORTAL")) // sent twice
		d.Settle()
		tk, err := d.App.Ticket(d.Ctx(), d.Sam, got.Ref)
		d.Must(err)
		if after := maria.Promise(); tk.Skill != "PORTAL" || tk.Owner != 0 || after.ID != before.ID || !after.Due.Equal(before.Due) {
			t.Errorf("handed over: %+v, promised %+v", tk, after)
		}
		stays := all(d, maria, sla.Handoff)
		if len(stays) != 2 || stays[0].Outcome() != sla.Met || stays[0].Elapsed != 40*time.Minute || stays[1].Allowed != 4*time.Hour || !stays[1].Start.Equal(d.Now()) {
			t.Fatalf("stays: %+v", stays)
		}
		// Another team takes it by then: with its call it has it.
		d.AdvanceTo(d.At(3, 8, 5))
		p, err := d.App.MakePromise(d.Ctx(), d.Priya, got.Ref, app.PromiseIn{Kind: desk.Handoff, Skill: "USER"})
		d.Must(err)
		d.AdvanceTo(p.Start.Add(time.Minute))
		if n := len(all(d, maria, sla.Handoff)); n != 2 {
			t.Errorf("what is promised only has moved it: %d stays", n)
		}
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, got.Ref, p.ID))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, got.Ref, p.ID, "", &app.PromiseIn{Kind: desk.Update, Due: d.Now().Add(time.Hour)}))
		d.Settle()
		if stays = all(d, maria, sla.Handoff); len(stays) != 3 || stays[2].Allowed != time.Hour || stays[1].Outcome() != sla.Missed {
			t.Errorf("taken over: %+v", stays)
		}
		verified(d)
	})
}

// A supplier who is named has the time of the agreement until they have answered, whoever writes meanwhile.
func TestASupplierOwesAnAnswer(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		agrees(d, drafts(d, d.Mercy, inHouse))
		d.Advance(time.Minute)
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms")
		waits := func(firm string) {
			t.Helper()
			d.Must(d.App.WaitFor(d.Ctx(), d.Sam, maria.Got.Ref, desk.WaitSupplier, d.Now().Add(6*time.Hour), firm))
			d.Settle()
		}
		waits("")
		if got := all(d, maria, sla.Supplier); len(got) != 0 {
			t.Errorf("nobody is named, and owes %+v", got)
		}
		d.Must(d.App.EndWait(d.Ctx(), d.Sam, maria.Got.Ref))
		d.Advance(time.Minute)
		asked := d.Now()
		waits("Epic")
		d.Advance(time.Hour)
		_, err := d.App.AddWords(d.Ctx(), maria.Viewer(), "Any news?", "")
		d.Must(err)
		waits("Epic") // the same case
		got := all(d, maria, sla.Supplier)
		if len(got) != 1 || got[0].State != sla.Running || !got[0].Start.Equal(asked) || !got[0].Deadline.Equal(asked.Add(8*time.Hour)) {
			t.Fatalf("Epic owes %+v", got)
		}
		d.Advance(time.Hour)
		d.Must(d.App.EndWait(d.Ctx(), d.Sam, maria.Got.Ref))
		if got = all(d, maria, sla.Supplier); len(got) != 1 || got[0].Outcome() != sla.Met || got[0].Elapsed != 2*time.Hour {
			t.Errorf("Epic has answered: %+v", got)
		}
		d.Settle()
		verified(d)
		page, err := d.App.Clocks(d.Ctx(), d.Sam, maria.Got.Ref)
		d.Must(err)
		if page.Firms[got[0].Key] != "Epic" {
			t.Errorf("the clock is of %v", page.Firms)
		}
	})
}
