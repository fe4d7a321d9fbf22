package web

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"kept/internal/app"
	"kept/internal/desk"
)

// leaderOf adds who leads clients and gives the viewer of the session.
func leaderOf(a *analyst, login string, clients ...desk.ClientID) desk.Viewer {
	a.t.Helper()
	s, _, err := a.d.App.AddStaff(a.d.Ctx(), desk.System("test"), desk.Staff{Name: "Ruth Lindqvist", Login: login, Role: desk.Leader, Clients: clients}, "correct horse battery", nil)
	a.d.Must(err)
	return desk.Viewer{Staff: s.ID}
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestALeaderSeesTheFiguresAndNothingElse(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	p := maria.Promised(a.d.Sam, a.d.At(3, 8, 0))
	a.d.AdvanceTo(p.Due.Add(time.Minute)) // nobody calls
	ruth := a.as(leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID))
	ruth.get("/client").gets(200, "Mercy Health", "1 promise was broken.", string(maria.Got.Ref), "Call back", "Not yet. Promised by").
		lacks("Maria", "kilograms", "312-555", "Sam Ortiz", "/desk", "St. Anne")
	if ruth.at != "/client/mercy" {
		t.Errorf("/client leads to %s", ruth.at)
	}
	ruth.get("/client/mercy/part?period=last-month").gets(200, "No promise fell due in this time.").lacks("<html")
	if strings.Contains(ruth.body, `figures-why"></td>`) {
		t.Error("a figure stands there without what it means")
	}
	ruth.get("/client/mercy?period=quarter").gets(200, "the quarter so far")
	ruth.get("/client/"+a.d.Anne.Slug).gets(404, "You see the figures of your own hospital.").lacks("St. Anne")
	ruth.get("/client/" + a.d.Anne.Slug + "/live").gets(404)
	ruth.get("/client/nowhere").gets(404)

	// Every page and act of the desk, by the numbers of a question of her own hospital.
	h := &handler{}
	walked := 0
	for pattern := range h.deskRoutes() {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.ReplaceAll(path, "{ref}", string(maria.Got.Ref))
		path = placeholder.ReplaceAllString(path, "1")
		switch method {
		case "GET":
			ruth.get(path)
		case "POST":
			ruth.post(path)
		default:
			continue
		}
		walked++
		if ruth.gets(403, "This page is for the people who work the desk."); ruth.status != 403 {
			t.Errorf("%s is open to a leader", pattern)
		}
		ruth.lacks("Maria", "kilograms", "Sam Ortiz")
	}
	if walked < 60 {
		t.Errorf("only %d routes", walked)
	}
	for _, path := range []string{"/wall", "/wall/part", "/wall/live"} {
		ruth.get(path).gets(403).lacks("Maria")
	}

	// Staff who serve the hospital see the same, with a way to the question.
	staff := a.as(a.d.Priya)
	staff.get("/client/mercy").gets(200, "1 promise was broken.").holds(`/desk/t/` + string(maria.Got.Ref))
	a.as(a.d.Eve).get("/client/mercy").gets(404)
	staff.get("/client").gets(404)
	a.cookie("")
	a.get("/client/mercy").gets(200, "Sign in to the help desk").lacks("broken")
}

func TestALeaderSignsInToTheFigures(t *testing.T) {
	a := atDesk(t, sam)
	leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID)
	a.cookie("")
	for _, next := range []string{"", "/desk", "/promises?mine=yes", "/clients", "/client/mercy?period=quarter"} {
		a.d.Advance(time.Minute) // or there are too many tries
		a.post("/sign-in", "email", "ruth@mercy.example", "password", "correct horse battery", "next", next).gets(200, "Mercy Health")
		if !strings.HasPrefix(a.at, "/client/mercy") {
			t.Errorf("next=%q leads to %s", next, a.at)
		}
		a.post("/sign-out")
	}
	for _, wrong := range []desk.Staff{
		{Name: "Two", Login: "two@mercy.example", Role: desk.Leader, Clients: []desk.ClientID{a.d.Mercy.ID, a.d.Anne.ID}},
		{Name: "None", Login: "none@mercy.example", Role: desk.Leader},
	} {
		if _, _, err := a.d.App.AddStaff(a.d.Ctx(), desk.System("test"), wrong, "", nil); !desk.Is(err, desk.Invalid) {
			t.Errorf("%s leads: %v", wrong.Name, err)
		}
	}
}

