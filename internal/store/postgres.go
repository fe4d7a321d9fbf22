package store

import (
	"context"
	stdsql "database/sql"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"kept/internal/desk"
)

const (
	readLimit  = 15 * time.Second // a page that takes longer is given up, here and in the database
	writeLimit = 30 * time.Second // the same for a transaction that writes
	pgConns    = 20
	pgOthers   = 4          // of them that no transaction gets: for the number of the node, for looking after the tables, for asking whether it is there, and whether something has changed
	pgLines    = 2          // that the clients share, on all nodes alike; see ADR 0050
	pgTries    = 5          // after a deadlock, which no statement of ours should cause, and for a number that nobody has
	slotKey    = 0x6b657074 // "kept", of the advisory locks that number the nodes
)

// pgEngine is a PostgreSQL that any number of nodes share.
type pgEngine struct {
	url     string
	db      *stdsql.DB
	lawful  func(*session) error
	taking  sync.Mutex
	slot    *stdsql.Conn // holds this node's number
	node    atomic.Int64
	links   *links
	lines   []*writer // the first is the desk's
	readLog *writer
	changes *changes
	commits atomic.Int64 // of lines, since the start
	rest    sync.WaitGroup
	log     *slog.Logger
}

func openPostgres(ctx context.Context, url string, log *slog.Logger, migrate func(*stdsql.DB) error, lawful func(*session) error) (_ *pgEngine, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		// The parser's error may repeat the address, password included.
		return nil, desk.Errorf(desk.Invalid, "database_url", "The database address cannot be understood. It looks like postgres://name:password@host/database.")
	}
	set := cfg.RuntimeParams
	for k, v := range map[string]string{"application_name": "kept", "timezone": "UTC", "statement_timeout": "15s",
		"lock_timeout": "10s", "idle_in_transaction_session_timeout": "10s",
		// A plan is made when the tables of a new desk are small, and used when they are not. So each entry
		// of an index that is walked counts, however few there are today, and no table is read whole.
		"enable_seqscan": "off", "cpu_index_tuple_cost": "0.2", "random_page_cost": "1.1", "jit": "off",
		// One plan for all values. Those made for each of them looked better to PostgreSQL, which takes the few open tickets
		// of a million for even fewer, and then sorts all of them for every page.
		"plan_cache_mode": "force_generic_plan",
		// What is read by way of a bitmap has no order: the queue of a small desk would be sorted, and go on being so when
		// it has grown. Searches need it, see pgAnew.
		"enable_bitmapscan": "off",
		// To start helpers takes longer than any page may.
		"max_parallel_workers_per_gather": "0"} {
		if set[k] == "" {
			set[k] = v
		}
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	d := &dials{}
	e := &pgEngine{url: url, db: stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(d.number)), lawful: lawful, log: log, lines: make([]*writer, 1+pgLines)}
	e.links = newLinks(e.db, d, pgConns-pgOthers)
	e.changes = newChanges(e, d)
	e.newLines()
	e.readLog = newReadLine(e)
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
	// What is made anew for every row of a large desk takes as long as it takes.
	patient := cfg.Copy()
	patient.RuntimeParams["statement_timeout"] = "0"
	upgrading := stdlib.OpenDB(*patient)
	defer upgrading.Close()
	if err := migrate(upgrading); err != nil {
		return nil, err
	}
	if err := e.changes.begin(ctx); err != nil {
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

// keepSlot takes a number again when the connection is lost by which this node held its own: the server has given it free, and
// the next node to start has it.
func (e *pgEngine) keepSlot(ctx context.Context) error {
	e.taking.Lock()
	defer e.taking.Unlock()
	if e.slot != nil && e.slot.PingContext(ctx) == nil {
		return nil
	}
	e.leaveSlot()
	return e.takeSlot(ctx)
}

// takeSlot finds a number for this node that no other node has, for ids: the one that it had, if it can.
func (e *pgEngine) takeSlot(ctx context.Context) (err error) {
	if e.slot, err = e.db.Conn(ctx); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			e.leaveSlot() // without a number it is not held
		}
	}()
	had := e.node.Load()
	for i := range int64(1 << idNodeBits) {
		n := (had + i) % (1 << idNodeBits)
		var mine bool
		if err := e.slot.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, $2)", int32(slotKey), int32(n)).Scan(&mine); err != nil {
			return err
		}
		if mine {
			e.node.Store(n)
			return nil
		}
	}
	return desk.Errorf(desk.Unavailable, "too_many_nodes", "There are already %d nodes of Kept on this database.", 1<<idNodeBits)
}

// leaveSlot ends the connection, and with it the lock; returning it to the pool would keep the lock.
func (e *pgEngine) leaveSlot() {
	if e.slot == nil {
		return
	}
	_ = e.slot.Raw(func(dc any) error { return dc.(*stdlib.Conn).Conn().Close(context.Background()) })
	e.slot.Close()
	e.slot = nil
}

func (e *pgEngine) name() string { return "postgres" }

// generation: other nodes write as well, so the server has to be asked.
func (e *pgEngine) generation() int64 { return unasked }

