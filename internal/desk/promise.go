package desk

import "time"

// PromiseKind says what is promised.
type PromiseKind string

const (
	Reply    PromiseKind = "reply"    // a first human word
	Update   PromiseKind = "update"   // news, whatever the state
	Callback PromiseKind = "callback" // a call within a window
	Fix      PromiseKind = "fix"      // it works by then
	Confirm  PromiseKind = "confirm"  // we ask again whether it is fixed
	Handoff  PromiseKind = "handoff"  // another team takes it by then
	Document PromiseKind = "document" // something sent by then
	Other    PromiseKind = "other"
)

// PromiseKinds lists every kind, for validation.
var PromiseKinds = []PromiseKind{Reply, Update, Callback, Fix, Confirm, Handoff, Document, Other}

// PromiseSource says who promised: a person in words, or the client's agreement.
type PromiseSource string

const (
	FromPerson    PromiseSource = "person"
	FromAgreement PromiseSource = "agreement"
)

// PromiseState is where a promise stands. Open and Attempted are live; every other state is an end
// and is never left again.
type PromiseState string

const (
	Open      PromiseState = "open"
	Attempted PromiseState = "attempted" // tried, the person was not reached yet
	Kept      PromiseState = "kept"
	KeptLate  PromiseState = "kept_late" // reached within the hold of an attempt begun before due
	Moved     PromiseState = "moved"     // replaced by another promise before it was due
	Withdrawn PromiseState = "withdrawn" // the person said it is not needed
	Voided    PromiseState = "voided"    // spam or duplicate, with a supervisor's reason
	Broken    PromiseState = "broken"
)

// Live reports whether a promise in state s still binds the desk.
func (s PromiseState) Live() bool { return s == Open || s == Attempted }

// Channel is a way to reach a person.
type Channel string

const (
	BySMS   Channel = "sms"
	ByEmail Channel = "email"
	ByVoice Channel = "voice"
	ByWeb   Channel = "web" // the tracker only: nothing is sent
)

// AddressID names an address (phone number, mailbox) of a requester; the address itself is read and
// written in one place of the store.
type AddressID int64

// HoldForAttempt is how long an attempt begun before due holds the break: a caller on the line at
// the due instant is not told that nobody called.
const HoldForAttempt = 5 * time.Minute

// HoldForDelivery is how long words that were written before due, and that are still on their way to the
// person, hold the break.
const HoldForDelivery = 5 * time.Minute

// CallLasts is how long an attempt that nobody ended counts as under way. A closed browser must not
// keep others from calling.
const CallLasts = 15 * time.Minute

// MaxAttempts is how often a callback is tried before it ends as kept with outcome "not reached".
const MaxAttempts = 3

// Promise is a commitment to a person with a due instant. All instants are UTC.
type Promise struct {
	Client    ClientID
	ID        PromiseID
	Ticket    TicketID
	Requester RequesterID
	Kind      PromiseKind
	Source    PromiseSource
	Channel   Channel
	Address   AddressID // zero: none on file
	Lang      string
	Start     time.Time // start of the window; equal to Due where only a deadline is promised
	Due       time.Time
	Skill     string
	Function  int64   // what the question was about when it was promised; zero: not known
	Role      Role    // always accountable
	Owner     StaffID // zero: anybody with the skill on shift
	Backup    StaffID
	MadeBy    Actor
	MadeAt    time.Time
	State     PromiseState
	FireAt    time.Time // when the sweeper looks next; zero once ended
	Tries     int
	TryingAt  time.Time // an attempt is under way since; zero if none
	EndedAt   time.Time
	NoticedAt time.Time // when the break was noticed; Due is when it happened
	ToldAt    time.Time // when the person was told of the break
	RepairOf  PromiseID
	MovedBy   MovedBy
	Replaces  PromiseID
	Outcome   string // for kept: "reached", "not_reached", "replied", "asked_again", "confirmed"
	Voicemail bool   // the person agreed to a message that says who we are
	Unproven  bool   // made by somebody whose identity nobody checked
	Text      string // for Other: the sentence as promised
	Step      int    // for Confirm: which reminder comes next (1, 2, 3)

	AnsweredAt  time.Time // when the words that answer it were written; zero: none are on their way
	AnsweredOut int64     // the delivery that carries them
	EnteredAt   time.Time // when the call that kept it was entered, after a time in which Kept was down
}

