package web

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
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

// Who says that a colleague is away reads in the same answer how many promises that hits, with the way to them.
func TestTheRosterSaysWhichPromisesAChangeHits(t *testing.T) {
	a := atDesk(t, ana)
	absence := func(start, end string) {
		t.Helper()
		a.post("/desk/roster/absences", "staff", strconv.FormatInt(int64(a.d.Priya.Staff), 10), "start", start, "end", end)
	}
	p, err := a.d.App.MakePromise(a.d.Ctx(), a.d.Ana, a.d.Maria().Calls(a.d.Sam, "pounds please").Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: a.d.At(3, 9, 0), Owner: a.d.Priya.Staff})
	a.d.Must(err)
	if p.Owner != a.d.Priya.Staff {
		t.Fatalf("%d has it", p.Owner)
	}
	absence("2026-06-20T00:00", "2026-06-21T00:00")
	if !strings.Contains(a.body, "see the gaps.") || strings.Contains(a.body, "See them on the board") {
		t.Errorf("nothing was hit: %d", a.status)
	}
	absence("2026-06-03T00:00", "2026-06-04T00:00")
	to := "/promises?owner=" + strconv.FormatInt(int64(a.d.Priya.Staff), 10) + "#risk"
	if !strings.Contains(a.body, "It puts 1 promise of Priya Nair at risk. Nobody has taken over yet.") || !strings.Contains(a.body, `href="`+to+`"`) {
		t.Fatalf("one was hit: %d at %s", a.status, a.at)
	}
	a.get(to)
	if !strings.Contains(a.body, "Of Priya Nair") || !strings.Contains(a.body, "Owner off shift") {
		t.Errorf("the board: %d", a.status)
	}
}

// A supervisor changes whom alerts call; somebody who has seen an older one is refused.
func TestTheEscalationFromThePage(t *testing.T) {
	a := atDesk(t, ana)
	a.get("/desk/roster")
	if !strings.Contains(a.body, "At once: Supervisors on shift. Calls 2 times, 5 minutes apart.") {
		t.Error("the first policy is not on the page")
	}
	policy := []string{"seen", "", "to1-1", "leads", "to1-2", "person 14", "at1", "0", "wait1", "3", "repeat1", "2", "to2-1", "", "to3-1", ""}
	a.post("/desk/roster/escalation/policy", policy...)
	if !strings.Contains(a.body, "The escalation is in force.") || !strings.Contains(a.body, "At once: Supervisors on shift, Omar Said. Calls 3 times, 3 minutes apart.") {
		t.Errorf("status %d", a.status)
	}
	a.post("/desk/roster/escalation/policy", policy...)
	if a.status != 409 || !strings.Contains(a.body, "Somebody else has changed the escalation") {
		t.Errorf("an old page: %d", a.status)
	}
	a.post("/desk/roster/escalation/policy", "seen", "", "to1-1", "", "to2-1", "", "to3-1", "")
	if a.status != 422 || !strings.Contains(a.body, "Alerts has no steps, so nobody is called: add one.") {
		t.Errorf("no steps: %d", a.status)
	}
}

// So do the steps for promises, before and after they are due, and which promises they are for.
func TestTheEscalationOfPromisesFromThePage(t *testing.T) {
	a := atDesk(t, ana)
	a.get("/desk/roster")
	for _, text := range []string{"For: call back, when somebody has promised it in words.", "30 minutes before it is due: Its owner. Calls once.", "10 minutes before it is due: Its backup. Calls once.",
		"When it is due: Supervisors on shift. Calls 3 times, 5 minutes apart.", "15 minutes after it was due: nobody: the next step takes its place at once."} {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	form := []string{"seen", "", "kinds", "callback", "kinds", "reply", "agreed", "yes", "to1-1", "owner", "to1-2", "backup", "at1", "20", "side1", "before", "wait1", "5", "repeat1", "0", "to2-1", "leads", "at2", "5", "side2", "after", "wait2", "5", "repeat2", "1"}
	a.post("/desk/roster/escalation/untaken", form...)
	for _, text := range []string{"The escalation is in force.", "For: first answer, call back; also those that only an agreement makes.", "20 minutes before it is due: Its owner, Its backup. Calls once.", "5 minutes after it was due: Supervisors on shift. Calls 2 times, 5 minutes apart."} {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page does not say %q (status %d)", text, a.status)
		}
	}
	form[13] = "10000"
	a.post("/desk/roster/escalation/untaken", form...)
	if a.status != 422 || !strings.Contains(a.body, "more than 12 hours from the due time") || !strings.Contains(a.body, `value="10000"`) {
		t.Errorf("days before: %d", a.status)
	}
	a.get("/desk/roster")
	seen := regexp.MustCompile(`name="seen" value="([^"]*Promises[^"]*)"`).FindStringSubmatch(a.body)
	if seen == nil {
		t.Fatal("the form does not know which policy it changes")
	}
	a.post("/desk/roster/escalation/untaken", "seen", html.UnescapeString(seen[1]), "to1-1", "leads", "at1", "0", "wait1", "5", "repeat1", "0")
	if !strings.Contains(a.body, "Nobody is called for any promise.") {
		t.Errorf("for nothing: %d", a.status)
	}
}

