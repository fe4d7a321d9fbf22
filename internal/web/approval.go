package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// lacking says whose approval a draft lacks.
func lacking(a desk.Agreement) string {
	switch {
	case a.Gone.How != "":
		return "the hospital sent it back"
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
	text := a.Name + ", " + day(a.At, loc)
	if a.Record != "" {
		text += ", recorded by " + a.Record + " for the hospital"
	}
	return text
}

func approvalFacts(a desk.Agreement, loc *time.Location, now time.Time) []view.KV {
	facts := []view.KV{{Key: "Begins", Value: a.From.In(loc).Format("Jan 2, 2006, ") + words.Clock(words.EN, a.From, loc)},
		{Key: "Written by", Value: a.Made.Name + ", " + clock(a.Made.At, loc, now)}, {Key: "Desk", Value: approved(a.Desk, loc)}, {Key: "Hospital", Value: approved(a.Hospital, loc)}}
	if a.Hospital.How != "" {
		facts = append(facts, view.KV{Key: "Reference", Value: a.Hospital.How})
	}
	if a.Note != "" {
		facts = append(facts, view.KV{Key: "Why", Value: a.Note})
	}
	return facts
}

// leadersTold says how who leads the hospital learns that the draft waits for them.
func leadersTold(page app.AgreementPage, loc *time.Location) string {
	switch {
	case page.Leaders == 0:
		return "Nobody leads this hospital here. Ask for its approval, and put that on record."
	case len(page.Mails) == 0:
		return "Not by mail. It stands on their own page."
	}
	var all []string
	for _, m := range page.Mails {
		switch m.State {
		case desk.MailSent:
			all = append(all, "by mail, "+clock(m.MovedAt, loc, page.Now))
		case desk.MailFailed:
			all = append(all, "the mail could not be sent: "+cmp.Or(m.Reason, "it was tried often enough"))
		case desk.MailCancelled:
			all = append(all, "a mail was not needed any more")
		default:
			all = append(all, strings.TrimSpace("the mail waits to be sent "+m.Reason))
		}
	}
	return upper(strings.Join(slices.Compact(all), "; "))
}

// termsActs say what was done to an agreement.
var termsActs = map[desk.AgreementEventType]string{
	desk.TermsWritten: "Wrote the draft", desk.TermsApproved: "Approved it for the desk", desk.TermsAccepted: "Approved it for the hospital",
	desk.TermsSentBack: "Sent it back for the hospital", desk.TermsWithdrawn: "Withdrew it",
}

// agreementHistory is what was done, newest first.
func agreementHistory(page app.AgreementPage, loc *time.Location) (all []view.AgreementAct) {
	for _, e := range slices.Backward(page.Events) {
		x := view.AgreementAct{When: words.Instant(words.EN, e.At, loc, page.Now), Version: fmt.Sprintf("%d", e.Version), Who: e.ByName, Did: termsActs[e.Type], Text: e.Text}
		if e.Type == desk.TermsRecorded {
			x.Did = "Recorded the yes of " + e.Name + " for the hospital"
		}
		all = append(all, x)
	}
	return all
}

// askText says who is to say yes now.
func askText(d desk.Agreement, me desk.StaffID) string {
	switch {
	case d.Asks() && d.Desk.By == me:
		return "Who leads the hospital can now approve it, or send it back, on their own page. If they said yes in a letter or mail, another supervisor puts that on record: you approved it for the desk."
	case d.Asks():
		return "Who leads the hospital can now approve it, or send it back, on their own page. If they said yes in a letter or mail, put that on record here."
	case d.Desk.At.IsZero() && d.Hospital.At.IsZero():
		return "Once the desk has approved it, who leads the hospital is told by mail and finds it on their own page."
	case d.Desk.At.IsZero() && d.Hospital.By == me:
		return "You put the hospital’s approval on record. Another supervisor approves it for the desk."
	}
	return ""
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
