package need

import (
	"slices"
	"time"
)

// History is what came in while somebody counted. Arrivals outside [From, Until) are not counted,
// and a half hour within it that has none is one in which nobody called.
type History struct {
	Zone        *time.Location // whose week it is; nil is UTC
	From, Until time.Time
	Arrivals    []time.Time // in any order
}

// date is what was counted on one date, its level divided by that of the trend. A half hour
// was seen once, twice when the clock was put back over it, or never.
type date struct {
	day         int
	count, seen [halves]float64
}

func (d *date) total() (sum float64) {
	for _, c := range d.count {
		sum += c
	}
	return sum
}

// watched is all of a history, the parts of days at its ends too.
type watched struct{ seen, contacts, day int }

// dates counts the arrivals of each whole date.
func (h History) dates() (dates []date, all watched) {
	starts := halfHours(h.Zone, h.From, h.Until)
	arrivals := slices.Clone(h.Arrivals)
	slices.SortFunc(arrivals, time.Time.Compare)
	at := 0
	for _, start := range starts {
		for at < len(arrivals) && arrivals[at].Before(start) {
			at++
		}
		day, half := wall(start, h.Zone)
		if n := len(dates); n == 0 || dates[n-1].day != day {
			dates = append(dates, date{day: day})
		}
		d := &dates[len(dates)-1]
		d.seen[half]++
		for ; at < len(arrivals) && arrivals[at].Before(start.Add(HalfHour)); at++ {
			d.count[half]++
			all.contacts++
		}
		all.seen, all.day = all.seen+1, day
	}
	if len(starts) == 0 {
		return nil, all
	}
	// A date is whole when the half hours before its first and after its last are of another.
	if before, _ := wall(starts[0].Add(-HalfHour), h.Zone); before == dates[0].day {
		dates = dates[1:]
	}
	if n := len(dates); n > 0 && dates[n-1].day == all.day {
		if after, _ := wall(starts[len(starts)-1].Add(HalfHour), h.Zone); after == all.day {
			dates = dates[:n-1]
		}
	}
	return dates, all
}
