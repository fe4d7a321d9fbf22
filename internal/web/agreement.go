package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/web/view"
	"kept/internal/words"
)

func agreementURL(c desk.Client) string { return "/desk/agreements/" + c.Slug }

// clocksShown is how many questions the list of what ends first has.
const clocksShown = 25

// GET /desk/agreements
func (h *handler) agreementsPage(w http.ResponseWriter, r *http.Request, s signed) error {
	lines, err := h.app.Agreements(r.Context(), s.v)
	if err != nil {
		return err
	}
	soon, sums, err := h.app.ClocksSoon(r.Context(), s.v, clocksShown)
	if err != nil {
		return err
	}
	now := h.app.Now()
	var v view.AgreementsView
	for _, l := range lines {
		row := view.AgreementRow{Name: l.Client.Name, URL: agreementURL(l.Client), Live: "The usual terms", Open: "No clock runs"}
		if l.Live.Version != desk.UsualVersion {
			row.Live = fmt.Sprintf("Version %d, since %s", l.Live.Version, day(l.Live.Begins(), clientZone(l.Client)))
		}
		if l.Draft.Version != 0 {
			row.Draft = fmt.Sprintf("Version %d: %s", l.Draft.Version, lacking(l.Draft))
		}
		if n := sums[l.Client.ID]; n.Running > 0 {
			row.Open = fmt.Sprintf("%d questions", n.Running)
			if n.Running == 1 {
				row.Open = "1 question"
			}
			if n.Missed > 0 {
				row.Tags = append(row.Tags, view.TagView{Kind: view.TagBroken, Text: strconv.Itoa(n.Missed) + " missed"})
			}
			if n.Near > 0 {
				row.Tags = append(row.Tags, view.TagView{Kind: view.TagRisk, Text: strconv.Itoa(n.Near) + " at risk"})
			}
		}
		v.Rows = append(v.Rows, row)
	}
	for _, c := range soon {
		v.Soon = append(v.Soon, view.ClockRow{Ref: string(c.Ref), URL: ticketURL(c.Ref) + "?tab=clocks", Hospital: c.Client.Short,
			Clock: metricNames[c.Metric], Due: clock(c.Deadline, clientZone(c.Client), now), Tag: clockStateTag(c.Clock)})
	}
	p, err := h.shell(r, s, "Agreements", "/desk/agreements")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.Agreements(v)))
	return nil
}

func day(t time.Time, loc *time.Location) string {
	if t.Year() < 2000 {
		return "always"
	}
	return t.In(loc).Format("Jan 2, 2006")
}

// lacking says whose approval a draft lacks.
func lacking(a desk.Agreement) string {
	switch {
	case a.Desk.At.IsZero() && a.Hospital.At.IsZero():
		return "nobody has approved it"
	case a.Desk.At.IsZero():
		return "the desk has not approved it"
	}
	return "the hospital has not approved it"
}

// clientOf finds the hospital in the path.
func (h *handler) clientOf(r *http.Request, s signed) (desk.Client, error) {
	c, err := h.app.ClientBySlug(r.Context(), r.PathValue("client"))
	if err != nil {
		return c, err
	}
	return h.app.Client(r.Context(), s.v, c.ID)
}

// agreementTried is a form that could not be taken, or whose answer stands on the page.
type agreementTried struct {
	act  string // "draft", "what-if", "approve"
	form func(string) string
	err  error
	what *app.WhatIf
}

// GET /desk/agreements/{client}: with ?edit=yes the form is there.
func (h *handler) agreementPage(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showAgreement(w, r, s, http.StatusOK, agreementTried{})
}

