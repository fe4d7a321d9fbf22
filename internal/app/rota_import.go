package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kept/internal/calendar"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// RotaFile is a rota as a file says it, with layers from the lowest to the highest. People are named by the
// addresses with which they sign in, times and days as people write them.
type RotaFile struct {
	Name   string      `json:"name"`
	OnCall bool        `json:"on_call"`
	Seats  int         `json:"seats"` // 0 means 1
	Layers []LayerFile `json:"layers"`
}

// LayerFile is people who take turns.
type LayerFile struct {
	People []string       `json:"people"`
	Every  coverage.Every `json:"every"`
	Count  int            `json:"count"` // 0 means 1
	Zone   string         `json:"zone"`
	At     string         `json:"at"`    // 09:00
	Start  string         `json:"start"` // 2026-11-24
	End    string         `json:"end"`   // empty: it goes on
	Hours  string         `json:"hours"` // empty: day and night; else like "mon-fri 18:00-08:00; sat-sun 00:00-24:00"
}

// ImportRotas adds rotas, or changes those with the same name, one after the other, and gives how many it took. It
// stops at the first that cannot be, and says why.
func (a *App) ImportRotas(ctx context.Context, v desk.Viewer, files []RotaFile) (int, error) {
	if !administers(v) {
		return 0, errAdminOnly
	}
	var staff []desk.Staff
	var rotas []desk.Rota
	err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		if staff, err = tx.AllStaff(); err != nil {
			return err
		}
		rotas, err = tx.Rotas(a.Now())
		return err
	})
	if err != nil {
		return 0, err
	}
	for n, f := range files {
		r, err := f.rota(staff)
		if err != nil {
			return n, err
		}
		if i := slices.IndexFunc(rotas, func(have desk.Rota) bool { return have.Name == r.Name }); i >= 0 {
			r.ID, r.Version = rotas[i].ID, rotas[i].Version
		}
		if _, err := a.saveRota(ctx, v, r); err != nil {
			return n, desk.Errorf(desk.KindOf(err), "rota.wrong", "%s: %s", r.Name, firstSentence(err))
		}
	}
	return len(files), nil
}

func (f RotaFile) rota(staff []desk.Staff) (r desk.Rota, err error) {
	wrong := func(text string, args ...any) (desk.Rota, error) {
		return r, desk.Errorf(desk.Invalid, "rota.wrong", "%s: %s", f.Name, fmt.Sprintf(text, args...))
	}
	r.Name, r.OnCall, r.Seats = strings.TrimSpace(f.Name), f.OnCall, max(f.Seats, 1)
	if r.Name == "" || r.Seats > 100 {
		return wrong("a rota has a name and at most 100 seats.")
	}
	for i, in := range f.Layers {
		l := coverage.Layer{ID: int64(i + 1), Every: in.Every, Count: max(in.Count, 1), Zone: in.Zone}
		for _, login := range in.People {
			k := slices.IndexFunc(staff, func(s desk.Staff) bool { return s.Active && strings.EqualFold(s.Login, login) })
			if k < 0 {
				return wrong("nobody signs in as %s.", login)
			}
			l.People = append(l.People, int64(staff[k].ID))
		}
		at, err := time.Parse("15:04", in.At)
		if err != nil {
			return wrong("write the time of the handover like 09:00.")
		}
		l.At = at.Hour()*60 + at.Minute()
		if l.Start, err = calendar.ParseDate(in.Start); err != nil {
			return wrong("write the day of the first turn like 2026-11-24.")
		}
		if in.End != "" {
			if l.End, err = calendar.ParseDate(in.End); err != nil {
				return wrong("write the day of the last turn like 2026-11-24, or leave it out.")
			}
		}
		if in.Hours != "" {
			if l.Hours, err = calendar.Parse(in.Zone + "; " + in.Hours); err != nil {
				return wrong("the hours cannot be read: %s.", err)
			}
		}
		r.Layers = append(r.Layers, l)
	}
	return r, nil
}
