package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest/server"
)

// BenchmarkWindowsFor asks for the windows of the promise picker, 28 days of them, of a desk of 200 analysts with 8
// of 40 skills each, 20 shifts each and a fifth of the seats taken; "booking" takes a seat before each time. The
// map is that of 250 clients.
func BenchmarkWindowsFor(b *testing.B) {
	places := map[string]store.Options{"sqlite": {DataDir: b.TempDir()}}
	if server.Wanted() {
		places["postgres"] = store.Options{DatabaseURL: server.Database(b)}
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		place, wanted := places[engine]
		if !wanted {
			continue
		}
		b.Run(engine, func(b *testing.B) {
			a, db, v, day := largeDesk(b, place)
			ask := func(b *testing.B) {
				b.Helper()
				if _, err := a.WindowsFor(b.Context(), v, 1, "S3", "", day, 28); err != nil {
					b.Fatal(err)
				}
			}
			b.Run("28 days", func(b *testing.B) {
				ask(b)
				b.ReportAllocs()
				for b.Loop() {
					ask(b)
				}
			})
			n := int64(1 << 30)
			b.Run("28 days, booking", func(b *testing.B) {
				ask(b)
				for b.Loop() {
					b.StopTimer()
					n++
					err := db.Write(b.Context(), desk.System("bench"), 1, func(tx *store.Tx) error {
						return tx.Book(coverage.Seat{Person: n%4000 + 1, Slot: day, Seat: int(5 + (n-1<<30)/4000)}, desk.PromiseID(n))
					})
					if err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					ask(b)
				}
			})
			b.Run("map", func(b *testing.B) {
				f := app.CoverageFilter{}
				if _, err := a.Coverage(b.Context(), v, f); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					b.StopTimer()
					if _, err := a.AddAbsence(b.Context(), v, app.AbsenceIn{Staff: desk.StaffID(n%200 + 1), Start: day.AddDate(0, 0, 3), End: day.AddDate(0, 0, 4)}); err != nil {
						b.Fatal(err)
					}
					n++
					b.StartTimer()
					if _, err := a.Coverage(b.Context(), v, f); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

func largeDesk(b *testing.B, place store.Options) (*app.App, *store.DB, desk.Viewer, time.Time) {
	now := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	place.Clock = func() time.Time { return now }
	db, err := store.Open(b.Context(), place)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	err = db.System(context.Background(), "bench", func(tx *store.SystemTx) error {
		for k := range 40 {
			if err := tx.AddSkill(desk.Skill{Code: fmt.Sprint("S", k), Name: fmt.Sprint("Skill ", k)}); err != nil {
				return err
			}
		}
		for c := range 250 {
			err := tx.AddClient(desk.Client{ID: desk.ClientID(c + 1), Slug: fmt.Sprint("h", c), Name: fmt.Sprint("Hospital ", c), Host: fmt.Sprint("h", c, ".help"), Zone: "America/Chicago",
				Hours: "America/Chicago; always", ReplyHours: "America/Chicago; always", Languages: []string{"en"}})
			if err != nil {
				return err
			}
		}
		shift := int64(0)
		one := tx.ForClient(1)
		for p := range 200 {
			id := desk.StaffID(p + 1)
			if err := tx.AddStaff(desk.Staff{ID: id, Name: fmt.Sprint("Person ", p), Login: fmt.Sprint(p, "@desk.example"), Role: desk.Analyst, Languages: []string{"en"}, Active: true}); err != nil {
				return err
			}
			for c := range 250 {
				if (c+p)%10 < 3 || c == 0 {
					if err := tx.ServeClient(id, desk.ClientID(c+1)); err != nil {
						return err
					}
				}
			}
			for k := range 8 {
				if err := tx.AddSkillTo(id, fmt.Sprint("S", (p*7+k*5)%40), time.Time{}); err != nil {
					return err
				}
			}
			for d := range 28 {
				if d%7 == p%7 || d%7 == (p+1)%7 {
					continue
				}
				shift++
				start := now.AddDate(0, 0, d).Add(time.Duration(p%24) * time.Hour)
				if err := tx.AddShift(coverage.Shift{ID: shift, Person: int64(id), Start: start, End: start.Add(8 * time.Hour), Seats: 2}); err != nil {
					return err
				}
				for slot := range 16 {
					if (int(shift)+slot)%5 == 0 {
						if err := one.Book(coverage.Seat{Person: int64(id), Slot: start.Add(time.Duration(slot) * 30 * time.Minute)}, desk.PromiseID(shift*100+int64(slot))); err != nil {
							return err
						}
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return app.New(app.Options{DB: db}), db, desk.System("bench"), now
}
