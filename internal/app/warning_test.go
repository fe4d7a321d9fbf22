package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel/voice"
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
		is("when nobody is there", d.Omar, 75, 100) // Ana has gone, and Rosa's is everybody's too
		d.AdvanceTo(d.At(2, 18, 1))                 // Omar's shift
		is("on shift", d.Omar, 90, 100)
		says("when Omar is there", maria, "first_response 75 ", "first_response 90 Omar Said")
		verified(d)
	})
}

// Whoever has chosen to be called by text gets one text for each share; nobody else gets any.
func TestAWarningComesByTheWayChosen(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Sam, "312-555-0188", nil, []coverage.Rule{{By: coverage.ByText, After: time.Minute}}))
		d.Must(d.App.SaveContact(d.Ctx(), d.Ana, d.Ana.Staff, app.ContactIn{Phone: "312-555-0191"}))
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

// At the end of a shift a warning goes to those of the next, at that instant, though nothing happens to the question.
func TestAWarningGoesToTheNextShift(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		has := func(when string, v desk.Viewer, want bool) {
			t.Helper()
			if got := len(warned(d, v)) > 0; got != want {
				t.Errorf("%s %s is warned: %t", when, v.Name, got)
			}
		}
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Omar, "312-555-0192", nil, []coverage.Rule{{By: coverage.ByText}}))
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: coverage.ByText}}, []coverage.Rule{{By: coverage.ByText, After: 20 * time.Minute}}))
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.AdvanceTo(d.At(2, 17, 21))
		has("missed at 5:20", d.Ana, true)
		d.Rosa().Asks("no puedo entrar")
		d.AdvanceTo(d.At(2, 17, 59))
		has("a minute before her shift ends", d.Ana, true)
		has("before his shift", d.Omar, false)
		d.AdvanceTo(d.At(2, 18, 0))
		has("gone home", d.Ana, false)
		has("on shift", d.Omar, true)
		if sent := d.SMS.Sent("+13125550192"); len(sent) != 1 || !strings.Contains(sent[0].Body, "2 times of agreements") {
			t.Errorf("Omar, who comes, is told of two clocks by %+v", sent)
		}
		d.Advance(time.Hour)
		for _, m := range d.SMS.Sent("+13125550191") {
			if strings.Contains(m.Body, "used up") {
				t.Errorf("Ana has gone home and is told %q", m.Body)
			}
		}

		// The roster changes: who has gone is warned no more.
		_, err := d.App.AddAbsence(d.Ctx(), d.Omar, app.AbsenceIn{Staff: d.Omar.Staff, Start: d.Now(), End: d.Now().Add(time.Hour)})
		d.Must(err)
		d.Settle()
		has("the only one who leads has left: everybody who leads is warned", d.Ana, true)
		d.Advance(time.Hour)
		has("back", d.Omar, true)
		has("when he is back", d.Ana, false)
		if got := clockEvents(d, maria); len(got) != 3 {
			t.Errorf("the history says %q", got)
		}
		verified(d)
	})
}

// Who goes home is not told later what they were not told on shift, though a colleague stays with the warning; when the
// clock ends, nothing that it was told by is left open.
func TestWhoHasGoneHomeIsNotTold(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: coverage.ByText, After: 50 * time.Minute}}, nil))
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Omar, "312-555-0192", []coverage.Rule{{By: coverage.ByText, After: 55 * time.Minute}}, nil))
		d.Must(d.DB.System(d.Ctx(), "test", func(tx *store.SystemTx) error { // Omar comes an hour early
			return tx.AddShift(coverage.Shift{ID: tx.NewID(), Person: int64(d.Omar.Staff), Start: d.At(2, 17, 0), End: d.At(2, 18, 0), Seats: 1})
		}))
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.AdvanceTo(d.At(2, 17, 21))
		if len(warned(d, d.Ana)) != 1 || len(warned(d, d.Omar)) != 1 {
			t.Fatal("both lead on shift, and both are warned")
		}
		open := func() (n int) {
			d.Must(d.DB.Read(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.ReadTx) error {
				n = 0
				all, err := tx.AlertsEver(maria.Got.Ticket)
				for _, al := range all {
					if al.Kind == desk.AlertClock && al.AckedAt.IsZero() {
						n++
					}
				}
				return err
			}))
			return n
		}
		if n := open(); n != 1 {
			t.Errorf("the three shares of one clock are told by %d alerts at once", n)
		}
		minutes(d, d.At(2, 18, 20))
		if ana, omar := len(d.SMS.Sent("+13125550191")), len(d.SMS.Sent("+13125550192")); ana != 0 || omar != 1 {
			t.Errorf("Ana, who has gone home, got %d texts; Omar, who stays, %d", ana, omar)
		}
		_, err := d.App.Reply(d.Ctx(), d.Omar, maria.Got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.Settle()
		if n := open(); n != 0 {
			t.Errorf("answered, and %d alerts are left open", n)
		}
	})
}

