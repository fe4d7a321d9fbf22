package demo

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"kept/internal/desk"
)

func (l *life) live() []*desk.Promise {
	var all []*desk.Promise
	for _, p := range l.promises {
		if p.State.Live() {
			all = append(all, p)
		}
	}
	return all
}

// add makes a promise; s is its seat, nil for kinds that take none.
func (l *life) add(by desk.Actor, p desk.Promise, s *slot) *desk.Promise {
	p.Client, p.ID, p.Ticket, p.Requester, p.Function = l.h.ID, desk.PromiseID(l.id()), l.t.ID, l.p.ID, l.t.Function
	p.MadeBy, p.MadeAt, p.Lang = by, l.now, l.t.Lang
	if p.State == "" {
		p.State = desk.Open
	}
	if p.Role == "" {
		p.Role = desk.Supervisor
	}
	if p.Skill == "" {
		p.Skill = l.t.Skill
	}
	if p.Channel == "" {
		p.Channel, p.Address = l.t.Channel, l.t.Address
	}
	ownerIs := ""
	if s != nil {
		p.Start, p.Due, p.Owner, ownerIs = s.start, s.start.Add(slotLength), s.who.ID, s.who.Name
		l.seats[p.ID] = *s
	}
	p.Due = p.Due.Truncate(time.Millisecond)
	if p.Start.IsZero() {
		p.Start = p.Due
	}
	p.FireAt = p.Due
	l.promises = append(l.promises, &p)
	l.note(desk.PromiseMade, by, desk.EventData{
		Promise: p.ID, Kind: p.Kind, Source: p.Source, Start: p.Start.UnixMicro(), Due: p.Due.UnixMicro(),
		Owner: p.Owner, OwnerIs: ownerIs, RepairOf: p.RepairOf,
	})
	return &p
}

// reply is what the agreement promises to everybody who asks.
func (l *life) reply() desk.Promise {
	return desk.Promise{Kind: desk.Reply, Source: desk.FromAgreement, Due: l.now.Add(l.h.ReplyIn)}
}

// end notes that a promise, already in its last state, has ended.
func (l *life) end(p *desk.Promise, typ desk.EventType, by desk.Actor, d desk.EventData) {
	d.Promise, d.Kind, d.State, d.Due, d.Outcome = p.ID, p.Kind, p.State, p.Due.UnixMicro(), p.Outcome
	for _, o := range l.outs {
		if o.Promise == p.ID && o.State == desk.Queued && (o.Trigger == desk.SaySoon || o.Trigger == desk.SayMade || o.Trigger == desk.SayMoved || o.Trigger == desk.SayMovedByUs) {
			o.State, o.FireAt, o.DoneAt, o.Reason = desk.Cancelled, time.Time{}, l.now, "promise "+string(p.State)
		}
	}
	at := l.now
	if typ == desk.PromiseBroken {
		at = p.Due
	} else if s, ok := l.seats[p.ID]; ok {
		l.s.roster.free(s)
		delete(l.seats, p.ID)
	}
	l.noteAt(typ, at, by, d)
}

// becomes stores what a transition of a promise gave; a script that asks for one that cannot be is a
// fault, kept for the writer to report.
func (l *life) becomes(p *desk.Promise, next desk.Promise, err error) bool {
	if err != nil {
		l.s.fault = fmt.Errorf("ticket %s: %w", l.t.Ref, err)
		return false
	}
	*p = next
	return true
}

func (l *life) keep(p *desk.Promise, by desk.Actor, outcome string) {
	at := l.now
	if p.Kind == desk.Confirm && !at.Before(p.Due) {
		at = p.Due.Add(-time.Microsecond)
	}
	repair := p.RepairOf
	next, err := p.Keep(at, outcome)
	if l.becomes(p, next, err) {
		if outcome != "reached" {
			repair = 0
		}
		l.end(p, desk.PromiseKept, by, desk.EventData{RepairOf: repair})
	}
}

// keepWords keeps what an answer in words keeps.
func (l *life) keepWords(by desk.Actor, outcome string) {
	for _, p := range l.live() {
		if (p.Kind == desk.Reply || p.Kind == desk.Update) && l.now.Before(p.BreaksAt()) {
			l.keep(p, by, outcome)
		}
	}
}

// breaks lets the clock break p: the person is told and a supervisor promises a repair.
func (l *life) breaks(p *desk.Promise) *desk.Promise {
	due := p.Due
	next, err := p.Break(l.now)
	if !l.becomes(p, next, err) {
		return p
	}
	l.t.Breaks++
	if l.t.State == desk.Asked {
		l.t.State = desk.Working
	}
	l.end(p, desk.PromiseBroken, system, desk.EventData{Reason: "due"})
	np := desk.Promise{Kind: p.Kind, Source: p.Source, Channel: p.Channel, Address: p.Address, Skill: p.Skill, Role: desk.Supervisor,
		RepairOf: p.ID, Voicemail: p.Voicemail, Unproven: p.Unproven}
	// A window that is nearly over is of no use to anybody.
	from := due.Truncate(slotLength)
	for from.Add(slotLength).Before(l.now.Add(5 * time.Minute)) {
		from = from.Add(slotLength)
	}
	if left := from.Add(slotLength).Sub(l.present); left > 0 && left < 12*time.Minute {
		from = from.Add(slotLength) // so that whoever starts the demo now sees it before it falls due
	}
	s, ok := l.s.roster.windowFrom(need{client: l.h.ID, lead: true}, from, 0)
	repair := &s
	if !ok {
		repair, np.Due = nil, l.now.Add(time.Hour)
	}
	made := l.add(system, np, repair)
	l.told(desk.SayBroken, made, 0, map[string]string{
		"due": strconv.FormatInt(due.UnixMicro(), 10), "broken": strconv.FormatInt(int64(p.ID), 10),
	})
	return made
}

