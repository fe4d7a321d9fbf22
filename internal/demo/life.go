package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/desk"
)

// life is the life of one ticket, from its opening until it closes or the present comes. Its acts do
// to values in memory what the acts of the desk do to rows; write.go stores what they leave.
//
// A script (script.go) calls at before each act. At lets what falls due before happen, the sending of
// messages above all, and is false when the present has come: then the script ends and the ticket
// stays as it is.
type life struct {
	s   *seeder
	h   *hospital
	q   *question
	p   *person
	rnd *rand.Rand

	now     time.Time
	present time.Time
	serial  int64 // of the ticket among all, for ids
	grain   int64 // of the latest id
	count   int64 // of ids in this grain

	t        desk.Ticket
	promises []*desk.Promise
	seats    map[desk.PromiseID]slot
	events   []desk.Event
	messages []desk.Message
	outs     []*desk.Out
	tries    []desk.Attempt
	alerts   []desk.Alert
	found    []string
	texted   bool // a text went to the person before
}

// Ids grow with time, as those of the store: 53 bits, of which the upper are a count of stretches of
// 4.096 seconds, then the serial number of the ticket, then a count of the rows of the ticket.
const (
	idEpoch    = 1_735_689_600_000 // milliseconds: 2025-01-01 UTC
	grainBits  = 12
	serialBits = 20
	countBits  = 4
	mostSerial = 1<<serialBits - 1
)

func (l *life) id() int64 {
	grain := max(l.now.UnixMilli()-idEpoch, 0) >> grainBits
	switch {
	case grain > l.grain:
		l.grain, l.count = grain, 0
	case l.count == 1<<countBits-1:
		l.grain, l.count = l.grain+1, 0
	default:
		l.count++
	}
	return l.grain<<(serialBits+countBits) | l.serial<<countBits | l.count
}

// at moves on to t; false when the present comes first.
func (l *life) at(t time.Time) bool {
	if t.Before(l.now) {
		t = l.now
	}
	t = t.Truncate(time.Millisecond)
	l.deliver(t)
	if t.After(l.present) {
		return false
	}
	l.now = t
	return true
}

// after is at, some time from now.
func (l *life) after(d time.Duration) bool { return l.at(l.now.Add(d)) }

// between gives a length of time between two.
func (l *life) between(from, to time.Duration) time.Duration {
	if to <= from {
		return from
	}
	return from + time.Duration(l.rnd.Int64N(int64(to-from)))
}

// chance is true n times of a hundred.
func (l *life) chance(n int) bool { return l.rnd.IntN(100) < n }

