package sla

import (
	"cmp"
	"slices"
	"time"
)

// EventType is what happened, as far as clocks care. All else that happens to a ticket has no
// effect here and is not mapped.
type EventType uint8

const (
	// Opened begins the ticket. Only the first one counts.
	Opened EventType = iota + 1
	// Answered: the desk's words reached the person, in any channel: mail, text, a call that found
	// them, the tracker, a note to the person. By Staff it is an answer; by System it is none.
	Answered
	// PersonWrote: words of the person in any channel.
	PersonWrote
	// Paused: work waits for Reason. It stops clocks only once the person was told: Told.
	Paused
	// PauseTold: the person was told of the pause that goes on.
	PauseTold
	// Nudged: the person was asked again during a pause.
	Nudged
	// Resumed ends a pause.
	Resumed
	// PriorityChanged to Priority.
	PriorityChanged
	// Moved to Team.
	Moved
	// AskedIfFixed: the person was asked whether it is fixed. Told: the question says how it ended
	// and reached them. By System while they think it is a reminder; by Staff it is a new question.
	AskedIfFixed
	// OutcomeTold: the person was told how it ended.
	OutcomeTold
	// SaidFixed and SaidNotFixed are the person's answers.
	SaidFixed
	SaidNotFixed
	// WentOn: the person was asked and has not said yes, and the desk works on: by Staff with a new promise, which
	// is an answer too; by System where a promise broke.
	WentOn
	// ClosedUnheard: closed after reminders; nobody confirmed.
	ClosedUnheard
	// Withdrawn: the person needs it no more.
	Withdrawn
	// Voided: spam or a duplicate. No clock of the ticket counts.
	Voided
	// Reopened: the ticket came back after it was closed.
	Reopened
	// MergedAway: the ticket went into another one.
	MergedAway
	// MergedIn: another ticket, opened at Due, went into this one.
	MergedIn
	// PromiseMade promises a call by Due; Key is the promise. The others end it. PromiseMoved is by
	// the person or else by us.
	PromiseMade
	PromiseKept
	PromiseMoved
	PromiseWithdrawn
	PromiseVoided
	// CallQueued, CallAnswered and CallLeft are about the call Key.
	CallQueued
	CallAnswered
	CallLeft
	// SupplierAsked and SupplierAnswered are about the supplier's case Key.
	SupplierAsked
	SupplierAnswered

	termsChanged // another version governs from now on: Key is its place in the Book, -1 for none
)

// Side is who did it.
type Side uint8

const (
	System Side = iota
	Staff
	Person
)

// Event is one thing that happened to a ticket.
type Event struct {
	// At is the instant at which it happened, not that at which it was recorded.
	At time.Time
	// Seq orders events of one instant: the number of the event in its ticket.
	Seq  int
	Type EventType
	Side Side
	Told bool
	// Key says which promise, call or supplier's case.
	Key int64
	Due time.Time
	// Priority, Team and Reason are what PriorityChanged, Moved and Paused bring.
	Priority, Team, Reason string
}

// Ticket is what the clocks of one ticket depend on. Its priority and team are those of its
// opening; events change them. The other facts, when somebody corrects them, hold from the opening.
type Ticket struct {
	ID int64
	Facts
	Events []Event
}

func inOrder(a, b Event) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Compare(a.Seq, b.Seq)
}

// standing is how the ticket stands after an event.
type standing struct {
	Facts
	terms    *terms
	opened   bool
	answered bool      // a person of the desk has said a first word
	asked    bool      // whether it is fixed
	went     bool      // on, by this event, although it is asked about
	heard    time.Time // the person's first words after the question that the desk has not answered
	closed   bool
	pause    string    // why work waits
	told     bool      // the person knows of the pause
	since    time.Time // when the pause began, or was told
	nudged   time.Time
}

// over: the desk has nothing to do unless the person comes back.
func (s *standing) over() bool { return s.asked || s.closed }

// word: the desk's own words, which an automatic message never is.
func (e *Event) word() bool {
	return e.Side == Staff && (e.Type == Answered || e.Type == AskedIfFixed || e.Type == OutcomeTold || e.Type == WentOn)
}

// changes: another line may apply from now on.
func (e *Event) changes() bool {
	return e.Type == PriorityChanged || e.Type == Moved || e.Type == termsChanged
}

// again: whoever was asked already is asked anew.
func (e *Event) again() bool { return e.Type == AskedIfFixed && e.Side == Staff }

// back: the ticket comes back.
func (e *Event) back() bool { return e.Type == SaidNotFixed || e.Type == Reopened }

func (s *standing) apply(e *Event, b *Book) {
	s.went = e.Type == WentOn && s.asked && !s.closed
	switch e.Type {
	case Opened:
		s.opened = true
	case PersonWrote:
		if s.pause == WaitingForPerson {
			s.pause = ""
		}
		if s.asked && s.heard.IsZero() {
			s.heard = e.At.UTC()
		}
	case Paused:
		if !s.over() {
			s.pause, s.told, s.since, s.nudged = e.Reason, e.Told, e.At.UTC(), e.At.UTC()
		}
	case PauseTold:
		if s.pause != "" && !s.told {
			s.told, s.since, s.nudged = true, e.At.UTC(), e.At.UTC()
		}
	case Nudged:
		s.nudged = e.At.UTC()
	case Resumed:
		s.pause = ""
	case PriorityChanged:
		s.Priority = e.Priority
	case Moved:
		s.Team = e.Team
	case AskedIfFixed:
		if !s.asked {
			s.heard = time.Time{}
		}
		s.asked, s.pause = true, ""
	case SaidFixed, ClosedUnheard, Withdrawn, Voided, MergedAway:
		s.closed, s.pause = true, ""
	case SaidNotFixed, Reopened:
		s.asked, s.closed = false, false
	case WentOn:
		s.asked = s.asked && s.closed
	case termsChanged:
		s.terms = nil
		if e.Key >= 0 {
			s.terms = b.terms[e.Key]
		}
	}
	if e.word() {
		s.answered = true
		if !s.went {
			s.heard = time.Time{}
		}
	}
}

// order brings the events up to now into order, with the changes of terms among them, in scratch if
// that takes a copy. It gives the place of the opening, or -1; a call of which no question came opens when it begins to wait.
func (t *Ticket) order(b *Book, now time.Time, scratch []Event) (events, kept []Event, opening int) {
	events = t.Events
	if !slices.IsSortedFunc(events, inOrder) {
		scratch = append(scratch[:0], events...)
		slices.SortStableFunc(scratch, inOrder)
		events = scratch
	}
	for len(events) > 0 && events[len(events)-1].At.After(now) {
		events = events[:len(events)-1]
	}
	opens := Opened
	isOpening := func(e Event) bool { return e.Type == opens }
	if opening = slices.IndexFunc(events, isOpening); opening < 0 {
		opens = CallQueued
		opening = slices.IndexFunc(events, isOpening)
	}
	if opening < 0 {
		return events, scratch, -1
	}
	var room [4]Event
	if changes := b.changes(room[:0], events[opening].At, now); len(changes) > 0 {
		scratch = append(append(scratch[:0], events...), changes...)
		slices.SortStableFunc(scratch, inOrder)
		events = scratch
		opening = slices.IndexFunc(events, isOpening)
	}
	return events, scratch, opening
}
