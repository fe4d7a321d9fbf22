package api_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/api"
	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

func (p program) put(path, body string) answer {
	p.d.T.Helper()
	return p.send("PUT", api.Root+path, body)
}

func (p program) wall(c desk.ClientID) []app.WallLine {
	p.d.T.Helper()
	p.d.Skip(5 * time.Second) // what was read before is not fresh any more
	w, err := p.d.App.Wall(p.d.Ctx(), p.d.Ana, c)
	p.d.Must(err)
	return w.Lines
}

// A phone system reports its line; the wall of another hospital knows nothing of it.
func TestAPhoneSystemReportsItsLine(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, whole := face(d)
		if got := whole.wall(0); len(got) != 0 {
			t.Fatalf("before anybody has reported: %+v", got)
		}
		heard := d.App.Listen(d.Ctx(), d.Ana)
		a := mercy.is(mercy.put("/lines/main", `{"waiting":7,"first_since":"`+d.Now().Add(-103*time.Second).Format(time.RFC3339)+`"}`), 200)
		if a.str("name") != "main" || a.str("client") != "mercy" || a.json["waiting"] != 7.0 || a.str("heard_at") == "" {
			t.Fatalf("%s", a.body)
		}
		if c := <-heard; !c.Phone || c.Client != d.Mercy.ID || c.Ticket != 0 {
			t.Fatalf("heard %+v", c)
		}
		anne.is(anne.put("/lines/main", `{"waiting":0}`), 200)
		whole.is(whole.put("/lines/main", `{"waiting":1,"first_since":"`+d.Now().Format(time.RFC3339)+`"}`), 200)
		whole.is(whole.put("/lines/night", `{"client":"st-anne","waiting":0}`), 200)
		for _, one := range []struct {
			client desk.ClientID
			want   string
		}{{0, "-/main st-anne/main st-anne/night mercy/main"}, {d.Mercy.ID, "mercy/main"}, {d.Anne.ID, "st-anne/main st-anne/night"}} {
			seen := map[string]bool{}
			for _, l := range whole.wall(one.client) {
				seen[map[string]string{"": "-"}[l.Of.Slug]+l.Of.Slug+"/"+l.Name] = true
			}
			for _, w := range strings.Fields(one.want) {
				if !seen[w] {
					t.Errorf("the wall of %d lacks %s: %v", one.client, w, seen)
				}
			}
			if len(seen) != len(strings.Fields(one.want)) {
				t.Errorf("the wall of %d shows %v, want %s", one.client, seen, one.want)
			}
		}
		l := whole.wall(d.Mercy.ID)[0]
		if l.Goal != 30*time.Second || !l.Late(d.Now()) || l.Silent(d.Now()) || l.Longest(d.Now()) < 103*time.Second {
			t.Errorf("the line of Mercy: %+v", l)
		}
		for _, l := range whole.wall(0) {
			if l.Client == 0 && l.Goal != 2*time.Minute {
				t.Errorf("the line for all: %+v", l)
			}
		}
		d.Skip(time.Minute)
		if l := whole.wall(d.Mercy.ID)[0]; !l.Silent(d.Now()) {
			t.Errorf("a minute later: %+v", l)
		}
		if age, err := d.App.PhoneNews(d.Ctx()); err != nil || age < time.Minute || age > 2*time.Minute {
			t.Errorf("news of %s %v", age, err)
		}
		mercy.is(mercy.send("DELETE", api.Root+"/lines/main", ""), 204)
		mercy.bad(mercy.send("DELETE", api.Root+"/lines/main", ""), 404, "not_found", "")
		if got := whole.wall(d.Mercy.ID); len(got) != 0 {
			t.Errorf("after it was forgotten: %+v", got)
		}
	})
}

func TestAReportOfALineIsChecked(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, whole := face(d)
		at := func(span time.Duration) string { return `"` + d.Now().Add(span).Format(time.RFC3339Nano) + `"` }
		for _, c := range []struct{ path, body, code, where string }{
			{"/lines/main", `{"waiting":-1}`, "line.waiting", "body.waiting"},
			{"/lines/main", `{"waiting":20000,"first_since":` + at(0) + `}`, "line.waiting", "body.waiting"},
			{"/lines/main", `{"waiting":2}`, "line.first", "body.first_since"},
			{"/lines/main", `{"waiting":0,"first_since":` + at(0) + `}`, "line.nobody", "body.first_since"},
			{"/lines/main", `{"waiting":2,"first_since":` + at(2*time.Minute) + `}`, "line.future", "body.first_since"},
			{"/lines/main", `{"waiting":2,"first_since":` + at(-13*time.Hour) + `}`, "line.past", "body.first_since"},
			{"/lines/a%0Ab", `{"waiting":0}`, "line.name", ""},
		} {
			mercy.bad(mercy.put(c.path, c.body), 422, c.code, c.where)
		}
		mercy.bad(mercy.put("/lines/main", `{"waiting":"7"}`), 422, "", "body.waiting")
		mercy.bad(mercy.put("/lines/main", `{"wait":7}`), 422, "", "")
		mercy.bad(mercy.put("/lines/main", ``), 400, "", "")
		theirs, nobody := mercy.put("/lines/main", `{"client":"st-anne","waiting":0}`), mercy.put("/lines/main", `{"client":"nobody","waiting":0}`)
		mercy.bad(theirs, 404, "not_found", "")
		if blank(theirs) != blank(nobody) {
			t.Errorf("%s differs from %s", theirs.body, nobody.body)
		}
		mercy.bad(mercy.send("DELETE", api.Root+"/lines/main?client=st-anne", ""), 404, "not_found", "")
		// Its clock may be a little ahead of ours.
		if a := mercy.is(mercy.put("/lines/main", `{"waiting":2,"first_since":`+at(20*time.Second)+`}`), 200); a.str("first_since") != a.str("heard_at") {
			t.Errorf("%s", a.body)
		}
		for i := range desk.LinesMost {
			whole.is(whole.put("/lines/line-"+string(rune('a'+i)), `{"waiting":0}`), 200)
		}
		whole.bad(whole.put("/lines/too-many", `{"waiting":0}`), 409, "line.many", "")
		whole.is(whole.put("/lines/line-a", `{"waiting":0}`), 200)
		if _, err := d.App.HearPhoneLine(d.Ctx(), d.Ana, desk.PhoneLine{Client: d.Mercy.ID, Name: "main"}); !desk.Is(err, desk.Forbidden) {
			t.Errorf("a supervisor reports: %v", err)
		}
	})
}
