package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// shownAnswers is how many answers a search gives: one in full, the others as links.
const shownAnswers = 6

// wordless leads from an address of old, which held what a person typed, to the same page without it.
func wordless(show page) page {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		q := r.URL.Query()
		if !q.Has("q") && !q.Has("kg") {
			return show(w, r, v)
		}
		q.Del("q")
		q.Del("kg")
		to := url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
		return v.go303(w, r, to.RequestURI())
	}
}

// searchLine is what is looked for: more words find nothing else.
func searchLine(typed string) string {
	asked, err := desk.CleanLine(typed, -1)
	if err != nil {
		return ""
	}
	if line := []rune(asked); len(line) > 500 {
		asked = string(line[:500])
	}
	return asked
}

// lookFor keeps what somebody looks for with what they have typed so far, and leads to the answers: the address holds no
// words, and Back comes to the answers again.
func (h *handler) lookFor(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(r); err != nil {
		return err
	}
	asked := searchLine(r.PostForm.Get("q"))
	if asked == "" {
		return h.nothingAsked(w, r, v)
	}
	d, err := h.newDraft(r, v)
	if err == nil {
		d.Ask.Search = asked
		err = h.saveDraft(w, r, v, d)
	}
	switch {
	case desk.Is(err, desk.Unavailable):
		return h.showFound(w, r, v, asked) // nothing can be kept now, but the answers are here
	case err != nil:
		return err
	}
	return v.go303(w, r, "/search")
}

// search shows the answers to what was looked for last.
func (h *handler) search(w http.ResponseWriter, r *http.Request, v visit) error {
	d, err := h.draft(r, v)
	if err != nil {
		return err
	}
	if d.Ask.Search == "" {
		return h.nothingAsked(w, r, v)
	}
	return h.showFound(w, r, v, d.Ask.Search)
}

// showFound shows the best answer in full and the others as links. Words of an emergency come first.
func (h *handler) showFound(w http.ResponseWriter, r *http.Request, v visit, asked string) error {
	flag := desk.Worst(desk.RedFlags(asked))
	goOn := r.URL.Query().Get("go") != ""
	if !goOn && (flag == desk.FlagEmergency || flag == desk.FlagCrisis) {
		stop := v.interruption(flag)
		stop.Go = view.Link{URL: v.url("/search?go=1"), Text: v.t("emergency.go_on")}
		p := v.page(stop.Title)
		p.NoIndex = true
		h.render(w, r, http.StatusOK, view.Stop(p, stop))
		return nil
	}
	found, err := h.answersFor(r, asked, shownAnswers)
	if err != nil {
		return err
	}
	s := view.AnswersView{Search: *searchBox(v, asked, false), Others: v.t("search.others"), AskURL: v.url("/ask"), AskWords: asked}
	if flag == desk.FlagNurse || len(found) > 0 && found[0].Flag == desk.FlagNurse {
		s.Nurse = v.t("emergency.nurse.unknown")
	}
	title := ""
	if len(found) == 0 {
		s.Search.Second = true
		s.H1, s.None = v.t("search.none.h1"), []string{v.t("search.none.rest", "phone", v.phone())}
		s.Actions = []view.ButtonView{
			{Text: v.t("search.none.ask"), Form: view.AskForm},
			{URL: v.tel(), Text: v.t("common.call", "phone", v.phone()), Icon: "phone", Second: true},
		}
		title = s.H1
	} else {
		s.Count = words.N(v.lang, "search.count", len(found))
		s.Answer, s.AskURL = answerView(v, found[0], asked, nil), v.url("/a/"+found[0].Slug+"/help")
		for _, a := range found[1:] {
			s.Links = append(s.Links, view.Link{URL: v.url("/a/" + a.Slug + "?from=search"), Text: titleOf(v.lang, a)})
		}
		title = s.Count
	}
	p := v.page(title)
	p.NoIndex = true
	h.render(w, r, http.StatusOK, view.Answers(p, s))
	return nil
}

// answersFor gives the answers that fit words and are written for patients: staff have their own.
func (h *handler) answersFor(r *http.Request, words string, n int) ([]desk.Answer, error) {
	found, err := h.app.FindAnswers(r.Context(), words, 4*n)
	found = slices.DeleteFunc(found, func(a desk.Answer) bool { return !forPatients(a) })
	return found[:min(n, len(found))], err
}

func forPatients(a desk.Answer) bool { return a.Audience == desk.Patient || a.Audience == "" }

