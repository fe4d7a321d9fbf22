package app_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// shiftEnding is the shift of who that ends next.
func shiftEnding(d *testkit.Desk, who desk.Viewer) desk.ShiftID {
	d.T.Helper()
	h, err := d.App.Handover(d.Ctx(), who, 0)
	d.Must(err)
	if h.Shift.Staff != who.Staff {
		d.T.Fatalf("the shift that ends next is of %s", h.Shift.Name)
	}
	return h.Shift.ID
}

func alerts(d *testkit.Desk, kind desk.AlertKind) (n int) {
	d.T.Helper()
	b, err := d.App.Board(d.Ctx(), d.Omar, app.BoardFilter{})
	d.Must(err)
	for _, al := range b.Alerts {
		if al.Alert.Kind == kind {
			n++
		}
	}
	return n
}

func TestShiftIsHandedOver(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms")
		d.AdvanceTo(d.At(3, 13, 0)) // Priya is there until four
		pr, err := a.MakePromise(ctx, d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 17, 0)})
		d.Must(err)
		d.Must(a.GivePromise(ctx, d.Priya, maria.Got.Ref, pr.ID, d.Priya.Staff, ""))
		shift := shiftEnding(d, d.Priya)
		h, err := a.Handover(ctx, d.Priya, shift)
		d.Must(err)
		if len(h.Items) != 1 || !h.Items[0].Must || !h.Next.Equal(d.At(4, 2, 0)) || h.Change.Progress != "0 of 1 accepted." || h.Items[0].Receiver == "" {
			t.Fatalf("%+v", h)
		}
		if err := a.SignHandover(ctx, d.Priya, shift, ""); !desk.Is(err, desk.Conflict) {
			t.Errorf("signed with something left: %v", err)
		}
		said := desk.HandoverWords{Summary: "Wants pounds.", Plan: "If the switch fails, call Dana."}
		d.Must(a.NoteHandover(ctx, d.Priya, shift, maria.Got.Ref, pr.ID, desk.HandoverWords{}, said))
		if err := a.AcceptPromise(ctx, d.Priya, shift, maria.Got.Ref, pr.ID, said, "I will"); !desk.Is(err, desk.Invalid) {
			t.Errorf("she accepts her own: %v", err)
		}
		if err := a.AcceptPromise(ctx, d.Eve, shift, maria.Got.Ref, pr.ID, said, "I will"); !desk.Is(err, desk.NotFound) && !desk.Is(err, desk.Conflict) {
			t.Errorf("somebody of another hospital: %v", err)
		}
		d.Must(a.AcceptPromise(ctx, d.Sam, shift, maria.Got.Ref, pr.ID, said, "I will write by five"))
		d.Must(a.AcceptPromise(ctx, d.Sam, shift, maria.Got.Ref, pr.ID, said, "I will write by five"))
		if err := a.AcceptPromise(ctx, d.Ana, shift, maria.Got.Ref, pr.ID, said, "I will"); !desk.Is(err, desk.Conflict) {
			t.Errorf("accepted twice: %v", err)
		}
		h, err = a.Handover(ctx, d.Priya, shift)
		d.Must(err)
		if !h.Change.SignOff || h.Items[0].By != "Sam Ortiz" || h.Items[0].Promise.Owner != d.Sam.Staff || h.Items[0].Item.Plan != "If the switch fails, call Dana." || h.Items[0].Item.ReadBack != "I will write by five" {
			t.Errorf("%+v", h.Items)
		}
		d.Must(a.SignHandover(ctx, d.Priya, shift, ""))
		if page := maria.Page(d.Sam); !slices.ContainsFunc(page.Events, func(e desk.Event) bool {
			return e.Type == desk.PromiseGiven && e.Data.Reason == desk.GivenAtHandover && e.Data.Shift == shift && e.Data.Owner == d.Sam.Staff
		}) {
			t.Error("it is not in the history")
		}
		d.AdvanceTo(d.At(3, 16, 20))
		d.Must(a.LookAround(ctx))
		if n := alerts(d, desk.AlertHandover); n != 0 {
			t.Errorf("%d alerts although all was handed over", n)
		}
	})
}

