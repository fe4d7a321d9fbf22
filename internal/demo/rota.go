package demo

import (
	"fmt"
	"time"

	"kept/internal/calendar"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// certified says until when a skill counts; zero is without end. One certificate runs out in three weeks, one has
// run out.
func certified(who desk.StaffID, skill string, now time.Time) time.Time {
	switch {
	case who == 24 && skill == "CHANGE":
		return now.AddDate(0, 0, 20)
	case who == 23 && skill == "RPT":
		return now.AddDate(0, 0, -3)
	}
	return time.Time{}
}

// told is how somebody of the demo is told: who leads is texted what is urgent, and called a minute later.
func told(w worker) (c desk.Contact) {
	c.Phone = fmt.Sprintf("+1312555%04d", 140+int(w.ID))
	if w.team == leads {
		c.Rings = []coverage.Rule{{By: coverage.ByText}, {By: coverage.ByCall, After: time.Minute}}
		c.Calm = []coverage.Rule{{By: coverage.ByMail}}
	}
	return c
}

// addRotas adds phones for work, two rotas of people who can be called in, a swap that waits for a yes and an
// absence. Nobody comes on shift by them: after 6 p.m. nobody who knows the portal is at work, as before.
func (s *seeder) addRotas(tx *store.SystemTx) error {
	for _, w := range s.staff {
		if err := tx.SaveContact(w.ID, told(w)); err != nil {
			return err
		}
	}
	today := s.o.Now.In(s.roster.loc)
	start := today.AddDate(0, 0, -int(today.Weekday()+6)%7-14) // a Monday
	first := calendar.Date{Year: start.Year(), Month: start.Month(), Day: start.Day()}
	nights, err := calendar.Parse(deskZone + "; mon-sun 18:00-08:00")
	if err != nil {
		return err
	}
	by := s.staff[0].Name
	leads := desk.Rota{Version: 1, ChangedBy: by, ChangedAt: s.o.Now.AddDate(0, 0, -30)}
	leads.Rota = coverage.Rota{ID: 1, Name: "Supervisor on call", OnCall: true, Seats: 1, Layers: []coverage.Layer{
		{ID: 1, People: []int64{2, 3, 4, 5, 6}, Every: coverage.Weekly, Count: 1, Zone: deskZone, At: 9 * 60, Start: first}}}
	portal := leads
	portal.Rota = coverage.Rota{ID: 2, Name: "Portal, nights on call", OnCall: true, Seats: 1, Layers: []coverage.Layer{
		{ID: 1, People: []int64{17, 19, 21, 23}, Every: coverage.Daily, Count: 1, Zone: deskZone, At: 12 * 60, Start: first, Hours: nights}}}
	for _, r := range []desk.Rota{leads, portal} {
		if err := tx.AddRota(r); err != nil {
			return err
		}
	}
	// Omar would like to change weeks with Grace.
	next := func(who int64) (span coverage.Span) {
		for _, t := range leads.Expand(s.o.Now, s.o.Now.AddDate(0, 0, 60)) {
			if t.Person == who && t.Start.After(s.o.Now) {
				return coverage.Span{Start: t.Start, End: t.End}
			}
		}
		return span
	}
	swap, err := coverage.ProposeSwap(3, 5, next(3), next(5), s.o.Now)
	if err != nil {
		return err
	}
	swap.ID = 1
	asked := s.o.Now.Add(-3 * time.Hour)
	if err := tx.AddSwap(desk.Swap{Swap: swap, Rota: leads.ID, AskedAt: asked, ChangedAt: asked}); err != nil {
		return err
	}
	away := coverage.Absence{Person: 5, Start: s.roster.clock(s.roster.day(s.o.Now)+12, 0, 0), End: s.roster.clock(s.roster.day(s.o.Now)+14, 0, 0)}
	return tx.AddAbsence(desk.Absence{Absence: away, ID: 1, MadeBy: "Grace Okafor", MadeAt: s.o.Now.Add(-26 * time.Hour)})
}
