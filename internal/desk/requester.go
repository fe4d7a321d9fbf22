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
	Value     string // E.164 or mailbox
	Voicemail bool   // a message that says who we are may be left
	StoppedAt time.Time
	FailedAt  time.Time // a provider said that it cannot be reached
	CreatedAt time.Time
}

// AddressKind is phone or email.
type AddressKind string

const (
	PhoneAddress AddressKind = "phone"
	EmailAddress AddressKind = "email"
)
