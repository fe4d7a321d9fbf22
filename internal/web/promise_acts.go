package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/web/view"
	"kept/internal/words"
)

// onPromise is the tab to which acts on promises lead.
const onPromise = "?tab=promise"

// promiseIn reads a promise from a form: a window that was picked, a time that was typed, or, for
// those who lead, a time that nobody covers.
func (h *handler) promiseIn(r *http.Request, s signed, ref desk.Ref) (app.PromiseIn, error) {
	f := r.PostForm
	seq, _ := strconv.Atoi(f.Get("seq")) // without a number the writer is not warned
	in := app.PromiseIn{Seq: seq, Kind: desk.PromiseKind(f.Get("kind")), Skill: f.Get("skill"), Text: f.Get("text"), Override: strings.TrimSpace(f.Get("override"))}
	var err error
	if in.Start, err = startIn(f.Get("start")); err != nil {
		return in, err
	}
	switch at := strings.TrimSpace(f.Get("override_start")); {
	case at != "" && in.Override == "":
		return in, desk.Fields{{Field: "override", Code: "override.reason", Message: "Say why this time can be kept. Without a reason, empty the time here and pick one above."}}.Err()
	case at == "" && in.Override != "":
		return in, desk.Fields{{Field: "override_start", Code: "override.start", Message: "Say when it starts. For a time from above, empty the reason."}}.Err()
	case at == "" && f.Get("due") == "":
		return in, nil
	}
	t, err := h.app.Ticket(r.Context(), s.v, ref)
	if err != nil {
		return in, err
	}
	c, err := h.app.Client(r.Context(), s.v, t.Client)
	if err != nil {
		return in, err
	}
	if in.Override != "" && f.Get("override_start") != "" {
		in.Start, err = typedTime(f.Get("override_start"), "override_start", c)
	} else if f.Get("due") != "" {
		in.Due, err = typedTime(f.Get("due"), "due", c)
		if windowKind(in.Kind) {
			in.Due = time.Time{}
		}
	}
	return in, err
}

// windowKind reports whether a kind is promised for a window of the picker.
func windowKind(k desk.PromiseKind) bool {
	return k == "" || k == desk.Callback || k == desk.Fix || k == desk.Document || k == desk.Handoff
}

// startIn reads the start of a window that was picked.
func startIn(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, desk.Fields{{Field: "start", Code: "start.missing", Message: "Choose one of the times."}}.Err()
	}
	return t.UTC(), nil
}

// typedTime reads a wall clock time of the hospital.
func typedTime(text, field string, c desk.Client) (time.Time, error) {
	t, left := wallClock(text, clientZone(c))
	switch {
	case left != "":
		return t, desk.Fields{{Field: field, Code: "due.left_out", Message: left}}.Err()
	case t.IsZero():
		return t, desk.Fields{{Field: field, Code: "due.invalid", Message: "Enter a day and a time."}}.Err()
	}
	return t.UTC(), nil
}

// POST /desk/t/{ref}/promises
func (h *handler) makePromise(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "make", onPromise, func(ref desk.Ref, _ desk.PromiseID) error {
		in, err := h.promiseIn(r, s, ref)
		if err != nil {
			return err
		}
		_, err = h.app.MakePromise(r.Context(), s.v, ref, in)
		return err
	})
}

// POST /desk/t/{ref}/promises/{id}/attempts
func (h *handler) tryPromise(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "try", onPromise, func(ref desk.Ref, id desk.PromiseID) error {
		seq, _ := strconv.Atoi(r.PostForm.Get("seq")) // without a number the caller is not warned
		return h.app.BeginCall(r.Context(), s.v, ref, id, seq)
	})
}

// POST /desk/t/{ref}/promises/{id}/misses
func (h *handler) missedCall(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "miss", onPromise, func(ref desk.Ref, id desk.PromiseID) error {
		return h.app.MissedCall(r.Context(), s.v, ref, id, r.PostForm.Get("outcome"))
	})
}

// POST /desk/t/{ref}/promises/{id}/contacts: the person was reached; what comes next is promised too.
func (h *handler) keepPromise(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "keep", onPromise, func(ref desk.Ref, id desk.PromiseID) error {
		var next *app.PromiseIn
		if r.PostForm.Get("next") == "again" {
			start, err := startIn(r.PostForm.Get("start"))
			if err != nil {
				return err
			}
			next = &app.PromiseIn{Kind: desk.Callback, Start: start}
		}
		return h.app.KeepPromise(r.Context(), s.v, ref, id, r.PostForm.Get("note"), next)
	})
}

