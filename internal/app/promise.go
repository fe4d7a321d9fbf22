package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// PromiseIn is a promise to make. Callback, Fix, Document and Handoff need a window that somebody can
// keep: Start must be the start of a covered window, unless Override names why not.
type PromiseIn struct {
	Kind     desk.PromiseKind
	Start    time.Time // of the window; zero: the first that can be kept
	Due      time.Time // for kinds without a window (update, reply, other); else computed
	Skill    string    // the ticket's when empty
	Owner    desk.StaffID
	Text     string // for Other
	Override string // reason; only for those who lead
	Seq      int    // the event number that was seen, as in Words; zero: not asked
}

// choice is a promise that was prepared before its unit of work: the window that it wants, with the
// seats that were free when the roster was read.
type choice struct {
	promise desk.Promise
	window  coverage.Window
	seat    bool // a seat must be booked
	// override is why somebody who leads promises a window that nobody covers; empty where it is covered.
	override string
}

// choose prepares a promise: it checks who may make it and finds a window that somebody can keep.
func (a *App) choose(ctx context.Context, v desk.Viewer, c desk.Client, in PromiseIn, skill, lang string, unproven bool, now time.Time) (*choice, error) {
	var bad desk.Fields
	in.Kind = oneOf(&bad, "kind", in.Kind, desk.Callback, desk.PromiseKinds...)
	if in.Skill == "" {
		in.Skill = skill
	}
	text, err := desk.CleanLine(in.Text, desk.MaxSubject)
	if err != nil {
		bad.Add("text", "text.too_long", "Say it in at most 200 characters.")
	}
	if in.Kind == desk.Other && text == "" {
		bad.Add("text", "words.missing", "Say what is promised, as the person will read it.")
	}
	if in.Kind == desk.Confirm {
		bad.Add("kind", "choice.invalid", "Ask \u201cIs it fixed?\u201d instead: it promises that we ask again.")
	}
	override := strings.TrimSpace(in.Override)
	if override != "" && !v.Leads() {
		return nil, desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can promise a time that nobody covers.")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	p := desk.Promise{
		Kind: in.Kind, Source: desk.FromPerson, Skill: in.Skill, Owner: in.Owner, Text: text, Unproven: unproven,
	}
	if !windowed(in.Kind) {
		if in.Due.IsZero() {
			in.Due = in.Start
		}
		if in.Due.IsZero() {
			in.Due = replyDue(c, now)
			p.Source = desk.FromAgreement
		}
		if !in.Due.After(now) || in.Due.After(now.Add(90*24*time.Hour)) {
			return nil, desk.Fields{{Field: "due", Code: "due.invalid", Message: "Promise a time that is still to come, within 90 days."}}.Err()
		}
		p.Start, p.Due = in.Due, in.Due
		return &choice{promise: p}, nil
	}
	if !in.Due.IsZero() {
		return nil, desk.Fields{{Field: "due", Code: "due.window", Message: "This is promised for a window: give its start instead."}}.Err()
	}
	q := coverage.Query{Client: int64(c.ID), Skill: in.Skill, Language: spoken(lang), From: now, Unverified: unproven, Length: WindowLength}
	find := a.firstWindow
	if !in.Start.IsZero() {
		if in.Start.Before(now.Add(-time.Minute)) {
			return nil, errTaken
		}
		find = a.windows
		q.From, q.Until = in.Start, in.Start.Add(WindowLength)
	}
	ws, err := find(ctx, c, q)
	if err != nil {
		return nil, err
	}
	for _, w := range ws {
		if w.Covered && (in.Start.IsZero() || w.Start.Equal(in.Start)) {
			p.Start, p.Due = w.Start, w.End
			return &choice{promise: p, window: w, seat: true}, nil
		}
	}
	if override != "" && !in.Start.IsZero() && in.Start.Before(now.Add(90*24*time.Hour)) {
		p.Start, p.Due, p.Outcome = in.Start, in.Start.Add(WindowLength), ""
		return &choice{promise: p, override: override}, nil
	}
	return nil, errTaken
}

// bind books a seat for p in the window that was chosen; the seat's person becomes its owner.
func (x *act) bind(p desk.Promise, s *choice) (desk.Promise, error) {
	if p.ID == 0 {
		p.ID = desk.PromiseID(x.tx.NewID())
	}
	if !s.seat {
		return p, nil
	}
	w := s.window
	if p.Owner != 0 {
		mine := w.Free[:0:0]
		for _, f := range w.Free {
			if f.Person == int64(p.Owner) {
				mine = append(mine, f)
			}
		}
		w.Free = mine
	}
	seat, err := x.book(w, p.ID)
	if err != nil {
		return p, err
	}
	p.Owner = desk.StaffID(seat.Person)
	for _, f := range w.Free {
		if f.Person != seat.Person {
			p.Backup = desk.StaffID(f.Person)
			break
		}
	}
	return p, nil
}

