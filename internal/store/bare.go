package store

import (
	stdsql "database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// bare is a connection to SQLite without database/sql and its driver in between: these take longer than most of our
// statements, with the locks of a connection that several goroutines might share. One goroutine at a time uses it.
type bare struct {
	tls *libc.TLS
	db  uintptr
	all map[*stmt]*bareStmt
	// beforeWrite is called before each statement that may change rows.
	beforeWrite func() error
}

// uncounted has SQLite not count the memory that it uses: nobody asks, and counting takes a lock of the whole process
// with every allocation. It works before the first database is opened and is no harm later.
var uncounted = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	no := libc.NewVaList(int32(0))
	defer libc.Xfree(tls, no)
	sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_MEMSTATUS, no)
})

// bareError is what SQLite said.
type bareError struct {
	code int
	text string
}

func (e *bareError) Error() string { return e.text + " (" + strconv.Itoa(e.code) + ")" }

func openBare(path string, pragmas []string) (_ *bare, err error) {
	l := &bare{tls: libc.NewTLS(), all: map[*stmt]*bareStmt{}}
	err = l.out(func(p uintptr) int32 {
		return l.text(path, func(z uintptr) int32 {
			return sqlite3.Xsqlite3_open_v2(l.tls, z, p, sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_CREATE|sqlite3.SQLITE_OPEN_NOMUTEX, 0)
		})
	}, &l.db)
	if err == nil {
		// Small memory of its own, that nothing is locked for.
		own := libc.NewVaList(uintptr(0), int32(1200), int32(10_000))
		defer libc.Xfree(l.tls, own)
		err = l.code(sqlite3.Xsqlite3_db_config(l.tls, l.db, sqlite3.SQLITE_DBCONFIG_LOOKASIDE, own))
	}
	for i := 0; err == nil && i < len(pragmas); i++ {
		err = l.run("PRAGMA " + pragmas[i])
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, l.code(sqlite3.Xsqlite3_extended_result_codes(l.tls, l.db, 1))
}

// out calls something that stores a pointer for us.
func (l *bare) out(call func(p uintptr) int32, to *uintptr) error {
	const size = unsafe.Sizeof(*to)
	p := libc.Xcalloc(l.tls, 1, types.Size_t(size))
	defer libc.Xfree(l.tls, p)
	rc := call(p)
	b := libc.GoBytes(p, int(size))
	if size == 8 {
		*to = uintptr(binary.NativeEndian.Uint64(b))
	} else {
		*to = uintptr(binary.NativeEndian.Uint32(b))
	}
	return l.code(rc)
}

// text calls something with a text that ends in a zero.
func (l *bare) text(s string, call func(z uintptr) int32) int32 {
	z, err := libc.CString(s)
	if err != nil {
		return sqlite3.SQLITE_NOMEM
	}
	defer libc.Xfree(l.tls, z)
	return call(z)
}

func (l *bare) code(rc int32) error {
	if rc == sqlite3.SQLITE_OK {
		return nil
	}
	e := &bareError{code: int(rc), text: "sqlite"}
	if l.db != 0 {
		e.text = libc.GoString(sqlite3.Xsqlite3_errmsg(l.tls, l.db))
	}
	return e
}

func (l *bare) prepare(text string) (*bareStmt, error) {
	s := &bareStmt{l: l}
	err := l.out(func(p uintptr) int32 {
		return l.text(text, func(z uintptr) int32 { return sqlite3.Xsqlite3_prepare_v2(l.tls, l.db, z, -1, p, 0) })
	}, &s.p)
	if err != nil {
		return nil, err
	}
	// SQLite counts $2 as the first where it comes first.
	for i := int32(1); i <= sqlite3.Xsqlite3_bind_parameter_count(l.tls, s.p); i++ {
		name := libc.GoString(sqlite3.Xsqlite3_bind_parameter_name(l.tls, s.p, i))
		n, err := strconv.Atoi(name[1:])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("a parameter is called %q", name)
		}
		s.args = append(s.args, n-1)
	}
	s.cols = int(sqlite3.Xsqlite3_column_count(l.tls, s.p))
	return s, nil
}

