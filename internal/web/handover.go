package web

import (
	"net/http"
	"net/url"
	"strconv"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// GET /desk/handover: the shift of the viewer, or the one in "shift".
func (h *handler) handoverPage(w http.ResponseWriter, r *http.Request, s signed) error {
	id, _ := strconv.ParseInt(r.URL.Query().Get("shift"), 10, 64) // none is one's own, or the next that ends
	return h.showHandover(w, r, s, http.StatusOK, desk.ShiftID(id), nil)
}

// POST /desk/handover/{id}/acceptances
func (h *handler) acceptPromise(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.handoverAct(w, r, s, func(id desk.ShiftID, ref desk.Ref, p desk.PromiseID, f url.Values) error {
		return h.app.AcceptPromise(r.Context(), s.v, id, ref, p, f.Get("read_back"))
	})
}

// POST /desk/handover/{id}/notes
func (h *handler) noteHandover(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.handoverAct(w, r, s, func(id desk.ShiftID, ref desk.Ref, p desk.PromiseID, f url.Values) error {
		return h.app.NoteHandover(r.Context(), s.v, id, ref, p, f.Get("summary"), f.Get("plan"))
	})
}

// POST /desk/handover/{id}/signatures
func (h *handler) signHandover(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.handoverAct(w, r, s, func(id desk.ShiftID, _ desk.Ref, _ desk.PromiseID, f url.Values) error {
		return h.app.SignHandover(r.Context(), s.v, id, f.Get("reason"))
	})
}

// handoverAct does an act on a handover; what is refused comes back with what was typed.
func (h *handler) handoverAct(w http.ResponseWriter, r *http.Request, s signed, act func(desk.ShiftID, desk.Ref, desk.PromiseID, url.Values) error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	p, _ := strconv.ParseInt(r.PostForm.Get("promise"), 10, 64) // what is no number is no promise
	err = act(desk.ShiftID(id), desk.Ref(r.PostForm.Get("ref")), desk.PromiseID(p), r.PostForm)
	switch {
	case err == nil:
		http.Redirect(w, r, handoverURL(desk.ShiftID(id)), http.StatusSeeOther)
		return nil
	case typedWrong(err):
		status := http.StatusUnprocessableEntity
		if desk.Is(err, desk.Conflict) {
			status = http.StatusConflict
		}
		return h.showHandover(w, r, s, status, desk.ShiftID(id), err)
	}
	return err
}

// numbered is a number with what it counts: "1 promise", "2 promises".
func numbered(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

func handoverURL(id desk.ShiftID) string {
	return "/desk/handover?shift=" + strconv.FormatInt(int64(id), 10)
}

func (h *handler) showHandover(w http.ResponseWriter, r *http.Request, s signed, status int, id desk.ShiftID, wrong error) error {
	o, err := h.app.Handover(r.Context(), s.v, id)
	if err != nil {
		return err
	}
	p, err := h.shell(r, s, "Handover", "/desk/handover")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, status, within(view.Staff(p), view.Handover(h.handoverView(r, s, o, wrong))))
	return nil
}

func (h *handler) handoverView(r *http.Request, s signed, o app.Handover, wrong error) view.HandoverView {
	loc := h.staffZone(r, s)
	v := view.HandoverView{Title: "Handover", URL: "/desk/handover", Empty: "No shift ends in the next 4 hours."}
	if o.Shift.ID == 0 {
		return v
	}
	v.URL = handoverURL(o.Shift.ID)
	v.Title = "Handover: " + o.Shift.Name + ", until " + words.Clock(words.EN, o.Shift.End, loc)
	if o.Expired {
		v.Title = "Handover: " + o.Shift.Name + ", ended " + clock(o.Shift.End, loc, o.Now)
	}
	v.Progress = o.Change.Progress
	v.Until = "Must be accepted: promises due before " + clock(o.Next, loc, o.Now) + ", and what is broken or at risk."
	v.Empty = "Nothing is promised before " + clock(o.Next, loc, o.Now) + "."
	if n := o.Change.Uncovered; n > 0 {
		v.Short = numbered(n, "promise") + " that nobody on the next shift can take: ask who is on call."
	}
	if len(o.Change.Escalate) > 0 {
		v.Short = "The shift has ended, and nobody has accepted " + numbered(len(o.Change.Escalate), "promise") + ". Those who lead were alerted."
	}
	for _, sh := range o.Shifts {
		text := sh.Name + ", until " + words.Clock(words.EN, sh.End, loc)
		if !sh.End.After(o.Now) {
			text = sh.Name + ", ended " + clock(sh.End, loc, o.Now)
		}
		if sh.Signed {
			text += ", signed off"
		}
		v.Shifts = append(v.Shifts, view.Tab{URL: handoverURL(sh.ID), Text: text, Current: sh.ID == o.Shift.ID})
	}
	for _, line := range o.Items {
		v.Rows = append(v.Rows, handoverRow(line, o, r.PostForm, wrong))
	}
	if wrong != nil && field(wrong, "read_back") == "" && field(wrong, "reason") == "" {
		v.Error = said(wrong)
	}
	switch signed := o.Signed; {
	case !signed.SignedAt.IsZero():
		v.Signed = "Signed off " + clock(signed.SignedAt, loc, o.Now) + "."
		if signed.SignedBy != o.Shift.Staff {
			v.Signed = "Signed off by a supervisor " + clock(signed.SignedAt, loc, o.Now) + "."
		}
		if signed.Reason != "" {
			v.Signed += " Something was left: " + signed.Reason
		}
	case o.Lead || o.Mine && o.Change.SignOff:
		v.Sign, v.Reason = "/desk/handover/"+strconv.FormatInt(int64(o.Shift.ID), 10)+"/signatures", !o.Change.SignOff
		v.ReasonIs, v.SignErr = r.PostForm.Get("reason"), field(wrong, "reason")
	}
	return v
}

func handoverRow(line app.HandoverLine, o app.Handover, form url.Values, wrong error) view.HandoverRow {
	p, loc := line.Promise, clientZone(line.Client)
	base := "/desk/handover/" + strconv.FormatInt(int64(o.Shift.ID), 10)
	id := strconv.FormatInt(int64(p.ID), 10)
	r := view.HandoverRow{
		ID: "h-" + strconv.FormatInt(int64(p.Client), 10) + "-" + id, Tag: promiseTag(p, line.Look, line.Ticket.State, loc, o.Now), Who: line.Caller, URL: ticketURL(line.Ticket.Ref) + onPromise,
		Hospital: line.Client.Name, Due: clock(p.Due, loc, o.Now), Machine: machine(p.Due, loc), What: kinds[p.Kind].thing + " by", Must: "Must be accepted.",
		Summary: line.Item.Summary, Plan: line.Item.Plan, Ref: string(line.Ticket.Ref), Promise: id, ReadBack: line.ReadBack,
	}
	if r.Summary == "" {
		r.Summary = line.Ticket.Subject
	}
	if !line.Must {
		r.Must = "To know, not to be accepted."
	}
	r.Why = why(line.BoardLine, loc, o.Now)
	if line.Item.AcceptedBy != 0 {
		r.By, r.Said = "Accepted by "+line.By+", "+clock(line.Item.AcceptedAt, loc, o.Now), line.Item.ReadBack
		return r
	}
	if o.Mine || o.Lead {
		r.Note = base + "/notes"
	}
	r.To = sentence(line.Why)
	if line.Receiver != "" {
		r.To = "Proposed: " + line.Receiver + ", " + line.Why + "."
	}
	if line.May {
		r.Accept = base + "/acceptances"
	}
	if wrong != nil && form.Get("promise") == id && form.Get("ref") == r.Ref {
		r.Typed, r.Error = form.Get("read_back"), field(wrong, "read_back")
	}
	return r
}
