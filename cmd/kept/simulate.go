package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/simulate"
	"kept/internal/store"
)

// simulateRun lets an invented desk live for a while, faster than time passes.
type simulateRun struct {
	Seed        uint64   `default:"1" placeholder:"N" help:"The same number gives the same days (${default})."`
	Days        int      `default:"7" placeholder:"N" help:"How many days (${default}); a year is 365."`
	Hospitals   int      `default:"250" placeholder:"N" help:"How many hospitals (${default})."`
	Analysts    int      `default:"200" placeholder:"N" help:"How many people work the desk (${default})."`
	Tickets     int      `default:"600000" placeholder:"N" help:"How many questions a year brings (${default})."`
	Divisions   int      `default:"2" placeholder:"N" help:"Hospitals and people are dealt to so many divisions that share nobody (${default}); each runs on a core of its own."`
	Forget      float64  `default:"0.015" placeholder:"SHARE" help:"Share of promised calls that nobody remembers (${default})."`
	Absent      float64  `default:"0.03" placeholder:"SHARE" help:"Share of shifts to which nobody comes (${default})."`
	AddShift    []string `sep:"none" placeholder:"SHIFT" help:"What if: people who are there as well, \"2 PORTAL 18-24\" or \"1 ORD,LAB 22-6 mon-fri\". May be given several times."`
	Report      string   `placeholder:"FILE" help:"Writes the report there, as one HTML page that needs nothing else."`
	Calibration string   `placeholder:"FOLDER" help:"Writes calibration.md and its pictures there: whether the chances of a break were right."`
	From        string   `placeholder:"FILE" help:"Simulates nothing and reports the figures that --figures wrote."`
	Figures     string   `placeholder:"FILE" help:"Writes all figures there, as JSON."`
	Quiet       bool     `help:"Say nothing until the end."`
}

func (c *simulateRun) Run(ctx context.Context, s *settings, t terminal) error {
	if c.Days < 1 || c.Hospitals < 1 || c.Hospitals > 9999 || c.Analysts < 10 || c.Tickets < 1 || c.Divisions < 1 || c.Divisions*10 > c.Analysts || c.Divisions > c.Hospitals {
		return desk.Errorf(desk.Invalid, "simulate", "A simulation needs at least one day, one hospital (at most 9999), one question, and ten analysts in each division.")
	}
	if !(c.Forget >= 0 && c.Forget <= 1 && c.Absent >= 0 && c.Absent <= 1) {
		return desk.Errorf(desk.Invalid, "simulate", "--forget and --absent are shares: from 0 to 1.")
	}
	o := simulate.Options{
		Seed: c.Seed, Days: c.Days, Hospitals: c.Hospitals, Analysts: c.Analysts, Tickets: c.Tickets, Divisions: c.Divisions, Forget: c.Forget, Absent: c.Absent,
	}
	for _, text := range c.AddShift {
		shift, err := simulate.ParseShift(text)
		if err != nil {
			return desk.Wrap(desk.Invalid, "add_shift", err, "--add-shift "+err.Error()+".")
		}
		o.Extra = append(o.Extra, shift)
	}
	if !c.Quiet {
		o.Progress = func(line string) { t.say("%s", line) }
	}
	// What cannot be written is said before the run, not after it.
	if err := c.each(func(file string) error {
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		return f.Close()
	}); err != nil {
		return err
	}
	// Little lives for long here, and memory is there: after a month 300 MB are alive.
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(4 << 30))
	folder, err := os.MkdirTemp("", "kept-simulate-")
	if err != nil {
		return desk.Wrap(desk.Unavailable, "folder", err, "There is no folder for the simulated desk.")
	}
	defer os.RemoveAll(folder)
	began := clock()
	var report simulate.Report
	if c.From != "" {
		report, err = readFigures(c.From)
	} else {
		report, err = simulate.Run(ctx, o, func(o store.Options) (*store.DB, error) {
			folder, err := os.MkdirTemp(folder, "division-")
			if err != nil {
				return nil, err
			}
			o.DataDir, o.Log = folder, s.logger(t.err)
			return store.Open(ctx, o)
		})
	}
	if err != nil {
		return err
	}
	t.say("%s", report)
	if c.From == "" {
		t.say("Simulated in %s.", clock().Sub(began).Round(time.Second))
	}
	return c.write(report)
}

// each does something to every file that was asked for, and gives all that went wrong.
func (c *simulateRun) each(do func(file string) error) error {
	var wrong []error
	var said []string
	for _, file := range []string{c.Figures, c.Report, c.in("calibration.md"), c.in("calibration.svg"), c.in("calibration-functions.svg")} {
		if file == "" {
			continue
		}
		if err := do(file); err != nil {
			wrong, said = append(wrong, err), append(said, file+" cannot be written.")
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return desk.Wrap(desk.Unavailable, "report", errors.Join(wrong...), strings.Join(said, " "))
}

// in is a file of the folder of the calibration; empty where none was asked for.
func (c *simulateRun) in(name string) string {
	if c.Calibration == "" {
		return ""
	}
	return filepath.Join(c.Calibration, name)
}

// write puts the report into the files that were asked for: one that fails does not stop the others.
func (c *simulateRun) write(r simulate.Report) error {
	return c.each(func(file string) error {
		var text []byte
		var err error
		switch file {
		case c.Figures:
			text, err = json.Marshal(r)
		case c.Report:
			var page bytes.Buffer
			err = r.Page(&page)
			text = page.Bytes()
		default:
			words, tenths, functions := r.Calibration()
			switch file {
			case c.in("calibration.svg"):
				words = tenths
			case c.in("calibration-functions.svg"):
				words = functions
			}
			text = []byte(words)
		}
		if err != nil {
			return err
		}
		return os.WriteFile(file, text, 0o644)
	})
}

func readFigures(file string) (r simulate.Report, err error) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, desk.Wrap(desk.Invalid, "from", err, file+" has no figures of a simulation.")
	}
	return r, nil
}
