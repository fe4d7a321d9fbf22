package store

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kept/internal/desk"
)

// Options say where the data are. With a DatabaseURL they are in that PostgreSQL, otherwise in
// kept.db under DataDir.
type Options struct {
	DataDir     string
	DatabaseURL string
	Clock       func() time.Time                     // nil is the machine's clock
	Log         *slog.Logger                         // nil is slog.Default
	NewID       func(desk.ClientID, time.Time) int64 // nil gives unique ids that grow with time
	NoMigrate   bool                                 // refuse an older schema instead of upgrading it
	// Forgetful lets SQLite answer before the disk has what was written: twice as fast, and a power cut may
	// leave a damaged file. Only for a database that is thrown away afterwards.
	Forgetful bool
	// Audit is asked before each commit about the tickets that it touched, client by client; an error undoes
	// the unit of work. It sees what the unit wrote. For tests and simulations: it costs as much as the work.
	Audit func(*Tx, []desk.TicketID) error

	migrations fs.FS // tests only
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine    engine
	clock     func() time.Time
	log       *slog.Logger
	newID     func(desk.ClientID, time.Time) int64
	opts      Options
	seats     seatLog
	countedUp countedUp
	memory    memory
	numbers   numbers
	doubt     doubt
	units     atomic.Int64 // whose functions run now
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	name() string
	// write runs fn in a transaction and commits it; it may run fn again. Once fn has started the
	// request's end does not stop it.
	write(ctx context.Context, o scope, fn func(context.Context, *session) error) error
	// read runs fn in a read-only snapshot.
	read(ctx context.Context, o scope, fn func(context.Context, *session) error) error
	// record writes to the read log, durably, what was seen in a snapshot. recordsApart says that the log has a file of its
	// own: then what a unit of work saw goes there as well, and otherwise each unit writes its rows itself. reads gives a
	// snapshot of the log.
	record(rows []Read) error
	recordsApart() bool
	reads(ctx context.Context, o scope, fn func(context.Context, *session) error) error
	// generation grows with every commit; unasked where the server has to be asked for it.
	generation() int64
	// ask asks the server for it; -1 when nobody knows.
	ask() int64
	ping(ctx context.Context) error
	backup(ctx context.Context, part string) error
	close() error
}

// scope is what a transaction may touch, and how.
type scope struct {
	clients string        // for row-level security: "*" or an array literal "{1,2}"
	client  desk.ClientID // whose units of work it comes behind; zero: those of the whole desk
	free    bool          // behind nobody's: each of its statements is right by itself
	ahead   *asking       // what its unit of work asks first, where that is known
}

// Engine is "sqlite" or "postgres".
func (db *DB) Engine() string { return db.engine.name() }

// Node is the number of this node among those on the same database, from zero. With SQLite there is one.
func (db *DB) Node() int {
	if e, ok := db.engine.(*pgEngine); ok {
		return int(e.node.Load())
	}
	return 0
}

// Ping answers nil when the database can be asked; otherwise an Unavailable error.
func (db *DB) Ping(ctx context.Context) error { return fault(nil, db.engine.ping(ctx)) }

// Ready answers nil when the database can be asked and takes what is written; otherwise an Unavailable error. Nothing is
// written to find that out, unless what was written last was refused.
func (db *DB) Ready(ctx context.Context) error {
	if err := db.Ping(ctx); err != nil {
		return err
	}
	return db.doubt.settle(db.instant(), func() error {
		return db.Claim(ctx, "ready", func(tx *SystemTx) error { return tx.SetSetting("written", strconv.FormatInt(micros(tx.Now()), 10)) })
	})
}

// doubt is whether the database takes what is written: since somebody was refused, until something was taken.
type doubt struct {
	is      atomic.Bool
	mu      sync.Mutex // held while it is tried
	triedAt time.Time
	said    error // then
}

// doubtTries is how often it is tried at most, however many ask.
const doubtTries = time.Second

// note looks at what a unit of work came to.
func (d *doubt) note(err error) error {
	var e *desk.Error
	if errors.As(err, &e) && e.Kind == desk.Unavailable && (e.Code == "disk_full" || e.Code == "unreachable") {
		d.is.Store(true)
	}
	return err
}

