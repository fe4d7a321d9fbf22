package sla

import (
	"math"
	"slices"
	"time"
)

// Rules is the number of the rules by which events become clocks. It grows when the same history comes to other clocks
// than before, so that who has stored what was counted knows to count it again.
const Rules = 2

// Folder folds events into clocks. It keeps memory from ticket to ticket, and nothing else; one
// goroutine uses it at a time. The zero value is ready.
type Folder struct {
	events []Event
	w      walk
}

// Fold appends to buf how the clocks of t stand at now, by metric and start. Events after now have not
// happened. Events may come in any order; t is not changed.
func (f *Folder) Fold(buf []Clock, b *Book, t *Ticket, now time.Time) []Clock {
	f.w.clocks, f.w.sink = buf, nil
	f.fold(b, t, now)
	buf, f.w.clocks = f.w.clocks, nil
	return buf
}

func (f *Folder) fold(b *Book, t *Ticket, now time.Time) {
	events, scratch, opening := t.order(b, now, f.events)
	f.events = scratch
	if opening < 0 {
		return
	}
	w := &f.w
	w.book, w.now = b, now.UTC()
	first := standing{Facts: t.Facts, terms: b.at(events[opening].At)}
	// Nothing counts any more from a voiding on.
	w.voided = false
	for i := range events {
		if w.voided = events[i].Type == Voided; w.voided {
			events = events[:i+1]
			break
		}
	}
	for m := range Metric(metricCount) {
		if b.has[m] {
			w.metric = m
			w.stand = first
			w.all(events)
		}
	}
}

// Nudges gives when the person is to be asked again within [now, until) while the ticket waits for a reason of which they are told: as
// the lines whose clocks stand have it, the soonest first; none where they say nothing. They heard last of the wait at last; zero: it
// begins now. by moves an instant to one at which people may be written to.
func (f *Folder) Nudges(b *Book, t *Ticket, reason string, now, last, until time.Time, by func(time.Time) time.Time) (all []time.Time) {
	waits, heard := *t, Event{Type: PauseTold, At: now, Seq: math.MaxInt, Side: System}
	if last.IsZero() {
		last, heard = now, Event{Type: Paused, At: now, Seq: math.MaxInt, Side: Staff, Reason: reason, Told: true}
	}
	waits.Events = append(slices.Clone(t.Events), heard)
	for at := now; ; {
		var next time.Time
		for _, c := range f.Fold(nil, b, &waits, at) {
			if c.State == Standing && c.Reason == reason && !c.NudgeAt.IsZero() && (next.IsZero() || c.NudgeAt.Before(next)) {
				next = c.NudgeAt
			}
		}
		if next.IsZero() {
			return all
		}
		if at = by(latest(latest(next, last.Add(nudgeLeast)), now)); !at.Before(until) {
			return all
		}
		last, all = at, append(all, at)
		waits.Events = append(waits.Events, Event{Type: Nudged, At: at, Seq: math.MaxInt, Side: System})
	}
}

// walk goes along the events of a ticket, once per metric.
type walk struct {
	book   *Book
	now    time.Time
	voided bool
	metric Metric
	clocks []Clock
	sink   func(*walk) // sees each finished clock with its stretches

	stand standing
	// The clock in hand.
	c        Clock
	line     *line // nil while no line applies
	last     *line // the latest that did
	idle     idle
	matched  Facts // with which the line was found
	due      time.Time
	left     time.Duration // of what is allowed, or of the grace
	mark     time.Time     // start of the present stretch
	kind     kind
	reason   string
	pauseEnd time.Time     // then the clock runs again by itself
	grace    time.Duration // that is left since the ticket came back
	heard    time.Time     // the person's first words since the question that nobody has answered
	knew     time.Time     // since when the desk knows that it is not fixed, until a line applies
	unheard  time.Time     // closed without an answer to "is it fixed?"
	merged   time.Time     // opening of an older ticket that came in after the end
	past     []stretch
}

// idle is since when and why no line applies.
type idle struct {
	since time.Time
	why   Exclusion
}