// Nothing falls between shifts: what nobody accepted is before those who lead, once.
func TestShiftThatLeavesAPromiseAlerts(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		d.AdvanceTo(d.At(3, 13, 0))
		maria, rosa := d.Maria().Calls(d.Sam, "My chart shows kilograms"), d.Rosa().Calls(d.Sam, "No veo libras")
		for _, p := range []*testkit.Person{maria, rosa} { // their promises have the same id
			pr, err := a.MakePromise(ctx, d.Priya, p.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 18, 0)})
			d.Must(err)
			d.Must(a.GivePromise(ctx, d.Priya, p.Got.Ref, pr.ID, d.Priya.Staff, ""))
		}
		d.AdvanceTo(d.At(3, 16, 10))
		d.Must(a.LookAround(ctx))
		if n := alerts(d, desk.AlertHandover); n != 0 {
			t.Errorf("%d alerts before somebody could accept", n)
		}
		h, err := a.Handover(ctx, d.Ana, 0)
		d.Must(err)
		i := slices.IndexFunc(h.Shifts, func(s app.HandoverShift) bool { return s.Staff == d.Priya.Staff })
		h, err = a.Handover(ctx, d.Ana, h.Shifts[i].ID)
		d.Must(err)
		if len(h.Items) != 2 || !h.Expired {
			t.Errorf("a supervisor sees %+v", h)
		}
		d.AdvanceTo(d.At(3, 16, 15))
		for range 2 {
			d.Must(a.LookAround(ctx))
			if n := alerts(d, desk.AlertHandover); n != 2 {
				t.Errorf("%d alerts, want one for each promise", n)
			}
			d.Restart()
			a = d.App
		}
		shift := h.Shift.ID
		if err := a.SignHandover(ctx, d.Ana, shift, ""); !desk.Is(err, desk.Invalid) {
			t.Errorf("no reason: %v", err)
		}
		d.Must(a.SignHandover(ctx, d.Ana, shift, "Priya fell ill. I call both."))
		h, err = a.Handover(ctx, d.Ana, shift)
		d.Must(err)
		if h.Signed.SignedBy != d.Ana.Staff || h.Signed.Reason == "" {
			t.Errorf("%+v", h.Signed)
		}
	})
}

// priyaOwes is a promise to Maria that Priya has to hand over at four, and the shift of hers.
func priyaOwes(d *testkit.Desk) (maria *testkit.Person, p desk.Promise, shift desk.ShiftID) {
	d.T.Helper()
	maria = d.Maria().Calls(d.Sam, "My chart shows kilograms")
	d.AdvanceTo(d.At(3, 15, 0))
	p, err := d.App.MakePromise(d.Ctx(), d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 18, 0)})
	d.Must(err)
	d.Must(d.App.GivePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, d.Priya.Staff, ""))
	return maria, p, shiftEnding(d, d.Priya)
}

