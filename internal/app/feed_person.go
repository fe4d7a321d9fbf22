package app

import (
	"context"
	"io"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// feedReach is how far back and ahead somebody's calendar shows their shifts.
const (
	feedBack  = 14 * 24 * time.Hour
	feedAhead = 60 * 24 * time.Hour
)

// NewFeed gives the secret of the address under which the viewer's calendar can be read, by whoever has it. One
// that was given out before is void.
func (a *App) NewFeed(ctx context.Context, v desk.Viewer) (string, error) {
	if v.Who != desk.WhoStaff {
		return "", errStaffOnly
	}
	secret := desk.NewSecret(a.rand, 24)
	return secret, a.db.Desk(ctx, v, func(tx *store.DeskTx) error { return tx.SaveFeed(v.Staff, desk.HashSecret(secret)) })
}

// Feed writes the calendar of whoever has the secret: shifts, and turns of rotas, of the last two weeks and the
// next sixty days. Turns in which they are away are cancelled. NotFound when nobody has the secret.
func (a *App) Feed(ctx context.Context, w io.Writer, host, secret string) error {
	now := a.Now()
	var shifts []FeedShift
	var who desk.Staff
	err := a.db.DeskRead(ctx, desk.System("calendar"), func(tx *store.DeskReadTx) (err error) {
		if who, err = tx.StaffByFeed(desk.HashSecret(secret)); err != nil {
			return err
		}
		from, until := now.Add(-feedBack), now.Add(feedAhead)
		roster, err := tx.Rostered(from, until)
		if err != nil {
			return err
		}
		rotas, err := tx.Rotas(from)
		if err != nil {
			return err
		}
		version, err := tx.RosterVersion()
		if err != nil {
			return err
		}
		names := map[int64]string{}
		for _, r := range rotas {
			names[r.ID] = r.Name
		}
		for _, s := range roster.Shifts {
			if s.Person == int64(who.ID) {
				shifts = append(shifts, FeedShift{ID: s.ID, Start: s.Start, End: s.End, Title: feedTitle(s, names[s.Rota]), Version: int(version), ChangedAt: now, Cancelled: gone(s, roster.Absences)})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return WriteFeed(w, host, who.Name+": shifts", shifts)
}

func feedTitle(s coverage.Shift, rota string) string {
	title := "On shift"
	if s.OnCall {
		title = "On call"
	}
	if rota != "" {
		title += ": " + rota
	}
	return title
}

// gone reports whether somebody is away for all of a shift.
func gone(s coverage.Shift, absences []coverage.Absence) bool {
	for _, a := range absences {
		if a.Person == s.Person && !a.Start.After(s.Start) && !a.End.Before(s.End) {
			return true
		}
	}
	return false
}