// calls begins a call for p.
func (l *life) calls(p *desk.Promise, w *worker) {
	next, err := p.Try(l.now)
	if !l.becomes(p, next, err) {
		return
	}
	l.tries = append(l.tries, desk.Attempt{Client: l.h.ID, Promise: p.ID, N: p.Tries + 1, Ticket: l.t.ID, Staff: w.ID, StaffName: w.Name, How: desk.ByVoice, BeganAt: l.now})
	l.note(desk.PromiseTrying, actor(w), desk.EventData{Promise: p.ID, Tries: p.Tries + 1})
}

// reached ends a call with the person on the line, and asks whether it is fixed.
func (l *life) reached(p *desk.Promise, w *worker, note string) {
	l.hungUp("reached")
	l.keep(p, actor(w), "reached")
	if note != "" {
		l.say(desk.Note, desk.ViaPhone, actor(w), note)
	}
	if l.t.Owner == 0 {
		l.t.Owner = w.ID
	}
	l.askIfFixed(w, true)
}

func (l *life) hungUp(outcome string) {
	try := &l.tries[len(l.tries)-1]
	try.EndedAt, try.Outcome = l.now, outcome
}

// missed ends a call without the person: the promise moves on to the next window, or nil after the
// last try, when words are promised instead.
func (l *life) missed(p *desk.Promise, w *worker, outcome string) *desk.Promise {
	l.hungUp(outcome)
	n := p.Tries + 1
	next, err := p.Missed()
	if !l.becomes(p, next, err) {
		return nil
	}
	l.note(desk.PromiseTried, actor(w), desk.EventData{Promise: p.ID, Tries: n, Outcome: outcome})
	from := l.now.Add(slotLength)
	if p.Due.After(from) {
		from = p.Due
	}
	s, ok := l.window(p.Skill, from, l.rnd.IntN(3))
	if n >= desk.MaxAttempts || !ok {
		if ok {
			l.s.roster.free(s)
		}
		l.keep(p, actor(w), "not_reached")
		l.told(desk.SayTried, l.add(actor(w), l.reply(), nil), 0, nil)
		return nil
	}
	np := l.add(actor(w), desk.Promise{Kind: p.Kind, Source: desk.FromPerson, Skill: p.Skill, RepairOf: p.RepairOf, Tries: n, State: desk.Attempted,
		Replaces: p.ID, Channel: p.Channel, Address: p.Address, Voicemail: p.Voicemail, Unproven: p.Unproven}, &s)
	at := l.now
	if !at.Before(p.Due) {
		at = p.Due.Add(-time.Microsecond) // a call that began in time was made in time
	}
	moved, err := p.Move(at, desk.MovedByMiss)
	if !l.becomes(p, moved, err) {
		return nil
	}
	p.Outcome = outcome
	l.end(p, desk.PromiseMoved, actor(w), desk.EventData{New: np.ID, MovedBy: desk.MovedByMiss, Reason: outcome})
	l.told(desk.SayTried, np, 0, nil)
	return np
}

// move puts another window in the place of p.
func (l *life) move(p *desk.Promise, by desk.Actor, who desk.MovedBy, s slot) *desk.Promise {
	np := l.add(by, desk.Promise{Kind: p.Kind, Source: p.Source, Skill: p.Skill, RepairOf: p.RepairOf, Tries: p.Tries, Replaces: p.ID,
		Channel: p.Channel, Address: p.Address, Voicemail: p.Voicemail, Unproven: p.Unproven}, &s)
	moved, err := p.Move(l.now, who)
	if !l.becomes(p, moved, err) {
		return np
	}
	l.end(p, desk.PromiseMoved, by, desk.EventData{New: np.ID, MovedBy: who})
	trigger := desk.SayMoved
	if who == desk.MovedByUs {
		trigger = desk.SayMovedByUs
	}
	l.told(trigger, np, 0, nil)
	l.remind()
	return np
}

// window takes a seat for a call about the ticket.
func (l *life) window(skill string, from time.Time, skip int) (slot, bool) {
	n := need{client: l.h.ID, skill: skill}
	if l.t.Lang == "es" || l.p.Lang == "es" {
		n.lang = "es"
	}
	return l.s.roster.windowFrom(n, from, skip)
}

// seat gives the seat that a live or broken promise still holds.
func (l *life) seat(p *desk.Promise) (slot, bool) {
	s, ok := l.seats[p.ID]
	return s, ok && s.stored
}

// lastLive is the live promise that was made last.
func (l *life) lastLive() *desk.Promise {
	for _, p := range slices.Backward(l.promises) {
		if p.State.Live() {
			return p
		}
	}
	return nil
}
