package coverage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kept/internal/calendar"
)

const (
	ana  = 1
	ben  = 2
	cleo = 3
)

// night hands over daily at nine between Ana, Ben and Cleo from 23 November 2026 on.
func night() Rota {
	return Rota{ID: 7, Name: "Night", OnCall: true, Layers: []Layer{{ID: 1, People: []int64{ana, ben, cleo},
		Every: Daily, Zone: "America/Chicago", At: 9 * 60, Start: calendar.Date{Year: 2026, Month: 11, Day: 23}}}}
}

// turns writes shifts as "23 09:00 1", the first ones.
func turns(t testing.TB, list []Shift, most int) string {
	t.Helper()
	var out []string
	for i, s := range list {
		if i < most {
			out = append(out, fmt.Sprintf("%s-%s %d", s.Start.In(chicago(t)).Format("02 15:04"), s.End.In(chicago(t)).Format("02 15:04"), s.Person))
		}
	}
	return strings.Join(out, ", ")
}

func hoursOf(t testing.TB, text string) calendar.Spec {
	t.Helper()
	s, err := calendar.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTurnsInTradeWords(t *testing.T) {
	day := func(y int, m time.Month, d int) calendar.Date { return calendar.Date{Year: y, Month: m, Day: d} }
	over := func(id int64, from, to string, out, in int64) Override {
		return Override{ID: id, Start: at(t, from), End: at(t, to), Out: out, In: in}
	}
	for _, c := range []struct {
		name, from, until string
		set               func(*Rota)
		want              string
	}{
		{"people in their order", "2026-11-23 09:00", "2026-11-26 10:00", func(r *Rota) {},
			"23 09:00-24 09:00 1, 24 09:00-25 09:00 2, 25 09:00-26 09:00 3, 26 09:00-27 09:00 1"},
		{"nobody before it starts", "2026-11-20 09:00", "2026-11-23 09:00", func(r *Rota) {}, ""},
		{"it ends", "2026-11-24 10:00", "2026-12-24 10:00", func(r *Rota) { r.Layers[0].End = day(2026, 11, 25) }, "24 09:00-25 09:00 2"},
		{"nine stays nine when the clocks go back", "2026-11-01 00:00", "2026-11-02 00:00",
			func(r *Rota) { r.Layers[0].Start = day(2026, 10, 30) }, "31 09:00-01 09:00 2, 01 09:00-02 09:00 3"},
		{"nine stays nine when they go forward", "2027-03-14 00:00", "2027-03-15 00:00", func(r *Rota) {},
			"13 09:00-14 09:00 3, 14 09:00-15 09:00 1"},
		{"half past two does not exist", "2027-03-14 00:00", "2027-03-15 00:00", func(r *Rota) { r.Layers[0].At = 150 },
			"13 02:30-14 03:00 3, 14 03:00-15 02:30 1"},
		{"half past one comes twice", "2026-11-01 00:00", "2026-11-02 00:00",
			func(r *Rota) { r.Layers[0].At, r.Layers[0].Start = 90, day(2026, 10, 31) }, "31 01:30-01 01:30 1, 01 01:30-02 01:30 2"},
		{"every hour; the one that is missing takes its turn along", "2027-03-14 00:00", "2027-03-14 05:00",
			func(r *Rota) {
				r.Layers[0].Every, r.Layers[0].At, r.Layers[0].Start = Hourly, 0, day(2027, 3, 14)
			}, "14 00:00-14 01:00 1, 14 01:00-14 03:00 2, 14 03:00-14 04:00 1, 14 04:00-14 05:00 2"},
		{"every eight hours", "2026-11-23 09:00", "2026-11-24 05:00", func(r *Rota) { r.Layers[0].Every, r.Layers[0].Count = Hourly, 8 },
			"23 09:00-23 17:00 1, 23 17:00-24 01:00 2, 24 01:00-24 09:00 3"},
		{"every second week", "2026-11-23 09:00", "2026-12-08 10:00", func(r *Rota) { r.Layers[0].Every, r.Layers[0].Count = Weekly, 2 },
			"23 09:00-07 09:00 1, 07 09:00-21 09:00 2"},
		{"monthly on the 31st", "2026-10-31 09:00", "2027-03-01 09:00", func(r *Rota) { r.Layers[0].Every, r.Layers[0].Start = Monthly, day(2026, 10, 31) },
			"31 09:00-30 09:00 1, 30 09:00-31 09:00 2, 31 09:00-31 09:00 3, 31 09:00-28 09:00 1, 28 09:00-31 09:00 2"},
		{"only at night", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) { r.Layers[0].Hours = hoursOf(t, "America/Chicago; mon-sun 18:00-06:00") },
			"23 18:00-24 06:00 1"},
		{"a later layer wins where it has somebody", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			l := r.Layers[0]
			l.ID, l.People, l.Hours = 2, []int64{9}, hoursOf(t, "America/Chicago; mon 12:00-14:00")
			r.Layers = append(r.Layers, l)
		}, "23 09:00-23 12:00 1, 23 12:00-23 14:00 9, 23 14:00-24 09:00 1"},
		{"a later layer without people gives way", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Layers = append(r.Layers, r.Layers[0])
			r.Layers[1].People = nil
		}, "23 09:00-24 09:00 1"},
		{"Ben stands in for Ana", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Overrides = []Override{over(1, "2026-11-23 12:00", "2026-11-23 14:00", ana, ben)}
		}, "23 09:00-23 12:00 1, 23 12:00-23 14:00 2, 23 14:00-24 09:00 1"},
		{"Ana is taken off", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Overrides = []Override{over(1, "2026-11-23 12:00", "2026-11-24 12:00", ana, 0)}
		}, "23 09:00-23 12:00 1"},
		{"an override of somebody who is not on does nothing", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Overrides = []Override{over(1, "2026-11-23 12:00", "2026-11-23 14:00", cleo, ben)}
		}, "23 09:00-24 09:00 1"},
		{"Cleo comes in beside Ana", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Overrides = []Override{over(1, "2026-11-23 12:00", "2026-11-23 14:00", 0, cleo)}
		}, "23 09:00-24 09:00 1, 23 12:00-23 14:00 3"},
		{"overrides work on what those before them made", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Overrides = []Override{over(1, "2026-11-23 12:00", "2026-11-23 16:00", ana, ben), over(2, "2026-11-23 14:00", "2026-11-23 18:00", ben, cleo)}
		}, "23 09:00-23 12:00 1, 23 12:00-23 14:00 2, 23 14:00-23 16:00 3, 23 16:00-24 09:00 1"},
		{"an override that ends before it starts does nothing", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Overrides = []Override{over(1, "2026-11-23 14:00", "2026-11-23 12:00", ana, ben)}
		}, "23 09:00-24 09:00 1"},
		{"a swap in force, at once in both directions", "2026-11-23 09:00", "2026-11-25 09:00", func(r *Rota) {
			r.Swaps = []Swap{{From: ana, To: ben, State: InForce, Give: Span{at(t, "2026-11-23 09:00"), at(t, "2026-11-25 09:00")}, Take: Span{at(t, "2026-11-23 09:00"), at(t, "2026-11-25 09:00")}}}
		}, "23 09:00-24 09:00 2, 24 09:00-25 09:00 1"},
		{"a swap that is only accepted changes nothing", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) {
			r.Swaps = []Swap{{From: ana, To: ben, State: Accepted, Give: Span{at(t, "2026-11-23 09:00"), at(t, "2026-11-24 09:00")}}}
		}, "23 09:00-24 09:00 1"},
		{"a zone that does not exist", "2026-11-23 09:00", "2026-11-24 09:00", func(r *Rota) { r.Layers[0].Zone = "America/Chicgo" }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := night()
			c.set(&r)
			got := turns(t, r.Expand(at(t, c.from), at(t, c.until)), 9)
			if got != c.want {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}

func TestATurnKeepsItsIdWhoeverWorksIt(t *testing.T) {
	r := night()
	from, until := at(t, "2026-11-23 09:00"), at(t, "2026-11-25 09:00")
	before := r.Expand(from, until)
	r.Overrides = []Override{{ID: 1, Start: from, End: at(t, "2026-11-24 09:00"), Out: ana, In: cleo}}
	after := r.Expand(from, until)
	if len(before) != 2 || len(after) != 2 || before[0].ID != after[0].ID || before[1].ID != after[1].ID || after[0].Person != cleo {
		t.Errorf("before %v, after %v", before, after)
	}
	r.Overrides = []Override{{ID: 1, Start: at(t, "2026-11-23 12:00"), End: at(t, "2026-11-23 14:00"), Out: ana}}
	if cut := r.Expand(from, until); len(cut) != 3 || cut[0].ID != before[0].ID || cut[1].ID == cut[0].ID || cut[2].ID != before[1].ID {
		t.Errorf("before %v, cut %v", before, cut)
	}
	for _, s := range after {
		if s.ID < 1<<52 || s.ID >= 1<<53 || s.Rota != 7 || !s.OnCall {
			t.Errorf("shift %+v", s)
		}
	}
}

func TestHoles(t *testing.T) {
	away := []Absence{{Person: ben, Start: at(t, "2026-11-24 12:00"), End: at(t, "2026-11-24 18:00")}}
	for _, c := range []struct {
		name string
		set  func(*Rota)
		want string
	}{
		{"Ben is away", func(r *Rota) {}, "24 12:00-24 18:00 2"},
		{"Ben is away, somebody else comes in for a part", func(r *Rota) {
			r.Overrides = []Override{{Start: at(t, "2026-11-24 11:00"), End: at(t, "2026-11-24 14:00"), In: cleo}}
		}, "24 14:00-24 18:00 2"},
		{"Ben is away and Ana taken off", func(r *Rota) {
			r.Overrides = []Override{{Start: at(t, "2026-11-24 08:00"), End: at(t, "2026-11-24 13:00"), Out: ana}}
		}, "24 08:00-24 09:00 0, 24 12:00-24 18:00 2"},
		{"no people", func(r *Rota) { r.Layers[0].People = nil }, "23 09:00-25 09:00 0"},
		{"no layers", func(r *Rota) { r.Layers = nil }, "23 09:00-25 09:00 0"},
		{"a zone that does not exist", func(r *Rota) { r.Layers[0].Zone = "Nowhere" }, "23 09:00-25 09:00 0"},
		{"only at night", func(r *Rota) { r.Layers[0].Hours = hoursOf(t, "America/Chicago; mon-sun 17:00-06:00") }, "24 17:00-24 18:00 2"},
		{"one of two layers does not work", func(r *Rota) {
			r.Layers = append(r.Layers, Layer{ID: 2, People: []int64{cleo}, Zone: "Nowhere"})
			r.Layers[0].End = calendar.Date{Year: 2026, Month: 11, Day: 24}
		}, "24 09:00-25 09:00 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := night()
			c.set(&r)
			var out []string
			for _, h := range r.Holes(at(t, "2026-11-23 09:00"), at(t, "2026-11-25 09:00"), away) {
				out = append(out, fmt.Sprintf("%s-%s %d", h.Start.In(chicago(t)).Format("02 15:04"), h.End.In(chicago(t)).Format("02 15:04"), h.Away))
			}
			if got := strings.Join(out, ", "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Who is away keeps the turn, and the roster shows a gap: nobody is put in their place in silence.
func TestATurnOfSomebodyAwayIsAGap(t *testing.T) {
	r := night()
	r.OnCall = false
	var people []Person
	for id := range int64(3) {
		people = append(people, Person{ID: id + 1})
	}
	from, until := at(t, "2026-11-23 09:00"), at(t, "2026-11-26 09:00")
	away := []Absence{{Person: ben, Start: at(t, "2026-11-24 00:00"), End: at(t, "2026-11-24 18:00")}}
	plan := Compile(Roster{People: people, Shifts: r.Expand(from, until), Absences: away})
	gaps := plan.Gaps(hospital, "", from, until)
	if len(gaps) != 1 || !gaps[0].Start.Equal(at(t, "2026-11-24 09:00")) || !gaps[0].End.Equal(away[0].End) {
		t.Errorf("gaps %v", gaps)
	}
	if on := plan.On(hospital, "", "", at(t, "2026-11-25 10:00")); len(on) != 1 || on[0].Person.ID != cleo {
		t.Errorf("the next turn is %v", on)
	}
}

func TestWhatIsWrongWithARotaIsSaid(t *testing.T) {
	from, until := at(t, "2027-03-10 00:00"), at(t, "2027-03-20 00:00")
	for _, c := range []struct {
		name string
		set  func(*Rota)
		want string
	}{
		{"all is well", func(r *Rota) {}, ""},
		{"no layers", func(r *Rota) { r.Layers = nil }, "Night has no layer, so nobody is on it: add people and a time at which they hand over."},
		{"no people", func(r *Rota) { r.Layers[0].People = nil }, "Night, layer 1 has no people: add somebody. Until then it is a gap."},
		{"an unknown zone", func(r *Rota) { r.Layers[0].Zone = "America/Chicgo" }, `Night, layer 1 has nobody: there is no zone named "America/Chicgo"; use an IANA name, such as America/Chicago.`},
		{"hours that are none", func(r *Rota) { r.Layers[0].Hours = calendar.Spec{Zone: "UTC"} }, "Night, layer 1 has nobody: this calendar has no hours"},
		{"every fortnight", func(r *Rota) { r.Layers[0].Every = "fortnight" }, `not every "fortnight"`},
		{"a count below zero", func(r *Rota) { r.Layers[0].Count = -1 }, "every 1 to 1000 days, not every -1"},
		{"a time that no clock has", func(r *Rota) { r.Layers[0].At = 1440 }, "at a time from 00:00 to 23:59"},
		{"a day that does not exist", func(r *Rota) { r.Layers[0].Start.Day = 31 }, "give it a day to start on that exists"},
		{"it ends before it starts", func(r *Rota) { r.Layers[0].End = calendar.Date{Year: 2026, Month: 11, Day: 22} }, "it ends on 2026-11-22, before it starts on 2026-11-23"},
		{"a handover that does not exist", func(r *Rota) { r.Layers[0].At = 150 }, "On Sun, Mar 14 there is no 2:30 a.m. in America/Chicago: Night hands over at 3:00 a.m."},
		{"an override without an end", func(r *Rota) { r.Overrides = []Override{{Start: from, Out: ana}} }, "ends before it starts, so it changes nothing: choose a later end"},
		{"an override for ever", func(r *Rota) { r.Overrides = []Override{{Start: from, End: from.AddDate(9, 0, 0), Out: ana}} }, "lasts more than a year"},
		{"an override of nobody", func(r *Rota) { r.Overrides = []Override{{Start: from, End: until}} }, "changes nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := night()
			c.set(&r)
			got := strings.Join(r.Check(from, until), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			r.Holes(from, until, nil)
			r.Expand(from, until)
		})
	}
	r := night()
	r.Layers[0].At, r.Layers[0].Start.Month, r.Layers[0].Start.Day = 90, 10, 1
	if got := strings.Join(r.Check(at(t, "2026-10-30 00:00"), at(t, "2026-11-03 00:00")), "\n"); got != "On Sun, Nov 1 it is 1:30 a.m. twice in America/Chicago: Night hands over the first time." {
		t.Errorf("twice: %s", got)
	}
}

// onOracle is who has the turns of a rota in the minute m, by the words of the rules: it counts
// the handovers that the wall clock has reached by then.
func onOracle(r Rota, m time.Time) []int64 {
	var on int64
	for _, l := range r.Layers {
		loc, err := time.LoadLocation(l.Zone)
		if err != nil || len(l.People) == 0 {
			continue
		}
		label := func(t time.Time) time.Time {
			t = t.In(loc)
			return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
		}
		// The furthest that the wall clock has ever been: it may have gone back since.
		reached := label(m)
		for back := m.Add(-26 * time.Hour); back.Before(m); back = back.Add(time.Minute) {
			if v := label(back); v.After(reached) {
				reached = v
			}
		}
		turn := -1
		for {
			n := (turn + 1) * max(l.Count, 1)
			next := time.Date(l.Start.Year, l.Start.Month, l.Start.Day, 0, l.At, 0, 0, time.UTC)
			switch l.Every {
			case Hourly:
				next = next.Add(time.Duration(n) * time.Hour)
			case Daily:
				next = next.AddDate(0, 0, n)
			case Weekly:
				next = next.AddDate(0, 0, 7*n)
			case Monthly:
				next = time.Date(l.Start.Year, l.Start.Month+time.Month(n)+1, 0, 0, l.At, 0, 0, time.UTC)
				for next.Day() > l.Start.Day {
					next = next.AddDate(0, 0, -1)
				}
			}
			if next.After(reached) {
				break
			}
			turn++
		}
		if turn < 0 || l.End != (calendar.Date{}) && !reached.Before(time.Date(l.End.Year, l.End.Month, l.End.Day, 0, l.At, 0, 0, time.UTC)) {
			continue
		}
		if l.Hours.Zone != "" {
			hours, err := calendar.New(l.Hours)
			if err != nil || !hours.Open(m) {
				continue
			}
		}
		on = l.People[turn%len(l.People)]
	}
	in := func(s Span) bool { return !m.Before(s.Start) && m.Before(s.End) }
	for _, s := range r.Swaps {
		if s.State != InForce {
			continue
		}
		switch {
		case on == s.From && in(s.Give):
			on = s.To
		case on == s.To && in(s.Take):
			on = s.From
		}
	}
	all := []int64{on}
	for _, o := range r.Overrides {
		if !in(Span{o.Start, o.End}) {
			continue
		}
		for i, who := range all {
			if who != 0 && who == o.Out {
				all[i] = o.In
			}
		}
		if o.Out == 0 {
			all = append(all, o.In)
		}
	}
	all = slices.DeleteFunc(all, func(who int64) bool { return who == 0 })
	slices.Sort(all)
	return all
}

func drawRota(t *rapid.T) (Rota, time.Time) {
	zone := rapid.SampledFrom([]string{"America/Chicago", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "America/Sao_Paulo", "UTC"}).Draw(t, "zone")
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	around := time.Date(rapid.SampledFrom([]int{2011, 2017, 2026}).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 28, 12, 0, 0, 0, time.UTC)
	if _, end := around.In(loc).ZoneBounds(); !end.IsZero() && end.Year() < around.Year()+2 && rapid.IntRange(0, 3).Draw(t, "at the change") > 0 {
		around = end
	}
	date := func(label string, from, to int) calendar.Date {
		y, m, d := around.In(loc).AddDate(0, 0, rapid.IntRange(from, to).Draw(t, label)).Date()
		return calendar.Date{Year: y, Month: m, Day: d}
	}
	minute := func(label string) time.Time {
		return around.Add(time.Duration(rapid.IntRange(-300, 300).Draw(t, label)) * 10 * time.Minute).UTC()
	}
	r := Rota{ID: 3}
	for id := range int64(rapid.IntRange(0, 3).Draw(t, "layers")) {
		l := Layer{ID: id + 1, People: rapid.SliceOfN(rapid.Int64Range(1, 4), 0, 4).Draw(t, "people"),
			Every: rapid.SampledFrom([]Every{Hourly, Daily, Weekly, Monthly}).Draw(t, "every"), Count: rapid.IntRange(0, 3).Draw(t, "count"),
			Zone: zone, At: rapid.IntRange(0, 95).Draw(t, "at") * 15, Start: date("start", -50, 2)}
		if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
			l.End = date("end", -3, 3)
		}
		if rapid.IntRange(0, 2).Draw(t, "hours") == 0 {
			l.Hours = hoursOfText(t, zone+rapid.SampledFrom([]string{"; always", "; mon-sun 22:00-06:00", "; mon-sun 01:00-03:30", "; mon,wed,fri,sun 08:00-12:00,13:00-24:00"}).Draw(t, "open"))
		}
		r.Layers = append(r.Layers, l)
	}
	span := func(label string) Span { return Span{minute(label), minute(label + " end")} }
	for id := range int64(rapid.IntRange(0, 2).Draw(t, "swaps")) {
		s := Swap{ID: id, From: rapid.Int64Range(1, 2).Draw(t, "from"), To: rapid.Int64Range(3, 4).Draw(t, "to"), Give: span("give"),
			State: rapid.SampledFrom([]SwapState{InForce, InForce, Accepted, Lapsed}).Draw(t, "state")}
		if rapid.Bool().Draw(t, "back") {
			s.Take = span("take")
		}
		r.Swaps = append(r.Swaps, s)
	}
	for id := range int64(rapid.IntRange(0, 3).Draw(t, "overrides")) {
		r.Overrides = append(r.Overrides, Override{ID: id, Start: minute("override"), End: minute("override end"),
			Out: rapid.Int64Range(0, 4).Draw(t, "out"), In: rapid.Int64Range(0, 4).Draw(t, "in")})
	}
	return r, around
}

func hoursOfText(t *rapid.T, text string) calendar.Spec {
	s, err := calendar.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExpandEqualsTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, around := drawRota(t)
		from := around.Add(time.Duration(rapid.IntRange(-1500, 1500).Draw(t, "asked")) * time.Minute)
		until := from.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "length")) * time.Minute)
		shifts := r.Expand(from, until)
		away := []Absence{{Person: 1, Start: from.Add(time.Hour), End: from.Add(5 * time.Hour)}}
		holes := r.Holes(from, until, away)
		ids := map[int64]bool{}
		for _, s := range shifts {
			if ids[s.ID] || !s.Start.Before(s.End) || !s.Start.Before(until) || !s.End.After(from) {
				t.Fatalf("shift %+v of %v", s, shifts)
			}
			ids[s.ID] = true
		}
		for m := from; m.Before(until); m = m.Add(5 * time.Minute) {
			var got []int64
			for _, s := range shifts {
				if !m.Before(s.Start) && m.Before(s.End) {
					got = append(got, s.Person)
				}
			}
			slices.Sort(got)
			want := onOracle(r, m)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: got %v, want %v in %v", m, got, want, shifts)
			}
			// A hole is never where somebody is there, and always where somebody is away alone.
			absent := !m.Before(away[0].Start) && m.Before(away[0].End)
			present := slices.ContainsFunc(want, func(who int64) bool { return who != 1 || !absent })
			var hole *Hole
			for i := range holes {
				if h := &holes[i]; !m.Before(h.Start) && m.Before(h.End) {
					if hole != nil {
						t.Fatalf("%s is in two holes: %v", m, holes)
					}
					hole = h
				}
			}
			if present && hole != nil || len(want) > 0 && !present && (hole == nil || hole.Away != 1) || len(r.Layers) == 0 && !present && hole == nil {
				t.Fatalf("%s: on %v, absent %t, holes %v", m, want, absent, holes)
			}
		}
	})
}

func TestExpandingTwoSpansThatMeetGivesBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, around := drawRota(t)
		cut := []int{rapid.IntRange(-3000, 3000).Draw(t, "a"), rapid.IntRange(-3000, 3000).Draw(t, "b"), rapid.IntRange(-3000, 3000).Draw(t, "c")}
		slices.Sort(cut)
		when := func(i int) time.Time { return around.Add(time.Duration(cut[i]) * time.Minute) }
		both := append(r.Expand(when(0), when(1)), r.Expand(when(1), when(2))...)
		parts := map[int64]Shift{}
		for _, s := range both {
			if o, known := parts[s.ID]; known && (o.Start != s.Start || o.End != s.End || o.Person != s.Person) {
				t.Fatalf("%+v and %+v have one id", o, s)
			}
			parts[s.ID] = s
		}
		whole := r.Expand(when(0), when(2))
		if len(whole) != len(parts) {
			t.Fatalf("%d shifts, in parts %d", len(whole), len(parts))
		}
		for _, s := range whole {
			if o, known := parts[s.ID]; !known || o.Start != s.Start || o.End != s.End || o.Person != s.Person {
				t.Fatalf("%+v is not in the parts", s)
			}
		}
	})
}
