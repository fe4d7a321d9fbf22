package desk

import (
	"slices"
	"time"
)

// TicketState is where a question stands. Nobody sets "solved": the desk asks, the person answers.
type TicketState string

const (
	New         TicketState = "new"                // nobody has worked on it yet
	Working     TicketState = "working"            // somebody looks for the answer
	Waiting     TicketState = "waiting"            // for the person, a supplier or an agreed time; promises go on
	Asked       TicketState = "asked"              // "Is it fixed?" was asked
	Confirmed   TicketState = "confirmed"          // closed: the person said yes
	Unconfirmed TicketState = "closed_unconfirmed" // closed after reminders; never counts as success
	NotNeeded   TicketState = "withdrawn"          // closed: the person does not need it any more
	Void        TicketState = "voided"             // closed: spam or duplicate, by a supervisor
	Merged      TicketState = "merged"             // closed: it goes on in another question of the same person
)

// Open reports whether the loop is still open: only then law 1 asks for a live promise.
func (s TicketState) Open() bool {
	return s == New || s == Working || s == Waiting || s == Asked
}

// WaitReason is what a question waits for.
type WaitReason string

const (
	WaitPerson   WaitReason = "person"   // the person's answer
	WaitSupplier WaitReason = "supplier" // the supplier of the product
	WaitTime     WaitReason = "time"     // a time that was agreed with the person
)

// WaitReasons lists every reason.
var WaitReasons = []WaitReason{WaitPerson, WaitSupplier, WaitTime}

// MaxWait is how long a question may wait at a time.
const MaxWait = 14 * 24 * time.Hour

// TicketKind is what sort of thing was asked.
type TicketKind string

const (
	Question TicketKind = "question"
	Incident TicketKind = "incident"
	Request  TicketKind = "request"
	Problem  TicketKind = "problem"
)

// Priority from P1 (patient care stopped) to P4.
type Priority string

const (
	P1 Priority = "P1"
	P2 Priority = "P2"
	P3 Priority = "P3"
	P4 Priority = "P4"
)

// Via is how a ticket or message came in.
type Via string

const (
	ViaWeb   Via = "web"
	ViaPhone Via = "phone"
	ViaEmail Via = "email"
	ViaSMS   Via = "sms"
	ViaAPI   Via = "api"
	ViaDesk  Via = "desk"
)

// About says whom a question is about.
type About string

const (
	AboutMe    About = "me"
	AboutChild About = "child"
	AboutAdult About = "adult"
)

// Ticket is one question, incident, request or problem of one requester. All instants are UTC.
type Ticket struct {
	Client    ClientID
	ID        TicketID
	Ref       Ref    // the number that people read aloud; unique over the desk; opens nothing
	Token     string // 12 random characters; whoever holds it sees the tracker
	Requester RequesterID
	Subject   string
	State     TicketState
	Kind      TicketKind
	Priority  Priority
	Function  int64 // of the catalogue of EHR functions; zero: not known
	Skill     string
	Via       Via
	Lang      string
	About     About
	Needs     string // interpreter, TTY … as codes, comma separated
	Flag      Flag   // worst red flag seen in its texts
	Owner     StaffID
	Channel   Channel // how the person wants to hear from us
	Address   AddressID
	OpenedAt  time.Time
	ClosedAt  time.Time // zero while open
	AskedAt   time.Time
	ChangedAt time.Time
	Due       time.Time // earliest due of its live promises; zero when closed
	Promise   PromiseID // the live promise that is due first
	Breaks    int       // how many of its promises broke
	Seq       int       // number of its latest event

	WaitingFor   WaitReason // while State is Waiting
	WaitingSince time.Time
	WaitingUntil time.Time
	WaitingOut   int64    // the delivery that told the person; zero: they read it on the tracker
	Into         TicketID // the question in which a merged one goes on; zero: it stands for itself
}

// AskAgainAfter is how long "Is it fixed?" stands before the person is asked a second time.
const AskAgainAfter = 2 * 24 * time.Hour

// Asking reports whether the person was asked if it is fixed, and so lately that asking again would only press them.
func (t Ticket) Asking(now time.Time) bool {
	return t.State == Asked && now.Before(t.AskedAt.Add(AskAgainAfter))
}

// Answered reports whether anybody has told the person anything yet: on the phone with which it began, in words, or in
// a talk that kept a promise. A promised answer that is still owed says no.
func (t Ticket) Answered(said []Message, promised []Promise) bool {
	if t.Via == ViaPhone {
		return true
	}
	for _, p := range promised {
		if p.Kind == Reply && p.State.Live() && p.AnsweredAt.IsZero() {
			return false
		}
	}
	return slices.ContainsFunc(said, func(m Message) bool { return m.Kind == ToThem }) ||
		slices.ContainsFunc(promised, func(p Promise) bool { return p.Outcome == "reached" })
}

// TrackerEnds is when the tracker token stops working: 60 days after closing; zero while open.
func (t Ticket) TrackerEnds() time.Time {
	if t.ClosedAt.IsZero() {
		return time.Time{}
	}
	return t.ClosedAt.Add(60 * 24 * time.Hour)
}

// MaxSubject, MaxWords and MaxNote bound what people type, in characters.
const (
	MaxSubject = 200
	MaxWords   = 5000
	MaxNote    = 10000
	MaxName    = 120
)
