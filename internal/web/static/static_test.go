package static

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, url, accept string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", url, nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func TestFilesHaveHashedNamesAndStayCached(t *testing.T) {
	url := URL("tokens.css")
	if !regexp.MustCompile(`^/static/tokens\.[0-9a-f]{10}\.css$`).MatchString(url) {
		t.Fatalf("URL = %q", url)
	}
	w := get(t, url, "")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Fatalf("got %d %q", w.Code, w.Header().Get("Cache-Control"))
	}
	plain := w.Body.String()
	w = get(t, url, "br;q=1.0, gzip")
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("not packed")
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(z)
	if err != nil || string(unpacked) != plain {
		t.Fatalf("packed body differs from the plain one: %v", err)
	}
	if w = get(t, url, "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Fatal("packed although the browser refused it")
	}
}

func TestOnlyEmbeddedFilesAreServed(t *testing.T) {
	for _, url := range []string{"/static/tokens.css", "/static/../static.go", "/static/static.go", "/static/", URL("nothing.css")} {
		if w := get(t, url, ""); w.Code != 404 {
			t.Errorf("%s: got %d, want 404", url, w.Code)
		}
	}
}

func TestStyleSheetsReferToFilesThatExist(t *testing.T) {
	refs := regexp.MustCompile(`url\("([^"]+)"\)`)
	for name, a := range byName {
		if !strings.HasSuffix(name, ".css") {
			continue
		}
		for _, m := range refs.FindAllStringSubmatch(string(a.body), -1) {
			if byPath[m[1]] == nil {
				t.Errorf("%s refers to %s, which is not there", name, m[1])
			}
		}
	}
}
