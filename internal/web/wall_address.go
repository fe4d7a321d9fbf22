package web

import (
	"net/http"
	"strconv"

	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// POST /wall/addresses
func (h *handler) makeWallAddress(w http.ResponseWriter, r *http.Request, s signed) error {
	n, _ := strconv.ParseInt(r.PostForm.Get("client"), 10, 64) // none is all
	c := desk.ClientID(n)
	key, until, err := h.app.WallAddress(r.Context(), s.v, c)
	if err != nil {
		return err
	}
	v := view.WallAddressView{URL: h.address(r) + "/wall?key=" + key, Until: words.Day(words.EN, until, h.staffZone(r, s), h.app.Now()), Scope: "all hospitals that you serve"}
	if c != 0 {
		client, err := h.app.Client(r.Context(), s.v, c)
		if err != nil {
			return err
		}
		v.Scope = client.Name
	}
	return h.showWallAddresses(w, r, s, v)
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
	if r.URL.Query().Get("done") != "" {
		v.Done = "The address is taken back. Its screen shows nothing any more."
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
			scope = "all hospitals that " + a.By + " serves"
		}
		v.Lines = append(v.Lines, view.WallAddressLine{Scope: scope, By: a.By, Made: clock(a.MadeAt, loc, now), Until: words.Day(words.EN, a.Until, loc, now),
			End: "/wall/addresses/" + strconv.FormatInt(a.ID, 10) + "/end"})
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
