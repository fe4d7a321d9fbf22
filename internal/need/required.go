package need

import (
	"fmt"
	"math"
	"time"
)

// Rule says how the desk wants to answer, and what the work is.
type Rule struct {
	Goal     Goal
	Handle   time.Duration // mean time that a contact takes, notes included
	Patience time.Duration // mean time until a caller hangs up; 0: nobody does
	Promise  time.Duration // mean time that a promise takes; 0 is a whole half hour
	Least    float64       // with fewer contacts than this expected in a half hour nobody waits for them
}

// Required is one half hour: what comes, who is needed, who is there.
type Required struct {
	Start    time.Time
	Contacts float64 // that are expected
	Promises int     // that are booked
	Exact    float64 // people who are needed, before rounding
	Need     int     // people who are needed
	Have     int     // people who are there
}

// Required gives how many people a half hour needs.
//
// People for contacts come from the queue and the goal (Goal.Exact). Promises are work that is
// known: each takes its share of somebody's half hour, and that time is not there for callers, so
// it comes on top. The sum is rounded up once: parts of people do not come to work, but the part
// of a person that contacts leave over can keep a promise.
func (r Rule) Required(contacts float64, promises int) Required {
	return r.add(contacts, r.people(contacts), promises)
}

// people are needed for contacts, before rounding.
func (r Rule) people(contacts float64) float64 {
	if !(contacts > 0) || contacts < r.Least {
		return 0
	}
	return r.Goal.Exact(Load{PerHour: contacts * float64(time.Hour/HalfHour), Handle: r.Handle}, r.Patience)
}

// rounding is what adding up may be wrong by: that is not a person.
const rounding = 1e-9

func (r Rule) add(contacts, people float64, promises int) Required {
	each := r.Promise
	if each <= 0 {
		each = HalfHour
	}
	exact := people + float64(time.Duration(max(0, promises))*each)/float64(HalfHour)
	return Required{Contacts: contacts, Promises: promises, Exact: exact, Need: int(math.Ceil(exact - rounding))}
}

// Compare sets need beside roster for each half hour of a forecast. Both functions are asked once
// for each start: how many promises are booked into that half hour, how many people are there.
func (r Rule) Compare(forecast []Expected, promises, have func(start time.Time) int) []Required {
	all := make([]Required, len(forecast))
	known := make(map[float64]float64) // weeks repeat themselves
	for i, e := range forecast {
		people, ok := known[e.Contacts]
		if !ok {
			people = r.people(e.Contacts)
			known[e.Contacts] = people
		}
		all[i] = r.add(e.Contacts, people, promises(e.Start))
		all[i].Start, all[i].Have = e.Start, have(e.Start)
	}
	return all
}

// Short is how many people are missing.
func (q Required) Short() int { return max(0, q.Need-q.Have) }

// String says it as staff read it: "need 3 (calls 2.1 + promises 3), have 0".
func (q Required) String() string {
	return fmt.Sprintf("need %d (calls %.1f + promises %d), have %d", q.Need, q.Contacts, q.Promises, q.Have)
}