func (h *handler) showAgreement(w http.ResponseWriter, r *http.Request, s signed, status int, t agreementTried) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	page, err := h.app.Agreement(r.Context(), s.v, c.ID)
	if err != nil {
		return err
	}
	v := agreementView(page, s)
	v.Done = map[string]string{
		"saved": "The draft is saved.", "approved": "The approval is on record.", "agreed": "Both sides have approved it. From its date on it holds.", "withdrawn": "The draft is withdrawn.",
	}[r.URL.Query().Get("done")]
	title := c.Name + " agreement"
	if s.v.Leads() {
		f := agreementForm(page)
		switch {
		case t.act == "draft" || t.act == "what-if":
			f.Terms, f.Note, f.From, f.Until = t.form("terms"), t.form("note"), t.form("from"), t.form("until")
			if !desk.Is(t.err, desk.Conflict) {
				f.Version, f.Edit = t.form("version"), t.form("edit")
			}
		case page.Draft != nil && !page.Draft.Desk.At.Equal(page.Draft.Hospital.At):
			// One side has approved it: its terms stand.
			f = nil
		case r.URL.Query().Get("edit") == "":
			v.StartURL, v.Start = "?edit=yes#form-title", "Write the next terms"
			if page.Draft != nil {
				v.Start = "Change the draft, or ask what if"
			}
			f = nil
		}
		v.Form = f
	}
	if t.err != nil {
		title = "Error: " + title
		agreementProblems(&v, t)
	}
	if t.what != nil {
		v.WhatIf = whatIfView(*t.what, page)
	}
	p, err := h.shell(r, s, title, "/desk/agreements")
	if err != nil {
		return err
	}
	p.Wide = true
	p.Live.PartURL += "?list=no"
	h.render(w, r, status, within(view.Staff(p), view.Agreement(v)))
	return nil
}

// agreementProblems puts what was wrong at its place.
func agreementProblems(v *view.AgreementView, t agreementTried) {
	e, ok := t.err.(*desk.Error)
	if !ok {
		return
	}
	if len(e.Fields) == 0 {
		v.Problems = []view.Problem{{Text: e.Message}}
		if v.Form != nil {
			v.Problems[0].FieldID = "terms"
		}
		return
	}
	for _, f := range e.Fields {
		id := f.Field
		if v.Form == nil && id == "terms" {
			id = ""
		}
		v.Problems = append(v.Problems, view.Problem{FieldID: id, Text: f.Message})
		switch {
		case f.Field == "terms" && v.Form != nil:
			v.Form.Errors = append(v.Form.Errors, f.Message)
		case f.Field == "note" && v.Form != nil:
			v.Form.NoteErr = f.Message
		case f.Field == "from" && v.Form != nil:
			v.Form.FromErr = f.Message
		case v.Draft == nil:
		case f.Field == "who":
			v.Draft.WhoErr = f.Message
		case f.Field == "how":
			v.Draft.HowErr = f.Message
		}
	}
	if v.Draft != nil && t.act == "approve" {
		v.Draft.Who, v.Draft.How, v.Draft.OpenAsked = t.form("who"), t.form("how"), true
	}
}

