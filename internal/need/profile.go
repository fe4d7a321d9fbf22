package need

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Confidence says how far a profile can be trusted. The limits are judgement.
type Confidence int

const (
	None Confidence = iota // nothing was watched
	Low                    // less than 3 weeks, or less than 100 contacts
	Fair                   // less than 8 weeks, or less than 500 contacts
	Good
)

func (c Confidence) String() string { return [...]string{"none", "low", "fair", "good"}[c] }

// Profile is a usual week: how many contacts come in each half hour of it.
type Profile struct {
	Zone       *time.Location
	Week       [Cells]float64 // expected contacts in each half hour, at the level of the last week of history
	Trend      float64        // change from week to week, as a share of that level; 0 where none is sure
	Weeks      int            // whole weeks of history
	Contacts   int            // that were counted
	Confidence Confidence
	Notes      []string // what the history was too short to tell, a sentence each
	last       int      // the last date of the history, in days since 1970
}

// Expected is a half hour and how many contacts will come in it on average.
type Expected struct {
	Start    time.Time
	Contacts float64
}

// Learn makes a profile of the whole days of the last whole weeks of a history; 13 weeks are a
// good length.
//
// A half hour is the mean of its kept dates: of 13 Mondays the two busiest and the two quietest
// are left out (a sixth on each side, at least one once there are three). So holidays, outages
// and a wild spike, which fill a date and not a weekday, move a cell no further than the other
// dates do. A median of half hours would be zero where one call comes in two weeks, and trimming
// half hours instead of dates would drop just the calls there are; trimming dates is biased far
// less, and the rest is made good by one factor for the level, from the weeks.
//
// Each day is then drawn towards the shape that all days share, as far as its half hours differ
// from it by no more than they do from week to week (W. James, C. Stein 1961). History without
// noise is not drawn at all.
//
// The trend is the median of the slopes between all weeks (H. Theil 1950, P. K. Sen 1968),
// from six weeks on, and only where the order of the weeks is no accident at 5 % (H. B. Mann 1945).
func Learn(h History) Profile {
	p := Profile{Zone: h.Zone}
	dates, slots := h.dates()
	p.Contacts = slots.contacts
	if len(dates) == 0 {
		if slots.seen == 0 {
			p.note("There is no history: nothing is expected.")
			return p
		}
		p.Confidence, p.last = Low, slots.day
		p.note("Less than a day of history: every half hour is taken to be the same.")
		for c := range p.Week {
			p.Week[c] = float64(slots.contacts) / float64(slots.seen)
		}
		return p
	}
	p.last = dates[len(dates)-1].day
	p.Weeks = (p.last - dates[0].day + 1) / 7
	groups := 7
	if p.Weeks == 0 {
		groups = 1
		p.note("%s of history: all days of the week are taken to be the same.", plural(len(dates), "day"))
	} else {
		first := p.last - 7*p.Weeks + 1
		dates = slices.DeleteFunc(dates, func(d date) bool { return d.day < first })
		p.trend(dates)
	}
	var kinds [7]pooled
	for k := range groups {
		kinds[k] = pool(slices.DeleteFunc(slices.Clone(dates), func(d date) bool { return groups == 7 && weekday(d.day) != k }))
	}
	shape := common(kinds[:groups])
	for k := range 7 {
		kind := kinds[k%groups]
		copy(p.Week[k*halves:], kind.drawn(shape, p.Weeks >= 3 || groups == 1))
	}
	p.level(dates)
	p.judge()
	return p
}

func (p *Profile) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (p *Profile) judge() {
	switch {
	case p.Weeks < 3 || p.Contacts < 100:
		p.Confidence = Low
	case p.Weeks < 8 || p.Contacts < 500:
		p.Confidence = Fair
	default:
		p.Confidence = Good
	}
	if p.Weeks == 1 || p.Weeks == 2 {
		p.note("%s of history: all days share one shape, and odd days are not left out.", plural(p.Weeks, "week"))
	}
	if p.Weeks > 0 && p.Weeks < 6 {
		p.note("%s of history: too short to tell a trend.", plural(p.Weeks, "week"))
	}
	if p.Weeks > 0 && p.Contacts < 100 {
		p.note("%s: too few to tell one half hour from another.", plural(p.Contacts, "contact"))
	}
}

// trend finds the trend and takes it out of the dates: all get the level of the last week.
func (p *Profile) trend(dates []date) {
	if p.Weeks < 6 {
		return
	}
	first := dates[0].day
	level, seen := make([]float64, p.Weeks), make([]float64, p.Weeks)
	for _, d := range dates {
		level[(d.day-first)/7] += d.total()
		for _, s := range d.seen {
			seen[(d.day-first)/7] += s
		}
	}
	for w := range level {
		level[w] /= max(1, seen[w])
	}
	var slopes []float64
	rises := 0.0
	for i := range level {
		for j := range i {
			slopes = append(slopes, (level[i]-level[j])/float64(i-j))
			if level[i] > level[j] {
				rises++
			} else if level[i] < level[j] {
				rises--
			}
		}
	}
	n := float64(p.Weeks)
	slope := median(slopes)
	if slope == 0 || math.Abs(rises)-1 < 1.96*math.Sqrt(n*(n-1)*(2*n+5)/18) {
		return
	}
	rest := make([]float64, p.Weeks)
	for w := range level {
		rest[w] = level[w] - slope*float64(w)
	}
	start := median(rest)
	now := start + slope*(n-1)
	if now <= 0 {
		return
	}
	p.Trend = slope / now
	for i := range dates {
		d := &dates[i]
		// A level beyond a quarter or four times of today's says nothing about today.
		by := min(4, max(0.25, (start+slope*float64((d.day-first)/7))/now))
		for half := range d.count {
			d.count[half] /= by
		}
	}
}

func median(x []float64) float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	n := len(x)
	return (x[(n-1)/2] + x[n/2]) / 2
}

// level lifts or lowers the week as a whole to the level of the weeks, odd ones left out.
func (p *Profile) level(dates []date) {
	if p.Weeks < 3 {
		return
	}
	got, expected := make([]float64, p.Weeks), make([]float64, p.Weeks)
	for _, d := range dates {
		w := (d.day - dates[0].day) / 7
		got[w] += d.total()
		for half, seen := range d.seen {
			expected[w] += seen * p.Week[weekday(d.day)*halves+half]
		}
	}
	for w := range got {
		if expected[w] == 0 {
			return
		}
		got[w] /= expected[w]
	}
	slices.Sort(got)
	k, sum := odd(len(got)), 0.0
	for _, r := range got[k : len(got)-k] {
		sum += r
	}
	for c := range p.Week {
		p.Week[c] *= sum / float64(len(got)-2*k)
	}
}

// Forecast gives the contacts to expect in each half hour that lies within [from, until). The
// trend is followed for half as many weeks as it was seen, 13 at most, and then holds. A half
// hour that the clock change repeats is in it twice, one that it skips is not.
func (p Profile) Forecast(from, until time.Time) (all []Expected) {
	reach := float64(min(13, p.Weeks/2))
	for _, start := range halfHours(p.Zone, from, until) {
		day, _ := wall(start, p.Zone)
		weeks := math.Floor(float64(day-p.last-1)/7) + 1
		growth := max(0, 1+p.Trend*min(weeks, reach))
		all = append(all, Expected{start, p.Week[CellOf(start, p.Zone)] * growth})
	}
	return all
}
