package need

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

var chicago = zone("America/Chicago")

// begins gives the first instant of a date, also of one without a midnight or with two.
func begins(y int, m time.Month, d int, z *time.Location) time.Time {
	t := time.Date(y, m, d, 12, 0, 0, 0, z)
	for day := t.Day(); t.Add(-HalfHour).Day() == day; {
		t = t.Add(-HalfHour)
	}
	return t
}

// history has so many arrivals in each half hour from a Monday in Chicago on, or elsewhere.
func history(z *time.Location, first time.Time, days int, count func(week, day int, c Cell) int) History {
	y, m, d := first.Date()
	h := History{Zone: z, From: begins(y, m, d, z), Until: begins(y, m, d+days, z)}
	first0, _ := wall(h.From, z)
	for _, start := range halfHours(z, h.From, h.Until) {
		day, _ := wall(start, z)
		n := count((day-first0)/7, day-first0, CellOf(start, z))
		for i := range n {
			h.Arrivals = append(h.Arrivals, start.Add(time.Duration(i)*HalfHour/time.Duration(n)))
		}
	}
	return h
}

var january = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) // a Monday

func TestCellsOfTheWeek(t *testing.T) {
	for _, c := range []struct {
		at   string
		zone *time.Location
		want Cell
	}{
		{"2026-01-05T00:00:00Z", nil, 0},
		{"2026-01-05T00:29:59Z", time.UTC, 0},
		{"2026-01-05T00:30:00Z", time.UTC, 1},
		{"2026-01-04T23:59:59Z", time.UTC, 335},
		{"1969-12-31T23:45:00Z", time.UTC, 2*48 + 47}, // a Wednesday
		{"2026-01-05T00:00:00Z", chicago, 6*48 + 36},
		{"2026-01-05T00:00:00Z", zone("Asia/Kathmandu"), 11}, // 5:45
	} {
		at, _ := time.Parse(time.RFC3339, c.at)
		if got := CellOf(at, c.zone); got != c.want {
			t.Errorf("%s is cell %d, want %d", c.at, got, c.want)
		}
	}
}

func TestHalfHoursBegin(t *testing.T) {
	for from, want := range map[time.Time]string{
		time.Date(1969, 6, 1, 10, 1, 0, 0, time.UTC):  "10:30",
		time.Date(1969, 6, 1, 10, 30, 0, 0, time.UTC): "10:30",
		time.Date(2026, 6, 1, 10, 30, 0, 1, time.UTC): "11:00",
		time.Date(2026, 6, 1, 10, 59, 0, 0, time.UTC): "11:00",
	} {
		if got := halfHours(nil, from, from.Add(90*time.Minute)); got[0].Format("15:04") != want {
			t.Errorf("after %s: %s", from, got)
		}
	}
}

func TestHalfHoursWhenTheClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone string
		date time.Time
		n    int
		walk string // the hours around the change
	}{
		{"America/Chicago", time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), 46, "1:00 1:30 3:00 3:30"},
		{"America/Chicago", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), 50, "1:00 1:30 1:00 1:30 2:00"},
		{"Australia/Lord_Howe", time.Date(2026, 10, 4, 0, 0, 0, 0, time.UTC), 47, "1:30 2:30"},
		{"Australia/Lord_Howe", time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC), 49, "1:30 1:30 2:00"},
		{"America/Havana", time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), 46, "1:00 1:30"}, // no midnight
		{"America/New_York", time.Date(1968, 4, 28, 0, 0, 0, 0, time.UTC), 46, "1:00 1:30 3:00 3:30"},
		{"Pacific/Chatham", time.Date(2026, 9, 27, 0, 0, 0, 0, time.UTC), 46, "2:30 4:00"},
	} {
		z := zone(c.zone)
		var walk []string
		starts := halfHours(z, c.date.Add(-24*time.Hour+time.Nanosecond), c.date.Add(72*time.Hour))
		starts = slices.DeleteFunc(starts, func(s time.Time) bool { return s.In(z).Day() != c.date.Day() })
		for _, s := range starts {
			walk = append(walk, s.In(z).Format("15:04"))
		}
		walked := strings.ReplaceAll(" "+strings.Join(walk, " "), " 0", " ")
		if len(starts) != c.n || !strings.Contains(walked, c.walk) {
			t.Errorf("%s %s: %d half hours, %s; want %d with %s", c.zone, c.date.Format("Jan 2"), len(starts), walked, c.n, c.walk)
		}
	}
}

