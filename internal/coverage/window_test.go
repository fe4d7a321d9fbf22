package coverage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const hospital = 7

func chicago(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, chicago(t))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// analyst is somebody with PORTAL and English, on shift all of 23 November from 08:00 to 18:00.
func analyst(t testing.TB, id int64) (Person, Shift) {
	return Person{ID: id, Name: fmt.Sprint("P", id), Skills: map[string]time.Time{"PORTAL": {}}, Languages: []string{"en"}},
		Shift{ID: id * 10, Person: id, Start: at(t, "2026-11-23 08:00"), End: at(t, "2026-11-23 18:00")}
}

// times writes windows as "17:00 17:30".
func times(t testing.TB, list []Window) string {
	var out []string
	for _, w := range list {
		out = append(out, w.Start.In(chicago(t)).Format("15:04"))
	}
	return strings.Join(out, " ")
}

func TestWindowsInTradeWords(t *testing.T) {
	type desk struct {
		Roster
		Query
	}
	for _, c := range []struct {
		name string
		set  func(*desk)
		want string
	}{
		{"the last hours of the day", func(d *desk) {}, "16:30 17:00 17:30"},
		{"after 6 PM nobody has PORTAL", func(d *desk) { d.From = at(t, "2026-11-23 17:31") }, ""},
		{"a window under way is not promised", func(d *desk) { d.From = at(t, "2026-11-23 17:01") }, "17:30"},
		{"nobody has the skill", func(d *desk) { d.Skill = "LAB" }, ""},
		{"nobody speaks the language", func(d *desk) { d.Language = "es" }, ""},
		{"the language in any case of letters", func(d *desk) { d.Language = "EN" }, "16:30 17:00 17:30"},
		{"not a client of this person", func(d *desk) { d.People[0].Clients = []int64{1, 2} }, ""},
		{"not a client of this shift", func(d *desk) { d.Shifts[0].Clients = []int64{1, 2} }, ""},
		{"a client of this shift", func(d *desk) { d.Shifts[0].Clients = []int64{hospital} }, "16:30 17:00 17:30"},
		{"a shift for no client", func(d *desk) { d.Shifts[0].Clients = []int64{} }, ""},
		{"on call is not on shift", func(d *desk) { d.Shifts[0].OnCall = true }, ""},
		{"only supervisors", func(d *desk) { d.Lead = true }, ""},
		{"a supervisor", func(d *desk) { d.Lead, d.People[0].Lead = true, true }, "16:30 17:00 17:30"},
		{"the shift ends inside the last window", func(d *desk) { d.Shifts[0].End = at(t, "2026-11-23 17:45") }, "16:30 17:00"},
		{"the certification ends inside a window", func(d *desk) { d.People[0].Skills["PORTAL"] = at(t, "2026-11-23 17:15") }, "16:30"},
		{"the certification ends with a window", func(d *desk) { d.People[0].Skills["PORTAL"] = at(t, "2026-11-23 17:30") }, "16:30 17:00"},
		{"a break of ten minutes takes its window", func(d *desk) {
			d.Shifts[0].Breaks = []Span{{at(t, "2026-11-23 17:05"), at(t, "2026-11-23 17:15")}}
		}, "16:30 17:30"},
		{"a break between two windows takes neither", func(d *desk) {
			d.Length = 50 * time.Minute // 16:40 to 17:30; then 17:30 begins no window
			d.Shifts[0].Breaks = []Span{{at(t, "2026-11-23 16:20"), at(t, "2026-11-23 16:40")}, {at(t, "2026-11-23 17:30"), at(t, "2026-11-23 17:40")}}
		}, "16:40"},
		{"the last seat is taken", func(d *desk) {
			d.Bookings = []Seat{{Person: 1, Slot: at(t, "2026-11-23 17:00")}}
		}, "16:30 17:30"},
		{"one of two seats is taken", func(d *desk) {
			d.Shifts[0].Seats = 2
			d.Bookings = []Seat{{Person: 1, Slot: at(t, "2026-11-23 17:00"), Seat: 1}}
		}, "16:30 17:00 17:30"},
		{"the shift had two seats when the second was taken", func(d *desk) {
			d.Bookings = []Seat{{Person: 1, Slot: at(t, "2026-11-23 17:00"), Seat: 1}}
		}, "16:30 17:30"},
		{"the hour is full", func(d *desk) {
			d.People[0].Capacity.Promises = 1
			d.Bookings = []Seat{{Person: 1, Slot: at(t, "2026-11-23 17:00")}}
		}, "16:30"},
		{"the hour has room for another", func(d *desk) {
			d.People[0].Capacity.Promises = 2
			d.Bookings = []Seat{{Person: 1, Slot: at(t, "2026-11-23 17:00")}}
		}, "16:30 17:30"},
		{"unverified people get every other window of one analyst", func(d *desk) { d.Unverified = true }, "17:00"},
		{"unverified people get half of two seats", func(d *desk) { d.Unverified, d.Shifts[0].Seats = true, 2 }, "16:30 17:00 17:30"},
		{"unverified people do not get the other half", func(d *desk) {
			d.Unverified, d.Shifts[0].Seats = true, 2
			d.Bookings = []Seat{{Person: 1, Slot: at(t, "2026-11-23 17:00")}}
		}, "16:30 17:30"},
		{"windows of an hour", func(d *desk) { d.Length = time.Hour }, "17:00"},
		{"windows until five", func(d *desk) { d.Until = at(t, "2026-11-23 17:00") }, "16:30"},
		{"uncovered ones as well", func(d *desk) { d.All, d.From = true, at(t, "2026-11-23 17:30") }, "17:30 18:00 18:30 19:00 19:30"},
		{"a shift that ends before it starts", func(d *desk) { d.Shifts[0].Start = at(t, "2026-11-24 08:00") }, ""},
		{"a shift of somebody unknown", func(d *desk) { d.Shifts[0].Person = 99 }, ""},
		{"a shift without end", func(d *desk) { d.Shifts[0].End = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }, "16:30 17:00 17:30 18:00 18:30 19:00 19:30"},
		{"a rota with no people", func(d *desk) { d.Roster = Roster{} }, ""},
		{"seconds are no length", func(d *desk) { d.Length = time.Second }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, s := analyst(t, 1)
			d := desk{Roster{People: []Person{p}, Shifts: []Shift{s}}, Query{
				Client: hospital, Skill: "PORTAL", Language: "en", Zone: chicago(t),
				From: at(t, "2026-11-23 16:20"), Until: at(t, "2026-11-23 20:00"),
			}}
			c.set(&d)
			list := Compile(d.Roster).Windows(d.Query)
			if got := times(t, list); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, w := range list {
				if w.Covered != (len(w.Free) > 0) || w.Seats != len(w.Free) || !w.Covered && !d.All {
					t.Errorf("window %+v", w)
				}
			}
		})
	}
}

