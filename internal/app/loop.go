package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// The loop closes here: only the person closes it, by tracker, text or on the phone.

// confirmed closes the loop: the person said that it is fixed.
func (x *act) confirmed() error {
	if x.t.State == desk.Confirmed {
		return nil // said twice
	}
	if !x.t.State.Open() && x.t.State != desk.Unconfirmed {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed already.")
	}
	if err := x.note(desk.SaidFixed, desk.EventData{}); err != nil {
		return err
	}
	return x.close(desk.Confirmed)
}

// notNeeded withdraws the question: the person does not need it any more.
func (x *act) notNeeded() error {
	if x.t.State == desk.NotNeeded {
		return nil
	}
	if !x.t.State.Open() {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed already.")
	}
	if err := x.note(desk.TicketWithdrawn, desk.EventData{}); err != nil {
		return err
	}
	return x.close(desk.NotNeeded)
}

// close ends an open ticket in state, and with it every promise: asking again is kept by the person's
// answer; what else was promised is not needed any more, by the person's own word. What is past due
// has broken before, and is told so.
func (x *act) close(state desk.TicketState) error {
	if err := x.heardBack(); err != nil {
		return err
	}
	for _, p := range slices.Clone(x.live) {
		if p.Kind != desk.Confirm && !x.now().Before(p.BreaksAt()) {
			x.closing = true
			if err := x.breakPromise(p, repair{without: x.now().Add(time.Hour)}); err != nil {
				return err
			}
			continue
		}
		typ := desk.PromiseWithdrawn
		var err error
		if p.Kind == desk.Confirm {
			typ = desk.PromiseKept
			p, err = p.Keep(x.inTime(p), "answered")
		} else {
			p, err = p.Withdraw(x.now())
		}
		if err != nil {
			return err
		}
		if err := x.end(p, typ, desk.EventData{}); err != nil {
			return err
		}
	}
	// A repair that a break just now started is not needed either. Who says so has the page before
	// them that tells of the break, so no apology follows by text.
	for _, p := range slices.Clone(x.live) {
		p, err := p.Withdraw(x.now())
		if err != nil {
			return err
		}
		if err := x.end(p, desk.PromiseWithdrawn, desk.EventData{}); err != nil {
			return err
		}
		if err := x.told(p, desk.ByWeb); err != nil {
			return err
		}
	}
	if err := x.resume("closed"); err != nil {
		return err
	}
	x.t.State, x.t.ClosedAt = state, x.now()
	return nil
}

// notFixed opens the question again, or keeps it open, with a new promise. s is nil where no window
// can be kept or none is wanted: then the agreement's default is promised.
func (x *act) notFixed(s *choice) error {
	if x.t.State == desk.Void {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed.")
	}
	var was desk.EventData
	if x.t.State == desk.NotNeeded {
		was.Outcome = string(desk.NotNeeded) // it was not fixed before either: they ask for help again
	}
	if err := x.note(desk.SaidNotFixed, was); err != nil {
		return err
	}
	if err := x.heardBack(); err != nil {
		return err
	}
	if err := x.resume("person"); err != nil {
		return err
	}
	for _, p := range slices.Clone(x.live) {
		if p.Kind != desk.Confirm {
			continue
		}
		if err := x.keepAsking(p, "answered"); err != nil {
			return err
		}
	}
	x.t.State, x.t.ClosedAt, x.t.AskedAt = desk.Working, time.Time{}, time.Time{}
	if s != nil && x.v.Who == desk.WhoRequester {
		if enough, err := x.enoughPromised(); err != nil {
			return err
		} else if enough {
			s = nil // words instead: they take nobody's seat
		}
	}
	if len(x.live) > 0 && s == nil {
		return nil // something is promised already
	}
	p := defaultPromise(x.c, x.t, x.now())
	if s != nil {
		var err error
		if p, err = x.bind(s.promise, s); err != nil {
			return err
		}
		if p.Voicemail, err = x.mayLeaveMessage(); err != nil {
			return err
		}
	}
	p.Unproven = x.v.Who == desk.WhoRequester
	p, err := x.add(p)
	if err != nil {
		return err
	}
	if err := x.tell(desk.SayReopened, p, 0, nil); err != nil {
		return err
	}
	return x.remind(p)
}

// keepAsking ends a promise to ask again: the person answered, or is asked now. Neither comes too late.
func (x *act) keepAsking(p desk.Promise, outcome string) error {
	p, err := p.Keep(x.inTime(p), outcome)
	if err != nil {
		return err
	}
	return x.end(p, desk.PromiseKept, desk.EventData{})
}

// confirmDue applies the clock to a confirm promise: we ask again, which keeps it, or close without
// a word after the last reminder. The person's silence never breaks it.
func (x *act) confirmDue(p desk.Promise) error {
	kept, err := p.Keep(x.inTime(p), "asked_again") // a late process does not make the reminder late
	if err != nil {
		return err
	}
	if x.t.State != desk.Asked {
		// Something newer is promised meanwhile; the question whether it is fixed comes again later.
		kept.Outcome = "superseded"
	}
	others := len(x.live) > 1
	if err := x.end(kept, desk.PromiseKept, desk.EventData{}); err != nil {
		return err
	}
	step := p.Step + 1
	switch {
	case x.t.State != desk.Asked && others:
		return nil
	case p.Step >= len(confirmAfter) && !others:
		if err := x.note(desk.ClosedUnheard, desk.EventData{}); err != nil {
			return err
		}
		x.t.State, x.t.ClosedAt = desk.Unconfirmed, x.now()
		return x.tell(desk.SayClosed, desk.Promise{}, 0, nil)
	case p.Step >= len(confirmAfter):
		step = p.Step
	}
	due := x.t.AskedAt.Add(confirmAfter[min(step, len(confirmAfter))-1])
	if !due.After(x.now()) {
		due = x.now().Add(confirmAfter[0])
	}
	next, err := x.add(desk.Promise{Kind: desk.Confirm, Source: desk.FromAgreement, Skill: x.t.Skill, Due: due, Step: step})
	if err != nil {
		return err
	}
	return x.tell(desk.SayReminder, next, 0, nil)
}

