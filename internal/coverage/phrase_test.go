package coverage

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPhrase(t *testing.T) {
	now := at(t, "2026-10-30 12:00")
	for _, c := range []struct{ from, to, want string }{
		{"2026-10-30 18:00", "2026-10-30 22:00", "Fri 6:00–10:00 p.m."},
		{"2026-10-30 10:30", "2026-10-30 13:00", "Fri, Oct 30, 10:30 a.m.–1:00 p.m."},
		{"2026-10-30 22:00", "2026-10-31 06:00", "Fri 10:00 p.m.–Sat 6:00 a.m."},
		{"2026-10-30 22:00", "2026-10-31 00:00", "Fri 10:00 p.m.–midnight"},
		{"2026-10-30 22:00", "2026-11-01 00:00", "Fri 10:00 p.m.–Sun 12:00 a.m."},
		{"2026-11-05 11:00", "2026-11-05 12:00", "Thu, Nov 5, 11:00 a.m.–12:00 p.m."},
		{"2026-10-31 00:00", "2026-10-31 01:00", "Sat 12:00–1:00 a.m."},
		{"2026-10-31 00:00", "2026-11-01 00:00", "Sat, all day"},
		{"2026-10-31 00:00", "2026-11-02 00:00", "Sat–Sun, all day"},
		{"2026-11-06 00:00", "2026-11-09 00:00", "Fri, Nov 6–Sun, Nov 8, all day"},
	} {
		if got := Phrase(chicago(t), Span{at(t, c.from), at(t, c.to)}, now); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	// On March 8 Havana has no midnight.
	havana, err := time.LoadLocation("America/Havana")
	if err != nil {
		t.Fatal(err)
	}
	long := Span{time.Date(2026, 3, 6, 0, 0, 0, 0, havana), time.Date(2026, 3, 9, 0, 0, 0, 0, havana)}
	if got := Phrase(havana, long, now); got != "Fri, Mar 6–Sun, Mar 8, all day" {
		t.Errorf("got %q", got)
	}
	// The hour that comes twice has its zone.
	first := time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC)
	var got []string
	for i := range 4 {
		from := first.Add(time.Duration(i-1) * time.Hour)
		got = append(got, Phrase(chicago(t), Span{from, from.Add(time.Hour)}, now))
	}
	if want := "Sun 12:30 a.m.–1:30 a.m. CDT|Sun 1:30 a.m. CDT–1:30 a.m. CST|Sun 1:30 a.m. CST–2:30 a.m.|Sun 2:30–3:30 a.m."; strings.Join(got, "|") != want {
		t.Errorf("got %s", strings.Join(got, "|"))
	}
}

func TestWhatIsWrongWithARosterIsSaid(t *testing.T) {
	p1, s1 := analyst(t, 1)
	if got := (Roster{People: []Person{p1}, Shifts: []Shift{s1}}).Check(nil); got != nil {
		t.Errorf("all is well: %v", got)
	}
	back, long, stray, double := s1, s1, s1, s1
	back.ID, back.Start, back.End = 2, s1.End, s1.Start
	long.ID, long.Start, long.End = 3, at(t, "2026-12-01 08:00"), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	stray.ID, stray.Person = 4, 99
	double.ID, double.Start, double.End = 5, at(t, "2026-11-23 17:00"), at(t, "2026-11-23 20:00")
	got := Roster{People: []Person{p1}, Shifts: []Shift{s1, back, long, stray, double}}.Check(chicago(t))
	want := []string{
		"A shift of P1 on Mon, Nov 23, 6:00 p.m. ends before it starts: choose a later end.",
		"A shift of P1 from Tue, Dec 1, 8:00 a.m. lasts longer than a day: give it an earlier end.",
		"A shift on Mon 8:00 a.m.–6:00 p.m. belongs to nobody on the roster: give it to somebody.",
		"P1 has two shifts at once, Mon 5:00–6:00 p.m.: shorten one. They count once.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	if got := (Roster{}).Check(nil); !slices.Equal(got, []string{"Nobody is on the roster: add people, then their shifts."}) {
		t.Errorf("got %v", got)
	}
}
