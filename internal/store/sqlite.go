package store

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"modernc.org/sqlite"

	"kept/internal/desk"
)

// readers is how many snapshots of SQLite can be read at the same moment.
const readers = 8

// liteEngine is one SQLite file: one connection that writes, some that read.
type liteEngine struct {
	path string
	lock *os.File
	wdb  *stdsql.DB
	rdb  *stdsql.DB
	w    *writer
	copy *checkpointer
	log  *readLog      // nil where the log is in the database
	rest chan struct{} // one for each reader at rest
	idle stack[*session]
	once sync.Once
	gone chan struct{}
	// commits is how many there were since the database was opened.
	commits atomic.Int64
}

var (
	sqliteRead       = &stmt{name: "begin read", sqlite: "BEGIN"}
	sqliteBegin      = &stmt{name: "begin", sqlite: "BEGIN IMMEDIATE"}
	sqliteCommit     = &stmt{name: "commit", sqlite: "COMMIT"}
	sqliteRollback   = &stmt{name: "rollback", sqlite: "ROLLBACK"}
	sqliteSavepoint  = &stmt{name: "savepoint", sqlite: "SAVEPOINT unit"}
	sqliteRelease    = &stmt{name: "release", sqlite: "RELEASE unit"}
	sqliteRollbackTo = &stmt{name: "rollback to", sqlite: "ROLLBACK TO unit"}
)

// liteTransaction is the transaction of the one connection that writes to a file.
type liteTransaction struct {
	s         *session
	committed func() // told of every commit before anybody is answered
}

func (t liteTransaction) run(s *stmt) error {
	_, err := t.s.exec(context.Background(), s)
	return err
}

func (t liteTransaction) begin([]*asking) (*session, error) { return t.s, t.run(sqliteBegin) }
func (t liteTransaction) ask([]*asking) error               { return nil }
func (t liteTransaction) savepoint() error                  { return t.run(sqliteSavepoint) }
func (t liteTransaction) release() error                    { return t.run(sqliteRelease) }
func (t liteTransaction) close() error                      { return t.s.direct.close() }

func (t liteTransaction) undo() error {
	if err := t.run(sqliteRollbackTo); err != nil {
		return err
	}
	return t.run(sqliteRelease)
}

// rollback may find that SQLite has done so already.
func (t liteTransaction) rollback() { _ = t.run(sqliteRollback) }

func (t liteTransaction) commit() (undone bool, err error) {
	for _, q := range t.s.late {
		if _, err := t.s.exec(context.Background(), q.s, q.args...); err != nil {
			return true, err
		}
	}
	if err := t.run(sqliteCommit); err != nil {
		return true, err
	}
	t.committed()
	return true, nil
}

func openSQLite(ctx context.Context, dir string, forgetful bool, log *slog.Logger, migrate func(*stdsql.DB) error, lawful func(*session) error) (_ engine, err error) {
	// OFD locks survive any close of the file in this process. Where the system has none, or a
	// database is open already, the default locks stay.
	_, _ = sqlite.OFDLocking(true)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be made.")
	}
	e := &liteEngine{path: filepath.Join(dir, "kept.db"), gone: make(chan struct{})}
	if e.lock, err = lockFolder(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	f, err := os.OpenFile(e.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, desk.Wrap(desk.Unavailable, "folder", err, "The database file cannot be opened.")
	}
	f.Close()
	if e.wdb, err = stdsql.Open("sqlite", liteDSN(e.path, false, forgetful)); err != nil {
		return nil, err
	}
	e.wdb.SetMaxOpenConns(1)
	if err := migrate(e.wdb); err != nil {
		return nil, err
	}
	if forgetful {
		return openSolo(e, lawful)
	}
	if err := e.wdb.Close(); err != nil {
		return nil, err
	}
	d, err := openDirect(e.path, walSystem, append(litePragmas(false), "wal_autocheckpoint(0)")...)
	if err != nil {
		return nil, err
	}
	s := d.session()
	e.w = &writer{t: liteTransaction{s, e.committed}, s: s, lawful: lawful, patient: true, trusting: true}
	if err := checkLite(d.pragma); err != nil {
		return nil, err
	}
	if e.copy, err = openCheckpointer(e.path, e.w, log); err != nil {
		return nil, err
	}
	if e.log, err = openReadLog(ctx, dir, e.path); err != nil {
		return nil, err
	}
	if e.rdb, err = stdsql.Open("sqlite", liteDSN(e.path, true, false)); err != nil {
		return nil, err
	}
	e.rest = make(chan struct{}, readers)
	for range readers {
		s, err := newSession(ctx, e.rdb)
		if err != nil {
			return nil, err
		}
		e.giveBack(s)
	}
	return e, nil
}

// committed is called by whoever has the turn.
func (e *liteEngine) committed() {
	if e.commits.Add(1)%checkEvery == 0 {
		e.copy.look()
	}
}

