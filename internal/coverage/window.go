package coverage

import "time"

// Query asks for windows.
type Query struct {
	Client          int64
	Skill, Language string         // "" is any
	From            time.Time      // now: no window starts before it
	Until           time.Time      // no window ends after it; zero means 28 days on
	Length          time.Duration  // 0 means 30 minutes; less than a minute gives none
	Zone            *time.Location // whose wall clock the windows line up with; nil is UTC
	Lead            bool           // only supervisors
	Unverified      bool           // may take at most half of the seats
	All             bool           // give the windows that nobody covers as well
}

// Seat is a place that a promise can take: insert it as a Booking.
type Seat struct {
	Shift, Person int64
	Slot          time.Time
	Seat          int
}

// Window is one slot and who could keep a promise in it.
type Window struct {
	Start, End time.Time
	People     int    // how many people cover all of it
	Booked     int    // their seats that are taken
	Seats      int    // how many the asker may still choose from: the length of Free
	Free       []Seat // best first
	Covered    bool   // Seats > 0
}

// Windows lists the windows that can be promised, in order of time.
func (p *Plan) Windows(q Query) []Window { return nil }

// Next gives the first window that can be promised.
func (p *Plan) Next(q Query) (Window, bool) { return Window{}, false }
