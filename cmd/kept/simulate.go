package main

import (
	"context"
	"os"
	"time"

	"kept/internal/desk"
	"kept/internal/simulate"
	"kept/internal/store"
)

// simulateRun lets an invented desk live for a while, faster than time passes.
type simulateRun struct {
	Seed      uint64  `default:"1" placeholder:"N" help:"The same number gives the same days (${default})."`
	Days      int     `default:"7" placeholder:"N" help:"How many days (${default}); a year is 365."`
	Hospitals int     `default:"250" placeholder:"N" help:"How many hospitals (${default})."`
	Analysts  int     `default:"200" placeholder:"N" help:"How many people work the desk (${default})."`
	Tickets   int     `default:"600000" placeholder:"N" help:"How many questions a year brings (${default})."`
	Forget    float64 `default:"0.015" placeholder:"SHARE" help:"Share of promised calls that nobody remembers (${default})."`
	Absent    float64 `default:"0.03" placeholder:"SHARE" help:"Share of shifts to which nobody comes (${default})."`
	Quiet     bool    `help:"Say nothing until the end."`
}

func (c *simulateRun) Run(ctx context.Context, s *settings, t terminal) error {
	if c.Days < 1 || c.Hospitals < 1 || c.Hospitals > 9999 || c.Analysts < 10 || c.Tickets < 1 {
		return desk.Errorf(desk.Invalid, "simulate", "A simulation needs at least one day, one hospital (at most 9999), ten analysts and one question.")
	}
	folder, err := os.MkdirTemp("", "kept-simulate-")
	if err != nil {
		return desk.Wrap(desk.Unavailable, "folder", err, "There is no folder for the simulated desk.")
	}
	defer os.RemoveAll(folder)
	o := simulate.Options{
		Seed: c.Seed, Days: c.Days, Hospitals: c.Hospitals, Analysts: c.Analysts, Tickets: c.Tickets, Forget: c.Forget, Absent: c.Absent,
	}
	if !c.Quiet {
		o.Progress = func(line string) { t.say("%s", line) }
	}
	began := clock()
	var db *store.DB
	report, err := simulate.Run(ctx, o, func(o store.Options) (*store.DB, error) {
		o.DataDir, o.Log = folder, s.logger(t.err)
		var err error
		db, err = store.Open(ctx, o)
		return db, err
	})
	if db != nil {
		defer db.Close()
	}
	if err != nil {
		return err
	}
	t.say("")
	t.say("%d days of a desk for %d hospitals with %d people, seed %d, simulated in %s:", c.Days, c.Hospitals, c.Analysts, c.Seed, clock().Sub(began).Round(time.Second))
	t.say("%s", report)
	return nil
}
