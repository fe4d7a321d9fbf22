package main

import (
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"
	"time"
)

// figure is one line of the table.
type figure struct {
	engine    string
	page      string // what it is compared by; empty: nothing
	name      string
	perSecond float64
	p50, p99  time.Duration
	cpu       time.Duration // of the desk, for each answer
	value     string
	ratio     float64
	beside    string // what ratio is of
	target    string
	met       bool
}

// add notes a figure and shows it at once.
func (b *bench) add(f figure) {
	f.engine = b.engine
	b.rows = append(b.rows, f)
	say(fmt.Sprintf("  %s: %.0f/s, p50 %s, p99 %s, processor %s %s", f.name, f.perSecond, short(f.p50), short(f.p99), short(f.cpu), f.value))
}

// print shows all figures as one table in Markdown.
func (b *bench) print() {
	busy, _ := os.ReadFile("/proc/loadavg") // the machine's load of the last 1, 5 and 15 minutes
	fmt.Printf("%s, %d processors, %s/%s, %s; %d connections, %d s for each figure; load %.14s\n\n", time.Now().Format("January 2, 2006"), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		runtime.Version(), b.Clients, b.Seconds, busy)
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 1, ' ', tabwriter.Debug)
	fmt.Fprintln(w, "| engine\t what\t per second\t p50\t p99\t processor\t size\t ratio\t of\t target\t met\t")
	fmt.Fprintln(w, "|---\t---\t---\t---\t---\t---\t---\t---\t---\t---\t---\t")
	for _, f := range b.rows {
		rate, ratio, met := "", "", ""
		if f.perSecond > 0 {
			rate = fmt.Sprintf("%.0f", f.perSecond)
		}
		if f.ratio > 0 {
			ratio = fmt.Sprintf("%.2f", f.ratio)
		}
		if f.target != "" {
			met = map[bool]string{true: "yes", false: "no"}[f.met]
		}
		fmt.Fprintf(w, "| %s\t %s\t %s\t %s\t %s\t %s\t %s\t %s\t %s\t %s\t %s\t\n", f.engine, f.name, rate, short(f.p50), short(f.p99), short(f.cpu), f.value, ratio, f.beside, f.target, met)
	}
	w.Flush()
}

func short(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}
