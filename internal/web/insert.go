package web

import (
	"context"
	"net/http"
	"strings"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// nextText says what a canned text proposes once it is sent.
var nextText = map[desk.MacroNext]string{
	desk.NextNothing: "Nothing more", desk.NextAsk: "Ask “Is it fixed?”", desk.MacroNext(desk.Callback): "Promise a call back", desk.MacroNext(desk.Fix): "Promise that it works by a time",
	desk.MacroNext(desk.Handoff): "Promise that another team takes it", desk.MacroNext(desk.Document): "Promise to send something", desk.MacroNext(desk.Update): "Promise news by a time",
}

// nextView is that as a box to tick; nil when there is nothing. It knows the kinds only, so a form cannot
// bring another.
func nextView(next desk.MacroNext) *view.NextView {
	text := nextText[next]
	if next == desk.NextNothing || text == "" {
		return nil
	}
	return &view.NextView{Value: string(next), Text: "Then: " + strings.ToLower(text[:1]) + text[1:]}
}

// insertView is the choice of canned texts in the composer of a ticket.
func (h *handler) insertView(ctx context.Context, s signed, ref desk.Ref, t tried) (*view.InsertView, error) {
	macros, err := h.app.Macros(ctx, s.v)
	if err != nil || len(macros) == 0 {
		return nil, err
	}
	v := &view.InsertView{URL: ticketURL(ref) + "/inserts", AllURL: "/desk/macros"}
	for _, m := range macros {
		v.Texts = append(v.Texts, view.Option{Value: m.Letters, Text: m.Name + " (;" + m.Letters + ")", Checked: t.act == "reply" && t.form.Get("macro") == m.Letters && t.err != nil})
	}
	if t.act == "reply" {
		v.Error = field(t.err, "macro")
	}
	return v, nil
}

// POST /desk/t/{ref}/inserts: a canned text with the facts of a ticket, to be looked at before it goes in.
func (h *handler) insertPart(w http.ResponseWriter, r *http.Request, s signed) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	letters := r.PostForm.Get("letters")
	f, err := h.app.FillMacro(r.Context(), s.v, ref, letters)
	v := view.FilledView{Letters: letters}
	switch {
	case desk.Is(err, desk.Invalid):
		v.Error = "No text has the letters “;" + letters + "”."
	case err != nil:
		return err
	default:
		v.Name, v.Text, v.Next, v.Missing = f.Macro.Name, f.Text, nextView(f.Macro.Next), missing(f)
		v.Lang = string(words.Parse(r.PostForm.Get("lang")))
	}
	h.render(w, r, http.StatusOK, view.Filled(v))
	return nil
}

// missing says what the writer has to fill in.
func missing(f app.Filled) string {
	if len(f.Missing) == 0 {
		return ""
	}
	return "Fill in [" + strings.Join(f.Missing, "], [") + "]: the ticket does not say it."
}

// insert puts a canned text behind what is typed; the page comes again and nothing is sent.
func (h *handler) insert(w http.ResponseWriter, r *http.Request, s signed) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	f, err := h.app.FillMacro(r.Context(), s.v, ref, r.PostForm.Get("macro"))
	if desk.Is(err, desk.Invalid) {
		return h.showTicket(w, r, s, http.StatusUnprocessableEntity, tried{act: "reply", form: r.PostForm, err: err})
	}
	if err != nil {
		return err
	}
	text := strings.TrimRight(r.PostForm.Get("text"), " \n\r")
	if text != "" {
		text += "\n\n"
	}
	r.PostForm.Set("text", text+f.Text)
	r.PostForm.Set("next", string(f.Macro.Next))
	return h.showTicket(w, r, s, http.StatusOK, tried{act: "insert", form: r.PostForm})
}
