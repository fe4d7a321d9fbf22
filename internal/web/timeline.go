package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// timeline is everything that was said and done, newest last: words whole, events in one line each.
func timeline(p app.TicketPage, loc *time.Location, now time.Time) []view.Entry {
	type at struct {
		time  time.Time
		entry view.Entry
	}
	name := first(p)
	var list []at
	for _, ev := range p.Events {
		if text, icon := told(ev, p, loc, now); text != "" {
			list = append(list, at{ev.HappenedAt, view.Entry{ID: "e-" + strconv.Itoa(ev.Seq), Kind: view.EntryEvent, Icon: icon, Text: text, Meta: upper(clock(ev.HappenedAt, loc, now))}})
		}
	}
	for _, m := range p.Messages {
		e := view.Entry{ID: "m-" + strconv.FormatInt(int64(m.ID), 10), Machine: machine(m.At, loc), Meta: clock(m.At, loc, now), Text: m.Body}
		switch m.Kind {
		case desk.FromThem:
			e.Kind, e.Who, e.Meta, e.Lang = view.EntryCaller, p.Caller, "by "+viaName(m.Via)+", "+e.Meta, p.Ticket.Lang
			e.Text = "“" + m.Body + "”"
			if m.Ticket != p.Ticket.ID {
				e.Meta += ", in " + refOf(p, m.Ticket)
			}
		case desk.ToThem:
			e.Kind, e.Who, e.Meta = view.EntryOut, "To "+lower(name), m.By.Name+", "+e.Meta
			e.Delivery = delivery(m)
		default:
			e.Kind, e.Who, e.Hidden = view.EntryNote, m.By.Name, name+" cannot see this."
		}
		if m.Flag != desk.FlagNone {
			e.Flag = flags[m.Flag]
		}
		list = append(list, at{m.At, e})
	}
	for _, o := range p.Outs {
		text, icon := outText(o, name, now)
		if o.FellBack != 0 {
			text, icon = fellBack(o, p, name)
		}
		if text != "" {
			when := outAt(o)
			list = append(list, at{when, view.Entry{ID: "o-" + strconv.FormatInt(o.ID, 10), Kind: view.EntryEvent, Icon: icon, Text: text, Meta: upper(clock(when, loc, now))}})
		}
	}
	slices.SortStableFunc(list, func(x, y at) int { return x.time.Compare(y.time) })
	out := make([]view.Entry, len(list))
	for i, x := range list {
		out[i] = x.entry
	}
	return out
}

// refOf is the number of a question that came into this one.
func refOf(p app.TicketPage, id desk.TicketID) string {
	for i := range p.Events {
		if e := &p.Events[i]; e.Type == desk.TicketMergedIn && e.Data.Ticket == id {
			return string(e.Data.Ref)
		}
	}
	return "a question that was put into it"
}

// outAt is when something was sent, or else when it was due or written.
func outAt(o desk.Out) time.Time {
	for _, t := range []time.Time{o.SentAt, o.DoneAt, o.FireAt} {
		if !t.IsZero() {
			return t
		}
	}
	return o.CreatedAt
}

func lower(name string) string {
	if name == "The caller" {
		return "the caller"
	}
	return name
}

func viaName(v desk.Via) string {
	switch v {
	case desk.ViaWeb:
		return "the web form"
	case desk.ViaSMS:
		return "text"
	case desk.ViaDesk:
		return "the desk"
	case desk.ViaAPI:
		return "another system"
	}
	return string(v)
}

// delivery is the state of what we sent.
func delivery(m desk.Message) *view.TagView {
	if m.Outbox == 0 {
		return &view.TagView{Kind: view.TagPlain, Text: "On the page"}
	}
	return &view.TagView{Kind: outKind[m.State], Icon: outIcon[m.State], Text: carried(m)}
}

var outKind = map[desk.OutState]view.TagKind{
	desk.Queued: view.TagWaiting, desk.Sending: view.TagWaiting, desk.Accepted: view.TagScheduled, desk.Delivered: view.TagKept,
	desk.Failed: view.TagBroken, desk.Unknown: view.TagRisk, desk.Cancelled: view.TagWithdrawn,
}

var outIcon = map[desk.OutState]string{desk.Queued: "clock", desk.Sending: "send", desk.Accepted: "send"}

// carried is how far the words of m are, and what carries them: they stand on the page, and a link is sent.
func carried(m desk.Message) string {
	word := outWord(m.State, m.Reason)
	switch {
	case m.State != desk.Accepted && m.State != desk.Delivered:
		return word
	case m.Sent == desk.ByEmail:
		return "Mail " + strings.ToLower(word)
	}
	return "Link " + strings.ToLower(word)
}

