// Package voice has a provider call people at the desk and read a sentence to them, and plays such a provider for
// the tests. Whoever picks up presses 1 to say that they have it.
//
// It serves no webhooks and signs none: what a provider tells is signed as with texts (sms.Verify), and [ParseCall]
// reads it. It never writes a number or a sentence into an error.
//
// Start reading at [New].
package voice

import (
	"errors"
	"net/url"
	"strings"

	"kept/internal/channel"
	"kept/internal/channel/sms"
)

// AckKey is the key that says "I have it".
const AckKey = "1"

// New is a provider that takes calls at url by one POST of a form each: From, To, Say, ClientRef (our id, also as
// Idempotency-Key) and StatusCallback, where it tells what becomes of the call. It is the protocol of texts with
// another field for the words.
func New(url, account, token, status string) channel.Sender {
	return &sms.HTTP{URL: url, Account: account, Token: token, StatusURL: status, Field: "Say"}
}

// ErrForm says that a webhook's form lacks what it must have or holds what it must not.
var ErrForm = errors.New("voice: the form of the webhook cannot be read")

// ParseCall reads the news of a call out of a webhook's form: CallSid with CallStatus, or with the Digits that were
// pressed, and our ClientRef where the provider gives it back. At is left to the caller's clock. The signature comes first.
func ParseCall(form url.Values) (channel.Call, error) {
	c := channel.Call{ProviderID: channel.Field(form, "CallSid", "id"), Ref: form.Get("ClientRef"), Reason: form.Get("ErrorCode")}
	if !channel.IDLike(c.Ref) {
		c.Ref = "" // it is none of ours
	}
	if !channel.IDLike(c.ProviderID) || c.Reason != "" && !channel.IDLike(c.Reason) {
		return channel.Call{}, ErrForm
	}
	if keys := form.Get("Digits"); keys != "" {
		if c.State = channel.Answered; strings.HasPrefix(keys, AckKey) {
			c.State = channel.Acknowledged
		}
		return c, nil
	}
	switch strings.ToLower(channel.Field(form, "CallStatus", "status")) {
	case "queued", "initiated", "ringing":
		c.State = channel.Calling
	case "in-progress", "answered":
		c.State = channel.Answered
	case "completed":
		c.State, c.Reason = channel.NoAnswer, "no key was pressed"
	case "no-answer":
		c.State = channel.NoAnswer
	case "busy":
		c.State = channel.Busy
	case "failed", "canceled":
		c.State = channel.CallFailed
	default:
		return channel.Call{}, ErrForm
	}
	return c, nil
}