// A hospital gets an escalation of its own on the same page; that of the desk says so, and holds again when it is taken away.
func TestAHospitalGetsItsOwnEscalationFromThePage(t *testing.T) {
	a := atDesk(t, ana)
	a.get("/desk/roster").gets(200, "This is what the desk does for all hospitals that have no escalation of their own.").lacks("Not for the hospitals")
	a.get("/desk/roster?hospital=st-anne").gets(200, "St. Anne Hospital has none of its own: that of the desk holds.", "Give St. Anne Hospital its own escalation: promises").holds(`name="hospital" value="st-anne"`)
	form := []string{"hospital", "st-anne", "seen", "", "kinds", "update", "to1-1", "owner", "at1", "20", "side1", "before", "wait1", "5", "repeat1", "0"}
	a.post("/desk/roster/escalation/untaken", form...).gets(200, "The escalation is in force.", "St. Anne Hospital has its own.", "For: news", "20 minutes before it is due: Its owner. Calls once.")
	a.post("/desk/roster/escalation/untaken", form...).gets(409, "Somebody else has changed the escalation", "St. Anne Hospital has its own.")
	a.post("/desk/roster/escalation/untaken", append([]string{"hospital", "no-such"}, form[2:]...)...).gets(404)
	a.get("/desk/roster").gets(200, "Not for the hospitals that have their own:", "30 minutes before it is due: Its owner.").holds(`href="/desk/roster?hospital=st-anne#whose"`)
	priya := a.as(a.d.Priya)
	priya.get("/desk/roster?hospital=st-anne").gets(200, "St. Anne Hospital has its own.").lacks("Use that of the desk")
	priya.post("/desk/roster/escalation/untaken/end", "hospital", "st-anne", "seen", "").gets(403)
	a.as(a.d.Eve).get("/desk/roster?hospital=mercy").gets(404)
	a.get("/desk/roster?hospital=st-anne").gets(200, "Use that of the desk")
	own := regexp.MustCompile(`name="seen" value="([^"]*Promises[^"]*)"`).FindStringSubmatch(a.body)
	if own == nil {
		t.Fatal("the form does not know which policy it changes")
	}
	a.post("/desk/roster/escalation/untaken/end", "hospital", "st-anne", "seen", html.UnescapeString(own[1])).gets(200, "The escalation of the desk holds for this hospital again.", "St. Anne Hospital has none of its own")
}

