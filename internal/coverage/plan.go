package coverage

import "time"

// Plan is a compiled Roster. It does not change and may be shared.
type Plan struct{}

// Compile indexes a roster. A shift that ends before it starts, or whose person is not
// on the roster, covers nothing.
func Compile(r Roster) *Plan { return &Plan{} }

// Duty is a person on a shift. Booked counts the promises booked on that whole shift.
type Duty struct {
	Person Person
	Shift  Shift
	Booked int
}

// On lists who is on shift at an instant, serves the client and has the skill and the
// language, both "" for any; the least booked first, then by id. Nobody on a break or on
// call is in it.
func (p *Plan) On(client int64, skill, language string, at time.Time) []Duty { return nil }

// OnCall is On for those who can be called in.
func (p *Plan) OnCall(client int64, skill, language string, at time.Time) []Duty { return nil }

// Lead names the supervisor on shift for a client: the least booked, then the lowest id.
func (p *Plan) Lead(client int64, at time.Time) (Person, Shift, bool) {
	return Person{}, Shift{}, false
}

// Gaps lists the stretches of [from, until) in which nobody on shift serves the client
// with the skill. On call does not fill a gap.
func (p *Plan) Gaps(client int64, skill string, from, until time.Time) []Span { return nil }
