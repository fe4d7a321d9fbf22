package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// SwapIn asks somebody to change turns. Take is zero when nothing is given back.
type SwapIn struct {
	Rota       int64
	To         desk.StaffID
	Give, Take coverage.Span
}

// AskSwap asks a colleague, for the viewer, to change turns of a rota. Nothing changes before they say yes.
func (a *App) AskSwap(ctx context.Context, v desk.Viewer, in SwapIn) (desk.Swap, error) {
	var s desk.Swap
	if v.Who != desk.WhoStaff {
		return s, errStaffOnly
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		r, err := inUse(tx, in.Rota, tx.Now())
		if desk.Is(err, desk.NotFound) {
			return desk.Fields{{Field: "give", Code: "swap.rota", Message: "Choose one of your turns of a rota."}}.Err()
		}
		if err != nil {
			return err
		}
		now := tx.Now()
		one, err := coverage.ProposeSwap(int64(v.Staff), int64(in.To), in.Give, in.Take, now)
		if err != nil {
			return desk.Fields{{Field: "to", Code: "swap.invalid", Message: capital(err.Error()) + "."}}.Err()
		}
		// What could not come into force is said now, not when the other one has said yes.
		yes, err := one.Accept(one.To, now)
		if err == nil {
			_, err = yes.Enter(r.Rota, now)
		}
		if errors.Is(err, coverage.ErrByOverride) {
			return desk.Fields{{Field: "give", Code: "swap.override", Message: capital(err.Error()) + "."}}.Err()
		}
		if err != nil {
			return desk.Fields{{Field: "give", Code: "swap.turn", Message: "One of the two does not have this turn: choose turns from the list."}}.Err()
		}
		one.ID = tx.NewID()
		s = desk.Swap{Swap: one, Rota: r.ID, AskedAt: now, ChangedAt: now}
		return tx.AddSwap(s)
	})
	if err == nil {
		a.rosterChanged()
	}
	return s, err
}

// SwapAnswer is what becomes of a swap.
type SwapAnswer string

const (
	SwapYes      SwapAnswer = "yes"
	SwapNo       SwapAnswer = "no"
	SwapWithdraw SwapAnswer = "withdraw"
)

// AnswerSwap is the yes or no of the one who was asked, or the one who asked taking it back. With a yes it is in
// force, if both still have the turns that they give.
func (a *App) AnswerSwap(ctx context.Context, v desk.Viewer, id int64, answer SwapAnswer) (desk.Swap, error) {
	var s desk.Swap
	if v.Who != desk.WhoStaff {
		return s, errStaffOnly
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) (err error) {
		if s, err = tx.Swap(id); err != nil && !desk.Is(err, desk.NotFound) {
			return err
		}
		if err != nil || s.From != int64(v.Staff) && s.To != int64(v.Staff) {
			return desk.Errorf(desk.NotFound, "not_found", "There is no such swap.")
		}
		now, before, me := tx.Now(), s.State, int64(v.Staff)
		switch answer {
		case SwapYes:
			var r desk.Rota
			if r, err = inUse(tx, s.Rota, now); err != nil {
				return err
			}
			if s.Swap, err = s.Accept(me, now); err == nil {
				s.Swap, err = s.Enter(r.Rota, now)
			}
			if err == nil {
				with := r
				with.Swaps = append(slices.Clone(r.Swaps), s.Swap)
				if err := noOverlap(tx, with, now, maxTime(s.Give.End, s.Take.End)); err != nil {
					return desk.Errorf(desk.Conflict, "swap.overlaps", "%s", firstSentence(err))
				}
			}
		case SwapNo:
			s.Swap, err = s.Decline(me, now)
		case SwapWithdraw:
			s.Swap, err = s.Withdraw(me, now)
		default:
			return desk.Fields{{Field: "answer", Code: "choice.missing", Message: "Say yes or no."}}.Err()
		}
		if err != nil {
			return desk.Errorf(desk.Conflict, "swap.changed", "%s.", capital(err.Error()))
		}
		s.ChangedAt = now
		return tx.SaveSwap(s, before)
	})
	if err == nil {
		a.rosterChanged()
	}
	return s, err
}

// firstSentence is that of the first field of an error, or its own.
func firstSentence(err error) string {
	if e, ok := err.(*desk.Error); ok && len(e.Fields) > 0 {
		return e.Fields[0].Message
	}
	return err.Error()
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
