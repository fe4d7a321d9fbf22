package web

import (
	"slices"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// soonBefore is how long before the window the card says that we are about to call.
const soonBefore = 15 * time.Minute

// when is the time of what is promised: the window of a call, the latest instant of anything else.
func (t tracker) when() string { return t.whenOf(t.Promise) }

func (t tracker) whenOf(p desk.Promise) string {
	if p.Kind == desk.Callback && p.Start.Before(p.Due) {
		return t.window(p.Start, p.Due)
	}
	return t.by(p.Due)
}

// sentence says the whole promise: "We will call you tomorrow, Wednesday, June 3, between …".
func (t tracker) sentence() string { return t.sentenceOf(t.Promise) }

func (t tracker) sentenceOf(p desk.Promise) string {
	switch {
	case p.ID == 0 || p.Kind == desk.Confirm:
		return ""
	case p.Kind == desk.Callback && p.Start.Before(p.Due):
		return t.t("track.scheduled.text", "window", t.whenOf(p))
	case p.Kind == desk.Callback:
		return t.t("track.scheduled.by", "by", t.whenOf(p))
	case p.Kind == desk.Reply:
		return t.t("track.reply.text", "by", t.whenOf(p))
	case p.Kind == desk.Fix:
		return t.t("track.fix.text", "by", t.whenOf(p))
	}
	return t.t("track.update.text", "by", t.whenOf(p))
}

// state is the first words of the title of the page: the state, without its full stop.
func (t tracker) state(c view.PromiseCardView) string {
	return strings.TrimRight(c.Title, ".")
}

// card says what is promised, by the clock of the desk.
func (t tracker) card() view.PromiseCardView {
	c := t.look()
	if t.Ticket.State.Open() && t.Ticket.WaitingFor != desk.WaitPerson && t.wrote() {
		c.Lines = append([]string{t.t("track.wrote")}, c.Lines...)
		c.Actions = append(c.Actions, view.ButtonView{URL: t.url(t.link + "/question"), Text: t.t("track.wrote.read"), Second: true})
	}
	if c.Say == "" {
		c.Say = strings.TrimSpace(strings.TrimRight(c.Title, ".") + ". " + c.When)
	}
	return c
}

func (t tracker) look() view.PromiseCardView {
	p, now := t.Promise, t.now
	again := []view.ButtonView{{URL: t.url(t.link + "/reopening"), Text: t.t("track.closed.reopen"), Second: true}}
	switch t.Ticket.State {
	case desk.Confirmed:
		return view.PromiseCardView{Look: view.CardConfirmed, Title: t.t("track.confirmed"), Lines: []string{t.t("track.confirmed.stays")}, Actions: again}
	case desk.Unconfirmed:
		return view.PromiseCardView{Look: view.CardWithdrawn, Title: t.t("track.closed"), Lines: []string{t.t("track.closed.stays")}, Actions: again}
	case desk.NotNeeded:
		again[0].Text = t.t("track.withdrawn.reopen")
		return view.PromiseCardView{Look: view.CardWithdrawn, Title: t.t("track.withdrawn"), Lines: []string{t.t("track.withdrawn.stays")}, Actions: again}
	case desk.Void:
		return view.PromiseCardView{Look: view.CardWithdrawn, Title: t.t("track.closed"), Actions: []view.ButtonView{t.callUs(true)}}
	case desk.Asked:
		c := view.PromiseCardView{
			Look: view.CardAsked, Title: t.t("track.fixed.h1"), Lines: []string{t.t("track.asked"), t.t("track.fixed.tell")},
			Ask: &view.AskView{Action: t.url(t.link + "/confirmation"), Answers: []view.ButtonView{
				{Text: t.t("track.fixed.yes"), Name: "fixed", Value: "yes"},
				{Text: t.t("track.fixed.no"), Name: "fixed", Value: "no"},
			}},
		}
		if !t.CloseAt.IsZero() {
			c.Lines = append(c.Lines, t.t("track.silence.day", "day", words.Day(t.lang, t.CloseAt, t.zone, now)))
		}
		return c
	}
	if p.ID == 0 {
		return view.PromiseCardView{Look: view.CardScheduled, Title: t.t("track.working")}
	}
	if t.Broken != nil || !now.Before(p.BreaksAt()) && p.Kind != desk.Confirm {
		return t.broken()
	}
	c := view.PromiseCardView{Look: view.CardScheduled, When: upper(t.when()), Machine: t.machine(p.Start), Say: t.sentence()}
	from := t.t("track.from", "to", t.Reach, "phone", t.phone())
	late := t.t("track.late")
	c.Lines = []string{late}
	switch p.Kind {
	case desk.Callback:
		c.Title, c.Lines = t.t("track.scheduled"), []string{from, late}
	case desk.Reply:
		c.Title = t.t("track.reply")
	case desk.Fix:
		c.Title = t.t("track.fix")
	default:
		c.Title = t.t("track.update")
	}
	left := p.Start.Sub(now)
	switch {
	case t.Ticket.State == desk.Waiting && t.Ticket.WaitingFor == desk.WaitPerson:
		c.Look, c.Title = view.CardNeedsYou, t.t("track.need")
		c.Lines = []string{t.waits(), t.t("track.need.how"), t.sentence()}
		c.When, c.Machine = "", ""
		c.Say = t.t("track.need")
		c.Actions = []view.ButtonView{
			{URL: t.url(t.link + "/question"), Text: t.t("track.need.see")},
			{URL: t.url(t.link + "/words"), Text: t.t("track.add"), Second: true},
		}
	case !p.TryingAt.IsZero():
		c.Look, c.Title, c.Say = view.CardCalling, t.t("track.calling"), t.t("track.calling")
		c.Lines = []string{from}
	case p.Kind == desk.Callback && left > 0 && left <= soonBefore:
		c.Look, c.Title = view.CardSoon, t.t("track.soon")
		c.Say = c.Title
	case p.Kind == desk.Callback && left <= 0:
		c.Look = view.CardSoon
	case p.Tries > 0 && p.Kind == desk.Callback:
		c.Look, c.Title, c.Say = view.CardTried, t.t("track.tried"), ""
		c.When = t.t("track.tried.again", "window", t.when())
	default:
		t.latest(&c)
	}
	if t.Ticket.State == desk.Waiting && t.Ticket.WaitingFor != desk.WaitPerson {
		c.Lines = append([]string{t.waits()}, c.Lines...)
	}
	return c
}

// waits says what we wait for, and until when.
func (t tracker) waits() string {
	return t.t("track.wait."+string(t.Ticket.WaitingFor), "day", words.Day(t.lang, t.Ticket.WaitingUntil, t.zone, t.now))
}

// wrote reports whether the latest words are ours.
func (t tracker) wrote() bool {
	for _, l := range t.History {
		switch l.Event.Type {
		case desk.MessageOut:
			return true
		case desk.MessageIn, desk.SaidNotFixed:
			return false
		}
	}
	return false
}

// latest marks a card whose promise was moved, or made because it is not fixed.
func (t tracker) latest(c *view.PromiseCardView) {
	for _, l := range t.History {
		switch l.Event.Type {
		case desk.PromiseMoved:
			if l.Event.Data.New == t.Promise.ID && l.Event.Data.MovedBy == desk.MovedByUs {
				c.Look, c.Title, c.Say = view.CardMovedByUs, t.t("track.moved_by_us"), ""
				c.Lines = append([]string{t.sentence()}, c.Lines...)
			}
			return
		case desk.SaidNotFixed:
			c.Look, c.Title, c.Say = view.CardReopened, t.t(reopened(l.Event)), ""
			c.Lines = append([]string{t.sentence() + " " + t.t("track.reopened.same")}, c.Lines...)
			return
		case desk.PromiseMade, desk.MessageIn, desk.NumberChanged:
		case desk.PromiseKept:
			if l.Event.Data.Kind != desk.Confirm {
				return
			}
		default:
			return
		}
	}
}

// reopened is what the person told us with e: that it is not fixed, or, of what they did not need any more, that they do.
func reopened(e desk.Event) string {
	if e.Data.Outcome == string(desk.NotNeeded) {
		return "track.needed_again"
	}
	return "track.reopened"
}

// broken says that we did not do what we said, who sees to it now, and by when.
func (t tracker) broken() view.PromiseCardView {
	was := t.Promise
	if t.Broken != nil {
		was = *t.Broken
	}
	key := "track.broken"
	if was.Kind != desk.Callback {
		key = "track.broken.late"
	}
	c := view.PromiseCardView{Look: view.CardBroken, Title: t.t(key, "by", t.by(was.Due))}
	c.Actions = []view.ButtonView{t.callUs(false)}
	next := t.Promise
	switch {
	case t.Broken == nil || !t.now.Before(next.BreaksAt()):
		c.Lines = []string{t.t("track.broken.now")}
	case !next.TryingAt.IsZero():
		c.When = t.t("track.calling")
	default:
		who := t.Owner
		if who == "" {
			who = t.t("track.broken.someone")
		}
		verb := "track.broken.writes"
		if next.Kind == desk.Callback || t.ReachKind == desk.PhoneAddress && was.Kind == desk.Callback {
			verb = "track.broken.calls"
		}
		c.When, c.Machine = t.t(verb, "supervisor", who, "newby", t.by(next.Due)), t.machine(next.Due)
		if t.Owner != "" && t.OwnerLeads {
			c.Lines = append(c.Lines, t.t("track.broken.is", "supervisor", t.Owner))
		}
	}
	c.Lines = append(c.Lines, t.t("track.broken.callus", "phone", t.phone()))
	if t.canPick() {
		pick := "track.broken.pick"
		if !t.movesCall() {
			pick = "track.call_me"
		}
		c.Actions = append(c.Actions, view.ButtonView{URL: t.url(t.link + "/time"), Text: t.t(pick), Second: true})
	}
	c.Say = strings.TrimSpace(c.Title + " " + c.When)
	return c
}

func (t tracker) callUs(second bool) view.ButtonView {
	return view.ButtonView{URL: t.tel(), Text: t.t("common.call", "phone", t.phone()), Icon: "phone", Second: second}
}

// expert is who looks for the answer, in public words: "A MyChart expert". "" when not known.
func (t tracker) expert() string {
	if t.lang == words.ES {
		return t.Skill.PublicES
	}
	return t.Skill.Public
}

// steps say where the question is now.
func (t tracker) steps() []view.Step {
	done := func(s view.StepState) string { return t.t("track.step." + string(s)) }
	step := func(state view.StepState, key, meta string) view.Step {
		return view.Step{State: state, Word: done(state), Text: t.t(key), Meta: meta}
	}
	got := step(view.StepDone, "track.step.got", upper(t.instant(t.Ticket.OpenedAt)))
	got.Machine = t.machine(t.Ticket.OpenedAt)
	contact := "track.step.reply"
	if t.Promise.Kind == desk.Callback || t.Promise.ID == 0 && t.ReachKind == desk.PhoneAddress && t.Ticket.Channel == desk.ByVoice {
		contact = "track.step.call"
	}
	switch t.Ticket.State {
	case desk.Confirmed:
		return append(append([]view.Step{got}, t.contact()...), step(view.StepDone, "track.step.told", ""))
	case desk.Unconfirmed, desk.Void:
		return []view.Step{got, step(view.StepLast, "track.step.closed", "")}
	case desk.NotNeeded:
		return []view.Step{got, step(view.StepLast, "track.step.withdrawn", "")}
	case desk.Asked:
		return append(append([]view.Step{got}, t.contact()...), step(view.StepNow, "track.step.fixed", ""))
	}
	find := step(view.StepNow, "track.step.finding", "")
	if who := t.expert(); who != "" {
		find.Meta = upper(t.t("sent.next.expert", "who", who))
	}
	call := step(view.StepNext, contact, "")
	if t.Promise.ID != 0 && t.now.Before(t.Promise.Due) {
		call.Meta = upper(t.when())
		if t.Broken != nil {
			call.Meta = upper(t.by(t.Promise.Due)) // as the card says it
		}
	}
	if !t.Promise.TryingAt.IsZero() {
		find.State, find.Word, find.Meta = view.StepDone, done(view.StepDone), ""
		find.Text = t.t("track.step.looked")
		call.State, call.Word = view.StepNow, done(view.StepNow)
	}
	return []view.Step{got, find, call, step(view.StepLast, "track.step.fixed", t.t("track.step.notclose"))}
}

// contact are the steps between a question and "Is it fixed?", as far as they happened.
func (t tracker) contact() []view.Step {
	done := t.t("track.step." + string(view.StepDone))
	steps := []view.Step{{State: view.StepDone, Word: done, Text: t.t("track.step.found")}}
	for _, l := range t.History {
		key := ""
		switch t.happened(l.Event) {
		case "track.event.talked", "track.event.repaired":
			key = "track.step.talked"
		case "track.event.wrote":
			key = "track.step.wrote"
		default:
			continue
		}
		at := l.Event.HappenedAt
		return append(steps, view.Step{State: view.StepDone, Word: done, Text: t.t(key), Meta: upper(t.instant(at)), Machine: t.machine(at)})
	}
	return steps
}

// waitedAlready reports whether e only names the firm of a wait that the history has.
func (t tracker) waitedAlready(e desk.Event) bool {
	for _, l := range t.History {
		if o := l.Event; o.Type == desk.TicketWaiting && e.Type == o.Type && o.Data.Since == e.Data.Since && o.Seq < e.Seq {
			return true
		}
	}
	return false
}

// madeByMove reports whether e only makes the promise that a move, which the history tells, put in place of another.
func (t tracker) madeByMove(e desk.Event) bool {
	return e.Type == desk.PromiseMade && slices.ContainsFunc(t.History, func(l app.TrackerLine) bool {
		return l.Event.Type == desk.PromiseMoved && l.Event.Data.New == e.Data.Promise
	})
}

// history says what has happened, newest first, without words of the question.
func (t tracker) history() []view.HistoryEntry {
	out := []view.HistoryEntry{}
	for i, l := range t.History {
		key := t.happened(l.Event)
		if key == "" || l.Event.Type == desk.MessageIn && t.asked(i) || t.waitedAlready(l.Event) || t.madeByMove(l.Event) {
			continue
		}
		at := upper(t.instant(l.Event.HappenedAt))
		if l.Who != "" {
			at += " · " + t.t("track.by_person", "name", l.Who)
		}
		out = append(out, view.HistoryEntry{Text: t.t(key), Meta: at, Machine: t.machine(l.Event.HappenedAt)})
	}
	return out
}

// asked reports whether line i is the question itself: the first words, at the instant of opening.
func (t tracker) asked(i int) bool {
	for _, older := range t.History[i+1:] {
		if older.Event.Type == desk.MessageIn {
			return false
		}
	}
	return t.History[i].Event.HappenedAt.Equal(t.Ticket.OpenedAt)
}

// happened is the text of an event; "" for one that says nothing to the person.
func (t tracker) happened(e desk.Event) string {
	d := e.Data
	switch e.Type {
	case desk.TicketOpened:
		if t.Ticket.Via == desk.ViaPhone {
			return "track.event.called_us"
		}
		return "track.event.asked"
	case desk.PromiseMade:
		switch d.Kind {
		case desk.Confirm:
			return ""
		case desk.Callback:
			return "track.event.promised"
		case desk.Reply:
			return "track.event.promised.reply"
		}
		return "track.event.promised.news"
	case desk.PromiseTried:
		return "track.event.tried"
	case desk.PromiseKept:
		switch {
		case d.Outcome == "reached" && d.RepairOf != 0:
			return "track.event.repaired"
		case d.Outcome == "reached":
			return "track.event.talked"
		}
		return ""
	case desk.PromiseMoved:
		switch {
		case d.MovedBy == desk.MovedByUs:
			return "track.event.moved_by_us"
		case d.MovedBy == desk.MovedByPerson && d.Reason == "" && d.Kind != desk.Callback:
			return "track.event.call_me"
		case d.MovedBy == desk.MovedByPerson && d.Reason == "":
			return "track.event.moved_by_caller"
		}
		return ""
	case desk.PromiseBroken:
		if d.Kind == desk.Callback {
			return "track.event.broken"
		}
		return "track.event.broken.late"
	case desk.MessageIn:
		return "track.event.you_wrote"
	case desk.MessageOut:
		return "track.event.wrote"
	case desk.AskedIfFixed:
		return "track.event.asked_fixed"
	case desk.TicketWaiting:
		return "track.event.wait." + string(d.Waits)
	case desk.TicketResumed:
		if d.Outcome == "ended" {
			return "track.event.resumed"
		}
		return ""
	case desk.SaidFixed:
		return "track.event.confirmed"
	case desk.SaidNotFixed:
		return "track.event.reopened"
	case desk.ClosedUnheard, desk.TicketVoided:
		return "track.event.closed"
	case desk.TicketWithdrawn:
		return "track.event.withdrawn"
	case desk.TicketMergedIn:
		return "track.event.merged"
	case desk.NumberChanged:
		if d.Channel == desk.ByEmail {
			return "track.event.mail_changed"
		}
		return "track.event.number_changed"
	}
	return ""
}
