package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// similarFrom is from how many words on the desk looks for what is known about them.
const similarFrom = 3

// GET /desk/call/new: every call has a key in its address, and nothing else. What is typed is kept in
// the browser under it, so F2 always opens an empty call, which lists the calls that are not finished.
func (h *handler) callPage(w http.ResponseWriter, r *http.Request, s signed) error {
	key := r.URL.Query().Get("call")
	if key == "" {
		http.Redirect(w, r, "/desk/call/new?call="+newKey(), http.StatusSeeOther)
		return nil
	}
	typed, err := h.app.TypedInCall(r.Context(), s.v, key)
	if err != nil {
		return err
	}
	f := url.Values{"key": {key}}
	for _, place := range []string{"name", "phone", "email", "words", "note"} {
		if typed[place] != "" {
			f.Set(place, typed[place])
			f.Set("kept", "yes")
		}
	}
	return h.showCall(w, r, s, http.StatusOK, f, nil)
}

// GET /desk/call/begun: the same, once words of the call that was left have arrived.
func (h *handler) callsBegunPart(w http.ResponseWriter, r *http.Request, s signed) error {
	v, err := h.callsBegun(r, s, r.URL.Query().Get("call"))
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, view.CallsBegun(v))
	return nil
}

// begunShown is how many calls that are not finished are listed.
const begunShown = 5

// callsBegun lists the calls that somebody has begun and not finished, but for this one: the way back after F2.
func (h *handler) callsBegun(r *http.Request, s signed, but string) (view.CallsBegunView, error) {
	v := view.CallsBegunView{PartURL: "/desk/call/begun?call=" + url.QueryEscape(but)}
	calls, err := h.app.CallsBegun(r.Context(), s.v)
	if err != nil {
		return v, err
	}
	now, loc := h.app.Now(), h.staffZone(r, s)
	for _, c := range calls {
		if c.Key == but || len(v.Calls) == begunShown {
			continue
		}
		words := cmp.Or(c.Typed["words"], c.Typed["name"], c.Typed["phone"], c.Typed["email"], c.Typed["note"])
		v.Calls = append(v.Calls, view.Link{URL: "/desk/call/new?call=" + c.Key, Text: "“" + shorten(strings.Join(strings.Fields(words), " "), 40) + "”", Hint: clock(c.At, loc, now)})
	}
	return v, nil
}

// POST /desk/call/new: buttons other than "Finish call" draw the page again with what is known now.
func (h *handler) finishCall(w http.ResponseWriter, r *http.Request, s signed) error {
	f := r.PostForm
	if f.Get("do") != "finish" {
		return h.showCall(w, r, s, http.StatusOK, f, nil)
	}
	in, err := callIn(f)
	if err == nil {
		var out app.Opened
		if out, err = h.app.FinishCall(r.Context(), s.v, in); err == nil {
			http.Redirect(w, r, "/desk/call/done/"+string(out.Ref), http.StatusSeeOther)
			return nil
		}
	}
	switch desk.KindOf(err) {
	case desk.Invalid:
		return h.showCall(w, r, s, http.StatusUnprocessableEntity, f, err)
	case desk.Conflict:
		return h.showCall(w, r, s, http.StatusConflict, f, err)
	}
	return err
}

// callIn reads a call from its form.
func callIn(f url.Values) (app.CallIn, error) {
	var bad desk.Fields
	in := app.CallIn{
		Words: f.Get("words"), Lang: f.Get("lang"), Ending: f.Get("ending"), Note: f.Get("note"), Voicemail: f.Get("voicemail") != "",
		Key: f.Get("key"), Skill: f.Get("skill"),
	}
	id, err := strconv.ParseInt(f.Get("client"), 10, 64)
	if err != nil || id == 0 {
		bad.Add("client", "client.missing", "Choose the hospital.")
	}
	in.Client = desk.ClientID(id)
	in.Requester = app.RequesterIn{
		Kind: desk.RequesterKind(f.Get("kind")), Name: f.Get("name"), Phone: f.Get("phone"), Email: f.Get("email"), Lang: in.Lang, Proven: checked(f),
	}
	switch who, ref, _ := strings.Cut(f.Get("who"), ":"); {
	case who != "" && who != "new":
		id, err := strconv.ParseInt(who, 10, 64)
		if err != nil {
			bad.Add("who", "who.missing", "Choose who is calling.")
		}
		in.Requester.ID, in.Ref = desk.RequesterID(id), ref
	case strings.TrimSpace(in.Requester.Name) == "" && strings.TrimSpace(in.Requester.Phone) == "" && strings.TrimSpace(in.Requester.Email) == "":
		bad.Add("name", "who.missing", "Choose who is calling, or enter a name and a number.")
	}
	if in.Ending == "" {
		bad.Add("ending", "ending.missing", "Choose how the call ends: solved, a promise, or another team.")
	}
	if strings.TrimSpace(in.Words) == "" && in.Ref == "" {
		bad.Add("words", "words.missing", "Write down what they said.")
	}
	if in.Promise.Start, err = startIn(f.Get("start")); err != nil {
		bad.Add("start", "start.missing", "Choose one of the times.")
	}
	in.Promise.Skill = in.Skill
	if in.Ending == "promise" {
		in.Promise.Kind = desk.Callback
		if in.Requester.ID == 0 {
			in.Channel = desk.ByVoice
		}
	}
	return in, bad.Err()
}

