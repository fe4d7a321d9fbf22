package coverage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHandover(t *testing.T) {
	// Two stay until six, two come on from four; three of four know the portal.
	p1, s1 := analyst(t, 1)
	p2, s2 := analyst(t, 2)
	p3, s3 := analyst(t, 3)
	p4, s4 := analyst(t, 4)
	p4.Skills, p4.Lead = nil, true
	s1.End = at(t, "2026-11-23 16:00")
	s2.Start, s2.End = at(t, "2026-11-23 15:30"), at(t, "2026-11-24 00:00")
	s3.Start, s3.End = at(t, "2026-11-23 16:00"), at(t, "2026-11-24 00:00")
	s4.Start, s4.End = at(t, "2026-11-23 18:00"), at(t, "2026-11-24 00:00")
	plan := Compile(Roster{People: []Person{p1, p2, p3, p4}, Shifts: []Shift{s1, s2, s3, s4}})
	matter := func(id int64, due string) Matter {
		return Matter{Promise: id, Client: hospital, Skill: "PORTAL", Due: at(t, due), Owner: 1}
	}
	risky, broken, unread, paused, stays, other := matter(2, "2026-11-23 18:30"), matter(3, "2026-11-23 15:00"), matter(4, "2026-11-25 09:00"),
		matter(5, "2026-11-25 09:00"), matter(6, "2026-11-23 20:00"), matter(7, "2026-11-23 19:00")
	risky.Risks, broken.Broken, unread.Unread, paused.Paused, stays.Owner, other.Skill = []Risk{{Danger: TriesFailed, Tries: 1}}, true, true, true, 2, "LAB"
	matters := []Matter{matter(8, "2026-11-25 09:00"), paused, unread, matter(1, "2026-11-23 17:00"), other, stays, risky, broken}
	change := Change{At: at(t, "2026-11-23 16:00"), NextEnd: at(t, "2026-11-24 00:00"), Load: map[int64]int{2: 1}, Waits: 10 * time.Minute}
	write := func(list []Item) string {
		var out []string
		for _, it := range list {
			text := fmt.Sprint(it.Promise)
			if it.Must {
				text += "!"
			}
			if it.ReadBack {
				text += "\""
			}
			if it.By != 0 {
				text += fmt.Sprintf(" has %d", it.By)
			} else {
				text += fmt.Sprintf(" to %d", it.Receiver)
			}
			out = append(out, text)
		}
		return strings.Join(out, ", ")
	}
	before, ended := at(t, "2026-11-23 15:50"), at(t, "2026-11-23 16:10")
	accepts := func(list ...Accept) []Accept { return list }
	all := accepts(Accept{3, 3, before, "I will call James at once."}, Accept{2, 3, before, "I will call Maria again."},
		Accept{1, 2, before, ""}, Accept{6, 2, before, ""}, Accept{7, 4, before, ""})
	for _, c := range []struct {
		name    string
		accepts []Accept
		now     time.Time
		want    string
		say     string
		signOff bool
		rest    string // what escalates
	}{
		{"nothing is accepted yet", nil, before, `3!" to 3, 2!" to 2, 1! to 3, 7! to 4, 6! to 2, 4 to 3, 5 to 2`, "0 of 5 accepted.", false, ""},
		{"one is", accepts(Accept{1, 2, before, ""}), before, `3!" to 3, 2!" to 3, 1! has 2, 7! to 4, 6! to 2, 4 to 3, 5 to 2`, "1 of 5 accepted.", false, ""},
		{"what is at risk is said back", accepts(Accept{2, 3, before, ""}, Accept{3, 2, before, "I will call now."}), before,
			`3!" has 2, 2!" to 3, 1! to 3, 7! to 4, 6! to 2, 4 to 3, 5 to 2`, "1 of 5 accepted.", false, ""},
		{"the first one has it", accepts(Accept{1, 2, before, ""}, Accept{1, 3, before, ""}), before,
			`3!" to 3, 2!" to 3, 1! has 2, 7! to 4, 6! to 2, 4 to 3, 5 to 2`, "1 of 5 accepted.", false, ""},
		{"who goes home cannot", accepts(Accept{1, 1, before, ""}, Accept{1, 99, before, ""}), before,
			`3!" to 3, 2!" to 2, 1! to 3, 7! to 4, 6! to 2, 4 to 3, 5 to 2`, "0 of 5 accepted.", false, ""},
		{"who leads can, on shift or not", accepts(Accept{1, 4, before, ""}), before, `3!" to 3, 2!" to 2, 1! has 4, 7! to 4, 6! to 2, 4 to 3, 5 to 3`, "1 of 5 accepted.", false, ""},
		{"an acceptance that is still to come", accepts(Accept{1, 2, ended, ""}), before,
			`3!" to 3, 2!" to 2, 1! to 3, 7! to 4, 6! to 2, 4 to 3, 5 to 2`, "0 of 5 accepted.", false, ""},
		{"all that must be", all, before, `3!" has 3, 2!" has 3, 1! has 2, 7! has 4, 6! has 2, 4 to 3, 5 to 2`, "5 of 5 accepted.", true, ""},
		{"what nobody accepts escalates", all[1:], ended, `3!" to 3, 2!" has 3, 1! has 2, 7! has 4, 6! has 2, 4 to 3, 5 to 2`, "4 of 5 accepted.", false, `3!" to 3, 4 to 3, 5 to 2`},
		{"not a minute too early", all[1:], ended.Add(-time.Minute), `3!" to 3, 2!" has 3, 1! has 2, 7! has 4, 6! has 2, 4 to 3, 5 to 2`, "4 of 5 accepted.", false, ""},
	} {
		change.Accepts = c.accepts
		h := plan.Handover(matters, change, c.now)
		if write(h.Items) != c.want || h.Progress != c.say || h.SignOff != c.signOff || write(h.Escalate) != c.rest || h.Uncovered != 0 {
			t.Errorf("%s:\n%s, %s, sign off %t, escalate %s", c.name, write(h.Items), h.Progress, h.SignOff, write(h.Escalate))
		}
	}
	if h := plan.Handover(nil, change, before); !h.SignOff || h.Progress != "Nothing has to be accepted." || len(h.Items) != 0 {
		t.Errorf("nothing to hand over: %+v", h)
	}
	if h := Compile(Roster{}).Handover(matters, change, before); h.Uncovered != 5 || h.SignOff || h.Items[0].Receiver != 0 || !strings.Contains(h.Items[0].Why, "ask who is on call") {
		t.Errorf("nobody is there: %+v", h)
	}
	change.At, change.Accepts = at(t, "2026-11-23 15:00"), nil
	if h := plan.Handover(matters[3:4], change, before.Add(-2*time.Hour)); h.Items[0].Receiver != 1 || h.Items[0].Why != "stays on shift" {
		t.Errorf("the owner stays: %+v", h.Items)
	}
	late := matter(9, "2026-11-23 15:45")
	late.Owner = 9
	change.Load = map[int64]int{1: 5}
	if h := plan.Handover([]Matter{late}, change, before.Add(-2*time.Hour)); h.Items[0].Receiver != 1 {
		t.Errorf("who is there comes before who comes on: %+v", h.Items)
	}
}