// Who leads dismisses a warning, and it is on record who did; a larger share warns again. Nobody else may.
func TestALeadDismissesAWarning(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Must(d.App.Assign(d.Ctx(), d.Ana, maria.Got.Ref, d.Sam.Staff))
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Sam, "312-555-0177", nil, []coverage.Rule{{By: coverage.ByText, After: time.Minute}}))
		d.Advance(12 * time.Minute)
		strip, err := d.App.Strip(d.Ctx(), d.Sam)
		d.Must(err)
		if len(strip.Warned) != 1 {
			t.Fatalf("Sam is warned of %+v", strip.Warned)
		}
		w := strip.Warned[0].Warning
		if err := d.App.DismissWarning(d.Ctx(), d.Sam, maria.Got.Ref, w); !desk.Is(err, desk.Forbidden) {
			t.Errorf("Sam, who does not lead: %v", err)
		}
		d.Must(d.App.DismissWarning(d.Ctx(), d.Ana, maria.Got.Ref, w))
		if got := warned(d, d.Sam); len(got) != 0 {
			t.Errorf("dismissed, and Sam is warned of %v", got)
		}
		if err := d.App.DismissWarning(d.Ctx(), d.Omar, maria.Got.Ref, w); !desk.Is(err, desk.Conflict) {
			t.Errorf("dismissed twice: %v", err)
		}
		d.Advance(time.Minute)
		d.Restart()
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error { return tx.FoldAnew() }))
		d.Settle()
		if got := warned(d, d.Sam); len(got) != 0 || len(d.SMS.Sent("+13125550177")) != 0 {
			t.Errorf("counted anew, Sam is warned of %v and got %d texts", got, len(d.SMS.Sent("+13125550177")))
		}
		events, err := d.App.Events(d.Ctx(), d.Sam, maria.Got.Ref)
		d.Must(err)
		i := slices.IndexFunc(events, func(e desk.Event) bool { return e.Type == desk.WarningDismissed })
		if i < 0 || events[i].By.Name != "Ana Ruiz" || events[i].Data.Percent != 75 || events[i].Data.Metric != "first_response" {
			t.Errorf("the history does not say who dismissed it: %+v", events)
		}
		d.Advance(time.Minute)
		if got := warned(d, d.Sam); !slices.Equal(got, []int{90}) {
			t.Errorf("with 90 %% used Sam is warned of %v", got)
		}
		verified(d)
	})
}