// A leader is nobody to give a question to, and in no list of people.
func TestALeaderIsInNoListOfPeople(t *testing.T) {
	a := atDesk(t, sam)
	ruth := leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	pr := maria.Promised(a.d.Sam, a.d.At(3, 8, 0))
	lead := a.as(a.d.Ana)
	for _, path := range []string{"/desk/t/" + string(maria.Got.Ref), "/desk/roster", "/desk/coverage", "/promises"} {
		lead.get(path).gets(200).lacks("Ruth Lindqvist")
	}
	if err := a.d.App.GivePromise(a.d.Ctx(), a.d.Ana, maria.Got.Ref, pr.ID, ruth.Staff, "she is there"); err == nil {
		t.Error("a leader owns a promise")
	}
	if err := a.d.App.Assign(a.d.Ctx(), a.d.Ana, maria.Got.Ref, ruth.Staff); err == nil {
		t.Error("a leader owns a question")
	}
}

// Calls that no phone system reports are not none; those that are reported count by the agreement.
func TestTheFiguresCountCalls(t *testing.T) {
	a := atDesk(t, sam)
	ana := a.as(a.d.Ana)
	page := func() *analyst {
		a.d.Skip(5 * time.Second) // what was read before is not fresh any more
		return ana.get("/client/mercy")
	}
	page().gets(200, "Calls", "Not reported").lacks("Answered in the time agreed")
	for i, waits := range []time.Duration{10 * time.Second, 20 * time.Second, 50 * time.Second} {
		at := a.d.Now().Add(-time.Hour)
		_, err := a.d.App.HearPhoneCall(a.d.Ctx(), desk.System("test"), desk.PhoneCall{Client: a.d.Mercy.ID, Line: "main", Key: itoa(int64(i)), Queued: at, Answered: at.Add(waits)})
		a.d.Must(err)
	}
	page().gets(200, "Came", "2 of 3 that count").lacks("Not reported")
}

func TestSharesNeverRoundUp(t *testing.T) {
	for _, one := range []struct {
		n, all int
		want   string
	}{{9, 10, "9 of 10"}, {9999, 10000, "99.9% (9999 of 10000)"}, {30, 30, "100.0% (30 of 30)"}, {0, 0, "0 of 0"}} {
		if got := share(one.n, one.all); got != one.want {
			t.Errorf("%d of %d is %q, want %q", one.n, one.all, got, one.want)
		}
	}
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	// Half past eleven in the night to April 1 in Chicago is April already in UTC.
	now := time.Date(2026, 4, 1, 4, 30, 0, 0, time.UTC)
	for p, want := range map[app.Period]string{app.ThisMonth: "2026-03-01", app.LastMonth: "2026-02-01", app.ThisQuarter: "2026-01-01"} {
		from, until := p.In(now, chicago)
		if got := from.Format("2006-01-02"); got != want || from.Hour() != 0 || !from.Before(until) {
			t.Errorf("%s begins %s, want %s", p, from, want)
		}
	}
}

