package app

import (
	"context"
	"encoding/binary"
	"io"
	"strings"
	"time"

	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
)

const (
	sendLease   = time.Minute
	sendWithin  = 20 * time.Second
	maxSends    = 6 // tries before a message counts as failed and the next channel is taken
	askAgainFor = 24 * time.Hour
	maxClaims   = 5 * maxSends // of one message: more means that it fails before it can be sent
)

// Sender is the source of due messages for a job loop: claimed in batches, sent outside any unit of
// work, each result a unit of its own.
func (a *App) Sender() job.Source { return sender{a} }

type sender struct{ a *App }

func (s sender) Claim(ctx context.Context, now time.Time, n int, lease time.Duration) ([]job.Row, error) {
	var outs []desk.Out
	err := s.a.db.Claim(ctx, "sender", func(tx *store.SystemTx) (err error) {
		outs, err = tx.ClaimOuts(now, now.Add(lease), n)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := make([]job.Row, len(outs))
	for i, o := range outs {
		rows[i] = job.Row{ID: outID(o), Attempts: o.Attempts, FireAt: o.FireAt, Work: func(ctx context.Context) error { return s.a.post(ctx, o) }}
	}
	return rows, nil
}

// Return leaves the lease to run out: the row then comes back as one that may have been sent.
func (s sender) Return(context.Context, job.Row, time.Time, string) error { return nil }

// Send claims messages that are due and sends them, at most n. It gives how many, and when the next
// is due (zero: none waits).
func (a *App) Send(ctx context.Context, n int) (done int, next time.Time, err error) {
	rows, err := sender{a}.Claim(ctx, a.Now(), n, sendLease)
	if err != nil {
		return 0, next, err
	}
	for _, r := range rows {
		if err := r.Work(ctx); err != nil {
			return done, next, err
		}
		done++
	}
	err = a.db.Claim(ctx, "sender", func(tx *store.SystemTx) error {
		at, ok, err := tx.NextOut()
		if ok {
			next = at
		}
		return err
	})
	return done, next, err
}

// post gives one claimed message to its provider and stores what the provider said.
func (a *App) post(ctx context.Context, o desk.Out) error {
	v := desk.System("sender")
	c, err := a.Client(ctx, v, o.Client)
	if err != nil {
		return err
	}
	if o.Attempts > maxClaims {
		return a.sent(ctx, c, o, channel.Delivery{State: channel.Failed, Reason: "it could not be sent in any try"})
	}
	l := letter{out: o, c: c, origin: a.origin(c)}
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		of, err := tx.Spoken(o)
		if err != nil {
			return err
		}
		l.now, l.t, l.r, l.to, l.p = tx.Now(), of.Ticket, of.Requester, of.Address, of.Promise
		if o.Trigger == desk.SayBroken {
			l.broken, err = a.breaches(tx, o)
		}
		return err
	})
	if err != nil {
		return err
	}
	if o.Trigger == desk.SayBroken {
		if len(l.broken) == 0 {
			return a.sent(ctx, c, o, notNeededNow)
		}
		l.p = l.broken[0].repair
	}
	l.leader = a.staffName(l.p.Owner)
	if o.Trigger == desk.SaySoon && !l.p.State.Live() {
		return a.sent(ctx, c, o, channel.Delivery{State: "cancelled", Reason: "promise " + string(l.p.State)})
	}
	if o.Channel == desk.BySMS && !l.to.Texts() {
		if o.Trigger == desk.SayMade || !essential(o.Trigger) {
			return a.sent(ctx, c, o, channel.Delivery{State: "cancelled", Reason: noText}) // they heard it as it was made
		}
		return a.sent(ctx, c, o, channel.Delivery{State: channel.Failed, Reason: noText})
	}
	if o.Channel == desk.BySMS && !l.to.StoppedAt.IsZero() && o.Trigger != desk.SayStop {
		return a.sent(ctx, c, o, channel.Delivery{State: channel.Stopped, Reason: "the person asked for no texts"})
	}
	if (o.Channel == desk.BySMS || o.Trigger == desk.SayNudge) && o.State != desk.Unknown && o.Args[promisedNow] == "" {
		// What waited for hours, after an outage say, must not wake anybody.
		if at := quietUntil(o.Trigger, l.now, zoneOf(c)); at.After(l.now) {
			return a.sent(ctx, c, o, channel.Delivery{State: "quiet"})
		}
	}
	var via channel.Sender
	var m channel.Message
	switch o.Channel {
	case desk.BySMS:
		via, m = a.sms, l.text()
	case desk.ByEmail:
		via, m = a.mail, l.post()
	}
	if via == nil {
		return a.sent(ctx, c, o, channel.Delivery{State: channel.Failed, Reason: "this desk has no provider for " + string(o.Channel)})
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	if o.State == desk.Unknown {
		if known, ok := via.(channel.Reconciler); ok {
			d, found, err := known.Lookup(ctx, m.ID)
			if err != nil {
				return a.sent(ctx, c, o, channel.Delivery{State: channel.Unknown, Reason: "the provider cannot say"})
			}
			if found {
				return a.sent(ctx, c, o, d)
			}
		}
	}
	d, err := via.Send(ctx, m)
	if err != nil && d.State == "" {
		d = channel.Delivery{State: channel.Retry, Reason: "the provider did not answer"}
	}
	return a.sent(ctx, c, o, d)
}

// noText is why a text cannot go to a number with an extension.
const noText = "no text reaches an extension"

// sent stores the result of one try. The request that caused it may be gone, so it has its own time.
func (a *App) sent(ctx context.Context, c desk.Client, o desk.Out, d channel.Delivery) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	first := store.Ahead{Tickets: []desk.TicketID{o.Ticket}, Outs: []int64{o.ID}}
	return a.onAsking(ctx, desk.System("sender"), c, first, o.Ticket, func(x *act) error {
		now, err := x.tx.Out(o.ID)
		if err != nil {
			return err
		}
		if now.Attempts != o.Attempts || now.FireAt.IsZero() {
			return nil // somebody else has had it since, or a receipt came first
		}
		return x.delivered(now, d)
	})
}

