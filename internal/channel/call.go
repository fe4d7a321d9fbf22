package channel

import (
	"context"
	"time"
)

// CallState is where one phone call to somebody at the desk is.
//
//	calling ─┬─► answered ─┬─► acknowledged  (they pressed 1)
//	         │             └─► no_answer     (they hung up without a key)
//	         └─► no_answer, busy, failed
type CallState string

const (
	Calling      CallState = "calling"
	Answered     CallState = "answered"
	Acknowledged CallState = "acknowledged"
	NoAnswer     CallState = "no_answer"
	Busy         CallState = "busy"
	CallFailed   CallState = "failed"
)

// Call is news of a phone call that a provider makes for us. It comes twice and out of order.
type Call struct {
	ProviderID string
	Ref        string // our id of it, where the provider tells it; finds a call to whose placing the answer was lost
	State      CallState
	Reason     string    // a code for staff; never personal data
	At         time.Time // when the news reached us, UTC
}

// CallSink hears what becomes of phone calls. An error means that the news was not stored and that the
// provider should give it again.
type CallSink interface {
	Called(ctx context.Context, c Call) error
}
