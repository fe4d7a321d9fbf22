package web

import (
	"net/http"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// GET /desk/display
func (h *handler) displayPage(w http.ResponseWriter, r *http.Request, s signed) error {
	v := displayView(s.who)
	switch r.URL.Query().Get("saved") {
	case "display":
		v.Saved = "Saved."
	case "factor":
		v.Saved = "The second factor is on."
	}
	return h.showDisplay(w, r, s, http.StatusOK, v)
}

func displayView(who desk.Staff) view.DisplayView {
	return view.DisplayView{Theme: who.Theme, Density: who.Density, Letters: who.LetterKeys, Factor: who.TOTP != ""}
}

func (h *handler) showDisplay(w http.ResponseWriter, r *http.Request, s signed, status int, v view.DisplayView) error {
	p, err := h.shell(r, s, "Display and sign-in", "")
	if err != nil {
		return err
	}
	p.Wide = true
	h.render(w, r, status, within(view.Staff(p), view.Display(v)))
	return nil
}

// POST /desk/display
func (h *handler) saveDisplay(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	err := h.app.SaveDisplay(r.Context(), s.v, f.Get("theme"), f.Get("density"), f.Get("letters") != "")
	if desk.Is(err, desk.Invalid) {
		v := displayView(s.who)
		v.Error = said(err)
		return h.showDisplay(w, r, s, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/display?saved=display", http.StatusSeeOther)
	return nil
}

// POST /desk/display/second-factor: begins one, or switches it on after a right code.
func (h *handler) saveSecondFactor(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	v := displayView(s.who)
	var err error
	if f.Get("do") != "confirm" {
		if v.Secret, v.URL, err = h.app.BeginTOTP(r.Context(), s.v); err != nil {
			return err
		}
		return h.showDisplay(w, r, s, http.StatusOK, v)
	}
	err = h.app.ConfirmTOTP(r.Context(), s.v, f.Get("secret"), f.Get("code"))
	if desk.Is(err, desk.Invalid) {
		v.Secret, v.Code = f.Get("secret"), said(err)
		return h.showDisplay(w, r, s, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/display?saved=factor", http.StatusSeeOther)
	return nil
}
