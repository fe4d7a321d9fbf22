package httpd

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Browsers over plain http and old ones over https send no Sec-Fetch-Site. They are told from other
// websites by the origin of the form, so our own pages must not hide it.
func TestFormsOfOurOwnPagesAreTaken(t *testing.T) {
	h := Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		Options{Log: slog.New(slog.DiscardHandler), Clock: time.Now})
	for _, c := range []struct {
		origin, site string
		want         int
	}{
		{"", "", http.StatusNoContent}, // no browser
		{"http://mercy.help", "", http.StatusNoContent},
		{"https://mercy.help", "same-origin", http.StatusNoContent},
		{"https://evil.example", "", http.StatusForbidden},
		{"null", "", http.StatusForbidden},
		{"https://evil.example", "cross-site", http.StatusForbidden},
		{"https://other.mercy.help", "same-site", http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://mercy.help/ask/1", nil)
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("origin %q, site %q: %d, want %d", c.origin, c.site, w.Code, c.want)
		}
		if got := w.Header().Get("Referrer-Policy"); got != "same-origin" {
			t.Fatalf("Referrer-Policy %q makes browsers send forms from the origin null", got)
		}
	}
}

// While the database is away every request of a busy desk ends with 503. The log says so every ten seconds, with how many; what
// else goes wrong it says each time.
func TestAnOutageDoesNotFillTheLog(t *testing.T) {
	var log strings.Builder
	now := time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)
	h := Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		w.WriteHeader(status)
	}), Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Clock: func() time.Time { return now }})
	ask := func(n int, status string) {
		for range n {
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?status="+status, nil))
		}
	}
	ask(500, "503")
	ask(2, "500")
	now = now.Add(10 * time.Second)
	ask(500, "503")
	text := log.String()
	if n := strings.Count(text, "status=503"); n != 2 || !strings.Contains(text, "more=499") {
		t.Errorf("%d lines of an outage:\n%s", n, text)
	}
	if n := strings.Count(text, "status=500"); n != 2 {
		t.Errorf("%d lines of faults", n)
	}
}
