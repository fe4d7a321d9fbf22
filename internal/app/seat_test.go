package app_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// What a process remembers of seats is what it would read: after each promise, move and end its windows are those of
// a process that has just begun.
func TestSeatsAreRememberedAsTheyAre(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		same := func(after string) {
			t.Helper()
			fresh := app.New(app.Options{DB: d.DB})
			ask := func(a *app.App) []app.Window {
				ws, err := a.WindowsFor(d.Ctx(), d.Sam, d.Mercy.ID, "PORTAL", "", d.Now(), 4)
				d.Must(err)
				return ws
			}
			if mine, theirs := ask(d.App), ask(fresh); !reflect.DeepEqual(mine, theirs) {
				t.Fatalf("after %s the windows are\n%+v, and should be\n%+v", after, mine, theirs)
			}
		}
		same("nothing")
		maria := d.Maria()
		maria.Calls(d.Sam, "pounds please")
		p := maria.Promised(d.Sam, d.At(3, 8, 30))
		same("a promise")
		rosa := d.Rosa()
		rosa.Calls(d.Sam, "no puedo entrar")
		rosa.Promised(d.Sam, d.At(3, 8, 30))
		same("the last seat")
		p, err := d.App.MovePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID, desk.MovedByPerson, d.At(4, 9, 0))
		d.Must(err)
		same("a move")
		d.Must(d.App.KeepPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID, "talked about pounds", nil))
		same("an end")
		_, err = d.App.AddAbsence(d.Ctx(), d.Priya, app.AbsenceIn{Start: d.At(3, 10, 0), End: d.At(3, 12, 0)})
		d.Must(err)
		same("an absence")
		d.Advance(17 * time.Hour) // what was promised breaks, and is repaired
		same("a break")
	})
}

// However far ahead it is, a promise whose owner will not be there is on the board at once.
func TestAPromiseFarAheadIsOnTheBoardWhenItsOwnerIsAway(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Calls(d.Sam, "pounds please")
		p := maria.Promised(d.Sam, d.At(15, 9, 0))
		_, err := d.App.AddAbsence(d.Ctx(), d.Ana, app.AbsenceIn{Staff: d.Priya.Staff, Start: d.At(15, 0, 0), End: d.At(16, 0, 0)})
		d.Must(err)
		for _, v := range []desk.Viewer{d.Ana, d.Priya} {
			board, err := d.App.Board(d.Ctx(), v, app.BoardFilter{})
			d.Must(err)
			if len(board.AtRisk) != 1 || board.AtRisk[0].Promise.ID != p.ID || board.AtRisk[0].Danger.Says() != "owner off shift" {
				t.Fatalf("at risk: %+v", board.AtRisk)
			}
		}
		eve, err := d.App.Board(d.Ctx(), d.Eve, app.BoardFilter{})
		d.Must(err)
		if len(eve.AtRisk) != 0 {
			t.Errorf("Eve sees %+v", eve.AtRisk)
		}
	})
}

// So is one whose owner's certificate ends before its window does: behind more promises than a list of the board holds,
// until the certificate is renewed.
func TestAPromiseFarAheadIsOnTheBoardWhenACertificateEnds(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for i := range 51 {
			got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "pounds", Via: desk.ViaPhone, Lang: "en", Skill: "PORTAL", Channel: desk.BySMS,
				Requester: app.RequesterIn{Name: "M", Phone: fmt.Sprintf("+1312555%04d", 130+i), Proven: true}})
			d.Must(err)
			_, err = d.App.MakePromise(d.Ctx(), d.Sam, got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(10, 9, 0)})
			d.Must(err)
		}
		maria := d.Maria()
		maria.Calls(d.Sam, "pounds please")
		p := maria.Promised(d.Sam, d.At(15, 9, 0))
		lost := func(v desk.Viewer) (why []string) {
			for _, line := range must(d.App.Board(d.Ctx(), v, app.BoardFilter{})).AtRisk {
				if line.Promise.ID == p.ID && line.Promise.Client == p.Client {
					why = append(why, line.Danger.Says())
				}
			}
			return why
		}
		until := func(at time.Time) { d.Must(d.App.Certify(d.Ctx(), d.Ana, d.Priya.Staff, "PORTAL", at)) }
		until(d.At(15, 9, 30))
		if why := lost(d.Ana); len(why) != 0 {
			t.Errorf("certified until the end of the window: %v", why)
		}
		until(d.At(15, 9, 29))
		for _, v := range []desk.Viewer{d.Ana, d.Priya} {
			if why := lost(v); !slices.Equal(why, []string{"owner’s certificate ends before"}) {
				t.Errorf("%s sees %q", v.Name, why)
			}
		}
		if why := lost(d.Eve); len(why) != 0 {
			t.Errorf("Eve sees %v", why)
		}
		until(time.Time{})
		if why := lost(d.Ana); len(why) != 0 {
			t.Errorf("renewed: %v", why)
		}
	})
}
