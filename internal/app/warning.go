package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
)

// warnedMost is how many people are warned of one clock at once.
const warnedMost = 5

// lookAhead is how far ahead the next change of shifts is looked for; without one it is looked again then.
const lookAhead = 24 * time.Hour

// whole is at as rows hold it, in microseconds; never before at.
func whole(at time.Time) time.Time {
	return at.Add(time.Microsecond - 1).Truncate(time.Microsecond).UTC()
}

// warningOf is what there is to say now of a clock; Percent is 0 when there is nothing. A missed one is 100, also when it
// has ended.
func warningOf(x *sla.Outlook, now time.Time) desk.Warning {
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
	return noted(events, typ, w)
}

// noted reports whether a history has an event of a type about w, or about more of the same clock.
func noted(events []desk.Event, typ desk.EventType, w desk.Warning) bool {
	for i := range events {
		if e := &events[i]; e.Type == typ && e.Data.Metric == w.Metric && e.Data.Clock == w.Key && e.Data.Start == w.Start.UnixMicro() && e.Data.Percent >= w.Percent {
			return true
		}
	}
	return false
}

// warner says who is warned of the clocks of one question.
type warner struct {
	tx     *store.Tx
	on     *duty
	client desk.ClientID
	t      desk.ClockFacts
	have   []desk.Warning // of before
	stay   []desk.Warning // of now
	save   []desk.Warning // of them, those that are new or changed
	later  []desk.Warning // one of each clock of which rows stay that are to be looked at next at another instant
	alerts []desk.Alert
	rings  []desk.Ring
}

// concerned are the people who are warned of w: the owner of the question while on shift, else those on shift who lead,
// with the skill if there are any. Nobody is warned outside their shift; whoever is warned already comes first.
func (k *warner) concerned(w desk.Warning) (who []desk.StaffID) {
	leads := func(skill string) {
		for _, on := range k.on.people(k.client, skill, "") {
			if on.Person.Lead {
				who = append(who, desk.StaffID(on.Person.ID))
			}
		}
	}
	owner := k.t.Owner
	if owner != 0 && slices.ContainsFunc(k.on.people(k.client, "", ""), func(on onShift) bool { return on.Person.ID == int64(owner) }) {
		return []desk.StaffID{owner}
	}
	if leads(k.t.Skill); len(who) == 0 {
		leads("")
	}
	slices.SortStableFunc(who, func(x, y desk.StaffID) int { return len(k.warned(w, y)) - len(k.warned(w, x)) })
	return who[:min(len(who), warnedMost)]
}

// warned are the rows of before that say that one of who is warned of as much of the clock.
func (k *warner) warned(w desk.Warning, who ...desk.StaffID) (rows []desk.Warning) {
	for _, old := range k.have {
		if w.Of(old) && w.Percent == old.Percent && slices.Contains(who, old.Staff) {
			rows = append(rows, old)
		}
	}
	return rows
}

// keep has who warned of w, and nobody else: at the end of a shift it goes to those of the next, who are told. As long as
// one of them stays, those who come join the calls that go on, and none once somebody has said that they have it.
func (k *warner) keep(w desk.Warning, who []desk.StaffID) error {
	if len(who) == 0 {
		who = []desk.StaffID{0}
	}
	w.FireAt = k.on.plan.Changes(int64(k.client), func(p coverage.Person) bool { return p.Lead || p.ID == int64(k.t.Owner) }, w.At, lookAhead)
	if w.FireAt.IsZero() {
		w.FireAt = w.At.Add(lookAhead)
	}
	stay := k.warned(w, who...)
	if slices.ContainsFunc(stay, func(old desk.Warning) bool { return !old.FireAt.Equal(w.FireAt) }) {
		k.later = append(k.later, w)
	}
	for _, old := range stay {
		w.Alert = max(w.Alert, old.Alert)
	}
	for _, s := range who {
		row := w
		if i := slices.IndexFunc(stay, func(old desk.Warning) bool { return old.Staff == s }); i >= 0 {
			row = stay[i]
			if row.FireAt = w.FireAt; !row.Deadline.Equal(w.Deadline) {
				row.Deadline = w.Deadline
				k.save = append(k.save, row)
			}
			k.stay = append(k.stay, row)
			continue
		}
		row.Staff = s
		if err := k.call(&row); err != nil {
			return err
		}
		w.Alert = max(w.Alert, row.Alert)
		k.save, k.stay = append(k.save, row), append(k.stay, row)
	}
	return nil
}

