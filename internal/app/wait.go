package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// WaitFor notes what an open question waits for and until when, at most desk.MaxWait from now, and tells
// the person in words. No promise is paused, hidden or ended by it. A word from the person, an answer of
// ours or the end resumes it; before the end the person hears of it again. Fields "reason" and "until".
// Waiting for something else, or longer, is the same act.
//
// firm names the supplier where that is what we wait for, or is "": with a name the agreement's clock of suppliers runs until
// it has answered. The person does not see the name, nor hears that it has changed. Field "supplier".
func (a *App) WaitFor(ctx context.Context, v desk.Viewer, ref desk.Ref, reason desk.WaitReason, until time.Time, firm string) error {
	var bad desk.Fields
	firm, err := desk.CleanLine(firm, desk.MaxName)
	if err != nil {
		bad.Add("supplier", "text.too_long", "Enter the name of the firm in at most 120 characters.")
	}
	if reason != desk.WaitSupplier {
		firm = ""
	}
	oneOf(&bad, "reason", reason, "", desk.WaitReasons...)
	if reason == "" {
		bad.Add("reason", "choice.missing", "Choose what we wait for.")
	}
	if now := a.Now(); !until.After(now) || until.After(now.Add(desk.MaxWait)) {
		bad.Add("until", "until.invalid", "Choose a time that is still to come, within 14 days.")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		switch {
		case !x.t.State.Open():
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. Only the person can open it again.")
		case x.t.State == desk.Asked:
			return desk.Errorf(desk.Conflict, "ticket.asked", "The person was asked whether it is fixed. That is what we wait for.")
		case x.t.State == desk.Waiting && x.t.WaitingFor == reason && x.t.WaitingUntil.Equal(until):
			return x.nameFirm(firm)
		}
		if err := x.resume("changed"); err != nil {
			return err
		}
		return x.wait(reason, until, firm, know)
	})
}

// nameFirm names the firm of a wait that goes on. The person is not told again: they do not see the name.
func (x *act) nameFirm(firm string) error {
	events, err := x.tx.Events(x.t.ID)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if e.Type != desk.TicketWaiting {
			continue
		}
		if e.Data.Supplier == firm {
			return nil // a form that was sent twice
		}
		break
	}
	d := x.waiting()
	d.Supplier = firm
	return x.note(desk.TicketWaiting, d)
}

// EndWait ends a wait before its time. Where nothing waits it changes nothing.
func (a *App) EndWait(ctx context.Context, v desk.Viewer, ref desk.Ref) error {
	return a.byRef(ctx, v, ref, func(x *act) error { return x.resume("stopped") })
}

// wait begins to wait, tells the person, and plans when they hear of it again.
func (x *act) wait(reason desk.WaitReason, until time.Time, firm string, know *facts) error {
	now := x.now()
	args := waitArgs(reason, until)
	out, err := x.say(desk.SayWaiting, desk.Promise{}, 0, args)
	if err != nil {
		return err
	}
	if out != 0 {
		ask, err := x.nudges(reason, now, time.Time{}, until, know)
		if err != nil {
			return err
		}
		if err := x.planNudges(ask, args); err != nil {
			return err
		}
	}
	x.t.State, x.t.WaitingFor, x.t.WaitingSince, x.t.WaitingUntil, x.t.WaitingOut = desk.Waiting, reason, now, until, out
	x.sweepAt(until)
	d := x.waiting()
	d.Supplier = firm
	return x.note(desk.TicketWaiting, d)
}

func waitArgs(reason desk.WaitReason, until time.Time) map[string]string {
	return map[string]string{"waits": string(reason), "until": strconv.FormatInt(until.UnixMicro(), 10)}
}

func (x *act) planNudges(all []time.Time, args map[string]string) error {
	for _, at := range all {
		if _, err := x.queue(desk.Out{Trigger: desk.SayNudge, Channel: x.writtenChannel(), Address: x.t.Address, Args: args, FireAt: at}); err != nil {
			return err
		}
	}
	return nil
}

// nudgeAnew plans anew when the person hears again of a wait that goes on: another line of the agreement, or another agreement, may
// say so from now on. What it says as before stays as it is planned.
func (x *act) nudgeAnew(know *facts) error {
	if x.t.State != desk.Waiting || x.t.WaitingOut == 0 {
		return nil
	}
	outs, err := x.tx.Outs(x.t.ID)
	if err != nil {
		return err
	}
	last := x.t.WaitingSince
	for _, o := range outs {
		if o.Trigger == desk.SayNudge && o.SentAt.After(last) {
			last = o.SentAt
		}
	}
	all, err := x.nudges(x.t.WaitingFor, x.t.WaitingSince, last, x.t.WaitingUntil, know)
	if err != nil {
		return err
	}
	for _, o := range outs {
		if o.Trigger != desk.SayNudge || o.State != desk.Queued {
			continue
		}
		if i := slices.IndexFunc(all, o.FireAt.Equal); i >= 0 {
			all = slices.Delete(all, i, i+1)
			continue
		}
		if err := x.cancelOut(o, "agreed otherwise"); err != nil {
			return err
		}
	}
	return x.planNudges(all, waitArgs(x.t.WaitingFor, x.t.WaitingUntil))
}

