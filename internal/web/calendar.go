package web

import (
	"bytes"
	"net/http"
	"strings"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// POST /desk/roster/calendar: the address is shown once, and never again.
func (h *handler) newCalendar(w http.ResponseWriter, r *http.Request, s signed) error {
	secret, err := h.app.NewFeed(r.Context(), s.v)
	if err != nil {
		return err
	}
	v, err := h.rosterView(r, s, typedForm{})
	if err != nil {
		return err
	}
	p, err := h.shell(r, s, "Rotas and absences", "/desk/coverage")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL = "/desk/roster/part"
	v.Saved, v.Calendar = "Your calendar has an address.", h.address(r)+"/calendar/"+secret+".ics"
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.Roster(v)))
	return nil
}

// GET /calendar/{file}: programs that show calendars have no session; the address is the key.
func (h *handler) calendar(w http.ResponseWriter, r *http.Request) {
	secret, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	var b bytes.Buffer
	err := error(desk.Errorf(desk.NotFound, "not_found", "There is no such calendar."))
	if ok {
		err = h.app.Feed(r.Context(), &b, r.Host, secret)
	}
	switch {
	case desk.Is(err, desk.NotFound):
		http.Error(w, "There is no such calendar.", http.StatusNotFound)
	case err != nil:
		h.log.ErrorContext(r.Context(), "a calendar could not be written", "err", err)
		http.Error(w, "The problem is on our side.", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		w.Header().Set("Cache-Control", "private, max-age=300")
		_, _ = w.Write(b.Bytes()) // whoever went away needs no calendar
	}
}
