package calendar

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // a machine without zone files must count the same hours
)

// The ends of time, in seconds, with room to add offsets.
const (
	earliestSecond = -1 << 60
	latestSecond   = 1 << 60
)

// segment is a stretch of instants [start, end) with one offset from UTC, in seconds.
type segment struct{ start, end, offset int64 }

// zone knows the segments of a location: those of 1900 to 2200 by heart.
type zone struct {
	loc      *time.Location
	segments []segment
}

var zones sync.Map // name → *zone

func loadZone(name string) (*zone, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*zone), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("a calendar needs the name of a zone, such as America/Chicago")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("there is no zone named %q; use an IANA name, such as America/Chicago", name)
	}
	z := newZone(loc)
	zones.Store(name, z)
	return z, nil
}

func newZone(loc *time.Location) *zone {
	z := &zone{loc: loc}
	end := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for s := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix(); s < end; {
		seg := lookup(loc, s)
		if n := len(z.segments); n > 0 && z.segments[n-1].offset == seg.offset {
			z.segments[n-1].end = seg.end
		} else {
			z.segments = append(z.segments, seg)
		}
		s = seg.end
	}
	return z
}

// at finds the segment of an instant.
func (z *zone) at(sec int64) segment {
	all := z.segments
	if sec < all[0].start || sec >= all[len(all)-1].end {
		return lookup(z.loc, sec)
	}
	lo, hi := 0, len(all)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; all[mid].start <= sec {
			lo = mid
		} else {
			hi = mid
		}
	}
	return all[lo]
}

// lookup asks the zone database.
func lookup(loc *time.Location, sec int64) segment {
	start, end, offset := bounds(loc, sec)
	// Past the last listed transition the database computes bounds by rule and may put
	// the start into the time before that transition; the end is right.
	for start != earliestSecond {
		_, before, _ := bounds(loc, start) // where the segment that holds start ends
		if before >= end || before > sec {
			break
		}
		start = before
	}
	return segment{start, end, offset}
}

func bounds(loc *time.Location, sec int64) (start, end, offset int64) {
	t := time.Unix(sec, 0).In(loc)
	_, off := t.Zone()
	from, to := t.ZoneBounds()
	start, end = earliestSecond, latestSecond
	if !from.IsZero() {
		start = from.Unix()
	}
	if !to.IsZero() {
		end = to.Unix()
	}
	// By rule, the database gives every year 365 days: on the last day of a leap year the
	// end lies in the past. The offset is right and holds to the end of the year.
	if end <= sec {
		end = time.Date(t.UTC().Year()+1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	}
	return start, end, int64(off)
}
