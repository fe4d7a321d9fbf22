package api_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"kept/internal/api"
	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/store/storetest"
)

// bench is the API on a database with real ids and a clock that runs, without the test desk's sends.
func bench(b *testing.B) (h http.Handler, token string) {
	b.Helper()
	a := app.New(app.Options{DB: storetest.SQLite(b)()})
	system := desk.System("bench")
	c, err := a.AddClient(b.Context(), system, desk.Client{Slug: "mercy", Name: "Mercy Health", Short: "Mercy", Host: "mercy.help",
		Zone: "America/Chicago", Phone: "+18005550143", Hours: "America/Chicago; always", ReplyIn: 4 * time.Hour, ReplyHours: "America/Chicago; always"})
	if err != nil {
		b.Fatal(err)
	}
	if token, err = a.AddToken(b.Context(), system, c.ID, "bench"); err != nil {
		b.Fatal(err)
	}
	return httpd.Wrap(api.New(api.Options{App: a}), httpd.Options{Log: quiet, Clock: time.Now, Failed: api.Failed}), token
}

// body is a ticket of one of many people, of about 400 bytes.
func body(n int64) []byte {
	return fmt.Appendf(nil, `{"client":"mercy","subject":"My chart shows kilograms","words":"How do I see my weight in pounds, not `+
		`kilograms? I looked under settings and under my profile on the phone and found nothing. Question %d.","skill":"PORTAL",`+
		`"lang":"en","channel":"sms","requester":{"name":"Maria Gomez","phone":"312-%03d-%04d"}}`, n, 200+n/10000%700, n%10000)
}

// 16 clients open tickets at once.
func BenchmarkOpenTicket(b *testing.B) {
	h, token := bench(b)
	var n atomic.Int64
	b.SetParallelism(8) // times two cores
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			r := httptest.NewRequestWithContext(context.Background(), "POST", api.Root+"/tickets", bytes.NewReader(body(i)))
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", fmt.Sprint("bench ", i))
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != 201 {
				b.Errorf("%d %s", w.Code, w.Body)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
}

// What the face alone costs: a ticket that is refused at its last field, so that nothing is stored.
func BenchmarkRefusedTicket(b *testing.B) {
	h, token := bench(b)
	text := bytes.Replace(body(1), []byte(`"phone":"312-`), []byte(`"phone":"012-`), 1)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequestWithContext(context.Background(), "POST", api.Root+"/tickets", bytes.NewReader(text))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 422 {
			b.Fatal(w.Code, w.Body)
		}
	}
}
