package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/words"
)

// MergeIn says into which question one is merged. Seq and IntoSeq, when not zero, are the event numbers of the two that
// whoever merges has seen: what the person wrote and colleagues did since is a Conflict, as in Words.
type MergeIn struct {
	Into    string // its number, as typed
	Seq     int
	IntoSeq int
}

// Merge puts the question ref and the one that in names together: the same person has asked twice. What was promised goes
// on there as it is, with its window, seat and tries; ref is closed as merged, and its number, its link and texts lead
// there. The person is told once. It gives the question in which they go on. Doing it again changes nothing; it cannot be
// undone.
//
// Field "into": "ref.…" for a mistyped number, "merge.itself", "not_found" for a number that this hospital does not have,
// "merge.person" for a question of somebody else. Conflict "ticket.merged", "ticket.closed", "ticket.asked",
// "promise.past_due", "merge.calling", "merge.answered".
func (a *App) Merge(ctx context.Context, v desk.Viewer, ref desk.Ref, in MergeIn) (desk.Ticket, error) {
	c, id, into, err := a.bothOf(ctx, v, ref, in.Into)
	if err != nil {
		return desk.Ticket{}, err
	}
	var out desk.Ticket
	err = a.onAsking(ctx, v, c, store.Ahead{Tickets: []desk.TicketID{id, into}}, into, func(to *act) error {
		from, err := a.begin(to.tx, v, c, id)
		if err != nil {
			return err
		}
		if from.t.Into == to.t.ID {
			out = to.t
			return nil
		}
		who, err := from.mayMerge(to)
		if err != nil {
			return err
		}
		if err := from.unread(in.Seq, "put them together"); err != nil {
			return err
		}
		if err := to.unread(in.IntoSeq, "put them together"); err != nil {
			return err
		}
		if err := from.merge(to, who); err != nil {
			return err
		}
		out = to.t
		return from.save()
	})
	return out, err
}

// Merging is two questions side by side, before they are put together.
type Merging struct {
	From, Into TicketPage
	Others     []desk.Ticket // the open questions of the same person into which From may go, newest first
	Unnamed    bool          // one of the two is of somebody who gave no name: only the number or mailbox is the same
}

// BeforeMerge gives the question ref and the one with the number into, if they may be put together; the errors are those of
// Merge. Without a number it gives From and the others alone.
func (a *App) BeforeMerge(ctx context.Context, v desk.Viewer, ref desk.Ref, into string) (m Merging, err error) {
	if m.From, err = a.TicketPage(ctx, v, ref); err != nil {
		return m, err
	}
	err = a.db.Read(ctx, v, m.From.Client.ID, func(tx *store.ReadTx) error {
		m.Others = nil
		for _, r := range append([]desk.Requester{m.From.Requester}, m.From.Maybe...) {
			if !onePerson(m.From.Requester, r) {
				continue
			}
			theirs, err := tx.OpenTicketsOf(r.ID)
			if err != nil {
				return err
			}
			m.Others = append(m.Others, theirs...)
		}
		m.Others = slices.DeleteFunc(m.Others, func(t desk.Ticket) bool { return t.ID == m.From.Ticket.ID || t.State == desk.Asked })
		sortNewest(m.Others)
		return nil
	})
	if err != nil || into == "" {
		return m, err
	}
	c, id, other, err := a.bothOf(ctx, v, ref, into)
	if err != nil {
		return m, err
	}
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		acts := make([]act, 2)
		for i, id := range []desk.TicketID{id, other} {
			t, err := tx.Ticket(id)
			if err != nil {
				return err
			}
			live, err := tx.LivePromises(id)
			if err != nil {
				return err
			}
			acts[i] = act{a: a, tx: &store.Tx{ReadTx: tx}, v: v, c: c, t: t, live: live}
		}
		_, err := acts[0].mayMerge(&acts[1])
		return err
	})
	if err != nil {
		return m, err
	}
	number, err := desk.ParseRef(into)
	if err == nil {
		m.Into, err = a.TicketPage(ctx, v, number)
	}
	m.Unnamed = m.From.Requester.ID != m.Into.Requester.ID
	return m, err
}

