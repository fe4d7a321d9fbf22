package coverage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// evening is the desk of the story: one analyst with PORTAL until six, the other has it only as
// long as she is certified, and somebody is on call.
func evening(t testing.TB) (Roster, Grid) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	p3, s3 := analyst(t, 3)
	s3.OnCall, s3.Start, s3.End = true, at(t, "2026-11-23 18:00"), at(t, "2026-11-24 08:00")
	return Roster{People: []Person{p1, p2, p3}, Shifts: []Shift{s1, s2, s3}}, Grid{
		Clients: []int64{hospital, 8}, Wants: []Want{{Skill: "PORTAL"}}, From: at(t, "2026-11-23 16:00"), Days: 1, Zone: chicago(t),
		Need: func(client int64, w Want, slots []time.Time) []uint16 {
			need := make([]uint16, len(slots))
			for i, s := range slots {
				if h := s.In(chicago(t)).Hour(); h >= 16 && h < 22 {
					need[i] = 3
				}
			}
			return need
		},
		Due: []Due{{hospital, Want{Skill: "PORTAL"}, at(t, "2026-11-23 18:30")}, {hospital, Want{Skill: "PORTAL"}, at(t, "2026-11-23 21:31")},
			{8, Want{Skill: "PORTAL"}, at(t, "2026-11-23 18:00")}},
	}
}

func TestGapsAreSentences(t *testing.T) {
	names := Names{Skill: func(string) string { return "MyChart" }, Client: func(c int64) string { return fmt.Sprintf("Hospital %d", c) },
		Language: func(string) string { return "Spanish" }}
	for _, c := range []struct {
		name string
		set  func(*Roster, *Grid)
		want []string
	}{
		{"as it is", func(r *Roster, g *Grid) {}, []string{"MyChart, Mon 4:00–10:00 p.m.: at worst need 3, have 0, 3 promises due."}},
		{"one hospital", func(r *Roster, g *Grid) { g.Clients = g.Clients[:1] }, []string{"MyChart at Hospital 7, Mon 4:00–10:00 p.m.: at worst need 3, have 0, 2 promises due."}},
		{"only after six", func(r *Roster, g *Grid) { g.Days, g.From = 1, at(t, "2026-11-23 18:00") },
			[]string{"MyChart, Mon 6:00–10:00 p.m.: need 3, have 0, 1 on call, 2 promises due.", "MyChart, Tue 4:00–6:00 p.m.: need 3, have 0."}},
		{"two analysts until six are enough", func(r *Roster, g *Grid) {
			need := g.Need
			g.Need = func(c int64, w Want, s []time.Time) []uint16 {
				list := need(c, w, s)
				for i := range list {
					list[i] = min(list[i], 2)
				}
				return list
			}
		}, []string{"MyChart, Mon 6:00–10:00 p.m.: need 2, have 0, 1 on call, 2 promises due."}},
		{"a gap of one hospital alone", func(r *Roster, g *Grid) {
			r.People[0].Clients, r.People[1].Clients = []int64{8}, []int64{8}
			g.Need, g.Due, g.From = nil, nil, at(t, "2026-11-23 12:00")
			g.Days = 1
		}, []string{"MyChart at Hospital 7, Mon 12:00 p.m.–Tue 12:00 p.m.: need 1, have 0.",
			"MyChart at Hospital 8, Mon 6:00 p.m.–Tue 12:00 p.m.: need 1, have 0."}},
		{"nobody speaks Spanish", func(r *Roster, g *Grid) {
			g.Wants, g.Due = []Want{{Language: "es"}, {Skill: "PORTAL", Language: "es"}, {}}, nil
			g.From = at(t, "2026-11-23 21:30")
			g.Clients = g.Clients[:1]
		}, []string{
			"Anybody at Hospital 7, Mon 9:30–10:00 p.m.: need 3, have 0, 1 on call.",
			"Anybody at Hospital 7, Tue 4:00–9:30 p.m.: need 3, have 0.",
			"MyChart in Spanish at Hospital 7, Mon 9:30–10:00 p.m.: need 3, have 0.",
			"MyChart in Spanish at Hospital 7, Tue 4:00–9:30 p.m.: need 3, have 0.",
			"Spanish at Hospital 7, Mon 9:30–10:00 p.m.: need 3, have 0.",
			"Spanish at Hospital 7, Tue 4:00–9:30 p.m.: need 3, have 0."}},
		{"the whole desk", func(r *Roster, g *Grid) {
			r.People[0].Clients, r.People[1].Clients, r.Shifts[1].Clients = []int64{8}, []int64{9}, []int64{9}
			g.Clients, g.From = []int64{Everywhere}, at(t, "2026-11-23 17:30")
		}, []string{"MyChart, Mon 5:30–10:00 p.m.: at worst need 3, have 0, 3 promises due.", "MyChart, Tue 4:00–5:30 p.m.: need 3, have 0."}},
		{"nobody is missing", func(r *Roster, g *Grid) { g.Need = func(int64, Want, []time.Time) []uint16 { return nil } }, nil},
		{"an empty roster is one gap", func(r *Roster, g *Grid) { *r = Roster{}; g.Need, g.Due, g.Days = nil, nil, 28 },
			[]string{"MyChart, Mon 4:00 p.m.–Mon, Dec 21, 4:00 p.m.: need 1, have 0."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, g := evening(t)
			c.set(&r, &g)
			got := Compile(r).Map(g).Sentences(names)
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %s", strings.Join(got, "\n"))
			}
		})
	}
}

