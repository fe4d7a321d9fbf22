package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// RosterPage is the rotas of the desk, with what is asked and what is wrong.
type RosterPage struct {
	Now      time.Time
	Rotas    []RotaLine
	Swaps    []SwapLine // under way, and answered ones whose turns are still to come
	Away     []AwayLine
	People   []RosterPerson // everybody active whom the viewer may see, by name
	Mine     []Turn         // of the viewer, next 28 days
	Problems []string       // of the whole roster, in sentences
	zone     *time.Location
}

// RotaLine is one rota as it works in the next days.
type RotaLine struct {
	Rota      desk.Rota
	People    []string // of the first layer, in the order of their turns
	Turns     []Turn   // next 7 days
	Overrides []OverrideLine
	Holes     []string
	Problems  []string
}

// Turn is one shift of a rota.
type Turn struct {
	Rota       int64
	Name       string // of the rota
	Person     desk.StaffID
	Who        string
	Start, End time.Time
	OnCall     bool
	Away       bool
}

// OverrideLine is an override with names.
type OverrideLine struct {
	desk.Override
	OutName, InName string
}

// SwapLine is a swap with names, and what the viewer can do about it.
type SwapLine struct {
	desk.Swap
	RotaName, FromName, ToName string
	CanAnswer, CanWithdraw     bool
}

// AwayLine is an absence with the name of whoever is away.
type AwayLine struct {
	desk.Absence
	Who    string
	CanEnd bool
}

// RosterPerson is somebody who can be put on a rota.
type RosterPerson struct {
	ID      desk.StaffID
	Name    string
	Contact desk.Contact
	Skills  map[string]time.Time
}

const (
	rosterAheadDays = 28
	rotaMost        = 200 // turns of a rota before the first comes again
	layersMost      = 10  // of a rota
)

var (
	errLeadsRoster = desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can change rotas.")
	errNoRota      = desk.Errorf(desk.NotFound, "not_found", "There is no such rota.")
)

