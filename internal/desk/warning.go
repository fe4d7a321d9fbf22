package desk

import "time"

// Warning says that a clock of a question ends soon, or was missed and still runs, and who is warned of it.
// Metric, Key and Start name the clock. It is there as long as the clock runs and nobody who leads has dismissed it.
type Warning struct {
	Client   ClientID
	Ticket   TicketID
	Metric   string
	Key      int64
	Start    time.Time
	Staff    StaffID // zero: nobody is there, so it is for everybody who leads
	Percent  int     // of the time allowed that is used up; 100: missed
	Deadline time.Time
	At       time.Time // since when they are warned
	FireAt   time.Time // when who is on shift may change, so that it is looked at who is to be warned; zero: not known
	Alert    int64     // that its rings are for; zero: nobody wants any
}

// WarnFrom is the share of the time allowed from which on people are warned, in percent. Screens show smaller ones too.
const WarnFrom = 75

// Of reports whether w and o are about the same clock.
func (w Warning) Of(o Warning) bool {
	return w.Metric == o.Metric && w.Key == o.Key && w.Start.Equal(o.Start)
}