func TestWhatHurtsFirstIsAtTheTop(t *testing.T) {
	p1, s1 := analyst(t, 1)
	s1.Start, s1.End = at(t, "2026-11-23 00:00"), at(t, "2026-11-23 12:00")
	w := Want{Skill: "PORTAL"}
	at2 := func(text string) Due { return Due{hospital, w, at(t, text)} }
	need := func(_ int64, _ Want, slots []time.Time) []uint16 {
		list := make([]uint16, len(slots))
		for i, s := range slots {
			if h := s.In(chicago(t)).Hour(); h%3 == 1 {
				list[i] = 2
			}
		}
		return list
	}
	m := Compile(Roster{People: []Person{p1}, Shifts: []Shift{s1}}).Map(Grid{Clients: []int64{hospital}, Wants: []Want{w}, From: at(t, "2026-11-23 00:00"),
		Days: 1, Zone: chicago(t), Need: need, Due: []Due{at2("2026-11-23 22:30"), at2("2026-11-23 04:30"), at2("2026-11-23 04:30"), at2("2026-11-24 09:00")}})
	want := []string{
		"PORTAL, Mon 10:00–11:00 p.m.: need 2, have 0, 1 promise due.",
		"PORTAL, Mon 1:00–2:00 p.m.: need 2, have 0.",
		"PORTAL, Mon 4:00–5:00 p.m.: need 2, have 0.",
		"PORTAL, Mon 7:00–8:00 p.m.: need 2, have 0.",
		"PORTAL, Mon 4:00–5:00 a.m.: need 2, have 1, 2 promises due.",
		"PORTAL, Mon 1:00–2:00 a.m.: need 2, have 1.",
		"PORTAL, Mon 7:00–8:00 a.m.: need 2, have 1.",
		"PORTAL, Mon 10:00–11:00 a.m.: need 2, have 1.",
	}
	if got := m.Sentences(Names{}); !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	if n := len(m.Gaps()); n != 8 || !m.Gaps()[0].Nobody() || m.Gaps()[7].Nobody() {
		t.Errorf("gaps %v", m.Gaps())
	}
}

