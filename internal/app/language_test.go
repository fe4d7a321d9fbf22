package app_test

import (
	"errors"
	"slices"
	"testing"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// speaks sets which languages somebody speaks.
func speaks(d *testkit.Desk, who desk.Viewer, languages ...string) {
	d.T.Helper()
	d.Must(d.DB.Desk(d.Ctx(), desk.System("test"), func(tx *store.DeskTx) error {
		s, err := tx.Staff(who.Staff)
		if err != nil {
			return err
		}
		s.Languages = languages
		return tx.SaveStaff(s)
	}))
}

// Rosa is promised words in Spanish, and whoever of those that know the portal speaks it has gone home. That is a danger,
// and nobody is proposed who could not say a word of it.
func TestAPromiseInSpanishNeedsSomebodyWhoSpeaksIt(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		speaks(d, d.Sam, "en")
		speaks(d, d.Eve, "en")
		knows(d, d.Sam, "PORTAL")
		rosa, maria := d.Rosa().Calls(d.Ana, "no veo mi peso en libras"), d.Maria().Calls(d.Ana, "weight in pounds")
		d.AdvanceTo(d.At(3, 15, 0)) // Priya is there until four, Sam until two at night
		var ps []desk.Promise
		for _, who := range []*testkit.Person{rosa, maria} {
			p, err := d.App.MakePromise(d.Ctx(), d.Priya, who.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 18, 0)})
			d.Must(err)
			d.Must(d.App.GivePromise(d.Ctx(), d.Priya, who.Got.Ref, p.ID, d.Priya.Staff, ""))
			ps = append(ps, p)
		}
		can := func(p desk.Promise) (names []string) {
			for _, l := range onBoard(d, p).Can {
				names = append(names, l.Name)
			}
			return names
		}
		if got := can(ps[0]); len(got) != 0 {
			t.Errorf("Rosa's promise is proposed to %q", got)
		}
		if got := can(ps[1]); !slices.Equal(got, []string{"Sam Ortiz"}) {
			t.Errorf("Maria's promise is proposed to %q", got)
		}
		err := d.App.GivePromise(d.Ctx(), d.Priya, rosa.Got.Ref, ps[0].ID, d.Sam.Staff, "")
		if !wrongAt(err, "to", "staff.off_shift") {
			t.Errorf("it is given to Sam: %v", err)
		}
		d.Must(d.App.GivePromise(d.Ctx(), d.Priya, maria.Got.Ref, ps[1].ID, d.Sam.Staff, ""))
		d.Must(d.App.GivePromise(d.Ctx(), d.Sam, maria.Got.Ref, ps[1].ID, d.Priya.Staff, ""))
		h, err := d.App.Handover(d.Ctx(), d.Priya, shiftEnding(d, d.Priya))
		d.Must(err)
		for _, i := range h.Items {
			want := "Sam Ortiz"
			if i.Client.ID == rosa.Client.ID {
				want = "Ana Ruiz" // nobody has both: who leads
			}
			if i.Receiver != want {
				t.Errorf("the promise of %s is proposed to %s: %s", i.Caller, i.Receiver, i.Why)
			}
		}
		d.AdvanceTo(d.At(3, 16, 30))
		risky := func(p desk.Promise) bool {
			return slices.ContainsFunc(onBoard(d, p).Danger.Risks, func(r coverage.Risk) bool { return r.Danger == coverage.NobodyKnows })
		}
		if !risky(ps[0]) || risky(ps[1]) {
			t.Errorf("no one with the skill: Rosa's %v, Maria's %v", risky(ps[0]), risky(ps[1]))
		}
	})
}

// A window in Spanish is not given to a free seat of somebody who does not speak it.
func TestAWindowInSpanishIsNotGivenToWhoDoesNotSpeakIt(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		speaks(d, d.Sam, "en")
		knows(d, d.Sam, "PORTAL")
		rosa := d.Rosa().Calls(d.Ana, "no veo mi peso en libras")
		p := rosa.Promised(d.Ana, d.At(3, 14, 30))
		if p.Owner != d.Priya.Staff {
			t.Fatalf("it is %d's", p.Owner)
		}
		err := d.App.GivePromise(d.Ctx(), d.Priya, rosa.Got.Ref, p.ID, d.Sam.Staff, "")
		var e *desk.Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Code != "staff.language" || e.Fields[0].Message != "Sam Ortiz does not speak Spanish, and this was promised in Spanish." {
			t.Errorf("it is given to Sam: %v", err)
		}
	})
}

// onBoard is the line of a promise on the board.
func onBoard(d *testkit.Desk, p desk.Promise) app.BoardLine {
	d.T.Helper()
	b, err := d.App.Board(d.Ctx(), d.Omar, app.BoardFilter{})
	d.Must(err)
	for _, l := range slices.Concat(b.Broken, b.AtRisk, b.Hour, b.Today) {
		if l.Promise.ID == p.ID && l.Promise.Client == p.Client {
			return l
		}
	}
	d.T.Fatalf("promise %d is not on the board", p.ID)
	return app.BoardLine{}
}
