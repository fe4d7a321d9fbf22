package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// clocksShown is how many questions the list of what ends first has.
const clocksShown = 25

// GET /desk/agreements
func (h *handler) agreementsPage(w http.ResponseWriter, r *http.Request, s signed) error {
	v := view.AgreementsView{}
	if r.URL.Query().Get("done") == "dismissed" {
		v.Done = "The warning is dismissed. It is on record that you did. If more of the time is used, it comes again."
	}
	return h.showAgreements(w, r, s, http.StatusOK, v)
}

func (h *handler) showAgreements(w http.ResponseWriter, r *http.Request, s signed, status int, v view.AgreementsView) error {
	lines, err := h.app.Agreements(r.Context(), s.v)
	if err != nil {
		return err
	}
	list, err := h.app.ClocksSoon(r.Context(), s.v, clocksShown)
	if err != nil {
		return err
	}
	now := h.app.Now()
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
	warned(&v, list.Warnings, s, now)
	title := "Agreements"
	if v.Problem != "" {
		title = "Error: " + title
	}
	p, err := h.shell(r, s, title, "/desk/agreements")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL = "/desk/agreements/part"
	h.render(w, r, status, within(view.Staff(p), view.Agreements(v)))
	return nil
}

// GET /desk/agreements/part: what of the page is drawn anew: the strip, and the warnings.
func (h *handler) agreementsPart(w http.ResponseWriter, r *http.Request, s signed) error {
	screen, err := h.app.Screen(r.Context(), s.v, app.ScreenParts{})
	if err != nil {
		return err
	}
	list, err := h.app.Warnings(r.Context(), s.v, clocksShown)
	if err != nil {
		return err
	}
	var v view.AgreementsView
	warned(&v, list, s, h.app.Now())
	h.render(w, r, http.StatusOK, templ.Join(view.Part(view.PartView{Strip: stripView(screen.Strip), Clock: clockStrip(screen.Strip)}), view.Warned(v)))
	return nil
}

// warned lists what s is warned of.
func warned(v *view.AgreementsView, list app.WarningList, s signed, now time.Time) {
	if list.WarnedMore {
		v.WarnedMore = fmt.Sprintf("These are the first %d. The others follow as these are dismissed or done.", len(list.Warned))
	}
	for _, w := range list.Warned {
		state := desk.Clock{Percent: w.Percent, State: desk.ClockRunning}
		if w.Percent == 100 {
			state.State = desk.ClockMissed
		}
		row := view.ClockRow{Ref: string(w.Ref), URL: ticketURL(w.Ref) + "?tab=clocks", Hospital: w.Client.Short,
			Clock: metricNames[w.Metric], Due: clock(w.Deadline, clientZone(w.Client), now), Tag: clockStateTag(state),
			ID: fmt.Sprintf("warned-%s-%s-%d-%d", w.Ref, w.Metric, w.Key, w.Start.UnixMicro())}
		if s.v.Leads() {
			row.Dismiss = &view.DismissView{URL: ticketURL(w.Ref) + "/dismissals", Metric: w.Metric, Clock: strconv.FormatInt(w.Key, 10),
				Start: strconv.FormatInt(w.Start.UnixMicro(), 10), Percent: strconv.Itoa(w.Percent)}
		}
		v.Warned = append(v.Warned, row)
	}
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
	err = h.app.DismissWarning(r.Context(), s.v, ref, of)
	if desk.Is(err, desk.Conflict) { // the list as it is now, and not a page to find the way back from
		return h.showAgreements(w, r, s, http.StatusConflict, view.AgreementsView{Problem: said(err)})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/agreements?done=dismissed", http.StatusSeeOther)
	return nil
}
