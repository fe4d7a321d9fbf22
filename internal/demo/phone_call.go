package demo

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"time"

	"kept/internal/desk"
)

// callLine is the line of each hospital that the phone system of the demo reports calls of.
const callLine = "invented line"

// Calls are the invented calls to a hospital that come on one day of zone, those of an hour after the other. The same seed
// gives the same calls.
func Calls(seed uint64, c desk.Client, day time.Time, zone *time.Location) []desk.PhoneCall {
	date := day.In(zone)
	h := fnv.New64a()
	h.Write([]byte(c.Slug + date.Format(time.DateOnly)))
	rnd := rand.New(rand.NewPCG(seed, h.Sum64()))
	var all []desk.PhoneCall
	for hour := range 24 {
		n := rnd.IntN(2)
		if hour >= 8 && hour < 19 {
			n += rnd.IntN(3)
		}
		for range n {
			call := desk.PhoneCall{Client: c.ID, Line: callLine, Key: date.Format("0102") + "-" + strconv.Itoa(len(all)),
				Queued: time.Date(date.Year(), date.Month(), date.Day(), hour, rnd.IntN(60), rnd.IntN(60), 0, zone)}
			waits := time.Duration(rnd.ExpFloat64()*18) * time.Second
			if patience := time.Duration(rnd.ExpFloat64()*400) * time.Second; waits < patience {
				call.Answered = call.Queued.Add(waits)
			} else {
				call.Left = call.Queued.Add(patience)
			}
			all = append(all, call)
		}
	}
	return all
}

// News is what a phone system has to report at now of a call of which it has said all until last; false when there is
// nothing. What has not happened yet is not in it.
func News(c desk.PhoneCall, last, now time.Time) (desk.PhoneCall, bool) {
	fresh := false
	for _, at := range []*time.Time{&c.Queued, &c.Answered, &c.Left} {
		switch {
		case at.After(now):
			*at = time.Time{}
		case at.After(last):
			fresh = true
		}
	}
	return c, fresh && !c.Queued.IsZero()
}
