package calendar

import (
	"strings"
	"testing"
	"time"
)

func must(t testing.TB, text string) *Calendar {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAddInTradeWords(t *testing.T) {
	const office = "America/Chicago; mon-fri 08:00-17:00; 2026-12-25 closed; 2026-12-31 08:00-12:00"
	for _, c := range []struct{ name, calendar, from, add, want string }{
		{"within the day", office, "2026-11-23T09:00:00-06:00", "2h", "2026-11-23T11:00:00-06:00"},
		{"ends at closing time, not at the next opening", office, "2026-11-23T15:00:00-06:00", "2h", "2026-11-23T17:00:00-06:00"},
		{"over the weekend", office, "2026-11-27T16:00:00-06:00", "2h", "2026-11-30T09:00:00-06:00"},
		{"asked on Sunday", office, "2026-11-22T12:00:00-06:00", "30m", "2026-11-23T08:30:00-06:00"},
		{"over Christmas Day", office, "2026-12-24T16:00:00-06:00", "2h", "2026-12-28T09:00:00-06:00"},
		{"the short last day of the year", office, "2026-12-31T11:00:00-06:00", "2h", "2027-01-01T09:00:00-06:00"},
		{"a nanosecond after closing", office, "2026-11-23T17:00:00-06:00", "1ns", "2026-11-24T08:00:00.000000001-06:00"},
		{"backwards over the weekend", office, "2026-11-30T09:00:00-06:00", "-2h", "2026-11-27T16:00:00-06:00"},
		{"backwards to an opening", office, "2026-11-30T09:00:00-06:00", "-1h", "2026-11-30T08:00:00-06:00"},
		{"nothing to add", office, "2026-11-29T09:00:00-06:00", "0s", "2026-11-29T09:00:00-06:00"},
		{"midnight end does not spill", "America/Chicago; mon-fri 16:00-24:00", "2026-11-23T23:00:00-06:00", "2h", "2026-11-24T17:00:00-06:00"},
		{"two midnights meet", "America/Chicago; mon 16:00-24:00; tue 00:00-08:00", "2026-11-23T23:00:00-06:00", "2h", "2026-11-24T01:00:00-06:00"},
		{"overnight", "America/Chicago; sun 22:00-06:00", "2026-11-22T23:00:00-06:00", "7h", "2026-11-23T06:00:00-06:00"},
		{"overnight into a closed day", "America/Chicago; mon-sun 22:00-06:00; 2026-12-25 closed", "2026-12-24T23:00:00-06:00", "8h", "2026-12-26T23:00:00-06:00"},
		{"lunch twice a day", "America/Chicago; sat 09:00-12:00,13:00-15:00", "2026-11-28T11:00:00-06:00", "2h", "2026-11-28T14:00:00-06:00"},
		{"the night an hour is missing", "America/Chicago; mon-sun 22:00-06:00", "2026-03-07T23:00:00-06:00", "6h", "2026-03-08T06:00:00-05:00"},
		{"the night an hour comes twice", "America/Chicago; mon-sun 22:00-06:00", "2026-10-31T23:00:00-05:00", "8h", "2026-11-01T06:00:00-06:00"},
		{"hours only in the gap", "America/Chicago; sun 02:00-03:00", "2026-03-08T00:00:00-06:00", "1h", "2026-03-15T03:00:00-05:00"},
		{"half an hour is missing on Lord Howe", "Australia/Lord_Howe; sun 01:00-04:00", "2026-10-04T00:00:00+10:30", "150m", "2026-10-04T04:00:00+11:00"},
		{"half an hour twice on Lord Howe", "Australia/Lord_Howe; sun 01:00-04:00", "2026-04-05T00:00:00+11:00", "210m", "2026-04-05T04:00:00+10:30"},
		{"Samoa had no 30 December 2011", "Pacific/Apia; mon-sun 08:00-17:00", "2011-12-29T16:00:00-10:00", "2h", "2011-12-31T09:00:00+14:00"},
		{"overnight over the day that Samoa skipped", "Pacific/Apia; thu 22:00-06:00", "2011-12-29T23:00:00-10:00", "2h", "2012-01-05T23:00:00+14:00"},
		{"always, over a change of the clocks", "America/Chicago; always", "2026-03-07T23:00:00-06:00", "6h", "2026-03-08T06:00:00-05:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := time.ParseDuration(c.add)
			if err != nil {
				t.Fatal(err)
			}
			cal := must(t, c.calendar)
			got := cal.Add(at(t, c.from), d)
			if want := at(t, c.want); !got.Equal(want) {
				t.Errorf("got %s, want %s", got.In(cal.Zone()), want.In(cal.Zone()))
			}
			if back := cal.Between(at(t, c.from), got); back != d {
				t.Errorf("between is %s, want %s", back, d)
			}
		})
	}
}

