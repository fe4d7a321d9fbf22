package simulate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"kept/internal/need"
)

// table is one part of the report: the page and the terminal print the same figures.
type table struct {
	ID, Title string
	Says      []string // sentences
	Head      []string
	Rows      [][]cell
	Picture   string // SVG
}

// cell is one figure. Bad is one that asks for something to be done; its text says so as well.
type cell struct {
	Text string
	Bad  bool
}

func (t *table) says(format string, args ...any) {
	t.Says = append(t.Says, fmt.Sprintf(format, args...))
}

func (t *table) row(texts ...any) {
	var r []cell
	for _, x := range texts {
		if c, ok := x.(cell); ok {
			r = append(r, c)
		} else {
			r = append(r, cell{Text: fmt.Sprint(x)})
		}
	}
	t.Rows = append(t.Rows, r)
}

func share(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(n)/float64(of))
}

func mean(d time.Duration, n int) time.Duration { return d / time.Duration(max(n, 1)) }

// String prints the report for a person who plans.
func (r Report) String() string {
	var b strings.Builder
	for i, t := range r.tables() {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(strings.ToUpper(t.Title) + "\n")
		for _, s := range t.Says {
			b.WriteString(s + "\n")
		}
		if len(t.Rows) == 0 {
			continue
		}
		w := tabwriter.NewWriter(&b, 2, 0, 2, ' ', 0)
		fmt.Fprintln(w, "  "+strings.Join(t.Head, "\t"))
		for _, row := range t.Rows {
			texts := make([]string, len(row))
			for i, c := range row {
				texts[i] = c.Text
			}
			fmt.Fprintln(w, "  "+strings.Join(texts, "\t"))
		}
		w.Flush()
	}
	return b.String()
}

func (r Report) tables() []table {
	return []table{r.promises(), r.agreements(), r.telephone(), r.gaps(), r.needed(), r.failed(), r.odds(), r.functions(), r.lawful(), r.again()}
}

func (r Report) promises() table {
	t := table{ID: "promises", Title: "Promises", Head: []string{"What was promised", "Came due", "Kept in time", "Share", "Kept late", "Broken"}}
	t.says("%d promises came due, %s of them were kept in time. Nobody could be reached in three tries: %d of those kept.", r.due(), share(r.Kept+r.NotReached, r.due()), r.NotReached)
	t.says("Of the %d that broke %d were made good by another promise; %d were moved by us.", r.Broken, r.Repaired, r.MovedByUs)
	t.says("Apart from these: moved by the person %d, moved on after an unanswered call %d, not needed any more %d, void %d; %d questions whether it is fixed.",
		r.MovedByPerson, r.MovedByMiss, r.Withdrawn, r.Voided, r.Asked)
	for _, k := range slices.Sorted(maps.Keys(r.Kinds)) {
		e := r.Kinds[k]
		due := e.Kept + e.Late + e.Broken
		t.row(string(k), due, e.Kept, share(e.Kept, due), e.Late, e.Broken)
	}
	return t
}

func (r Report) agreements() table {
	t := table{ID: "clocks", Title: "Clocks of the agreements", Head: []string{"Metric", "Decided", "Met", "Attained", "Missed", "Still running", "Left out"}}
	t.says("By the usual terms, for every hospital. What was left out for a reason of the agreement does not count.")
	for _, c := range r.Clocks {
		out := 0
		for _, n := range c.Excluded {
			out += n
		}
		t.row(strings.ReplaceAll(c.Metric.String(), "_", " "), c.Met+c.Missed, c.Met, share(c.Met, c.Met+c.Missed), c.Missed, c.Open, out)
	}
	return t
}

func (r Report) telephone() table {
	t := table{ID: "telephone", Title: "Telephone and work"}
	t.says("%d questions, %d of them by telephone. %d calls came in, with those who called again; %d were answered, %s of them within 30 seconds, after %s on average.",
		r.Tickets, r.Answered, r.Calls, r.Answered, share(r.In30, r.Answered), mean(r.Waited, r.Answered).Round(time.Second))
	t.says("%d callers hung up (%s).", r.Abandoned, share(r.Abandoned, r.Calls))
	t.says("%.0f hours of work: a call took %s, other work %s on average. %d texts and mails went out, %d came in.",
		r.Worked.Hours(), mean(r.Talked, r.Answered).Round(time.Second), mean(r.Worked-r.Talked, r.Done-r.Answered).Round(time.Second), r.TextsOut, r.TextsIn)
	return t
}

