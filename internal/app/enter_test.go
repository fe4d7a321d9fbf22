package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// downFrom has nobody at work from an instant for a span; then a new process starts.
func downFrom(d *testkit.Desk, from time.Time, span time.Duration) {
	d.T.Helper()
	d.AdvanceTo(from)
	d.Down(span)
	d.Restart()
	d.Settle()
}

// enters has Priya enter a call of that instant.
func enters(d *testkit.Desk, p *testkit.Person, id desk.PromiseID, at time.Time, outcome string) error {
	return d.App.EnterCall(d.Ctx(), d.Priya, p.Got.Ref, id, app.CallMade{At: at, Outcome: outcome, Note: "Called from my own phone."})
}

// Kept was down from 8:05 to 9:05; Priya reached Maria at 8:20 on another phone and enters it at 9:08.
func TestACallMadeWhileDownIsEnteredAfterwards(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise() // 8:00 to 8:30
		downFrom(d, d.At(3, 8, 5), time.Hour)
		d.Advance(3 * time.Minute)
		if o := maria.Page(d.Priya).Outage; !o.Until.Equal(d.At(3, 9, 15)) || o.Seen.After(d.At(3, 8, 5)) {
			d.T.Fatalf("the page offers no form: %+v", o)
		}
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 20), "reached"))
		page := maria.Page(d.Priya)
		for _, line := range page.Promises {
			if line.Promise.ID != p.ID {
				continue
			}
			one := line.Promise
			if one.State != desk.Kept || !one.EndedAt.Equal(d.At(3, 8, 20)) || !one.EnteredAt.Equal(d.At(3, 9, 8)) {
				d.T.Fatalf("%+v", one)
			}
			if a := line.Attempts; len(a) != 1 || a[0].StaffName != "Priya Nair" || !a[0].BeganAt.Equal(d.At(3, 8, 20)) || !a[0].EnteredAt.Equal(d.At(3, 9, 8)) {
				d.T.Fatalf("the evidence: %+v", a)
			}
		}
		d.Advance(time.Hour)
		maria.GotNoText("sorry")
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if board.Counts.Kept != 1 || board.Counts.Entered != 1 {
			d.T.Fatalf("the board counts %+v", board.Counts)
		}
	})
}

// A call that rang in vain at 8:20 was made in time: it moves on, and nothing breaks.
func TestAMissWhileDownIsEnteredAfterwards(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		downFrom(d, d.At(3, 8, 5), time.Hour)
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 20), "no_answer"))
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 20), "no_answer")) // a form that was sent twice
		next := maria.Promise()
		if next.Replaces != p.ID || next.Tries != 1 || !next.Start.After(d.Now()) {
			d.T.Fatalf("%+v", next)
		}
		d.Advance(11 * time.Minute)
		maria.GotNoText("sorry")
		maria.GotText("we called you. We call again")
	})
}

// A call at 8:45 came after the due instant: the promise broke, the call repaired it, and no text says
// that we will call.
func TestACallAfterDueWhileDownRepairs(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		downFrom(d, d.At(3, 8, 5), time.Hour)
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 45), "reached"))
		d.Advance(20 * time.Minute)
		broken, repaired := promiseOf(d, maria, p.ID), false
		for _, line := range maria.Page(d.Ana).Promises {
			repaired = repaired || line.Promise.RepairOf == p.ID && line.Promise.State == desk.Kept && !line.Promise.EnteredAt.IsZero()
		}
		if broken.State != desk.Broken || broken.ToldAt.IsZero() || !repaired {
			d.T.Fatalf("%+v, repaired: %v", broken, repaired)
		}
		maria.GotNoText("sorry")
	})
}