// onePerson reports whether two people who share a number or a mailbox may be one: their names are the same, or one of them
// gave none, as the web form asks for none. Whoever puts their questions together says that they are.
func onePerson(x, y desk.Requester) bool {
	return x.ID == y.ID || x.Name == "" || y.Name == "" || strings.EqualFold(x.Name, y.Name)
}

// bothOf finds the two questions of a merge for v.
func (a *App) bothOf(ctx context.Context, v desk.Viewer, ref desk.Ref, into string) (c desk.Client, from, to desk.TicketID, err error) {
	if c, from, err = a.find(ctx, v, ref); err != nil {
		return c, 0, 0, err
	}
	bad := func(code, message string) error {
		return desk.Fields{{Field: "into", Code: code, Message: message}}.Err()
	}
	if strings.TrimSpace(into) == "" {
		return c, 0, 0, bad("merge.missing", "Choose a question, or type its number.")
	}
	number, err := desk.ParseRef(into)
	if err != nil {
		e := err.(*desk.Error)
		return c, 0, 0, bad(e.Code, e.Message)
	}
	if number == ref {
		return c, 0, 0, bad("merge.itself", "That is the number of this question. Type that of the other one.")
	}
	other, to, err := a.find(ctx, v, number)
	if desk.Is(err, desk.NotFound) || err == nil && other.ID != c.ID {
		return c, 0, 0, bad("not_found", "This hospital has no question with that number.")
	}
	return c, from, to, err
}

// noMerge says why two questions cannot be put together, at the field that names the other one.
func noMerge(kind desk.Kind, code, message string, args ...any) error {
	e := desk.Errorf(kind, code, message, args...)
	e.Fields = []desk.FieldError{{Field: "into", Code: code, Message: e.Message}}
	return e
}

// mayMerge gives the person whose question it is afterwards, or an error that says why x cannot go into to.
func (x *act) mayMerge(to *act) (who desk.RequesterID, err error) {
	for _, y := range []*act{x, to} {
		if y.t.Into != 0 {
			message, err := y.wentOn()
			if err != nil {
				return 0, err
			}
			return 0, noMerge(desk.Conflict, "ticket.merged", "%s", message)
		}
	}
	if who, err = x.whose(to); err != nil {
		return 0, err
	}
	switch {
	case who == 0:
		return 0, noMerge(desk.Invalid, "merge.person", "%s is a question of somebody else. Only questions of one person can be put together.", to.t.Ref)
	case !x.t.State.Open():
		return 0, noMerge(desk.Conflict, "ticket.closed", "%s is closed already. There is nothing in it that could go on.", x.t.Ref)
	case !to.t.State.Open():
		return 0, noMerge(desk.Conflict, "ticket.closed", "%s is closed. Only the person can open it again.", to.t.Ref)
	case to.t.State == desk.Asked:
		return 0, noMerge(desk.Conflict, "ticket.asked", "The person was asked whether %s is fixed. Put that one into this one instead, or wait for the answer.", to.t.Ref)
	}
	if err := x.mayLeave(); err != nil {
		return 0, err
	}
	for _, y := range []*act{x, to} {
		if y.t.Requester == who {
			continue
		}
		if telling, err := y.telling(); err != nil {
			return 0, err
		} else if telling {
			return 0, noMerge(desk.Conflict, "merge.telling", "The person is being told of a promise that broke in %s. Put the two together once they know.", y.t.Ref)
		}
	}
	return who, nil
}

// mayLeave says why something that is promised in x cannot go on in another question just now.
func (x *act) mayLeave() error {
	for _, p := range x.live {
		switch {
		case p.Kind == desk.Confirm: // it ends
		case !x.now().Before(p.BreaksAt()):
			return noMerge(desk.Conflict, "promise.past_due", "Something promised in %s is past due. It breaks first; then the two can be put together.", x.t.Ref)
		case p.Calling(x.now()):
			return noMerge(desk.Conflict, "merge.calling", "Somebody is on the phone for %s. Put the two together after the call.", x.t.Ref)
		case !p.AnsweredAt.IsZero():
			return noMerge(desk.Conflict, "merge.answered", "An answer to %s is on its way to the person. Put the two together once it has arrived.", x.t.Ref)
		}
	}
	return nil
}