func oneOf[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// Who acts.

var (
	system = desk.Actor{Who: desk.WhoSystem, Name: "clock"}
	sender = desk.Actor{Who: desk.WhoSystem, Name: "sender"}
	them   = desk.Actor{Who: desk.WhoRequester}
)

func actor(w *worker) desk.Actor {
	return desk.Actor{Who: desk.WhoStaff, ID: int64(w.ID), Name: w.Name}
}

// onDuty is somebody at work now who can answer.
func (l *life) onDuty() *worker {
	return l.s.roster.now(need{client: l.h.ID, skill: l.t.Skill, lang: l.t.Lang}, l.now, l.rnd.IntN)
}

// leading is the supervisor at work now.
func (l *life) leading() *worker {
	return l.s.roster.now(need{client: l.h.ID, lead: true}, l.now, l.rnd.IntN)
}

// History.

func (l *life) note(typ desk.EventType, by desk.Actor, d desk.EventData) {
	l.noteAt(typ, l.now, by, d)
}

func (l *life) noteAt(typ desk.EventType, at time.Time, by desk.Actor, d desk.EventData) {
	l.t.Seq++
	l.t.ChangedAt = l.now
	l.events = append(l.events, desk.Event{Client: l.h.ID, Ticket: l.t.ID, Seq: l.t.Seq, Type: typ, By: by, HappenedAt: at, RecordedAt: l.now, Data: d})
}

// open begins the ticket: words come in and something is promised. p has at least a kind and a due.
func (l *life) open(via desk.Via, by desk.Actor, said, note string, p desk.Promise, s *slot) {
	t := &l.t
	*t = desk.Ticket{
		Client: l.h.ID, ID: desk.TicketID(l.id()), Requester: l.p.ID, Subject: subjectOf(said), State: desk.New, Kind: desk.Question,
		Priority: l.q.Priority, Function: l.q.Function, Skill: l.q.Skill, Via: via, Lang: l.p.Lang, About: desk.AboutMe,
		OpenedAt: l.now, Ref: desk.NewRef(l.s.refs, desk.RefLength), Token: desk.NewTrackerToken(l.s.refs),
	}
	if l.p.Kind != desk.Patient {
		t.Kind = desk.Incident
	}
	if by.Who == desk.WhoStaff {
		t.Owner = desk.StaffID(by.ID)
	}
	t.Channel, t.Address = l.p.reach(via)
	if p.Kind == desk.Callback {
		t.Channel, t.Address = desk.ByVoice, l.p.phone.ID
	}
	p.Channel, p.Address, p.Unproven = t.Channel, t.Address, by.Who == desk.WhoRequester && !l.p.Proven
	p.Voicemail = p.Kind == desk.Callback && l.p.phone.Voicemail
	l.note(desk.TicketOpened, by, desk.EventData{Via: via})
	l.hear(via, said)
	if note != "" {
		l.say(desk.Note, desk.ViaDesk, by, note)
	}
	l.told(desk.SayMade, l.add(by, p, s), 0, nil)
	l.remind()
}

// subjectOf is the first line of words, as the desk cuts it.
func subjectOf(said string) string {
	line, _, _ := strings.Cut(said, "\n")
	if r := []rune(line); len(r) > 80 {
		return strings.TrimSpace(string(r[:79])) + "…"
	}
	return line
}

// hear adds words of the person, and looks for words of danger in them.
func (l *life) hear(via desk.Via, body string) {
	m := desk.Message{Client: l.h.ID, ID: desk.MessageID(l.id()), Ticket: l.t.ID, Kind: desk.FromThem, Via: via,
		By: desk.Actor{Who: desk.WhoRequester, ID: int64(l.p.ID)}, Body: body, At: l.now, Flag: l.s.flag(body)}
	l.messages = append(l.messages, m)
	by := them
	if via == desk.ViaPhone {
		by = actor(l.onDuty())
	}
	l.note(desk.MessageIn, by, desk.EventData{Message: m.ID, Via: via, Flag: m.Flag})
	if m.Flag != desk.FlagNone {
		a := desk.Alert{ID: l.id(), Client: l.h.ID, Ticket: l.t.ID, Kind: desk.AlertRedFlag, Flag: m.Flag, Note: "words of danger in a message", RaisedAt: l.now}
		if seen := l.now.Add(l.between(30*time.Second, 4*time.Minute)); seen.Before(l.present) {
			a.AckedAt, a.AckedBy = seen, l.leading().ID
		}
		l.alerts = append(l.alerts, a)
		l.note(desk.RedFlagSeen, by, desk.EventData{Message: m.ID, Flag: m.Flag})
		if m.Flag.Worse(l.t.Flag) {
			l.t.Flag = m.Flag
		}
	}
	if l.t.State == desk.Waiting {
		l.t.State = desk.Working
	}
	l.found = append(l.found, body)
}

// say adds words of the desk: a note, or a message to the person.
func (l *life) say(kind desk.MessageKind, via desk.Via, by desk.Actor, body string) desk.MessageID {
	m := desk.Message{Client: l.h.ID, ID: desk.MessageID(l.id()), Ticket: l.t.ID, Kind: kind, Via: via, By: by, Body: body, At: l.now}
	l.messages = append(l.messages, m)
	typ := desk.NoteAdded
	if kind == desk.ToThem {
		typ = desk.MessageOut
	}
	l.note(typ, by, desk.EventData{Message: m.ID, Via: via})
	l.found = append(l.found, body)
	return m.ID
}

// Promises.

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
	p.Client, p.ID, p.Ticket, p.Requester = l.h.ID, desk.PromiseID(l.id()), l.t.ID, l.p.ID
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
		l.s.roster.free(s.seat)
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
	l.askIfFixed(w)
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
	next, err := p.Missed(l.now)
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
			l.s.roster.free(s.seat)
		}
		l.keep(p, actor(w), "not_reached")
		l.told(desk.SayTried, l.add(actor(w), l.reply(), nil), 0, nil)
		return nil
	}
	np := l.add(actor(w), desk.Promise{Kind: p.Kind, Source: desk.FromPerson, Skill: p.Skill, RepairOf: p.RepairOf, Tries: n, State: desk.Attempted,
		Replaces: p.ID, Channel: p.Channel, Address: p.Address, Voicemail: p.Voicemail, Unproven: p.Unproven}, &s)
	moved, err := p.Move(l.now, desk.MovedByPerson)
	if !l.becomes(p, moved, err) {
		return nil
	}
	p.Outcome = outcome
	l.end(p, desk.PromiseMoved, actor(w), desk.EventData{New: np.ID, MovedBy: desk.MovedByPerson, Reason: outcome})
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

// The end of the loop.

var confirmAfter = []time.Duration{2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour}

// askIfFixed asks the person and promises to ask again.
func (l *life) askIfFixed(w *worker) {
	l.keepWords(actor(w), "asked_if_fixed")
	l.t.State, l.t.AskedAt = desk.Asked, l.now
	l.note(desk.AskedIfFixed, actor(w), desk.EventData{})
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
	l.t.State, l.t.ClosedAt = desk.Void, l.now
	l.note(desk.TicketVoided, actor(w), desk.EventData{Reason: reason})
	l.told(desk.SayVoided, nil, 0, nil)
}

// replies answers in words; news is promised while nothing else is.
func (l *life) replies(w *worker, body string) {
	m := l.say(desk.ToThem, desk.ViaDesk, actor(w), body)
	l.told(desk.SayReply, nil, m, nil)
	l.keepWords(actor(w), "replied")
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

// Messages to the person.

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

// waits asks the person for one thing; what was promised goes on.
func (l *life) waits(w *worker) {
	l.t.State = desk.Waiting
	l.note(desk.TicketWaiting, actor(w), desk.EventData{})
}

// seat gives the seat that a live or broken promise still holds.
func (l *life) seat(p *desk.Promise) (slot, bool) {
	s, ok := l.seats[p.ID]
	return s, ok && l.s.roster.storedSeat(s.seat)
}

// firstLive is the live promise that was made last.
func (l *life) lastLive() *desk.Promise {
	for _, p := range slices.Backward(l.promises) {
		if p.State.Live() {
			return p
		}
	}
	return nil
}
