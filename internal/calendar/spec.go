package calendar

import (
	"fmt"
	"time"
)

// normal checks a Spec and gives a copy of its own with the intervals of each day merged.
func (s Spec) normal() (Spec, error) {
	out := Spec{Zone: s.Zone}
	for d, list := range s.Week {
		if err := check(list); err != nil {
			return Spec{}, fmt.Errorf("%s: %w", time.Weekday(d), err)
		}
		out.Week[d] = merge(list)
	}
	for date, list := range s.Exceptions {
		if !date.valid() {
			return Spec{}, fmt.Errorf("%s is not a date", date)
		}
		if err := check(list); err != nil {
			return Spec{}, fmt.Errorf("%s: %w", date, err)
		}
		if out.Exceptions == nil {
			out.Exceptions = make(map[Date][]Interval, len(s.Exceptions))
		}
		out.Exceptions[date] = merge(list)
	}
	return out, nil
}

func check(list []Interval) error {
	for _, i := range list {
		if i.From < 0 || i.From >= dayMinutes || i.To <= i.From || i.To > 2*dayMinutes {
			return fmt.Errorf("hours from minute %d to minute %d are not possible: they start within their day, end after they start and at the latest with the next day", i.From, i.To)
		}
	}
	return nil
}

// String gives the date as 2026-12-25.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// ParseDate reads a date as String writes it.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	y, m, d := t.Date()
	return Date{y, m, d}, err
}

func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

func (d Date) valid() bool {
	y, m, day := d.midnight().Date()
	return d.Year >= 1 && d.Year <= 9999 && d == Date{y, m, day}
}

// number counts days from 1970-01-01.
func (d Date) number() int64 {
	n, _ := divide(d.midnight().Unix(), daySeconds)
	return n
}
