package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/coverage"
	"kept/internal/store"
)

// Shift is a shift of some people with some skills, on some days of the week. They serve every hospital.
type Shift struct {
	People      int
	Skills      []string // beside those that everybody has
	From, Until int      // hours of the desk's day; Until may be past 24, for the next day
	Days        [7]bool  // Sunday first
}

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseShift reads "2 PORTAL 18-24" or "1 ORD,LAB 22-6 mon-fri": how many, which skills, from which hour until which,
// and on which days, every day when that is left out.
func ParseShift(text string) (s Shift, err error) {
	const form = `write a shift as "2 PORTAL 18-24" or "1 ORD,LAB 22-6 mon-fri"`
	f := strings.Fields(text)
	if len(f) != 3 && len(f) != 4 {
		return s, fmt.Errorf("%q: %s", text, form)
	}
	if s.People, err = strconv.Atoi(f[0]); err != nil || s.People < 1 || s.People > 100 {
		return s, fmt.Errorf("%q: how many people, from 1 to 100? %s", f[0], form)
	}
	for k := range strings.SplitSeq(strings.ToUpper(f[1]), ",") {
		if skillNo(k) < 0 {
			return s, fmt.Errorf("%q is no skill of the simulated desk; there are %s", k, strings.Join(skills, ", "))
		}
		s.Skills = append(s.Skills, k)
	}
	from, until, ok := strings.Cut(f[2], "-")
	s.From, err = strconv.Atoi(from)
	if err == nil {
		s.Until, err = strconv.Atoi(until)
	}
	if !ok || err != nil || s.From < 0 || s.From > 23 || s.Until < 1 || s.Until > 24 {
		return s, fmt.Errorf("%q: from which hour until which? %s", f[2], form)
	}
	if s.Until <= s.From {
		s.Until += 24
	}
	days := "sun-sat"
	if len(f) == 4 {
		days = strings.ToLower(f[3])
	}
	first, last, ok := strings.Cut(days, "-")
	if !ok {
		last = first
	}
	i, j := slices.Index(weekdays[:], first), slices.Index(weekdays[:], last)
	if i < 0 || j < 0 {
		return s, fmt.Errorf("%q: on which days? %s", days, form)
	}
	for ; ; i = (i + 1) % 7 {
		if s.Days[i] = true; i == j {
			return s, nil
		}
	}
}

// String is the text that ParseShift reads.
func (s Shift) String() string {
	var days []string
	for i, on := range s.Days {
		if on {
			days = append(days, weekdays[i])
		}
	}
	text := fmt.Sprintf("%d %s %d-%d", s.People, strings.Join(s.Skills, ","), s.From, (s.Until-1)%24+1)
	if len(days) < 7 {
		text += " on " + strings.Join(days, ", ")
	}
	return text
}

// hours of each team: when its shift starts.
var starts = [10]int{6, 7, 7, 8, 8, 9, 9, 14, 15, 22}

// works gives the shift of somebody that starts on a day, counted from the first; false on a day off. People work five
// days of seven; those who lead take the clock around in turn.
func (w *world) works(a *analyst, day int) (s coverage.Shift, ok bool) {
	date := w.o.From.In(zone).AddDate(0, 0, day)
	hour := func(h int) time.Time { return time.Date(date.Year(), date.Month(), date.Day(), h, 0, 0, 0, zone).UTC() }
	s = coverage.Shift{Person: int64(a.ID), Seats: 3}
	if x := a.extra; x != nil {
		s.Start, s.End = hour(x.From), hour(x.Until)
		if s.End.Sub(s.Start) > 6*time.Hour {
			s.Breaks = pause(s.Start.Add(4 * time.Hour))
		}
		return s, x.Days[date.Weekday()]
	}
	from := starts[a.team]
	if a.team == 0 {
		from = []int{6, 14, 22}[(a.ten+day/7)%3]
	}
	s.Start = hour(from)
	s.End, s.Breaks = s.Start.Add(8*time.Hour+30*time.Minute), pause(s.Start.Add(4*time.Hour))
	return s, (day+a.no)%7 < 5 || a.team == 0
}

func pause(from time.Time) []coverage.Span {
	return []coverage.Span{{Start: from, End: from.Add(30 * time.Minute)}}
}

// roster writes the shifts that start on a day.
func (w *world) roster(day int) error {
	return w.db.System(w.ctx, "roster", func(tx *store.SystemTx) error {
		for _, a := range w.analysts {
			s, ok := w.works(a, day)
			if !ok {
				continue
			}
			s.ID = tx.NewID()
			if err := tx.AddShift(s); err != nil {
				return err
			}
			if s.End.After(w.now) {
				w.at(s.Start, w.comes(a, s.End, w.absent(a, day)))
			}
		}
		return nil
	})
}

// absent says whether somebody does not come on a day, by dice of that person and day alone: who is added to the
// roster makes nobody else ill.
func (w *world) absent(a *analyst, day int) bool {
	return rand.New(rand.NewPCG(w.o.Seed, uint64(a.no)<<32|uint64(uint32(day)))).Float64() < w.o.Absent
}
