package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// track gives the viewer that the token of a request makes. A token of another hospital is unknown here.
func (h *handler) track(r *http.Request, v visit) (desk.Viewer, error) {
	who, err := h.app.Track(r.Context(), r.PathValue("token"))
	if err != nil {
		return who, err
	}
	if !who.Sees(v.client.ID) {
		return desk.Viewer{}, desk.Errorf(desk.NotFound, "tracker.unknown", "We cannot find that number.")
	}
	return who, nil
}

// withTracker runs show with what the holder of the link sees; an unknown link has its own page.
func (h *handler) withTracker(w http.ResponseWriter, r *http.Request, v visit, show func(tracker) error) error {
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	who, err := h.track(r, v)
	if err == nil {
		var seen app.Tracker
		if seen, err = h.app.Tracker(r.Context(), who); err == nil {
			return show(tracker{visit: v, Tracker: seen, who: who, link: "/t/" + desk.FormatToken(seen.Ticket.Token)})
		}
	}
	if desk.Is(err, desk.NotFound) {
		return h.unknownTracker(w, r, v)
	}
	return err
}

// tracker is a tracker as it is told in the language of the page.
type tracker struct {
	visit
	app.Tracker
	who  desk.Viewer
	link string // without hospital and language: "/t/7Q2M-X4KD-9RTW"
}

// tracker shows what is promised, where the question is, and what the person can do.
func (h *handler) tracker(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error {
		q := r.URL.Query()
		if token, err := desk.ParseToken(r.PathValue("token")); err == nil && token != t.Ticket.Token {
			http.Redirect(w, r, v.url(t.link)+"?saved=merged", http.StatusSeeOther) // their two questions were put together
			return nil
		}
		if flag := desk.Flag(q.Get("help")); flag == desk.FlagEmergency || flag == desk.FlagCrisis || flag == desk.FlagNurse {
			return h.stopAtTracker(w, r, t, flag)
		}
		s := t.view()
		s.Saved = t.saved(q.Get("saved"))
		p := t.shell(t.state(s.Card))
		if t.Ticket.State.Open() {
			p.LiveURL, p.PartURL = v.url(t.link+"/live")+"?seq="+strconv.Itoa(t.Ticket.Seq), v.url(t.link+"/part")
		}
		if t.justSent(r) {
			p.PartURL += "?new=1"
			p.Title = t.t("site.title.page", "page", t.t("sent.title", "ref", t.Ticket.Ref), "client", t.client.Name)
			t.sent(&s)
			h.render(w, r, http.StatusOK, view.Sent(p, s))
			return nil
		}
		h.render(w, r, http.StatusOK, view.Tracker(p, s))
		return nil
	})
}

// view is what the page of the question says.
func (t tracker) view() view.TrackerView {
	s := view.TrackerView{
		H1: t.t("track.h1"), NumberIs: t.t("track.number", "ref", ""), Number: string(t.Ticket.Ref), Card: t.card(),
		Where: t.t("track.where"), Steps: t.steps(), History: t.history(), Happened: t.t("track.history"), Newest: t.t("track.history.newest"),
		Again: view.Link{URL: t.url(t.link), Text: t.t("common.checkagain")}, Links: t.doors(),
	}
	// A broken card has its own way to another time; who is being called needs none.
	if t.Ticket.State.Open() && t.ReachKind == desk.EmailAddress {
		s.Change = view.ButtonView{URL: t.url(t.link + "/number"), Text: t.t("track.change.mail"), Second: true}
	}
	if t.canPick() && t.Broken == nil && t.Promise.TryingAt.IsZero() {
		s.Change = view.ButtonView{URL: t.url(t.link + "/time"), Text: t.t("track.change"), Second: true}
		if !t.movesCall() {
			s.Change.URL, s.Change.Text = t.url(t.link+"/number"), t.t("track.change.number")
		}
	}
	return s
}

// shell is the shell of every page of a tracker: out of search engines, state and number in the title.
func (t tracker) shell(title string) view.Page {
	p := t.page(title)
	p.Title = t.t("site.title.page", "page", t.t("track.title", "state", title, "ref", t.Ticket.Ref), "client", t.client.Name)
	p.NoIndex = true
	return p
}