var zones = []string{"America/Chicago", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "America/Havana"}

func TestHistoryWithoutNoiseIsReproduced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := zone(rapid.SampledFrom(zones).Draw(t, "zone"))
		first := january.AddDate(0, 0, rapid.IntRange(0, 700).Draw(t, "first"))
		weeks := rapid.IntRange(3, 20).Draw(t, "weeks")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "week"), 0))
		var week [Cells]int
		for range rapid.IntRange(0, 200).Draw(t, "busy") {
			week[r.IntN(Cells)] += r.IntN(3)
		}
		grow := 0
		if weeks >= 6 && rapid.Bool().Draw(t, "grows") {
			grow = rapid.IntRange(1, 3).Draw(t, "by")
		}
		extra := rapid.IntRange(0, 6).Draw(t, "days before")
		from := weeks // keeps the level within four times
		h := history(z, first, 7*weeks, func(w, _ int, c Cell) int { return week[c] * (from + grow*w) })
		if grow == 0 {
			from = 1
			h = history(z, first, 7*weeks+extra, func(_, _ int, c Cell) int { return week[c] })
		}
		p := Learn(h)
		if p.Weeks != weeks {
			t.Fatalf("%d weeks, not %d", p.Weeks, weeks)
		}
		horizon := min(13, weeks/2)
		for _, e := range p.Forecast(h.Until, h.Until.AddDate(0, 0, 7*horizon)) {
			day, _ := wall(e.Start, z)
			start, _ := wall(h.Until, z)
			want := float64(week[CellOf(e.Start, z)] * (from + grow*(weeks+(day-start)/7)))
			if !near(e.Contacts, want, 1e-9) {
				t.Fatalf("%s: expected %g, not %g", e.Start.In(z), e.Contacts, want)
			}
		}
	})
}

// poisson draws a number of arrivals.
func poisson(r *rand.Rand, mean float64) (n int) {
	for p := r.Float64(); p > math.Exp(-mean); p *= r.Float64() {
		n++
	}
	return n
}

// usual is a week of a desk: busy by day, quiet by night and at the weekend.
func usual(c Cell) float64 {
	hour := float64(c%48) / 2
	rate := 0.3 + 2.7*math.Exp(-math.Pow((hour-11)/4, 2))
	if c >= 5*48 {
		rate *= 0.4
	}
	return rate
}

func drawNoisy(t *rapid.T) History {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	scale := rapid.Float64Range(0.05, 3).Draw(t, "busy")
	return history(chicago, january, 7*rapid.IntRange(3, 14).Draw(t, "weeks"), func(_, _ int, c Cell) int { return poisson(r, scale*usual(c)) })
}

func TestTwiceTheCallersTwiceTheProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawNoisy(t)
		times := rapid.IntRange(2, 5).Draw(t, "times")
		more := h
		more.Arrivals = nil
		for range times {
			more.Arrivals = append(more.Arrivals, h.Arrivals...)
		}
		a, b := Learn(h), Learn(more)
		for c := range a.Week {
			if !near(b.Week[c], float64(times)*a.Week[c], 1e-9) {
				t.Fatalf("cell %d: %g and %g", c, a.Week[c], b.Week[c])
			}
		}
		if !near(a.Trend, b.Trend, 1e-9) {
			t.Fatalf("trends %g and %g", a.Trend, b.Trend)
		}
	})
}

