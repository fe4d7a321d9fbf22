package coverage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kept/internal/calendar"
)

// bigDesk has 200 people with 8 of 40 skills each, 20 shifts of 8 hours each in 28 days, a fifth of
// the seats taken.
func bigDesk() (Roster, time.Time) {
	var r Roster
	day := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	id := int64(0)
	for person := range int64(200) {
		p := Person{ID: person, Skills: map[string]time.Time{}, Languages: []string{"en"}}
		for k := range int64(8) {
			p.Skills[fmt.Sprint("S", (person*7+k*5)%40)] = time.Time{}
		}
		r.People = append(r.People, p)
		for d := range 28 {
			if d%7 == int(person%7) || d%7 == int(person+1)%7 {
				continue
			}
			id++
			start := day.AddDate(0, 0, d).Add(time.Duration(person%24) * time.Hour)
			r.Shifts = append(r.Shifts, Shift{ID: id, Person: person, Start: start, End: start.Add(8 * time.Hour),
				Breaks: []Span{{start.Add(4 * time.Hour), start.Add(270 * time.Minute)}}})
			for slot := range 16 {
				if (int(id)+slot)%5 == 0 {
					r.Bookings = append(r.Bookings, Seat{Person: person, Slot: start.Add(time.Duration(slot) * 30 * time.Minute)})
				}
			}
		}
	}
	return r, day
}

// BenchmarkWindows asks for 28 days of half hours.
func BenchmarkWindows(b *testing.B) {
	r, day := bigDesk()
	plan := Compile(r)
	q := Query{Client: 1, Skill: "S3", Language: "en", From: day, Zone: chicago(b)}
	b.Run("28 days", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			plan.Windows(q)
		}
	})
	b.Run("any skill", func(b *testing.B) {
		any := q
		any.Skill = ""
		for b.Loop() {
			plan.Windows(any)
		}
	})
	b.Run("next", func(b *testing.B) {
		for b.Loop() {
			plan.Next(q)
		}
	})
	b.Run("gaps", func(b *testing.B) {
		for b.Loop() {
			plan.Gaps(1, "S3", day, day.AddDate(0, 0, 28))
		}
	})
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			Compile(r)
		}
	})
}

// BenchmarkMap is of 250 clients, 40 skills and 28 days. "same" is a desk whose people serve every
// client; "ten" has ten groups of clients, each served by a third of the people; "own" is the
// worst case, in which no two clients have the same people.
func BenchmarkMap(b *testing.B) {
	for _, staff := range []string{"same", "ten", "own"} {
		r, g := bigMap(b, staff)
		plan := Compile(r)
		m := plan.Map(g)
		b.Run(staff+"/from scratch", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m = plan.Map(g)
			}
		})
		b.Run(staff+"/gaps", func(b *testing.B) {
			for b.Loop() {
				m.Gaps()
			}
			b.ReportMetric(float64(len(m.Gaps())), "gaps")
		})
		b.Run(staff+"/every cell", func(b *testing.B) {
			for b.Loop() {
				for _, c := range g.Clients {
					for _, w := range g.Wants {
						m.Row(c, w)
					}
				}
			}
		})
		b.Run(staff+"/one change", func(b *testing.B) {
			n := 0
			for b.Loop() {
				n++
				next := r
				next.Shifts = slices.Clone(r.Shifts)
				next.Shifts[n%len(r.Shifts)].End = next.Shifts[n%len(r.Shifts)].End.Add(-2 * time.Hour)
				m = m.Update(Compile(next)) // takes the change before back
			}
		})
		b.Run(staff+"/what if", func(b *testing.B) {
			for b.Loop() {
				m.WhatIf(Extra{People: 2, Skills: []string{"S3"}, Start: g.From.Add(12 * time.Hour), End: g.From.Add(18 * time.Hour)}, Names{})
			}
		})
	}
}

func bigMap(b *testing.B, staff string) (Roster, Grid) {
	r, day := bigDesk()
	g := Grid{From: day, Zone: chicago(b)}
	for c := range int64(250) {
		g.Clients = append(g.Clients, c+1)
	}
	for i := range r.People {
		for _, c := range g.Clients {
			if n := int64(i); staff == "ten" && (c+n)%10 < 3 || staff == "own" && (c*31+n*17+c*n)%7 < 3 {
				r.People[i].Clients = append(r.People[i].Clients, c)
			}
		}
	}
	for k := range 40 {
		g.Wants = append(g.Wants, Want{Skill: fmt.Sprint("S", k)})
	}
	g.Need = func(client int64, w Want, slots []time.Time) []uint16 {
		need := make([]uint16, len(slots))
		for i := range need {
			switch hour := (i/2 + 6) % 24; {
			case hour >= 13 && hour < 23:
				need[i] = 4
			default:
				need[i] = uint16(client % 3)
			}
		}
		return need
	}
	for n := range int64(2000) {
		g.Due = append(g.Due, Due{n%250 + 1, g.Wants[n*7%40], day.Add(time.Duration(n) * 20 * time.Minute)})
	}
	return r, g
}

// BenchmarkExpand expands 28 days of a rota with three layers.
func BenchmarkExpand(b *testing.B) {
	r := night()
	l := r.Layers[0]
	l.ID, l.Every, l.Hours = 2, Weekly, hoursOf(b, "America/Chicago; mon-fri 18:00-08:00; sat,sun 00:00-24:00")
	r.Layers = append(r.Layers, l)
	l.ID, l.Every, l.Count = 3, Hourly, 8
	r.Layers = append(r.Layers, l)
	from := at(b, "2027-03-01 00:00")
	for b.Loop() {
		r.Expand(from, from.AddDate(0, 0, 28))
	}
}

// BenchmarkLeft asks of 200 people, who take turns in 40 rotas of 37 days, whether they have gone, once each: what a minute of the
// desk costs at most.
func BenchmarkLeft(b *testing.B) {
	now := time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC)
	var r Roster
	for i := range int64(200) {
		r.People = append(r.People, Person{ID: i + 1})
	}
	for i := range int64(40) {
		rota := Rota{ID: i + 1, Layers: []Layer{{ID: 1, People: []int64{5*i + 1, 5*i + 2, 5*i + 3, 5*i + 4, 5*i + 5}, Every: Hourly, Count: 8, Zone: "America/Chicago", Start: calendar.Date{Year: 2026, Month: 11, Day: 1}}}}
		r.Shifts = append(r.Shifts, rota.Expand(now.Add(-24*time.Hour), now.Add(36*24*time.Hour))...)
	}
	p := Compile(r)
	b.ReportAllocs()
	for b.Loop() {
		gone := 0
		for i := range int64(200) {
			if _, is := p.Left(i+1, now); is {
				gone++
			}
		}
		if gone != 160 {
			b.Fatal(gone)
		}
	}
}
