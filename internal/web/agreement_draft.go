package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// agreementTried is a form that could not be taken, or whose answer stands on the page.
type agreementTried struct {
	act  string // "draft", "what-if", "approve"
	form func(string) string
	err  error
	what *app.WhatIf
}

// agreementProblems puts what was wrong at its place.
func agreementProblems(v *view.AgreementView, t agreementTried) {
	e, ok := t.err.(*desk.Error)
	if !ok {
		return
	}
	if len(e.Fields) == 0 {
		v.Problems = []view.Problem{{Text: e.Message}}
		if v.Form != nil {
			v.Problems[0].FieldID = "terms"
			if t.act == "draft" {
				v.Problems[0].Text += " What you typed is kept below."
			}
		}
		return
	}
	for _, f := range e.Fields {
		id := f.Field
		if v.Form == nil && id == "terms" {
			id = ""
		}
		v.Problems = append(v.Problems, view.Problem{FieldID: id, Text: f.Message})
		switch {
		case f.Field == "terms" && v.Form != nil:
			v.Form.Errors = append(v.Form.Errors, f.Message)
		case f.Field == "note" && v.Form != nil:
			v.Form.NoteErr = f.Message
		case f.Field == "from" && v.Form != nil:
			v.Form.FromErr = f.Message
		case v.Draft == nil:
		case f.Field == "who":
			v.Draft.WhoErr = f.Message
		case f.Field == "how":
			v.Draft.HowErr = f.Message
		}
	}
	if v.Draft != nil && t.act == "approve" {
		v.Draft.Who, v.Draft.How, v.Draft.OpenAsked = t.form("who"), t.form("how"), true
	}
}

// agreementForm is the form for the draft that is there, or for a new one that begins as what holds now.
func agreementForm(page app.AgreementPage) *view.AgreementForm {
	loc := clientZone(page.Client)
	today := page.Now.In(loc)
	f := &view.AgreementForm{Action: agreementURL(page.Client) + "/draft", Title: "The next terms", Version: "0", Edit: "0", Zone: "Days begin at midnight in " + loc.String() + "."}
	f.From, f.Until = today.AddDate(0, -3, 0).Format(time.DateOnly), today.Format(time.DateOnly)
	if page.Draft != nil {
		f.Title = fmt.Sprintf("The draft of version %d", page.Draft.Version)
		f.Terms, f.Note, f.Version, f.Edit = page.Draft.Text(), page.Draft.Note, strconv.Itoa(page.Draft.Version), strconv.Itoa(page.Draft.Edit)
		return f
	}
	if x := page.SentBack(); x != nil {
		f.Terms, f.Note = x.Text(), x.Note
		return f
	}
	f.Terms = page.Live.NextText(time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, loc))
	return f
}

// seen reads which draft somebody saw. What is no number names none.
func seen(r *http.Request) (version, edit int) {
	version, _ = strconv.Atoi(r.PostForm.Get("version"))
	edit, _ = strconv.Atoi(r.PostForm.Get("edit"))
	return version, edit
}

// POST /desk/agreements/{client}/draft: do is save or what-if.
func (h *handler) draftAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	f := r.PostForm
	t := agreementTried{act: "draft", form: f.Get}
	if f.Get("do") == "what-if" {
		t.act = "what-if"
		loc := clientZone(c)
		from, errFrom := time.ParseInLocation(time.DateOnly, f.Get("from"), loc)
		until, errUntil := time.ParseInLocation(time.DateOnly, f.Get("until"), loc)
		if errFrom != nil || errUntil != nil {
			t.err = desk.Fields{{Field: "from", Code: "date.invalid", Message: "Choose both days."}}.Err()
			return h.showAgreement(w, r, s, http.StatusUnprocessableEntity, t)
		}
		what, err := h.app.WhatIf(r.Context(), s.v, c.ID, f.Get("terms"), from, until)
		if err == nil {
			t.what = &what
			return h.showAgreement(w, r, s, http.StatusOK, t)
		}
		t.err = err
	} else {
		version, edit := seen(r)
		_, t.err = h.app.DraftAgreement(r.Context(), s.v, c.ID, app.AgreementIn{Terms: f.Get("terms"), Note: f.Get("note"), Version: version, Edit: edit})
	}
	return h.agreementDone(w, r, s, c, "saved", t)
}

// agreementDone leads back after an act, or shows the form again with what was typed.
func (h *handler) agreementDone(w http.ResponseWriter, r *http.Request, s signed, c desk.Client, done string, t agreementTried) error {
	switch {
	case t.err == nil:
		http.Redirect(w, r, agreementURL(c)+"?done="+done, http.StatusSeeOther)
		return nil
	case desk.Is(t.err, desk.Conflict):
		return h.showAgreement(w, r, s, http.StatusConflict, t)
	case desk.Is(t.err, desk.Invalid):
		return h.showAgreement(w, r, s, http.StatusUnprocessableEntity, t)
	}
	return t.err
}

// POST /desk/agreements/{client}/withdrawals
func (h *handler) withdrawAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	version, edit := seen(r)
	err = h.app.WithdrawAgreement(r.Context(), s.v, c.ID, version, edit)
	return h.agreementDone(w, r, s, c, "withdrawn", agreementTried{act: "withdraw", form: r.PostForm.Get, err: err})
}