// RosterPage gives the rotas, the swaps and who is away. Those who do not lead see their own swaps.
func (a *App) RosterPage(ctx context.Context, v desk.Viewer) (RosterPage, error) {
	page := RosterPage{Now: a.Now()}
	if v.Who != desk.WhoStaff && v.Who != desk.WhoSystem {
		return page, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return page, err
	}
	page.zone = know.zone()
	if len(v.Clients) > 0 {
		page.zone = zoneOf(know.client[v.Clients[0]])
	}
	now := page.Now
	until := now.Add(rosterAheadDays * 24 * time.Hour)
	var rotas []desk.Rota
	var overrides []desk.Override
	var swaps []desk.Swap
	var absences []desk.Absence
	var contacts map[desk.StaffID]desk.Contact
	var roster coverage.Roster
	// As the desk: who works when is nobody's secret at the desk, and of no client.
	err = a.db.DeskRead(ctx, desk.System("roster"), func(tx *store.DeskReadTx) (err error) {
		if rotas, err = tx.Rotas(now); err != nil {
			return err
		}
		if overrides, err = tx.Overrides(now); err != nil {
			return err
		}
		if swaps, err = tx.Swaps(now); err != nil {
			return err
		}
		if absences, err = tx.Absences(now); err != nil {
			return err
		}
		if contacts, err = tx.Contacts(); err != nil {
			return err
		}
		roster, err = a.rosterIn(tx, now, until)
		return err
	})
	if err != nil {
		return page, err
	}
	away := func(s coverage.Shift) bool {
		return slices.ContainsFunc(roster.Absences, func(x coverage.Absence) bool {
			return x.Person == s.Person && x.Start.Before(s.End) && s.Start.Before(x.End)
		})
	}
	name := func(id int64) string { return know.staff[desk.StaffID(id)] }
	titles := map[int64]string{}
	for _, r := range rotas {
		titles[r.ID] = r.Name
		line := RotaLine{Rota: r, Problems: r.Check(now, until)}
		if len(r.Layers) > 0 {
			for _, p := range r.Layers[0].People {
				line.People = append(line.People, name(p))
			}
		}
		for _, s := range r.Expand(now, now.Add(7*24*time.Hour)) {
			line.Turns = append(line.Turns, Turn{r.ID, r.Name, desk.StaffID(s.Person), name(s.Person), s.Start, s.End, s.OnCall, away(s)})
		}
		for _, o := range overrides {
			if o.Rota == r.ID {
				line.Overrides = append(line.Overrides, OverrideLine{o, name(o.Out), name(o.In)})
			}
		}
		for _, hole := range r.Holes(now, now.Add(7*24*time.Hour), roster.Absences) {
			text := coverage.Phrase(page.zone, hole.Span, now) + ": nobody has this turn."
			if hole.Away != 0 {
				text = coverage.Phrase(page.zone, hole.Span, now) + ": " + name(hole.Away) + " has the turn and is away."
			}
			line.Holes = append(line.Holes, text)
		}
		page.Rotas = append(page.Rotas, line)
	}
	for _, s := range roster.Shifts {
		if s.Person == int64(v.Staff) && s.End.After(now) {
			page.Mine = append(page.Mine, Turn{s.Rota, cmp.Or(titles[s.Rota], "Shift"), v.Staff, v.Name, s.Start, s.End, s.OnCall, away(s)})
		}
	}
	slices.SortFunc(page.Mine, func(x, y Turn) int { return x.Start.Compare(y.Start) })
	for _, s := range swaps {
		s.Swap = s.At(now)
		mine := s.From == int64(v.Staff) || s.To == int64(v.Staff)
		if !mine && !v.Leads() {
			continue
		}
		page.Swaps = append(page.Swaps, SwapLine{Swap: s, RotaName: titles[s.Rota], FromName: name(s.From), ToName: name(s.To),
			CanAnswer: s.State == coverage.Proposed && s.To == int64(v.Staff), CanWithdraw: s.State == coverage.Proposed && s.From == int64(v.Staff)})
	}
	for _, x := range absences {
		page.Away = append(page.Away, AwayLine{x, name(x.Person), v.Leads() || x.Person == int64(v.Staff)})
	}
	for _, p := range roster.People {
		page.People = append(page.People, RosterPerson{desk.StaffID(p.ID), p.Name, contacts[desk.StaffID(p.ID)], p.Skills})
	}
	slices.SortFunc(page.People, func(x, y RosterPerson) int { return cmp.Compare(x.Name, y.Name) })
	page.Problems = roster.Check(page.zone)
	return page, nil
}

// SaveRota adds a rota, or changes the one with the id of in. What is wrong is said at its field; a Conflict
// when somebody else has changed it since it was looked at.
func (a *App) SaveRota(ctx context.Context, v desk.Viewer, in RotaIn) (desk.Rota, error) {
	if !v.Leads() {
		return desk.Rota{}, errLeadsRoster
	}
	r, err := in.rota()
	if err != nil {
		return r, err
	}
	return a.saveRota(ctx, v, r)
}

func (a *App) saveRota(ctx context.Context, v desk.Viewer, r desk.Rota) (desk.Rota, error) {
	now := a.Now()
	fresh := r.ID == 0
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		if fresh {
			r.ID, r.Version = tx.NewID(), 1
		} else {
			old, err := tx.Rota(r.ID, now)
			if err != nil {
				return err
			}
			r.Overrides, r.Swaps = old.Overrides, old.Swaps
			if err := undo(tx, &r.Rota, old.Rota); err != nil {
				return err
			}
		}
		if say := r.Check(now, now); len(say) > 0 {
			return desk.Fields{{Field: "people", Code: "rota.wrong", Message: say[0]}}.Err()
		}
		if err := noOverlap(tx, r, now, now); err != nil {
			return err
		}
		r.ChangedBy, r.ChangedAt = v.Name, now
		if fresh {
			return tx.AddRota(r)
		}
		return tx.SaveRota(r)
	})
	if err != nil {
		return r, err
	}
	a.rosterChanged()
	return r, nil
}