// outWord says how far a delivery is.
func outWord(state desk.OutState, reason string) string {
	switch state {
	case desk.Queued:
		return "Waits to be sent"
	case desk.Sending:
		return "Sending"
	case desk.Accepted:
		return "Sent"
	case desk.Delivered:
		return "Delivered"
	case desk.Failed:
		if reason != "" {
			return "Not delivered: " + reason
		}
		return "Not delivered"
	case desk.Unknown:
		return "Maybe sent: we ask the carrier"
	case desk.Cancelled:
		return "Not sent: no longer true"
	}
	return "On the page"
}

// notSent says what did not get through last, and what to do instead; "" when the last that we sent
// did, or is on another way.
func notSent(p app.TicketPage, name string, loc *time.Location, now time.Time) (title, instead string, call view.ButtonView) {
	var last desk.Out
	for _, o := range p.Outs {
		ended := o.State == desk.Failed || o.State == desk.Accepted || o.State == desk.Delivered
		if ended && (last.ID == 0 || outAt(o).After(outAt(last))) {
			last = o
		}
	}
	if last.State != desk.Failed {
		return "", "", call
	}
	for _, o := range p.Outs {
		if (o.State == desk.Queued || o.State == desk.Sending) && o.Trigger == last.Trigger && !o.FireAt.After(now) {
			return "", "", call // the next way is being tried
		}
	}
	what := "text"
	if last.Channel == desk.ByEmail {
		what = "mail"
	}
	title = "Not sent. The " + what + " of " + clock(outAt(last), loc, now) + " did not get through"
	if last.Reason != "" {
		title += ": " + last.Reason
	}
	title += "."
	if n, ok := callable(p); ok {
		return title, "It stands on the page of the question. Call instead, and ask for a number that takes texts. " + voicemail(mayLeaveMessage(p)), view.ButtonView{Text: "Call " + n.String(), Icon: "phone", URL: "tel:" + n.E164(), Second: true}
	}
	return title, "It stands on the page of the question. No number is known: ask the hospital how to reach " + lower(name) + ".", call
}

// triggers say in words what was sent by itself.
var triggers = map[desk.Trigger]string{
	desk.SayMade: "what we promised", desk.SaySoon: "that we call soon", desk.SayTried: "that we called and when we try again",
	desk.SayBroken: "that we did not keep the promise, and sorry", desk.SayMoved: "the new time", desk.SayMovedByUs: "the new time, and sorry",
	desk.SayFixed: "“Is it fixed?”", desk.SayReminder: "“Is it fixed?” again", desk.SayClosed: "that it is closed",
	desk.SayReopened: "that it is open again", desk.SayConfirmed: "thanks", desk.SayCode: "a code", desk.SayLink: "the link",
	desk.SayNumber: "that how we reach them changed", desk.SayVoided: "that it ended, and why", desk.SayEmergency: "to call 911 first", desk.SayWithdrawn: "that it ended",
	desk.SayWaiting: "what we wait for, and until when", desk.SayNudge: "that we still wait", desk.SayMerged: "that two questions go on as one",
}

// outText is the line of something that was sent by itself. Words of staff have their own entry.
func outText(o desk.Out, name string, now time.Time) (text, icon string) {
	what, ok := triggers[o.Trigger]
	gone := o.State == desk.Cancelled && (o.Trigger == desk.SaySoon || o.Trigger == desk.SayReminder || o.Trigger == desk.SayNudge)
	if !ok || o.Message != 0 || gone {
		return "", ""
	}
	how, icon := "Text to ", "smartphone"
	if o.Channel == desk.ByEmail {
		how, icon = "Mail to ", "mail"
	}
	if o.Channel == desk.ByVoice {
		how, icon = "Call to ", "phone"
	}
	text = how + lower(name) + ": " + what + ". "
	switch o.State {
	case desk.Queued:
		if o.FireAt.After(now) {
			return text + "Waits for its time.", icon
		}
		return text + "Waits to be sent.", icon
	case desk.Failed:
		icon = "triangle-alert"
	}
	return text + outWord(o.State, o.Reason) + ".", icon
}

// fellBack is the line of a delivery that failed, and of what took over.
func fellBack(o desk.Out, p app.TicketPage, name string) (text, icon string) {
	what := cmp.Or(triggers[o.Trigger], "an answer")
	next := "another way"
	for _, other := range p.Outs {
		if other.ID == o.FellBack {
			next = channelNames[other.Channel]
		}
	}
	how := channelNames[o.Channel]
	return strings.ToUpper(how[:1]) + how[1:] + " to " + lower(name) + ": " + what + ". " + outWord(o.State, o.Reason) + ". Tried by " + next + " instead.", "triangle-alert"
}

