// Package channel holds what every way of reaching a person has in common: one
// message out, one message in, and what became of it.
//
// It never talks to a network, a database or a clock, and it knows no ticket and
// no promise. The adapters (sms, email) import it and implement [Sender]; the
// desk implements [Sink] and hears from them.
//
// Start reading at [Sender], then at [State], which is the life of one message.
package channel

import (
	"context"
	"time"
)

// Kind is a way to reach a person.
type Kind string

const (
	SMS   Kind = "sms"
	Email Kind = "email"
	Voice Kind = "voice" // a person calls; no adapter sends it
)

// Message is one message out, complete and rendered: an adapter adds nothing to it.
type Message struct {
	// ID is the id of the outbox row. It is the same on every attempt, and the
	// provider gets it as its idempotency key.
	ID      string
	Client  int64
	From    string // E.164 number, or a mail address with or without a name
	To      string // E.164 number, or a mail address
	Subject string // mail only
	Text    string
	HTML    string // mail only; says the same as Text; may be empty
	Lang    string // "en", "es"
	URL     string // the one link that Text holds, if any
	Headers map[string]string
}

// Delivery is what an adapter knows about a message after one attempt.
type Delivery struct {
	State      State
	ProviderID string // the provider's own id, if it gave one
	Reason     string // a code for staff, such as "30006" or "smtp 550"; never personal data
}

// Sender hands messages to one provider.
//
// Send answers a Delivery for everything that can happen to a message, also when
// the provider cannot be reached (Retry) or broke off (Unknown). The error is for
// the log only and says why; the Delivery is complete without it. Neither holds
// an address or a text. Send honours the deadline of ctx.
type Sender interface {
	Send(ctx context.Context, m Message) (Delivery, error)
}

// Reconciler is a Sender that can be asked what became of a message.
//
// Lookup takes our id. It answers false when the provider never got the message,
// so that it can be sent again without doubling it. An error means that we still
// do not know.
type Reconciler interface {
	Lookup(ctx context.Context, id string) (Delivery, bool, error)
}

// Receipt is later news of a message that a provider accepted. Receipts come
// twice and out of order: apply one only if [State.Can] allows the step.
type Receipt struct {
	Channel    Kind
	ProviderID string
	State      State
	Reason     string
	At         time.Time // when the news reached us, UTC
}

// Inbound is one message from a person.
type Inbound struct {
	Channel    Kind
	ProviderID string // unique per provider; the same message may be given twice
	From       string
	To         string
	Text       string
	Subject    string
	At         time.Time // when it reached us, UTC
}

// Sink hears what comes back. An error means that it was not stored and that the
// provider should give it again.
type Sink interface {
	Receive(ctx context.Context, in Inbound) error
	Receipt(ctx context.Context, r Receipt) error
}