// POST /desk/t/{ref}/promises/{id}/moves
func (h *handler) movePromise(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "move", onPromise, func(ref desk.Ref, id desk.PromiseID) error {
		start, err := startIn(r.PostForm.Get("start"))
		if err != nil {
			return err
		}
		_, err = h.app.MovePromise(r.Context(), s.v, ref, id, desk.MovedBy(r.PostForm.Get("by")), start)
		return err
	})
}

// POST /desk/t/{ref}/promises/{id}/owner: to whom; without a name to the viewer.
func (h *handler) givePromise(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.boardAct(w, r, s, "give", func(ref desk.Ref, id desk.PromiseID) error {
		to, err := staffIn(r, s)
		if err != nil {
			return err
		}
		return h.app.GivePromise(r.Context(), s.v, ref, id, to, r.PostForm.Get("override"))
	})
}

// POST /desk/t/{ref}/promises/{id}/acks: somebody has it, and nobody is called any more.
func (h *handler) havePromise(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.boardAct(w, r, s, "have", func(ref desk.Ref, id desk.PromiseID) error {
		return h.app.HavePromise(r.Context(), s.v, ref, id)
	})
}

// boardAct is an act on a promise that is offered on the board as well as on the ticket: what comes of it is shown where
// it was asked.
func (h *handler) boardAct(w http.ResponseWriter, r *http.Request, s signed, name string, act func(desk.Ref, desk.PromiseID) error) error {
	back, err := url.Parse(localPath(r.PostForm.Get("back")))
	if err != nil || back.Path != "/promises" {
		return h.ticketAct(w, r, s, name, onPromise, act)
	}
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	switch err := act(ref, desk.PromiseID(id)); {
	case err == nil:
		http.Redirect(w, r, back.String(), http.StatusSeeOther)
		return nil
	case typedWrong(err):
		return h.showBoard(w, r, s, httpd.Status(err), back.Query(), said(err))
	default:
		return err
	}
}

// promiseTab is what is promised on a ticket, and what can be done with it.
func (h *handler) promiseTab(ctx context.Context, query url.Values, s signed, p app.TicketPage, t tried, now time.Time) (*view.PromiseTabView, error) {
	v := &view.PromiseTabView{}
	loc, open := clientZone(p.Client), p.Ticket.State.Open()
	to := "this number"
	if n, ok := callable(p); ok {
		to = n.String()
	}
	var pick view.PickerView
	var err error
	times := query.Get("times")
	if read := times != "" || query.Get("make") != "" || t.err != nil; open && read {
		if pick, err = h.picker(ctx, s.v, p.Client, p.Ticket.Skill, p.Ticket.Lang, to, t.form.Get("start"), "when"); err != nil {
			return v, err
		}
	}
	// Windows of three days take longer than the rest of the tab: they are read when a form is opened.
	ask := func(times string) view.PickerView {
		if len(pick.Slots) > 0 || pick.Empty != "" {
			return pick
		}
		return view.PickerView{Name: "start", Legend: "When will we call?", Ask: "?tab=promise&times=" + times}
	}
	if fields, ok := promiseFields[t.act]; ok && t.err != nil {
		v.Problems = fields.problems(t)
	}
	for _, line := range p.Promises {
		pr := line.Promise
		if !pr.State.Live() {
			v.Past = append(v.Past, view.PastPromise{Tag: promiseTag(pr, line.Look, p.Ticket.State, loc, now), Text: pastText(line, loc, now)})
			continue
		}
		one := view.LivePromise{Owed: owed(line, s, p, loc, now)}
		base := ticketURL(p.Ticket.Ref) + "/promises/" + strconv.FormatInt(int64(pr.ID), 10)
		if pr.Kind != desk.Confirm {
			id := strconv.FormatInt(int64(pr.ID), 10)
			one.Keep = keepView(line, p, base, id, t, ask("again-"+id), now, loc)
			one.Keep.Again = one.Keep.Again || times == "again-"+id
			one.Keep.Open = one.Keep.Open || times == "again-"+id
			if line.Called != "" {
				one.Have = base + "/acks"
			}
			if pr.Owner != s.v.Staff {
				one.Mine = base + "/owner"
			}
			if one.Give, err = h.give(ctx, s, p, pr, base, query.Get("give") == id); err != nil {
				return v, err
			}
			one.GiveTo = "?tab=promise&give=" + id
			one.Anyway = giveAnyway(s, t, pr, base)
			one.Enter = enterView(p, t, pr, base, loc, now)
			if now.Before(pr.Due) && windowKind(pr.Kind) {
				m := ask("move-" + id)
				m.ID, m.Legend = "move-"+id, "To when?"
				one.Move = &view.MoveView{Action: base + "/moves", ID: "move-" + id, Picker: m, Open: times == "move-"+id}
				if t.is("move", pr.ID) {
					one.Move.Open, one.Move.By, one.Move.Error = true, t.form.Get("by"), field(t.err, "by")
				}
			}
		}
		v.Live = append(v.Live, one)
	}
	if open {
		v.Wait = waitView(p, t, query.Get("wait") != "", loc, now)
		v.Make = h.makeView(ctx, query, s, p, t, ask("make-when"), loc)
	}
	return v, nil
}

