package app

import (
	"context"

	"kept/internal/desk"
)

// HavePromise notes that v has a promise for which people are called, or would be: "I have it". It ends the calls for
// it. Whoever owns it stays its owner; one that nobody owns is v's from now on. Having it already changes nothing.
func (a *App) HavePromise(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID) error {
	if v.Who != desk.WhoStaff {
		return errStaffOnly
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		p, err := x.promise(id)
		if err != nil {
			return err
		}
		return x.inHand(p)
	})
}

// haveLadder is HavePromise for what a ladder is for: its promise or, when that broke and nobody had it, the repair.
func (a *App) haveLadder(ctx context.Context, v desk.Viewer, al desk.Alert) error {
	c, err := a.Client(ctx, v, al.Client)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, c, al.Ticket, func(x *act) error {
		for _, p := range x.live {
			if p.ID == al.Promise || p.RepairOf == al.Promise && al.AckedAt.IsZero() {
				return x.inHand(p)
			}
		}
		return nil // it has ended meanwhile
	})
}

// inHand notes that v has p. Its owner may always say so.
func (x *act) inHand(p desk.Promise) error {
	if p.Kind == desk.Confirm {
		return desk.Errorf(desk.Conflict, "promise.confirm", "Kept asks again by itself: nobody has to take this.")
	}
	v := x.v
	by, taken, err := x.tx.LadderTaken(p.ID)
	if err != nil || by == v.Staff {
		return err
	}
	if taken && by != 0 && p.Owner != v.Staff {
		return desk.Errorf(desk.Conflict, "promise.taken", "%s has this promise already.", x.a.staffName(by))
	}
	d := desk.EventData{Promise: p.ID, Reason: desk.GivenInHand}
	if p.Owner == 0 {
		p.Owner, d.Owner, d.OwnerIs = v.Staff, v.Staff, v.Name
		if err := x.put(p); err != nil {
			return err
		}
	}
	if err := x.has(p); err != nil {
		return err
	}
	return x.note(desk.PromiseGiven, d)
}

// has notes that v has taken p: nobody is called for it any more, nor for what it repairs.
func (x *act) has(p desk.Promise) error {
	if err := x.tx.TakeLadder(p, x.v.Staff); err != nil {
		return err
	}
	return x.uncalled(0, p.RepairOf)
}

// uncalled ends the calls for p and for what it repairs; zero is none.
func (x *act) uncalled(p, repaired desk.PromiseID) error {
	if p == 0 && repaired == 0 {
		return nil
	}
	return x.tx.EndLadders(p, repaired, x.v.Staff)
}
