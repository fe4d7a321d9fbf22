package store

import (
	"context"
	stdsql "database/sql"
	"errors"
	"os"
	"sync"

	"kept/internal/desk"
)

// readLog is the read log of pages on SQLite, in a file of its own. In kept.db each page would take the one
// writer from its work, and its commit would make every reader forget the pages that it has in memory.
// What an act has seen is committed with the act, in the table of the same name in kept.db.
//
// Rows that come at the same moment share one commit: whoever comes first commits for all who have come
// until then, and hands the turn to the first of those who have come since.
type readLog struct {
	path string
	db   *stdsql.DB
	s    *session

	mu      sync.Mutex
	busy    bool // somebody has the turn
	closed  bool
	next    *seenBatch // collects rows until its turn comes
	working sync.WaitGroup
}

// seenBatch are the rows of one commit.
type seenBatch struct {
	rows [][]any
	turn chan struct{} // given to one of those who wait
	done chan struct{} // closed when the fate of the rows is known
	err  error
}

// readLogSchema is the whole schema. Ids grow with time, so rows are only ever added at the end; the index
// by client is in kept.db, and in every backup.
const readLogSchema = `CREATE TABLE IF NOT EXISTS read_log (id INTEGER PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL,
	viewer_id BIGINT NOT NULL, name TEXT NOT NULL, route TEXT NOT NULL, client_id BIGINT NOT NULL, ids TEXT NOT NULL)`

func openReadLog(ctx context.Context, path string) (_ *readLog, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, desk.Wrap(desk.Unavailable, "folder", err, "The read log cannot be opened.")
	}
	f.Close()
	l := &readLog{path: path}
	if l.db, err = stdsql.Open("sqlite", liteDSN(path, false)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			l.db.Close()
		}
	}()
	l.db.SetMaxOpenConns(1)
	if l.s, err = newSession(ctx, l.db); err != nil {
		return nil, err
	}
	if err := checkLite(ctx, l.s); err != nil {
		return nil, err
	}
	if _, err := l.s.conn.ExecContext(ctx, readLogSchema); err != nil {
		return nil, err
	}
	return l, nil
}

// add returns when the rows are on disk, or with the reason why none of them is.
func (l *readLog) add(rows [][]any) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return errClosed
	}
	l.working.Add(1)
	defer l.working.Done()
	b := l.next
	if b == nil {
		b = &seenBatch{turn: make(chan struct{}, 1), done: make(chan struct{})}
		l.next = b
	}
	b.rows = append(b.rows, rows...)
	if !l.busy {
		l.busy = true
		b.turn <- struct{}{}
	}
	l.mu.Unlock()
	select {
	case <-b.done:
		return b.err
	case <-b.turn:
	}
	l.mu.Lock()
	l.next = nil
	l.mu.Unlock()
	b.err = l.commit(b.rows)
	close(b.done)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.busy = false
	} else {
		l.next.turn <- struct{}{}
	}
	return b.err
}

func (l *readLog) commit(rows [][]any) error {
	bg := context.Background()
	if _, err := l.s.exec(bg, sqliteBegin); err != nil {
		return err
	}
	var err error
	for i := 0; i < len(rows) && err == nil; i++ {
		_, err = l.s.exec(bg, addReadLog, rows[i]...)
	}
	if err == nil {
		_, err = l.s.exec(bg, sqliteCommit)
	}
	if err != nil {
		_, _ = l.s.exec(bg, sqliteRollback) // SQLite may have done so already
	}
	return err
}

// close waits for those who are in it, and refuses whoever comes later.
func (l *readLog) close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.working.Wait()
	return errors.Join(l.s.conn.Close(), l.db.Close())
}