func (r Report) gaps() table {
	t := table{ID: "gaps", Title: "Gaps in coverage",
		Head: []string{"Skill", "Nobody there", "Of it, somebody was rostered", "Gaps", "Longest gap", "Mostly", "Calls without a time to promise"}}
	t.says("For how much of the time nobody who was there knew a skill, for the hospitals of one region, on average over the regions. The worst come first.")
	codes := slices.SortedFunc(maps.Keys(r.Gaps), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Gaps[b].Halves, r.Gaps[a].Halves), cmp.Compare(a, b))
	})
	for _, k := range codes {
		g := r.Gaps[k]
		long := g.Longest
		t.row(k, share(g.Halves, r.Halves), share(g.Absent, g.Halves), g.Gaps,
			fmt.Sprintf("%s to %s, %.1f h (region %d.%d)", r.local(long.From), r.local(long.Until), long.Lasted().Hours(), long.Division+1, long.Region+1), g.mostly(), r.NoWindow[k])
	}
	if len(codes) == 0 {
		t.says("There was none.")
	}
	return t
}

// mostly is the third of the day, on working days or at the end of the week, in which most of the gaps lie.
func (g *SkillGaps) mostly() string {
	var part [6]int
	for i, n := range g.Week {
		at := (i % 24) / 8
		if i/24 >= 5 {
			at += 3
		}
		part[at] += n
	}
	most := 0
	for i := range part {
		if part[i] > part[most] {
			most = i
		}
	}
	return [...]string{"nights, Mon to Fri", "8 to 16 h, Mon to Fri", "evenings, Mon to Fri", "nights, Sat and Sun", "8 to 16 h, Sat and Sun", "evenings, Sat and Sun"}[most]
}

func (r Report) local(t time.Time) string { return t.In(zone).Format("Mon Jan 2 15:04") }

// Hour is an hour of the week: how many people its worse half needs, and how many there were.
type Hour struct {
	Seen         bool
	Calls        float64 // in the hour
	Need         int     // who answer, by the theory of queues
	Roster       int     // who must be on the roster for that: some are at lunch, some do not come
	Listed, Came float64 // who were on the roster; who came
}

// short is how many are missing on the roster.
func (h Hour) short() int { return max(0, h.Roster-int(h.Listed+.5)) }

// goal is how well callers are to be answered.
var goal = need.Goal{Share: 0.8, Within: 30 * time.Second}

// Hours is the week that would be needed beside the week that was rostered, Monday 0:00 first, as if everybody could answer
// everything for everybody.
func (r Report) Hours() (week [7 * 24]Hour) {
	rule := need.Rule{Goal: goal, Handle: mean(r.Talked, r.Answered), Patience: patience, Promise: mean(r.Worked-r.Talked, r.Done-r.Answered)}
	away := 1 - (1-float64(r.Absences)/float64(max(r.Shifts, 1)))*8/8.5
	for i := range week {
		h := &week[i]
		for _, half := range r.Week[2*i : 2*i+2] {
			if half.Seen == 0 {
				continue
			}
			n := float64(half.Seen)
			q := rule.Required(float64(half.Calls)/n, int(float64(half.Promises)/n+.5))
			h.Calls += float64(half.Calls) / n
			h.Need = max(h.Need, q.Need)
			h.Listed, h.Came = max(h.Listed, float64(half.Listed)/n), max(h.Came, float64(half.There)/n)
			h.Seen = true
		}
		h.Roster = need.Rostered(h.Need, away)
	}
	return week
}

func (r Report) needed() table {
	days := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	t := table{ID: "needed", Title: "People needed, hour by hour", Head: append([]string{"Hour"}, days...)}
	week := r.Hours()
	needed, listed, short := 0, 0.0, 0
	for _, h := range week {
		needed, listed, short = needed+h.Roster, listed+h.Listed, short+h.short()
	}
	t.says("On the roster so that 80 of 100 callers are answered within 30 seconds and the promised work is done, beside how many were rostered on average: \"12 / 14\" is 12 needed, 14 rostered. Where too few were, the figures end in how many are missing.")
	t.says("In a week %d hours of people are needed and %.0f are rostered; %d are missing in the hours that have too few.", needed, listed, short)
	t.says("It is taken that everybody can answer everything for every hospital: what this leaves out, the table of gaps shows.")
	for hour := range 24 {
		row := []any{fmt.Sprintf("%d:00", hour)}
		for d := range days {
			h := week[d*24+hour]
			switch {
			case !h.Seen:
				row = append(row, "–")
			case h.short() > 0:
				row = append(row, cell{fmt.Sprintf("%d / %.0f, %d missing", h.Roster, h.Listed, h.short()), true})
			default:
				row = append(row, fmt.Sprintf("%d / %.0f", h.Roster, h.Listed))
			}
		}
		t.row(row...)
	}
	return t
}

