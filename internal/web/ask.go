package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
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

// newDraft is draft for who begins a question: what was sent is not touched any more.
func (h *handler) newDraft(r *http.Request, v visit) (app.Draft, error) {
	d, err := h.draft(r, v)
	if err == nil && d.Ticket != nil {
		d, err = h.app.Draft(r.Context(), v.guest(), v.client.ID, "")
	}
	return d, err
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
	return v.go303(w, r, "/ask/"+pageWords)
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
		return h.answerOffered(w, r, v)
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
		if len(h.offers(r, k)) > 0 {
			return pageAnswers
		}
		return pageAbout
	}
	all := questions(k)
	return all[min(slices.Index(all, page)+1, len(all)-1)]
}

// offers gives up to three answers to the words of k; none to whom an answer did not help already.
func (h *handler) offers(r *http.Request, k app.Ask) []desk.Answer {
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
func (h *handler) answerOffered(w http.ResponseWriter, r *http.Request, v visit) error {
	slug := r.PostForm.Get("helped")
	if slug == "" {
		return v.go303(w, r, "/ask/"+pageAbout)
	}
	if err := h.app.AnswerHelped(r.Context(), v.guest(), v.client.ID, slug); err != nil {
		return err
	}
	return v.go303(w, r, "/a/"+url.PathEscape(slug)+"?helped=1")
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
