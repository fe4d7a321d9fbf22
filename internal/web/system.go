package web

import (
	"net/http"
	"slices"
	"strings"

	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/web/view"
	"kept/internal/words"
)

// wrong shows err as a page in the person's language: what happened, whose fault it is, and the way to
// a person.
func (h *handler) wrong(w http.ResponseWriter, r *http.Request, v visit, err error) {
	status := httpd.Status(err)
	if wait := httpd.RetryAfter(err); wait != "" {
		w.Header().Set("Retry-After", wait)
	}
	if status >= 500 {
		h.note(r, "a page failed", status, err)
	}
	s := view.SystemView{}
	key := ""
	switch status {
	case http.StatusNotFound:
		key = "error.404"
	case http.StatusForbidden, http.StatusUnauthorized:
		key = "error.403"
	case http.StatusRequestEntityTooLarge:
		key = "error.413"
	case http.StatusServiceUnavailable:
		key = "error.503"
		s.Lines = []string{v.t("error.503.unknown", "phone", v.phone())}
		if r.Method == http.MethodPost && readForm(r) == nil && len(r.PostForm) > 0 {
			s.Lines = []string{v.t("ask.away", "phone", v.phone())}
			s.Again = &view.AgainView{Act: v.url(v.path), Kept: pairs(r.PostForm), Words: wordsOf(r.PostForm), Send: v.t("ask.again")}
		}
	case http.StatusTooManyRequests, http.StatusConflict, http.StatusUnprocessableEntity:
		s.Title, s.Lines = v.t("error.title"), []string{v.problem(err)}
	default:
		key = "error.500"
		s.Lines = []string{v.t("error.500.unsaved", "phone", v.phone())}
	}
	if key != "" {
		s.Title = v.t(key + ".title")
	}
	if s.Lines == nil {
		s.Lines = []string{strings.TrimPrefix(v.t(key+".text", "phone", v.phone()), s.Title+". ")}
	}
	if ref := httpd.Ref(r.Context()); status >= 500 && ref != "" {
		s.Lines = append(s.Lines, v.t("error.500.ref", "ref", ref))
	}
	if status == http.StatusNotFound || status >= 500 && s.Again == nil {
		s.Search = searchBox(v, "", false)
	}
	s.Actions = []view.ButtonView{{URL: v.tel(), Text: v.t("common.call", "phone", v.phone()), Icon: "phone", Second: s.Search != nil || s.Again != nil}}
	p := v.page(s.Title)
	p.NoIndex = true
	if r.Method != http.MethodGet {
		p.OtherLangs[0].URL = v.in(v.lang.Other(), "/") // the address of an act is no page in either language
		if token, ok := strings.CutPrefix(v.path, "/t/"); ok {
			token, _, _ = strings.Cut(token, "/")
			p.OtherLangs[0].URL = v.in(v.lang.Other(), "/t/"+token)
		}
	}
	h.render(w, r, status, view.SystemPage(p, s))
}

// unknownPage is a path where nothing is.
func (h *handler) unknownPage(w http.ResponseWriter, r *http.Request, v visit) error {
	if v.root == "" && v.lang == words.EN && h.strayed(w, r) {
		return nil
	}
	return desk.Errorf(desk.NotFound, "not_found", "There is no such page.")
}

// unknownTracker is the page for a link that is not, or no longer, known here.
func (h *handler) unknownTracker(w http.ResponseWriter, r *http.Request, v visit) error {
	p := v.page(v.t("track.unknown.h1"))
	p.NoIndex = true
	if r.Method != http.MethodGet {
		p.OtherLangs[0].URL = v.in(v.lang.Other(), "/find")
	}
	h.render(w, r, http.StatusNotFound, view.SystemPage(p, view.SystemView{
		Title: v.t("track.unknown.h1"), Lines: []string{strings.TrimPrefix(v.t("track.unknown", "phone", v.phone()), v.t("track.unknown.h1")+". ")},
		Actions: []view.ButtonView{
			{URL: v.url("/find"), Text: v.t("home.door.check")},
			{URL: v.tel(), Text: v.t("common.call", "phone", v.phone()), Icon: "phone", Second: true},
		},
	}))
	return nil
}