func TestWhatIf(t *testing.T) {
	r, g := evening(t)
	g.Clients = g.Clients[:1]
	m := Compile(r).Map(g)
	add := Extra{People: 3, Skills: []string{"PORTAL"}, Start: at(t, "2026-11-23 18:00"), End: at(t, "2026-11-23 20:00")}
	with, say := m.WhatIf(add, Names{})
	want := []string{"2 gaps left.",
		"PORTAL, Mon 8:00–10:00 p.m.: need 3, have 0, 1 on call, 1 promise due.",
		"PORTAL, Mon 4:00–6:00 p.m.: need 3, have 2."}
	if !slices.Equal(say, want) {
		t.Errorf("got %s", strings.Join(say, "\n"))
	}
	if c := with.Cell(hospital, g.Wants[0], 4); c.People != 3 || c.Need != 3 || c.Due != 1 || c.Seats != 3 {
		t.Errorf("%+v", c)
	}
	if c := m.Cell(hospital, g.Wants[0], 4); c.People != 0 || c.OnCall != 1 {
		t.Errorf("the map it started from changed: %+v", c)
	}
	add.Start, add.End = at(t, "2026-11-23 16:00"), at(t, "2026-11-23 22:00")
	if _, say := m.WhatIf(add, Names{}); !slices.Equal(say, []string{"1 gap closed, 0 left."}) {
		t.Errorf("got %v", say)
	}
	add.End = add.Start
	if same, say := m.WhatIf(add, Names{}); same != m || !strings.Contains(say[0], "choose a later end") {
		t.Errorf("got %v", say)
	}
	add.People = 0
	if _, say := m.WhatIf(add, Names{}); !strings.Contains(say[0], "Add 1 to 1000") {
		t.Errorf("got %v", say)
	}
}

func TestWhoComesInTheInstantInWhichAnotherGoesFillsThePlace(t *testing.T) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	s1.End, s2.Start = at(t, "2026-11-23 10:10"), at(t, "2026-11-23 10:10")
	g := Grid{Clients: []int64{hospital}, Wants: []Want{{Skill: "PORTAL"}}, From: at(t, "2026-11-23 10:00"), Days: 1}
	if c := Compile(Roster{People: []Person{p1, p2}, Shifts: []Shift{s1, s2}}).Map(g).Cell(hospital, g.Wants[0], 0); c.People != 1 || c.Seats != 0 {
		t.Errorf("%+v", c)
	}
	s2.Start = s2.Start.Add(time.Microsecond)
	if c := Compile(Roster{People: []Person{p1, p2}, Shifts: []Shift{s1, s2}}).Map(g).Cell(hospital, g.Wants[0], 0); c.People != 0 {
		t.Errorf("%+v", c)
	}
}

func TestAnHourIsTheWorseOfItsHalves(t *testing.T) {
	a, b := Cell{People: 2, OnCall: 1, Seats: 4, Booked: 1, Calls: 8, Need: 1, Due: 1}, Cell{People: 1, OnCall: 3, Seats: 2, Booked: 2, Calls: 4, Need: 3, Due: 2}
	if got, want := a.Worse(b), (Cell{People: 1, OnCall: 1, Seats: 6, Booked: 3, Calls: 4, Need: 3, Due: 3}); got != want || b.Worse(a) != want {
		t.Errorf("%+v", got)
	}
	m := Compile(Roster{}).Map(Grid{Clients: []int64{1}, Wants: []Want{{}}, From: at(t, "2026-11-23 08:00"), Days: 1})
	for _, c := range []Cell{m.Cell(2, Want{}, 0), m.Cell(1, Want{Skill: "LAB"}, 0), m.Cell(1, Want{}, -1), m.Cell(1, Want{}, 48)} {
		if c != (Cell{}) {
			t.Errorf("outside the grid: %+v", c)
		}
	}
	if row := m.Row(1, Want{}); len(row) != 48 || row[47] != (Cell{Need: 1}) {
		t.Errorf("row %v", row)
	}
}

func TestACertificationThatEndsWithinAHalfHour(t *testing.T) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	p1.Skills["PORTAL"], s2.Start = at(t, "2026-11-23 10:10"), at(t, "2026-11-23 10:05")
	w := Want{Skill: "PORTAL"}
	m := Compile(Roster{People: []Person{p1, p2}, Shifts: []Shift{s1, s2}}).Map(Grid{Clients: []int64{hospital}, Wants: []Want{w}, From: at(t, "2026-11-23 09:30"), Days: 1})
	var got []string
	for slot := range 3 {
		c := m.Cell(hospital, w, slot)
		got = append(got, fmt.Sprintf("%d people, %d seats", c.People, c.Seats))
	}
	if text := strings.Join(got, "; "); text != "1 people, 1 seats; 1 people, 0 seats; 1 people, 1 seats" {
		t.Error(text)
	}
	s2.Start = at(t, "2026-11-23 10:15")
	m = m.Update(Compile(Roster{People: []Person{p1, p2}, Shifts: []Shift{s1, s2}}))
	if c := m.Cell(hospital, w, 1); c.People != 0 || len(m.Gaps()) == 0 || !m.Gaps()[0].Start.Equal(at(t, "2026-11-23 10:00")) {
		t.Errorf("%+v, %v", c, m.Gaps())
	}
}

