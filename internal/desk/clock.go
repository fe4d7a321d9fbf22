package desk

import (
	"slices"
	"time"

	"kept/internal/sla"
)

// Clock is the most pressing clock of a question, as lists show it: one that was missed and still runs, else the
// one that is missed first if nothing happens. What counts is the fold over the events, see ClockFacts.
type Clock struct {
	Client   ClientID
	Ticket   TicketID
	Seq      int // number of the latest event that was counted
	Version  int // of the agreement
	Metric   string
	State    ClockState
	Percent  int       // of the time allowed that is used up: the latest warning passed, 0, 50, 75 or 90 as a rule
	Missed   int       // clocks of the question that were missed, ended ones too
	Deadline time.Time // zero while the person is asked whether it is fixed
	FireAt   time.Time // when the row is to be made again though nothing happens; zero: never
}

// ClockState is what the clock does.
type ClockState string

const (
	ClockRunning ClockState = "running"
	ClockPaused  ClockState = "paused"
	ClockAsked   ClockState = "asked"
	ClockMissed  ClockState = "missed" // and still runs
)

// ClockFacts are what the clocks of a question depend on beside its events. They hold nothing of the person
// but what kind of person it is.
type ClockFacts struct {
	Ticket   TicketID
	Ref      Ref
	State    TicketState
	Kind     TicketKind
	Priority Priority
	Function int64
	Skill    string
	Audience RequesterKind
	Seq      int
	OpenedAt time.Time
	Owner    StaffID // counts for no clock: who is warned
}

// History is the question as package sla counts it. events are its whole history, oldest first; function is the
// name of its function.
//
//   - An answer is what a person of the desk said in any channel: words on the page, a call that found the person, a
//     promise. A call that the person made was answered before it was written down. Words that no channel could bring
//     are no answer.
//   - Only promised calls have clocks of promises. A call that was made in time and found nobody moves on to the next
//     window, and is left out as if the person had moved it.
//   - A wait stops clocks from the instant at which the person was told of it; where nothing is sent, the
//     page tells.
//   - A team has a question from the opening, or from the hand-over to it, until the next one.
//   - A supplier who is named was asked when we began to wait for them, and has answered when somebody of the desk ends
//     that wait, or answers the person. Words of the person, and the end of the time that we gave them, are no answer of theirs.
//   - "Not fixed" after the end opens the question again.
//   - What came in with another question counts from here on, its waiting from the opening of that one.
//   - While the person is asked whether it is fixed, a new promise by a person of the desk says that it is not, and so does a
//     promise that breaks: the desk works on then. One that takes the place of another says nothing.
func (f ClockFacts) History(function string, events []Event) sla.Ticket {
	t := sla.Ticket{ID: int64(f.Ticket), Facts: sla.Facts{
		Kind: string(f.Kind), Priority: string(f.Priority), Audience: string(f.Audience), Function: function, Team: f.Skill,
	}}
	var h history
	ranked, moved := false, false
	for i := range events { // an event is large
		switch e := &events[i]; {
		case e.Type == PriorityChanged && !ranked:
			t.Priority, ranked = string(e.Data.Was), true
		case e.Type == TicketMoved && !moved:
			t.Team, moved = e.Data.WasSkill, true
		case e.Type == PromiseMoved && e.Data.MovedBy == MovedByMiss:
			h.retried = append(h.retried, e.Data.New)
		case e.Type == PromiseMoved:
			h.moved = append(h.moved, e.Data.New)
		case e.Type == MessageState && e.Data.Message != 0 && OutState(e.Data.Delivery) == Failed:
			h.lost = append(h.lost, e.Data.Message)
		case e.Type == MessageState && e.Data.Message != 0:
			h.lost = slices.DeleteFunc(h.lost, func(m MessageID) bool { return m == e.Data.Message })
		}
	}
	h.events = make([]sla.Event, 0, len(events)+2)
	for i := range events {
		h.add(&events[i])
	}
	t.Events = h.events
	return t
}

// history maps the events of one question.
type history struct {
	events  []sla.Event
	x       sla.Event   // of the event that is being mapped
	lost    []MessageID // words that did not arrive by any channel
	retried []PromiseID // made by a call that found nobody
	moved   []PromiseID // made in the place of another
	closed  bool
	asking  time.Time // since when it is asked whether it is fixed; zero: it is not
	asked   int64     // the supplier's case that is open; zero: none
	firm    string    // of that case
	waits   int64     // since when it waits, as its event says; zero: it does not
}

// put appends what the event is to the clocks.
func (h *history) put(typ sla.EventType) {
	h.x.Type = typ
	h.events = append(h.events, h.x)
}

// before appends what the event is beside itself, just before it.
func (h *history) before(typ sla.EventType, at time.Time, key int64) {
	h.events = append(h.events, sla.Event{At: at, Seq: h.x.Seq - 1, Type: typ, Side: h.x.Side, Key: key})
}

// answeredNow reports whether have is an answer at the instant of the event.
func (h *history) answeredNow(have sla.Event) bool {
	return have.Type == sla.Answered && have.At.Equal(h.x.At)
}

// answers notes that the event is an answer beside itself. Several at one instant are one.
func (h *history) answers() {
	if !slices.ContainsFunc(h.events, h.answeredNow) {
		h.before(sla.Answered, h.x.At, 0)
	}
}

// goesOn notes that the desk works on, though the person was asked: its words at that instant are part of it. What happened
// before the question and was noticed after it counts from the question on.
func (h *history) goesOn() {
	if h.x.Side == sla.Staff {
		h.events = slices.DeleteFunc(h.events, h.answeredNow)
	}
	at := h.x.At
	if at.Before(h.asking) {
		at = h.asking
	}
	h.before(sla.WentOn, at, 0)
	h.asking = time.Time{}
}