// run runs a text once.
func (l *bare) run(text string) error {
	s, err := l.prepare(text)
	if err != nil {
		return err
	}
	defer s.finalize()
	_, err = s.exec(nil)
	return err
}

func (l *bare) stmt(st *stmt) (*bareStmt, error) {
	s := l.all[st]
	if s == nil {
		var err error
		if s, err = l.prepare(st.sqlite); err != nil {
			return nil, err
		}
		l.all[st] = s
	}
	return s, nil
}

func (l *bare) exec(st *stmt, args []any) (stdsql.Result, error) {
	s, err := l.stmt(st)
	if err == nil && !st.reads {
		err = l.beforeWrite()
	}
	if err != nil {
		return nil, err
	}
	return s.exec(args)
}

func (l *bare) query(st *stmt, args []any) (rows, error) {
	s, err := l.stmt(st)
	if err == nil && !st.reads {
		err = l.beforeWrite()
	}
	if err != nil {
		return nil, err
	}
	return s, s.bind(args)
}

func (l *bare) Close() error {
	for _, s := range l.all {
		s.finalize()
	}
	var err error
	if l.db != 0 {
		err = l.code(sqlite3.Xsqlite3_close_v2(l.tls, l.db))
	}
	l.db = 0
	l.tls.Close()
	return err
}

// bareStmt is a prepared statement, and the rows that it gives while it runs.
type bareStmt struct {
	l    *bare
	p    uintptr
	args []int // which of ours is each parameter
	cols int
	runs bool
	err  error
}

func (s *bareStmt) finalize() { sqlite3.Xsqlite3_finalize(s.l.tls, s.p) }

func (s *bareStmt) reset() {
	if s.runs {
		sqlite3.Xsqlite3_reset(s.l.tls, s.p)
	}
	s.runs = false
}

// bareResult is how many rows a statement changed, and the number of the last that it added.
type bareResult struct{ changed, added int64 }

func (r bareResult) RowsAffected() (int64, error) { return r.changed, nil }
func (r bareResult) LastInsertId() (int64, error) { return r.added, nil }

func (s *bareStmt) exec(args []any) (stdsql.Result, error) {
	if err := s.bind(args); err != nil {
		return nil, err
	}
	for s.Next() {
	}
	if s.err != nil {
		return nil, s.err
	}
	return bareResult{sqlite3.Xsqlite3_changes64(s.l.tls, s.l.db), sqlite3.Xsqlite3_last_insert_rowid(s.l.tls, s.l.db)}, nil
}

func (s *bareStmt) bind(args []any) error {
	s.err, s.runs = nil, true
	for i, n := range s.args {
		if n >= len(args) {
			return fmt.Errorf("parameter $%d has no value", n+1)
		}
		if err := s.bindOne(int32(i+1), args[n]); err != nil {
			return err
		}
	}
	return nil
}

// transient has SQLite copy a text before the call returns.
const transient = ^uintptr(0)

func (s *bareStmt) bindOne(i int32, v any) error {
	tls := s.l.tls
	switch v := v.(type) {
	case nil:
		return s.l.code(sqlite3.Xsqlite3_bind_null(tls, s.p, i))
	case int64:
		return s.l.code(sqlite3.Xsqlite3_bind_int64(tls, s.p, i, v))
	case string:
		return s.bindText(i, v)
	case []byte:
		if v == nil {
			return s.l.code(sqlite3.Xsqlite3_bind_null(tls, s.p, i))
		}
		defer runtime.KeepAlive(v)
		p := uintptr(unsafe.Pointer(unsafe.SliceData(v)))
		return s.l.code(sqlite3.Xsqlite3_bind_blob(tls, s.p, i, p, int32(len(v)), transient))
	case driver.Valuer:
		x, err := v.Value()
		if err != nil {
			return err
		}
		return s.bindOne(i, x)
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return s.l.code(sqlite3.Xsqlite3_bind_int64(tls, s.p, i, r.Int()))
	case r.Kind() == reflect.String:
		return s.bindText(i, r.String())
	case r.CanFloat():
		return s.l.code(sqlite3.Xsqlite3_bind_double(tls, s.p, i, r.Float()))
	case r.Kind() == reflect.Bool:
		return s.l.code(sqlite3.Xsqlite3_bind_int64(tls, s.p, i, map[bool]int64{true: 1}[r.Bool()]))
	}
	return fmt.Errorf("a %T cannot be stored", v)
}

