package law

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/desk"
)

// law1: no open ticket without a live promise, and the ticket names the one that is due first.
func (f *File) law1() error {
	var first desk.Promise
	for _, p := range f.Promises {
		if p.State.Live() && (first.ID == 0 || p.Due.Before(first.Due) || p.Due.Equal(first.Due) && p.ID < first.ID) {
			first = p
		}
	}
	if f.Ticket.State.Open() != (first.ID != 0) || f.Ticket.Promise != first.ID || !f.Ticket.Due.Equal(first.Due) {
		return fmt.Errorf("law 1: %s is %s and names promise %d due %s; live and due first is %d due %s", f.Ticket.Ref, f.Ticket.State, f.Ticket.Promise, f.Ticket.Due, first.ID, first.Due)
	}
	return nil
}

// law2: no promise ends in silence.
func (f *File) law2() error {
	breaks := 0
	for id, p := range f.Promises {
		if p.State.Live() != p.EndedAt.IsZero() || p.State.Live() == p.FireAt.IsZero() {
			return fmt.Errorf("law 2: promise %d is %s, ended at %s, looked at again at %s", id, p.State, p.EndedAt, p.FireAt)
		}
		switch p.State {
		case desk.Broken:
			breaks++
			if err := f.brokenAloud(p); err != nil {
				return err
			}
		case desk.Kept:
			if p.EndedAt.After(p.Due) {
				return fmt.Errorf("law 2: promise %d counts as kept, %s after it was due", id, p.EndedAt.Sub(p.Due))
			}
			if err := f.evidence(p); err != nil {
				return err
			}
		case desk.KeptLate:
			if !p.EndedAt.After(p.Due) || p.EndedAt.Sub(p.Due) >= desk.HoldForAttempt {
				return fmt.Errorf("law 2: promise %d counts as kept late, due %s, ended %s", id, p.Due, p.EndedAt)
			}
			if err := f.evidence(p); err != nil {
				return err
			}
		case desk.Moved, desk.Withdrawn, desk.Voided:
			limit := p.Due
			if p.State != desk.Moved {
				limit = limit.Add(f.held(p))
			}
			if p.Kind != desk.Confirm && !p.EndedAt.Before(limit) {
				return fmt.Errorf("law 2: %s promise %d was due at %s and %s at %s: a break was hidden", p.Kind, id, p.Due, p.State, p.EndedAt)
			}
			if p.State == desk.Moved && f.count(func(q desk.Promise) bool { return q.Replaces == id }) != 1 {
				return fmt.Errorf("law 2: promise %d was moved, but to no single new promise", id)
			}
		}
	}
	if breaks != f.Ticket.Breaks {
		return fmt.Errorf("%s: %d promises broke, the ticket counts %d", f.Ticket.Ref, breaks, f.Ticket.Breaks)
	}
	return nil
}

// held is for how long an attempt begun, or words written, before due could hold the break of p.
func (f *File) held(p desk.Promise) (hold time.Duration) {
	for _, a := range f.Attempts {
		if a.Promise == p.ID && a.BeganAt.Before(p.Due) {
			hold = max(hold, a.BeganAt.Add(desk.HoldForAttempt).Sub(p.Due))
		}
	}
	if !p.AnsweredAt.IsZero() {
		hold = max(hold, desk.HoldForDelivery)
	}
	return hold
}

// count counts promises of f, those too that left it for another question.
func (f *File) count(is func(desk.Promise) bool) (n int) {
	for _, p := range f.Promises {
		if is(p) {
			n++
		}
	}
	for i := range f.Events {
		if e := &f.Events[i]; e.Type == desk.PromiseLeft && is(desk.Promise{ID: e.Data.Promise, Kind: e.Data.Kind, RepairOf: e.Data.RepairOf, Replaces: e.Data.Replaces}) {
			n++
		}
	}
	return n
}

// brokenAloud: the person knows, will know, or somebody who leads knows that nobody can tell; and one
// repair was promised.
func (f *File) brokenAloud(p desk.Promise) error {
	if p.Kind == desk.Confirm {
		return fmt.Errorf("law 2: the person's silence broke promise %d", p.ID)
	}
	if !p.EndedAt.Equal(p.Due) || p.NoticedAt.Before(p.Due) {
		return fmt.Errorf("law 2: promise %d was due %s, broke at %s, noticed at %s", p.ID, p.Due, p.EndedAt, p.NoticedAt)
	}
	var repair desk.Promise
	if n := f.count(func(q desk.Promise) bool {
		ok := q.RepairOf == p.ID && q.Replaces == 0
		if ok {
			repair = q
		}
		return ok
	}); n != 1 {
		return fmt.Errorf("law 2: promise %d broke and has %d repairs", p.ID, n)
	}
	aloud := !p.ToldAt.IsZero()
	said := map[desk.Channel]int{}
	for _, o := range f.Sorry {
		if slices.Contains(strings.Split(o.Args["broken"], ","), strconv.FormatInt(int64(p.ID), 10)) {
			said[o.Channel]++
			aloud = aloud || !o.FireAt.IsZero() || o.State == desk.Accepted || o.State == desk.Delivered
		}
	}
	// Not said any more: the person closed the question, or is told that it was voided.
	if repair.State == desk.Withdrawn || repair.State == desk.Voided && slices.ContainsFunc(f.Outs, func(o desk.Out) bool { return o.Trigger == desk.SayVoided }) {
		aloud = true
	}
	for ch, n := range said {
		if n > 1 {
			return fmt.Errorf("law 2: the break of promise %d is told %d times by %s", p.ID, n, ch)
		}
	}
	for _, a := range f.Alerts {
		aloud = aloud || (a.Kind == desk.AlertCannotTell || a.Kind == desk.AlertCallTask) && (a.Promise == p.ID || a.Promise == repair.ID)
	}
	if !aloud {
		return fmt.Errorf("law 2: promise %d broke in silence; said %v, alerts %+v", p.ID, said, f.Alerts)
	}
	return nil
}

// evidence: a promise is kept by a contact, words that were sent, or the person's own word.
func (f *File) evidence(p desk.Promise) error {
	switch p.Outcome {
	case "reached", "not_reached":
		if !slices.ContainsFunc(f.Attempts, func(a desk.Attempt) bool {
			return a.Promise == p.ID && !a.EndedAt.IsZero() && (p.Outcome == "reached") == (a.Outcome == "reached")
		}) {
			return fmt.Errorf("law 2: promise %d counts as kept (%s) without an attempt", p.ID, p.Outcome)
		}
	case "replied":
		if !slices.ContainsFunc(f.Events, func(e desk.Event) bool { return e.Type == desk.MessageOut && e.HappenedAt.Equal(p.EndedAt) }) {
			return fmt.Errorf("law 2: promise %d counts as kept by a reply that nobody wrote", p.ID)
		}
	case "promised", "asked_if_fixed":
		if p.Kind != desk.Reply && p.Kind != desk.Update {
			return fmt.Errorf("law 2: words kept promise %d, a %s", p.ID, p.Kind)
		}
	default:
		if p.Kind != desk.Confirm {
			return fmt.Errorf("law 2: promise %d, a %s, counts as kept: %q", p.ID, p.Kind, p.Outcome)
		}
	}
	return nil
}
