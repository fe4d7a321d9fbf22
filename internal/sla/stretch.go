package sla

import "time"

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
	reasonAnswer  = "answered" // the person wrote after the question, and had an answer
)

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