// call has whom a warning is for told by the ways that they have chosen: what was missed as what is urgent, all else as
// what is not. Who has chosen none looks at the screens: nobody is rung for want of a setting here.
func (k *warner) call(w *desk.Warning) error {
	if w.Staff == 0 {
		return nil
	}
	contact, err := k.tx.Contact(w.Staff)
	if err != nil || len(contact.Rings)+len(contact.Calm) == 0 {
		return err
	}
	if w.Alert == 0 {
		w.Alert = k.tx.NewDeskID()
		k.alerts = append(k.alerts, desk.Alert{ID: w.Alert, Ticket: w.Ticket, Kind: desk.AlertClock, Note: strconv.Itoa(w.Percent), RaisedAt: w.At})
	}
	urgent := w.Percent == 100
	for _, r := range coverage.Rings(contact.Rules(urgent), w.At, urgent, nil, time.Time{}) {
		k.rings = append(k.rings, desk.Ring{Alert: w.Alert, Staff: w.Staff, Way: r.By, CalledAt: w.At, FireAt: r.At, State: desk.RingWaiting})
	}
	return nil
}

// store writes what has changed.
func (k *warner) store() error {
	going := map[int64]bool{} // alerts that somebody is still warned by
	for _, w := range k.stay {
		going[w.Alert] = true
	}
	for _, old := range k.have {
		if slices.ContainsFunc(k.stay, func(w desk.Warning) bool { return w.Of(old) && w.Percent == old.Percent && w.Staff == old.Staff }) {
			continue
		}
		if err := k.tx.DropWarning(old); err != nil {
			return err
		}
		if old.Alert != 0 && !going[old.Alert] {
			if err := k.tx.EndWarned(old.Alert, 0); err != nil {
				return err
			}
		}
	}
	for _, al := range k.alerts {
		if err := k.tx.AddAlert(al); err != nil {
			return err
		}
	}
	for _, r := range k.rings {
		if err := k.tx.AddRing(r); err != nil {
			return err
		}
	}
	for _, w := range k.save {
		if err := k.tx.SaveWarning(w); err != nil {
			return err
		}
	}
	for _, w := range k.later {
		if err := k.tx.LookLater(w); err != nil {
			return err
		}
	}
	return nil
}

// warn puts on record what the clocks of a question have come to, each once however often it is counted, and says who
// is warned now. It reports whether it has put anything on record: that marks the question again, and its row then knows of
// that event too.
func (a *App) warn(f *folding, t desk.ClockFacts, events []desk.Event, all []sla.Outlook) (wrote bool, err error) {
	tx, c := f.tx, f.client
	k := &warner{tx: tx, on: f.on, client: c.ID, t: t, have: f.warned[t.Ticket]}
	var x *act
	for i := range all {
		w := warningOf(&all[i], tx.Now())
		if w.Percent == 0 {
			continue
		}
		w.Client, w.Ticket, w.At = c.ID, t.Ticket, tx.Now()
		told, runs := tells(events, w), all[i].Clock.End.IsZero() && !noted(events, desk.WarningDismissed, w)
		if told && !runs {
			continue
		}
		who := k.concerned(w)
		if !told {
			if x == nil {
				if x, err = a.begin(tx, tx.Viewer(), c, t.Ticket); err != nil {
					return false, err
				}
			}
			if err := x.noteClock(w, all[i].Clock.Version, who); err != nil {
				return false, err
			}
		}
		if runs {
			if err := k.keep(w, who); err != nil {
				return false, err
			}
		}
	}
	if err = k.store(); err == nil && x != nil {
		err = x.save()
	}
	f.rings = f.rings || len(k.rings) > 0
	return x != nil, err
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

// DismissWarning has nobody warned any more that w's share of a clock is used up: a lead has looked at it. It is on record
// who did; a larger share warns again. Of w are read Metric, Key, Start and Percent. Conflict "warning.gone" where nobody
// is warned of that any more.
func (a *App) DismissWarning(ctx context.Context, v desk.Viewer, ref desk.Ref, w desk.Warning) error {
	if v.Who != desk.WhoStaff || !v.Leads() {
		return desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can dismiss a warning.")
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		all, err := x.tx.WarningsOf([]desk.TicketID{x.t.ID})
		if err != nil {
			return err
		}
		some := false
		for _, have := range all[x.t.ID] {
			if !w.Of(have) || w.Percent != have.Percent {
				continue
			}
			some = true
			if err := x.tx.DropWarning(have); err != nil {
				return err
			}
			if err := x.tx.EndWarned(have.Alert, v.Staff); err != nil {
				return err
			}
		}
		if !some {
			return desk.Errorf(desk.Conflict, "warning.gone", "Nobody is warned of this any more: it has ended, has gone further, or was dismissed already. Look at the list again.")
		}
		return x.note(desk.WarningDismissed, desk.EventData{Metric: w.Metric, Clock: w.Key, Start: w.Start.UnixMicro(), Percent: w.Percent})
	})
}
