package coverage

import (
	"errors"
	"slices"
	"time"
)

// SwapState is where a swap stands. The first two are under way, the others are ends.
type SwapState string

const (
	Proposed  SwapState = "proposed"  // From has said yes by asking
	Accepted  SwapState = "accepted"  // To has said yes as well
	InForce   SwapState = "in_force"  // the rota has it
	Declined  SwapState = "declined"  // To said no
	Withdrawn SwapState = "withdrawn" // From took it back
	Lapsed    SwapState = "lapsed"    // its first turn began without it
	Undone    SwapState = "undone"    // it was in force, and a change of the rota took one of its turns away
)

// Swap is two people of a rota who change turns: To takes those of From in Give, and From
// those of To in Take. Nobody is put on a turn who has not said yes.
type Swap struct {
	ID       int64
	From, To int64
	Give     Span
	Take     Span // zero when From gives nothing back
	State    SwapState
}

// ProposeSwap asks To on behalf of From.
func ProposeSwap(from, to int64, give, take Span, now time.Time) (Swap, error) {
	s := Swap{From: from, To: to, Give: give, Take: take, State: Proposed}
	switch {
	case from == 0 || to == 0 || from == to:
		return Swap{}, errors.New("a swap needs two people: choose somebody else")
	case !give.Start.Before(give.End) || take != (Span{}) && !take.Start.Before(take.End):
		return Swap{}, errors.New("a swap ends after it starts: choose a later end")
	case !now.Before(s.starts()):
		return Swap{}, errors.New("this turn has already begun: ask whoever leads for an override")
	}
	return s, nil
}

// starts is when the first of its turns begins.
func (s Swap) starts() time.Time {
	if s.Take != (Span{}) && s.Take.Start.Before(s.Give.Start) {
		return s.Take.Start
	}
	return s.Give.Start
}

// At is the swap as of an instant: one that is not in force when its first turn begins lapses.
func (s Swap) At(now time.Time) Swap {
	if (s.State == Proposed || s.State == Accepted) && !now.Before(s.starts()) {
		s.State = Lapsed
	}
	return s
}

// Accept is the yes of To.
func (s Swap) Accept(by int64, now time.Time) (Swap, error) {
	return s.step(by, s.To, now, Accepted, Proposed)
}

// Decline is the no of To, as long as it is not in force.
func (s Swap) Decline(by int64, now time.Time) (Swap, error) {
	return s.step(by, s.To, now, Declined, Proposed, Accepted)
}

// Withdraw is From taking the request back, as long as it is not in force.
func (s Swap) Withdraw(by int64, now time.Time) (Swap, error) {
	return s.step(by, s.From, now, Withdrawn, Proposed, Accepted)
}

// ErrByOverride says that a turn is somebody's by an override: a swap comes before those and would change nothing.
var ErrByOverride = errors.New("an override stands on one of these turns, and a swap does not change that: ask whoever leads to change the override")

// Enter puts an accepted swap in force if, on the rota as it stands, both still have the whole of
// the turns that they give, and have the other's with it. What it makes goes into Rota.Swaps.
func (s Swap) Enter(r Rota, now time.Time) (Swap, error) {
	s, err := s.step(s.From, s.From, now, InForce, Accepted)
	if err != nil {
		return s, err
	}
	if !r.has(s.From, s.Give) || s.Take != (Span{}) && !r.has(s.To, s.Take) {
		s.State = Accepted
		return s, errors.New("the rota has changed and one of the two does not have this turn any more: propose the swap again")
	}
	with := r
	with.Swaps = append(slices.Clone(r.Swaps), s)
	if !with.has(s.To, s.Give) || s.Take != (Span{}) && !with.has(s.From, s.Take) {
		s.State = Accepted
		return s, ErrByOverride
	}
	return s, nil
}

// Unfit lists the swaps in force that a rota made true before a change of its layers, and does not make any more: one
// of the two does not have the turn that they gave. Of each, what is over by now is not looked at. An override on
// top of a swap does not make it unfit.
func (r Rota) Unfit(before Rota, now time.Time) []Swap {
	var list []Swap
	r.Swaps, r.Overrides, before.Overrides = nil, nil, nil
	all := before.Swaps
	for i, s := range all {
		if s.State != InForce {
			continue
		}
		before.Swaps = all[:i]
		if before.gives(s, now) && !r.gives(s, now) {
			list = append(list, s)
			continue
		}
		r.Swaps = append(r.Swaps, s)
	}
	return list
}

// gives tells whether both have, from now on, the turns that a swap takes from them.
func (r Rota) gives(s Swap, now time.Time) bool {
	has := func(who int64, span Span) bool {
		if span.Start.Before(now) {
			span.Start = now
		}
		return !span.Start.Before(span.End) || r.has(who, span)
	}
	return has(s.From, s.Give) && has(s.To, s.Take)
}

func (s Swap) step(by, who int64, now time.Time, to SwapState, from ...SwapState) (Swap, error) {
	s = s.At(now)
	switch {
	case s.State == Lapsed:
		return s, errors.New("this swap has lapsed: its turn has begun. Ask whoever leads for an override")
	case !slices.Contains(from, s.State):
		return s, errors.New("this swap is " + swapWords[s.State] + ": propose a new one")
	case by != who:
		return s, errors.New("this is for the other person to say")
	}
	s.State = to
	return s, nil
}

var swapWords = map[SwapState]string{
	Proposed: "not accepted yet", Accepted: "accepted already", InForce: "in force", Declined: "declined", Withdrawn: "withdrawn", Undone: "undone by a change of the rota",
}

// replaces says what the swap does to the turns.
func (s Swap) replaces() []replace {
	give := replace{stretch{s.Give.Start.UnixMicro(), s.Give.End.UnixMicro()}, s.From, s.To}
	if s.Take == (Span{}) {
		return []replace{give}
	}
	return []replace{give, {stretch{s.Take.Start.UnixMicro(), s.Take.End.UnixMicro()}, s.To, s.From}}
}

// has tells whether somebody has every turn of the rota in a span: at least one, and nobody
// alone in any part of it but they.
func (r Rota) has(person int64, span Span) bool {
	var mine []stretch
	for _, s := range r.Expand(span.Start, span.End) {
		if s.Person == person {
			mine = append(mine, stretch{s.Start.UnixMicro(), s.End.UnixMicro()})
		}
	}
	if len(mine) == 0 {
		return false
	}
	layers, _ := r.compile()
	var meant []stretch
	for i := range layers {
		meant = append(meant, layers[i].open(stretch{span.Start.UnixMicro(), span.End.UnixMicro()})...)
	}
	return len(without(join(meant), join(mine))) == 0
}
