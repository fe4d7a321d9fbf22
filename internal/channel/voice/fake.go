package voice

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"kept/internal/channel"
)

// Phone is what happens at a number that is called. The zero Phone rings and nobody answers.
type Phone struct {
	Answers bool
	Key     string // that is pressed by whoever answers; empty: they hang up
	Busy    bool
	Fails   string // the reason of the carrier
}

// Made is one call that the provider took.
type Made struct {
	ID, From, To, Say string
	At                time.Time
}

// Line is a call that the provider took, and how it stands.
type Line struct {
	Made
	Over bool
	As   Phone // what happened, once it is over
}

// ErrOver says that a call does not ring any more.
var ErrOver = errors.New("voice: the call is over")

// Fake is a provider in this process that behaves like a real one: it takes calls first and tells later, by the same
// forms, what became of them; it suppresses doubles by our id. All methods may be called at once from several
// goroutines. It calls the sink without holding its lock.
type Fake struct {
	clock func() time.Time

	mu      sync.Mutex
	sink    channel.CallSink
	calls   []Made
	byID    map[string]bool
	pending []Made
	phones  map[string]Phone
	slow    map[string]bool
	down    bool
	silent  bool
	rings   time.Duration    // by hand: how long a call rings
	over    map[string]Phone // by hand: how a call ended, by our id
	rang    map[string]bool  // by hand: the sink was told that it rings
}

var _ channel.Sender = (*Fake)(nil)

// NewFake starts a provider without calls.
func NewFake(clock func() time.Time) *Fake {
	return &Fake{clock: clock, byID: map[string]bool{}, phones: map[string]Phone{}, slow: map[string]bool{}, over: map[string]Phone{}, rang: map[string]bool{}}
}

// SetSink says who hears what becomes of calls from now on.
func (f *Fake) SetSink(s channel.CallSink) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sink = s
}

// Set says what happens at a number from now on.
func (f *Fake) Set(number string, p Phone) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.phones[number] = p
}

// Slow makes the provider take the next call to a number and break off before answering.
func (f *Fake) Slow(number string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slow[number] = true
}

// Silent makes the provider tell nothing of our ids, or tell them again.
func (f *Fake) Silent(silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = silent
}

// Down makes the provider unreachable, or reachable again.
func (f *Fake) Down(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

// ByHand makes each call ring until somebody takes it with Take, or for so long: then nobody has answered.
func (f *Fake) ByHand(rings time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rings = rings
}

// Take ends a call that rings, by our id of it, as it would at p, and tells the sink. ErrOver when it does not ring.
func (f *Fake) Take(ctx context.Context, id string, p Phone) error {
	f.mu.Lock()
	if _, over := f.over[id]; over || !f.byID[id] || f.rings == 0 {
		f.mu.Unlock()
		return ErrOver
	}
	f.over[id] = p
	f.mu.Unlock()
	return f.Step(ctx, f.clock())
}

// Lines are all calls that the provider took, oldest first.
func (f *Fake) Lines() (list []Line) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		as, over := f.over[c.ID]
		list = append(list, Line{c, over, as})
	}
	return list
}

// Send takes one call.
func (f *Fake) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down || ctx.Err() != nil {
		return channel.Delivery{State: channel.Retry, Reason: "no connection"}, errors.New("voice: the provider cannot be reached")
	}
	if !f.byID[m.ID] {
		f.byID[m.ID] = true
		c := Made{ID: m.ID, From: m.From, To: m.To, Say: m.Text, At: f.clock()}
		f.calls, f.pending = append(f.calls, c), append(f.pending, c)
	}
	if f.slow[m.To] {
		delete(f.slow, m.To)
		return channel.Delivery{State: channel.Unknown, Reason: "no answer"}, errors.New("voice: timeout")
	}
	return channel.Delivery{State: channel.Accepted, ProviderID: sid(m.ID)}, nil
}

// Step lets the phones ring: the sink is told what became of every call that was taken, with the instant now. News
// that the sink refuses is given again by the next Step. It returns what the sink said.
func (f *Fake) Step(ctx context.Context, now time.Time) error {
	f.mu.Lock()
	pending, sink := f.pending, f.sink
	f.pending = nil
	forms, ends := make([][]url.Values, len(pending)), make([]bool, len(pending))
	for i, c := range pending {
		forms[i], ends[i] = f.happens(c, now)
		for _, form := range forms[i] {
			if !f.silent {
				form.Set("ClientRef", c.ID)
			}
		}
	}
	f.mu.Unlock()
	var errs []error
	for i, c := range pending {
		var err error
		for _, form := range forms[i] {
			if err = tell(ctx, sink, form, now); err != nil {
				errs = append(errs, err)
				break
			}
		}
		if err != nil || !ends[i] {
			f.mu.Lock()
			f.pending = append(f.pending, c)
			f.rang[c.ID] = f.rang[c.ID] || err == nil
			f.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// tell has the sink hear one form, read as a webhook reads it.
func tell(ctx context.Context, sink channel.CallSink, form url.Values, now time.Time) error {
	news, err := ParseCall(form)
	if err != nil || sink == nil {
		return err
	}
	news.At = now
	return sink.Called(ctx, news)
}

// happens is what is to be told of a call by now, and whether it ends with that. Whoever calls holds the lock.
func (f *Fake) happens(c Made, now time.Time) (forms []url.Values, ends bool) {
	if f.rings == 0 {
		return f.phones[c.To].news(sid(c.ID)), true
	}
	if _, over := f.over[c.ID]; !over && now.Sub(c.At) >= f.rings {
		f.over[c.ID] = Phone{}
	}
	if as, over := f.over[c.ID]; over {
		return as.news(sid(c.ID)), true
	}
	if f.rang[c.ID] {
		return nil, false
	}
	return []url.Values{{"CallSid": {sid(c.ID)}, "CallStatus": {"ringing"}}}, false
}

// news is what the provider tells of a call to p, form by form.
func (p Phone) news(id string) []url.Values {
	say := func(status string) url.Values { return url.Values{"CallSid": {id}, "CallStatus": {status}} }
	switch {
	case p.Fails != "":
		failed := say("failed")
		failed.Set("ErrorCode", p.Fails)
		return []url.Values{failed}
	case p.Busy:
		return []url.Values{say("busy")}
	case !p.Answers:
		return []url.Values{say("ringing"), say("no-answer")}
	case p.Key != "":
		return []url.Values{say("ringing"), say("in-progress"), {"CallSid": {id}, "Digits": {p.Key}}, say("completed")}
	}
	return []url.Values{say("ringing"), say("in-progress"), say("completed")}
}

// Ringing is how many calls nothing has been told of yet.
func (f *Fake) Ringing() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pending)
}

// Calls are the calls that the provider took for a number, oldest first.
func (f *Fake) Calls(number string) (list []Made) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c.To == number {
			list = append(list, c)
		}
	}
	return list
}

func sid(id string) string { return "call-" + id }
