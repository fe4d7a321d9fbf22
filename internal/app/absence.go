package app

import (
	"context"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// AbsenceIn says that somebody is away; Staff 0 is the viewer.
type AbsenceIn struct {
	Staff      desk.StaffID
	Start, End time.Time
}

// AddAbsence notes that somebody is away: oneself, or for those who lead anybody. Nobody takes the turns over by
// itself; what was promised in them shows on the board with its reason.
func (a *App) AddAbsence(ctx context.Context, v desk.Viewer, in AbsenceIn) (desk.Absence, error) {
	var x desk.Absence
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem {
		return x, errStaffOnly
	}
	if in.Staff == 0 {
		in.Staff = v.Staff
	}
	if in.Staff != v.Staff && !v.Leads() {
		return x, desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can say that somebody else is away.")
	}
	var bad desk.Fields
	switch {
	case in.Start.IsZero():
		bad.Add("start", "start.missing", "Say from when.")
	case in.End.IsZero():
		bad.Add("end", "end.missing", "Say until when. You can make it longer later.")
	case !in.Start.Before(in.End):
		bad.Add("end", "end.early", "The end comes after the start.")
	case !in.End.After(a.Now()):
		bad.Add("end", "end.past", "This is over already.")
	case in.End.Sub(in.Start) > 366*24*time.Hour:
		bad.Add("end", "end.late", "At most a year.")
	}
	if err := bad.Err(); err != nil {
		return x, err
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		s, err := tx.Staff(in.Staff)
		if err != nil && !desk.Is(err, desk.NotFound) {
			return err
		}
		if !s.Works() {
			return desk.Fields{{Field: "staff", Code: "staff.unknown", Message: "Choose somebody who works here."}}.Err()
		}
		x = desk.Absence{Absence: coverage.Absence{Person: int64(s.ID), Start: in.Start, End: in.End}, ID: tx.NewID(), MadeBy: v.Name, MadeAt: tx.Now()}
		return tx.AddAbsence(x)
	})
	if err == nil {
		a.rosterChanged()
	}
	return x, err
}

// EndAbsence takes an absence back.
func (a *App) EndAbsence(ctx context.Context, v desk.Viewer, id int64) error {
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem {
		return errStaffOnly
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		x, err := tx.Absence(id)
		if err != nil && !desk.Is(err, desk.NotFound) {
			return err
		}
		if err != nil || x.Person != int64(v.Staff) && !v.Leads() {
			return desk.Errorf(desk.NotFound, "not_found", "There is no such absence.")
		}
		return tx.EndAbsence(id)
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
}
