package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kept/internal/channel"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/sla"
	"kept/internal/store"
)

// warnedMost is how many people are warned of one clock at once.
const warnedMost = 5

// whole is at as rows hold it, in microseconds; never before at.
func whole(at time.Time) time.Time {
	return at.Add(time.Microsecond - 1).Truncate(time.Microsecond).UTC()
}

// warningOf is what there is to say now of a clock; Percent is 0 when there is nothing. A missed one is 100, also when it
// has ended.
func warningOf(x *sla.Explanation, now time.Time) desk.Warning {
	c := &x.Clock
	w := desk.Warning{Metric: c.Metric.String(), Key: c.Key, Start: whole(c.Start), Deadline: whole(c.Deadline)}
	switch {
	case c.Outcome() == sla.Missed:
		w.Percent, w.Deadline = 100, whole(c.BreachedAt)
	case c.Outcome() == sla.Open && c.State != sla.Asking:
		for _, passed := range x.Warnings {
			if passed.Percent >= desk.WarnFrom && !passed.At.After(now) {
				w.Percent = max(w.Percent, passed.Percent)
			}
		}
	}
	return w
}

// tells reports whether a history tells of w, or of more of the same clock.
func tells(events []desk.Event, w desk.Warning) bool {
	typ := desk.ClockWarned
	if w.Percent == 100 {
		typ = desk.ClockWasMissed
	}
	return slices.ContainsFunc(events, func(e desk.Event) bool {
		return e.Type == typ && e.Data.Metric == w.Metric && e.Data.Clock == w.Key && e.Data.Start == w.Start.UnixMicro() && e.Data.Percent >= w.Percent
	})
}

// concerned are the people who are warned of a clock of t: its owner while on shift, else those on shift who lead, of
// them those with the skill before the others. Nobody is warned outside their shift.
func (d *duty) concerned(c desk.ClientID, t desk.ClockFacts) (who []desk.StaffID) {
	leads := func(skill string) {
		for _, on := range d.people(c, skill) {
			if on.Person.Lead && len(who) < warnedMost {
				who = append(who, desk.StaffID(on.Person.ID))
			}
		}
	}
	all := d.people(c, "")
	if t.Owner != 0 && slices.ContainsFunc(all, func(on onShift) bool { return on.Person.ID == int64(t.Owner) }) {
		return []desk.StaffID{t.Owner}
	}
	if leads(t.Skill); len(who) == 0 {
		leads("")
	}
	return who
}

// warn puts on record what the clocks of a question have come to, each once however often it is counted, and says who
// is warned now; have are those of before.
func (a *App) warn(tx *store.Tx, v desk.Viewer, c desk.Client, t desk.ClockFacts, events []desk.Event, all []sla.Explanation, have []desk.Warning, on *duty) (err error) {
	who := on.concerned(c.ID, t)
	var x *act
	var stay []desk.Warning
	for i := range all {
		w := warningOf(&all[i], tx.Now())
		if w.Percent == 0 {
			continue
		}
		w.Ticket, w.At = t.Ticket, tx.Now()
		if !tells(events, w) {
			if x == nil {
				if x, err = a.begin(tx, v, c, t.Ticket); err != nil {
					return err
				}
			}
			if err := x.noteClock(w, all[i].Clock.Version, who); err != nil {
				return err
			}
		}
		if all[i].Clock.End.IsZero() {
			if err := keepWarning(tx, w, have, who, t.Owner); err != nil {
				return err
			}
			stay = append(stay, w)
		}
	}
	for _, old := range have {
		if slices.ContainsFunc(stay, func(w desk.Warning) bool { return w.Of(old) && w.Percent == old.Percent }) {
			continue
		}
		if err := tx.DropWarning(old); err != nil {
			return err
		}
	}
	if x == nil {
		return nil
	}
	return x.save()
}

// noteClock appends that a clock was missed, or that people were warned of it.
func (x *act) noteClock(w desk.Warning, version int, who []desk.StaffID) error {
	d := desk.EventData{Metric: w.Metric, Clock: w.Key, Start: w.Start.UnixMicro(), Due: w.Deadline.UnixMicro(), Percent: w.Percent, Version: version}
	var names []string
	for _, s := range who {
		names = append(names, x.a.staffName(s))
	}
	d.OwnerIs = strings.Join(names, ", ")
	if len(who) == 1 {
		d.Owner = who[0]
	}
	if w.Percent == 100 {
		return x.noteAt(desk.ClockWasMissed, w.Deadline, x.v.Actor(), d)
	}
	return x.note(desk.ClockWarned, d)
}