// delivered applies what a provider says of a delivery, in the answer to sending it or in a receipt.
func (x *act) delivered(o desk.Out, d channel.Delivery) error {
	o.LeasedTo = time.Time{}
	if d.ProviderID != "" {
		o.Provider = d.ProviderID
	}
	o.Reason = d.Reason
	switch d.State {
	case channel.Accepted, channel.Delivered:
		first := o.SentAt.IsZero()
		o.State, o.FireAt = desk.Accepted, time.Time{}
		if first {
			o.SentAt = x.now()
		}
		if d.State == channel.Delivered {
			o.State, o.DoneAt = desk.Delivered, x.now()
		}
		if err := x.outNote(o); err != nil {
			return err
		}
		if err := x.arrived(o); err != nil {
			return err
		}
		if first {
			return x.accepted(o)
		}
		return nil
	case "quiet":
		o.State, o.FireAt, o.Attempts = desk.Queued, quietUntil(o.Trigger, x.now(), zoneOf(x.c)), 0
		return x.tx.SaveOut(o)
	case channel.Retry:
		if o.Attempts < maxSends {
			o.State, o.FireAt = desk.Queued, x.now().Add(channel.Backoff(o.Attempts, x.a.dice()))
			return x.tx.SaveOut(o)
		}
		return x.fallBack(o, "given up after several tries: "+d.Reason)
	case channel.Unknown:
		if x.now().Sub(o.CreatedAt) < askAgainFor && o.Attempts < 4*maxSends {
			o.State, o.FireAt = desk.Unknown, x.now().Add(channel.Backoff(o.Attempts, x.a.dice()))
			return x.tx.SaveOut(o)
		}
		return x.fallBack(o, "nobody knows whether it arrived")
	case channel.Stopped:
		to, err := x.tx.Address(o.Address)
		if err != nil {
			return err
		}
		if to.StoppedAt.IsZero() {
			to.StoppedAt = x.now()
			if err := x.tx.SaveAddress(to); err != nil {
				return err
			}
		}
		return x.fallBack(o, d.Reason)
	case "cancelled":
		o.State, o.FireAt, o.DoneAt = desk.Cancelled, time.Time{}, x.now()
		if err := x.tx.SaveOut(o); err != nil {
			return err
		}
		return x.astray(o, 0)
	}
	return x.fallBack(o, d.Reason)
}

// dice gives a number from 0 to below 1, so that what failed together is not tried again together.
func (a *App) dice() float64 {
	var b [8]byte
	_, _ = io.ReadFull(a.rand, b[:]) // without one it is 0, which is no harm
	return float64(binary.NativeEndian.Uint64(b[:])>>11) / (1 << 53)
}