// all walks the events for one metric.
func (w *walk) all(events []Event) {
	active := false
	for i := range events {
		e := &events[i]
		if e.Type == Opened && w.stand.opened {
			continue
		}
		w.stand.apply(e, w.book)
		if active && w.step(e) {
			w.finish()
			active = false
		}
		if active || !w.starts(e) || !w.start(e) {
			continue
		}
		if !w.metric.keyed() {
			active = true
			continue
		}
		here := w.stand
		for j := i + 1; j < len(events); j++ {
			w.stand.apply(&events[j], w.book)
			if w.step(&events[j]) {
				break
			}
		}
		w.finish()
		w.stand = here
	}
	if active {
		w.finish()
	}
}

// starts reports whether e begins a clock of the metric.
func (w *walk) starts(e *Event) bool {
	s := &w.stand
	owing := s.opened && !s.over()
	switch w.metric {
	case AnswerSpeed, Abandonment:
		return e.Type == CallQueued
	case FirstResponse, Resolution, LoopClosed:
		return e.Type == Opened
	case NextResponse:
		return owing && s.answered && (e.Type == PersonWrote || e.back() && e.Side == Person || s.went && !s.heard.IsZero())
	case Update:
		return owing && s.answered && (e.word() || e.back() || s.went || e.Type == Opened || e.changes())
	case CallbackKept:
		return e.Type == PromiseMade
	case ConfirmedFixed:
		return e.Type == AskedIfFixed
	case Handoff:
		return owing && (e.Type == Opened || e.Type == Moved || e.back() || s.went)
	case Supplier:
		return e.Type == SupplierAsked
	}
	return false
}

// start begins a clock, unless it is of a kind that needs a line at once and has none.
func (w *walk) start(e *Event) bool {
	line := w.stand.terms.match(w.metric, &w.stand.Facts)
	if line == nil && !w.metric.once() {
		return false
	}
	w.c = Clock{Metric: w.metric, Key: e.Key, Start: e.At.UTC()}
	w.past, w.mark = w.past[:0], w.c.Start
	w.kind, w.reason, w.pauseEnd, w.grace = counted, "", time.Time{}, 0
	w.heard, w.knew, w.unheard, w.merged = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	w.due, w.line, w.last, w.idle = time.Time{}, nil, nil, idle{}
	if w.metric == CallbackKept {
		w.due = e.Due.UTC()
	}
	if line != nil {
		w.use(line)
		w.pause(w.c.Start)
	}
	if w.metric == NextResponse && w.stand.went {
		// Their words looked like thanks until the desk went on.
		at := w.c.Start
		w.before(w.stand.heard)
		w.use(line)
		w.late(at)
		if e.word() {
			w.meet(at)
			w.finish()
			return false
		}
	}
	if w.metric == FirstResponse && w.stand.answered {
		w.meet(w.c.Start) // answered before the ticket was typed in
		w.finish()
		return false
	}
	return true
}