// undo ends the swaps in force that a change of the rota has made untrue: half of a swap is nobody's agreement. Both
// see it among their swaps.
func undo(tx *store.DeskTx, r *coverage.Rota, old coverage.Rota) error {
	gone := r.Unfit(old, tx.Now())
	for _, s := range gone {
		whole, err := tx.Swap(s.ID)
		if err != nil {
			return err
		}
		whole.State, whole.ChangedAt = coverage.Undone, tx.Now()
		if err := tx.SaveSwap(whole, coverage.InForce); err != nil {
			return err
		}
	}
	r.Swaps = slices.DeleteFunc(slices.Clone(r.Swaps), func(s coverage.Swap) bool {
		return slices.ContainsFunc(gone, func(g coverage.Swap) bool { return g.ID == s.ID })
	})
	return nil
}

// noOverlap refuses a rota that puts somebody on shift who has a shift then already, or does not work here; being on
// call beside a shift is allowed. It looks 28 days ahead, and until the end of what is changed.
func noOverlap(tx *store.DeskTx, r desk.Rota, now, end time.Time) error {
	if !r.RetiredAt.IsZero() {
		return nil
	}
	until := maxTime(now.Add(rosterAheadDays*24*time.Hour), end)
	have, err := tx.Roster(now, until)
	if err != nil {
		return err
	}
	others := map[int64][]coverage.Shift{}
	for _, s := range have.Shifts {
		if !s.OnCall && s.Rota != r.ID {
			others[s.Person] = append(others[s.Person], s)
		}
	}
	names := map[int64]string{}
	for _, p := range have.People {
		names[p.ID] = p.Name
	}
	for _, s := range r.Expand(now, until) {
		if _, known := names[s.Person]; !known {
			return desk.Fields{{Field: "people", Code: "rota.unknown", Message: "Somebody on this rota does not work here any more: choose others."}}.Err()
		}
		for _, o := range others[s.Person] {
			if !r.OnCall && o.Start.Before(s.End) && s.Start.Before(o.End) {
				zone, err := time.LoadLocation(r.Layers[0].Zone)
				if err != nil {
					zone = time.UTC
				}
				return desk.Fields{{Field: "people", Code: "shift.overlaps", Message: fmt.Sprintf("%s has a shift already that overlaps, %s: choose somebody else, or other hours.",
					names[s.Person], coverage.Phrase(zone, coverage.Span{Start: o.Start, End: o.End}, now))}}.Err()
			}
		}
	}
	return nil
}

// inUse gives a rota that is not retired; NotFound otherwise.
func inUse(tx *store.DeskTx, id int64, now time.Time) (desk.Rota, error) {
	r, err := tx.Rota(id, now)
	if desk.Is(err, desk.NotFound) || err == nil && !r.RetiredAt.IsZero() {
		return r, errNoRota
	}
	return r, err
}

// RetireRota takes a rota out of use. Seats that were booked on it stay, and what nobody is there for any
// more shows on the board.
func (a *App) RetireRota(ctx context.Context, v desk.Viewer, id int64, version int) error {
	return a.onRota(ctx, v, id, version, func(tx *store.DeskTx, r *desk.Rota) error {
		r.RetiredAt = tx.Now()
		return nil
	})
}

// onRota changes a rota that is still at the version that was seen.
func (a *App) onRota(ctx context.Context, v desk.Viewer, id int64, version int, fn func(*store.DeskTx, *desk.Rota) error) error {
	if !v.Leads() {
		return errLeadsRoster
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		r, err := inUse(tx, id, tx.Now())
		if err != nil {
			return err
		}
		r.Version = version
		r.ChangedBy, r.ChangedAt = v.Name, tx.Now()
		if err := fn(tx, &r); err != nil {
			return err
		}
		return tx.SaveRota(r)
	})
	if err == nil {
		a.rosterChanged()
	}
	return err
}
