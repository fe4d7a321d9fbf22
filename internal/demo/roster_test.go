package demo

import (
	"testing"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

// plan is the roster of the demo as the desk sees it.
func plan(t *testing.T, now time.Time) (*coverage.Plan, *time.Location) {
	t.Helper()
	clients, err := hospitals()
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRoster(workers(clients, ""), now)
	if err != nil {
		t.Fatal(err)
	}
	var all coverage.Roster
	all.Shifts = r.shifts()
	for _, w := range r.workers {
		p := coverage.Person{ID: int64(w.ID), Name: w.Name, Lead: w.Role != desk.Analyst, Skills: map[string]time.Time{}, Languages: w.Languages, Clients: []int64{}}
		for _, k := range w.skills {
			p.Skills[k] = time.Time{}
		}
		for _, c := range w.Clients {
			p.Clients = append(p.Clients, int64(c))
		}
		all.People = append(all.People, p)
	}
	return coverage.Compile(all), r.loc
}

// The story works at any hour of any day on which somebody tries the demo, for known and unknown
// people of every hospital, in both languages.
func TestAtEveryHourTheStoryHasItsWindows(t *testing.T) {
	start := time.Date(2026, 6, 2, 5, 0, 0, 0, time.UTC) // midnight in Chicago
	p, loc := plan(t, start)
	for hour := range 24 * 9 {
		now := start.Add(time.Duration(hour)*time.Hour + 5*time.Minute)
		local := now.In(loc)
		for client := int64(1); client <= 6; client++ {
			for _, lang := range []string{"", "es"} {
				for _, unverified := range []bool{false, true} {
					w, ok := p.Next(coverage.Query{Client: client, Skill: "PORTAL", Language: lang, From: now, Unverified: unverified})
					if !ok {
						t.Fatalf("%s: nobody who knows the portal in 28 days for client %d %s", local, client, lang)
					}
					at := w.Start.In(loc)
					switch h := local.Hour(); {
					case h >= 18 && (at.Day() == local.Day() || at.Hour() != 8):
						t.Errorf("%s: the next window of client %d %q is %s, want tomorrow 8", local, client, lang, at)
					case h < 8 && (at.Day() != local.Day() || at.Hour() != 8):
						t.Errorf("%s: the next window of client %d %q is %s, want today 8", local, client, lang, at)
					case h >= 8 && h < 17 && at.Sub(local) > 90*time.Minute:
						t.Errorf("%s: the next window of client %d %q is %s, want soon", local, client, lang, at)
					}
				}
			}
			if w, ok := p.Next(coverage.Query{Client: client, Skill: "IDN", From: now}); !ok || w.Start.Sub(now) > time.Hour {
				t.Errorf("%s: nobody for passwords of client %d until %s", local, client, w.Start.In(loc))
			}
			if _, _, ok := p.Lead(client, now); !ok {
				t.Errorf("%s: nobody leads for client %d", local, client)
			}
		}
	}
}

func TestEverySkillHasSomebodyEveryDay(t *testing.T) {
	start := time.Date(2026, 6, 2, 5, 0, 0, 0, time.UTC)
	p, _ := plan(t, start)
	for _, k := range skills {
		for client := int64(1); client <= 6; client++ {
			w, ok := p.Next(coverage.Query{Client: client, Skill: k.Code, From: start})
			if !ok || w.Start.Sub(start) > 72*time.Hour {
				t.Errorf("nobody for %s of client %d within three days", k.Code, client)
			}
		}
	}
}
