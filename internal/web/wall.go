package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

const (
	wallTick = 5 * time.Second  // changes of that long are told at once
	wallAnew = 15 * time.Second // the clock alone changes what is at risk
)

// watcher is who stands before a wall: somebody who is signed in, or whoever has a signed address.
type watcher struct {
	v      desk.Viewer
	client desk.ClientID
	key    string // of a signed address
	until  func() bool
}

// wallFunc draws a part of the wall.
type wallFunc func(w http.ResponseWriter, r *http.Request, s watcher) error

// wall lets in who has a signed address, or leads and is signed in.
func (h *handler) wall(f wallFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		s := watcher{key: q.Get("key")}
		var err error
		if s.key != "" {
			s.v, s.client, err = h.app.OpenWall(r.Context(), s.key)
			s.until = func() bool {
				_, _, err := h.app.OpenWall(r.Context(), s.key)
				return desk.Is(err, desk.Unauthenticated)
			}
		} else {
			s.v, _, err = h.app.SignedIn(r.Context(), sessionOf(r))
			if desk.Is(err, desk.Unauthenticated) {
				h.signInFirst(w, r)
				return
			}
			n, _ := strconv.ParseInt(q.Get("scope"), 10, 64) // what is no number is no hospital: all
			s.client = desk.ClientID(n)
			was := s.v
			s.until = func() bool { return h.otherwise(r, was) }
		}
		s.v = s.v.On(r.Pattern)
		if err == nil {
			err = f(w, r, s)
		}
		if err != nil {
			if s.key != "" {
				goesOn(w, err)
			}
			h.staffWrong(w, r, signed{v: s.v}, err)
		}
	}
}

// GET /wall
func (h *handler) wallPage(w http.ResponseWriter, r *http.Request, s watcher) error {
	v, err := h.wallView(r, s)
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, view.Wall(v))
	return nil
}

// GET /wall/part: the same without the frame.
func (h *handler) wallPart(w http.ResponseWriter, r *http.Request, s watcher) error {
	v, err := h.wallView(r, s)
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, view.WallPart(v))
	return nil
}

// GET /wall/live: tells, at most every five seconds, that something has changed; and every 15 that time has
// passed. A wall counts as live by the parts that it gets, not by this stream.
func (h *handler) wallLive(w http.ResponseWriter, r *http.Request, s watcher) error {
	if !s.v.Leads() || s.client != 0 && !s.v.Sees(s.client) {
		return desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can open the wall.")
	}
	concerns := func(c desk.ClientID) bool { return s.client == 0 || c == s.client }
	return h.tellChanges(w, r, s.v, concerns, s.until)
}

// tellChanges is a stream that says at most every five seconds that something has changed of the clients that
// concern it, and every 15 that time has passed, until the viewer may no longer look.
func (h *handler) tellChanges(w http.ResponseWriter, r *http.Request, v desk.Viewer, concerns func(desk.ClientID) bool, ended func() bool) error {
	tell := h.stream(w, r)
	changes := h.app.Listen(r.Context(), v)
	if !tell("beat", "{}") {
		return nil
	}
	tick := time.NewTicker(wallTick)
	defer tick.Stop()
	changed, quiet := false, time.Duration(0)
	for {
		select {
		case <-r.Context().Done():
			return nil
		case c, ok := <-changes:
			if !ok {
				return nil
			}
			changed = changed || !c.Here && (concerns(c.Client) || c.Client == 0)
		case <-tick.C:
			if quiet += wallTick; !changed && quiet < wallAnew {
				continue
			}
			if changed, quiet = false, 0; ended() || !tell("changed", "{}") {
				return nil
			}
		}
	}
}

// wallView puts the figures into words.
func (h *handler) wallView(r *http.Request, s watcher) (view.WallView, error) {
	w, err := h.app.Wall(r.Context(), s.v, s.client)
	if err != nil {
		return view.WallView{}, err
	}
	q, loc := r.URL.Query(), h.staffZone(r, signed{v: s.v})
	scope := "All hospitals"
	if w.Client.ID != 0 {
		scope, loc = w.Client.Name, clientZone(w.Client)
	}
	theme := "dark"
	if t := q.Get("theme"); t == "light" || t == "auto" {
		theme = t
	}
	again := url.Values{}
	for _, k := range []string{"key", "scope", "theme", "view"} {
		if q.Get(k) != "" {
			again.Set(k, q.Get(k))
		}
	}
	tail := ""
	if len(again) > 0 {
		tail = "?" + again.Encode()
	}
	v := view.WallView{
		Title: "Wall – Help desk", Theme: theme, List: q.Get("view") == "list",
		Scope: scope + ". " + w.Now.In(loc).Format("Monday, January 2"), Clock: words.Clock(words.EN, w.Now, loc),
		Live: view.LiveView{URL: "/wall/live" + tail, PartURL: "/wall/part" + tail, Now: w.Now.In(loc).Format("15:04:05"), Zone: loc.String()},
	}
	list := "/promises"
	if w.Client.ID != 0 {
		list += "?client=" + strconv.FormatInt(int64(w.Client.ID), 10)
	}
	if s.key != "" {
		list = ""
	}
	v.Stopped, v.Engine = engineText(w, loc)
	v.Tiles = wallTiles(w, loc, list)
	v.Cover = wallCover(w, loc)
	v.Wrong = wallWrong(w)
	v.Loops = view.WallTile{ID: "wall-loops", Title: "Loops open more than 7 days", Icon: "rotate-ccw", Value: most(w.Loops)}
	if w.Loops > 0 {
		v.Loops.Subs = []string{"questions wait for their answer. Oldest " + words.Span(words.EN, w.Now.Sub(w.Oldest)) + "."}
	} else {
		v.Loops.Subs = []string{"No question is older than 7 days."}
	}
	v.Tonight = view.WallListView{Title: "On call now", Icon: "moon-star", Empty: "Nobody is on call."}
	if len(w.OnCall) > 0 {
		v.Tonight.Lines = []view.WallLine{{Text: strings.Join(w.OnCall, ", ") + "."}}
	}
	return v, nil
}