// supplied notes that what the supplier owed is there, or that nobody waits for it any more.
func (h *history) supplied() {
	if h.asked != 0 {
		h.before(sla.SupplierAnswered, h.x.At, h.asked)
		h.asked, h.firm = 0, ""
	}
}

// ends notes that the question has ended.
func (h *history) ends(typ sla.EventType) {
	h.closed, h.asking = true, time.Time{}
	h.put(typ)
}

// add maps the next event.
func (h *history) add(e *Event) {
	h.x = sla.Event{At: e.HappenedAt, Seq: 2 * e.Seq, Side: side(e.By.Who), Key: int64(e.Data.Promise)}
	switch e.Type {
	case TicketOpened:
		if e.Data.Via == ViaPhone && h.x.Side == sla.Staff {
			h.answers()
		}
		h.put(sla.Opened)
	case MessageIn:
		if e.Data.Via != ViaPhone {
			h.x.Side = sla.Person
			h.put(sla.PersonWrote)
		}
	case MessageOut:
		if !slices.Contains(h.lost, e.Data.Message) {
			h.put(sla.Answered)
		}
	case MessageState:
		if s := OutState(e.Data.Delivery); s != Accepted && s != Delivered {
			break
		}
		h.x.Side = sla.System
		switch Trigger(e.Data.Reason) {
		case SayWaiting:
			h.put(sla.PauseTold)
		case SayNudge:
			h.put(sla.Nudged)
		case SayFixed:
			h.put(sla.OutcomeTold)
		}
	case PriorityChanged:
		h.x.Priority = string(e.Data.Priority)
		h.put(sla.PriorityChanged)
	case TicketWaiting:
		if firm := e.Data.Supplier; firm != "" && firm != h.firm {
			h.supplied()
			h.asked, h.firm = int64(e.Seq), firm
			h.x.Key = h.asked
			h.put(sla.SupplierAsked)
			h.x.Key = 0
		}
		if h.waits != 0 && h.waits == e.Data.Since {
			break // the same wait: its firm was named
		}
		h.waits = e.Data.Since
		h.x.Reason, h.x.Told = string(e.Data.Waits), e.Data.Outbox == 0
		h.put(sla.Paused)
	case TicketResumed:
		h.waits = 0
		if e.Data.Waits == WaitSupplier && slices.Contains([]string{"answered", "stopped", "asked"}, e.Data.Outcome) {
			h.supplied()
		}
		h.put(sla.Resumed)
	case TicketMoved:
		h.x.Team = e.Data.Skill
		h.put(sla.Moved)
	case AskedIfFixed:
		h.supplied()
		h.events = slices.DeleteFunc(h.events, h.answeredNow) // the question is the answer's last word
		h.x.Told = e.Data.Channel == ByVoice || e.Data.Channel == ByWeb
		h.asking = h.x.At
		h.put(sla.AskedIfFixed)
	case SaidFixed:
		h.ends(sla.SaidFixed)
	case SaidNotFixed:
		typ := sla.SaidNotFixed
		if h.closed {
			typ = sla.Reopened
		}
		h.closed, h.asking, h.x.Side = false, time.Time{}, sla.Person // whoever wrote it down
		h.put(typ)
	case ClosedUnheard:
		h.ends(sla.ClosedUnheard)
	case TicketWithdrawn:
		h.ends(sla.Withdrawn)
	case TicketVoided:
		h.put(sla.Voided)
	case TicketMerged:
		h.ends(sla.MergedAway)
	case TicketMergedIn:
		h.x.Due = time.UnixMicro(e.Data.Since).UTC()
		h.put(sla.MergedIn)
	default:
		h.addPromise(e)
	}
}

// addPromise maps an event of a promise. Only those of calls have a clock of their own.
func (h *history) addPromise(e *Event) {
	call := e.Data.Kind == Callback && e.Data.Promise != 0
	switch e.Type {
	case PromiseCame:
		if call {
			h.x.Due = time.UnixMicro(e.Data.Due).UTC()
			h.put(sla.PromiseMade)
		}
	case PromiseMade:
		switch {
		case h.x.Side != sla.Staff || e.Data.Source != FromPerson || slices.Contains(h.retried, e.Data.Promise):
		case !h.asking.IsZero() && !slices.Contains(h.moved, e.Data.Promise):
			h.goesOn()
		default:
			h.answers()
		}
		if call {
			h.x.Due = time.UnixMicro(e.Data.Due).UTC()
			h.put(sla.PromiseMade)
		}
	case PromiseKept:
		if h.x.Side == sla.Staff && e.Data.Outcome == "reached" {
			h.answers()
		}
		if call {
			h.put(sla.PromiseKept)
		}
	case PromiseMoved:
		if e.Data.MovedBy == MovedByPerson || e.Data.MovedBy == MovedByMiss {
			h.x.Side = sla.Person
		}
		if call {
			h.put(sla.PromiseMoved)
		}
	case PromiseBroken:
		h.x.Side = sla.System
		if !h.asking.IsZero() {
			h.goesOn()
		}
		if call {
			h.put(sla.PromiseMoved) // its repair takes its place
		}
	case PromiseWithdrawn:
		if call {
			h.put(sla.PromiseWithdrawn)
		}
	case PromiseVoided:
		if call {
			h.put(sla.PromiseVoided)
		}
	}
}

func side(w Who) sla.Side {
	switch w {
	case WhoStaff, WhoToken:
		return sla.Staff
	case WhoSystem:
		return sla.System
	}
	return sla.Person
}
