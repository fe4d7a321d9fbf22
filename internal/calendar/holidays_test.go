package calendar

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rickar/cal/v2/us"
)

var update = flag.Bool("update", false, "write us-federal.txt anew")

// The list is what a kept library says. When a law changes, update the library and run with -update; versions
// of calendars that were kept before hold their dates written out.
func TestFederalHolidays(t *testing.T) {
	days := map[int][]string{}
	for year := FirstHolidays; year <= LastHolidays+1; year++ {
		for _, h := range us.Holidays {
			_, observed := h.Calc(year)
			if y := observed.Year(); !observed.IsZero() && y >= FirstHolidays && y <= LastHolidays {
				days[y] = append(days[y], observed.Format("0102"))
			}
		}
	}
	var b strings.Builder
	for year := FirstHolidays; year <= LastHolidays; year++ {
		slices.Sort(days[year])
		fmt.Fprintf(&b, "%d %s\n", year, strings.Join(slices.Compact(days[year]), " "))
	}
	if *update {
		if err := os.WriteFile("us-federal.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != usFederalText {
		t.Errorf("us-federal.txt differs from the library; see -update. The library says:\n%s", b.String())
	}
}

func TestHolidaysByName(t *testing.T) {
	const office = "America/Chicago; mon-fri 08:00-17:00; us-federal closed"
	text, err := Expand(office, 2026, 2028)
	if err != nil {
		t.Fatal(err)
	}
	c := must(t, text)
	for _, x := range []struct {
		name, at string
		open     bool
	}{
		{"an ordinary Wednesday", "2026-11-25T10:00:00-06:00", true},
		{"Thanksgiving", "2026-11-26T10:00:00-06:00", false},
		{"the day after Thanksgiving is no federal holiday", "2026-11-27T10:00:00-06:00", true},
		{"Independence Day 2026 is a Saturday, kept on Friday", "2026-07-03T10:00:00-05:00", false},
		{"Juneteenth", "2026-06-19T10:00:00-05:00", false},
		{"New Year's Day 2028 is a Saturday, kept in 2027", "2027-12-31T10:00:00-06:00", false},
		{"outside the years asked for", "2029-12-25T10:00:00-06:00", true},
	} {
		if got := c.Open(at(t, x.at)); got != x.open {
			t.Errorf("%s: open is %t", x.name, got)
		}
	}
	own, err := Expand("UTC; mon-fri 08:00-17:00; us-federal 10:00-12:00; 2026-12-25 closed", 2026, 2026)
	if err != nil {
		t.Fatal(err)
	}
	c = must(t, own)
	if c.Open(time.Date(2026, 12, 25, 11, 0, 0, 0, time.UTC)) || !c.Open(time.Date(2026, 11, 26, 11, 0, 0, 0, time.UTC)) ||
		c.Open(time.Date(2026, 11, 26, 13, 0, 0, 0, time.UTC)) {
		t.Errorf("a date of its own wins, and a list may have hours: %s", own)
	}
	if got, err := Expand("UTC; always", 1900, 1800); err != nil || got != "UTC; always" {
		t.Errorf("a text without a list became %q, %v", got, err)
	}
	for _, x := range []struct {
		text, says  string
		first, last int
	}{
		{office, "known for 2020 to 2050", 2019, 2026},
		{office, "known for 2020 to 2050", 2026, 2051},
		{office, "known for 2020 to 2050", 2027, 2026},
		{office + "; us-federal closed", "given twice", 2026, 2026},
		{"UTC; mon 08:00-17:00; us-federal sometimes", "are not hours", 2026, 2026},
	} {
		if _, err := Expand(x.text, x.first, x.last); err == nil || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: got %v", x.says, err)
		}
	}
	if _, err := Parse(office); err == nil || !strings.Contains(err.Error(), "write out") {
		t.Errorf("a list is written out before it is counted: %v", err)
	}
	if d := usFederal()[2026]; len(d) != 11 {
		t.Errorf("2026 has %d federal holidays", len(d))
	}
}
