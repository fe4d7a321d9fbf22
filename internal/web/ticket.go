package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
)

// tried is a form that could not be taken: the page comes again with what was typed and why.
type tried struct {
	act  string // "reply", "note", "promise" …
	id   desk.PromiseID
	form url.Values
	err  error
}

// is reports whether t is that act, on that promise.
func (t tried) is(act string, id desk.PromiseID) bool {
	return t.act == act && t.id == id && t.err != nil
}

// newKey makes the key of a form, by which a double submit is known.
func newKey() string { return rand.Text() }

// GET /desk/t/{ref}
func (h *handler) ticketPage(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.showTicket(w, r, s, http.StatusOK, tried{})
}

// ticketAct does an act on a ticket and shows the ticket. When it could not be done because of what
// was typed, or because something has changed, the page comes with the typed words.
func (h *handler) ticketAct(w http.ResponseWriter, r *http.Request, s signed, name string, tab string, act func(ref desk.Ref, id desk.PromiseID) error) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	var id int64
	if r.PathValue("id") != "" {
		if id, err = pathID(r); err != nil {
			return err
		}
	}
	err = act(ref, desk.PromiseID(id))
	switch {
	case err == nil:
		back := localPath(r.FormValue("back"))
		if back == "" {
			back = ticketURL(ref) + tab
		}
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	case typedWrong(err):
		if name == "reply" || name == "note" {
			// What comes back on the page is kept, too: whoever goes away from it loses nothing.
			kept := h.app.KeepTyped(r.Context(), s.v, app.Typed{Ref: ref, Place: name, Body: r.PostForm.Get("text")})
			if kept != nil && !desk.Is(kept, desk.TooLarge) {
				return kept
			}
		}
		status := http.StatusUnprocessableEntity
		if desk.Is(err, desk.Conflict) {
			status = http.StatusConflict
		}
		return h.showTicket(w, r, s, status, tried{act: name, id: desk.PromiseID(id), form: r.PostForm, err: err})
	}
	return err
}

// POST /desk/t/{ref}/replies
func (h *handler) reply(w http.ResponseWriter, r *http.Request, s signed) error {
	tab, next := "", desk.MacroNext(r.PostForm.Get("next"))
	switch r.PostForm.Get("do") {
	case "insert":
		return h.insert(w, r, s)
	case "discard":
		return h.ticketAct(w, r, s, "discard", "", func(ref desk.Ref, _ desk.PromiseID) error {
			return h.app.KeepTyped(r.Context(), s.v, app.Typed{Ref: ref, Place: "reply"})
		})
	}
	if kind := next.Promise(); kind != "" && nextView(next) != nil {
		tab = onPromise + "&make=yes&kind=" + string(kind) + "#promise-make"
	}
	return h.ticketAct(w, r, s, "reply", tab, func(ref desk.Ref, _ desk.PromiseID) error {
		seq, _ := strconv.Atoi(r.PostForm.Get("seq")) // without a number the writer is not warned of newer words
		_, err := h.app.Reply(r.Context(), s.v, ref, app.Words{Body: r.PostForm.Get("text"), Key: r.PostForm.Get("key"), Seq: seq, Ask: next == desk.NextAsk})
		return err
	})
}

// POST /desk/t/{ref}/notes
func (h *handler) addNote(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "note", "", func(ref desk.Ref, _ desk.PromiseID) error {
		_, err := h.app.AddNote(r.Context(), s.v, ref, app.Words{Body: r.PostForm.Get("text"), Key: r.PostForm.Get("key")})
		return err
	})
}

// POST /desk/t/{ref}/owner: to whom, "0" for nobody; without a name to the viewer.
func (h *handler) assign(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "assign", "", func(ref desk.Ref, _ desk.PromiseID) error {
		to, err := staffIn(r, s)
		if err != nil {
			return err
		}
		return h.app.Assign(r.Context(), s.v, ref, to)
	})
}