// callField gives the field of the page for a field of an error.
var callField = map[string]string{"requester.name": "name", "requester.phone": "phone", "requester.email": "email", "subject": "words", "start": "call-when", "due": "call-when"}

// showCall draws a call with everything that was typed.
func (h *handler) showCall(w http.ResponseWriter, r *http.Request, s signed, status int, f url.Values, wrong error) error {
	clients, err := h.app.Clients(r.Context(), s.v)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(f.Get("client"), 10, 64) // what is no number is no hospital
	if len(clients) == 1 {
		id = int64(clients[0].ID)
	}
	v := view.CallView{
		Key: f.Get("key"), Hospitals: clientOptions(clients, desk.ClientID(id), "Choose the hospital"), From: f.Get("q"), Name: f.Get("name"), Phone: f.Get("phone"),
		Email: f.Get("email"), Voicemail: f.Get("voicemail") != "", Words: f.Get("words"), Note: f.Get("note"),
	}
	if f.Get("kept") != "" {
		v.Saved = "What you typed before was kept."
	}
	for _, k := range []desk.RequesterKind{desk.Patient, desk.Clinician, desk.Employee} {
		v.Kinds = append(v.Kinds, view.Option{Value: string(k), Text: kindName(k), Checked: f.Get("kind") == string(k)})
	}
	for _, l := range words.Langs {
		v.Langs = append(v.Langs, view.Option{Value: string(l), Text: l.Name(), Checked: f.Get("lang") == string(l)})
	}
	v.Checks = checks(f.Get("proof"))
	for _, e := range [][3]string{{"solved", "Solved on this call", "We ask by text if it is fixed."}, {"promise", "We promise a call back", ""}, {"team", "Send to another team", "They take it in this time."}} {
		v.Endings = append(v.Endings, view.Option{Value: e[0], Text: e[1], Hint: e[2], Checked: f.Get("ending") == e[0]})
	}
	skill := cmp.Or(f.Get("skill"), app.DefaultSkill(desk.RequesterKind(f.Get("kind"))))
	skills, err := h.app.Skills(r.Context())
	if err != nil {
		return err
	}
	for _, k := range skills {
		v.Skills = append(v.Skills, view.Option{Value: k.Code, Text: k.Name, Checked: k.Code == skill})
	}
	v.Picker = view.PickerView{ID: "call-when", Name: "start", Legend: "When will we call?", Empty: "Choose the hospital first.", Hotkey: "F4"}
	for _, c := range clients {
		if int64(c.ID) != id {
			continue
		}
		bar := callHospital(c, s, f.Get("lang"), h.app.Now())
		v.Hospital = &bar
		if v.Callers, err = h.callers(r.Context(), s, c, f.Get("q"), f.Get("who")); err != nil {
			return err
		}
		if v.Picker, err = h.callPicker(r.Context(), s, c, skill, f); err != nil {
			return err
		}
	}
	if v.Similar, err = h.similar(r.Context(), s, f.Get("words"), f.Get("lang")); err != nil {
		return err
	}
	title := "New call"
	if wrong != nil {
		title = "Error: New call"
		v.Problems = callProblems(wrong)
		v.ClientErr, v.Callers.Error, v.NameErr, v.WordsErr = field(wrong, "client"), field(wrong, "who"), field(wrong, "name")+field(wrong, "requester.name"), field(wrong, "words")+field(wrong, "subject")
		v.PhoneErr, v.EmailErr, v.EndingErr = field(wrong, "requester.phone"), field(wrong, "requester.email"), field(wrong, "ending")
		v.SkillErr, v.NoteErr, v.Picker.Error = field(wrong, "skill"), field(wrong, "note"), field(wrong, "start")+field(wrong, "due")
		if e, ok := wrong.(*desk.Error); ok && len(e.Fields) == 0 {
			v.Picker.Error = e.Message
		}
	}
	p, err := h.shell(r, s, title, "")
	if err != nil {
		return err
	}
	p.Wide = true
	if p.Strip != nil {
		p.Strip.NoKey = true // on a call F4 leads to the times, never away
	}
	p.Live.PartURL += "?list=no&call=yes"
	if v.Begun, err = h.callsBegun(r, s, v.Key); err != nil {
		return err
	}
	for _, c := range v.Begun.Calls {
		p.Commands = append(p.Commands, view.Command{Text: "Back to the call " + c.Text, URL: c.URL, Icon: "phone-call"})
	}
	h.render(w, r, status, within(view.Staff(p), view.Call(v)))
	return nil
}

