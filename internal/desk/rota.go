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
	Phone    string // +1…; empty: none is known
	Rings    []coverage.Rule
	Capacity coverage.Capacity
}
