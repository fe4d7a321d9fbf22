package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/words"
)

// Handover is what one shift gives to the next, as I-PASS has it: how bad it is, a summary, what is to be done,
// what if, and the words of who takes it.
type Handover struct {
	Shift   HandoverShift
	Next    time.Time // the end of the next shift: what is due before has to be accepted
	Items   []HandoverLine
	Change  coverage.Handover
	Signed  desk.Handover
	Mine    bool // it is the viewer's shift
	Lead    bool
	Shifts  []HandoverShift // that change about now, this one among them
	Watch   []AlertLine
	Now     time.Time
	Expired bool // the shift has ended
}

// HandoverShift is a shift that ends.
type HandoverShift struct {
	ID     desk.ShiftID
	Staff  desk.StaffID
	Name   string
	Start  time.Time
	End    time.Time
	Signed bool
}

// HandoverLine is one promise of it.
type HandoverLine struct {
	BoardLine
	Item     desk.HandoverItem
	Must     bool
	ReadBack bool
	Wrote    string // who changed the words last
	By       string // who has accepted it
	Receiver string // who is proposed
	Why      string // why this one
	May      bool   // the viewer may accept it
}

const (
	handoverAhead = 4 * time.Hour // from when before its end a shift is on the list
	handoverBack  = 2 * time.Hour
	handoverWaits = 15 * time.Minute // then those who lead hear of what nobody has accepted
	handoverNext  = 12 * time.Hour   // how far the next shift reaches at most
	handoverLines = 100
	handoverEvery = time.Minute // it is looked for what was left
	handoverMost  = 5000        // promises that are looked at then
	maxReadBack   = 500
	maxSummary    = 1000
)

// Handover gives the handover of a shift, or, with zero, of the viewer's own shift, else of the one that ends
// next among those that they may see: their own, and for those who lead all.
func (a *App) Handover(ctx context.Context, v desk.Viewer, id desk.ShiftID) (Handover, error) {
	if v.Who != desk.WhoStaff {
		return Handover{}, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return Handover{}, err
	}
	now := a.Now()
	on, err := a.onDuty(ctx, now)
	if err != nil {
		return Handover{}, err
	}
	h := Handover{Now: now, Lead: v.Leads()}
	for _, s := range on.shifts {
		s.End = on.goes(s)
		if s.OnCall || s.End.Before(now.Add(-handoverBack)) || s.Start.After(now) || s.End.After(now.Add(handoverAhead)) && int64(v.Staff) != s.Person && desk.ShiftID(s.ID) != id {
			continue
		}
		if !shared(on, s.Person, v) || on.stays(s) {
			continue
		}
		h.Shifts = append(h.Shifts, HandoverShift{ID: desk.ShiftID(s.ID), Staff: desk.StaffID(s.Person), Name: know.staff[desk.StaffID(s.Person)], Start: s.Start, End: s.End})
	}
	slices.SortFunc(h.Shifts, func(x, y HandoverShift) int {
		turn := func(s HandoverShift) int {
			switch {
			case !s.End.After(now):
				return 2
			case s.Staff == v.Staff:
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(turn(x), turn(y)), x.End.Compare(y.End), cmp.Compare(x.ID, y.ID))
	})
	i := slices.IndexFunc(h.Shifts, func(s HandoverShift) bool { return id == 0 || s.ID == id })
	if i < 0 {
		if id != 0 {
			return Handover{}, notFound
		}
		return h, nil
	}
	h.Shift = h.Shifts[i]
	h.Mine, h.Expired = h.Shift.Staff == v.Staff, !now.Before(h.Shift.End)
	h.Next = on.nextEnd(h.Shift)
	var live, accepted []store.BoardRow
	var items []desk.HandoverItem
	load := map[int64]int{}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		if live, err = tx.Live(store.BoardQuery{Owner: h.Shift.Staff, Until: h.Next, Limit: handoverLines}); err != nil {
			return err
		}
		if accepted, err = tx.Accepted(h.Shift.ID, handoverLines); err != nil {
			return err
		}
		if items, err = tx.HandoverItems(h.Shift.ID); err != nil {
			return err
		}
		shifts := make([]desk.ShiftID, len(h.Shifts))
		for k := range h.Shifts {
			shifts[k] = h.Shifts[k].ID
		}
		signed, err := tx.Handovers(shifts)
		for k := range h.Shifts {
			h.Shifts[k].Signed = !signed[h.Shifts[k].ID].SignedAt.IsZero()
		}
		h.Signed = signed[h.Shift.ID]
		return err
	})
	if err != nil {
		return Handover{}, err
	}
	h.fill(on, know, v, append(live, accepted...), items, load)
	return h, nil
}