// MovedBy says who moved a promise. Moved by us is not kept in any report.
type MovedBy string

const (
	MovedByPerson MovedBy = "person"
	MovedByUs     MovedBy = "us"
	MovedByMiss   MovedBy = "miss" // we called in time and nobody answered: the next window follows
)

// Actor is who did something, as history remembers it. Name is a staff name or a system word,
// never a requester's name.
type Actor struct {
	Who  Who
	ID   int64
	Name string
}

// Actor gives v as history remembers it.
func (v Viewer) Actor() Actor {
	switch v.Who {
	case WhoStaff:
		return Actor{WhoStaff, int64(v.Staff), v.Name}
	case WhoToken:
		return Actor{WhoToken, v.Token, v.Name}
	case WhoSystem:
		return Actor{WhoSystem, 0, v.Name}
	}
	return Actor{Who: WhoRequester}
}

// Try notes an attempt that begins at now.
func (p Promise) Try(now time.Time) (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	p.TryingAt = now
	p.FireAt = p.BreaksAt()
	return p, nil
}

// Missed ends an attempt that did not reach the person.
func (p Promise) Missed() (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	p.State, p.Tries, p.TryingAt, p.FireAt = Attempted, p.Tries+1, time.Time{}, p.Due
	return p, nil
}

// Keep ends p as kept at the instant of the contact, which is the evidence. A contact after due
// keeps it late, which is possible only while an attempt begun before due holds the break.
func (p Promise) Keep(at time.Time, outcome string) (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	p.State = Kept
	if at.After(p.Due) {
		if !at.Before(p.BreaksAt()) {
			return p, Errorf(Conflict, "promise.past_due", "This promise was due before that contact. It breaks first; the repair can then be kept.")
		}
		p.State = KeptLate
	}
	p.EndedAt, p.FireAt, p.TryingAt, p.Outcome = at, time.Time{}, time.Time{}, outcome
	return p, nil
}

// Answer notes that words for the person were written at now, before due, and are on their way in
// delivery out. They keep p as outcome once they have arrived; until then it is live.
func (p Promise) Answer(now time.Time, out int64, outcome string) (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	if !now.Before(p.Due) {
		return p, Errorf(Conflict, "promise.past_due", "This promise was due before those words were written.")
	}
	p.AnsweredAt, p.AnsweredOut, p.Outcome = now, out, outcome
	return p, nil
}

// Unanswered takes the answer back: the words did not arrive. The clock goes on as before.
func (p Promise) Unanswered() Promise {
	p.AnsweredAt, p.AnsweredOut, p.Outcome = time.Time{}, 0, ""
	return p
}

// Arrived ends p as kept by its answer, at the instant at which that was written.
func (p Promise) Arrived() (Promise, error) {
	if p.AnsweredAt.IsZero() {
		return p, Errorf(Conflict, "promise.unanswered", "Nobody has answered this yet.")
	}
	return p.Keep(p.AnsweredAt, p.Outcome)
}

// BreaksAt is the instant from which p counts as not kept: due, or the end of the hold of an
// attempt that was begun, or of words that were written, before due.
func (p Promise) BreaksAt() time.Time {
	at := p.Due
	if !p.TryingAt.IsZero() && p.TryingAt.Before(p.Due) {
		if hold := p.TryingAt.Add(HoldForAttempt); hold.After(at) {
			at = hold
		}
	}
	if !p.AnsweredAt.IsZero() {
		if hold := p.Due.Add(HoldForDelivery); hold.After(at) {
			at = hold
		}
	}
	return at
}

