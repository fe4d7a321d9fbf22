package web

import (
	"net/http"

	"github.com/a-h/templ"

	"kept/internal/web/view"
)

// find asks for the number of a question, to send its link again.
func (h *handler) find(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.showFind(w, r, v, "", nil)
}

// sendLink answers the same whether the number is known or not; only a typing mistake is told.
func (h *handler) sendLink(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(r); err != nil {
		return err
	}
	typed := r.PostForm.Get("ref")
	if err := h.app.SendLink(r.Context(), v.guest(), v.client.ID, typed, address(r)); err != nil {
		return h.showFind(w, r, v, typed, err)
	}
	return v.go303(w, r, "/find?sent=1")
}

func (h *handler) showFind(w http.ResponseWriter, r *http.Request, v visit, typed string, err error) error {
	title := v.t("track.find.h1")
	p := v.page(title)
	f := view.FormView{H1: title, Back: v.url("/"), BackText: v.t("ask.back"), Action: v.url("/find"), Submit: view.ButtonView{Text: v.t("track.find.send")}}
	if r.URL.Query().Get("sent") != "" {
		f.Notice, f.NoticeKind = v.t("track.find.sent", "phone", v.phone()), view.NoticeStored
	}
	field := view.FieldView{
		ID: "ref", Label: v.t("track.find.label"), Hint: v.t("track.find.hint"), Value: typed, Short: true, Autocomplete: "off",
		ErrorPrefix: v.t("error.prefix") + " ",
	}
	status := http.StatusOK
	if err != nil {
		status, p = statusOf(w, err), v.wrongPage(p)
		failed(&f, v, err, &field)
	}
	f.Parts = []templ.Component{view.Field(field)}
	h.render(w, r, status, view.Form(p, f))
	return nil
}

// failed notes err on a form: beside its fields and above the form where it is about what was typed,
// otherwise above the form alone.
func failed(f *view.FormView, v visit, err error, fields ...*view.FieldView) {
	list, wrong, typed := v.problems(err)
	if !typed {
		f.Notice, f.NoticeKind = v.problem(err), view.NoticeWarn
		return
	}
	f.ErrorTitle, f.Problems = v.t("error.summary.title"), list
	for _, field := range fields {
		field.Error = wrong[field.ID]
	}
}