func drawGrid(t *rapid.T, day time.Time) Grid {
	need := rapid.SliceOfN(rapid.Uint16Range(0, 3), 0, 90).Draw(t, "need")
	g := Grid{Clients: []int64{1, 2, 3, Everywhere}, Wants: []Want{{Skill: "PORTAL"}, {}, {Language: "es"}, {Skill: "PORTAL", Language: "es"}}, Days: 1,
		From: day.Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, "from")) * 15 * time.Minute)}
	if rapid.Bool().Draw(t, "chicago") {
		loc, err := time.LoadLocation("America/Chicago")
		if err != nil {
			t.Fatal(err)
		}
		g.Zone = loc
	}
	if rapid.IntRange(0, 3).Draw(t, "needs") > 0 {
		g.Need = func(client int64, w Want, slots []time.Time) []uint16 {
			return slices.Clone(need[min(int(client), len(need)):])
		}
	}
	for range rapid.IntRange(0, 5).Draw(t, "dues") {
		g.Due = append(g.Due, Due{rapid.Int64Range(1, 4).Draw(t, "due of"), rapid.SampledFrom(g.Wants).Draw(t, "due want"),
			g.From.Add(time.Duration(rapid.IntRange(-60, 1500).Draw(t, "due")) * time.Minute)})
	}
	return g
}

// The oracle counts people minute by minute, seats come from Windows, whose oracle is elsewhere.
func TestTheMapEqualsTheOracle(t *testing.T) {
	days := []time.Time{time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), time.Date(2026, 3, 8, 6, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)}
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.SampledFrom(days).Draw(t, "day")
		r := drawRoster(t, day)
		g := drawGrid(t, day)
		plan := Compile(r)
		m := plan.Map(g)
		called := r
		called.Shifts = nil
		for _, s := range r.Shifts {
			s.OnCall = !s.OnCall
			called.Shifts = append(called.Shifts, s)
		}
		client, w := rapid.SampledFrom(g.Clients).Draw(t, "client"), rapid.SampledFrom(g.Wants).Draw(t, "want")
		windows := plan.Windows(Query{Client: client, Skill: w.Skill, Language: w.Language, From: g.From, Until: g.From.Add(25 * time.Hour), Zone: g.Zone, All: true})
		gaps := m.Gaps()
		var need []uint16
		if g.Need != nil {
			need = g.Need(client, w, m.Slots())
		}
		for i, slot := range m.Slots() {
			got := m.Cell(client, w, i)
			want := Cell{People: 1000, OnCall: 1000, Need: 1}
			if g.Need != nil {
				if want.Need = 0; i < len(need) {
					want.Need = int(need[i])
				}
			}
			for minute := slot; minute.Before(slot.Add(30 * time.Minute)); minute = minute.Add(time.Minute) {
				on, call := 0, 0
				for _, p := range r.People {
					is := func(r Roster) bool {
						return slices.ContainsFunc(r.Shifts, func(s Shift) bool { return there(r, s, p, client, w.Skill, w.Language, minute) })
					}
					if is(r) {
						on++
					}
					if is(called) {
						call++
					}
				}
				want.People, want.OnCall = min(want.People, on), min(want.OnCall, call)
			}
			for _, d := range g.Due {
				if (d.Client == client || client == Everywhere) && d.Want == w && d.At.After(slot) && !d.At.After(slot.Add(30*time.Minute)) {
					want.Due++
				}
			}
			if !windows[i].Start.Equal(slot) {
				t.Fatalf("slot %s, window %s", slot, windows[i].Start)
			}
			if want.Seats, want.Booked = windows[i].Booked+windows[i].Seats, windows[i].Booked; client == Everywhere {
				want.Seats, want.Booked = got.Seats, got.Booked
			}
			for _, p := range r.People {
				all := throughout(slot, 30*time.Minute, func(minute time.Time) bool {
					return slices.ContainsFunc(r.Shifts, func(s Shift) bool { return there(r, s, p, client, w.Skill, w.Language, minute) })
				})
				if all {
					want.Calls += p.Capacity.Calls
				}
			}
			if got != want {
				t.Fatalf("%s: got %+v, want %+v", slot, got, want)
			}
			var in []Gap
			for _, gap := range gaps {
				if gap.Want == w && slices.Contains(gap.Clients, client) && !slot.Before(gap.Start) && slot.Before(gap.End) {
					in = append(in, gap)
				}
			}
			if short := want.People < want.Need; short != (len(in) == 1) || len(in) > 1 {
				t.Fatalf("%s: %+v is in gaps %v", slot, want, in)
			}
			if len(in) == 1 && (want.Need-want.People > in[0].Need-in[0].Have || !in[0].Varies && (want.Need != in[0].Need || want.People != in[0].Have)) {
				t.Fatalf("%s: %+v is worse than %+v", slot, want, in[0])
			}
		}
		due := 0
		for _, gap := range gaps {
			due += gap.Due
		}
		total := 0
		for i := range m.Slots() {
			for _, c := range g.Clients {
				for _, w := range g.Wants {
					if cell := m.Cell(c, w, i); cell.People < cell.Need {
						total += cell.Due
					}
				}
			}
		}
		if due != total {
			t.Fatalf("%d promises due in gaps, %d in cells", due, total)
		}
	})
}

