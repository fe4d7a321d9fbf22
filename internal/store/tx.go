package store

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
)

// ReadTx is a snapshot of one client's rows. Its client is bound as $1 by every query method.
type ReadTx struct {
	*unit
	client desk.ClientID
}

// Client is the one client of the transaction.
func (tx *ReadTx) Client() desk.ClientID { return tx.client }

// saw notes that the viewer was given personal data of these ids; kind is "requester", "message" …
// The kernel writes the read log before Read returns.
func (tx *ReadTx) saw(kind string, ids ...int64) { tx.noteSeen(tx.client, kind, ids) }

// Tx is a unit of work on one client's rows.
type Tx struct {
	*ReadTx
	hands
}

// NewID gives an id for a new row of the client; ids grow with time.
func (tx *Tx) NewID() int64 { return tx.db.newID(tx.client, tx.now) }

// NewDeskID gives an id for a new row of a table that is keyed over the whole desk: an alert.
func (tx *Tx) NewDeskID() int64 { return tx.db.newID(0, tx.now) }

// reserve takes something that clients share, a seat say, until the end of this unit of work. It is false
// when a unit of another client has it right now: to wait for that one could be to wait for each other.
func (tx *Tx) reserve(of ...any) (bool, error) {
	if tx.u.s.pg == nil || tx.u.s.load != nil {
		return true, nil // one writer has the whole desk
	}
	return one(tx, reserve, value[bool], lockKey(of...))
}

// touch notes a ticket whose laws are checked before commit (law 1).
func (tx *Tx) touch(t desk.TicketID) { tx.unit.touch(tx.client, t) }

// DeskReadTx is a snapshot over all clients that the viewer serves. It is the one explicit door to
// lists across clients; its queries join staff_client.
type DeskReadTx struct{ *unit }

// saw notes that the viewer was given personal data of client c.
func (tx *DeskReadTx) saw(c desk.ClientID, kind string, ids ...int64) { tx.noteSeen(c, kind, ids) }

// ForClient gives the same snapshot bound to one client; NotFound when the viewer may not see it.
func (tx *DeskReadTx) ForClient(c desk.ClientID) (*ReadTx, error) {
	if !tx.viewer.Sees(c) {
		return nil, errNotFound
	}
	return &ReadTx{unit: tx.unit, client: c}, nil
}

// DeskTx is a unit of work over the clients that the viewer serves: rosters, staff, claims.
type DeskTx struct {
	*DeskReadTx
	hands
}

// NewID gives an id for a new row that belongs to no client; ids grow with time.
func (tx *DeskTx) NewID() int64 { return tx.db.newID(0, tx.now) }

// SystemTx is a unit of work of Kept itself, over every client.
type SystemTx struct{ *DeskTx }

// ForClient gives the same transaction bound to one client.
func (tx *SystemTx) ForClient(c desk.ClientID) *Tx { return tx.unit.forClient(c) }

// hands are the writing half of a transaction.
type hands struct{ u *unit }

// exec runs s now and gives the number of rows changed.
func (h hands) exec(s *stmt, args ...any) (int64, error) { return h.u.execNow(s, args) }

// put runs a statement whose row count nobody needs. On PostgreSQL it travels with the next read or
// the commit in one round trip, and its error surfaces there.
func (h hands) put(s *stmt, args ...any) error { return h.u.put(s, args) }

// putMust is put for a row that must be there: NotFound when none was changed, on PostgreSQL from whatever
// sends it, or from the unit of work itself.
func (h hands) putMust(s *stmt, args ...any) error {
	if h.u.s.pg != nil && h.u.s.load == nil && h.u.broken == nil {
		h.u.s.aside(queued{s: s, args: args, must: true})
		return nil
	}
	return must(h.u.execNow(s, args))
}

// putLate is put for just before the commit, once for all units of work that share it. Nothing in this unit of
// work sees what it does.
func (h hands) putLate(s *stmt, args ...any) error { return h.u.putLate(s, args) }

// After registers a wake-up for after the commit. A crash loses it: whatever must happen is a row.
func (h hands) After(wake func()) { h.u.after = append(h.u.after, wake) }

// unit is what every transaction is made of: a connection, the viewer, one instant, and what has to
// be done before and after commit. It is used by one goroutine.
type unit struct {
	db     *DB
	ctx    context.Context // of the statements, not of the request: see engine.write
	s      *session
	viewer desk.Viewer
	now    time.Time
	// broken is the first engine error: later statements and the commit answer with it, because
	// PostgreSQL would, and on SQLite the transaction itself may be gone.
	broken error
	after  []func()
	seen   []seenIDs
	// generation is that of the database before the snapshot was opened; -1 where nothing may be remembered, unasked where
	// nobody has wanted to know yet.
	generation int64
	serving    []int64 // the clients of a viewer who is staff, as they are in the snapshot; nil: not asked yet
	ahead      *asking // what was foreseen of it
	// place is that in the log of seats before the snapshot of a read was opened.
	place int64
	// counted is how often a version had been counted up before the snapshot of a read was opened, see settled; counts is how
	// often a unit that writes has.
	counted int64
	counts  int64
	// yield puts what the running part asks to those that run beside it, see Together; nil outside. It is false when the part
	// is to end.
	yield func([]queued) bool
}