// note logs why a page failed, without a line for each while the desk cannot be asked.
func (h *handler) note(r *http.Request, what string, status int, err error) {
	if status == http.StatusServiceUnavailable {
		if _, say := h.away.Says(h.app.Now()); !say {
			return
		}
	}
	h.log.ErrorContext(r.Context(), what, "ref", httpd.Ref(r.Context()), "err", err)
}

// problem gives the sentence of an error in the language of the page.
func (v visit) problem(err error) string {
	e, ok := err.(*desk.Error)
	if !ok {
		return v.t("error.500.unsaved", "phone", v.phone())
	}
	if e.Kind == desk.Unavailable {
		return v.t("error.503.unknown", "phone", v.phone())
	}
	return v.sentence(e.Code, e.Message)
}

// sentence is the text of a problem's code. The message of a code without a text is English.
func (v visit) sentence(code, message string) string {
	for _, key := range []string{"problem." + code, code} {
		if words.Has(key) {
			return v.t(key, "phone", v.phone(), "client", v.client.Name)
		}
	}
	return message
}

// problems gives the problems of a form by field, in the language of the page. ok is false for an
// error that is not about what was typed.
func (v visit) problems(err error) (list []view.Problem, byField map[string]string, ok bool) {
	e, isDesk := err.(*desk.Error)
	if !isDesk || e.Kind != desk.Invalid || len(e.Fields) == 0 {
		return nil, nil, false
	}
	byField = map[string]string{}
	for _, f := range e.Fields {
		text := v.sentence(f.Code, f.Message)
		byField[f.Field] = text
		list = append(list, view.Problem{FieldID: f.Field, Text: text})
	}
	return list, byField, true
}

// frontPage lists the hospitals of the demo.
func (h *handler) frontPage(w http.ResponseWriter, r *http.Request) {
	all, err := h.app.Clients(r.Context(), desk.System("demo"))
	if err != nil {
		h.noHospital(w, r, err)
		return
	}
	slices.SortFunc(all, func(a, b desk.Client) int { return strings.Compare(a.Name, b.Name) })
	f := view.FrontView{
		Title: words.T(words.EN, "demo.title"), Text: words.T(words.EN, "demo.text"), Of: words.T(words.EN, "demo.hospitals"),
		Staff: []view.Link{{URL: "/sign-in", Text: words.T(words.EN, "demo.staff"), Icon: "headset"}},
	}
	if h.opts.Phones != nil {
		f.Staff = append(f.Staff, view.Link{URL: "/demo/phone", Text: words.T(words.EN, "demo.phone"), Icon: "smartphone"})
	}
	for _, c := range all {
		f.Hospitals = append(f.Hospitals, view.Link{URL: "/" + c.Slug + "/", Text: c.Name})
	}
	h.render(w, r, http.StatusOK, view.Front(f))
}

// noHospital answers where no hospital's pages are: an unknown host, or a desk that cannot be asked.
func (h *handler) noHospital(w http.ResponseWriter, r *http.Request, err error) {
	status := httpd.Status(err)
	if status == http.StatusNotFound && h.strayed(w, r) {
		return
	}
	if status >= 500 {
		h.note(r, "no hospital", status, err)
	}
	f := view.FrontView{Title: words.T(words.EN, "error.404.title"), Text: words.T(words.EN, "demo.nowhere")}
	if status >= 500 {
		f = view.FrontView{Title: words.T(words.EN, "error.503.title"), Text: words.T(words.EN, "demo.off")}
		w.Header().Set("Retry-After", "5")
	} else if h.opts.Demo {
		f.Hospitals = []view.Link{{URL: "/", Text: words.T(words.EN, "demo.hospitals")}}
	}
	h.render(w, r, status, view.Front(f))
}
