package api_test

import (
	"testing"
	"time"

	"kept/internal/testkit"
)

// promises gives the promises of a ticket, oldest first.
func (p program) promises(number string) []map[string]any {
	p.d.T.Helper()
	return promisesIn(p.is(p.get("/tickets/"+number+"/promises"), 200))
}

func promisesIn(a answer) (list []map[string]any) {
	for _, x := range a.json["promises"].([]any) {
		list = append(list, x.(map[string]any))
	}
	return list
}

// window gives the start of the n-th window that can be promised.
func (p program) window(n int) string {
	p.d.T.Helper()
	for _, x := range p.is(p.get("/windows?skill=PORTAL&days=3"), 200).json["windows"].([]any) {
		w := x.(map[string]any)
		if w["covered"] != true {
			continue
		}
		if n == 0 {
			return w["start"].(string)
		}
		n--
	}
	p.d.T.Fatal("no such window")
	return ""
}

func TestACallIsPromisedAndKept(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		number := mercy.opens(maria)
		n := "/tickets/" + number + "/promises"
		start := mercy.window(0)
		if at := instant(t, start); !at.Equal(d.At(3, 8, 0)) {
			t.Fatalf("the first window is %s; Priya begins at 8", at)
		}
		call := mercy.is(mercy.post(n, `{"kind":"callback","start":"`+start+`"}`), 201)
		if call.str("owner") != "12" || call.str("source") != "person" {
			t.Fatalf("promised %s", call.body)
		}
		mercy.bad(mercy.post(n, `{"kind":"callback","start":"2026-06-03T07:01:00Z"}`), 409, "window.taken", "")
		later := mercy.window(2)
		moved := mercy.is(mercy.post(n+"/"+call.str("id")+"/moves", `{"by":"person","start":"`+later+`"}`), 201)
		if moved.str("start") != later || moved.str("replaces") != call.str("id") {
			t.Fatalf("moved to %s", moved.body)
		}
		mercy.bad(mercy.post(n+"/"+call.str("id")+"/attempts", ""), 409, "promise.ended", "")
		mercy.bad(mercy.post(n+"/"+moved.str("id")+"/moves", `{"by":"nobody","start":"`+later+`"}`), 422, "choice.invalid", "body.by")
		mercy.bad(mercy.post(n+"/"+moved.str("id")+"/moves", `{"by":"us"}`), 422, "start.missing", "body.start")
		mercy.bad(mercy.post(n+"/"+moved.str("id")+"/misses", `{}`), 422, "choice.missing", "body.outcome")
		d.AdvanceTo(instant(t, later).Add(5 * time.Minute))
		at := n + "/" + moved.str("id")
		mercy.is(mercy.post(at+"/attempts", ""), 200)
		mercy.bad(mercy.post(at+"/attempts", ""), 409, "promise.trying", "")
		mercy.is(mercy.post(at+"/misses", `{"outcome":"busy"}`), 200)
		var live map[string]any
		for _, p := range mercy.promises(number) {
			if p["kind"] == "callback" && p["state"] == "attempted" {
				live = p
			}
		}
		if live == nil || live["replaces"] != moved.str("id") || live["tries"] != 1.0 {
			t.Fatalf("after a miss: %v", mercy.promises(number))
		}
		d.AdvanceTo(instant(t, live["start"].(string)).Add(time.Minute))
		after := promisesIn(mercy.is(mercy.post(n+"/"+live["id"].(string)+"/contacts", `{"note":"Showed her.","next":{"kind":"update"}}`), 200))
		last := after[len(after)-1]
		if last["kind"] != "update" || last["state"] != "open" {
			t.Fatalf("promised next: %v", last)
		}
		mercy.bad(mercy.post(n+"/"+last["id"].(string)+"/contacts", `{"next":{"kind":"confirm"}}`), 422, "choice.invalid", "body.next.kind")
		mercy.bad(mercy.post(n+"/"+last["id"].(string)+"/contacts", `{"next":{"kind":"other"}}`), 422, "words.missing", "body.next.text")
		for _, far := range []string{"9999-12-31T23:59:59Z", "0001-01-02T00:00:00Z", "2026-06-03T13:00:00.000000001Z"} {
			mercy.bad(mercy.post(n, `{"kind":"callback","start":"`+far+`"}`), 409, "window.taken", "")
		}
		mercy.is(mercy.post(n+"/"+last["id"].(string)+"/contacts", `{}`), 200)
		if got := mercy.get("/tickets/" + number); got.str("state") != "asked" {
			t.Fatalf("something must stay promised: %s", got.body)
		}
	})
}

func TestAPromiseOpensWithItsTicket(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		a := mercy.is(mercy.post("/tickets", `{"words":"Please send it","promise":{"kind":"other","text":"a letter","due":"2026-06-05T15:00:00-05:00"}}`), 201)
		if a.at("promise", "due") != "2026-06-05T20:00:00Z" || a.at("promise", "text") != "a letter" {
			t.Fatalf("promised %s", a.body)
		}
		for _, path := range []string{"x", "0", "-1", "99999999999999999999", "7654321"} {
			mercy.bad(mercy.post("/tickets/"+a.str("number")+"/promises/"+path+"/attempts", ""), 404, "not_found", "")
		}
	})
}
