package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// figures lets in whoever is signed in and may see the figures of a hospital: the app decides whose.
func (h *handler) figures(f staffFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			if err := readForm(r); err != nil {
				h.staffWrong(w, r, signed{}, err)
				return
			}
		}
		v, who, err := h.app.SignedIn(r.Context(), sessionOf(r))
		if desk.Is(err, desk.Unauthenticated) {
			h.signInFirst(w, r)
			return
		}
		s := signed{v: v.On(r.Pattern), who: who}
		if err == nil {
			err = f(w, r, s)
		}
		if err != nil {
			h.staffWrong(w, r, s, err)
		}
	}
}

// GET /client: leads to the page of the hospital that somebody leads.
func (h *handler) ownFigures(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.app.OwnClient(r.Context(), s.v)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/client/"+c.Slug, http.StatusSeeOther)
	return nil
}

// GET /client/{slug}
func (h *handler) figuresPage(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showFigures(w, r, s, view.Figures)
}

// GET /client/{slug}/part: the same without the frame.
func (h *handler) figuresPart(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showFigures(w, r, s, view.FiguresPart)
}

func (h *handler) showFigures(w http.ResponseWriter, r *http.Request, s signed, draw func(view.FiguresView) templ.Component) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	o := onlooker{v: s.v, c: c, base: "/client/" + c.Slug}
	v, err := h.figuresView(r, o)
	if err != nil {
		return err
	}
	v.Theme, v.Name = s.who.Theme, s.who.Name
	if s.v.IsStaff() {
		v.BackURL = "/desk"
	}
	if s.v.Who == desk.WhoLeader || s.v.Leads() {
		v.ShareURL = o.base + "/shares"
	}
	if s.v.Who == desk.WhoLeader {
		v.AgreementURL, v.AccountURL = ownAgreementURL(c), o.base+"/account"
		own, err := h.app.OwnAgreement(r.Context(), s.v, c.ID)
		if err != nil {
			return err
		}
		if own.Asked != nil {
			v.Asked = &view.AskedNote{URL: v.AgreementURL + "#asked", Text: fmt.Sprintf("Version %d of your agreement waits for your yes. Read what it changes.", own.Asked.Version)}
		}
	}
	h.render(w, r, http.StatusOK, draw(v))
	return nil
}

// GET /client/{slug}/live: says that something has changed at this hospital, and nothing of what.
func (h *handler) figuresLive(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.figuresOf(r, s)
	if err != nil {
		return err
	}
	return h.tellChanges(w, r, s.v, func(of desk.ClientID) bool { return of == c.ID }, func() bool {
		v, _, err := h.app.SignedIn(r.Context(), sessionOf(r))
		return desk.Is(err, desk.Unauthenticated) || err == nil && !v.SeesFigures(c.ID)
	})
}

// figuresOf is the hospital of the address. One that the viewer may not see is none.
func (h *handler) figuresOf(r *http.Request, s signed) (desk.Client, error) {
	c, err := h.app.ClientBySlug(r.Context(), r.PathValue("slug"))
	if err == nil && !s.v.SeesFigures(c.ID) {
		err = desk.Errorf(desk.NotFound, "not_found", "There is no such hospital.")
	}
	return c, err
}

// onlooker is who looks at the figures of a hospital: somebody who is signed in, or whoever has a shared link.
type onlooker struct {
	v    desk.Viewer
	c    desk.Client
	base string
	key  string // of a shared link
}

// link is the address of the page, or of a part of it, for a period.
func (o onlooker) link(part string, p app.Period) string {
	q := url.Values{"period": {string(p)}}
	if o.key != "" {
		q.Set("key", o.key)
	}
	return o.base + part + "?" + q.Encode()
}

func (h *handler) figuresView(r *http.Request, o onlooker) (view.FiguresView, error) {
	c := o.c
	f, err := h.app.Figures(r.Context(), o.v, c.ID, app.Period(r.URL.Query().Get("period")))
	if err != nil {
		return view.FiguresView{}, err
	}
	loc := clientZone(c)
	v := view.FiguresView{
		Hospital: c.Name, Period: periodText(f, loc), Shared: o.key != "",
		Live: view.LiveView{URL: o.link("/live", f.Period), PartURL: o.link("/part", f.Period), Now: f.Now.In(loc).Format("15:04:05"), Zone: loc.String()},
		AsOf: "As of " + words.Instant(words.EN, f.Now, loc, f.Now) + ", in the time of " + c.Short + ".",
	}
	v.Title = v.Period + " – " + c.Name
	for _, p := range []struct {
		period app.Period
		text   string
	}{{app.ThisMonth, "This month"}, {app.LastMonth, "Last month"}, {app.ThisQuarter, "This quarter"}} {
		v.Periods = append(v.Periods, view.Tab{Text: p.text, URL: o.link("", p.period), Current: p.period == f.Period})
	}
	v.Sentence = figuresSentence(f)
	v.Needs = figuresNeeds(f)
	for _, b := range f.Breaks {
		line := view.BreakLine{Ref: string(b.Ref), Kind: kinds[b.Kind].thing, Due: words.Instant(words.EN, b.At, loc, f.Now), Told: "Not yet", Repaired: repairText(b.Repair, b.RepairAt, b.RepairDue, b.At, loc, f.Now)}
		if !b.ToldAt.IsZero() {
			line.Told = words.Instant(words.EN, b.ToldAt, loc, f.Now)
		}
		if o.v.IsStaff() {
			line.URL = ticketURL(b.Ref)
		}
		v.Breaks = append(v.Breaks, line)
	}
	if broken := f.Broken; broken > len(v.Breaks) && len(v.Breaks) > 0 {
		v.More = fmt.Sprintf("The latest %d of %d.", len(v.Breaks), broken)
	}
	v.Tables = figuresTables(f, loc)
	return v, nil
}

