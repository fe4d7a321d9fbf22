package web

import (
	"net/http"
	"slices"
	"strconv"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// GET /desk/macros: with ?change= the form holds that text.
func (h *handler) macrosPage(w http.ResponseWriter, r *http.Request, s signed) error {
	query := r.URL.Query()
	var m desk.Macro
	if id, err := strconv.ParseInt(query.Get("change"), 10, 64); err == nil {
		all, err := h.app.Macros(r.Context(), s.v)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(m desk.Macro) bool { return m.ID == id })
		if i < 0 {
			return desk.Errorf(desk.NotFound, "not_found", "There is no such text.")
		}
		m = all[i]
	}
	saved := map[string]string{"saved": "The text is saved.", "retired": "The text is out of use. Its letters are free."}[query.Get("done")]
	return h.showMacros(w, r, s, http.StatusOK, m, m.Mark(), nil, saved)
}

// showMacros shows the texts, and to who leads a form with m, which they began to change when it had the mark seen.
func (h *handler) showMacros(w http.ResponseWriter, r *http.Request, s signed, status int, m desk.Macro, seen string, wrong error, saved string) error {
	all, err := h.app.Macros(r.Context(), s.v)
	if err != nil {
		return err
	}
	v := view.MacrosView{Saved: saved, Who: "A supervisor adds, changes and retires these texts."}
	title := "Texts to insert"
	if s.v.Leads() {
		v.Who = ""
		f := &view.MacroForm{
			Action: "/desk/macros", Seen: seen, New: m.ID == 0, Open: m.ID != 0 || wrong != nil, Name: m.Name, Letters: m.Letters, Body: m.Body, BodyES: m.BodyES,
			NameErr: field(wrong, "name"), LettersErr: field(wrong, "letters"), BodyErr: field(wrong, "body"), BodyESErr: field(wrong, "body_es"), NextErr: field(wrong, "next"),
		}
		if !f.New {
			f.Action += "/" + strconv.FormatInt(m.ID, 10)
		}
		for _, n := range desk.MacroNexts {
			f.Nexts = append(f.Nexts, view.Option{Value: string(n), Text: nextText[n], Checked: n == m.Next})
		}
		if wrong != nil {
			title, f.Problems = "Error: "+title, problems(wrong)
			if len(f.Problems) == 0 { // of the text as a whole
				f.Problems = []view.Problem{{FieldID: "name", Text: said(wrong)}}
			}
		}
		v.Form = f
	}
	for _, m := range all {
		id := strconv.FormatInt(m.ID, 10)
		v.Rows = append(v.Rows, view.MacroRow{Name: m.Name, Letters: ";" + m.Letters, Text: m.Body, TextES: m.BodyES, Next: nextText[m.Next],
			ChangeURL: "/desk/macros?change=" + id, RetireURL: "/desk/macros/" + id + "/retirement"})
	}
	p, err := h.shell(r, s, title, "")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, status, within(view.Staff(p), view.Macros(v)))
	return nil
}

// problems lists what an error says about fields that are named as on the page.
func problems(err error) (list []view.Problem) {
	if e, ok := err.(*desk.Error); ok {
		for _, f := range e.Fields {
			list = append(list, view.Problem{FieldID: f.Field, Text: f.Message})
		}
	}
	return list
}

// POST /desk/macros and POST /desk/macros/{id}
func (h *handler) saveMacro(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	m := desk.Macro{Name: f.Get("name"), Letters: f.Get("letters"), Body: f.Get("body"), BodyES: f.Get("body_es"), Next: desk.MacroNext(f.Get("next"))}
	seen, err := f.Get("seen"), error(nil)
	if r.PathValue("id") == "" {
		_, err = h.app.AddMacro(r.Context(), s.v, m)
	} else if m.ID, err = pathID(r); err == nil {
		_, err = h.app.SaveMacro(r.Context(), s.v, m, seen)
	}
	switch {
	case desk.Is(err, desk.Invalid):
		return h.showMacros(w, r, s, http.StatusUnprocessableEntity, m, seen, err, "")
	case desk.Is(err, desk.Conflict):
		return h.showMacrosNow(w, r, s, m, err)
	case err != nil:
		return err
	}
	http.Redirect(w, r, "/desk/macros?done=saved", http.StatusSeeOther)
	return nil
}

// showMacrosNow shows what somebody typed beside what was made of that text meanwhile. They may save it all the same: as a new
// one where theirs is out of use.
func (h *handler) showMacrosNow(w http.ResponseWriter, r *http.Request, s signed, m desk.Macro, wrong error) error {
	all, err := h.app.Macros(r.Context(), s.v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(now desk.Macro) bool { return now.ID == m.ID })
	if i < 0 {
		m.ID = 0
		return h.showMacros(w, r, s, http.StatusConflict, m, "", wrong, "")
	}
	return h.showMacros(w, r, s, http.StatusConflict, m, all[i].Mark(), wrong, "")
}

// POST /desk/macros/{id}/retirement
func (h *handler) retireMacro(w http.ResponseWriter, r *http.Request, s signed) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.app.RetireMacro(r.Context(), s.v, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/desk/macros?done=retired", http.StatusSeeOther)
	return nil
}
