package sms

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"kept/internal/channel"
)

// Landline is the reason of a text to a number that takes none.
const Landline = "30006"

var (
	errStopped = errors.New("sms: the person has opted out")
	errDown    = errors.New("sms: the provider cannot be reached")
	errSlow    = errors.New("sms: timeout")
)

// Text is one text as the phone shows it.
type Text struct {
	ID      string // ours for texts to the phone, the provider's for texts from it
	From    string
	To      string
	Body    string
	Inbound bool // from the phone to the desk
	State   channel.State
	Reason  string
	At      time.Time // accepted, or sent by the person
}

// Fake is a provider in this process that behaves like a real one: it takes texts first
// and delivers them later, suppresses doubles by our id, fails where a carrier would,
// refuses people who sent STOP, and can be asked by id. All methods may be called at once
// from several goroutines. It calls the Sink without holding its lock.
type Fake struct {
	clock func() time.Time
	sink  channel.Sink

	mu      sync.Mutex
	at      bool // deliver at once
	n       int
	texts   []*Text           // in the order they came
	byID    map[string]*Text  // texts to phones, by our id
	pending []*Text           // accepted, not yet told about
	broken  map[string]string // number → reason of its carrier
	slow    map[string]bool   // numbers whose next text is taken without an answer
	down    bool
	stopped map[[2]string]bool // person, desk number
}

var (
	_ channel.Sender     = (*Fake)(nil)
	_ channel.Reconciler = (*Fake)(nil)
)

// NewFake starts a provider without texts. With now true every text is delivered while
// Send runs (the demo), else by Step (tests). The sink may be set later, with SetSink.
func NewFake(clock func() time.Time, sink channel.Sink, now bool) *Fake {
	return &Fake{
		clock: clock, sink: sink, at: now,
		byID: map[string]*Text{}, broken: map[string]string{}, slow: map[string]bool{}, stopped: map[[2]string]bool{},
	}
}

// SetSink says who hears receipts and replies from now on.
func (f *Fake) SetSink(s channel.Sink) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sink = s
}

// Break makes every later text to a number fail at its carrier with the reason; an empty
// reason mends the number.
func (f *Fake) Break(number, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken[number] = reason; reason == "" {
		delete(f.broken, number)
	}
}

// Slow makes the provider take the next text to a number and break off before answering.
func (f *Fake) Slow(number string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slow[number] = true
}

// Down makes the provider unreachable, or reachable again.
func (f *Fake) Down(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

// Send takes one text.
func (f *Fake) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	if ctx.Err() != nil {
		return channel.Delivery{State: channel.Retry, Reason: "no connection"}, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return channel.Delivery{State: channel.Retry, Reason: "no connection"}, errDown
	}
	if t := f.byID[m.ID]; t != nil {
		return t.delivery(), nil
	}
	if f.stopped[[2]string{m.To, m.From}] {
		return channel.Delivery{State: channel.Stopped, Reason: codeStopped}, errStopped
	}
	t := &Text{ID: m.ID, From: m.From, To: m.To, Body: m.Text, State: channel.Accepted, At: f.clock()}
	f.texts = append(f.texts, t)
	f.byID[m.ID] = t
	if f.at {
		// A receipt would come before the caller has stored our id, so the answer tells it.
		f.settle(t)
	} else {
		f.pending = append(f.pending, t)
	}
	if f.slow[m.To] {
		delete(f.slow, m.To)
		return channel.Delivery{State: channel.Unknown, Reason: "no answer"}, errSlow
	}
	return t.delivery(), nil
}

// Lookup says what became of the text with our id.
func (f *Fake) Lookup(_ context.Context, id string) (channel.Delivery, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return channel.Delivery{}, false, errDown
	}
	t := f.byID[id]
	if t == nil {
		return channel.Delivery{}, false, nil
	}
	return t.delivery(), true, nil
}

// Step lets the carriers do their work: every accepted text is delivered or fails, and
// the sink gets the receipts, with the instant now. A receipt that the sink refuses is
// given again by the next Step. It returns what the sink said.
func (f *Fake) Step(ctx context.Context, now time.Time) error {
	f.mu.Lock()
	pending, sink := f.pending, f.sink
	f.pending = nil
	receipts := make([]channel.Receipt, len(pending))
	for i, t := range pending {
		f.settle(t)
		receipts[i] = channel.Receipt{Channel: channel.SMS, ProviderID: t.providerID(), State: t.State, Reason: t.Reason, At: now}
	}
	f.mu.Unlock()
	var errs []error
	for i, r := range receipts {
		if sink == nil {
			break
		}
		if err := sink.Receipt(ctx, r); err != nil {
			errs = append(errs, err)
			f.mu.Lock()
			f.pending = append(f.pending, pending[i])
			f.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// settle is what the carrier does. The lock is held.
func (f *Fake) settle(t *Text) {
	if t.State != channel.Accepted {
		return
	}
	if reason := f.broken[t.To]; reason != "" {
		t.State, t.Reason = channel.Failed, reason
		return
	}
	t.State = channel.Delivered
}

// Reply sends a text from a phone to the desk. STOP and its kin (and ALTO, BASTA) also
// make the provider refuse later texts from that desk number; START takes that back.
func (f *Fake) Reply(ctx context.Context, from, to, text string) error {
	f.mu.Lock()
	f.n++
	in := channel.Inbound{
		Channel: channel.SMS, ProviderID: fmt.Sprintf("in-%d", f.n),
		From: from, To: to, Text: text, At: f.clock(),
	}
	f.texts = append(f.texts, &Text{ID: in.ProviderID, From: from, To: to, Body: text, Inbound: true, State: channel.Delivered, At: in.At})
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "ALTO", "BASTA":
		f.stopped[[2]string{from, to}] = true
	case "START", "UNSTOP":
		delete(f.stopped, [2]string{from, to})
	}
	sink := f.sink
	f.mu.Unlock()
	if sink == nil {
		return nil
	}
	return sink.Receive(ctx, in)
}

// Phone is what a phone shows: texts from it, and texts to it that arrived, oldest first.
func (f *Fake) Phone(number string) []Text {
	return f.list(func(t *Text) bool {
		return t.Inbound && t.From == number || !t.Inbound && t.To == number && t.State == channel.Delivered
	})
}

// Sent is every text that the provider took for a number, arrived or not, oldest first.
func (f *Fake) Sent(number string) []Text {
	return f.list(func(t *Text) bool { return !t.Inbound && t.To == number })
}

// Numbers are the phones that have something to show, sorted.
func (f *Fake) Numbers() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	set := map[string]bool{}
	for _, t := range f.texts {
		if t.Inbound {
			set[t.From] = true
		} else {
			set[t.To] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func (f *Fake) list(want func(*Text) bool) []Text {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Text
	for _, t := range f.texts {
		if want(t) {
			out = append(out, *t)
		}
	}
	return out
}

func (t *Text) providerID() string { return "fake-" + t.ID }

func (t *Text) delivery() channel.Delivery {
	return channel.Delivery{State: t.State, ProviderID: t.providerID(), Reason: t.Reason}
}