func TestWindowsOverMidnightAndTheChangeOfTheClocks(t *testing.T) {
	p, s := analyst(t, 1)
	for _, c := range []struct{ name, start, end, want string }{
		{"overnight", "2026-11-23 23:00", "2026-11-24 01:00", "23:00 23:30 00:00 00:30"},
		{"the hour that is missing", "2026-03-08 01:00", "2026-03-08 04:00", "01:00 01:30 03:00 03:30"},
		{"the hour that comes twice", "2026-11-01 00:30", "2026-11-01 02:30", "00:30 01:00 01:30 01:00 01:30 02:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.Start, s.End = at(t, c.start), at(t, c.end)
			plan := Compile(Roster{People: []Person{p}, Shifts: []Shift{s}})
			q := Query{Client: hospital, From: s.Start.Add(-48 * time.Hour), Until: s.End.Add(48 * time.Hour), Zone: chicago(t)}
			if got := times(t, plan.Windows(q)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if w, ok := plan.Next(q); !ok || !w.Start.Equal(s.Start) {
				t.Errorf("next is %v %t", w.Start, ok)
			}
		})
	}
}

// TestAShiftCountsNoMoreSeatsThanItHas: who had two promises when the shift had two seats has one seat taken of the one that is left.
func TestAShiftCountsNoMoreSeatsThanItHas(t *testing.T) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	five := at(t, "2026-11-23 17:00")
	plan := Compile(Roster{People: []Person{p1, p2}, Shifts: []Shift{s1, s2}, Bookings: []Seat{{Person: 1, Slot: five}, {Person: 1, Slot: five, Seat: 1}}})
	w, ok := plan.Next(Query{Client: hospital, From: at(t, "2026-11-23 16:50"), Zone: chicago(t)})
	if !ok || !w.Start.Equal(five) || w.People != 2 || w.Booked != 1 || len(w.Free) != 1 {
		t.Errorf("%+v", w)
	}
}

func TestPreference(t *testing.T) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	p3, s3 := analyst(t, 3)
	s1.Seats, s2.Seats = 2, 2
	busy := Seat{Person: 1, Slot: at(t, "2026-11-23 09:00")}
	plan := Compile(Roster{People: []Person{p1, p2, p3}, Shifts: []Shift{s3, s1, s2}, Bookings: []Seat{busy}})
	w, ok := plan.Next(Query{Client: hospital, From: at(t, "2026-11-23 16:20"), Zone: chicago(t)})
	var got []string
	for _, f := range w.Free {
		got = append(got, fmt.Sprintf("%d/%d", f.Person, f.Seat))
	}
	if text := strings.Join(got, " "); !ok || text != "2/0 3/0 1/0 2/1 1/1" || w.People != 3 || w.Booked != 0 {
		t.Errorf("%s of %+v", text, w)
	}
}

