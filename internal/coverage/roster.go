// Package coverage answers who can keep a promise: who is on shift with the skill and
// the language, which windows still have a free seat, and where nobody is.
//
// It is a pure function of a Roster; it books nothing and never reads a clock. A Rota makes
// shifts by a rule, a Policy says whom to wake, a Map shows where somebody is missing.
//
// Start reading at Roster, then Plan.Windows.
package coverage

import "time"

// Person is somebody who takes shifts.
type Person struct {
	ID   int64
	Name string
	Lead bool // a supervisor
	// Skills maps a skill to the instant until which it is certified; zero is without end.
	Skills    map[string]time.Time
	Languages []string
	Clients   []int64 // ascending; nil means every client
	Capacity  Capacity
}

// Capacity is what one person can do in an hour of the clock (UTC); 0 is not limited by it.
// Promises closes windows: seats that would go beyond it are not free.
type Capacity struct{ Promises, Calls int }

// Span is a stretch of time from Start up to, and not including, End.
type Span struct{ Start, End time.Time }

// Shift is a stretch of time that one person works or, with OnCall, can be called in.
type Shift struct {
	ID, Person int64
	Start, End time.Time
	Clients    []int64 // nil means all that the person serves
	Breaks     []Span
	OnCall     bool
	Seats      int   // promises that can be kept per slot; 0 means 1
	Rota       int64 // the rota that made it; 0 for none
}

// Absence is a stretch in which a person is away: their shifts cover nothing then, and nobody
// takes them over by itself.
type Absence struct {
	Person     int64
	Start, End time.Time
}

// Seat is a place that a promise can take, or has taken: of a person and an instant, whichever shift brings the person
// there. Seats of a slot count from 0.
type Seat struct {
	Person int64
	Slot   time.Time // when it starts
	Seat   int
}

// SeatLength is how long a seat is taken.
const SeatLength = 30 * time.Minute

// Roster is everything that is known about who works when.
type Roster struct {
	People   []Person
	Shifts   []Shift
	Bookings []Seat
	Absences []Absence
	Noted    map[int64]time.Time // when a person's hours were last changed, where that is known
}
