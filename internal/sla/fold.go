package sla

import "time"

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

// kind is what a stretch of a clock is.
type kind uint8

const (
	counted kind = iota
	paused
	asked // whether it is fixed
	done  // ended, before it came back
)

// stretch is a part of a clock's life.
type stretch struct {
	from, to time.Time
	kind     kind
	reason   string // of a pause, or why it counts after all
}

// Why a stretch counts that somebody might expect not to.
const (
	reasonNotYet  = "not yet" // asked whether it is fixed, and it was not
	reasonTooLong = "too long"
	reasonUntold  = "not told"
	reasonNoPause = "no reason to stop"
	reasonMerged  = "merged"
)

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
	unheard  time.Time     // closed without an answer to "is it fixed?"
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
		return owing && s.answered && (e.Type == PersonWrote || e.back() && e.Side == Person)
	case Update:
		return owing && s.answered && (e.word() || e.back() || e.Type == Opened || e.changes())
	case CallbackKept:
		return e.Type == PromiseMade
	case ConfirmedFixed:
		return e.Type == AskedIfFixed
	case Handoff:
		return owing && (e.Type == Opened || e.Type == Moved || e.back())
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
	w.kind, w.reason, w.pauseEnd, w.grace, w.unheard = counted, "", time.Time{}, 0, time.Time{}
	w.due, w.line, w.last, w.idle = time.Time{}, nil, nil, idle{}
	if w.metric == CallbackKept {
		w.due = e.Due.UTC()
	}
	if line != nil {
		w.use(line)
		w.pause(w.c.Start)
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
		case e.back():
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
		w.resume(at)
	case !w.c.End.IsZero():
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
		w.kind, w.reason, w.c.Since = asked, "", at
	}
}

// met ends the clock at the last asking. Until the ticket comes back the time since then is none of it.
func (w *walk) met(k kind) {
	w.kind = k
	w.c.MetAt, w.c.End = w.c.Since, w.c.Since
}

// resume goes on where the clock ended. The time since the question counts after all, if the answer
// was not yes.
func (w *walk) resume(at time.Time) {
	if w.kind != asked && w.kind != done {
		return
	}
	if !w.unheard.IsZero() {
		w.cut(w.unheard, true)
		w.kind, w.unheard = done, time.Time{}
	}
	w.cut(at, true)
	for i := range w.past {
		if p := &w.past[i]; p.kind == asked {
			p.kind, p.reason = counted, reasonNotYet
		}
	}
	w.kind, w.reason = counted, ""
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
	w.grace = min(line.of.Grace, line.Allowed)
	w.use(line)
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
	if opened.IsZero() || !opened.Before(w.c.Start) || w.kind == asked || w.kind == done {
		return
	}
	w.cut(at, false)
	w.past = append(w.past, stretch{})
	copy(w.past[1:], w.past)
	first := stretch{opened, w.c.Start, counted, reasonMerged}
	w.past[0] = first
	w.c.Start = opened
	switch {
	case !w.c.BreachedAt.IsZero():
		w.tally(counted, w.last.cal.Between(first.from, first.to))
	case w.line != nil:
		w.use(w.line)
		w.overdue(at)
	}
}

// use lets a line apply from now on, as if it always had.
func (w *walk) use(l *line) {
	if w.c.BreachedAt.IsZero() {
		w.matched = w.stand.Facts
	}
	w.line, w.last, w.idle = l, l, idle{}
	w.c.Version, w.c.Target, w.c.Goal, w.c.Allowed = l.of.Version, l.index, l.Goal, l.Allowed
	w.recount(l)
	w.left = w.c.Allowed - w.c.Elapsed
	if w.grace > 0 {
		w.left = max(w.left, w.grace)
	}
}

// overdue breaches a clock at a change that left it no time.
func (w *walk) overdue(at time.Time) {
	if w.left > 0 || w.metric == Abandonment || w.metric == CallbackKept {
		return
	}
	w.c.BreachedAt = at
	if w.c.Deadline = reach(w.past, w.line, w.c.Allowed); w.c.Deadline.IsZero() {
		w.c.Deadline = at
	}
}

// recount counts all stretches in the time of a line.
func (w *walk) recount(l *line) {
	w.c.Elapsed, w.c.Paused, w.c.Asked = 0, 0, 0
	for i := range w.past {
		w.tally(w.past[i].kind, l.cal.Between(w.past[i].from, w.past[i].to))
	}
}

func (w *walk) tally(k kind, d time.Duration) {
	switch k {
	case counted:
		w.c.Elapsed += d
	case paused:
		w.c.Paused += d
	default:
		w.c.Asked += d
	}
}

// pause lets the clock stand or run as the ticket and the line say.
func (w *walk) pause(at time.Time) {
	if w.line == nil || w.kind == asked || w.kind == done {
		return
	}
	k, reason := counted, ""
	p := (*Pause)(nil)
	if s := &w.stand; s.pause != "" && len(w.line.Pauses) > 0 {
		switch p = w.line.pause(s.pause); {
		case p == nil:
			reason = reasonNoPause
		case !s.told:
			reason = reasonUntold
		default:
			k, reason = paused, s.pause
		}
	}
	if k == w.kind && reason == w.reason {
		return
	}
	w.cut(at, false)
	if k == paused {
		rest := p.Max
		for i := range w.past {
			if s := &w.past[i]; s.kind == paused && s.reason == reason {
				rest -= w.line.cal.Between(s.from, s.to)
			}
		}
		w.pauseEnd = w.line.cal.Add(at, max(rest, 0))
		if rest <= 0 {
			k, reason = counted, reasonTooLong
		}
	}
	w.kind, w.reason = k, reason
}