func newSession(ctx context.Context, db *stdsql.DB) (*session, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: c, prepared: map[*stmt]*stdsql.Stmt{}}, nil
}

func litePragmas(forgetful bool) []string {
	if forgetful {
		return []string{"locking_mode(EXCLUSIVE)", "journal_mode(TRUNCATE)", "synchronous(OFF)", "foreign_keys(1)", "cache_size(-4194304)"}
	}
	return []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"temp_store(MEMORY)", "cache_size(-16384)", "journal_size_limit(67108864)",
		// Pages that every commit changes are copied into the file once in four times as many.
		"wal_autocheckpoint(4000)"}
}

// liteDSN says how connections are opened. No mmap: a file cut short would kill the process.
func liteDSN(path string, readOnly, forgetful bool) string {
	q := url.Values{"_txlock": {"immediate"}}
	pragmas := litePragmas(forgetful)
	if readOnly {
		// All readers together stay below what a small machine has. The driver sets pragmas by the alphabet, so each is said once.
		pragmas = slices.DeleteFunc(pragmas, func(p string) bool { return strings.HasPrefix(p, "cache_size") })
		pragmas = append(pragmas, "cache_size(-3072)", "query_only(1)")
	}
	q["_pragma"] = pragmas
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// checkLite makes sure that a promise is not lost at a power cut.
func checkLite(pragma func(string) (string, error)) error {
	mode, err := pragma("journal_mode")
	if err != nil {
		return err
	}
	sync, err := pragma("synchronous")
	if err != nil {
		return err
	}
	fk, err := pragma("foreign_keys")
	if err == nil && (mode != "wal" || sync != "2" || fk != "1") {
		return desk.Errorf(desk.Unavailable, "unsafe", "The database file cannot be opened safely (journal %s, synchronous %s, foreign keys %s). Is the data folder on a network drive?", mode, sync, fk)
	}
	return err
}

// lockFolder keeps a second Kept off the same data. The kernel lets go of the lock when we die.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "kept.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be written to.")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		who, _ := io.ReadAll(io.LimitReader(f, 20))
		f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be locked.")
		}
		pid := strings.TrimSpace(string(who))
		return nil, desk.Wrap(desk.Unavailable, "already_running", err,
			fmt.Sprintf("Another Kept is already running on this folder (pid %s). Stop it first, or give this one another folder.", pid))
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err != nil {
			f.Close()
			return nil, desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be written to.")
		}
	}
	return f, nil
}

func (e *liteEngine) name() string { return "sqlite" }

// generation: this process has the database to itself.
func (e *liteEngine) generation() int64 { return e.commits.Load() }

func (e *liteEngine) ask() int64 { return e.generation() }

func (e *liteEngine) write(ctx context.Context, _ scope, fn func(context.Context, *session) error) error {
	return e.w.do(ctx, func(s *session) error { return fn(context.Background(), s) })
}

func (e *liteEngine) read(ctx context.Context, _ scope, fn func(context.Context, *session) error) (err error) {
	select {
	case <-e.gone:
		return errClosed
	default:
	}
	select {
	case <-e.rest:
	case <-e.gone:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	s := e.idle.pop()
	defer e.giveBack(s)
	bg := context.Background()
	if _, err := s.exec(bg, sqliteRead); err != nil {
		return err
	}
	defer func() {
		// Nothing was written, so ending is all the same; what is left open would hold the snapshot.
		if _, rerr := s.exec(bg, sqliteRollback); rerr != nil && err == nil {
			err = rerr
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	return fn(ctx, s)
}

func (e *liteEngine) giveBack(s *session) {
	e.idle.push(s)
	e.rest <- struct{}{}
}

// stack gives first what came last: the reader that has most in memory still.
type stack[T any] struct {
	mu  sync.Mutex
	all []T
}

func (s *stack[T]) push(v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, v)
}

func (s *stack[T]) pop() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.all) - 1
	v := s.all[last]
	s.all = s.all[:last]
	return v
}

func (e *liteEngine) ping(ctx context.Context) error {
	return e.read(ctx, scope{}, func(ctx context.Context, s *session) error { return s.conn.PingContext(ctx) })
}

func (e *liteEngine) close() (err error) {
	e.once.Do(func() {
		close(e.gone)
		var errs []error
		if e.w != nil {
			errs = append(errs, e.w.close())
		}
		if e.copy != nil {
			errs = append(errs, e.copy.close())
		}
		if e.log != nil {
			errs = append(errs, e.log.close())
		}
		for range cap(e.rest) {
			if len(e.rest) == 0 && e.w == nil {
				break
			}
			<-e.rest
			errs = append(errs, e.idle.pop().conn.Close())
		}
		for _, db := range []*stdsql.DB{e.rdb, e.wdb} {
			if db != nil {
				errs = append(errs, db.Close())
			}
		}
		errs = append(errs, e.lock.Close())
		err = errors.Join(errs...)
	})
	return err
}
