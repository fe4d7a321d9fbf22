package web

import (
	"fmt"
	"net/http"
	"time"
)

// stream begins an answer without an end, of server-sent events, and gives what tells one of them; that is false once
// nobody listens any more.
func (h *handler) stream(w http.ResponseWriter, r *http.Request) (tell func(event, data string) bool) {
	out := http.NewResponseController(w)
	// The server's limit on answers is for pages.
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		h.log.DebugContext(r.Context(), "no write deadline to lift", "err", err)
	}
	head := w.Header()
	head.Set("Content-Type", "text/event-stream; charset=utf-8")
	head.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return func(event, data string) bool {
		_, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, data)
		return err == nil && out.Flush() == nil
	}
}
