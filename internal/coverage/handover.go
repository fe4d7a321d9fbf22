package coverage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Matter is something that the end of a shift must not lose: a live promise, or a broken one whose
// person is still waiting.
type Matter struct {
	Promise         int64
	Client          int64
	Skill, Language string
	Due             time.Time
	Owner           int64
	Broken          bool
	Risks           []Risk
	Paused          bool // waits for the person or another team
	Unread          bool // the person wrote and nobody has read it
}

// Accept is somebody taking a matter over.
type Accept struct {
	Promise  int64
	By       int64
	At       time.Time
	ReadBack string // "I will …", needed where Item.ReadBack
}

// Change is from one shift to the next.
type Change struct {
	At      time.Time     // the end of this shift
	NextEnd time.Time     // of the next one
	Load    map[int64]int // promises that people have already, those of the list aside
	Accepts []Accept      // in the order in which they came
	Waits   time.Duration // how long after At what nobody accepts stays; then it escalates
}

// Item is one line of the list.
type Item struct {
	Matter
	Must     bool   // before signing off: promised before the next shift ends, broken or at risk
	ReadBack bool   // the receiver says it back
	By       int64  // who has accepted it; 0 for nobody yet
	Receiver int64  // proposed as long as nobody has; 0 when nobody is there
	Why      string // why this one, or what to do
}

// Handover is the list that one shift gives to the next.
type Handover struct {
	Items     []Item // what hurts first
	Accepted  int    // of the Must items
	Must      int
	Escalate  []Item // nobody has accepted them in time
	SignOff   bool   // every Must item is accepted
	Progress  string // "6 of 9 accepted."
	Uncovered int    // Must items for which nobody can be proposed
}

// Handover lists what has to change hands: what is promised before the next shift ends, broken, at
// risk, paused or unread. In order: broken, at risk, by their due instants; promises; unread;
// paused. Receivers are proposed down the list: of those who are on shift for the client with skill
// and language when the shift changes, the one who has least so far, the owner first if they
// stay; else who comes on with it before it is due; else whoever leads.
func (p *Plan) Handover(matters []Matter, c Change, now time.Time) Handover {
	var h Handover
	for _, m := range matters {
		due := m.Due.Before(c.NextEnd)
		risky := m.Broken || len(m.Risks) > 0
		if due || risky || m.Paused || m.Unread {
			h.Items = append(h.Items, Item{Matter: m, Must: due || risky, ReadBack: risky})
		}
	}
	slices.SortStableFunc(h.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.Due.Compare(b.Due), cmp.Compare(a.Promise, b.Promise))
	})
	load := make(map[int64]int, len(c.Load))
	for who, n := range c.Load {
		load[who] = n
	}
	for i := range h.Items {
		it := &h.Items[i]
		for _, a := range c.Accepts {
			if a.Promise == it.Promise && !a.At.After(now) && p.MayAccept(*it, a, c) == nil {
				it.By = a.By
				load[it.By]++
				break
			}
		}
	}
	for i := range h.Items {
		it := &h.Items[i]
		if it.By == 0 {
			if it.Receiver, it.Why = p.receiver(it, c, load); it.Receiver != 0 {
				load[it.Receiver]++
			}
			if !now.Before(c.At.Add(c.Waits)) {
				h.Escalate = append(h.Escalate, *it)
			}
		}
		if it.Must {
			h.Must++
			if it.By != 0 {
				h.Accepted++
			} else if it.Receiver == 0 {
				h.Uncovered++
			}
		}
	}
	h.SignOff = h.Accepted == h.Must
	h.Progress = fmt.Sprintf("%d of %d accepted.", h.Accepted, h.Must)
	if h.Must == 0 {
		h.Progress = "Nothing has to be accepted."
	}
	return h
}

func (it *Item) rank() int {
	switch {
	case it.Broken:
		return 0
	case len(it.Risks) > 0:
		return 1
	case it.Must:
		return 2
	case it.Unread:
		return 3
	}
	return 4
}

// MayAccept says in a sentence why an acceptance does not count: the receiver works on the next shift
// before the matter is due, or leads, and says back what is broken or at risk.
func (p *Plan) MayAccept(it Item, a Accept, c Change) error {
	i, known := p.who[a.By]
	if !known {
		return errors.New("only somebody on the roster can accept this")
	}
	until := c.NextEnd
	if it.Due.After(c.At) && it.Due.Before(until) {
		until = it.Due
	}
	if !p.some(i, it.Client, c.At.UnixMicro(), until.UnixMicro()) && !p.people[i].Lead {
		return errors.New("only somebody who is on the next shift before this is due, or who leads, can accept it")
	}
	if it.ReadBack && a.ReadBack == "" {
		return errors.New("say in your words what you will do: \"I will …\"")
	}
	return nil
}

// receiver proposes somebody.
func (p *Plan) receiver(it *Item, c Change, load map[int64]int) (int64, string) {
	at, due := c.At.UnixMicro(), max(it.Due.UnixMicro(), c.At.UnixMicro()+1)
	due = min(due, max(c.NextEnd.UnixMicro(), at+1))
	var now, soon, leads []int64
	for i := range p.people {
		person := &p.people[i]
		switch able := person.able(it.Client, it.Skill, it.Language); {
		case able > at && p.some(i, it.Client, at, at+1):
			now = append(now, person.ID)
		case able > at && p.some(i, it.Client, at, min(due, able)):
			soon = append(soon, person.ID)
		case person.Lead && p.some(i, it.Client, at, due):
			leads = append(leads, person.ID)
		}
	}
	least := func(list []int64) int64 {
		return slices.MinFunc(list, func(a, b int64) int {
			return cmp.Or(cmp.Compare(load[a], load[b]), cmp.Compare(a, b))
		})
	}
	switch {
	case slices.Contains(now, it.Owner):
		return it.Owner, "stays on shift"
	case len(now) > 0:
		return least(now), "on the next shift with the skill and the fewest promises"
	case len(soon) > 0:
		return least(soon), "comes on with the skill before it is due"
	case len(leads) > 0:
		return least(leads), "nobody with the skill: leads the next shift"
	}
	return 0, "nobody on the next shift can take it: ask who is on call"
}

// Left tells since when somebody has not been at work, on call apart: their shift or their turn is over, or they are away. At
// most a day; no longer than since their hours were last changed, as far as that was Noted. False for whoever is at work, and
// for whoever has no hours at all.
func (p *Plan) Left(person int64, now time.Time) (since time.Time, gone bool) {
	i, known := p.who[person]
	if !known {
		return since, false
	}
	since = now.Add(-24 * time.Hour)
	if there := p.There(person, since, now.Add(time.Microsecond)); len(there) > 0 {
		if since = there[len(there)-1].End; since.After(now) {
			return time.Time{}, false
		}
	}
	works := slices.ContainsFunc(p.of[i], func(k int) bool { return !p.shifts[k].OnCall }) ||
		slices.ContainsFunc(p.roster.Absences, func(a Absence) bool { return a.Person == person && !a.Start.After(now) && a.End.After(now) })
	return later(since, p.roster.Noted[person]), works
}