// Priya and her supervisor write to one promise at once: what both changed is refused, with who wrote and when, and what
// one of them changed stands.
func TestTwoWriteToOneHandover(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		maria, p, shift := priyaOwes(d)
		stands := func(want desk.HandoverWords, by desk.Viewer) {
			t.Helper()
			h, err := a.Handover(ctx, d.Sam, shift)
			d.Must(err)
			if have := h.Items[0]; have.Words() != want || have.Wrote != by.Name {
				t.Errorf("there stands %+v by %s, want %+v by %s", have.Words(), have.Wrote, want, by.Name)
			}
		}
		about := maria.Page(d.Sam).Ticket.Subject
		first := desk.HandoverWords{Summary: about}
		stands(first, desk.Viewer{})
		d.Must(a.NoteHandover(ctx, d.Priya, shift, maria.Got.Ref, p.ID, first, desk.HandoverWords{Summary: "Wants pounds."}))
		if err := a.NoteHandover(ctx, d.Ana, shift, maria.Got.Ref, p.ID, first, desk.HandoverWords{Summary: "Angry."}); code(err) != "handover.written" || !strings.Contains(err.Error(), "Priya Nair wrote here at 3:00 p.m. CT, while you did.") {
			t.Errorf("over Priya’s words: %v", err)
		}
		stands(desk.HandoverWords{Summary: "Wants pounds."}, d.Priya)
		// Ana leaves the summary as she saw it, and writes what to do.
		d.Must(a.NoteHandover(ctx, d.Ana, shift, maria.Got.Ref, p.ID, first, desk.HandoverWords{Summary: about, Plan: "If the switch fails, call Dana."}))
		all := desk.HandoverWords{Summary: "Wants pounds.", Plan: "If the switch fails, call Dana."}
		stands(all, d.Ana)
		d.Must(a.NoteHandover(ctx, d.Priya, shift, maria.Got.Ref, p.ID, first, desk.HandoverWords{Summary: "Wants pounds."})) // sent twice
		stands(all, d.Ana)
		if err := a.NoteHandover(ctx, d.Ana, shift, maria.Got.Ref, p.ID, first, desk.HandoverWords{Summary: about, Plan: "Call Lou."}); !strings.Contains(err.Error(), "You wrote here at 3:00 p.m. CT, in another window.") {
			t.Errorf("over her own words of another window: %v", err)
		}
	})
}

// What was written since the page was drawn is read before the promise is accepted; what somebody else has by now is not
// written to any more, so that no words go where nobody reads them.
func TestAHandoverIsReadBeforeItIsAccepted(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		maria, p, shift := priyaOwes(d)
		none, said := desk.HandoverWords{}, desk.HandoverWords{Summary: "Wants pounds.", Plan: "If he calls, be brief."}
		d.Must(a.NoteHandover(ctx, d.Priya, shift, maria.Got.Ref, p.ID, none, said))
		if err := a.AcceptPromise(ctx, d.Sam, shift, maria.Got.Ref, p.ID, none, "I will write"); code(err) != "handover.written" || !strings.Contains(err.Error(), "Priya Nair wrote here at 3:00 p.m. CT") {
			t.Errorf("accepted unread: %v", err)
		}
		d.Must(a.AcceptPromise(ctx, d.Sam, shift, maria.Got.Ref, p.ID, said, "I will write"))
		if err := a.NoteHandover(ctx, d.Priya, shift, maria.Got.Ref, p.ID, said, desk.HandoverWords{Summary: "Wants stones."}); code(err) != "handover.taken" || !strings.Contains(err.Error(), "Sam Ortiz has accepted this already.") {
			t.Errorf("written after it was accepted: %v", err)
		}
	})
	testkit.Each(t, func(d *testkit.Desk) {
		maria, _, shift := priyaOwes(d)
		p, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 19, 0)})
		d.Must(err)
		if err := d.App.NoteHandover(d.Ctx(), d.Priya, shift, maria.Got.Ref, p.ID, desk.HandoverWords{}, desk.HandoverWords{Summary: "Wants pounds."}); code(err) != "handover.given" {
			t.Errorf("written to what is not hers: %v", err)
		}
	})
}

func TestOneOfTwoAcceptsAPromise(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "My chart shows kilograms")
		d.AdvanceTo(d.At(3, 15, 0))
		pr, err := d.App.MakePromise(d.Ctx(), d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 18, 0)})
		d.Must(err)
		d.Must(d.App.GivePromise(d.Ctx(), d.Priya, maria.Got.Ref, pr.ID, d.Priya.Staff, ""))
		shift := shiftEnding(d, d.Priya)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, v := range []desk.Viewer{d.Sam, d.Ana} {
			wg.Go(func() {
				errs[i] = d.App.AcceptPromise(d.Ctx(), v, shift, maria.Got.Ref, pr.ID, desk.HandoverWords{}, "I will write")
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !desk.Is(err, desk.Conflict) {
				t.Error(err)
			}
		}
		h, err := d.App.Handover(d.Ctx(), d.Priya, shift)
		d.Must(err)
		if won != 1 || h.Items[0].Promise.Owner != h.Items[0].Item.AcceptedBy {
			t.Errorf("%d accepted it: %v; %+v", won, errs, h.Items[0].Item)
		}
	})
}

