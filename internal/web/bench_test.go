package web

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/demo"
	"kept/internal/httpd"
	"kept/internal/store"
	"kept/internal/store/storetest/server"
)

// BenchmarkPage draws what an analyst opens all day, without a network, on a desk of 3,000 tickets:
//
//	go test ./internal/web -run '^$' -bench Page -cpuprofile /tmp/page.prof
//
// With KEPT_DESK it uses the folder of a demo instead, such as a million tickets made by keptbench. On PostgreSQL
// server-ms is what the server used, and trips how often it was written to.
func BenchmarkPage(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkPage(b, "") })
	if server.Wanted() && os.Getenv("KEPT_DESK") == "" {
		b.Run("postgres", func(b *testing.B) { benchmarkPage(b, server.Database(b)) })
	}
}

func benchmarkPage(b *testing.B, url string) {
	site, cookie := busyDesk(b, url)
	get := func(b *testing.B, method, path, form string) string {
		b.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(form))
		r.Header.Set("Cookie", cookie)
		if form != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(path, w.Code)
		}
		return w.Body.String()
	}
	refs := regexp.MustCompile(`/desk/t/([2-9A-Z-]{7,9})`).FindAllStringSubmatch(get(b, "GET", "/desk", ""), -1)
	for _, page := range []struct {
		name, method, form string
		path               func(n int) string
	}{
		{"queue", "GET", "", func(int) string { return "/desk" }},
		{"ticket", "GET", "", func(n int) string { return "/desk/t/" + refs[n%len(refs)][1] }},
		{"board", "GET", "", func(int) string { return "/promises" }},
		{"search-rare", "POST", "q=quetzalcoatlus", func(int) string { return "/desk/search?part=hits" }},
		{"search-common", "POST", "q=chart", func(int) string { return "/desk/search?part=hits" }},
	} {
		b.Run(page.name, func(b *testing.B) {
			b.ReportAllocs()
			n, began, served, trips := 0, processor(b), server.Processor(), writes()
			for b.Loop() {
				get(b, page.method, page.path(n), page.form)
				n++
			}
			each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n) / 1000 }
			b.ReportMetric(each(processor(b)-began), "cpu-ms/op") // holds on a busy machine, too
			if url != "" {
				b.ReportMetric(each(server.Processor()-served), "server-ms/op")
				b.ReportMetric(float64(writes()-trips)/float64(n), "trips/op")
			}
		})
	}
}

// writes is how often this process has written to a file or a socket; 0 where the system does not tell.
func writes() (n int64) {
	text, _ := os.ReadFile("/proc/self/io")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "syscw: "); ok {
			n, _ = strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
		}
	}
	return n
}

// processor is the processor time that this process has used so far.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// busyDesk is a desk with history, and the cookie of an analyst.
func busyDesk(b *testing.B, database string) (http.Handler, string) {
	folder := os.Getenv("KEPT_DESK")
	db, err := store.Open(b.Context(), store.Options{DataDir: cmp.Or(folder, b.TempDir()), DatabaseURL: database, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	var made struct {
		SignIns []demo.SignIn `json:"sign_ins"`
	}
	if folder != "" {
		text, err := os.ReadFile(filepath.Join(folder, "demo.json"))
		if err == nil {
			err = json.Unmarshal(text, &made)
		}
		if err != nil {
			b.Fatal(err)
		}
	} else {
		result, err := demo.Seed(b.Context(), db, demo.Options{Seed: 1, Now: time.Now(), Tickets: 3000})
		if err != nil {
			b.Fatal(err)
		}
		made.SignIns = result.SignIns
	}
	quiet := slog.New(slog.DiscardHandler)
	a := app.New(app.Options{DB: db, Log: quiet})
	site := httpd.Wrap(New(Options{App: a, Log: quiet}), httpd.Options{Log: quiet, Clock: time.Now})
	for _, who := range made.SignIns {
		if who.Role != "analyst" {
			continue
		}
		r := httptest.NewRequest("POST", "/sign-in", strings.NewReader(url.Values{"email": {who.Login}, "password": {who.Password}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		for _, c := range w.Result().Cookies() {
			if c.Name == sessionCookie && c.Value != "" {
				return site, c.Name + "=" + c.Value
			}
		}
		b.Fatal("signing in:", w.Code)
	}
	b.Fatal("nobody can sign in")
	return nil, ""
}