// ownPage is what the pages beside the figures of a hospital say around their content.
func (h *handler) ownPage(s signed, c desk.Client, title, here string) view.OwnPageView {
	p := view.OwnPageView{Title: title + " – " + c.Name, Theme: s.who.Theme, Hospital: c.Name}
	base := "/client/" + c.Slug
	add := func(text, path string) {
		p.Tabs = append(p.Tabs, view.Tab{Text: text, URL: base + path, Current: path == here})
	}
	add("Figures", "")
	if s.v.Who == desk.WhoLeader {
		add("Agreement", "/agreement")
	}
	add("Share", "/shares")
	if s.v.Who == desk.WhoLeader {
		add("Account", "/account")
	}
	if s.v.IsStaff() {
		p.BackURL = "/desk"
	}
	return p
}

// periodText names a period by the calendar of the hospital: "June 2026 so far".
func periodText(f app.Figures, loc *time.Location) string {
	from, now := f.From.In(loc), f.Now.In(loc)
	switch f.Period {
	case app.LastMonth:
		return from.Format("January 2006")
	case app.ThisQuarter:
		if from.Month() == now.Month() {
			return from.Format("January 2006") + ", the quarter so far"
		}
		return from.Format("January") + " to " + now.Format("January 2006") + ", the quarter so far"
	}
	return from.Format("January 2006") + " so far"
}

// fewest is how many events a share needs: of fewer there are only counts.
const fewest = 30

// share writes n of all, with percent where there are enough of them. It never rounds up to all.
func share(n, all int) string {
	text := fmt.Sprintf("%d of %d", n, all)
	if all < fewest {
		return text
	}
	tenths := n * 1000 / all
	return fmt.Sprintf("%d.%d%% (%s)", tenths/10, tenths%10, text)
}

func figuresSentence(f app.Figures) string {
	if f.Due() == 0 {
		return "No promise fell due in this time."
	}
	text := "Promises kept in time: " + share(f.Kept, f.Due()) + "."
	if f.Due() < fewest {
		text += fmt.Sprintf(" With fewer than %d we show counts, not percent.", fewest)
	}
	return text
}

// figuresNeeds are what needs attention, worst first.
func figuresNeeds(f app.Figures) (all []string) {
	say := func(n int, one, many string) {
		switch {
		case n == 1:
			all = append(all, one)
		case n > 1:
			all = append(all, strconv.Itoa(n)+" "+many)
		}
	}
	say(f.Broken, "1 promise was broken.", "promises were broken.")
	say(f.MovedByUs, "1 promise was moved by us.", "promises were moved by us.")
	say(f.KeptLate, "1 promise was kept late.", "promises were kept late.")
	say(f.FirstLate, "1 first reply came later than the agreement allows.", "first replies came later than the agreement allows.")
	say(f.Reopened, "1 question that was closed was opened again.", "questions that were closed were opened again.")
	say(f.NotFixed-f.Reopened, "Once somebody said, when we asked: it is not fixed.", "times somebody said, when we asked: it is not fixed.")
	say(f.Unheard, "1 question was closed without a word of the person.", "questions were closed without a word of the person.")
	say(f.Missed, "Right now 1 open question has missed a time of the agreement.", "open questions have missed a time of the agreement right now.")
	return all
}

func repairText(state desk.PromiseState, ended, due, broke time.Time, loc *time.Location, now time.Time) string {
	switch {
	case (state == desk.Kept || state == desk.KeptLate) && ended.Sub(broke) < time.Minute:
		return words.Instant(words.EN, ended, loc, now) + ", at once"
	case state == desk.Kept || state == desk.KeptLate:
		return words.Instant(words.EN, ended, loc, now) + ", after " + words.Span(words.EN, ended.Sub(broke))
	case state == desk.Broken:
		return "Broken again " + words.Instant(words.EN, ended, loc, now)
	case state == desk.Withdrawn:
		return "Not needed any more"
	case state.Live():
		return "Not yet. Promised by " + words.Instant(words.EN, due, loc, now)
	case state == "":
		return "Not yet"
	}
	return "Ended without a repair"
}

