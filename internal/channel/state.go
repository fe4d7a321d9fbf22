package channel

import (
	"slices"
	"time"
)

// State is where a message is in its life.
//
//	queued ─► sending ─┬─► accepted ─┬─► delivered
//	   ▲               │      ▲      ├─► failed
//	   │               │      │      └─► stopped
//	   └──── retry ◄───┼─► unknown ──► any of the others, once reconciled
//	                   ├─► delivered   (a provider that knows at once)
//	                   ├─► failed      (never will arrive: the next channel's turn)
//	                   └─► stopped     (the person said STOP)
//
// Delivered, failed and stopped are final. Unknown means that the provider may
// have taken the message: it is looked up before it is sent again, so that nobody
// is told twice.
type State string

const (
	Queued    State = "queued"
	Sending   State = "sending"
	Accepted  State = "accepted"
	Delivered State = "delivered"
	Failed    State = "failed"
	Retry     State = "retry"
	Unknown   State = "unknown"
	Stopped   State = "stopped"
)

var steps = map[State][]State{
	Queued:   {Sending, Failed, Stopped},
	Sending:  {Accepted, Delivered, Failed, Retry, Unknown, Stopped},
	Accepted: {Delivered, Failed, Stopped},
	Retry:    {Queued, Sending, Failed, Stopped},
	Unknown:  {Accepted, Delivered, Failed, Retry, Stopped},
}

// Can reports whether a message in state s may go to state to. Staying is not a step.
func (s State) Can(to State) bool { return slices.Contains(steps[s], to) }

// The first waits are short because bad news must be told within a minute.
var waits = []time.Duration{
	2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
}

// Backoff is how long to wait after the given failed attempt (the first is 1)
// before the next. It grows from 2 s to 15 min; rnd in [0,1) spreads it from
// three quarters to five quarters of that.
func Backoff(attempt int, rnd float64) time.Duration {
	i := min(max(attempt, 1), len(waits)) - 1
	return time.Duration(float64(waits[i]) * (0.75 + rnd/2))
}
