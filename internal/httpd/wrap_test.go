package httpd

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
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
