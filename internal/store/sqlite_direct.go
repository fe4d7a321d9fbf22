package store

import (
	stdsql "database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"math/bits"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// direct is a connection to SQLite without database/sql in between, which takes longer than most of our statements:
// it watches contexts and locks what one goroutine at a time uses anyway.
type direct struct {
	*conn
	all    map[*stmt]*directStmt
	same   map[string]*directStmt // by their text
	lately lately
}

func openDirect(path string, system func() (string, error), pragmas ...string) (*direct, error) {
	name, err := system()
	if err != nil {
		return nil, err
	}
	c, err := openConn(path, name)
	if err != nil {
		return nil, err
	}
	d := &direct{conn: c, all: map[*stmt]*directStmt{}, same: map[string]*directStmt{}}
	for _, p := range pragmas {
		if _, err := d.pragma(p); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	return d, nil
}

// session is d for statements.
func (d *direct) session() *session { return &session{direct: d} }

// pragma runs one and gives what it says.
func (d *direct) pragma(text string) (says string, err error) {
	err = d.ask("PRAGMA "+text, func(row *directStmt) error {
		says = row.column(0)
		return nil
	})
	return says, err
}

// ask runs a text once; each is called for every row.
func (d *direct) ask(text string, each func(*directStmt) error) error {
	s, err := d.statement(text)
	if err != nil {
		return err
	}
	defer s.finalize()
	for s.Next() {
		if err := each(s); err != nil {
			return err
		}
	}
	return s.err
}

func (d *direct) prepare(st *stmt) (*directStmt, error) {
	if s := d.all[st]; s != nil {
		return s, nil
	}
	s := d.same[st.sqlite]
	if s == nil {
		var err error
		if s, err = d.statement(st.sqlite); err != nil {
			return nil, err
		}
		d.same[st.sqlite] = s
	}
	d.all[st] = s
	return s, nil
}

func (d *direct) statement(text string) (*directStmt, error) {
	at, err := d.conn.prepare(text)
	if err != nil {
		return nil, err
	}
	s := &directStmt{d: d, at: at, columns: int(sqlite3.Xsqlite3_column_count(d.tls, at))}
	s.bound = make([]bound, sqlite3.Xsqlite3_bind_parameter_count(d.tls, at))
	// SQLite counts $2 as the first where it comes first.
	for i := range s.bound {
		name := sqlite3.Xsqlite3_bind_parameter_name(d.tls, at, int32(i+1))
		n, err := strconv.Atoi(strings.TrimPrefix(libc.GoString(name), "$"))
		if err != nil || n < 1 {
			s.finalize()
			return nil, fmt.Errorf("a parameter is called %q", libc.GoString(name))
		}
		s.args = append(s.args, n-1)
	}
	return s, nil
}

func (d *direct) close() error {
	for _, s := range d.same {
		s.finalize()
	}
	clear(d.all)
	clear(d.same)
	return d.conn.close()
}

// directStmt is a prepared statement, and the rows that it gives while it runs.
type directStmt struct {
	d       *direct
	at      uintptr
	columns int
	args    []int   // which of ours is each parameter
	bound   []bound // what each is bound to
	row     uintptr // its first cell
	err     error
	open    bool // it has given a row and is not at rest
}

// changed is how many rows a statement changed, and the number of the last that was added.
type changed struct{ rows, added int64 }

func (s *directStmt) exec(args []any) (changed, error) {
	if err := s.bind(args); err != nil {
		return changed{}, err
	}
	for s.Next() {
	}
	if s.err != nil {
		return changed{}, s.err
	}
	return changed{int64(sqlite3.Xsqlite3_changes(s.d.tls, s.d.db)), sqlite3.Xsqlite3_last_insert_rowid(s.d.tls, s.d.db)}, nil
}

func (s *directStmt) finalize() {
	_ = sqlite3.Xsqlite3_finalize(s.d.tls, s.at) // says what the last step said
	for _, b := range s.bound {
		libc.Xfree(s.d.tls, b.at)
	}
}

func (s *directStmt) bind(args []any) error {
	if s.open { // it still reads what it is bound to
		return s.d.fault(sqlite3.SQLITE_MISUSE)
	}
	s.err = nil
	for i, n := range s.args {
		if n >= len(args) {
			return fmt.Errorf("parameter $%d has no value", n+1)
		}
		if err := s.bindOne(i, args[n]); err != nil {
			return err
		}
	}
	return nil
}

func (s *directStmt) bindOne(i int, v any) error {
	switch v := v.(type) {
	case string:
		return s.bindText(i, v)
	case int64:
		return s.bindWhole(i, v)
	case nil:
		return s.bindNull(i)
	case []byte:
		if v == nil {
			return s.bindNull(i)
		}
		return s.bindBytes(i, v)
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return s.bindWhole(i, r.Int())
	case r.Kind() == reflect.String:
		return s.bindText(i, r.String())
	case r.CanFloat():
		s.bound[i].text = false
		return s.d.fault(sqlite3.Xsqlite3_bind_double(s.d.tls, s.at, int32(i+1), r.Float()))
	case r.Kind() == reflect.Bool:
		n := int64(0)
		if r.Bool() {
			n = 1
		}
		return s.bindWhole(i, n)
	}
	return fmt.Errorf("a %T cannot be stored", v)
}

func (s *directStmt) bindWhole(i int, n int64) error {
	s.bound[i].text = false
	return s.d.fault(sqlite3.Xsqlite3_bind_int64(s.d.tls, s.at, int32(i+1), n))
}

func (s *directStmt) bindNull(i int) error {
	s.bound[i].text = false
	return s.d.fault(sqlite3.Xsqlite3_bind_null(s.d.tls, s.at, int32(i+1)))
}

// bound is C memory for what a parameter is bound to. SQLite reads it there while the statement runs.
type bound struct {
	at      uintptr
	room, n int
	text    bool // what is there is a text, and it is bound
}

const (
	leastBound = 32      // bytes of room
	mostBound  = 1 << 16 // that stay for the next time
)

// put is false where there is no memory.
func (b *bound) put(tls *libc.TLS, v string) bool {
	b.text = false
	if b.at == 0 || len(v) > b.room || b.room > mostBound {
		libc.Xfree(tls, b.at)
		if b.room = max(leastBound, 1<<bits.Len(uint(len(v)))); b.room > mostBound {
			b.room = len(v)
		}
		if b.at = libc.Xmalloc(tls, libc.Tsize_t(b.room)); b.at == 0 {
			b.room = 0
			return false
		}
	}
	b.n = copy(bytesAt(b.at, b.room), v)
	return true
}

// bindText leaves a parameter alone that has the text already: many are the same word each time.
func (s *directStmt) bindText(i int, v string) error {
	b := &s.bound[i]
	if b.text && string(bytesAt(b.at, b.n)) == v {
		return nil
	}
	rc := int32(sqlite3.SQLITE_NOMEM)
	if b.put(s.d.tls, v) {
		rc = sqlite3.Xsqlite3_bind_text(s.d.tls, s.at, int32(i+1), b.at, int32(len(v)), sqlite3.SQLITE_STATIC)
	}
	b.text = rc == sqlite3.SQLITE_OK
	return s.d.fault(rc)
}

func (s *directStmt) bindBytes(i int, v []byte) error {
	b, rc := &s.bound[i], int32(sqlite3.SQLITE_NOMEM)
	if b.put(s.d.tls, unsafe.String(unsafe.SliceData(v), len(v))) {
		rc = sqlite3.Xsqlite3_bind_blob(s.d.tls, s.at, int32(i+1), b.at, int32(len(v)), sqlite3.SQLITE_STATIC)
	}
	return s.d.fault(rc)
}

// Next steps to the next row; at the end, or on an error, the statement is at rest again.
func (s *directStmt) Next() bool {
	if s.err != nil {
		return false
	}
	rc := sqlite3.Xsqlite3_step(s.d.tls, s.at)
	if s.open = rc == sqlite3.SQLITE_ROW; s.open {
		s.row = sqlite3.Xsqlite3_column_value(s.d.tls, s.at, 0)
		return true
	}
	if rc != sqlite3.SQLITE_DONE {
		s.err = s.d.fault(rc)
	}
	if rc := sqlite3.Xsqlite3_reset(s.d.tls, s.at); s.err == nil {
		s.err = s.d.fault(rc)
	}
	return false
}

func (s *directStmt) Err() error { return s.err }

func (s *directStmt) Close() error {
	if s.open {
		s.open = false
		_ = sqlite3.Xsqlite3_reset(s.d.tls, s.at) // repeats the error of the last step
	}
	return nil
}

// Scan reads the row into pointers, as database/sql does.
func (s *directStmt) Scan(dest ...any) error {
	if err := s.fits(len(dest)); err != nil {
		return err
	}
	for i, d := range dest {
		t := targetOf(d)
		if err := s.scanOne(i, &t); err != nil {
			return err
		}
	}
	return nil
}

// scanInto is Scan where the targets are known.
func (s *directStmt) scanInto(to []target) error {
	if err := s.fits(len(to)); err != nil {
		return err
	}
	for i := range to {
		if err := s.scanOne(i, &to[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *directStmt) fits(n int) error {
	if n != s.columns {
		return fmt.Errorf("%d columns are read into %d values", s.columns, n)
	}
	return nil
}

func (s *directStmt) value(i int) any {
	switch s.kind(i) {
	case sqlite3.SQLITE_INTEGER:
		return s.whole(i)
	case sqlite3.SQLITE_TEXT:
		if c := s.cell(i); c.isText() {
			return s.d.lately.word(c.letters())
		}
		return s.column(i)
	case sqlite3.SQLITE_FLOAT:
		return sqlite3.Xsqlite3_column_double(s.d.tls, s.at, int32(i))
	case sqlite3.SQLITE_BLOB:
		return s.bytes(i)
	}
	return nil
}

func (s *directStmt) cell(i int) *cell { return inC[cell](s.row + uintptr(i)*cellStride) }

func (s *directStmt) kind(i int) int32 { return sqlite3.Xsqlite3_column_type(s.d.tls, s.at, int32(i)) }

func (s *directStmt) whole(i int) int64 {
	return sqlite3.Xsqlite3_column_int64(s.d.tls, s.at, int32(i))
}

// column is a column as a text, whatever it is.
func (s *directStmt) column(i int) string {
	at := sqlite3.Xsqlite3_column_text(s.d.tls, s.at, int32(i))
	return string(bytesAt(at, int(sqlite3.Xsqlite3_column_bytes(s.d.tls, s.at, int32(i)))))
}

func (s *directStmt) bytes(i int) []byte {
	at := sqlite3.Xsqlite3_column_blob(s.d.tls, s.at, int32(i))
	return append([]byte{}, bytesAt(at, int(sqlite3.Xsqlite3_column_bytes(s.d.tls, s.at, int32(i))))...)
}

// target is where a column goes, as it has to be known for each value: to find out takes longer than to read one.
type target struct {
	dest  any
	scan  stdsql.Scanner // dest, where it is one
	value reflect.Value  // what it points to, or what its scanner does
	at    unsafe.Pointer // the same, of a text or an integer of 64 bits
	kind  targetKind
	empty bool // NULL makes it zero
}

type targetKind byte

const (
	otherTarget targetKind = iota
	wholeTarget
	textTarget
	instantTarget
)

func targetOf(dest any) target {
	t := target{dest: dest}
	t.scan, _ = dest.(stdsql.Scanner)
	switch d := dest.(type) {
	case instantScanner:
		return target{dest: dest, scan: t.scan, value: reflect.ValueOf(d.t).Elem(), at: unsafe.Pointer(d.t), kind: instantTarget, empty: true}
	case interface{ pointer() any }:
		t.value, t.empty = reflect.ValueOf(d.pointer()).Elem(), true
	case stdsql.Scanner:
		return t
	default:
		t.value = reflect.ValueOf(dest).Elem()
	}
	switch {
	case t.value.CanInt() && t.value.Type().Size() == 8:
		t.kind, t.at = wholeTarget, t.value.Addr().UnsafePointer()
	case t.value.Kind() == reflect.String:
		t.kind, t.at = textTarget, t.value.Addr().UnsafePointer()
	}
	return t
}

func (s *directStmt) scanOne(i int, to *target) (err error) {
	switch c := s.cell(i); {
	case to.kind == wholeTarget && c.isWhole():
		*(*int64)(to.at) = c.whole()
	case to.kind == textTarget && c.isText():
		*(*string)(to.at) = s.d.lately.word(c.letters())
	case to.kind == instantTarget && c.isWhole():
		*(*time.Time)(to.at) = instant(c.whole())
	case to.empty && s.kind(i) == sqlite3.SQLITE_NULL:
		to.value.SetZero()
	case to.scan != nil:
		err = to.scan.Scan(s.value(i))
	default:
		err = s.scanOther(i, s.kind(i), to)
	}
	if err != nil {
		return fmt.Errorf("column %d: %w", i, err)
	}
	return nil
}

// scanOther is scanOne of what is rare.
func (s *directStmt) scanOther(i int, typ int32, to *target) error {
	integer := typ == sqlite3.SQLITE_INTEGER
	switch d := to.dest.(type) {
	case *[]byte:
		if *d = nil; typ != sqlite3.SQLITE_NULL {
			*d = s.bytes(i)
		}
		return nil
	case *any:
		*d = s.value(i)
		return nil
	}
	switch {
	case typ == sqlite3.SQLITE_NULL:
		return fmt.Errorf("NULL is read into a %T", to.dest)
	case integer && to.value.CanInt():
		to.value.SetInt(s.whole(i))
	case integer && to.value.Kind() == reflect.Bool:
		to.value.SetBool(s.whole(i) != 0)
	case to.kind == textTarget && typ != sqlite3.SQLITE_FLOAT:
		to.value.SetString(s.column(i))
	case to.value.CanFloat() && (integer || typ == sqlite3.SQLITE_FLOAT):
		to.value.SetFloat(sqlite3.Xsqlite3_column_double(s.d.tls, s.at, int32(i)))
	default:
		return fmt.Errorf("a %v is read into a %T", s.value(i), to.dest)
	}
	return nil
}

// shortText is how long a text may be that is kept for the next time. Longer ones are words of people.
const shortText = 32

// lately are words that columns gave, each where its letters put it: most are one of a few, which need not be made anew each
// time. What may name a person, and so has a space, an at sign or a plus, is not kept.
type lately [4096]string

var latelySeed = maphash.MakeSeed()

// word is the text of some letters.
func (l *lately) word(letters []byte) string {
	switch n := len(letters); {
	case n == 0:
		return ""
	case n > shortText:
		return string(letters)
	}
	word := &l[maphash.Bytes(latelySeed, letters)%uint64(len(l))]
	if *word == string(letters) {
		return *word
	}
	text := string(letters)
	if !strings.ContainsAny(text, " @+") {
		*word = text
	}
	return text
}