func (e *pgEngine) ask() int64 { return e.changes.generation() }

func (e *pgEngine) recordsApart() bool { return false }

func (e *pgEngine) reads(ctx context.Context, o scope, fn func(context.Context, *session) error) error {
	return e.read(ctx, o, fn)
}

// write runs fn in the line of its client, or of the desk. What is free has no line: its statements are
// right each by itself.
func (e *pgEngine) write(ctx context.Context, o scope, fn func(context.Context, *session) error) error {
	redrawn := false
	for try := 1; ; try++ {
		var err error
		if o.free {
			err = e.once(ctx, o, fn)
		} else {
			err = e.line(o.client).doAsking(ctx, o.ahead, func(s *session) error {
				s.within(o.clients)
				return fn(context.Background(), s)
			})
		}
		var pg *pgconn.PgError
		switch {
		case err == nil || !errors.As(err, &pg):
			return err
		case (pg.Code == "40001" || pg.Code == "40P01") && try < pgTries:
			pause(ctx, time.Duration(rand.Int64N(int64(time.Millisecond)<<try)))
		case pg.Code == "23505" && slices.Contains(ticketDrawn, pg.ConstraintName) && try < pgTries: // draw again
		case pg.Code == "23505" && strings.HasSuffix(pg.ConstraintName, "_pkey") && !redrawn:
			redrawn = true // two nodes drew the same id: draw again, once
		default:
			return err
		}
		ctx = context.WithoutCancel(ctx)
	}
}

// once runs fn in a transaction of its own. Once begun, the request's end does not stop it, as on SQLite.
func (e *pgEngine) once(ctx context.Context, o scope, fn func(context.Context, *session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	s, err := e.links.session(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	defer s.rollback() // also when fn ends its goroutine; nothing once it is committed
	s.begin(pgWrite)
	s.within(o.clients)
	if err := fn(context.Background(), s); err != nil {
		return err
	}
	if err := e.lawful(s); err != nil {
		return err
	}
	s.lateNow()
	if len(s.queue)+len(s.gathered) == 1 && s.pg.PgConn().TxStatus() == 'I' { // nothing but its beginning
		return nil
	}
	_, failed, err := s.pipeline(true)
	return fault(failed, err)
}

func (e *pgEngine) read(ctx context.Context, o scope, fn func(context.Context, *session) error) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	s, err := e.links.session(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	defer s.leave()
	s.begin(pgRead)
	s.within(o.clients)
	if err := fn(context.Background(), s); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return nil
}

// owned lists the tables that our role owns; none where another role upgrades the schema.
func (e *pgEngine) owned(ctx context.Context) (tables string, err error) {
	err = e.db.QueryRowContext(ctx, `SELECT coalesce(string_agg(quote_ident(relname), ', '), '') FROM pg_class
		WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace) AND pg_has_role(relowner, 'USAGE')`).Scan(&tables)
	return tables, err
}

// look measures the tables that have grown to more than twice what PostgreSQL knows of them, after the first
// commits of this process: PostgreSQL itself looks once a minute, and until it has, all indexes of a new desk
// look the same to it and its plans walk all rows of a client. Plans made before are made anew. That nobody
// waits for, and a desk that runs long measures nothing twice.
func (e *pgEngine) look() {
	n := e.commits.Add(1)
	var measure bool
	switch n {
	case 8, 64, 512, 4096, 32_768:
		measure = true
	}
	trim := n%trimEvery == 1
	if !measure && !trim {
		return
	}
	e.rest.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), readLimit)
		defer cancel()
		if trim {
			if err := e.changes.trim(ctx); err != nil {
				e.log.Warn("old numbers of transactions could not be forgotten; it is tried again", "err", err)
			}
			return
		}
		tables, err := e.grown(ctx)
		if err == nil && tables != "" {
			_, err = e.db.ExecContext(ctx, "ANALYZE "+tables)
		}
		if err != nil {
			e.log.Warn("the tables could not be measured; PostgreSQL will do it by itself", "err", err)
		}
	})
}

// grown lists those of our tables that have grown to more than twice what was last measured.
func (e *pgEngine) grown(ctx context.Context) (tables string, err error) {
	err = e.db.QueryRowContext(ctx, `SELECT coalesce(string_agg(quote_ident(c.relname), ', '), '')
		FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
		WHERE c.relkind = 'r' AND c.relnamespace = CAST(current_schema() AS regnamespace) AND pg_has_role(c.relowner, 'USAGE')
		AND s.n_mod_since_analyze > 50 + greatest(c.reltuples, 0)`).Scan(&tables)
	return tables, err
}

func (e *pgEngine) ping(ctx context.Context) error { return e.db.PingContext(ctx) }

func (e *pgEngine) close() error {
	for _, w := range append(e.lines, e.readLog) {
		_ = w.close() // waits for who has the turn
	}
	e.rest.Wait()
	e.links.close()
	e.changes.links.close()
	e.taking.Lock()
	defer e.taking.Unlock()
	e.leaveSlot()
	return e.db.Close()
}
