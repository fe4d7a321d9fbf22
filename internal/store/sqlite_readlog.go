package store

import (
	"context"
	stdsql "database/sql"
	"errors"
	"os"
	"path/filepath"
)

// readLog is the read log of SQLite: a file of its own beside the database, with a writer and shared
// commits of its own. Each page that shows data of persons is on record before it is sent; if those
// commits went into the database, each of them would make every reader read its pages from the file again, and
// would stand in line with the tickets.
type readLog struct {
	w    *writer
	path string
}

const readsFile = "reads.db"

// Rows stand in the order in which they came: one place to write to, and nothing else to keep in order.
const readsTable = `CREATE TABLE IF NOT EXISTS read_log (
	id INTEGER PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, viewer_id BIGINT NOT NULL, name TEXT NOT NULL, route TEXT NOT NULL,
	client_id BIGINT NOT NULL, ids TEXT NOT NULL)`

const readsNames = "id, at, who, viewer_id, name, route, client_id, ids"

// openReadLog opens the read log of a folder. Rows that stand in the database itself, as they do after a
// restore and in a desk of an older version, move over first.
func openReadLog(ctx context.Context, dir, database string) (_ *readLog, err error) {
	l := &readLog{path: filepath.Join(dir, readsFile)}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()
	if err := l.ready(ctx, database); err != nil {
		return nil, err
	}
	// It is only added to: what stands in it is not read again.
	d, err := openDirect(l.path, walSystem, append(litePragmas(false), "cache_size(-2048)")...)
	if err != nil {
		return nil, err
	}
	s := d.session()
	l.w = &writer{t: liteTransaction{s, func() {}}, s: s, lawful: func(*session) error { return nil }, patient: true, trusting: true}
	if err := checkLite(d.pragma); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return l, nil
}

// ready makes the table, and moves into it what the database holds.
func (l *readLog) ready(ctx context.Context, database string) error {
	db, err := stdsql.Open("sqlite", liteDSN(l.path, false, false))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err = db.ExecContext(ctx, readsTable); err == nil {
		err = take(ctx, db, database)
	}
	return errors.Join(err, db.Close())
}

// take moves what the database holds. A crash between its two steps is harmless: rows that are here
// already are not taken twice.
func take(ctx context.Context, db *stdsql.DB, database string) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	do := func(text string, args ...any) {
		if err == nil {
			_, err = conn.ExecContext(ctx, text, args...)
		}
	}
	do("ATTACH $1 AS desk", database)
	if err != nil {
		return err
	}
	defer func() {
		_, lost := conn.ExecContext(ctx, "DETACH desk")
		err = errors.Join(err, lost)
	}()
	var some bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM desk.read_log)").Scan(&some); err != nil || !some {
		return err
	}
	do("INSERT OR IGNORE INTO main.read_log (" + readsNames + ") SELECT " + readsNames + " FROM desk.read_log ORDER BY id")
	do("DELETE FROM desk.read_log")
	return err
}

func (l *readLog) close() error { return l.w.close() }

func (e *liteEngine) recordsApart() bool { return e.log != nil }

func (e *liteEngine) record(rows []Read) error {
	ctx := context.Background()
	return e.log.w.do(ctx, func(s *session) error {
		for _, r := range rows {
			if _, err := s.exec(ctx, addRead, r.args()...); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *liteEngine) reads(ctx context.Context, _ scope, fn func(context.Context, *session) error) error {
	w := e.w
	if e.log != nil {
		w = e.log.w
	}
	return w.do(ctx, func(s *session) error { return fn(context.Background(), s) })
}

// copyInto adds the read log to a copy of the database, so that a backup is one file.
func (l *readLog) copyInto(ctx context.Context, copy string) error {
	db, err := stdsql.Open("sqlite", liteFile(copy))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer db.Close()
	if _, err := db.ExecContext(ctx, "ATTACH $1 AS reads", l.path); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "INSERT OR IGNORE INTO main.read_log ("+readsNames+") SELECT "+readsNames+" FROM reads.read_log ORDER BY id"); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "DETACH reads")
	return err
}
