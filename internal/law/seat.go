package law

import (
	"fmt"
	"slices"

	"kept/internal/coverage"
	"kept/internal/desk"
)

// law3: who promised a window had a seat in it, of somebody rostered with the skill; nobody keeps a
// seat that is not needed any more.
func (f *File) law3() error {
	for id, p := range f.Promises {
		seat, booked := f.Seats[id]
		if booked && !p.State.Live() && p.State != desk.Broken {
			return fmt.Errorf("law 3: promise %d is %s and keeps its seat", id, p.State)
		}
		if !p.State.Live() {
			continue
		}
		if !booked {
			if p.Start.Before(p.Due) && !f.overridden(id) {
				return fmt.Errorf("law 3: promise %d, a %s in the window at %s, has no seat and nobody's name on it", id, p.Kind, p.Start)
			}
			continue
		}
		shift, ruled := coverage.Shift{}, false // the shift of the seat; whether a rota has made some of it
		for _, s := range f.roster.Shifts {
			if s.Person != seat.Person || s.OnCall || !s.Start.Before(p.Due) || !p.Start.Before(s.End) {
				continue
			}
			ruled = ruled || s.Rota != 0
			if shift.ID == 0 || !s.Start.After(p.Start) && !s.End.Before(p.Due) {
				shift = s
			}
		}
		if shift.ID == 0 {
			continue // longer ago than the roster that was read, or the rota has changed since
		}
		if seat.Person != int64(p.Owner) && p.Due.After(f.Now) {
			return fmt.Errorf("law 3: promise %d is owned by %d and takes the time of %d", id, p.Owner, seat.Person)
		}
		if ruled {
			continue // its rule, or who has the turn, may have changed since: the board says so
		}
		who := f.roster.People[slices.IndexFunc(f.roster.People, func(who coverage.Person) bool { return who.ID == shift.Person })]
		_, skilled := who.Skills[p.Skill]
		if !seat.Slot.Equal(p.Start) || shift.Start.After(p.Start) || shift.End.Before(p.Due) || seat.Seat >= max(1, shift.Seats) ||
			!slices.Contains(who.Clients, int64(p.Client)) || !skilled && p.Skill != "" && !(who.Lead && p.RepairOf != 0) {
			return fmt.Errorf("law 3: promise %+v has seat %+v of shift %+v of %s", p, seat, shift, who.Name)
		}
	}
	return nil
}

func (f *File) overridden(id desk.PromiseID) bool {
	return slices.ContainsFunc(f.Events, func(e desk.Event) bool {
		return (e.Type == desk.PromiseGiven || e.Type == desk.PromiseCame) && e.Data.Promise == id && e.Data.Override != ""
	})
}