// whose gives the person of two questions, zero when they are of two people: who gave a name, before who gave none.
func (x *act) whose(to *act) (desk.RequesterID, error) {
	if x.t.Requester == to.t.Requester {
		return to.t.Requester, nil
	}
	sharing, err := x.tx.RequestersSharing(x.t.Requester)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(sharing, func(r desk.Requester) bool { return r.ID == to.t.Requester })
	if i < 0 {
		return 0, nil
	}
	mine, err := x.tx.Requester(x.t.Requester)
	switch {
	case err != nil || !onePerson(mine, sharing[i]):
		return 0, err
	case sharing[i].Name == "" && mine.Name != "":
		return mine.ID, nil
	}
	return sharing[i].ID, nil
}

// telling reports whether the person does not know yet of something that broke here, or news of that is on its way.
func (x *act) telling() (bool, error) {
	promises, err := x.tx.Promises(x.t.ID)
	if err != nil {
		return false, err
	}
	outs, err := x.tx.Outs(x.t.ID)
	return slices.ContainsFunc(promises, func(p desk.Promise) bool { return p.State == desk.Broken && p.ToldAt.IsZero() }) ||
		slices.ContainsFunc(outs, func(o desk.Out) bool { return o.Trigger == desk.SayBroken && !o.FireAt.IsZero() }), err
}

// merge lets x go on in to. What is promised is not touched by it; only asking again ends, since nobody waits for that answer
// any more.
func (x *act) merge(to *act, who desk.RequesterID) error {
	if err := x.resume("closed"); err != nil {
		return err
	}
	events, err := x.tx.Events(x.t.ID)
	if err != nil {
		return err
	}
	for _, y := range []*act{x, to} {
		if err := y.becomes(who); err != nil {
			return err
		}
	}
	since := x.t.OpenedAt
	for i := range events {
		if e := &events[i]; e.Type == desk.TicketMergedIn && e.Data.Since < since.UnixMicro() {
			since = time.UnixMicro(e.Data.Since)
		}
	}
	if err := to.note(desk.TicketMergedIn, desk.EventData{Ticket: x.t.ID, Ref: x.t.Ref, Since: since.UnixMicro()}); err != nil {
		return err
	}
	if err := x.leave(to, who, events); err != nil {
		return err
	}
	if err := x.tx.MoveAlerts(x.t.ID, to.t.ID); err != nil {
		return err
	}
	if x.t.Flag.Worse(to.t.Flag) {
		to.t.Flag = x.t.Flag
	}
	x.t.State, x.t.ClosedAt, x.t.Into = desk.Merged, x.now(), to.t.ID
	if err := x.note(desk.TicketMerged, desk.EventData{Ticket: to.t.ID, Ref: to.t.Ref}); err != nil {
		return err
	}
	return to.tell(desk.SayMerged, desk.Promise{}, 0, nil)
}

// leave moves what is promised in x, whose events these are, to the question to of who.
func (x *act) leave(to *act, who desk.RequesterID, events []desk.Event) error {
	override := map[desk.PromiseID]string{} // who gave or promised it though nobody was free
	for i := range events {
		if e := &events[i]; (e.Type == desk.PromiseGiven || e.Type == desk.PromiseCame) && e.Data.Override != "" {
			override[e.Data.Promise] = e.Data.Override
		}
	}
	for _, p := range slices.Clone(x.live) {
		if p.Kind == desk.Confirm {
			if err := x.keepAsking(p, "superseded"); err != nil {
				return err
			}
			continue
		}
		d := desk.EventData{Promise: p.ID, Kind: p.Kind, Source: p.Source, Start: p.Start.UnixMicro(), Due: p.Due.UnixMicro(), RepairOf: p.RepairOf}
		left := d
		left.Replaces = p.Replaces
		if err := x.note(desk.PromiseLeft, left); err != nil {
			return err
		}
		if err := x.tx.MovePromise(p, to.t.ID, who); err != nil {
			return err
		}
		p.Ticket, p.Requester = to.t.ID, who
		to.live = append(to.live, p)
		to.sweepAt(p.FireAt)
		d.Owner, d.OwnerIs, d.Override = p.Owner, x.a.staffName(p.Owner), override[p.ID]
		if err := to.note(desk.PromiseCame, d); err != nil {
			return err
		}
	}
	x.live = nil
	return nil
}