func figuresTables(f app.Figures, loc *time.Location) []view.FigureTable {
	n := strconv.Itoa
	tables := []view.FigureTable{
		{ID: "promises", Title: "Promises", Rows: []view.FigureRow{
			{Name: "Kept in time", N: n(f.Kept), Why: "of " + n(f.Due()) + " that had to be kept"},
			{Name: "Kept late", N: n(f.KeptLate), Why: "we were on the line, or our words on their way, when it fell due"},
			{Name: "Moved by us", N: n(f.MovedByUs), Why: "not kept: the person had to take another time"},
			{Name: "Broken", N: n(f.Broken), Why: "the person was told, and got a new promise"},
			{Name: "Made good after a break", N: n(f.Repaired), Why: "counted here only"},
		}},
		{ID: "replies", Title: "First replies", Rows: []view.FigureRow{
			{Name: "In time", N: n(f.FirstInTime), Why: share(f.FirstInTime, f.FirstInTime+f.FirstLate) + " that count"},
			{Name: "Late, or still owed", N: n(f.FirstLate), Why: "later than the agreement allows; counted from the instant at which it was late"},
		}},
		{ID: "calls", Title: "Calls", Rows: callRows(f.Calls, f.Now, loc)},
		{ID: "questions", Title: "Questions", Rows: []view.FigureRow{
			{Name: "Opened", N: n(f.Opened), Why: "asked in this time, in any way"},
			{Name: "Closed with the person's yes", N: n(f.Confirmed), Why: share(f.Confirmed, f.Confirmed+f.Unheard) + " that ended with our answer"},
			{Name: "Closed, and we heard nothing", N: n(f.Unheard), Why: "we asked, asked again, and waited 14 days; no success"},
			{Name: "Opened again", N: n(f.Reopened), Why: "the person said after the end: it is not fixed"},
			{Name: "Not fixed, said the person", N: n(f.NotFixed - f.Reopened), Why: "when we asked, before the end"},
			{Name: "Not needed any more", N: n(f.NotNeeded), Why: "said the person"},
			{Name: "Open now", N: n(f.Open), Why: "not closed yet, from any time"},
			{Name: "Open with a missed time of the agreement", N: n(f.Missed), Why: "of " + n(f.Clocks) + " with a clock that runs now"},
		}},
		{ID: "left-out", Title: "Left out, and why", Rows: []view.FigureRow{
			{Name: "Promises moved by the person", N: n(f.MovedByPerson), Why: "they picked another time, and the new promise counts"},
			{Name: "Called in time, nobody answered", N: n(f.NotReached), Why: "the next call counts"},
			{Name: "Promises the person did not need", N: n(f.Withdrawn), Why: "not needed any more before they were due"},
			{Name: "Promises of spam or duplicates", N: n(f.Voided), Why: "left out by a supervisor, with a reason"},
			{Name: "Questions that were spam or duplicates", N: n(f.Excluded), Why: "left out by a supervisor, with a reason"},
			{Name: "Questions put together with another one", N: n(f.Merged), Why: "one person asked twice; the other question counts"},
			{Name: "Reminders to say if it is fixed", N: n(f.Asking), Why: "sent by the clock itself"},
		}},
	}
	out := &tables[len(tables)-1]
	for _, why := range slices.Sorted(maps.Keys(f.FirstOut)) {
		out.Rows = append(out.Rows, view.FigureRow{Name: "First replies: " + exclusions[why], N: n(f.FirstOut[why]), Why: "none is owed any more"})
	}
	for _, calls := range []struct {
		out       map[string]int
		name, why string
	}{
		{f.Calls.SpeedOut, "Calls, time to answer: ", "before the time to answer was over: nobody can say whether we would have"},
		{f.Calls.PatienceOut, "Calls, giving up: ", "within the time that the agreement does not count"},
	} {
		for _, why := range slices.Sorted(maps.Keys(calls.out)) {
			out.Rows = append(out.Rows, view.FigureRow{Name: calls.name + exclusions[why], N: n(calls.out[why]), Why: calls.why})
		}
	}
	if f.Calls.Free > 0 {
		out.Rows = append(out.Rows, view.FigureRow{Name: "Calls: nothing is agreed for them", N: n(f.Calls.Free), Why: "the agreement has no line for calls that applied"})
	}
	return tables
}

// callRows are the figures of the calls. That nobody reports them, or not any more, looks different from none.
func callRows(f app.CallFigures, now time.Time, loc *time.Location) []view.FigureRow {
	n := strconv.Itoa
	if f.Last.IsZero() {
		return []view.FigureRow{{Name: "Not reported", N: "–", Why: "no phone system tells the desk of the calls to this hospital's lines"}}
	}
	return []view.FigureRow{
		{Name: "Came", N: n(f.All), Why: "as the phone system reports them; the last came " + words.Instant(words.EN, f.Last, loc, now)},
		{Name: "Answered in the time agreed", N: n(f.InTime), Why: share(f.InTime, f.InTime+f.Late) + " that count"},
		{Name: "Not answered in that time", N: n(f.Late), Why: "a person came later, or the caller had hung up by then"},
		{Name: "Hung up before a person came", N: n(f.GaveUp), Why: share(f.GaveUp, f.Stayed+f.GaveUp) + " that count; hanging up at once does not"},
		{Name: "Waiting, or without a reported end", N: n(f.Waiting), Why: "counted once it is known how they ended"},
	}
}
