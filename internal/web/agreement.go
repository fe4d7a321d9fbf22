package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

func agreementURL(c desk.Client) string { return "/desk/agreements/" + c.Slug }

func day(t time.Time, loc *time.Location) string {
	if t.Year() < 2000 {
		return "always"
	}
	return t.In(loc).Format("Jan 2, 2006")
}

// clientOf finds the hospital in the path.
func (h *handler) clientOf(r *http.Request, s signed) (desk.Client, error) {
	c, err := h.app.ClientBySlug(r.Context(), r.PathValue("client"))
	if err != nil {
		return c, err
	}
	return h.app.Client(r.Context(), s.v, c.ID)
}

// GET /desk/agreements/{client}: with ?edit=yes the form is there.
func (h *handler) agreementPage(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showAgreement(w, r, s, http.StatusOK, agreementTried{})
}

func (h *handler) showAgreement(w http.ResponseWriter, r *http.Request, s signed, status int, t agreementTried) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	page, err := h.app.Agreement(r.Context(), s.v, c.ID)
	if err != nil {
		return err
	}
	v := agreementView(page, s)
	v.Done = map[string]string{
		"saved": "The draft is saved.", "approved": "The approval is on record.", "agreed": "Both sides have approved it. From its date on it holds.", "withdrawn": "The draft is withdrawn.",
	}[r.URL.Query().Get("done")]
	title := c.Name + " agreement"
	if s.v.Leads() {
		f := agreementForm(page)
		switch {
		case t.act == "draft" || t.act == "what-if":
			f.Terms, f.Note, f.From, f.Until = t.form("terms"), t.form("note"), t.form("from"), t.form("until")
			if !desk.Is(t.err, desk.Conflict) {
				f.Version, f.Edit = t.form("version"), t.form("edit")
			}
		case page.Draft != nil && !page.Draft.Desk.At.Equal(page.Draft.Hospital.At):
			// One side has approved it: its terms stand.
			f = nil
		case r.URL.Query().Get("edit") == "":
			v.StartURL, v.Start = "?edit=yes#form-title", "Write the next terms"
			if page.Draft != nil {
				v.Start = "Change the draft, or ask what if"
			}
			f = nil
		}
		v.Form = f
	}
	if t.err != nil {
		title = "Error: " + title
		agreementProblems(&v, t)
	}
	if t.what != nil {
		v.WhatIf = whatIfView(*t.what, page)
	}
	p, err := h.shell(r, s, title, "/desk/agreements")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, status, within(view.Staff(p), view.Agreement(v)))
	return nil
}

// agreementView is the page without a form.
func agreementView(page app.AgreementPage, s signed) view.AgreementView {
	loc, base := clientZone(page.Client), agreementURL(page.Client)
	live := page.Live
	v := view.AgreementView{Hospital: page.Client.Name, Who: "A supervisor writes and approves terms."}
	if s.v.Leads() {
		v.Who = ""
	}
	v.Live = view.AgreementTerms{Title: "In plain words: what holds now", Plain: live.Plain("en"), ES: live.Plain("es"), YAML: live.Text(), File: termsURL(base, live.Version)}
	if live.Version == desk.UsualVersion {
		v.Stands = "The usual terms hold: " + page.Client.Name + " has no agreement of its own yet."
	} else {
		v.Stands = fmt.Sprintf("Version %d is in force since %s.", live.Version, day(live.Begins(), loc))
		v.Live.Facts = approvalFacts(live.Agreement, loc, page.Now)
	}
	for _, x := range page.Versions {
		past := view.AgreementPast{Name: "Version " + strconv.Itoa(x.Version), State: agreementStates[x.State], Begun: day(cmp.Or(x.Begins(), x.From), loc),
			Desk: approved(x.Desk, loc), Other: approved(x.Hospital, loc), Note: cmp.Or(x.Note, "No reason given"), File: termsURL(base, x.Version)}
		if x.Version == desk.UsualVersion {
			past.Desk, past.Other = "Kept", "Kept"
		}
		if x.State == desk.AgreementWithdrawn || x.State == desk.AgreementSentBack {
			past.State += " by " + x.Gone.Name
		}
		v.Versions = append(v.Versions, past)
	}
	v.History = agreementHistory(page, loc)
	if x := page.SentBack(); x != nil {
		v.SentBack = &view.SentBackView{Title: fmt.Sprintf("%s sent version %d back, %s.", x.Gone.Name, x.Version, words.Instant(words.EN, x.Gone.At, loc, page.Now)), Why: x.Gone.How}
	}
	if page.Draft == nil {
		return v
	}
	d := *page.Draft
	v.Stands += fmt.Sprintf(" Version %d is a draft.", d.Version)
	v.Draft = &view.AgreementDraft{Title: fmt.Sprintf("Draft of version %d", d.Version), Tag: view.TagView{Kind: view.TagWaiting, Text: strings.ToUpper(lacking(d.Agreement)[:1]) + lacking(d.Agreement)[1:]},
		Facts: approvalFacts(d.Agreement, loc, page.Now), Version: strconv.Itoa(d.Version), Edit: strconv.Itoa(d.Edit)}
	if d.Asks() {
		v.Draft.Facts = append(v.Draft.Facts, view.KV{Key: "Hospital told", Value: leadersTold(page, loc)})
	}
	v.Draft.Gone, v.Draft.New = termsDiff(live, d)
	if s.v.Leads() {
		v.Draft.Ask = askText(d.Agreement, s.v.Staff)
		if d.Desk.At.IsZero() && d.Hospital.By != s.v.Staff {
			v.Draft.Desk, v.Draft.DeskText = base+"/approvals", "Approve for the desk"
			if d.Hospital.At.IsZero() {
				v.Draft.DeskText = "Approve for the desk, and ask the hospital"
			}
		}
		if d.Hospital.At.IsZero() && d.Desk.By != s.v.Staff {
			v.Draft.Hospital = base + "/approvals"
		}
		v.Draft.Withdraw = base + "/withdrawals"
	}
	return v
}

// termsDiff gives the plain sentences that only one of two versions says.
func termsDiff(live, next app.AgreementVersion) (gone, fresh []string) {
	said, says := live.Plain("en"), next.Plain("en")
	for _, line := range said {
		if !slices.Contains(says, line) {
			gone = append(gone, line)
		}
	}
	for _, line := range says {
		if !slices.Contains(said, line) {
			fresh = append(fresh, line)
		}
	}
	return gone, fresh
}

func termsURL(base string, version int) string { return base + "/terms/" + strconv.Itoa(version) }

var agreementStates = map[desk.AgreementState]string{
	desk.AgreementDraft: "Draft", desk.AgreementAsked: "Waits for an approval", desk.AgreementReady: "Agreed, begins later", desk.AgreementLive: "In force",
	desk.AgreementPast: "Past", desk.AgreementWithdrawn: "Withdrawn",
	desk.AgreementSentBack: "Sent back",
}

// GET /desk/agreements/{client}/terms/{id}: the terms of a version as a file.
func (h *handler) agreementTerms(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	page, err := h.app.Agreement(r.Context(), s.v, c.ID)
	if err != nil {
		return err
	}
	for _, x := range page.Versions {
		if int64(x.Version) == id {
			w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
			w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%d.yaml"`, c.Slug, x.Version))
			_, _ = w.Write([]byte(x.Text())) // whoever went away needs no file
			return nil
		}
	}
	return desk.Errorf(desk.NotFound, "not_found", "There is no such version.")
}
