package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/web/view"
)

// sessionCookie holds the secret of a session.
const sessionCookie = "kept_session"

func sessionOf(r *http.Request) string {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// staffCookie says who was signed in last, so that a form whose session ended goes on for nobody else.
const staffCookie = "kept_staff"

// setSession gives the browser a session of somebody; an empty secret takes it away.
func (h *handler) setSession(w http.ResponseWriter, secret string, s desk.StaffID) {
	for name, value := range map[string]string{sessionCookie: secret, staffCookie: strconv.FormatInt(int64(s), 10)} {
		c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.opts.Secure}
		if secret == "" {
			c.MaxAge = -1
		}
		http.SetCookie(w, c)
	}
	h.setSearch(w, "") // what somebody else searched for is theirs
}

var errTypedByAnother = desk.Errorf(desk.Conflict, "sign_in.another", "What was typed here was written by somebody else, so it was not sent. They can write it again when they sign in.")

// signInFirst leads to the door. A form whose session ended comes along and goes on after sign-in, so
// that nothing that was typed is lost: only for the one who typed it, and never a password.
func (h *handler) signInFirst(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Kept-Part") != "" || r.Header.Get("HX-Request") != "" || strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		http.Error(w, "Sign in again.", http.StatusUnauthorized)
		return
	}
	if r.Method != http.MethodPost {
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	act, of := staffAct(r.URL.RequestURI()), r.PostForm.Get("of")
	if c, err := r.Cookie(staffCookie); err == nil && of == "" {
		of = c.Value
	}
	if act == "" || of == "" {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	h.render(w, r, http.StatusUnauthorized, view.SignIn(view.SignInView{Act: act, Of: of, Kept: pairs(r.PostForm)}))
}

func pairs(form url.Values) (list []view.Pair) {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			list = append(list, view.Pair{Name: name, Value: value})
		}
	}
	return list
}

func (h *handler) signInPage(w http.ResponseWriter, r *http.Request) {
	next := localPath(r.URL.Query().Get("next"))
	if v, _, err := h.app.SignedIn(r.Context(), sessionOf(r)); err == nil {
		http.Redirect(w, r, home(v, next), http.StatusSeeOther)
		return
	}
	h.render(w, r, http.StatusOK, view.SignIn(view.SignInView{Next: next}))
}

// home is where somebody who has signed in goes: to path, or to the first page that is theirs.
func home(v desk.Viewer, path string) string {
	switch {
	case v.Who == desk.WhoLeader && path != "/client" && !strings.HasPrefix(path, "/client/"):
		return "/client"
	case path == "":
		return "/desk"
	}
	return path
}

// signIn opens the door. A form that came along is sent to acts as if it had just been filled in.
func (h *handler) signIn(acts http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := readForm(r); err != nil {
			h.staffWrong(w, r, signed{}, err)
			return
		}
		f := r.PostForm
		v := view.SignInView{Email: f.Get("email"), Next: localPath(f.Get("next")), Act: staffAct(f.Get("act")), Of: f.Get("of")}
		kept := url.Values{}
		for name, values := range f {
			if name, ok := strings.CutPrefix(name, "kept."); ok {
				kept[name] = values
			}
		}
		secret, err := h.app.SignIn(r.Context(), v.Email, f.Get("password"), f.Get("code"), httpd.Address(r.Context()))
		if err != nil {
			switch desk.KindOf(err) {
			case desk.Unauthenticated, desk.RateLimited, desk.Unavailable:
			default:
				h.staffWrong(w, r, signed{}, err)
				return
			}
			v.Error, v.Kept = said(err), pairs(kept)
			if after := httpd.RetryAfter(err); after != "" {
				w.Header().Set("Retry-After", after)
			}
			h.render(w, r, httpd.Status(err), view.SignIn(v))
			return
		}
		who, s, err := h.app.SignedIn(r.Context(), secret)
		if err != nil {
			h.staffWrong(w, r, signed{}, err)
			return
		}
		h.setSession(w, secret, who.Staff)
		if v.Act == "" {
			http.Redirect(w, r, home(who, v.Next), http.StatusSeeOther)
			return
		}
		if v.Of != strconv.FormatInt(int64(who.Staff), 10) {
			h.staffWrong(w, r, signed{v: who, who: s}, errTypedByAnother)
			return
		}
		act, err := http.NewRequestWithContext(r.Context(), http.MethodPost, v.Act, strings.NewReader(kept.Encode()))
		if err != nil {
			http.Redirect(w, r, "/desk", http.StatusSeeOther)
			return
		}
		act.Host, act.RequestURI = r.Host, v.Act
		act.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		act.AddCookie(&http.Cookie{Name: sessionCookie, Value: secret})
		acts.ServeHTTP(w, act)
	}
}

// staffAct gives path if a form may be sent there after sign-in, "" otherwise.
func staffAct(path string) string {
	path = localPath(path)
	bare, _, _ := strings.Cut(path, "?")
	if strings.HasSuffix(bare, "/password") || strings.HasSuffix(bare, "/second-factor") {
		return "" // what is typed there stands in no page
	}
	for _, room := range []string{"/desk/", "/alerts/", "/inbound/", "/client/"} {
		if strings.HasPrefix(path, room) {
			return path
		}
	}
	return ""
}

func (h *handler) signOut(w http.ResponseWriter, r *http.Request) {
	if secret := sessionOf(r); secret != "" {
		if err := h.app.SignOut(r.Context(), secret); err != nil {
			h.staffWrong(w, r, signed{}, err)
			return
		}
	}
	h.setSession(w, "", 0)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}
