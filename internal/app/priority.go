package app

import (
	"context"
	"slices"

	"kept/internal/desk"
	"kept/internal/sla"
)

// Hurt says how wide and how soon something hurts: "high", "medium", "low". Stopped: care, or the flow of patients,
// has stopped, which is P1 whatever the number of people.
type Hurt struct {
	Impact, Urgency string
	Stopped         bool
}

// Levels are the words of Hurt, in the order of sla.Level.
var Levels = []string{"high", "medium", "low"}

// RankTicket gives an open question the priority that its agreement has for what hurts. Its clocks are counted anew
// from the opening; promises that were made stay as they are.
func (a *App) RankTicket(ctx context.Context, v desk.Viewer, ref desk.Ref, in Hurt) (desk.Priority, error) {
	var bad desk.Fields
	if !in.Stopped {
		for _, f := range []struct{ field, value, message string }{
			{"impact", in.Impact, "Choose how many it touches."}, {"urgency", in.Urgency, "Choose how soon it hurts."},
		} {
			if !slices.Contains(Levels, f.value) {
				bad.Add(f.field, "choice.missing", f.message)
			}
		}
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	know, err := a.know(ctx)
	if err != nil {
		return "", err
	}
	var got desk.Priority
	err = a.byRef(ctx, v, ref, func(x *act) error {
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. Only the person can open it again.")
		}
		b, err := a.bookIn(x.tx.ReadTx, x.c)
		if err != nil {
			return err
		}
		level := func(word string) sla.Level { return sla.Level(max(slices.Index(Levels, word), 0)) }
		was := x.t.Priority
		got = desk.Priority(b.Priority(x.t.OpenedAt, x.now(), level(in.Impact), level(in.Urgency), in.Stopped))
		if got == was {
			return nil
		}
		x.t.Priority = got
		d := desk.EventData{Priority: got, Was: was, Stopped: in.Stopped}
		if !in.Stopped {
			d.Impact, d.Urgency = in.Impact, in.Urgency
		}
		if err := x.note(desk.PriorityChanged, d); err != nil {
			return err
		}
		return x.nudgeAnew(know)
	})
	return got, err
}
