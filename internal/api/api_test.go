package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kept/internal/api"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/testkit"
)

// program is a program of a hospital with a token, talking to the API as the server offers it.
type program struct {
	d     *testkit.Desk
	h     http.Handler
	token string
}

// face gives programs with a token of Mercy, of St. Anne and of the whole desk.
func face(d *testkit.Desk) (mercy, anne, whole program) {
	d.T.Helper()
	h := httpd.Wrap(api.New(api.Options{App: d.App}), httpd.Options{Log: quiet, Clock: d.Now, Failed: api.Failed})
	with := func(c desk.ClientID) program {
		token, err := d.App.AddToken(d.Ctx(), desk.System("test"), c, "test")
		d.Must(err)
		return program{d, h, token}
	}
	return with(d.Mercy.ID), with(d.Anne.ID), with(0)
}

// answer is what came back.
type answer struct {
	code int
	head http.Header
	body string
	json map[string]any
}

func (p program) send(method, path, body string, headers ...string) answer {
	p.d.T.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, path, r)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.h.ServeHTTP(w, req.WithContext(p.d.Ctx()))
	a := answer{code: w.Code, head: w.Header(), body: w.Body.String()}
	if strings.Contains(a.head.Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &a.json); err != nil {
			p.d.T.Fatalf("%s %s: %v in %q", method, path, err, a.body)
		}
	}
	return a
}

func (p program) get(path string) answer { p.d.T.Helper(); return p.send("GET", api.Root+path, "") }

func (p program) post(path, body string, headers ...string) answer {
	p.d.T.Helper()
	return p.send("POST", api.Root+path, body, headers...)
}

// is fails unless the answer has this status.
func (p program) is(a answer, code int) answer {
	p.d.T.Helper()
	if a.code != code {
		p.d.T.Fatalf("status %d, want %d: %s", a.code, code, a.body)
	}
	return a
}

// bad fails unless the answer is a problem with this status, code and place ("" for any).
func (p program) bad(a answer, status int, code, location string) {
	p.d.T.Helper()
	p.is(a, status)
	if ct := a.head.Get("Content-Type"); ct != "application/problem+json" {
		p.d.T.Fatalf("content type %q", ct)
	}
	if a.json["status"] != float64(status) || a.json["detail"] == "" || a.json["title"] == "" || a.json["reference"] == nil {
		p.d.T.Fatalf("not a whole problem: %s", a.body)
	}
	if code != "" && a.json["code"] != code && !strings.Contains(a.body, `"code":"`+code+`"`) {
		p.d.T.Fatalf("code %v, want %s: %s", a.json["code"], code, a.body)
	}
	if location != "" && !strings.Contains(a.body, `"location":"`+location+`"`) {
		p.d.T.Fatalf("nothing at %s: %s", location, a.body)
	}
}

func (a answer) str(key string) string { s, _ := a.json[key].(string); return s }

func (a answer) at(keys ...string) string {
	var v any = a.json
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	s, _ := v.(string)
	return s
}

const maria = `{"words":"How do I see my weight in pounds?","requester":{"name":"Maria Gomez","phone":"312-555-0199"}}`

// opens opens a ticket and gives its number.
func (p program) opens(body string) string {
	p.d.T.Helper()
	return p.is(p.post("/tickets", body), 201).str("number")
}

func TestATokenIsNeeded(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		for _, token := range []string{"", "kept_wrong", "x y", mercy.token + "x", strings.Repeat("k", 5000)} {
			a := program{d, mercy.h, token}.get("/clients")
			mercy.bad(a, 401, "", "")
			if !strings.HasPrefix(a.head.Get("WWW-Authenticate"), "Bearer") {
				t.Fatalf("no WWW-Authenticate for %.20q", token)
			}
			mercy.bad(program{d, mercy.h, token}.post("/tickets", "{not json"), 401, "", "")
		}
		mercy.bad(mercy.send("GET", api.Root+"/clients", "", "Authorization", "Basic a2VwdDo="), 401, "token.missing", "")
	})
}

func TestClientsOfAToken(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, whole := face(d)
		for want, p := range map[string]program{"mercy": mercy, "st-anne": anne, "mercy st-anne": whole} {
			var got []string
			for _, c := range p.is(p.get("/clients"), 200).json["clients"].([]any) {
				got = append(got, c.(map[string]any)["slug"].(string))
			}
			if strings.Join(got, " ") != want {
				t.Fatalf("clients %v, want %s", got, want)
			}
		}
	})
}

func TestWhatIsNotHere(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		mercy.bad(mercy.get("/nothing"), 404, "not_found", "")
		mercy.bad(mercy.get("/docs"), 404, "not_found", "")
		mercy.bad(mercy.get("/schemas/Ticket.json"), 404, "not_found", "")
		a := mercy.send("DELETE", api.Root+"/tickets", "")
		mercy.bad(a, 405, "method.wrong", "")
		if a.head.Get("Allow") != "GET, POST" {
			t.Fatalf("allow %q", a.head.Get("Allow"))
		}
		mercy.bad(mercy.get("/tickets?sort=name"), 422, "field.unknown", "query.sort")
		mercy.bad(mercy.get("/tickets?limit=many"), 422, "field.type", "query.limit")
		mercy.bad(mercy.get("/tickets?state=lost"), 422, "choice.invalid", "query.state")
		mercy.bad(mercy.get("/tickets?after=!!"), 422, "cursor.invalid", "query.after")
		mercy.bad(mercy.get("/requesters?after=!!"), 422, "cursor.invalid", "query.after")
		mercy.bad(mercy.get("/tickets?after=1"), 422, "cursor.invalid", "query.after")
		mercy.bad(mercy.get("/tickets?after=1-zz"), 422, "cursor.invalid", "query.after")
		mercy.bad(mercy.post("/tickets", `{"client":"nowhere","words":"x"}`), 404, "not_found", "body.client")
		mercy.bad(mercy.post("/tickets", `{"client":"99","words":"x"}`), 404, "not_found", "body.client")
		mercy.bad(mercy.get("/windows?client=nowhere"), 404, "not_found", "query.client")
		for _, who := range []string{"x", "123456"} {
			mercy.bad(mercy.post("/tickets", `{"words":"x","requester":{"id":"`+who+`"}}`), 404, "not_found", "body.requester.id")
		}
		mercy.bad(mercy.post("/tickets", `{"words":"x","promise":{"kind":"callback","due":"2026-06-03T13:00:00Z"}}`), 422, "due.window", "body.promise.due")
		mercy.bad(mercy.send("PUT", api.Root+"/lines/%20", `{"waiting":0}`), 422, "line.name", "path.name")
	})
}

// Instants on the wire are RFC 3339 in UTC, whatever the zone of the client.
func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil || !strings.HasSuffix(s, "Z") {
		t.Fatalf("instant %q: %v", s, err)
	}
	return at
}