// AskIfFixed asks the person whether it is fixed and promises to ask again.
func (a *App) AskIfFixed(ctx context.Context, v desk.Viewer, ref desk.Ref) error {
	return a.byRef(ctx, v, ref, func(x *act) error { return x.askIfFixed(false) })
}

// The person is reminded after 2 and 7 days; after 14 the question closes without a word, which
// never counts as success.
var confirmAfter = []time.Duration{desk.AskAgainAfter, 7 * 24 * time.Hour, 14 * 24 * time.Hour}

// askIfFixed asks. Where nobody has given the person a word yet, that comes first: a question is no
// answer. talked says that somebody just did.
func (x *act) askIfFixed(talked bool) error {
	if !x.t.State.Open() {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed already.")
	}
	if x.t.State == desk.Asked {
		return desk.Errorf(desk.Conflict, "ticket.asked", "The person was asked already.")
	}
	if !talked {
		said, err := x.tx.Messages(x.t.ID)
		if err != nil {
			return err
		}
		promised, err := x.tx.Promises(x.t.ID)
		if err != nil {
			return err
		}
		if !x.t.Answered(said, promised) {
			return desk.Errorf(desk.Conflict, "ticket.unanswered", "Nobody has answered this question yet. Write or call first, then ask if it is fixed.")
		}
	} else {
		if err := x.keepWords("asked_if_fixed", 0); err != nil {
			return err
		}
	}
	// One row of reminders is enough: with two, neither would ever see that it is the last.
	for _, p := range slices.Clone(x.live) {
		if p.Kind != desk.Confirm {
			continue
		}
		if err := x.keepAsking(p, "asked_again"); err != nil {
			return err
		}
	}
	if err := x.resume("asked"); err != nil {
		return err
	}
	x.t.State, x.t.AskedAt = desk.Asked, x.now()
	// In a talk the person heard how it ended; where nothing can be sent, the page says so.
	var heard desk.EventData
	switch ch := x.writtenChannel(); {
	case talked:
		heard.Channel = desk.ByVoice
	case ch == desk.ByWeb || ch == "" || x.t.Address == 0:
		heard.Channel = desk.ByWeb
	}
	if err := x.note(desk.AskedIfFixed, heard); err != nil {
		return err
	}
	p, err := x.add(desk.Promise{Kind: desk.Confirm, Source: desk.FromAgreement, Skill: x.t.Skill, Due: x.now().Add(confirmAfter[0]), Step: 1})
	if err != nil {
		return err
	}
	out, err := x.say(desk.SayFixed, p, 0, nil)
	if err != nil || talked {
		return err
	}
	return x.keepWords("asked_if_fixed", out)
}

// NotNeeded withdraws the question: "I do not need this any more".
func (a *App) NotNeeded(ctx context.Context, v desk.Viewer) error {
	return a.onTracked(ctx, v, (*act).notNeeded)
}

// SayFixed closes the loop: only the person does.
func (a *App) SayFixed(ctx context.Context, v desk.Viewer) error {
	return a.onTracked(ctx, v, (*act).confirmed)
}

// SayNotFixed opens the question again with a new promise. words may be empty; start zero means as
// soon as we can. It works on closed tickets as long as the tracker lives. The same words with the same key are
// heard once.
func (a *App) SayNotFixed(ctx context.Context, v desk.Viewer, words, key string, start time.Time) (desk.Flag, error) {
	body, err := cleanWords(words)
	if err != nil {
		return desk.FlagNone, err
	}
	s, err := a.writing(ctx, v)
	if err != nil {
		return desk.FlagNone, err
	}
	err = a.withCall(ctx, v, s.c, s.call(start), func(next *choice) error {
		return a.onTicket(ctx, v, s.c, s.t.ID, func(x *act) error {
			if again, err := x.heardBefore(key, body); err != nil || again {
				return err
			}
			return x.stillBroken(desk.ViaWeb, body, next)
		})
	})
	if taken(err) && key != "" {
		err = a.takenByThemselves(ctx, v, s, heardKey(s.t, key, body), err)
	}
	return desk.Worst(desk.RedFlags(body)), err
}

// takenByThemselves is nil where the window went to the same form, sent before; else err.
func (a *App) takenByThemselves(ctx context.Context, v desk.Viewer, s subject, key string, err error) error {
	return a.db.Read(ctx, v, s.c.ID, func(tx *store.ReadTx) error {
		_, heard, lost := tx.Idempotent(keyOwner(v), key)
		if lost != nil || heard {
			return lost
		}
		return err
	})
}

// stillBroken opens the question again with words, which may be empty. Somebody who says so twice is
// called once.
func (x *act) stillBroken(via desk.Via, body string, next *choice) error {
	if body != "" {
		if _, err := x.hear(via, body); err != nil {
			return err
		}
	}
	if _, ok := x.callAhead(); ok && x.t.State.Open() && x.t.State != desk.Asked {
		return nil
	}
	return x.notFixed(next)
}

// callAhead is the next call that is promised on the ticket; false when there is none.
func (x *act) callAhead() (next desk.Promise, ok bool) {
	for _, p := range x.live {
		if p.Kind == desk.Callback && (!ok || p.Due.Before(next.Due)) {
			next, ok = p, true
		}
	}
	return next, ok
}