// A leader makes a link to the figures, somebody without an account opens it, and it is taken back.
func TestALeaderSharesTheFigures(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	p := maria.Promised(a.d.Sam, a.d.At(3, 8, 0))
	a.d.AdvanceTo(p.Due.Add(time.Minute)) // nobody calls
	ruth := a.as(leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID))
	ruth.get("/client/mercy").gets(200).holds(`href="/client/mercy/shares"`)
	ruth.get("/client/mercy/shares").gets(200, "There is none.")
	ruth.post("/client/mercy/shares").gets(200, "Link 1 works until", "Ruth Lindqvist")
	key := regexp.MustCompile(`https://mercy\.help/figures\?key=([^"]+)"`).FindStringSubmatch(ruth.body)
	if key == nil {
		t.Fatalf("no link in %s", ruth.body)
	}
	end := regexp.MustCompile(`/client/mercy/shares/\d+/end`).FindString(ruth.body)
	ruth.get("/client/mercy/shares").gets(200, "Ruth Lindqvist").lacks(key[1])

	guest := a.as(a.d.Omar)
	guest.cookie("")
	shared := "/figures?key=" + key[1]
	guest.get(shared).gets(200, "Mercy Health", "1 promise was broken.", "First replies").
		lacks(string(maria.Got.Ref), "Maria", "kilograms", "Sam Ortiz", "Ruth", "Sign out", "/desk", "/client/", "St. Anne")
	guest.get("/figures/part?period=last-month&key="+key[1]).gets(200, "No promise fell due in this time.").lacks("<html")
	guest.get(shared+"&period=quarter").gets(200, "the quarter so far").holds("/figures/live?key=" + key[1])
	for _, wrong := range []string{"/figures", "/figures?key=", shared + "x", "/figures/part", "/figures/live", "/wall?key=" + key[1]} {
		guest.get(wrong).gets(401, "This address opens nothing").lacks("1 promise was broken.")
	}
	for _, door := range []string{"/client/mercy", "/client/mercy/agreement", "/client/mercy/shares"} {
		guest.get(door+"?key="+key[1]).gets(200, "Sign in to the help desk")
	}

	// Others make none, see none and end none.
	eve := a.as(a.d.Eve)
	eve.get("/client/mercy/shares").gets(404)
	eve.post(end).gets(404)
	priya := a.as(a.d.Priya)
	priya.get("/client/mercy").gets(200, "1 promise was broken.")
	if strings.Contains(priya.body, "/client/mercy/shares") {
		t.Error("an analyst is shown where links are made")
	}
	priya.post("/client/mercy/shares").gets(403)
	priya.post(end).gets(403)
	guest.cookie("")
	guest.get(shared).gets(200)
	a.as(a.d.Ana).get("/client/mercy/shares").gets(200, "Ruth Lindqvist", "Back to the desk")
	ruth = a.as(leaderOf(a, "rita@mercy.example", a.d.Mercy.ID)) // leads it too
	ruth.post(end).gets(200, "The link is taken back.", "There is none.")
	guest.cookie("")
	guest.get(shared).gets(401, "Ask who sent it to you for a new one.").lacks("Go to the queue")
}

// Who leads a hospital, and staff, change the password: what is wrong stands at its field, nothing that was typed is shown
// again, and other browsers of the account are signed out.
func TestThePasswordIsChanged(t *testing.T) {
	a := atDesk(t, sam)
	pat, _, err := a.d.App.AddStaff(a.d.Ctx(), desk.System("test"), desk.Staff{Name: "Pat Lee", Login: "pat@kept.example", Clients: []desk.ClientID{a.d.Mercy.ID}}, "correct horse battery", nil)
	a.d.Must(err)
	for login, page := range map[string]struct {
		v                       desk.Viewer
		path, post, title, home string
	}{
		"ruth@mercy.example": {leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID), "/client/mercy/account", "/client/mercy/account/password", "Your account", "/client/mercy"},
		"pat@kept.example":   {desk.Viewer{Staff: pat.ID}, "/desk/display", "/desk/display/password", "Profile and display", "/desk"},
	} {
		here, there := a.as(page.v), a.elsewhere()
		there.cookie("")
		there.post("/sign-in", "email", login, "password", "correct horse battery").gets(200)
		there.get(page.home).gets(200).lacks("Sign in to the help desk")
		here.get(page.path).gets(200, page.title, login, "Your password now", "New password, once more").holds(`autocomplete="new-password"`, `action="`+page.post+`"`)
		const good = "a better horse battery"
		for _, wrong := range []struct {
			now, fresh, again string
			says              map[string]string // by field
		}{
			{"wr0ng", good, good, map[string]string{"now": "That is not your password."}},
			{"correct horse battery", "sh0rt", "sh0rt", map[string]string{"fresh": "Use a password of at least 12 characters."}},
			{"correct horse battery", good, good + "s", map[string]string{"again": "This is not the new password above."}},
			{"wr0ng", "sh0rt", "", map[string]string{"now": "That is not your password.", "fresh": "Use a password of at least 12 characters."}},
		} {
			here.post(page.post, "now", wrong.now, "fresh", wrong.fresh, "again", wrong.again).gets(422, "Error: "+page.title, "Nothing was saved yet")
			for _, id := range []string{"now", "fresh", "again"} {
				marked := strings.Contains(here.body, `id="`+id+`-error"`)
				if text := wrong.says[id]; (text != "") != marked {
					t.Errorf("%s: an error at %s is %t", login, id, marked)
				} else if marked {
					here.gets(422, text).holds(`href="#` + id + `"`)
				}
			}
			if strings.Contains(here.body, wrong.now) || strings.Contains(here.body, wrong.fresh) {
				t.Errorf("%s: the page shows what was typed", login)
			}
		}
		here.post(page.post, "now", "correct horse battery", "fresh", good, "again", good).gets(200, "Your password is changed. Other browsers are signed out.")
		here.get(page.home).gets(200).lacks("Sign in to the help desk")
		there.get(page.home).gets(200, "Sign in to the help desk")
		here.post(page.post, "now", good, "fresh", good, "again", good).gets(429)
		a.d.Advance(time.Minute)
		there.post("/sign-in", "email", login, "password", "correct horse battery").gets(401, "do not fit")
		there.post("/sign-in", "email", login, "password", good).gets(200)
	}
	// The page of who leads a hospital is theirs alone.
	other := a.as(leaderOf(a, "nils@anne.example", a.d.Anne.ID))
	for _, who := range []*analyst{a.as(a.d.Priya), other} {
		who.get("/client/mercy/account").gets(404)
		for _, act := range []string{"password", "second-factor"} {
			who.post("/client/mercy/account/"+act, "now", "x", "fresh", "y", "do", "begin").gets(404).lacks("Add this key")
		}
	}
	other.post("/desk/display/password", "now", "correct horse battery", "fresh", "a better horse battery", "again", "a better horse battery").gets(403)
}

