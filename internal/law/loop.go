package law

import (
	"fmt"
	"slices"

	"kept/internal/desk"
)

// law4: only the person closes the loop, and silence is its own outcome.
func (f *File) law4() error {
	last := func(types ...desk.EventType) (at int, by desk.Who) {
		for i := range f.Events {
			if e := &f.Events[i]; slices.Contains(types, e.Type) {
				at, by = i+1, e.By.Who
			}
		}
		return at, by
	}
	yes, who := last(desk.SaidFixed)
	no, _ := last(desk.SaidNotFixed)
	switch f.Ticket.State {
	case desk.Confirmed:
		if yes == 0 || yes < no || who != desk.WhoRequester {
			return fmt.Errorf("law 4: %s counts as fixed without the person's word (%s)", f.Ticket.Ref, who)
		}
	case desk.NotNeeded:
		if at, who := last(desk.TicketWithdrawn); at == 0 || who != desk.WhoRequester {
			return fmt.Errorf("law 4: %s was withdrawn by %s", f.Ticket.Ref, who)
		}
	case desk.Unconfirmed:
		reminded := 0
		for _, o := range f.Outs {
			if o.Trigger == desk.SayReminder {
				reminded++
			}
		}
		if at, _ := last(desk.ClosedUnheard); at == 0 || reminded == 0 && f.Ticket.Address != 0 && f.Ticket.Channel != desk.ByWeb {
			return fmt.Errorf("law 4: %s closed unheard after %d reminders", f.Ticket.Ref, reminded)
		}
	case desk.Void:
		if at, _ := last(desk.TicketVoided); at == 0 {
			return fmt.Errorf("law 4: %s is void and nobody said why", f.Ticket.Ref)
		}
	case desk.Merged:
		if at, _ := last(desk.TicketMerged); at == 0 || f.Events[at-1].Data.Ticket != f.Ticket.Into {
			return fmt.Errorf("law 4: %s is merged, and its history does not say into %d", f.Ticket.Ref, f.Ticket.Into)
		}
	}
	if (f.Ticket.State == desk.Merged) != (f.Ticket.Into != 0) {
		return fmt.Errorf("law 4: %s is %s and goes on in %d", f.Ticket.Ref, f.Ticket.State, f.Ticket.Into)
	}
	return nil
}
