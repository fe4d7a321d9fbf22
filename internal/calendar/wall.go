package calendar

import "time"

// Wall gives the first instant at which the wall clock of a zone has reached a minute of a
// date, counted from its 00:00; minutes beyond the day, and days beyond the month, count on.
// A minute that the clock jumps over is reached by the jump, one that comes twice is reached
// the first time. So a later minute is never reached earlier. The answer is in UTC.
func Wall(loc *time.Location, d Date, minute int) time.Time {
	wall := d.number()*daySeconds + int64(minute)*60
	for sec := wall - 2*daySeconds; ; {
		seg := lookup(loc, sec)
		if t := max(seg.start, wall-seg.offset); t < seg.end {
			return time.Unix(t, 0).UTC()
		}
		sec = seg.end
	}
}
