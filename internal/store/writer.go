package store

import (
	"context"
	"errors"
	"runtime"
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
// There is no writer goroutine: each caller runs its own unit when it holds the turn, and hands the
// turn on with the transaction still open when somebody waits. Whoever finds nobody waiting commits,
// and all who took part are answered. No request's context reaches the connection.
type writer struct {
	t transaction
	s *session // of the open transaction
	// lawful is asked before each commit, about all units that share it.
	lawful func(*session) error

	mu     sync.Mutex
	held   bool
	closed bool
	queue  []*waiter
	batch  *batch // the open transaction; belongs to the holder of the turn

	// patient: before it commits it waits for as many units as the last commit had, no longer than that
	// commit took. A commit writes the pages at which all of them write once, so two small ones cost nearly
	// twice as much as one large one. Somebody who comes alone waits for nobody.
	patient bool
	crowd   int           // units of the last commit
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
	begin() (*session, error)
	savepoint() error // before each unit but the first
	release() error   // keeps what the unit did
	undo() error      // as it was at the savepoint
	// commit puts all on disk. On an error, undone says that nothing of it is there for sure.
	commit() (undone bool, err error)
	rollback()
	close() error
}

type waiter struct {
	turn  chan struct{}
	alone bool
}

// batch is one transaction of the engine with the units that share it.
type batch struct {
	units int
	full  bool
	// patience ends the waiting for others; waited says that it has.
	patience *time.Timer
	waited   bool

	done  chan struct{} // closed when the fate of the transaction is known
	err   error         // the commit failed
	again bool          // the transaction vanished: every unit runs again, alone
}

var errClosed = desk.Errorf(desk.Unavailable, "closed", "Kept is shutting down. Please try again in a minute.")

// do runs fn as one unit of work and returns after its commit. ctx counts only while fn waits for
// its turn. fn may run a second time.
func (w *writer) do(ctx context.Context, fn func(*session) error) error {
	alone := false
	for {
		if err := w.enter(ctx, alone); err != nil {
			return err
		}
		b, err := w.unit(fn, alone)
		if b == nil {
			return err
		}
		<-b.done
		switch {
		case b.again:
			alone, ctx = true, context.WithoutCancel(ctx)
			continue
		case b.err != nil:
			return b.err
		}
		return err
	}
}

// enter waits for the turn, in the order of arrival.
func (w *writer) enter(ctx context.Context, alone bool) error {
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
	me := &waiter{turn: make(chan struct{}), alone: alone}
	w.queue = append(w.queue, me)
	if w.comes != nil {
		close(w.comes)
		w.comes = nil
	}
	w.mu.Unlock()
	select {
	case <-me.turn:
		return w.open()
	case <-ctx.Done():
	}
	w.mu.Lock()
	for i, q := range w.queue {
		if q == me {
			w.queue = append(w.queue[:i], w.queue[i+1:]...)
			w.mu.Unlock()
			return ctx.Err()
		}
	}
	w.mu.Unlock()
	<-me.turn // it was given to us at the same moment
	if err := w.open(); err != nil {
		return err
	}
	w.leave()
	return ctx.Err()
}

// open is errClosed once the writer was closed: then a turn that came is none.
func (w *writer) open() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	return nil
}

// leave hands the turn on: to the next waiter with the transaction open, or after committing it.
func (w *writer) leave() {
	w.mu.Lock()
	if b := w.batch; b != nil {
		if !b.full {
			w.wait(b)
		}
		if len(w.queue) > 0 && !b.full && b.units < batchCap && !w.queue[0].alone {
			w.next()
			return
		}
		w.mu.Unlock()
		w.commit(b)
		w.mu.Lock()
	}
	w.next()
}

// wait lets those who are on the way come, while nobody is there. It is called with the lock and gives it
// back locked.
func (w *writer) wait(b *batch) {
	if len(w.queue) == 0 {
		w.mu.Unlock()
		runtime.Gosched()
		w.mu.Lock()
	}
	if len(w.queue) > 0 || !w.patient || b.units >= w.crowd || b.waited {
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

// next gives the turn to the first waiter, or to nobody. It unlocks.
func (w *writer) next() {
	if len(w.queue) == 0 {
		w.held = false
		w.mu.Unlock()
		return
	}
	first := w.queue[0]
	w.queue[0] = nil
	w.queue = w.queue[1:]
	w.mu.Unlock()
	close(first.turn)
}

// unit runs fn while the caller holds the turn, and hands the turn on. The caller's answer waits for
// the batch that it gives; without one the answer is err.
func (w *writer) unit(fn func(*session) error, alone bool) (b *batch, err error) {
	b = w.batch
	first := b == nil
	if first {
		if w.s, err = w.t.begin(); err != nil {
			w.leave()
			return nil, err
		}
		b = &batch{done: make(chan struct{})}
		w.batch = b
	}
	saved := !first && (!w.trusting || w.wary > 0)
	if saved {
		if err := w.t.savepoint(); err != nil {
			w.vanish(b)
			w.leave()
			return b, nil
		}
	}
	b.units++
	b.full = alone
	w.wary = max(w.wary-1, 0)
	w.s.wrote, w.s.lost = false, false
	late, touched := len(w.s.late), len(w.s.touched)
	// Deferred, so that a goroutine that ends inside fn (t.FailNow) does not take the turn with it.
	defer func() {
		if err != nil {
			w.s.late, w.s.touched = w.s.late[:min(late, len(w.s.late))], w.s.touched[:min(touched, len(w.s.touched))]
		}
		w.settle(b, first, saved, err != nil)
		w.leave()
	}()
	err = errors.New("the unit of work ended its goroutine")
	err = fn(w.s)
	return b, err
}

// settle keeps or undoes what the unit did.
func (w *writer) settle(b *batch, first, saved, failed bool) {
	switch {
	case !failed && saved:
		if w.t.release() != nil {
			w.vanish(b)
		}
	case !failed:
	case first: // it is alone in the transaction, and saw nothing that is not on disk
		w.t.rollback()
		w.batch, w.s.late, w.s.touched = nil, nil, nil
		close(b.done)
	case saved:
		if w.t.undo() != nil {
			w.vanish(b)
		}
	case w.s.wrote || w.s.lost: // it can only be undone together with those before it
		w.wary = waryFor
		w.vanish(b)
	}
}

// vanish gives up the transaction, of which nothing must stay: the engine itself has undone it (disk full,
// connection lost), or a unit that failed can be undone in no other way.
func (w *writer) vanish(b *batch) {
	w.t.rollback()
	w.batch, w.s.late, w.s.touched = nil, nil, nil
	b.again = true
	close(b.done)
}

func (w *writer) commit(b *batch) {
	w.batch = nil
	if b.patience != nil {
		b.patience.Stop()
	}
	watch := stopwatch()
	undone, err := true, w.lawful(w.s)
	if err == nil {
		undone, err = w.t.commit()
	}
	w.crowd, w.took = b.units, min(watch(), mostPatience)
	if err != nil {
		w.t.rollback()
		b.again = undone && b.units > 1
		b.err = err
	}
	w.s.late, w.s.touched = nil, nil
	close(b.done)
}

// close waits for the turn and keeps it for ever; whoever waits behind is refused.
func (w *writer) close() error {
	if err := w.enter(context.Background(), true); err != nil {
		return nil
	}
	w.mu.Lock()
	w.closed = true
	rest := w.queue
	w.queue = nil
	w.mu.Unlock()
	for _, q := range rest {
		close(q.turn)
	}
	return w.t.close()
}
