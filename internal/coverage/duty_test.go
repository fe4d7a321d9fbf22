package coverage

import (
	"testing"
	"time"
)

func TestOn(t *testing.T) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	p3, s3 := analyst(t, 3)
	p2.Skills["PORTAL"] = at(t, "2026-11-23 12:00")
	s1.Breaks = []Span{{at(t, "2026-11-23 13:00"), at(t, "2026-11-23 13:30")}}
	s3.OnCall = true
	plan := Compile(Roster{
		People: []Person{p1, p2, p3}, Shifts: []Shift{s1, s2, s3},
		Bookings: []Seat{{Person: s1.Person, Slot: at(t, "2026-11-23 09:00")}},
	})
	for _, c := range []struct {
		when, skill string
		want        []int64
	}{
		{"2026-11-23 07:59", "PORTAL", nil},
		{"2026-11-23 08:00", "PORTAL", []int64{2, 1}},
		{"2026-11-23 11:59", "PORTAL", []int64{2, 1}},
		{"2026-11-23 12:00", "PORTAL", []int64{1}},
		{"2026-11-23 12:00", "", []int64{2, 1}},
		{"2026-11-23 13:15", "", []int64{2}},
		{"2026-11-23 13:30", "", []int64{2, 1}},
		{"2026-11-23 18:00", "", nil},
	} {
		got := plan.On(hospital, c.skill, "en", at(t, c.when))
		same := len(got) == len(c.want)
		for i := range got {
			same = same && got[i].Person.ID == c.want[i]
		}
		if !same {
			t.Errorf("%s %s: got %v, want %v", c.when, c.skill, got, c.want)
		}
	}
	if got := plan.On(hospital, "", "", at(t, "2026-11-23 10:00")); got[1].Booked != 1 {
		t.Errorf("booked: %+v", got[1])
	}
	if got := plan.OnCall(hospital, "PORTAL", "", at(t, "2026-11-23 10:00")); len(got) != 1 || got[0].Person.ID != 3 {
		t.Errorf("on call: %v", got)
	}
}

func TestLead(t *testing.T) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	p3, s3 := analyst(t, 3)
	p2.Lead, p3.Lead = true, true
	r := Roster{People: []Person{p1, p2, p3}, Shifts: []Shift{s3, s2, s1}}
	now := at(t, "2026-11-23 10:00")
	if p, s, ok := Compile(r).Lead(hospital, now); !ok || p.ID != 2 || s.ID != s2.ID {
		t.Errorf("the lowest id: got %v", p)
	}
	r.Bookings = []Seat{{Person: s2.Person, Slot: now}}
	if p, _, ok := Compile(r).Lead(hospital, now); !ok || p.ID != 3 {
		t.Errorf("the least booked: got %v", p)
	}
	if p, _, ok := Compile(r).Lead(hospital, at(t, "2026-11-23 19:00")); ok {
		t.Errorf("nobody leads at night, got %v", p)
	}
}

func TestGaps(t *testing.T) {
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	s1.Breaks = []Span{{at(t, "2026-11-23 12:00"), at(t, "2026-11-23 12:30")}}
	s2.Start, s2.End = at(t, "2026-11-23 17:00"), at(t, "2026-11-23 23:00")
	p2.Skills["PORTAL"] = at(t, "2026-11-23 20:00")
	plan := Compile(Roster{People: []Person{p1, p2}, Shifts: []Shift{s1, s2}})
	gaps := func(skill string) (out [][2]string) {
		for _, g := range plan.Gaps(hospital, skill, at(t, "2026-11-23 06:00"), at(t, "2026-11-24 00:00")) {
			out = append(out, [2]string{g.Start.In(chicago(t)).Format("15:04"), g.End.In(chicago(t)).Format("15:04")})
		}
		return out
	}
	want := [][2]string{{"06:00", "08:00"}, {"12:00", "12:30"}, {"20:00", "00:00"}}
	if got := gaps("PORTAL"); len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := gaps("LAB"); len(got) != 1 || got[0] != [2]string{"06:00", "00:00"} {
		t.Errorf("nobody has it: %v", got)
	}
	if got := plan.Gaps(hospital, "", at(t, "2026-11-23 09:00"), at(t, "2026-11-23 10:00")); got != nil {
		t.Errorf("covered: %v", got)
	}
	if got := plan.Gaps(hospital, "", at(t, "2026-11-23 10:00"), at(t, "2026-11-23 09:00").Add(-time.Hour)); got != nil {
		t.Errorf("backwards: %v", got)
	}
}
