package desk

import "time"

// AgreementMailState is what became of a mail: waiting ─► sending ─► sent, failed, or waiting again. One that stays sending
// is sent once more: to be told twice is better than not at all.
type AgreementMailState string

const (
	MailWaiting   AgreementMailState = "waiting"
	MailSending   AgreementMailState = "sending"
	MailSent      AgreementMailState = "sent"
	MailFailed    AgreementMailState = "failed"
	MailCancelled AgreementMailState = "cancelled" // the version waits no more, or they lead no more
)

// AgreementMail tells somebody who leads a client that a version of its agreement waits for their yes. It holds a link and
// no name.
type AgreementMail struct {
	Client   ClientID
	Version  int
	Staff    StaffID
	MadeAt   time.Time
	FireAt   time.Time // zero: nothing more is to be done
	State    AgreementMailState
	Attempts int
	Reason   string    // why it failed, a code of the provider; never personal data
	MovedAt  time.Time // since when it is in its state
}
