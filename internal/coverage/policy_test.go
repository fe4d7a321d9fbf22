package coverage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// ladder is: who knows, ten minutes before; then whoever is on call of rota 7, twice; then Lea.
func ladder() Policy {
	return Policy{Name: "Callbacks", Steps: []Step{
		{At: -10 * time.Minute, To: []Target{{Role: Knows}}, Wait: 10 * time.Minute},
		{At: 0, To: []Target{{Rota: 7}}, Wait: 5 * time.Minute, Repeat: 1},
		{At: 30 * time.Minute, To: []Target{{Person: 3}, {Role: Leads}}, Wait: 5 * time.Minute},
	}}
}

func TestEscalationInTradeWords(t *testing.T) {
	type desk struct {
		Roster
		Policy
		Case
		now time.Time
	}
	for _, c := range []struct {
		name    string
		set     func(*desk)
		outcome Outcome
		calls   string
		next    string
		lines   []string
	}{
		{"before anything", func(d *desk) { d.now = at(t, "2026-11-23 08:49") }, Quiet, "", "08:50 P1",
			[]string{"08:50 Step 1 calls P1."}},
		{"ten minutes before it is due", func(d *desk) { d.now = at(t, "2026-11-23 08:50") }, Calling, "08:50 P1", "09:00 P2",
			[]string{"08:50 Step 1 calls P1.", "09:00 Step 2 calls P2."}},
		{"called again", func(d *desk) { d.now = at(t, "2026-11-23 09:05") }, Calling, "08:50 P1, 09:00 P2, 09:05 P2", "09:30 P3",
			[]string{"08:50 Step 1 calls P1.", "09:00 Step 2 calls P2.", "09:05 Step 2 calls P2, for the 2nd time.", "09:30 Step 3 calls P3."}},
		{"acknowledged", func(d *desk) {
			d.now, d.Acks = at(t, "2026-11-23 11:00"), []Ack{{2, at(t, "2026-11-23 09:03")}}
		}, Acknowledged, "08:50 P1, 09:00 P2", "", []string{"08:50 Step 1 calls P1.", "09:00 Step 2 calls P2.", "09:03 P2 has it."}},
		{"acknowledged in the instant of the next call", func(d *desk) {
			d.now, d.Acks = at(t, "2026-11-23 11:00"), []Ack{{2, at(t, "2026-11-23 09:05")}}
		}, Acknowledged, "08:50 P1, 09:00 P2", "", nil},
		{"a step that does not wait waits a minute", func(d *desk) { d.Policy.Steps[1].Wait, d.now = 0, at(t, "2026-11-23 09:00") },
			Calling, "08:50 P1, 09:00 P2", "09:01 P2", nil},
		{"acknowledged in the last wait", func(d *desk) {
			d.now, d.Acks = at(t, "2026-11-23 11:00"), []Ack{{3, at(t, "2026-11-23 09:34")}}
		}, Acknowledged, "08:50 P1, 09:00 P2, 09:05 P2, 09:30 P3", "", nil},
		{"too late an acknowledgement", func(d *desk) {
			d.now, d.Acks = at(t, "2026-11-23 09:36"), []Ack{{3, at(t, "2026-11-23 09:36")}}
		}, Nobody, "08:50 P1, 09:00 P2, 09:05 P2, 09:30 P3", "", nil},
		{"an acknowledgement that is still to come", func(d *desk) {
			d.now, d.Acks = at(t, "2026-11-23 09:00"), []Ack{{2, at(t, "2026-11-23 09:03")}}
		}, Calling, "08:50 P1, 09:00 P2", "09:05 P2", nil},
		{"nobody answers", func(d *desk) { d.now = at(t, "2026-11-23 09:35") }, Nobody, "08:50 P1, 09:00 P2, 09:05 P2, 09:30 P3", "",
			[]string{"08:50 Step 1 calls P1.", "09:00 Step 2 calls P2.", "09:05 Step 2 calls P2, for the 2nd time.", "09:30 Step 3 calls P3.",
				"09:35 Nobody was reached: nobody who was called has said that they have it."}},
		{"an empty step is taken over at once", func(d *desk) {
			d.Roster.People[0].Skills, d.now = nil, at(t, "2026-11-23 08:50")
		}, Calling, "08:50 P2", "08:55 P2", []string{"08:50 Step 1 finds nobody: nobody on shift has the skill. Step 2 takes its place at once.", "08:50 Step 2 calls P2.", "08:55 Step 2 calls P2, for the 2nd time."}},
		{"two empty steps", func(d *desk) {
			d.Roster.People[0].Skills, d.Roster.Shifts, d.now = nil, d.Roster.Shifts[:1], at(t, "2026-11-23 08:50")
		}, Calling, "08:50 P3", "", []string{"08:50 Step 1 finds nobody: nobody on shift has the skill. Step 2 takes its place at once.",
			"08:50 Step 2 finds nobody: nobody has the turn of rota 7. Step 3 takes its place at once.", "08:50 Step 3 calls P3.",
			"08:55 Nobody was reached: nobody who was called has said that they have it."}},
		{"who is called goes off in between", func(d *desk) {
			d.Roster.Shifts[1].End, d.now = at(t, "2026-11-23 09:05"), at(t, "2026-11-23 09:05")
		}, Calling, "08:50 P1, 09:00 P2, 09:05 P3", "", nil},
		{"the last is away", func(d *desk) {
			d.Roster.Absences, d.now = []Absence{{3, at(t, "2026-11-23 00:00"), at(t, "2026-11-24 00:00")}}, at(t, "2026-11-23 09:30")
		}, Nobody, "08:50 P1, 09:00 P2, 09:05 P2", "", []string{"08:50 Step 1 calls P1.", "09:00 Step 2 calls P2.", "09:05 Step 2 calls P2, for the 2nd time.",
			"09:30 Step 3 finds nobody: P3 is away, nobody on shift leads.", "09:30 Nobody was reached: nobody who was called has said that they have it."}},
		{"an empty roster", func(d *desk) { d.Roster, d.now = Roster{}, at(t, "2026-11-23 08:50") }, Nobody, "", "",
			[]string{"08:50 Step 1 finds nobody: nobody on shift has the skill. Step 2 takes its place at once.",
				"08:50 Step 2 finds nobody: nobody has the turn of rota 7. Step 3 takes its place at once.",
				"08:50 Step 3 finds nobody: person 3 is not on the roster, nobody on shift leads.", "08:50 Nobody was reached: no step found anybody."}},
		{"who has no way to be told is no reason to wait", func(d *desk) {
			d.Deaf, d.now = func(id int64, _ time.Time) bool { return id == 1 }, at(t, "2026-11-23 08:50")
		}, Calling, "08:50 P1, 08:50 P2", "08:55 P2", []string{"08:50 Step 1 finds nobody who can be told: no way to reach P1 works. Step 2 takes its place at once.",
			"08:50 Step 2 calls P2.", "08:55 Step 2 calls P2, for the 2nd time."}},
		{"nobody can be told", func(d *desk) {
			d.Deaf, d.now = func(int64, time.Time) bool { return true }, at(t, "2026-11-23 08:50")
		}, Nobody, "08:50 P1, 08:50 P2, 08:50 P3", "", []string{"08:50 Step 1 finds nobody who can be told: no way to reach P1 works. Step 2 takes its place at once.",
			"08:50 Step 2 finds nobody who can be told: no way to reach P2 works. Step 3 takes its place at once.",
			"08:50 Step 3 finds nobody who can be told: no way to reach P3 works.", "08:50 Nobody was reached: no step found anybody who can be told."}},
		{"one of two can be told", func(d *desk) {
			d.Deaf, d.now = func(id int64, _ time.Time) bool { return id == 2 }, at(t, "2026-11-23 08:50")
			d.Policy.Steps[0].To = []Target{{Person: 2}, {Person: 1}}
		}, Calling, "08:50 P2, 08:50 P1", "09:00 P2", nil},
		{"who does not serve the client is not called for it", func(d *desk) {
			d.Roster.People[1].Clients, d.Roster.People[2].Clients, d.now = []int64{99}, []int64{99}, at(t, "2026-11-23 09:00")
		}, Nobody, "08:50 P1", "", []string{"08:50 Step 1 calls P1.", "09:00 Step 2 finds nobody: nobody who has the turn of rota 7 serves this hospital. Step 3 takes its place at once.",
			"09:00 Step 3 finds nobody: P3 does not serve this hospital, nobody on shift leads.", "09:00 Nobody was reached: nobody who was called has said that they have it."}},
		{"whose turn is at other hospitals is not called for it", func(d *desk) {
			d.Roster.Shifts[1].Clients, d.now = []int64{99}, at(t, "2026-11-23 09:00")
			d.Policy.Steps = d.Policy.Steps[1:2]
		}, Nobody, "", "", []string{"09:00 Step 1 finds nobody: nobody who has the turn of rota 7 serves this hospital.", "09:00 Nobody was reached: no step found anybody."}},
		{"nor is an owner who is on shift at other hospitals", func(d *desk) {
			d.Roster.Shifts[0].Clients, d.Owner, d.now = []int64{99}, 1, at(t, "2026-11-23 09:00")
			d.Policy.Steps = []Step{{To: []Target{{Role: Owner}}}}
		}, Nobody, "", "", []string{"09:00 Step 1 finds nobody: P1 is neither on shift nor on call for this hospital.", "09:00 Nobody was reached: no step found anybody."}},
		{"a policy without steps", func(d *desk) { d.Policy.Steps, d.now = nil, at(t, "2026-11-23 09:00") }, Nobody, "", "",
			[]string{"09:00 Nobody was reached: no step found anybody."}},
		{"a step that calls no one", func(d *desk) { d.Policy.Steps[0].To, d.now = nil, at(t, "2026-11-23 08:50") }, Calling, "08:50 P2", "08:55 P2", nil},
		{"promised late", func(d *desk) { d.Since, d.now = at(t, "2026-11-23 08:58"), at(t, "2026-11-23 08:58") }, Calling, "08:58 P1", "09:08 P2", nil},
		{"the supervisor and Lea are called once each", func(d *desk) {
			d.Roster.People[0].Lead, d.Roster.People[2].Lead, d.now = true, true, at(t, "2026-11-23 09:30")
			d.Roster.Shifts = append(d.Roster.Shifts, Shift{ID: 30, Person: 3, Start: at(t, "2026-11-23 08:00"), End: at(t, "2026-11-23 18:00")})
			d.Policy.Steps = d.Policy.Steps[2:]
		}, Calling, "09:30 P3, 09:30 P1", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p1, s1 := analyst(t, 1)
			p2, s2 := analyst(t, 2)
			p3, _ := analyst(t, 3)
			s2.OnCall, s2.Rota = true, 7
			d := desk{Roster: Roster{People: []Person{p1, p2, p3}, Shifts: []Shift{s1, s2}}, Policy: ladder(),
				Case: Case{Client: hospital, Skill: "PORTAL", Language: "en", Due: at(t, "2026-11-23 09:00")}}
			c.set(&d)
			e := Compile(d.Roster).Escalate(d.Policy, d.Case, d.now)
			write := func(list []Call) string {
				var out []string
				for _, k := range list {
					out = append(out, fmt.Sprintf("%s P%d", k.At.In(chicago(t)).Format("15:04"), k.Person))
				}
				return strings.Join(out, ", ")
			}
			if e.Outcome != c.outcome || write(e.Calls) != c.calls || write(e.Next) != c.next {
				t.Errorf("%s, called %q, next %q", e.Outcome, write(e.Calls), write(e.Next))
			}
			var lines []string
			for _, l := range e.Lines {
				lines = append(lines, l.At.In(chicago(t)).Format("15:04 ")+l.Text)
			}
			if c.lines != nil && !slices.Equal(lines, c.lines) {
				t.Errorf("lines %s", strings.Join(lines, "\n"))
			}
			if e.At.IsZero() != (e.Outcome == Acknowledged) {
				t.Errorf("at %s", e.At)
			}
		})
	}
}