type touchedTicket struct {
	client desk.ClientID
	ticket desk.TicketID
}

// Now is the one instant of the transaction, UTC, whole microseconds.
func (u *unit) Now() time.Time { return u.now }

// Viewer is who asks.
func (u *unit) Viewer() desk.Viewer { return u.viewer }

func (u *unit) kernel() *unit { return u }

func (u *unit) forClient(c desk.ClientID) *Tx {
	both := struct {
		tx   Tx
		read ReadTx
	}{Tx{hands: hands{u}}, ReadTx{unit: u, client: c}}
	both.tx.ReadTx = &both.read
	return &both.tx
}

func (u *unit) desk() *DeskTx {
	return &DeskTx{DeskReadTx: &DeskReadTx{unit: u}, hands: hands{u}}
}

// fail makes err the fate of the whole transaction and gives its face.
func (u *unit) fail(s *stmt, err error) error {
	u.s.lost = true
	if u.broken == nil {
		u.broken = fault(s, err)
	}
	return u.broken
}

func (u *unit) execNow(s *stmt, args []any) (int64, error) {
	if u.broken != nil {
		return 0, u.broken
	}
	if u.s.load != nil {
		n, err := u.s.load.add(u.s, s, args)
		if err != nil {
			return 0, u.fail(s, err)
		}
		return n, nil
	}
	if u.s.pg != nil {
		// Behind what was put aside, in the same round trip.
		u.s.aside(queued{s: s, args: args})
		n, failed, err := u.s.pipeline(false)
		if err != nil {
			return 0, u.fail(failed, err)
		}
		return n, nil
	}
	done, err := u.s.exec(u.ctx, s, args...)
	if err != nil {
		return 0, u.fail(s, err)
	}
	return done.rows, nil
}

// added runs an INSERT of one row and gives the number that SQLite gave it. SQLite only.
func (u *unit) added(s *stmt, args ...any) (int64, error) {
	if u.broken != nil {
		return 0, u.broken
	}
	done, err := u.s.exec(u.ctx, s, args...)
	if err != nil {
		return 0, u.fail(s, err)
	}
	return done.added, nil
}

func (u *unit) put(s *stmt, args []any) error {
	if u.broken != nil {
		return u.broken
	}
	if u.s.pg != nil && u.s.load == nil {
		u.s.aside(queued{s: s, args: args})
		return nil
	}
	_, err := u.execNow(s, args)
	return err
}

func (u *unit) putLate(s *stmt, args []any) error {
	if u.s.load != nil {
		return u.put(s, args)
	}
	u.s.late = append(u.s.late, queued{s: s, args: args})
	return u.broken
}

// each runs s and gives its rows to fn one by one. Prefer one and many.
func (u *unit) each(s *stmt, args []any, fn func(scanner) error) error {
	if u.s.pg != nil {
		return u.eachSent(s, args, fn)
	}
	rows, err := u.rows(s, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return u.fail(s, err)
		}
	}
	return u.over(s, rows)
}

// eachSent is each on PostgreSQL.
func (u *unit) eachSent(s *stmt, args []any, fn func(scanner) error) error {
	if u.broken != nil {
		return u.broken
	}
	if u.yield != nil {
		return u.ask(queued{s: s, args: args, row: fn})
	}
	// Behind what was put aside, in the same round trip.
	if failed, err := u.s.each(s, args, fn); err != nil {
		return u.fail(failed, err)
	}
	return nil
}

// rows begins s on SQLite. The caller closes what it gets, and when there are no more rows asks whether that is over.
func (u *unit) rows(s *stmt, args []any) (rows, error) {
	if u.broken != nil {
		return nil, u.broken
	}
	rows, err := u.s.query(u.ctx, s, args...)
	if err != nil {
		return nil, u.fail(s, err)
	}
	return rows, nil
}

// over tells whether rows have come to their end: RETURNING writes while it is read, and an error may come after the row.
func (u *unit) over(s *stmt, rows rows) error {
	if err := rows.Err(); err != nil {
		return u.fail(s, err)
	}
	return nil
}

func (u *unit) touch(c desk.ClientID, t desk.TicketID) {
	if u.s.load != nil {
		return // the laws look at all tickets at the end
	}
	if one := (touchedTicket{c, t}); !slices.Contains(u.s.touched, one) {
		u.s.touched = append(u.s.touched, one)
	}
}

// putReads writes rows of the read log with the unit itself.
func (u *unit) putReads(rows []Read) error {
	for _, r := range rows {
		if err := u.putLate(addRead, r.args()); err != nil {
			return err
		}
	}
	return u.broken
}

// finish does what stands between the caller's function and the end of the unit: the read log, where it is in
// the same database.
func (u *unit) finish() error {
	if u.broken == nil && !u.db.engine.recordsApart() {
		return u.record(u.putReads)
	}
	return u.broken
}