// Nobody signs for promises that they cannot see.
func TestNobodySignsForOtherHospitals(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 13, 0))
		rosa := d.Rosa().Calls(d.Sam, "No veo libras")
		p, err := d.App.MakePromise(d.Ctx(), d.Priya, rosa.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 17, 0)})
		d.Must(err)
		d.Must(d.App.GivePromise(d.Ctx(), d.Priya, rosa.Got.Ref, p.ID, d.Priya.Staff, ""))
		shift := shiftEnding(d, d.Priya)
		mercyOnly := d.Ana
		mercyOnly.Clients = []desk.ClientID{d.Mercy.ID}
		if err := d.App.SignHandover(d.Ctx(), mercyOnly, shift, "she had to go"); code(err) != "handover.hidden" {
			t.Errorf("signed by somebody who does not see St. Anne: %v", err)
		}
		d.Must(d.App.SignHandover(d.Ctx(), d.Ana, shift, "she had to go"))
	})
}

// Priya is away from the end of her shift on, whatever other shift she is rostered for: what she owns is handed over,
// and nobody waits for her to come back.
func TestWhoIsAwayHandsOver(t *testing.T) {
	for _, c := range []struct {
		what        string
		start       int // of her other shift
		away        bool
		items, left int
	}{
		{"a shift that follows", 16, false, 0, 0},
		{"one that follows, and she is away", 16, true, 1, 1},
		{"one that comes later", 17, false, 1, 0},
		{"one that comes later, and she is away", 17, true, 1, 1},
	} {
		t.Run(c.what, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				d.AdvanceTo(d.At(3, 13, 0))
				maria := d.Maria().Calls(d.Sam, "kilograms")
				p, err := d.App.MakePromise(d.Ctx(), d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 18, 0)})
				d.Must(err)
				d.Must(d.App.GivePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, d.Priya.Staff, ""))
				d.Must(second(d.App.AddShifts(d.Ctx(), desk.System("test"), "Pri@kept.example", []coverage.Shift{{Start: d.At(3, c.start, 0), End: d.At(3, 20, 0), Seats: 1}})))
				if c.away {
					d.Must(second(d.App.AddAbsence(d.Ctx(), d.Priya, app.AbsenceIn{Start: d.At(3, 16, 0), End: d.At(4, 7, 0)})))
				}
				d.AdvanceTo(d.At(3, 15, 0))
				h, err := d.App.Handover(d.Ctx(), d.Priya, 0)
				d.Must(err)
				if len(h.Items) != c.items {
					t.Errorf("%d promises to hand over at 15:00, want %d", len(h.Items), c.items)
				}
				d.AdvanceTo(d.At(3, 16, 20))
				d.Must(d.App.LookAround(d.Ctx()))
				left := alerts(d, desk.AlertHandover)
				if left != c.left {
					t.Errorf("%d alerts of what a shift has left, want %d", left, c.left)
				}
			})
		})
	}
}

