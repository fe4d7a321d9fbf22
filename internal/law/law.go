// Package law says what must hold of one question and everything that belongs to it, at every commit and
// for ever: history without holes, a live promise while it is open, no promise that ends in silence, no
// window that nobody can keep, no loop that anybody but the person has closed.
//
// It is a pure function of rows. The store checks the first law before each commit by a statement; this is
// the second, independent reading, which the tests, the simulation and "kept verify" hold against it.
//
// Start reading at File.Check.
package law

import (
	"fmt"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

// File is everything that the desk holds of one ticket, words apart.
type File struct {
	Ticket   desk.Ticket
	Events   []desk.Event // oldest first
	Promises map[desk.PromiseID]desk.Promise
	Seats    map[desk.PromiseID]coverage.Seat
	Attempts []desk.Attempt
	Outs     []desk.Out
	Alerts   []desk.Alert
	Sorry    []desk.Out // news of breaks for this person, of every question: one may speak of several
	Now      time.Time  // when all this was read

	roster coverage.Roster // that Check was given
}

// Broken says which law does not hold of which ticket. It names numbers and instants, and no person.
type Broken string

func (b Broken) Error() string { return string(b) }

// Check gives the first law that does not hold as a Broken, nil when all do. The roster needs the shifts in which
// live promises have seats; a seat of a shift that is not in it is not judged.
func (f File) Check(r coverage.Roster) error {
	f.roster = r
	for _, law := range [...]func(*File) error{(*File).history, (*File).law1, (*File).law2, (*File).law3, (*File).law4, (*File).waiting} {
		if err := law(&f); err != nil {
			return Broken(err.Error())
		}
	}
	return nil
}

// told is what the history says of one promise.
type told struct {
	made  *desk.Event
	owner desk.StaffID
	ends  int
	end   *desk.Event // the last
}

// history: events have no holes, and the promises that they tell of are the rows (law 6).
func (f *File) history() error {
	replayed := map[desk.PromiseID]*told{}
	for i := range f.Events {
		e := &f.Events[i]
		if e.Seq != i+1 {
			return fmt.Errorf("%s: event %d is number %d", f.Ticket.Ref, i+1, e.Seq)
		}
		if e.HappenedAt.After(e.RecordedAt) || i > 0 && e.RecordedAt.Before(f.Events[i-1].RecordedAt) {
			return fmt.Errorf("%s: event %d (%s) comes before its time", f.Ticket.Ref, e.Seq, e.Type)
		}
		h := replayed[e.Data.Promise]
		switch e.Type {
		case desk.PromiseLeft:
			if h == nil || h.ends != 0 {
				return fmt.Errorf("%s: promise %d left, which did not go on here", f.Ticket.Ref, e.Data.Promise)
			}
			delete(replayed, e.Data.Promise)
		case desk.PromiseMade, desk.PromiseCame:
			if h != nil {
				return fmt.Errorf("%s: promise %d was made twice", f.Ticket.Ref, e.Data.Promise)
			}
			replayed[e.Data.Promise] = &told{made: e, owner: e.Data.Owner}
		case desk.PromiseGiven, desk.PromiseKept, desk.PromiseMoved, desk.PromiseBroken, desk.PromiseWithdrawn, desk.PromiseVoided:
			switch {
			case h == nil:
				return fmt.Errorf("%s: event %d (%s) tells of promise %d, which nobody made", f.Ticket.Ref, e.Seq, e.Type, e.Data.Promise)
			case e.Type != desk.PromiseGiven:
				h.ends, h.end = h.ends+1, e
			case e.Data.OwnerIs != "":
				h.owner = e.Data.Owner
			}
		}
	}
	if len(f.Events) != f.Ticket.Seq {
		return fmt.Errorf("%s: %d events, but the ticket counts %d", f.Ticket.Ref, len(f.Events), f.Ticket.Seq)
	}
	if len(replayed) != len(f.Promises) {
		return fmt.Errorf("%s: %d promises in the history, %d rows", f.Ticket.Ref, len(replayed), len(f.Promises))
	}
	for id, p := range f.Promises {
		h := replayed[id]
		if h == nil {
			return fmt.Errorf("%s: the history does not tell of promise %d", f.Ticket.Ref, id)
		}
		d := &h.made.Data
		if d.Kind != p.Kind || d.Source != p.Source || d.Start != p.Start.UnixMicro() || d.Due != p.Due.UnixMicro() || d.RepairOf != p.RepairOf || h.owner != p.Owner {
			return fmt.Errorf("%s: the history tells of promise %+v by %d, the row of %+v", f.Ticket.Ref, *d, h.owner, p)
		}
		switch {
		case p.State.Live() && h.ends != 0 || !p.State.Live() && h.ends != 1:
			return fmt.Errorf("%s: promise %d is %s, its history ends %d times", f.Ticket.Ref, id, p.State, h.ends)
		case !p.State.Live() && (h.end.Data.State != p.State || endOf(p.State) != h.end.Type):
			return fmt.Errorf("%s: promise %d is %s, its history says %s (%s)", f.Ticket.Ref, id, p.State, h.end.Type, h.end.Data.State)
		}
	}
	return nil
}

func endOf(s desk.PromiseState) desk.EventType {
	switch s {
	case desk.Kept, desk.KeptLate:
		return desk.PromiseKept
	case desk.Moved:
		return desk.PromiseMoved
	case desk.Withdrawn:
		return desk.PromiseWithdrawn
	case desk.Voided:
		return desk.PromiseVoided
	}
	return desk.PromiseBroken
}