func TestOneWildSpikeMovesNothingFar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawNoisy(t)
		starts := halfHours(chicago, h.From, h.Until)
		at := rapid.SampledFrom(starts).Draw(t, "at")
		spiked := func(n int) Profile {
			s := h
			s.Arrivals = append(slices.Clone(h.Arrivals), slices.Repeat([]time.Time{at}, n)...)
			return Learn(s)
		}
		before, big, huge := Learn(h), spiked(1000), spiked(20_000)
		most := slices.Max(before.Week[:])
		for c := range before.Week {
			if !near(big.Week[c], huge.Week[c], 1e-9) {
				t.Fatalf("cell %d goes on growing with the spike: %g, then %g", c, big.Week[c], huge.Week[c])
			}
			if math.Abs(huge.Week[c]-before.Week[c]) > 2*most+1 {
				t.Fatalf("cell %d went from %g to %g", c, before.Week[c], huge.Week[c])
			}
		}
	})
}

// off is the mean error of a profile of the usual week, as a share of the week.
func off(week [Cells]float64, scale float64) float64 {
	sum, all := 0.0, 0.0
	for c := range week {
		sum += math.Abs(week[c] - scale*usual(Cell(c)))
		all += scale * usual(Cell(c))
	}
	return sum / all
}

// Thirteen weeks with two holidays and a day of outage, at the size of a large desk and of one
// skill of it: the profile is nearer to the truth than mean and median of each half hour.
func TestHolidaysAndOutagesAreLeftOut(t *testing.T) {
	for _, c := range []struct{ scale, most, bias float64 }{{1, 0.13, 0.01}, {0.1, 0.4, 0.02}, {0.02, 0.9, 0.06}} {
		var ours, plain, medians, sum, truth float64
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 2))
			h := history(chicago, january, 91, func(_, day int, cell Cell) int {
				switch day {
				case 14, 42:
					return poisson(r, 0.1*c.scale*usual(cell))
				case 30:
					return poisson(r, 6*c.scale*usual(cell))
				}
				return poisson(r, c.scale*usual(cell))
			})
			p := Learn(h)
			var mean, mid [Cells]float64
			by := map[Cell][]float64{}
			dates, _ := h.dates()
			for _, d := range dates {
				for half, n := range d.count {
					cell := Cell(weekday(d.day)*halves + half)
					by[cell] = append(by[cell], n)
					mean[cell] += n / 13
				}
			}
			for cell, n := range by {
				mid[cell] = median(n)
			}
			ours, plain, medians = ours+off(p.Week, c.scale)/20, plain+off(mean, c.scale)/20, medians+off(mid, c.scale)/20
			for cell, n := range p.Week {
				sum, truth = sum+n, truth+c.scale*usual(Cell(cell))
			}
		}
		t.Logf("%.0f contacts a week: error %.3f, mean of each half hour %.3f, median %.3f; the week is %+.1f%% off", truth/20, ours, plain, medians, 100*(sum/truth-1))
		if ours > c.most || ours > 0.75*plain || ours > 0.85*medians || math.Abs(sum/truth-1) > c.bias {
			t.Errorf("%.0f contacts a week: error %.3f, mean of each half hour %.3f, median %.3f, %.3f of the week", truth/20, ours, plain, medians, sum/truth)
		}
	}
}

// Two odd Mondays of 13, quiet or wild, leave no trace.
func TestOddDaysLeaveNoTrace(t *testing.T) {
	for name, odd := range map[string]int{"holidays": 0, "outages": 50} {
		h := history(chicago, january, 91, func(_, day int, c Cell) int {
			if day == 14 || day == 42 {
				return odd
			}
			return 1 + int(c)%5
		})
		p := Learn(h)
		for c, n := range p.Week {
			if !near(n, float64(1+c%5), 1e-9) {
				t.Errorf("%s: cell %d is %g", name, c, n)
				break
			}
		}
		if p.Trend != 0 {
			t.Errorf("%s: a trend of %g", name, p.Trend)
		}
	}
}

