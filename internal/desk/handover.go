package desk

import "time"

// Handover is how one shift was handed over. Until somebody says something of it there is none.
type Handover struct {
	Shift    ShiftID
	Staff    StaffID // whose shift it is
	SignedAt time.Time
	SignedBy StaffID // Staff, or who leads
	Reason   string  // why it was signed although something was left
}

// GivenAtHandover is the reason of PromiseGiven where a promise was accepted at the end of a shift.
const GivenAtHandover = "handover"

// GivenInHand is the reason of PromiseGiven where somebody said that they have it: its owner, or somebody beside them.
const GivenInHand = "in_hand"

// HandoverItem is one promise of a handover: what the one who goes writes of it, and who accepts it.
type HandoverItem struct {
	Client     ClientID
	Promise    PromiseID
	Shift      ShiftID
	Summary    string
	Plan       string // "If …, then …"
	AcceptedBy StaffID
	AcceptedAt time.Time
	ReadBack   string // "I will …", in the words of who accepts
}
