package web

import (
	"net/http"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// accountSaved says what was done to an account.
var accountSaved = map[string]string{
	"factor":    "The second factor is on. Other browsers are signed out.",
	"no-factor": "The second factor is off.",
	"password":  "Your password is changed. Other browsers are signed out.",
}

func factorOf(who desk.Staff, post string) view.FactorView {
	return view.FactorView{Post: post, On: who.TOTP != ""}
}

// secondFactor begins one, switches it on after a right code, or off by a proof: then saved says what was done. Otherwise
// the page shows f, with the problems.
func (h *handler) secondFactor(r *http.Request, s signed, f *view.FactorView) (saved string, problems []view.Problem, err error) {
	form := r.PostForm
	switch form.Get("do") {
	case "begin":
		f.Secret, err = h.app.BeginTOTP(r.Context(), s.v)
	case "end":
		saved, err = "no-factor", h.app.EndTOTP(r.Context(), s.v, form.Get("proof"))
	default:
		f.Secret = form.Get("secret")
		saved, err = "factor", h.app.ConfirmTOTP(r.Context(), s.v, sessionOf(r), f.Secret, form.Get("code"))
	}
	f.URL = app.FactorURL(s.who.Login, f.Secret)
	if !desk.Is(err, desk.Invalid) {
		return saved, nil, err
	}
	wrongAt(err, "code", &f.Code, &problems)
	wrongAt(err, "proof", &f.Proof, &problems)
	return "", problems, nil
}

// newPassword changes it, or gives what is wrong with what was typed. What was typed is not shown again.
func (h *handler) newPassword(r *http.Request, s signed, p *view.PasswordView) (problems []view.Problem, err error) {
	form := r.PostForm
	err = h.app.ChangePassword(r.Context(), s.v, sessionOf(r), app.NewPassword{Now: form.Get("now"), Fresh: form.Get("fresh"), Again: form.Get("again")})
	if !desk.Is(err, desk.Invalid) {
		return nil, err
	}
	wrongAt(err, "now", &p.NowError, &problems)
	wrongAt(err, "fresh", &p.FreshError, &problems)
	wrongAt(err, "again", &p.AgainError, &problems)
	return problems, nil
}

// wrongAt puts what err says of a field to the field and into the list above the form.
func wrongAt(err error, name string, at *string, problems *[]view.Problem) {
	if *at = field(err, name); *at != "" {
		*problems = append(*problems, view.Problem{FieldID: name, Text: *at})
	}
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
	saved, problems, err := h.secondFactor(r, s, &v.Factor)
	switch {
	case err != nil:
		return err
	case saved != "":
		http.Redirect(w, r, "/client/"+c.Slug+"/account?saved="+saved, http.StatusSeeOther)
		return nil
	}
	v.Problems = problems
	return h.showAccount(w, r, s, c, problemStatus(problems), v)
}

// problemStatus is that of a page with problems, or with none.
func problemStatus(problems []view.Problem) int {
	if len(problems) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
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
	if len(v.Problems) > 0 {
		title = "Error: " + title
	}
	h.render(w, r, status, within(view.OwnPage(h.ownPage(s, c, title, "/account")), view.Account(v)))
	return nil
}
