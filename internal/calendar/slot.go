package calendar

import "time"

// Slots lists the starts of the slots of a length within [from, until): aligned to
// length on the wall clock of the zone, counted from midnight, and kept so when the clocks
// change. No slot overlaps another: one into which the next would fall (before a change
// that is no multiple of length, or before midnight) is left out. Which slots there are does
// not depend on from or until. Lengths below a minute give none; nil is UTC.
func Slots(loc *time.Location, length time.Duration, from, until time.Time) []time.Time {
	step := int64(length / time.Second)
	if step < 60 || step > daySeconds {
		return nil
	}
	if loc == nil {
		loc = time.UTC
	}
	first := from.Unix()
	if from.Nanosecond() > 0 {
		first++
	}
	var starts []time.Time
	var held int64
	holding := false
	for sec := first; ; {
		seg := lookup(loc, sec)
		day, rest := divide(sec+seg.offset, daySeconds)
		rest = (rest + step - 1) / step * step
		for ; ; rest += step {
			if rest >= daySeconds {
				day, rest = day+1, 0
			}
			s := day*daySeconds + rest - seg.offset
			if s >= seg.end {
				break
			}
			if holding && held+step <= s {
				starts = append(starts, time.Unix(held, 0).UTC())
			}
			// The first one too late is still needed, to judge the one before it.
			if !time.Unix(s, 0).Before(until) {
				return starts
			}
			held, holding = s, true
		}
		sec = seg.end
	}
}
