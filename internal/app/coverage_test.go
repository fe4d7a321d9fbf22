package app_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// A supervisor promises a call at an hour at which nobody who knows the portal is at work: that is a gap, said
// in a sentence, and somebody with the skill closes it.
func TestAPromiseThatNobodyCanKeepIsAGap(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Calls(d.Sam, "pounds please")
		_, err := d.App.MakePromise(d.Ctx(), d.Omar, maria.Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: d.At(2, 19, 0), Override: "she asked for it"})
		d.Must(err)
		got, err := d.App.Coverage(d.Ctx(), d.Omar, app.CoverageFilter{})
		d.Must(err)
		if got.Count == 0 || !strings.HasPrefix(got.Gaps[0].Text, "Portal, Tue 7:00–7:30 p.m.: need 1, have 0") || !strings.HasSuffix(got.Gaps[0].Text, "1 promise due.") {
			t.Fatalf("gaps: %+v", got.Gaps)
		}
		if !got.At.Equal(d.Now()) {
			t.Errorf("worked out at %s", got.At)
		}
		what := app.CoverageFilter{If: &app.CoverageIf{People: 1, Skill: "PORTAL", Start: d.At(2, 18, 0), End: d.At(2, 22, 0)}}
		with, err := d.App.Coverage(d.Ctx(), d.Omar, what)
		d.Must(err)
		if with.Answer == nil || with.Answer.After != with.Answer.Before-1 {
			t.Errorf("with somebody: %+v", with.Answer)
		}
		what.If.End = what.If.Start
		if _, err := d.App.Coverage(d.Ctx(), d.Omar, what); code(err) != "end.early" {
			t.Errorf("an end before the start: %v", err)
		}
		// Somebody is put on the roster: the map follows at once.
		_, err = d.App.AddShifts(d.Ctx(), desk.System("test"), "Pri@kept.example", []coverage.Shift{{Start: d.At(2, 18, 0), End: d.At(2, 22, 0), Seats: 1}})
		d.Must(err)
		after, err := d.App.Coverage(d.Ctx(), d.Omar, app.CoverageFilter{})
		d.Must(err)
		if after.Count != got.Count-1 {
			t.Errorf("%d gaps after a shift was added, %d before", after.Count, got.Count)
		}
		// Eve serves St. Anne only: the promise of Mercy is none of hers.
		eve, err := d.App.Coverage(d.Ctx(), d.Eve, app.CoverageFilter{})
		d.Must(err)
		for _, g := range eve.Gaps {
			if g.Due > 0 {
				t.Errorf("Eve sees %s", g.Text)
			}
		}
		if _, err := d.App.Coverage(d.Ctx(), d.Eve, app.CoverageFilter{Client: d.Mercy.ID}); !desk.Is(err, desk.NotFound) {
			t.Errorf("Eve asks for Mercy: %v", err)
		}
	})
}

// Calls of past weeks say how many people are needed.
func TestNeedFollowsFromCalls(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for range 4 {
			for range 6 {
				p := d.Maria()
				_, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "pounds", Via: desk.ViaPhone, Skill: "USER", Requester: app.RequesterIn{Name: p.Name, Phone: p.Phone, Proven: true}})
				if err != nil {
					break // five questions a day are the most
				}
			}
			d.Skip(24 * time.Hour)
		}
		got, err := d.App.Coverage(d.Ctx(), d.Omar, app.CoverageFilter{Skill: "USER"})
		d.Must(err)
		sum := 0.0
		for _, h := range got.Halves {
			sum += h.Calls
		}
		if len(got.Halves) != 48 || sum == 0 {
			t.Errorf("%d half hours, %.2f calls expected", len(got.Halves), sum)
		}
	})
}