func TestHandoversByChance(t *testing.T) {
	day := time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoster(t, day)
		minutes := func(label string, from, to int) time.Duration {
			return time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Minute
		}
		c := Change{At: day.Add(minutes("at", -100, 300)), Load: map[int64]int{0: rapid.IntRange(0, 3).Draw(t, "load"), 1: 1}}
		c.NextEnd = c.At.Add(minutes("next", 1, 480))
		var matters []Matter
		for id := range int64(rapid.IntRange(0, 6).Draw(t, "matters")) {
			m := Matter{Promise: id, Client: rapid.Int64Range(1, 2).Draw(t, "client"), Skill: rapid.SampledFrom([]string{"", "PORTAL"}).Draw(t, "skill"),
				Due: c.At.Add(minutes("due", -60, 700)), Owner: rapid.Int64Range(0, 3).Draw(t, "owner"),
				Broken: rapid.IntRange(0, 4).Draw(t, "broken") == 0, Paused: rapid.Bool().Draw(t, "paused"), Unread: rapid.Bool().Draw(t, "unread")}
			if rapid.IntRange(0, 3).Draw(t, "risk") == 0 {
				m.Risks = []Risk{{Danger: NotStarted}}
			}
			matters = append(matters, m)
		}
		for range rapid.IntRange(0, 8).Draw(t, "accepts") {
			c.Accepts = append(c.Accepts, Accept{rapid.Int64Range(0, 6).Draw(t, "promise"), rapid.Int64Range(1, 4).Draw(t, "by"), c.At,
				rapid.SampledFrom([]string{"", "I will call."}).Draw(t, "read back")})
		}
		now := c.At.Add(minutes("now", -5, 5))
		h := Compile(r).Handover(matters, c, now)
		listed := map[int64]Item{}
		must, accepted := 0, 0
		for i, it := range h.Items {
			listed[it.Promise] = it
			if i > 0 && it.Must != h.Items[i-1].Must && it.Must {
				t.Fatalf("what must be accepted comes last: %v", h.Items)
			}
			if it.Must {
				must++
				if it.By != 0 {
					accepted++
				}
			}
			// Whoever is proposed is there at some minute before it is due, and can do it or leads.
			until := c.NextEnd
			if it.Due.After(c.At) && it.Due.Before(until) {
				until = it.Due
			}
			if it.By == 0 && it.Receiver != 0 {
				fits := false
				for m := c.At; m.Before(until); m = m.Add(time.Minute) {
					for _, p := range r.People {
						for _, s := range r.Shifts {
							fits = fits || p.ID == it.Receiver && (there(r, s, p, it.Client, it.Skill, "", m) || p.Lead && there(r, s, p, it.Client, "", "", m))
						}
					}
				}
				if !fits {
					t.Fatalf("%+v cannot be received", it)
				}
			}
		}
		for _, m := range matters {
			_, in := listed[m.Promise]
			if want := m.Due.Before(c.NextEnd) || m.Broken || len(m.Risks) > 0 || m.Paused || m.Unread; in != want {
				t.Fatalf("%+v is listed: %t", m, in)
			}
		}
		if h.Must != must || h.SignOff != (h.Accepted == must) || h.Accepted != accepted {
			t.Fatalf("%+v", h)
		}
		open := 0
		for _, it := range h.Items {
			if it.By == 0 {
				open++
			}
		}
		if now.Before(c.At) {
			open = 0
		}
		if len(h.Escalate) != open {
			t.Fatalf("%d escalate, %d are open", len(h.Escalate), open)
		}
	})
}