// MakePromise makes a promise on a ticket and tells the person. One that is there already, the same in
// kind, time and words, is given again: a form that was sent twice promises once.
func (a *App) MakePromise(ctx context.Context, v desk.Viewer, ref desk.Ref, in PromiseIn) (desk.Promise, error) {
	var p desk.Promise
	err := a.promising(ctx, v, ref, &in, func(x *act, s *choice) (err error) {
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. Only the person can open it again.")
		}
		for _, have := range x.live {
			same := have.Kind == s.promise.Kind && have.Start.Equal(s.promise.Start) && have.Due.Equal(s.promise.Due)
			if same && have.Source == s.promise.Source && have.Text == s.promise.Text {
				p = have
				return nil
			}
		}
		if err := x.unread(in.Seq, "promise"); err != nil {
			return err
		}
		p, err = x.promiseNow(s)
		return err
	})
	if !taken(err) || in.Start.IsZero() {
		return p, err
	}
	have, lost := a.Promises(ctx, v, ref)
	if lost != nil {
		return p, lost
	}
	for _, h := range have {
		// The seat that the first form took may have been the last.
		if h.State.Live() && h.Kind == cmp.Or(in.Kind, desk.Callback) && h.Start.Equal(in.Start) && h.Source == desk.FromPerson && h.Text == strings.TrimSpace(in.Text) && h.MadeBy == v.Actor() {
			return h, nil
		}
	}
	return p, err
}

// promising prepares in for the ticket and runs fn with the choice; in may be nil, then so is it.
func (a *App) promising(ctx context.Context, v desk.Viewer, ref desk.Ref, in *PromiseIn, fn func(*act, *choice) error) error {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	var s *choice
	if in != nil {
		var t desk.Ticket
		err := a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) (err error) {
			t, err = tx.Ticket(id)
			return err
		})
		if err != nil {
			return err
		}
		if s, err = a.choose(ctx, v, c, *in, t.Skill, t.Lang, false, a.Now()); err != nil {
			return err
		}
	}
	return a.onTicket(ctx, v, c, id, func(x *act) error { return fn(x, s) })
}

// promiseNow makes the promise of s. What the agreement promised in its stead until now is kept by a
// person's word: a reply promise ends when somebody promises in words.
func (x *act) promiseNow(s *choice) (desk.Promise, error) {
	if x.v.Who == desk.WhoStaff || x.v.Who == desk.WhoToken {
		if err := x.keepWords("promised", 0); err != nil {
			return s.promise, err
		}
	}
	p, err := x.bind(s.promise, s)
	if err != nil {
		return p, err
	}
	if p.Voicemail, err = x.mayLeaveMessage(); err != nil {
		return p, err
	}
	if p, err = x.add(p); err != nil {
		return p, err
	}
	if err := x.overrides(p, s); err != nil {
		return p, err
	}
	if x.t.State == desk.New || x.t.State == desk.Asked {
		x.t.State = desk.Working
	}
	return p, x.tellMade(p)
}

// mayLeaveMessage reports whether the person agreed, with this question, to a message on their voicemail: each call
// that is promised on it later knows, too.
func (x *act) mayLeaveMessage() (bool, error) {
	all, err := x.tx.Promises(x.t.ID)
	return slices.ContainsFunc(all, func(p desk.Promise) bool { return p.Voicemail }), err
}

