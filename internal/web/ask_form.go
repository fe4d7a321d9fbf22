package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

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
			if desk.Is(f.err, desk.Unavailable) {
				form.Notice = v.t("ask.away", "phone", v.phone()) // nothing is promised yet
			}
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
		form.Parts = []templ.Component{view.Offered(q.offered(h.offers(r, k)))}
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
			form.H1 = title
			if k.Chosen { // it comes along, while no time can be shown
				form.Hidden = append(form.Hidden, view.Option{Value: "start", Text: chosenStart(k)})
			}
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
		if k.Words == "" { // the answers cannot be read now, and are sent all the same
			return form, title, nil
		}
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
	case page == pageAbout && len(h.offers(r, k)) > 0:
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