// Priya leaves at two for the dentist, or says so when the end of her shift was looked at already: what is due while she
// is away comes before those who lead as it does at the end of a shift, and once, also when they have taken care of it.
func TestAnAbsenceHandsOver(t *testing.T) {
	for _, c := range []struct {
		what       string
		shift      int // of another shift of hers, until eight; 0: none
		said       time.Duration
		start, end time.Duration // of the day
		due        int
		quiet      time.Duration // until when nothing is said
		left       int
	}{
		{"away from two on", 0, 13 * time.Hour, 14 * time.Hour, 31 * time.Hour, 15, 14*time.Hour + 14*time.Minute, 1},
		{"said when she has gone", 0, 14*time.Hour + 30*time.Minute, 14 * time.Hour, 31 * time.Hour, 18, 14*time.Hour + 44*time.Minute, 1},
		{"back before it is due", 0, 13 * time.Hour, 14 * time.Hour, 15 * time.Hour, 16, 15 * time.Hour, 0},
		{"back after it was due", 0, 13 * time.Hour, 14 * time.Hour, 15*time.Hour + 30*time.Minute, 15, 14*time.Hour + 14*time.Minute, 1},
		{"said after the end of her shift, away from her next one", 17, 16*time.Hour + 20*time.Minute, 16*time.Hour + 30*time.Minute, 31 * time.Hour, 18, 16*time.Hour + 34*time.Minute, 1},
	} {
		t.Run(c.what, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				day := d.At(3, 0, 0)
				d.AdvanceTo(d.At(3, 12, 0))
				maria := d.Maria().Calls(d.Sam, "kilograms")
				p, err := d.App.MakePromise(d.Ctx(), d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, c.due, 0)})
				d.Must(err)
				d.Must(d.App.GivePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, d.Priya.Staff, ""))
				if c.shift != 0 {
					d.Must(second(d.App.AddShifts(d.Ctx(), desk.System("test"), "Pri@kept.example", []coverage.Shift{{Start: d.At(3, c.shift, 0), End: d.At(3, 20, 0), Seats: 1}})))
				}
				look := func(at time.Time) int {
					d.AdvanceTo(at)
					d.Must(d.App.LookAround(d.Ctx()))
					return alerts(d, desk.AlertHandover)
				}
				if n := look(day.Add(c.said)); n != 0 {
					t.Errorf("%d alerts before she is away", n)
				}
				d.Must(second(d.App.AddAbsence(d.Ctx(), d.Priya, app.AbsenceIn{Start: day.Add(c.start), End: day.Add(c.end)})))
				if n := look(day.Add(c.quiet)); n != 0 {
					t.Errorf("%d alerts before somebody could take over", n)
				}
				for range 2 {
					if n := look(day.Add(c.quiet + time.Minute)); n != c.left {
						t.Errorf("%d alerts, want %d", n, c.left)
					}
					d.Restart()
				}
				for _, al := range must(d.App.Board(d.Ctx(), d.Omar, app.BoardFilter{})).Alerts {
					if al.Alert.Kind == desk.AlertHandover {
						d.Must(d.App.AckAlert(d.Ctx(), d.Ana, al.Alert.ID))
					}
				}
				if p.Due.After(d.At(3, 16, 20)) {
					if n := look(d.At(3, 16, 50)); n != 0 {
						t.Errorf("%d alerts once more at the end of her shift", n)
					}
				}
			})
		})
	}
}

// hers is a promise of somebody's to write to Maria, made as late as at noon of the day before, so that they have it when they go.
func hers(d *testkit.Desk, who desk.Viewer, due time.Time) (desk.Ref, desk.Promise) {
	d.T.Helper()
	maria := d.Maria().Calls(who, "My chart shows kilograms")
	p, err := d.App.MakePromise(d.Ctx(), who, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: due})
	d.Must(err)
	d.Must(d.App.GivePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, who.Staff, ""))
	return maria.Got.Ref, p
}

// looks is how many promises those who lead have been told are left, when it is looked at an instant.
func looks(d *testkit.Desk, at time.Time) int {
	d.T.Helper()
	d.AdvanceTo(at)
	d.Must(d.App.LookAround(d.Ctx()))
	return alerts(d, desk.AlertHandover)
}

