package app_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel/sms"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
	"kept/internal/store/rawloop"
	"kept/internal/store/storetest/server"
)

// BenchmarkSweep lets b.N promises of as many people at six hospitals fall due at the same hour, on a desk of 200
// people with shifts around the clock, and waits until all are broken, repaired and their apologies written:
//
//	go test ./internal/app -run '^$' -bench Sweep -benchtime 10000x
func BenchmarkSweep(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { sweepAll(b, store.Options{DataDir: b.TempDir()}) })
	if server.Wanted() {
		b.Run("postgres", func(b *testing.B) { sweepAll(b, store.Options{DatabaseURL: server.Database(b)}) })
	}
}

func sweepAll(b *testing.B, place store.Options) {
	ctx := context.Background()
	noon := time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)
	var now atomic.Int64
	now.Store(noon.UnixMicro())
	clock := func() time.Time { return time.UnixMicro(now.Load()).UTC() }
	place.Clock = clock
	db, err := store.Open(ctx, place)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	err = db.System(ctx, "bench", func(tx *store.SystemTx) error {
		for i := range 6 {
			c := desk.Client{ID: desk.ClientID(i + 1), Slug: fmt.Sprint("h", i), Name: fmt.Sprint("Hospital ", i), Host: fmt.Sprint("h", i, ".help"),
				Zone: "America/Chicago", Phone: "+18005550143", Hours: "America/Chicago; always", ReplyIn: 4 * time.Hour,
				ReplyHours: "America/Chicago; always", Languages: []string{"en"}, Channels: []desk.Channel{desk.BySMS}}
			if err := tx.AddClient(c); err != nil {
				return err
			}
		}
		for i := range 200 {
			who := desk.Staff{ID: desk.StaffID(i + 1), Name: fmt.Sprint("Person ", i), Login: fmt.Sprint("p", i, "@kept.example"), Role: desk.Analyst, Active: true}
			if i%10 == 0 {
				who.Role = desk.Supervisor
			}
			if err := tx.AddStaff(who); err != nil {
				return err
			}
			for c := range 6 {
				if err := tx.ServeClient(who.ID, desk.ClientID(c+1)); err != nil {
					return err
				}
			}
			for day := range 10 {
				start := noon.Truncate(24 * time.Hour).Add(time.Duration(day-1)*24*time.Hour + time.Duration(i%3)*8*time.Hour)
				if err := tx.AddShift(coverage.Shift{ID: int64(i*100 + day + 1), Person: int64(who.ID), Start: start, End: start.Add(8 * time.Hour), Seats: 2}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	a := app.New(app.Options{DB: db, SMS: sms.NewFake(clock, nil, false)})
	v := desk.Viewer{Who: desk.WhoToken, Token: 1, Name: "bench", Desk: true}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				_, err := a.OpenTicket(ctx, v, desk.ClientID(n%6+1), app.TicketIn{
					Words: rawloop.Words, Via: desk.ViaAPI, Channel: desk.BySMS,
					Requester: app.RequesterIn{Name: fmt.Sprintf("Bench Person %d", n), Phone: rawloop.Phone(n)},
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	now.Store(noon.Add(4*time.Hour + time.Second).UnixMicro())
	sweep := &job.Loop{Name: "sweeper", Source: a.Sweeper(), Clock: clock, Batch: app.SweepBatch, Workers: 4}
	b.ResetTimer()
	began := processorTime(b)
	for broken := 0; broken < b.N; {
		done, err := sweep.RunOnce(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if done == 0 {
			b.Fatalf("%d of %d promises were worked", broken, b.N)
		}
		broken += done
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "promises/s")
	b.ReportMetric(float64((processorTime(b)-began).Microseconds())/float64(b.N)/1000, "cpu-ms/op")
}

// processorTime is what this process has used so far; it holds on a busy machine, too.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
