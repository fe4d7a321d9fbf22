package email

import (
	"context"
	"errors"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"kept/internal/channel"
)

// Mail is one mail in a Box.
type Mail struct {
	Message   channel.Message
	MessageID string
	At        time.Time
}

// Box is a mailbox in memory in place of an SMTP server: it takes what the server would
// take, once per id, and refuses the addresses that it was told to. Mails are Accepted
// and no more, as with SMTP. All methods may be called at once from several goroutines.
type Box struct {
	clock func() time.Time

	mu     sync.Mutex
	mails  []Mail
	byID   map[string]bool
	broken map[string]string
	down   bool
}

var (
	_ channel.Sender     = (*Box)(nil)
	_ channel.Reconciler = (*Box)(nil)
)

// NewBox is an empty mailbox.
func NewBox(clock func() time.Time) *Box {
	return &Box{clock: clock, byID: map[string]bool{}, broken: map[string]string{}}
}

// Break makes every later mail to an address fail with the reason, such as "smtp 550"; an
// empty reason mends it.
func (b *Box) Break(address, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken[key(address)] = reason; reason == "" {
		delete(b.broken, key(address))
	}
}

// Down makes the server unreachable, or reachable again.
func (b *Box) Down(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// Send takes one mail.
func (b *Box) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	now := b.clock()
	msg, err := compose(m, now)
	if err != nil {
		return refused(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down || ctx.Err() != nil {
		return channel.Delivery{State: channel.Retry, Reason: "smtp dial failed"}, errors.New("email: smtp dial failed")
	}
	if reason := b.broken[key(m.To)]; reason != "" {
		return channel.Delivery{State: channel.Failed, Reason: reason}, errors.New("email: " + reason)
	}
	id := msg.GetMessageID()
	if !b.byID[m.ID] {
		b.byID[m.ID] = true
		b.mails = append(b.mails, Mail{Message: m, MessageID: id, At: now})
	}
	return channel.Delivery{State: channel.Accepted, ProviderID: id}, nil
}

// Lookup says whether the box has the mail with our id.
func (b *Box) Lookup(_ context.Context, id string) (channel.Delivery, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.mails {
		if m.Message.ID == id {
			return channel.Delivery{State: channel.Accepted, ProviderID: m.MessageID}, true, nil
		}
	}
	return channel.Delivery{}, false, nil
}

// Mails are the mails that an address got, oldest first.
func (b *Box) Mails(address string) []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Mail
	for _, m := range b.mails {
		if key(m.Message.To) == key(address) {
			out = append(out, m)
		}
	}
	return out
}

// Addresses are the addresses that got mail, sorted, in small letters.
func (b *Box) Addresses() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	set := map[string]bool{}
	for _, m := range b.mails {
		set[key(m.Message.To)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

func key(address string) string {
	if a, err := mail.ParseAddress(address); err == nil {
		address = a.Address
	}
	return strings.ToLower(address)
}
