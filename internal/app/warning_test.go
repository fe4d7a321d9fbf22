package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
	"kept/internal/testkit"
)

// warned gives how much is used of each clock of which somebody was warned, as the strip of their pages says.
func warned(d *testkit.Desk, v desk.Viewer) (all []int) {
	d.T.Helper()
	s, err := d.App.Strip(d.Ctx(), v)
	d.Must(err)
	for _, w := range s.Warned {
		all = append(all, w.Percent)
	}
	return all
}

// clockEvents gives what the history of p's question says of its clocks: "first_response 75 Sam Ortiz".
func clockEvents(d *testkit.Desk, p *testkit.Person) (all []string) {
	d.T.Helper()
	events, err := d.App.Events(d.Ctx(), d.Sam, p.Got.Ref)
	d.Must(err)
	for _, e := range events {
		switch e.Type {
		case desk.ClockWarned:
			all = append(all, e.Data.Metric+" "+map[int]string{75: "75", 90: "90"}[e.Data.Percent]+" "+e.Data.OwnerIs)
		case desk.ClockWasMissed:
			if e.HappenedAt.UnixMicro() != e.Data.Due || e.Data.Version == 0 {
				d.T.Errorf("the miss is told as %+v", e)
			}
			all = append(all, e.Data.Metric+" missed "+e.Data.OwnerIs)
		}
	}
	return all
}

func TestWhoIsWarnedOfAClock(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		is := func(when string, v desk.Viewer, want ...int) {
			t.Helper()
			if got := warned(d, v); !slices.Equal(got, want) {
				t.Errorf("%s %s is warned of %v, not of %v", when, v.Name, got, want)
			}
		}
		says := func(when string, p *testkit.Person, want ...string) {
			t.Helper()
			if got := clockEvents(d, p); !slices.Equal(got, want) {
				t.Errorf("%s the history says %q, not %q", when, got, want)
			}
		}
		// A question that nobody owns: who leads on shift.
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?") // 5:05 p.m., to be answered in 15 minutes
		d.Advance(11 * time.Minute)
		is("after 11 minutes", d.Ana)
		d.Advance(time.Minute)
		is("after 12 minutes", d.Ana, 75)
		is("after 12 minutes", d.Sam)
		is("after 12 minutes", d.Omar) // not on shift before 6
		is("after 12 minutes", d.Eve)
		says("after 12 minutes", maria, "first_response 75 Ana Ruiz")
		// Now Sam owns it, and is on shift.
		d.Must(d.App.Assign(d.Ctx(), d.Ana, maria.Got.Ref, d.Sam.Staff))
		d.Settle()
		is("when it is his", d.Sam, 75)
		is("when it is Sam's", d.Ana)
		d.Advance(2 * time.Minute)
		is("after 14 minutes", d.Sam, 90)
		d.Advance(time.Minute)
		is("after 15 minutes", d.Sam, 100)
		all := []string{"first_response 75 Ana Ruiz", "first_response 90 Sam Ortiz", "first_response missed Sam Ortiz"}
		says("after 15 minutes", maria, all...)
		verified(d)
		d.Restart()
		d.Advance(5 * time.Minute)
		d.Settle()
		says("after a restart", maria, all...)
		_, err := d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.Settle()
		is("when it is answered", d.Sam)
		says("when it is answered", maria, all...)
		verified(d)

		// An owner who is not on shift is not warned: who leads is.
		rosa := d.Rosa().Asks("no puedo entrar")
		d.Must(d.App.Assign(d.Ctx(), d.Ana, rosa.Got.Ref, d.Priya.Staff))
		d.Advance(12 * time.Minute)
		is("off shift", d.Priya)
		is("for who is off shift", d.Ana, 75)

		// Nobody is there: it stands on the page of everybody who leads, and who comes is warned.
		d.Advance(10 * time.Minute)
		_, err = d.App.AddAbsence(d.Ctx(), d.Ana, app.AbsenceIn{Staff: d.Ana.Staff, Start: d.Now(), End: d.Now().Add(time.Hour)})
		d.Must(err)
		maria = d.Maria().Asks("How do I see my height in feet?")
		d.Advance(12 * time.Minute)
		if got := clockEvents(d, maria); !slices.Equal(got, []string{"first_response 75 "}) {
			t.Errorf("nobody is there: %q", got)
		}
		is("when nobody is there", d.Omar, 75) // of Rosa's Ana was warned
		d.AdvanceTo(d.At(2, 18, 1))            // Omar's shift
		is("on shift", d.Omar, 90)
		says("when Omar is there", maria, "first_response 75 ", "first_response 90 Omar Said")
		verified(d)
	})
}

