package store

import (
	"context"
	stdsql "database/sql"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"kept/internal/desk"
)

const (
	readLimit  = 15 * time.Second // a page that takes longer is given up, here and in the database
	writeLimit = 30 * time.Second // with all tries
	pgConns    = 20
	pgTries    = 40
	// pgAbreast is how many units of work of one client a node has open at once. Units that insert into
	// the same index page fail each other at SERIALIZABLE: of 16 abreast two in three were run again
	// and 2,200 a second came through, of 3 one in seven and 4,000.
	pgAbreast = 3
	slotKey   = 0x6b657074 // "kept", of the advisory locks that number the nodes
)

// pgEngine is a PostgreSQL that any number of nodes share.
type pgEngine struct {
	url  string
	db   *stdsql.DB
	slot *stdsql.Conn // holds this node's number
	node int64
	gate sync.Map // scope.clients → chan struct{}
}

func openPostgres(ctx context.Context, url string, log *slog.Logger, migrate func(*stdsql.DB) error) (_ *pgEngine, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		// The parser's error may repeat the address, password included.
		return nil, desk.Errorf(desk.Invalid, "database_url", "The database address cannot be understood. It looks like postgres://name:password@host/database.")
	}
	set := cfg.RuntimeParams
	for k, v := range map[string]string{"application_name": "kept", "timezone": "UTC", "statement_timeout": "15s",
		"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"} {
		if set[k] == "" {
			set[k] = v
		}
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	e := &pgEngine{url: url, db: stdlib.OpenDB(*cfg)}
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	e.db.SetMaxOpenConns(pgConns)
	e.db.SetMaxIdleConns(pgConns)
	if err := e.check(ctx); err != nil {
		return nil, err
	}
	if err := migrate(e.db); err != nil {
		return nil, err
	}
	return e, e.takeSlot(ctx)
}

// check refuses a server that forgets what it has confirmed.
func (e *pgEngine) check(ctx context.Context) error {
	var sync, fsync, super string
	err := e.db.QueryRowContext(ctx, `SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('is_superuser')`).
		Scan(&sync, &fsync, &super)
	if err != nil {
		return err
	}
	if sync == "off" || fsync == "off" {
		return desk.Errorf(desk.Unavailable, "unsafe", "This PostgreSQL has synchronous_commit=%s and fsync=%s: it could forget a promise at a power cut. Switch both on.", sync, fsync)
	}
	if super == "on" {
		return desk.Errorf(desk.Unavailable, "unsafe", "Kept is connected to PostgreSQL as a superuser, for whom the walls between clients do not hold. Give it a role of its own (docs/operate.md).")
	}
	return nil
}

// takeSlot finds a number for this node that no other node has, for ids.
func (e *pgEngine) takeSlot(ctx context.Context) (err error) {
	if e.slot, err = e.db.Conn(ctx); err != nil {
		return err
	}
	for n := range int64(1 << idNodeBits) {
		var mine bool
		if err := e.slot.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, $2)", int32(slotKey), int32(n)).Scan(&mine); err != nil {
			return err
		}
		if mine {
			e.node = n
			return nil
		}
	}
	return desk.Errorf(desk.Unavailable, "too_many_nodes", "There are already %d nodes of Kept on this database.", 1<<idNodeBits)
}

func (e *pgEngine) name() string { return "postgres" }

// generation: other nodes write as well.
func (e *pgEngine) generation() int64 { return -1 }

func (e *pgEngine) recordsApart() bool  { return false }
func (e *pgEngine) record([]Read) error { return nil }

func (e *pgEngine) reads(ctx context.Context, o scope, fn func(context.Context, *session) error) error {
	return e.read(ctx, o, fn)
}

// raw gives fn the connection of pgx.
func (s *session) raw(fn func(*pgx.Conn) error) error {
	return s.conn.Raw(func(dc any) error { return fn(dc.(*stdlib.Conn).Conn()) })
}

// begin starts a transaction and says whose rows it may touch, in one round trip. Policies read
// current_setting('kept.clients'): "*" or an array literal of client ids.
func (s *session) begin(ctx context.Context, mode string, o scope) error {
	return s.raw(func(c *pgx.Conn) error {
		_, err := c.PgConn().Exec(ctx, "BEGIN "+mode+"; SET LOCAL kept.clients = '"+o.clients+"'").ReadAll()
		return err
	})
}

