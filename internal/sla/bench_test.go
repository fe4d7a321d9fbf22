package sla

import (
	"syscall"
	"testing"
	"time"

	"kept/internal/calendar"
)

// ordinary gives n tickets of an ordinary month: seven events each, all kinds of ends.
func ordinary(n int) []Ticket {
	start := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	all := make([]Ticket, n)
	for i := range all {
		at := start.Add(time.Duration(i) * 10 * time.Minute)
		seq := 0
		next := func(d time.Duration, typ EventType, side Side) Event {
			at, seq = at.Add(d+time.Duration(i%53)*time.Minute), seq+1
			return Event{At: at, Seq: seq, Type: typ, Side: side, Told: true}
		}
		t := &all[i]
		t.ID = int64(i + 1)
		t.Facts = Facts{Kind: "incident", Priority: Priorities[i%4], Audience: "employee", Team: "L1"}
		t.Events = []Event{next(0, Opened, Person), next(5*time.Minute, Answered, Staff), next(time.Hour, PersonWrote, Person)}
		wait := next(20*time.Minute, Paused, Staff)
		wait.Reason = WaitingForPerson
		t.Events = append(t.Events, wait, next(3*time.Hour, PersonWrote, Person), next(time.Hour, AskedIfFixed, Staff))
		if i%9 == 0 {
			t.Events = append(t.Events, next(5*time.Hour, SaidNotFixed, Person))
		} else {
			t.Events = append(t.Events, next(5*time.Hour, SaidFixed, Person))
		}
	}
	return all
}

func defaultBook(tb testing.TB) *Book {
	tb.Helper()
	b, err := Draft(DefaultIn("America/Chicago"))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// Six metrics: first response, next response, update, resolution, confirmed, loop closed.
func BenchmarkFold(b *testing.B) {
	book, tickets := defaultBook(b), ordinary(1000)
	now := tickets[0].Events[0].At.AddDate(0, 1, 0)
	var f Folder
	var buf []Clock
	b.ReportAllocs()
	n := 0
	defer processor(b)()
	for b.Loop() {
		buf = f.Fold(buf[:0], book, &tickets[n%len(tickets)], now)
		n++
	}
	b.ReportMetric(float64(len(buf)), "clocks")
}

// processor reports the processor time of an operation, which other work on the machine does not lengthen.
func processor(b *testing.B) func() {
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := used()
	return func() { b.ReportMetric(float64(used()-before)/float64(b.N), "cpu-ns/op") }
}

func BenchmarkFoldOnAllCores(b *testing.B) {
	book, tickets := defaultBook(b), ordinary(1000)
	now := tickets[0].Events[0].At.AddDate(0, 1, 0)
	b.ReportAllocs()
	defer processor(b)()
	b.RunParallel(func(pb *testing.PB) {
		var f Folder
		var buf []Clock
		for n := 0; pb.Next(); n++ {
			buf = f.Fold(buf[:0], book, &tickets[n%len(tickets)], now)
		}
	})
}

func BenchmarkExplain(b *testing.B) {
	book, tickets := defaultBook(b), ordinary(1000)
	now := tickets[0].Events[0].At.AddDate(0, 1, 0)
	var f Folder
	b.ReportAllocs()
	n := 0
	defer processor(b)()
	for b.Loop() {
		f.Explain(book, &tickets[n%len(tickets)], now)
		n++
	}
}

func BenchmarkOutlook(b *testing.B) {
	book, tickets := defaultBook(b), ordinary(1000)
	now := tickets[0].Events[0].At.AddDate(0, 1, 0)
	var f Folder
	b.ReportAllocs()
	n := 0
	defer processor(b)()
	for b.Loop() {
		f.Outlook(book, &tickets[n%len(tickets)], now)
		n++
	}
}

func BenchmarkReplay(b *testing.B) {
	draft := DefaultIn("America/Chicago")
	draft.Targets[7].Allowed /= 2
	live, other := defaultBook(b), (*Book)(nil)
	var err error
	if other, err = Draft(draft); err != nil {
		b.Fatal(err)
	}
	tickets := ordinary(4300)
	start := tickets[0].Events[0].At
	period := calendar.Span{Start: start, End: start.AddDate(0, 1, 0)}
	b.ReportAllocs()
	defer processor(b)()
	for b.Loop() {
		Replay(tickets, period, live, other)
	}
}
