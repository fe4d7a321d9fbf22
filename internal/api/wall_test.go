package api_test

import (
	"strings"
	"testing"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// Ids of the two hospitals are equal, so a wall with a hole would show the wrong hospital's things.
func TestAnotherClientsThingsDoNotExist(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, whole := face(d)
		a := mercy.is(mercy.post("/tickets", maria), 201)
		b := anne.is(anne.post("/tickets", `{"words":"No puedo entrar","requester":{"name":"Rosa Diaz","phone":"312-555-0188"}}`), 201)
		theirs, promise := b.str("number"), b.at("promise", "id")
		if a.at("promise", "id") != promise {
			t.Fatal("ids of the two hospitals should collide")
		}
		unknown := string(desk.NewRef(strings.NewReader(strings.Repeat("kept", 100)), 6))
		// The log of readings is one for all clients: its ids must not be those that tests let collide.
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Anne.ID, func(tx *store.Tx) error {
			for range 1000 {
				tx.NewID()
			}
			return nil
		}))
		person := anne.get("/tickets/" + theirs).str("requester")
		// Each request names something of St. Anne. A token of Mercy gets what it gets for a number that
		// nobody has, word for word but for the reference.
		for _, c := range []struct{ method, path, body string }{
			{"GET", "/tickets/NUMBER", ""},
			{"GET", "/tickets/NUMBER/events", ""},
			{"GET", "/tickets/NUMBER/promises", ""},
			{"POST", "/tickets/NUMBER/replies", `{"body":"hello"}`},
			{"POST", "/tickets/NUMBER/notes", `{"body":"hello"}`},
			{"POST", "/tickets/NUMBER/questions-if-fixed", ""},
			{"POST", "/tickets/NUMBER/waits", `{"reason":"person","until":"2026-06-04T13:00:00Z"}`},
			{"POST", "/tickets/NUMBER/promises/" + promise + "/entered-calls", `{"at":"2026-06-02T22:00:00Z","outcome":"reached"}`},
			{"POST", "/tickets/NUMBER/promises", `{"kind":"update"}`},
			{"POST", "/tickets/NUMBER/promises/" + promise + "/attempts", ""},
			{"POST", "/tickets/NUMBER/promises/" + promise + "/misses", `{"outcome":"busy"}`},
			{"POST", "/tickets/NUMBER/promises/" + promise + "/contacts", `{"note":"reached"}`},
			{"POST", "/tickets/NUMBER/promises/" + promise + "/moves", `{"by":"us","start":"2026-06-03T13:00:00Z"}`},
		} {
			send := func(p program, number string) answer {
				return p.send(c.method, "/api/v1"+strings.ReplaceAll(c.path, "NUMBER", number), c.body)
			}
			got, none := send(mercy, theirs), send(mercy, unknown)
			mercy.bad(got, 404, "not_found", "")
			if blank(got) != blank(none) {
				t.Fatalf("%s %s differs:\n%s\n%s", c.method, c.path, got.body, none.body)
			}
			whole.bad(send(whole, unknown), 404, "not_found", "")
		}
		for _, path := range []string{
			"/tickets?client=st-anne", "/tickets?client=2", "/requesters?client=st-anne", "/windows?client=2",
			"/requesters/st-anne/" + person, "/requesters/2/" + person,
		} {
			mercy.bad(mercy.get(path), 404, "not_found", "")
			nobody := strings.NewReplacer("st-anne", "nobody", "=2", "=77", "/2/", "/77/").Replace(path)
			if none := mercy.get(nobody); blank(none) != blank(mercy.get(path)) {
				t.Fatalf("%s differs from %s", path, nobody)
			}
			whole.is(whole.get(path), 200)
			whole.bad(whole.get(nobody), 404, "not_found", "")
		}
		// The same id at Mercy is Maria, not Rosa.
		if got := mercy.is(mercy.get("/requesters/mercy/"+person), 200); got.str("name") != "Maria Gomez" {
			t.Fatalf("requester %s", got.body)
		}
		if list := mercy.is(mercy.get("/requesters?address=312-555-0188"), 200).json["requesters"].([]any); len(list) != 0 {
			t.Fatalf("Rosa at Mercy: %v", list)
		}
		if list := whole.is(whole.get("/requesters?client=2&address=%2B13125550188"), 200).json["requesters"].([]any); len(list) != 1 {
			t.Fatalf("Rosa at St. Anne: %v", list)
		}
		whole.is(whole.get("/tickets/"+theirs), 200)
	})
}

func blank(a answer) string {
	ref, _ := a.json["reference"].(string)
	return strings.ReplaceAll(a.body, ref, "")
}
