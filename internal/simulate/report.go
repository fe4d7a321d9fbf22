package simulate

import (
	"fmt"
	"strings"
	"time"

	"kept/internal/desk"
)

// Report is what happened. Promises are counted when they have ended, each way apart.
type Report struct {
	Tickets   int
	Calls     int // including those who called again
	Answered  int
	In30      int // answered within 30 seconds
	Abandoned int
	Waited    time.Duration // of all who were answered
	Worked    time.Duration // of all analysts
	TextsOut  int
	TextsIn   int
	Audited   int // tickets held against the laws before a commit
	Nights    int // at which all open questions were, and those of the day
	Verified  int // questions that were read anew for it, at night and at the end
	Refused   int // acts that came too late: somebody was faster, a time was taken

	Kept, NotReached, Late, Broken, Repaired                 int
	MovedByPerson, MovedByUs, MovedByMiss, Withdrawn, Voided int
	Asked                                                    int // reminders whether it is fixed
}

// add counts another division, or another time, into r.
func (r *Report) add(o Report) {
	r.Tickets += o.Tickets
	r.Calls += o.Calls
	r.Answered += o.Answered
	r.In30 += o.In30
	r.Abandoned += o.Abandoned
	r.Waited += o.Waited
	r.Worked += o.Worked
	r.TextsOut += o.TextsOut
	r.TextsIn += o.TextsIn
	r.Audited += o.Audited
	r.Nights += o.Nights
	r.Verified += o.Verified
	r.Refused += o.Refused
	r.Kept += o.Kept
	r.NotReached += o.NotReached
	r.Late += o.Late
	r.Broken += o.Broken
	r.Repaired += o.Repaired
	r.MovedByPerson += o.MovedByPerson
	r.MovedByUs += o.MovedByUs
	r.MovedByMiss += o.MovedByMiss
	r.Withdrawn += o.Withdrawn
	r.Voided += o.Voided
	r.Asked += o.Asked
}

func (r *Report) count(p desk.Promise) {
	switch {
	case p.Kind == desk.Confirm:
		r.Asked++
	case p.State == desk.Broken:
		r.Broken++
	case p.State == desk.Moved && p.MovedBy == desk.MovedByUs:
		r.MovedByUs++
	case p.State == desk.Moved && p.MovedBy == desk.MovedByMiss:
		r.MovedByMiss++
	case p.State == desk.Moved:
		r.MovedByPerson++
	case p.State == desk.Withdrawn:
		r.Withdrawn++
	case p.State == desk.Voided:
		r.Voided++
	case p.RepairOf != 0:
		r.Repaired++
	case p.State == desk.KeptLate:
		r.Late++
	case p.Outcome == "not_reached":
		r.NotReached++
	default:
		r.Kept++
	}
}

// Promises is how many have ended, those that ask again whether it is fixed apart.
func (r Report) Promises() int {
	return r.Kept + r.NotReached + r.Late + r.Broken + r.Repaired + r.MovedByPerson + r.MovedByUs + r.MovedByMiss + r.Withdrawn + r.Voided
}

// due is how many came to their time: those that the person moved or did not need are not in it, and a
// repair belongs to what broke.
func (r Report) due() int { return r.Kept + r.NotReached + r.Late + r.Broken + r.MovedByUs }

// String prints the report for a person who plans.
func (r Report) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	share := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	line("%d questions, of them %d calls answered (%.1f%% within 30 seconds, %s on average), %d callers hung up (%.1f%%)",
		r.Tickets, r.Answered, share(r.In30, r.Answered), (r.Waited / time.Duration(max(r.Answered, 1))).Round(time.Second), r.Abandoned, share(r.Abandoned, r.Calls))
	line("%d promises came due: %.2f%% kept in time (%d, of them %d where nobody could be reached in three tries)",
		r.due(), share(r.Kept+r.NotReached, r.due()), r.Kept+r.NotReached, r.NotReached)
	line("  late %d, broken %d (repaired %d), moved by us %d", r.Late, r.Broken, r.Repaired, r.MovedByUs)
	line("apart: moved by the person %d, moved on after an unanswered call %d, not needed %d, void %d", r.MovedByPerson, r.MovedByMiss, r.Withdrawn, r.Voided)
	line("%d texts and mails sent, %d came in; %.0f hours of work", r.TextsOut, r.TextsIn, r.Worked.Hours())
	line("%d times a question was held against the laws before a commit, %d times read anew for it in %d nights and at the end; they hold",
		r.Audited, r.Verified, r.Nights)
	return b.String()
}
