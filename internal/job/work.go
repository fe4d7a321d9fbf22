package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// returnTime is how long giving a row back may take; it must also work while stopping.
const returnTime = 5 * time.Second

// reasonStopped is the reason of rows that were given back because the process ends.
const reasonStopped = "stopped"

type batch struct {
	wait sync.WaitGroup
	done atomic.Int64
}

// claim takes one batch and the instant at which its leases end.
func (l *Loop) claim(ctx context.Context) (rows []Row, until time.Time, err error) {
	now := l.Clock()
	l.begin(now)
	if err := l.checkSkew(ctx, now); err != nil {
		return nil, until, l.failed(ctx, err)
	}
	// A chore that cannot be planted must not keep promises from being swept.
	unplanted := l.plant(ctx, now)
	rows, err = l.Source.Claim(ctx, now, l.Batch, l.Lease)
	if err != nil {
		return nil, until, l.failed(ctx, err)
	}
	l.claimed(now, rows, unplanted)
	return rows, now.Add(l.Lease), nil
}

// hand gives each row to a worker as one gets free. It ends early with ctx; work is the
// context of the work itself, which outlives it by the grace.
func (l *Loop) hand(ctx, work context.Context, rows []Row, until time.Time, b *batch) {
	for i, row := range rows {
		if !l.slot(ctx) {
			for _, r := range rows[i:] {
				l.giveBack(ctx, r, r.FireAt, reasonStopped)
			}
			return
		}
		b.wait.Go(func() {
			defer func() { <-l.slots }()
			if l.work(work, row, until) {
				b.done.Add(1)
			}
		})
	}
}

// slot waits for a free worker; false means stop.
func (l *Loop) slot(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case l.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// work does one row and reports whether it was finished.
func (l *Loop) work(ctx context.Context, row Row, until time.Time) bool {
	left := until.Sub(l.Clock())
	if left <= 0 {
		l.count(func(s *Stats) { s.Expired++ })
		return false
	}
	l.count(func(s *Stats) { s.Running++ })
	defer l.count(func(s *Stats) { s.Running-- })

	leased, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	err := l.contain(leased, row)
	if err == nil {
		l.count(func(s *Stats) { s.Done++ })
		return true
	}
	l.count(func(s *Stats) { s.Failed++ })
	reason, at := l.Reason(err), l.Clock().Add(l.Backoff(row.Attempts))
	if ctx.Err() != nil {
		reason, at = reasonStopped, row.FireAt
	}
	l.Log.Warn("work failed", "loop", l.Name, "row", row.ID, "attempt", row.Attempts, "reason", reason)
	l.giveBack(ctx, row, at, reason)
	return false
}

// contain turns a panic into an error: one bad row must not stop the others.
func (l *Loop) contain(ctx context.Context, row Row) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.count(func(s *Stats) { s.Panics++ })
			l.Log.Error("panic in work", "loop", l.Name, "row", row.ID, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	return row.Work(ctx)
}

var errPanic = errors.New("panic")

func (l *Loop) giveBack(ctx context.Context, row Row, at time.Time, reason string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTime)
	defer cancel()
	if err := l.Source.Return(ctx, row, at, reason); err != nil {
		l.Log.Warn("row not given back; left to its lease", "loop", l.Name, "row", row.ID, "reason", l.Reason(err))
	}
}

// typeOf names an error without its text.
func typeOf(err error) string {
	switch {
	case errors.Is(err, errPanic):
		return "panic"
	case errors.Is(err, errSkew):
		return "clock"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}
