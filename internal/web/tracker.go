package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

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
		if flag := desk.Flag(q.Get("help")); flag == desk.FlagEmergency || flag == desk.FlagCrisis || flag == desk.FlagNurse {
			return h.stopAtTracker(w, r, t, flag)
		}
		s := t.view()
		s.Saved = t.saved(q.Get("saved"))
		p := t.shell(t.state(s.Card))
		if t.Ticket.State.Open() {
			p.LiveURL, p.PartURL = v.url(t.link+"/live"), v.url(t.link+"/part")
		}
		if q.Get("new") != "" && t.Ticket.State.Open() {
			return h.sent(w, r, t, p, s)
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
	if t.canPick() && t.Broken == nil && t.Promise.TryingAt.IsZero() {
		s.Change = view.ButtonView{URL: t.url(t.link + "/time"), Text: t.t("track.change"), Second: true}
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

// sent is the page right after sending: what was stored, what is promised, what happens next.
func (h *handler) sent(w http.ResponseWriter, r *http.Request, t tracker, p view.Page, s view.TrackerView) error {
	s.Panel = &view.PanelView{Title: t.t("sent.h1"), H1: true, RefIs: strings.TrimSpace(t.t("sent.number", "ref", "")), Ref: string(t.Ticket.Ref)}
	write := t.t("sent.no_write")
	switch {
	case t.TextFailed:
		s.Panel.Lines, write = nil, t.t("sent.text_failed")
	case t.Texted && t.Text.Channel == desk.BySMS:
		write += " " + t.t("sent.texted", "phone", t.Reach)
	case t.Texted && t.Text.Channel == desk.ByEmail:
		write += " " + t.t("sent.emailed")
	}
	s.Lead = write
	s.NextTitle = t.t("sent.next")
	first := t.t("sent.next.1")
	if who := t.expert(); who != "" {
		first = t.t("sent.next.expert", "who", who)
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
	p.Title = t.t("site.title.page", "page", t.t("sent.title", "ref", t.Ticket.Ref), "client", t.client.Name)
	s.Card.Actions = nil
	h.render(w, r, http.StatusOK, view.Sent(p, s))
	return nil
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
	case "time":
		if t.Promise.Kind == desk.Callback {
			return t.t("track.change.saved", "window", t.window(t.Promise.Start, t.Promise.Due))
		}
	case "number":
		return t.t("track.number.saved", "phone", t.Reach)
	case "words":
		return t.t("track.add.sent", "when", t.sentence())
	case "reopened":
		return strings.TrimSpace(t.t("track.reopened") + " " + t.sentence())
	}
	return ""
}

// canPick reports whether the person can choose another time for what is promised.
func (t tracker) canPick() bool {
	if !t.Ticket.State.Open() || t.ReachKind != desk.PhoneAddress || t.Promise.ID == 0 {
		return false
	}
	k := t.Promise.Kind
	return t.now.Before(t.Promise.Due) && (k == desk.Callback || k == desk.Reply || k == desk.Update || t.Promise.RepairOf != 0 && k != desk.Confirm)
}

// act runs do for the holder of the link and leads to the page that it gives; fail draws the form again.
func (h *handler) act(w http.ResponseWriter, r *http.Request, v visit, do func(t tracker) (string, error), fail func(t tracker, err error) error) error {
	return h.withTracker(w, r, v, func(t tracker) error {
		err := readForm(r)
		to := ""
		if err == nil {
			to, err = do(t)
		}
		switch {
		case err == nil:
			return v.go303(w, r, t.link+to)
		case desk.Is(err, desk.NotFound):
			return h.unknownTracker(w, r, v)
		case fail != nil && (desk.Is(err, desk.Invalid) || desk.Is(err, desk.Conflict) || desk.Is(err, desk.RateLimited) || desk.Is(err, desk.Unavailable)):
			return fail(t, err)
		}
		return err
	})
}

// form draws a form of the tracker.
func (h *handler) trackerForm(w http.ResponseWriter, r *http.Request, t tracker, title string, f view.FormView, err error) error {
	p := t.shell(title)
	p.Slim = true
	f.Back, f.BackText = t.url(t.link), t.t("ask.back")
	status := http.StatusOK
	if err != nil {
		status, p = statusOf(w, err), t.wrongPage(p)
	}
	h.render(w, r, status, view.Form(p, f))
	return nil
}

func (h *handler) trackerTime(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showTime(w, r, t, nil) })
}