// agreementView is the page without a form.
func agreementView(page app.AgreementPage, s signed) view.AgreementView {
	loc, base := clientZone(page.Client), agreementURL(page.Client)
	live := page.Live
	v := view.AgreementView{Hospital: page.Client.Name, Who: "A supervisor writes and approves terms."}
	if s.v.Leads() {
		v.Who = ""
	}
	v.Live = view.AgreementTerms{Title: "In plain words: what holds now", Plain: live.Plain("en"), ES: live.Plain("es"), YAML: live.Text(), File: termsURL(base, live.Version)}
	if live.Version == desk.UsualVersion {
		v.Stands = "The usual terms hold: " + page.Client.Name + " has no agreement of its own yet."
	} else {
		v.Stands = fmt.Sprintf("Version %d is in force since %s.", live.Version, day(live.Begins(), loc))
		v.Live.Facts = approvalFacts(live.Agreement, loc, page.Now)
	}
	for _, x := range page.Versions {
		past := view.AgreementPast{Name: "Version " + strconv.Itoa(x.Version), State: agreementStates[x.State], Begun: day(cmp.Or(x.Begins(), x.From), loc),
			Desk: approved(x.Desk, loc), Other: approved(x.Hospital, loc), Note: cmp.Or(x.Note, "No reason given"), File: termsURL(base, x.Version)}
		if x.Version == desk.UsualVersion {
			past.Desk, past.Other = "Kept", "Kept"
		}
		if x.State == desk.AgreementWithdrawn {
			past.State += " by " + x.Gone.Name
		}
		v.Versions = append(v.Versions, past)
	}
	if page.Draft == nil {
		return v
	}
	d := *page.Draft
	v.Stands += fmt.Sprintf(" Version %d is a draft.", d.Version)
	v.Draft = &view.AgreementDraft{Title: fmt.Sprintf("Draft of version %d", d.Version), Tag: view.TagView{Kind: view.TagWaiting, Text: strings.ToUpper(lacking(d.Agreement)[:1]) + lacking(d.Agreement)[1:]},
		Facts: approvalFacts(d.Agreement, loc, page.Now), Version: strconv.Itoa(d.Version), Edit: strconv.Itoa(d.Edit)}
	said := live.Plain("en")
	for _, line := range d.Plain("en") {
		if !slices.Contains(said, line) {
			v.Draft.New = append(v.Draft.New, line)
		}
	}
	says := d.Plain("en")
	for _, line := range said {
		if !slices.Contains(says, line) {
			v.Draft.Gone = append(v.Draft.Gone, line)
		}
	}
	if s.v.Leads() {
		if d.Desk.At.IsZero() {
			v.Draft.Desk = base + "/approvals"
		}
		if d.Hospital.At.IsZero() {
			v.Draft.Hospital = base + "/approvals"
		}
		v.Draft.Withdraw = base + "/withdrawals"
	}
	return v
}

func termsURL(base string, version int) string { return base + "/terms/" + strconv.Itoa(version) }

var agreementStates = map[desk.AgreementState]string{
	desk.AgreementDraft: "Draft", desk.AgreementAsked: "Waits for an approval", desk.AgreementReady: "Agreed, begins later", desk.AgreementLive: "In force",
	desk.AgreementPast: "Past", desk.AgreementWithdrawn: "Withdrawn",
}

func approved(a desk.Approval, loc *time.Location) string {
	if a.At.IsZero() {
		return "Not yet"
	}
	return a.Name + ", " + day(a.At, loc)
}

func approvalFacts(a desk.Agreement, loc *time.Location, now time.Time) []view.KV {
	facts := []view.KV{{Key: "Begins", Value: a.From.In(loc).Format("Jan 2, 2006, ") + words.Clock(words.EN, a.From, loc)},
		{Key: "Written by", Value: a.Made.Name + ", " + clock(a.Made.At, loc, now)}, {Key: "Desk", Value: approved(a.Desk, loc)}, {Key: "Hospital", Value: approved(a.Hospital, loc)}}
	if a.Hospital.How != "" {
		facts = append(facts, view.KV{Key: "How", Value: a.Hospital.How})
	}
	if a.Note != "" {
		facts = append(facts, view.KV{Key: "Why", Value: a.Note})
	}
	return facts
}

// agreementForm is the form for the draft that is there, or for a new one that begins as what holds now.
func agreementForm(page app.AgreementPage) *view.AgreementForm {
	loc := clientZone(page.Client)
	today := page.Now.In(loc)
	f := &view.AgreementForm{Action: agreementURL(page.Client) + "/draft", Title: "The next terms", Version: "0", Edit: "0", Zone: "Days begin at midnight in " + loc.String() + "."}
	f.From, f.Until = today.AddDate(0, -3, 0).Format(time.DateOnly), today.Format(time.DateOnly)
	if page.Draft != nil {
		f.Title = fmt.Sprintf("The draft of version %d", page.Draft.Version)
		f.Terms, f.Note, f.Version, f.Edit = page.Draft.Text(), page.Draft.Note, strconv.Itoa(page.Draft.Version), strconv.Itoa(page.Draft.Edit)
		return f
	}
	f.Terms = page.Live.NextText(time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, loc))
	return f
}

