package app_test

import (
	"testing"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// A shift that is put on the roster can be promised at once; one that overlaps is refused.
func TestAShiftMakesWindows(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		start := d.At(25, 8, 0) // after the last shift of everybody
		shift := coverage.Shift{Start: start, End: start.Add(8 * time.Hour), Seats: 2}
		system := desk.System("test")
		before, err := d.App.WindowsFor(d.Ctx(), d.Ana, d.Mercy.ID, "PORTAL", "", start, 1)
		d.Must(err)
		if before[0].Covered {
			d.T.Fatal("covered before anybody works")
		}
		_, err = d.App.AddShifts(d.Ctx(), system, "Pri@kept.example", []coverage.Shift{shift})
		d.Must(err)
		after, err := d.App.WindowsFor(d.Ctx(), d.Ana, d.Mercy.ID, "PORTAL", "", start, 1)
		d.Must(err)
		if !after[0].Covered || !after[0].Start.Equal(start) {
			d.T.Fatalf("%+v", after[0])
		}
		shift.Start = start.Add(7 * time.Hour)
		shift.End = shift.Start.Add(8 * time.Hour)
		if _, err := d.App.AddShifts(d.Ctx(), system, "Pri@kept.example", []coverage.Shift{shift}); code(err) != "shift.overlaps" {
			d.T.Fatalf("overlapping: %v", err)
		}
		shift.End = shift.Start
		if _, err := d.App.AddShifts(d.Ctx(), system, "Pri@kept.example", []coverage.Shift{shift}); code(err) != "shift.length" {
			d.T.Fatalf("without length: %v", err)
		}
		lou, _, err := d.App.AddStaff(d.Ctx(), system, desk.Staff{Name: "Lou Vega", Login: "lou@mercy.example", Role: desk.Leader, Clients: []desk.ClientID{d.Mercy.ID}}, "a good long password", nil)
		d.Must(err)
		if _, err := d.App.AddShifts(d.Ctx(), system, lou.Login, []coverage.Shift{{Start: start, End: start.Add(time.Hour), Seats: 1}}); code(err) != "login.no_desk" {
			d.T.Errorf("a shift of who leads a hospital: %v", err)
		}
		if _, err := d.App.AddShifts(d.Ctx(), d.Sam, "Pri@kept.example", []coverage.Shift{shift}); !desk.Is(err, desk.Forbidden) {
			d.T.Fatalf("by an analyst: %v", err)
		}
	})
}
