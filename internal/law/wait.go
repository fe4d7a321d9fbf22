package law

import (
	"fmt"

	"kept/internal/desk"
)

// waiting: a question waits for something, until some time, and every wait has an end in the history.
func (f *File) waiting() error {
	open, since := 0, int64(0)
	for i := range f.Events {
		e := &f.Events[i]
		if e.Type != desk.TicketWaiting && e.Type != desk.TicketResumed {
			continue
		}
		if d := &e.Data; d.Waits == "" || d.Since == 0 || d.Until <= d.Since || (d.Outbox == 0) != (d.Channel == desk.ByWeb) || (d.Outcome == "") != (e.Type == desk.TicketWaiting) {
			return fmt.Errorf("%s: %s says %+v", f.Ticket.Ref, e.Type, *d)
		}
		if open == 1 && e.Type == desk.TicketWaiting && e.Data.Since == since {
			continue // the same wait: its firm was named
		}
		since = e.Data.Since
		if open++; e.Type == desk.TicketResumed {
			open -= 2
		}
		if open < 0 || open > 1 {
			return fmt.Errorf("%s: %s comes out of turn", f.Ticket.Ref, e.Type)
		}
	}
	t := f.Ticket
	if is := t.State == desk.Waiting; is != (open == 1) || is == t.WaitingUntil.IsZero() || is == (t.WaitingFor == "") {
		return fmt.Errorf("%s is %s, waits for %q until %s, and its history has %d open waits", t.Ref, t.State, t.WaitingFor, t.WaitingUntil, open)
	}
	return nil
}