// keepWarning has who warned of w. Who has been warned of as much stays so at the end of a shift; an owner who comes
// takes their place, and anybody who comes that of nobody.
func keepWarning(tx *store.Tx, w desk.Warning, have []desk.Warning, who []desk.StaffID, owner desk.StaffID) error {
	same := slices.DeleteFunc(slices.Clone(have), func(old desk.Warning) bool { return !w.Of(old) })
	if len(same) > 0 && same[0].Percent == w.Percent {
		warned := func(s desk.StaffID) bool {
			return slices.ContainsFunc(same, func(old desk.Warning) bool { return old.Staff == s })
		}
		owned := len(who) == 1 && who[0] == owner
		if len(who) == 0 || !warned(0) && (!owned || warned(owner)) {
			return nil
		}
	}
	for _, old := range same {
		if err := tx.DropWarning(old); err != nil {
			return err
		}
	}
	if len(who) == 0 {
		w.State = desk.WarnScreens
		return tx.AddWarning(w)
	}
	for _, s := range who {
		w.Staff, w.State, w.FireAt = s, desk.WarnWaiting, w.At
		if err := tx.AddWarning(w); err != nil {
			return err
		}
	}
	return nil
}

// warnings are the texts that are to be sent by now, for the loop of clocks.
func (a *App) warnings(due []desk.Warning) (rows []job.Row) {
	for _, w := range due {
		rows = append(rows, job.Row{ID: fmt.Sprintf("warning %d/%d/%s/%d/%d", w.Client, w.Ticket, w.Metric, w.Key, w.Staff), Attempts: 1, FireAt: w.FireAt,
			Work: func(ctx context.Context) error { return a.sendWarning(ctx, w) }})
	}
	return rows
}

// sendWarning sends a text to who has chosen texts as a way to be called. It is marked before it is sent: one that a crash
// has cut off stays "sending", and the screens show the warning in any case.
func (a *App) sendWarning(ctx context.Context, w desk.Warning) error {
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	var contact desk.Contact
	err = a.db.DeskRead(ctx, desk.System("clocks"), func(tx *store.DeskReadTx) (err error) {
		contact, err = tx.Contact(w.Staff)
		return err
	})
	if err != nil {
		return err
	}
	move := func(to desk.WarningState, again time.Time) (ours bool, err error) {
		err = a.db.System(ctx, "clocks", func(tx *store.SystemTx) (err error) {
			ours, err = tx.MoveWarning(w, to, again)
			return err
		})
		return ours, err
	}
	// Who has chosen no way looks at the screens: nobody is rung for want of a setting here.
	rings := slices.DeleteFunc(coverage.Rings(contact.Rules(false), w.At, false, nil, time.Time{}), func(r coverage.Ring) bool { return r.By != coverage.ByText })
	switch {
	case len(contact.Rings)+len(contact.Calm) == 0, len(rings) == 0, contact.Phone == "", a.sms == nil:
		_, err = move(desk.WarnScreens, time.Time{})
		return err
	case rings[0].At.After(a.Now()):
		_, err = move(desk.WarnWaiting, rings[0].At)
		return err
	}
	ours, err := move(desk.WarnSending, time.Time{})
	if err != nil || !ours {
		return err
	}
	w.State = desk.WarnSending
	c := know.client[w.Client]
	url := a.origin(c) + "/desk/agreements"
	text := fmt.Sprintf("Help desk: a time of the agreement with %s is used up to %d%%. Look at it here: %s", c.Short, w.Percent, url)
	if w.Percent == 100 {
		text = fmt.Sprintf("Help desk: a time of the agreement with %s was missed. Look at it here: %s", c.Short, url)
	}
	out, err := a.sms.Send(ctx, channel.Message{ID: fmt.Sprintf("warning-%d-%d-%s-%d-%d-%d-%d", w.Client, w.Ticket, w.Metric, w.Key, w.Start.UnixMicro(), w.Percent, w.Staff), Client: int64(w.Client),
		From: c.Phone, To: contact.Phone, Text: text, Lang: "en", URL: url})
	if err != nil {
		a.log.WarnContext(ctx, "somebody could not be warned of a clock", "client", w.Client, "metric", w.Metric, "err", err)
	}
	state := desk.WarnFailed
	switch out.State {
	case channel.Accepted, channel.Delivered:
		state = desk.WarnSent
	case channel.Unknown:
		return nil
	}
	_, err = move(state, time.Time{})
	return err
}