func (h *handler) pickTime(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		return "?saved=time", h.app.PickTime(r.Context(), t.who, startOf(r.PostForm))
	}, func(t tracker, err error) error { return h.showTime(w, r, t, err) })
}

// showTime shows the times that can be picked. The old time stays until a new one is saved.
func (h *handler) showTime(w http.ResponseWriter, r *http.Request, t tracker, err error) error {
	f := view.FormView{Submit: view.ButtonView{Text: t.t("track.change.save")}, Action: t.url(t.link + "/time")}
	if t.ReachKind == desk.PhoneAddress {
		f.Links = []view.Link{{URL: t.url(t.link + "/number"), Text: t.t("track.number.h1")}}
	}
	taken := false
	if e, ok := err.(*desk.Error); ok && e.Code == "window.taken" {
		taken = true
	}
	_, wrong, typed := t.problems(err)
	switch {
	case taken:
		f.Notice, f.NoticeKind = t.t("ask.when.taken"), view.NoticeInfo
	case err != nil:
		failed(&f, t.visit, err)
	}
	windows, lost := h.app.TrackerWindows(r.Context(), t.who)
	if lost != nil && err == nil {
		return lost
	}
	title := t.t("track.change.h1")
	if !t.canPick() || len(windows) == 0 {
		f.H1, f.Action = title, ""
		f.Parts = []templ.Component{view.Lead(t.t("problem.promise.not_movable", "phone", t.phone()))}
		return h.trackerForm(w, r, t, title, f, err)
	}
	old := t.t("track.change.old", "window", t.when())
	c := times{windows: windows, later: r.URL.Query().Get("later") != "", legend: title, h1: true, error: wrong["start"], focus: taken && !typed}
	more := ""
	f.Parts, more = t.times(c)
	f.Parts = append([]templ.Component{view.Lead(old)}, f.Parts...)
	if more != "" {
		f.More = view.Link{URL: t.url(t.link + "/time?later=1"), Text: more}
	}
	if taken {
		err = nil // nobody did anything wrong
	}
	return h.trackerForm(w, r, t, title, f, err)
}

func (h *handler) trackerNumber(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showNumber(w, r, t, "", nil) })
}

func (h *handler) askNumber(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		_, err := h.app.AskNewNumber(r.Context(), t.who, r.PostForm.Get("phone"))
		return "/number/code", err
	}, func(t tracker, err error) error { return h.showNumber(w, r, t, r.PostForm.Get("phone"), err) })
}

func (h *handler) showNumber(w http.ResponseWriter, r *http.Request, t tracker, typed string, err error) error {
	title := t.t("track.number.h1")
	field := view.FieldView{
		ID: "phone", Kind: "tel", Label: t.t("track.number.new"), Hint: t.t("ask.number.hint"), Value: typed, Autocomplete: "tel", Short: true,
		ErrorPrefix: t.t("error.prefix") + " ",
	}
	f := view.FormView{
		H1: title, Lead: []string{t.t("track.number.why"), t.t("track.number.old_gone", "phone", t.phone())},
		Action: t.url(t.link + "/number"), Submit: view.ButtonView{Text: t.t("track.show.send")},
	}
	if err != nil {
		failed(&f, t.visit, err, &field)
	}
	f.Parts = []templ.Component{view.Field(field)}
	return h.trackerForm(w, r, t, title, f, err)
}

func (h *handler) trackerNumberCode(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showCode(w, r, t, "/number", nil) })
}

func (h *handler) takeNumber(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		return "?saved=number", h.app.TakeNewNumber(r.Context(), t.who, r.PostForm.Get("code"))
	}, func(t tracker, err error) error { return h.showCode(w, r, t, "/number", err) })
}

