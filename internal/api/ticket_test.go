package api_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kept/internal/api"
	"kept/internal/testkit"
)

var quiet = slog.New(slog.DiscardHandler)

func TestATicketOpensWithItsPromise(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, whole := face(d)
		a := mercy.is(mercy.post("/tickets", maria), 201)
		number := a.str("number")
		if a.head.Get("Location") != api.Root+"/tickets/"+number || a.str("client") != "mercy" || !strings.HasPrefix(a.str("tracker"), "/t/") {
			t.Fatalf("opened %s", a.body)
		}
		due := instant(t, a.at("promise", "due"))
		if a.at("promise", "kind") != "reply" || a.at("promise", "source") != "agreement" || !due.Equal(d.Now().Add(4*time.Hour)) {
			t.Fatalf("the agreement promises a word in 4 hours, got %s", a.body)
		}
		got := mercy.is(mercy.get("/tickets/"+strings.ToLower(strings.ReplaceAll(number, "-", ""))), 200)
		if got.str("state") != "new" || got.str("via") != "api" || got.str("promise") != a.at("promise", "id") || got.str("subject") != "How do I see my weight in pounds?" {
			t.Fatalf("ticket %s", got.body)
		}
		if strings.Contains(got.body, a.str("tracker")[3:]) || strings.Contains(got.body, "closed_at") {
			t.Fatalf("a ticket shows its tracker, or an instant that never was: %s", got.body)
		}
		es := whole.is(whole.post("/tickets", `{"client":"2","lang":"es","words":"No puedo entrar"}`), 201)
		if es.str("client") != "st-anne" || !strings.HasPrefix(es.str("tracker"), "/es/t/") {
			t.Fatalf("opened %s", es.body)
		}
		whole.bad(whole.post("/tickets", maria), 422, "client.missing", "body.client")
		events := mercy.is(mercy.get("/tickets/"+number+"/events"), 200).json["events"].([]any)
		if first := events[0].(map[string]any); first["type"] != "ticket_opened" || first["who"] != "token" || first["seq"] != 1.0 {
			t.Fatalf("history begins with %v", first)
		}
		d.Settle()
		if texts := d.Maria().Texts(); len(texts) == 0 {
			t.Fatal("Maria was not told what was promised")
		}
	})
}

func TestTheSameKeyIsTheSameTicket(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, whole := face(d)
		first := mercy.is(mercy.post("/tickets", maria, "Idempotency-Key", "visit 7"), 201)
		d.Advance(time.Minute)
		again := mercy.is(mercy.post("/tickets", maria, "Idempotency-Key", "visit 7"), 200)
		if again.body != first.body {
			t.Fatalf("first %s\nagain %s", first.body, again.body)
		}
		mercy.bad(mercy.post("/tickets", `{"words":"another"}`, "Idempotency-Key", "visit 7"), 409, "idempotency.differs", "")
		mercy.bad(mercy.post("/tickets", maria, "Idempotency-Key", strings.Repeat("k", 201)), 422, "text.too_long", "header.Idempotency-Key")
		// The keys of one program are not those of another.
		if n := anne.is(anne.post("/tickets", maria, "Idempotency-Key", "visit 7"), 201).str("number"); n == first.str("number") {
			t.Fatal("two clients got one ticket")
		}
		whole.is(whole.post("/tickets", `{"client":"mercy","words":"from the desk"}`, "Idempotency-Key", "visit 7"), 201)
		if list := mercy.get("/tickets").json["tickets"].([]any); len(list) != 2 {
			t.Fatalf("%d tickets at Mercy", len(list))
		}
		number := first.str("number")
		mercy.is(mercy.post("/tickets/"+number+"/replies", `{"body":"Look under Settings."}`, "Idempotency-Key", "visit 7"), 201)
		if !mercy.is(mercy.post("/tickets/"+number+"/replies", `{"body":"Look under Settings."}`, "Idempotency-Key", "visit 7"), 200).json["again"].(bool) {
			t.Fatal("a second reply")
		}
		mercy.bad(mercy.post("/tickets/"+number+"/replies", `{"body":"Look under Units."}`, "Idempotency-Key", "visit 7"), 409, "idempotency.differs", "")
	})
}