// The turn of a rota is handed over as a shift that was entered by hand: its items are written, accepted and signed off.
func TestATurnIsHandedOver(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		evenings(d)
		d.AdvanceTo(d.At(3, 23, 0))
		ref, p := hers(d, d.Sam, d.At(4, 12, 0)) // his turn is from five to eight, and his shift from two on
		d.AdvanceTo(d.At(4, 7, 0))
		shift := shiftEnding(d, d.Sam)
		h := must(d.App.Handover(d.Ctx(), d.Sam, shift))
		said := desk.HandoverWords{Summary: "Wants pounds.", Plan: "If the switch fails, call Dana."}
		if !h.Shift.End.Equal(d.At(4, 8, 0)) || len(h.Items) != 1 {
			t.Fatalf("%d to hand over at %s", len(h.Items), h.Shift.End.In(d.At(4, 0, 0).Location()))
		}
		d.Must(d.App.NoteHandover(d.Ctx(), d.Sam, shift, ref, p.ID, h.Items[0].Words(), said))
		d.Must(d.App.AcceptPromise(d.Ctx(), d.Ana, shift, ref, p.ID, said, "I will write by noon"))
		d.Must(d.App.SignHandover(d.Ctx(), d.Sam, shift, ""))
		d.Restart()
		if h = must(d.App.Handover(d.Ctx(), d.Sam, shift)); h.Signed.SignedBy != d.Sam.Staff || !h.Shifts[0].Signed || h.Items[0].Item.Plan == "" {
			t.Errorf("%+v, %+v", h.Signed, h.Items)
		}
		if n := looks(d, d.At(4, 8, 20)); n != 0 {
			t.Errorf("%d alerts although all was handed over", n)
		}
	})
}

// Sam has a turn from five to eight and nothing before two in the afternoon. What is due in between and nobody has taken over
// comes before those who lead a quarter of an hour after he has gone, whatever has made him go then.
func TestTheEndOfATurnHandsOver(t *testing.T) {
	override := func(out, in func(*testkit.Desk) desk.StaffID, from, until int) func(*testing.T, *testkit.Desk, desk.Rota) {
		return func(t *testing.T, d *testkit.Desk, r desk.Rota) {
			d.Must(d.App.AddOverride(d.Ctx(), d.Ana, app.OverrideIn{Rota: r.ID, Version: r.Version, Out: out(d), In: in(d), Start: d.At(4, from, 0), End: d.At(4, until, 0)}))
		}
	}
	sam := func(d *testkit.Desk) desk.StaffID { return d.Sam.Staff }
	priya := func(d *testkit.Desk) desk.StaffID { return d.Priya.Staff }
	nobody := func(*testkit.Desk) desk.StaffID { return 0 }
	away := func(day, from, until int) func(*testing.T, *testkit.Desk, desk.Rota) {
		return func(t *testing.T, d *testkit.Desk, _ desk.Rota) {
			d.Must(second(d.App.AddAbsence(d.Ctx(), d.Sam, app.AbsenceIn{Start: d.At(day, from, 0), End: d.At(day, until, 0)})))
		}
	}
	for _, c := range []struct {
		what   string
		change func(*testing.T, *testkit.Desk, desk.Rota)
		due    int
		gone   int // the hour of the fourth at which he goes; 0: nothing is left
	}{
		{"his turn ends", nil, 12, 8},
		{"he is back before it is due", nil, 15, 0},
		{"Priya takes his last hour", override(sam, priya, 7, 8), 12, 7},
		{"nobody takes his last hour", override(sam, nobody, 7, 8), 12, 7},
		{"Priya takes his first hour", override(sam, priya, 5, 6), 12, 8},
		{"he comes in for two hours more", override(nobody, sam, 8, 10), 12, 10},
		{"he comes in until his shift", override(nobody, sam, 8, 14), 13, 0},
		{"he comes in later, before it is due", override(nobody, sam, 11, 12), 12, 0},
		{"Priya has his turn by a swap", func(t *testing.T, d *testkit.Desk, r desk.Rota) {
			span := func(day int) coverage.Span { return coverage.Span{Start: d.At(day, 5, 0), End: d.At(day, 8, 0)} }
			s, err := d.App.AskSwap(d.Ctx(), d.Sam, app.SwapIn{Rota: r.ID, To: d.Priya.Staff, Give: span(4), Take: span(5)})
			d.Must(err)
			d.Must(only(d.App.AnswerSwap(d.Ctx(), d.Priya, s.ID, app.SwapYes)))
		}, 12, 2}, // his shift of the evening before ends then
		{"away in the middle, and back", away(4, 6, 7), 12, 8},
		{"away in the middle, and due then", away(4, 6, 8), 7, 6},
		{"away for the rest of it, and for his shift", away(4, 6, 23), 15, 6},
		{"away for all of it", away(4, 4, 9), 12, 2},
	} {
		t.Run(c.what, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				r := evenings(d)
				d.AdvanceTo(d.At(3, 23, 0))
				ref, p := hers(d, d.Sam, d.At(4, c.due, 0))
				if c.change != nil {
					c.change(t, d, r)
				}
				gone := c.gone
				if gone == 0 {
					gone = c.due - 1
				}
				if n := looks(d, d.At(4, gone, 14)); n != 0 {
					t.Errorf("%d alerts before somebody could take over", n)
				}
				for range 2 {
					if n := looks(d, d.At(4, gone, 15)); n != min(c.gone, 1) {
						t.Fatalf("%d alerts a quarter of an hour after %d", n, gone)
					}
					d.Restart()
				}
				if c.gone == 0 {
					return
				}
				for _, al := range must(d.App.Board(d.Ctx(), d.Omar, app.BoardFilter{})).Alerts {
					d.Must(d.App.AckAlert(d.Ctx(), d.Omar, al.Alert.ID))
				}
				for _, minute := range []int{16, 20, 40} {
					if n := looks(d, d.At(4, gone, minute)); n != 0 {
						t.Errorf("%d alerts once more at %d:%d", n, gone, minute)
					}
				}
				// Whoever has it then and goes as well is another one.
				d.Must(d.App.GivePromise(d.Ctx(), d.Omar, ref, p.ID, d.Omar.Staff, ""))
				if n := looks(d, d.At(4, gone, 50)); n != 0 {
					t.Errorf("%d alerts of what somebody has who is there", n)
				}
			})
		})
	}
}

