// Package email sends mail: through an SMTP server ([SMTP]), or into a mailbox in memory
// that the demo and the tests can look at ([Box]).
//
// It receives nothing, renders nothing and never writes an address or a text into an
// error. What the two parts of a mail say is the caller's; this package sends both.
//
// Start reading at [SMTP.Send].
package email

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"kept/internal/channel"

	gomail "github.com/wneessen/go-mail"
)

// MessageID is the Message-ID of our message, without brackets: the same for the same id,
// so that a mail that was sent twice can be seen to be one.
func MessageID(id, domain string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

// errRefused is wrapped by what makes a message impossible to send.
var errRefused = errors.New("email: the message cannot be sent")

// compose turns a message into a mail. Whatever could start a new header is refused and
// not repaired: it is an attack or a fault of ours, and both must be seen.
func compose(m channel.Message, now time.Time) (*gomail.Msg, error) {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, fmt.Errorf("%w: sender", errRefused)
	}
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return nil, fmt.Errorf("%w: recipient", errRefused)
	}
	if !oneLine(m.Subject) || !oneLine(from.String()) || !oneLine(to.String()) || !oneLine(m.Lang) {
		return nil, fmt.Errorf("%w: control characters", errRefused)
	}
	if m.ID == "" || m.Text == "" {
		return nil, fmt.Errorf("%w: no id or no text", errRefused)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderTo, to)
	msg.Subject(m.Subject)
	msg.SetDateWithValue(now)
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.SetMessageIDWithValue(MessageID(m.ID, domain))
	// No machine should answer this, and vacation notices are held back.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply")
	if m.Lang != "" {
		msg.SetGenHeader("Content-Language", m.Lang)
	}
	for name, value := range m.Headers {
		if !headerName(name) || !oneLine(value) || reserved[strings.ToLower(name)] {
			return nil, fmt.Errorf("%w: header", errRefused)
		}
		msg.SetGenHeader(gomail.Header(name), value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// reserved are the headers that only this package sets.
var reserved = map[string]bool{
	"from": true, "to": true, "cc": true, "bcc": true, "sender": true, "subject": true, "date": true,
	"message-id": true, "auto-submitted": true, "mime-version": true, "list-unsubscribe": true, "return-path": true,
	"content-type": true, "content-transfer-encoding": true, "content-language": true, "x-auto-response-suppress": true,
}

func oneLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == '\u2028' || r == '\u2029' })
}

func headerName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	})
}

var _ channel.Sender = (*SMTP)(nil)

func refused(err error) (channel.Delivery, error) {
	return channel.Delivery{State: channel.Failed, Reason: "refused by us"}, err
}
