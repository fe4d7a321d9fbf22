package calendar

import (
	"slices"
	"sort"
)

const (
	dayMinutes = 24 * 60
	daySeconds = 24 * 60 * 60
)

// hours is opening time on a wall clock that never jumps. Wall seconds count from
// 1970-01-01 00:00 on that clock, days likewise.
type hours struct {
	week   [7]pattern
	prefix [8]int64 // open seconds of the week before each weekday
	odd    []oddDay // the days that exceptions change, ascending
}

// pattern is the open stretches of one day, in seconds from its midnight.
type pattern struct {
	spans [][2]int64
	total int64
}

type oddDay struct {
	day int64
	pattern
	before int64 // open seconds from day 0 to the start of this day
	shift  int64 // how much this and all earlier odd days add to the regular count
}

// compile lays out the hours of a normalized Spec.
func compile(s Spec) hours {
	var h hours
	for d := range 7 {
		h.week[d] = newPattern(s.Week[d], s.Week[(d+6)%7])
		h.prefix[d+1] = h.prefix[d] + h.week[d].total
	}
	replaced := make(map[int64][]Interval, len(s.Exceptions))
	var odd []int64
	for date, list := range s.Exceptions {
		d := date.number()
		replaced[d] = list
		odd = append(odd, d, d+1)
	}
	slices.Sort(odd)
	starts := func(day int64) []Interval {
		if list, ok := replaced[day]; ok {
			return list
		}
		return s.Week[weekday(day)]
	}
	shift := int64(0)
	for _, d := range slices.Compact(odd) {
		o := oddDay{day: d, pattern: newPattern(starts(d), starts(d-1)), before: h.regular(d) + shift}
		shift += o.total - h.week[weekday(d)].total
		o.shift = shift
		h.odd = append(h.odd, o)
	}
	return h
}

// newPattern gives a day its own intervals and what runs over from the day before.
func newPattern(own, before []Interval) pattern {
	all := slices.Clone(own)
	for _, i := range before {
		if i.To > dayMinutes {
			all = append(all, Interval{max(0, i.From-dayMinutes), i.To - dayMinutes})
		}
	}
	var p pattern
	for _, i := range merge(all) {
		from, to := int64(i.From)*60, int64(min(i.To, dayMinutes))*60
		p.spans = append(p.spans, [2]int64{from, to})
		p.total += to - from
	}
	return p
}

// merge sorts intervals and joins those that overlap or touch.
func merge(list []Interval) []Interval {
	var out []Interval
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Interval) int { return a.From - b.From })
	for _, i := range list {
		if n := len(out); n > 0 && i.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, i.To)
		} else {
			out = append(out, i)
		}
	}
	return out
}

// oddBefore counts the odd days before a day.
func (h *hours) oddBefore(day int64) int {
	return sort.Search(len(h.odd), func(i int) bool { return h.odd[i].day >= day })
}

// regular counts open seconds from day 0 to the start of a day, without exceptions.
func (h *hours) regular(day int64) int64 {
	week, d := divide(day+4, 7)
	return week*h.prefix[7] + h.prefix[d]
}

// on is the pattern of a day.
func (h *hours) on(day int64) *pattern {
	if i := h.oddBefore(day); i < len(h.odd) && h.odd[i].day == day {
		return &h.odd[i].pattern
	}
	return &h.week[weekday(day)]
}

func (h *hours) open(wall int64) bool {
	day, sec := divide(wall, daySeconds)
	for _, s := range h.on(day).spans {
		if sec < s[1] {
			return sec >= s[0]
		}
	}
	return false
}

// count gives the open seconds from day 0 to a wall second, negative before it.
func (h *hours) count(wall int64) int64 {
	day, sec := divide(wall, daySeconds)
	n, p := h.regular(day), &h.week[weekday(day)]
	if i := h.oddBefore(day); i > 0 || len(h.odd) > 0 {
		if i > 0 {
			n += h.odd[i-1].shift
		}
		if i < len(h.odd) && h.odd[i].day == day {
			p = &h.odd[i].pattern
		}
	}
	for _, s := range p.spans {
		if sec <= s[0] {
			break
		}
		n += min(sec, s[1]) - s[0]
	}
	return n
}

// reach gives the earliest wall second at which count is n.
func (h *hours) reach(n int64) int64 {
	i := sort.Search(len(h.odd), func(i int) bool { return h.odd[i].before >= n })
	if i > 0 {
		last := &h.odd[i-1]
		if n <= last.before+last.total {
			return last.day*daySeconds + last.reach(n-last.before)
		}
		n -= last.shift
	}
	week, rest := divide(n-1, h.prefix[7])
	rest++ // in [1, the seconds of a week]
	d := 0
	for h.prefix[d+1] < rest {
		d++
	}
	return (week*7+int64(d)-4)*daySeconds + h.week[d].reach(rest-h.prefix[d])
}

// reach gives the earliest second of the day at which n open seconds have passed; n is
// at least 1 and no more than the day has.
func (p *pattern) reach(n int64) int64 {
	for _, s := range p.spans {
		if length := s[1] - s[0]; n > length {
			n -= length
		} else {
			return s[0] + n
		}
	}
	return daySeconds
}

// closed gives the first closed wall second in [from, to). When there is none, ever says
// whether there can be one later.
func (h *hours) closed(from, to int64) (wall int64, found, ever bool) {
	day, sec := divide(from, daySeconds)
	for day*daySeconds+sec < to {
		if h.prefix[7] == 7*daySeconds {
			i := h.oddBefore(day)
			for i < len(h.odd) && h.odd[i].total == daySeconds {
				i++
			}
			if i == len(h.odd) {
				return 0, false, false
			}
			if h.odd[i].day > day {
				day, sec = h.odd[i].day, 0
			}
		}
		for _, s := range h.on(day).spans {
			if sec >= s[0] && sec < s[1] {
				sec = s[1]
			}
		}
		if wall = day*daySeconds + sec; sec < daySeconds {
			return wall, wall < to, true
		}
		day, sec = day+1, 0
	}
	return 0, false, true
}

// weekday is 0 for Sunday; day 0 was a Thursday.
func weekday(day int64) int64 {
	_, d := divide(day+4, 7)
	return d
}

// divide rounds down, also below zero.
func divide(a, b int64) (quotient, rest int64) {
	quotient, rest = a/b, a%b
	if rest < 0 {
		quotient, rest = quotient-1, rest+b
	}
	return quotient, rest
}
