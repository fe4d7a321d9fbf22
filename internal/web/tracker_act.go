package web

import (
	"cmp"
	"net/http"

	"github.com/a-h/templ"

	"kept/internal/desk"
	"kept/internal/web/view"
)

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

// formKey is the hidden field by which a form that is sent twice is heard once. It stays while the form comes back.
func formKey(r *http.Request) []view.Option {
	return []view.Option{{Value: "key", Text: cmp.Or(r.PostForm.Get("key"), newKey())}}
}

func (h *handler) trackerTime(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.withTracker(w, r, v, func(t tracker) error { return h.showTime(w, r, t, nil) })
}

func (h *handler) pickTime(w http.ResponseWriter, r *http.Request, v visit) error {
	return h.act(w, r, v, func(t tracker) (string, error) {
		return "?saved=time", h.app.PickTime(r.Context(), t.who, startOf(r.PostForm))
	}, func(t tracker, err error) error { return h.showTime(w, r, t, err) })
}

// showTime shows the times that can be picked. What was promised stays until a new time is saved.
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
	title, old := t.t("track.change.h1"), t.t("track.change.old", "window", t.whenOf(t.Movable))
	if !t.movesCall() {
		title, old = t.t("ask.when.h1"), t.t("track.call_me.old", "now", t.sentenceOf(t.Movable))
		f.Submit.Text, f.Links = t.t("track.call_me.save"), nil
	}
	if !t.canPick() || len(windows) == 0 {
		f.H1, f.Action = title, ""
		f.Parts = []templ.Component{view.Lead(t.t("problem.promise.not_movable", "phone", t.phone()))}
		return h.trackerForm(w, r, t, title, f, err)
	}
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
		ask, typed := h.app.AskNewNumber, r.PostForm.Get("phone")
		if t.ReachKind == desk.EmailAddress {
			ask, typed = h.app.AskNewMail, r.PostForm.Get("email")
		}
		_, err := ask(r.Context(), t.who, typed)
		return "/number/code", err
	}, func(t tracker, err error) error {
		return h.showNumber(w, r, t, cmp.Or(r.PostForm.Get("email"), r.PostForm.Get("phone")), err)
	})
}

// showNumber asks for another number, or for another mail address where the question is answered by mail.
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
	if t.ReachKind == desk.EmailAddress {
		title = t.t("track.mail.h1")
		f.H1, f.Lead = title, []string{t.t("track.mail.why"), t.t("track.mail.old_gone", "phone", t.phone())}
		field.ID, field.Kind, field.Label, field.Hint, field.Autocomplete, field.Short = "email", "email", t.t("track.mail.new"), t.t("ask.email.hint"), "email", false
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
		flag, err := h.app.AddWords(r.Context(), t.who, r.PostForm.Get("words"), r.PostForm.Get("key"))
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
	f := view.FormView{H1: title, Action: t.url(t.link + "/words"), Hidden: formKey(r), Submit: view.ButtonView{Text: t.t("track.add.send")}}
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
		flag, err := h.app.SayNotFixed(r.Context(), t.who, r.PostForm.Get("words"), r.PostForm.Get("key"), startOf(r.PostForm))
		return after("reopened", flag), err
	}, func(t tracker, err error) error { return h.showReopening(w, r, t, err) })
}

// showReopening asks for one line, which may stay empty, and for a time.
func (h *handler) showReopening(w http.ResponseWriter, r *http.Request, t tracker, err error) error {
	title, label := t.t("track.fixed.no.h1"), t.t("track.fixed.no.label")
	if t.Ticket.State == desk.NotNeeded {
		title, label = t.t("track.needed_again.h1"), t.t("ask.what.h1")
	}
	field := view.FieldView{
		ID: "words", Kind: "textarea", Rows: 2, Label: label + " " + t.t("common.optional"), Value: r.PostForm.Get("words"),
		ErrorPrefix: t.t("error.prefix") + " ",
	}
	f := view.FormView{
		H1: title, Lead: []string{t.t("track.fixed.no.text")}, Action: t.url(t.link + "/reopening"),
		Hidden: formKey(r), Submit: view.ButtonView{Text: t.t("track.fixed.no.send")},
	}
	if e, ok := err.(*desk.Error); ok && e.Code == "window.taken" {
		f.Notice, f.NoticeKind = t.t("ask.when.taken"), view.NoticeInfo
		err = nil
	} else if err != nil {
		failed(&f, t.visit, err, &field)
	}
	f.Parts = []templ.Component{view.Field(field)}
	if t.Ticket.Channel == desk.ByVoice { // who asked for words gets words
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
			s.Words = append(s.Words, view.Spoken{Who: who, Mine: m.Kind == desk.FromThem, When: upper(t.instant(m.At)), Machine: t.machine(m.At), Text: m.Body})
		}
		if t.Ticket.State.Open() {
			s.Add = view.ButtonView{URL: t.url(t.link + "/words"), Text: t.t("track.add"), Second: true}
		}
		h.render(w, r, http.StatusOK, view.Words(t.shell(s.H1), s))
		return nil
	})
}