// cut ends the present stretch. What happens at the very deadline is in time if it is what the
// clock waits for.
func (w *walk) cut(at time.Time, meeting bool) {
	if w.kind == paused && w.pauseEnd.Before(at) {
		w.stretch(w.pauseEnd, false)
		w.kind, w.reason = counted, reasonTooLong
	}
	w.stretch(at, meeting)
	if due := w.due; !due.IsZero() && w.c.BreachedAt.IsZero() && (due.Before(at) || due.Equal(at) && !meeting) {
		w.c.BreachedAt, w.c.Deadline = due, due
	}
}

func (w *walk) stretch(to time.Time, meeting bool) {
	from := w.mark
	w.mark = to
	if to.After(from) {
		w.past = append(w.past, stretch{from, to, w.kind, w.reason})
	}
	if w.line == nil {
		return
	}
	d := w.line.cal.Between(from, to)
	w.tally(w.kind, d)
	if w.kind != counted {
		return
	}
	if d >= w.left && w.c.BreachedAt.IsZero() && w.metric != Abandonment && w.due.IsZero() {
		if deadline := w.line.cal.Add(from, max(w.left, 0)); deadline.Before(to) || deadline.Equal(to) && !meeting {
			w.c.BreachedAt, w.c.Deadline = deadline, deadline
		}
	}
	w.left -= d
	w.grace -= d
}

func (w *walk) meet(at time.Time) bool {
	w.cut(at, true)
	w.c.MetAt, w.c.End = at, at
	return true
}

func (w *walk) miss(at time.Time) bool {
	w.cut(at, true)
	if w.c.BreachedAt.IsZero() {
		w.c.BreachedAt = at
	}
	w.c.End = at
	return true
}

// end leaves the clock out, unless it breached before.
func (w *walk) end(at time.Time, why Exclusion) bool {
	w.cut(at, false)
	if w.c.BreachedAt.IsZero() {
		w.c.Excluded = why
	}
	w.c.End = at
	return true
}

// leave: the caller hung up.
func (w *walk) leave(at time.Time) bool {
	w.cut(at, true)
	if w.c.BreachedAt.IsZero() && w.left >= 0 {
		return w.end(at, LeftEarly)
	}
	return w.miss(at)
}

// finish hands the clock over as it stands now.
func (w *walk) finish() {
	c := &w.c
	if w.last == nil {
		return // no line ever applied
	}
	switch {
	case w.line == nil:
		c.End, c.MetAt = w.idle.since, time.Time{}
		if c.BreachedAt.IsZero() {
			c.Excluded = w.idle.why
		}
	case c.End.IsZero():
		w.cut(w.now, false)
		w.goOn()
	}
	end := c.End
	if end.IsZero() {
		end = w.now
	} else {
		c.State, c.Since = Ended, time.Time{}
		if c.Deadline.IsZero() && w.line != nil {
			w.deadline(end)
		}
	}
	if w.voided {
		c.Excluded = ByVoiding
	}
	c.Wall = end.Sub(c.Start)
	w.clocks = append(w.clocks, *c)
	if w.sink != nil {
		w.sink(w)
	}
}

// goOn says how a clock goes on that has not ended.
func (w *walk) goOn() {
	c, s := &w.c, &w.stand
	switch from := w.now; w.kind {
	case asked:
		c.State = Asking
	case paused:
		c.State, c.Reason, c.Since = Standing, w.reason, latest(s.since, c.Start)
		if n := w.line.pause(w.reason).Nudge; n > 0 {
			if c.NudgeAt = w.line.cal.Add(latest(s.nudged, c.Since), n); !c.NudgeAt.Before(w.pauseEnd) {
				c.NudgeAt = time.Time{}
			}
		}
		from = w.pauseEnd
		fallthrough
	default:
		if c.BreachedAt.IsZero() {
			w.deadline(from)
		}
	}
}

// deadline is when the clock breaches if it runs on from an instant.
func (w *walk) deadline(from time.Time) {
	switch {
	case !w.due.IsZero():
		w.c.Deadline = w.due
	case w.metric != Abandonment && w.left >= 0:
		w.c.Deadline = w.line.cal.Add(from, w.left)
	}
}

// reach gives the instant at which the stretches have counted d, or zero.
func reach(past []stretch, l *line, d time.Duration) time.Time {
	for i := range past {
		p := &past[i]
		if p.kind != counted {
			continue
		}
		here := l.cal.Between(p.from, p.to)
		if here >= d {
			if p.reason == reasonNotYet {
				return p.to // nobody knew before
			}
			return l.cal.Add(p.from, d)
		}
		d -= here
	}
	return time.Time{}
}
