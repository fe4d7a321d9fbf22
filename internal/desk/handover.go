package desk

import (
	"strings"
	"time"
)

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

// HandoverWords are what the one who goes writes of a promise.
type HandoverWords struct {
	Summary string
	Plan    string // "If …, then …"
}

// Beside gives what comes of w, whose writer saw was, where theirs stands by now: each text is that of whoever changed it.
// Clash is true where both changed one; then it holds both, theirs first.
func (w HandoverWords) Beside(was, theirs HandoverWords) (all HandoverWords, clash bool) {
	one := func(was, theirs, mine string) string {
		switch {
		case mine == theirs, mine == was:
			return theirs
		case theirs == was:
			return mine
		}
		clash = true
		return strings.Trim(theirs+"\n"+mine, "\n")
	}
	all = HandoverWords{one(was.Summary, theirs.Summary, w.Summary), one(was.Plan, theirs.Plan, w.Plan)}
	return all, clash
}

// HandoverItem is one promise of a handover: what the one who goes writes of it, and who accepts it.
type HandoverItem struct {
	Client  ClientID
	Promise PromiseID
	Shift   ShiftID
	HandoverWords
	WrittenBy  StaffID // who changed the words last
	WrittenAt  time.Time
	AcceptedBy StaffID
	AcceptedAt time.Time
	ReadBack   string // "I will …", in the words of who accepts
}
