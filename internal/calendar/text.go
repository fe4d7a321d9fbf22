package calendar

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The week of the text form begins on Monday, as people write hours.
var (
	dayNames = [7]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	dayOf    = [7]time.Weekday{1, 2, 3, 4, 5, 6, 0}
)

// String writes the compact text form, which Parse reads back:
//
//	America/Chicago; mon-fri 08:00-17:00; sat 09:00-12:00,13:00-15:00; sun 22:00-06:00; 2026-12-25 closed
//	America/Chicago; always
//
// An end at or before its start lies on the next day; one beyond that counts on from
// 24:00, so that 08:00-34:00 ends at ten the next morning.
func (s Spec) String() string {
	parts := []string{s.Zone}
	if whole := wholeWeek(); slices.EqualFunc(s.Week[:], whole[:], slices.Equal) {
		parts = append(parts, "always")
	} else {
		for i := 0; i < 7; {
			list, j := s.Week[dayOf[i]], i+1
			for j < 7 && slices.Equal(list, s.Week[dayOf[j]]) {
				j++
			}
			if len(list) > 0 {
				name := dayNames[i]
				if j > i+1 {
					name += "-" + dayNames[j-1]
				}
				parts = append(parts, name+" "+hoursText(list))
			}
			i = j
		}
	}
	dates := slices.SortedFunc(maps.Keys(s.Exceptions), func(a, b Date) int {
		return a.midnight().Compare(b.midnight())
	})
	for _, d := range dates {
		parts = append(parts, d.String()+" "+hoursText(s.Exceptions[d]))
	}
	return strings.Join(parts, "; ")
}

func hoursText(list []Interval) string {
	if len(list) == 0 {
		return "closed"
	}
	parts := make([]string, len(list))
	for i, v := range list {
		to := v.To
		if to > dayMinutes && to-dayMinutes <= v.From {
			to -= dayMinutes
		}
		parts[i] = clock(v.From) + "-" + clock(to)
	}
	return strings.Join(parts, ",")
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// Parse reads the text form that Spec.String writes, and says in a sentence which part
// it cannot read. Whether the zone exists and the hours suffice is for New to say.
func Parse(text string) (Spec, error) {
	parts := strings.Split(text, ";")
	s := Spec{Zone: strings.TrimSpace(parts[0])}
	if s.Zone == "" || strings.ContainsAny(s.Zone, " \t\n") {
		return Spec{}, fmt.Errorf("a calendar begins with the name of its zone, such as America/Chicago, not with %q", s.Zone)
	}
	var given [7]bool
	for _, part := range parts[1:] {
		part = strings.TrimSpace(part)
		name, rest, _ := strings.Cut(part, " ")
		if part == "" {
			continue
		}
		if name == "us-federal" {
			return Spec{}, fmt.Errorf("the holidays us-federal may be corrected later: write out their dates first")
		}
		days, date, err := parseWhen(name)
		if err != nil {
			return Spec{}, err
		}
		if name == "always" {
			rest = "00:00-24:00"
		}
		list, err := parseHours(rest)
		if err != nil {
			return Spec{}, fmt.Errorf("%s: %w", name, err)
		}
		if days == nil {
			if _, twice := s.Exceptions[date]; twice {
				return Spec{}, fmt.Errorf("%s is given twice", date)
			}
			if s.Exceptions == nil {
				s.Exceptions = make(map[Date][]Interval)
			}
			s.Exceptions[date] = list
		}
		for _, d := range days {
			if given[d] {
				return Spec{}, fmt.Errorf("%s is given twice", d)
			}
			given[d] = true
			s.Week[d] = slices.Clone(list)
		}
	}
	return s, nil
}

// parseWhen reads weekdays such as mon-fri or mon,wed, or else a date.
func parseWhen(name string) ([]time.Weekday, Date, error) {
	if name == "always" {
		return dayOf[:], Date{}, nil
	}
	if t, err := time.Parse("2006-01-02", name); err == nil {
		y, m, d := t.Date()
		if y < 1 {
			return nil, Date{}, fmt.Errorf("%q is not a date", name)
		}
		return nil, Date{y, m, d}, nil
	}
	var days []time.Weekday
	for _, item := range strings.Split(strings.ToLower(name), ",") {
		first, last, isRange := strings.Cut(item, "-")
		if !isRange {
			last = first
		}
		i, j := slices.Index(dayNames[:], first), slices.Index(dayNames[:], last)
		if i < 0 || j < 0 {
			return nil, Date{}, fmt.Errorf("%q is neither a weekday (mon, tue, wed, thu, fri, sat, sun), nor a date such as 2026-12-25, nor always", name)
		}
		for days = append(days, dayOf[i]); i != j; {
			i = (i + 1) % 7
			days = append(days, dayOf[i])
		}
	}
	return days, Date{}, nil
}

func parseHours(text string) ([]Interval, error) {
	text = strings.TrimSpace(text)
	if text == "closed" {
		return nil, nil
	}
	var list []Interval
	for _, item := range strings.Split(text, ",") {
		item = strings.TrimSpace(item)
		first, last, _ := strings.Cut(item, "-")
		from, ok1 := parseClock(first)
		to, ok2 := parseClock(last)
		if ok1 && ok2 && to <= from {
			to += dayMinutes
		}
		i := Interval{from, to}
		if !ok1 || !ok2 || check([]Interval{i}) != nil {
			return nil, fmt.Errorf("%q are not hours; write closed or hours such as 08:00-17:00", item)
		}
		list = append(list, i)
	}
	return list, nil
}

func parseClock(text string) (minutes int, ok bool) {
	hour, minute, found := strings.Cut(strings.TrimSpace(text), ":")
	h, err1 := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	ok = found && err1 == nil && err2 == nil && len(hour) <= 2 && len(minute) == 2 && h <= 48 && m < 60
	return int(h)*60 + int(m), ok
}
