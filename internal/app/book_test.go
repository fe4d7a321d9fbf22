package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/testkit"
)

// quick are terms under which patients and P2 hear a first word sooner than the reply target says, and P3 on office days.
func quick(a *sla.Agreement) {
	for i := range a.Targets {
		t := &a.Targets[i]
		switch {
		case t.Metric == sla.FirstResponse && len(t.When.Audiences) > 0:
			t.Allowed = 10 * time.Minute
		case t.Metric == sla.FirstResponse && t.When.Priorities[0] == "P3":
			t.Allowed = 2 * time.Hour
		}
	}
}

// The first promise falls due when the agreement's own clock does, for whoever asks and whenever.
func TestTheFirstPromiseFollowsTheAgreement(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		open := func(c desk.Client, kind desk.RequesterKind, p desk.Priority, promise *app.PromiseIn) (app.Opened, sla.Clock) {
			t.Helper()
			got, err := d.App.OpenTicket(d.Ctx(), d.Omar, c.ID, app.TicketIn{Words: "It does not work.", Via: desk.ViaWeb, Priority: p, Channel: desk.ByEmail, Promise: promise,
				Requester: app.RequesterIn{Name: "Kim Rossi", Kind: kind, Email: "kim@example.org"}})
			d.Must(err)
			page, err := d.App.Clocks(d.Ctx(), d.Omar, got.Ref)
			d.Must(err)
			for _, x := range page.Clocks {
				if x.Clock.Metric == sla.FirstResponse {
					return got, x.Clock
				}
			}
			t.Fatal("nobody owes a first word")
			return got, sla.Clock{}
		}
		// By the usual terms what people see stays the reply target of the hospital.
		if got, c := open(d.Mercy, desk.Patient, desk.P3, nil); !got.Promise.Due.Equal(d.Now().Add(4*time.Hour)) || c.Deadline.Equal(got.Promise.Due) {
			t.Errorf("by the usual terms it is due %s", got.Promise.Due)
		}
		// Agreed, and not in force yet.
		x, err := d.App.DraftAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.AgreementIn{Terms: terms(d, d.Mercy, func(a *sla.Agreement) { quick(a); a.From = d.Now().Add(time.Hour) })})
		d.Must(err)
		agrees(d, x)
		if got, _ := open(d.Mercy, desk.Patient, desk.P3, nil); !got.Promise.Due.Equal(d.Now().Add(4 * time.Hour)) {
			t.Errorf("an hour before its date it is due %s", got.Promise.Due)
		}
		d.Advance(time.Hour)
		for _, at := range []time.Time{d.Now(), d.At(3, 7, 30), d.At(5, 16, 30), d.At(6, 3, 0)} { // an evening, a morning, Friday before the office closes, Saturday night
			d.AdvanceTo(at)
			for _, kind := range []desk.RequesterKind{desk.Patient, desk.Employee} {
				for _, p := range []desk.Priority{desk.P1, desk.P2, desk.P3, desk.P4} {
					for _, promise := range []*app.PromiseIn{nil, {Kind: desk.Reply}} {
						got, c := open(d.Mercy, kind, p, promise)
						if !got.Promise.Due.Equal(c.Deadline) || c.Version != 2 || got.Promise.Source != desk.FromAgreement {
							t.Errorf("%s %s at %s: promised by %s, its clock ends %s", kind, p, at, got.Promise.Due, c.Deadline)
						}
					}
				}
			}
		}
		// Another hospital has the usual terms still.
		if got, _ := open(d.Anne, desk.Patient, desk.P3, nil); !got.Promise.Due.Equal(d.Now().Add(4 * time.Hour)) {
			t.Errorf("St. Anne: due %s", got.Promise.Due)
		}
		// A priority that changes moves no promise that was made; the clock is counted anew.
		got, _ := open(d.Mercy, desk.Employee, desk.P3, nil)
		_, err = d.App.RankTicket(d.Ctx(), d.Sam, got.Ref, app.Hurt{Stopped: true})
		d.Must(err)
		ps, err := d.App.Promises(d.Ctx(), d.Sam, got.Ref)
		d.Must(err)
		if len(ps) != 1 || !ps[0].Due.Equal(got.Promise.Due) {
			t.Errorf("the priority moved the promise: %+v", ps)
		}
		verified(d)
	})
}

// Terms without a line for what is asked leave the reply target in force.
func TestTermsThatSayNothingOfAFirstWord(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		agrees(d, drafts(d, d.Mercy, func(a *sla.Agreement) {
			keep := a.Targets[:0]
			for _, t := range a.Targets {
				if t.Metric != sla.FirstResponse {
					keep = append(keep, t)
				}
			}
			a.Targets = keep
		}))
		d.Advance(time.Minute)
		maria := d.Maria().Calls(d.Sam, "pounds please")
		if due := maria.Promise().Due; !due.Equal(d.Now().Add(4 * time.Hour)) {
			t.Errorf("due %s", due)
		}
	})
}
