package job

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// MaxSkew is how far the clock of this node may be from that of the database
// before it stops claiming.
const MaxSkew = time.Second

// ErrSkew says that this node does not claim because its clock is wrong.
var ErrSkew = errors.New("job: the clock of this node differs from that of the database")

// Loop claims and works what is due in one Source. Set the fields before the
// first call and leave them alone afterwards. All methods may be called at once
// from several goroutines.
type Loop struct {
	Name   string // in logs and metrics
	Source Source
	Clock  func() time.Time

	Every   time.Duration // the longest sleep; 1 s if zero
	Batch   int           // rows in one claim; 64 if zero
	Workers int           // rows worked at the same time; 1 if zero
	Lease   time.Duration // how long a row is ours; 1 min if zero
	Grace   time.Duration // from soft to hard stop; 10 s if zero

	// Ticks are chores that come round; Plant writes the row of one tick, due at
	// the instant given, and does nothing if the key is there already.
	Ticks []Tick
	Plant func(ctx context.Context, key string, at time.Time) error

	// Skew is how far the clock of the database is from ours; asked now and then. May be nil.
	Skew func(ctx context.Context) (time.Duration, error)

	// Backoff is the wait after a failed attempt (the first is 1). By default [Backoff]
	// from 1 s to 10 min.
	Backoff func(attempt int) time.Duration

	// Reason puts an error into a word or two without personal data, for the log and the
	// row. By default the type of the error: texts of errors may hold anything.
	Reason func(err error) string

	Log *slog.Logger // silent if nil

	// After is time.After with a stop, for tests. May be nil.
	After func(d time.Duration) (c <-chan time.Time, stop func())

	once sync.Once
	wake chan struct{}
	hint chan struct{}
	slot chan struct{}

	mu    sync.Mutex
	stats Stats
}

// Stats is what a loop has done since the process started.
type Stats struct {
	Claimed, Done, Failed, Panics, Expired int64
	Running                                int
	Lag                                    time.Duration // see Loop.Lag
	LastRunAt                              time.Time     // the last claim that worked; zero if none
}

// Run claims and works until ctx ends. Then it claims no more, gives back what it had
// not begun and waits for what is running, for Grace; after that it ends the contexts of
// the work and waits once more as long. What is still not done is due again when its
// lease runs out.
func (l *Loop) Run(ctx context.Context) {}

// RunOnce claims one batch, works it and waits for it. It tells how many rows were
// finished; the error is about the claim only, failed rows are in Stats.
func (l *Loop) RunOnce(ctx context.Context) (done int, err error) { return 0, nil }

// Wake tells the loop that a commit wrote something due now. It never blocks; many
// calls make one claim. Forgetting it costs at most Every.
func (l *Loop) Wake() {}

// Next tells the loop that something will be due at an instant, so that it need not
// sleep past it. Only the earliest is kept.
func (l *Loop) Next(at time.Time) {}

// Lag is the age of the oldest due row at the last claim, and grows while claims fail.
func (l *Loop) Lag() time.Duration { return 0 }

// Stats returns the figures so far.
func (l *Loop) Stats() Stats { return l.stats }

// Healthy is nil, or why this loop claims nothing at present.
func (l *Loop) Healthy() error { return nil }

// Tick is a chore that comes round.
type Tick struct {
	Name  string
	Every time.Duration
}

// Key is the name of the latest tick at or before now, the same on every node, and its
// instant. Ticks fall on multiples of Every since 1970, UTC.
func (t Tick) Key(now time.Time) (key string, at time.Time) { return "", now }
