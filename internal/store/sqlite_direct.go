package store

import (
	stdsql "database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
)

// direct is a connection to SQLite without database/sql in between, which takes longer than most of our statements:
// it watches contexts and locks what one goroutine at a time uses anyway.
type direct struct {
	conn    *sqlite.Conn
	all     map[*stmt]*directStmt
	same    map[*sqlite.Stmt]*directStmt
	lately  lately
	letters [shortText + 1]byte // of the text that is read; full where it is no short one
}

func openDirect(path string, system func() (string, error), pragmas ...string) (*direct, error) {
	name, err := system()
	if err != nil {
		return nil, err
	}
	c, err := sqlite.OpenConn("file:"+(&url.URL{Path: path}).EscapedPath()+"?vfs="+name, sqlite.OpenReadWrite, sqlite.OpenURI)
	if err != nil {
		return nil, err
	}
	d := &direct{conn: c, all: map[*stmt]*directStmt{}, same: map[*sqlite.Stmt]*directStmt{}}
	for _, p := range pragmas {
		if _, err := d.pragma(p); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return d, nil
}

// session is d for statements.
func (d *direct) session() *session { return &session{direct: d} }

// pragma runs one and gives what it says.
func (d *direct) pragma(text string) (says string, err error) {
	s, _, err := d.conn.PrepareTransient("PRAGMA " + text)
	if err != nil {
		return "", err
	}
	row, err := s.Step()
	if row {
		says = s.ColumnText(0)
	}
	return says, errors.Join(err, s.Finalize())
}

// directCode is what SQLite says of an error that a direct connection gave.
func directCode(err error) (code int, ok bool) {
	c := sqlite.ErrCode(err)
	return int(c), c != sqlite.ResultError
}

func (d *direct) prepare(st *stmt) (*directStmt, error) {
	if s := d.all[st]; s != nil {
		return s, nil
	}
	p, err := d.conn.Prepare(st.sqlite)
	if err != nil {
		return nil, err
	}
	if s := d.same[p]; s != nil { // the connection has one for each text
		clear(s.has)
		d.all[st] = s
		return s, nil
	}
	s := &directStmt{d: d, Stmt: p, has: make([]text, p.BindParamCount())}
	// SQLite counts $2 as the first where it comes first.
	for i := 1; i <= p.BindParamCount(); i++ {
		n, err := strconv.Atoi(p.BindParamName(i)[1:])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("a parameter is called %q", p.BindParamName(i))
		}
		s.args = append(s.args, n-1)
	}
	d.all[st], d.same[p] = s, s
	return s, nil
}

func (d *direct) close() error { return d.conn.Close() }

// directStmt is a prepared statement, and the rows that it gives while it runs.
type directStmt struct {
	*sqlite.Stmt
	d    *direct
	args []int  // which of ours is each parameter
	has  []text // what each is bound to, where that is a short text
	err  error
	open bool // it has given a row and is not at rest
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
	return changed{int64(s.d.conn.Changes()), s.d.conn.LastInsertRowID()}, nil
}

func (s *directStmt) bind(args []any) error {
	s.err = nil
	for i, n := range s.args {
		if n >= len(args) {
			return fmt.Errorf("parameter $%d has no value", n+1)
		}
		if err := s.bindOne(i+1, args[n]); err != nil {
			return err
		}
	}
	return nil
}

func (s *directStmt) bindOne(i int, v any) error {
	switch v := v.(type) {
	case string:
		s.bindText(i, v)
		return nil
	case nil:
		s.BindNull(i)
	case int64:
		s.BindInt64(i, v)
	case []byte:
		if v == nil {
			s.BindNull(i)
		} else {
			s.BindBytes(i, v)
		}
	default:
		switch r := reflect.ValueOf(v); {
		case r.CanInt():
			s.BindInt64(i, r.Int())
		case r.Kind() == reflect.String:
			s.bindText(i, r.String())
			return nil
		case r.CanFloat():
			s.BindFloat(i, r.Float())
		case r.Kind() == reflect.Bool:
			s.BindBool(i, r.Bool())
		default:
			return fmt.Errorf("a %T cannot be stored", v)
		}
	}
	s.has[i-1].is = false
	return nil
}

// text is one that a parameter is bound to.
type text struct {
	is    bool
	value string
}

// bindText leaves a parameter alone that has the text already: many are the same word each time, and SQLite has to be given
// memory for each, of which all connections have one store.
func (s *directStmt) bindText(i int, v string) {
	if has := &s.has[i-1]; !has.is || has.value != v {
		s.BindText(i, v)
		if *has = (text{}); len(v) <= shortText {
			*has = text{true, v}
		}
	}
}

