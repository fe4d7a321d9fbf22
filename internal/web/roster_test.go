package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A supervisor adds a rota from the page; what is wrong is said at its field and what was typed stays; the person
// on it sees the turns on the page and in a calendar.
func TestARotaFromThePage(t *testing.T) {
	a := atDesk(t, ana)
	form := func(pairs ...string) []string {
		f := []string{"name", "Early birds", "people", "Priya Nair\n", "every", "day", "count", "1", "zone", "America/Chicago", "at", "04:00", "start", "2026-06-03", "hours", "05:00-08:00", "seats", "1"}
		for i := 0; i < len(pairs); i += 2 {
			f[slices.Index(f, pairs[i])+1] = pairs[i+1]
		}
		return f
	}
	a.post("/desk/roster/rotas", form("people", "Nobody Here")...)
	if a.status != 422 || !strings.Contains(a.body, "Nobody here is called “Nobody Here”.") || !strings.Contains(a.body, `value="Early birds"`) {
		t.Fatalf("status %d", a.status)
	}
	a.post("/desk/roster/rotas", form("zone", "America/Springfield", "people", "")...)
	if a.status != 422 || !strings.Contains(a.body, "A rota with no people has nobody on it") || !strings.Contains(a.body, "There is no such zone") || !strings.Contains(a.body, `href="#rota-people"`) {
		t.Fatalf("status %d", a.status)
	}
	a.post("/desk/roster/rotas", form()...)
	if a.status != 200 || !strings.Contains(a.body, "The rota is saved.") || !strings.Contains(a.body, "Early birds") {
		t.Fatalf("status %d at %s", a.status, a.at)
	}
	priya := a.as(a.d.Priya)
	priya.get("/desk/roster")
	if !strings.Contains(priya.body, "Wed 5:00–8:00 a.m.: Early birds") {
		t.Error("Priya does not see her turn")
	}
	if strings.Contains(priya.body, `action="/desk/roster/rotas"`) {
		t.Error("Priya does not lead, and sees the form")
	}
	priya.post("/desk/roster/rotas", form()...)
	if priya.status != 403 {
		t.Errorf("Priya adds a rota: %d", priya.status)
	}
	priya.post("/desk/roster/absences", "start", "2026-06-03T00:00", "end", "2026-06-04T00:00")
	if !strings.Contains(priya.body, "The absence is noted.") || !strings.Contains(priya.body, "Priya Nair has the turn and is away") {
		t.Error("the absence and its hole are not on the page")
	}
	priya.post("/desk/roster/calendar")
	path := regexp.MustCompile(`/calendar/[\w-]+\.ics`).FindString(priya.body)
	priya.get(path)
	if priya.status != 200 || !strings.Contains(priya.body, "SUMMARY:On shift: Early birds") || !strings.Contains(priya.body, "STATUS:CANCELLED") {
		t.Errorf("the calendar: %d\n%.300s", priya.status, priya.body)
	}
	priya.get("/calendar/nobody.ics")
	if priya.status != 404 {
		t.Errorf("a calendar of nobody: %d", priya.status)
	}
}

// A supervisor changes whom alerts call; somebody who has seen an older one is refused.
func TestTheEscalationFromThePage(t *testing.T) {
	a := atDesk(t, ana)
	a.get("/desk/roster")
	if !strings.Contains(a.body, "At once: Supervisors on shift. Calls 2 times, 5 minutes apart.") {
		t.Error("the first policy is not on the page")
	}
	policy := []string{"seen", "", "to1", "leads", "at1", "0", "wait1", "3", "repeat1", "2", "to2", "", "to3", ""}
	a.post("/desk/roster/escalation", policy...)
	if !strings.Contains(a.body, "The escalation is in force.") || !strings.Contains(a.body, "At once: Supervisors on shift. Calls 3 times, 3 minutes apart.") {
		t.Errorf("status %d", a.status)
	}
	a.post("/desk/roster/escalation", policy...)
	if a.status != 409 || !strings.Contains(a.body, "Somebody else has changed the escalation") {
		t.Errorf("an old page: %d", a.status)
	}
	a.post("/desk/roster/escalation", "seen", "", "to1", "", "to2", "", "to3", "")
	if a.status != 422 || !strings.Contains(a.body, "Alerts has no steps, so nobody is called: add one.") {
		t.Errorf("no steps: %d", a.status)
	}
}