// Two turns that meet, of two rotas or of one, are no end for whoever has both; neither is a turn that goes on in a shift.
func TestWhoWorksOnHandsNothingOver(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for _, r := range []struct{ name, hours string }{{"Early", "02:00-06:00"}, {"Late", "06:00-14:00"}} {
			d.Must(second(d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{Name: r.name, Layers: []app.LayerIn{{People: []desk.StaffID{d.Sam.Staff}, Every: coverage.Daily, Count: 1,
				Zone: "America/Chicago", At: "04:00", Start: "2026-06-03", Hours: r.hours}}, Seats: 1})))
		}
		d.AdvanceTo(d.At(3, 23, 0))
		hers(d, d.Sam, d.At(5, 3, 0)) // he works on to two of that night, and then his next turn begins
		for _, at := range []time.Time{d.At(4, 2, 15), d.At(4, 4, 15), d.At(4, 6, 15), d.At(4, 8, 15), d.At(4, 14, 15), d.At(5, 2, 15)} {
			if n := looks(d, at); n != 0 {
				t.Errorf("%d alerts at %s", n, at)
			}
		}
	})
}

// She is away from Wednesday to Sunday. What is due on one of these days comes before those who lead a day before it is due, once,
// and not all on the first day.
func TestAnAbsenceOfDaysHandsOverEachDay(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 9, 0))
		for _, due := range []time.Time{d.At(3, 20, 0), d.At(5, 11, 0), d.At(6, 18, 0), d.At(8, 11, 0)} { // on the eighth she is back
			hers(d, d.Priya, due)
		}
		d.AdvanceTo(d.At(3, 13, 0))
		d.Must(second(d.App.AddAbsence(d.Ctx(), d.Priya, app.AbsenceIn{Start: d.At(3, 14, 0), End: d.At(8, 7, 0)})))
		for _, c := range []struct {
			at   time.Time
			left int
		}{
			{d.At(3, 14, 14), 0}, {d.At(3, 14, 15), 1}, {d.At(3, 16, 15), 0}, {d.At(4, 9, 0), 0},
			{d.At(4, 10, 59), 0}, {d.At(4, 11, 1), 1}, {d.At(4, 12, 30), 0}, {d.At(5, 17, 59), 0}, {d.At(5, 18, 1), 1},
			{d.At(6, 10, 0), 0}, {d.At(7, 11, 1), 0}, {d.At(8, 10, 0), 0},
		} {
			if n := looks(d, c.at); n != c.left {
				t.Errorf("%d alerts at %s, want %d", n, c.at.Format("2 Jan 15:04"), c.left)
			}
			d.Restart()
			for _, al := range must(d.App.Board(d.Ctx(), d.Omar, app.BoardFilter{})).Alerts {
				d.Must(d.App.AckAlert(d.Ctx(), d.Omar, al.Alert.ID))
			}
		}
	})
}