// most writes a figure that stops counting at 1,000.
func most(n int) string {
	if n >= 1000 {
		return "1000+"
	}
	return strconv.Itoa(n)
}

// engineText says whether the clock is at work. A clock with nothing to do and one that is broken are never
// the same words.
func engineText(w app.Wall, loc *time.Location) (stopped, fine string) {
	e, now := w.Engine, w.Now
	switch {
	case e.Seen.IsZero():
		return "The clock has never run here. Promises do not break, and nobody is told. Wake whoever runs Kept.", ""
	case e.Lag > 0 && e.Silent():
		return fmt.Sprintf("The clock is late: a promise has waited %s. People are not told in time. Wake whoever runs Kept.", words.Span(words.EN, e.Lag)), ""
	case e.Silent():
		return "The clock is silent since " + clock(e.Seen, loc, now) + ". Promises do not break, and nobody is told. Wake whoever runs Kept.", ""
	case e.Stuck():
		return fmt.Sprintf("Messages are not sent: the oldest has waited %s. People do not hear from us. Wake whoever runs Kept.", words.Span(words.EN, e.Unsent)), ""
	case !e.Outage.Until.IsZero():
		return "", "Kept was down until " + clock(e.Outage.Back, loc, now) + ". What fell due meanwhile is held until " + clock(e.Outage.Until, loc, now) + ": enter the calls that were made."
	}
	fine = "The clock is at work. "
	if w.NextDue.IsZero() {
		return "", fine + "Nothing is due in the next 24 hours."
	}
	fine += "Next due: " + clock(w.NextDue, loc, now) + "."
	if len(w.Lines) > 0 { // its tile shows the phones
		fine += fmt.Sprintf(" Due in the next hour: %s.", most(w.Hour.N))
	}
	return "", fine
}

func wallTiles(w app.Wall, loc *time.Location, list string) []view.WallTile {
	link := func(id string) string {
		if list == "" {
			return ""
		}
		return list + "#" + id
	}
	broken := view.WallTile{ID: "wall-broken", Title: "Promises broken", Icon: "octagon-x", Value: most(w.Broken.N), URL: link("broken"), Subs: []string{"Nothing is broken."}}
	if p := w.Broken.First; w.Broken.N > 0 {
		broken.Tone = "bad"
		broken.Subs = []string{w.Broken.Client.Short + ", repair " + until(p.Due, w.Now) + "."}
		if p.RepairOf == 0 {
			broken.Subs = []string{w.Broken.Client.Short + ", " + until(p.Due, w.Now) + "."}
		}
		if w.Broken.Helps != "" {
			broken.Subs = append(broken.Subs, w.Broken.Helps+" is calling.")
		} else {
			broken.Subs = append(broken.Subs, "Call now.")
		}
	}
	risk := view.WallTile{ID: "wall-risk", Title: "Promises at risk", Icon: "triangle-alert", Value: most(w.AtRisk.N), URL: link("risk"), Subs: []string{"Nothing is at risk."}}
	if p := w.AtRisk.First; w.AtRisk.N > 0 {
		risk.Tone = "warn"
		risk.Subs = []string{"First: " + clock(p.Due, clientZone(w.AtRisk.Client), w.Now) + ", " + w.AtRisk.Client.Short, sentence(w.AtRisk.Why)}
	}
	hour := view.WallTile{ID: "wall-hour", Title: "Due in the next hour", Icon: "clock", Value: most(w.Hour.N), URL: link("hour"), Subs: []string{"Nothing else is due in the next hour."}}
	if p := w.Hour.First; w.Hour.N > 0 {
		hour.Subs = []string{"Next: " + clock(p.Due, clientZone(w.Hour.Client), w.Now) + ", " + w.Hour.Client.Short}
	}
	c := w.Counts
	all := c.Kept + c.KeptLate + c.Broken + c.MovedByUs
	kept := view.WallTile{ID: "wall-kept", Title: "Kept in 24 hours", Icon: "circle-check", Value: most(c.Kept), Subs: []string{fmt.Sprintf("of %d promises", all)}}
	if all > c.Kept {
		kept.Subs = append(kept.Subs, fmt.Sprintf("Late %d. Broken %d. Moved by us %d.", c.KeptLate, c.Broken, c.MovedByUs))
	}
	if len(w.Lines) > 0 { // what is due next stands at the foot
		hour = wallPhones(w, loc)
	}
	return []view.WallTile{broken, risk, hour, kept}
}

