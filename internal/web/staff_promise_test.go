package web

import (
	"testing"
	"time"
)

func TestAWeekdayStandsForWhatIsToCome(t *testing.T) {
	loc, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, time.June, 2, 23, 30, 0, 0, loc) // a Tuesday
	for at, want := range map[time.Time]string{
		time.Date(2026, time.June, 2, 17, 0, 0, 0, loc):     "5:00 p.m. CT",
		time.Date(2026, time.June, 1, 17, 0, 0, 0, loc):     "yesterday 5:00 p.m. CT",
		time.Date(2026, time.May, 31, 17, 0, 0, 0, loc):     "May 31, 5:00 p.m. CT",
		time.Date(2026, time.June, 3, 0, 30, 0, 0, loc):     "Wed 12:30 a.m. CT",
		time.Date(2026, time.June, 8, 23, 45, 0, 0, loc):    "Mon 11:45 p.m. CT",
		time.Date(2026, time.June, 9, 8, 30, 0, 0, loc):     "Jun 9, 8:30 a.m. CT",
		time.Date(2025, time.June, 2, 17, 0, 0, 0, loc):     "Jun 2, 2025, 5:00 p.m. CT",
		time.Date(2027, time.January, 15, 17, 0, 0, 0, loc): "Jan 15, 2027, 5:00 p.m. CT",
	} {
		if got := clock(at, loc, now); got != want {
			t.Errorf("%s is written %q, want %q", at, got, want)
		}
	}
}
