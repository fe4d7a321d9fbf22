package simulate

import (
	"container/heap"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// world is everything of one division at one instant.
type world struct {
	ctx context.Context
	// enough ends time early.
	enough <-chan struct{}
	o      Options
	part   int // which division
	db     *store.DB
	app    *app.App
	rand   *rand.Rand
	// crowd is the dice of those who call and write: they do not depend on who is there to answer.
	crowd *rand.Rand
	now   time.Time

	ahead happenings
	seq   int
	// When the sweeper and the sender look next; zero is not before something is written.
	sweepAt, sendAt time.Time

	hospitals []hospital
	share     float64 // of all questions
	regions   int
	gaps      map[gapKey]*Gap // open ones
	analysts  []*analyst
	line      line
	written   written
	people    int
	carrier   carrier
	laws      laws
	report    Report
}

func newWorld(ctx context.Context, enough <-chan struct{}, o Options, part int) *world {
	w := &world{ctx: ctx, enough: enough, o: o, part: part, now: o.From.UTC(), laws: laws{}, gaps: map[gapKey]*Gap{},
		rand: rand.New(rand.NewPCG(o.Seed, 0x6b657074+uint64(part))), crowd: rand.New(rand.NewPCG(o.Seed, 0x63726f7764+uint64(part)))}
	w.regions = (regions + o.Divisions - 1) / o.Divisions
	w.report = newReport()
	w.carrier.w = w
	return w
}

func (w *world) clock() time.Time { return w.now }

// begin opens the desk of the division.
func (w *world) begin(db *store.DB) {
	w.db = db
	w.app = app.New(app.Options{DB: db, SMS: &w.carrier, Mail: &w.carrier, Rand: rand.NewChaCha8(w.seed()), Abreast: 1})
	w.app.OnWork(func(due time.Time) {
		if w.sweepAt.IsZero() || due.Before(w.sweepAt) {
			w.sweepAt = due
		}
	}, func() { w.sendAt = w.now })
}

func (w *world) seed() (s [32]byte) {
	for i := range s {
		s[i] = byte(w.rand.Uint32())
	}
	return s
}

// live founds the desk, lets the days pass, and holds all that is there at the end against the laws.
func (w *world) live() error {
	if err := w.found(); err != nil {
		return err
	}
	if err := w.pass(w.o.From.AddDate(0, 0, w.o.Days).UTC()); err != nil {
		return err
	}
	return w.last()
}

// happening is something that comes at an instant. Those of one instant come in the order in which
// they were planned.
type happening struct {
	at  time.Time
	seq int
	do  func() error
}

type happenings []happening

func (h happenings) Len() int { return len(h) }
func (h happenings) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}
func (h happenings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *happenings) Push(x any)   { *h = append(*h, x.(happening)) }
func (h *happenings) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = happening{}
	*h = old[:len(old)-1]
	return last
}

// at plans something; what lies in the past comes now.
func (w *world) at(t time.Time, do func() error) {
	if t.Before(w.now) {
		t = w.now
	}
	w.seq++
	heap.Push(&w.ahead, happening{t.Truncate(time.Microsecond), w.seq, do})
}

func (w *world) in(d time.Duration, do func() error) { w.at(w.now.Add(d), do) }

// pass lets time pass until an instant.
func (w *world) pass(until time.Time) error {
	day := w.now
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		select {
		case <-w.enough:
			until = w.now // the report is of the days that have passed
		default:
		}
		next := until
		for _, t := range []time.Time{w.sweepAt, w.sendAt} {
			if !t.IsZero() && t.Before(next) {
				next = t
			}
		}
		if len(w.ahead) > 0 && w.ahead[0].at.Before(next) {
			next = w.ahead[0].at
		}
		if next.After(w.now) {
			w.now = next
		}
		if !w.now.Before(until) {
			return nil
		}
		if err := w.step(); err != nil {
			return fmt.Errorf("%s (seed %d): %w", w.now.In(zone).Format("Mon 2006-01-02 15:04:05 MST"), w.o.Seed, err)
		}
		if w.now.Sub(day) >= 24*time.Hour {
			day = day.Add(24 * time.Hour)
			w.o.Progress(w.said(day))
		}
	}
}

// said tells how far the days have passed.
func (w *world) said(day time.Time) string {
	s := fmt.Sprintf("%s: %d questions, %d promises", day.In(zone).Format("Mon Jan 2"), w.report.Tickets, w.report.Promises())
	if w.o.Divisions > 1 {
		return fmt.Sprintf("Division %d, %s", w.part+1, s)
	}
	return s
}

// step does what is due now: first the clock of promises, then messages, then one happening.
func (w *world) step() error {
	if due(w.sweepAt, w.now) {
		return w.sweep()
	}
	if due(w.sendAt, w.now) {
		return w.send()
	}
	return heap.Pop(&w.ahead).(happening).do()
}

func due(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// batch is how many promises or messages are worked at once.
const batch = 200

func (w *world) sweep() error {
	done, next, err := w.app.Sweep(w.ctx, batch)
	w.sweepAt = w.again(done, next)
	return err
}

func (w *world) send() error {
	done, next, err := w.app.Send(w.ctx, batch)
	w.sendAt = w.again(done, next)
	return err
}

// night is how many questions are counted at once at night: so many that those of each client are many.
const night = 10_000

// fold counts the clocks of what has changed: here every night, for speed, and not each second.
func (w *world) fold() error {
	for {
		if n, err := w.app.Fold(w.ctx, night); err != nil || n == 0 {
			return err
		}
	}
}

// again is when a worker looks next: at once while there is more, otherwise when the next row falls due,
// and no sooner than a second later, as in the running desk.
func (w *world) again(done int, next time.Time) time.Time {
	switch {
	case done >= batch:
		return w.now
	case next.IsZero():
		return next
	case next.Before(w.now.Add(time.Second)):
		return w.now.Add(time.Second)
	}
	return next
}

// tolerate takes refusals that a desk at work meets: somebody was faster, a time is taken, the person has
// ended the question. Any other error ends the simulation.
func (w *world) tolerate(err error) error {
	switch desk.KindOf(err) {
	case desk.Conflict, desk.NotFound, desk.RateLimited:
		w.report.Refused++
		return nil
	}
	return err
}

// chance is true with probability p.
func (w *world) chance(p float64) bool { return w.rand.Float64() < p }

// about gives a duration around a median, lognormal: some take much longer, none takes less than nothing.
func (w *world) about(median time.Duration, spread float64) time.Duration {
	return time.Duration(float64(median) * math.Exp(spread*w.rand.NormFloat64()))
}

// waits gives an exponential time with a mean.
func (w *world) waits(mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * w.rand.ExpFloat64())
}

func pick[T any](dice *rand.Rand, list []T) T { return list[dice.IntN(len(list))] }
