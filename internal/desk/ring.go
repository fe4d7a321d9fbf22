package desk

import (
	"time"

	"kept/internal/coverage"
)

// RingState is what became of a ring.
//
//	waiting ─► sending ─┬─► sent
//	                    ├─► calling ─► answered ─► acked
//	                    │          └─► no_answer, busy, failed
//	                    ├─► later ─► sending
//	                    └─► failed
//
// Waiting ends as no_way, no_provider or stopped where nothing was sent at all.
type RingState string

const (
	RingWaiting    RingState = "waiting" // until FireAt
	RingSending    RingState = "sending" // given to the provider; if it stays so, nobody knows what became of it
	RingSent       RingState = "sent"
	RingCalling    RingState = "calling"  // the provider rings the phone
	RingAnswered   RingState = "answered" // somebody has picked up, and has not pressed 1 yet
	RingAcked      RingState = "acked"    // they have pressed 1
	RingNoAnswer   RingState = "no_answer"
	RingBusy       RingState = "busy"
	RingFailed     RingState = "failed"
	RingLater      RingState = "later"       // the provider could not take it: it is asked again at FireAt
	RingNoWay      RingState = "no_way"      // no number or address is known
	RingNoProvider RingState = "no_provider" // the desk has nobody who carries this
	RingStopped    RingState = "stopped"     // somebody had it before this was sent
	RingNobody     RingState = "nobody"      // of the step -1: nobody was reached
)

// Unheard reports whether this way has not reached the person, so that the next one is due at once.
func (s RingState) Unheard() bool {
	switch s {
	case RingNoAnswer, RingBusy, RingFailed, RingLater, RingNoWay, RingNoProvider:
		return true
	}
	return false
}

// Called reports whether the person was told, or is being told, or it was tried.
func (s RingState) Called() bool {
	return s != RingWaiting && s != RingStopped && s != RingNobody
}

// Can reports whether a call may go to state to. News of a provider comes twice and out of order.
func (s RingState) Can(to RingState) bool {
	switch s {
	case RingSending, RingCalling, RingLater: // a provider that could not take it may have, nevertheless
		return to == RingCalling && s != RingCalling || to == RingAnswered || to == RingAcked || to == RingNoAnswer || to == RingBusy || to == RingFailed
	case RingAnswered:
		return to == RingAcked || to == RingNoAnswer // picked up, and nobody pressed 1
	case RingNoAnswer:
		return to == RingAcked // that 1 was pressed came after the end of the call
	}
	return false
}

// Ring is one message to somebody at the desk about an alert, by a step of the escalation.
type Ring struct {
	Client      ClientID
	Alert       int64
	Step, Round int // from 0
	Staff       StaffID
	Way         coverage.By
	CalledAt    time.Time
	FireAt      time.Time // zero: nothing more is to be done
	State       RingState
	Provider    string // its own id for a call or a text
	Reason      string // why it failed, a code of the provider; never personal data

	// Of the alert; only where rings are listed.
	Promise PromiseID
	Kind    AlertKind
	Note    string
}

// MaxLadder is how long before and after the due instant of a promise, or after an alert, a step may be, and how long it
// may wait for an answer.
const MaxLadder = 12 * time.Hour

// Ladder is the calls for a promise that nobody has taken: an alert of the kind AlertUntaken, whose rings are made by
// steps relative to the promise's due instant. It is acknowledged by whoever takes the promise, ends with the promise,
// and goes on for the repair of one that broke.
type Ladder struct {
	Alert   Alert
	Promise Promise
}
