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
		return h.app.AcceptPromise(r.Context(), s.v, id, ref, p, seenWords(f), f.Get("read_back"))
	})
}

// POST /desk/handover/{id}/notes
func (h *handler) noteHandover(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.handoverAct(w, r, s, func(id desk.ShiftID, ref desk.Ref, p desk.PromiseID, f url.Values) error {
		return h.app.NoteHandover(r.Context(), s.v, id, ref, p, seenWords(f), typedWords(f))
	})
}

// seenWords are the words that stood on the page of a form.
func seenWords(f url.Values) desk.HandoverWords {
	return desk.HandoverWords{Summary: f.Get("seen_summary"), Plan: f.Get("seen_plan")}
}

func typedWords(f url.Values) desk.HandoverWords {
	return desk.HandoverWords{Summary: f.Get("summary"), Plan: f.Get("plan")}
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
		row, problem := handoverRow(line, o, r.PostForm, wrong)
		v.Rows = append(v.Rows, row)
		if problem != (view.Problem{}) {
			v.Problems = append(v.Problems, problem)
		}
	}
	switch {
	case wrong == nil || len(v.Problems) > 0:
	case field(wrong, "reason") != "":
		v.Problems = problems(wrong)
	default:
		v.Problems = []view.Problem{{Text: said(wrong)}}
		for _, name := range []string{"summary", "plan", "read_back"} {
			if text := r.PostForm.Get(name); text != "" && text != r.PostForm.Get("seen_"+name) {
				v.Typed = append(v.Typed, text)
			}
		}
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

// handoverRow is one promise, with what was typed and is wrong with it where wrong is about it.
func handoverRow(line app.HandoverLine, o app.Handover, form url.Values, wrong error) (r view.HandoverRow, problem view.Problem) {
	p, loc := line.Promise, clientZone(line.Client)
	base := "/desk/handover/" + strconv.FormatInt(int64(o.Shift.ID), 10)
	id := strconv.FormatInt(int64(p.ID), 10)
	have := line.Words()
	r = view.HandoverRow{
		ID: "h-" + strconv.FormatInt(int64(p.Client), 10) + "-" + id, Tag: promiseTag(p, line.Look, line.Ticket.State, loc, o.Now), Who: line.Caller, URL: ticketURL(line.Ticket.Ref) + onPromise,
		Hospital: line.Client.Name, Due: clock(p.Due, loc, o.Now), Machine: machine(p.Due, loc), What: kinds[p.Kind].thing + " by", Must: "Must be accepted.",
		Summary: have.Summary, Plan: have.Plan, Ref: string(line.Ticket.Ref), Promise: id, ReadBack: line.ReadBack,
		Words: view.HandoverWords{Summary: have.Summary, Plan: have.Plan, SeenSummary: have.Summary, SeenPlan: have.Plan},
	}
	if line.Wrote != "" {
		r.Wrote = "Written by " + line.Wrote + ", " + clock(line.Item.WrittenAt, loc, o.Now)
	}
	if !line.Must {
		r.Must = "To know, not to be accepted."
	}
	r.Why = why(line.BoardLine, loc, o.Now)
	if line.Item.AcceptedBy != 0 {
		r.By, r.Said = "Accepted by "+line.By+", "+clock(line.Item.AcceptedAt, loc, o.Now), line.Item.ReadBack
		return r, problem
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
	if wrong == nil || form.Get("promise") != id || form.Get("ref") != r.Ref {
		return r, problem
	}
	e, ok := wrong.(*desk.Error)
	written, noted := ok && e.Code == "handover.written", form.Has("summary") || form.Has("plan")
	switch {
	case noted && r.Note != "" && (written || desk.Is(wrong, desk.Invalid)):
		r.Words, problem = handoverTyped(r.ID, have, form, wrong)
	case !noted && r.Accept != "" && (written || field(wrong, "read_back") != ""):
		r.Typed, r.Error = form.Get("read_back"), said(wrong)
		if problem = (view.Problem{FieldID: r.ID, Text: said(wrong)}); r.ReadBack {
			problem.FieldID = "back-" + r.ID
		}
	}
	return r, problem
}

// handoverTyped is the form of what is written of a promise, as it comes back: with what was typed, and beside it what somebody
// else has written where both changed one text.
func handoverTyped(row string, have desk.HandoverWords, form url.Values, wrong error) (view.HandoverWords, view.Problem) {
	seen, typed := seenWords(form), typedWords(form)
	if desk.Is(wrong, desk.Invalid) {
		w := view.HandoverWords{Open: true, Summary: typed.Summary, Plan: typed.Plan, SeenSummary: seen.Summary, SeenPlan: seen.Plan, SummaryErr: field(wrong, "summary"), PlanErr: field(wrong, "plan")}
		name := "summary-"
		if w.SummaryErr == "" {
			name = "plan-"
		}
		return w, view.Problem{FieldID: name + row, Text: said(wrong)}
	}
	both, _ := typed.Beside(seen, have)
	w := view.HandoverWords{Open: true, Summary: both.Summary, Plan: both.Plan, SeenSummary: have.Summary, SeenPlan: have.Plan}
	say := said(wrong) + " Both texts are in the field, yours last: make one of them, then keep it."
	if both.Summary == typed.Summary || both.Summary == have.Summary {
		w.PlanErr = say
		return w, view.Problem{FieldID: "plan-" + row, Text: said(wrong)}
	}
	w.SummaryErr = say
	return w, view.Problem{FieldID: "summary-" + row, Text: said(wrong)}
}
