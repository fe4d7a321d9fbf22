package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// The question pages, by the last word of their address. "answers" and "stop" are asked between 1 and
// 2 where there is reason to; neither counts as a question.
const (
	pageWords   = "1"
	pageAnswers = "answers"
	pageStop    = "stop"
	pageAbout   = "2"
	pageChannel = "3"
	pageReach   = "4"
	pageStart   = "5"
	pageNeeds   = "6"
	pageCheck   = "check"
)

// asks lists what a page checks, in the words of app.CheckAsk.
var asks = map[string][]string{
	pageWords: {"words"}, pageAbout: {"about"}, pageChannel: {"channel"}, pageReach: {"phone", "email", "voicemail"},
	pageStart: {"start"}, pageNeeds: {"needs"},
}

// questions gives the pages that somebody with these answers goes through, in order. Who does not want
// a call is not asked when, nor what helps on a call.
func questions(k app.Ask) []string {
	if k.Channel == "text" || k.Channel == "email" {
		return []string{pageWords, pageAbout, pageChannel, pageReach, pageCheck}
	}
	return []string{pageWords, pageAbout, pageChannel, pageReach, pageStart, pageNeeds, pageCheck}
}

// draftLife is how long the cookie lives: as long as the draft.
const draftLife = 24 * 60 * 60

// draftCookie names the cookie that holds the key of a draft.
const draftCookie = "kept_question"

func cookiePath(v visit) string {
	if v.root == "" {
		return "/"
	}
	return v.root
}

// draft gives what this browser has typed so far.
func (h *handler) draft(r *http.Request, v visit) (app.Draft, error) {
	key := ""
	if c, err := r.Cookie(draftCookie); err == nil {
		key = c.Value
	}
	return h.app.Draft(r.Context(), v.guest(), v.client.ID, key)
}

// saveDraft keeps what was typed and its key in the browser.
func (h *handler) saveDraft(w http.ResponseWriter, r *http.Request, v visit, d app.Draft) error {
	d.Ask.Lang = string(v.lang)
	if err := h.app.SaveDraft(r.Context(), v.guest(), v.client.ID, d); err != nil {
		return err
	}
	h.setDraft(w, v, d.Key, draftLife)
	return nil
}

