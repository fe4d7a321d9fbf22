package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"kept/internal/api"
)

var update = flag.Bool("update", false, "write docs/openapi.json anew")

const golden = "../../docs/openapi.json"

// routes is everything that the API offers.
var routes = []string{
	"GET /clients", "POST /tickets", "GET /tickets", "GET /tickets/{number}", "POST /tickets/{number}/replies", "POST /tickets/{number}/notes",
	"POST /tickets/{number}/questions-if-fixed", "POST /tickets/{number}/waits", "POST /tickets/{number}/merge", "GET /tickets/{number}/events", "GET /tickets/{number}/promises", "POST /tickets/{number}/promises",
	"POST /tickets/{number}/promises/{id}/attempts", "POST /tickets/{number}/promises/{id}/misses", "POST /tickets/{number}/promises/{id}/contacts",
	"POST /tickets/{number}/promises/{id}/moves", "POST /tickets/{number}/promises/{id}/entered-calls", "GET /windows", "GET /requesters", "PUT /lines/{name}", "PUT /lines/{name}/calls/{call}", "DELETE /lines/{name}", "GET /requesters/{client}/{id}",
}

// The document is whole and its copy in docs is current: go test ./internal/api -run OpenAPI -update.
func TestOpenAPI(t *testing.T) {
	w := httptest.NewRecorder()
	api.New(api.Options{}).ServeHTTP(w, httptest.NewRequest("GET", api.Root+"/openapi.json", nil))
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Content-Type"))
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID, Summary, Description string
			Responses                         map[string]struct {
				Description string
				Content     map[string]any
			}
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("version %q", doc.OpenAPI)
	}
	n, ids := 0, map[string]bool{}
	for _, methods := range doc.Paths {
		n += len(methods)
	}
	if n != len(routes) {
		t.Errorf("%d operations, want %d", n, len(routes))
	}
	for _, r := range routes {
		method, path, _ := strings.Cut(r, " ")
		o, ok := doc.Paths[api.Root+path][strings.ToLower(method)]
		if !ok || o.OperationID == "" || ids[o.OperationID] || o.Summary == "" || o.Description == "" {
			t.Errorf("%s: missing or without words or with a double id: %+v", r, o)
		}
		ids[o.OperationID] = true
		for _, code := range []string{"401", "422", "500", "503"} {
			e := o.Responses[code]
			if e.Description == "" || e.Content["application/problem+json"] == nil {
				t.Errorf("%s does not say what %s means", r, code)
			}
		}
	}
	for _, ref := range strings.Split(w.Body.String(), `"$ref": "#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(ref, `"`)
		if doc.Components.Schemas[name] == nil {
			t.Errorf("no schema %s", name)
		}
	}
	got := append(bytes.TrimSpace(w.Body.Bytes()), '\n')
	if *update {
		if err := os.MkdirAll("../../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/openapi.json is not current (%v): go test ./internal/api -run OpenAPI -update", err)
	}
}
