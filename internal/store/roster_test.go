package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

var (
	early = coverage.Shift{ID: 1, Person: 11, Start: noon.Add(-4 * time.Hour), End: noon.Add(4 * time.Hour), Seats: 2,
		Breaks: []coverage.Span{{Start: noon, End: noon.Add(time.Hour)}}}
	late = coverage.Shift{ID: 2, Person: 12, Start: noon.Add(4 * time.Hour), End: noon.Add(12 * time.Hour), Seats: 1, OnCall: true}
)

// What a node knows of the desk it reads again when a version has grown: each reader has to see that at once.
func TestVersionsAreSeenAtOnce(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		versions := (*store.DeskReadTx).Versions
		before := read(t, db, system, versions)
		refused := desk.Errorf(desk.Conflict, "refused", "No.")
		err := db.Desk(ctx, system, func(tx *store.DeskTx) error {
			if err := tx.AddShift(early); err != nil {
				return err
			}
			inside, err := tx.Versions()
			if err == nil && inside.Roster != before.Roster+1 {
				t.Errorf("whoever has changed the roster sees version %d after %d", inside.Roster, before.Roster)
			}
			return first(err, refused)
		})
		isKind(t, "a unit that fails", err, desk.Conflict)
		same(t, "versions after it", read(t, db, system, versions), before)
		for i, s := range []coverage.Shift{early, late} {
			change(t, db, func(tx *store.DeskTx) error { return tx.AddShift(s) })
			same(t, "version of the roster", read(t, db, system, versions).Roster, before.Roster+int64(i)+1)
		}
	})
}

func TestRoster(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		version := (*store.DeskReadTx).RosterVersion
		before := read(t, db, system, version)
		change(t, db, func(tx *store.DeskTx) error {
			return first(tx.AddShift(early), tx.AddShift(late), tx.AddSkillTo(11, "portal", time.Time{}),
				tx.AddSkillTo(11, "beaker", noon), tx.AddStaff(desk.Staff{ID: 13, Login: "c@desk.example", Active: true}),
				tx.AddStaff(desk.Staff{ID: 14, Login: "d@desk.example"}))
		})
		after := read(t, db, system, version)
		if after <= before {
			t.Errorf("version %d, then %d", before, after)
		}
		seat := coverage.Seat{Person: 11, Slot: noon.Add(2 * time.Hour), Seat: 1}
		if err := db.Write(ctx, system, 1, func(tx *store.Tx) error { return tx.Book(seat, 5) }); err != nil {
			t.Fatal(err)
		}
		same(t, "version after a booking", read(t, db, system, version), after)

		roster := func(from, until time.Duration) coverage.Roster {
			return read(t, db, desk.Guest(2), func(tx *store.DeskReadTx) (coverage.Roster, error) {
				return tx.Roster(noon.Add(from), noon.Add(until))
			})
		}
		same(t, "whole day", roster(0, 24*time.Hour), coverage.Roster{
			People: []coverage.Person{
				{ID: 11, Name: "Ana Ruiz", Lead: true, Skills: map[string]time.Time{"portal": {}, "beaker": noon},
					Languages: []string{"en", "es"}, Clients: []int64{1, 2}},
				{ID: 12, Name: "Bob", Clients: []int64{2}},
				{ID: 13, Clients: []int64{}}, // serves nobody, which is not everybody
			},
			Shifts:   []coverage.Shift{early, late},
			Bookings: []coverage.Seat{{Person: 11, Slot: seat.Slot, Seat: 1}},
		})
		evening := roster(4*time.Hour, 24*time.Hour)
		same(t, "evening shifts", evening.Shifts, []coverage.Shift{late})
		same(t, "evening bookings", len(evening.Bookings), 0)
		same(t, "shifts before four", roster(0, 4*time.Hour).Shifts, []coverage.Shift{early})

		for _, s := range []coverage.Shift{{ID: 8, Person: 11, Clients: []int64{1}}, {ID: 9, Person: 11, Breaks: make([]coverage.Span, 2)}} {
			isKind(t, "what a row cannot hold", db.Desk(ctx, system, func(tx *store.DeskTx) error { return tx.AddShift(s) }), desk.Invalid)
		}
	})
}