// A second factor: set up with a wrong code and a right one, asked for at sign-in, and off by the password or a code only.
func TestTheSecondFactorIsSetUpAndTakenAway(t *testing.T) {
	a := atDesk(t, sam)
	const login, password, path = "ruth@mercy.example", "correct horse battery", "/client/mercy/account/second-factor"
	ruth := a.as(leaderOf(a, login, a.d.Mercy.ID))
	there := a.elsewhere()
	there.cookie("")
	there.post("/sign-in", "email", login, "password", password).gets(200, "Mercy Health")
	ruth.get("/client/mercy").gets(200).holds(`href="/client/mercy/account"`)
	ruth.get("/client/mercy/account").gets(200, "Sign-in asks only for your password.", "Set up a second factor").lacks("Switch it off")
	ruth.post(path, "do", "begin").gets(200, "or type this key into it").lacks("Error")
	secret, link := ruth.value("secret"), `href="otpauth://totp/Kept:ruth@mercy.example?`
	ruth.holds(link)
	ruth.post(path, "do", "confirm", "secret", secret, "code", "12345").gets(422, "Error: Your account", "That code does not fit.").holds(`href="#code"`, link, `value="`+secret+`"`)
	for _, theirs := range []string{"", "AAAAAAAA", strings.Repeat("A", 20_000)} { // however right its code
		c, err := totp.GenerateCode(theirs, a.d.Now())
		a.d.Must(err)
		ruth.post(path, "do", "confirm", "secret", theirs, "code", c).gets(422).lacks("The second factor is on")
	}
	code := func() string {
		t.Helper()
		c, err := totp.GenerateCode(secret, a.d.Now())
		a.d.Must(err)
		return c
	}
	ruth.post(path, "do", "confirm", "secret", secret, "code", code()).gets(200, "The second factor is on. Other browsers are signed out.", "To use another phone, switch it off").lacks(secret)
	there.get("/client/mercy").gets(200, "Sign in to the help desk")
	ruth.post(path, "do", "begin").gets(409, "Your second factor is on already.")
	ruth.get("/client/mercy/account").gets(200, "Switch it off").lacks(secret)
	a.d.Advance(time.Minute)
	there.post("/sign-in", "email", login, "password", password).gets(401, "Enter the 6-digit code")
	there.post("/sign-in", "email", login, "password", password, "code", "12345").gets(401)
	there.post("/sign-in", "email", login, "password", password, "code", code()).gets(200, "Mercy Health")

	for _, proof := range []func() string{func() string { return password }, func() string { a.d.Advance(time.Minute); return code() }} {
		ruth.post(path, "do", "end", "proof", "wrong horse").gets(422, "Error: Your account", "That is neither your password nor the newest code from your app.").holds(`href="#proof"`).lacks("wrong horse")
		ruth.post(path, "do", "end").gets(422)
		ruth.post(path, "do", "end", "proof", proof()).gets(200, "The second factor is off.", "Set up a second factor")
		there.post("/sign-out")
		there.post("/sign-in", "email", login, "password", password).gets(200, "Mercy Health")
		a.d.Advance(time.Minute)
		ruth.post(path, "do", "begin").gets(200)
		secret = ruth.value("secret")
		ruth.post(path, "do", "confirm", "secret", secret, "code", code()).gets(200, "The second factor is on.")
	}
}
