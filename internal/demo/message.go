package demo

import (
	"strconv"
	"time"

	"kept/internal/desk"
)

// told writes what the person is told; p may be nil, m zero.
func (l *life) told(trigger desk.Trigger, p *desk.Promise, m desk.MessageID, args map[string]string) {
	ch := l.t.Channel
	if ch == desk.ByVoice {
		ch = desk.BySMS
	}
	if l.t.Address == 0 || ch == desk.ByWeb || ch == "" {
		return
	}
	o := desk.Out{Trigger: trigger, Channel: ch, Address: l.t.Address, Message: m, Args: args, FireAt: l.now}
	if p != nil {
		o.Promise = p.ID
	}
	if ch == desk.BySMS {
		o.FireAt = quietUntil(trigger, l.now, l.h.loc)
	}
	l.queue(o)
}

func (l *life) queue(o desk.Out) {
	o.Client, o.ID, o.Ticket, o.Requester, o.Lang = l.h.ID, l.id(), l.t.ID, l.p.ID, l.t.Lang
	o.State, o.CreatedAt = desk.Queued, l.now
	l.outs = append(l.outs, &o)
}

// remind announces the call that was just promised, a quarter of an hour before.
func (l *life) remind() {
	p := l.promises[len(l.promises)-1]
	at := p.Start.Add(-15 * time.Minute)
	if p.Kind == desk.Callback && at.After(l.now) && l.t.Address != 0 && l.t.Channel != desk.ByEmail && l.t.Channel != desk.ByWeb {
		l.queue(desk.Out{Trigger: desk.SaySoon, Channel: desk.BySMS, Address: l.t.Address, Promise: p.ID, FireAt: at})
	}
}

// quietUntil is when a text may go.
func quietUntil(trigger desk.Trigger, now time.Time, loc *time.Location) time.Time {
	switch trigger {
	case desk.SaySoon, desk.SayTried, desk.SayReply, desk.SayFixed, desk.SayReminder, desk.SayClosed, desk.SayMovedByUs, desk.SayVoided:
	default:
		return now
	}
	local := now.In(loc)
	day := local.Day()
	switch h := local.Hour(); {
	case h >= 8 && h < 21:
		return now
	case h >= 21:
		day++
	}
	return time.Date(local.Year(), local.Month(), day, 8, 0, 0, 0, loc).UTC()
}

// deliver sends what is due before t, in order.
func (l *life) deliver(t time.Time) {
	const takes = 2 * time.Second
	for {
		var next *desk.Out
		for _, o := range l.outs {
			if o.State == desk.Queued && (next == nil || o.FireAt.Before(next.FireAt)) {
				next = o
			}
		}
		if next == nil {
			return
		}
		at := next.FireAt
		if at.Before(l.now) {
			at = l.now
		}
		if at = at.Add(takes); at.After(t) || at.After(l.present) {
			return
		}
		l.now = at
		l.sent(next)
	}
}

// sent is what the provider says of a delivery. One text in a hundred never arrives; then mail is
// taken, if the person has any.
func (l *life) sent(o *desk.Out) {
	o.Attempts, o.FireAt = 1, time.Time{}
	o.Provider = "demo-" + strconv.FormatInt(int64(o.Client), 36) + "-" + strconv.FormatInt(o.ID, 36)
	if o.Channel == desk.BySMS && l.p.mail.ID != 0 && o.Args["tried"] == "" && o.Trigger != desk.SaySoon && o.Trigger != desk.SayFirst && l.chance(1) {
		o.State, o.DoneAt, o.Reason = desk.Failed, l.now, "the phone cannot be reached"
		args := map[string]string{"tried": string(desk.BySMS) + ","}
		for k, v := range o.Args {
			args[k] = v
		}
		l.queue(desk.Out{Trigger: o.Trigger, Channel: desk.ByEmail, Address: l.p.mail.ID, Promise: o.Promise, Message: o.Message, Args: args, FireAt: l.now})
		l.outNote(o)
		return
	}
	o.State, o.SentAt, o.DoneAt = desk.Delivered, l.now, l.now
	l.outNote(o)
	if o.Trigger == desk.SayBroken {
		for _, p := range l.promises {
			if strconv.FormatInt(int64(p.ID), 10) == o.Args["broken"] && p.ToldAt.IsZero() {
				p.ToldAt = l.now
				l.note(desk.PromiseTold, sender, desk.EventData{Promise: p.ID, Channel: o.Channel})
			}
		}
	}
	if o.Channel != desk.BySMS || l.texted || l.p.tickets > 1 {
		return
	}
	l.texted = true
	l.queue(desk.Out{Trigger: desk.SayFirst, Channel: desk.BySMS, Address: o.Address, FireAt: l.now})
}

func (l *life) outNote(o *desk.Out) {
	l.note(desk.MessageState, sender, desk.EventData{
		Outbox: o.ID, Promise: o.Promise, Message: o.Message, Channel: o.Channel, Delivery: string(o.State), Reason: string(o.Trigger),
	})
}
