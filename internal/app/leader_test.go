package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// Each way to end is counted once, where it belongs; those of another client never.
func TestFiguresCountEachWayToEnd(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ruth := desk.Viewer{Who: desk.WhoLeader, Role: desk.Leader, Of: d.Mercy.ID}
		figures := func(p app.Period) app.Figures {
			t.Helper()
			d.Advance(5 * time.Second) // figures are at most four seconds old
			f, err := d.App.Figures(d.Ctx(), ruth, d.Mercy.ID, p)
			d.Must(err)
			return f
		}
		maria := d.Maria().Calls(d.Sam, "pounds please")
		d.Rosa().Calls(d.Sam, "no puedo entrar") // of St. Anne
		p := maria.Promised(d.Sam, d.At(3, 8, 0))
		f := figures(app.ThisMonth)
		if f.Opened != 1 || f.Open != 1 || f.Due() != f.Kept || len(f.Breaks) != 0 {
			t.Fatalf("one question: %+v", f)
		}
		kept := f.Kept // the answer on the phone
		moved, err := d.App.MovePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID, desk.MovedByPerson, d.At(3, 9, 0))
		d.Must(err)
		if f = figures(app.ThisMonth); f.MovedByPerson != 1 || f.MovedByUs != 0 || f.Due() != kept {
			t.Errorf("she moved it: %+v", f)
		}
		d.AdvanceTo(moved.Due.Add(time.Minute)) // nobody calls
		f = figures(app.ThisMonth)
		if f.Broken < 1 || len(f.Breaks) != f.Broken || f.Due() != f.Broken+f.Kept {
			t.Fatalf("broken: %+v", f)
		}
		b := f.Breaks[len(f.Breaks)-1]
		for _, x := range f.Breaks {
			if x.ID == moved.ID {
				b = x
			}
		}
		if b.ID != moved.ID || b.Ref != maria.Got.Ref || !b.At.Equal(moved.Due) || b.ToldAt.IsZero() || !b.Repair.Live() || b.RepairDue.IsZero() {
			t.Errorf("the break: %+v", b)
		}
		repair := maria.Promise()
		broken := f.Broken
		d.Must(d.App.TryPromise(d.Ctx(), d.Ana, maria.Got.Ref, repair.ID))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, repair.ID, "", nil))
		f = figures(app.ThisMonth)
		if f.Repaired != 1 || f.Kept != kept || f.Broken != broken {
			t.Errorf("made good: %+v", f)
		}
		d.Must(d.App.SayFixed(d.Ctx(), maria.Viewer()))
		if f = figures(app.ThisMonth); f.Confirmed != 1 || f.Open != 0 || f.NotFixed != 0 || f.Asking == 0 {
			t.Errorf("she said yes: %+v", f)
		}
		_, err = d.App.SayNotFixed(d.Ctx(), maria.Viewer(), "Kilograms again", time.Time{})
		d.Must(err)
		if f = figures(app.ThisMonth); f.Confirmed != 0 || f.Open != 1 || f.NotFixed != 1 {
			t.Errorf("not fixed: %+v", f)
		}
		if f = figures(app.LastMonth); f.Due()+f.Opened+f.Repaired+len(f.Breaks) != 0 {
			t.Errorf("the month before: %+v", f)
		}
		// St. Anne's own page knows of nothing that happened at Mercy.
		f, err = d.App.Figures(d.Ctx(), d.Eve, d.Anne.ID, app.ThisMonth)
		d.Must(err)
		if f.Opened != 1 || f.Confirmed+f.NotFixed+f.MovedByPerson+f.Repaired != 0 {
			t.Errorf("St. Anne: %+v", f)
		}
	})
}

// A leader hears that something has changed at the own hospital, not what, and nothing of others.
func TestALeaderHearsNoNumber(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ruth := d.App.Listen(d.Ctx(), desk.Viewer{Who: desk.WhoLeader, Of: d.Mercy.ID})
		d.Rosa().Calls(d.Eve, "no puedo entrar")
		select {
		case c := <-ruth:
			t.Fatalf("of St. Anne: %+v", c)
		default:
		}
		d.Maria().Calls(d.Sam, "pounds please")
		if c := <-ruth; c != (app.Change{Client: d.Mercy.ID}) {
			t.Errorf("heard %+v", c)
		}
	})
}
