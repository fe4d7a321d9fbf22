package main

import (
	"context"
	"slices"
	"strconv"
	"time"

	"kept/internal/channel"
	"kept/internal/channel/email"
	"kept/internal/channel/sms"
	"kept/internal/web"
)

// phones are the invented telephones and mailboxes of the demo.
type phones struct {
	texts *sms.Fake
	box   *email.Box
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
