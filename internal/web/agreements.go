package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

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
	if r.URL.Query().Get("done") == "dismissed" {
		v.Done = "The warning is dismissed. It is on record that you did. If more of the time is used, it comes again."
	}
	v.Soon, v.Missed = rows(list.Soon), rows(list.Missed)
	slices.SortStableFunc(list.Warned, func(a, b app.WarnedOf) int { return cmp.Compare(a.Percent/100, b.Percent/100) }) // what can still be met first
	for _, w := range list.Warned {
		state := desk.Clock{Percent: w.Percent, State: desk.ClockRunning}
		if w.Percent == 100 {
			state.State = desk.ClockMissed
		}
		row := view.ClockRow{Ref: string(w.Ref), URL: ticketURL(w.Ref) + "?tab=clocks", Hospital: w.Client.Short,
			Clock: metricNames[w.Metric], Due: clock(w.Deadline, clientZone(w.Client), now), Tag: clockStateTag(state)}
		if s.v.Leads() {
			row.Dismiss = &view.DismissView{URL: ticketURL(w.Ref) + "/dismissals", Metric: w.Metric, Clock: strconv.FormatInt(w.Key, 10),
				Start: strconv.FormatInt(w.Start.UnixMicro(), 10), Percent: strconv.Itoa(w.Percent)}
		}
		v.Warned = append(v.Warned, row)
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

// POST /desk/t/{ref}/dismissals: a warning of one of its clocks is seen to.
func (h *handler) dismissWarning(w http.ResponseWriter, r *http.Request, s signed) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	number := func(name string) (n int64) {
		if err == nil {
			n, err = strconv.ParseInt(r.PostForm.Get(name), 10, 64)
		}
		return n
	}
	of := desk.Warning{Metric: r.PostForm.Get("metric"), Key: number("clock"), Start: time.UnixMicro(number("start")).UTC(), Percent: int(number("percent"))}
	if err != nil {
		return desk.Errorf(desk.Invalid, "warning.invalid", "This names no warning: open the list again and dismiss it there.")
	}
	if err := h.app.DismissWarning(r.Context(), s.v, ref, of); err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/agreements?done=dismissed#warned", http.StatusSeeOther)
	return nil
}
