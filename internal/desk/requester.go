package desk

import "time"

// RequesterKind is what sort of person asks.
type RequesterKind string

const (
	Patient   RequesterKind = "patient"
	Clinician RequesterKind = "clinician"
	Employee  RequesterKind = "employee"
)

// Requester is the person who asks.
type Requester struct {
	Client    ClientID
	ID        RequesterID
	Kind      RequesterKind
	Name      string // may be empty: the web form does not ask
	Lang      string
	Proven    bool // somebody checked who this is
	CreatedAt time.Time
}

// First is the first name, for greetings; empty when unknown.
func (r Requester) First() string {
	for i, c := range r.Name {
		if c == ' ' {
			return r.Name[:i]
		}
	}
	return r.Name
}

// Address is a phone number or mailbox by which a requester can be reached.
type Address struct {
	Client    ClientID
	ID        AddressID
	Requester RequesterID
	Kind      AddressKind
	Value     string // a Phone, or a mailbox as ParseEmail gives it
	Voicemail bool   // a message that says who we are may be left
	StoppedAt time.Time
	FailedAt  time.Time // a provider said that it cannot be reached
	CreatedAt time.Time
}

// TakesTexts reports whether a text reaches whoever has a: it is a phone without an extension, and they have
// not answered STOP.
func (a Address) TakesTexts() bool { return a.Texts() && a.StoppedAt.IsZero() }

// Texts reports whether a is a number that texts can be sent to at all: behind an extension nobody reads them.
func (a Address) Texts() bool { return a.Kind == PhoneAddress && Phone(a.Value).Ext() == "" }

// AddressKind is phone or email.
type AddressKind string

const (
	PhoneAddress AddressKind = "phone"
	EmailAddress AddressKind = "email"
)
