package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/channel/email"
	"kept/internal/channel/sms"
	"kept/internal/channel/voice"
	"kept/internal/demo"
	"kept/internal/desk"
	"kept/internal/web"
)

// phones are the invented telephones and mailboxes of the demo.
type phones struct {
	texts *sms.Fake
	box   *email.Box
	calls *voice.Fake
	names *phoneNames
}

// phoneNames finds out whose the phones of the demo are, and remembers it.
type phoneNames struct {
	app   *app.App // nil until the desk is open
	mu    sync.Mutex
	known map[string]string
}

// Whose looks at who asks first, hospital by hospital, then at who works the desk.
func (p phones) Whose(number string) string {
	p.names.mu.Lock()
	defer p.names.mu.Unlock()
	if p.names.known[number] == "" && p.names.app != nil {
		p.names.known[number] = p.names.find(context.Background(), number)
	}
	return p.names.known[number]
}

func (n *phoneNames) find(ctx context.Context, number string) string {
	v := desk.System("demo")
	clients, err := n.app.Clients(ctx, v)
	if err != nil {
		return "" // it is looked for again
	}
	for _, c := range clients {
		if people, _, err := n.app.Requesters(ctx, v, c.ID, number, "", 1); err == nil && len(people) > 0 {
			return people[0].Name + ", " + string(people[0].Kind) + ", " + c.Name
		}
	}
	page, err := n.app.RosterPage(ctx, v)
	if err != nil {
		return ""
	}
	for _, p := range page.People {
		if string(p.Contact.Phone) == number {
			return p.Name + ", at the desk"
		}
	}
	return ""
}

// ringsFor is how long a phone of the demo rings: long enough to find it.
const ringsFor = 90 * time.Second

// ring lets the phones ring until ctx ends.
func (p phones) ring(ctx context.Context, log *slog.Logger) {
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		if err := p.calls.Step(ctx, clock()); err != nil && ctx.Err() == nil && !desk.Is(err, desk.NotFound) { // faster than the answer to placing it: told again
			log.WarnContext(ctx, "what became of a call of the demo could not be stored; it is told again", "err", err)
		}
	}
}

// callers reports the line of an invented phone system until ctx ends, as a phone system in earnest would.
func callers(ctx context.Context, a *app.App, seed uint64, log *slog.Logger) {
	line := demo.NewCallers(seed)
	said := clock().Add(-callsFor)
	beat := time.NewTicker(demo.CallersStep)
	defer beat.Stop()
	for {
		if _, err := a.HearPhoneLine(ctx, desk.System("demo"), line.Step(clock())); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "the invented phone system could not report", "err", err)
		}
		if now := clock(); now.After(said) {
			if err := reportCalls(ctx, a, seed, said, now); err == nil {
				said = now
			} else if ctx.Err() == nil {
				log.WarnContext(ctx, "the invented phone system could not report its calls; it says them again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
	}
}

// callsFor is of how long ago the phone system of the demo tells when it starts: a report may be seven days late.
const callsFor = 7*24*time.Hour - time.Hour

// reportCalls reports what has happened to calls of all hospitals since said.
func reportCalls(ctx context.Context, a *app.App, seed uint64, said, now time.Time) error {
	v := desk.System("demo")
	clients, err := a.Clients(ctx, v)
	if err != nil {
		return err
	}
	for _, c := range clients {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			return err
		}
		for day := said.Add(-24 * time.Hour); day.Before(now.Add(24 * time.Hour)); day = day.Add(24 * time.Hour) {
			for _, call := range demo.Calls(seed, c, day, zone) {
				news, fresh := demo.News(call, said, now)
				if !fresh || now.Sub(news.Queued) > callsFor {
					continue
				}
				if _, err := a.HearPhoneCall(ctx, v, news); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p phones) Calls() []web.PhoneCall {
	var all []web.PhoneCall
	for _, l := range p.calls.Lines() {
		all = append(all, web.PhoneCall{ID: l.ID, From: l.From, To: l.To, Say: l.Say, Ringing: !l.Over, Key: l.As.Key, Declined: l.As.Busy, At: l.At})
	}
	return all
}

func (p phones) Take(ctx context.Context, id string, how web.PhoneTake) error {
	err := p.calls.Take(ctx, id, map[web.PhoneTake]voice.Phone{web.PressOne: {Answers: true, Key: voice.AckKey}, web.Decline: {Busy: true}, web.RingOut: {}}[how])
	switch {
	case errors.Is(err, voice.ErrOver):
		return desk.Errorf(desk.Conflict, "call.over", "This phone does not ring any more.")
	case desk.Is(err, desk.NotFound):
		return nil // faster than the answer to placing it: told again
	}
	return err
}

func (p phones) Numbers() []string { return p.texts.Numbers() }

func (p phones) Texts(number string) []web.PhoneText {
	var all []web.PhoneText
	for _, t := range p.texts.Phone(number) {
		all = append(all, web.PhoneText{From: t.From, To: t.To, Body: t.Body, Inbound: t.Inbound, State: string(t.State), At: t.At})
	}
	return all
}

func (p phones) Mails(address string) []web.PhoneMail {
	addresses := []string{address}
	if address == "" {
		addresses = p.box.Addresses()
	}
	var all []web.PhoneMail
	for _, a := range addresses {
		for _, m := range p.box.Mails(a) {
			all = append(all, web.PhoneMail{To: m.Message.To, Subject: m.Message.Subject, Body: m.Message.Text, At: m.At})
		}
	}
	slices.SortStableFunc(all, func(a, b web.PhoneMail) int { return a.At.Compare(b.At) })
	return all
}

func (p phones) Reply(ctx context.Context, number, to, text string) error {
	return p.texts.Reply(ctx, number, to, text)
}

// newcomer makes the ids of incoming texts those of this process: the provider of the demo counts from
// 1 after each start, and the desk hears no id twice.
type newcomer struct {
	channel.Sink
	start time.Time
}

func (n newcomer) Receive(ctx context.Context, in channel.Inbound) error {
	in.ProviderID = strconv.FormatInt(n.start.UnixMicro(), 36) + "-" + in.ProviderID
	return n.Sink.Receive(ctx, in)
}