// nothingAsked is the page before anything is looked for. Who sends it empty is told what to type.
func (h *handler) nothingAsked(w http.ResponseWriter, r *http.Request, v visit) error {
	status, p := http.StatusOK, v.page(v.t("search.title.empty"))
	s := view.AnswersView{Search: *searchBox(v, "", true), H1: v.t("search.title.empty")}
	if r.Method == http.MethodPost {
		status, p = http.StatusUnprocessableEntity, v.wrongPage(p)
		s.ErrorTitle, s.Problems = v.t("error.summary.title"), []view.Problem{{FieldID: "q", Text: v.t("search.empty")}}
	}
	h.render(w, r, status, view.Answers(p, s))
	return nil
}

// answer shows one answer in full.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, v visit) error {
	a, err := h.app.Answer(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	if !forPatients(a) {
		return h.unknownPage(w, r, v)
	}
	return h.showAnswer(w, r, v, a)
}

// weight shows the answer again with the weight that was typed, in both units. It is sent as a form, because addresses are
// kept in many places, and nothing of it is stored.
func (h *handler) weight(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(r); err != nil {
		return err
	}
	a, err := h.app.Answer(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	if !forPatients(a) || !isUnits(a) {
		return h.unknownPage(w, r, v)
	}
	return h.showAnswer(w, r, v, a)
}

func (h *handler) showAnswer(w http.ResponseWriter, r *http.Request, v visit, a desk.Answer) error {
	asked := searchLine(r.PostForm.Get("q"))
	if r.URL.Query().Get("from") == "search" {
		d, err := h.draft(r, v)
		if err != nil && !desk.Is(err, desk.Unavailable) {
			return err
		}
		asked = d.Ask.Search
	}
	s := view.AnswersView{Search: *searchBox(v, asked, false), Answer: answerView(v, a, asked, r.PostForm), AskURL: v.url("/a/" + a.Slug + "/help"), AskWords: asked}
	if a.Flag == desk.FlagNurse {
		s.Nurse = v.t("emergency.nurse.unknown")
	}
	if r.URL.Query().Get("helped") != "" {
		s.Answer.Helped, s.Answer.Thanks = view.HelpedView{}, v.t("answer.helped.thanks")
	}
	status, p := http.StatusOK, v.page(s.Answer.Title)
	if u := s.Answer.Units; u != nil && u.Kg.Error != "" {
		status, p = http.StatusUnprocessableEntity, v.wrongPage(p)
		s.ErrorTitle, s.Problems = v.t("error.summary.title"), []view.Problem{{FieldID: u.Kg.ID, Text: u.Kg.Error}}
	}
	h.render(w, r, status, view.Answers(p, s))
	return nil
}

// answerHelped notes that an answer helped, or leads on to a question with the words carried over.
func (h *handler) answerHelped(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(r); err != nil {
		return err
	}
	a, err := h.app.Answer(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	if r.PostForm.Get("helped") == "yes" {
		if err := h.app.AnswerHelped(r.Context(), v.guest(), v.client.ID, a.Slug); err != nil {
			return err
		}
		return v.go303(w, r, "/a/"+a.Slug+"?helped=1")
	}
	return h.askWith(w, r, v, titleOf(v.lang, a), a.Slug)
}

// askAbout begins a question with the words that somebody looked for.
func (h *handler) askAbout(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(r); err != nil {
		return err
	}
	return h.askWith(w, r, v, "", "")
}

// askWith leads to the first question with the words that were looked for, else with what was typed there, else with
// title. answer is the one that was read and did not help, if there was one.
func (h *handler) askWith(w http.ResponseWriter, r *http.Request, v visit, title, answer string) error {
	d, err := h.newDraft(r, v)
	if err != nil {
		return err
	}
	if words := cmp.Or(searchLine(r.PostForm.Get("q")), d.Ask.Words, title); words != d.Ask.Words {
		takeAnswer(&d.Ask, pageWords, url.Values{"words": {words}})
	}
	d.Ask.Answer = cmp.Or(answer, d.Ask.Answer)
	if err := h.saveDraft(w, r, v, d); err != nil {
		return err
	}
	return v.go303(w, r, "/ask/"+pageWords)
}

// answerView makes an answer ready to print. In Spanish an answer without a Spanish text is shown in
// English, marked as such. form is what was typed on it, nil for nothing.
func answerView(v visit, a desk.Answer, asked string, form url.Values) *view.AnswerView {
	body := a.Body
	s := &view.AnswerView{Title: titleOf(v.lang, a), Call: v.t("answer.call", "phone", v.phone())}
	if v.lang == words.ES {
		if a.BodyES != "" {
			body = a.BodyES
		} else {
			s.BodyLang, s.Note = "en", v.t("answer.en_only")
		}
	}
	s.Body = view.Paragraphs(body)
	if a.Kind == desk.AnswerAsk {
		s.Ask = view.ButtonView{Text: v.t("home.door.ask"), Name: "helped", Value: "no", Second: true, Form: view.AskForm}
	}
	if isUnits(a) {
		s.Ask = view.ButtonView{Text: v.t("answer.ask_change"), Name: "helped", Value: "no", Second: true, Form: view.AskForm}
		s.Units = v.units(a.Slug, asked, form)
	}
	s.Helped = view.HelpedView{
		Title: v.t("answer.helped.question"), Action: v.url("/a/" + a.Slug + "/help"),
		Yes:    view.ButtonView{Text: v.t("answer.helped.yes"), Name: "helped", Value: "yes"},
		No:     view.ButtonView{Text: v.t("answer.helped.no"), Name: "helped", Value: "no"},
		Hidden: map[string]string{"q": asked},
	}
	return s
}

// isUnits reports whether an answer is the one that shows kilograms as pounds on the page itself.
func isUnits(a desk.Answer) bool {
	return a.Kind == desk.AnswerAction && strings.Contains(a.Slug, "pound")
}

// What a pound is, exactly.
const (
	kgPerPound = 0.45359237
	mostKg     = 700
)

// units shows a weight in both units. Only what is seen changes: nothing is stored.
func (v visit) units(slug, asked string, form url.Values) *view.UnitsView {
	u := &view.UnitsView{
		Action: v.url("/a/" + slug), Asked: asked, Legend: v.t("units.legend"), Button: v.t("units.convert.show"), Metric: form.Get("unit") == "metric",
		US: v.t("units.us"), SI: v.t("units.metric"),
		Kg: view.FieldView{
			ID: "kg", Kind: "text", InputMode: "decimal", Short: true, Autocomplete: "off",
			Label: v.t("units.convert.label"), Hint: v.t("units.convert.hint"), Value: form.Get("kg"), ErrorPrefix: v.t("error.prefix") + " ",
		},
		Table: view.UnitTableView{Caption: v.t("units.example"), ShowCaption: true, What: v.t("units.what"), Safety: v.t("units.display_only")},
	}
	u.Table.When = v.t("units.value")
	kg := 70.0
	typed := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.ToLower(form.Get("kg"))), "kg"))
	if typed != "" {
		n, err := strconv.ParseFloat(strings.Replace(typed, ",", ".", 1), 64)
		if err != nil || !(n >= 0.1 && n <= mostKg) {
			u.Kg.Error = v.t("units.convert.error")
		} else {
			kg, u.Yours = n, true
			u.Table.Caption = v.t("units.convert.yours")
		}
	}
	row := func(what string, us, si view.UnitValue) {
		r := view.UnitRow{What: what, First: us, Second: si}
		if u.Metric {
			r.First, r.Second = si, us
		}
		u.Table.Rows = append(u.Table.Rows, r)
	}
	lb := strconv.FormatFloat(kg/kgPerPound, 'f', 1, 64)
	metric := strconv.FormatFloat(kg, 'f', 1, 64)
	row(v.t("units.weight"), view.UnitValue{Text: lb + " lb", Spoken: lb + " " + v.t("units.lb")},
		view.UnitValue{Text: metric + " kg", Spoken: metric + " " + v.t("units.kg")})
	if !u.Yours {
		row(v.t("units.height"), view.UnitValue{Text: "5 ft 6 in", Spoken: v.t("units.spoken.feet", "ft", 5, "in", 6)},
			view.UnitValue{Text: "168 cm", Spoken: "168 " + v.t("units.cm")})
		row(v.t("units.temperature"), view.UnitValue{Text: "98.6 °F", Spoken: "98.6 " + v.t("units.f")},
			view.UnitValue{Text: "37.0 °C", Spoken: "37.0 " + v.t("units.c")})
	}
	u.Child = v.t("units.child")
	return u
}

// interruption is the page for words of danger.
func (v visit) interruption(flag desk.Flag) view.InterruptionView {
	call911 := view.ButtonView{URL: "tel:911", Text: v.t("emergency.911"), Icon: "phone"}
	switch flag {
	case desk.FlagCrisis:
		return view.InterruptionView{
			Title: v.t("emergency.crisis.h1"), Lines: []string{v.t("emergency.crisis"), v.t("emergency.text")},
			Calls: []view.ButtonView{
				{URL: "tel:988", Text: v.t("emergency.988"), Icon: "phone"},
				{URL: "sms:988", Text: v.t("emergency.988.text"), Icon: "message-square", Second: true},
				second(call911),
			},
		}
	case desk.FlagNurse:
		return view.InterruptionView{
			Title: v.t("emergency.nurse.h1"), Lines: []string{v.t("emergency.nurse.unknown")}, Calls: []view.ButtonView{second(call911)},
		}
	}
	return view.InterruptionView{Title: v.t("emergency.h1"), Lines: []string{v.t("emergency.text")}, Calls: []view.ButtonView{call911}}
}

func second(b view.ButtonView) view.ButtonView {
	b.Second = true
	return b
}