var channelNames = map[desk.Channel]string{desk.BySMS: "text", desk.ByEmail: "mail", desk.ByVoice: "call", desk.ByWeb: "page"}

// told is one line about an event; "" for those that words or tags tell already.
func told(e desk.Event, p app.TicketPage, loc *time.Location, now time.Time) (text, icon string) {
	name, by, d := first(p), e.By.Name, e.Data
	if e.By.Who == desk.WhoRequester || e.By.Who == desk.WhoGuest || by == "" {
		by = name
	}
	switch e.Type {
	case desk.TicketOpened:
		if e.By.Who == desk.WhoStaff {
			return name + " called. " + by + " answered.", "phone-incoming"
		}
		return name + " asked by " + viaName(d.Via) + ".", "inbox"
	case desk.TicketAssigned:
		if d.Owner == 0 {
			return by + " gave it back to everybody.", "user"
		}
		return cmp.Or(d.OwnerIs, "Somebody") + " has it now.", "user"
	case desk.AskedIfFixed:
		return by + " asked: “Is it fixed?”", "circle-question-mark"
	case desk.TicketWaiting:
		whom := waitFor[d.Waits]
		if d.Supplier != "" {
			whom += " " + d.Supplier
		}
		return by + " noted: we wait " + whom + " until " + clock(time.UnixMicro(d.Until), loc, now) + ".", "hourglass"
	case desk.TicketResumed:
		return "No longer waiting " + waitFor[d.Waits] + ": " + resumed[d.Outcome] + ".", "rotate-ccw"
	case desk.SaidFixed:
		return name + " said: yes, it is fixed.", "circle-check"
	case desk.SaidNotFixed:
		if d.Outcome == string(desk.NotNeeded) {
			return name + " asked for help again.", "rotate-ccw"
		}
		return name + " said: no, still not fixed.", "rotate-ccw"
	case desk.ClosedUnheard:
		return "Closed without a word from " + lower(name) + ".", "x"
	case desk.TicketWithdrawn:
		return name + " does not need it any more.", "x"
	case desk.TicketVoided:
		return by + " voided it: " + d.Reason, "x"
	case desk.TicketMerged:
		return by + " put it into " + string(d.Ref) + ". It goes on there.", "route"
	case desk.TicketMergedIn:
		return by + " put " + string(d.Ref) + " into this question. Its words stand here too, and what was promised in it goes on.", "route"
	case desk.PriorityChanged:
		if d.Stopped {
			return by + " set " + string(d.Priority) + ": care or the flow of patients has stopped.", "gauge"
		}
		return by + " set " + string(d.Priority) + ", it was " + string(d.Was) + ": impact " + d.Impact + ", urgency " + d.Urgency + ".", "gauge"
	case desk.TicketMoved:
		return by + " handed it from " + d.WasSkill + " to " + d.Skill + ".", "users"
	case desk.TicketRetitled:
		return by + " changed the title.", "square-pen"
	case desk.CannotBeTold:
		return name + " cannot be told: " + cmp.Or(d.Reason, "no way is left") + ".", "triangle-alert"
	case desk.RedFlagSeen:
		return cmp.Or(flags[d.Flag], "Red flag") + " seen in the words.", "shield-alert"
	case desk.NumberChanged:
		if d.Channel == desk.ByEmail {
			return name + " changed the mail address.", "mail"
		}
		return name + " changed the number.", "smartphone"
	case desk.AnswerOffered:
		return by + " read an answer aloud.", "book-open"
	case desk.HelpedByAnswer:
		return name + " found an answer that helped.", "book-open"
	case desk.ClockWarned, desk.ClockWasMissed, desk.WarningDismissed:
		return toldClock(e, by, loc, now)
	}
	return toldPromise(e, name, by, loc, now)
}

// toldClock is told of a clock of the agreement.
func toldClock(e desk.Event, by string, loc *time.Location, now time.Time) (text, icon string) {
	d := e.Data
	metric := strings.ToLower(metricNames[d.Metric])
	used := metric + ", " + strconv.Itoa(d.Percent) + "% of its time is used."
	switch {
	case e.Type == desk.ClockWarned:
		return cmp.Or(d.OwnerIs, "Whoever leads next") + " is warned: " + used, "bell"
	case e.Type == desk.ClockWasMissed:
		return "Missed: " + metric + " was due " + words.By(words.EN, e.HappenedAt, loc, now) + ", by version " + strconv.Itoa(d.Version) + " of the agreement.", "triangle-alert"
	case d.Percent == 100:
		return by + " dismissed the warning that " + metric + " was missed.", "check"
	}
	return by + " dismissed the warning: " + used, "check"
}