// step takes the clock in hand past e and reports whether it ended for good.
func (w *walk) step(e *Event) (ended bool) {
	at, ours := e.At.UTC(), e.Key == w.c.Key
	switch {
	case e.Type == Voided:
		return w.end(at, ByVoiding)
	case e.Type == MergedAway && w.c.End.IsZero():
		return w.end(at, ByMerging)
	case e.Type == MergedIn && w.metric.once():
		w.older(at, e.Due.UTC())
		return false
	case e.changes() && !(w.metric == Handoff && e.Type == Moved):
		return w.change(at)
	}
	switch w.metric {
	case AnswerSpeed, Abandonment:
		switch {
		case ours && e.Type == CallAnswered:
			return w.meet(at)
		case ours && e.Type == CallLeft:
			return w.leave(at)
		}
		return false
	case CallbackKept:
		switch {
		case !ours:
		case e.Type == PromiseKept:
			return w.meet(at)
		case e.Type == PromiseMoved && e.Side == Person:
			return w.end(at, MovedByPerson)
		case e.Type == PromiseMoved:
			return w.miss(at)
		case e.Type == PromiseWithdrawn || e.Type == PromiseVoided:
			return w.end(at, PromiseGone)
		}
		return false
	case FirstResponse, NextResponse:
		switch {
		case e.word():
			return w.meet(at)
		case e.Type == ClosedUnheard:
			return w.miss(at)
		}
	case Update:
		switch {
		case e.word():
			return w.meet(at)
		case e.Type == AskedIfFixed:
			return w.end(at, NotNeeded)
		}
	case Resolution, LoopClosed:
		if w.loop(e, at) {
			return false
		}
	case ConfirmedFixed:
		switch {
		case e.Type == SaidFixed:
			return w.meet(at)
		case e.back() || e.Type == WentOn || e.again():
			return w.end(at, NotYet)
		case e.Type == ClosedUnheard:
			return w.miss(at)
		}
	case Handoff:
		switch e.Type {
		case Moved, AskedIfFixed, SaidFixed, ClosedUnheard:
			return w.meet(at)
		}
	case Supplier:
		if ours && e.Type == SupplierAnswered {
			return w.meet(at)
		}
	}
	switch e.Type {
	case Withdrawn:
		return w.end(at, ByWithdrawal)
	case SaidFixed, ClosedUnheard:
		return w.end(at, NotNeeded)
	case Paused, PauseTold, Resumed, PersonWrote:
		w.pause(at)
	}
	return false
}

// loop steps a clock that resumes when the ticket comes back, and reports whether e was about that.
func (w *walk) loop(e *Event, at time.Time) bool {
	told := e.Type == AskedIfFixed && (w.metric == Resolution || e.Told) || e.Type == OutcomeTold && w.metric == LoopClosed
	switch {
	case e.back():
		w.resume(at, at)
	case !w.c.End.IsZero():
	case w.kind == asked && (e.Type == WentOn || e.again()):
		w.resume(at, w.heard)
		w.late(at)
		if told {
			w.ask(at)
		}
	case w.kind == asked && e.Type == PersonWrote && w.heard.IsZero():
		w.heard = at
	case w.kind == asked && !w.heard.IsZero() && e.word():
		w.reply(at)
	case told:
		w.ask(at)
	case e.Type == SaidFixed:
		w.ask(at)
		w.met(done)
	case e.Type == ClosedUnheard && w.metric == LoopClosed && w.kind != asked:
		w.miss(at)
		w.kind = done
	case e.Type == ClosedUnheard:
		w.ask(at)
		w.unheard = at
		w.met(asked)
	case e.Type == Withdrawn && w.kind == asked:
		w.met(done)
	case e.Type == Withdrawn:
		w.end(at, ByWithdrawal)
		w.kind = done
	default:
		return false
	}
	return true
}

// ask lets the clock stand until the person says whether it is fixed.
func (w *walk) ask(at time.Time) {
	if w.kind != asked {
		w.cut(at, true)
		w.kind, w.reason, w.c.Since, w.heard = asked, "", at, time.Time{}
	}
}

// reply: words of the person after the question have an answer. They were more than thanks, so the time since they came
// counts, and the question stands from the answer on.
func (w *walk) reply(at time.Time) {
	w.cut(w.heard, true)
	w.past = append(w.past, stretch{w.heard, at, counted, reasonAnswer})
	w.mark, w.c.Since = at, at
	if w.line != nil {
		d := w.line.cal.Between(w.heard, at)
		w.tally(counted, d)
		w.left -= d
		w.grace -= d
		w.late(at)
	}
	w.heard = time.Time{}
}

// late breaches a clock of which it has turned out only now that its time is over.
func (w *walk) late(at time.Time) {
	if w.line != nil && w.c.BreachedAt.IsZero() && w.left < 0 {
		w.overdue(at)
	}
}

// met ends the clock at the last asking. Until the ticket comes back the time since then is none of it.
func (w *walk) met(k kind) {
	if w.kind = k; k == done {
		w.turn(done, "") // a yes is one to the earlier questions as well
	}
	w.c.MetAt, w.c.End = w.c.Since, w.c.Since
}

