package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"

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
func (h *handler) secondFactor(r *http.Request, s signed, f *view.FactorView) (saved string, status int, problems []view.Problem, err error) {
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
	if f.Secret != "" {
		f.URL = app.FactorURL(s.who.Login, f.Secret)
		var failed error
		if f.Square, f.Side, failed = square(f.URL); failed != nil && err == nil { // else what was posted is no key of ours
			return "", 0, nil, failed
		}
	}
	if !refused(err) {
		return saved, http.StatusOK, nil, err
	}
	if desk.Is(err, desk.RateLimited) { // what was typed is still right
		if f.Typed = form.Get("code"); form.Get("do") == "end" {
			wrongly(said(err), "proof", &f.Proof, &problems)
		} else {
			wrongly(said(err), "code", &f.Code, &problems)
		}
		return "", http.StatusTooManyRequests, problems, nil
	}
	wrongAt(err, "code", &f.Code, &problems)
	wrongAt(err, "proof", &f.Proof, &problems)
	return "", http.StatusUnprocessableEntity, problems, nil
}

// newPassword changes it, or gives what is wrong with what was typed. What was typed is not shown again.
func (h *handler) newPassword(r *http.Request, s signed, p *view.PasswordView) (status int, problems []view.Problem, err error) {
	form := r.PostForm
	err = h.app.ChangePassword(r.Context(), s.v, sessionOf(r), app.NewPassword{Now: form.Get("now"), Fresh: form.Get("fresh"), Again: form.Get("again")})
	if desk.Is(err, desk.RateLimited) {
		wrongly(said(err), "now", &p.NowError, &problems)
		return http.StatusTooManyRequests, problems, nil
	}
	if !desk.Is(err, desk.Invalid) {
		return http.StatusOK, nil, err
	}
	wrongAt(err, "now", &p.NowError, &problems)
	wrongAt(err, "fresh", &p.FreshError, &problems)
	wrongAt(err, "again", &p.AgainError, &problems)
	return http.StatusUnprocessableEntity, problems, nil
}

// wrongAt puts what err says of a field to the field and into the list above the form.
func wrongAt(err error, name string, at *string, problems *[]view.Problem) {
	if text := field(err, name); text != "" {
		wrongly(text, name, at, problems)
	}
}

// wrongly puts a text to the field and into the list above the form.
func wrongly(text, name string, at *string, problems *[]view.Problem) {
	*at = text
	*problems = append(*problems, view.Problem{FieldID: name, Text: text})
}

// refused reports whether err is about what was typed, or about how often.
func refused(err error) bool { return desk.Is(err, desk.Invalid) || desk.Is(err, desk.RateLimited) }

// square draws text as a QR code: the path of its dark modules, and how many modules a side has with the margin that a
// camera needs.
func square(text string) (path string, side int, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", 0, desk.Wrap(desk.Internal, "qr", err, "Something went wrong on our side.")
	}
	const margin = 4
	var b strings.Builder
	n := code.Bounds().Dx()
	for y := range n {
		for x := range n {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+margin, y+margin)
			}
		}
	}
	return b.String(), n + 2*margin, nil
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
	status, problems, err := h.newPassword(r, s, &v.Password)
	if err != nil {
		return err
	}
	if v.Problems = problems; len(problems) > 0 {
		return h.showAccount(w, r, s, c, status, v)
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
	saved, status, problems, err := h.secondFactor(r, s, &v.Factor)
	switch {
	case err != nil:
		return err
	case saved != "":
		http.Redirect(w, r, "/client/"+c.Slug+"/account?saved="+saved, http.StatusSeeOther)
		return nil
	}
	v.Problems = problems
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
	if len(v.Problems) > 0 {
		title = "Error: " + title
	}
	h.render(w, r, status, within(view.OwnPage(h.ownPage(s, c, title, "/account")), view.Account(v)))
	return nil
}
