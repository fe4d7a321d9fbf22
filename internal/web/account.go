package web

import (
	"net/http"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// accountSaved says what was done to an account.
var accountSaved = map[string]string{
	"factor":   "The second factor is on.",
	"password": "Your password is changed. Other browsers are signed out.",
}

func factorOf(who desk.Staff, post string) view.FactorView {
	return view.FactorView{Post: post, On: who.TOTP != ""}
}

// secondFactor begins one, or switches it on after a right code: then it gives 303, and otherwise the status of the page
// that shows f.
func (h *handler) secondFactor(r *http.Request, s signed, f *view.FactorView) (status int, err error) {
	form := r.PostForm
	if form.Get("do") != "confirm" {
		f.Secret, f.URL, err = h.app.BeginTOTP(r.Context(), s.v)
		return http.StatusOK, err
	}
	err = h.app.ConfirmTOTP(r.Context(), s.v, form.Get("secret"), form.Get("code"))
	if desk.Is(err, desk.Invalid) {
		f.Secret, f.Code = form.Get("secret"), said(err)
		return http.StatusUnprocessableEntity, nil
	}
	return http.StatusSeeOther, err
}

// newPassword changes it, or gives what is wrong with what was typed. What was typed is not shown again.
func (h *handler) newPassword(r *http.Request, s signed, p *view.PasswordView) (problems []view.Problem, err error) {
	err = h.app.ChangePassword(r.Context(), s.v, sessionOf(r), app.NewPassword{Now: r.PostForm.Get("now"), Fresh: r.PostForm.Get("fresh")})
	if !desk.Is(err, desk.Invalid) {
		return nil, err
	}
	p.NowError, p.FreshError = field(err, "now"), field(err, "fresh")
	for id, text := range map[string]string{"now": p.NowError, "fresh": p.FreshError} {
		if text != "" {
			problems = append(problems, view.Problem{FieldID: id, Text: text})
		}
	}
	if len(problems) == 2 && problems[0].FieldID != "now" {
		problems[0], problems[1] = problems[1], problems[0]
	}
	return problems, nil
}

// GET /client/{slug}/account: the account of who leads the hospital.
func (h *handler) ownAccount(w http.ResponseWriter, r *http.Request, s signed) error {
	v, c, err := h.accountOf(r, s)
	if err != nil {
		return err
	}
	v.Saved = accountSaved[r.URL.Query().Get("saved")]
	return h.showAccount(w, r, s, c, http.StatusOK, v)
}

// POST /client/{slug}/account/password
func (h *handler) changeOwnPassword(w http.ResponseWriter, r *http.Request, s signed) error {
	v, c, err := h.accountOf(r, s)
	if err != nil {
		return err
	}
	if v.Problems, err = h.newPassword(r, s, &v.Password); err != nil {
		return err
	}
	if len(v.Problems) > 0 {
		return h.showAccount(w, r, s, c, http.StatusUnprocessableEntity, v)
	}
	http.Redirect(w, r, "/client/"+c.Slug+"/account?saved=password", http.StatusSeeOther)
	return nil
}

// POST /client/{slug}/account/second-factor
func (h *handler) saveOwnFactor(w http.ResponseWriter, r *http.Request, s signed) error {
	v, c, err := h.accountOf(r, s)
	if err != nil {
		return err
	}
	status, err := h.secondFactor(r, s, &v.Factor)
	switch {
	case err != nil:
		return err
	case status == http.StatusSeeOther:
		http.Redirect(w, r, "/client/"+c.Slug+"/account?saved=factor", status)
		return nil
	}
	return h.showAccount(w, r, s, c, status, v)
}

// accountOf is the page for who leads the hospital of the address; nothing for staff, who have theirs.
func (h *handler) accountOf(r *http.Request, s signed) (v view.AccountView, c desk.Client, err error) {
	if c, err = h.figuresOf(r, s); err == nil && s.v.Who != desk.WhoLeader {
		err = desk.Errorf(desk.NotFound, "not_found", "Your account is under Profile and display.")
	}
	base := "/client/" + c.Slug + "/account/"
	v = view.AccountView{
		Facts:    []view.KV{{Key: "Name", Value: s.who.Name}, {Key: "Sign-in", Value: s.who.Login}, {Key: "Hospital", Value: c.Name}},
		Password: view.PasswordView{Post: base + "password"}, Factor: factorOf(s.who, base+"second-factor"),
	}
	return v, c, err
}

func (h *handler) showAccount(w http.ResponseWriter, r *http.Request, s signed, c desk.Client, status int, v view.AccountView) error {
	title := "Your account"
	if len(v.Problems) > 0 || v.Factor.Code != "" {
		title = "Error: " + title
	}
	h.render(w, r, status, within(view.OwnPage(h.ownPage(s, c, title, "/account")), view.Account(v)))
	return nil
}