func firstName(name string) string {
	name, _, _ = strings.Cut(name, " ")
	return name
}

func callProblems(err error) (list []view.Problem) {
	e, ok := err.(*desk.Error)
	if !ok {
		return nil
	}
	for _, f := range e.Fields {
		list = append(list, view.Problem{FieldID: cmp.Or(callField[f.Field], f.Field), Text: f.Message})
	}
	if len(list) == 0 {
		list = append(list, view.Problem{FieldID: "call-when", Text: e.Message})
	}
	return list
}

// callPicker is the choice of windows for a call.
func (h *handler) callPicker(ctx context.Context, s signed, c desk.Client, skill string, f url.Values) (view.PickerView, error) {
	to := "the number we have"
	if words.Parse(f.Get("lang")) == words.ES {
		to = "número que tenemos"
	}
	for _, typed := range []string{f.Get("phone"), f.Get("q")} {
		if n, err := desk.ParsePhone(typed); err == nil {
			to = n.String()
			break
		}
	}
	p, err := h.picker(ctx, s.v, c, skill, f.Get("lang"), to, f.Get("start"), "call-when")
	p.Hotkey = "F4"
	return p, err
}

// callers lists who may be calling; chosen is what was picked before.
func (h *handler) callers(ctx context.Context, s signed, c desk.Client, asked, chosen string) (view.CallersView, error) {
	v := view.CallersView{Asked: strings.TrimSpace(asked) != "", New: chosen == "new"}
	if !v.Asked {
		return v, nil
	}
	found, err := h.app.FindCallers(ctx, s.v, c.ID, asked)
	if err != nil {
		if desk.Is(err, desk.Invalid) {
			v.Error = said(err)
			return v, nil
		}
		return v, err
	}
	loc, now := clientZone(c), h.app.Now()
	for _, m := range found {
		id := strconv.FormatInt(int64(m.ID), 10)
		hit := view.CallerHit{Value: id, Name: orDash(m.Name), Why: m.Why, Maybe: m.Why == "name matches", Checked: chosen == id}
		facts := []string{kindName(m.Kind), language(m.Lang)}
		for _, a := range m.Addresses {
			facts = append(facts, addressText(a))
		}
		facts = append(facts, count(m.Tickets, "question"))
		if !m.LastAt.IsZero() {
			facts = append(facts, "last "+clock(m.LastAt, loc, now))
		}
		hit.Facts = strings.Join(facts, " · ")
		for _, t := range m.Open {
			value := id + ":" + string(t.Ref)
			hit.Open = append(hit.Open, view.Option{Value: value, Text: "About " + string(t.Ref) + ": " + t.Subject, Checked: chosen == value})
		}
		v.Hits = append(v.Hits, hit)
	}
	return v, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// similar is what is known about the words so far, red flags first.
func (h *handler) similar(ctx context.Context, s signed, text, lang string) (view.SimilarView, error) {
	v := view.SimilarView{SayLang: string(words.Parse(lang))}
	if flag := desk.Worst(desk.RedFlags(text)); flag != desk.FlagNone {
		v.Flag = flags[flag] + ". " + flagText[flag]
		if words.Has("say." + string(flag)) {
			v.Say = "“" + words.T(words.Parse(lang), "say."+string(flag)) + "”"
		}
	}
	if len(strings.Fields(text)) < similarFrom {
		return v, nil
	}
	v.Asked = true
	known, err := h.app.Similar(ctx, s.v, text)
	if err != nil {
		return v, err
	}
	v.Hits, v.Same = answerHits(known.Answers, lang), asked(known)
	if len(known.Answers) > 0 {
		v.Level = levels[known.Answers[0].Tier]
	}
	return v, nil
}

// asked says how many asked the like.
func asked(k app.SimilarTo) string {
	if k.Asked == 0 {
		return "Nobody asked this in the last 30 days."
	}
	many := ""
	if k.Asked >= 100 {
		many = "At least "
	}
	return many + count(k.Asked, "question") + " like this in 30 days, at " + count(k.Clients, "hospital") + ". " + strconv.Itoa(k.Open) + " still open."
}

// GET /desk/call/done/{ref}
func (h *handler) callDone(w http.ResponseWriter, r *http.Request, s signed) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	page, err := h.app.TicketPage(r.Context(), s.v, ref)
	if err != nil {
		return err
	}
	p, err := h.shell(r, s, "The call is saved", "")
	if err != nil {
		return err
	}
	p.Wide = true
	now, loc := h.app.Now(), clientZone(page.Client)
	v := view.DoneView{Ref: string(ref), Spoken: ref.Spoken(), URL: ticketURL(ref), NewURL: "/desk/call/new"}
	for _, line := range page.Promises {
		if !line.Promise.State.Live() {
			continue
		}
		text := promised(line.Promise, loc, now) + "."
		if line.Promise.Kind == desk.Confirm {
			text = "We asked by text: “Is it fixed?” The question stays open until the person says yes."
		} else if line.Owner != "" {
			text += " Owner: " + line.Owner + "."
		}
		v.Lines = append(v.Lines, text)
		if pr := line.Promise; pr.Kind == desk.Callback && v.Say == "" {
			to := "the number we have"
			if n, ok := callable(page); ok {
				to = n.String()
			}
			v.Say, v.SayLang = sayPromise(page.Ticket.Lang, app.Window{Start: pr.Start, End: pr.Due}, to, loc, now), page.Ticket.Lang
		}
	}
	if a, ok := addressOf(page); ok {
		v.Lines = append(v.Lines, "The link to the page of this question goes to "+addressText(a)+" now.")
	}
	h.render(w, r, http.StatusOK, within(view.Staff(p), view.Done(v)))
	return nil
}

