package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// rosterDone is what the page says after an act.
var rosterDone = map[string]string{
	"rota": "The rota is saved.", "retired": "The rota is out of use.", "override": "The override is in force.", "override-ended": "The override is taken back.",
	"away": "The absence is noted. Nobody takes the turns over by themselves: see the gaps.", "back": "The absence is taken back.",
	"asked": "The swap is asked. Nothing changes before they say yes.", "yes": "The swap is in force.", "no": "The swap is declined.", "withdraw": "The swap is taken back.",
	"policy": "The escalation is in force.", "policy-desk": "The escalation of the desk holds for this hospital again.",
	"contact": "How to reach this person is saved.", "skill": "The certificate is saved.",
}

// typedForm is the form that could not be taken, with what was typed.
type typedForm struct {
	name  string // the prefix of its fields
	typed url.Values
	err   error
}

// GET /desk/roster: with ?change= the form holds that rota.
func (h *handler) rosterPage(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showRoster(w, r, s, http.StatusOK, typedForm{})
}

// GET /desk/roster/part
func (h *handler) rosterPart(w http.ResponseWriter, r *http.Request, s signed) error {
	v, err := h.rosterView(r, s, typedForm{})
	if err != nil {
		return err
	}
	strip, err := h.app.Strip(r.Context(), s.v)
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, all(view.StripPart(stripView(strip), clockStrip(strip)), view.RosterParts(v)))
	return nil
}

func (h *handler) showRoster(w http.ResponseWriter, r *http.Request, s signed, status int, f typedForm) error {
	v, err := h.rosterView(r, s, f)
	if err != nil {
		return err
	}
	title := "Rotas and absences"
	if f.err != nil {
		title = "Error: " + title
	}
	p, err := h.shell(r, s, title, "/desk/coverage")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL = "/desk/roster/part?hospital=" + url.QueryEscape(v.Values["whose-hospital"])
	h.render(w, r, status, within(view.Staff(p), view.Roster(v)))
	return nil
}

func (h *handler) rosterView(r *http.Request, s signed, f typedForm) (view.RosterView, error) {
	page, err := h.app.RosterPage(r.Context(), s.v)
	if err != nil {
		return view.RosterView{}, err
	}
	loc, now := h.staffZone(r, s), page.Now
	v := view.RosterView{Leads: s.v.Leads(), Saved: rosterDone[r.URL.Query().Get("done")], Problems: page.Problems, Values: map[string]string{}, Errors: map[string]string{},
		Open: f.name, Zone: loc.String()}
	skills, err := h.app.Skills(r.Context())
	if err != nil {
		return v, err
	}
	for _, sk := range skills {
		v.Skills = append(v.Skills, view.Option{Value: sk.Code, Text: sk.Name})
	}
	names := distinct(page.People)
	if q := r.URL.Query(); v.Saved != "" && q.Get("hit") != "" {
		owner := number[desk.StaffID](q.Get("owner"))
		hit := app.Hits{People: []desk.StaffID{owner}, Promises: number[int](q.Get("hit")), Whose: names[owner], Unread: q.Get("hit") == "unread"}
		v.Saved += " " + hit.Says()
		if hit.Promises > 0 {
			v.HitsURL = boardURL(app.BoardFilter{Owner: owner}) + "#risk"
		}
	}
	for _, p := range page.People {
		v.People = append(v.People, view.Option{Value: strconv.FormatInt(int64(p.ID), 10), Text: names[p.ID]})
		v.Certificates = append(v.Certificates, certificates(p, skills, loc, now)...)
	}
	for _, line := range page.Rotas {
		one := rotaLine(line, loc, now)
		v.Rotas = append(v.Rotas, one)
		if r.URL.Query().Get("change") == one.ID && f.typed == nil {
			v.Open = "rota"
			v.Layers = fillRota(v.Values, line, names)
		}
		v.RotaOptions = append(v.RotaOptions, view.Option{Value: one.ID + " " + one.Version, Text: line.Rota.Name})
		for _, t := range line.Turns {
			if t.Person != s.v.Staff && t.Start.After(now) {
				v.TheirTurns = append(v.TheirTurns, view.Option{Value: turnKey(t), Text: t.Who + ", " + t.Name + ", " + phrase(t.Start, t.End, loc, now)})
			}
		}
	}
	for _, t := range page.Mine {
		line := view.TurnLine{Who: t.Name, When: phrase(t.Start, t.End, loc, now)}
		if t.OnCall {
			line.Note = "on call"
		}
		if t.Away {
			line.Note = strings.TrimPrefix(line.Note+", away", ", ")
		}
		v.Mine = append(v.Mine, line)
		if t.Rota != 0 && t.Start.After(now) {
			v.MyTurns = append(v.MyTurns, view.Option{Value: turnKey(t), Text: t.Name + ", " + line.When})
		}
	}
	for _, sw := range page.Swaps {
		v.Swaps = append(v.Swaps, swapLine(sw, loc, now))
	}
	for _, x := range page.Away {
		line := view.ChangeLine{Text: x.Who + ", " + phrase(x.Start, x.End, loc, now)}
		if x.CanEnd {
			line.ID = strconv.FormatInt(x.ID, 10)
		}
		v.Away = append(v.Away, line)
	}
	if err := h.escalations(r, s, &v, page, f); err != nil {
		return v, err
	}
	if s.v.Leads() {
		if v.Calls, err = h.callsView(r, s); err != nil {
			return v, err
		}
	}
	typedAgain(&v, f)
	beginRota(&v, now.In(loc))
	return v, nil
}

