package desk

import "time"

// MessageKind says who a message is for.
type MessageKind string

const (
	FromThem MessageKind = "in"   // the person's words
	ToThem   MessageKind = "out"  // the person sees it
	Note     MessageKind = "note" // staff only
)

// Message is words on a ticket. Delivery of words to the person is an Outbox row.
type Message struct {
	Client ClientID
	ID     MessageID
	Ticket TicketID
	Kind   MessageKind
	Via    Via
	By     Actor
	Body   string
	At     time.Time
	Flag   Flag
	Outbox int64    // latest outbox row of an outgoing message; zero: none
	State  OutState // delivery state of that row
	Reason string   // why it was not delivered
	Sent   Channel  // by which channel it went
}

// OutState is the state of one delivery.
type OutState string

const (
	Queued    OutState = "queued"    // waits for its instant or its turn
	Sending   OutState = "sending"   // leased by a node
	Accepted  OutState = "accepted"  // the provider has it
	Delivered OutState = "delivered" // the provider says that it arrived
	Failed    OutState = "failed"    // will never arrive; the next channel is tried
	Unknown   OutState = "unknown"   // may have been accepted before a crash: asked before sent again
	Cancelled OutState = "cancelled" // what it says is no longer true, so it was not sent
)

// Trigger says why something is sent. It is the key of its texts ("sms." + trigger).
type Trigger string

const (
	SayMade      Trigger = "made"
	SaySoon      Trigger = "soon"
	SayTried     Trigger = "tried"
	SayBroken    Trigger = "broken"
	SayMoved     Trigger = "moved" // the person moved it
	SayMovedByUs Trigger = "moved_by_us"
	SayFixed     Trigger = "fixed"
	SayReminder  Trigger = "reminder"
	SayClosed    Trigger = "closed"
	SayReopened  Trigger = "reopened"
	SayConfirmed Trigger = "confirmed"
	SayReply     Trigger = "reply"
	SayCode      Trigger = "code"
	SayLink      Trigger = "link" // a fresh tracker link, asked for by number
	SayStop      Trigger = "stop"
	SayHelp      Trigger = "help"
	SayFirst     Trigger = "first" // "Reply STOP to end texts"
	SayNumber    Trigger = "number_changed"
	SayVoided    Trigger = "voided"
	SayEmergency Trigger = "emergency"
	SayWithdrawn Trigger = "withdrawn"
	SayWaiting   Trigger = "waiting" // what we wait for, and until when
	SayNudge     Trigger = "nudge"   // that we still wait
	SayMerged    Trigger = "merged"  // that two of their questions go on as one
)

// Out is one delivery to a person: a row first, sent later.
type Out struct {
	Client    ClientID
	ID        int64
	Ticket    TicketID
	Requester RequesterID
	Promise   PromiseID // what it speaks of; zero: none
	Message   MessageID // the words it carries; zero: none
	Trigger   Trigger
	Channel   Channel
	Address   AddressID
	Lang      string
	Args      map[string]string // parameters of the text, free of personal data
	State     OutState
	Attempts  int
	FireAt    time.Time
	LeasedTo  time.Time
	Provider  string // the provider's id
	Reason    string
	CreatedAt time.Time
	SentAt    time.Time
	DoneAt    time.Time // delivered or failed
	FellBack  int64     // the row that took over after a failure
}
