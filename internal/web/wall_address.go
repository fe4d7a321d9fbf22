package web

import (
	"cmp"
	"net/http"
	"strconv"

	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// POST /wall/addresses
func (h *handler) makeWallAddress(w http.ResponseWriter, r *http.Request, s signed) error {
	n, _ := strconv.ParseInt(r.PostForm.Get("client"), 10, 64) // none is all
	id, err := h.app.WallAddress(r.Context(), s.v, desk.ClientID(n))
	if err != nil {
		return err
	}
	// The number opens nothing: what does is shown on the next page, once.
	http.Redirect(w, r, "/wall/addresses?made="+strconv.FormatInt(id, 10), http.StatusSeeOther)
	return nil
}

// address is where the desk is for whoever asks: what is to be opened elsewhere begins with it.
func (h *handler) address(r *http.Request) string {
	if h.opts.Secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// GET /wall/addresses
func (h *handler) wallAddresses(w http.ResponseWriter, r *http.Request, s signed) error {
	v := view.WallAddressView{}
	v.Done = map[string]string{"yes": "The address is taken back. Its screen shows nothing any more.", "taken": "The address is yours now. Its screen goes on within half a minute."}[r.URL.Query().Get("done")]
	if made := r.URL.Query().Get("made"); made != "" && r.Method == http.MethodGet { // HEAD shows nothing
		id, _ := strconv.ParseInt(made, 10, 64) // what is no number was never made
		line, key, err := h.app.ShownWallAddress(r.Context(), s.v, id)
		switch {
		case desk.Is(err, desk.NotFound):
			v.Shown = true
		case err != nil:
			return err
		default:
			v.URL, v.Until = h.address(r)+"/wall?key="+key, words.Day(words.EN, line.Until, h.staffZone(r, s), h.app.Now())
			v.Scope = cmp.Or(line.Client.Name, "all hospitals that you serve")
		}
	}
	return h.showWallAddresses(w, r, s, v)
}

func (h *handler) showWallAddresses(w http.ResponseWriter, r *http.Request, s signed, v view.WallAddressView) error {
	list, err := h.app.WallAddresses(r.Context(), s.v)
	if err != nil {
		return err
	}
	loc, now := h.staffZone(r, s), h.app.Now()
	for _, a := range list {
		scope := a.Client.Name
		if scope == "" {
			scope = "All hospitals that " + a.By + " serves"
		}
		line := view.WallAddressLine{Scope: scope, By: a.By, Made: clock(a.MadeAt, loc, now), Until: words.Day(words.EN, a.Until, loc, now),
			End: "/wall/addresses/" + strconv.FormatInt(a.ID, 10) + "/end"}
		if a.Dark {
			line.Take = "/wall/addresses/" + strconv.FormatInt(a.ID, 10) + "/owner"
		}
		v.Lines = append(v.Lines, line)
	}
	p, err := h.shell(r, s, "Addresses of the wall", "/promises")
	if err != nil {
		return err
	}
	p.Wide = true
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.WallAddress(v)))
	return nil
}

// POST /wall/addresses/{id}/end
func (h *handler) endWallAddress(w http.ResponseWriter, r *http.Request, s signed) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.app.EndWallAddress(r.Context(), s.v, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/wall/addresses?done=yes", http.StatusSeeOther)
	return nil
}

// POST /wall/addresses/{id}/owner
func (h *handler) takeWallAddress(w http.ResponseWriter, r *http.Request, s signed) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.app.TakeWallAddress(r.Context(), s.v, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/wall/addresses?done=taken", http.StatusSeeOther)
	return nil
}
