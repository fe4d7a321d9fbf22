package app

import (
	"context"
	"time"

	"kept/internal/desk"
)

// TryPromise notes that somebody is calling now. Nobody is called for the promise meanwhile; a call that nobody ends
// lets its ladder go on after desk.CallLasts.
func (a *App) TryPromise(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID) error {
	return a.BeginCall(ctx, v, ref, id, 0)
}

// BeginCall is TryPromise by somebody who saw events up to seq, as in Words: Conflict "ticket.taken" when
// a colleague got there first.
func (a *App) BeginCall(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID, seq int) error {
	return a.byRef(ctx, v, ref, func(x *act) error {
		p, err := x.promise(id)
		if err != nil {
			return err
		}
		if p.Calling(x.now()) {
			return desk.Errorf(desk.Conflict, "promise.trying", "Somebody is calling this person now.")
		}
		if err := x.unread(seq, "call"); err != nil {
			return err
		}
		begin := x.tx.AddAttempt
		if !p.TryingAt.IsZero() {
			begin = x.tx.TakeAttempt // nobody ended the one before
		}
		if p, err = p.Try(x.now()); err != nil {
			return err
		}
		if err := x.put(p); err != nil {
			return err
		}
		err = begin(desk.Attempt{
			Client: x.t.Client, Promise: p.ID, N: p.Tries + 1, Ticket: x.t.ID, Staff: x.v.Staff, StaffName: x.v.Name,
			How: desk.ByVoice, BeganAt: x.now(),
		})
		if err != nil {
			return err
		}
		return x.note(desk.PromiseTrying, desk.EventData{Promise: p.ID, Tries: p.Tries + 1})
	})
}

// Misses are the ways in which a call does not reach the person.
var Misses = []string{"no_answer", "busy", "voicemail", "wrong_number"}

// MissedCall notes that the person was not reached ("no_answer", "busy", "voicemail", "wrong_number").
// We called within the window, so nothing broke: the promise moves on to the next window that can be
// kept, and the person is told. The third miss ends the callback as kept with outcome "not_reached";
// words by text or mail are promised then.
func (a *App) MissedCall(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID, outcome string) error {
	var bad desk.Fields
	oneOf(&bad, "outcome", outcome, "", Misses...)
	if outcome == "" {
		bad.Add("outcome", "choice.missing", "Say what happened on the call.")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	c, tid, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	next, err := a.afterMiss(ctx, v, c, id)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, c, tid, func(x *act) error {
		p, err := x.promise(id)
		if err != nil {
			return err
		}
		if !x.now().Before(p.BreaksAt()) {
			return desk.Errorf(desk.Conflict, "promise.past_due", "This promise was due before that call. It breaks first; the repair can then be kept.")
		}
		if p.TryingAt.IsZero() {
			return desk.Errorf(desk.Conflict, "promise.not_called", "Press “Calling now” first, then call: only a call on record counts as a try.")
		}
		if windowed(p.Kind) && x.now().Before(p.Start.Add(-remindBefore)) {
			return errTooEarly
		}
		// A call that began in time and rang on past due was made in time.
		return x.missed(p, outcome, x.inTime(p), next)
	})
}

var errTooEarly = desk.Errorf(desk.Conflict, "promise.too_early", "The time that we promised has not come. A call before it does not count as a try.")

// afterMiss prepares the next window for a callback that did not reach the person; nil when nobody can
// call later.
func (a *App) afterMiss(ctx context.Context, v desk.Viewer, c desk.Client, id desk.PromiseID) (*choice, error) {
	old, err := a.readPromise(ctx, v, c.ID, id)
	if err != nil {
		return nil, err
	}
	next, err := a.choose(ctx, desk.System("retry"), c, PromiseIn{Kind: old.Kind, Text: old.Text}, old.Skill, old.Lang, old.Unproven, maxTime(a.Now().Add(WindowLength), old.Due))
	if desk.Is(err, desk.Conflict) {
		return nil, nil
	}
	return next, err
}

// missed ends a call for p that was made at at, before p was due, and did not reach the person.
func (x *act) missed(p desk.Promise, outcome string, at time.Time, next *choice) error {
	n := p.Tries + 1
	if err := x.attempted(p, outcome, at); err != nil {
		return err
	}
	p, err := p.Missed()
	if err != nil {
		return err
	}
	tried := desk.EventData{Promise: p.ID, Tries: n, Outcome: outcome, Entered: !p.EnteredAt.IsZero()}
	when := x.now()
	if tried.Entered {
		when = at
	}
	if err := x.noteAt(desk.PromiseTried, when, x.v.Actor(), tried); err != nil {
		return err
	}
	if n >= desk.MaxAttempts {
		return x.notReached(p, at)
	}
	if next == nil {
		p.EnteredAt = time.Time{}
		return x.put(p) // nobody can call later: it stays due, and the clock decides
	}
	np := next.promise
	np.RepairOf, np.Tries, np.State, np.Replaces = p.RepairOf, n, desk.Attempted, p.ID
	np.Channel, np.Address, np.Voicemail, np.Unproven = p.Channel, p.Address, p.Voicemail, p.Unproven
	if np, err = x.bind(np, next); err != nil {
		return err
	}
	if p, err = p.Move(at, desk.MovedByMiss); err != nil {
		return err
	}
	p.Outcome = outcome
	if np, err = x.add(np); err != nil {
		return err
	}
	if err := x.end(p, desk.PromiseMoved, desk.EventData{New: np.ID, MovedBy: desk.MovedByMiss, Reason: outcome}); err != nil {
		return err
	}
	return x.tell(desk.SayTried, np, 0, nil)
}

// notReached ends a callback after the agreed number of attempts and promises words instead.
func (x *act) notReached(p desk.Promise, at time.Time) error {
	p, err := p.Keep(at, "not_reached")
	if err != nil {
		return err
	}
	if err := x.end(p, desk.PromiseKept, desk.EventData{}); err != nil {
		return err
	}
	np, err := x.add(defaultPromise(x.c, x.t, x.now()))
	if err != nil {
		return err
	}
	return x.tell(desk.SayTried, np, 0, nil)
}

// attempted ends the attempt that is under way for p, or notes one that nobody announced. One that is
// entered after an outage was made at at.
func (x *act) attempted(p desk.Promise, outcome string, at time.Time) error {
	t := desk.Attempt{
		Client: x.t.Client, Promise: p.ID, N: p.Tries + 1, Ticket: x.t.ID, Staff: x.v.Staff, StaffName: x.v.Name,
		How: desk.ByVoice, BeganAt: p.TryingAt, EndedAt: x.now(), Outcome: outcome, EnteredAt: p.EnteredAt,
	}
	if !p.EnteredAt.IsZero() {
		t.EndedAt = maxTime(at, p.TryingAt)
	}
	if t.BeganAt.IsZero() {
		t.BeganAt = x.now()
		if !p.EnteredAt.IsZero() {
			t.BeganAt = at
		}
		return x.tx.AddAttempt(t)
	}
	return x.tx.SaveAttempt(t)
}