// Next steps to the next row; at the end, or on an error, the statement is at rest again.
func (s *directStmt) Next() bool {
	if s.err != nil {
		return false
	}
	row, err := s.Step()
	s.err = err
	if s.open = row && err == nil; s.open {
		return true
	}
	if err := s.Reset(); s.err == nil {
		s.err = err
	}
	if s.err != nil {
		clear(s.has) // one of them may not have been bound
	}
	return false
}

func (s *directStmt) Err() error { return s.err }

func (s *directStmt) Close() error {
	if s.open {
		s.open = false
		_ = s.Reset() // repeats the error of the last step
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
	if n != s.ColumnCount() {
		return fmt.Errorf("%d columns are read into %d values", s.ColumnCount(), n)
	}
	return nil
}

func (s *directStmt) value(i int) any {
	switch s.ColumnType(i) {
	case sqlite.TypeInteger:
		return s.ColumnInt64(i)
	case sqlite.TypeText:
		return s.text(i)
	case sqlite.TypeFloat:
		return s.ColumnFloat(i)
	case sqlite.TypeBlob:
		return s.bytes(i)
	}
	return nil
}

func (s *directStmt) bytes(i int) []byte {
	b := make([]byte, s.ColumnLen(i))
	return b[:s.ColumnBytes(i, b)]
}

// target is where a column goes, as it has to be known for each value: to find out takes longer than to read one.
type target struct {
	dest  any
	scan  stdsql.Scanner // dest, where it is one
	value reflect.Value  // what it points to, or what its scanner does
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
		return target{dest, t.scan, reflect.ValueOf(d.t).Elem(), instantTarget, true}
	case interface{ pointer() any }:
		t.value, t.empty = reflect.ValueOf(d.pointer()).Elem(), true
	case stdsql.Scanner:
		return t
	default:
		t.value = reflect.ValueOf(dest).Elem()
	}
	switch {
	case t.value.CanInt():
		t.kind = wholeTarget
	case t.value.Kind() == reflect.String:
		t.kind = textTarget
	}
	return t
}

func (s *directStmt) scanOne(i int, to *target) (err error) {
	switch typ := s.ColumnType(i); {
	case typ == sqlite.TypeInteger && to.kind == wholeTarget:
		to.value.SetInt(s.ColumnInt64(i))
	case typ == sqlite.TypeText && to.kind == textTarget:
		to.value.SetString(s.text(i))
	case typ == sqlite.TypeInteger && to.kind == instantTarget:
		*to.dest.(instantScanner).t = instant(s.ColumnInt64(i))
	case typ == sqlite.TypeNull && to.empty:
		to.value.SetZero()
	case to.scan != nil:
		err = to.scan.Scan(s.value(i))
	default:
		err = s.scanOther(i, typ, to)
	}
	if err != nil {
		return fmt.Errorf("column %d: %w", i, err)
	}
	return nil
}

// scanOther is scanOne of what is rare.
func (s *directStmt) scanOther(i int, typ sqlite.ColumnType, to *target) error {
	whole := typ == sqlite.TypeInteger
	switch d := to.dest.(type) {
	case *[]byte:
		if *d = nil; typ != sqlite.TypeNull {
			*d = s.bytes(i)
		}
		return nil
	case *any:
		*d = s.value(i)
		return nil
	}
	switch {
	case typ == sqlite.TypeNull:
		return fmt.Errorf("NULL is read into a %T", to.dest)
	case whole && to.value.Kind() == reflect.Bool:
		to.value.SetBool(s.ColumnInt64(i) != 0)
	case to.kind == textTarget && typ != sqlite.TypeFloat:
		to.value.SetString(s.ColumnText(i))
	case to.value.CanFloat() && (whole || typ == sqlite.TypeFloat):
		to.value.SetFloat(s.ColumnFloat(i))
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

// text is ColumnText of a text.
func (s *directStmt) text(i int) string {
	n := s.ColumnBytes(i, s.d.letters[:])
	switch {
	case n == 0:
		return ""
	case n > shortText:
		return s.ColumnText(i)
	}
	letters := s.d.letters[:n]
	word := &s.d.lately[maphash.Bytes(latelySeed, letters)%uint64(len(s.d.lately))]
	if *word == string(letters) {
		return *word
	}
	text := string(letters)
	if !strings.ContainsAny(text, " @+") {
		*word = text
	}
	return text
}
