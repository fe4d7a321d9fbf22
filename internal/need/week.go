package need

import "time"

// HalfHour is the grain of the whole package.
const HalfHour = 30 * time.Minute

const (
	halves   = 48 // of a day
	daySpan  = 24 * 60 * 60
	halfSpan = 30 * 60
)

// Cell is a half hour of the week on the wall clock of a zone: 0 is Monday 0:00, 335 is Sunday
// 23:30.
type Cell int

// Cells is how many there are.
const Cells = 7 * halves

// CellOf names the half hour of the week that holds an instant; nil is UTC.
func CellOf(t time.Time, zone *time.Location) Cell {
	day, half := wall(t, zone)
	return Cell(weekday(day)*halves + half)
}

// wall gives the date, in days since 1970, and the half hour that the clock on the wall shows.
func wall(t time.Time, zone *time.Location) (day, half int) {
	if zone == nil {
		zone = time.UTC
	}
	_, offset := t.In(zone).Zone()
	local := t.Unix() + int64(offset)
	rest := (local%daySpan + daySpan) % daySpan
	return int((local - rest) / daySpan), int(rest / halfSpan)
}

// weekday is 0 for Monday; day 0 was a Thursday.
func weekday(day int) int { return ((day+3)%7 + 7) % 7 }

// halfHours lists the starts of the half hours that lie within [from, until), beginning at :00
// or :30 on the wall clock. Each lasts 30 real minutes and is named by the wall clock at its
// start: of those that the clock change skips there is none, of those that it repeats there are
// two.
func halfHours(zone *time.Location, from, until time.Time) (starts []time.Time) {
	for t := align(from, zone); !t.Add(HalfHour).After(until); t = align(t.Add(HalfHour), zone) {
		starts = append(starts, t)
	}
	return starts
}

// align gives the first :00 or :30 on the wall clock that is not before t.
func align(t time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	if t.Nanosecond() > 0 {
		t = time.Unix(t.Unix()+1, 0)
	}
	for {
		_, offset := t.In(zone).Zone()
		past := (t.Unix() + int64(offset)) % halfSpan
		if past == 0 {
			return t.UTC()
		}
		past = (past + halfSpan) % halfSpan
		t = t.Add(time.Duration(halfSpan-past) * time.Second)
	}
}