// showCode asks for the code that was sent to the address on file.
func (h *handler) showCode(w http.ResponseWriter, r *http.Request, t tracker, purpose string, err error) error {
	title := t.t("track.show.h1")
	field := view.FieldView{
		ID: "code", Label: t.t("track.show.label"), InputMode: "numeric", Autocomplete: "one-time-code", Short: true, ErrorPrefix: t.t("error.prefix") + " ",
	}
	f := view.FormView{
		H1: title, Lead: []string{t.t("track.show.sent", "masked", t.Reach)}, Action: t.url(t.link + purpose + "/code"),
		Submit: view.ButtonView{Text: t.t("track.show.check")},
		Links:  []view.Link{{URL: t.url(t.link + purpose), Text: t.t("track.show.again")}},
	}
	if err != nil {
		failed(&f, t.visit, err, &field)
	}
	f.Parts = []templ.Component{view.Field(field)}
	return h.trackerForm(w, r, t, title, f, err)
}

func (h *handler) trackerWords(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showWords(w, r, t, "", nil) })
}

func (h *handler) addWords(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		flag, err := h.app.AddWords(r.Context(), t.who, r.PostForm.Get("words"))
		return after("words", flag), err
	}, func(t tracker, err error) error { return h.showWords(w, r, t, r.PostForm.Get("words"), err) })
}

// after is where to go after words were taken: to help first, if they are words of danger.
func after(saved string, flag desk.Flag) string {
	switch flag {
	case desk.FlagEmergency, desk.FlagCrisis, desk.FlagNurse:
		return "?help=" + string(flag)
	}
	return "?saved=" + saved
}

func (h *handler) showWords(w http.ResponseWriter, r *http.Request, t tracker, typed string, err error) error {
	title := t.t("track.add.h1")
	field := view.FieldView{
		ID: "words", Kind: "textarea", Label: t.t("track.add.label"), Hint: t.t("ask.what.hint"), Value: typed, ErrorPrefix: t.t("error.prefix") + " ",
		CountFrom: desk.MaxWords - 500, CountMax: desk.MaxWords, CountWords: t.t("ask.what.left.other", "n", "%d"),
	}
	f := view.FormView{H1: title, Action: t.url(t.link + "/words"), Submit: view.ButtonView{Text: t.t("track.add.send")}}
	if err != nil {
		failed(&f, t.visit, err, &field)
	}
	f.Parts = []templ.Component{view.Field(field)}
	return h.trackerForm(w, r, t, title, f, err)
}

func (h *handler) trackerWithdrawal(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showWithdrawal(w, r, t, nil) })
}

func (h *handler) withdraw(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) { return "", h.app.NotNeeded(r.Context(), t.who) },
		func(t tracker, err error) error { return h.showWithdrawal(w, r, t, err) })
}

func (h *handler) showWithdrawal(w http.ResponseWriter, r *http.Request, t tracker, err error) error {
	title := t.t("track.withdraw.h1")
	f := view.FormView{
		H1: title, Lead: []string{t.t("track.withdraw.text")}, Action: t.url(t.link + "/withdrawal"),
		Submit: view.ButtonView{Text: t.t("track.withdraw.yes")},
		Others: []view.ButtonView{{URL: t.url(t.link), Text: t.t("track.withdraw.no")}},
	}
	if err != nil {
		failed(&f, t.visit, err)
	}
	return h.trackerForm(w, r, t, title, f, err)
}

// confirm takes the answer to "Is it fixed?". "No" leads to the page that asks what does not work.
func (h *handler) confirm(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		if r.PostForm.Get("fixed") != "yes" {
			return "/reopening", nil
		}
		return "", h.app.SayFixed(r.Context(), t.who)
	}, nil)
}

func (h *handler) trackerReopening(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showReopening(w, r, t, nil) })
}

func (h *handler) reopen(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		flag, err := h.app.SayNotFixed(r.Context(), t.who, r.PostForm.Get("words"), startOf(r.PostForm))
		return after("reopened", flag), err
	}, func(t tracker, err error) error { return h.showReopening(w, r, t, err) })
}

