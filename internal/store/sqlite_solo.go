package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"

	"kept/internal/desk"
)

// soloEngine is a SQLite file that is thrown away afterwards. One goroutine at a time has it, for units of work and
// for snapshots alike. A unit ends in a savepoint and not in a commit: its laws are checked there, what it did the
// next one sees, and forty thousand of them share the writing of their pages. What they put aside for the commit, the
// words of the search, waits for it.
type soloEngine struct {
	*liteEngine
	mu     sync.Mutex
	s      *session
	lawful func(*session) error
	open   bool     // a transaction is
	saved  bool     // a savepoint is
	wrote  []*stmt  // that have changed rows, in the unit
	rows   []rowKey // that others have changed, each of which changes one by its id
	units  int      // that wrote, in the transaction
	closed bool
}

// soloShare is how many units that write share a commit: each page that they change is kept for the way back, and
// written, once for all of them.
const soloShare = 40_000

// openSolo is e, which is up to date, with one connection for everything.
func openSolo(e *liteEngine, lawful func(*session) error) (engine, error) {
	if err := e.wdb.Close(); err != nil {
		return nil, err
	}
	d, err := openDirect(e.path, undoSystem, litePragmas(true)...)
	if err != nil {
		return nil, err
	}
	s := d.session()
	solo := &soloEngine{liteEngine: e, lawful: lawful, s: s}
	s.before, s.after = solo.save, solo.note
	return solo, nil
}

func (e *soloEngine) read(ctx context.Context, _ scope, fn func(context.Context, *session) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.ready(ctx); err != nil {
		return err
	}
	return fn(context.WithoutCancel(ctx), e.s)
}

func (e *soloEngine) write(ctx context.Context, _ scope, fn func(context.Context, *session) error) (err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.ready(ctx); err != nil {
		return err
	}
	e.wrote, e.rows = e.wrote[:0], e.rows[:0]
	late, done := len(e.s.late), false
	defer func() { // also when fn ends its goroutine
		if !done || err != nil {
			e.s.late, e.s.touched = e.s.late[:late], nil
			if lost := e.undo(); lost != nil {
				err = errors.Join(err, lost)
			}
		}
	}()
	if err = fn(context.Background(), e.s); err == nil {
		err = e.lawful(e.s)
	}
	if err == nil {
		err = e.keep()
	}
	done = true
	return err
}

// record writes to the read log as a unit of its own: there is no file beside this one.
func (e *soloEngine) record(rows []Read) error {
	return e.write(context.Background(), scope{}, func(ctx context.Context, s *session) error {
		for _, r := range rows {
			if _, err := s.exec(ctx, addRead, r.args()...); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *soloEngine) ready(ctx context.Context) error {
	if e.closed {
		return errClosed
	}
	return ctx.Err()
}

func (e *soloEngine) run(s *stmt) error {
	p, err := e.s.direct.prepare(s)
	if err == nil {
		_, err = p.exec(nil)
	}
	return err
}

// save is called before every statement that may change rows.
func (e *soloEngine) save() error {
	if e.saved {
		return nil
	}
	if !e.open {
		if err := e.run(sqliteBegin); err != nil {
			return err
		}
		e.open = true
	}
	e.saved = true
	return e.run(sqliteSavepoint)
}

// rowKey is a row by its table and id, of whichever client.
type rowKey struct {
	table string
	id    int64
}

// note is called after every statement that has changed rows.
func (e *soloEngine) note(s *stmt, args []any) {
	switch {
	case s.byID:
		e.rows = append(e.rows, rowKey{s.changes[0], reflect.ValueOf(args[1]).Int()})
	case !slices.Contains(e.wrote, s):
		e.wrote = append(e.wrote, s)
	}
}

// Changed gives the ids of the rows of a table that this unit of work may have changed, or with all says that it may have changed
// any. Of a desk that is not thrown away afterwards nothing is known.
func (tx *Tx) Changed(table string) (ids []int64, all bool) {
	e, ok := tx.db.engine.(*soloEngine)
	if !ok || slices.ContainsFunc(e.wrote, func(s *stmt) bool { return slices.Contains(s.changes, table) }) {
		return nil, true
	}
	for _, r := range e.rows {
		if r.table == table && !slices.Contains(ids, r.id) {
			ids = append(ids, r.id)
		}
	}
	return ids, false
}

func (e *soloEngine) keep() error {
	if !e.saved {
		return nil
	}
	if err := e.run(sqliteRelease); err != nil {
		return err
	}
	e.saved = false
	e.commits.Add(1)
	if e.units++; e.units >= soloShare {
		return e.commit()
	}
	return nil
}

func (e *soloEngine) undo() error {
	if !e.saved {
		return nil
	}
	e.saved = false
	return errors.Join(e.run(sqliteRollbackTo), e.run(sqliteRelease))
}

func (e *soloEngine) commit() error {
	if !e.open {
		return nil
	}
	e.saved = true // one that fails takes nothing back: the desk is thrown away
	for _, q := range e.s.late {
		if _, err := e.s.exec(context.Background(), q.s, q.args...); err != nil {
			return err
		}
	}
	e.s.late, e.saved, e.open, e.units = nil, false, false, 0
	return e.run(sqliteCommit)
}

func (e *soloEngine) ping(ctx context.Context) error {
	return e.read(ctx, scope{}, func(context.Context, *session) error { return nil })
}

func (e *soloEngine) backup(context.Context, string) error {
	return desk.Errorf(desk.Unavailable, "thrown_away", "A desk that is thrown away has no backup.")
}

func (e *soloEngine) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	return errors.Join(e.commit(), e.s.direct.close(), e.liteEngine.close())
}
