package store

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// links are the connections to PostgreSQL that go from one transaction to the next. Whoever comes gets the one that was
// used last: a quiet desk works with few, whose server processes know its statements.
type links struct {
	db     *stdsql.DB
	dials  *dials
	turns  chan struct{} // one for each link that is in use
	mu     sync.Mutex
	free   []*link
	closed bool
	fields sync.Map // of each text of a statement, []pgconn.FieldDescription: the same for all links
}

// dials counts the connections of a node to its server. When a server becomes read only, those that it has are so for as long as they
// last, whatever it is later or whoever takes its place: after a refusal none of those that there were then is used again.
type dials struct{ made, barred atomic.Int64 }

// dialNo is where a connection has its number.
const dialNo = "kept.dial"

func (d *dials) number(_ context.Context, c *pgx.Conn) error {
	c.PgConn().CustomData()[dialNo] = d.made.Add(1)
	return nil
}

// link is one of them. What it has prepared stays prepared. One round trip prepares a statement and runs it: values go as
// texts, and come as their columns are stored, so nothing must be known of it before.
type link struct {
	of       *links
	conn     *stdsql.Conn
	pg       *pgx.Conn
	prepared map[string]*pgconn.StatementDescription // by the text of the statement
	names    int                                     // that it has given to statements
	left     *pgconn.Pipeline                        // the end of a transaction, whose answer is still to be read
	rest     func() time.Duration                    // since it was given back
	values   []byte                                  // room for the parameters of one statement
	params   [][]byte
}

// linkRoom is how much room for parameters a link keeps.
const linkRoom = 16 << 10

// linkTrust is how long a link that nobody uses is taken to be alive.
const linkTrust = time.Second

func newLinks(db *stdsql.DB, d *dials, most int) *links {
	return &links{db: db, dials: d, turns: make(chan struct{}, most)}
}