// Whoever has chosen to be called by text gets one text for each share; nobody else gets any.
func TestAWarningComesByTheWayChosen(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Sam, "312-555-0188", nil, []coverage.Rule{{By: coverage.ByText, After: time.Minute}}))
		d.Must(d.App.SaveContact(d.Ctx(), d.Ana, d.Ana.Staff, desk.Contact{Phone: "312-555-0191"}))
		texts := func(number string) (n int) {
			for _, m := range d.SMS.Sent(number) {
				if strings.Contains(m.Body, "agreement with Mercy") {
					n++
				}
				if strings.Contains(m.Body, "Maria") || strings.Contains(m.Body, "pounds") {
					t.Errorf("a text says %q", m.Body)
				}
			}
			return n
		}
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Must(d.App.Assign(d.Ctx(), d.Ana, maria.Got.Ref, d.Sam.Staff))
		d.Advance(12 * time.Minute)
		if n := texts("+13125550188"); n != 0 {
			t.Errorf("he wants it a minute later, and got %d texts at once", n)
		}
		d.Advance(time.Minute)
		if n := texts("+13125550188"); n != 1 {
			t.Errorf("three quarters are used: %d texts", n)
		}
		d.Advance(3 * time.Minute)
		d.Restart()
		d.Advance(3 * time.Minute)
		if n := texts("+13125550188"); n != 3 {
			t.Errorf("missed: %d texts", n)
		}
		d.Maria().Asks("How do I see my height in feet?")
		d.Advance(20 * time.Minute)
		if n := texts("+13125550191"); n != 0 {
			t.Errorf("Ana has chosen no way, and got %d texts", n)
		}
	})
}

// Two nodes and a crash between count the same question: what was missed is told once.
func TestAMissIsToldOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Skip(20 * time.Minute)
		rows, err := d.App.Clocker().Claim(d.Ctx(), d.Now(), 0, 0)
		d.Must(err)
		again, err := d.App.Clocker().Claim(d.Ctx(), d.Now(), 0, 0)
		d.Must(err)
		done := make(chan error)
		for _, r := range append(rows, again...) {
			go func() { done <- r.Work(d.Ctx()) }()
		}
		for range len(rows) + len(again) {
			if err := <-done; err != nil && !desk.Is(err, desk.Conflict) && !desk.Is(err, desk.Unavailable) {
				t.Error(err)
			}
		}
		d.Settle()
		if got := clockEvents(d, maria); !slices.Equal(got, []string{"first_response missed Ana Ruiz"}) {
			t.Errorf("the history says %q", got)
		}
		before := clockOf(d, maria, sla.FirstResponse)
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error { return tx.FoldAnew() }))
		d.Settle()
		if after := clockOf(d, maria, sla.FirstResponse); len(clockEvents(d, maria)) != 1 || after.BreachedAt != before.BreachedAt {
			t.Errorf("counted anew: %q, %+v", clockEvents(d, maria), after)
		}
		verified(d)
	})
}

// "kept verify" notices a miss that no history tells of.
func TestAMissThatIsNotToldIsNoticed(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Skip(20 * time.Minute)
		// Somebody has written the row and not the event.
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error {
			c, _, _, err := tx.Clock(maria.Got.Ticket)
			c.Ticket, c.FireAt = maria.Got.Ticket, d.Now().Add(time.Hour)
			if err != nil {
				return err
			}
			if err := tx.SaveClock(c); err != nil {
				return err
			}
			return tx.Folded([]desk.TicketID{maria.Got.Ticket})
		}))
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if !slices.ContainsFunc(found.Broken, func(s string) bool { return strings.Contains(s, "first_response was missed") }) {
			t.Errorf("found %q", found.Broken)
		}
	})
}