// What she leaves when she goes to the dentist is handed over before: her shift ends then, unless she comes back in it.
func TestWhoLeavesEarlyHandsOverThen(t *testing.T) {
	for name, c := range map[string]struct{ back, end int }{"for the rest of her shift": {23, 14}, "for an hour": {15, 16}} {
		t.Run(name, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				d.AdvanceTo(d.At(3, 12, 0))
				maria := d.Maria().Calls(d.Sam, "kilograms")
				p, err := d.App.MakePromise(d.Ctx(), d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 18, 0)})
				d.Must(err)
				d.Must(d.App.GivePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, d.Priya.Staff, ""))
				d.Must(second(d.App.AddAbsence(d.Ctx(), d.Priya, app.AbsenceIn{Start: d.At(3, 14, 0), End: d.At(3, c.back, 0)})))
				d.Advance(time.Minute)
				h, err := d.App.Handover(d.Ctx(), d.Priya, 0)
				d.Must(err)
				if !h.Shift.End.Equal(d.At(3, c.end, 0)) || len(h.Items) != 1 {
					t.Errorf("%d to hand over at %s", len(h.Items), h.Shift.End.In(d.At(3, 0, 0).Location()))
				}
				d.AdvanceTo(d.At(3, 14, 5))
				if c.end == 14 {
					d.Must(d.App.AcceptPromise(d.Ctx(), d.Sam, h.Shift.ID, maria.Got.Ref, p.ID, desk.HandoverWords{}, "I will write by six"))
				}
			})
		})
	}
}

// A certificate that ends before a promise of its holder is due is seen at once, whoever else has the skill and however
// far ahead it is.
func TestACertificateThatEndsBeforeAPromiseIsARisk(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		atRisk := func() (why []string) {
			board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
			d.Must(err)
			for _, line := range board.AtRisk {
				for _, r := range line.Danger.Risks {
					why = append(why, r.String())
				}
			}
			return why
		}
		d.Maria().Calls(d.Sam, "pounds please").Promised(d.Sam, d.At(5, 15, 0)) // Priya's, in more than two days
		d.Must(d.App.Certify(d.Ctx(), d.Ana, d.Sam.Staff, "PORTAL", time.Time{}))
		d.Must(d.App.Certify(d.Ctx(), d.Ana, d.Priya.Staff, "PORTAL", d.At(5, 15, 30)))
		if why := atRisk(); len(why) != 0 {
			t.Fatalf("certified until the end of the window: %v", why)
		}
		d.Must(d.App.Certify(d.Ctx(), d.Ana, d.Priya.Staff, "PORTAL", d.At(5, 10, 0)))
		if why := atRisk(); !slices.Contains(why, "owner’s certificate ends before") {
			t.Errorf("two days ahead: %v", why)
		}
		d.AdvanceTo(d.At(5, 9, 0))
		if why := atRisk(); !slices.Contains(why, "owner’s certificate ends before") {
			t.Errorf("on that day: %v", why)
		}
	})
}