func TestNextOpenAndNextClose(t *testing.T) {
	const office = "America/Chicago; mon-fri 08:00-17:00"
	for _, c := range []struct{ name, calendar, from, opens, closes string }{
		{"in hours", office, "2026-11-23T09:00:00.5-06:00", "2026-11-23T09:00:00.5-06:00", "2026-11-23T17:00:00-06:00"},
		{"the closing instant is closed", office, "2026-11-27T17:00:00-06:00", "2026-11-30T08:00:00-06:00", "2026-11-27T17:00:00-06:00"},
		{"always", "America/Chicago; always", "2026-11-23T09:00:00-06:00", "2026-11-23T09:00:00-06:00", ""},
		{"always but Christmas 2030", "America/Chicago; always; 2030-12-25 closed", "2026-11-23T09:00:00-06:00", "2026-11-23T09:00:00-06:00", "2030-12-25T00:00:00-06:00"},
		{"always but a Christmas that is over", "America/Chicago; always; 2020-12-25 closed", "2026-11-23T09:00:00-06:00", "2026-11-23T09:00:00-06:00", ""},
		{"closed only in minutes that do not exist", "America/Chicago; always; 2026-03-08 00:00-02:00,03:00-24:00", "2026-03-01T09:00:00-06:00", "2026-03-01T09:00:00-06:00", ""},
		{"the half hour that comes twice", "America/Chicago; sun 00:00-01:30", "2026-11-01T01:15:00-05:00", "2026-11-01T01:15:00-05:00", "2026-11-01T01:30:00-05:00"},
		{"open again in the second one", "America/Chicago; sun 00:00-01:30", "2026-11-01T01:45:00-05:00", "2026-11-01T01:00:00-06:00", "2026-11-01T01:45:00-05:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cal := must(t, c.calendar)
			from := at(t, c.from)
			if got, ok := cal.NextOpen(from); !ok || !got.Equal(at(t, c.opens)) {
				t.Errorf("opens %s, want %s", got.In(cal.Zone()), c.opens)
			}
			got, ok := cal.NextClose(from)
			if ok != (c.closes != "") || ok && !got.Equal(at(t, c.closes)) {
				t.Errorf("closes %s %t, want %q", got.In(cal.Zone()), ok, c.closes)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, text, say string }{
		{"no hours at all", "America/Chicago", "has no hours"},
		{"every day closed", "America/Chicago; mon-sun closed", "has no hours"},
		{"only dated hours", "America/Chicago; 2026-12-25 08:00-12:00", "has no hours"},
		{"a zone that does not exist", "America/Chicgo; always", `no zone named "America/Chicgo"`},
		{"the zone of the machine", "Local; always", "name of a zone"},
		{"no zone", "; always", "begins with the name of its zone"},
		{"a day twice", "UTC; mon-fri 08:00-17:00; wed closed", "Wednesday is given twice"},
		{"a date twice", "UTC; always; 2026-12-25 closed; 2026-12-25 08:00-09:00", "given twice"},
		{"a date that does not exist", "UTC; always; 2026-02-30 closed", "2026-02-30"},
		{"an hour that does not exist", "UTC; mon 25:00-26:00", "25:00-26:00"},
		{"a day without hours", "UTC; mon", "closed or hours"},
		{"longer than two days", "UTC; mon 08:00-48:30", "08:00-48:30"},
		{"a weekday nobody knows", "UTC; montag 08:00-17:00", "neither a weekday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Parse(c.text)
			if err == nil {
				_, err = New(s)
			}
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("got %v, want %q", err, c.say)
			}
		})
	}
	for _, i := range []Interval{{-1, 5}, {1440, 1500}, {600, 600}, {600, 500}, {0, 2881}} {
		if _, err := New(Spec{Zone: "UTC", Week: [7][]Interval{{i}}}); err == nil {
			t.Errorf("%v was taken", i)
		}
		if _, err := New(Spec{Zone: "UTC", Week: wholeWeek(), Exceptions: map[Date][]Interval{{2026, 1, 1}: {i}}}); err == nil {
			t.Errorf("%v was taken on a date", i)
		}
	}
	if _, err := New(Spec{Zone: "UTC", Week: wholeWeek(), Exceptions: map[Date][]Interval{{2026, 2, 30}: nil}}); err == nil {
		t.Error("30 February was taken")
	}
}

func TestOverlapsAreMerged(t *testing.T) {
	c, err := New(Spec{Zone: "UTC", Week: [7][]Interval{1: {{600, 720}, {480, 610}, {720, 780}, {840, 900}}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Spec().String(); got != "UTC; mon 08:00-13:00,14:00-15:00" {
		t.Error(got)
	}
	week := c.Between(at(t, "2026-11-22T00:00:00Z"), at(t, "2026-11-29T00:00:00Z"))
	if week != 6*time.Hour {
		t.Errorf("a week has %s", week)
	}
}

func TestTextForm(t *testing.T) {
	for _, text := range []string{
		"America/Chicago; mon-fri 08:00-17:00; sat 09:00-12:00,13:00-15:00; sun 22:00-06:00; 2026-12-25 closed; 2026-12-31 08:00-12:00",
		"America/Chicago; always",
		"Europe/Berlin; always; 2026-12-24 00:00-12:00",
		"UTC; mon 08:00-34:00; tue 08:00-08:00; thu-sun 00:00-24:00",
	} {
		if got := must(t, text).Spec().String(); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := must(t, "UTC; fri-mon  08:00 - 17:00 , 18:00-24:00;").Spec().String(); got != "UTC; mon 08:00-17:00,18:00-24:00; fri-sun 08:00-17:00,18:00-24:00" {
		t.Error(got)
	}
}

func TestAlwaysInNoZone(t *testing.T) {
	c := Always("Mars/Olympus")
	now := at(t, "2026-11-23T09:00:00Z")
	if c.Zone() != time.UTC || !c.Open(now) || !c.Add(now, time.Hour).Equal(now.Add(time.Hour)) {
		t.Error("always is not always")
	}
}

func TestFarAwayInstants(t *testing.T) {
	c := must(t, "America/Chicago; mon 08:00-09:00; 2026-12-25 closed")
	now := at(t, "2026-11-23T09:00:00-06:00")
	for _, d := range []time.Duration{1<<63 - 1, -1 << 62} {
		if back := c.Between(now, c.Add(now, d)); back != d {
			t.Errorf("added %s, between is %s", d, back)
		}
	}
	if d := must(t, "UTC; mon-sat 00:00-24:00").Between(time.Time{}, now); d != 1<<63-1 {
		t.Errorf("since the year 1: %s", d)
	}
}