// Layers are added and taken out without scripts; what is wrong in any of them is said at once, at its field.
func TestARotaOfSeveralLayers(t *testing.T) {
	a := atDesk(t, ana)
	layer := func(n string, people string) []string {
		return []string{"people" + n, people, "every" + n, "day", "count" + n, "1", "zone" + n, "America/Chicago", "at" + n, "04:00", "start" + n, "2026-06-03", "hours" + n, "05:00-06:00"}
	}
	form := func(do, layers string, more ...string) []string {
		return append(append([]string{"do", do, "layers", layers, "name", "Early birds", "seats", "1"}, layer("", "Priya Nair")...), more...)
	}
	a.post("/desk/roster/rotas", form("layer", "1")...)
	if a.status != 200 || !strings.Contains(a.body, "Layer 2") || !strings.Contains(a.body, `name="people-2"`) || !strings.Contains(a.body, "Priya Nair") || !strings.Contains(a.body, `name="layers" value="2"`) {
		t.Fatalf("a second layer: %d", a.status)
	}
	a.post("/desk/roster/rotas", form("drop-1", "2", layer("-2", "Sam Ortiz")...)...)
	if a.status != 200 || strings.Contains(a.body, "Layer 2") || !strings.Contains(a.body, "Sam Ortiz</textarea>") {
		t.Errorf("the first taken out: %d", a.status)
	}
	wrong := layer("-2", "Nobody Here")
	wrong[7] = "America/Springfield"
	a.post("/desk/roster/rotas", append(form("save", "2", wrong...), "seats", "0")...)
	for _, text := range []string{"Nobody here is called “Nobody Here”.", "There is no such zone", `href="#rota-people-2"`, `href="#rota-zone-2"`} {
		if a.status != 422 || !strings.Contains(a.body, text) {
			t.Errorf("status %d, and the page does not say %q", a.status, text)
		}
	}
	a.post("/desk/roster/rotas", form("save", "2", layer("-2", "Sam Ortiz")...)...)
	if a.status != 200 || !strings.Contains(a.body, "The rota is saved.") {
		t.Fatalf("status %d", a.status)
	}
	change := regexp.MustCompile(`/desk/roster\?change=\d+`).FindString(a.body)
	a.get(change)
	for _, text := range []string{"Change Early birds", "Layer 2", "Sam Ortiz</textarea>", "Priya Nair</textarea>"} {
		if !strings.Contains(a.body, text) {
			t.Errorf("the form does not show %q", text)
		}
	}
	// Out of use only after a second question.
	retire := regexp.MustCompile(`/desk/roster/rotas/\d+/retirement`).FindString(a.body)
	a.get(retire)
	if a.status != 200 || !strings.Contains(a.body, "Take Early birds out of use?") || !strings.Contains(a.body, `method="post" action="`+retire+`"`) {
		t.Fatalf("status %d", a.status)
	}
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(a.body)[1]
	a.post(retire, "version", version).gets(200, "Take Early birds out of use?").holds(`name="sure" value="yes"`)
	a.post(retire, "version", version, "sure", a.value("sure"))
	if !strings.Contains(a.body, "The rota is out of use.") {
		t.Errorf("status %d", a.status)
	}
	priya := a.as(a.d.Priya)
	if priya.get(retire); priya.status == 200 {
		t.Error("Priya does not lead")
	}
}

// Two people with one name are told apart by their addresses.
func TestTwoPeopleWithOneName(t *testing.T) {
	a := atDesk(t, ana)
	a.d.Must(a.d.DB.System(a.d.Ctx(), "test", func(tx *store.SystemTx) error {
		return tx.AddStaff(desk.Staff{ID: 77, Name: "Priya Nair", Login: "priya2@kept.example", Role: desk.Analyst, Active: true, Clients: []desk.ClientID{1}})
	}))
	form := []string{"layers", "1", "name", "Early birds", "people", "Priya Nair", "every", "day", "count", "1", "zone", "America/Chicago", "at", "04:00", "start", "2026-06-03", "hours", "05:00-08:00", "seats", "1"}
	a.post("/desk/roster/rotas", form...)
	if a.status != 422 || !strings.Contains(a.body, "More than one person is called “Priya Nair”. Write Priya Nair (") || !strings.Contains(a.body, "Priya Nair (priya2@kept.example)") {
		t.Errorf("status %d", a.status)
	}
	form[5] = "Priya Nair (priya2@kept.example)"
	a.post("/desk/roster/rotas", form...)
	if !strings.Contains(a.body, "The rota is saved.") {
		t.Errorf("status %d", a.status)
	}
}