// A warning comes by each way that somebody chose for what is not urgent, and what was missed by those for what is: a
// way that does not reach them makes the next one due. Pressing 1 ends the calls for it, also those to others; the
// warning stays on the screens.
func TestAWarningFollowsThePersonsRules(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Sam, "312-555-0177", []coverage.Rule{{By: coverage.ByCall}, {By: coverage.ByText, After: 5 * time.Minute}}, []coverage.Rule{{By: coverage.ByMail}}))
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Must(d.App.Assign(d.Ctx(), d.Ana, maria.Got.Ref, d.Sam.Staff))
		count := func(when string, mails, calls, texts int) {
			t.Helper()
			if m, c, s := len(d.Mail.Mails("sam@kept.example")), len(d.Voice.Calls("+13125550177")), len(d.SMS.Sent("+13125550177")); m != mails || c != calls || s != texts {
				t.Errorf("%s Sam got %d mails, %d calls, %d texts; not %d, %d, %d", when, m, c, s, mails, calls, texts)
			}
		}
		d.Voice.Set("+13125550177", voice.Phone{Busy: true})
		d.AdvanceTo(d.At(2, 17, 17))
		count("at 75 %", 1, 0, 0)
		d.AdvanceTo(d.At(2, 17, 19))
		count("at 90 %", 2, 0, 0)
		d.AdvanceTo(d.At(2, 17, 20))
		minutes(d, d.At(2, 17, 21))
		count("missed, and busy: the text is not waited for", 2, 1, 1)
		if say := d.Voice.Calls("+13125550177")[0].Say; !strings.Contains(say, "a time of the agreement with Mercy was missed") || strings.Contains(say, "Maria") {
			t.Errorf("the call says %q", say)
		}
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Alerts) != 0 {
			t.Errorf("warnings are no alerts: %+v", board.Alerts)
		}

		// Who presses 1 has heard it.
		d.Voice.Set("+13125550177", voice.Phone{Answers: true, Key: "1"})
		rosa := d.Rosa().Asks("no puedo entrar")
		d.Must(d.App.Assign(d.Ctx(), d.Ana, rosa.Got.Ref, d.Sam.Staff))
		minutes(d, d.Now().Add(30*time.Minute))
		count("another was missed, and he pressed 1", 4, 2, 1)
		if got := warned(d, d.Sam); !slices.Equal(got, []int{100, 100}) {
			t.Errorf("on his screens are %v", got)
		}
		// An answer ends the clock, and what nobody was told yet is not told.
		_, err = d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.Settle()
		if got := warned(d, d.Sam); !slices.Equal(got, []int{100}) {
			t.Errorf("answered, and on his screens are %v", got)
		}
		verified(d)
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
		d.Settle() // a desk that has counted by the rules of this program
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		d.Skip(20 * time.Minute)
		// Somebody has written the row and not the event.
		d.Must(d.DB.Write(d.Ctx(), desk.System("test"), d.Mercy.ID, func(tx *store.Tx) error {
			all, err := tx.ClocksOf([]desk.TicketID{maria.Got.Ticket})
			c := all[maria.Got.Ticket]
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

// What can still be met stands before what was missed, also where not everything is shown; and it is said that there is more.
func TestAWarningThatCanStillBeMetIsNotHidden(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for _, words := range []string{"How do I see my weight in pounds?", "How do I see my height in feet?"} {
			got := d.Maria().Asks(words)
			d.Must(d.App.Assign(d.Ctx(), d.Ana, got.Got.Ref, d.Sam.Staff))
			d.Advance(12 * time.Minute)
		}
		list, err := d.App.ClocksSoon(d.Ctx(), d.Sam, 1)
		d.Must(err)
		if len(list.Warnings.Warned) != 1 || list.Warnings.Warned[0].Percent != 75 || !list.Warnings.WarnedMore {
			t.Errorf("of what is missed and what is not, the first is %+v, more: %v", list.Warnings.Warned, list.Warnings.WarnedMore)
		}
		list, err = d.App.ClocksSoon(d.Ctx(), d.Sam, 2)
		d.Must(err)
		if len(list.Warnings.Warned) != 2 || list.Warnings.Warned[1].Percent != 100 || list.Warnings.WarnedMore {
			t.Errorf("all are %+v, more: %v", list.Warnings.Warned, list.Warnings.WarnedMore)
		}
		strip, err := d.App.Strip(d.Ctx(), d.Sam)
		d.Must(err)
		if len(strip.Warned) != 2 || strip.Warned[0].Percent != 75 {
			t.Errorf("the strip begins with %+v", strip.Warned)
		}
	})
}