// phrase writes a span on the clock of loc.
func phrase(start, end time.Time, loc *time.Location, now time.Time) string {
	return coverage.Phrase(loc, coverage.Span{Start: start, End: end}, now)
}

// certificates are the lines about skills of p that have run out, or do so within 30 days.
func certificates(p app.RosterPerson, skills []desk.Skill, loc *time.Location, now time.Time) (lines []string) {
	for _, sk := range skills {
		until, has := p.Skills[sk.Code]
		switch {
		case !has || until.IsZero():
		case !until.After(now):
			lines = append(lines, p.Name+": "+sk.Name+" ran out on "+until.In(loc).Format("Jan 2")+" and counts for nothing.")
		case until.Before(now.Add(30 * 24 * time.Hour)):
			lines = append(lines, p.Name+": "+sk.Name+" runs out on "+until.In(loc).Format("Mon, Jan 2")+".")
		}
	}
	return lines
}

// rotaLine is a rota with its turns of the week and its overrides.
func rotaLine(line app.RotaLine, loc *time.Location, now time.Time) view.RotaLine {
	rota := line.Rota
	id := strconv.FormatInt(rota.ID, 10)
	one := view.RotaLine{ID: id, Name: rota.Name, Version: strconv.Itoa(rota.Version), OnCall: rota.OnCall, People: strings.Join(line.People, ", "),
		Changed: "Changed by " + rota.ChangedBy + ", " + clock(rota.ChangedAt, loc, now), Problems: append(line.Problems, line.Holes...),
		ChangeURL: "/desk/roster?change=" + id + "#rota-form"}
	for _, t := range line.Turns {
		turn := view.TurnLine{Who: t.Who, When: phrase(t.Start, t.End, loc, now)}
		if t.Away {
			turn.Note = "away"
		}
		one.Turns = append(one.Turns, turn)
	}
	for _, o := range line.Overrides {
		text := phrase(o.Start, o.End, loc, now) + ": "
		switch {
		case o.In == 0:
			text += o.OutName + " is taken off"
		case o.Out == 0:
			text += o.InName + " comes in as well"
		default:
			text += o.InName + " in place of " + o.OutName
		}
		one.Overrides = append(one.Overrides, view.ChangeLine{ID: strconv.FormatInt(o.ID, 10), Text: text + ", by " + o.MadeBy})
	}
	return one
}

func swapLine(sw app.SwapLine, loc *time.Location, now time.Time) view.SwapLine {
	line := view.SwapLine{ID: strconv.FormatInt(sw.ID, 10), State: swapText[sw.State], CanAnswer: sw.CanAnswer, CanWithdraw: sw.CanWithdraw,
		Text: sw.ToName + " takes " + phrase(sw.Give.Start, sw.Give.End, loc, now) + " of " + sw.FromName + " (" + sw.RotaName + ")"}
	if !sw.Take.Start.IsZero() {
		line.Text += ", and " + sw.FromName + " takes " + phrase(sw.Take.Start, sw.Take.End, loc, now)
	}
	return line
}

// typedAgain puts what was typed back into its form, with what is wrong with it.
func typedAgain(v *view.RosterView, f typedForm) {
	for key := range f.typed {
		v.Values[f.name+"-"+key] = f.typed.Get(key)
	}
	if f.err != nil {
		for _, p := range problems(f.err) {
			v.Errors[f.name+"-"+p.FieldID] = p.Text
			v.Wrong = append(v.Wrong, view.Problem{FieldID: f.name + "-" + p.FieldID, Text: p.Text})
		}
		if len(v.Wrong) == 0 {
			v.Wrong = []view.Problem{{Text: said(f.err)}}
		}
	}
	if f.name == "rota" && f.typed != nil {
		v.Layers = layersTyped(f.typed)
	}
}

