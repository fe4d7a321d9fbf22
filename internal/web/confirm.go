package web

import (
	"net/http"

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
