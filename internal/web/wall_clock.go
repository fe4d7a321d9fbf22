package web

import (
	"strings"
	"time"
)

// wallTime is how an input for a day and a time writes them.
const wallTime = "2006-01-02T15:04"

// wallClock reads a day and a time as a clock on a wall in loc shows them; zero when there is none. One that the clocks
// leave out in spring is none either, and left says so. Of a time that comes twice in autumn the first is meant.
func wallClock(text string, loc *time.Location) (t time.Time, left string) {
	shown, err := time.Parse(wallTime, text)
	if err != nil {
		return time.Time{}, ""
	}
	if t, err = time.ParseInLocation(wallTime, text, loc); err != nil {
		return time.Time{}, ""
	}
	if shownAt(t).Equal(shown) {
		if start, _ := t.ZoneBounds(); !start.IsZero() {
			_, was := start.Add(-time.Second).Zone()
			if first := shown.Add(-time.Duration(was) * time.Second).In(loc); first.Before(start) && shownAt(first).Equal(shown) {
				return first, ""
			}
		}
		return t, ""
	}
	from, to := leap(t, shown)
	return time.Time{}, "On " + shown.Format("January 2") + " the clocks go from " + from.Format("3:04") + " to " + to.Format("3:04") + ": there is no " +
		strings.NewReplacer("AM", "a.m.", "PM", "p.m.").Replace(shown.Format("3:04 PM")) + " Choose another time."
}

// leap gives what the clocks show when they go forward over shown, before and after; t is an instant beside it.
func leap(t, shown time.Time) (from, to time.Time) {
	for start, end := t.ZoneBounds(); ; start = end {
		before, after := shownAt(start.Add(-time.Second)).Add(time.Second), shownAt(start)
		if start.Equal(end) || !shown.Before(before) && shown.Before(after) {
			return before, after
		}
	}
}

// shownAt is what the clock shows at t, as an instant of UTC.
func shownAt(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}