func TestWhatIsWrongWithAPolicyIsSaid(t *testing.T) {
	if say := ladder().Check(); say != nil {
		t.Errorf("all is well: %v", say)
	}
	p := Policy{Name: "Night", Steps: []Step{{At: time.Hour, Repeat: 101}, {To: []Target{{Role: Leads}}}}}
	got := strings.Join(p.Check(), "\n")
	for _, want := range []string{"step 1 calls nobody: add", "step 1 waits less than a minute", "step 1 repeats 0 to 100", "step 2 comes before the step above"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %s", want, got)
		}
	}
	if got := (Policy{Name: "Night"}).Check(); len(got) != 1 || got[0] != "Night has no steps, so nobody is called: add one." {
		t.Error(got)
	}
}

// The oracle walks minute by minute with a hand on the rung.
func TestEscalationEqualsTheOracle(t *testing.T) {
	day := time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRoster(t, day)
		for i := range r.Shifts {
			r.Shifts[i].Rota = int64(rapid.IntRange(0, 2).Draw(t, "rota"))
		}
		minutes := func(label string, from, to int) time.Duration {
			return time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Minute
		}
		pol := Policy{}
		for range rapid.IntRange(0, 4).Draw(t, "steps") {
			s := Step{At: minutes("at", -60, 60), Wait: minutes("wait", 0, 20), Repeat: rapid.IntRange(0, 3).Draw(t, "repeat")}
			for range rapid.IntRange(0, 2).Draw(t, "targets") {
				s.To = append(s.To, rapid.SampledFrom([]Target{{Person: 1}, {Person: 9}, {Rota: 1}, {Rota: 2}, {Role: Leads}, {Role: Knows}}).Draw(t, "target"))
			}
			pol.Steps = append(pol.Steps, s)
		}
		c := Case{Client: 1, Skill: "PORTAL", Due: day.Add(minutes("due", -200, 600))}
		c.Since = c.Due.Add(-minutes("since", -10, 90))
		if rapid.Bool().Draw(t, "answered") {
			c.Acks = []Ack{{2, c.Due.Add(minutes("ack", -60, 120))}}
		}
		deaf := map[int64]bool{}
		for id := range int64(5) {
			deaf[id] = rapid.IntRange(0, 3).Draw(t, "deaf") == 0
		}
		c.Deaf = func(id int64, _ time.Time) bool { return deaf[id] }
		now := c.Due.Add(minutes("now", -90, 240))
		here := func(to []Target, m time.Time) (who []int64) {
			in := func(a, b time.Time) bool { return !m.Before(a) && m.Before(b) }
			absent := func(id int64) bool {
				return slices.ContainsFunc(r.Absences, func(a Absence) bool { return a.Person == id && in(a.Start, a.End) })
			}
			for _, p := range r.People {
				if p.Clients != nil && !slices.Contains(p.Clients, c.Client) {
					continue
				}
				for _, k := range to {
					on := slices.ContainsFunc(r.Shifts, func(s Shift) bool {
						if s.Clients != nil && !slices.Contains(s.Clients, c.Client) && k.Person == 0 {
							return false // the turn is not for this hospital
						}
						if k.Rota != 0 {
							resting := slices.ContainsFunc(s.Breaks, func(b Span) bool { return in(b.Start, b.End) })
							return s.Rota == k.Rota && s.Person == p.ID && in(s.Start, s.End) && !resting && !absent(p.ID)
						}
						return k.Role == Leads && p.Lead && there(r, s, p, c.Client, "", "", m) || k.Role == Knows && there(r, s, p, c.Client, c.Skill, "", m)
					})
					if on || k.Person == p.ID && k.Person != 0 && !absent(p.ID) {
						who = append(who, p.ID)
						break
					}
				}
			}
			return who
		}
		var calls []Call
		outcome := Quiet
		step, round := 0, 0
		ready := c.Since
		if len(pol.Steps) == 0 && c.Due.After(ready) {
			ready = c.Due
		}
		taken := false
	walk:
		for m := c.Due.Add(-3 * time.Hour); !m.After(now); m = m.Add(time.Minute) {
			if len(c.Acks) > 0 && m.Equal(c.Acks[0].At) && outcome != Nobody {
				// An answer stops whatever has not been called yet.
				outcome = Acknowledged
				break
			}
			for !m.Before(ready) {
				if step == len(pol.Steps) {
					outcome = Nobody
					break walk
				}
				s := pol.Steps[step]
				if round == 0 && !taken && m.Before(c.Due.Add(s.At)) {
					break
				}
				who := here(s.To, m)
				if len(who) == 0 {
					step, round, taken = step+1, 0, true
					ready = m
					continue
				}
				for _, id := range who {
					calls = append(calls, Call{step, round, id, m})
				}
				if !slices.ContainsFunc(who, func(id int64) bool { return !deaf[id] }) {
					step, round, taken = step+1, 0, true
					ready = m
					continue
				}
				outcome, taken = Calling, false
				ready = m.Add(max(s.Wait, time.Minute))
				if round++; round > s.Repeat {
					step, round = step+1, 0
				}
			}
		}
		e := Compile(r).Escalate(pol, c, now)
		order := func(a, b Call) int {
			return slices.Compare([]int64{a.At.Unix(), int64(a.Step), int64(a.Round), a.Person}, []int64{b.At.Unix(), int64(b.Step), int64(b.Round), b.Person})
		}
		got := slices.SortedFunc(slices.Values(e.Calls), order)
		if e.Outcome != outcome || !slices.EqualFunc(got, calls, func(a, b Call) bool { return order(a, b) == 0 }) {
			t.Fatalf("%s %v, want %s %v; %v", e.Outcome, got, outcome, calls, e.Lines)
		}
		if e.Outcome != Acknowledged && e.Outcome != Nobody && !e.At.After(now) {
			t.Fatalf("next at %s is not after now", e.At)
		}
		// What was called stays called, and is called once.
		laterOn := Compile(r).Escalate(pol, c, now.Add(time.Hour))
		if len(laterOn.Calls) < len(e.Calls) || !slices.Equal(laterOn.Calls[:len(e.Calls)], e.Calls) {
			t.Fatalf("an hour later %v, before %v", laterOn.Calls, e.Calls)
		}
		keys := map[string]bool{}
		for _, k := range laterOn.Calls {
			key := fmt.Sprint(k.Step, k.Round, k.Person)
			if keys[key] {
				t.Fatalf("%s twice", key)
			}
			keys[key] = true
		}
		if e.Next != nil && len(c.Acks) == 0 {
			on := Compile(r).Escalate(pol, c, e.At)
			if !slices.Equal(on.Calls[len(e.Calls):][:len(e.Next)], e.Next) {
				t.Fatalf("next %v, then %v", e.Next, on.Calls)
			}
		}
	})
}

