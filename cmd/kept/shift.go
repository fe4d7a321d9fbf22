package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/calendar"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// shiftAdd puts somebody on the roster, once or on several days.
type shiftAdd struct {
	Login    string   `required:"" placeholder:"EMAIL" help:"Who works: the address that they sign in with."`
	On       string   `required:"" placeholder:"YYYY-MM-DD" help:"Day on which the first shift starts."`
	From     string   `required:"" placeholder:"HH:MM" help:"When it starts, by the clock of the zone."`
	To       string   `required:"" placeholder:"HH:MM" help:"When it ends; at or before the start means the next day."`
	Zone     string   `required:"" placeholder:"ZONE" help:"Zone of both, like America/Chicago."`
	Days     int      `default:"1" placeholder:"N" help:"How many days from the first one on (${default})."`
	Weekdays []string `placeholder:"DAY" help:"Only on these of them: mon, tue, wed, thu, fri, sat, sun. None: on all."`
	Seats    int      `default:"2" placeholder:"N" help:"How many promises this person can keep in one window of 30 minutes (${default})."`
}

func (u *shiftAdd) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "shift", u)
}

func (u *shiftAdd) carryOut(ctx context.Context, _ *store.DB, a *app.App) ([]string, error) {
	shifts, err := u.shifts()
	if err != nil {
		return nil, err
	}
	s, err := a.AddShifts(ctx, operator, strings.ToLower(u.Login), shifts)
	if err != nil {
		return nil, err
	}
	loc := shifts[0].Start.Location()
	lines := []string{fmt.Sprintf("Added %d shifts for %s, the first on %s.", len(shifts), s.Name, shifts[0].Start.In(loc).Format("Monday, January 2, 15:04"))}
	if len(shifts) == 1 {
		lines[0] = strings.Replace(lines[0], "1 shifts for", "1 shift for", 1)
	}
	return lines, nil
}

// shifts reads the days. Times are those of the wall clock, so a shift over the night in which clocks
// change is an hour shorter or longer; a time that the clocks leave out is when they go forward.
func (u *shiftAdd) shifts() ([]coverage.Shift, error) {
	var bad desk.Fields
	loc, err := time.LoadLocation(u.Zone)
	if err != nil || u.Zone == "" || u.Zone == "Local" {
		bad.Add("zone", "zone.unknown", "There is no such zone; write it like America/Chicago.")
	}
	first, err := time.Parse(time.DateOnly, u.On)
	if err != nil {
		bad.Add("on", "date.invalid", "Write the day like 2026-11-24.")
	}
	from, err := time.Parse("15:04", u.From)
	if err != nil {
		bad.Add("from", "time.invalid", "Write the time like 08:00.")
	}
	to, err := time.Parse("15:04", u.To)
	if err != nil {
		bad.Add("to", "time.invalid", "Write the time like 16:30.")
	}
	if u.Days < 1 || u.Days > 366 {
		bad.Add("days", "days.invalid", "Between 1 and 366 days.")
	}
	only := map[time.Weekday]bool{}
	for _, name := range u.Weekdays {
		found := false
		for day := time.Sunday; day <= time.Saturday; day++ {
			if strings.EqualFold(name, day.String()[:3]) {
				only[day], found = true, true
			}
		}
		if !found {
			bad.Add("weekdays", "weekday.invalid", "Days are mon, tue, wed, thu, fri, sat, sun.")
		}
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	var all []coverage.Shift
	for i := range u.Days {
		day := first.AddDate(0, 0, i)
		if len(only) > 0 && !only[day.Weekday()] {
			continue
		}
		over := 0
		if !to.After(from) {
			over = 1
		}
		date := calendar.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}
		all = append(all, coverage.Shift{
			Start: calendar.Wall(loc, date, 60*from.Hour()+from.Minute()).In(loc),
			End:   calendar.Wall(loc, date, 60*(24*over+to.Hour())+to.Minute()).In(loc),
			Seats: u.Seats,
		})
	}
	return all, nil
}