// staffIn reads to whom something is given.
func staffIn(r *http.Request, s signed) (desk.StaffID, error) {
	to := r.PostForm.Get("to")
	if to == "" {
		return s.v.Staff, nil
	}
	n, err := strconv.ParseInt(to, 10, 64)
	if err != nil {
		return 0, desk.Fields{{Field: "to", Code: "staff.not_here", Message: "Choose somebody from the list."}}.Err()
	}
	return desk.StaffID(n), nil
}

// POST /desk/t/{ref}/questions-if-fixed
func (h *handler) askIfFixed(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "ask", "", func(ref desk.Ref, _ desk.PromiseID) error { return h.app.AskIfFixed(r.Context(), s.v, ref) })
}

// POST /desk/t/{ref}/void
func (h *handler) voidTicket(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "void", "?tab=caller", func(ref desk.Ref, _ desk.PromiseID) error {
		return h.app.VoidTicket(r.Context(), s.v, ref, r.PostForm.Get("reason"))
	})
}

// POST /desk/t/{ref}/title
func (h *handler) retitle(w http.ResponseWriter, r *http.Request, s signed) error {
	return h.ticketAct(w, r, s, "title", "", func(ref desk.Ref, _ desk.PromiseID) error {
		return h.app.Retitle(r.Context(), s.v, ref, r.PostForm.Get("title"))
	})
}

