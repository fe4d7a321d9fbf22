package need

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var desk = Rule{
	Goal: Goal{Share: 0.8, Within: 30 * seconds}, Handle: 12 * time.Minute, Patience: 2 * time.Minute, Promise: 10 * time.Minute,
}

func TestNeedOfAHalfHour(t *testing.T) {
	whole := desk
	whole.Promise = 0
	skill := desk
	skill.Least = 0.05
	for _, c := range []struct {
		name     string
		rule     Rule
		contacts float64
		promises int
		want     int
	}{
		{"nothing to do", desk, 0, 0, 0},
		{"hardly a call, and somebody must be there", desk, 0.001, 0, 1},
		{"hardly a call, and nobody waits for it", skill, 0.049, 0, 0},
		{"enough to wait for", skill, 0.05, 0, 1},
		{"promises only, one after the other", desk, 0, 3, 1},
		{"promises of seven minutes and a half", Rule{Promise: 450 * seconds}, 0, 12, 3},
		{"promises only, one more", desk, 0, 4, 2},
		{"a promise that takes the half hour", whole, 0, 3, 3},
		{"calls only", desk, 2.1, 0, 2},
		{"calls leave time for a promise", desk, 1, 1, 2},
		{"calls leave too little time for a promise", desk, 2.1, 1, 3},
		{"calls and promises", desk, 2.1, 3, 3},
		{"fewer than no promises", desk, 0, -2, 0},
	} {
		if got := c.rule.Required(c.contacts, c.promises); got.Need != c.want {
			t.Errorf("%s: need %d (%.3f), want %d", c.name, got.Need, got.Exact, c.want)
		}
	}
}

func TestARoundingErrorIsNotAPerson(t *testing.T) {
	r := desk
	r.Patience, r.Promise = 0, 2*time.Minute
	if q := r.Required(1e-15, 3); q.Need != 1 { // 0.8 for whoever calls, and 0.2
		t.Errorf("%+v", q)
	}
}

func TestNeedGrowsWithWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := desk
		r.Patience = time.Duration(rapid.IntRange(0, 10).Draw(t, "patience")) * time.Minute
		r.Promise = time.Duration(rapid.IntRange(0, 40).Draw(t, "promise")) * time.Minute
		contacts, promises := rapid.Float64Range(0, 60).Draw(t, "contacts"), rapid.IntRange(0, 20).Draw(t, "promises")
		q := r.Required(contacts, promises)
		more, booked := r.Required(contacts*1.1, promises), r.Required(contacts, promises+1)
		if more.Exact < q.Exact-1e-9 || booked.Exact <= q.Exact || more.Need < q.Need || booked.Need < q.Need {
			t.Fatalf("%+v, with more calls %+v, with one more promise %+v", q, more, booked)
		}
		if float64(q.Need) < q.Exact-1e-9 || float64(q.Need) >= q.Exact+1-1e-9 {
			t.Fatalf("%g is rounded to %d", q.Exact, q.Need)
		}
		if apart := r.Goal.Agents(Load{2 * contacts, r.Handle}, r.Patience) + r.Required(0, promises).Need; q.Need > apart || q.Need < apart-1 {
			t.Fatalf("together %d, apart %d", q.Need, apart)
		}
	})
}