// GET /desk/agreements/{client}/terms/{id}: the terms of a version as a file.
func (h *handler) agreementTerms(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	page, err := h.app.Agreement(r.Context(), s.v, c.ID)
	if err != nil {
		return err
	}
	for _, x := range page.Versions {
		if int64(x.Version) == id {
			w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
			w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%d.yaml"`, c.Slug, x.Version))
			_, _ = w.Write([]byte(x.Text())) // whoever went away needs no file
			return nil
		}
	}
	return desk.Errorf(desk.NotFound, "not_found", "There is no such version.")
}

// seen reads which draft somebody saw. What is no number names none.
func seen(r *http.Request) (version, edit int) {
	version, _ = strconv.Atoi(r.PostForm.Get("version"))
	edit, _ = strconv.Atoi(r.PostForm.Get("edit"))
	return version, edit
}

// POST /desk/agreements/{client}/draft: do is save or what-if.
func (h *handler) draftAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	f := r.PostForm
	t := agreementTried{act: "draft", form: f.Get}
	if f.Get("do") == "what-if" {
		t.act = "what-if"
		loc := clientZone(c)
		from, errFrom := time.ParseInLocation(time.DateOnly, f.Get("from"), loc)
		until, errUntil := time.ParseInLocation(time.DateOnly, f.Get("until"), loc)
		if errFrom != nil || errUntil != nil {
			t.err = desk.Fields{{Field: "from", Code: "date.invalid", Message: "Choose both days."}}.Err()
			return h.showAgreement(w, r, s, http.StatusUnprocessableEntity, t)
		}
		what, err := h.app.WhatIf(r.Context(), s.v, c.ID, f.Get("terms"), from, until)
		if err == nil {
			t.what = &what
			return h.showAgreement(w, r, s, http.StatusOK, t)
		}
		t.err = err
	} else {
		version, edit := seen(r)
		_, t.err = h.app.DraftAgreement(r.Context(), s.v, c.ID, app.AgreementIn{Terms: f.Get("terms"), Note: f.Get("note"), Version: version, Edit: edit})
	}
	return h.agreementDone(w, r, s, c, "saved", t)
}

// agreementDone leads back after an act, or shows the form again with what was typed.
func (h *handler) agreementDone(w http.ResponseWriter, r *http.Request, s signed, c desk.Client, done string, t agreementTried) error {
	switch {
	case t.err == nil:
		http.Redirect(w, r, agreementURL(c)+"?done="+done, http.StatusSeeOther)
		return nil
	case desk.Is(t.err, desk.Conflict):
		return h.showAgreement(w, r, s, http.StatusConflict, t)
	case desk.Is(t.err, desk.Invalid):
		return h.showAgreement(w, r, s, http.StatusUnprocessableEntity, t)
	}
	return t.err
}

// POST /desk/agreements/{client}/approvals: side is desk or hospital.
func (h *handler) approveAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	f := r.PostForm
	version, edit := seen(r)
	in := app.ApprovalIn{Version: version, Edit: edit, Hospital: f.Get("side") == "hospital", Who: f.Get("who"), How: f.Get("how")}
	x, err := h.app.ApproveAgreement(r.Context(), s.v, c.ID, in)
	done := "approved"
	if x.Agreed() {
		done = "agreed"
	}
	t := agreementTried{act: "approve", form: f.Get, err: err}
	if !in.Hospital {
		t.act = "approve-desk"
	}
	return h.agreementDone(w, r, s, c, done, t)
}

// POST /desk/agreements/{client}/withdrawals
func (h *handler) withdrawAgreement(w http.ResponseWriter, r *http.Request, s signed) error {
	c, err := h.clientOf(r, s)
	if err != nil {
		return err
	}
	version, edit := seen(r)
	err = h.app.WithdrawAgreement(r.Context(), s.v, c.ID, version, edit)
	return h.agreementDone(w, r, s, c, "withdrawn", agreementTried{act: "withdraw", form: r.PostForm.Get, err: err})
}

