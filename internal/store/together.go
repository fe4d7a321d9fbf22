package store

import (
	"errors"
	"iter"
)

// errAside ends a part whose neighbour has failed. Nobody gets to see it.
var errAside = errors.New("a part that ran beside this one has failed")

// Together runs parts of a read so that what they ask at the same time goes to PostgreSQL in one round trip: each part goes
// on until it asks, then all are answered. Only one of them runs at any moment, so they may share what is theirs; their
// order is no more than that of their questions. A part may run others together. It gives the first error, and ends the
// other parts then. On SQLite, where a question costs no trip, they run one after the other. Parts read; they do not write.
func (u *unit) Together(parts ...func() error) error {
	if u.s.pg == nil || len(parts) == 1 {
		for _, part := range parts {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	}
	outer := u.yield
	defer func() { u.yield = outer }()
	sides := make([]side, len(parts))
	for i, part := range parts {
		p := &sides[i]
		p.next, p.stop = iter.Pull(func(yield func([]queued) bool) {
			p.yield = yield
			u.yield = yield
			p.err = u.db.contain(func() error { return inside(func(*unit) error { return part() }, u) }) // its own stack is known here only
		})
		defer p.stop()
	}
	for {
		var asked []queued
		for i := range sides {
			p := &sides[i]
			if p.over {
				continue
			}
			u.yield = p.yield
			questions, more := p.next()
			if p.over = !more; p.err != nil {
				return p.err
			}
			asked = append(asked, questions...)
		}
		u.yield = outer
		switch {
		case len(asked) == 0:
			return nil
		case outer != nil:
			if !outer(asked) {
				return u.ended()
			}
		default:
			if failed, err := u.s.all(asked); err != nil {
				return u.fail(failed, err)
			}
		}
	}
}

// side is a part that runs beside others.
type side struct {
	next  func() ([]queued, bool)
	stop  func()
	yield func([]queued) bool
	over  bool
	err   error
}

// ask waits until q is answered with what the other parts ask.
func (u *unit) ask(q queued) error {
	if !u.yield([]queued{q}) {
		return u.ended()
	}
	return nil
}

func (u *unit) ended() error {
	if u.broken != nil {
		return u.broken
	}
	return errAside
}
