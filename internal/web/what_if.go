package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/sla"
	"kept/internal/web/view"
)

// changesShown is how many clocks a what-if lists.
const changesShown = 200

func whatIfView(x app.WhatIf, page app.AgreementPage) *view.WhatIfView {
	loc, last := clientZone(x.Client), x.Period.End.Add(-time.Minute)
	v := &view.WhatIfView{Live: fmt.Sprintf("Live v%d", page.Live.Version)}
	questions := fmt.Sprintf("%s questions", thousands(x.Tickets))
	if x.Tickets == 1 {
		questions = "1 question"
	}
	switch {
	case x.Calls == 1:
		questions += ", 1 call"
	case x.Calls > 1:
		questions += fmt.Sprintf(", %s calls", thousands(x.Calls))
	}
	v.Title = fmt.Sprintf("What if these terms had been in force %s – %s (%s)", x.Period.Start.In(loc).Format("Jan 2"), last.In(loc).Format("Jan 2, 2006"), questions)
	for _, r := range x.Rows {
		if r.Live.Met+r.Live.Missed+r.Draft.Met+r.Draft.Missed == 0 {
			continue
		}
		row := view.WhatIfRow{Target: target(r), Goal: goal(r), Live: attained(&r.Live), Draft: attained(&r.Draft)}
		a, okA := r.Live.Attained()
		b, okB := r.Draft.Attained()
		switch {
		case !okA || !okB:
			row.Change = "another line"
		case r.Live.Met == r.Draft.Met && r.Live.Missed == r.Draft.Missed:
			row.Change = "none"
		default:
			row.Worse = b < a
			row.Change = strings.Replace(fmt.Sprintf("%+.1f", b-a), "-", "−", 1)
			switch n := r.Draft.Missed - r.Live.Missed; {
			case n > 0:
				row.Change += fmt.Sprintf(", %d more missed", n)
			case n < 0:
				row.Change += fmt.Sprintf(", %d fewer missed", -n)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	switch n := len(x.Changes); {
	case x.Tickets+x.Calls == 0:
		v.Sum = "No question was open then, and no call was reported."
	case n == 0:
		v.Sum = "No clock comes to anything else."
	case n == 1:
		v.Sum = "1 clock comes to something else."
	default:
		v.Sum = fmt.Sprintf("%s clocks come to something else.", thousands(n))
	}
	for i, c := range x.Changes {
		if i == changesShown {
			v.More = fmt.Sprintf("… and %s more.", thousands(len(x.Changes)-changesShown))
			break
		}
		line := view.WhatIfChange{Ref: string(c.Ref), Clock: metricNames[c.Metric.String()], Began: c.Start.In(loc).Format("Jan 2, 15:04"), Was: outcomes[c.Live], Would: outcomes[c.Change.Draft]}
		if c.Ref == "" {
			line.Ref, line.Began = "A call", c.Start.In(loc).Format("Jan 2, 15:04:05")
		} else {
			line.URL = ticketURL(c.Ref) + "?tab=clocks"
		}
		v.Changes = append(v.Changes, line)
	}
	return v
}

var outcomes = map[sla.Outcome]string{sla.Open: "Not decided", sla.Met: "Met", sla.Missed: "Missed", sla.Excluded: "Left out"}

// target names a line: "First answer, P1, patient".
func target(r sla.Row) string {
	text := metricNames[r.Metric.String()]
	w := r.When
	for _, list := range [][]string{w.Priorities, w.Audiences, w.Kinds, w.Functions, w.Teams} {
		for _, v := range list {
			text += ", " + v
		}
	}
	return text
}

func goal(r sla.Row) string {
	percent := func(g float64) string { return strconv.FormatFloat(g, 'f', -1, 64) + "%" }
	switch {
	case r.Draft.Target < 0:
		return percent(r.Live.Goal)
	case r.Live.Target < 0 || r.Live.Goal == r.Draft.Goal:
		return percent(r.Draft.Goal)
	}
	return percent(r.Live.Goal) + " → " + percent(r.Draft.Goal)
}

// attained gives the share with its counts.
func attained(r *sla.Result) string {
	p, ok := r.Attained()
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.1f%% (%s of %s)", p, thousands(r.Met), thousands(r.Met+r.Missed))
}

// thousands writes 4312 as 4,312.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
