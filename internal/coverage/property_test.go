package coverage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawRoster(t *rapid.T, day time.Time) Roster {
	minute := func(label string) time.Time {
		return day.Add(time.Duration(rapid.IntRange(-20, 60).Draw(t, label)) * 15 * time.Minute)
	}
	clients := rapid.SampledFrom([][]int64{nil, nil, {}, {1}, {1, 2}, {2}})
	var r Roster
	for id := range int64(rapid.IntRange(0, 4).Draw(t, "people")) {
		p := Person{ID: id, Lead: rapid.Bool().Draw(t, "lead"), Clients: clients.Draw(t, "clients"), Skills: map[string]time.Time{}}
		if rapid.Bool().Draw(t, "spanish") {
			p.Languages = []string{"es"}
		}
		switch rapid.IntRange(0, 2).Draw(t, "skill") {
		case 0:
			p.Skills["PORTAL"] = time.Time{}
		case 1:
			p.Skills["PORTAL"] = minute("valid until")
		}
		if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
			p.Capacity = Capacity{Promises: rapid.IntRange(1, 3).Draw(t, "capacity"), Calls: 4}
		}
		if rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
			a := minute("away")
			r.Absences = append(r.Absences, Absence{id, a, a.Add(time.Duration(rapid.IntRange(-10, 300).Draw(t, "for")) * time.Minute)})
		}
		r.People = append(r.People, p)
	}
	for id := range int64(rapid.IntRange(0, 8).Draw(t, "shifts")) {
		start := minute("start")
		s := Shift{ID: 100 + id, Person: rapid.Int64Range(0, 4).Draw(t, "person"), Start: start,
			End:     start.Add(time.Duration(rapid.SampledFrom([]int{-1, 0, 1, 4, 16, 32, 200}).Draw(t, "length")) * 15 * time.Minute),
			Clients: clients.Draw(t, "shift clients"), OnCall: rapid.IntRange(0, 5).Draw(t, "on call") == 0,
			Seats: rapid.IntRange(0, 3).Draw(t, "seats")}
		for range rapid.IntRange(0, 2).Draw(t, "breaks") {
			b := minute("break")
			s.Breaks = append(s.Breaks, Span{b, b.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "for")) * time.Minute)})
		}
		r.Shifts = append(r.Shifts, s)
		for range rapid.IntRange(0, 4).Draw(t, "bookings") {
			r.Bookings = append(r.Bookings, Seat{s.Person, minute("slot").Truncate(30 * time.Minute), rapid.IntRange(0, 3).Draw(t, "seat")})
		}
	}
	return r
}

// there is the oracle: whether a person is there in this minute, by the words of the rules.
func there(r Roster, s Shift, p Person, client int64, skill, language string, m time.Time) bool {
	serves := func(list []int64) bool {
		return list == nil || slices.Contains(list, client) || client == Everywhere && len(list) > 0
	}
	until, has := p.Skills[skill]
	able := skill == "" || has && (until.IsZero() || m.Before(until))
	speaks := language == "" || slices.Contains(p.Languages, language)
	in := func(start, end time.Time) bool { return !m.Before(start) && m.Before(end) }
	resting := slices.ContainsFunc(s.Breaks, func(b Span) bool { return in(b.Start, b.End) })
	resting = resting || slices.ContainsFunc(r.Absences, func(a Absence) bool { return a.Person == p.ID && in(a.Start, a.End) })
	return s.Person == p.ID && !s.OnCall && serves(s.Clients) && serves(p.Clients) && able && speaks && in(s.Start, s.End) && !resting
}

func throughout(from time.Time, length time.Duration, is func(time.Time) bool) bool {
	for m := from; m.Before(from.Add(length)); m = m.Add(time.Minute) {
		if !is(m) {
			return false
		}
	}
	return true
}