func TestTrend(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	h := history(chicago, january, 91, func(w, _ int, c Cell) int {
		if w == 5 {
			return 0 // a week without a telephone system
		}
		return poisson(r, usual(c)*(1+0.03*float64(w)))
	})
	p := Learn(h)
	if want := 0.03 / (1 + 0.03*12); math.Abs(p.Trend-want) > 0.008 {
		t.Errorf("the trend is %.4f a week, want %.4f", p.Trend, want)
	}
	sum := func(weeks int) (s float64) {
		for _, e := range p.Forecast(h.Until.AddDate(0, 0, 7*weeks), h.Until.AddDate(0, 0, 7*weeks+7)) {
			s += e.Contacts
		}
		return s
	}
	now := 0.0
	for _, n := range p.Week {
		now += n
	}
	for weeks, by := range map[int]float64{1: 2, 4: 5, 5: 6, 6: 6, 9: 6} { // for six weeks, half of what was seen
		if !near(sum(weeks), now*(1+by*p.Trend), 1e-9) {
			t.Errorf("%d weeks on: %g contacts, now %g, trend %g", weeks, sum(weeks), now, p.Trend)
		}
	}
	flat := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		if Learn(history(chicago, january, 91, func(_, _ int, c Cell) int { return poisson(r, 0.2*usual(c)) })).Trend == 0 {
			flat++
		}
	}
	if flat < 34 {
		t.Errorf("only %d of 40 desks without a trend have none", flat)
	}
	falling := Learn(history(chicago, january, 56, func(w, _ int, c Cell) int { return 16 - 2*w }))
	for _, e := range falling.Forecast(h.Until, h.Until.AddDate(1, 0, 0)) {
		if e.Contacts < 0 {
			t.Fatalf("%g contacts", e.Contacts)
		}
	}
	if falling.Trend != -1 {
		t.Errorf("from 16 down to 2 by 2 a week is a trend of %g", falling.Trend)
	}
}

func TestTooLittleHistory(t *testing.T) {
	two := func(int, int, Cell) int { return 2 }
	shaped := func(_, _ int, c Cell) int { return int(c) % 48 }
	monday := history(chicago, january, 1, two)
	for _, c := range []struct {
		name       string
		h          History
		weeks      int
		confidence Confidence
		says       string
		want       func(c Cell) float64
	}{
		{"nothing", History{}, 0, None, "There is no history: nothing is expected.", func(Cell) float64 { return 0 }},
		{"upside down", History{From: january, Until: january.AddDate(0, 0, -7)}, 0, None, "There is no history: nothing is expected.", func(Cell) float64 { return 0 }},
		{"a morning", History{chicago, monday.From.Add(time.Minute), monday.From.Add(10 * time.Hour), monday.Arrivals}, 0, Low,
			"Less than a day of history: every half hour is taken to be the same.", func(Cell) float64 { return 2 }},
		{"a day", history(chicago, january, 1, shaped), 0, Low, "1 day of history: all days of the week are taken to be the same.", func(c Cell) float64 { return float64(c % 48) }},
		{"half a day and six", History{chicago, monday.From.Add(12 * time.Hour), monday.From.AddDate(0, 0, 7), nil}, 0, Low,
			"6 days of history: all days of the week are taken to be the same.", func(Cell) float64 { return 0 }},
		{"six days and a half", History{chicago, monday.From, monday.From.AddDate(0, 0, 6).Add(12 * time.Hour), nil}, 0, Low,
			"6 days of history: all days of the week are taken to be the same.", func(Cell) float64 { return 0 }},
		{"five days", history(chicago, january, 5, shaped), 0, Low, "5 days of history: all days of the week are taken to be the same.", func(c Cell) float64 { return float64(c % 48) }},
		{"a week", history(chicago, january, 8, shaped), 1, Low,
			"1 week of history: all days share one shape, and odd days are not left out. 1 week of history: too short to tell a trend.", func(c Cell) float64 { return float64(c % 48) }},
		{"four weeks", history(chicago, january, 28, shaped), 4, Fair, "4 weeks of history: too short to tell a trend.", func(c Cell) float64 { return float64(c % 48) }},
		{"eight weeks", history(chicago, january, 56, shaped), 8, Good, "", func(c Cell) float64 { return float64(c % 48) }},
		{"eight weeks, few calls", history(chicago, january, 56, func(_, _ int, c Cell) int {
			if c == 100 {
				return 1
			}
			return 0
		}), 8, Low, "8 contacts: too few to tell one half hour from another.", func(c Cell) float64 {
			if c == 100 {
				return 1
			}
			return 0
		}},
	} {
		p := Learn(c.h)
		if p.Weeks != c.weeks || p.Confidence != c.confidence || strings.Join(p.Notes, " ") != c.says {
			t.Errorf("%s: %d weeks, confidence %s, %q", c.name, p.Weeks, p.Confidence, p.Notes)
		}
		for cell, n := range p.Week {
			if !near(n, c.want(Cell(cell)), 1e-9) {
				t.Errorf("%s: cell %d is %g, want %g", c.name, cell, n, c.want(Cell(cell)))
				break
			}
		}
	}
}

