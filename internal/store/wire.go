package store

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// session takes a connection. It is cut off at the end of ctx, which statements need not watch then: that
// would cost a goroutine for each.
func (e *pgEngine) session(ctx context.Context) (*session, error) {
	c, err := e.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{conn: c}
	err = c.Raw(func(dc any) error {
		s.pg = dc.(*stdlib.Conn).Conn()
		return nil
	})
	if err != nil {
		c.Close()
		return nil, err
	}
	wire := s.pg.PgConn().Conn()
	s.cut = context.AfterFunc(ctx, func() { _ = wire.SetDeadline(time.Unix(1, 0)) })
	return s, nil
}

var (
	pgWrite = &stmt{name: "begin", postgres: "BEGIN ISOLATION LEVEL READ COMMITTED"}
	pgRead  = &stmt{name: "begin read", postgres: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
	pgScope = &stmt{name: "scope", postgres: "SELECT set_config('kept.clients', $1, true)"}
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

// close gives the connection back, or ends one that was cut off.
func (s *session) close() {
	if !s.cut() {
		_ = s.pg.Close(context.Background())
	}
	s.conn.Close()
}

// each sends what was put aside and st behind it in one round trip, and gives each row of st. It gives the
// statement that failed.
func (s *session) each(ctx context.Context, st *stmt, args []any, fn func(scanner) error) (failed *stmt, err error) {
	s.foreseen.outdate(st, args)
	s.ready(st)
	s.scoped()
	if st.anew {
		if _, failed, err := s.pipeline(ctx, false); err != nil {
			return failed, err
		}
		plain := []any{pgx.QueryExecModeExec}
		for _, a := range args {
			v, err := driver.DefaultParameterConverter.ConvertValue(a)
			if err != nil {
				return st, err
			}
			plain = append(plain, v)
		}
		args = plain
	}
	if len(s.queue) == 0 {
		rows, err := s.pg.Query(ctx, st.postgres, args...)
		if err != nil {
			return st, err
		}
		return st, read(rows, fn)
	}
	q := s.queue
	s.queue = nil
	var b pgx.Batch
	for _, one := range q {
		b.Queue(one.text(), one.args...)
	}
	b.Queue(st.postgres, args...)
	res := s.pg.SendBatch(ctx, &b)
	for _, one := range q {
		if _, err := one.answered(res); err != nil {
			res.Close()
			return one.s, err
		}
	}
	rows, err := res.Query()
	if err == nil {
		err = read(rows, fn)
	}
	return st, errors.Join(err, res.Close())
}

// answered takes what the server answers to q, and gives how many rows it changed.
func (q queued) answered(res pgx.BatchResults) (n int64, err error) {
	if q.row != nil {
		rows, err := res.Query()
		if err != nil {
			return 0, err
		}
		return 0, read(rows, q.row)
	}
	tag, err := res.Exec()
	if err == nil {
		err = q.counted(tag.RowsAffected())
	}
	return tag.RowsAffected(), err
}

func read(rows pgx.Rows, fn func(scanner) error) error {
	defer rows.Close()
	row := &pgRow{}
	for rows.Next() {
		row.fields, row.raw = rows.FieldDescriptions(), rows.RawValues()
		if err := fn(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// pipeline sends the statements put aside in one round trip, with the commit behind them if wanted.
// It gives how many rows the last of them changed, or the statement that failed.
func (s *session) pipeline(ctx context.Context, commit bool) (n int64, failed *stmt, err error) {
	if commit {
		s.release()
	}
	if commit && slices.ContainsFunc(s.queue, func(q queued) bool { return q.must }) {
		// Their counts are looked at here, which would be too late behind a commit.
		if _, failed, err := s.pipeline(ctx, false); err != nil {
			return 0, failed, err
		}
	}
	q := s.queue
	s.queue = nil
	if len(q) == 0 {
		if commit {
			err = committed(s.pg.PgConn().Exec(ctx, "COMMIT").ReadAll())
		}
		return 0, nil, err
	}
	var b pgx.Batch
	for _, one := range q {
		b.Queue(one.text(), one.args...)
	}
	if commit {
		b.Queue("COMMIT")
	}
	res := s.pg.SendBatch(ctx, &b)
	for _, one := range q {
		if n, err = one.answered(res); err != nil {
			res.Close()
			return 0, one.s, err
		}
	}
	if commit {
		tag, err := res.Exec()
		if err == nil && tag.String() != "COMMIT" {
			err = errNotCommitted
		}
		if err != nil {
			res.Close()
			return 0, nil, err
		}
	}
	return n, nil, res.Close()
}

var errNotCommitted = errors.New("the server answered COMMIT with a rollback")

func committed(res []*pgconn.Result, err error) error {
	if err == nil && (len(res) != 1 || res[0].CommandTag.String() != "COMMIT") {
		err = errNotCommitted
	}
	return err
}

func (s *session) rollback() {
	s.queue, s.gathered = nil, nil
	if s.pg.IsClosed() || s.pg.PgConn().TxStatus() == 'I' {
		return
	}
	_, _ = s.pg.PgConn().Exec(context.Background(), "ROLLBACK").ReadAll()
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