// changesShown is how many clocks a what-if lists.
const changesShown = 200

func whatIfView(x app.WhatIf, page app.AgreementPage) *view.WhatIfView {
	loc, last := clientZone(x.Client), x.Period.End.Add(-time.Minute)
	v := &view.WhatIfView{Live: fmt.Sprintf("Live v%d", page.Live.Version)}
	questions := fmt.Sprintf("%s questions", thousands(x.Tickets))
	if x.Tickets == 1 {
		questions = "1 question"
	}
	v.Title = fmt.Sprintf("What if these terms had been in force %s – %s (%s)", x.Period.Start.In(loc).Format("Jan 2"), last.In(loc).Format("Jan 2, 2006"), questions)
	for _, r := range x.Rows {
		if r.Live.Met+r.Live.Missed+r.Draft.Met+r.Draft.Missed == 0 {
			continue
		}
		row := view.WhatIfRow{Target: target(r), Goal: goal(r), Live: attained(&r.Live), Draft: attained(&r.Draft)}
		a, okA := r.Live.Attained()
		b, okB := r.Draft.Attained()
		switch {
		case !okA || !okB:
			row.Change = "another line"
		case r.Live.Met == r.Draft.Met && r.Live.Missed == r.Draft.Missed:
			row.Change = "none"
		default:
			row.Worse = b < a
			row.Change = strings.Replace(fmt.Sprintf("%+.1f", b-a), "-", "−", 1)
			switch n := r.Draft.Missed - r.Live.Missed; {
			case n > 0:
				row.Change += fmt.Sprintf(", %d more missed", n)
			case n < 0:
				row.Change += fmt.Sprintf(", %d fewer missed", -n)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	switch n := len(x.Changes); {
	case x.Tickets == 0:
		v.Sum = "No question was open then."
	case n == 0:
		v.Sum = "No clock comes to anything else."
	case n == 1:
		v.Sum = "1 clock comes to something else."
	default:
		v.Sum = fmt.Sprintf("%s clocks come to something else.", thousands(n))
	}
	for i, c := range x.Changes {
		if i == changesShown {
			v.More = fmt.Sprintf("… and %s more.", thousands(len(x.Changes)-changesShown))
			break
		}
		v.Changes = append(v.Changes, view.WhatIfChange{Ref: string(c.Ref), URL: ticketURL(c.Ref) + "?tab=clocks", Clock: metricNames[c.Metric.String()],
			Began: c.Start.In(loc).Format("Jan 2, 15:04"), Was: outcomes[c.Live], Would: outcomes[c.Change.Draft]})
	}
	return v
}

var outcomes = map[sla.Outcome]string{sla.Open: "Not decided", sla.Met: "Met", sla.Missed: "Missed", sla.Excluded: "Left out"}

// target names a line: "First answer, P1, patient".
func target(r sla.Row) string {
	text := metricNames[r.Metric.String()]
	w := r.When
	for _, list := range [][]string{w.Priorities, w.Audiences, w.Kinds, w.Functions, w.Teams} {
		for _, v := range list {
			text += ", " + v
		}
	}
	return text
}

func goal(r sla.Row) string {
	percent := func(g float64) string { return strconv.FormatFloat(g, 'f', -1, 64) + "%" }
	switch {
	case r.Draft.Target < 0:
		return percent(r.Live.Goal)
	case r.Live.Target < 0 || r.Live.Goal == r.Draft.Goal:
		return percent(r.Draft.Goal)
	}
	return percent(r.Live.Goal) + " → " + percent(r.Draft.Goal)
}

// attained gives the share with its counts.
func attained(r *sla.Result) string {
	p, ok := r.Attained()
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.1f%% (%s of %s)", p, thousands(r.Met), thousands(r.Met+r.Missed))
}

// thousands writes 4312 as 4,312.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
