package web

import (
	"net/http"

	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// home is the first page: the number to call, the search, and three doors.
func (h *handler) home(w http.ResponseWriter, r *http.Request, v visit) error {
	p := view.HomeView{
		H1: v.t("home.h1"), Search: *searchBox(v, "", true), Pick: v.t("home.pick"), Most: v.t("home.most"),
		Doors: []view.Link{
			{URL: v.url("/find"), Text: v.t("home.door.check"), Icon: "history"},
			{URL: v.url("/ask"), Text: v.t("home.door.ask"), Icon: "message-square"},
		},
	}
	most, err := h.app.MostAsked(r.Context(), desk.Patient)
	if err != nil {
		p.Down = v.t("home.search.down") // the number and the other doors are still there
	}
	for _, a := range most {
		p.Asked = append(p.Asked, view.Link{URL: v.url("/a/" + a.Slug), Text: titleOf(v.lang, a)})
	}
	h.render(w, r, http.StatusOK, view.Home(v.page(v.t("home.title")), p))
	return nil
}

func searchBox(v visit, typed string, big bool) *view.SearchView {
	s := &view.SearchView{Action: v.url("/search"), Label: v.t("search.label"), Value: typed, Button: v.t("search.button"), Big: big}
	if big {
		s.Label, s.Button = v.t("home.search.label"), v.t("home.search.button")
	}
	return s
}

func titleOf(lang words.Lang, a desk.Answer) string {
	if lang == words.ES && a.TitleES != "" {
		return a.TitleES
	}
	return a.Title
}

// paper is a short page of text: a heading and what it says.
func (h *handler) paper(w http.ResponseWriter, r *http.Request, v visit, key string) error {
	title := v.t(key + ".h1")
	h.render(w, r, http.StatusOK, view.Paper(v.page(title), title, []string{v.t(key+".text", "phone", v.phone())}))
	return nil
}

func (h *handler) ourPromises(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.paper(w, r, v, "promises")
}

func (h *handler) privacy(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.paper(w, r, v, "privacy")
}

func (h *handler) accessibility(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.paper(w, r, v, "accessibility")
}

func (h *handler) language(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.paper(w, r, v, "language")
}
