package demo_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"kept/internal/demo"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

// BenchmarkSeed says how long a large desk takes: KEPT_TICKETS=1000000 go test -bench Seed -benchtime 1x
func BenchmarkSeed(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("KEPT_TICKETS"))
	if err != nil {
		n = 5000
	}
	for engine, opener := range map[string]func(testing.TB) func(...store.Options) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(fmt.Sprintf("%s-%d", engine, n), func(b *testing.B) {
			for b.Loop() {
				db := opener(b)(store.Options{Clock: func() time.Time { return now }})
				r, err := demo.Seed(b.Context(), db, demo.Options{Seed: 1, Now: now, Tickets: n, Progress: func(s string) { b.Log(s) }})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
				b.ReportMetric(float64(r.Open), "open")
			}
		})
	}
}