// shared reports whether v may see the shift of somebody: with a client in common.
func shared(on *duty, person int64, v desk.Viewer) bool {
	for _, p := range on.staff {
		if p.ID == person {
			return slices.ContainsFunc(p.Clients, func(c int64) bool { return v.Sees(desk.ClientID(c)) })
		}
	}
	return false
}

// stays reports whether the person of s goes on working when it ends: then nothing changes hands.
func (d *duty) stays(s coverage.Shift) bool {
	return !d.until(s.Person, s.End).IsZero()
}

// goes is when whoever works a shift goes for good: its end, or earlier where they are away for the rest of it.
func (d *duty) goes(s coverage.Shift) time.Time {
	if there := d.plan.There(s.Person, s.Start, s.End); len(there) > 0 {
		return there[len(there)-1].End
	}
	return s.End
}

// until is when somebody who is at work at an instant goes, a week on at the latest; zero when they are not.
func (d *duty) until(person int64, at time.Time) time.Time {
	if there := d.plan.There(person, at, at.Add(7*24*time.Hour)); len(there) > 0 && !there[0].Start.After(at) {
		return there[0].End
	}
	return time.Time{}
}

// nextEnd is when the shift after s ends: the latest of those who are there when s ends, at most twelve hours
// on; eight when nobody is.
func (d *duty) nextEnd(s HandoverShift) time.Time {
	var end time.Time
	for _, p := range d.staff {
		end = maxTime(end, d.until(p.ID, s.End))
	}
	if end.IsZero() {
		return s.End.Add(8 * time.Hour)
	}
	if most := s.End.Add(handoverNext); end.After(most) {
		return most
	}
	return end
}

