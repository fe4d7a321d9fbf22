package web

import (
	"net/http"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// POST /desk/t/{ref}/waits
func (h *handler) waitFor(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "wait", onPromise, func(ref desk.Ref, _ desk.PromiseID) error {
		until, err := h.typedAt(r, s, ref, "until")
		if err != nil {
			return err
		}
		return h.app.WaitFor(r.Context(), s.v, ref, desk.WaitReason(r.PostForm.Get("reason")), until, r.PostForm.Get("supplier"))
	})
}

// POST /desk/t/{ref}/waits/end
func (h *handler) endWait(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "wait", onPromise, func(ref desk.Ref, _ desk.PromiseID) error {
		return h.app.EndWait(r.Context(), s.v, ref)
	})
}

// typedAt reads a wall clock time of the hospital of a ticket from a form; the zero time when none was typed.
func (h *handler) typedAt(r *http.Request, s signed, ref desk.Ref, field string) (time.Time, error) {
	text := r.PostForm.Get(field)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := h.app.Ticket(r.Context(), s.v, ref)
	if err != nil {
		return time.Time{}, err
	}
	c, err := h.app.Client(r.Context(), s.v, t.Client)
	if err != nil {
		return time.Time{}, err
	}
	return typedTime(text, field, c)
}

// typed is an instant as an input for a day and a time holds it.
func typed(t time.Time, loc *time.Location) string { return t.In(loc).Format(wallTime) }

// waitView is what the question waits for and the form to wait.
func waitView(p app.TicketPage, t tried, asked bool, loc *time.Location, now time.Time) *view.WaitView {
	tk := p.Ticket
	v := &view.WaitView{Open: asked, Hint: "Time at " + p.Client.Name + " (" + words.ZoneShort(now, loc) + ")."}
	if tk.State == desk.Waiting {
		v.Now = "Waiting " + waitFor[tk.WaitingFor] + " until " + words.Instant(words.EN, tk.WaitingUntil, loc, now) + "."
		v.End = ticketURL(tk.Ref) + "/waits/end"
	}
	if tk.State != desk.Asked {
		v.Action = ticketURL(tk.Ref) + "/waits"
	}
	reason := ""
	if t.is("wait", 0) {
		v.Open, reason, v.Until = true, t.form.Get("reason"), t.form.Get("until")
		v.Supplier, v.SupplierError = t.form.Get("supplier"), field(t.err, "supplier")
		v.Missing, v.UntilError = field(t.err, "reason"), field(t.err, "until")
	}
	for _, r := range desk.WaitReasons {
		text := strings.TrimPrefix(waitFor[r], "for ")
		v.Reasons = append(v.Reasons, view.Option{Value: string(r), Text: strings.ToUpper(text[:1]) + text[1:], Checked: string(r) == reason})
	}
	return v
}
