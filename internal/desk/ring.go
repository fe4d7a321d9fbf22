package desk

import (
	"time"

	"kept/internal/coverage"
)

// RingState is what became of a ring.
type RingState string

const (
	RingWaiting RingState = "waiting" // until FireAt
	RingSending RingState = "sending" // given to the provider; if it stays so, nobody knows what became of it
	RingSent    RingState = "sent"
	RingFailed  RingState = "failed"
	RingNoWay   RingState = "no_way" // no phone is known, or the desk cannot send this
	RingNobody  RingState = "nobody" // of the step -1: nobody was reached
)

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
}
