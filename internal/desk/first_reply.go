package desk

import "time"

// FirstReply is what the first human word on a question came to by the agreement: the clock of that, for figures.
type FirstReply struct {
	Ticket TicketID
	At     time.Time // since when it stands
	Result string    // FirstInTime, FirstLate, or the code of an sla.Exclusion
}

// What a first reply that counts comes to.
const (
	FirstInTime = "met"
	FirstLate   = "missed"
)