// fill plans the handover of rows and puts names to it.
func (h *Handover) fill(on *duty, know *facts, v desk.Viewer, rows []store.BoardRow, items []desk.HandoverItem, load map[int64]int) {
	type key struct {
		client  desk.ClientID
		promise desk.PromiseID
	}
	c := coverage.Change{At: h.Shift.End, NextEnd: h.Next, Load: load, Waits: handoverWaits}
	item := map[key]desk.HandoverItem{}
	for _, i := range items {
		item[key{i.Client, i.Promise}] = i
	}
	// Promises of two clients may have the same id: the plan knows them by their place.
	var matters []coverage.Matter
	lines := make([]HandoverLine, 0, len(rows))
	for _, r := range rows {
		p := r.Promise
		i := item[key{p.Client, p.ID}]
		if p.Kind == desk.Confirm || !p.State.Live() && i.AcceptedBy == 0 {
			continue
		}
		look := on.look(p)
		place := int64(len(lines))
		m := coverage.Matter{Promise: place, Client: int64(p.Client), Skill: p.Skill, Language: spoken(p.Lang), Due: p.Due, Owner: int64(h.Shift.Staff), Paused: r.Ticket.State == desk.Waiting,
			Broken: p.RepairOf != 0 || look == desk.LookBroken}
		if p.RepairOf != 0 {
			m.Skill, m.Language = "", ""
		}
		// That the owner goes is why it is here, and no risk of its own.
		for _, risk := range on.risks(p) {
			if risk.Danger != coverage.OwnerOffShift && risk.Danger != coverage.NotCertified {
				m.Risks = append(m.Risks, risk)
			}
		}
		matters = append(matters, m)
		line := HandoverLine{BoardLine: BoardLine{Promise: p, Look: look, Ticket: r.Ticket, Client: know.client[p.Client], Caller: callerName(r.Caller.Name, r.Caller.Phone),
			Owner: know.staff[p.Owner], Danger: Danger{Risks: m.Risks}}, Item: i}
		if line.Item.Promise == 0 {
			line.Item = desk.HandoverItem{Client: p.Client, Promise: p.ID, Shift: h.Shift.ID}
		}
		lines = append(lines, line)
		if i.AcceptedBy != 0 {
			c.Accepts = append(c.Accepts, coverage.Accept{Promise: place, By: int64(i.AcceptedBy), At: i.AcceptedAt, ReadBack: cmp.Or(i.ReadBack, "yes")})
		}
	}
	h.Change = on.plan.Handover(matters, c, h.Now)
	for _, it := range h.Change.Items {
		line := lines[it.Promise]
		line.Must, line.ReadBack, line.Why = it.Must, it.ReadBack, it.Why
		line.Wrote = know.staff[line.Item.WrittenBy]
		line.By, line.Receiver = know.staff[line.Item.AcceptedBy], know.staff[desk.StaffID(it.Receiver)]
		if line.Item.AcceptedBy == 0 && h.Shift.Staff != v.Staff {
			line.May = on.plan.MayAccept(it, coverage.Accept{By: int64(v.Staff), ReadBack: "yes"}, c) == nil
		}
		h.Items = append(h.Items, line)
	}
}

// Words are what is written of the promise: until somebody writes, its summary is what the question is about.
func (l HandoverLine) Words() desk.HandoverWords {
	return desk.HandoverWords{Summary: cmp.Or(l.Item.Summary, l.Ticket.Subject), Plan: l.Item.Plan}
}

// NoteHandover keeps what the one who goes writes of a promise: a summary, and what to do if. The one whose
// shift it is, or who leads; seen is what they changed. Conflict "handover.written" when the same text was changed meanwhile,
// "handover.taken" and "handover.given" when somebody else has the promise by now.
func (a *App) NoteHandover(ctx context.Context, v desk.Viewer, id desk.ShiftID, ref desk.Ref, p desk.PromiseID, seen, in desk.HandoverWords) error {
	if err := cmp.Or(cleanHandover(&in, maxSummary), cleanHandover(&seen, -1)); err != nil {
		return err
	}
	s, err := a.shiftOf(ctx, v, id)
	if err != nil {
		return err
	}
	if desk.StaffID(s.Person) != v.Staff && !v.Leads() {
		return desk.Errorf(desk.Forbidden, "handover.theirs", "Only the one whose shift it is, or a supervisor, writes this.")
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		now, err := x.promise(p)
		if err != nil {
			return err
		}
		i, err := x.tx.HandoverItem(p, id)
		switch {
		case err != nil:
			return err
		case i.AcceptedBy != 0:
			return acceptedBy(a.staffName(i.AcceptedBy))
		case now.Owner != desk.StaffID(s.Person):
			return givenTo(a.staffName(now.Owner))
		}
		have := i.HandoverWords
		if have.Summary == "" {
			have.Summary = seen.Summary // what the question is about
		}
		all, clash := in.Beside(seen, have)
		if clash {
			return a.wrote(v, x.c, i, "while you did")
		}
		if all == have {
			return nil // as it stands, or a form that was sent twice
		}
		if all.Summary == have.Summary {
			all.Summary = i.Summary
		}
		i.HandoverWords, i.WrittenBy, i.WrittenAt = all, v.Staff, x.now()
		return x.tx.SaveHandoverItem(i)
	})
}

