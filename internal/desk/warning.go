package desk

import "time"

// Warning says that a clock of a question ends soon, or was missed and still runs, and who was warned of it.
// Metric, Key and Start name the clock. It is there as long as the clock runs.
type Warning struct {
	Client   ClientID
	Ticket   TicketID
	Metric   string
	Key      int64
	Start    time.Time
	Staff    StaffID // zero: nobody was there, so it is for everybody who leads
	Percent  int     // of the time allowed that is used up; 100: missed
	Deadline time.Time
	At       time.Time // when they were warned
	FireAt   time.Time // when a text is to be sent; zero: none, or it was
	State    WarningState
}

// WarningState is what became of the text. On the screens the warning stands in any case.
type WarningState string

const (
	WarnScreens WarningState = "screens" // no text: none is wanted, or no number is known
	WarnWaiting WarningState = "waiting" // until FireAt
	WarnSending WarningState = "sending" // given to the provider; if it stays so, nobody knows what became of it
	WarnSent    WarningState = "sent"
	WarnFailed  WarningState = "failed"
)

// WarnFrom is the share of the time allowed from which on people are warned, in percent. Screens show smaller ones too.
const WarnFrom = 75

// Of reports whether w and o are about the same clock.
func (w Warning) Of(o Warning) bool {
	return w.Metric == o.Metric && w.Key == o.Key && w.Start.Equal(o.Start)
}
