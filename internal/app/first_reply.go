package app

import (
	"context"
	"fmt"
	"slices"

	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
)

// firstReplyOf gives what the first reply came to; ok is false while that is open, or where nobody owes one.
func firstReplyOf(t desk.TicketID, all []sla.Outlook) (f desk.FirstReply, ok bool) {
	i := slices.IndexFunc(all, func(x sla.Outlook) bool { return x.Clock.Metric == sla.FirstResponse })
	if i < 0 {
		return f, false
	}
	c := &all[i].Clock
	f = desk.FirstReply{Ticket: t, At: whole(c.Decided())}
	switch c.Outcome() {
	case sla.Met:
		f.Result = desk.FirstInTime
	case sla.Missed:
		f.Result = desk.FirstLate
	case sla.Excluded:
		f.Result = c.Excluded.String()
	default:
		return f, false
	}
	return f, true
}

// keepFirstReply stores what the first reply of t came to, where have does not say the same.
func keepFirstReply(tx *store.Tx, t desk.TicketID, all []sla.Outlook, have map[desk.TicketID]desk.FirstReply) error {
	f, ok := firstReplyOf(t, all)
	old, had := have[t]
	switch {
	case ok && f != old:
		return tx.SaveFirstReply(f)
	case !ok && had:
		return tx.DropFirstReply(t)
	}
	return nil
}

// countFirst counts the first replies of questions that are over, and nothing else.
func (a *App) countFirst(ctx context.Context, cid desk.ClientID, some []desk.TicketID) error {
	v := desk.System("clocks")
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		k, err := a.counting(tx.ReadTx, c, know)
		if err != nil {
			return err
		}
		have, err := tx.FirstReplies(some)
		if err != nil {
			return err
		}
		err = tx.HistoriesOf(some, func(t desk.ClockFacts, events []desk.Event) error {
			return keepFirstReply(tx, t.Ticket, k.clocks(t, events, tx.Now()), have)
		})
		if err != nil {
			return err
		}
		return tx.CountedFirst(some)
	})
}

// firstReplyWrong compares what is stored of the first reply of an open question with its history; "" when it is right. Of
// those that were closed long ago nothing is stored.
func firstReplyWrong(have map[desk.TicketID]desk.FirstReply, t desk.Ticket, all []sla.Outlook) string {
	old, had := have[t.ID]
	want, ok := firstReplyOf(t.ID, all)
	if had != ok && (had || t.State.Open()) || had && old != want {
		return fmt.Sprintf("%s: its first reply is stored as %+v, its history says %+v", t.Ref, old, want)
	}
	return ""
}
