package coverage

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRisksInTradeWords(t *testing.T) {
	type desk struct {
		Roster
		Pledge
		now time.Time
	}
	for _, c := range []struct {
		name string
		set  func(*desk)
		want string
	}{
		{"all is well", func(d *desk) {}, ""},
		{"owner off shift", func(d *desk) { d.Owner = 3 }, "owner off shift"},
		{"the owner comes on before it is due", func(d *desk) {
			d.Owner = 3
			d.Shifts = append(d.Shifts, Shift{ID: 30, Person: 3, Start: at(t, "2026-11-23 10:59"), End: at(t, "2026-11-23 12:00")})
		}, ""},
		{"the owner comes on when it is due", func(d *desk) {
			d.Owner = 3
			d.Shifts = append(d.Shifts, Shift{ID: 30, Person: 3, Start: at(t, "2026-11-23 11:00"), End: at(t, "2026-11-23 12:00")})
		}, "owner off shift"},
		{"the owner's shift ends before the window", func(d *desk) { d.Shifts[0].End = at(t, "2026-11-23 10:30") }, "owner off shift"},
		{"the owner is away", func(d *desk) {
			d.Absences = []Absence{{1, at(t, "2026-11-23 10:30"), at(t, "2026-11-23 11:00")}}
		}, "owner off shift"},
		{"the owner does not serve the client", func(d *desk) { d.People[0].Clients = []int64{1} }, "owner off shift"},
		{"the owner works on it after their shift", func(d *desk) { d.Owner, d.Started = 3, true }, ""},
		{"no owner, somebody will take it", func(d *desk) { d.Owner = 0 }, ""},
		{"the owner is on a call", func(d *desk) { d.OnCallSince, d.now = at(t, "2026-11-23 10:30"), at(t, "2026-11-23 10:42") }, "on a call 12 min"},
		{"an hour before it is due a call is a risk", func(d *desk) { d.OnCallSince, d.now = at(t, "2026-11-23 09:59"), at(t, "2026-11-23 10:00") }, "on a call 1 min"},
		{"earlier it is not", func(d *desk) { d.OnCallSince, d.now = at(t, "2026-11-23 09:58"), at(t, "2026-11-23 09:59") }, ""},
		{"nobody has the skill", func(d *desk) { d.Skill = "LAB" }, "no one with the skill"},
		{"nobody speaks the language", func(d *desk) { d.Language = "es" }, "no one with the skill"},
		{"the certification ends before the window", func(d *desk) {
			d.People[0].Skills["PORTAL"], d.People[1].Skills["PORTAL"] = at(t, "2026-11-23 10:30"), at(t, "2026-11-23 10:30")
		}, "owner’s certificate ends before; no one with the skill"},
		{"the owner's certificate ends before, another's does not", func(d *desk) { d.People[0].Skills["PORTAL"] = at(t, "2026-11-23 10:30") }, "owner’s certificate ends before"},
		{"it ends within the window", func(d *desk) { d.People[0].Skills["PORTAL"] = at(t, "2026-11-23 10:59") }, "owner’s certificate ends before"},
		{"it ends with the window", func(d *desk) { d.People[0].Skills["PORTAL"] = at(t, "2026-11-23 11:00") }, ""},
		{"without a window it is enough to begin with", func(d *desk) {
			d.From, d.People[0].Skills["PORTAL"] = time.Time{}, at(t, "2026-11-23 09:30")
		}, ""},
		{"the owner was chosen without a certificate", func(d *desk) { delete(d.People[0].Skills, "PORTAL") }, ""},
		{"the certification ends before the shift begins", func(d *desk) {
			d.Owner, d.Shifts[0].Start, d.Shifts[1].Start = 0, at(t, "2026-11-23 10:45"), at(t, "2026-11-23 10:45")
			d.People[0].Skills["PORTAL"], d.People[1].Skills["PORTAL"] = at(t, "2026-11-23 10:40"), at(t, "2026-11-23 10:40")
		}, "no one with the skill"},
		{"one try", func(d *desk) { d.Tries = 1 }, "1 try, no answer"},
		{"two tries", func(d *desk) { d.Tries = 2 }, "2 tries, no answer"},
		{"such work takes longer", func(d *desk) { d.Usual, d.now = 40*time.Minute, at(t, "2026-11-23 10:21") }, "only 39 min left"},
		{"such work takes just as long", func(d *desk) { d.Usual, d.now = 40*time.Minute, at(t, "2026-11-23 10:20") }, ""},
		{"not started", func(d *desk) { d.now = at(t, "2026-11-23 10:45") }, "not started, 15 min left"},
		{"sixteen minutes are enough", func(d *desk) { d.now = at(t, "2026-11-23 10:44") }, ""},
		{"started", func(d *desk) {
			d.Started, d.Usual, d.OnCallSince, d.now = true, time.Hour, d.now, at(t, "2026-11-23 10:50")
		}, ""},
		{"broken is not at risk", func(d *desk) { d.Owner, d.now = 3, at(t, "2026-11-23 11:00") }, ""},
		{"everything at once, in order", func(d *desk) {
			d.Owner, d.OnCallSince, d.Skill, d.Tries, d.Usual, d.now = 3, at(t, "2026-11-23 10:45"), "LAB", 2, time.Hour, at(t, "2026-11-23 10:50")
		}, "owner off shift; on a call 5 min; no one with the skill; 2 tries, no answer; only 10 min left; not started, 10 min left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p1, s1 := analyst(t, 1)
			p2, s2 := analyst(t, 2)
			p3, _ := analyst(t, 3)
			d := desk{Roster{People: []Person{p1, p2, p3}, Shifts: []Shift{s1, s2}},
				Pledge{Client: hospital, Skill: "PORTAL", Language: "en", From: at(t, "2026-11-23 10:30"), Due: at(t, "2026-11-23 11:00"), Owner: 1},
				at(t, "2026-11-23 09:00")}
			c.set(&d)
			var out []string
			for _, r := range Compile(d.Roster).Risks(d.Pledge, d.now) {
				out = append(out, r.String())
			}
			if got := strings.Join(out, "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRisksOfPeopleEqualTheOracle(t *testing.T) {
	day := time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoster(t, day)
		minutes := func(label string) time.Duration {
			return time.Duration(rapid.IntRange(-300, 900).Draw(t, label)) * time.Minute
		}
		d := Pledge{Client: rapid.Int64Range(1, 3).Draw(t, "client"), Skill: "PORTAL", Owner: rapid.Int64Range(0, 4).Draw(t, "owner"),
			From: day.Add(minutes("window")), Due: day.Add(minutes("due"))}
		now := day.Add(minutes("now"))
		owner, somebody := false, false
		from := now
		if d.From.After(now) && d.From.Before(d.Due) {
			from = d.From
		}
		for m := from; m.Before(d.Due); m = m.Add(time.Minute) {
			for _, p := range r.People {
				for _, s := range r.Shifts {
					owner = owner || p.ID == d.Owner && there(r, s, p, d.Client, "", "", m)
					somebody = somebody || there(r, s, p, d.Client, d.Skill, "", m)
				}
			}
		}
		var want []Danger
		if now.Before(d.Due) {
			if d.Owner != 0 && !owner {
				want = append(want, OwnerOffShift)
			}
			until, limited := time.Time{}, false
			for _, p := range r.People {
				if p.ID == d.Owner && d.Owner != 0 {
					until, limited = p.Skills[d.Skill], !p.Skills[d.Skill].IsZero()
				}
			}
			if limited && until.Before(d.Due) {
				want = append(want, NotCertified)
			}
			if !somebody {
				want = append(want, NobodyKnows)
			}
			if d.Due.Sub(now) <= 15*time.Minute {
				want = append(want, NotStarted)
			}
		}
		var got []Danger
		for _, k := range Compile(r).Risks(d, now) {
			got = append(got, k.Danger)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