func (r Report) failed() table {
	t := table{ID: "failed", Title: "What went wrong on purpose", Head: []string{"What", "How often"}}
	t.says("The simulation lets people and machines fail, so that the desk shows what it does then.")
	t.row("Shifts to which nobody came", fmt.Sprintf("%d of %d (%s)", r.Absences, r.Shifts, share(r.Absences, r.Shifts)))
	t.row("Promises that nobody remembered", r.Forgotten)
	t.row("Tries to send while the provider was out", r.Unreachable)
	t.row("Texts to numbers that take none", r.Landlines)
	t.row("Acts that came too late: somebody was faster, a time was taken", r.Refused)
	t.row("Alerts that somebody who leads took care of", r.Alerts)
	return t
}

func (r Report) odds() table {
	t := table{ID: "odds", Title: "Was the chance of a break right?", Head: []string{"When asked", "Chance given", "Cases", "Said on average", "Broke"}}
	t.says("For every promise the desk was asked how likely it breaks, when half, three quarters and nine tenths of its time had passed; then it was compared with what came. A Brier score of 0 is perfect; skill says how much better it is than always giving the share of all.")
	var all []need.Outcome
	for i, byFunction := range r.Odds {
		var list []need.Outcome
		for _, f := range slices.Sorted(maps.Keys(byFunction)) {
			list = append(list, byFunction[f]...)
		}
		all = append(all, list...)
		c := need.Calibrate(list)
		if c.Cases == 0 {
			continue
		}
		t.says("After %.0f %% of the time: %s", 100*points[i], judged(c))
		for _, b := range c.Bins {
			t.row(fmt.Sprintf("after %.0f %%", 100*points[i]), fmt.Sprintf("%.0f to %.0f %%", 100*b.From, 100*b.To), b.Cases, fmt.Sprintf("%.1f %%", 100*b.Said), fmt.Sprintf("%.1f %%", 100*b.Happened))
		}
	}
	c := need.Calibrate(all)
	if c.Cases == 0 {
		t.says("There was too little history to give any.")
		return t
	}
	t.says("All together: %s", judged(c))
	t.Picture = c.SVG("odds-said", "Chance of a break: said and happened")
	return t
}

// The chances of a function are looked at from so many cases on, and so many of the functions are listed.
const functionCases, functionsListed = 100, 20

// functions holds what was said of the promises of each function against what came: a chance that is right over all may be wrong
// for each.
func (r Report) functions() table {
	t := table{ID: "functions", Title: "Was it right for every function?", Head: []string{"Function", "Cases", "Said on average", "Broke", "Standard errors apart"}}
	type one struct {
		need.Bin
		name  string
		apart float64
	}
	var all []one
	var drawn need.Calibration
	right := 0
	for _, function := range slices.Sorted(maps.Keys(r.Odds[0])) {
		list := r.Odds[0][function]
		if len(list) < functionCases || function == 0 {
			continue
		}
		c := need.Calibrate(list)
		x := one{name: functionName(function), Bin: need.Bin{Cases: c.Cases}}
		spread := 0.0
		for _, o := range list {
			x.Said += o.Chance / float64(c.Cases)
			if o.Breached {
				x.Happened += 1 / float64(c.Cases)
			}
			spread += o.Chance * (1 - o.Chance)
		}
		if x.apart = (x.Happened - x.Said) * float64(c.Cases); x.apart != 0 {
			x.apart /= math.Sqrt(spread) // said to be certain, and not: infinitely far
		}
		if math.Abs(x.apart) < 2 {
			right++
		}
		all = append(all, x)
		drawn.Brier += c.Brier * float64(c.Cases)
		drawn.Cases += c.Cases
	}
	if len(all) == 0 {
		t.says("No function had %d cases.", functionCases)
		return t
	}
	slices.SortFunc(all, func(a, b one) int {
		return cmp.Or(cmp.Compare(math.Abs(b.apart), math.Abs(a.apart)), cmp.Compare(a.name, b.name))
	})
	t.says("%d functions had at least %d promises of which half the time had passed. For %d of them what came is less than two standard errors from what was said; exact chances of promises that know nothing of each other would give about %.0f.",
		len(all), functionCases, right, 0.954*float64(len(all)))
	t.says("The third function of each skill takes longer and is forgotten more often; the table has the %d functions that differ most.", min(len(all), functionsListed))
	for i, x := range all {
		drawn.Bins = append(drawn.Bins, x.Bin)
		if i < functionsListed {
			t.row(x.name, x.Cases, fmt.Sprintf("%.1f %%", 100*x.Said), fmt.Sprintf("%.1f %%", 100*x.Happened), fmt.Sprintf("%+.1f", math.Round(10*x.apart)/10+0))
		}
	}
	drawn.Brier /= float64(drawn.Cases)
	t.Picture = drawn.SVG("functions-said", "Chance of a break by function: said and happened")
	return t
}