// wallPhones is how many callers wait, by the phone systems that report here. What is old is never a figure: a line that
// is silent is named, with since when.
func wallPhones(w app.Wall, loc *time.Location) view.WallTile {
	t := view.WallTile{ID: "wall-phones", Title: "Callers waiting", Icon: "phone-incoming", Value: "–"}
	waiting, silent := 0, 0
	var first, quiet app.WallLine // the one that is nearest to its goal or farthest past it, and the one silent for longest
	for _, l := range w.Lines {
		if l.Silent(w.Now) {
			if silent++; silent == 1 || l.Heard.Before(quiet.Heard) {
				quiet = l
			}
			continue
		}
		if waiting += l.Waiting; first.Name == "" || lateBy(l, w.Now) > lateBy(first, w.Now) {
			first = l
		}
	}
	if silent < len(w.Lines) {
		t.Value = most(waiting)
		if t.Subs = []string{"Nobody is waiting."}; waiting > 0 {
			t.Subs = []string{"Longest " + minutes(first.Longest(w.Now)) + ", " + lineName(first, w) + "."}
		}
		switch {
		case first.Late(w.Now):
			t.Tone = "warn"
			t.Subs = append(t.Subs, "Goal "+minutes(first.Goal)+". Answer now.")
		case first.Goal > 0 && silent == 0: // else there is no room for what says nothing new
			t.Subs = append(t.Subs, "Goal "+minutes(first.Goal))
		}
	}
	if silent > 0 {
		t.Tone = "warn"
		what := "the phone system"
		if len(w.Lines) > 1 {
			what = lineName(quiet, w)
		}
		if silent > 1 {
			what = fmt.Sprintf("%d lines", silent)
		}
		t.Subs = append(t.Subs, "No news from "+what+" since "+clock(quiet.Heard, loc, w.Now)+": look at the phones.")
	}
	return t
}

// lateBy is how far past its goal the first caller of a line is; how near to it, below zero. A line on which nobody waits
// comes last.
func lateBy(l app.WallLine, now time.Time) time.Duration {
	if l.Waiting == 0 {
		return -desk.LineWaits
	}
	if l.Goal == 0 {
		return l.Longest(now) - desk.LineWaits
	}
	return l.Longest(now) - l.Goal
}

// lineName names a line: with its hospital where the wall shows several.
func lineName(l app.WallLine, w app.Wall) string {
	if l.Of.ID != 0 && w.Client.ID == 0 {
		return l.Of.Short + " " + l.Name
	}
	return l.Name
}

// minutes writes a wait as the phones in the room do: 1:48.
func minutes(d time.Duration) string {
	s := int(d / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// manned is how many people are there, in words.
func manned(n int) string {
	if n == 1 {
		return "1 person"
	}
	return strconv.Itoa(n) + " people"
}

func wallCover(w app.Wall, loc *time.Location) view.WallCoverView {
	v := view.WallCoverView{Title: "People on shift / promises due, next 8 hours", Empty: "Nothing that needs a skill is promised in the next 8 hours."}
	for _, at := range w.Hours {
		v.Hours = append(v.Hours, at.In(loc).Format("3"))
	}
	for _, row := range w.Cover {
		r := view.WallCoverRow{Skill: row.Skill.Name}
		for i, at := range w.Hours {
			people, due := row.People[i], row.Due[i]
			c := view.WallCell{Text: fmt.Sprintf("%d/%d", people, due), Tone: "e0"}
			c.Spoken = fmt.Sprintf("%s, %s: %s, %s", row.Skill.Name, words.Clock(words.EN, at, loc), manned(people), numbered(due, "promise"))
			switch {
			case people == 0 && due > 0:
				c.Tone, c.Spoken = "u3", c.Spoken+", nobody"
			case due > 2*people:
				c.Tone, c.Spoken = "u2", c.Spoken+", short"
			}
			r.Cells = append(r.Cells, c)
		}
		v.Rows = append(v.Rows, r)
	}
	if g := w.Gap; !g.At.IsZero() {
		v.Gap = fmt.Sprintf("Gap: nobody with %s from %s. Promises due from then on: %d.", g.Skill.Name, clock(g.At, loc, w.Now), g.Due)
	}
	return v
}

// wallWrong lists what is open, by kind.
func wallWrong(w app.Wall) view.WallListView {
	v := view.WallListView{Title: "What is wrong right now", Icon: "activity", Empty: "No alert is open."}
	for _, al := range w.Alerts {
		text := alertTitles[al.Kind][0]
		if al.Kind == desk.AlertRedFlag {
			text = flags[al.Flag]
		}
		v.Lines = append(v.Lines, view.WallLine{N: strconv.Itoa(al.N), Text: text + ", for " + words.Span(words.EN, w.Now.Sub(al.Since)) + "."})
		if len(v.Lines) == 4 {
			break
		}
	}
	return v
}
