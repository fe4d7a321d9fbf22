package desk

import "time"

// Agreement is one version of what a client and the desk have agreed. Until one side approves it, it is a
// draft that can be changed; from then on its terms never change, and new terms are a new version. It is in
// force from Begins until the next one.
//
// Version 1 of every client is the usual terms of the desk, which stand in no table: own versions count
// from 2.
type Agreement struct {
	Client   ClientID
	Version  int
	Edit     int       // how often the draft was written: who changes or approves it says which writing they saw
	Terms    string    // as written, see package agreementyaml
	Frozen   string    // the same with holidays as dates, from the first approval on: what is counted by
	From     time.Time // when it is to begin
	Note     string    // why it was made
	Made     Approval  // who wrote it last
	Desk     Approval  // zero: the desk has not approved it
	Hospital Approval  // zero: the hospital has not approved it
	Gone     Approval  // who took it back before it was agreed; zero: nobody
}

// Approval is who did something to an agreement, and when; zero when nobody has. Name is who said so, By the account
// that did it. Where the desk has put the hospital's approval on record, Record is who did, and How is where the
// approval itself can be read. Of a version that the hospital has sent back, How is why.
type Approval struct {
	By     StaffID
	Name   string
	How    string
	Record string
	At     time.Time
}

// AgreementEvent is one thing that was done to a version of an agreement. N counts from 1 for each version.
type AgreementEvent struct {
	Version int
	N       int
	Edit    int
	Type    AgreementEventType
	By      StaffID
	ByName  string
	Name    string // who said yes at the hospital, where the desk recorded it
	Text    string // the note, the reference or the reason
	At      time.Time
}

// AgreementEventType names what was done.
type AgreementEventType string

const (
	TermsWritten   AgreementEventType = "written"
	TermsApproved  AgreementEventType = "approved"  // for the desk
	TermsAccepted  AgreementEventType = "accepted"  // by somebody who leads the hospital
	TermsRecorded  AgreementEventType = "recorded"  // the hospital's approval, by the desk
	TermsSentBack  AgreementEventType = "sent_back" // by somebody who leads the hospital
	TermsWithdrawn AgreementEventType = "withdrawn" // by the desk
)

// UsualVersion is the version of the terms that hold for a client without an agreement of its own.
const UsualVersion = 1

// AgreementState is where a version stands.
type AgreementState string

const (
	AgreementDraft     AgreementState = "draft" // can be changed
	AgreementAsked     AgreementState = "asked" // one side has approved it, the other has not
	AgreementReady     AgreementState = "ready" // approved by both, begins later
	AgreementLive      AgreementState = "live"
	AgreementPast      AgreementState = "past" // another one has taken its place
	AgreementWithdrawn AgreementState = "withdrawn"
	AgreementSentBack  AgreementState = "sent_back" // by the hospital, with a reason
)

// Agreed reports whether both sides have approved a.
func (a Agreement) Agreed() bool { return !a.Desk.At.IsZero() && !a.Hospital.At.IsZero() }

// Asks reports whether a waits for the hospital: the desk has approved it, the hospital has said nothing yet.
func (a Agreement) Asks() bool {
	return a.Gone.At.IsZero() && !a.Desk.At.IsZero() && a.Hospital.At.IsZero()
}

// Begins is from when on a is in force: not before both have approved it. Zero when that is not so yet.
func (a Agreement) Begins() time.Time {
	if !a.Agreed() {
		return time.Time{}
	}
	begins := a.From
	for _, at := range []time.Time{a.Desk.At, a.Hospital.At} {
		if at.After(begins) {
			begins = at
		}
	}
	return begins
}

// AgreementAt gives the place in all, versions of one client, of the one that is in force at an instant; -1
// when that is the usual terms.
func AgreementAt(all []Agreement, at time.Time) int {
	live := -1
	for i, a := range all {
		if begins := a.Begins(); !begins.IsZero() && !begins.After(at) && (live < 0 || begins.After(all[live].Begins())) {
			live = i
		}
	}
	return live
}

// State is where a stands at an instant among all versions of its client.
func (a Agreement) State(all []Agreement, at time.Time) AgreementState {
	switch begins := a.Begins(); {
	case !a.Gone.At.IsZero() && a.Gone.How != "":
		return AgreementSentBack
	case !a.Gone.At.IsZero():
		return AgreementWithdrawn
	case a.Desk.At.IsZero() && a.Hospital.At.IsZero():
		return AgreementDraft
	case begins.IsZero():
		return AgreementAsked
	case begins.After(at):
		return AgreementReady
	}
	if i := AgreementAt(all, at); i >= 0 && all[i].Version == a.Version {
		return AgreementLive
	}
	return AgreementPast
}

// OpenAgreement gives the version that is being worked on: written, not withdrawn, not agreed. There is one
// at most.
func OpenAgreement(all []Agreement) (Agreement, bool) {
	for _, a := range all {
		if a.Gone.At.IsZero() && !a.Agreed() {
			return a, true
		}
	}
	return Agreement{}, false
}