// Two weeks: the days keep their totals and share a shape.
func TestShortHistoryKeepsTheTotalOfEachDay(t *testing.T) {
	p := Learn(history(chicago, january, 14, func(_, day int, c Cell) int {
		if day%7 == 2 && c%48 == 20 {
			return 48
		}
		return 1 + day%7
	}))
	monday, wednesday := 0.0, 0.0
	for half := range halves {
		monday, wednesday = monday+p.Week[half], wednesday+p.Week[2*halves+half]
	}
	if !near(monday, 48, 1e-9) || !near(wednesday, 3*47+48, 1e-9) || p.Week[20] <= p.Week[19] {
		t.Errorf("Monday %g with %g at ten, Wednesday %g", monday, p.Week[20], wednesday)
	}
}

// A half hour that the only Sunday of the history did not have is taken from the other days.
func TestTheSkippedHourIsNotAnHourWithoutCalls(t *testing.T) {
	p := Learn(history(chicago, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 7, func(_, _ int, c Cell) int { return 3 }))
	if got := p.Week[6*48+4]; got != 3 {
		t.Errorf("Sunday 2:00 is %g", got)
	}
	// Of three Sundays the one in the middle is kept. It has no 2:00, so that the others speak.
	p = Learn(history(chicago, time.Date(2026, 2, 23, 0, 0, 0, 0, time.UTC), 21, func(w, _ int, c Cell) int {
		if c >= 6*48 {
			return 2 + w
		}
		return 6
	}))
	if got := p.Week[6*48+4]; !near(got, 3, 1e-9) {
		t.Errorf("Sunday 2:00 is %g, the others were 2 and 4", got)
	}
	p = Learn(history(chicago, january, 7, func(_, _ int, c Cell) int { return 3 }))
	h := history(chicago, time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC), 7, func(_, _ int, c Cell) int { return 3 })
	if got := Learn(h).Week[6*48+2]; got != 3 {
		t.Errorf("Sunday 1:00, seen twice, is %g", got)
	}
	sunday := time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC)
	all := 0.0
	for _, e := range p.Forecast(sunday, sunday.Add(25*time.Hour)) {
		all += e.Contacts
	}
	if all != 150 {
		t.Errorf("a day of 25 hours has %g contacts, want 150", all)
	}
}

func BenchmarkLearn(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	h := history(chicago, january, 91, func(_, _ int, c Cell) int { return poisson(r, usual(c)) })
	b.ReportMetric(float64(len(h.Arrivals)), "arrivals")
	for b.Loop() {
		Learn(h)
	}
}

func BenchmarkForecast(b *testing.B) {
	p := Learn(history(chicago, january, 91, func(_, _ int, c Cell) int { return 1 }))
	for b.Loop() {
		p.Forecast(january, january.AddDate(0, 0, 28))
	}
}
