package demo

import (
	"math/rand/v2"
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
	l.resumes(by, "person")
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
