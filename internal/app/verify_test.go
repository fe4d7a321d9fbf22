package app_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/law"
	"kept/internal/store"
	"kept/internal/testkit"
)

// TestLawsAreRead takes the file of a question whose promise broke and was repaired, and damages it in every
// way that the laws forbid: each is noticed.
func TestLawsAreRead(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		first := maria.Promise()
		d.AdvanceTo(first.Due.Add(time.Minute)) // nobody calls
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if found.Tickets != 1 || len(found.Broken) != 0 {
			t.Fatalf("a lawful desk: %+v", found)
		}
		var whole law.File
		d.Must(d.DB.Read(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.ReadTx) error {
			tickets, err := tx.Tickets("", 0, 1)
			if err != nil {
				return err
			}
			whole, err = app.File(tx, tickets[0])
			return err
		}))
		if err := whole.Check(coverage.Roster{}); err != nil {
			t.Fatal(err)
		}
		broken, repair := desk.PromiseID(0), desk.PromiseID(0)
		for id, p := range whole.Promises {
			if p.State == desk.Broken {
				broken = id
			}
			if p.RepairOf != 0 {
				repair = id
			}
		}
		set := func(f *law.File, id desk.PromiseID, change func(*desk.Promise)) {
			p := f.Promises[id]
			change(&p)
			f.Promises[id] = p
		}
		for name, damage := range map[string]func(*law.File){
			"an event is lost":             func(f *law.File) { f.Events = f.Events[1:] },
			"the last event is lost":       func(f *law.File) { f.Events = f.Events[:len(f.Events)-1] },
			"a promise is lost":            func(f *law.File) { delete(f.Promises, broken) },
			"the repair is lost":           func(f *law.File) { delete(f.Promises, repair) },
			"the due instant was changed":  func(f *law.File) { set(f, broken, func(p *desk.Promise) { p.Due = p.Due.Add(time.Hour) }) },
			"a break counts as kept":       func(f *law.File) { set(f, broken, func(p *desk.Promise) { p.State = desk.Kept }) },
			"a break counts as withdrawn":  func(f *law.File) { set(f, broken, func(p *desk.Promise) { p.State = desk.Withdrawn }) },
			"it broke later than due":      func(f *law.File) { set(f, broken, func(p *desk.Promise) { p.EndedAt = p.EndedAt.Add(time.Second) }) },
			"the owner was changed":        func(f *law.File) { set(f, repair, func(p *desk.Promise) { p.Owner++ }) },
			"the sweeper has forgotten it": func(f *law.File) { set(f, repair, func(p *desk.Promise) { p.FireAt = time.Time{} }) },
			"nobody was told": func(f *law.File) {
				set(f, broken, func(p *desk.Promise) { p.ToldAt = time.Time{} })
				f.Sorry = nil
			},
			"the ticket names another promise":  func(f *law.File) { f.Ticket.Promise = broken },
			"the ticket is due at another time": func(f *law.File) { f.Ticket.Due = f.Ticket.Due.Add(time.Minute) },
			"it counts no break":                func(f *law.File) { f.Ticket.Breaks = 0 },
			"it is closed without the person's word": func(f *law.File) {
				f.Ticket.State = desk.Confirmed
			},
			"the repair has no seat": func(f *law.File) { delete(f.Seats, repair) },
		} {
			f := whole
			f.Events = slices.Clone(whole.Events)
			f.Promises, f.Seats = maps.Clone(whole.Promises), maps.Clone(whole.Seats)
			damage(&f)
			if f.Check(coverage.Roster{}) == nil {
				t.Errorf("%s, and no law notices", name)
			}
		}
	})
}

// Two nodes do not agree about the time to the millisecond, and a clock may be set back. The history of a question
// keeps its order.
func TestAClockThatIsBehindKeepsTheHistoryInOrder(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.SetBack(time.Second)
		_, err := d.App.AddNote(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Looks for it."})
		d.Must(err)
		d.Skip(100 * time.Millisecond)
		_, err = d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Choose the menu, then Units."})
		d.Must(err)
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if found.Tickets != 1 || len(found.Broken) != 0 {
			t.Fatalf("%+v", found)
		}
	})
}

// A person who cannot be told by text is called; whoever took that on has not made the break a silent one.
func TestWhatSomebodyTookCareOfWasNotSilent(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		due := maria.Promise().Due
		d.Settle()
		maria.Replies("STOP")
		d.AdvanceTo(due.Add(10 * time.Minute))
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Alerts) == 0 {
			t.Fatal("nobody is asked to call")
		}
		for _, a := range board.Alerts {
			d.Must(d.App.AckAlert(d.Ctx(), d.Ana, a.Alert.ID))
		}
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if found.Tickets != 1 || len(found.Broken) != 0 {
			t.Fatalf("%+v", found)
		}
	})
}