// showTicket draws the ticket between the queue and what belongs to it.
func (h *handler) showTicket(w http.ResponseWriter, r *http.Request, s signed, status int, t tried) error {
	ref, err := pathRef(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	ask := queueAsked(query)
	filter := ask.filter()
	screen, err := h.app.Screen(r.Context(), s.v, app.ScreenParts{Queue: &filter, Ref: ref})
	if err != nil {
		return err
	}
	page := screen.Ticket
	list, err := h.queueView(r.Context(), s, screen.Queue, ask, ref)
	if err != nil {
		return err
	}
	p := h.shellWith(screen.Strip, r, s, page.Ticket.Subject+" – "+string(ref), "/desk")
	if t.err != nil {
		p.Title = "Error: " + p.Title
	}
	now := h.app.Now()
	one, err := h.ticketView(r.Context(), page, s, t, now)
	if err != nil {
		return err
	}
	if page.Ticket.State.Open() {
		p.Commands = append(p.Commands, view.Command{Text: "Same question as …", URL: mergeURL(ref, ""), Icon: "route"})
	}
	if one.Reply != nil && one.Reply.Insert != nil {
		for _, o := range one.Reply.Insert.Texts {
			p.Commands = append(p.Commands, view.Command{Text: "Insert: " + o.Text, Icon: "sticky-note", Macro: o.Value})
		}
	}
	p.Live.URL = "/desk/live?ref=" + string(ref) + "&told=" + s.told
	p.CallerLang = page.Ticket.Lang
	part := url.Values{"ref": {string(ref)}}
	for name, value := range queryOf(ask) {
		part[name] = value
	}
	p.Live.PartURL += "?" + part.Encode()
	right, err := h.contextOf(r.Context(), query, s, page, ask, t, now)
	if err != nil {
		return err
	}
	h.render(w, r, status, within(view.Staff(p), view.Panes(panesView(page, one, ask, query, t), view.QueuePane(list), view.TicketPane(one), view.Context(right))))
	return nil
}

// panesView says which screens there are; on a phone one is seen at a time.
func panesView(p app.TicketPage, one view.TicketView, ask queueAsk, query url.Values, t tried) view.PanesView {
	v := view.PanesView{Open: true, BackURL: "/desk" + ask.query(), Back: "Back to the queue"}
	if query.Get("from") == "mine" {
		v.BackURL, v.Back = "/promises?mine=yes", "Back to my promises"
	}
	v.Write = t.act == "reply" || t.act == "insert" || one.Note.Open && t.err != nil
	v.Bar = &view.ActBarView{Text: one.Reply != nil, Drafts: [2]bool{p.Typed["reply"] != "", p.Typed["note"] != ""}}
	if n, ok := callable(p); ok {
		v.Bar.CallURL, v.Bar.Silent = "tel:"+n.E164(), !mayLeaveMessage(p)
	}
	return v
}

func queryOf(a queueAsk) url.Values {
	q, err := url.ParseQuery(trimQuery(a.query()))
	if err != nil {
		return nil
	}
	return q
}

func trimQuery(s string) string {
	if s == "" {
		return ""
	}
	return s[1:]
}

// first is what the page calls the person.
func first(p app.TicketPage) string {
	if name := p.Requester.First(); name != "" {
		return name
	}
	return "The caller"
}

// addressOf gives the address by which the person hears from us.
func addressOf(p app.TicketPage) (desk.Address, bool) {
	for _, a := range p.Addresses {
		if a.ID == p.Ticket.Address {
			return a, true
		}
	}
	return desk.Address{}, false
}

// callable gives the number to call.
func callable(p app.TicketPage) (desk.Phone, bool) {
	if a, ok := addressOf(p); ok && a.Kind == desk.PhoneAddress {
		return desk.Phone(a.Value), true
	}
	for _, a := range p.Addresses {
		if a.Kind == desk.PhoneAddress {
			return desk.Phone(a.Value), true
		}
	}
	return "", false
}

// answered reports whether anybody has told the person anything yet.
func answered(p app.TicketPage) bool {
	promised := make([]desk.Promise, len(p.Promises))
	for i, line := range p.Promises {
		promised[i] = line.Promise
	}
	return p.Ticket.Answered(p.Messages, promised)
}

// mayLeaveMessage reports whether the person agreed, with this question, to a message on their voicemail.
func mayLeaveMessage(p app.TicketPage) bool {
	return slices.ContainsFunc(p.Promises, func(line app.PromiseLine) bool { return line.Promise.Voicemail })
}

// voicemail says what whoever calls may leave.
func voicemail(may bool) string {
	if may {
		return "A message that says who we are is allowed."
	}
	return "No message on the voicemail."
}

func addressText(a desk.Address) string {
	if a.Kind == desk.PhoneAddress {
		return desk.Phone(a.Value).String()
	}
	return a.Value
}

// ticketView is the pane in the middle.
func (h *handler) ticketView(ctx context.Context, p app.TicketPage, s signed, t tried, now time.Time) (view.TicketView, error) {
	tk, loc, name := p.Ticket, clientZone(p.Client), first(p)
	base := ticketURL(tk.Ref)
	v := view.TicketView{Hospital: hospital(p.Client, now), Timeline: timeline(p, loc, now), AskForm: "ask-fixed"}
	for _, al := range p.Alerts {
		v.Alerts = append(v.Alerts, alertView(al, s.v.Leads(), base))
	}
	redFlagsFirst(v.Alerts)
	if tk.State.Open() {
		v.NotSent, v.Instead, v.Call = notSent(p, name, loc, now)
	}
	here := h.app.Here(s.v)[tk.Ref]
	v.Head = ticketHead(p, t, loc, now)
	v.Head.Here = hereText(here)
	switch {
	case tk.Owner == s.v.Staff:
		v.Owner = "You have it."
	case p.Owner != "":
		v.Owner = p.Owner + " has it."
	default:
		v.Owner = "Nobody has it."
	}
	if tk.Owner != 0 && !tk.State.Open() || tk.Owner == s.v.Staff {
		v.Head.Person += " · " + strings.TrimSuffix(v.Owner, ".")
	}
	if !tk.State.Open() {
		v.Closed = closed[tk.State]
		if p.Into != "" {
			v.GoesOn, v.Head.Retitle = view.Link{URL: ticketURL(p.Into), Text: "question " + string(p.Into)}, nil
		}
	} else {
		v.Same = sameQuestion(p)
		if tk.Owner != s.v.Staff {
			v.TakeURL = base + "/owner"
		}
		v.Reply = &view.ReplyView{
			Action: base + "/replies", Person: name, Via: via(p), Send: send(p, name), Draft: "reply-" + string(tk.Ref), DraftURL: typedURL(tk.Ref, "reply"), Key: newKey(), Seq: strconv.Itoa(tk.Seq),
			Text: p.Typed["reply"], Writing: writing(here), Discard: p.Typed["reply"] != "",
			Other: []view.ButtonView{{Text: "Promise", Icon: "hourglass", Second: true, Key: "p", URL: "?tab=promise&make=yes#promise-make"}},
		}
		if tk.State != desk.Asked {
			v.Reply.Other = append(v.Reply.Other, view.ButtonView{Text: "Wait", Icon: "circle-pause", Second: true, URL: "?tab=promise&wait=yes#wait"})
			if answered(p) {
				v.AskURL = base + "/questions-if-fixed"
				v.Reply.Other = append(v.Reply.Other, view.ButtonView{Text: "Ask “Is it fixed?”", Icon: "circle-check", Second: true, Key: "e", Hotkey: "e", Form: v.AskForm})
			} else {
				v.Reply.NotYet = "“Is it fixed?” can be asked once somebody has answered. Write or call first."
			}
		}
	}
	v.Note = view.NoteView{Action: base + "/notes", Person: name, Draft: "note-" + string(tk.Ref), DraftURL: typedURL(tk.Ref, "note"), Key: newKey(), Text: p.Typed["note"], Open: p.Typed["note"] != ""}
	if v.Note.Open {
		v.Note.Saved = "What you typed before was kept."
	}
	if v.Reply != nil {
		insert, err := h.insertView(ctx, s, tk.Ref, t)
		if err != nil {
			return v, err
		}
		v.Reply.Insert = insert
		if v.Reply.Discard {
			v.Reply.Saved = "What you typed before was kept."
		}
	}
	typedBack(&v, t, tk.State.Open())
	if text := homeless(p, t); text != "" {
		v.Note.Text, v.Note.Open = text, true
	}
	if v.Reply != nil {
		v.Reply.Hints = hints(v.Reply.Text, tk.Lang)
	}
	return v, nil
}

// ticketHead says whose question it is, with what must be seen at once.
func ticketHead(p app.TicketPage, t tried, loc *time.Location, now time.Time) view.TicketHeadView {
	tk := p.Ticket
	v := view.TicketHeadView{Title: tk.Subject, Ref: string(tk.Ref), Person: person(p), Retitle: &view.RetitleView{Action: ticketURL(tk.Ref) + "/title", Title: tk.Subject}}
	if t.is("title", 0) {
		v.Retitle.Title, v.Retitle.Error = t.form.Get("title"), said(t.err)
	}
	if p.Requester.Proven {
		v.Tags = append(v.Tags, view.TagView{Kind: view.TagVerified, Text: "Identity checked"})
	} else {
		v.Tags = append(v.Tags, view.TagView{Kind: view.TagWaiting, Icon: "shield-alert", Text: "Identity not checked"})
	}
	if len(p.Promises) > 0 && p.Promises[0].Promise.State.Live() {
		tag := promiseTag(p.Promises[0].Promise, p.Promises[0].Look, tk.State, loc, now)
		tag.ID = "head-tag"
		v.Tags = append(v.Tags, tag)
	}
	return v
}

// typedBack puts what could not be taken back into its composer, or says why at the top.
func typedBack(v *view.TicketView, t tried, open bool) {
	switch {
	case t.act == "insert" && v.Reply != nil:
		v.Reply.Text, v.Reply.Key, v.Reply.Next, v.Reply.Saved = t.form.Get("text"), t.form.Get("key"), nextView(desk.MacroNext(t.form.Get("next"))), "Nothing is sent yet."
	case t.err == nil:
	case t.act == "reply" && v.Reply != nil:
		v.Reply.Text, v.Reply.Error, v.Reply.Key = t.form.Get("text"), said(t.err), t.form.Get("key")
		if taken(t.err) {
			v.Reply.Key = newKey()
		}
		v.Reply.Next, v.Reply.Discard, v.Reply.Saved = nextView(desk.MacroNext(t.form.Get("next"))), true, ""
		if field(t.err, "macro") != "" {
			v.Reply.Error = ""
		}
	case t.act == "note":
		v.Note.Text, v.Note.Error, v.Note.Key, v.Note.Open = t.form.Get("text"), said(t.err), t.form.Get("key"), true
		if taken(t.err) {
			v.Note.Key = newKey()
		}
	case t.act == "reply" || t.act == "ask" || t.act == "assign" || t.act == "void" && !open:
		v.Error = said(t.err)
	}
}

// taken reports whether the key of a form stands for other words already: it cannot be sent with it again.
func taken(err error) bool {
	e, ok := err.(*desk.Error)
	return ok && e.Code == "idempotency.differs"
}

// homeless gives the words of a form that is no longer on the page, because the question was closed or
// the promise has ended meanwhile: they stay, as a note that is not saved yet.
func homeless(p app.TicketPage, t tried) string {
	if t.err == nil {
		return ""
	}
	open := p.Ticket.State.Open()
	switch t.act {
	case "reply":
		if !open {
			return t.form.Get("text")
		}
	case "void":
		if !open {
			return t.form.Get("reason")
		}
	case "make":
		if !open {
			return strings.TrimSpace(t.form.Get("text") + " " + t.form.Get("override"))
		}
	case "keep":
		for _, line := range p.Promises {
			if line.Promise.ID == t.id && line.Promise.State.Live() {
				return ""
			}
		}
		return t.form.Get("note")
	}
	return ""
}

// closed says why nothing can be written to the person any more.
var closed = map[desk.TicketState]string{
	desk.Confirmed:   "The person said that it is fixed. Only the person can open it again.",
	desk.Unconfirmed: "Closed without a word from the person, after two reminders. Only the person can open it again.",
	desk.NotNeeded:   "The person does not need it any more.",
	desk.Void:        "Void: spam or a duplicate.",
	desk.Merged:      "Merged: it goes on, with what was promised, in",
}

// via says how the words get to the person.
func via(p app.TicketPage) string {
	a, ok := addressOf(p)
	switch {
	case !ok || p.Ticket.Channel == desk.ByWeb:
		return "No number and no email: it stands on the page of the question."
	case a.Kind == desk.PhoneAddress && !a.Texts():
		return "No text reaches an extension. It stands on the page of the question; call " + addressText(a) + "."
	case !a.StoppedAt.IsZero():
		return addressText(a) + " wants no texts. It stands on the page of the question; call to be sure."
	case !a.FailedAt.IsZero():
		return addressText(a) + " could not be reached. It stands on the page of the question; call to be sure."
	case a.Kind == desk.EmailAddress:
		return "We email a link to " + a.Value + "; the words stay on the page."
	}
	return "We text a link to " + addressText(a) + "; the words stay on the page."
}

func send(p app.TicketPage, name string) string {
	if name == "The caller" {
		name = "the caller"
	}
	a, ok := addressOf(p)
	switch {
	case !ok || p.Ticket.Channel == desk.ByWeb:
		return "Answer " + name
	case a.Kind == desk.EmailAddress:
		return "Email " + name
	}
	return "Text " + name
}

// person is the line about who asks.
func person(p app.TicketPage) string {
	s := kindName(p.Requester.Kind) + " · " + language(p.Ticket.Lang)
	if n, ok := callable(p); ok {
		s += " · " + n.String()
	}
	if need := needs(p.Ticket.Needs); need != "" {
		s += " · " + need
	}
	return s
}

func kindName(k desk.RequesterKind) string {
	switch k {
	case desk.Clinician:
		return "Clinician"
	case desk.Employee:
		return "Employee"
	}
	return "Patient"
}

// flags names where words of danger lead.
var flags = map[desk.Flag]string{
	desk.FlagEmergency: "Red flag: 911",
	desk.FlagCrisis:    "Red flag: 988",
	desk.FlagNurse:     "Red flag: nurse",
	desk.FlagSafety:    "Red flag: safety",
	desk.FlagPrivacy:   "Red flag: privacy",
}

// flagText says what to do at once.
var flagText = map[desk.Flag]string{
	desk.FlagEmergency: "Call 911 first. Then stay with the person.",
	desk.FlagCrisis:    "Call or text 988 first. Stay on the line.",
	desk.FlagNurse:     "Nurse line now, by warm transfer.",
	desk.FlagSafety:    "Patient-safety event: tell the safety officer now.",
	desk.FlagPrivacy:   "Privacy or security event: tell the privacy officer now.",
}
