package coverage

import (
	"fmt"
	"strings"
	"time"
)

// Phrase writes a stretch on the wall clock of a zone: "Mon 6:00–10:00 p.m." within the six days
// after now, "Mon, Dec 7, 6:00–10:00 p.m." beyond, "Mon 10:00 p.m.–Tue 6:00 a.m." over midnight,
// "Mon, all day" and "Mon–Wed, all day" from midnight to midnight.
func Phrase(zone *time.Location, s Span, now time.Time) string {
	a, b := s.Start.In(zone), s.End.In(zone)
	day := func(t time.Time) string {
		if d := t.Sub(now); d < 0 || d >= 6*24*time.Hour {
			return t.Format("Mon, Jan 2, ")
		}
		return t.Format("Mon ")
	}
	from, to := hour(a), hour(b)
	y1, m1, d1 := a.Date()
	y2, m2, d2 := b.Date()
	midnight := b.Hour() == 0 && b.Minute() == 0
	switch last := b.Add(-time.Minute); { // some zones have days without a midnight
	case midnight && a.Hour() == 0 && a.Minute() == 0 && a.Before(b):
		first := strings.TrimRight(day(a), ", ")
		if a.YearDay() != last.YearDay() || a.Year() != last.Year() {
			first += "–" + strings.TrimRight(day(last), ", ")
		}
		return first + ", all day"
	case y1 == y2 && m1 == m2 && d1 == d2:
		if half := from[max(0, len(from)-5):]; strings.HasSuffix(to, half) && strings.HasSuffix(from, ".m.") {
			from = strings.TrimSuffix(from, " "+strings.TrimSpace(half))
		}
		return day(a) + from + "–" + to
	case midnight && a.AddDate(0, 0, 1).Day() == d2 && b.Sub(a) <= 25*time.Hour:
		return day(a) + from + "–midnight"
	}
	return day(a) + from + "–" + day(b) + to
}

// clock writes minutes of the day as 6:00 p.m.
func clock(minutes int) string {
	half := "a.m."
	if minutes >= 720 {
		half = "p.m."
	}
	return fmt.Sprintf("%d:%02d %s", (minutes/60+11)%12+1, minutes%60, half)
}

// stamp writes a wall time as Mon, Nov 30, 6:00 p.m., with the zone where that comes twice.
func stamp(t time.Time) string { return t.Format("Mon, Jan 2, ") + hour(t) }

// hour is clock, with the name of the zone where the same time comes twice.
func hour(t time.Time) string {
	text := clock(t.Hour()*60 + t.Minute())
	start, _ := t.ZoneBounds()
	twice := again(t)
	if !start.IsZero() && !twice {
		_, after := t.Zone()
		_, before := start.Add(-time.Nanosecond).In(t.Location()).Zone()
		twice = before > after && t.Add(-time.Duration(before-after)*time.Second).Before(start)
	}
	if twice {
		text += " " + t.Format("MST")
	}
	return text
}

// again tells whether the wall clock will show the same time once more.
func again(t time.Time) bool {
	_, end := t.ZoneBounds()
	if end.IsZero() {
		return false
	}
	_, before := t.Zone()
	_, after := end.Zone()
	return after < before && !t.Add(time.Duration(before-after)*time.Second).Before(end)
}