// overrides puts a name on a promise that nobody is rostered for.
func (x *act) overrides(p desk.Promise, s *choice) error {
	if s.override == "" {
		return nil
	}
	return x.note(desk.PromiseGiven, desk.EventData{Promise: p.ID, Owner: p.Owner, Override: x.v.Name, Reason: s.override})
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// KeepPromise ends a promise with the contact that kept it: the person was reached, just now. note is
// an internal note, may be empty. Something stays promised: next says what; nil asks "Is it fixed?".
func (a *App) KeepPromise(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID, note string, next *PromiseIn) error {
	note, err := desk.CleanText(note, desk.MaxNote)
	if err != nil {
		return desk.Fields{{Field: "note", Code: "text.too_long", Message: err.(*desk.Error).Message}}.Err()
	}
	return a.promising(ctx, v, ref, next, func(x *act, s *choice) error {
		p, err := x.promise(id)
		if err != nil {
			return err
		}
		if p.Kind == desk.Confirm {
			return desk.Errorf(desk.Conflict, "promise.confirm", "Only the person can say that it is fixed.")
		}
		if windowed(p.Kind) && p.TryingAt.IsZero() && note == "" {
			return desk.Fields{{Field: "note", Code: "contact.missing", Message: "Say in a line what you talked about. Or press “Calling now” before you call."}}.Err()
		}
		kept, err := p.Keep(x.now(), "reached")
		if err != nil {
			return err
		}
		if err := x.attempted(p, "reached", x.now()); err != nil {
			return err
		}
		return x.talked(kept, note, s)
	})
}

// talked ends a promise that a talk with the person kept; what comes next is s, or "Is it fixed?", which is not asked
// again while it has just been asked.
func (x *act) talked(kept desk.Promise, note string, s *choice) error {
	if err := x.end(kept, desk.PromiseKept, desk.EventData{RepairOf: kept.RepairOf}); err != nil {
		return err
	}
	if kept.Kind == desk.Handoff && kept.Skill != "" && kept.Skill != x.t.Skill {
		if err := x.moveTo(kept.Skill); err != nil {
			return err
		}
	}
	if note != "" {
		if _, err := x.addMessage(desk.Note, desk.ViaPhone, note); err != nil {
			return err
		}
	}
	if err := x.resume("answered"); err != nil {
		return err
	}
	if x.t.Owner == 0 && x.v.Who == desk.WhoStaff {
		x.t.Owner = x.v.Staff
	}
	if s != nil {
		_, err := x.promiseNow(s)
		return err
	}
	if x.t.Asking(x.now()) {
		return x.keepWords("asked_if_fixed", 0)
	}
	if x.t.State == desk.Asked {
		x.t.State = desk.Working
	}
	return x.askIfFixed(true)
}

// MovePromise moves a promise to another window before it is due. by says who wanted it; moved by us
// is told to the person and counted as not kept.
func (a *App) MovePromise(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID, by desk.MovedBy, start time.Time) (desk.Promise, error) {
	var bad desk.Fields
	oneOf(&bad, "by", by, "", desk.MovedByPerson, desk.MovedByUs)
	if by == "" {
		bad.Add("by", "choice.missing", "Say who wanted the new time.")
	}
	if start.IsZero() {
		bad.Add("start", "start.missing", "Choose the new time.")
	}
	if err := bad.Err(); err != nil {
		return desk.Promise{}, err
	}
	var np desk.Promise
	c, tid, err := a.find(ctx, v, ref)
	if err != nil {
		return np, err
	}
	old, err := a.readPromise(ctx, v, c.ID, id)
	if err != nil {
		return np, err
	}
	// The skill is the promise's own: a handoff to another team stays with that team.
	s, err := a.choose(ctx, v, c, PromiseIn{Kind: desk.Callback, Start: start}, old.Skill, old.Lang, false, a.Now())
	if err != nil {
		return np, err
	}
	err = a.onTicket(ctx, v, c, tid, func(x *act) error {
		p, err := x.promise(id)
		if err != nil {
			return err
		}
		s.promise.Kind = p.Kind
		np, err = x.move(p, by, s)
		return err
	})
	return np, err
}

// move ends p as moved, puts a new promise in its place and tells the person.
func (x *act) move(p desk.Promise, by desk.MovedBy, s *choice) (desk.Promise, error) {
	if p.Kind == desk.Confirm {
		return p, desk.Errorf(desk.Conflict, "promise.confirm", "This is not a time that can be moved.")
	}
	np := s.promise
	np.RepairOf, np.Tries, np.Replaces = p.RepairOf, p.Tries, p.ID
	np.Channel, np.Address, np.Voicemail, np.Unproven, np.Source = p.Channel, p.Address, p.Voicemail, p.Unproven, p.Source
	if np.Skill == "" {
		np.Skill = p.Skill
	}
	if np.Kind == p.Kind {
		np.Text = p.Text
	}
	moved, err := p.Move(x.now(), by)
	if err != nil {
		return p, err
	}
	// The old seat is given back first: the same window may be the one that is wanted.
	if err := x.unbook(p); err != nil {
		return p, err
	}
	if np, err = x.bind(np, s); err != nil {
		return p, err
	}
	if np, err = x.add(np); err != nil {
		return p, err
	}
	if err := x.end(moved, desk.PromiseMoved, desk.EventData{New: np.ID, MovedBy: by}); err != nil {
		return p, err
	}
	trigger := desk.SayMoved
	if by == desk.MovedByUs {
		trigger = desk.SayMovedByUs
	}
	if err := x.tell(trigger, np, 0, nil); err != nil {
		return p, err
	}
	return np, x.remind(np)
}

// Promises gives the promises of a ticket, oldest first.
func (a *App) Promises(ctx context.Context, v desk.Viewer, ref desk.Ref) ([]desk.Promise, error) {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return nil, err
	}
	var ps []desk.Promise
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) (err error) {
		ps, err = tx.Promises(id)
		return err
	})
	return ps, err
}

// readPromise gives a promise before the unit of work that acts on it: what needs units of its own, windows say, is found
// out from it.
func (a *App) readPromise(ctx context.Context, v desk.Viewer, c desk.ClientID, id desk.PromiseID) (p desk.Promise, err error) {
	err = a.db.Read(ctx, v, c, func(tx *store.ReadTx) (err error) {
		p, err = tx.Promise(id)
		return err
	})
	return p, err
}
