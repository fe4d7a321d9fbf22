package store

import (
	"context"
	stdsql "database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// session takes a link. It is cut off at the end of ctx, which statements need not watch then: that
// would cost a goroutine for each.
func (ls *links) session(ctx context.Context) (*session, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, err := ls.take(ctx)
		if err != nil {
			return nil, err
		}
		wire := l.pg.PgConn().Conn()
		s := &session{link: l, conn: l.conn, pg: l.pg}
		s.cut = context.AfterFunc(ctx, func() { _ = wire.SetDeadline(time.Unix(1, 0)) })
		if l.settle() == nil {
			return s, nil
		}
		_ = l.pg.Close(context.Background())
		s.close() // another one, then: this one was lost while nobody had it
	}
}

var (
	pgWrite  = &stmt{name: "begin", postgres: "BEGIN ISOLATION LEVEL READ COMMITTED"}
	pgRead   = &stmt{name: "begin read", postgres: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
	pgCommit = &stmt{name: "commit", postgres: "COMMIT"}
	pgScope  = &stmt{name: "scope", postgres: "SELECT set_config('kept.clients', $1, true)"}

	// A statement that is planned for its values stands between these.
	pgAnew = &stmt{name: "anew", postgres: "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_bitmapscan', 'on', true)"}
	pgOnce = &stmt{name: "once", postgres: "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_bitmapscan', 'off', true)"}
)

// begin puts the beginning of a transaction aside, so that it travels with its first statement.
func (s *session) begin(st *stmt) { s.queue = append(s.queue, queued{s: st}) }

// within says whose rows what follows may touch, by row-level security. PostgreSQL only.
func (s *session) within(clients string) {
	if s.clients == clients {
		return
	}
	s.clients = clients
	for c := range strings.SplitSeq(strings.Trim(clients, "{}"), ",") {
		if c != "" && !slices.Contains(s.whose, c) {
			s.whose = append(s.whose, c)
		}
	}
}

// everybody is whose rows it could touch since it was begun, as within is told of them.
func (s *session) everybody() string {
	if slices.Contains(s.whose, "*") {
		return "*"
	}
	return "{" + strings.Join(s.whose, ",") + "}"
}

// scoped puts aside what tells PostgreSQL whose rows the next statement may touch. Rows that wait need it at last only.
func (s *session) scoped() { s.tell(s.clients) }

func (s *session) tell(clients string) {
	if s.told != clients {
		s.told = clients
		s.queue = append(s.queue, queued{s: pgScope, args: []any{clients}})
	}
}

// lateNow puts aside what was for just before the commit.
func (s *session) lateNow() {
	for _, q := range s.late {
		s.aside(q)
	}
	s.late = nil
}

// close gives the link back, or ends one that was cut off.
func (s *session) close() {
	if !s.cut() {
		_ = s.pg.Close(context.Background())
	}
	s.link.give()
}

// each sends what was put aside and st behind it in one round trip, and gives each row of st. It gives the
// statement that failed.
func (s *session) each(st *stmt, args []any, fn func(scanner) error) (failed *stmt, err error) {
	s.wrote = s.wrote || !st.reads
	s.foreseen.outdate(st, args)
	s.ready(st)
	s.scoped()
	s.ask(queued{s: st, args: args, row: fn})
	_, failed, err = s.pipeline(false)
	return failed, err
}

// ask puts a question aside.
func (s *session) ask(q queued) {
	if !q.s.anew {
		s.queue = append(s.queue, q)
		return
	}
	s.queue = append(s.queue, queued{s: pgAnew}, q, queued{s: pgOnce})
}

// all is each for many questions.
func (s *session) all(asked []queued) (failed *stmt, err error) {
	for _, q := range asked {
		s.ready(q.s)
	}
	s.scoped()
	for _, q := range asked {
		s.ask(q)
	}
	_, failed, err = s.pipeline(false)
	return failed, err
}

// pipeline sends the statements put aside in one round trip, with the commit behind them if wanted.
// It gives how many rows the last of them changed, or the statement that failed.
func (s *session) pipeline(commit bool) (n int64, failed *stmt, err error) {
	if commit {
		s.release()
		if slices.ContainsFunc(s.queue, func(q queued) bool { return q.must || q.row != nil }) {
			// Their counts and rows are looked at here, which would be too late behind a commit.
			if _, failed, err := s.pipeline(false); err != nil {
				return 0, failed, err
			}
		}
		if !s.unmarked {
			s.queue = append(s.queue, queued{s: pgChanged})
		}
		s.queue = append(s.queue, queued{s: pgCommit})
	}
	q := s.queue
	s.queue = nil
	if len(q) == 0 {
		return 0, nil, nil
	}
	return s.link.send(q)
}

var errNotCommitted = errors.New("the server answered COMMIT with a rollback")

// rollback ends a transaction, and whatever it did.
func (s *session) rollback() {
	s.queue, s.gathered = nil, nil
	if s.pg.IsClosed() || s.pg.PgConn().TxStatus() == 'I' {
		return
	}
	_, _ = s.pg.PgConn().Exec(context.Background(), "ROLLBACK").ReadAll()
}

// leave is rollback for a transaction that has only read: nobody waits for the answer.
func (s *session) leave() {
	s.queue, s.gathered = nil, nil
	if !s.pg.IsClosed() && s.pg.PgConn().TxStatus() != 'I' {
		s.link.leave()
	}
}

// pgRow is a row as it came over the wire: whole numbers, yes or no, and texts, which is all that
// statements ask for. A test looks at the columns of every statement.
type pgRow struct {
	fields []pgconn.FieldDescription
	raw    [][]byte
}

func (r *pgRow) Scan(dest ...any) error {
	if len(dest) != len(r.raw) {
		return fmt.Errorf("%d columns for %d places", len(r.raw), len(dest))
	}
	for i, d := range dest {
		if err := place(d, &r.fields[i], r.raw[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func place(dest any, f *pgconn.FieldDescription, raw []byte) error {
	if raw == nil {
		if s, ok := dest.(stdsql.Scanner); ok {
			return s.Scan(nil)
		}
		return errors.New("NULL for a place that cannot be empty")
	}
	var n int64
	switch {
	case f.DataTypeOID == pgtype.TextOID || f.DataTypeOID == pgtype.VarcharOID:
		switch d := dest.(type) {
		case *string:
			*d = string(raw)
		case *[]byte:
			*d = append([]byte(nil), raw...)
		case stdsql.Scanner:
			return d.Scan(string(raw))
		default:
			v := reflect.ValueOf(dest).Elem()
			if v.Kind() != reflect.String {
				return fmt.Errorf("a text for %T", dest)
			}
			v.SetString(string(raw))
		}
		return nil
	case f.Format != pgtype.BinaryFormatCode && (f.DataTypeOID == pgtype.Int8OID || f.DataTypeOID == pgtype.Int4OID):
		var err error
		if n, err = strconv.ParseInt(string(raw), 10, 64); err != nil {
			return err
		}
	case f.Format != pgtype.BinaryFormatCode:
		return fmt.Errorf("type %d as text is not read", f.DataTypeOID)
	case f.DataTypeOID == pgtype.Int8OID:
		n = int64(binary.BigEndian.Uint64(raw))
	case f.DataTypeOID == pgtype.Int4OID:
		n = int64(int32(binary.BigEndian.Uint32(raw)))
	case f.DataTypeOID == pgtype.BoolOID:
		n = int64(raw[0])
	default:
		return fmt.Errorf("type %d is not read", f.DataTypeOID)
	}
	switch d := dest.(type) {
	case *int64:
		*d = n
	case *int:
		*d = int(n)
	case *bool:
		*d = n != 0
	case stdsql.Scanner:
		return d.Scan(n)
	default:
		v := reflect.ValueOf(dest).Elem()
		switch {
		case v.CanInt() && !v.OverflowInt(n):
			v.SetInt(n)
		case v.Kind() == reflect.Bool:
			v.SetBool(n != 0)
		default:
			return fmt.Errorf("a number for %T", dest)
		}
	}
	return nil
}