// settle tries to write where there is a doubt, and says what came of it.
func (d *doubt) settle(now time.Time, try func() error) error {
	if !d.is.Load() {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if age := now.Sub(d.triedAt); d.said != nil && age >= 0 && age < doubtTries {
		return d.said
	}
	d.is.Store(false) // whoever is refused meanwhile sets it again
	if d.said = try(); d.said != nil {
		d.is.Store(true)
	}
	d.triedAt = now
	return d.said
}

// Close waits for running units of work and closes the database. Later calls are Unavailable.
func (db *DB) Close() error { return db.engine.close() }

// Write runs fn in one transaction for one client that v may serve; NotFound otherwise. It may run
// fn again after a conflict, so fn has no effect except through tx. When Write returns nil, what fn
// did is on disk; otherwise nothing of it is.
func (db *DB) Write(ctx context.Context, v desk.Viewer, c desk.ClientID, fn func(*Tx) error) error {
	if !v.Sees(c) {
		return errNotFound
	}
	return db.write(ctx, v, scope{clients: clientsOf(c), client: c}, func(u *unit) error { return fn(u.forClient(c)) })
}

// WriteAsking is Write for a unit of work of which it is known what it asks first.
func (db *DB) WriteAsking(ctx context.Context, v desk.Viewer, c desk.ClientID, first Ahead, fn func(*Tx) error) error {
	if !v.Sees(c) {
		return errNotFound
	}
	return db.write(ctx, v, scope{clients: clientsOf(c), client: c, ahead: &asking{client: c, Ahead: first}}, func(u *unit) error { return fn(u.forClient(c)) })
}

// Read runs fn on a snapshot of one client that v may see; NotFound otherwise. What fn saw of
// persons is in the read log when Read returns.
func (db *DB) Read(ctx context.Context, v desk.Viewer, c desk.ClientID, fn func(*ReadTx) error) error {
	if !v.Sees(c) {
		return errNotFound
	}
	return db.read(ctx, v, scope{clients: clientsOf(c)}, func(u *unit) error {
		return fn(&ReadTx{unit: u, client: c})
	})
}

// Desk is Write over all clients that v serves, and over what belongs to no client.
func (db *DB) Desk(ctx context.Context, v desk.Viewer, fn func(*DeskTx) error) error {
	return db.write(ctx, v, scopeOf(v), func(u *unit) error { return fn(u.desk()) })
}

// DeskRead is Read over all clients that v serves, and over what belongs to no client.
func (db *DB) DeskRead(ctx context.Context, v desk.Viewer, fn func(*DeskReadTx) error) error {
	return db.read(ctx, v, scopeOf(v), func(u *unit) error { return fn(&DeskReadTx{unit: u}) })
}

// System is Write for Kept itself, over every client; why is a short word for the history.
func (db *DB) System(ctx context.Context, why string, fn func(*SystemTx) error) error {
	return db.write(ctx, desk.System(why), scope{clients: "*"}, func(u *unit) error { return fn(&SystemTx{u.desk()}) })
}

// Claim is System for statements that are right each by itself, whatever goes on beside them: claims of
// due rows that skip locked ones, counts. On PostgreSQL it waits for nobody, and nobody for it.
func (db *DB) Claim(ctx context.Context, why string, fn func(*SystemTx) error) error {
	return db.write(ctx, desk.System(why), scope{clients: "*", free: true}, func(u *unit) error { return fn(&SystemTx{u.desk()}) })
}

func scopeOf(v desk.Viewer) scope {
	if v.Desk {
		return scope{clients: "*"}
	}
	return scope{clients: clientsOf(v.Clients...)}
}

// clientsOf lists clients as row-level security is told of them.
func clientsOf(cs ...desk.ClientID) string {
	b := []byte{'{'}
	for i, c := range cs {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(c), 10)
	}
	return string(append(b, '}'))
}

func (db *DB) instant() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

