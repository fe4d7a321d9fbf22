package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"kept/internal/desk"
)

// batchCap is how many units of work share one commit at most.
const batchCap = 64

// writer lets units of work take turns on one connection that writes, and lets those that wait
// at the same moment share one commit, because the fsync is most of what a small transaction costs.
// SQLite has one for all, PostgreSQL one for each line and node.
//
// There is no writer goroutine: whoever has the turn runs its own unit and those of all who wait behind it, and commits;
// then all who took part are answered. No request's context reaches the connection.
type writer struct {
	t transaction
	s *session // of the open transaction
	// lawful is asked before each commit, about all units that share it.
	lawful func(*session) error

	mu     sync.Mutex
	held   bool
	closed bool
	queue  []*waiter

	// patient: before it commits it waits for as many as are there, no longer than the last commit took. A commit
	// writes the pages at which all of them write once, so two small ones cost nearly twice as much as one large one.
	// Somebody who comes alone waits for nobody.
	patient bool
	crowd   int           // how many are there: rises at once, falls by one with each commit
	took    time.Duration // by the last commit, mostPatience at most
	// trusting: a unit gets no savepoint, unless one has failed lately; wary counts those that still get one.
	trusting bool
	wary     int
	comes    chan struct{} // closed by whoever joins the queue; nil when nobody waits for it
}

// mostPatience bounds how long an answer is held back for others.
const mostPatience = 3 * time.Millisecond

// waryFor is how many units get a savepoint after one had to be undone without, so that whoever fails on
// purpose makes others run twice no more than once in so many units.
const waryFor = 1000

// transaction is how an engine opens and ends what the units of a writer share.
type transaction interface {
	begin(ahead []*asking) (*session, error)
	ask(ahead []*asking) error // what units that came later ask first
	savepoint() error          // before each unit but the first
	release() error            // keeps what the unit did
	undo() error               // as it was at the savepoint
	// commit puts all on disk. On an error, undone says that nothing of it is there for sure.
	commit() (undone bool, err error)
	rollback()
	close() error
}

// waiter is somebody who has a unit of work to run.
type waiter struct {
	fn    func(*session) error
	ahead *asking       // what it asks first; nil: nothing, or that is asked already
	alone bool          // the unit shares its commit with nobody
	woken chan struct{} // closed when the turn is theirs, or when somebody else has run the unit: then batch is set
	batch *batch
	err   error // what the unit said
}

// batch is one transaction of the engine with the units that share it.
type batch struct {
	of   []*waiter // whoever has the turn is the first
	over bool      // nothing is left to commit
	// patience ends the waiting for others; waited says that it has.
	patience *time.Timer
	waited   bool

	err   error // nothing of it is on disk, as far as can be said
	again bool  // the transaction vanished: every unit runs again, alone
}

var errClosed = desk.Errorf(desk.Unavailable, "closed", "Kept is shutting down. Please try again in a minute.")

// do runs fn as one unit of work and returns after its commit. ctx counts only while fn waits for
// its turn. fn may run a second time, and in the goroutine of somebody else.
func (w *writer) do(ctx context.Context, fn func(*session) error) error {
	return w.doAsking(ctx, nil, fn)
}

// doAsking is do for a unit of work of which it is known what it asks first.
func (w *writer) doAsking(ctx context.Context, ahead *asking, fn func(*session) error) error {
	for alone := false; ; alone, ctx = true, context.WithoutCancel(ctx) {
		me := &waiter{fn: fn, ahead: ahead, alone: alone}
		if err := w.enter(ctx, me); err != nil {
			return err
		}
		if me.batch == nil {
			w.lead(me)
		}
		switch b := me.batch; {
		case b.again:
		case b.err != nil:
			return b.err
		default:
			return me.err
		}
	}
}

// enter waits for the turn, in the order of arrival, or until somebody else has run the unit.
func (w *writer) enter(ctx context.Context, me *waiter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return errClosed
	}
	if !w.held {
		w.held = true
		w.mu.Unlock()
		return nil
	}
	me.woken = make(chan struct{})
	w.queue = append(w.queue, me)
	if w.comes != nil {
		close(w.comes)
		w.comes = nil
	}
	w.mu.Unlock()
	select {
	case <-me.woken:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	if i := slices.Index(w.queue, me); i >= 0 {
		w.queue = slices.Delete(w.queue, i, i+1)
		w.mu.Unlock()
		return ctx.Err()
	}
	w.mu.Unlock()
	<-me.woken // it was taken at the same moment
	return nil
}

// lead runs the unit of the one who has the turn, and those of all who wait behind it.
func (w *writer) lead(me *waiter) {
	b := &batch{}
	defer w.end(b) // also when a unit ends its goroutine (t.FailNow)
	if w.s, b.err = w.t.begin(w.ahead(me, batchCap)); b.err != nil {
		b.of, b.over, me.batch = []*waiter{me}, true, b
		return
	}
	for next := me; next != nil; next = w.follower(b) {
		w.unit(b, next)
	}
}

// ahead is what m and those who wait now are going to ask first, most of them at most: as many as take part. Each is asked once.
func (w *writer) ahead(m *waiter, most int) (all []*asking) {
	w.mu.Lock()
	defer w.mu.Unlock()
	those := []*waiter{m}
	if !m.alone {
		those = append(those, w.queue...)
	}
	for i, m := range those {
		if i == most || i > 0 && m.alone {
			break // it takes no part
		}
		if m.ahead != nil {
			all, m.ahead = append(all, m.ahead), nil
		}
	}
	return all
}

