package sla

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kept/internal/calendar"
)

// Zones with an hour, half an hour, a whole day, a change at midnight, and none at all.
var zoneNames = []string{
	"America/Chicago", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Cairo", "UTC",
}

var weeks = []string{
	"always", "mon-fri 08:00-17:00", "mon-sun 16:00-24:00", "mon-sun 22:00-06:00", "mon-sat 08:00-12:00,13:00-17:30", "sun 00:00-24:00; wed 00:00-03:00,23:00-24:00",
	"mon-sun 01:30-02:30",
}

// drawTerms gives an agreement with up to three lines for some metrics, on calendars in one zone.
func drawTerms(t *rapid.T, zone string, metrics ...Metric) Agreement {
	a := agreed()
	a.From = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	a.Desk.At, a.ClientSide.At = a.From, a.From
	a.Grace = time.Duration(rapid.IntRange(1, 90).Draw(t, "grace")) * time.Minute
	a.Calendars = nil
	for i := range 2 {
		a.Calendars = append(a.Calendars, Calendar{fmt.Sprint("c", i), zone + "; " + rapid.SampledFrom(weeks).Draw(t, "week")})
	}
	for _, m := range metrics {
		last := rapid.IntRange(0, 1).Draw(t, "lines")
		for i := 0; i <= last; i++ {
			x := Target{Metric: m, Goal: 90, Calendar: fmt.Sprint("c", rapid.IntRange(0, 1).Draw(t, "calendar"))}
			if m != CallbackKept {
				x.Allowed = time.Duration(rapid.IntRange(1, 900).Draw(t, "allowed")) * time.Minute
			}
			if i < last {
				x.When.Priorities = []string{"P1"}
			}
			for _, reason := range []string{WaitingForPerson, "supplier"} {
				if !m.keyed() && rapid.Bool().Draw(t, "pause") {
					x.Pauses = append(x.Pauses, Pause{reason, time.Duration(rapid.IntRange(1, 600).Draw(t, "max")) * time.Minute, 30 * time.Minute})
				}
			}
			a.Targets = append(a.Targets, x)
		}
	}
	return a
}

// drawStart gives an instant on a whole minute near a change of the clocks or the end of a month.
func drawStart(t *rapid.T, zone string) time.Time {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	year := rapid.SampledFrom([]int{2011, 2012, 2015, 2018, 2026}).Draw(t, "year")
	start := time.Date(year, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, loc)
	if rapid.Bool().Draw(t, "at a change") {
		if _, end := start.ZoneBounds(); !end.IsZero() && end.Year() < year+2 {
			start = end
		}
	}
	return start.UTC().Truncate(time.Minute).Add(time.Duration(rapid.IntRange(-900, 60).Draw(t, "minutes")) * time.Minute)
}

// drawTicket gives a ticket whose events lie at most a few hours apart, often at one instant.
func drawTicket(t *rapid.T, start time.Time) *Ticket {
	x := &Ticket{ID: 1, Facts: Facts{Priority: rapid.SampledFrom(Priorities).Draw(t, "priority"), Team: "L1"}}
	at := start
	x.Events = append(x.Events, Event{At: at, Seq: 1, Type: Opened, Side: Person})
	for i := range rapid.IntRange(0, 14).Draw(t, "events") {
		if rapid.IntRange(0, 4).Draw(t, "later") > 0 {
			at = at.Add(time.Duration(rapid.IntRange(0, 500).Draw(t, "gap")) * time.Minute)
		}
		x.Events = append(x.Events, Event{
			At: at, Seq: i + 2,
			Type:     EventType(rapid.IntRange(int(Opened), int(termsChanged)-1).Draw(t, "type")),
			Side:     Side(rapid.IntRange(0, 2).Draw(t, "side")),
			Told:     rapid.IntRange(0, 3).Draw(t, "told") > 0,
			Key:      int64(rapid.IntRange(1, 2).Draw(t, "key")),
			Due:      at.Add(time.Duration(rapid.IntRange(-300, 600).Draw(t, "due")) * time.Minute),
			Priority: rapid.SampledFrom(Priorities).Draw(t, "to"),
			Team:     rapid.SampledFrom([]string{"L1", "L2"}).Draw(t, "team"),
			Reason:   rapid.SampledFrom([]string{WaitingForPerson, "supplier", "weather"}).Draw(t, "reason"),
		})
	}
	return x
}

