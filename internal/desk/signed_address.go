package desk

import "time"

// Shows is what a signed address opens.
type Shows string

const (
	ShowsWall    Shows = "wall"
	ShowsFigures Shows = "figures" // of one client
)

// SignedAddress opens the wall, or the figures of a hospital, without a password: a row, so that it can be taken back.
type SignedAddress struct {
	ID      int64
	Shows   Shows
	Staff   StaffID  // whose it is: who made it, or has taken it over
	Scope   ClientID // zero: all that they serve
	MadeAt  time.Time
	Until   time.Time
	EndedAt time.Time // zero: nobody has taken it back
}