// toldPromise is told of a promise.
func toldPromise(e desk.Event, name, by string, loc *time.Location, now time.Time) (text, icon string) {
	d := e.Data
	what := func() string {
		return strings.ToLower(kinds[d.Kind].thing) + " " + words.By(words.EN, time.UnixMicro(d.Due), loc, now) + "."
	}
	switch e.Type {
	case desk.PromiseCame:
		return "Promised before: " + what(), "hourglass"
	case desk.PromiseMade:
		if d.Kind == desk.Confirm {
			return "We ask again " + words.By(words.EN, time.UnixMicro(d.Due), loc, now) + ".", "hourglass"
		}
		who := by
		switch {
		case d.Source == desk.FromAgreement:
			who = "The agreement"
		case e.By.Who != desk.WhoStaff && e.By.Who != desk.WhoToken:
			who = "We" // the person chose the time; the promise is the desk's
		}
		line := who + " promised: " + what()
		if d.RepairOf != 0 {
			line = "Repair promised: " + what()
		}
		if d.OwnerIs != "" {
			line += " Owner: " + d.OwnerIs + "."
		}
		return line, "hourglass"
	case desk.PromiseTrying:
		return by + " called.", "phone-call"
	case desk.PromiseTried:
		line := "Not reached, try " + strconv.Itoa(d.Tries) + " of " + strconv.Itoa(desk.MaxAttempts) + ": " + missWords[d.Outcome] + "."
		if d.Entered {
			line += " Entered afterwards by " + by + "."
		}
		return line, "phone-missed"
	case desk.PromiseKept:
		if d.Outcome == "not_reached" {
			return "Called " + strconv.Itoa(desk.MaxAttempts) + " times, not reached. We write instead.", "phone-missed"
		}
		if d.Outcome == "answered" {
			return name + " answered whether it is fixed.", "circle-check"
		}
		if d.Outcome == "replied" && e.By.Who == desk.WhoSystem {
			return "Promise kept: the answer has arrived.", "circle-check"
		}
		if d.Entered {
			return "Promise kept by a call that " + by + " entered afterwards.", "circle-check"
		}
		return "Promise kept by " + by + ".", "circle-check"
	case desk.PromiseMoved:
		if d.MovedBy == desk.MovedByUs {
			return "Moved by us. It does not count as kept.", "rotate-ccw"
		}
		if d.MovedBy == desk.MovedByMiss {
			return "The call moves on to the next time.", "calendar-clock"
		}
		return "Moved.", "calendar-clock"
	case desk.PromiseBroken:
		return "Promise broken: it was due " + words.By(words.EN, e.HappenedAt, loc, now) + ".", "octagon-x"
	case desk.PromiseTold:
		return name + " was told of the broken promise.", "message-square"
	case desk.PromiseGiven:
		if d.Reason == desk.GivenAtHandover {
			return d.OwnerIs + " took the promise over at the end of a shift.", "users"
		}
		if d.Reason == desk.GivenInHand {
			return by + " has the promise.", "hand"
		}
		if d.Override != "" && d.OwnerIs != "" {
			return d.Override + " gave the promise to " + d.OwnerIs + ", who has no free seat then: " + d.Reason, "triangle-alert"
		}
		if d.Override != "" {
			return d.Override + " promised a time that nobody covers: " + d.Reason, "triangle-alert"
		}
		return "Promise given to " + cmp.Or(d.OwnerIs, "somebody else") + ".", "users"
	case desk.PromiseWithdrawn:
		return "Promise not needed any more.", "x"
	}
	return "", ""
}

// waitFor names what a question waits for; resumed why it waits no longer.
var (
	waitFor = map[desk.WaitReason]string{desk.WaitPerson: "for the person’s answer", desk.WaitSupplier: "for the supplier", desk.WaitTime: "for the agreed time"}
	resumed = map[string]string{"person": "the person wrote", "answered": "we answered", "ended": "the time has come", "asked": "we asked if it is fixed",
		"closed": "it is closed", "changed": "we wait for something else", "stopped": "somebody ended it"}
	waitTags = map[desk.WaitReason]string{desk.WaitPerson: "Waiting on caller", desk.WaitSupplier: "Waiting on supplier", desk.WaitTime: "Waiting for agreed time"}
)

// missWords name the ways in which a call does not reach the person.
var missWords = map[string]string{"no_answer": "no answer", "busy": "busy", "voicemail": "voicemail", "wrong_number": "wrong number"}