func TestBooking(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		change(t, db, func(tx *store.DeskTx) error { return tx.AddShift(early) })
		seat := coverage.Seat{Person: 11, Slot: noon.Add(time.Hour), Seat: 0}
		next := seat
		next.Seat = 1
		on := func(c desk.ClientID, fn func(*store.Tx) error) error { return db.Write(ctx, system, c, fn) }
		isKind(t, "a free seat", on(1, func(tx *store.Tx) error { return tx.Book(seat, 5) }), "")
		// Client 2 meets a seat of client 1, which it cannot see, and takes the next in the same unit of work.
		isKind(t, "the next seat", on(2, func(tx *store.Tx) error {
			err := tx.Book(seat, 5)
			isKind(t, "a taken seat", err, desk.Conflict)
			return tx.Book(next, 5)
		}), "")
		holds := func(c desk.ClientID, want coverage.Seat, held bool) {
			t.Helper()
			if err := db.Read(ctx, system, c, func(tx *store.ReadTx) error {
				got, ok, err := tx.BookedBy(5)
				same(t, "seat", got, want)
				same(t, "held", ok, held)
				return err
			}); err != nil {
				t.Error(err)
			}
		}
		holds(1, seat, true)
		holds(2, next, true)
		isKind(t, "unbook", on(1, func(tx *store.Tx) error { return first(tx.Unbook(5), tx.Unbook(6)) }), "")
		holds(1, coverage.Seat{}, false)
		holds(2, next, true)
	})
}

func TestLastSeatGoesToOne(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		change(t, db, func(tx *store.DeskTx) error { return tx.AddShift(early) })
		seat := coverage.Seat{Person: 11, Slot: noon.Add(time.Hour)}
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				err := db.Write(ctx, system, desk.ClientID(1+i%2), func(tx *store.Tx) error { return tx.Book(seat, desk.PromiseID(i+1)) })
				switch {
				case err == nil:
					won.Add(1)
				case !desk.Is(err, desk.Conflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have the one seat", won.Load())
		}
	})
}

// Windows of zones that are a quarter of an hour apart overlap, and the key of a row does not know: of those that are
// chosen at the same instant for two hospitals, one gets the seat. Those that only touch both get it.
func TestASeatIsForHalfAnHour(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		change(t, db, func(tx *store.DeskTx) error { return tx.AddShift(early) })
		book := func(c desk.ClientID, at time.Time, seat int, p desk.PromiseID) error {
			return db.Write(ctx, system, c, func(tx *store.Tx) error { return tx.Book(coverage.Seat{Person: 11, Slot: at, Seat: seat}, p) })
		}
		isKind(t, "at noon", book(1, noon, 0, 1), "")
		for _, off := range []time.Duration{-29 * time.Minute, -15 * time.Minute, 0, 15 * time.Minute, 29 * time.Minute} {
			isKind(t, "overlaps by "+off.String(), book(2, noon.Add(off), 0, 2), desk.Conflict)
		}
		isKind(t, "just before", book(2, noon.Add(-30*time.Minute), 0, 3), "")
		isKind(t, "just after", book(2, noon.Add(30*time.Minute), 0, 4), "")
		isKind(t, "the other seat", book(2, noon.Add(15*time.Minute), 1, 5), "")
		for day := range 60 {
			at := noon.Add(time.Duration(1+day) * 24 * time.Hour)
			var won atomic.Int32
			var wg sync.WaitGroup
			for i, off := range []time.Duration{0, 15 * time.Minute, 15 * time.Minute, -15 * time.Minute} {
				wg.Go(func() {
					switch err := book(desk.ClientID(1+i%2), at.Add(off), 0, desk.PromiseID(100+10*day+i)); {
					case err == nil:
						won.Add(1)
					case !desk.Is(err, desk.Conflict):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			// A quarter before and a quarter after only touch.
			held := read(t, db, system, func(tx *store.DeskReadTx) ([]store.HeldSeat, error) { return tx.SeatsHeld(at.Add(-time.Hour)) })
			if len(held) == 0 || int(won.Load()) != len(held) {
				t.Fatalf("%d have won, and %d seats are held", won.Load(), len(held))
			}
			for i := range held[1:] {
				if held[i+1].Slot.Sub(held[i].Slot) < coverage.SeatLength {
					t.Fatalf("one seat at %s and at %s", held[i].Slot, held[i+1].Slot)
				}
			}
		}
	})
}
