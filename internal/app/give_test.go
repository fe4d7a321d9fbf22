package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// seatOf gives the person whose time a promise takes; zero for none.
func seatOf(d *testkit.Desk, id desk.PromiseID) desk.StaffID {
	d.T.Helper()
	var seat coverage.Seat
	d.Must(d.DB.Read(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.ReadTx) (err error) {
		seat, _, err = tx.BookedBy(id)
		return err
	}))
	return desk.StaffID(seat.Person)
}

// knows gives somebody a skill.
func knows(d *testkit.Desk, who desk.Viewer, skill string) {
	d.T.Helper()
	d.Must(d.DB.System(d.Ctx(), "test", func(tx *store.SystemTx) error { return tx.AddSkillTo(who.Staff, skill, time.Time{}) }))
}

// freeAt is how many seats are left in the window that starts at start.
func freeAt(d *testkit.Desk, start time.Time) int {
	d.T.Helper()
	ws, err := d.App.WindowsFor(d.Ctx(), d.Ana, d.Mercy.ID, "PORTAL", "", start, 1)
	d.Must(err)
	return ws[0].Seats
}

// The call of 2:30 p.m. goes from Priya to Sam: her seat is free again and his is taken.
func TestTheSeatGoesWithThePromise(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		knows(d, d.Sam, "PORTAL")
		at := d.At(3, 14, 30)
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		before := freeAt(d, at)
		p := maria.Promised(d.Ana, at)
		from, to := d.Priya, d.Sam
		if p.Owner == d.Sam.Staff {
			from, to = d.Sam, d.Priya
		}
		if got := seatOf(d, p.ID); got != from.Staff {
			d.T.Fatalf("the seat is %d's", got)
		}
		d.Must(d.App.GivePromise(d.Ctx(), to, maria.Got.Ref, p.ID, to.Staff, "")) // takes it
		if got := seatOf(d, p.ID); got != to.Staff {
			d.T.Fatalf("the promise is taken, the seat is %d's", got)
		}
		d.Must(d.App.GivePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, from.Staff, "")) // is given back
		if got := seatOf(d, p.ID); got != from.Staff {
			d.T.Fatalf("the promise is given, the seat is %d's", got)
		}
		if now := promiseOf(d, maria, p.ID); now.Owner != from.Staff || !now.State.Live() {
			d.T.Fatalf("%+v", now)
		}
		if left := freeAt(d, at); left != before-1 {
			d.T.Fatalf("%d seats were free, one promise later %d are", before, left)
		}
	})
}

// Whoever has no free seat is refused by name and reason, and nothing has changed.
func TestWhoCannotTakeAPromise(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		knows(d, d.Sam, "PORTAL")
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		morning := maria.Promised(d.Ana, d.At(3, 8, 0))
		refused := func(v desk.Viewer, p desk.Promise, to desk.Viewer, code, says string) {
			d.T.Helper()
			err := d.App.GivePromise(d.Ctx(), v, maria.Got.Ref, p.ID, to.Staff, "")
			var e *desk.Error
			if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Code != code || !strings.Contains(e.Fields[0].Message, says) {
				d.T.Fatalf("to %s: %v", to.Name, err)
			}
			if now := promiseOf(d, maria, p.ID); now.Owner != p.Owner || seatOf(d, p.ID) != p.Owner {
				d.T.Fatalf("it was refused and changed: %+v", now)
			}
		}
		refused(d.Priya, morning, d.Sam, "staff.off_shift", "Sam Ortiz is not on shift then: Wed, June 3, 8:00 to 8:30 a.m. CT")
		refused(d.Sam, morning, d.Sam, "staff.off_shift", "You are not on shift then")
		refused(d.Priya, morning, d.Ana, "staff.unskilled", "Ana Ruiz does not have the skill")
		// Both of Sam's seats at 2:30 p.m. are taken.
		at := d.At(3, 14, 30)
		for range 4 {
			maria.Calls(d.Sam, "another one")
			maria.Promised(d.Ana, at)
		}
		last := maria.Promise()
		if last.Kind != desk.Callback {
			for _, line := range maria.Page(d.Ana).Promises {
				if line.Promise.Kind == desk.Callback {
					last = line.Promise
				}
			}
		}
		to := d.Sam
		if last.Owner == d.Sam.Staff {
			to = d.Priya
		}
		refused(d.Ana, last, to, "staff.booked", to.Name+" has no free seat at that time")
	})
}

// Those who lead may give it all the same, with a reason and their name; the old seat is free again.
func TestASupervisorGivesAPromiseWithoutASeat(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		p := maria.Promised(d.Ana, d.At(3, 8, 0))
		if err := d.App.GivePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID, d.Sam.Staff, "she asked for me"); !desk.Is(err, desk.Forbidden) {
			d.T.Fatalf("an analyst overrides: %v", err)
		}
		d.Must(d.App.GivePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, d.Sam.Staff, "she asked for him"))
		if now := promiseOf(d, maria, p.ID); now.Owner != d.Sam.Staff || seatOf(d, p.ID) != 0 {
			d.T.Fatalf("%+v, seat of %d", now, seatOf(d, p.ID))
		}
		events := maria.Page(d.Ana).Events
		last := events[len(events)-1]
		if last.Type != desk.PromiseGiven || last.Data.Override != "Ana Ruiz" || last.Data.Reason != "she asked for him" || last.Data.OwnerIs != "Sam Ortiz" {
			d.T.Fatalf("%+v", last)
		}
		if left := freeAt(d, p.Start); left != 2 {
			d.T.Fatalf("Priya has %d free seats of 2", left)
		}
	})
}
