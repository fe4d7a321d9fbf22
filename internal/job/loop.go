package job

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Loop claims and works what is due in one Source. Set the fields before the first call
// and leave them alone afterwards; Name, Source and Clock are needed. All methods may be
// called at once from several goroutines.
type Loop struct {
	Name   string // in logs and metrics
	Source Source
	Clock  func() time.Time

	Every   time.Duration // the longest sleep; 1 s if zero
	Batch   int           // rows in one claim; 64 if zero
	Workers int           // rows worked at the same time; 1 if zero
	Lease   time.Duration // how long a claimed row is ours; 1 min if zero
	Gather  time.Duration // how long a wake-up waits for others, so that a flood of them makes few claims
	Grace   time.Duration // from soft to hard stop; 10 s if zero

	// Ticks are chores that come round. Plant writes the row of one tick, due at the
	// instant given, and does nothing if the key is there already: that is what makes
	// two nodes do it once. Needed only with Ticks.
	Ticks []Tick
	Plant func(ctx context.Context, key string, at time.Time) error

	// Skew is how far the clock of the database is from ours; asked every 10 s. May be nil.
	Skew func(ctx context.Context) (time.Duration, error)

	// Backoff is the wait after a failed attempt (the first is 1). By default [Backoff]
	// from 1 s to 10 min.
	Backoff func(attempt int) time.Duration

	// Reason puts an error into a few words without personal data, for the log and for the
	// row. By default the type of the error, because its text may hold anything.
	Reason func(err error) string

	Log *slog.Logger // silent if nil

	// After is a timer and how to stop it; tests give their own. Real time if nil.
	After func(d time.Duration) (c <-chan time.Time, stop func())

	once  sync.Once
	wake  chan struct{} // claim now; holds at most one
	rouse chan struct{} // think again how long to sleep; holds at most one
	slots chan struct{} // one token per running row

	mu      sync.Mutex
	stats   Stats
	next    time.Time // earliest hint that has not passed
	planted map[string]string
	err     error     // what is wrong at present
	errs    int       // failed claims in a row
	goodAt  time.Time // last claim that worked, or the first try
	skewAt  time.Time // when Skew last gave a good answer
}

func (l *Loop) init() {
	l.once.Do(func() {
		l.Every = orDefault(l.Every, time.Second)
		l.Batch = orDefault(l.Batch, 64)
		l.Workers = orDefault(l.Workers, 1)
		l.Lease = orDefault(l.Lease, time.Minute)
		l.Grace = orDefault(l.Grace, 10*time.Second)
		if l.Backoff == nil {
			l.Backoff = func(attempt int) time.Duration {
				return Backoff(attempt, time.Second, 10*time.Minute, rand.Float64())
			}
		}
		if l.Reason == nil {
			l.Reason = typeOf
		}
		if l.Log == nil {
			l.Log = slog.New(slog.DiscardHandler)
		}
		if l.After == nil {
			l.After = func(d time.Duration) (<-chan time.Time, func()) {
				t := time.NewTimer(d)
				return t.C, func() { t.Stop() }
			}
		}
		l.wake = make(chan struct{}, 1)
		l.rouse = make(chan struct{}, 1)
		l.slots = make(chan struct{}, l.Workers)
		l.planted = map[string]string{}
	})
}

func orDefault[T int | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// Run claims and works until ctx ends. Then it claims no more, gives back what it had not
// begun and waits for what is running, for Grace (soft stop). After that it ends the
// contexts of the work and waits once more as long (hard stop). What is still not done
// becomes due again when its lease runs out.
func (l *Loop) Run(ctx context.Context) {
	l.init()
	work, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	var b batch
	for ctx.Err() == nil {
		// A claim waits for one free worker, not for the whole batch before it: a slow
		// row holds up nothing but its worker.
		select {
		case l.slots <- struct{}{}:
			<-l.slots
		case <-ctx.Done():
			continue
		}
		rows, until, err := l.claim(ctx)
		l.hand(ctx, work, rows, until, &b)
		if err != nil || len(rows) < l.Batch {
			l.sleep(ctx, err != nil)
		}
	}
	l.stop(&b, kill)
}

// RunOnce claims one batch, works it and waits for it. It tells how many rows of it were
// finished. The error says why nothing was claimed; rows that failed are in Stats.
func (l *Loop) RunOnce(ctx context.Context) (done int, err error) {
	l.init()
	rows, until, err := l.claim(ctx)
	if err != nil {
		return 0, err
	}
	var b batch
	l.hand(ctx, ctx, rows, until, &b)
	b.wait.Wait()
	return int(b.done.Load()), nil
}

// Wake tells the loop that a commit wrote something due now. It never blocks, and many
// calls make one claim. Forgetting a call costs at most Every.
func (l *Loop) Wake() {
	l.init()
	poke(l.wake)
}

// Next tells the loop that something will be due at an instant, so that it does not sleep
// past it. Only the earliest one to come is kept; losing one costs at most Every.
func (l *Loop) Next(at time.Time) {
	l.init()
	l.mu.Lock()
	sooner := l.next.IsZero() || at.Before(l.next)
	if sooner {
		l.next = at
	}
	l.mu.Unlock()
	if sooner {
		poke(l.rouse)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep waits for a wake-up, for the next instant at which something is due, or for Every.
// After a failed claim it waits longer each time, and no wake-up shortens that.
func (l *Loop) sleep(ctx context.Context, failed bool) {
	wake, rouse := l.wake, l.rouse
	for {
		wait := l.untilNext()
		if failed {
			wake, rouse, wait = nil, nil, l.penalty()
		}
		if wait <= 0 {
			return
		}
		c, stop := l.After(wait)
		select {
		case <-rouse:
			stop()
			continue
		case <-wake:
			stop()
			l.gather(ctx)
			return
		case <-c:
		case <-ctx.Done():
		}
		stop()
		return
	}
}

// gather lets the wake-ups of a moment share the claim that follows.
func (l *Loop) gather(ctx context.Context) {
	if l.Gather <= 0 {
		return
	}
	c, stop := l.After(l.Gather)
	defer stop()
	select {
	case <-c:
	case <-ctx.Done():
	}
	select {
	case <-l.wake:
	default:
	}
}

func (l *Loop) untilNext() time.Duration {
	now := l.Clock()
	wait := l.untilTick(now, l.Every)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.next.IsZero() {
		wait = min(wait, l.next.Sub(now))
	}
	return wait
}

func (l *Loop) penalty() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Backoff(l.errs, l.Every, max(l.Every, 30*time.Second), rand.Float64())
}

func (l *Loop) stop(b *batch, kill func()) {
	done := make(chan struct{})
	go func() { b.wait.Wait(); close(done) }()
	if l.within(l.Grace, done) {
		return
	}
	l.Log.Warn("work cut off by the stop", "loop", l.Name)
	kill()
	if !l.within(l.Grace, done) {
		l.Log.Error("work does not end; left to its lease", "loop", l.Name)
	}
}

func (l *Loop) within(d time.Duration, done <-chan struct{}) bool {
	c, stop := l.After(d)
	defer stop()
	select {
	case <-done:
		return true
	case <-c:
		return false
	}
}