// formFields gives the field of the page for each field of an error; "#" stands for the promise.
type formFields map[string]string

// promiseFields are the forms of the tab.
var promiseFields = map[string]formFields{
	"try": nil, "miss": nil, "keep": {"note": "keep-#-note", "start": "again-#"}, "move": {"by": "move-#-by", "start": "move-#"}, "give": nil, "have": nil,
	"make":  {"kind": "make-kind", "start": "make-when", "due": "make-due", "text": "make-text", "override_start": "make-start", "override": "make-override"},
	"enter": {"at": "enter-#-at", "outcome": "enter-#-outcome", "note": "enter-#-note"}, "wait": {"reason": "wait-reason", "supplier": "wait-supplier", "until": "wait-until"},
}

// problems is what is wrong with a form, each with where it is mended.
func (at formFields) problems(t tried) (list []view.Problem) {
	e, ok := t.err.(*desk.Error)
	if !ok || len(e.Fields) == 0 {
		return []view.Problem{{Text: said(t.err)}}
	}
	for _, f := range e.Fields {
		list = append(list, view.Problem{FieldID: strings.ReplaceAll(at[f.Field], "#", strconv.FormatInt(int64(t.id), 10)), Text: f.Message})
	}
	return list
}

// owed shows a live promise: when, whose, and whether it breaks.
func owed(line app.PromiseLine, s signed, p app.TicketPage, loc *time.Location, now time.Time) view.OwedView {
	pr := line.Promise
	v := view.OwedView{Tag: promiseTag(pr, line.Look, p.Ticket.State, loc, now), Title: promised(pr, loc, now), Due: machine(pr.Due, loc), Left: until(pr.Due, now)}
	owner := "Owner: " + line.Owner + "."
	switch {
	case pr.Kind == desk.Confirm:
		v.Lines = append(v.Lines, "Nobody has to do anything: we ask by ourselves.")
		return v
	case pr.Owner == s.v.Staff:
		owner = "Owner: you."
	case line.Owner == "":
		owner = "Owner: whoever is on shift with the skill."
	}
	if line.Backup != "" {
		owner += " Backup: " + line.Backup + "."
	}
	v.Lines = append(v.Lines, owner)
	if line.Called != "" {
		v.Lines = append(v.Lines, line.Called+" Nobody has said yet that they have it.")
	}
	if !pr.AnsweredAt.IsZero() {
		v.Lines = append(v.Lines, "Answered "+clock(pr.AnsweredAt, loc, now)+". It counts as kept when the words have arrived.")
	}
	if pr.RepairOf != 0 {
		v.Lines = append(v.Lines, "The first time was missed, and the person knows. Begin with: "+words.T(words.EN, "say.late_second"))
	}
	if pr.Tries > 0 {
		v.Lines = append(v.Lines, "Tried "+strconv.Itoa(pr.Tries)+" of "+strconv.Itoa(desk.MaxAttempts)+": "+lastMiss(line.Attempts)+".")
	}
	if pr.Unproven {
		v.Lines = append(v.Lines, "Nobody has checked who asked.")
	}
	return v
}

func lastMiss(list []app.Attempt) string {
	for _, a := range slices.Backward(list) {
		if w := missWords[a.Outcome]; w != "" {
			return w
		}
	}
	return "not reached"
}

// keepView is the form for a call.
func keepView(line app.PromiseLine, p app.TicketPage, base, id string, t tried, pick view.PickerView, now time.Time, loc *time.Location) *view.KeepView {
	pr := line.Promise
	k := &view.KeepView{ID: "keep-" + id, Seq: strconv.Itoa(p.Ticket.Seq), Keep: base + "/contacts", Miss: base + "/misses"}
	k.Picker = pick
	k.Picker.ID = "again-" + id
	if line.Early(now, loc) {
		k.Early = "It is " + words.Clock(words.EN, now, loc) + " there. They wait for a call from " + clock(pr.Start, loc, now) + " on."
	}
	if n, ok := callable(p); ok {
		k.Phone = view.ButtonView{Text: "Call " + n.String(), Icon: "phone", URL: "tel:" + n.E164()}
		k.Voicemail, k.Silent = voicemail(mayLeaveMessage(p)), !mayLeaveMessage(p)
	}
	if p.Ticket.Asking(now) {
		k.Asked = "Nothing more: “Is it fixed?” was asked " + clock(p.Ticket.AskedAt, loc, now)
	}
	calling := !pr.TryingAt.IsZero() && now.Before(pr.BreaksAt())
	if calling {
		k.Open = true
		for _, a := range slices.Backward(line.Attempts) {
			if a.EndedAt.IsZero() {
				k.Calling = a.StaffName + " is calling since " + words.Clock(words.EN, a.BeganAt, loc) + "."
				break
			}
		}
	} else {
		k.Try = base + "/attempts"
	}
	for _, m := range app.Misses {
		text := missWords[m]
		k.Misses = append(k.Misses, view.ButtonView{Text: strings.ToUpper(text[:1]) + text[1:], Name: "outcome", Value: m})
	}
	if t.is("keep", pr.ID) || t.is("miss", pr.ID) {
		k.Open, k.Note, k.Again, k.NoteError = true, t.form.Get("note"), t.form.Get("next") == "again", field(t.err, "note")
	}
	return k
}

