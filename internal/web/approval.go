package web

import (
	"net/http"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// lacking says whose approval a draft lacks.
func lacking(a desk.Agreement) string {
	switch {
	case a.Desk.At.IsZero() && a.Hospital.At.IsZero():
		return "nobody has approved it"
	case a.Desk.At.IsZero():
		return "the desk has not approved it"
	}
	return "the hospital has not approved it"
}

func approved(a desk.Approval, loc *time.Location) string {
	if a.At.IsZero() {
		return "Not yet"
	}
	return a.Name + ", " + day(a.At, loc)
}

func approvalFacts(a desk.Agreement, loc *time.Location, now time.Time) []view.KV {
	facts := []view.KV{{Key: "Begins", Value: a.From.In(loc).Format("Jan 2, 2006, ") + words.Clock(words.EN, a.From, loc)},
		{Key: "Written by", Value: a.Made.Name + ", " + clock(a.Made.At, loc, now)}, {Key: "Desk", Value: approved(a.Desk, loc)}, {Key: "Hospital", Value: approved(a.Hospital, loc)}}
	if a.Hospital.How != "" {
		facts = append(facts, view.KV{Key: "How", Value: a.Hospital.How})
	}
	if a.Note != "" {
		facts = append(facts, view.KV{Key: "Why", Value: a.Note})
	}
	return facts
}

// POST /desk/agreements/{client}/approvals: side is desk or hospital.
func (h *handler) approveAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	f := r.PostForm
	version, edit := seen(r)
	in := app.ApprovalIn{Version: version, Edit: edit, Hospital: f.Get("side") == "hospital", Who: f.Get("who"), How: f.Get("how")}
	x, err := h.app.ApproveAgreement(r.Context(), s.v, c.ID, in)
	done := "approved"
	if x.Agreed() {
		done = "agreed"
	}
	t := agreementTried{act: "approve", form: f.Get, err: err}
	if !in.Hospital {
		t.act = "approve-desk"
	}
	return h.agreementDone(w, r, s, c, done, t)
}
