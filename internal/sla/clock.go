package sla

import "time"

// State is what a clock does.
type State uint8

const (
	Running  State = iota // also after it breached, until what it waits for happens
	Standing              // paused, for a reason that was agreed and told
	Asking                // the person was asked whether it is fixed; what this time counts as, the answer decides
	Ended
)

func (s State) String() string { return [...]string{"running", "paused", "asked", "ended"}[s] }

// Exclusion is why a clock counts neither as met nor as missed.
type Exclusion uint8

const (
	Counted        Exclusion = iota
	ByWithdrawal             // the person needed it no more
	ByVoiding                // spam or a duplicate
	ByMerging                // goes on in another ticket
	ByNoLine                 // no line of the agreement applies any more
	ByAgreementEnd           // the agreement ended
	NotNeeded                // the person had what they needed before
	MovedByPerson            // the person moved the promise
	PromiseGone              // the promise was withdrawn by the person, or voided
	LeftEarly                // hung up within the time allowed
	NotYet                   // the person said "not yet", or the desk went on; the next asking counts
	exclusionCount = iota
)

var exclusionNames = [exclusionCount]string{
	"", "withdrawn", "voided", "merged", "no_line", "agreement_ended", "not_needed", "moved_by_person", "promise_withdrawn",
	"left_early", "not_yet",
}

// String is the code of the reason; empty when the clock counts.
func (x Exclusion) String() string { return exclusionNames[x] }

// Outcome is what a clock comes to in a report.
type Outcome uint8

const (
	Open Outcome = iota // still running, not counted
	Met
	Missed   // breached, open or not; done late is missed as well
	Excluded // counted apart, by reason
)

func (o Outcome) String() string { return [...]string{"open", "met", "missed", "excluded"}[o] }

// Clock is how one commitment of an agreement stands at an instant. Instants are UTC; zero means
// that it did not happen. Elapsed, Paused, Asked and Allowed are in time of the target's calendar.
type Clock struct {
	Metric  Metric
	State   State
	Version int // of the agreement
	Target  int // the line, from 0
	Goal    float64
	Key     int64 // which promise, call or supplier's case

	Start time.Time
	End   time.Time // zero while it runs, is paused or asks
	// Deadline is the instant at which the clock breaches if nothing more happens. Zero while it
	// asks, and where nothing breaches by itself. Once breached or ended it does not change.
	Deadline time.Time
	MetAt    time.Time
	// BreachedAt is the deadline; or a later change that moved the deadline into the past; or the act
	// that missed the commitment, such as closing unheard.
	BreachedAt time.Time
	Excluded   Exclusion

	// Reason and Since tell of a pause, Since also of asking.
	Reason string
	Since  time.Time
	// NudgeAt is when the person is to be asked again, by day; it may lie in the past.
	NudgeAt time.Time

	Allowed, Elapsed, Paused, Asked time.Duration
	Wall                            time.Duration // from Start to End, or to now
}

// Closed is the time outside the hours of the calendar.
func (c *Clock) Closed() time.Duration { return c.Wall - c.Elapsed - c.Paused - c.Asked }

// Outcome is what the clock counts as.
func (c *Clock) Outcome() Outcome {
	switch {
	case c.Excluded != Counted:
		return Excluded
	case !c.BreachedAt.IsZero():
		return Missed
	case !c.MetAt.IsZero():
		return Met
	}
	return Open
}

// Decided is the instant from which the outcome stands; zero while it is open.
func (c *Clock) Decided() time.Time {
	switch c.Outcome() {
	case Met:
		return c.MetAt
	case Missed:
		return c.BreachedAt
	case Excluded:
		return c.End
	}
	return time.Time{}
}
