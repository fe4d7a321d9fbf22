package calendar

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FirstHolidays and LastHolidays bound the years for which lists of holidays are known.
const (
	FirstHolidays = 2020
	LastHolidays  = 2050
)

// One line per year: the year and the days on which federal offices are closed, as MMDD. A day that is
// observed in the year before (31 December) stands in the line of that year. Written by
// go test -run TestFederalHolidays -update.
//
//go:embed us-federal.txt
var usFederalText string

var usFederal = sync.OnceValue(func() map[int][]Date {
	years := make(map[int][]Date)
	for line := range strings.Lines(usFederalText) {
		fields := strings.Fields(line)
		var numbers []int
		for _, f := range fields {
			n, err := strconv.Atoi(f)
			if err != nil {
				panic("us-federal.txt: " + err.Error())
			}
			numbers = append(numbers, n)
		}
		for _, n := range numbers[1:] {
			years[numbers[0]] = append(years[numbers[0]], Date{numbers[0], time.Month(n / 100), n % 100})
		}
	}
	return years
})

// Expand writes out the holidays that a text names as "us-federal closed" (or with hours instead of
// closed) as dates of the years first to last. A date that the text gives itself wins. Without
// a list the text comes back as it is. Whoever keeps the text for good keeps the expanded one: the list
// may be corrected, and what was counted must not change.
//
// The days are those on which federal offices are closed: a holiday on a Saturday is kept on Friday,
// one on a Sunday on Monday. Hours on such a Saturday need a date of their own.
func Expand(text string, first, last int) (string, error) {
	parts := strings.Split(text, ";")
	at, hours := -1, ""
	own := make(map[string]bool)
	for i, part := range parts {
		name, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
		own[name] = true
		if name != "us-federal" {
			continue
		}
		if at >= 0 {
			return "", fmt.Errorf("us-federal is given twice")
		}
		at, hours = i, strings.TrimSpace(rest)
		if _, err := parseHours(hours); err != nil {
			return "", fmt.Errorf("us-federal: %w", err)
		}
	}
	if at < 0 {
		return text, nil
	}
	if first > last || first < FirstHolidays || last > LastHolidays {
		return "", fmt.Errorf("the holidays us-federal are known for %d to %d, not for %d to %d", FirstHolidays, LastHolidays, first, last)
	}
	var dates []string
	for year := first; year <= last; year++ {
		for _, d := range usFederal()[year] {
			if !own[d.String()] {
				dates = append(dates, " "+d.String()+" "+hours)
			}
		}
	}
	return strings.Join(append(parts[:at:at], append(dates, parts[at+1:]...)...), ";"), nil
}
