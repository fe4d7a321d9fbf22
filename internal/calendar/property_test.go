package calendar

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Zones with an hour, half an hour, two hours, a whole day, a change at midnight, a change
// of the standard time, negative summer time, and none at all.
var zoneNames = []string{
	"America/Chicago", "America/New_York", "America/Phoenix", "America/St_Johns", "America/Sao_Paulo",
	"Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kwajalein", "Antarctica/Troll", "Europe/Dublin",
	"Asia/Kolkata", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Gaza", "Africa/Casablanca", "Africa/Cairo",
	"America/Caracas", "Pacific/Honolulu", "UTC",
}

// openByTheLabel is the oracle: it asks the time package what the wall says at t, and
// looks that label up. It shares nothing with the package but the Spec.
func openByTheLabel(s Spec, loc *time.Location, t time.Time) bool {
	t = t.In(loc)
	y, m, d := t.Date()
	minute := t.Hour()*60 + t.Minute()
	starts := func(y int, m time.Month, d int) []Interval {
		noon := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
		y, m, d = noon.Date()
		if list, ok := s.Exceptions[Date{y, m, d}]; ok {
			return list
		}
		return s.Week[noon.Weekday()]
	}
	in := func(list []Interval, minute int) bool {
		return slices.ContainsFunc(list, func(i Interval) bool { return minute >= i.From && minute < i.To })
	}
	return in(starts(y, m, d), minute) || in(starts(y, m, d-1), minute+dayMinutes)
}

func drawInterval(t *rapid.T) Interval {
	grid := rapid.SampledFrom([]int{1, 15, 30, 60})
	from := rapid.IntRange(0, 1439).Draw(t, "from")
	from -= from % grid.Draw(t, "grid")
	to := rapid.OneOf(rapid.Just(dayMinutes), rapid.IntRange(from+1, 2*dayMinutes), rapid.IntRange(from+1, min(from+600, 2*dayMinutes))).Draw(t, "to")
	return Interval{from, max(to, from+1)}
}

// drawCase gives a calendar and an instant near a change of the clocks, which lies near an
// exception half of the time.
func drawCase(t *rapid.T) (Spec, *Calendar, time.Time) {
	loc, err := time.LoadLocation(rapid.SampledFrom(zoneNames).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	year := rapid.SampledFrom([]int{1992, 1993, 2007, 2011, 2012, 2015, 2018, 2026, 2037, 2038, 2150, 2203}).Draw(t, "year")
	start := time.Date(year, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 15, 0, 0, 0, 0, time.UTC)
	if _, end := start.In(loc).ZoneBounds(); !end.IsZero() && end.Year() < year+3 {
		start = end
	}
	start = start.Truncate(time.Minute)
	now := start.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "minutes")) * time.Minute).UTC()

	s := Spec{Zone: loc.String()}
	list := rapid.SliceOfN(rapid.Custom(drawInterval), 0, 3)
	if rapid.IntRange(0, 9).Draw(t, "always") == 0 {
		s.Week = wholeWeek()
	} else {
		for d := range s.Week {
			s.Week[d] = list.Draw(t, "day")
		}
	}
	if !slices.ContainsFunc(s.Week[:], func(l []Interval) bool { return len(l) > 0 }) {
		s.Week[1] = []Interval{{480, 1020}}
	}
	for range rapid.IntRange(0, 4).Draw(t, "exceptions") {
		y, m, d := start.AddDate(0, 0, rapid.IntRange(-4, 4).Draw(t, "on")).Date()
		if s.Exceptions == nil {
			s.Exceptions = map[Date][]Interval{}
		}
		s.Exceptions[Date{y, m, d}] = list.Draw(t, "exception")
	}
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, c, now
}

// drawDuration gives up to four days, to the nanosecond.
func drawDuration(t *rapid.T) time.Duration {
	return rapid.OneOf(
		rapid.Map(rapid.Int64Range(1, 4*dayMinutes), func(m int64) time.Duration { return time.Duration(m) * time.Minute }),
		rapid.Map(rapid.Int64Range(1, int64(96*time.Hour)), func(n int64) time.Duration { return time.Duration(n) }),
	).Draw(t, "duration")
}

func TestEqualsTheMinuteByMinuteOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c, now := drawCase(t)
		loc := c.Zone()
		minutes := rapid.IntRange(1, 3*dayMinutes).Draw(t, "length")
		var open time.Duration
		var spans []Span
		for i := range minutes {
			m := now.Add(time.Duration(i) * time.Minute)
			is := openByTheLabel(s, loc, m)
			if is != c.Open(m) {
				t.Fatalf("%s: open is %t, the label says %t", m.In(loc), !is, is)
			}
			if !is {
				continue
			}
			// The earliest instant at which this minute has passed is its end.
			open += time.Minute
			end := m.Add(time.Minute)
			if got := c.Add(now, open); !got.Equal(end) {
				t.Fatalf("%s + %s = %s, want %s", now.In(loc), open, got.In(loc), end.In(loc))
			}
			if n := len(spans); n > 0 && spans[n-1].End.Equal(m) {
				spans[n-1].End = end
			} else {
				spans = append(spans, Span{m, end})
			}
		}
		end := now.Add(time.Duration(minutes) * time.Minute)
		if got := c.Between(now, end); got != open {
			t.Fatalf("between %s and %s is %s, want %s", now.In(loc), end.In(loc), got, open)
		}
		if got := c.Spans(now, end); !slices.Equal(got, spans) {
			t.Fatalf("%q from %s: %d spans, want %d", s, now, len(got), len(spans))
		}
		// Backwards, from the end: the latest instant is the start of the minute.
		back := time.Duration(0)
		for i := minutes - 1; i >= 0; i-- {
			m := now.Add(time.Duration(i) * time.Minute)
			if openByTheLabel(s, loc, m) {
				back += time.Minute
				if got := c.Add(end, -back); !got.Equal(m) {
					t.Fatalf("%s - %s = %s, want %s", end.In(loc), back, got.In(loc), m.In(loc))
				}
			}
		}
	})
}

func TestBetweenIsTheInverseOfAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, c, now := drawCase(t)
		now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "fraction")))
		d := drawDuration(t)
		later, earlier := c.Add(now, d), c.Add(now, -d)
		if got := c.Between(now, later); got != d {
			t.Fatalf("between %s and %s is %s, want %s", now, later, got, d)
		}
		if got := c.Between(earlier, now); got != d {
			t.Fatalf("between %s and %s is %s, want %s", earlier, now, got, d)
		}
		if got := c.Between(later, now); got != -d {
			t.Fatalf("backwards it is %s, want %s", got, -d)
		}
		// No earlier instant would do, and none later backwards.
		if got := c.Between(now, later.Add(-1)); got != d-1 {
			t.Fatalf("%s is not the earliest: one nanosecond before it %s have passed of %s", later, got, d)
		}
		if got := c.Between(earlier.Add(1), now); got != d-1 {
			t.Fatalf("%s is not the latest", earlier)
		}
		if got := c.Add(later, -d); got.Before(now) {
			t.Fatalf("there and back leads from %s to %s", now, got)
		}
	})
}

func TestMonotoneAndAdditive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, c, now := drawCase(t)
		now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "fraction")))
		a, b := drawDuration(t), drawDuration(t)
		if x, y := c.Add(c.Add(now, a), b), c.Add(now, a+b); !x.Equal(y) {
			t.Fatalf("%s + %s + %s is %s in two steps and %s in one", now, a, b, x, y)
		}
		if x, y := c.Add(c.Add(now, -a), -b), c.Add(now, -a-b); !x.Equal(y) {
			t.Fatalf("%s - %s - %s is %s in two steps and %s in one", now, a, b, x, y)
		}
		next := now.Add(b)
		for _, d := range []time.Duration{a, -a} {
			if c.Add(next, d).Before(c.Add(now, d)) {
				t.Fatalf("%s is after %s but gives less", next, now)
			}
		}
		mid, end := now.Add(a), now.Add(a+b)
		if got, want := c.Between(now, mid)+c.Between(mid, end), c.Between(now, end); got != want {
			t.Fatalf("%s in two parts, %s in one", got, want)
		}
		if got := c.Between(now, end); got < 0 || got > end.Sub(now) {
			t.Fatalf("%s of open time in %s", got, end.Sub(now))
		}
	})
}

func TestNextIsTheNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, c, now := drawCase(t)
		open, ok := c.NextOpen(now)
		if !ok || !c.Open(open) || open.Before(now) || c.Between(now, open) != 0 {
			t.Fatalf("%s is not the next opening after %s", open, now)
		}
		shut, ok := c.NextClose(now)
		if !ok {
			if year := now.AddDate(1, 0, 0); c.Between(now, year) != year.Sub(now) {
				t.Fatal("it says it never closes")
			}
			return
		}
		if c.Open(shut) || shut.Before(now) || c.Between(now, shut) != shut.Sub(now) {
			t.Fatalf("%s is not the next closing after %s", shut, now)
		}
	})
}

func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c, now := drawCase(t)
		text := s.String()
		again, err := Parse(text)
		if err != nil || again.String() != text {
			t.Fatalf("%q became %q: %v", text, again, err)
		}
		other, err := New(again)
		if err != nil {
			t.Fatal(err)
		}
		if c.Spec().String() != other.Spec().String() || c.Add(now, 100*time.Hour) != other.Add(now, 100*time.Hour) {
			t.Fatalf("%q counts differently", text)
		}
	})
}

func TestSlotsLineUpAndNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, c, now := drawCase(t)
		loc := c.Zone()
		length := time.Duration(rapid.SampledFrom([]int{10, 15, 20, 30, 45, 50, 60, 120}).Draw(t, "length")) * time.Minute
		end := now.Add(48 * time.Hour)
		aligned := func(m time.Time) bool {
			m = m.In(loc)
			return (m.Hour()*60+m.Minute())%int(length/time.Minute) == 0
		}
		var want []time.Time
		for m := now; m.Before(end); m = m.Add(time.Minute) {
			if !aligned(m) {
				continue
			}
			free := true
			for x := m.Add(time.Minute); x.Before(m.Add(length)); x = x.Add(time.Minute) {
				free = free && !aligned(x)
			}
			if free {
				want = append(want, m)
			}
		}
		if got := Slots(loc, length, now, end); !slices.Equal(got, want) {
			t.Fatalf("%s from %s by %s: got %d slots, want %d", loc, now, length, len(got), len(want))
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("America/Chicago; mon-fri 08:00-17:00; sat 09:00-12:00,13:00-15:00; sun 22:00-06:00; 2026-12-25 closed")
	f.Add("America/Chicago; always; 2026-12-31 08:00-12:00")
	f.Add("UTC; mon 00:00-48:00; tue,thu 08:00-08:00")
	f.Add(";;; - : ,")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q became %q, then %q: %v", text, s, again, err)
		}
		c, err := New(s)
		if err != nil {
			return
		}
		now := time.Date(2026, 3, 8, 7, 30, 0, 0, time.UTC)
		if got := c.Between(now, c.Add(now, 40*time.Hour)); got != 40*time.Hour {
			t.Fatalf("%q: 40 hours became %s", text, got)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	office := must(b, "America/Chicago; mon-fri 08:00-17:00; 2026-12-25 closed; 2026-12-31 08:00-12:00; 2027-07-05 closed")
	now := time.Date(2026, 10, 29, 15, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name string
		cal  *Calendar
		d    time.Duration
	}{
		{"40 business hours", office, 40 * time.Hour},
		{"back 40 business hours", office, -40 * time.Hour},
		{"ten years of business hours", office, 10 * 52 * 45 * time.Hour},
		{"always", Always("America/Chicago"), 40 * time.Hour},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.cal.Add(now, c.d)
			}
		})
	}
	end := now.AddDate(10, 0, 0)
	b.Run("between, ten years", func(b *testing.B) {
		for b.Loop() {
			office.Between(now, end)
		}
	})
}
