package desk

import (
	"time"

	"kept/internal/coverage"
)

// Rota is a rule that makes shifts, as the desk keeps it. Version grows by each change of the rule, its
// overrides and its swaps: who changes it says which version they saw.
type Rota struct {
	coverage.Rota
	Version   int
	ChangedBy string // who changed it last, by name
	ChangedAt time.Time
	RetiredAt time.Time // zero: in use
}

// Override is a change of who is on a rota in a span.
type Override struct {
	coverage.Override
	Rota   int64
	MadeBy string
	MadeAt time.Time
}

// Swap is two people who change turns of a rota, or would like to.
type Swap struct {
	coverage.Swap
	Rota      int64
	AskedAt   time.Time
	ChangedAt time.Time
}

// Absence is a span in which somebody is away. Why is nobody's business.
type Absence struct {
	coverage.Absence
	ID     int64
	MadeBy string
	MadeAt time.Time
}

// Contact is how somebody who works the desk is reached for work, and what they can do in an hour.
type Contact struct {
	Phone    string          // +1…; empty: none is known
	Mail     string          // the address with which they sign in
	Rings    []coverage.Rule // for what is urgent
	Calm     []coverage.Rule // for all else; none: as for what is urgent
	Capacity coverage.Capacity
}

// At is the number or address of c for a way; empty when none is known.
func (c Contact) At(way coverage.By) string {
	if way == coverage.ByMail {
		return c.Mail
	}
	return c.Phone
}

// Rules are the ways in which c is told, in order. Nobody is unreachable for want of a setting: somebody without
// rules gets a text, and mail where no phone is known.
func (c Contact) Rules(urgent bool) []coverage.Rule {
	rules := c.Rings
	if !urgent && len(c.Calm) > 0 {
		rules = c.Calm
	}
	if len(rules) == 0 && c.Phone == "" {
		return []coverage.Rule{{By: coverage.ByMail}}
	}
	return rules
}
