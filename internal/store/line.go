package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// line is the transaction that the units of work of one client share on this node. Whoever has it holds
// the lock of the client, on all nodes, and shares the lock of the desk; a line of the desk holds that one
// alone. So units of one client come one after the other, as on SQLite, and those over all clients come
// alone. The desk's lock is always taken first, and nothing behind it waits for another line (see
// Tx.reserve), so no two lines wait for each other. PostgreSQL gives its locks in the order of asking.
type line struct {
	e    *pgEngine
	in   queued // says whose rows it may touch, and takes its place
	s    *session
	stop context.CancelFunc
}

var (
	pgSavepoint  = &stmt{name: "savepoint", postgres: "SAVEPOINT unit"}
	pgRelease    = &stmt{name: "release", postgres: "RELEASE SAVEPOINT unit"}
	pgDeskLine   = &stmt{name: "desk line", postgres: "SELECT set_config('kept.clients', $1, true), pg_advisory_xact_lock($2)"}
	pgClientLine = &stmt{name: "client line", postgres: "SELECT set_config('kept.clients', $1, true), pg_advisory_xact_lock_shared($2), pg_advisory_xact_lock($3)"}
	reserve      = sqlFor("SELECT $1 IS NOT NULL", "SELECT pg_try_advisory_xact_lock($1)")
)

// line gives the writer of a client on this node, or of the desk.
func (e *pgEngine) line(o scope) *writer {
	if w, ok := e.lines.Load(o); ok {
		return w.(*writer)
	}
	in := queued{s: pgDeskLine, args: []any{o.clients, lockKey("desk")}}
	if o.client != 0 {
		in = queued{s: pgClientLine, args: append(in.args, lockKey("client", o.client))}
	}
	w, _ := e.lines.LoadOrStore(o, &writer{t: &line{e: e, in: in}, lawful: e.lawful, trusting: true})
	return w.(*writer)
}

// lockKey is the number of an advisory lock. Two things that share one by chance wait for each other, or
// one of them is refused and tried again.
func lockKey(of ...any) int64 {
	h := fnv.New64a()
	fmt.Fprintln(h, of...)
	return int64(h.Sum64())
}

func (l *line) begin() (*session, error) {
	ctx, cancel := context.WithTimeout(context.Background(), writeLimit)
	select {
	case l.e.writers <- struct{}{}:
	case <-ctx.Done():
		cancel()
		return nil, ctx.Err()
	}
	s, err := l.e.session(ctx)
	if err != nil {
		cancel()
		<-l.e.writers
		return nil, err
	}
	l.s, l.stop = s, cancel
	s.begin(pgWrite, l.in)
	// At once, not with the first statement: the instant of a unit is read when it has its place.
	if _, _, err := s.pipeline(context.Background(), false); err != nil {
		l.rollback()
		return nil, err
	}
	return s, nil
}

// savepoint lets what the unit before has put aside go first: an error in it is not this unit's.
func (l *line) savepoint() error {
	for _, q := range l.s.queue {
		if q.s != pgRelease {
			if _, _, err := l.s.pipeline(context.Background(), false); err != nil {
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
	_, failed, err := l.s.pipeline(context.Background(), true)
	if err == nil {
		l.end()
		l.e.look()
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
	<-l.e.writers
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