// take gives a link to whoever may have one. It is to be settled before it is used.
func (ls *links) take(ctx context.Context) (*link, error) {
	select {
	case ls.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ls.mu.Lock()
	if n := len(ls.free); n > 0 {
		l := ls.free[n-1]
		ls.free = ls.free[:n-1]
		ls.mu.Unlock()
		return l, nil
	}
	ls.mu.Unlock()
	l := &link{of: ls, prepared: map[string]*pgconn.StatementDescription{}}
	var err error
	if l.conn, err = ls.db.Conn(ctx); err == nil {
		err = l.conn.Raw(func(dc any) error {
			l.pg = dc.(*stdlib.Conn).Conn()
			return nil
		})
	}
	if err != nil {
		if l.conn != nil {
			l.conn.Close()
		}
		<-ls.turns
		return nil, err
	}
	return l, nil
}

// give gives it back; one that is closed is not used again.
func (l *link) give() {
	ls := l.of
	ls.mu.Lock()
	keep := !ls.closed && !l.pg.IsClosed()
	if keep {
		l.rest = stopwatch()
		ls.free = append(ls.free, l)
	}
	ls.mu.Unlock()
	if !keep {
		l.conn.Close()
	}
	<-ls.turns
}

func (ls *links) close() {
	ls.mu.Lock()
	free := ls.free
	ls.free, ls.closed = nil, true
	ls.mu.Unlock()
	for _, l := range free {
		l.conn.Close() // unsettled: a server that does not answer holds up nobody who ends
	}
}

// settle makes a link ready for a transaction, or says that it is lost.
func (l *link) settle() error {
	if l.left != nil {
		err := l.left.Close()
		if l.left = nil; err != nil {
			return err
		}
	}
	if l.pg.IsClosed() || l.pg.PgConn().TxStatus() != 'I' {
		return driver.ErrBadConn
	}
	if n, ok := l.pg.PgConn().CustomData()[dialNo].(int64); !ok || n <= l.of.dials.barred.Load() {
		return driver.ErrBadConn
	}
	if l.rest != nil && l.rest() > linkTrust {
		return l.pg.PgConn().Ping(context.Background())
	}
	return nil
}

// leave ends a transaction that has changed nothing. The server does it while we are at something else: settle reads
// its answer.
func (l *link) leave() {
	p := l.pg.PgConn().StartPipeline(context.Background())
	p.SendQueryParams("ROLLBACK", nil, nil, nil, nil)
	_ = p.Sync() // settle hears of it, too
	l.left = p
}

var asStored = []int16{pgx.BinaryFormatCode}

// send sends statements in one round trip and gives their rows to whoever waits for them. It gives how many rows the
// last changed, or the statement that failed: the server has done none of those behind it.
func (l *link) send(all []queued) (n int64, failed *stmt, err error) {
	p := l.pg.PgConn().StartPipeline(context.Background())
	fresh := make([]*pgconn.StatementDescription, 0, 8) // in their order
	for i := range all {
		q := &all[i]
		if err := l.encode(q.args); err != nil {
			_ = l.pg.Close(context.Background()) // some have been written, and none must run
			_ = p.Close()
			return 0, q.s, err
		}
		text := q.text()
		if q.s.anew {
			p.SendQueryParams(text, l.params, nil, nil, asStored)
			continue
		}
		d := l.prepared[text]
		if d == nil {
			l.names++
			d = &pgconn.StatementDescription{Name: "k" + strconv.Itoa(l.names), SQL: text}
			p.SendPrepare(d.Name, text, nil)
			l.prepared[text], fresh = d, append(fresh, d)
		}
		p.SendQueryStatement(d, l.params, nil, asStored)
	}
	err = p.Sync()
	for i := 0; i < len(all) && err == nil; i++ {
		q := &all[i]
		failed = q.s
		if text := q.text(); len(fresh) > 0 && fresh[0].SQL == text && !q.s.anew {
			if err = l.learn(p, fresh[0]); err != nil {
				break
			}
			fresh = fresh[1:]
		}
		n, err = q.answered(p)
	}
	for _, d := range fresh {
		delete(l.prepared, d.SQL)
	}
	if err != nil {
		_ = p.Close()
		refused, _ := errors.AsType[*pgconn.PgError](err)
		switch {
		case refused != nil && refused.Code == "0A000": // a migration has changed the type of a column: its plans are of no use any more
			_ = l.pg.Close(context.Background())
		case refused != nil && refused.Code == "25006": // nothing can be written: a new connection may reach the server that has taken its place
			l.of.dials.barred.Store(l.of.dials.made.Load())
			_ = l.pg.Close(context.Background())
		}
		return 0, failed, err
	}
	return n, nil, p.Close()
}

// learn takes what the server says of a statement that it has prepared.
func (l *link) learn(p *pgconn.Pipeline, of *pgconn.StatementDescription) error {
	res, err := p.GetResults()
	if err != nil {
		return err
	}
	d, ok := res.(*pgconn.StatementDescription)
	if !ok {
		return fmt.Errorf("%T for a statement", res)
	}
	fields := make([]pgconn.FieldDescription, len(d.Fields))
	for i, f := range d.Fields {
		fields[i] = pgconn.FieldDescription{DataTypeOID: f.DataTypeOID}
	}
	known, _ := l.of.fields.LoadOrStore(of.SQL, fields)
	if same := known.([]pgconn.FieldDescription); slices.Equal(same, fields) {
		fields = same
	}
	// A new one: the answer to what was sent with the old one is read by that.
	l.prepared[of.SQL] = &pgconn.StatementDescription{Name: of.Name, Fields: fields}
	return nil
}

// encode writes parameters as texts.
func (l *link) encode(args []any) error {
	l.values, l.params = l.values[:0], l.params[:0]
	if cap(l.values) > linkRoom {
		l.values = nil
	}
	for _, a := range args {
		from := len(l.values)
		switch a := a.(type) {
		case nil:
			l.params = append(l.params, nil)
			continue
		case int64:
			l.values = strconv.AppendInt(l.values, a, 10)
		case string:
			l.values = append(l.values, a...)
		default:
			switch v := reflect.ValueOf(a); {
			case v.CanInt():
				l.values = strconv.AppendInt(l.values, v.Int(), 10)
			case v.Kind() == reflect.String:
				l.values = append(l.values, v.String()...)
			case v.Kind() == reflect.Bool:
				l.values = strconv.AppendBool(l.values, v.Bool())
			default:
				return fmt.Errorf("a %T cannot be sent", a)
			}
		}
		// What was appended before may stand in an older array: it is not written to again.
		l.params = append(l.params, l.values[from:len(l.values):len(l.values)])
	}
	return nil
}

// answered takes what the server answers to q, and gives how many rows it changed.
func (q *queued) answered(p *pgconn.Pipeline) (n int64, err error) {
	res, err := p.GetResults()
	if err != nil {
		return 0, err
	}
	rows, ok := res.(*pgconn.ResultReader)
	if !ok {
		return 0, fmt.Errorf("%T for rows", res)
	}
	row := &pgRow{fields: rows.FieldDescriptions()}
	for q.row != nil && rows.NextRow() {
		row.raw = rows.Values()
		if err := q.row(row); err != nil {
			return 0, err
		}
	}
	tag, err := rows.Close()
	switch {
	case err != nil:
		return 0, err
	case q.s == pgCommit && tag.String() != "COMMIT":
		return 0, errNotCommitted
	}
	return tag.RowsAffected(), q.counted(tag.RowsAffected())
}
