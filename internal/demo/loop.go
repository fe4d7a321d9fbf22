package demo

import (
	"time"

	"kept/internal/desk"
)

// The end of the loop: the desk asks, the person answers.

var confirmAfter = []time.Duration{2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour}

// askIfFixed asks the person and promises to ask again. talked: with the answer itself.
func (l *life) askIfFixed(w *worker, talked bool) {
	l.keepWords(actor(w), "asked_if_fixed")
	l.resumes(actor(w), "asked")
	l.t.State, l.t.AskedAt = desk.Asked, l.now
	var heard desk.EventData
	switch {
	case talked:
		heard.Channel = desk.ByVoice
	case l.t.Address == 0 || l.t.Channel == desk.ByWeb:
		heard.Channel = desk.ByWeb
	}
	l.note(desk.AskedIfFixed, actor(w), heard)
	p := l.add(actor(w), desk.Promise{Kind: desk.Confirm, Source: desk.FromAgreement, Due: l.now.Add(confirmAfter[0]), Step: 1}, nil)
	l.told(desk.SayFixed, p, 0, nil)
}

// askAgain is what the clock does when a confirm promise falls due; false when it closes the ticket.
func (l *life) askAgain(p *desk.Promise) (*desk.Promise, bool) {
	l.keep(p, system, "asked_again")
	if p.Step >= len(confirmAfter) {
		l.note(desk.ClosedUnheard, system, desk.EventData{})
		l.t.State, l.t.ClosedAt = desk.Unconfirmed, l.now
		l.told(desk.SayClosed, nil, 0, nil)
		return nil, false
	}
	next := l.add(system, desk.Promise{Kind: desk.Confirm, Source: desk.FromAgreement, Due: l.t.AskedAt.Add(confirmAfter[p.Step]), Step: p.Step + 1}, nil)
	l.told(desk.SayReminder, next, 0, nil)
	return next, true
}

// closes ends the ticket by the word of the person, and every promise with it.
func (l *life) closes(state desk.TicketState, by desk.Actor) {
	typ := desk.SaidFixed
	if state == desk.NotNeeded {
		typ = desk.TicketWithdrawn
	}
	l.note(typ, by, desk.EventData{})
	for _, p := range l.live() {
		if p.Kind == desk.Confirm {
			l.keep(p, by, "answered")
			continue
		}
		next, err := p.Withdraw(l.now)
		if l.becomes(p, next, err) {
			l.end(p, desk.PromiseWithdrawn, by, desk.EventData{})
		}
	}
	l.resumes(by, "closed")
	l.t.State, l.t.ClosedAt = state, l.now
}

// notYet opens the loop again with words, when the person says that it is not fixed.
func (l *life) notYet(via desk.Via, words string, s *slot) *desk.Promise {
	l.note(desk.SaidNotFixed, them, desk.EventData{})
	l.hear(via, words)
	for _, p := range l.live() {
		if p.Kind == desk.Confirm {
			l.keep(p, them, "answered")
		}
	}
	l.t.State, l.t.AskedAt = desk.Working, time.Time{}
	p := l.reply()
	if s != nil {
		p = desk.Promise{Kind: desk.Callback, Source: desk.FromPerson, Unproven: true}
	}
	p.Unproven = true
	np := l.add(them, p, s)
	l.told(desk.SayReopened, np, 0, nil)
	l.remind()
	return np
}

// void ends the ticket as a duplicate.
func (l *life) void(w *worker, reason string) {
	for _, p := range l.live() {
		next, err := p.Void(l.now)
		if l.becomes(p, next, err) {
			l.end(p, desk.PromiseVoided, actor(w), desk.EventData{Reason: reason})
		}
	}
	l.resumes(actor(w), "closed")
	l.t.State, l.t.ClosedAt = desk.Void, l.now
	l.note(desk.TicketVoided, actor(w), desk.EventData{Reason: reason})
	l.told(desk.SayVoided, nil, 0, nil)
}

// replies answers in words; news is promised while nothing else is.
func (l *life) replies(w *worker, body string) {
	m := l.say(desk.ToThem, desk.ViaDesk, actor(w), body)
	l.told(desk.SayReply, nil, m, nil)
	l.keepWords(actor(w), "replied")
	l.resumes(actor(w), "answered")
	if l.t.State == desk.New {
		l.t.State = desk.Working
	}
	if l.t.Owner == 0 {
		l.t.Owner = w.ID
	}
	if len(l.live()) == 0 {
		l.add(actor(w), desk.Promise{Kind: desk.Update, Source: desk.FromAgreement, Due: l.now.Add(48 * time.Hour)}, nil)
	}
}

// settle makes the ticket's due instant that of its earliest live promise.
func (l *life) settle() {
	l.t.Due, l.t.Promise = time.Time{}, 0
	for _, p := range l.live() {
		if l.t.Promise == 0 || p.Due.Before(l.t.Due) || p.Due.Equal(l.t.Due) && p.ID < l.t.Promise {
			l.t.Due, l.t.Promise = p.Due, p.ID
		}
	}
}

// waits asks the person for one thing; what was promised goes on.
func (l *life) waits(w *worker) {
	until := l.now.Add(7 * 24 * time.Hour)
	if !until.After(l.present) {
		until = l.present.Add(2 * 24 * time.Hour) // it still waits
	}
	l.t.State, l.t.WaitingFor, l.t.WaitingSince, l.t.WaitingUntil = desk.Waiting, desk.WaitPerson, l.now, until
	l.note(desk.TicketWaiting, actor(w), l.waiting())
}

// waiting is what events say of a wait.
func (l *life) waiting() desk.EventData {
	return desk.EventData{Waits: l.t.WaitingFor, Reason: string(l.t.WaitingFor), Since: l.t.WaitingSince.UnixMicro(), Until: l.t.WaitingUntil.UnixMicro(), Channel: desk.ByWeb}
}

// resumes ends a wait, if there is one.
func (l *life) resumes(by desk.Actor, why string) {
	if l.t.State != desk.Waiting {
		return
	}
	d := l.waiting()
	d.Outcome = why
	l.t.State, l.t.WaitingFor, l.t.WaitingSince, l.t.WaitingUntil = desk.Working, "", time.Time{}, time.Time{}
	l.note(desk.TicketResumed, by, d)
}
