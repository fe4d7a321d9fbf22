package coverage

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Target is whom a step calls: one of its fields is set.
type Target struct {
	Person int64 // this person, on shift or not, unless away, if they serve the client
	Rota   int64 // whoever is on call, or on shift, of this rota and serves the client
	Role   Role
}

// Role is a part that somebody on shift plays.
type Role string

const (
	Leads  Role = "leads"  // supervisors on shift for the client
	Knows  Role = "knows"  // who is on shift for the client with the skill and the language
	Owner  Role = "owner"  // who has the promise, while on shift or on call
	Backup Role = "backup" // who stands behind the owner, while on shift or on call
)

// Step is one rung of a Policy.
type Step struct {
	At     time.Duration // after the due instant; below zero is before it
	To     []Target
	Wait   time.Duration // how long an answer is waited for, at least a minute
	Repeat int           // how many more times it calls, Wait apart; 100 at most
}

// Policy says who is called when nobody acknowledges. A step begins at its time or, if that is
// later, when the one before it has waited out. A step that finds nobody, or only people who cannot be told,
// does not wait: the next one begins in its place, at once. A step that calls again asks anew who is there.
type Policy struct {
	Name  string
	Steps []Step
}

// Case is what a policy is applied to.
type Case struct {
	Client          int64
	Skill, Language string
	Owner, Backup   int64 // 0: nobody
	Due             time.Time
	Since           time.Time // nothing is called before it: when the promise was made
	Acks            []Ack
	Deaf            func(person int64, at time.Time) bool // who has no way at all by which they can be told; nil: nobody
}

// Ack is somebody saying "I have it". The first one stops the policy.
type Ack struct {
	Person int64
	At     time.Time
}

// Outcome is where an escalation stands.
type Outcome string

const (
	Quiet        Outcome = "quiet"        // its first step is still to come
	Calling      Outcome = "calling"      // somebody was called and may answer
	Acknowledged Outcome = "acknowledged" // somebody has it
	Nobody       Outcome = "nobody"       // every step found nobody, or nobody answered: an incident by itself
)

// Call is one person to be called by one step. (Step, Round, Person) is its key: it does not
// change when it is asked for again, so a call that has been made is not made twice.
type Call struct {
	Step, Round int // from 0
	Person      int64
	At          time.Time
}

// Escalation is what a policy says at an instant, as the roster stands.
type Escalation struct {
	Outcome Outcome
	Calls   []Call    // all that are to have been made by now, oldest first, also those of people who cannot be told
	Next    []Call    // what comes next, if nobody acknowledges: none when nobody is left
	At      time.Time // when that is, or when nobody was reached; zero when acknowledged
	Lines   []Line    // why, up to now and what is next
}

// Line explains one thing that happens at an instant.
type Line struct {
	At   time.Time
	Text string
}

// Check says in sentences what is wrong with a policy. A policy without steps reaches nobody.
func (pol Policy) Check() (say []string) {
	if len(pol.Steps) == 0 {
		say = append(say, fmt.Sprintf("%s has no steps, so nobody is called: add one.", pol.Name))
	}
	for i, s := range pol.Steps {
		name := fmt.Sprintf("%s, step %d", pol.Name, i+1)
		if len(s.To) == 0 {
			say = append(say, name+" calls nobody: add a role, a rota or a person. Until then the next step takes its place.")
		}
		if s.Wait < time.Minute {
			say = append(say, name+" waits less than a minute: it waits a minute.")
		}
		if s.Repeat < 0 || s.Repeat > 100 {
			say = append(say, name+" repeats 0 to 100 times: choose a number between.")
		}
		if i > 0 && s.At < pol.Steps[i-1].At {
			say = append(say, name+" comes before the step above it: it waits for that one.")
		}
	}
	return say
}

// Escalate applies a policy to a case at an instant. It asks the plan who is there at the
// instants of the steps, so the plan must reach over all of them.
func (p *Plan) Escalate(pol Policy, c Case, now time.Time) Escalation {
	e := Escalation{Outcome: Quiet}
	ack, acked := firstAck(c.Acks, now)
	line := func(at time.Time, format string, args ...any) {
		e.Lines = append(e.Lines, Line{at, fmt.Sprintf(format, args...)})
	}
	at := c.Since // when the step before has waited out
	if len(pol.Steps) == 0 {
		at = later(c.Due, c.Since)
	}
	empty := false // the step before found nobody
	told := false  // somebody was called who can be told
	for i, s := range pol.Steps {
		if !empty {
			at = later(at, c.Due.Add(s.At))
		}
		empty = false
		for round := range min(max(s.Repeat, 0), 100) + 1 {
			if acked && !at.Before(ack.At) {
				line(ack.At, "%s has it.", p.called(ack.Person))
				e.Outcome = Acknowledged
				return e
			}
			who, missing := p.targets(s.To, c, at)
			if len(who) == 0 {
				empty = true
				line(at, "Step %d finds nobody: %s.%s", i+1, strings.Join(missing, ", "), after(i, len(pol.Steps)))
				break
			}
			var calls []Call
			var names []string
			for _, id := range who {
				calls = append(calls, Call{i, round, id, at})
				names = append(names, p.called(id))
			}
			text := fmt.Sprintf("Step %d calls %s", i+1, strings.Join(names, " and "))
			if round > 0 {
				text += fmt.Sprintf(", for the %s time", ordinal(round+1))
			}
			deaf := c.Deaf != nil && !slices.ContainsFunc(who, func(id int64) bool { return !c.Deaf(id, at) })
			if deaf {
				line(at, "Step %d finds nobody who can be told: no way to reach %s works.%s", i+1, strings.Join(names, " or "), after(i, len(pol.Steps)))
			} else {
				line(at, "%s.", text)
			}
			if at.After(now) {
				e.Next, e.At = calls, at
				return e
			}
			if deaf {
				e.Calls, empty = append(e.Calls, calls...), true
				break
			}
			told = true
			e.Calls, e.Outcome = append(e.Calls, calls...), Calling
			at = at.Add(max(s.Wait, time.Minute))
		}
	}
	switch {
	case acked && !at.Before(ack.At):
		line(ack.At, "%s has it.", p.called(ack.Person))
		e.Outcome = Acknowledged
		return e
	case len(e.Calls) == 0:
		line(at, "Nobody was reached: no step found anybody.")
	case !told:
		line(at, "Nobody was reached: no step found anybody who can be told.")
	default:
		line(at, "Nobody was reached: nobody who was called has said that they have it.")
	}
	if e.At = at; !at.After(now) {
		e.Outcome = Nobody
	}
	return e
}

