package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// OverrideIn changes who is on a rota in a span.
type OverrideIn struct {
	Rota       int64
	Version    int
	Start, End time.Time
	Out, In    desk.StaffID
}

// AddOverride puts somebody on a rota, takes somebody off, or both.
func (a *App) AddOverride(ctx context.Context, v desk.Viewer, in OverrideIn) error {
	if !v.Leads() {
		return errLeadsRoster
	}
	var bad desk.Fields
	switch {
	case in.Start.IsZero():
		bad.Add("start", "start.missing", "Say from when.")
	case in.End.IsZero():
		bad.Add("end", "end.missing", "Give it an end: an override without one is a change of the rota.")
	case !in.Start.Before(in.End):
		bad.Add("end", "end.early", "The end comes after the start.")
	case in.End.Sub(in.Start) > 31*24*time.Hour:
		bad.Add("end", "end.late", "At most 31 days. For longer, change the rota itself.")
	case !in.End.After(a.Now()):
		bad.Add("end", "end.past", "This is over already.")
	}
	if in.Out == in.In {
		bad.Add("in", "override.nobody", "Choose who goes off, who comes on, or both, and not the same person.")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return a.onRota(ctx, v, in.Rota, in.Version, func(tx *store.DeskTx, r *desk.Rota) error {
		o := desk.Override{Override: coverage.Override{ID: tx.NewID(), Start: in.Start, End: in.End, Out: int64(in.Out), In: int64(in.In)}, Rota: r.ID, MadeBy: v.Name, MadeAt: tx.Now()}
		if in.Out != 0 && !slices.ContainsFunc(r.Expand(in.Start, in.End), func(s coverage.Shift) bool { return s.Person == int64(in.Out) }) {
			return desk.Fields{{Field: "out", Code: "override.not_on", Message: "This person has no turn of this rota then."}}.Err()
		}
		with := *r
		with.Overrides = append(slices.Clone(r.Overrides), o.Override)
		if err := noOverlap(tx, with, tx.Now(), in.End); err != nil {
			if e, ok := err.(*desk.Error); ok && len(e.Fields) == 1 {
				return desk.Fields{{Field: "in", Code: e.Fields[0].Code, Message: e.Fields[0].Message}}.Err()
			}
			return err
		}
		return tx.AddOverride(o)
	})
}

// EndOverride takes an override back. It is refused where whoever has the turn then has another shift by now.
func (a *App) EndOverride(ctx context.Context, v desk.Viewer, rota int64, version int, id int64) error {
	return a.onRota(ctx, v, rota, version, func(tx *store.DeskTx, r *desk.Rota) error {
		i := slices.IndexFunc(r.Overrides, func(o coverage.Override) bool { return o.ID == id })
		if i < 0 {
			return desk.Errorf(desk.NotFound, "not_found", "This override is over already, or is of another rota.")
		}
		without := *r
		without.Overrides = slices.Delete(slices.Clone(r.Overrides), i, i+1)
		if err := noOverlap(tx, without, tx.Now(), r.Overrides[i].End); err != nil {
			return desk.Errorf(desk.Conflict, "shift.overlaps", "%s", firstSentence(err))
		}
		return tx.EndOverride(id)
	})
}
