package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Rule is one way in which a person wants to be told, a while after the call for them.
type Rule struct {
	By    By
	After time.Duration
}

// By is a way to ring somebody.
type By string

const (
	ByText By = "text"
	ByMail By = "mail"
	ByCall By = "call"
)

// Ring is one message or phone call to a person.
type Ring struct {
	By  By
	At  time.Time
	Why string
}

// Rings lists how a person is told of a call at an instant, in order; those up to now are due,
// and it ends where the call is acknowledged (zero: not yet). What is not urgent and would fall
// into quiet hours comes at their end, each way once. Quiet lists quiet stretches, in order and
// apart (the Spans of a calendar.Calendar); what is urgent does not look at them. Somebody
// without rules is sent a text at once: nobody is unreachable for want of a setting.
func Rings(rules []Rule, at time.Time, urgent bool, quiet []Span, ack time.Time) []Ring {
	rings := make([]Ring, 0, len(rules))
	if len(rules) == 0 {
		rings = append(rings, Ring{ByText, at, "has no rules: a text at once"})
	}
	for _, r := range rules {
		wait := max(r.After, 0)
		why := "at once"
		if wait > 0 {
			why = fmt.Sprintf("after %d min", wait/time.Minute)
		}
		rings = append(rings, Ring{r.By, at.Add(wait), why})
	}
	if !urgent {
		for i := range rings {
			for _, q := range quiet {
				if r := &rings[i]; !r.At.Before(q.Start) && r.At.Before(q.End) {
					r.At, r.Why = q.End, "held until quiet hours end"
				}
			}
		}
	}
	slices.SortStableFunc(rings, func(a, b Ring) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.By, b.By)) })
	rings = slices.CompactFunc(rings, func(a, b Ring) bool { return a.By == b.By && a.At.Equal(b.At) })
	if !ack.IsZero() {
		rings = slices.DeleteFunc(rings, func(r Ring) bool { return !r.At.Before(ack) })
	}
	return rings
}
