package need

import (
	"fmt"
	"strings"
	"time"
)

// Sizes is a table of desk sizes as text: how many people answer so many contacts an hour by the
// goal, and how busy they are.
func Sizes(g Goal, handle, patience time.Duration, perHour ...float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%10s %7s %6s\n", "an hour", "people", "busy")
	for _, rate := range perHour {
		l := Load{rate, handle}
		n := g.Agents(l, patience)
		fmt.Fprintf(&b, "%10.1f %7d %5.0f%%\n", rate, n, 100*Queue{l, n, patience}.Service(g.Within).Busy)
	}
	return b.String()
}