func judged(c need.Calibration) string {
	s := fmt.Sprintf("%d cases, Brier score %.4f, always giving the share of all %.4f", c.Cases, c.Brier, c.Plain)
	if skill, ok := c.Skill(); ok {
		s += fmt.Sprintf(", skill %.2f", skill)
	}
	return s + "."
}

func (r Report) lawful() table {
	t := table{ID: "laws", Title: "Laws"}
	t.says("All laws held. %d times a question was held against them before a commit that touched it.", r.Audited)
	t.says("In %d nights of a division, and at the end, %d times a question was read anew from its first event, with its clocks: every one that was open or was touched that day; at the end every one.", r.Nights, r.Verified)
	return t
}

func (r Report) again() table {
	t := table{ID: "again", Title: "How to repeat it"}
	o := r.Options
	if int(r.Days) < o.Days {
		t.says("It was ended early: %.1f of %d days have passed.", r.Days, o.Days)
	}
	cmd := fmt.Sprintf("kept simulate --seed %d --days %d --hospitals %d --analysts %d --tickets %d --divisions %d --forget %g --absent %g",
		o.Seed, o.Days, o.Hospitals, o.Analysts, o.Tickets, o.Divisions, o.Forget, o.Absent)
	for _, s := range o.Extra {
		cmd += fmt.Sprintf(" --add-shift %q", s)
	}
	t.says("From %s. The same command gives the same days: %s", o.From.In(zone).Format("January 2, 2006"), cmd)
	return t
}

// Calibration is a page of documentation about the odds, and its pictures: by tenths, and by function.
func (r Report) Calibration() (markdown, tenths, functions string) {
	var b strings.Builder
	fmt.Fprintf(&b, "# Was the chance of a break right?\n\nWritten by a command, over %.0f simulated days with %d questions; the last line says how.\n", r.Days, r.Tickets)
	odds, byFunction := r.odds(), r.functions()
	odds.markdown(&b, "![Dots for each tenth of chance beside the line where what was said is what happened; the table has the same figures.](calibration.svg)")
	fmt.Fprintf(&b, "\n## %s\n", byFunction.Title)
	byFunction.markdown(&b, "![A dot for each function beside the same line.](calibration-functions.svg)")
	for _, s := range r.again().Says {
		if before, cmd, ok := strings.Cut(s, "kept simulate"); ok {
			s = before + "`kept simulate --calibration docs" + cmd + "`"
		}
		fmt.Fprintf(&b, "\n%s\n", s)
	}
	return b.String(), odds.Picture, byFunction.Picture
}

// markdown writes sentences, picture and rows.
func (t table) markdown(b *strings.Builder, picture string) {
	for _, s := range t.Says {
		fmt.Fprintf(b, "\n%s\n", s)
	}
	if len(t.Rows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n\n| %s |\n|%s\n", picture, strings.Join(t.Head, " | "), strings.Repeat("---|", len(t.Head)))
	for _, row := range t.Rows {
		for _, c := range row {
			fmt.Fprintf(b, "| %s ", c.Text)
		}
		b.WriteString("|\n")
	}
}