func (h *handler) setDraft(w http.ResponseWriter, v visit, key string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: draftCookie, Value: key, Path: cookiePath(v), MaxAge: age, HttpOnly: true, Secure: h.opts.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// unfinished is the first page of k that lacks an answer or has a wrong one; the check page when none does.
func (h *handler) unfinished(v visit, k app.Ask) string {
	for _, page := range questions(k) {
		if h.check(v, page, k) != nil {
			return page
		}
		if page == pageWords && alarming(k) {
			return pageStop
		}
	}
	return pageCheck
}

func alarming(k app.Ask) bool {
	if k.Alarmed {
		return false
	}
	switch desk.Worst(desk.RedFlags(k.Words)) {
	case desk.FlagEmergency, desk.FlagCrisis, desk.FlagNurse:
		return true
	}
	return false
}

// check gives the problems of one page as an Invalid error.
func (h *handler) check(v visit, page string, k app.Ask) error {
	var bad desk.Fields
	for _, part := range asks[page] {
		err := h.app.CheckAsk(v.client, part, k)
		e, ok := err.(*desk.Error)
		if err != nil && (!ok || len(e.Fields) == 0) {
			return err
		}
		if ok {
			bad = append(bad, e.Fields...)
		}
	}
	return bad.Err()
}

// askBegin leads to the first question, with a new draft when the last one was sent.
func (h *handler) askBegin(w http.ResponseWriter, r *http.Request, v visit) error {
	d, err := h.draft(r, v)
	if err != nil {
		return err
	}
	if d.Ticket != nil {
		h.setDraft(w, v, "", -1)
	}
	to := "/ask/" + pageWords
	if q := r.URL.Query().Get("q"); q != "" {
		to += "?q=" + url.QueryEscape(q)
	}
	return v.go303(w, r, to)
}

// askPage shows one question.
func (h *handler) askPage(w http.ResponseWriter, r *http.Request, v visit) error {
	page := r.PathValue("page")
	if _, asked := asks[page]; !asked && page != pageAnswers && page != pageStop && page != pageCheck {
		return desk.Errorf(desk.NotFound, "not_found", "There is no such page.")
	}
	d, err := h.draft(r, v)
	if err != nil {
		return err
	}
	if d.Ticket != nil {
		return v.go303(w, r, "/t/"+desk.FormatToken(d.Ticket.Token))
	}
	q := r.URL.Query()
	if page == pageWords && q.Get("q") != "" {
		d.Ask.Words = q.Get("q")
	}
	f := askForm{change: q.Get("change") != "", later: q.Get("later") != "", taken: q.Get("taken") != "", lost: q.Get("lost") != ""}
	if first := h.unfinished(v, d.Ask); before(first, page) {
		to := "/ask/" + first
		if d.Ask.Words == "" {
			to += "?lost=1"
		}
		return v.go303(w, r, to)
	}
	return h.showAsk(w, r, v, page, d.Ask, f)
}

// before reports whether page a comes before page b.
func before(a, b string) bool {
	order := []string{pageWords, pageStop, pageAnswers, pageAbout, pageChannel, pageReach, pageStart, pageNeeds, pageCheck}
	return slices.Index(order, a) < slices.Index(order, b)
}

// askAnswer takes the answer to one question and leads to the next. Whatever was typed is kept, valid
// or not.
func (h *handler) askAnswer(w http.ResponseWriter, r *http.Request, v visit) error {
	page := r.PathValue("page")
	if _, asked := asks[page]; !asked && page != pageAnswers && page != pageStop && page != pageCheck {
		return desk.Errorf(desk.NotFound, "not_found", "There is no such page.")
	}
	if err := readForm(r); err != nil {
		return err
	}
	f := askForm{change: r.PostForm.Get("change") != "", later: r.PostForm.Get("later") != ""}
	d, err := h.draft(r, v)
	if err != nil {
		// The desk cannot be asked: what was typed on this page at least is shown again.
		var k app.Ask
		takeAnswer(&k, page, r.PostForm)
		f.err = err
		return h.showAsk(w, r, v, page, k, f)
	}
	if d.Ticket != nil {
		return v.go303(w, r, sentPath(*d.Ticket))
	}
	if page == pageCheck {
		return h.sendAsk(w, r, v, d)
	}
	if page == pageAnswers {
		return h.answerOffered(w, r, v, d)
	}
	if first := h.unfinished(v, d.Ask); before(first, page) {
		return v.go303(w, r, "/ask/"+first+"?lost=1")
	}
	takeAnswer(&d.Ask, page, r.PostForm)
	if err := h.saveDraft(w, r, v, d); err != nil {
		f.err = err
		return h.showAsk(w, r, v, page, d.Ask, f)
	}
	if err := h.check(v, page, d.Ask); err != nil {
		f.err = err
		return h.showAsk(w, r, v, page, d.Ask, f)
	}
	if page == pageStart {
		if free, err := h.stillFree(r, v, d.Ask); err == nil && !free {
			return v.go303(w, r, startTaken(f.change))
		}
	}
	return v.go303(w, r, "/ask/"+h.next(r, v, page, d.Ask, f.change))
}

func startTaken(change bool) string {
	if change {
		return "/ask/" + pageStart + "?taken=1&change=1"
	}
	return "/ask/" + pageStart + "?taken=1"
}

// next is the page that follows page. Who came from the check page to change one answer goes back
// there, by way of what the change left open.
func (h *handler) next(r *http.Request, v visit, page string, k app.Ask, change bool) string {
	if page == pageWords && alarming(k) {
		return pageStop
	}
	if change {
		if first := h.unfinished(v, k); first != pageCheck {
			return first + "?change=1"
		}
		return pageCheck
	}
	if page == pageWords || page == pageStop {
		if len(h.offers(r, v, k)) > 0 {
			return pageAnswers
		}
		return pageAbout
	}
	all := questions(k)
	return all[min(slices.Index(all, page)+1, len(all)-1)]
}

// offers gives up to three answers to the words of k; none to whom an answer did not help already.
func (h *handler) offers(r *http.Request, v visit, k app.Ask) []desk.Answer {
	if k.Answer != "" {
		return nil
	}
	found, err := h.answersFor(r, k.Words, 3)
	if err != nil {
		return nil // the question goes on without them
	}
	return found
}

// answerOffered takes "This helped" or "No, go on".
func (h *handler) answerOffered(w http.ResponseWriter, r *http.Request, v visit, d app.Draft) error {
	slug := r.PostForm.Get("helped")
	if slug == "" {
		return v.go303(w, r, "/ask/"+pageAbout)
	}
	if err := h.app.AnswerHelped(r.Context(), v.guest(), v.client.ID, slug); err != nil {
		return err
	}
	return v.go303(w, r, "/a/"+url.PathEscape(slug)+"?helped=1")
}

// takeAnswer notes what was typed on a page, as it was typed.
func takeAnswer(k *app.Ask, page string, form url.Values) {
	switch page {
	case pageWords:
		typed := form.Get("words")
		if typed != k.Words {
			k.Alarmed, k.Answer = false, "" // another question, with dangers and answers of its own
		}
		k.Words = typed
	case pageStop:
		k.Alarmed = true
	case pageAbout:
		k.About = form.Get("about")
	case pageChannel:
		k.Channel = form.Get("channel")
	case pageReach:
		if k.Channel == "email" || k.Channel == "" && form.Has("email") {
			k.Email = form.Get("email")
			return
		}
		k.Phone, k.Voicemail = form.Get("phone"), form.Get("voicemail")
	case pageStart:
		k.Chosen = form.Get("start") != ""
		k.Start = startOf(form)
	case pageNeeds:
		k.Needs, k.Other, k.Needed = form["needs"], form.Get("other"), true
		if form.Get("skip") != "" {
			k.Needs = []string{"none"}
		}
	}
}

// soonest is the choice "as soon as you can".
const soonest = "soonest"

// startOf reads the chosen window's start; zero for as soon as we can, and for what is no time.
func startOf(form url.Values) time.Time {
	t, err := time.Parse(time.RFC3339, form.Get("start"))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// stillFree reports whether the chosen window can be had. Nothing is booked before the question is sent.
func (h *handler) stillFree(r *http.Request, v visit, k app.Ask) (bool, error) {
	if k.Start.IsZero() {
		return true, nil
	}
	ws, _, err := h.app.AskWindows(r.Context(), v.guest(), v.client.ID, k)
	return slices.ContainsFunc(ws, func(w app.Window) bool { return w.Start.Equal(k.Start) }), err
}

// sentPath is the tracker of a question that was just sent.
func sentPath(o app.Opened) string { return "/t/" + desk.FormatToken(o.Token) + "?new=1" }

// sendAsk opens the question. Sent twice it is opened once.
func (h *handler) sendAsk(w http.ResponseWriter, r *http.Request, v visit, d app.Draft) error {
	if first := h.unfinished(v, d.Ask); first != pageCheck {
		to := "/ask/" + first
		if d.Ask.Words == "" {
			to += "?lost=1"
		}
		return v.go303(w, r, to)
	}
	d.Ask.Lang = string(v.lang)
	o, err := h.app.SendAsk(r.Context(), v.guest(), v.client.ID, d, address(r))
	if err == nil {
		return v.go303(w, r, sentPath(o))
	}
	if e, ok := err.(*desk.Error); ok && e.Code == "window.taken" {
		d.Ask.Start, d.Ask.Chosen = time.Time{}, false
		if err := h.saveDraft(w, r, v, d); err != nil {
			return err
		}
		return v.go303(w, r, startTaken(true))
	}
	return h.showAsk(w, r, v, pageCheck, d.Ask, askForm{err: err})
}

// askForm says how a question page came to be shown.
type askForm struct {
	err    error
	change bool // back to the check page afterwards
	later  bool // all windows
	taken  bool // the chosen window went meanwhile
	lost   bool // what was typed is not kept any more
}

// showAsk draws one question page with what was typed.
func (h *handler) showAsk(w http.ResponseWriter, r *http.Request, v visit, page string, k app.Ask, f askForm) error {
	if page == pageStop {
		stop := v.interruption(desk.Worst(desk.RedFlags(k.Words)))
		stop.Lines = append(stop.Lines, v.t("emergency.kept"))
		stop.GoTo = &view.AskView{Action: v.url("/ask/" + pageStop), Answers: []view.ButtonView{{Text: v.t("emergency.go_on")}}}
		p := v.page(stop.Title)
		p.NoIndex = true
		h.render(w, r, http.StatusOK, view.Stop(p, stop))
		return nil
	}
	form, title, err := h.askForm(r, v, page, k, f)
	if err != nil && f.err == nil {
		return err
	}
	status := http.StatusOK
	p := v.page(title + " – " + v.t("site.breadcrumb.ask"))
	if f.err != nil {
		problems, _, typed := v.problems(f.err)
		status = statusOf(w, f.err)
		if typed {
			form.ErrorTitle, form.Problems = v.t("error.summary.title"), problems
		} else {
			form.Notice, form.NoticeKind = v.problem(f.err), view.NoticeWarn
		}
		p = v.wrongPage(p)
	}
	p.Slim, p.NoIndex = true, true
	h.render(w, r, status, view.Form(p, form))
	return nil
}

// askForm makes the form of one question page and the words of its title.
func (h *handler) askForm(r *http.Request, v visit, page string, k app.Ask, f askForm) (view.FormView, string, error) {
	_, wrong, _ := v.problems(f.err)
	form := view.FormView{
		Back: v.url(h.backFrom(r, v, page, k, f.change)), BackText: v.t("ask.back"), Progress: progress(v, page, k),
		Action: v.url("/ask/" + page), Submit: view.ButtonView{Text: v.t("ask.continue")},
	}
	if f.change {
		form.Hidden = append(form.Hidden, view.Option{Value: "change", Text: "1"})
	}
	if f.lost {
		form.Notice, form.NoticeKind = v.t("ask.expired", "phone", v.phone()), view.NoticeInfo
	}
	q := question{v: v, wrong: wrong}
	title := ""
	switch page {
	case pageWords:
		title = v.t("ask.what.h1")
		form.Parts = []templ.Component{q.words(k)}
	case pageAnswers:
		title = v.t("ask.answers.h1")
		form.H1, form.Submit = title, view.ButtonView{Text: v.t("ask.answers.no")}
		form.Parts = []templ.Component{view.Offered(q.offered(h.offers(r, v, k)))}
	case pageAbout:
		title = v.t("ask.who.h1")
		form.Parts = []templ.Component{q.radios("about", title, k.About, "me", "ask.who.me", "child", "ask.who.child", "adult", "ask.who.adult")}
	case pageChannel:
		title = v.t("ask.how.h1")
		form.Parts = []templ.Component{q.channels(k)}
	case pageReach:
		form.Parts, title = q.reach(k)
	case pageStart:
		title = v.t("ask.when.h1")
		ws, _, err := h.app.AskWindows(r.Context(), v.guest(), v.client.ID, k)
		if err != nil {
			return form, title, err
		}
		picked := times{windows: ws, chosen: k.Chosen, start: k.Start, later: f.later, soonest: true, legend: title, h1: true, error: wrong["start"], focus: f.taken}
		more := ""
		form.Parts, more = v.times(picked)
		if more != "" {
			form.More = view.Link{URL: v.url("/ask/" + pageStart + "?later=1" + changing(f.change)), Text: more}
		}
		if f.taken && len(ws) > 0 {
			form.Notice, form.NoticeKind = v.t("ask.when.taken"), view.NoticeInfo
		}
	case pageNeeds:
		title = v.t("ask.help.h1")
		form.Parts = []templ.Component{q.needs(k)}
		form.Others = []view.ButtonView{{Text: v.t("ask.skip"), Name: "skip", Value: "1"}}
	case pageCheck:
		title = v.t("ask.check.h1")
		form.H1, form.Submit = title, view.ButtonView{Text: v.t("ask.check.send"), Icon: "send"}
		rows, err := h.summary(r, v, k)
		form.Parts = []templ.Component{view.SummaryList(rows)}
		return form, title, err
	}
	return form, title, nil
}

func changing(change bool) string {
	if change {
		return "&change=1"
	}
	return ""
}

func (h *handler) backFrom(r *http.Request, v visit, page string, k app.Ask, change bool) string {
	switch {
	case change:
		return "/ask/" + pageCheck
	case page == pageWords:
		return "/"
	case page == pageAnswers:
		return "/ask/" + pageWords
	case page == pageAbout && len(h.offers(r, v, k)) > 0:
		return "/ask/" + pageAnswers
	}
	all := questions(k)
	return "/ask/" + all[max(slices.Index(all, page)-1, 0)]
}

func progress(v visit, page string, k app.Ask) string {
	all := questions(k)
	n := slices.Index(all, page)
	if n < 0 {
		return ""
	}
	return v.t("ask.progress", "n", n+1, "total", len(all))
}

// summary lists the answers, each with a way to change it.
func (h *handler) summary(r *http.Request, v visit, k app.Ask) ([]view.SummaryRow, error) {
	var rows []view.SummaryRow
	row := func(key, value, page string) {
		rows = append(rows, view.SummaryRow{
			Label: v.t(key), Value: value, ChangeURL: v.url("/ask/" + page + "?change=1"),
			ChangeText: v.t("common.change"), ChangeWhat: strings.ToLower(v.t(key)),
		})
	}
	row("ask.check.question", k.Words, pageWords)
	row("ask.check.who", v.t("ask.who."+k.About), pageAbout)
	row("ask.check.how", v.t("ask.how."+k.Channel), pageChannel)
	if k.Channel == "email" {
		row("ask.check.email", k.Email, pageReach)
		return rows, nil
	}
	row("ask.check.number", k.Phone, pageReach)
	if k.Channel != "call" {
		return rows, nil
	}
	row("ask.check.voicemail", v.t("common."+k.Voicemail), pageReach)
	when := v.t("ask.when.soonest")
	ws, _, err := h.app.AskWindows(r.Context(), v.guest(), v.client.ID, k)
	if err != nil {
		return rows, err
	}
	if !k.Start.IsZero() {
		when = upper(v.window(k.Start, k.Start.Add(app.WindowLength)))
	} else if len(ws) > 0 {
		when = v.t("ask.when.asap", "by", v.by(ws[0].End))
	}
	row("ask.check.when", when, pageStart)
	var needs []string
	for _, n := range k.Needs {
		switch n {
		case "none":
			needs = append(needs, v.t("ask.help.no"))
		case "es":
			needs = append(needs, v.t("ask.help.spanish"))
		case "other":
			needs = append(needs, strings.TrimSpace(k.Other))
		case "tty":
			needs = append(needs, v.t("ask.help.tty"))
		case "speaker":
			needs = append(needs, v.t("ask.help.someone"))
		}
	}
	if needs == nil {
		needs = []string{v.t("ask.help.no")}
	}
	row("ask.check.help", strings.Join(needs, "\n"), pageNeeds)
	return rows, nil
}