func (db *DB) write(ctx context.Context, v desk.Viewer, o scope, fn func(*unit) error) error {
	if err := db.refuseNested(); err != nil {
		return err
	}
	var done *unit
	var counts int64 // of every time that it ran
	err := db.engine.write(ctx, o, func(ctx context.Context, s *session) error {
		u := &unit{db: db, ctx: ctx, s: s, viewer: v, now: db.instant(), generation: -1, ahead: o.ahead}
		defer func() { counts += u.counts }()
		err := db.contain(func() error {
			if err := inside(fn, u); err != nil {
				return err
			}
			return u.finish()
		})
		if u.broken != nil {
			err = u.broken
		}
		done = u
		return err
	})
	db.countedUp.over.Add(counts) // also when it failed: whether it was stored may not be known
	if err != nil {
		return db.doubt.note(fault(nil, err))
	}
	for _, wake := range done.after {
		wake()
	}
	if db.engine.recordsApart() {
		return db.doubt.note(fault(nil, done.record(db.engine.record)))
	}
	return nil
}

func (db *DB) read(ctx context.Context, v desk.Viewer, o scope, fn func(*unit) error) error {
	if err := db.refuseNested(); err != nil {
		return err
	}
	var u *unit
	// Before the snapshot: what it shows is never older than that.
	generation, place, counted := db.engine.generation(), db.seats.place(), db.countedUp.settled()
	err := db.engine.read(ctx, o, func(ctx context.Context, s *session) error {
		u = &unit{db: db, ctx: ctx, s: s, viewer: v, now: db.instant(), generation: generation, place: place, counted: counted}
		err := db.contain(func() error { return inside(fn, u) })
		if u.broken != nil {
			err = u.broken
		}
		return err
	})
	if u == nil {
		return fault(nil, err)
	}
	if logged := u.record(db.engine.record); logged != nil {
		return db.doubt.note(fault(nil, logged))
	}
	return fault(nil, err)
}

// contain turns a panic in a unit of work into an Internal error, so that it harms no neighbour.
func (db *DB) contain(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			db.log.Error("panic in a unit of work", "panic", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
			err = desk.Wrap(desk.Internal, "panic", fmt.Errorf("panic: %v", r), "Something went wrong on our side.")
		}
	}()
	return fn()
}

// inside calls the function of a unit of work. It is the frame that refuseNested looks for, so it
// stays a frame of its own with one call in it.
//
//go:noinline
func inside(fn func(*unit) error, u *unit) error {
	u.db.units.Add(1)
	defer u.db.units.Add(-1)
	err := fn(u)
	return err
}

// insidePC is where inside has called fn.
var insidePC = func() (pc uintptr) {
	_ = inside(func(*unit) error {
		var pcs [1]uintptr
		runtime.Callers(2, pcs[:])
		pc = pcs[0]
		return nil
	}, &unit{db: &DB{}})
	return pc
}()

// refuseNested finds out whether the caller is itself inside a unit of work: on SQLite it would wait
// for itself for ever, on PostgreSQL it would commit by itself. Nobody is where no unit runs: to walk a stack takes as long as a
// statement.
func (db *DB) refuseNested() error {
	if db.units.Load() == 0 {
		return nil
	}
	var pcs [64]uintptr
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		if pc == insidePC {
			return desk.Wrap(desk.Internal, "nested", errors.New("a unit of work was opened inside another"), "Something went wrong on our side.")
		}
	}
	return nil
}

// Open opens the database of o, brings its schema up to date and checks that it forgets nothing.
// A folder that another Kept has open, a server that cannot be reached or is not safe is an
// Unavailable error with a sentence for the operator.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = systemClock
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	files := o.migrations
	if files == nil {
		var err error
		if files, err = fs.Sub(embedded, "migrations"); err != nil {
			return nil, err
		}
	}
	db := &DB{clock: o.Clock, log: o.Log, newID: o.NewID, opts: o}
	gen := &ids{}
	if o.DatabaseURL != "" {
		e, err := openPostgres(ctx, o.DatabaseURL, o.Log, func(d *stdsql.DB) error {
			return migrate(ctx, d, "postgres", files, o.NoMigrate, o.Log)
		}, db.lawful)
		if err != nil {
			return nil, fault(nil, err)
		}
		db.engine, gen.node = e, e.node.Load
	} else {
		e, err := openSQLite(ctx, o.DataDir, o.Forgetful, o.Log, func(d *stdsql.DB) error {
			return migrate(ctx, d, "sqlite", files, o.NoMigrate, o.Log)
		}, db.lawful)
		if err != nil {
			return nil, fault(nil, err)
		}
		db.engine = e
	}
	if db.newID == nil {
		db.newID = gen.next
	}
	return db, nil
}
