package need_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kept/internal/need"
)

// worked is the example of docs/need.md: MyChart, Wednesday 6:00 to 6:30 p.m.
func worked() string {
	rule := need.Rule{
		Goal:   need.Goal{Share: 0.8, Within: 30 * time.Second},
		Handle: 12 * time.Minute, Patience: 2 * time.Minute, Promise: 10 * time.Minute,
	}
	var b strings.Builder
	load := need.Load{PerHour: 2 * 2.1, Handle: rule.Handle}
	fmt.Fprintf(&b, "2.1 calls in half an hour, 12 minutes each: %.2f people busy on average\n", load.Erlangs())
	for people := 1; people <= 3; people++ {
		s := need.Queue{Load: load, Agents: people, Patience: rule.Patience}.Service(rule.Goal.Within)
		fmt.Fprintf(&b, "%d on the phone: %.0f of 100 answered within 30 seconds, %.0f hang up, %.0f %% busy\n", people, 100*s.Within, 100*s.Abandons, 100*s.Busy)
	}
	fmt.Fprintf(&b, "for 80 of 100, before rounding: %.2f people\n", rule.Required(2.1, 0).Exact)
	fmt.Fprintf(&b, "3 promises of 10 minutes: %.2f people\n", rule.Required(0, 3).Exact)
	both := rule.Required(2.1, 3)
	fmt.Fprintf(&b, "together %.2f: need %d (calls %.1f + promises %d), have 0, short %d\n", both.Exact, both.Need, both.Contacts, both.Promises, both.Need)
	fmt.Fprintf(&b, "to roster, with 30 %% of time away: %d\n", need.Rostered(both.Need, 0.3))
	return b.String()
}

func Example() {
	fmt.Print(worked())
	// Output:
	// 2.1 calls in half an hour, 12 minutes each: 0.84 people busy on average
	// 1 on the phone: 53 of 100 answered within 30 seconds, 42 hang up, 49 % busy
	// 2 on the phone: 84 of 100 answered within 30 seconds, 13 hang up, 36 % busy
	// 3 on the phone: 96 of 100 answered within 30 seconds, 3 hang up, 27 % busy
	// for 80 of 100, before rounding: 1.88 people
	// 3 promises of 10 minutes: 1.00 people
	// together 2.88: need 3 (calls 2.1 + promises 3), have 0, short 3
	// to roster, with 30 % of time away: 5
}

func TestThePageShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/need.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), worked()) {
		t.Errorf("docs/need.md lacks the example as it is worked:\n%s", worked())
	}
}
