package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// POST /desk/t/{ref}/promises/{id}/entered-calls: a call that was made while Kept was down.
func (h *handler) enterCall(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "enter", onPromise, func(ref desk.Ref, id desk.PromiseID) error {
		at, err := h.typedAt(r, s, ref, "at")
		if err != nil {
			return err
		}
		return h.app.EnterCall(r.Context(), s.v, ref, id, app.CallMade{At: at, Outcome: r.PostForm.Get("outcome"), Note: r.PostForm.Get("note")})
	})
}

// enterView is the form for such a call; nil when none can be entered.
func enterView(p app.TicketPage, t tried, pr desk.Promise, base string, loc *time.Location, now time.Time) *view.EnterCallView {
	o := p.Outage
	if o.Until.IsZero() || !pr.MadeAt.Before(o.Back) {
		return nil
	}
	v := &view.EnterCallView{
		ID: "enter-" + strconv.FormatInt(int64(pr.ID), 10), Action: base + "/entered-calls", At: typed(minTime(pr.Start, o.Back), loc),
		Hint: "Time at " + p.Client.Name + " (" + words.ZoneShort(now, loc) + ").",
		Why: "Kept was down from " + clock(o.Seen, loc, now) + " to " + clock(o.Back, loc, now) + ". If you called in that time, enter it until " +
			clock(o.Until, loc, now) + ". Then what fell due meanwhile counts as broken, and the person is told.",
	}
	if v.At < typed(o.Seen, loc) {
		v.At = typed(o.Seen.Add(time.Minute), loc)
	}
	chosen := ""
	if t.is("enter", pr.ID) {
		chosen, v.At, v.Note = t.form.Get("outcome"), t.form.Get("at"), t.form.Get("note")
		v.AtError, v.Missing = field(t.err, "at"), field(t.err, "outcome")
	}
	v.Outcomes = []view.Option{{Value: "reached", Text: "Reached the person", Checked: chosen == "reached"}}
	for _, m := range app.Misses {
		text := missWords[m]
		v.Outcomes = append(v.Outcomes, view.Option{Value: m, Text: strings.ToUpper(text[:1]) + text[1:], Checked: chosen == m})
	}
	return v
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// giveAnyway asks somebody who leads for a reason, after a refusal; nil otherwise.
func giveAnyway(s signed, t tried, pr desk.Promise, base string) *view.GiveAnywayView {
	why := field(t.err, "to")
	if wrong := field(t.err, "override"); wrong != "" {
		why = wrong
	}
	if !s.v.Leads() || !t.is("give", pr.ID) || why == "" {
		return nil
	}
	to := t.form.Get("to")
	if to == "" {
		to = strconv.FormatInt(int64(s.v.Staff), 10)
	}
	return &view.GiveAnywayView{ID: "anyway-" + strconv.FormatInt(int64(pr.ID), 10), Action: base + "/owner", To: to, Why: why, Reason: t.form.Get("override"),
		Error: field(t.err, "override")}
}