func TestRings(t *testing.T) {
	nine := at(t, "2026-11-23 21:00")
	quiet := []Span{{at(t, "2026-11-23 21:00"), at(t, "2026-11-24 07:00")}}
	rules := []Rule{{ByCall, 10 * time.Minute}, {ByText, 0}, {ByMail, 0}}
	for _, c := range []struct {
		name   string
		rules  []Rule
		at     time.Time
		urgent bool
		quiet  []Span
		ack    time.Time
		want   string
	}{
		{"in their order of time", rules, nine.Add(-time.Hour), false, quiet, time.Time{}, "23 20:00 mail at once, 23 20:00 text at once, 23 20:10 call after 10 min"},
		{"quiet hours hold what is not urgent", rules, nine, false, quiet, time.Time{}, "24 07:00 call held until quiet hours end, 24 07:00 mail held until quiet hours end, 24 07:00 text held until quiet hours end"},
		{"quiet hours do not hold what is urgent", rules, nine, true, quiet, time.Time{}, "23 21:00 mail at once, 23 21:00 text at once, 23 21:10 call after 10 min"},
		{"only what falls into them", rules, nine.Add(-5 * time.Minute), false, quiet, time.Time{}, "23 20:55 mail at once, 23 20:55 text at once, 24 07:00 call held until quiet hours end"},
		{"the end of quiet hours is not quiet", rules[1:2], quiet[0].End, false, quiet, time.Time{}, "24 07:00 text at once"},
		{"held twice is rung once", []Rule{{ByText, 0}, {ByText, 5 * time.Minute}}, nine, false, quiet, time.Time{}, "24 07:00 text held until quiet hours end"},
		{"acknowledged before the call", rules, nine, true, nil, nine.Add(10 * time.Minute), "23 21:00 mail at once, 23 21:00 text at once"},
		{"nobody is unreachable for want of rules", nil, nine, true, nil, time.Time{}, "23 21:00 text has no rules: a text at once"},
		{"a time below zero is at once", []Rule{{ByCall, -time.Hour}}, nine, true, nil, time.Time{}, "23 21:00 call at once"},
	} {
		var out []string
		for _, r := range Rings(c.rules, c.at, c.urgent, c.quiet, c.ack) {
			out = append(out, r.At.In(chicago(t)).Format("02 15:04 ")+string(r.By)+" "+r.Why)
		}
		if got := strings.Join(out, ", "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// Minute by minute: what is urgent rings when its rules say; what is not waits while it is quiet.
func TestRingsEqualTheOracle(t *testing.T) {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var rules []Rule
		for range rapid.IntRange(1, 4).Draw(t, "rules") {
			rules = append(rules, Rule{rapid.SampledFrom([]By{ByText, ByMail, ByCall}).Draw(t, "by"), time.Duration(rapid.IntRange(0, 60).Draw(t, "after")) * time.Minute})
		}
		var quiet []Span
		from := start
		for range rapid.IntRange(0, 3).Draw(t, "quiet") {
			from = from.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "pause")) * time.Minute)
			s := Span{from, from.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "length")) * time.Minute)}
			quiet, from = append(quiet, s), s.End
		}
		urgent := rapid.Bool().Draw(t, "urgent")
		want := map[string]bool{}
		for _, r := range rules {
			m := start.Add(r.After)
			for !urgent && slices.ContainsFunc(quiet, func(q Span) bool { return !m.Before(q.Start) && m.Before(q.End) }) {
				m = m.Add(time.Minute)
			}
			want[fmt.Sprint(r.By, m)] = true
		}
		got := map[string]bool{}
		for _, r := range Rings(rules, start, urgent, quiet, time.Time{}) {
			key := fmt.Sprint(r.By, r.At)
			if got[key] {
				t.Fatalf("%s twice", key)
			}
			got[key] = true
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