// cleanHandover cleans both texts, or says which are too long.
func cleanHandover(w *desk.HandoverWords, most int) error {
	var bad desk.Fields
	for _, f := range []struct {
		name string
		text *string
	}{{"summary", &w.Summary}, {"plan", &w.Plan}} {
		clean, err := desk.CleanText(*f.text, most)
		if err != nil {
			bad.Add(f.name, "text.too_long", err.(*desk.Error).Message)
		}
		*f.text = clean
	}
	return bad.Err()
}

// wrote says who changed the words of a promise that v had before them, and when.
func (a *App) wrote(v desk.Viewer, c desk.Client, i desk.HandoverItem, while string) error {
	who := cmp.Or(a.staffName(i.WrittenBy), "Somebody else")
	if i.WrittenBy == v.Staff {
		who, while = "You", "in another window"
	}
	return desk.Errorf(desk.Conflict, "handover.written", "%s wrote here at %s, %s.", who, words.Clock(words.EN, i.WrittenAt, zoneOf(c)), while)
}

// AcceptPromise takes a promise over from a shift that ends: the viewer owns it from now on. What is broken or
// at risk is said back, at field "read_back"; seen are the words that they have read. Conflict "handover.taken" when somebody
// else was quicker, "handover.written" when the words were changed meanwhile; Invalid at "to" for somebody who is not there
// before it is due.
func (a *App) AcceptPromise(ctx context.Context, v desk.Viewer, id desk.ShiftID, ref desk.Ref, p desk.PromiseID, seen desk.HandoverWords, readBack string) error {
	if err := cleanHandover(&seen, -1); err != nil {
		return err
	}
	readBack, err := desk.CleanLine(readBack, maxReadBack)
	if err != nil {
		return desk.Fields{{Field: "read_back", Code: "text.too_long", Message: err.(*desk.Error).Message}}.Err()
	}
	h, err := a.Handover(ctx, v, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(h.Items, func(l HandoverLine) bool { return l.Ticket.Ref == ref && l.Promise.ID == p })
	if i < 0 {
		return desk.Errorf(desk.Conflict, "handover.gone", "This promise is not in this handover any more.")
	}
	line := h.Items[i]
	switch {
	case line.Item.AcceptedBy == v.Staff:
		return nil // a form that was sent twice
	case line.Item.AcceptedBy != 0:
		return acceptedBy(line.By)
	case h.Mine:
		return desk.Fields{{Field: "to", Code: "handover.own", Message: "It is yours already. Somebody who stays has to accept it."}}.Err()
	case !line.May:
		return desk.Fields{{Field: "to", Code: "handover.away", Message: "Only somebody who is on the next shift before this is due, or who leads, can accept it."}}.Err()
	case line.ReadBack && readBack == "":
		return desk.Fields{{Field: "read_back", Code: "read_back.missing", Message: "Say in your words what you will do: “I will …”"}}.Err()
	}
	free, _, err := a.seatsOf(ctx, v, line.Client, line.Promise, v.Staff)
	if err != nil {
		return err
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		now, err := x.promise(p)
		if err != nil {
			return err
		}
		it, err := x.tx.HandoverItem(p, id)
		if err != nil {
			return err
		}
		if it.AcceptedBy != 0 && it.AcceptedBy != v.Staff {
			return acceptedBy(a.staffName(it.AcceptedBy))
		}
		if now.Owner != line.Promise.Owner && now.Owner != v.Staff {
			return givenTo(a.staffName(now.Owner))
		}
		// Who takes it answers for what they have read: what was written a moment ago is read first.
		if have := it.HandoverWords; have.Plan != seen.Plan || have.Summary != "" && have.Summary != seen.Summary {
			return a.wrote(v, x.c, it, "while you read. Read it, then accept")
		}
		it.AcceptedBy, it.AcceptedAt, it.ReadBack = v.Staff, x.now(), readBack
		if err := x.tx.SaveHandoverItem(it); err != nil {
			return err
		}
		if now.Owner != v.Staff && len(free) > 0 {
			// A seat where there is one; who accepts without one keeps the promise all the same.
			if err := x.tx.Unbook(p); err != nil {
				return err
			}
			if _, err := x.book(coverage.Window{Free: free}, p); err != nil && !desk.Is(err, desk.Conflict) {
				return err
			}
		}
		now.Owner = v.Staff
		if now.Backup == v.Staff {
			now.Backup = 0
		}
		if err := x.put(now); err != nil {
			return err
		}
		if err := x.has(now); err != nil {
			return err
		}
		return x.note(desk.PromiseGiven, desk.EventData{Promise: p, Owner: v.Staff, OwnerIs: v.Name, Reason: desk.GivenAtHandover, Shift: id})
	})
}

