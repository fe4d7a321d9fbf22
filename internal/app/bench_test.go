package app_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel/sms"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
	"kept/internal/store/rawloop"
	"kept/internal/store/storetest/server"
)

// BenchmarkOpenTicket opens tickets of new people from 16 goroutines over six hospitals, and over one,
// beside a raw loop that writes the same rows.
func BenchmarkOpenTicket(b *testing.B) {
	for _, hospitals := range []int{6, 1} {
		name := fmt.Sprintf("%d-hospitals", hospitals)
		b.Run("sqlite/"+name, func(b *testing.B) {
			dir := b.TempDir()
			openTickets(b, store.Options{DataDir: dir}, hospitals, func(clients []int64, span time.Duration) (rawloop.Result, error) {
				return rawloop.SQLite(b.Context(), dir, clients, 16, span, 0)
			})
		})
		if server.Wanted() {
			b.Run("postgres/"+name, func(b *testing.B) {
				url := server.Database(b)
				openTickets(b, store.Options{DatabaseURL: url}, hospitals, func(clients []int64, span time.Duration) (rawloop.Result, error) {
					return rawloop.Postgres(b.Context(), url, clients, 16, span, 0)
				})
			})
		}
	}
}

func openTickets(b *testing.B, place store.Options, hospitals int, raw func([]int64, time.Duration) (rawloop.Result, error)) {
	db, err := store.Open(b.Context(), place)
	if err != nil {
		b.Fatal(err)
	}
	clients := make([]int64, hospitals)
	err = db.System(b.Context(), "bench", func(tx *store.SystemTx) error {
		for i := range clients {
			clients[i] = int64(i + 1)
			c := desk.Client{ID: desk.ClientID(i + 1), Slug: fmt.Sprint("h", i), Name: fmt.Sprint("Hospital ", i), Host: fmt.Sprint("h", i, ".help"),
				Zone: "America/Chicago", Phone: "+18005550143", Hours: "America/Chicago; always", ReplyIn: 4 * time.Hour,
				ReplyHours: "America/Chicago; mon-fri 08:00-20:00; sat-sun 09:00-17:00", Languages: []string{"en"}, Channels: []desk.Channel{desk.BySMS}}
			if err := tx.AddClient(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	a := app.New(app.Options{DB: db, SMS: sms.NewFake(time.Now, nil, false)})
	v := desk.Viewer{Who: desk.WhoToken, Token: 1, Name: "bench", Desk: true}

	var next atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var wg sync.WaitGroup
	b.ResetTimer()
	start, used, servers := time.Now(), processor(b), server.Processor()
	for range 16 {
		wg.Go(func() {
			var mine []time.Duration
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					break
				}
				began := time.Now()
				_, err := a.OpenTicket(context.Background(), v, desk.ClientID(n%int64(hospitals)+1), app.TicketIn{
					Words: rawloop.Words, Via: desk.ViaAPI, Channel: desk.BySMS,
					Requester: app.RequesterIn{Name: fmt.Sprintf("Bench Person %d", n), Phone: rawloop.Phone(n)},
				})
				mine = append(mine, time.Since(began))
				if err != nil {
					b.Error(err)
					break
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
		})
	}
	wg.Wait()
	ours := float64(b.N) / time.Since(start).Seconds()
	b.StopTimer()
	b.ReportMetric(float64((processor(b)-used).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
	if place.DatabaseURL != "" {
		b.ReportMetric(float64((server.Processor()-servers).Nanoseconds())/1000/float64(b.N), "server-µs/op")
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(all)
	b.ReportMetric(ours, "tickets/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	if b.N < 1000 {
		return // a first try of the testing package
	}
	r, err := raw(clients, 2*time.Second)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(r.PerSecond(), "raw/s")
	b.ReportMetric(ours/r.PerSecond(), "of-raw")
	b.ReportMetric(float64(r.Retries)/float64(r.Tickets), "raw-retries")
}

// BenchmarkSend sends the first messages of as many new tickets as b.N at six hospitals, four at a time as the sender does,
// and notes what became of them.
func BenchmarkSend(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { sendAll(b, store.Options{DataDir: b.TempDir()}) })
	if server.Wanted() {
		b.Run("postgres", func(b *testing.B) { sendAll(b, store.Options{DatabaseURL: server.Database(b)}) })
	}
}

func sendAll(b *testing.B, place store.Options) {
	h := fallDue(b, place, 1, b.N)
	loop := &job.Loop{Name: "sender", Source: h.nodes[0].Sender(), Clock: h.clock, Workers: 4}
	b.ResetTimer()
	used, servers := processor(b), server.Processor()
	sent := 0
	for {
		n, err := loop.RunOnce(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if sent += n; n == 0 {
			break
		}
	}
	b.StopTimer()
	if sent < b.N {
		b.Fatalf("%d messages of %d were sent", sent, b.N)
	}
	b.ReportMetric(float64(sent)/float64(b.N), "messages/op")
	b.ReportMetric(float64((processor(b)-used).Nanoseconds())/1000/float64(sent), "cpu-µs/message")
	if place.DatabaseURL != "" {
		b.ReportMetric(float64((server.Processor()-servers).Nanoseconds())/1000/float64(sent), "server-µs/message")
	}
}

// processor is the processor time that this process has used, which other work on the machine does not lengthen.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