func drawNow(t *rapid.T, x *Ticket) time.Time {
	first, last := x.Events[0].At, x.Events[len(x.Events)-1].At
	return first.Add(time.Duration(rapid.IntRange(0, int(last.Sub(first)/time.Minute)+2000).Draw(t, "now")) * time.Minute)
}

// drawAll gives a book of all metrics with two versions, a ticket and an instant.
func drawAll(t *rapid.T) (*Book, *Ticket, time.Time) {
	zone := rapid.SampledFrom(zoneNames).Draw(t, "zone")
	x := drawTicket(t, drawStart(t, zone))
	now := drawNow(t, x)
	a := drawTerms(t, zone, Metrics()...)
	versions := []Agreement{a}
	if rapid.Bool().Draw(t, "two versions") {
		b := drawTerms(t, zone, Metrics()...)
		b.Version, b.OpenTickets = 2, rapid.Bool().Draw(t, "open tickets")
		b.From = x.Events[0].At.Add(time.Duration(rapid.IntRange(-100, 1000).Draw(t, "from")) * time.Minute)
		versions = append(versions, b)
	}
	if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
		v := &versions[len(versions)-1]
		v.Until = x.Events[0].At.Add(time.Duration(rapid.IntRange(1001, 3000).Draw(t, "until")) * time.Minute)
	}
	b, err := Compile(versions...)
	if err != nil {
		t.Fatal(err)
	}
	return b, x, now
}

func TestFoldIsDeterministicInAnyOrderOfEvents(t *testing.T) {
	var used Folder // dirty from one case to the next
	rapid.Check(t, func(t *rapid.T) {
		b, x, now := drawAll(t)
		var fresh Folder
		want := fresh.Fold(nil, b, x, now)
		shuffled := *x
		shuffled.Events = rapid.Permutation(x.Events).Draw(t, "order")
		before := slices.Clone(shuffled.Events)
		if got := used.Fold(nil, b, &shuffled, now); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order:\n%+v\nwant\n%+v", got, want)
		}
		if !reflect.DeepEqual(shuffled.Events, before) {
			t.Fatal("the ticket was changed")
		}
		kept := []Clock{{Metric: Supplier, Key: 99}}
		if got := used.Fold(kept, b, x, now); !reflect.DeepEqual(got[0], kept[0]) || !reflect.DeepEqual(got[1:], append([]Clock{}, want...)) {
			t.Fatal("it does not append")
		}
		var explained []Clock
		for _, e := range used.Explain(b, x, now) {
			explained = append(explained, e.Clock)
		}
		if !reflect.DeepEqual(explained, want) {
			t.Fatalf("explained are\n%+v\nwant\n%+v", explained, want)
		}
	})
}

// A desk that folds after each event, as it comes, sees what one sees who comes later and knows all of them.
func TestStepByStepEqualsFromScratch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, x, _ := drawAll(t)
		var f, g Folder
		var buf []Clock
		for i := range x.Events {
			known := *x
			known.Events = x.Events[:i+1]
			now := x.Events[i].At
			all := *x
			if i+1 < len(x.Events) && x.Events[i+1].At.Equal(now) {
				continue // the next one has happened as well
			}
			buf = f.Fold(buf[:0], b, &known, now)
			if later := g.Fold(nil, b, &all, now); !reflect.DeepEqual(append([]Clock{}, buf...), append([]Clock{}, later...)) {
				t.Fatalf("at %s the desk saw\n%+v\nlater it is\n%+v", now, buf, later)
			}
		}
	})
}

func TestFoldIsMonotoneInNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, x, now := drawAll(t)
		var f Folder
		for i := range x.Events {
			if x.Events[i].At.After(now) {
				x.Events = x.Events[:i]
				break
			}
		}
		before := f.Fold(nil, b, x, now)
		later := f.Fold(nil, b, x, now.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "later"))*time.Minute))
		if len(before) != len(later) {
			t.Fatalf("%d clocks became %d by waiting", len(before), len(later))
		}
		for i := range before {
			p, q := &before[i], &later[i]
			ended := q.Excluded == ByNoLine || q.Excluded == ByAgreementEnd || q.State == Ended && !q.BreachedAt.IsZero() && p.State != Ended
			switch {
			case p.Metric != q.Metric || p.Start != q.Start && q.Excluded == Counted:
				t.Fatalf("other clocks: %+v, %+v", p, q)
			case !p.End.IsZero() && p.Excluded != ByNoLine && !reflect.DeepEqual(p, q) && q.Version == p.Version && !ended:
				t.Fatalf("an ended clock changed by waiting:\n%+v\n%+v", p, q)
			case q.Version == p.Version && q.Target == p.Target && (q.Elapsed < p.Elapsed || q.Paused < p.Paused || q.Asked < p.Asked || q.Wall < p.Wall):
				t.Fatalf("it ran backwards:\n%+v\n%+v", p, q)
			case !p.BreachedAt.IsZero() && !q.BreachedAt.Equal(p.BreachedAt):
				t.Fatalf("a breach moved:\n%+v\n%+v", p, q)
			case q.Version == p.Version && !ended && p.State != Ended && !q.Deadline.Equal(p.Deadline):
				t.Fatalf("the deadline moved by waiting:\n%+v\n%+v", p, q)
			}
		}
	})
}

// The clock breaches at its deadline and not a minute before.
func TestTheDeadlineIsWhenItBreaches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, x, now := drawAll(t)
		for i := range x.Events {
			if x.Events[i].At.After(now) {
				x.Events = x.Events[:i]
				break
			}
		}
		var f Folder
		all := f.Fold(nil, b, x, now)
		for i, c := range all {
			if c.State == Ended || c.Deadline.IsZero() || !c.BreachedAt.IsZero() {
				continue
			}
			if !c.Deadline.After(now) {
				t.Fatalf("the deadline has passed: %+v", c)
			}
			at, before := f.Fold(nil, b, x, c.Deadline)[i], f.Fold(nil, b, x, c.Deadline.Add(-1))[i]
			if at.Version != c.Version || at.State == Ended {
				continue // other terms came
			}
			if !at.BreachedAt.Equal(c.Deadline) || !before.BreachedAt.IsZero() {
				t.Fatalf("promised to breach at %s:\n%+v\n%+v", c.Deadline, before, at)
			}
		}
	})
}

func TestElapsedPausedAskedAndClosedMakeTheWall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, x, now := drawAll(t)
		var f Folder
		for _, e := range f.Explain(b, x, now) {
			c := &e.Clock
			end := c.End
			if end.IsZero() {
				end = now
			}
			if closed := end.Sub(c.Start) - e.hours.Between(c.Start, end); c.Closed() != closed || c.Wall != end.Sub(c.Start) || c.Elapsed < 0 || c.Paused < 0 || c.Asked < 0 {
				t.Fatalf("closed for %s, the calendar says %s: %+v", c.Closed(), closed, c)
			}
			// The lines follow each other without holes and add up to the same.
			at, sums := c.Start, [5]time.Duration{}
			for _, l := range e.Lines {
				if !l.From.Equal(at) || l.To.Before(l.From) {
					t.Fatalf("a hole at %s: %+v", at, e.Lines)
				}
				at = l.To
				sums[l.Treatment] += l.Time
			}
			if !at.Equal(end) {
				t.Fatalf("the lines end at %s, the clock at %s", at, end)
			}
			if sums[TimeCounted] != c.Elapsed || sums[TimePaused] != c.Paused || sums[TimeAsked]+sums[TimeClosed] != c.Asked || sums[TimeOutside] != 0 {
				t.Fatalf("the lines say %v: %+v", sums, c)
			}
			if len(e.Text()) < 1+len(e.Lines) {
				t.Fatal("a line has no text")
			}
			for i, w := range e.Warnings {
				if i > 0 && w.At.Before(e.Warnings[i-1].At) || c.State != Ended && c.BreachedAt.IsZero() && w.At.After(c.Deadline) && c.State != Asking {
					t.Fatalf("warnings %+v: %+v", e.Warnings, c)
				}
			}
		}
	})
}

