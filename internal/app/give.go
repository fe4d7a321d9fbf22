package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/words"
)

// GivePromise gives a promise to somebody. One that holds a seat in its window moves to a free seat of
// the new owner in the same window; where there is none it is refused with the reason at field "to"
// ("staff.off_shift", "staff.unskilled", "staff.booked"). Those who lead may give it all the same: override
// says why, and their name stands beside it. Words without a seat go to whoever is on shift with the skill;
// those who lead may give them to anybody who serves the client, and everybody may take them.
func (a *App) GivePromise(ctx context.Context, v desk.Viewer, ref desk.Ref, id desk.PromiseID, to desk.StaffID, override string) error {
	override, err := desk.CleanLine(override, desk.MaxSubject)
	if err != nil {
		return desk.Fields{{Field: "override", Code: "text.too_long", Message: err.(*desk.Error).Message}}.Err()
	}
	if override != "" && !v.Leads() {
		return desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can give a promise to somebody who has no free seat.")
	}
	c, tid, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	if err := a.serves(ctx, to, c.ID); err != nil {
		return err
	}
	on, err := a.onDuty(ctx, a.Now())
	if err != nil {
		return err
	}
	seen, err := a.readPromise(ctx, v, c.ID, id)
	if err != nil {
		return err
	}
	free, why, err := a.seatsOf(ctx, v, c, seen, to)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, c, tid, func(x *act) error {
		p, err := x.promise(id)
		if err != nil || p.Owner == to {
			return err
		}
		d := desk.EventData{Promise: p.ID, Owner: to, OwnerIs: a.staffName(to)}
		_, seated, err := x.tx.BookedBy(p.ID)
		if err != nil {
			return err
		}
		knows := slices.ContainsFunc(on.people(c.ID, p.Skill, spoken(p.Lang)), func(o onShift) bool { return desk.StaffID(o.Person.ID) == to })
		if !seated && len(free) == 0 && !knows && !v.Leads() && to != v.Staff {
			return desk.Fields{{Field: "to", Code: "staff.off_shift", Message: "That person is not on shift with the skill and the language now."}}.Err()
		}
		// A seat in a window that has passed is nobody's time any more.
		if seated && x.now().Before(p.Due) || len(free) > 0 {
			if err := x.tx.Unbook(p.ID); err != nil {
				return err
			}
			_, err := x.book(coverage.Window{Free: free}, p.ID)
			switch {
			case err == nil:
			case !desk.Is(err, desk.Conflict):
				return err
			case override == "" && v.Leads():
				return desk.Fields{{Field: "to", Code: why.code, Message: why.text + " Say why it goes there all the same."}}.Err()
			case override == "":
				return desk.Fields{{Field: "to", Code: why.code, Message: why.text}}.Err()
			default:
				d.Override, d.Reason = v.Name, override
			}
		}
		p.Owner = to
		if p.Backup == to {
			p.Backup = 0
		}
		if err := x.put(p); err != nil {
			return err
		}
		if to == v.Staff {
			err = x.has(p)
		} else {
			err = x.tx.LadderAgain(p.ID) // the new owner has not said that they have it
		}
		if err != nil {
			return err
		}
		return x.note(desk.PromiseGiven, d)
	})
}

// refusal says why somebody cannot take a promise.
type refusal struct{ code, text string }

// seatsOf gives the free seats of one person in the window of p, and what to say when none is free. Of a
// promise without a window, or whose window has passed, it gives none.
func (a *App) seatsOf(ctx context.Context, v desk.Viewer, c desk.Client, p desk.Promise, who desk.StaffID) ([]coverage.Seat, refusal, error) {
	if !windowed(p.Kind) || !p.Start.Before(p.Due) || !a.Now().Before(p.Due) {
		return nil, refusal{}, nil
	}
	plan, err := a.plan(ctx, p.Start.Add(-24*time.Hour), p.Due)
	if err != nil {
		return nil, refusal{}, err
	}
	q := coverage.Query{Client: int64(c.ID), Skill: p.Skill, Language: spoken(p.Lang), From: p.Start, Until: p.Due, Length: p.Due.Sub(p.Start), Zone: zoneOf(c)}
	ask := []coverage.Query{q}
	if p.RepairOf != 0 {
		q.Skill, q.Language, q.Lead = "", "", true // whoever leads may repair
		ask = append(ask, q)
	}
	on := func(skill, language string) bool {
		return slices.ContainsFunc(plan.On(int64(c.ID), skill, language, p.Start), func(o onShift) bool { return o.Person.ID == int64(who) })
	}
	name, is, has, does := a.staffName(who), " is ", " has ", " does "
	if who == v.Staff {
		name, is, has, does = "You", " are ", " have ", " do "
	}
	at := words.ShortWindow(words.EN, p.Start, p.Due, zoneOf(c))
	for _, q := range ask {
		for _, w := range plan.Windows(q) {
			free := slices.DeleteFunc(slices.Clone(w.Free), func(s coverage.Seat) bool { return s.Person != int64(who) })
			if w.Start.Equal(p.Start) && len(free) > 0 {
				// Should somebody else be quicker, this is what is left to say.
				return free, refusal{"staff.booked", name + has + "no free seat any more at that time, " + at + "."}, nil
			}
		}
	}
	switch {
	case !on("", ""):
		return nil, refusal{"staff.off_shift", name + is + "not on shift then: " + at + "."}, nil
	case !on(p.Skill, ""):
		return nil, refusal{"staff.unskilled", name + does + "not have the skill that this needs."}, nil
	case !on("", spoken(p.Lang)):
		return nil, refusal{"staff.language", name + does + "not speak Spanish, and this was promised in Spanish."}, nil
	}
	return nil, refusal{"staff.booked", name + has + "no free seat at that time, " + at + "."}, nil
}