// nudgeAllAnew plans anew for every question of a client that waits.
func (a *App) nudgeAllAnew(tx *store.Tx, c desk.Client, know *facts) error {
	ids, err := tx.Waiting()
	if err != nil {
		return err
	}
	acts, err := a.beginAll(tx, desk.System("terms"), c, ids, nil)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := acts[id].nudgeAnew(know); err != nil {
			return err
		}
		if err := acts[id].save(); err != nil {
			return err
		}
	}
	return nil
}

// cancelOut sees to it that what waits to be sent is not sent.
func (x *act) cancelOut(o desk.Out, why string) error {
	o.State, o.FireAt, o.DoneAt, o.Reason = desk.Cancelled, time.Time{}, x.now(), why
	return x.tx.SaveOut(o)
}

// nudges are when the person hears again from now on of a wait since an instant, of which they heard last at last, zero if it begins: as
// often as was agreed with the hospital, for as long as that lets its clocks stand. Where nothing was agreed of it, and a day after
// what was, they are those that are usual. In whichever way the person hears of it, it is not at night.
func (x *act) nudges(reason desk.WaitReason, since, last, until time.Time, know *facts) ([]time.Time, error) {
	k, err := x.a.counting(x.tx.ReadTx, x.c, know)
	if err != nil {
		return nil, err
	}
	facts, err := x.tx.ClockFacts(x.t.ID)
	if err != nil {
		return nil, err
	}
	events, err := x.tx.Events(x.t.ID)
	if err != nil {
		return nil, err
	}
	zone := zoneOf(x.c)
	h := facts.History(k.functions[facts.Function].Name, events)
	all := k.folder.Nudges(k.book.Book, &h, string(reason), x.now(), last, until, func(at time.Time) time.Time { return quietEnd(at, zone) })
	before := last
	if !before.After(since) {
		before = time.Time{} // no reminder yet
	}
	if n := len(all); n > 0 {
		before = all[n-1]
	}
	for _, at := range usualNudges(reason, since, until, zone) {
		if at.After(x.now()) && (before.IsZero() || !at.Before(before.Add(24*time.Hour))) {
			all, before = append(all, at), at
		}
	}
	return all, nil
}

// usualNudges come the day before the end, or half way where that is sooner than a day; who makes us wait for long hears
// of it half way too.
func usualNudges(reason desk.WaitReason, now, until time.Time, loc *time.Location) (at []time.Time) {
	const day = 24 * time.Hour
	span := until.Sub(now)
	half := now.Add(span / 2)
	if reason == desk.WaitPerson && span >= 4*day {
		at = append(at, half)
	}
	switch {
	case span >= 2*day:
		at = append(at, until.Add(-day))
	case span >= 2*time.Hour:
		at = append(at, half)
	}
	for i := range at {
		at[i] = quietEnd(at[i], loc)
	}
	return slices.DeleteFunc(at, func(t time.Time) bool { return !t.Before(until) })
}

// waiting is what events say of a wait.
func (x *act) waiting() desk.EventData {
	d := desk.EventData{
		Waits: x.t.WaitingFor, Reason: string(x.t.WaitingFor), Since: x.t.WaitingSince.UnixMicro(), Until: x.t.WaitingUntil.UnixMicro(), Outbox: x.t.WaitingOut,
	}
	if d.Outbox == 0 {
		d.Channel = desk.ByWeb
	}
	return d
}

// resume ends a wait, if there is one. why is "person", "answered", "ended", "asked", "closed", "changed" or "stopped".
func (x *act) resume(why string) error {
	if x.t.State != desk.Waiting {
		return nil
	}
	d := x.waiting()
	d.Outcome = why
	outs, err := x.tx.Outs(x.t.ID)
	if err != nil {
		return err
	}
	for _, o := range outs {
		if (o.Trigger != desk.SayNudge && o.Trigger != desk.SayWaiting) || o.State != desk.Queued {
			continue
		}
		if err := x.cancelOut(o, "no longer waiting"); err != nil {
			return err
		}
	}
	at := x.now()
	if why == "ended" {
		at = x.t.WaitingUntil // it ended then, whenever we noticed
	}
	x.t.State, x.t.WaitingFor, x.t.WaitingSince, x.t.WaitingUntil, x.t.WaitingOut = desk.Working, "", time.Time{}, time.Time{}, 0
	return x.noteAt(desk.TicketResumed, at, x.v.Actor(), d)
}

// waited ends a wait whose time has come.
func (a *App) waited(ctx context.Context, cid desk.ClientID, id desk.TicketID) error {
	v := desk.System("clock")
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, c, id, func(x *act) error {
		if x.now().Before(x.t.WaitingUntil) {
			return nil // it waits for something else meanwhile
		}
		if err := x.resume("ended"); err != nil {
			return err
		}
		x.t.WaitingUntil = time.Time{}
		return nil
	})
}