func (s *bareStmt) bindText(i int32, v string) error {
	if v == "" { // there is no address of nothing
		v = "\x00"[:0]
	}
	defer runtime.KeepAlive(v)
	return s.l.code(sqlite3.Xsqlite3_bind_text(s.l.tls, s.p, i, uintptr(unsafe.Pointer(unsafe.StringData(v))), int32(len(v)), transient))
}

// Next steps to the next row; at the end, or on an error, the statement is at rest again.
func (s *bareStmt) Next() bool {
	if s.err != nil {
		return false
	}
	rc := sqlite3.Xsqlite3_step(s.l.tls, s.p)
	if rc == sqlite3.SQLITE_ROW {
		return true
	}
	if rc != sqlite3.SQLITE_DONE {
		s.err = s.l.code(rc)
	}
	s.reset()
	return false
}

func (s *bareStmt) Err() error { return s.err }

func (s *bareStmt) Close() error {
	s.reset()
	return nil
}

func (s *bareStmt) value(i int32) any {
	tls := s.l.tls
	switch sqlite3.Xsqlite3_column_type(tls, s.p, i) {
	case sqlite3.SQLITE_INTEGER:
		return sqlite3.Xsqlite3_column_int64(tls, s.p, i)
	case sqlite3.SQLITE_TEXT:
		return string(s.bytes(i))
	case sqlite3.SQLITE_FLOAT:
		return sqlite3.Xsqlite3_column_double(tls, s.p, i)
	case sqlite3.SQLITE_BLOB:
		return append([]byte{}, s.bytes(i)...)
	}
	return nil
}

// bytes are SQLite's own, until the next step.
func (s *bareStmt) bytes(i int32) []byte {
	p := sqlite3.Xsqlite3_column_blob(s.l.tls, s.p, i)
	n := sqlite3.Xsqlite3_column_bytes(s.l.tls, s.p, i)
	if p == 0 || n == 0 {
		return nil
	}
	return libc.GoBytes(p, int(n))
}

// Scan reads the row into pointers, as database/sql does.
func (s *bareStmt) Scan(dest ...any) error {
	if len(dest) != s.cols {
		return fmt.Errorf("%d columns are read into %d values", s.cols, len(dest))
	}
	for i, d := range dest {
		if err := s.scanOne(int32(i), d); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	return nil
}

func (s *bareStmt) scanOne(i int32, dest any) error {
	tls := s.l.tls
	if d, ok := dest.(stdsql.Scanner); ok {
		return d.Scan(s.value(i))
	}
	typ := sqlite3.Xsqlite3_column_type(tls, s.p, i)
	switch d := dest.(type) {
	case *[]byte:
		if typ == sqlite3.SQLITE_NULL {
			*d = nil
			return nil
		}
		*d = append([]byte{}, s.bytes(i)...)
		return nil
	case *any:
		*d = s.value(i)
		return nil
	}
	r := reflect.ValueOf(dest).Elem()
	switch {
	case typ == sqlite3.SQLITE_NULL:
		return fmt.Errorf("NULL is read into a %T", dest)
	case r.CanInt() && typ == sqlite3.SQLITE_INTEGER:
		r.SetInt(sqlite3.Xsqlite3_column_int64(tls, s.p, i))
	case r.Kind() == reflect.String && typ != sqlite3.SQLITE_FLOAT:
		if typ == sqlite3.SQLITE_INTEGER {
			r.SetString(strconv.FormatInt(sqlite3.Xsqlite3_column_int64(tls, s.p, i), 10))
		} else {
			r.SetString(string(s.bytes(i)))
		}
	case r.Kind() == reflect.Bool && typ == sqlite3.SQLITE_INTEGER:
		r.SetBool(sqlite3.Xsqlite3_column_int64(tls, s.p, i) != 0)
	case r.CanFloat() && (typ == sqlite3.SQLITE_FLOAT || typ == sqlite3.SQLITE_INTEGER):
		r.SetFloat(sqlite3.Xsqlite3_column_double(tls, s.p, i))
	default:
		return fmt.Errorf("a %v is read into a %T", s.value(i), dest)
	}
	return nil
}