func givenTo(name string) error {
	return desk.Errorf(desk.Conflict, "handover.given", "This promise was given to %s meanwhile.", cmp.Or(name, "somebody else"))
}

func acceptedBy(by string) error {
	return desk.Errorf(desk.Conflict, "handover.taken", "%s has accepted this already.", cmp.Or(by, "Somebody else"))
}

// SignHandover signs a handover off: the one whose shift it is, once everything that must be accepted is. Those
// who lead may sign with a reason although something is left; it stays on the board. Signing twice changes
// nothing.
func (a *App) SignHandover(ctx context.Context, v desk.Viewer, id desk.ShiftID, reason string) error {
	reason, err := desk.CleanLine(reason, maxReadBack)
	if err != nil {
		return desk.Fields{{Field: "reason", Code: "text.too_long", Message: err.(*desk.Error).Message}}.Err()
	}
	h, err := a.Handover(ctx, v, id)
	switch {
	case err != nil:
		return err
	case h.Shift.ID != id || id == 0:
		return notFound
	case !h.Signed.SignedAt.IsZero():
		return nil
	case !h.Mine && !v.Leads():
		return desk.Errorf(desk.Forbidden, "handover.theirs", "Only the one whose shift it is, or a supervisor, signs it off.")
	case !h.Change.SignOff && !v.Leads():
		return desk.Errorf(desk.Conflict, "handover.open", "%s What is left has to be accepted first, or a supervisor signs with a reason.", h.Change.Progress)
	case !h.Change.SignOff && reason == "":
		return desk.Fields{{Field: "reason", Code: "reason.missing", Message: "Say why it is signed although something is left."}}.Err()
	}
	if !h.Mine {
		if err := a.seesAll(ctx, v, h); err != nil {
			return err
		}
	}
	return a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		now, err := tx.Handover(id)
		if err != nil || !now.SignedAt.IsZero() {
			return err
		}
		now.Shift, now.Staff, now.SignedAt, now.SignedBy = id, h.Shift.Staff, tx.Now(), v.Staff
		if !h.Change.SignOff {
			now.Reason = reason
		}
		return tx.SaveHandover(now)
	})
}

// seesAll is a Conflict where the shift leaves promises of clients that v does not serve: nobody signs for what
// they cannot see.
func (a *App) seesAll(ctx context.Context, v desk.Viewer, h Handover) error {
	return a.db.DeskRead(ctx, desk.System("handover"), func(tx *store.DeskReadTx) error {
		live, err := tx.Live(store.BoardQuery{Owner: h.Shift.Staff, Until: h.Next, Limit: handoverLines})
		if err != nil {
			return err
		}
		for _, row := range live {
			if !v.Sees(row.Promise.Client) {
				return desk.Errorf(desk.Conflict, "handover.hidden", "Some of these promises are of hospitals that you do not serve. Somebody who serves them has to sign.")
			}
		}
		return nil
	})
}

// shiftOf finds a shift of somebody with whom v shares a client.
func (a *App) shiftOf(ctx context.Context, v desk.Viewer, id desk.ShiftID) (coverage.Shift, error) {
	on, err := a.onDuty(ctx, a.Now())
	if err != nil {
		return coverage.Shift{}, err
	}
	i := slices.IndexFunc(on.shifts, func(s coverage.Shift) bool { return s.ID == int64(id) })
	if i < 0 || v.Who != desk.WhoStaff || !shared(on, on.shifts[i].Person, v) {
		return coverage.Shift{}, notFound
	}
	return on.shifts[i], nil
}