func TestWindowsEqualTheOracle(t *testing.T) {
	// The night the clocks go back, the one they go forward, and an ordinary one.
	days := []time.Time{time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), time.Date(2026, 3, 8, 6, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)}
	loc := chicago(t)
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.SampledFrom(days).Draw(t, "day")
		r := drawRoster(t, day)
		plan := Compile(r)
		q := Query{Client: rapid.Int64Range(1, 3).Draw(t, "client"), Skill: rapid.SampledFrom([]string{"", "PORTAL"}).Draw(t, "skill"),
			Language: rapid.SampledFrom([]string{"", "es"}).Draw(t, "language"), Zone: loc, All: true,
			From: day.Add(time.Duration(rapid.IntRange(-400, 400).Draw(t, "from")) * time.Minute), Length: 30 * time.Minute,
			Lead: rapid.Bool().Draw(t, "lead"), Unverified: rapid.Bool().Draw(t, "unverified")}
		q.Until = q.From.Add(12 * time.Hour)
		all := plan.Windows(q)
		next, found := plan.Next(q)
		i := 0
		for m := q.From; !m.Add(q.Length).After(q.Until); m = m.Add(time.Minute) {
			if m.In(loc).Minute()%30 != 0 {
				continue
			}
			if i == len(all) || !all[i].Start.Equal(m) {
				t.Fatalf("the slot of %s is missing", m.In(loc))
			}
			w := all[i]
			i++
			people, booked, total := 0, 0, 0
			free := map[string]bool{}
			for _, p := range r.People {
				if q.Lead && !p.Lead {
					continue
				}
				var first *Shift
				for k := range r.Shifts {
					s := &r.Shifts[k]
					covers := throughout(m, q.Length, func(m time.Time) bool { return there(r, *s, p, q.Client, q.Skill, q.Language, m) })
					if covers && (first == nil || s.Start.Before(first.Start)) {
						first = s
					}
				}
				if first == nil {
					continue
				}
				seats := max(1, first.Seats)
				held, mine := map[string]bool{}, map[int]bool{}
				for _, b := range r.Bookings {
					if b.Person == p.ID && b.Slot.Before(m.Add(q.Length)) && b.Slot.Add(SeatLength).After(m) {
						held[fmt.Sprint(b.Slot.Unix(), " ", b.Seat)] = true
						mine[b.Seat] = true
					}
				}
				people++
				room := max(0, seats-len(held))
				if most := p.Capacity.Promises; most > 0 {
					used := map[Seat]bool{}
					for _, b := range r.Bookings {
						if b.Person == p.ID && b.Slot.Unix()/3600 == m.Unix()/3600 {
							used[b] = true
						}
					}
					room = max(0, min(room, most-len(used)))
				}
				total += min(seats, len(held)) + room
				booked += min(seats, len(held))
				for seat, left := 0, room; seat < seats && left > 0; seat++ {
					if !mine[seat] {
						free[fmt.Sprint(p.ID, seat)] = true
						left--
					}
				}
			}
			seats := len(free)
			if q.Unverified {
				half := total / 2
				if total%2 == 1 && m.Unix()/1800%2 == 0 {
					half++
				}
				seats = min(seats, max(0, half-booked))
			}
			if w.People != people || w.Booked != booked || w.Seats != seats || len(w.Free) != seats || w.Covered != (seats > 0) {
				t.Fatalf("%s: got %+v, want people %d booked %d seats %d", m.In(loc), w, people, booked, seats)
			}
			if w.Covered && (!found || next.Start.After(w.Start)) {
				t.Fatalf("next is %s, not %s", next.Start, w.Start)
			}
			offered := map[string]bool{}
			for _, f := range w.Free {
				key := fmt.Sprint(f.Person, f.Seat)
				if !free[key] || offered[key] || !f.Slot.Equal(w.Start) {
					t.Fatalf("seat %+v must not be offered", f)
				}
				if slices.ContainsFunc(r.Bookings, func(b Seat) bool {
					return b.Person == f.Person && b.Seat == f.Seat && b.Slot.Equal(f.Slot)
				}) {
					t.Fatalf("seat %+v is booked", f)
				}
				offered[key] = true
			}
		}
		if i != len(all) {
			t.Fatalf("%d slots too many", len(all)-i)
		}
	})
}

func TestOnAndGapsEqualTheOracle(t *testing.T) {
	day := time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoster(t, day)
		plan := Compile(r)
		skill := rapid.SampledFrom([]string{"", "PORTAL"}).Draw(t, "skill")
		client := rapid.Int64Range(1, 3).Draw(t, "client")
		from := day.Add(time.Duration(rapid.IntRange(-400, 400).Draw(t, "from")) * time.Minute)
		until := from.Add(8 * time.Hour)
		gaps := plan.Gaps(client, skill, from, until)
		for i, g := range gaps {
			if !g.Start.Before(g.End) || g.Start.Before(from) || g.End.After(until) || i > 0 && !gaps[i-1].End.Before(g.Start) {
				t.Fatalf("gaps %v", gaps)
			}
		}
		for m := from; m.Before(until); m = m.Add(time.Minute) {
			var want []int64
			for _, p := range r.People {
				if slices.ContainsFunc(r.Shifts, func(s Shift) bool { return there(r, s, p, client, skill, "", m) }) {
					want = append(want, p.ID)
				}
			}
			var got []int64
			for _, d := range plan.On(client, skill, "", m) {
				got = append(got, d.Person.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: on shift %v, want %v", m, got, want)
			}
			gap := slices.ContainsFunc(gaps, func(g Span) bool { return !m.Before(g.Start) && m.Before(g.End) })
			if gap != (len(want) == 0) {
				t.Fatalf("%s: gap %t, on shift %v", m, gap, want)
			}
		}
	})
}

// Up to the next change the same people are there in every minute, whatever the roster; without one, for the whole span.
func TestNobodyComesOrGoesBeforeTheNextChange(t *testing.T) {
	day := time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	changed := 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoster(t, day)
		plan := Compile(r)
		client := rapid.Int64Range(1, 3).Draw(t, "client")
		from := day.Add(time.Duration(rapid.IntRange(-400, 900).Draw(t, "from")) * time.Minute)
		leads := rapid.Bool().Draw(t, "leads")
		who := func(p Person) bool { return p.Lead || !leads }
		on := func(at time.Time) string {
			var ids []int64
			for _, d := range plan.On(client, "", "", at) {
				if who(d.Person) {
					ids = append(ids, d.Person.ID)
				}
			}
			slices.Sort(ids)
			return fmt.Sprint(ids)
		}
		until := plan.Changes(client, who, from, 12*time.Hour)
		if until.IsZero() {
			until = from.Add(12 * time.Hour)
		} else if changed++; !until.After(from) || until.After(from.Add(12*time.Hour)) {
			t.Fatalf("the next change after %s is at %s", from, until)
		}
		if !throughout(from, until.Sub(from), func(m time.Time) bool { return on(m) == on(from) }) {
			t.Errorf("from %s until %s somebody comes or goes", from, until)
		}
	})
	if changed == 0 {
		t.Error("no roster had a change")
	}
}
