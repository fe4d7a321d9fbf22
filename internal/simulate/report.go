package simulate

import (
	"cmp"
	"slices"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/need"
)

// Report is what happened. Promises are counted when they have ended, each way apart.
type Report struct {
	Options Options
	Zone    string  // whose week Week and the instants are
	Days    float64 // that have passed

	People    int // people who had a question, whether anybody heard it or not
	Tickets   int
	Calls     int // including those who called again
	Answered  int
	In30      int // answered within 30 seconds
	Abandoned int
	Waited    time.Duration // of all who were answered
	Talked    time.Duration // of it, on calls that came in
	Worked    time.Duration // of all analysts
	Done      int           // pieces of work that took it, calls too
	TextsOut  int
	TextsIn   int
	Audited   int // tickets held against the laws before a commit
	Nights    int // at which all open questions were, and those of the day
	Verified  int // questions that were read anew for it, at night and at the end
	Refused   int // acts that came too late: somebody was faster, a time was taken

	Kept, NotReached, Late, Broken, Repaired                 int
	MovedByPerson, MovedByUs, MovedByMiss, Withdrawn, Voided int
	Asked                                                    int // reminders whether it is fixed

	Shifts, Absences int // absences: shifts to which nobody came
	Forgotten        int // promises that nobody remembered
	Unreachable      int // times that the provider of texts could not be reached
	Landlines        int // numbers that take no texts
	Alerts           int // that somebody who leads took care of

	Kinds    map[desk.PromiseKind]*Ended
	Clocks   []app.Attained
	Halves   int // half hours that were watched, each region apart
	Gaps     map[string]*SkillGaps
	NoWindow map[string]int // calls after which no time could be promised, by skill
	Week     [need.Cells]Half
	Odds     [len(points)]map[int64][]need.Outcome // for each of points, by function
}

// Ended counts how the promises of a kind ended that came due; repairs are apart.
type Ended struct{ Kept, Late, Broken int }

func newReport() Report {
	return Report{Kinds: map[desk.PromiseKind]*Ended{}, Gaps: map[string]*SkillGaps{}, NoWindow: map[string]int{}}
}

// add counts another division, or another time, into r.
func (r *Report) add(o Report) {
	r.People += o.People
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
	r.Talked += o.Talked
	r.Done += o.Done
	r.Shifts += o.Shifts
	r.Absences += o.Absences
	r.Forgotten += o.Forgotten
	r.Unreachable += o.Unreachable
	r.Landlines += o.Landlines
	r.Alerts += o.Alerts
	r.Halves += o.Halves
	for k, e := range o.Kinds {
		sum := r.kind(k)
		sum.Kept, sum.Late, sum.Broken = sum.Kept+e.Kept, sum.Late+e.Late, sum.Broken+e.Broken
	}
	for _, c := range o.Clocks {
		i := slices.IndexFunc(r.Clocks, func(have app.Attained) bool { return have.Metric == c.Metric })
		if i < 0 {
			r.Clocks = append(r.Clocks, c)
			continue
		}
		r.Clocks[i].Tally.Add(c.Tally)
	}
	slices.SortFunc(r.Clocks, func(a, b app.Attained) int { return cmp.Compare(a.Metric, b.Metric) })
	for k, g := range o.Gaps {
		sum := r.Gaps[k]
		if sum == nil {
			sum = &SkillGaps{}
			r.Gaps[k] = sum
		}
		sum.Gaps, sum.Halves, sum.Absent = sum.Gaps+g.Gaps, sum.Halves+g.Halves, sum.Absent+g.Absent
		if g.Longest.Lasted() > sum.Longest.Lasted() {
			sum.Longest = g.Longest
		}
		for i := range g.Week {
			sum.Week[i] += g.Week[i]
		}
	}
	for k, n := range o.NoWindow {
		r.NoWindow[k] += n
	}
	for i := range o.Week {
		h, x := &r.Week[i], o.Week[i]
		h.Seen = max(h.Seen, x.Seen)
		h.Calls, h.Promises, h.Listed, h.There = h.Calls+x.Calls, h.Promises+x.Promises, h.Listed+x.Listed, h.There+x.There
	}
	for i, byFunction := range o.Odds {
		for function, list := range byFunction {
			r.judged(i, function, list...)
		}
	}
}

// judged notes what was said of promises about a function at one of points, and what came.
func (r *Report) judged(point int, function int64, came ...need.Outcome) {
	if r.Odds[point] == nil {
		r.Odds[point] = map[int64][]need.Outcome{}
	}
	r.Odds[point][function] = append(r.Odds[point][function], came...)
}

func (r *Report) kind(k desk.PromiseKind) *Ended {
	e := r.Kinds[k]
	if e == nil {
		e = &Ended{}
		r.Kinds[k] = e
	}
	return e
}

func (r *Report) count(p desk.Promise) {
	if p.Kind != desk.Confirm && p.RepairOf == 0 {
		switch p.State {
		case desk.Kept:
			r.kind(p.Kind).Kept++
		case desk.KeptLate:
			r.kind(p.Kind).Late++
		case desk.Broken:
			r.kind(p.Kind).Broken++
		}
	}
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