// change does something to a roster that a scheduler may do.
func change(t *rapid.T, r Roster, day time.Time) Roster {
	r.People, r.Shifts, r.Bookings, r.Absences = slices.Clone(r.People), slices.Clone(r.Shifts), slices.Clone(r.Bookings), slices.Clone(r.Absences)
	other := drawRoster(t, day)
	who := rapid.Int64Range(0, 3).Draw(t, "who")
	switch rapid.IntRange(0, 6).Draw(t, "change") {
	case 0:
		r.Shifts = append(r.Shifts, Shift{ID: 999, Person: who, Start: day, End: day.Add(4*time.Hour + 7*time.Minute)})
	case 1:
		if len(r.Shifts) > 0 {
			r.Shifts = r.Shifts[1:]
		}
	case 2:
		r.Absences = append(r.Absences, Absence{who, day, day.Add(3 * time.Hour)})
	case 3:
		r.Bookings = other.Bookings
	case 4:
		for i := range r.People {
			if i < len(other.People) {
				r.People[i].Skills, r.People[i].Languages = other.People[i].Skills, other.People[i].Languages
			}
		}
	case 5:
		r.Shifts = other.Shifts
	case 6:
		return other
	}
	return r
}

func TestAnUpdateEqualsAMapFromScratch(t *testing.T) {
	day := time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoster(t, day)
		g := drawGrid(t, day)
		m := Compile(r).Map(g)
		was := m.Sentences(Names{})
		next, fresh := m, m
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			r = change(t, r, day)
			next, fresh = next.Update(Compile(r)), Compile(r).Map(g)
		}
		for i := range fresh.Slots() {
			for _, c := range g.Clients {
				for _, w := range g.Wants {
					if a, b := next.Cell(c, w, i), fresh.Cell(c, w, i); a != b {
						t.Fatalf("%s, client %d, %v: updated %+v, from scratch %+v", fresh.Slots()[i], c, w, a, b)
					}
				}
			}
		}
		if a, b := next.Sentences(Names{}), fresh.Sentences(Names{}); !slices.Equal(a, b) {
			t.Fatalf("updated %v, from scratch %v", a, b)
		}
		if !slices.Equal(was, m.Sentences(Names{})) {
			t.Fatal("the map it started from changed")
		}
	})
}

func TestOnePersonOnTwoShiftsHasTheSeatsOfTheFirst(t *testing.T) {
	p, s := analyst(t, 1)
	other := s
	other.ID, other.Start, other.Seats = 11, s.Start.Add(time.Hour), 3
	plan := Compile(Roster{People: []Person{p}, Shifts: []Shift{other, s}})
	c := plan.Map(Grid{Clients: []int64{hospital}, Wants: []Want{{}}, From: at(t, "2026-11-23 10:00"), Days: 1}).Cell(hospital, Want{}, 0)
	if c.People != 1 || c.Seats != 1 {
		t.Errorf("%+v", c)
	}
}
