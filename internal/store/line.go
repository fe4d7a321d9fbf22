package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"kept/internal/desk"
)

// line is the transaction that units of work share on this node: those of the clients whose line it is, or those
// over the whole desk. Whoever has it holds the lock of the line, on all nodes, and shares the lock of the desk; a
// line of the desk holds that one alone. So units of one client come one after the other, as on SQLite, and those
// over all clients come alone. The desk's lock is always taken first, and nothing behind it waits for another line
// (see Tx.reserve), so no two lines wait for each other. PostgreSQL gives its locks in the order of asking.
type line struct {
	e    *pgEngine
	in   queued // takes its place; none in the line of the read log
	s    *session
	stop context.CancelFunc
}

var (
	pgSavepoint = &stmt{name: "savepoint", postgres: "SAVEPOINT unit"}
	pgRelease   = &stmt{name: "release", postgres: "RELEASE SAVEPOINT unit"}
	pgDeskLine  = &stmt{name: "desk line", postgres: "SELECT pg_advisory_xact_lock($1)"}
	pgLine      = &stmt{name: "line", postgres: "SELECT pg_advisory_xact_lock_shared($1), pg_advisory_xact_lock($2)"}
	reserve     = sqlFor("SELECT $1 IS NOT NULL", "SELECT pg_try_advisory_xact_lock($1)")
)

// line gives the writer of a client on this node, or of the desk.
func (e *pgEngine) line(c desk.ClientID) *writer {
	if c == 0 {
		return e.lines[0]
	}
	return e.lines[1+int(c)%(len(e.lines)-1)]
}

// newLines makes the line of the desk and those of its clients.
func (e *pgEngine) newLines() {
	for i := range e.lines {
		in := queued{s: pgDeskLine, args: []any{lockKey("desk")}}
		if i > 0 {
			in = queued{s: pgLine, args: append(in.args, lockKey("line", i))}
		}
		e.lines[i] = &writer{t: &line{e: e, in: in}, lawful: e.lawful, trusting: true}
	}
}

// lockKey is the number of an advisory lock. Two things that share one by chance wait for each other, or
// one of them is refused and tried again.
func lockKey(of ...any) int64 {
	h := fnv.New64a()
	fmt.Fprintln(h, of...)
	return int64(h.Sum64())
}

// open takes a link and puts the beginning of the transaction aside.
func (l *line) open() (*session, error) {
	ctx, cancel := context.WithTimeout(context.Background(), writeLimit)
	s, err := l.e.links.session(ctx)
	if err != nil {
		cancel()
		return nil, err
	}
	l.s, l.stop = s, cancel
	s.begin(pgWrite)
	return s, nil
}

// begin asks what its units ask first in the same round trip.
func (l *line) begin(ahead []*asking) (*session, error) {
	s, err := l.open()
	if err != nil {
		return nil, err
	}
	s.queue = append(s.queue, l.in)
	s.foresee(ahead)
	// At once, not with the first statement: the instant of a unit is read when it has its place.
	if _, _, err := s.pipeline(false); err != nil {
		l.rollback()
		return nil, err
	}
	return s, nil
}

// ask is for units that came after the transaction was begun.
func (l *line) ask(ahead []*asking) error {
	l.s.foresee(ahead)
	_, _, err := l.s.pipeline(false)
	return err
}

// savepoint lets what the unit before has put aside go first: an error in it is not this unit's.
func (l *line) savepoint() error {
	l.s.release()
	for _, q := range l.s.queue {
		if q.s != pgRelease {
			if _, _, err := l.s.pipeline(false); err != nil {
				return err
			}
			break
		}
	}
	l.s.queue = append(l.s.queue, queued{s: pgSavepoint})
	return nil
}

func (l *line) release() error {
	l.s.queue = append(l.s.queue, queued{s: pgRelease})
	return nil
}

func (l *line) undo() error {
	l.s.clients, l.s.told, l.s.gathered = "", "", nil // it is whatever it was before
	for i, q := range l.s.queue {
		if q.s == pgSavepoint { // nothing of the unit was sent
			l.s.queue = l.s.queue[:i]
			return nil
		}
	}
	l.s.queue = nil
	_, err := l.s.pg.PgConn().Exec(context.Background(), "ROLLBACK TO SAVEPOINT unit; RELEASE SAVEPOINT unit").ReadAll()
	return err
}

// commit is not undone for sure when the connection is lost while the answer is on its way.
func (l *line) commit() (undone bool, err error) {
	l.s.lateNow()
	_, failed, err := l.s.pipeline(true)
	if err == nil {
		l.end()
		if l.in.s != nil {
			l.e.look()
		}
		return false, nil
	}
	var pg *pgconn.PgError
	undone = errors.Is(err, errNotCommitted) || errors.Is(err, errNotFound) || errors.As(err, &pg) && pg.SeverityUnlocalized == "ERROR"
	return undone, fault(failed, err)
}

func (l *line) rollback() {
	l.s.rollback()
	l.end()
}

func (l *line) end() {
	l.s.close()
	l.stop()
}

func (l *line) close() error { return nil }

// pause waits, but not beyond the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