// Everybody chooses how they are told, and reads which ways the desk has nobody for.
func TestHowIAmToldFromThePage(t *testing.T) {
	a := atDesk(t, ana)
	a.get("/desk/display")
	for _, text := range []string{"How you are told", "When it is urgent", "Mail goes to "} {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	form := []string{"phone", "", "urgent-way1", "call", "urgent-after1", "5", "urgent-way2", "text", "urgent-after2", "0", "calm-way1", "mail", "calm-after1", ""}
	a.post("/desk/display/told", form...)
	if a.status != 422 || !strings.Contains(a.body, "Enter the phone for texts and calls.") || !strings.Contains(a.body, `value="5"`) {
		t.Errorf("without a phone: %d", a.status)
	}
	form[1] = "312-555-0191"
	a.post("/desk/display/told", form...)
	if a.status != 200 || !strings.Contains(a.body, "How you are told is saved.") || !strings.Contains(a.body, "312-555-0191") {
		t.Errorf("status %d", a.status)
	}
	c, _, err := a.d.App.OwnContact(a.d.Ctx(), a.d.Ana)
	a.d.Must(err)
	if len(c.Rings) != 2 || c.Rings[0].By != "text" || len(c.Calm) != 1 {
		t.Errorf("%+v", c)
	}
	form[5] = "soon"
	a.post("/desk/display/told", form...)
	a.gets(422, "Way 1: write the minutes as a number, like 5.").holds(`id="urgent" aria-describedby="urgent-hint urgent-error"`, `id="calm" aria-describedby="calm-hint"`)
	for _, id := range []string{"urgent-way1", "urgent-after1"} {
		if tag := regexp.MustCompile(`<(?:input|select)[^>]*id="` + id + `"[^>]*>`).FindString(a.body); !strings.Contains(tag, `aria-invalid="true" aria-describedby="urgent-error"`) {
			t.Errorf("%s is not tied to its error: %s", id, tag)
		}
	}
	if n := strings.Count(a.body, "aria-invalid"); n != 2 {
		t.Errorf("%d fields are wrong, want 2", n)
	}
	form[5], form[9] = "5", "999"
	a.post("/desk/display/told", form...).gets(422, "Way 2 comes 0 to 240 minutes after somebody is called.")
}

// "I have it" stands beside a promise for which people are called, on the board and on its ticket.
func TestIHaveItFromTheBoard(t *testing.T) {
	a := atDesk(t, ana)
	maria := a.d.Maria().Calls(a.d.Sam, "weight in pounds")
	p := maria.Promised(a.d.Sam, a.d.At(3, 8, 0))
	a.d.AdvanceTo(a.d.At(3, 8, 1))
	a, sam := a.as(a.d.Omar), a.as(a.d.Sam)
	a.get("/promises")
	act := "/desk/t/" + string(maria.Got.Ref) + "/promises/" + strconv.FormatInt(int64(p.ID), 10) + "/acks"
	if !strings.Contains(a.body, "Called: Priya Nair") || !strings.Contains(a.body, act) {
		t.Fatal("the board does not say who was called")
	}
	a.get("/desk/t/" + string(maria.Got.Ref) + "?tab=promise")
	if !strings.Contains(a.body, "Nobody has said yet that they have it.") || !strings.Contains(a.body, act) {
		t.Error("the ticket does not say who was called")
	}
	a.post(act, "back", "/promises?mine=yes")
	if a.status != 200 || a.at != "/promises?mine=yes" {
		t.Errorf("status %d at %s", a.status, a.at)
	}
	a.get("/promises")
	if strings.Contains(a.body, act) {
		t.Error("it is asked again")
	}
	if sam.post(act, "back", "/promises"); sam.status != 409 || !strings.Contains(sam.body, "Omar Said has this promise already.") {
		t.Errorf("Sam is told %d", sam.status)
	}
}

// What is no number is said at its field, keeps what was typed, and changes nothing.
func TestWhatIsNoNumberIsNotZero(t *testing.T) {
	a := atDesk(t, ana)
	const say = "Write a whole number, such as 15."
	a.post("/desk/roster/contacts", "phone", "312-555-0177", "promises", "three", "calls", "-1").gets(422, say).holds(`href="#contact-promises"`, `href="#contact-calls"`, `value="three"`, `value="-1"`, `value="312-555-0177"`)
	a.post("/desk/roster/contacts", "phone", "312-555-0177", "promises", "", "calls", "").gets(200, "How to reach this person is saved.")
	a.post("/desk/roster/contacts", "phone", "", "promises", "4", "calls", "").gets(200, "How to reach this person is saved.")
	if c, _, err := a.d.App.OwnContact(a.d.Ctx(), a.d.Ana); err != nil || c.Phone != "+13125550177" || c.Capacity.Promises != 4 {
		t.Errorf("a limit was typed, and now the contact is %+v, %v", c, err)
	}
	a.post("/desk/roster/rotas", "do", "save", "layers", "1", "name", "Nights", "seats", "2x", "count", "one").gets(422, say).holds(`href="#rota-seats"`, `value="2x"`, `value="Nights"`)
	a.post("/desk/roster/escalation/policy", "seen", "", "to1-1", "leads", "at1", "soon", "wait1", "5", "repeat1", "1e3").gets(422, say).holds(`value="soon"`, `value="1e3"`, `value="5"`)
}
