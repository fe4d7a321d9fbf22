package app_test

import (
	"context"
	"fmt"
	"strings"
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
//
// BenchmarkSweepNodes does it with one and with three nodes on one PostgreSQL. looks/op is how often a promise was
// claimed: what is above one was work for nothing.
func BenchmarkSweep(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { sweepAll(b, store.Options{DataDir: b.TempDir()}, 1) })
	if server.Wanted() {
		b.Run("postgres", func(b *testing.B) { sweepAll(b, store.Options{DatabaseURL: server.Database(b)}, 1) })
	}
}

func BenchmarkSweepNodes(b *testing.B) {
	for _, nodes := range []int{1, 3} {
		b.Run(fmt.Sprint(nodes), func(b *testing.B) { sweepAll(b, store.Options{DatabaseURL: server.Database(b)}, nodes) })
	}
}

func sweepAll(b *testing.B, place store.Options, nodes int) {
	h := fallDue(b, place, nodes, b.N)
	b.ResetTimer()
	began := processorTime(b)
	looks := h.sweep(b)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "promises/s")
	b.ReportMetric(float64((processorTime(b)-began).Microseconds())/float64(b.N)/1000, "cpu-ms/op")
	b.ReportMetric(float64(looks)/float64(b.N), "looks/op")
	h.brokeOnce(b)
}

// TestThreeNodesBreakOnce: promises of many people fall due at the same instant, and the sweepers and senders of
// three nodes go for them together. BenchmarkSweepNodes asserts the same of as many as it is told.
func TestThreeNodesBreakOnce(t *testing.T) {
	h := fallDue(t, store.Options{DatabaseURL: server.Database(t)}, 3, 300)
	h.sweep(t)
	h.brokeOnce(t)
	var send sync.WaitGroup
	for _, a := range h.nodes {
		send.Go(func() {
			for done := 1; done > 0; {
				var err error
				if done, _, err = a.Send(context.Background(), 50); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	send.Wait()
	for n := range int64(h.n) {
		number := rawloop.Phone(n + 1)
		sorry := 0
		for _, text := range h.sms.Sent(number) {
			if strings.Contains(strings.ToLower(text.Body), "sorry") {
				sorry++
			}
		}
		if sorry != 1 {
			t.Errorf("%s was told %d times: %v", number, sorry, h.sms.Sent(number))
		}
	}
}

// hour is a desk of several nodes at the moment when n promises are due.
type hour struct {
	n     int
	nodes []*app.App
	db    *store.DB
	sms   *sms.Fake
	clock func() time.Time
}

func fallDue(tb testing.TB, place store.Options, nodes, n int) hour {
	ctx := context.Background()
	noon := time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)
	var now atomic.Int64
	now.Store(noon.UnixMicro())
	h := hour{n: n, clock: func() time.Time { return time.UnixMicro(now.Load()).UTC() }}
	h.sms = sms.NewFake(h.clock, nil, true)
	place.Clock = h.clock
	for range nodes {
		db, err := store.Open(ctx, place)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { db.Close() })
		h.db, h.nodes = db, append(h.nodes, app.New(app.Options{DB: db, SMS: h.sms}))
	}
	err := h.db.System(ctx, "bench", func(tx *store.SystemTx) error {
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
		tb.Fatal(err)
	}
	v := desk.Viewer{Who: desk.WhoToken, Token: 1, Name: "bench", Desk: true}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				_, err := h.nodes[0].OpenTicket(ctx, v, desk.ClientID(i%6+1), app.TicketIn{
					Words: rawloop.Words, Via: desk.ViaAPI, Channel: desk.BySMS,
					Requester: app.RequesterIn{Name: fmt.Sprintf("Bench Person %d", i), Phone: rawloop.Phone(i)},
				})
				if err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	now.Store(noon.Add(4*time.Hour + time.Second).UnixMicro())
	return h
}

// sweep lets all nodes sweep at the same time until nothing is due. It gives how many rows they claimed.
func (h hour) sweep(tb testing.TB) int64 {
	ctx := context.Background()
	var looks atomic.Int64
	var wg sync.WaitGroup
	for _, a := range h.nodes {
		wg.Go(func() {
			loop := &job.Loop{Name: "sweeper", Source: a.Sweeper(), Clock: h.clock, Batch: app.SweepBatch, Workers: 4}
			for {
				done, err := loop.RunOnce(ctx)
				looks.Add(int64(done))
				var lag time.Duration
				if err == nil {
					lag, err = a.SweepLag(ctx)
				}
				if err != nil {
					tb.Error(err)
					return
				}
				if lag == 0 {
					return
				}
				if looks.Load() > 20*int64(h.n) {
					tb.Errorf("%d promises were worked %d times", h.n, looks.Load())
					return
				}
			}
		})
	}
	wg.Wait()
	return looks.Load()
}

// brokeOnce: every promise broke once and aloud, and no two repairs have one seat.
func (h hour) brokeOnce(tb testing.TB) {
	ctx, v := context.Background(), desk.System("test")
	found, err := h.nodes[0].Verify(ctx, v)
	if err != nil {
		tb.Fatal(err)
	}
	for _, broken := range found.Broken {
		tb.Error(broken)
	}
	seats := map[coverage.Seat]bool{}
	broke, told, repairs := 0, 0, 0
	for c := range 6 {
		for before, more := desk.TicketID(0), true; more; {
			err := h.db.Read(ctx, v, desk.ClientID(c+1), func(tx *store.ReadTx) error {
				page, err := tx.Tickets("", before, 200)
				more = len(page) == 200
				for _, ticket := range page {
					before = ticket.ID
					f, err := app.File(tx, ticket)
					if err != nil {
						return err
					}
					for _, e := range f.Events {
						if e.Type == desk.PromiseBroken {
							broke++
						}
					}
					for _, o := range f.Outs {
						if o.Trigger == desk.SayBroken {
							told++
						}
					}
					for id, p := range f.Promises {
						if p.RepairOf != 0 {
							repairs++
						}
						if seat, ok := f.Seats[id]; ok {
							if seats[seat] {
								tb.Errorf("a seat was given twice: %+v", seat)
							}
							seats[seat] = true
						}
					}
				}
				return err
			})
			if err != nil {
				tb.Fatal(err)
			}
		}
	}
	if found.Tickets != h.n || broke != h.n || told != h.n || repairs != h.n || len(seats) == 0 {
		tb.Errorf("%d tickets; %d breaks, %d apologies, %d repairs, %d seats; all of %d", found.Tickets, broke, told, repairs, len(seats), h.n)
	}
}

// processorTime is what this process has used so far; it holds on a busy machine, too.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