// Since when somebody is gone is the last minute at which they were at work, whatever has put them on a rota or off it, when the clocks
// change too; turns that meet are one stretch, and turns are what shifts are that were entered one by one.
func TestWhoHasGoneEqualsTheOracle(t *testing.T) {
	gone := 0
	rapid.Check(t, func(t *rapid.T) {
		rota, around := drawRota(t)
		rota.OnCall = rapid.IntRange(0, 9).Draw(t, "on call") == 0
		now := around.Add(time.Duration(rapid.IntRange(-1500, 1500).Draw(t, "now")) * time.Minute)
		if near := rota.Expand(now.Add(-12*time.Hour), now.Add(12*time.Hour)); len(near) > 0 {
			now = rapid.SampledFrom(near).Draw(t, "turn").End.Add(time.Duration(rapid.IntRange(-10, 300).Draw(t, "after")) * time.Minute)
		}
		r := Roster{People: []Person{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}}, Shifts: rota.Expand(now.Add(-26*time.Hour), now.Add(26*time.Hour))}
		for range rapid.IntRange(0, 3).Draw(t, "absences") {
			start := now.Add(time.Duration(rapid.IntRange(-2000, 300).Draw(t, "away")) * time.Minute)
			r.Absences = append(r.Absences, Absence{rapid.Int64Range(1, 4).Draw(t, "who"), start, start.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "for")) * time.Minute)})
		}
		cut := r
		cut.Shifts = nil
		for i, s := range r.Shifts {
			middle := s.Start.Add(s.End.Sub(s.Start) / time.Duration(rapid.IntRange(2, 5).Draw(t, "cut")))
			first, second := s, s
			first.ID, first.End, second.ID, second.Start = int64(2*i), middle, int64(2*i+1), middle
			cut.Shifts = append(cut.Shifts, second, first)
		}
		turns, shifts := Compile(r), Compile(cut)
		for _, p := range r.People {
			in := func(m, start, end time.Time) bool { return !m.Before(start) && m.Before(end) }
			away := func(m time.Time) bool {
				return slices.ContainsFunc(r.Absences, func(a Absence) bool { return a.Person == p.ID && in(m, a.Start, a.End) })
			}
			mine := func(s Shift) bool { return s.Person == p.ID && !s.OnCall }
			works := func(m time.Time) bool {
				return !away(m) && slices.ContainsFunc(r.Shifts, func(s Shift) bool { return mine(s) && in(m, s.Start, s.End) })
			}
			since := now
			for !works(since.Add(-time.Minute)) && since.After(now.Add(-24*time.Hour)) {
				since = since.Add(-time.Minute)
			}
			want := !works(now) && (away(now) || slices.ContainsFunc(r.Shifts, mine))
			for what, plan := range map[string]*Plan{"turns": turns, "shifts": shifts} {
				got, is := plan.Left(p.ID, now)
				if is != want || is && !got.Equal(since) {
					t.Fatalf("%s: %d is gone at %s: %v since %s, want %v since %s", what, p.ID, now, is, got, want, since)
				}
			}
			if want && since.After(now.Add(-24*time.Hour)) {
				gone++
			}
		}
	})
	if gone < 5 {
		t.Errorf("only %d had gone within a day", gone)
	}
}