// leftNow is what nobody is there for, as it was a moment ago.
type leftNow struct {
	at    time.Time
	known map[store.Owned]bool // those who lead have heard of it
}

// left alerts those who lead to what its owner has left: they had it when they went, have been gone for a quarter of an hour, and
// are not there again before it is due, within a day. Whether a shift or the turn of a rota is over, or they are away,
// and whoever said so when, is one: their hours tell. The alerts are rows, which say what was alerted to before; what is in memory
// only spares looking again.
func (a *App) left(ctx context.Context, now time.Time) error {
	was := a.around.left.Load()
	if was == nil {
		was = &leftNow{}
	} else if now.Sub(was.at).Abs() < handoverEvery {
		return nil
	}
	var owned []store.Owned
	err := a.db.Claim(ctx, "handover", func(tx *store.SystemTx) (err error) {
		owned, err = tx.Owned(now.Add(riskAhead), handoverMost)
		return err
	})
	if err != nil {
		return err
	}
	on, err := a.onDuty(ctx, now)
	if err != nil {
		return err
	}
	next := &leftNow{at: now, known: map[store.Owned]bool{}}
	for _, o := range owned {
		since, gone := on.left(o.Owner, o.Due)
		if !gone {
			continue
		}
		known := was.known[o]
		if !known {
			var wrong error
			if known, wrong = a.alertLeft(ctx, o, since); wrong != nil {
				next.at = time.Time{} // soon again
				err = errors.Join(err, wrong)
			}
		}
		if known {
			next.known[o] = true
		}
	}
	a.around.left.Store(next)
	return err
}

// alertLeft alerts those who lead to a promise whose owner has been gone since an instant, and tells whether they have heard of it.
// They hear of a promise once for each owner who leaves it: what they have taken care of does not come back with the end of the
// same day. Nothing is left by whoever took it when they had gone.
func (a *App) alertLeft(ctx context.Context, o store.Owned, since time.Time) (known bool, err error) {
	v := desk.System("handover")
	c, err := a.Client(ctx, v, o.Client)
	if err != nil {
		return false, err
	}
	err = a.onTicket(ctx, v, c, o.Ticket, func(x *act) error {
		p, err := x.promise(o.Promise)
		if desk.Is(err, desk.Conflict) || err == nil && p.Owner != o.Owner {
			return nil // it has ended, or somebody has it
		}
		if err != nil {
			return err
		}
		events, err := x.tx.Events(x.t.ID)
		if err != nil {
			return err
		}
		had := p.MadeAt
		for _, e := range events {
			if e.Type == desk.PromiseGiven && e.Data.Promise == p.ID {
				had = e.HappenedAt
			}
		}
		if !had.Before(since.Add(handoverWaits)) {
			return nil
		}
		known = true
		ever, err := x.tx.AlertsEver(x.t.ID)
		if err != nil || slices.ContainsFunc(ever, func(al desk.Alert) bool {
			return al.Kind == desk.AlertHandover && al.Promise == p.ID && (al.AckedAt.IsZero() || !al.RaisedAt.Before(had))
		}) {
			return err
		}
		return x.raise(desk.AlertHandover, p.ID, desk.FlagNone, a.staffName(o.Owner)+" is not there before this is due")
	})
	return known && err == nil, err
}

// left tells since when somebody is gone who is not there again before an instant; false before they have been gone for a
// quarter of an hour.
func (d *duty) left(who desk.StaffID, due time.Time) (since time.Time, gone bool) {
	since, gone = d.plan.Left(int64(who), d.now)
	return since, gone && !d.now.Before(since.Add(handoverWaits)) && len(d.plan.There(int64(who), d.now, maxTime(due, d.now.Add(time.Microsecond)))) == 0
}
