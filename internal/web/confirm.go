package web

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"

	"kept/internal/web/view"
)

// askAgain asks a second time before what cannot be taken back; here is the door of the rail that is open.
func (h *handler) askAgain(w http.ResponseWriter, r *http.Request, s signed, c view.ConfirmView, here string) error {
	p, err := h.shell(r, s, c.Title, here)
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.Confirm(c)))
	return nil
}

// sure does an act only when the form says "sure"; else it asks, and sends the same fields again with it.
func (h *handler) sure(ask view.ConfirmView, here string, act staffFunc) staffFunc {
	return func(w http.ResponseWriter, r *http.Request, s signed) error {
		f := r.PostForm
		if f.Get("sure") != "" {
			return act(w, r, s)
		}
		c := ask
		c.Action, c.Back = r.URL.Path, localPath(path.Dir(r.URL.Path))
		c.Hidden = sureToo(f)
		return h.askAgain(w, r, s, c, here)
	}
}

// sureToo are all fields of a form, with "sure".
func sureToo(f url.Values) (all []view.KV) {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if name == "sure" {
			continue
		}
		for _, value := range f[name] {
			all = append(all, view.KV{Key: name, Value: value})
		}
	}
	return append(all, view.KV{Key: "sure", Value: "yes"})
}

// withdrawDraft is what is asked before a draft of an agreement is withdrawn.
var withdrawDraft = view.ConfirmView{Title: "Withdraw this draft?", Yes: "Withdraw it", No: "Leave it as it is",
	Lines: []string{"Nobody can approve it any more, and an approval that it has is worth nothing. What is in force stays in force.", "To take it up again, somebody writes a new draft."}}
