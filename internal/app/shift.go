package app

import (
	"context"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// maxShiftHours is how long one shift may be, in hours.
const maxShiftHours = 24

// AddShifts puts shifts of one member of staff on the roster; all or none. ID and Person are filled in.
// A shift that overlaps one of the same person, ends before it starts or lasts more than a day is Invalid.
func (a *App) AddShifts(ctx context.Context, v desk.Viewer, login string, shifts []coverage.Shift) (desk.Staff, error) {
	var s desk.Staff
	if !administers(v) {
		return s, errAdminOnly
	}
	if len(shifts) == 0 {
		return s, desk.Fields{{Field: "from", Code: "shift.none", Message: "There is no such day."}}.Err()
	}
	from, until := shifts[0].Start, shifts[0].End
	for _, sh := range shifts {
		if hours := sh.End.Sub(sh.Start).Hours(); hours <= 0 || hours > maxShiftHours {
			return s, desk.Fields{{Field: "to", Code: "shift.length", Message: "A shift ends after it starts and lasts a day at most."}}.Err()
		}
		if sh.Seats < 1 || sh.Seats > 100 {
			return s, desk.Fields{{Field: "seats", Code: "shift.seats", Message: "Between 1 and 100 promises can be kept in one window."}}.Err()
		}
		if sh.Start.Before(from) {
			from = sh.Start
		}
		if sh.End.After(until) {
			until = sh.End
		}
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) (err error) {
		if s, err = tx.StaffByLogin(login); err != nil {
			if desk.Is(err, desk.NotFound) {
				return desk.Fields{{Field: "login", Code: "login.unknown", Message: "Nobody signs in with this address."}}.Err()
			}
			return err
		}
		if !s.Works() {
			return desk.Fields{{Field: "login", Code: "login.no_desk", Message: "This person does not work the desk: a shift of theirs would cover nothing."}}.Err()
		}
		have, err := tx.Roster(from, until)
		if err != nil {
			return err
		}
		for i, sh := range shifts {
			for _, other := range append(have.Shifts, shifts[:i]...) {
				if other.OnCall == sh.OnCall && (other.Person == int64(s.ID) || other.Person == 0) && other.Start.Before(sh.End) && sh.Start.Before(other.End) {
					return desk.Fields{{Field: "from", Code: "shift.overlaps", Message: "This person has a shift then already."}}.Err()
				}
			}
		}
		for _, sh := range shifts {
			sh.ID, sh.Person = tx.NewID(), int64(s.ID)
			if err := tx.AddShift(sh); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		a.rosterChanged()
	}
	return public(s), err
}
