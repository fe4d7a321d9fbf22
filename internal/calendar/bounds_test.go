package calendar

import (
	"math"
	"testing"
	"time"
)

// Where the zone database has no list any more it answers by rule. Each segment that it gives holds the instant asked
// for, has one offset, and ends where the next one begins.
func TestSegmentsBeyondTheListAreWhole(t *testing.T) {
	for _, name := range zoneNames {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		offset := func(sec int64) int64 {
			_, off := time.Unix(sec, 0).In(loc).Zone()
			return int64(off)
		}
		for day := time.Date(2199, 12, 1, 11, 30, 0, 0, time.UTC); day.Year() < 2206; day = day.AddDate(0, 0, 1) {
			for _, sec := range []int64{day.Unix(), day.Add(12*time.Hour + 29*time.Minute + 59*time.Second).Unix()} {
				seg := lookup(loc, sec)
				if sec < seg.start || sec >= seg.end || seg.offset != offset(sec) {
					t.Fatalf("%s: %+v does not hold %s", name, seg, time.Unix(sec, 0).UTC())
				}
				if seg.end < latestSecond && offset(seg.end-1) != seg.offset || seg.start > earliestSecond && offset(seg.start) != seg.offset {
					t.Fatalf("%s: %+v has two offsets", name, seg)
				}
				if next := lookup(loc, seg.end); seg.end < latestSecond && next.offset == seg.offset && next.start < seg.start {
					t.Fatalf("%s: after %+v comes %+v", name, seg, next)
				}
			}
		}
	}
}

// The longest Duration lies within a second: what would be a little more is cut, and not negative.
func TestBetweenIsCutToTheLongestDuration(t *testing.T) {
	c := must(t, "UTC; always; 9000-01-01 closed")
	a := at(t, "2026-01-01T00:00:00Z")
	for _, x := range []struct {
		nanos int64
		want  time.Duration
	}{
		{0, math.MaxInt64},
		{900_000_000, math.MaxInt64},
	} {
		b := time.Unix(a.Unix()+math.MaxInt64/int64(time.Second), x.nanos)
		if got := c.Between(a, b); got != x.want {
			t.Errorf("%d ns: %d", x.nanos, got)
		}
		if got := c.Between(b, a); got != -x.want {
			t.Errorf("back, %d ns: %d", x.nanos, got)
		}
	}
	if got := c.Between(a, time.Unix(a.Unix()+math.MaxInt64/int64(time.Second)-1, 0)); got == math.MaxInt64 || got < 0 {
		t.Errorf("a second less: %d", got)
	}
}
