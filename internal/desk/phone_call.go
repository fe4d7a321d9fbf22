package desk

import (
	"strings"
	"time"
	"unicode/utf8"
)

// PhoneCall is one call to a line, as its phone system reports it: when it began to wait for a person, and how that ended.
// It knows nothing of who called.
type PhoneCall struct {
	Client   ClientID
	Line     string
	Key      string    // of the phone system's choice, the same in each report of the call
	Queued   time.Time // since when it waited for a person
	Answered time.Time // when a person took it; zero: nobody has
	Left     time.Time // when the caller hung up; zero: they have not. After an answer it is of no account.

	// What the clocks of the agreement that was in force came to: CallMet, CallMissed, the code of an sla.Exclusion, or
	// empty while that is open or nothing is agreed.
	Speed    string
	Patience string
}

// What a clock of a call comes to that counts.
const (
	CallMet    = "met"
	CallMissed = "missed"
)

// How long a call is kept, how many of one client may have begun to wait within an hour of the clock, under how many names of
// lines those that are kept may stand, and how late a call may be reported. A hospital has some hundred in an hour and a few
// lines: more comes of a phone system that reports something else, and is not stored.
const (
	CallKept      = 400 * 24 * time.Hour
	CallsAnHour   = 5000
	CallLinesMost = 50

	callLate    = 7 * 24 * time.Hour
	callKeyMost = 64
)

// Check gives what is wrong with a report that is heard at now: fields "name", "call", "queued_at", "answered_at" and
// "left_at".
func (c PhoneCall) Check(now time.Time) error {
	var bad Fields
	if wrong := lineName(c.Line); wrong != "" {
		bad.Add("name", "line.name", wrong)
	}
	if n := utf8.RuneCountInString(c.Key); strings.TrimSpace(c.Key) != c.Key || n == 0 || n > callKeyMost || !printable(c.Key) {
		bad.Add("call", "call.key", "Name the call in 1 to 64 characters, without a space around it.")
	}
	limit := now.Add(lineAhead)
	switch {
	case c.Queued.IsZero():
		bad.Add("queued_at", "call.queued", "Say since when the caller waits for a person.")
	case c.Queued.After(limit):
		bad.Add("queued_at", "line.future", "This is in the future: set the clock of the phone system.")
	case now.Sub(c.Queued) > callLate:
		bad.Add("queued_at", "call.past", "This is more than 7 days ago: calls are reported when they come.")
	}
	for _, end := range []struct {
		field string
		at    time.Time
	}{{"answered_at", c.Answered}, {"left_at", c.Left}} {
		switch {
		case end.at.IsZero():
		case end.at.Before(c.Queued):
			bad.Add(end.field, "call.order", "This is before the caller began to wait.")
		case end.at.After(limit):
			bad.Add(end.field, "line.future", "This is in the future: set the clock of the phone system.")
		}
	}
	if c.Ended() && !c.Taken() && !c.Answered.IsZero() {
		bad.Add("left_at", "call.both", "The caller had hung up before a person took the call: leave out the one that did not happen.")
	}
	return bad.Err()
}

// Ended reports whether a person took the call, or the caller hung up.
func (c PhoneCall) Ended() bool { return !c.Answered.IsZero() || !c.Left.IsZero() }

// Taken reports whether a person took the call, and not after the caller had hung up.
func (c PhoneCall) Taken() bool {
	return !c.Answered.IsZero() && (c.Left.IsZero() || !c.Left.Before(c.Answered))
}
