package desk

import "time"

// Staff is somebody who can sign in: who works the desk, or leads a client.
type Staff struct {
	ID         StaffID
	Name       string
	Login      string // mail address, lower case
	Role       Role
	Password   string // argon2id, encoded
	TOTP       string // secret; empty: no second factor
	Languages  []string
	Clients    []ClientID
	Active     bool
	Theme      string // light, dark, auto
	Density    string // compact, comfortable, large
	LetterKeys bool
	Letters    string // letters of their own in place of ours: "r=w i=n"; see Keys
}

// Works reports whether s works the desk now. Who leads a client does not.
func (s Staff) Works() bool { return s.Active && s.Role != Leader }

// Session is one signed-in browser. The cookie holds the secret; only its hash is stored.
type Session struct {
	Hash      string
	Staff     StaffID
	CreatedAt time.Time
	SeenAt    time.Time
	EndsAt    time.Time
	Passed    bool // second factor done, or none set
}

// Token is an API token; only its hash is stored.
type Token struct {
	ID        int64
	Hash      string
	Name      string
	Client    ClientID // zero: the whole desk
	CreatedAt time.Time
	EndedAt   time.Time
}

// AlertKind says what somebody who leads must look at now.
type AlertKind string

const (
	AlertRedFlag     AlertKind = "red_flag"
	AlertCallTask    AlertKind = "call_task"      // no written channel worked: call the person
	AlertCannotTell  AlertKind = "cannot_be_told" // no channel at all is left
	AlertSecondBreak AlertKind = "second_break"
	AlertNobodyLeads AlertKind = "nobody_leads" // a promise broke and no supervisor is on shift
	AlertHandover    AlertKind = "handover"     // a shift has ended and nobody took this promise over
	AlertInbound     AlertKind = "inbound"      // a message that fits no ticket
	AlertUntaken     AlertKind = "untaken"      // the ladder of a promise that nobody has taken: see Ladder
	AlertClock       AlertKind = "clock"        // what a Warning is told by; on no board. Note is the share used up, in percent
)

// Alert is something that a supervisor must look at and accept by name.
type Alert struct {
	ID       int64
	Client   ClientID
	Ticket   TicketID
	Promise  PromiseID
	Kind     AlertKind
	Flag     Flag
	Note     string // free of personal data
	RaisedAt time.Time
	AckedAt  time.Time
	AckedBy  StaffID
}

// Attempt is one try to reach a person for a promise.
type Attempt struct {
	Client    ClientID
	Promise   PromiseID
	N         int
	Ticket    TicketID
	Staff     StaffID
	StaffName string
	How       Channel
	BeganAt   time.Time
	EndedAt   time.Time
	Outcome   string    // "", reached, no_answer, busy, voicemail, wrong_number
	EnteredAt time.Time // when Staff entered a call made while Kept was down; zero: on record as it was made
}
