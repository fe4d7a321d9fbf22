package need

import (
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

// Required is one half hour: what comes, who is needed.
type Required struct {
	Contacts float64 // that are expected
	Promises int     // that are booked
	Exact    float64 // people who are needed, before rounding
	Need     int     // people who are needed
}

// Required gives how many people a half hour needs.
//
// People for contacts come from the queue and the goal (Goal.Exact). Promises are work that is
// known: each takes its share of somebody's half hour, and that time is not there for callers, so
// it comes on top. The sum is rounded up once: parts of people do not come to work, but the part
// of a person that contacts leave over can keep a promise.
func (r Rule) Required(contacts float64, promises int) Required {
	each := r.Promise
	if each <= 0 {
		each = HalfHour
	}
	exact := r.people(contacts) + float64(time.Duration(max(0, promises))*each)/float64(HalfHour)
	return Required{Contacts: contacts, Promises: promises, Exact: exact, Need: int(math.Ceil(exact - rounding))}
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
