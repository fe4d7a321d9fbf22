package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// clocksShown is how many questions the list of what ends first has.
const clocksShown = 25

// GET /desk/agreements
func (h *handler) agreementsPage(w http.ResponseWriter, r *http.Request, s signed) error {
	lines, err := h.app.Agreements(r.Context(), s.v)
	if err != nil {
		return err
	}
	list, err := h.app.ClocksSoon(r.Context(), s.v, clocksShown)
	if err != nil {
		return err
	}
	now := h.app.Now()
	var v view.AgreementsView
	for _, l := range lines {
		row := view.AgreementRow{Name: l.Client.Name, URL: agreementURL(l.Client), Live: "The usual terms", Open: "No clock runs"}
		if l.Live.Version != desk.UsualVersion {
			row.Live = fmt.Sprintf("Version %d, since %s", l.Live.Version, day(l.Live.Begins(), clientZone(l.Client)))
		}
		if l.Draft.Version != 0 {
			row.Draft = fmt.Sprintf("Version %d: %s", l.Draft.Version, lacking(l.Draft))
		}
		if n := list.Sums[l.Client.ID]; n.Running > 0 {
			row.Open = fmt.Sprintf("%d questions", n.Running)
			if n.Running == 1 {
				row.Open = "1 question"
			}
			if n.Missed > 0 {
				row.Tags = append(row.Tags, view.TagView{Kind: view.TagBroken, Text: strconv.Itoa(n.Missed) + " missed"})
			}
			if n.Near > 0 {
				row.Tags = append(row.Tags, view.TagView{Kind: view.TagRisk, Text: strconv.Itoa(n.Near) + " at risk"})
			}
		}
		v.Rows = append(v.Rows, row)
	}
	rows := func(list []app.ClockSoon) (all []view.ClockRow) {
		for _, c := range list {
			all = append(all, view.ClockRow{Ref: string(c.Ref), URL: ticketURL(c.Ref) + "?tab=clocks", Hospital: c.Client.Short,
				Clock: metricNames[c.Metric], Due: clock(c.Deadline, clientZone(c.Client), now), Tag: clockStateTag(c.Clock)})
		}
		return all
	}
	v.Soon, v.Missed = rows(list.Soon), rows(list.Missed)
	slices.SortStableFunc(list.Warned, func(a, b app.WarnedOf) int { return cmp.Compare(a.Percent/100, b.Percent/100) }) // what can still be met first
	for _, w := range list.Warned {
		state := desk.Clock{Percent: w.Percent, State: desk.ClockRunning}
		if w.Percent == 100 {
			state.State = desk.ClockMissed
		}
		v.Warned = append(v.Warned, view.ClockRow{Ref: string(w.Ref), URL: ticketURL(w.Ref) + "?tab=clocks", Hospital: w.Client.Short,
			Clock: metricNames[w.Metric], Due: clock(w.Deadline, clientZone(w.Client), now), Tag: clockStateTag(state)})
	}
	p, err := h.shell(r, s, "Agreements", "/desk/agreements")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.Agreements(v)))
	return nil
}
