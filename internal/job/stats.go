package job

import (
	"context"
	"errors"
	"time"
)

// maxSkew is how far the clock of this node may be from that of the database. Beyond it
// the node claims nothing, because it would break promises early or late.
const maxSkew = time.Second

// errSkew is what Healthy says on a node whose clock is wrong.
var errSkew = errors.New("job: the clock of this node is more than 1 s off that of the database")

const skewEvery = 10 * time.Second

// Stats is what a loop has done since the process started.
type Stats struct {
	Claimed int64
	Done    int64
	Failed  int64 // panics included
	Panics  int64
	Expired int64 // dropped unbegun, because their lease had run out; somebody claims them again
	Running int
	Lag     time.Duration // as [Loop.Lag]

	LastRunAt time.Time // the last claim that worked, also if nothing was due; zero if none
}

// Stats returns the figures so far.
func (l *Loop) Stats() Stats {
	lag := l.Lag()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.stats
	s.Lag = lag
	return s
}

// Lag is the age of the oldest due row at the last claim, zero if nothing was due. It
// grows while claims fail.
func (l *Loop) Lag() time.Duration {
	now := l.Clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.errs > 0 {
		return l.stats.Lag + now.Sub(l.goodAt)
	}
	return l.stats.Lag
}

// Healthy is nil, or what keeps this loop from doing all its work at present.
func (l *Loop) Healthy() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *Loop) count(f func(*Stats)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.stats)
}

// begin notes that a pass began at now: what hints said until then is being seen to.
func (l *Loop) begin(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.next.After(now) {
		l.next = time.Time{}
	}
	if l.goodAt.IsZero() {
		l.goodAt = now
	}
}

func (l *Loop) claimed(now time.Time, rows []Row, unplanted error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stats.Claimed += int64(len(rows))
	l.stats.Lag = 0
	for _, r := range rows {
		l.stats.Lag = max(l.stats.Lag, now.Sub(r.FireAt))
	}
	l.stats.LastRunAt, l.goodAt = now, now
	l.err, l.errs = unplanted, 0
}

func (l *Loop) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err // stopping is no illness
	}
	l.mu.Lock()
	l.err = err
	l.errs++
	errs := l.errs
	l.mu.Unlock()
	l.Log.Error("nothing claimed", "loop", l.Name, "reason", l.Reason(err), "failures", errs)
	return err
}

func (l *Loop) checkSkew(ctx context.Context, now time.Time) error {
	if l.Skew == nil {
		return nil
	}
	l.mu.Lock()
	fresh := !l.skewAt.IsZero() && now.Sub(l.skewAt).Abs() < skewEvery
	l.mu.Unlock()
	if fresh {
		return nil
	}
	d, err := l.Skew(ctx)
	if err == nil && d.Abs() > maxSkew {
		err = errSkew
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.skewAt = now; err != nil {
		l.skewAt = time.Time{}
	}
	return err
}