// showReopening asks for one line, which may stay empty, and for a time.
func (h *handler) showReopening(w http.ResponseWriter, r *http.Request, t tracker, err error) error {
	title := t.t("track.fixed.no.h1")
	field := view.FieldView{
		ID: "words", Kind: "textarea", Rows: 2, Label: t.t("track.fixed.no.label") + " " + t.t("common.optional"), Value: r.PostForm.Get("words"),
		ErrorPrefix: t.t("error.prefix") + " ",
	}
	f := view.FormView{
		H1: title, Lead: []string{t.t("track.fixed.no.text")}, Action: t.url(t.link + "/reopening"),
		Submit: view.ButtonView{Text: t.t("track.fixed.no.send")},
	}
	if e, ok := err.(*desk.Error); ok && e.Code == "window.taken" {
		f.Notice, f.NoticeKind = t.t("ask.when.taken"), view.NoticeInfo
		err = nil
	} else if err != nil {
		failed(&f, t.visit, err, &field)
	}
	f.Parts = []templ.Component{view.Field(field)}
	if t.ReachKind == desk.PhoneAddress {
		windows, lost := h.app.TrackerWindows(r.Context(), t.who)
		if lost != nil && err == nil {
			return lost
		}
		start := startOf(r.PostForm)
		radios, more := t.times(times{
			windows: windows, start: start, chosen: true, later: r.URL.Query().Get("later") != "", soonest: true, legend: t.t("track.fixed.no.when"),
		})
		f.Parts = append(f.Parts, radios...)
		if more != "" {
			f.More = view.Link{URL: t.url(t.link + "/reopening?later=1"), Text: more}
		}
	}
	return h.trackerForm(w, r, t, title, f, err)
}

func (h *handler) trackerQuestion(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showQuestionStart(w, r, t, nil) })
}

func (h *handler) sendQuestionCode(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		_, err := h.app.SendQuestionCode(r.Context(), t.who)
		return "/question/code", err
	}, func(t tracker, err error) error { return h.showQuestionStart(w, r, t, err) })
}

func (h *handler) showQuestionStart(w http.ResponseWriter, r *http.Request, t tracker, err error) error {
	title := t.t("track.show.h1")
	f := view.FormView{
		H1: title, Lead: []string{t.t("track.show.why", "masked", t.Reach)}, Action: t.url(t.link + "/question"),
		Submit: view.ButtonView{Text: t.t("track.show.send")},
	}
	if err != nil {
		failed(&f, t.visit, err)
	}
	return h.trackerForm(w, r, t, title, f, err)
}

func (h *handler) trackerQuestionCode(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showCode(w, r, t, "/question", nil) })
}

// showQuestion shows what was written on both sides to who typed the code, this once.
func (h *handler) showQuestion(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error {
		if err := readForm(r); err != nil {
			return err
		}
		list, err := h.app.ShowQuestion(r.Context(), t.who, r.PostForm.Get("code"))
		switch {
		case desk.Is(err, desk.Invalid) || desk.Is(err, desk.RateLimited) || desk.Is(err, desk.Unavailable):
			return h.showCode(w, r, t, "/question", err)
		case err != nil:
			return err
		}
		s := view.WordsView{H1: t.t("track.h1"), Back: t.url(t.link), BackText: t.t("ask.back"), Number: string(t.Ticket.Ref), NumberIs: t.t("track.number", "ref", "")}
		for _, m := range list {
			who := t.t("msg.to_you")
			if m.Kind == desk.FromThem {
				who = t.t("msg.from_you")
			}
			s.Words = append(s.Words, view.Spoken{Who: who, Mine: m.Kind == desk.FromThem, When: t.instant(m.At), Machine: t.machine(m.At), Text: m.Body})
		}
		if t.Ticket.State.Open() {
			s.Add = view.ButtonView{URL: t.url(t.link + "/words"), Text: t.t("track.add"), Second: true}
		}
		h.render(w, r, http.StatusOK, view.Words(t.shell(s.H1), s))
		return nil
	})
}