// minuteByMinute is the oracle for resolution: it lives through every minute of a ticket and asks the wall for
// its label. It knows the rules and nothing of the package.
type minuteByMinute struct {
	elapsed, paused, asked int
	breached               time.Time
	met                    bool
}

func live(t *rapid.T, a Agreement, x *Ticket, now time.Time) (o minuteByMinute) {
	type minute struct {
		at   time.Time
		kind string
		open map[string]bool // by calendar
	}
	var past []minute
	line := func(priority string) *Target {
		for i := range a.Targets {
			if w := a.Targets[i].When.Priorities; len(w) == 0 || slices.Contains(w, priority) {
				return &a.Targets[i]
			}
		}
		return nil
	}
	labels, zones := map[string]calendar.Spec{}, map[string]*time.Location{}
	for _, c := range a.Calendars {
		s, err := calendar.Parse(c.Hours)
		if err != nil {
			t.Fatal(err)
		}
		labels[c.Name] = s
		if zones[c.Name], err = time.LoadLocation(s.Zone); err != nil {
			t.Fatal(err)
		}
	}
	open := func(name string, at time.Time) bool {
		s, w := labels[name], at.In(zones[name])
		m := w.Hour()*60 + w.Minute()
		y, mo, d := w.Date()
		for shift := range 2 {
			day := time.Date(y, mo, d-shift, 12, 0, 0, 0, time.UTC).Weekday()
			for _, i := range s.Week[day] {
				if mm := m + shift*1440; mm >= i.From && mm < i.To {
					return true
				}
			}
		}
		return false
	}
	count := func(l *Target, kinds ...string) (n int) {
		for _, m := range past {
			if m.open[l.Calendar] && slices.Contains(kinds, m.kind) {
				n++
			}
		}
		return n
	}
	allowed := func(l *Target) int { return int(l.Allowed / time.Minute) }
	priority, l := x.Priority, line(x.Priority)
	pause, told := "", false
	state := "work" // work, asked, done
	extra := 0      // minutes that a grace still gives
	used, changed := 0, true
	heard := -1 // the minute of their words after the question
	during := func(l *Target, from int, kind string) (n int) {
		for _, m := range past[from:] {
			if m.open[l.Calendar] && (kind == "" || m.kind == kind) {
				n++
			}
		}
		return n
	}
	// What was asked about counts, for the desk went on: in the grace that is left since their words, if they wrote.
	goOn := func(at time.Time, on bool) {
		since := heard
		if extra -= during(l, 0, "asked"); o.breached.IsZero() {
			l = line(priority)
		}
		for j := range past {
			if past[j].kind == "asked" {
				past[j].kind = "work"
			}
		}
		if heard = -1; since >= 0 {
			extra = min(int(a.Grace/time.Minute), allowed(l)) - during(l, since, "")
		}
		if n := count(l, "work"); o.breached.IsZero() && extra <= 0 && (n > allowed(l) || on && n == allowed(l)) {
			o.breached = at
		}
	}
	i := 0
	for at := x.Events[0].At; ; at = at.Add(time.Minute) {
		for ; i < len(x.Events) && !x.Events[i].At.After(at) && !x.Events[i].At.After(now); i++ {
			ev := x.Events[i]
			changed = true
			// All that is allowed was used before this: late, unless this is what the clock waits for.
			if state == "work" && o.breached.IsZero() && ev.Type != AskedIfFixed && ev.Type != SaidFixed && count(l, "work") >= allowed(l) && extra <= 0 &&
				(ev.Type == Paused && ev.Told && l.pause(ev.Reason) != nil || ev.Type == PriorityChanged && line(ev.Priority) != l) {
				o.breached = at
			}
			switch ev.Type {
			case Paused:
				if state == "work" {
					pause, told = ev.Reason, ev.Told
				}
			case PersonWrote:
				if pause == WaitingForPerson {
					pause = ""
				}
				if state == "asked" && heard < 0 {
					heard = len(past)
				}
			case Answered:
				if state != "asked" || heard < 0 || ev.Side != Staff {
					break
				}
				for j := heard; j < len(past); j++ {
					past[j].kind = "work"
				}
				had := extra
				extra -= during(l, heard, "")
				if o.breached.IsZero() && count(l, "work") > allowed(l) && (had <= 0 || extra < 0) {
					o.breached = at
				}
				heard = -1
			case WentOn:
				if state == "asked" {
					goOn(at, true)
					state = "work"
				}
			case Resumed:
				pause = ""
			case PriorityChanged:
				priority = ev.Priority
				if state == "work" && o.breached.IsZero() && line(priority) != l {
					left := count(line(priority), "work") < allowed(line(priority))
					l = line(priority)
					if !left && extra <= 0 {
						o.breached = at
					}
				}
			case AskedIfFixed:
				switch {
				case state == "work":
					state, pause, heard = "asked", "", -1
				case state == "asked" && ev.Side == Staff:
					goOn(at, false)
				}
			case SaidFixed:
				for j := range past {
					if past[j].kind == "asked" {
						past[j].kind = "done"
					}
				}
				state, pause = "done", ""
			case SaidNotFixed:
				if state == "work" {
					break
				}
				state, heard = "work", -1
				for j := range past {
					if past[j].kind == "asked" {
						past[j].kind = "work"
					}
				}
				if o.breached.IsZero() {
					l = line(priority)
					extra = min(int(a.Grace/time.Minute), allowed(l))
				}
			}
		}
		if changed {
			used, changed = count(l, "work"), false
		}
		if state == "work" && o.breached.IsZero() && used >= allowed(l) && extra <= 0 {
			o.breached = at
			// The time was used up when the last minute of it had passed.
			for j := len(past) - 1; j >= 0; j-- {
				if past[j].kind == "work" && past[j].open[l.Calendar] {
					if e := past[j].at.Add(time.Minute); at.Sub(e) >= 0 {
						o.breached = e
					}
					break
				}
			}
		}
		if !at.Before(now) {
			break
		}
		kind := state
		if state == "work" && pause != "" && told {
			if p := l.pause(pause); p != nil {
				if count(l, "paused "+pause) < int(p.Max/time.Minute) {
					kind = "paused " + pause
				}
			}
		}
		m := minute{at, kind, map[string]bool{}}
		for name := range labels {
			m.open[name] = open(name, at)
		}
		past = append(past, m)
		if kind == "work" && m.open[l.Calendar] {
			used++
			if extra > 0 {
				extra--
			}
		}
	}
	o.met = state != "work"
	o.elapsed = count(l, "work")
	o.paused = count(l, "paused "+WaitingForPerson, "paused supplier")
	o.asked = count(l, "asked", "done")
	return o
}

func TestResolutionEqualsTheMinuteByMinuteOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zoneNames).Draw(t, "zone")
		a := drawTerms(t, zone, Resolution)
		b, err := Compile(a)
		if err != nil {
			t.Fatal(err)
		}
		x := drawTicket(t, drawStart(t, zone))
		// The oracle knows these.
		known := []EventType{Paused, PersonWrote, Resumed, PriorityChanged, AskedIfFixed, Answered, WentOn, SaidFixed, SaidNotFixed}
		for i := range x.Events[1:] {
			ev := &x.Events[i+1]
			ev.Type = known[int(ev.Type)%len(known)]
		}
		now := drawNow(t, x)
		if now.Sub(x.Events[0].At) > 36*time.Hour {
			now = x.Events[0].At.Add(36 * time.Hour)
		}
		want := live(t, a, x, now)
		var f Folder
		c := f.Fold(nil, b, x, now)[0]
		if c.MetAt.IsZero() { // else its counts end at the question
			if got := [3]int{int(c.Elapsed / time.Minute), int(c.Paused / time.Minute), int(c.Asked / time.Minute)}; got != [3]int{want.elapsed, want.paused, want.asked} {
				t.Fatalf("%v, want %v: %+v", got, want, c)
			}
		}
		if !c.BreachedAt.Equal(want.breached) {
			t.Fatalf("breached at %s, want %s: %+v", c.BreachedAt, want.breached, c)
		}
		if met := !c.MetAt.IsZero() || c.State == Asking; met != want.met {
			t.Fatalf("met is %t, want %t", met, want.met)
		}
	})
}
