package web

import (
	"net/http"
	"strconv"
	"strings"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// GET /desk/display
func (h *handler) profilePage(w http.ResponseWriter, r *http.Request, s signed) error {
	v := profileView(s.who)
	switch r.URL.Query().Get("saved") {
	case "display":
		v.Saved = "Saved."
	case "keys":
		v.Saved = "Your letters are saved."
	case "told":
		v.Saved = "How you are told is saved."
	default:
		v.Saved = accountSaved[r.URL.Query().Get("saved")]
	}
	return h.showProfile(w, r, s, http.StatusOK, v)
}

func profileView(who desk.Staff) view.ProfileView {
	v := view.ProfileView{Theme: who.Theme, Density: who.Density, Letters: who.LetterKeys,
		Password: view.PasswordView{Post: "/desk/display/password"}, Factor: factorOf(who, "/desk/display/second-factor")}
	v.Facts = []view.KV{{Key: "Name", Value: who.Name}, {Key: "Sign-in", Value: who.Login}, {Key: "Role", Value: roles[who.Role]}}
	own := desk.ReadLetters(who.Letters)
	for _, k := range desk.Keys {
		v.Keys = append(v.Keys, view.KeyField{ID: keyField(k), Does: k.Does, Was: k.Letter, Value: own[k.Letter]})
	}
	return v
}

var roles = map[desk.Role]string{desk.Analyst: "Analyst", desk.Supervisor: "Supervisor", desk.Admin: "Administrator"}

// keyField is the name of a key's field. Signs are written by their code: an id is a word.
func keyField(k desk.Key) string {
	if l := k.Letter; l >= "a" && l <= "z" {
		return "key-" + l
	}
	return "key-" + strconv.Itoa(int(k.Letter[0]))
}

// POST /desk/display/keys
func (h *handler) saveKeys(w http.ResponseWriter, r *http.Request, s signed) error {
	own := desk.Letters{}
	if r.PostForm.Get("do") != "ours" {
		for _, k := range desk.Keys {
			own[k.Letter] = strings.ToLower(strings.TrimSpace(r.PostForm.Get(keyField(k))))
		}
	}
	err := h.app.SaveKeys(r.Context(), s.v, own)
	if desk.Is(err, desk.Invalid) {
		v := profileView(s.who)
		for i, k := range desk.Keys {
			v.Keys[i].Value, v.Keys[i].Error = own[k.Letter], field(err, "key-"+k.Letter)
			if v.Keys[i].Error != "" {
				v.Problems = append(v.Problems, view.Problem{FieldID: keyField(k), Text: k.Does + ": " + v.Keys[i].Error})
			}
		}
		return h.showProfile(w, r, s, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/display?saved=keys", http.StatusSeeOther)
	return nil
}

func (h *handler) showProfile(w http.ResponseWriter, r *http.Request, s signed, status int, v view.ProfileView) error {
	title := "Profile and display"
	if len(v.Problems) > 0 {
		title = "Error: " + title
	}
	p, err := h.shell(r, s, title, "")
	if err != nil {
		return err
	}
	p.Wide = true
	if len(v.Told.Lists) == 0 {
		if err := h.told(r, s, &v, nil); err != nil {
			return err
		}
	}
	h.render(w, r, status, within(view.Staff(p), view.Profile(v)))
	return nil
}

// POST /desk/display
func (h *handler) saveDisplay(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	err := h.app.SaveDisplay(r.Context(), s.v, f.Get("theme"), f.Get("density"), f.Get("letters") != "")
	if desk.Is(err, desk.Invalid) {
		v := profileView(s.who)
		v.Error = said(err)
		return h.showProfile(w, r, s, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/display?saved=display", http.StatusSeeOther)
	return nil
}

// POST /desk/display/second-factor
func (h *handler) saveSecondFactor(w http.ResponseWriter, r *http.Request, s signed) error {
	v := profileView(s.who)
	saved, status, problems, err := h.secondFactor(r, s, &v.Factor)
	switch {
	case err != nil:
		return err
	case saved != "":
		http.Redirect(w, r, "/desk/display?saved="+saved, http.StatusSeeOther)
		return nil
	}
	v.Problems = problems
	return h.showProfile(w, r, s, status, v)
}

// POST /desk/display/password
func (h *handler) changePassword(w http.ResponseWriter, r *http.Request, s signed) error {
	v := profileView(s.who)
	status, problems, err := h.newPassword(r, s, &v.Password)
	switch {
	case err != nil:
		return err
	case len(problems) > 0:
		v.Problems = problems
		return h.showProfile(w, r, s, status, v)
	}
	http.Redirect(w, r, "/desk/display?saved=password", http.StatusSeeOther)
	return nil
}