func TestListsAreWalkedWithoutDoubles(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, _ := face(d)
		opened := map[string]bool{}
		for i := range 23 {
			opened[mercy.opens(fmt.Sprintf(`{"words":"question %d","requester":{"name":"P%d"}}`, i, i))] = true
			anne.opens(`{"words":"elsewhere"}`)
			if i%3 == 0 {
				d.Advance(time.Second)
			}
		}
		for _, limit := range []int{1, 5, 23, 200} {
			seen, after := map[string]bool{}, ""
			for pages := 0; ; pages++ {
				a := mercy.is(mercy.get(fmt.Sprintf("/tickets?limit=%d&client=mercy&state=open&after=%s", limit, after)), 200)
				for _, x := range a.json["tickets"].([]any) {
					n := x.(map[string]any)["number"].(string)
					if seen[n] || !opened[n] {
						t.Fatalf("%s came twice or is not Mercy's", n)
					}
					seen[n] = true
				}
				if after = a.str("next"); after == "" || pages > 30 {
					break
				}
			}
			if len(seen) != len(opened) {
				t.Fatalf("limit %d: %d of %d", limit, len(seen), len(opened))
			}
		}
		people, after := 0, ""
		for range 30 {
			a := mercy.is(mercy.get("/requesters?limit=4&after="+after), 200)
			people += len(a.json["requesters"].([]any))
			if after = a.str("next"); after == "" {
				break
			}
		}
		if people != 23 {
			t.Fatalf("%d people", people)
		}
		if list := mercy.get("/tickets?state=closed").json["tickets"].([]any); len(list) != 0 {
			t.Fatalf("%d closed", len(list))
		}
	})
}

func TestWordsOnATicket(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		n := "/tickets/" + mercy.opens(maria)
		mercy.is(mercy.post(n+"/notes", `{"body":"She has the new portal."}`), 201)
		mercy.bad(mercy.post(n+"/notes", `{"body":" "}`), 422, "words.missing", "body.body")
		mercy.bad(mercy.post(n+"/replies", `{"body":"`+strings.Repeat("x", 5001)+`"}`), 422, "text.too_long", "body.body")
		a := mercy.is(mercy.post(n+"/replies", `{"body":"Look under Settings, then Units."}`), 201)
		if a.str("id") == "" || !instant(t, a.str("at")).Equal(d.Now()) {
			t.Fatalf("reply %s", a.body)
		}
		if got := mercy.get(n); got.str("state") != "working" {
			t.Fatalf("after a reply: %s", got.body)
		}
		if got := mercy.is(mercy.post(n+"/questions-if-fixed", ""), 200); got.str("state") != "asked" {
			t.Fatalf("asked: %s", got.body)
		}
		mercy.bad(mercy.post(n+"/questions-if-fixed", ""), 409, "ticket.asked", "")
	})
}

