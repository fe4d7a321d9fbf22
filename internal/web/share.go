package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// shared lets in whoever has a signed address of the figures of a hospital.
func (h *handler) shared(f func(w http.ResponseWriter, r *http.Request, o onlooker) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key := r.URL.Query().Get("key")
		s, err := h.app.OpenShare(r.Context(), key)
		if err == nil {
			err = f(w, r, onlooker{v: s.Viewer.On(r.Pattern), c: s.Client, base: "/figures", key: key})
		}
		if err != nil {
			goesOn(w, err)
			h.staffWrong(w, r, signed{v: desk.Viewer{Who: desk.WhoShare}}, err)
		}
	}
}

// GET /figures
func (h *handler) sharedPage(w http.ResponseWriter, r *http.Request, o onlooker) error {
	return h.showShared(w, r, o, view.Figures)
}

// GET /figures/part: the same without the frame.
func (h *handler) sharedPart(w http.ResponseWriter, r *http.Request, o onlooker) error {
	return h.showShared(w, r, o, view.FiguresPart)
}

func (h *handler) showShared(w http.ResponseWriter, r *http.Request, o onlooker, draw func(view.FiguresView) templ.Component) error {
	v, err := h.figuresView(r, o)
	if err == nil {
		h.render(w, r, http.StatusOK, draw(v))
	}
	return err
}

// GET /figures/live
func (h *handler) sharedLive(w http.ResponseWriter, r *http.Request, o onlooker) error {
	return h.tellChanges(w, r, o.v, func(of desk.ClientID) bool { return of == o.c.ID }, func() bool {
		_, err := h.app.OpenShare(r.Context(), o.key)
		return desk.Is(err, desk.Unauthenticated)
	})
}

// GET /client/{slug}/shares: the links to the figures that are in force.
func (h *handler) sharesPage(w http.ResponseWriter, r *http.Request, s signed) error {
	v := view.SharesView{}
	v.Done = map[string]string{"yes": "The link is taken back. It opens nothing any more.", "taken": "The link is yours now, and shows the figures again."}[r.URL.Query().Get("done")]
	if made := r.URL.Query().Get("made"); made != "" && r.Method == http.MethodGet { // HEAD shows nothing
		c, err := h.figuresOf(r, s)
		if err != nil {
			return err
		}
		id, _ := strconv.ParseInt(made, 10, 64) // what is no number was never made
		line, url, err := h.app.ShownShare(r.Context(), s.v, c.ID, id)
		switch {
		case desk.Is(err, desk.NotFound):
			v.Shown = true
		case err != nil:
			return err
		default:
			v.URL, v.Name, v.Until = url, linkName(line.N), words.Day(words.EN, line.Until, clientZone(c), h.app.Now())
		}
	}
	return h.showShares(w, r, s, http.StatusOK, v)
}

// POST /client/{slug}/shares: makes one.
func (h *handler) makeShare(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	id, err := h.app.ShareFigures(r.Context(), s.v, c.ID)
	if desk.Is(err, desk.Conflict) {
		return h.showShares(w, r, s, http.StatusConflict, view.SharesView{Problem: said(err)})
	}
	if err != nil {
		return err
	}
	// The number opens nothing: what does is shown on the next page, once.
	http.Redirect(w, r, "/client/"+c.Slug+"/shares?made="+strconv.FormatInt(id, 10), http.StatusSeeOther)
	return nil
}

// linkName tells links apart that were made in one minute.
func linkName(n int) string { return "Link " + strconv.Itoa(n) }

// POST /client/{slug}/shares/{id}/end
func (h *handler) endShare(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.app.EndShare(r.Context(), s.v, c.ID, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/client/"+c.Slug+"/shares?done=yes", http.StatusSeeOther)
	return nil
}

// POST /client/{slug}/shares/{id}/owner: takes one over that is dark.
func (h *handler) takeShare(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.app.TakeShare(r.Context(), s.v, c.ID, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/client/"+c.Slug+"/shares?done=taken", http.StatusSeeOther)
	return nil
}

func (h *handler) showShares(w http.ResponseWriter, r *http.Request, s signed, status int, v view.SharesView) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	list, err := h.app.Shares(r.Context(), s.v, c.ID)
	if err != nil {
		return err
	}
	loc, now, base := clientZone(c), h.app.Now(), "/client/"+c.Slug
	for _, a := range list {
		line := view.ShareLine{Name: linkName(a.N), By: a.By, Made: clock(a.MadeAt, loc, now), Until: words.Day(words.EN, a.Until, loc, now),
			End: base + "/shares/" + strconv.FormatInt(a.ID, 10) + "/end"}
		if a.Dark {
			line.Take = base + "/shares/" + strconv.FormatInt(a.ID, 10) + "/owner"
		}
		v.Lines = append(v.Lines, line)
	}
	v.Post = base + "/shares"
	title := "Share the figures"
	if v.Problem != "" {
		title = "Error: " + title
	}
	p := h.ownPage(s, c, title, "/shares")
	h.render(w, r, status, within(view.OwnPage(p), view.Shares(v)))
	return nil
}
