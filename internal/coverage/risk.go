package coverage

import (
	"fmt"
	"slices"
	"time"
)

// Danger is why a promise may break: a code for the words of screens.
type Danger string

const (
	OwnerOffShift Danger = "owner_off_shift"   // has no shift before it is due
	OwnerOnCall   Danger = "owner_on_a_call"   // in the last hour; Minutes says for how long
	NotCertified  Danger = "certificate_ends"  // the owner's, before it is due
	NobodyKnows   Danger = "nobody_with_skill" // on shift before it is due
	TriesFailed   Danger = "tries_failed"      // Tries says how many
	TimeShort     Danger = "time_short"        // Minutes left are fewer than such work usually takes
	NotStarted    Danger = "not_started"       // Minutes left are 15 or fewer
)

// Risk is one reason, with its figure.
type Risk struct {
	Danger  Danger
	Minutes int
	Tries   int
}

// String writes the reason as the board shows it.
func (r Risk) String() string {
	switch r.Danger {
	case OwnerOffShift:
		return "owner off shift"
	case OwnerOnCall:
		return fmt.Sprintf("on a call %d min", r.Minutes)
	case NotCertified:
		return "owner’s certificate ends before"
	case NobodyKnows:
		return "no one with the skill"
	case TriesFailed:
		if r.Tries == 1 {
			return "1 try, no answer"
		}
		return fmt.Sprintf("%d tries, no answer", r.Tries)
	case TimeShort:
		return fmt.Sprintf("only %d min left", r.Minutes)
	}
	return fmt.Sprintf("not started, %d min left", r.Minutes)
}

// Pledge is what Risks needs to know of a live promise.
type Pledge struct {
	Client          int64
	Skill, Language string
	From, Due       time.Time     // From is the start of its window; zero is at once
	Owner           int64         // 0 is nobody
	OnCallSince     time.Time     // the owner talks with somebody else since; zero is no
	Tries           int           // attempts that reached nobody
	Started         bool          // somebody works on it now
	Usual           time.Duration // that four of five such promises took at most; 0 is not known
	Known           bool          // that somebody with the skill is there before it is due: see Plan.Knows
}

// Risks lists why a promise is at risk, in the order in which screens name it; none is no risk. A
// promise that is past its instant is broken and not at risk.
func (p *Plan) Risks(d Pledge, now time.Time) (list []Risk) {
	left := d.Due.Sub(now)
	if left <= 0 {
		return nil
	}
	minutes := int(left / time.Minute)
	from := d.begins(now)
	if d.Owner != 0 && !d.Started && !p.onShift(d.Owner, d.Client, from, d.Due) {
		list = append(list, Risk{Danger: OwnerOffShift})
	}
	if d.Owner != 0 && !d.Started && p.Expires(d.Owner, d.Skill, d.certain(now)) {
		list = append(list, Risk{Danger: NotCertified})
	}
	if !d.OnCallSince.IsZero() && !d.Started && left <= time.Hour {
		list = append(list, Risk{Danger: OwnerOnCall, Minutes: max(0, int(now.Sub(d.OnCallSince)/time.Minute))})
	}
	if !d.Known && !p.Knows(d, now) {
		list = append(list, Risk{Danger: NobodyKnows})
	}
	if d.Tries > 0 {
		list = append(list, Risk{Danger: TriesFailed, Tries: d.Tries})
	}
	if !d.Started && d.Usual > left {
		list = append(list, Risk{Danger: TimeShort, Minutes: minutes})
	}
	if !d.Started && left <= 15*time.Minute {
		list = append(list, Risk{Danger: NotStarted, Minutes: minutes})
	}
	return list
}

// certain is until when the owner has to be certified: to the end of a window, else as long as they can begin.
func (d Pledge) certain(now time.Time) time.Time {
	if d.From.IsZero() {
		return d.begins(now)
	}
	return d.Due
}

// Expires tells whether somebody's certificate for a skill ends before an instant. Who never had one was chosen without.
func (p *Plan) Expires(person int64, skill string, at time.Time) bool {
	i, known := p.who[person]
	if !known || skill == "" {
		return false
	}
	until, has := p.people[i].Skills[skill]
	return has && !until.IsZero() && until.Before(at)
}

// begins is from when on somebody has to be there for d.
func (d Pledge) begins(now time.Time) time.Time {
	if from := later(now, d.From); from.Before(d.Due) {
		return from
	}
	return now
}

// Comes tells whether a person is on shift for a client at some instant of [from, until).
func (p *Plan) Comes(person, client int64, from, until time.Time) bool {
	return p.onShift(person, client, from, until)
}

// There lists when somebody is at work within [from, until): their shifts, on call apart, without absences. On a break
// they are at work.
func (p *Plan) There(person int64, from, until time.Time) []Span {
	i, known := p.who[person]
	if !known {
		return nil
	}
	var at []stretch
	for _, k := range p.of[i] {
		if s := p.shifts[k]; !s.OnCall {
			at = append(at, without([]stretch{{max(s.start, from.UnixMicro()), min(s.end, until.UnixMicro())}}, s.away)...)
		}
	}
	var list []Span
	for _, s := range join(at) {
		list = append(list, Span{instant(s.start), instant(s.end)})
	}
	return list
}

// Covers tells whether a person is on shift for a client all through [from, until).
func (p *Plan) Covers(person, client int64, from, until time.Time) bool {
	i, known := p.who[person]
	return known && serves(p.people[i].Clients, client) && slices.ContainsFunc(p.of[i], func(k int) bool {
		s := p.shifts[k]
		return !s.OnCall && serves(s.Clients, client) && s.covers(from.UnixMicro(), until.UnixMicro())
	})
}

// onShift tells whether a person is on shift for a client at some instant of [from, until).
func (p *Plan) onShift(person, client int64, from, until time.Time) bool {
	i, known := p.who[person]
	return known && p.some(i, client, from.UnixMicro(), until.UnixMicro())
}

// some tells whether a person is there at some instant of [from, until).
func (p *Plan) some(who int, client int64, from, until int64) bool {
	for _, i := range p.of[who] {
		s := p.shifts[i]
		if s.OnCall || !serves(s.Clients, client) || !serves(p.people[who].Clients, client) {
			continue
		}
		if part := (stretch{max(s.start, from), min(s.end, until)}); part.start < part.end && len(without([]stretch{part}, s.breaks)) > 0 {
			return true
		}
	}
	return false
}

// Knows tells whether somebody with the skill is on shift at some instant before d is due.
func (p *Plan) Knows(d Pledge, now time.Time) bool {
	from := d.begins(now)
	for i := range p.people {
		able := p.people[i].able(d.Client, d.Skill, d.Language)
		if able > from.UnixMicro() && p.some(i, d.Client, from.UnixMicro(), min(able, d.Due.UnixMicro())) {
			return true
		}
	}
	return false
}
