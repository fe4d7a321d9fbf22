package web

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// beatEvery is how often a stream shows that it lives.
const beatEvery = 15 * time.Second

// maxWatching is how many streams one tracker may have, those of lost connections included. Without an
// end one link could hold every connection of the desk, and each change would be read once for each.
const maxWatching = 20

// watching counts the streams of each tracker. The zero value is ready.
type watching struct {
	mu sync.Mutex
	by map[desk.TicketID]int
}

// enter counts one more stream of a ticket; false when there are enough.
func (w *watching) enter(id desk.TicketID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by[id] >= maxWatching {
		return false
	}
	if w.by == nil {
		w.by = map[desk.TicketID]int{}
	}
	w.by[id]++
	return true
}

func (w *watching) leave(id desk.TicketID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by[id]--; w.by[id] <= 0 {
		delete(w.by, id)
	}
}

// trackerPart is what the page fetches after a change: the parts that a change can touch.
func (h *handler) trackerPart(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error {
		s := t.view()
		if t.justSent(r) {
			t.sent(&s)
		}
		h.render(w, r, http.StatusOK, view.TrackerPart(s))
		return nil
	})
}

// trackerLive is the stream of one tracker. It says that something has changed, never what.
func (h *handler) trackerLive(w http.ResponseWriter, r *http.Request, v visit) error {
	who, err := h.track(r, v)
	if err != nil {
		return err
	}
	if !h.watching.enter(who.Ticket) {
		return desk.Errorf(desk.RateLimited, "rate.limited", "This page is open too often.")
	}
	defer h.watching.leave(who.Ticket)
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	say := h.stream(w, r)
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	changes := h.app.Listen(ctx, who)
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	t, _ := h.app.Tracker(ctx, who) // the zero Tracker when it cannot be read now
	seen := t.Promise
	looks := lookAt(seen, h.app.Now())
	if !say("beat", "0") {
		return nil
	}
	if seq := r.URL.Query().Get("seq"); seq != "" && seq != strconv.Itoa(t.Ticket.Seq) && !say("changed", `{"changed":1}`) {
		return nil // of what came after the page was read, or while it was not connected, it was not told
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, open := <-changes:
			if !open {
				return nil
			}
			seen = h.promised(ctx, who)
			looks = lookAt(seen, h.app.Now())
			if !say("changed", `{"changed":1}`) {
				return nil
			}
			if now, err := h.track(r, v); err == nil && now.Ticket != who.Ticket {
				return nil // it was merged: whoever looks comes back and hears of the question in which it goes on
			}
		case <-beat.C:
			// The clock changes the card as well: the call begins soon, or its time has passed.
			event, data := "beat", "0"
			if now := lookAt(seen, h.app.Now()); now != looks {
				looks, event, data = now, "changed", `{"changed":1}`
			}
			if !say(event, data) {
				return nil
			}
		}
	}
}

// promised reads what is promised; the zero Promise when it cannot be read now.
func (h *handler) promised(ctx context.Context, who desk.Viewer) desk.Promise {
	t, err := h.app.Tracker(ctx, who)
	if err != nil {
		return desk.Promise{}
	}
	return t.Promise
}

// lookAt counts how many of the instants that change the card have passed.
func lookAt(p desk.Promise, now time.Time) int {
	n := 0
	for _, at := range []time.Time{p.Start.Add(-soonBefore), p.Start, p.BreaksAt()} {
		if p.ID != 0 && !now.Before(at) {
			n++
		}
	}
	return n
}