// give lists who could take a promise over. It is read only when somebody asks.
func (h *handler) give(ctx context.Context, s signed, p app.TicketPage, pr desk.Promise, base string, asked bool) (view.GiveView, error) {
	if !asked {
		return view.GiveView{}, nil
	}
	b, err := h.app.Board(ctx, s.v, app.BoardFilter{Client: p.Ticket.Client})
	if err != nil {
		return view.GiveView{}, err
	}
	for _, group := range [][]app.BoardLine{b.Broken, b.AtRisk, b.Hour, b.Today, b.Later} {
		for _, line := range group {
			if line.Promise.ID == pr.ID && line.Promise.Client == pr.Client {
				g := giveView(line, base+"/owner")
				g.Open = true
				return g, nil
			}
		}
	}
	return view.GiveView{}, nil
}

func giveView(line app.BoardLine, action string) view.GiveView {
	g := view.GiveView{Action: action}
	for _, who := range line.Can {
		g.People = append(g.People, view.ButtonView{Text: who.Name, Name: "to", Value: strconv.FormatInt(int64(who.ID), 10)})
	}
	return g
}

// pastText is one line about a promise that has ended.
func pastText(line app.PromiseLine, loc *time.Location, now time.Time) string {
	pr := line.Promise
	text := kinds[pr.Kind].thing + " " + words.By(words.EN, pr.Due, loc, now)
	if line.Owner != "" {
		text += ", " + line.Owner
	}
	if pr.Outcome == "not_reached" {
		text += ", not reached"
	}
	if !pr.EnteredAt.IsZero() && len(line.Attempts) > 0 {
		last := line.Attempts[len(line.Attempts)-1]
		text += ", call of " + clock(last.BeganAt, loc, now) + " entered afterwards by " + last.StaffName
	}
	return text
}

// makeView is the form of a new promise.
func (h *handler) makeView(ctx context.Context, query url.Values, s signed, p app.TicketPage, t tried, pick view.PickerView, loc *time.Location) *view.MakeView {
	m := &view.MakeView{
		Action: ticketURL(p.Ticket.Ref) + "/promises", Seq: strconv.Itoa(p.Ticket.Seq), Open: query.Get("make") != "" || query.Get("times") == "make-when", Skill: p.Ticket.Skill, Picker: pick, Override: s.v.Leads(),
		DueHint: "Time at " + p.Client.Name + " (" + words.ZoneShort(h.app.Now(), loc) + ").",
	}
	m.SkillName = h.app.Skill(ctx, p.Ticket.Skill).Name
	m.Picker.ID, m.Picker.Legend = "make-when", pick.Legend
	kind := cmp.Or(query.Get("kind"), string(desk.Callback))
	if t.is("make", 0) {
		f := t.form
		kind, m.Open = f.Get("kind"), true
		m.Text, m.TextError = f.Get("text"), field(t.err, "text")
		m.Due, m.DueError = f.Get("due"), field(t.err, "due")
		m.Reason, m.OverrideStart, m.OverrideStartError = f.Get("override"), f.Get("override_start"), field(t.err, "override_start")
		m.ReasonError = field(t.err, "override")
		m.Picker.Error = field(t.err, "start")
		if desk.Is(t.err, desk.Conflict) {
			m.Picker.Error = said(t.err)
		}
	}
	for _, k := range []desk.PromiseKind{desk.Callback, desk.Fix, desk.Handoff, desk.Document, desk.Update, desk.Other} {
		m.Kinds = append(m.Kinds, view.Option{Value: string(k), Text: makeKinds[k], Checked: string(k) == kind})
	}
	return m
}

var makeKinds = map[desk.PromiseKind]string{
	desk.Callback: "We call back", desk.Fix: "It works by then", desk.Handoff: "Another team takes it", desk.Document: "We send something",
	desk.Update: "News by a time", desk.Other: "Something else, by a time",
}
