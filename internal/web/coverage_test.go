package web

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

func omar(d *testkit.Desk) desk.Viewer { return d.Omar }

// The page says what is missing, and what would be left if somebody came in.
func TestTheCoveragePage(t *testing.T) {
	a := atDesk(t, omar)
	maria := a.d.Maria()
	maria.Calls(a.d.Sam, "pounds please")
	_, err := a.d.App.MakePromise(t.Context(), a.d.Omar, maria.Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: a.d.At(2, 19, 0), Override: "she asked for it"})
	a.d.Must(err)
	a.get("/desk/coverage")
	for _, want := range []string{`As of <span class="nb">5:05 p.m. CT</span>`, "gaps in the next 28 days", "Portal, Tue 7:00–7:30 p.m.: need 1, have 0", "1 promise due", "0 of 1, nobody", "Nobody is on call now."} {
		if !strings.Contains(a.body, want) && !strings.Contains(a.body, strings.Replace(want, "gaps", "gap", 1)) {
			t.Errorf("the page does not say %q", want)
		}
	}
	// Eve covers the portal for St. Anne alone: Mercy has a gap where the desk has none, and the page says what it counts.
	_, err = a.d.App.AddAbsence(t.Context(), a.d.Omar, app.AbsenceIn{Staff: a.d.Priya.Staff, Start: a.d.At(3, 0, 0), End: a.d.At(4, 0, 0)})
	a.d.Must(err)
	_, err = a.d.App.MakePromise(t.Context(), a.d.Omar, maria.Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: a.d.At(3, 9, 0), Override: "she asked for it"})
	a.d.Must(err)
	a.d.Skip(2 * time.Minute)
	a.get("/desk/coverage").gets(200, "1 gap of single hospitals, which the map of the whole desk does not show.", "Each figure counts everybody on shift at the desk, once")
	a.get("/desk/coverage?client=1").gets(200, "Each figure counts who is on shift and serves Mercy Health").lacks("of single hospitals")
	a.get("/desk/coverage?people=1&what=PORTAL&start=2026-06-02T18:00&end=2026-06-02T22:00")
	if !strings.Contains(a.body, "1 gap closed") {
		t.Error("what if says nothing")
	}
	a.get("/desk/coverage?people=none&what=PORTAL&start=2026-06-02T18:00&end=2026-06-02T17:00")
	if a.status != 422 || !strings.Contains(a.body, "Add 1 to 100 people.") || !strings.Contains(a.body, "The end comes after the start.") || !strings.Contains(a.body, `value="2026-06-02T17:00"`) {
		t.Errorf("status %d: what is wrong is said at its field, what was typed stays", a.status)
	}
	a.get("/desk/coverage/part")
	if !strings.Contains(a.body, `id="heat"`) || strings.Contains(a.body, "<html") {
		t.Error("the part is not a part")
	}
}