// unit runs what one of them has, and keeps or undoes it.
func (w *writer) unit(b *batch, m *waiter) {
	first := len(b.of) == 0
	b.of, m.batch = append(b.of, m), b
	saved := !first && (!w.trusting || w.wary > 0)
	if m.ahead != nil && w.t.ask(w.ahead(m, 1+batchCap-len(b.of))) != nil || saved && w.t.savepoint() != nil {
		w.vanish(b)
		return
	}
	w.wary = max(w.wary-1, 0)
	w.s.wrote, w.s.lost = false, false
	late, touched := len(w.s.late), len(w.s.touched)
	m.err = errors.New("the unit of work ended its goroutine")
	defer func() {
		if m.err != nil {
			w.s.late, w.s.touched = w.s.late[:min(late, len(w.s.late))], w.s.touched[:min(touched, len(w.s.touched))]
		}
		w.settle(b, first, saved, m.err != nil)
	}()
	m.err = m.fn(w.s)
}

// settle keeps or undoes what the last unit did.
func (w *writer) settle(b *batch, first, saved, failed bool) {
	switch {
	case !failed && saved:
		if w.t.release() != nil {
			w.vanish(b)
		}
	case !failed:
	case first: // it is alone in the transaction
		w.undo(b)
	case saved:
		if w.t.undo() != nil {
			w.vanish(b)
		}
	case w.s.wrote || w.s.lost: // it can only be undone together with those before it
		w.wary = waryFor
		w.vanish(b)
	}
}

// undo gives up the transaction, of which nothing must stay.
func (w *writer) undo(b *batch) {
	w.t.rollback()
	w.s.late, w.s.touched, b.over = nil, nil, true
}

// vanish gives it up and lets every unit run again: the engine itself has undone it (disk full, connection
// lost), or a unit that failed can be undone in no other way.
func (w *writer) vanish(b *batch) {
	w.undo(b)
	b.again = true
}

// follower is the next who takes part in the transaction, or nil when it is to end.
func (w *writer) follower(b *batch) *waiter {
	if b.over || b.of[0].alone {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(b.of) >= batchCap {
		return nil
	}
	if w.wait(b); len(w.queue) == 0 || w.queue[0].alone {
		return nil
	}
	return w.pop()
}

// pop takes the first out of the queue. It is called with the lock.
func (w *writer) pop() *waiter {
	first := w.queue[0]
	w.queue[0] = nil
	w.queue = w.queue[1:]
	return first
}

// wait lets those who are on the way come, while nobody is there. It is called with the lock and gives it
// back locked.
func (w *writer) wait(b *batch) {
	if len(w.queue) == 0 {
		w.mu.Unlock()
		runtime.Gosched()
		w.mu.Lock()
	}
	if len(w.queue) > 0 || !w.patient || len(b.of) >= w.crowd || b.waited {
		return
	}
	comes := make(chan struct{})
	w.comes = comes
	if b.patience == nil {
		b.patience = time.NewTimer(w.took)
	}
	w.mu.Unlock()
	select {
	case <-comes:
	case <-b.patience.C:
		b.waited = true
	}
	w.mu.Lock()
	w.comes = nil
}

// end commits what is left to commit, gives the turn to the next, and lets go all who took part.
func (w *writer) end(b *batch) {
	if b.patience != nil {
		b.patience.Stop()
	}
	watch := stopwatch()
	if !b.over {
		w.commit(b)
	}
	w.mu.Lock()
	w.took = min(watch(), mostPatience)
	w.crowd = max(len(b.of)+len(w.queue), w.crowd-1)
	w.next()
	for _, m := range b.of[1:] { // the first is the one who is here
		close(m.woken)
	}
}

func (w *writer) commit(b *batch) {
	undone, err := true, w.lawful(w.s)
	if err == nil {
		undone, err = w.t.commit()
	}
	if err != nil {
		w.t.rollback()
		b.again = undone && len(b.of) > 1
		b.err = err
	}
	w.s.late, w.s.touched = nil, nil
}

// next gives the turn to the first waiter, or to nobody. It is called with the lock and unlocks.
func (w *writer) next() {
	if len(w.queue) == 0 {
		w.held = false
		w.mu.Unlock()
		return
	}
	first := w.pop()
	w.mu.Unlock()
	close(first.woken)
}

// hold gives the turn itself, with no transaction open, until it is handed back.
func (w *writer) hold(ctx context.Context) (handBack func(), err error) {
	me := &waiter{alone: true}
	if err := w.enter(ctx, me); err != nil {
		return nil, err
	}
	if me.batch != nil {
		return nil, me.batch.err
	}
	return func() { w.mu.Lock(); w.next() }, nil
}

// close waits for the turn and keeps it for ever; whoever waits behind is refused.
func (w *writer) close() error {
	if _, err := w.hold(context.Background()); err != nil {
		return nil
	}
	w.mu.Lock()
	w.closed = true
	rest := w.queue
	w.queue = nil
	w.mu.Unlock()
	for _, q := range rest {
		q.batch = &batch{err: errClosed}
		close(q.woken)
	}
	return w.t.close()
}