// becomes makes the question, and what is promised on it, that of who, reached at the same number as before. Its link ends:
// whoever typed that number into the web form has it, and need not be who answers the phone.
func (x *act) becomes(who desk.RequesterID) error {
	if x.t.Requester == who {
		return nil
	}
	theirs, err := x.tx.Addresses(who)
	if err != nil {
		return err
	}
	same := func(id desk.AddressID) (desk.AddressID, error) {
		if id == 0 {
			return 0, nil
		}
		have, err := x.tx.Address(id)
		for _, ad := range theirs {
			if ad.Kind == have.Kind && ad.Value == have.Value {
				id = ad.ID
			}
		}
		return id, err
	}
	for _, p := range slices.Clone(x.live) {
		if err := x.tx.MovePromise(p, x.t.ID, who); err != nil {
			return err
		}
		p.Requester = who
		if p.Address, err = same(p.Address); err != nil {
			return err
		}
		if err := x.put(p); err != nil {
			return err
		}
	}
	x.t.Requester, x.t.Token = who, desk.NewTrackerToken(x.a.rand)
	x.t.Address, err = same(x.t.Address)
	return err
}

// goesOn is a Conflict when the question goes on in another one: nothing is done here any more.
func (x *act) goesOn() error {
	if x.t.Into == 0 {
		return nil
	}
	message, err := x.wentOn()
	if err != nil {
		return err
	}
	return desk.Errorf(desk.Conflict, "ticket.merged", "%s", message)
}

// wentOn says who put x, which is merged, into which question, and when.
func (x *act) wentOn() (string, error) {
	events, err := x.tx.LastEvents(x.t.ID, 50)
	if err != nil {
		return "", err
	}
	for _, e := range events {
		if e.Type == desk.TicketMerged {
			return firstOf(e.By.Name) + " put " + string(x.t.Ref) + " into " + string(e.Data.Ref) + " at " + words.Clock(words.EN, e.HappenedAt, zoneOf(x.c)) + ". Go on there.", nil
		}
	}
	return string(x.t.Ref) + " goes on in another question.", nil
}

// goneOn gives the question in which t goes on: itself, unless it was merged.
func goneOn(tx *store.ReadTx, t desk.Ticket) (desk.Ticket, error) {
	var err error
	for err == nil && t.Into != 0 {
		t, err = tx.Ticket(t.Into)
	}
	return t, err
}

// goneOnIn is goneOn where the client is that of t.
func goneOnIn(tx *store.DeskReadTx, t desk.Ticket) (desk.Ticket, error) {
	here, err := tx.ForClient(t.Client)
	if err != nil {
		return t, err
	}
	return goneOn(here, t)
}

// cameIn lists the questions that were merged into one, those too that came with another, oldest merge first.
func cameIn(tx *store.ReadTx, events []desk.Event) (ids []desk.TicketID, err error) {
	for i := range events {
		e := &events[i]
		if e.Type != desk.TicketMergedIn {
			continue
		}
		theirs, err := tx.Events(e.Data.Ticket)
		if err != nil {
			return nil, err
		}
		more, err := cameIn(tx, theirs)
		if err != nil {
			return nil, err
		}
		ids = append(append(ids, e.Data.Ticket), more...)
	}
	return ids, nil
}

// wordsOf gives the messages of a question and of those that came into it, oldest first.
func wordsOf(tx *store.ReadTx, id desk.TicketID) ([]desk.Message, error) {
	all, err := tx.Messages(id)
	if err != nil {
		return nil, err
	}
	events, err := tx.Events(id)
	if err != nil {
		return nil, err
	}
	return withWords(tx, all, events)
}

// withWords adds to the messages of a question with these events those of the questions that came into it, oldest first.
func withWords(tx *store.ReadTx, all []desk.Message, events []desk.Event) ([]desk.Message, error) {
	ids, err := cameIn(tx, events)
	if err != nil || len(ids) == 0 {
		return all, err
	}
	for _, id := range ids {
		more, err := tx.Messages(id)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	slices.SortStableFunc(all, func(x, y desk.Message) int { return x.At.Compare(y.At) })
	return all, nil
}