// partClient gives the hospital of a fragment; ok is false while none is chosen.
func (h *handler) partClient(r *http.Request, s signed) (c desk.Client, ok bool, err error) {
	id, err := strconv.ParseInt(r.PostForm.Get("client"), 10, 64)
	if err != nil {
		return c, false, nil // none is chosen yet
	}
	c, err = h.app.Client(r.Context(), s.v, desk.ClientID(id))
	return c, err == nil, err
}

// POST /desk/similar: what is known about the words so far.
func (h *handler) similarPart(w http.ResponseWriter, r *http.Request, s signed) error {
	v, err := h.similar(r.Context(), s, r.PostForm.Get("words"), r.PostForm.Get("lang"))
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, all(view.Similar(v), view.LevelSwap(v.Level)))
	return nil
}

// POST /desk/windows: the choice of windows.
func (h *handler) windowsPart(w http.ResponseWriter, r *http.Request, s signed) error {
	c, ok, err := h.partClient(r, s)
	if err != nil {
		return err
	}
	v := view.PickerView{ID: "call-when", Name: "start", Legend: "When will we call?", Empty: "Choose the hospital first.", Hotkey: "F4"}
	if ok {
		if v, err = h.callPicker(r.Context(), s, c, r.PostForm.Get("skill"), r.PostForm); err != nil {
			return err
		}
	}
	h.render(w, r, http.StatusOK, view.PromisePicker(v))
	return nil
}

// POST /desk/callers: who may be calling.
func (h *handler) callersPart(w http.ResponseWriter, r *http.Request, s signed) error {
	c, ok, err := h.partClient(r, s)
	if err != nil {
		return err
	}
	v := view.CallersView{}
	if ok {
		if v, err = h.callers(r.Context(), s, c, r.PostForm.Get("q"), ""); err != nil {
			return err
		}
	} else if r.PostForm.Get("q") != "" {
		v.Error = "Choose the hospital first."
	}
	h.render(w, r, http.StatusOK, view.Callers(v))
	return nil
}

// POST /desk/call/hospital: the bar of the hospital, and its windows.
func (h *handler) hospitalPart(w http.ResponseWriter, r *http.Request, s signed) error {
	c, ok, err := h.partClient(r, s)
	if err != nil || !ok {
		return err
	}
	f := r.PostForm
	pick, err := h.callPicker(r.Context(), s, c, f.Get("skill"), f)
	if err != nil {
		return err
	}
	found, err := h.callers(r.Context(), s, c, f.Get("q"), "")
	if err != nil {
		return err
	}
	h.render(w, r, http.StatusOK, view.CallHospital(callHospital(c, s, f.Get("lang"), h.app.Now()), pick, found))
	return nil
}

func callHospital(c desk.Client, s signed, lang string, now time.Time) view.HospitalView {
	v := hospital(c, now)
	v.Facts = []string{"They dialed " + desk.Phone(c.Phone).String()}
	v.AnswerAs = "Say: “" + words.T(words.Parse(lang), "say.hello", "client", c.Name, "name", firstName(s.who.Name)) + "”"
	return v
}
