package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/words"
)

// CallMade is a call that was made while Kept was down, as somebody enters it afterwards.
type CallMade struct {
	At      time.Time // when the person was called
	Outcome string    // "reached" or one of Misses
	Note    string    // internal, may be empty
	Next    *PromiseIn
}

// EnterCall notes a call that was made while Kept was down, with who enters it. It is possible only in the
// minutes after an outage in which broken promises wait for it (Conflict "outage.over"), and only for an
// instant between the last sign of life and now (field "at"). A call before the due instant counts as made
// in time: reached keeps the promise, as entered afterwards; not reached moves it on. After the due instant
// the promise has broken: reached repairs it at once, and the person was told on the phone; not reached is
// on record and changes nothing. The same miss entered again is the same. As with KeepPromise, something stays promised: Next, or "Is it fixed?".
func (a *App) EnterCall(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID, in CallMade) error {
	c, tid, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	o := a.outage()
	if o.Until.IsZero() {
		return desk.Errorf(desk.Conflict, "outage.over", "A call can be entered afterwards only in the ten minutes after Kept was down.")
	}
	var bad desk.Fields
	oneOf(&bad, "outcome", in.Outcome, "", append([]string{"reached"}, Misses...)...)
	if in.Outcome == "" {
		bad.Add("outcome", "choice.missing", "Say what happened on the call.")
	}
	note, err := desk.CleanText(in.Note, desk.MaxNote)
	if err != nil {
		bad.Add("note", "text.too_long", err.(*desk.Error).Message)
	}
	if in.At.Before(o.Seen) || in.At.After(a.Now()) {
		loc := zoneOf(c)
		bad.Add("at", "at.outside", "Enter when the call was made: between "+words.Instant(words.EN, o.Seen, loc, a.Now())+" and now.")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	next, err := a.afterMiss(ctx, v, c, id)
	if err != nil {
		return err
	}
	if in.Outcome != "reached" {
		in.Next = nil
	}
	return a.promising(ctx, v, ref, in.Next, func(x *act, s *choice) error {
		if x.t.ID != tid {
			return notFound
		}
		if again, err := x.entered(id, in); err != nil || again {
			return err
		}
		p, err := x.promise(id)
		if err != nil {
			return err
		}
		switch {
		case p.Kind == desk.Confirm:
			return desk.Errorf(desk.Conflict, "promise.confirm", "Only the person can say that it is fixed.")
		case in.At.Before(p.MadeAt):
			return desk.Fields{{Field: "at", Code: "at.before_made", Message: "This was promised after that call."}}.Err()
		case in.Outcome != "reached" && windowed(p.Kind) && in.At.Before(p.Start.Add(-remindBefore)):
			return errTooEarly
		}
		p.EnteredAt = x.now()
		switch inTime := in.At.Before(p.Due); {
		case in.Outcome == "reached" && inTime:
			kept, err := p.Keep(in.At, "reached")
			if err != nil {
				return err
			}
			if err := x.attempted(p, "reached", in.At); err != nil {
				return err
			}
			return x.talked(kept, note, s)
		case in.Outcome == "reached":
			return x.reachedLate(p, in.At, note, s)
		case inTime:
			if err := x.missed(p, in.Outcome, in.At, next); err != nil {
				return err
			}
		default:
			if err := x.triedLate(p, in.Outcome, in.At); err != nil {
				return err
			}
		}
		if note == "" {
			return nil
		}
		_, err = x.addMessage(desk.Note, desk.ViaPhone, note)
		return err
	})
}

// entered reports whether just this call that reached nobody was entered before: a form that was sent twice is one try.
func (x *act) entered(id desk.PromiseID, in CallMade) (bool, error) {
	events, err := x.tx.Events(x.t.ID)
	return slices.ContainsFunc(events, func(e desk.Event) bool {
		return e.Type == desk.PromiseTried && e.Data.Entered && e.Data.Promise == id && e.Data.Outcome == in.Outcome && e.HappenedAt.Equal(in.At)
	}), err
}

// reachedLate enters a call that reached the person after p was due: p broke, and the call repaired it.
func (x *act) reachedLate(p desk.Promise, at time.Time, note string, s *choice) error {
	entered := p.EnteredAt
	p.EnteredAt, p.TryingAt, p.AnsweredAt = time.Time{}, time.Time{}, time.Time{}
	x.closing = true // the repair is made already: nobody has to be found for it
	err := x.breakPromise(p, repair{without: x.now().Add(time.Hour)})
	if err != nil {
		return err
	}
	x.closing = false
	np := x.sorry[len(x.sorry)-1]
	x.sorry = x.sorry[:len(x.sorry)-1]
	np.EnteredAt = entered
	kept, err := np.Keep(at, "reached")
	if err != nil {
		return err
	}
	if err := x.attempted(np, "reached", at); err != nil {
		return err
	}
	if err := x.talked(kept, note, s); err != nil {
		return err
	}
	return x.told(kept, desk.ByVoice)
}

// triedLate enters a call that reached nobody after p was due. It is on record; the clock decides.
func (x *act) triedLate(p desk.Promise, outcome string, at time.Time) error {
	if err := x.attempted(p, outcome, at); err != nil {
		return err
	}
	entered := desk.EventData{Promise: p.ID, Tries: p.Tries + 1, Outcome: outcome, Entered: true}
	if err := x.noteAt(desk.PromiseTried, at, x.v.Actor(), entered); err != nil {
		return err
	}
	fire := p.FireAt
	p, err := p.Missed()
	if err != nil {
		return err
	}
	p.FireAt, p.EnteredAt = fire, time.Time{}
	return x.put(p)
}