// Calling reports whether somebody is on the phone for p at now.
func (p Promise) Calling(now time.Time) bool {
	return !p.TryingAt.IsZero() && now.Before(p.BreaksAt()) && now.Before(p.TryingAt.Add(CallLasts))
}

// Break ends p as broken. It happened at Due; it was noticed at now. Nothing but the clock breaks a
// promise: before BreaksAt this is an error.
func (p Promise) Break(now time.Time) (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	if now.Before(p.BreaksAt()) {
		return p, Errorf(Conflict, "promise.not_due", "This promise is not due yet.")
	}
	p.State, p.EndedAt, p.NoticedAt, p.FireAt, p.TryingAt, p.Outcome = Broken, p.Due, now, time.Time{}, time.Time{}, ""
	return p, nil
}

// Move ends p as moved, which is possible only before it is due.
func (p Promise) Move(now time.Time, by MovedBy) (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	if !now.Before(p.Due) {
		return p, Errorf(Conflict, "promise.past_due", "The time of this promise has passed. It cannot be moved any more.")
	}
	p.State, p.EndedAt, p.FireAt, p.TryingAt, p.MovedBy, p.Outcome = Moved, now, time.Time{}, time.Time{}, by, ""
	return p, nil
}

// Withdraw ends p because the person does not need it any more.
func (p Promise) Withdraw(now time.Time) (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	p.State, p.EndedAt, p.FireAt, p.TryingAt, p.Outcome = Withdrawn, now, time.Time{}, time.Time{}, ""
	return p, nil
}

// Void ends p because its ticket is spam or a duplicate.
func (p Promise) Void(now time.Time) (Promise, error) {
	if !p.State.Live() {
		return p, ended(p)
	}
	p.State, p.EndedAt, p.FireAt, p.TryingAt, p.Outcome = Voided, now, time.Time{}, time.Time{}, ""
	return p, nil
}

func ended(p Promise) error {
	return Errorf(Conflict, "promise.ended", "This promise has ended already (%s).", p.State)
}

// Look is how a promise shows: one word, one colour, one icon (ux.md B0.2).
type Look string

const (
	LookScheduled Look = "scheduled"
	LookDueSoon   Look = "due_soon"
	LookAtRisk    Look = "at_risk"
	LookCalling   Look = "in_progress"
	LookAnswered  Look = "answered" // words are on their way
	LookTried     Look = "tried"
	LookHeld      Look = "held" // past due, and held after an outage: not broken yet
	LookKept      Look = "kept"
	LookMovedThem Look = "moved_by_caller"
	LookMovedUs   Look = "moved_by_us"
	LookBroken    Look = "broken"
	LookRepaired  Look = "repaired"
	LookWithdrawn Look = "withdrawn"
	LookVoided    Look = "voided"
)

// Look says how p shows at now. risky reports whether anything endangers it, held until when an outage
// holds it; zero for no outage. A live promise past due shows as broken even before the sweeper has come
// by: the clock decides, not the process.
func (p Promise) Look(now time.Time, risky bool, held time.Time) Look {
	switch p.State {
	case Kept, KeptLate:
		if p.RepairOf != 0 {
			return LookRepaired
		}
		return LookKept
	case Moved:
		switch p.MovedBy {
		case MovedByUs:
			return LookMovedUs
		case MovedByMiss:
			return LookTried
		}
		return LookMovedThem
	case Withdrawn:
		return LookWithdrawn
	case Voided:
		return LookVoided
	case Broken:
		return LookBroken
	}
	left := p.Due.Sub(now)
	switch {
	case p.Kind == Confirm:
		return LookScheduled
	case p.Calling(now):
		return LookCalling
	case !p.AnsweredAt.IsZero() && now.Before(p.BreaksAt()):
		return LookAnswered
	case left <= 0 && now.Before(held):
		return LookHeld
	case left <= 0:
		return LookBroken
	case risky:
		return LookAtRisk
	case p.Tries > 0:
		return LookTried
	case left <= time.Hour:
		return LookDueSoon
	}
	return LookScheduled
}
