package demo_test

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/demo"
	"kept/internal/desk"
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

// large is a demo desk with so many questions of Mercy in sixteen months, and somebody who leads.
func large(b *testing.B, open func(...store.Options) *store.DB, questions int) (*app.App, desk.Viewer) {
	b.Helper()
	db := open(store.Options{Clock: func() time.Time { return now }})
	if _, err := demo.Seed(b.Context(), db, demo.Options{Seed: 1, Now: now, Tickets: questions * 100 / 30}); err != nil {
		b.Fatal(err)
	}
	return app.New(app.Options{DB: db}), desk.System("bench")
}

var engines = map[string]func(testing.TB) func(...store.Options) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}

// BenchmarkWhatIf counts 4,300 questions again under other terms, from the database to the list of changes.
func BenchmarkWhatIf(b *testing.B) {
	for engine, opener := range engines {
		b.Run(engine, func(b *testing.B) {
			a, v := large(b, opener(b), 4300)
			page, err := a.Agreement(b.Context(), v, 1)
			if err != nil {
				b.Fatal(err)
			}
			text := page.Draft.Text()
			used := processor(b)
			for b.Loop() {
				got, err := a.WhatIf(b.Context(), v, 1, text, now.AddDate(0, -11, 0), now)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(got.Tickets), "questions")
				b.ReportMetric(float64(len(got.Changes)), "changes")
			}
			b.ReportMetric(float64((processor(b)-used).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}

// BenchmarkClocks reads the rows of all open questions of a desk and stores how they stand.
func BenchmarkClocks(b *testing.B) {
	for engine, opener := range engines {
		b.Run(engine, func(b *testing.B) {
			db := opener(b)(store.Options{Clock: func() time.Time { return now }})
			r, err := demo.Seed(b.Context(), db, demo.Options{Seed: 1, Now: now, Tickets: 20_000})
			if err != nil {
				b.Fatal(err)
			}
			a := app.New(app.Options{DB: db})
			used := processor(b)
			for b.Loop() {
				for _, c := range r.Clients {
					if err := db.Write(b.Context(), desk.System("bench"), c.ID, func(tx *store.Tx) error { return tx.FoldAnew() }); err != nil {
						b.Fatal(err)
					}
				}
				for n := 1; n > 0; {
					if n, err = a.Fold(b.Context(), app.FoldBatch); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64((processor(b)-used).Microseconds())/float64(b.N)/float64(r.Open), "cpu-µs/question")
			b.ReportMetric(float64(r.Open), "open")
		})
	}
}

func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
