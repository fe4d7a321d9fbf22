package demo_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/demo"
)

// What the invented phone system reports is what a desk takes, says that it is invented, and is alive.
func TestInventedCallers(t *testing.T) {
	c, again := demo.NewCallers(1), demo.NewCallers(1)
	now := time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)
	some, none, longest := 0, 0, time.Duration(0)
	for range 1000 {
		now = now.Add(demo.CallersStep)
		l := c.Step(now)
		if err := l.Check(now); err != nil || l.Client != 0 || !strings.Contains(l.Name, "invented") {
			t.Fatalf("%+v: %v", l, err)
		}
		if other := again.Step(now); other != l {
			t.Fatalf("%+v and %+v from one seed", l, other)
		}
		if l.Waiting == 0 {
			none++
		} else {
			some++
		}
		longest = max(longest, l.Longest(now))
	}
	if some < 300 || none < 20 || longest < time.Minute || longest > 10*time.Minute {
		t.Errorf("%d times somebody, %d times nobody, the longest %s", some, none, longest)
	}
}