// targets lists who can be called at an instant, each once, and where nobody was found.
func (p *Plan) targets(to []Target, c Case, at time.Time) (who []int64, missing []string) {
	add := func(id int64) {
		if !slices.Contains(who, id) {
			who = append(who, id)
		}
	}
	if len(to) == 0 {
		return nil, []string{"it calls no one"}
	}
	for _, t := range to {
		found := len(who)
		any := false
		say := ""
		switch {
		case t.Person != 0:
			say = p.called(t.Person) + " is not on the roster"
			if _, known := p.who[t.Person]; known {
				switch {
				case !p.serves(t.Person, c.Client):
					say = p.called(t.Person) + " does not serve this hospital"
				case p.away(t.Person, at):
					say = p.called(t.Person) + " is away"
				default:
					any = true
					add(t.Person)
				}
			}
		case t.Rota != 0:
			say = fmt.Sprintf("nobody has the turn of rota %d", t.Rota)
			turns := p.turns(at, func(s *shift) bool { return s.Rota == t.Rota })
			if len(turns) > 0 {
				say = fmt.Sprintf("nobody who has the turn of rota %d serves this hospital", t.Rota)
			}
			for _, id := range p.turns(at, func(s *shift) bool { return s.Rota == t.Rota && serves(s.Clients, c.Client) }) {
				if p.serves(id, c.Client) {
					any = true
					add(id)
				}
			}
		case t.Role == Owner || t.Role == Backup:
			id := c.Owner
			if say = "nobody has it"; t.Role == Backup {
				id, say = c.Backup, "nobody stands behind the owner"
			}
			if id != 0 {
				say = p.called(id) + " is neither on shift nor on call"
				has := p.turns(at, func(s *shift) bool { return s.Person == id })
				if len(has) > 0 {
					say += " for this hospital"
				}
				if any = len(has) > 0 && len(p.turns(at, func(s *shift) bool { return s.Person == id && serves(s.Clients, c.Client) })) > 0; any {
					add(id)
				}
			}
		default:
			say = "nobody on shift leads"
			fits, skill, lang := p.leads, "", ""
			if t.Role == Knows {
				say, fits, skill, lang = "nobody on shift has the skill", onShift, c.Skill, c.Language
			}
			for _, d := range p.duties(c.Client, skill, lang, at, fits) {
				any = true
				add(d.Person.ID)
			}
		}
		if !any && len(who) == found {
			missing = append(missing, say)
		}
	}
	return who, missing
}

// serves tells whether a person serves a client: nobody else can see what they would be called for.
func (p *Plan) serves(person, client int64) bool {
	i, known := p.who[person]
	return known && serves(p.people[i].Clients, client)
}

// away tells whether a person is absent.
func (p *Plan) away(person int64, at time.Time) bool {
	return slices.ContainsFunc(p.roster.Absences, func(a Absence) bool {
		return a.Person == person && !at.Before(a.Start) && at.Before(a.End)
	})
}

// turns lists who has a turn that fits at an instant, on shift or on call, and no break in it, by id.
func (p *Plan) turns(at time.Time, fits func(*shift) bool) (who []int64) {
	now := at.UnixMicro()
	for _, i := range p.within(now, now+1, func(s *shift) bool { return fits(s) && s.covers(now, now+1) }) {
		who = append(who, p.shifts[i].Person)
	}
	slices.Sort(who)
	return slices.Compact(who)
}

// called is the name of a person.
func (p *Plan) called(id int64) string {
	if i, known := p.who[id]; known && p.people[i].Name != "" {
		return p.people[i].Name
	}
	return fmt.Sprintf("person %d", id)
}

func firstAck(acks []Ack, now time.Time) (first Ack, found bool) {
	for _, a := range acks {
		if !a.At.After(now) && (!found || a.At.Before(first.At)) {
			first, found = a, true
		}
	}
	return first, found
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func after(step, steps int) string {
	if step+1 == steps {
		return ""
	}
	return fmt.Sprintf(" Step %d takes its place at once.", step+2)
}

func ordinal(n int) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2 && n%100 != 12:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3 && n%100 != 13:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}
