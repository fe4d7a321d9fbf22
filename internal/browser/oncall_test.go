package browser_test

import (
	"strconv"
	"testing"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
)

// TestThePagesOfBeingCalled looks at whom the escalation calls, at a rota of two layers and at what asks a second time,
// at how somebody is told, at a promise that waits for "I have it", and at the addresses of walls. KEPT_SHOTS names a
// folder for pictures.
func TestThePagesOfBeingCalled(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	layer := func(people ...desk.StaffID) app.LayerIn {
		return app.LayerIn{People: people, Every: coverage.Daily, Count: 1, Zone: "America/Chicago", At: "04:00", Start: "2026-06-03", Hours: "05:00-08:00"}
	}
	rota, err := p.App.SaveRota(p.Ctx(), p.Ana, app.RotaIn{Name: "Early birds", Layers: []app.LayerIn{layer(p.Priya.Staff), layer(p.Sam.Staff)}, Seats: 1})
	p.Must(err)
	maria := p.Maria().Calls(p.Sam, "weight in pounds")
	promise := maria.Promised(p.Sam, p.At(3, 8, 0))
	_, err = p.App.WallAddress(p.Ctx(), p.Ana, p.Mercy.ID)
	p.Must(err)
	p.AdvanceTo(p.At(3, 8, 1))
	b := p.signedIn(t, p.Omar)
	look := func(name string) {
		t.Helper()
		b.looked("oncall-" + name)
	}
	b.open("/desk/roster?change="+strconv.FormatInt(rota.ID, 10)).view(1366, 768).press("Change the escalation of promises").says("Somebody is called for")
	look("roster")
	policy, err := p.App.Escalation(p.Ctx(), p.Ana, 0, app.ForPromises)
	p.Must(err)
	policy.Seen, policy.Steps = "", policy.Steps[:3]
	p.Must(p.App.SaveEscalation(p.Ctx(), p.Ana, p.Anne.ID, app.ForPromises, policy))
	b.open("/desk/roster?hospital=st-anne").says("St. Anne Hospital has its own.").view(1366, 768).press("Change the escalation of promises of St. Anne Hospital").says("Use that of the desk")
	look("own")
	b.follow("Use that of the desk").says("St. Anne Hospital has none of its own")
	b.open("/desk/roster?change=" + strconv.FormatInt(rota.ID, 10))
	b.follow("Take out of use").says("Take Early birds out of use?")
	look("retire")
	b.follow("Leave it in use").says("Rotas and absences")
	b.open("/desk/display").says("How you are told")
	look("told")
	b.open("/promises").says("Called: Priya Nair")
	look("board")
	b.open("/desk/t/" + string(maria.Got.Ref) + "?tab=promise").says("Nobody has said yet that they have it.")
	look("ticket")
	b.view(1366, 768).follow("I have it").says("Omar Said has the promise.")
	if promise.Owner != p.Priya.Staff {
		t.Errorf("%+v", promise)
	}
	b.open("/wall/addresses").says("Mercy Health")
	look("walls")
	b.follow("Take it back").says("The address is taken back.")
	// An address is shown once; a reload makes no other and shows none.
	b.view(1366, 768).open("/promises").press("On the wall").follow("Make an address for a screen").says("An address for a screen on the wall", "This page shows it once.")
	look("wall-made")
	b.view(1366, 768).open(b.url()).says("An address is shown once").saysNot("/wall?key=")
	look("wall-shown")
}
