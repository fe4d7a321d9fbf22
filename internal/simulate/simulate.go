// Package simulate runs a large desk on a clock that jumps from one happening to the next: callers,
// analysts, texts that arrive or do not, people who forget, through the real acts of app on a real
// database. It is a planning tool, and the strongest test that the desk has: the same Options give the
// same year, and the laws are checked at every commit.
//
// It never talks to a network and reads no clock: all that happens follows from Options.Seed.
//
// Start reading at Run, then world.go (time), line.go (the telephone), work.go (what analysts do), person.go (what
// people do), law.go (what must hold) and report.go (what is counted).
package simulate

import (
	"context"
	"sync"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Options say what to simulate. The zero value of a field is the default in brackets.
type Options struct {
	Seed      uint64
	Hospitals int       // [250]
	Analysts  int       // [200], a tenth of them supervisors
	Tickets   int       // that a year of 365 days brings, about [600,000]
	Days      int       // how long, in days of the desk's zone [365]
	Divisions int       // to which hospitals and people are dealt; none knows of another [1]
	From      time.Time // the first instant, at midnight of the desk's zone [2026-01-01]
	// Forget is the share of promised calls that nobody remembers [0.015].
	Forget float64
	// Absent is the share of shifts to which nobody comes [0.03].
	Absent float64

	// Extra are shifts that somebody thinks of adding: other people, the same callers.
	Extra []Shift

	Progress func(string) `json:"-"` // told once a day, in a sentence; nil tells nobody
}

func (o Options) filled() Options {
	if o.Hospitals == 0 {
		o.Hospitals = 250
	}
	if o.Analysts == 0 {
		o.Analysts = 200
	}
	if o.Tickets == 0 {
		o.Tickets = 600_000
	}
	if o.Days == 0 {
		o.Days = 365
	}
	o.Divisions = max(o.Divisions, 1)
	if o.From.IsZero() {
		o.From = time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	}
	if o.Forget == 0 {
		o.Forget = 0.015
	}
	if o.Absent == 0 {
		o.Absent = 0.03
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o
}

// zone is where the desk itself is: shifts and the hours of callers follow its clocks.
var zone = func() *time.Location {
	loc, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic(err) // the zones are in the binary
	}
	return loc
}()

// Run fills empty databases, which open gives on the simulated clock, one for each division, and lets Options.Days
// pass. When ctx ends, time does, and the report is of what has passed. The error says at which instant something happened that must not: a law that does not hold, an act that
// failed for a reason of ours.
func Run(ctx context.Context, o Options, open func(store.Options) (*store.DB, error)) (Report, error) {
	o = o.filled()
	enough := ctx.Done()
	ctx, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	worlds := make([]*world, o.Divisions)
	for i := range worlds {
		worlds[i] = newWorld(ctx, enough, o, i)
		db, err := open(store.Options{Clock: worlds[i].clock, Forgetful: true, Audit: worlds[i].audit})
		if err != nil {
			return Report{}, err
		}
		worlds[i].begin(db)
	}
	// Each in a goroutine of its own: they share nothing, so the machine decides only how long it takes.
	var all sync.WaitGroup
	for _, w := range worlds {
		all.Go(func() {
			if err := w.live(); err != nil {
				stop(err)
			}
		})
	}
	all.Wait()
	r := newReport()
	r.Options, r.Zone = o, zone.String()
	r.Options.Progress = nil
	r.Days = worlds[0].now.Sub(o.From).Hours() / 24
	for _, w := range worlds {
		r.add(w.report)
	}
	return r, context.Cause(ctx)
}

// analyst gives the viewer of somebody who works the desk.
func viewer(s desk.Staff) desk.Viewer {
	return desk.Viewer{Who: desk.WhoStaff, Staff: s.ID, Role: s.Role, Name: s.Name, Clients: s.Clients, Route: "simulate"}
}