func (x *act) outNote(o desk.Out) error {
	if err := x.tx.SaveOut(o); err != nil {
		return err
	}
	return x.note(desk.MessageState, desk.EventData{
		Outbox: o.ID, Promise: o.Promise, Message: o.Message, Channel: o.Channel, Delivery: string(o.State), Reason: string(o.Trigger),
	})
}

// accepted does what follows when the provider has a message: news of a break counts as told, and
// the first text to a person says how to stop texts.
func (x *act) accepted(o desk.Out) error {
	if o.Trigger == desk.SayBroken {
		if err := x.eachBreak(o, func(x *act, repair desk.Promise) error { return x.told(repair, o.Channel) }); err != nil {
			return err
		}
	}
	if o.Channel != desk.BySMS || o.Trigger == desk.SayFirst || o.Trigger == desk.SayStop {
		return nil
	}
	if known, err := x.tx.Knows(o); known || err != nil {
		return err
	}
	_, err := x.queue(desk.Out{Trigger: desk.SayFirst, Channel: desk.BySMS, Address: o.Address, FireAt: x.now()})
	return err
}

// told notes that the person knows of the break that repair p repairs.
func (x *act) told(p desk.Promise, by desk.Channel) error {
	if p.RepairOf == 0 {
		return nil
	}
	broken, err := x.tx.Promise(p.RepairOf)
	if err != nil || !broken.ToldAt.IsZero() || broken.State != desk.Broken {
		return err
	}
	broken.ToldAt = x.now()
	if err := x.tx.SavePromise(broken); err != nil {
		return err
	}
	if by == desk.BySMS || by == desk.ByEmail {
		late := broken.ToldAt.Sub(broken.Due)
		x.tx.After(func() { x.a.told(late) })
	}
	return x.note(desk.PromiseTold, desk.EventData{Promise: broken.ID, Channel: by})
}

// untold takes back that the person knows of the break that repair p repairs: what the provider had taken
// did not arrive.
func (x *act) untold(repair desk.Promise) error {
	if repair.RepairOf == 0 {
		return nil
	}
	broken, err := x.tx.Promise(repair.RepairOf)
	if err != nil || broken.ToldAt.IsZero() {
		return err
	}
	broken.ToldAt = time.Time{}
	return x.tx.SavePromise(broken)
}

// fallBack ends a delivery as failed and, where the person must be told, takes the next channel: text,
// mail, then a call by a supervisor. When none is left the person cannot be told, which is a
// supervisor's task and never silence.
func (x *act) fallBack(o desk.Out, reason string) error {
	o.State, o.FireAt, o.DoneAt, o.Reason = desk.Failed, time.Time{}, x.now(), reason
	if !essential(o.Trigger) {
		return x.outNote(o)
	}
	if o.Trigger == desk.SayBroken && !o.SentAt.IsZero() {
		if err := x.eachBreak(o, (*act).untold); err != nil {
			return err
		}
	}
	tried := o.Args["tried"] + string(o.Channel) + ","
	addresses, err := x.tx.Addresses(o.Requester)
	if err != nil {
		return err
	}
	args := withArg(o.Args, "tried", tried)
	phone := false
	for _, ad := range addresses {
		if ad.Kind == desk.PhoneAddress {
			phone = true
		}
		ch := desk.BySMS
		if ad.Kind == desk.EmailAddress {
			ch = desk.ByEmail
		}
		if strings.Contains(tried, string(ch)) || ad.ID == o.Address || ch == desk.BySMS && !ad.TakesTexts() {
			continue
		}
		next := desk.Out{Trigger: o.Trigger, Channel: ch, Address: ad.ID, Promise: o.Promise, Message: o.Message, Args: args, FireAt: x.now()}
		if ch == desk.BySMS {
			next = x.atRightTime(next)
		}
		if o.FellBack, err = x.queue(next); err != nil {
			return err
		}
		if err := x.outNote(o); err != nil {
			return err
		}
		return x.astray(o, o.FellBack)
	}
	if err := x.outNote(o); err != nil {
		return err
	}
	if err := x.astray(o, 0); err != nil {
		return err
	}
	unreached := func(x *act, p desk.Promise) error {
		if phone {
			return x.raise(desk.AlertCallTask, p.ID, desk.FlagNone, "call the person: "+string(o.Trigger)+" could not be sent")
		}
		return x.cannotTell(p.ID, reason)
	}
	if o.Trigger == desk.SayBroken {
		return x.eachBreak(o, unreached)
	}
	return unreached(x, desk.Promise{ID: o.Promise})
}