// doors are the acts below the tracker.
func (t tracker) doors() []view.Link {
	var out []view.Link
	door := func(path, key string) { out = append(out, view.Link{URL: t.url(t.link + path), Text: t.t(key)}) }
	if t.canPick() && !t.movesCall() && t.Broken == nil {
		door("/time", "track.call_me")
	}
	if t.Ticket.State.Open() {
		door("/words", "track.add")
	}
	if t.Reach != "" {
		door("/question", "track.show")
	}
	if t.Ticket.State.Open() {
		door("/withdrawal", "track.withdraw")
	}
	return out
}

// justSent: the page, or its part, is that right after sending, and what it says will happen has not happened yet.
func (t tracker) justSent(r *http.Request) bool {
	return r.URL.Query().Get("new") != "" && t.Ticket.State.Open() && t.Ticket.State != desk.Asked
}

// sent makes the page of the question that right after sending: what was stored, what is promised, what happens next.
func (t tracker) sent(s *view.TrackerView) {
	s.Panel = &view.PanelView{Title: t.t("sent.h1"), H1: true, RefIs: strings.TrimSpace(t.t("sent.number", "ref", "")), Ref: string(t.Ticket.Ref)}
	write := t.t("sent.no_write")
	switch {
	case t.TextFailed:
		s.Panel.Lines, write = nil, t.t("sent.text_failed")
		if t.Text.Channel == desk.ByEmail {
			write = t.t("sent.mail_failed")
		}
	case t.Texted && t.Text.Channel == desk.BySMS:
		write += " " + t.t("sent.texted", "phone", t.Reach)
	case t.Texted && t.Text.Channel == desk.ByEmail:
		write += " " + t.t("sent.emailed")
	}
	s.Lead = write
	s.NextTitle = t.t("sent.next")
	first := t.t("sent.next.1")
	if who := t.expert(); who != "" {
		first = upper(t.t("sent.next.expert", "who", who))
	}
	second := t.t("sent.next.2.email")
	switch {
	case t.Promise.Kind == desk.Callback:
		second = t.t("sent.next.2", "to", t.Reach, "phone", t.phone())
	case t.ReachKind == desk.PhoneAddress:
		second = t.t("sent.next.2.text", "to", t.Reach, "phone", t.phone())
	}
	s.Next = []string{first, second, t.t("sent.next.3")}
	s.Late = t.t("sent.late")
	s.Print, s.Again = t.t("sent.print"), view.Link{URL: t.url(t.link), Text: t.t("sent.see")}
	s.Card.Actions = nil
	said := []string{t.t("track.late"), t.t("track.from", "to", t.Reach, "phone", t.phone())} // the page says both below
	s.Card.Lines = slices.DeleteFunc(s.Card.Lines, func(line string) bool { return slices.Contains(said, line) })
}

// stopAtTracker leads to help before anything else, when what was added has words of danger.
func (h *handler) stopAtTracker(w http.ResponseWriter, r *http.Request, t tracker, flag desk.Flag) error {
	stop := t.interruption(flag)
	stop.Lines = append(stop.Lines, t.t("track.add.kept"))
	stop.Go = view.Link{URL: t.url(t.link), Text: t.t("emergency.go_on")}
	p := t.shell(stop.Title)
	h.render(w, r, http.StatusOK, view.Stop(p, stop))
	return nil
}

// saved is the sentence after an act, by the word in the address; "" for any other word.
func (t tracker) saved(what string) string {
	switch what {
	case "merged":
		return t.t("track.merged", "ref", t.Ticket.Ref)
	case "time":
		if t.Promise.Kind == desk.Callback {
			return t.t("track.change.saved", "window", t.window(t.Promise.Start, t.Promise.Due))
		}
	case "number":
		if t.ReachKind == desk.EmailAddress {
			return t.t("track.mail.saved", "mail", t.Reach)
		}
		return t.t("track.number.saved", "phone", t.Reach)
	case "words":
		return t.t("track.add.sent", "when", t.sentence())
	case "reopened":
		for _, l := range t.History {
			if l.Event.Type == desk.SaidNotFixed {
				return strings.TrimSpace(t.t(reopened(l.Event)) + " " + t.sentence())
			}
		}
	}
	return ""
}

// canPick reports whether the person can pick a time to be called: another one, or a call in place of words.
func (t tracker) canPick() bool {
	return t.Ticket.State.Open() && t.Movable.ID != 0 && t.now.Before(t.Movable.Due)
}

// movesCall reports whether a time that is picked moves a call. Otherwise a call takes the place of words, and the page
// says so: who asked to be written to gets no call unawares.
func (t tracker) movesCall() bool { return t.Movable.Kind == desk.Callback }