// pipeline sends the statements put aside in one round trip, with the commit behind them if wanted.
// It gives how many rows the last of them changed, or the statement that failed.
func (s *session) pipeline(ctx context.Context, commit bool) (n int64, failed *stmt, err error) {
	q := s.queue
	s.queue = nil
	if len(q) == 0 && !commit {
		return 0, nil, nil
	}
	err = s.raw(func(c *pgx.Conn) error {
		if len(q) == 0 {
			return committed(c.PgConn().Exec(ctx, "COMMIT").ReadAll())
		}
		var b pgx.Batch
		for _, one := range q {
			b.Queue(one.s.postgres, one.args...)
		}
		if commit {
			b.Queue("COMMIT")
		}
		res := c.SendBatch(ctx, &b)
		for _, one := range q {
			tag, err := res.Exec()
			if err != nil {
				failed = one.s
				res.Close()
				return err
			}
			n = tag.RowsAffected()
		}
		if commit {
			tag, err := res.Exec()
			if err == nil && tag.String() != "COMMIT" {
				err = errNotCommitted
			}
			if err != nil {
				res.Close()
				return err
			}
		}
		return res.Close()
	})
	return n, failed, err
}

var errNotCommitted = errors.New("the server answered COMMIT with a rollback")

func committed(res []*pgconn.Result, err error) error {
	if err == nil && (len(res) != 1 || res[0].CommandTag.String() != "COMMIT") {
		err = errNotCommitted
	}
	return err
}

func (s *session) rollback(ctx context.Context) {
	s.queue = nil
	_ = s.raw(func(c *pgx.Conn) error {
		if c.IsClosed() || c.PgConn().TxStatus() == 'I' {
			return nil
		}
		_, err := c.PgConn().Exec(ctx, "ROLLBACK").ReadAll()
		return err
	})
}

func (e *pgEngine) write(ctx context.Context, o scope, fn func(context.Context, *session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Once begun, the request's end does not stop it, as on SQLite.
	request := ctx
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	mode := "ISOLATION LEVEL SERIALIZABLE"
	if o.claim {
		mode = "ISOLATION LEVEL READ COMMITTED"
	}
	if !o.claim {
		g, _ := e.gate.LoadOrStore(o.clients, make(chan struct{}, pgAbreast))
		gate := g.(chan struct{})
		select {
		case gate <- struct{}{}:
			defer func() { <-gate }()
		case <-request.Done():
			return request.Err()
		}
	}
	redrawn := false
	for try := 1; ; try++ {
		err := e.try(ctx, mode, o, fn)
		if err == nil || ctx.Err() != nil {
			return err
		}
		var pg *pgconn.PgError
		switch {
		case errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01") && try < pgTries:
			pause(ctx, time.Duration(rand.Int64N(int64(time.Millisecond)<<min(try, 6))))
		case errors.As(err, &pg) && pg.Code == "23505" && strings.HasSuffix(pg.ConstraintName, "_pkey") && !redrawn:
			redrawn = true // two nodes drew the same id: draw again, once
		default:
			return err
		}
	}
}

// try runs fn once. A panic in fn is contained by the caller; a goroutine that ends is not, hence
// the deferred rollback.
func (e *pgEngine) try(ctx context.Context, mode string, o scope, fn func(context.Context, *session) error) error {
	c, err := e.db.Conn(ctx)
	if err != nil {
		return err
	}
	s := &session{conn: c}
	done := false
	defer func() {
		if !done {
			s.rollback(context.WithoutCancel(ctx))
		}
		c.Close()
	}()
	if err := s.begin(ctx, mode, o); err != nil {
		return err
	}
	if err := fn(ctx, s); err != nil {
		return err
	}
	if _, failed, err := s.pipeline(ctx, true); err != nil {
		return fault(failed, err)
	}
	done = true
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (e *pgEngine) read(ctx context.Context, o scope, fn func(context.Context, *session) error) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	c, err := e.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	s := &session{conn: c}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		s.rollback(end)
	}()
	if err := s.begin(ctx, "ISOLATION LEVEL REPEATABLE READ READ ONLY", o); err != nil {
		return err
	}
	return fn(ctx, s)
}

func (e *pgEngine) ping(ctx context.Context) error { return e.db.PingContext(ctx) }

func (e *pgEngine) close() error {
	if e.slot != nil {
		// The lock ends with the connection; returning it to the pool would keep the lock.
		_ = e.slot.Raw(func(dc any) error { return dc.(*stdlib.Conn).Conn().Close(context.Background()) })
		e.slot.Close()
	}
	return e.db.Close()
}
