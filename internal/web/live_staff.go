package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

const (
	gatherFor   = time.Second // changes of that long are told at once
	warnBefore  = time.Minute
	sayDueKey   = "staff.strip.due"
	maxGathered = 999
)

// GET /desk/live: a stream of what changes. It carries counts and one sentence, never words of people;
// the page asks for what it shows.
func (h *handler) deskLive(w http.ResponseWriter, r *http.Request, s signed) error {
	tell := h.stream(w, r)
	still := func() {}
	if ref, err := desk.ParseRef(r.URL.Query().Get("ref")); err == nil {
		// A ticket that cannot be found any more is no reason to be silent about the rest.
		if here, err := h.app.Arrive(r.Context(), s.v, ref); err == nil {
			still = here
		}
	}
	// Before the first beat: nothing falls between the two, nor between the page and its stream.
	told := r.URL.Query().Get("told")
	changes, missed, known := h.app.ListenSince(r.Context(), s.v, told)
	shown := h.hereTexts(s)
	tellHere := func(now map[desk.Ref]string, news map[desk.Ref]string, all bool) bool {
		shown = now
		if len(news) == 0 && !all {
			return true
		}
		data, err := json.Marshal(map[string]any{"all": all, "here": news})
		return err == nil && tell("here", string(data))
	}
	if !tell("beat", "0") || !tellHere(shown, shown, true) {
		return nil
	}
	if told != "" && !known && !tell("changed", "{}") { // what it missed nobody can say: it asks
		return nil
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	var gather <-chan time.Time
	var fresh, changed int
	warned := desk.PromiseID(0)
	count := func(c app.Change) {
		if c.New {
			fresh++
		} else {
			changed++
		}
		if gather == nil {
			gather = time.After(gatherFor)
		}
	}
	for _, c := range missed {
		if !c.Phone {
			count(c)
		}
	}
	for {
		select {
		case <-r.Context().Done():
			return nil
		case c, ok := <-changes:
			if !ok {
				return nil
			}
			if c.Phone {
				continue // for the wall
			}
			if c.Here || c.Ticket == 0 {
				if now := h.hereTexts(s); !tellHere(now, hereNews(shown, now), false) {
					return nil
				}
			}
			if c.Here {
				continue
			}
			count(c)
		case <-gather:
			gather = nil
			if !tell("changed", `{"new":`+strconv.Itoa(min(fresh, maxGathered))+`,"changed":`+strconv.Itoa(min(changed, maxGathered))+`}`) {
				return nil
			}
			fresh, changed = 0, 0
		case <-beat.C:
			if h.otherwise(r, s.v) {
				return nil
			}
			still()
			now := h.hereTexts(s)
			if !tell("beat", "0") || !tellHere(now, hereNews(shown, now), false) {
				return nil
			}
			strip, err := h.app.Strip(r.Context(), s.v)
			if err != nil || strip.Promise.ID == 0 || strip.Promise.ID == warned || strip.Promise.Due.Sub(strip.Now) > warnBefore {
				continue
			}
			warned = strip.Promise.ID
			if !tell("alert", words.T(words.EN, sayDueKey)) {
				return nil
			}
		}
	}
}

// otherwise reports whether a stream to v must end: the session has, or they serve other hospitals or in another role
// now. The page connects anew, as who they are.
func (h *handler) otherwise(r *http.Request, v desk.Viewer) bool {
	now, _, err := h.app.SignedIn(r.Context(), sessionOf(r))
	if err != nil {
		return desk.Is(err, desk.Unauthenticated)
	}
	return now.Role != v.Role || now.Desk != v.Desk || !slices.Equal(now.Clients, v.Clients)
}

// GET /desk/part: what of a page is drawn anew after a change: the strip, the tags of the rows that are
// there, and the timeline of the ticket that is open. Never the list itself: it does not move by itself.
func (h *handler) deskPart(w http.ResponseWriter, r *http.Request, s signed) error {
	query := r.URL.Query()
	var parts app.ScreenParts
	if query.Get("list") != "no" {
		filter := queueAsked(query).filter()
		parts.Queue = &filter
	}
	if ref, err := desk.ParseRef(query.Get("ref")); err == nil {
		parts.Ref = ref
	}
	screen, err := h.app.Screen(r.Context(), s.v, parts)
	if err != nil {
		return err
	}
	v := view.PartView{Strip: stripView(screen.Strip), Clock: clockStrip(screen.Strip)}
	if v.Strip != nil {
		v.Strip.NoKey = query.Get("call") != ""
	}
	for _, row := range screen.Queue.Rows {
		tag := promiseTag(row.Promise, row.Look, row.Ticket.State, clientZone(row.Client), screen.Queue.Now)
		tag.ID = tagID(row.Ticket.Ref)
		v.Tags = append(v.Tags, tag)
	}
	if parts.Ref != "" {
		h.partOfTicket(&v, screen.Ticket, s)
	}
	h.render(w, r, http.StatusOK, view.Part(v))
	return nil
}

func (h *handler) partOfTicket(v *view.PartView, page app.TicketPage, s signed) {
	now, loc := h.app.Now(), clientZone(page.Client)
	v.Timeline = timeline(page, loc, now)
	if len(page.Promises) > 0 && page.Promises[0].Promise.State.Live() {
		tag := promiseTag(page.Promises[0].Promise, page.Promises[0].Look, page.Ticket.State, loc, now)
		tag.ID = "head-tag"
		v.Tags = append(v.Tags, tag)
	}
}