func TestOnePersonOnTwoShiftsIsThereOnce(t *testing.T) {
	p, s := analyst(t, 1)
	other := s
	other.ID, other.Start = 11, s.Start.Add(time.Hour)
	slot := at(t, "2026-11-23 10:00")
	q := Query{Client: hospital, From: slot, Until: slot.Add(30 * time.Minute), Zone: chicago(t), All: true}
	w := Compile(Roster{People: []Person{p}, Shifts: []Shift{s, other}}).Windows(q)[0]
	if w.People != 1 || w.Seats != 1 || w.Free[0].Person != 1 {
		t.Errorf("%+v", w)
	}
	w = Compile(Roster{People: []Person{p}, Shifts: []Shift{s, other}, Bookings: []Seat{{Person: 1, Slot: slot}}}).Windows(q)[0]
	if w.Covered || w.Booked != 1 {
		t.Errorf("booked on the other shift: %+v", w)
	}
	s.Seats = 2
	w = Compile(Roster{People: []Person{p}, Shifts: []Shift{s, other}, Bookings: []Seat{{Person: 1, Slot: slot}}}).Windows(q)[0]
	if w.Seats != 1 || w.Booked != 1 {
		t.Errorf("one of two seats booked on the other shift: %+v", w)
	}
}

func TestOnePersonOnTwoEqualShifts(t *testing.T) {
	p, s := analyst(t, 1)
	other := s
	other.ID = 11
	w, ok := Compile(Roster{People: []Person{p}, Shifts: []Shift{other, s}}).Next(Query{Client: hospital, From: s.Start, Zone: chicago(t)})
	if !ok || w.People != 1 || w.Seats != 1 || w.Free[0].Person != 1 {
		t.Errorf("%+v", w)
	}
}

func TestAShiftThatEndsInsideTheWindowHidesNoOther(t *testing.T) {
	p, s := analyst(t, 1)
	other := s
	other.ID, other.Start = 11, s.Start.Add(time.Hour)
	s.End = at(t, "2026-11-23 10:29")
	q := Query{Client: hospital, From: at(t, "2026-11-23 10:00"), Zone: chicago(t)}
	w, ok := Compile(Roster{People: []Person{p}, Shifts: []Shift{s, other}}).Next(q)
	if !ok || !w.Start.Equal(q.From) || len(w.Free) != 1 || w.Free[0].Person != 1 {
		t.Errorf("%+v", w)
	}
}

func TestNextAtTheSeamOfTwoDays(t *testing.T) {
	p, s := analyst(t, 1)
	s.Start, s.End = at(t, "2026-11-23 08:30"), at(t, "2026-11-23 09:00")
	plan := Compile(Roster{People: []Person{p}, Shifts: []Shift{s}})
	for from := at(t, "2026-11-22 07:50"); from.Before(at(t, "2026-11-22 09:10")); from = from.Add(time.Minute) {
		if w, ok := plan.Next(Query{Client: hospital, From: from, Zone: chicago(t)}); !ok || !w.Start.Equal(s.Start) {
			t.Fatalf("from %s: %v %t", from, w.Start, ok)
		}
	}
}

func TestNextFarAway(t *testing.T) {
	p, s := analyst(t, 1)
	plan := Compile(Roster{People: []Person{p}, Shifts: []Shift{s}})
	if w, ok := plan.Next(Query{Client: hospital, From: s.Start.AddDate(0, 0, -27), Zone: chicago(t)}); !ok || !w.Start.Equal(s.Start) {
		t.Errorf("got %v %t", w.Start, ok)
	}
	if w, ok := plan.Next(Query{Client: hospital, From: s.Start.AddDate(0, 0, -29), Zone: chicago(t)}); ok {
		t.Errorf("got %v, beyond 28 days", w.Start)
	}
}

// A seat is of a person and an instant: what a change of the rota leaves of their turn has no more room than before.
func TestASeatStaysTakenWhenTheTurnChanges(t *testing.T) {
	p, s := analyst(t, 1)
	slot := at(t, "2026-11-23 10:00")
	q := Query{Client: hospital, From: slot, Until: slot.Add(30 * time.Minute), Zone: chicago(t), All: true}
	for _, start := range []string{"2026-11-23 08:00", "2026-11-23 07:30", "2026-11-23 10:00"} {
		s.ID, s.Start = s.ID+1, at(t, start)
		if w := Compile(Roster{People: []Person{p}, Shifts: []Shift{s}, Bookings: []Seat{{1, slot, 0}}}).Windows(q)[0]; w.Covered || w.Booked != 1 {
			t.Errorf("a turn from %s: %+v", start, w)
		}
	}
}

// Zones that are a quarter of an hour apart have windows that overlap: nobody is in two at once.
func TestWindowsOfTwoZonesDoNotOverlap(t *testing.T) {
	p, s := analyst(t, 1)
	kathmandu, err := time.LoadLocation("Asia/Kathmandu")
	if err != nil {
		t.Fatal(err)
	}
	slot := at(t, "2026-11-23 10:00")
	plan := Compile(Roster{People: []Person{p}, Shifts: []Shift{s}, Bookings: []Seat{{1, slot, 0}}})
	var free []string
	for _, w := range plan.Windows(Query{Client: hospital, From: slot.Add(-time.Hour), Until: slot.Add(90 * time.Minute), Zone: kathmandu}) {
		free = append(free, w.Start.In(chicago(t)).Format("15:04"))
	}
	if got := strings.Join(free, " "); got != "09:15 10:45" {
		t.Errorf("free at %s", got)
	}
}
