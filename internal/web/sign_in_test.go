package web

import (
	"strings"
	"testing"
	"time"

	"kept/internal/desk"
)

func TestSignInLeadsOnlyToPagesOfOurs(t *testing.T) {
	a := atDesk(t, sam)
	admin := desk.Viewer{Who: desk.WhoStaff, Staff: 13, Role: desk.Admin, Clients: []desk.ClientID{1, 2}}
	_, _, err := a.d.App.AddStaff(t.Context(), admin, desk.Staff{Name: "Pat Doe", Login: "pat@kept.example", Clients: []desk.ClientID{1, 2}}, "correct horse battery", nil)
	a.d.Must(err)
	a.cookie("")
	a.post("/sign-in", "email", "pat@kept.example", "password", "wrong wrong wrong").gets(401, "There is a problem", "That email and password do not fit").holds(`value="pat@kept.example"`)
	for next, want := range map[string]string{"/promises?mine=yes": "/promises?mine=yes", "https://evil.example/": "/desk", "//evil.example": "/desk", "/\\evil.example": "/desk", "": "/desk"} {
		a.d.Advance(time.Minute) // or there are too many tries
		a.post("/sign-in", "email", "pat@kept.example", "password", "correct horse battery", "next", next)
		if a.at != want {
			t.Errorf("next=%q leads to %s, want %s", next, a.at, want)
		}
	}
	a.get("/desk").gets(200, "Pat Doe")
	a.post("/sign-out")
	if a.get("/desk"); a.at != "/sign-in?next=%2Fdesk" {
		t.Errorf("after signing out the desk leads to %s", a.at)
	}
}

func TestWordsSurviveAnEndedSession(t *testing.T) {
	a := atDesk(t, sam)
	admin := desk.Viewer{Who: desk.WhoStaff, Staff: 13, Role: desk.Admin, Clients: []desk.ClientID{1, 2}}
	pat, _, err := a.d.App.AddStaff(t.Context(), admin, desk.Staff{Name: "Pat Doe", Login: "pat@kept.example", Clients: []desk.ClientID{1, 2}}, "correct horse battery", nil)
	a.d.Must(err)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	path := "/desk/t/" + string(maria.Got.Ref) + "/replies"
	signIn := func(a *analyst, password, of, words string) *analyst {
		return a.post("/sign-in", "email", "pat@kept.example", "password", password, "act", path, "of", of, "kept.text", words, "kept.key", "k1", "kept.seq", "99")
	}
	a = a.as(desk.Viewer{Staff: pat.ID})
	a.cookie("gone")
	a.post(path, "text", "You can pick <pounds> now.", "key", "k1", "seq", "99").gets(401, "What you typed is kept.").
		holds(`name="act" value="`+path, `name="of" value="`+itoa(int64(pat.ID)), `name="kept.text" value="You can pick &lt;pounds&gt; now."`)
	signIn(a, "nonsense nonsense", itoa(int64(pat.ID)), "You can pick <pounds> now.").
		gets(401, "What you typed is kept.").holds(`name="of" value="`+itoa(int64(pat.ID)), `name="kept.text" value="You can pick &lt;pounds&gt; now."`)
	signIn(a, "correct horse battery", itoa(int64(pat.ID)), "You can pick <pounds> now.").gets(200, "You can pick <pounds> now.", "To Maria")

	// What Sam typed is not sent by Pat, who signs in at the same screen.
	for _, of := range []string{itoa(int64(a.d.Sam.Staff)), ""} {
		signIn(a, "correct horse battery", of, "Words of Sam").gets(409, "This was not sent", "written by somebody else")
	}
	a.get("/desk/t/"+string(maria.Got.Ref)).gets(200, "You can pick <pounds> now.")
	if strings.Contains(a.body, "Words of Sam") {
		t.Error("what one has typed was sent by another")
	}

	// Nor from a tab that Sam has left open, into which Pat's session has come.
	sams := itoa(int64(a.d.Sam.Staff))
	a.post(path, "text", "Words of Sam", "key", "k9", "of", sams).gets(409, "This was not sent", "written by somebody else")
	a.put("/desk/t/"+string(maria.Got.Ref)+"/typed/reply", "text", "Words of Sam", "of", sams).gets(409)
	a.get("/desk/t/" + string(maria.Got.Ref)).gets(200).lacks("Words of Sam").holds(`data-me="` + itoa(int64(pat.ID)) + `"`)
	a.cookie("gone")
	a.post(path, "text", "Words of Sam", "key", "k9", "of", sams).gets(401).holds(`name="of" value="` + sams)

	// A password stands in no page.
	a.cookie("gone")
	a.post("/desk/display/password", "now", "correct horse battery", "fresh", "battery staple", "again", "battery staple").gets(200, "Sign in to the help desk")
	if strings.Contains(a.body, "battery") {
		t.Error("a password stands in the page")
	}
	a.post("/sign-in", "email", "pat@kept.example", "password", "correct horse battery", "act", "https://evil.example/desk/")
	if a.at != "/desk" {
		t.Errorf("an act elsewhere leads to %s", a.at)
	}
}