// A call at 8:45 that reached nobody is on record; when the hold ends the promise breaks and she is told.
func TestAMissAfterDueWhileDownChangesNothing(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		downFrom(d, d.At(3, 8, 5), time.Hour)
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 45), "busy"))
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 45), "busy")) // a form that was sent twice
		if now := promiseOf(d, maria, p.ID); !now.State.Live() || now.Tries != 1 {
			d.T.Fatalf("%+v", now)
		}
		d.Advance(10 * time.Minute)
		if now := promiseOf(d, maria, p.ID); now.State != desk.Broken {
			d.T.Fatalf("after the hold: %s", now.State)
		}
		maria.GotText("sorry")
	})
}

// A call that was begun on record before the outage is ended the same way.
func TestACallBegunBeforeTheOutage(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(d.At(3, 8, 5))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		downFrom(d, d.Now(), time.Hour)
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 10), "reached"))
		if now := promiseOf(d, maria, p.ID); now.State != desk.Kept {
			d.T.Fatalf("%+v", now)
		}
	})
}

// Only what lies between the last sign of life and now can be entered, and only while the hold lasts.
func TestWhatCannotBeEnteredAfterwards(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(d.At(3, 8, 0))
		if err := enters(d, maria, p.ID, d.Now(), "reached"); !desk.Is(err, desk.Conflict) {
			d.T.Fatalf("nothing was down: %v", err)
		}
		downFrom(d, d.At(3, 8, 5), time.Hour)
		for name, at := range map[string]time.Time{"before the outage": d.At(3, 7, 50), "in the future": d.At(3, 9, 6), "at no time": {}} {
			if err := enters(d, maria, p.ID, at, "reached"); !desk.Is(err, desk.Invalid) {
				d.T.Fatalf("%s: %v", name, err)
			}
		}
		if err := enters(d, maria, p.ID, d.At(3, 8, 20), ""); !desk.Is(err, desk.Invalid) {
			d.T.Fatalf("without an outcome: %v", err)
		}
		if err := enters(d, maria, p.ID, d.At(3, 8, 20), "gone"); !desk.Is(err, desk.Invalid) {
			d.T.Fatalf("an outcome of one's own: %v", err)
		}
		d.Advance(10 * time.Minute)
		if err := enters(d, maria, p.ID, d.At(3, 8, 20), "reached"); !desk.Is(err, desk.Conflict) {
			d.T.Fatalf("after the hold: %v", err)
		}
		if now := promiseOf(d, maria, p.ID); now.State != desk.Broken {
			d.T.Fatalf("after the hold it is %s", now.State)
		}
	})
}

// A second start within the ten minutes does not cut them short.
func TestASecondStartKeepsTheHold(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		downFrom(d, d.At(3, 8, 5), time.Hour)
		d.Advance(2 * time.Minute)
		d.Restart()
		d.Settle()
		if now := promiseOf(d, maria, p.ID); !now.State.Live() {
			d.T.Fatalf("it is %s", now.State)
		}
		d.Must(enters(d, maria, p.ID, d.At(3, 8, 20), "reached"))
	})
}

// The machine starts with its clock a day ahead, and is then set right: what is promised now does not wait
// for tomorrow, and the next outage is noticed.
func TestAClockThatWasADayAheadHoldsNothing(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.AdvanceTo(d.At(3, 8, 5))
		rosa := d.Rosa().Asks("No veo libras")
		before := rosa.Promise()
		d.Down(24 * time.Hour)
		d.Restart()
		d.Settle()
		if now := promiseOf(d, rosa, before.ID); now.State != desk.Open {
			d.T.Fatalf("with the clock ahead: %s", now.State)
		}
		d.SetBack(24 * time.Hour)
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.AdvanceTo(p.Due.Add(time.Minute))
		for who, one := range map[*testkit.Person]desk.PromiseID{maria: p.ID, rosa: before.ID} {
			if now := promiseOf(d, who, one); now.State != desk.Broken {
				d.T.Fatalf("a minute after it was due: %s", now.State)
			}
		}
		d.Down(time.Hour)
		d.Restart()
		d.Settle()
		if o := maria.Page(d.Priya).Outage; o.Until.IsZero() {
			d.T.Fatal("an hour in which nobody was there is not noticed")
		}
	})
}