// turn makes something else of the time in which the question waited.
func (w *walk) turn(k kind, reason string) {
	for i := range w.past {
		p := &w.past[i]
		if p.kind != asked {
			continue
		}
		if p.kind, p.reason = k, reason; k == counted && w.line != nil {
			w.grace -= w.line.cal.Between(p.from, p.to)
		}
	}
}

// resume goes on where the clock ended, or stood. The time since the question counts after all, if the answer
// was not yes. The grace is from when the desk knew that; zero: nobody told it anything, it goes on by itself.
func (w *walk) resume(at, knew time.Time) {
	if w.kind != asked && w.kind != done {
		return
	}
	if !w.unheard.IsZero() {
		w.cut(w.unheard, true)
		w.kind, w.unheard = done, time.Time{}
	}
	w.cut(at, true)
	w.turn(counted, reasonNotYet)
	if !w.merged.IsZero() {
		w.before(w.merged)
	}
	w.kind, w.reason, w.heard, w.knew, w.merged = counted, "", time.Time{}, knew, time.Time{}
	w.c.MetAt, w.c.End, w.c.Since, w.c.Excluded = time.Time{}, time.Time{}, time.Time{}, Counted
	line := w.stand.terms.match(w.metric, &w.stand.Facts)
	if !w.c.BreachedAt.IsZero() && line != nil {
		line = w.line // a breach stays that of its line
	}
	if line == nil {
		if w.line != nil {
			w.recount(w.line)
		}
		w.stop(at)
		return
	}
	w.spare(line, at)
	w.use(line)
}

// spare is what is left, when a line applies, of the grace that a ticket has when it comes back.
func (w *walk) spare(l *line, at time.Time) {
	if w.knew.IsZero() {
		return
	}
	w.grace = min(l.of.Grace, l.Allowed) - l.cal.Between(w.knew, at)
	w.knew = time.Time{}
}

// change finds the line that applies from now on. What ended, or is asked about, keeps its line.
func (w *walk) change(at time.Time) (ended bool) {
	next := w.stand.terms.match(w.metric, &w.stand.Facts)
	if next == w.line || w.kind == asked || w.kind == done {
		return false
	}
	w.cut(at, false)
	if next == nil {
		w.stop(at)
		return !w.metric.once()
	}
	if w.c.BreachedAt.IsZero() {
		w.kind, w.reason = counted, ""
		w.spare(next, at)
		w.use(next)
		w.overdue(at)
		w.pause(at)
	}
	return false
}

// stop: no line applies.
func (w *walk) stop(at time.Time) {
	if w.line == nil && !w.idle.since.IsZero() {
		return
	}
	w.line, w.kind, w.reason = nil, counted, ""
	w.idle = idle{at, ByNoLine}
	if w.stand.terms == nil {
		w.idle.why = ByAgreementEnd
	}
}

// older: a ticket that was opened earlier went into this one, and its waiting counts.
func (w *walk) older(at, opened time.Time) {
	switch {
	case opened.IsZero() || !opened.Before(w.c.Start):
		return
	case !w.c.End.IsZero():
		if w.merged.IsZero() || opened.Before(w.merged) {
			w.merged = opened // counts if the ticket comes back
		}
		return
	case w.kind != asked:
		w.cut(at, false)
	}
	first := w.before(opened)
	switch {
	case !w.c.BreachedAt.IsZero():
		w.tally(counted, w.last.cal.Between(first.from, first.to))
	case w.line != nil && w.kind == asked: // it keeps its line, and facts
		w.tally(counted, w.line.cal.Between(first.from, first.to))
		w.left = max(w.c.Allowed-w.c.Elapsed, w.grace)
		w.late(at)
	case w.line != nil:
		w.use(w.line)
		w.overdue(at)
	}
}

// before lets the clock begin earlier: that time counts.
func (w *walk) before(start time.Time) (first stretch) {
	first = stretch{start, w.c.Start, counted, ""}
	if w.metric.once() {
		first.reason = reasonMerged
	}
	w.past = slices.Insert(w.past, 0, first)
	w.c.Start = start
	return first
}
