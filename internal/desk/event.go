package desk

import "time"

// EventType names what happened. Events are the history: never updated, never deleted.
type EventType string

const (
	TicketOpened     EventType = "ticket_opened"
	TicketRetitled   EventType = "ticket_retitled"
	TicketAssigned   EventType = "ticket_assigned"
	PriorityChanged  EventType = "priority_changed" // Was, Priority; Impact, Urgency or Stopped say why
	TicketMoved      EventType = "ticket_moved"     // from the team WasSkill to the team Skill
	TicketWaiting    EventType = "ticket_waiting"   // Waits, Supplier, Since, Until; Outbox told the person, or Channel web. Again with the same Since: the firm was named
	TicketResumed    EventType = "ticket_resumed"   // the same, and Outcome: person, answered, ended, asked or closed
	AskedIfFixed     EventType = "asked_if_fixed"   // Channel voice: in a talk; web: on the page alone
	SaidFixed        EventType = "said_fixed"
	SaidNotFixed     EventType = "said_not_fixed" // Outcome not_needed: they had withdrawn the question, and need help again
	ClosedUnheard    EventType = "closed_unconfirmed"
	TicketWithdrawn  EventType = "ticket_withdrawn"
	TicketVoided     EventType = "ticket_voided"
	TicketMerged     EventType = "ticket_merged"    // this one goes on in Ticket, whose number is Ref
	TicketMergedIn   EventType = "ticket_merged_in" // Ticket, whose number is Ref, came into this one; Since: the oldest opening in it
	PromiseMade      EventType = "promise_made"
	PromiseLeft      EventType = "promise_left" // it goes on, as it is, in the question into which this one was merged
	PromiseCame      EventType = "promise_came" // from the question that was merged into this one: what PromiseMade says, and Override
	PromiseTrying    EventType = "promise_trying"
	PromiseTried     EventType = "promise_tried"
	PromiseKept      EventType = "promise_kept"
	PromiseMoved     EventType = "promise_moved"
	PromiseBroken    EventType = "promise_broken"
	PromiseTold      EventType = "promise_told"
	PromiseGiven     EventType = "promise_given" // another owner
	PromiseWithdrawn EventType = "promise_withdrawn"
	PromiseVoided    EventType = "promise_voided"
	CannotBeTold     EventType = "cannot_be_told"
	MessageIn        EventType = "message_in"
	MessageOut       EventType = "message_out"
	MessageState     EventType = "message_state"
	NoteAdded        EventType = "note_added"
	RedFlagSeen      EventType = "red_flag_seen"
	NumberChanged    EventType = "number_changed"
	AnswerOffered    EventType = "answer_offered"
	HelpedByAnswer   EventType = "helped_by_answer"
	ClockWarned      EventType = "clock_warned"      // Metric, Clock, Start, Due, Percent, Version; Owner was warned, without one those who lead
	ClockWasMissed   EventType = "clock_missed"      // the same; it happened at Due
	WarningDismissed EventType = "warning_dismissed" // Metric, Clock, Start, Percent: nobody is warned of so much of it any more
)

// Event is one thing that happened to a ticket. Seq counts from 1 per ticket without holes.
type Event struct {
	Client     ClientID
	Ticket     TicketID
	Seq        int
	Type       EventType
	By         Actor
	HappenedAt time.Time
	RecordedAt time.Time
	Data       EventData
}

// EventData is what an event says beyond its type. It holds ids and codes, never personal data;
// words that people wrote are messages. It is stored as JSON; empty fields are left out.
type EventData struct {
	Promise  PromiseID     `json:"promise,omitempty"`
	New      PromiseID     `json:"new,omitempty"`
	Kind     PromiseKind   `json:"kind,omitempty"`
	Source   PromiseSource `json:"source,omitempty"`
	Start    int64         `json:"start,omitempty"` // microseconds UTC
	Due      int64         `json:"due,omitempty"`   // microseconds UTC
	Owner    StaffID       `json:"owner,omitempty"`
	OwnerIs  string        `json:"owner_name,omitempty"` // staff name
	State    PromiseState  `json:"state,omitempty"`
	MovedBy  MovedBy       `json:"moved_by,omitempty"`
	RepairOf PromiseID     `json:"repair_of,omitempty"`
	Replaces PromiseID     `json:"replaces,omitempty"` // of a promise that left
	Outcome  string        `json:"outcome,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Message  MessageID     `json:"message,omitempty"`
	Outbox   int64         `json:"outbox,omitempty"`
	Delivery string        `json:"delivery,omitempty"`
	Channel  Channel       `json:"channel,omitempty"`
	Via      Via           `json:"via,omitempty"`
	Flag     Flag          `json:"flag,omitempty"`
	Answer   int64         `json:"answer,omitempty"`
	Shift    ShiftID       `json:"shift,omitempty"`
	Override string        `json:"override,omitempty"` // supervisor's name, where nobody was rostered
	Tries    int           `json:"tries,omitempty"`
	Entered  bool          `json:"entered,omitempty"` // the call was entered after an outage
	Waits    WaitReason    `json:"waits,omitempty"`
	Supplier string        `json:"supplier,omitempty"` // name of the firm that we wait for
	Skill    string        `json:"skill,omitempty"`
	WasSkill string        `json:"was_skill,omitempty"`
	Since    int64         `json:"since,omitempty"` // microseconds UTC
	Until    int64         `json:"until,omitempty"` // microseconds UTC
	Priority Priority      `json:"priority,omitempty"`
	Was      Priority      `json:"was,omitempty"` // the priority before
	Impact   string        `json:"impact,omitempty"`
	Urgency  string        `json:"urgency,omitempty"`
	Stopped  bool          `json:"stopped,omitempty"` // care or the flow of patients stopped
	Metric   string        `json:"metric,omitempty"`  // of an agreement
	Clock    int64         `json:"clock,omitempty"`   // which of that metric: a promise, say
	Percent  int           `json:"percent,omitempty"` // of the time allowed that is used up
	Version  int           `json:"version,omitempty"` // of the agreement
	Ticket   TicketID      `json:"ticket,omitempty"`  // the other question of two that were put together
	Ref      Ref           `json:"ref,omitempty"`     // its number
}

// Shown reports whether the requester sees events of type t in the history of the tracker.
func (t EventType) Shown() bool {
	switch t {
	case TicketOpened, TicketWaiting, TicketResumed, AskedIfFixed, SaidFixed, SaidNotFixed, ClosedUnheard, TicketWithdrawn, TicketVoided, TicketMergedIn,
		PromiseMade, PromiseTried, PromiseKept, PromiseMoved, PromiseBroken, MessageIn, MessageOut, NumberChanged:
		return true
	}
	return false
}