var swapText = map[coverage.SwapState]string{
	coverage.Proposed: "waits for a yes", coverage.Accepted: "accepted", coverage.InForce: "in force", coverage.Declined: "declined",
	coverage.Withdrawn: "taken back", coverage.Lapsed: "lapsed",
	coverage.Undone: "undone: the rota was changed, and one of the two does not have this turn any more",
}

// turnKey names a turn in a form: rota, person, from, to.
func turnKey(t app.Turn) string {
	return fmt.Sprintf("%d %d %d %d", t.Rota, t.Person, t.Start.Unix(), t.End.Unix())
}

func readTurn(s string) (rota int64, who desk.StaffID, span coverage.Span) {
	var a, b int64
	if n, _ := fmt.Sscanf(s, "%d %d %d %d", &rota, &who, &a, &b); n == 4 {
		span = coverage.Span{Start: time.Unix(a, 0).UTC(), End: time.Unix(b, 0).UTC()}
	}
	return rota, who, span
}

// rosterAct does an act from a form of the page; what is wrong comes back at its field.
func (h *handler) rosterAct(name, done string, act func(r *http.Request, s signed, f url.Values, loc *time.Location) error) staffFunc {
	return func(w http.ResponseWriter, r *http.Request, s signed) error {
		hit, err := h.app.Hits(r.Context(), s.v, func() error { return act(r, s, r.PostForm, h.staffZone(r, s)) })
		if typedWrong(err) {
			status := http.StatusUnprocessableEntity
			if desk.Is(err, desk.Conflict) {
				status = http.StatusConflict
			}
			return h.showRoster(w, r, s, status, typedForm{name, r.PostForm, err})
		}
		if err != nil {
			return err
		}
		say := done
		if say == "" {
			say = r.PostForm.Get("answer")
		}
		to := "/desk/roster?done=" + url.QueryEscape(say)
		if hospital := r.PostForm.Get("hospital"); hospital != "" {
			to += "&hospital=" + url.QueryEscape(hospital)
		}
		switch {
		case hit.Unread:
			to += "&hit=unread"
		case len(hit.People) > 0:
			to += fmt.Sprintf("&hit=%d&owner=%d", hit.Promises, hit.Owner)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
}

// span reads from when and until when. What is no time is none, which the act says; a time that the clocks leave out is
// a problem of its field.
func span(f url.Values, loc *time.Location) (start, end time.Time, err error) {
	var bad desk.Fields
	read := func(field string) time.Time {
		t, left := wallClock(f.Get(field), loc)
		if left != "" {
			bad.Add(field, "time.left_out", left)
		}
		return t
	}
	start, end = read("start"), read("end")
	return start, end, bad.Err()
}

// number reads what a page has put into a form: the number of a person, a rota, a version. What is none names nobody.
func number[T ~int64 | ~int](s string) T {
	n, _ := strconv.ParseInt(s, 10, 64)
	return T(n)
}

// mostTyped is far above every number that a form asks for.
const mostTyped = 1_000_000

// counted reads a whole number that somebody has typed; nothing is 0. What is none is a problem of its field.
func counted(f url.Values, name string, bad *desk.Fields) int {
	typed := strings.TrimSpace(f.Get(name))
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 || n > mostTyped {
		bad.Add(name, "number.invalid", "Write a whole number, such as 15.")
		return 0
	}
	return n
}

// rosterRoutes are the acts of the page.
func (h *handler) rosterRoutes() map[string]staffFunc {
	return map[string]staffFunc{
		"GET /desk/roster":                       h.rosterPage,
		"GET /desk/roster/part":                  h.rosterPart,
		"POST /desk/roster/calendar":             h.newCalendar,
		"POST /desk/roster/rotas":                h.saveRota,
		"GET /desk/roster/rotas/{id}/retirement": h.askRetireRota,
		"POST /desk/roster/rotas/{id}/retirement": h.retireRota(h.rosterAct("rotas", "retired", func(r *http.Request, s signed, f url.Values, _ *time.Location) error {
			id, err := pathID(r)
			if err != nil {
				return err
			}
			version, _ := strconv.Atoi(f.Get("version"))
			return h.app.RetireRota(r.Context(), s.v, id, version)
		})),
		"POST /desk/roster/overrides": h.rosterAct("override", "override", func(r *http.Request, s signed, f url.Values, loc *time.Location) error {
			var rota int64
			var version int
			_, _ = fmt.Sscanf(f.Get("rota"), "%d %d", &rota, &version) // what is no rota names none
			start, end, err := span(f, loc)
			if err != nil {
				return err
			}
			return h.app.AddOverride(r.Context(), s.v, app.OverrideIn{Rota: rota, Version: version, Start: start, End: end,
				Out: number[desk.StaffID](f.Get("out")), In: number[desk.StaffID](f.Get("in"))})
		}),
		"POST /desk/roster/overrides/{id}/end": h.rosterAct("rotas", "override-ended", func(r *http.Request, s signed, f url.Values, _ *time.Location) error {
			id, err := pathID(r)
			if err != nil {
				return err
			}
			version, _ := strconv.Atoi(f.Get("version"))
			return h.app.EndOverride(r.Context(), s.v, number[int64](f.Get("rota")), version, id)
		}),
		"POST /desk/roster/absences": h.rosterAct("absence", "away", func(r *http.Request, s signed, f url.Values, loc *time.Location) error {
			start, end, err := span(f, loc)
			if err != nil {
				return err
			}
			_, err = h.app.AddAbsence(r.Context(), s.v, app.AbsenceIn{Staff: number[desk.StaffID](f.Get("staff")), Start: start, End: end})
			return err
		}),
		"POST /desk/roster/absences/{id}/end": h.rosterAct("absences", "back", func(r *http.Request, s signed, _ url.Values, _ *time.Location) error {
			id, err := pathID(r)
			if err != nil {
				return err
			}
			return h.app.EndAbsence(r.Context(), s.v, id)
		}),
		"POST /desk/roster/swaps": h.rosterAct("swap", "asked", func(r *http.Request, s signed, f url.Values, _ *time.Location) error {
			rota, _, give := readTurn(f.Get("give"))
			other, to, take := readTurn(f.Get("take"))
			in := app.SwapIn{Rota: rota, To: to, Give: give, Take: take}
			if f.Get("take") == "" {
				in.To = number[desk.StaffID](f.Get("to"))
			} else if other != rota {
				return desk.Fields{{Field: "take", Code: "swap.rota", Message: "Both turns are of the same rota: choose another one."}}.Err()
			}
			_, err := h.app.AskSwap(r.Context(), s.v, in)
			return err
		}),
		"POST /desk/roster/swaps/{id}/answers": h.rosterAct("swaps", "", func(r *http.Request, s signed, f url.Values, _ *time.Location) error {
			id, err := pathID(r)
			if err != nil {
				return err
			}
			_, err = h.app.AnswerSwap(r.Context(), s.v, id, app.SwapAnswer(f.Get("answer")))
			return err
		}),
		"POST /desk/roster/escalation/policy":      h.saveEscalation(app.ForAlerts),
		"POST /desk/roster/escalation/untaken":     h.saveEscalation(app.ForPromises),
		"POST /desk/roster/escalation/policy/end":  h.dropEscalation(app.ForAlerts),
		"POST /desk/roster/escalation/untaken/end": h.dropEscalation(app.ForPromises),
		"POST /desk/roster/contacts": h.rosterAct("contact", "contact", func(r *http.Request, s signed, f url.Values, _ *time.Location) error {
			var bad desk.Fields
			in := app.ContactIn{Phone: f.Get("phone")}
			for name, to := range map[string]**int{"promises": &in.Promises, "calls": &in.Calls} {
				if strings.TrimSpace(f.Get(name)) != "" {
					*to = new(counted(f, name, &bad))
				}
			}
			if err := bad.Err(); err != nil {
				return err
			}
			who := s.v.Staff
			if f.Get("staff") != "" {
				who = number[desk.StaffID](f.Get("staff"))
			}
			return h.app.SaveContact(r.Context(), s.v, who, in)
		}),
		"POST /desk/roster/skills": h.rosterAct("skill", "skill", func(r *http.Request, s signed, f url.Values, loc *time.Location) error {
			var until time.Time
			if f.Get("until") != "" {
				t, err := time.ParseInLocation(time.DateOnly, f.Get("until"), loc)
				if err != nil {
					return desk.Fields{{Field: "until", Code: "date.invalid", Message: "Write the day like 2026-11-24, or leave it empty."}}.Err()
				}
				until = t
			}
			return h.app.Certify(r.Context(), s.v, number[desk.StaffID](f.Get("staff")), f.Get("skill"), until)
		}),
	}
}