func TestFieldsSayWhatIsWrong(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		for _, c := range []struct {
			body     string
			status   int
			code, at string
		}{
			{`{}`, 422, "words.missing", "body.words"},
			{`null`, 422, "words.missing", "body.words"},
			{`[]`, 422, "field.type", "body"},
			{`"words"`, 422, "field.type", "body"},
			{`{"words":7}`, 422, "field.type", "body.words"},
			{`{"words":"x","colour":"red"}`, 422, "field.unknown", "body.colour"},
			{`{"words":"x","requester":{"nick":"M"}}`, 422, "field.unknown", "body.requester.nick"},
			{`{"words":"x","requester":{"phone":"12"}}`, 422, "phone.invalid", "body.requester.phone"},
			{`{"words":"x","requester":{"email":"nobody"}}`, 422, "email.invalid", "body.requester.email"},
			{`{"words":"x","requester":{"id":"seven"}}`, 404, "not_found", ""},
			{`{"words":"x","requester":{"id":"987654"}}`, 404, "not_found", ""},
			{`{"words":"x","kind":"rumour","priority":"P9"}`, 422, "choice.invalid", "body.priority"},
			{`{"words":"x","channel":"sms"}`, 422, "phone.missing", "body.requester.phone"},
			{`{"words":"x","function":1e40}`, 422, "", "body.function"},
			{`{"words":"x","promise":{"kind":"confirm"}}`, 422, "choice.invalid", "body.promise.kind"},
			{`{"words":"x","promise":{"kind":"other"}}`, 422, "words.missing", "body.promise.text"},
			{`{"words":"x","promise":{"kind":"reply","due":"tomorrow"}}`, 422, "time.invalid", "body.promise.due"},
			{`{"words":"x","promise":{"kind":"reply","due":"2020-01-01T00:00:00Z"}}`, 422, "due.invalid", "body.promise.due"},
			{`{"words":"x","promise":{"kind":"callback","start":"2031-01-01T00:00:00Z"}}`, 409, "window.taken", ""},
			{`{"words":"x","client":"st-anne"}`, 404, "not_found", ""},
			{`{"words":"x","client":"nobody"}`, 404, "not_found", ""},
			{`{"words":`, 400, "body.invalid", ""},
			{`{"words":"x"} {"words":"y"}`, 400, "body.invalid", ""},
			{"{\"words\":\"\xff\xfe\"}", 400, "body.invalid", ""},
			{strings.Repeat("[", 20000), 400, "body.invalid", ""},
			{`{"words":"` + strings.Repeat("x", 5001) + `"}`, 422, "text.too_long", "body.words"},
			{`{"words":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "too_large", ""},
		} {
			mercy.bad(mercy.post("/tickets", c.body), c.status, c.code, c.at)
		}
		mercy.bad(mercy.post("/tickets", ""), 400, "body.invalid", "")
		mercy.bad(mercy.post("/tickets", maria, "Content-Type", "text/plain"), 415, "content_type.wrong", "")
		mercy.bad(mercy.post("/tickets", maria, "Content-Type", "application/x-www-form-urlencoded"), 415, "content_type.wrong", "")
		mercy.is(mercy.post("/tickets", maria, "Content-Type", "application/json; charset=utf-8"), 201)
		if list := mercy.get("/tickets").json["tickets"].([]any); len(list) != 1 {
			t.Fatalf("%d tickets: a refused one was stored", len(list))
		}
	})
}

// What somebody typed comes back whole and harmless where it is asked for, and in no error.
func TestHostileWords(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		subject := `<script>alert(1)</script> ' OR 1=1 -- 💊 שלום {{.}} %s`
		n := "/tickets/" + mercy.opens(fmt.Sprintf(`{"subject":%q,"words":"a\u0000b\u202ec"}`, subject))
		if got := mercy.get(n).str("subject"); got != subject {
			t.Fatalf("subject %q", got)
		}
		const secret = "312-555-xSECRETx"
		for _, body := range []string{
			`{"words":"x","requester":{"phone":"` + secret + `"}}`, `{"words":["` + secret + `"]}`, `{"words":"x","kind":"` + secret + `"}`,
			`{"words":"x","promise":{"due":"` + secret + `"}}`, `{"words":"` + secret, `{"words":"x","requester":"` + secret + `"}`,
		} {
			if a := mercy.post("/tickets", body); a.code < 400 || strings.Contains(a.body, "SECRET") {
				t.Fatalf("%d echoes: %s", a.code, a.body)
			}
		}
		for _, path := range []string{"/tickets?limit=" + secret, "/tickets?state=" + secret, "/tickets?after=" + secret, "/tickets/" + secret, "/requesters?after=" + secret, "/windows?lang=" + secret, n + "/promises/" + secret} {
			if a := mercy.get(path); a.code < 400 || strings.Contains(a.body, "SECRET") {
				t.Fatalf("%d echoes: %s", a.code, a.body)
			}
		}
		for _, ref := range []string{"..%2f..", "%00", "'%20OR%201=1", "K7M", strings.Repeat("K", 300), "%F0%9F%92%8A"} {
			if a := mercy.get("/tickets/" + ref); a.code != 404 && a.code != 422 {
				t.Fatalf("%s: %d %s", ref, a.code, a.body)
			}
		}
	})
}

func TestTheDatabaseIsGone(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		mercy.opens(maria)
		d.Must(d.DB.Close())
		a := mercy.post("/tickets", maria)
		mercy.bad(a, 503, "", "")
		if a.head.Get("Retry-After") == "" {
			t.Fatal("no Retry-After")
		}
		// The document needs neither a token nor a database.
		mercy.is(program{d, mercy.h, ""}.get("/openapi.json"), 200)
	})
}
