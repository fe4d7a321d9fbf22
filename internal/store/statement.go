package store

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/jackc/pgx/v5"

	"kept/internal/desk"
)

// stmt is one SQL statement of the package. Every stmt is a package-level value made by sql or
// sqlFor, so that one test can prepare all of them on both engines.
type stmt struct {
	name     string // file:line, for errors and logs; never holds values
	sqlite   string
	postgres string
	anew     bool                   // on PostgreSQL its plan depends on the values: see acrossAnew
	reads    bool                   // it changes no row
	slow     bool                   // its work has no small bound: on SQLite it is watched, and ends with its context
	rows     [rowsAtOnce + 1]string // see gathered; on PostgreSQL, by how many rows
	tables   []string               // that it names, of those that are referred
	changes  []string               // tables of which it may change rows
	byID     bool                   // it changes one row, whose id is $2
	one      *stmt                  // the same for one key, see ofKeys
	room     sync.Pool              // for the rows of one statement, see readKeys
}

// statements is every registered stmt, filled while package variables are initialised.
var statements []*stmt

// sql registers a statement with the same text on both engines. Parameters are $1, $2 …
func sql(text string) *stmt { return register(text, text) }

// sqlFor registers a statement whose text differs between the engines, with the same parameters. An engine that never
// asks it has no text for it.
func sqlFor(sqlite, postgres string) *stmt { return register(sqlite, postgres) }

// ofKeys registers a statement about several keys of a client, which stand at {keys} and are its parameters from $2 on,
// and the same for one key.
func ofKeys(text string) *stmt { return ofKeysFor(text, text) }

// ofKeysFor is ofKeys where the text differs between the engines.
func ofKeysFor(sqlite, postgres string) *stmt {
	many, one := strings.NewReplacer("{keys}", "IN ("+slots(2, keysAtOnce)+")"), strings.NewReplacer("{keys}", "= $2")
	s := register(many.Replace(sqlite), many.Replace(postgres))
	s.one = register(one.Replace(sqlite), one.Replace(postgres))
	return s
}

// rowsAtOnce is how many rows one INSERT adds at most.
const rowsAtOnce = 16

// gathered registers an INSERT of one row of values. On PostgreSQL such rows travel together: those of all units that
// share a commit, right before it, or before a statement to which they matter.
func gathered(text string) *stmt { return register(text, text).gather() }

// gather makes the texts for several rows.
func (s *stmt) gather() *stmt {
	into, row, _ := strings.Cut(s.postgres, "VALUES ")
	row, conflict, ignored := strings.Cut(row, " ON CONFLICT")
	n := parameters(row)
	for k := 1; k <= rowsAtOnce; k++ {
		s.rows[k] = into + "VALUES " + row
		for i := 1; i < k; i++ {
			s.rows[k] += ", " + parameter.ReplaceAllStringFunc(row, func(p string) string {
				m, _ := strconv.Atoi(p[1:])
				return "$" + strconv.Itoa(m+i*n)
			})
		}
		if ignored {
			s.rows[k] += " ON CONFLICT" + conflict
		}
	}
	return s
}

// referring are tables whose rows refer to rows that are gathered: those go first.
var referring = map[string]string{"address": "requester", "ticket": "requester",
	"event": "ticket", "message": "ticket", "promise": "ticket", "outbox": "ticket", "code": "ticket", "clock": "ticket",
	"clock_warning": "ticket", "first_reply": "ticket", "attempt": "promise", "ring": "alert"}

// depth is how many tables a gathered row of s refers to in turn: those with less go first.
func (s *stmt) depth() (n int) {
	for t := referring[s.tables[0]]; t != ""; t = referring[t] {
		n++
	}
	return n
}

// matters reports whether the rows that q adds matter to s: s names their table, or one that refers to them.
func (q queued) matters(s *stmt) bool {
	for _, t := range s.tables {
		if t == q.s.tables[0] || referring[t] == q.s.tables[0] {
			return true
		}
	}
	return false
}

func register(sqlite, postgres string) *stmt {
	text := cmp.Or(sqlite, postgres)
	s := &stmt{name: "?", sqlite: steady(sqlite), postgres: postgres, reads: strings.HasPrefix(text, "SELECT "),
		tables: tablesIn(cmp.Or(postgres, sqlite)), changes: changedBy(text), byID: byID.MatchString(text)}
	if _, file, line, ok := runtime.Caller(2); ok {
		s.name = fmt.Sprintf("%s:%d", filepath.Base(file), line)
	}
	statements = append(statements, s)
	return s
}

// referred are the tables of whose rows some wait, as gathered, or were asked for ahead, as foreseen.
var referred = map[string]bool{"requester": true, "address": true, "ticket": true, "event": true, "message": true, "promise": true, "outbox": true, "alert": true,
	"found": true, "fold": true, "agreement": true, "read_log": true, "code": true, "clock": true, "clock_warning": true, "first_reply": true, "attempt": true, "ring": true}

// words are the names and key words of a text. No expression: it is done for every statement, at each start.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// tablesIn finds the names of referred tables.
func tablesIn(text string) (tables []string) {
	for _, w := range words(text) {
		if referred[w] {
			tables = append(tables, w)
		}
	}
	return tables
}

// changedBy finds the tables of which a statement may change rows.
func changedBy(text string) (tables []string) {
	all := words(text)
	for i, w := range all[:max(0, len(all)-1)] {
		if w == "INTO" || w == "UPDATE" || w == "FROM" && i > 0 && all[i-1] == "DELETE" {
			tables = append(tables, all[i+1])
		}
	}
	return tables
}

var byID = regexp.MustCompile(`^INSERT INTO \w+ \(client_id, id, [^()]*\) VALUES \(\$1, \$2, [^()]*\)$|^UPDATE .* WHERE client_id = \$1 AND id = \$2$`)

var parameter = regexp.MustCompile(`\$[0-9]+`)

// steady puts a plus before each parameter of a text for SQLite, which changes no value. A bare one makes
// SQLite plan the statement anew for every value, to see whether it is a small number: that took longer
// than most statements themselves.
func steady(text string) string { return strings.ReplaceAll(text, "$", "+$") }

// scanner is a row to read columns from: *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// session is a connection inside a transaction. On SQLite it keeps its statements prepared for the
// life of the connection; on PostgreSQL pgx does, by text.
type session struct {
	conn     *stdsql.Conn
	prepared map[*stmt]*stdsql.Stmt // of conn; SQLite only
	direct   *direct                // takes their place where rows are written; SQLite only
	before   func() error           // called before each statement that may change rows; nil for nothing
	after    func(*stmt, []any)     // called after one that has, or may have; nil for nothing
	link     *link                  // where conn is from; PostgreSQL only
	pg       *pgx.Conn              // that of conn; nil on SQLite
	cut      func() bool            // keeps the end of its time from cutting it off; PostgreSQL only
	clients  string                 // whose rows it may touch, see within; PostgreSQL only
	told     string                 // what PostgreSQL knows of it
	whose    []string               // whose rows it could touch since it was begun
	foreseen foreseen               // what was asked for its units before they ran; PostgreSQL only
	queue    []queued               // statements put aside, not sent yet; PostgreSQL only
	gathered []queued               // rows put aside until they matter, see gathered
	load     *loader                // takes rows that are added; PostgreSQL only
	late     []queued               // statements for just before the commit
	touched  []touchedTicket        // tickets whose laws are checked before the commit
	wrote    bool                   // a statement that may change rows has run, or was put aside
	unmarked bool                   // what it commits is no change, see changes; PostgreSQL only
	lost     bool                   // a statement has failed, maybe one that an earlier unit had put aside
}

// aside puts a statement aside, to travel with the next that is sent. A row that is gathered waits until it matters.
// PostgreSQL only.
func (s *session) aside(q queued) {
	s.wrote = s.wrote || !q.s.reads
	s.foreseen.outdate(q.s, q.args)
	q.rows = 1
	if q.s.rows[1] == "" {
		s.ready(q.s)
		s.scoped()
		s.queue = append(s.queue, q)
		return
	}
	for i := range s.gathered {
		have := &s.gathered[i]
		if have.s == q.s && have.rows < rowsAtOnce {
			if have.rows == 1 {
				have.args = slices.Clip(have.args) // the rest is the caller's
			}
			have.args = append(have.args, q.args...)
			have.rows++
			return
		}
	}
	s.gathered = append(s.gathered, q)
}

// ready lets the rows that were gathered go before st, if they matter to it.
func (s *session) ready(st *stmt) {
	if now := s.clients; slices.ContainsFunc(s.gathered, func(q queued) bool { return q.matters(st) }) {
		s.release()
		s.within(now)
	}
}

// release lets the rows go that were gathered, which may be of several clients.
func (s *session) release() {
	if len(s.gathered) > 0 {
		s.within(s.everybody())
		s.scoped()
		slices.SortStableFunc(s.gathered, func(a, b queued) int { return a.s.depth() - b.s.depth() })
		s.queue = append(s.queue, s.gathered...)
		s.gathered = nil
	}
}

// text is what PostgreSQL is sent.
func (q queued) text() string {
	if q.rows > 1 {
		return q.s.rows[q.rows]
	}
	return q.s.postgres
}

type queued struct {
	s    *stmt
	args []any
	must bool                // it changes a row, or there is no such thing
	row  func(scanner) error // gets each row that it gives; nil: nobody reads them
	rows int                 // how many it adds, of one that is gathered
}

func (s *session) stmt(st *stmt) (*stdsql.Stmt, error) {
	s.wrote = s.wrote || !st.reads
	if p, ok := s.prepared[st]; ok {
		return p, nil
	}
	// Not the caller's context: the statement outlives the call.
	p, err := s.conn.PrepareContext(context.Background(), st.sqlite)
	if err != nil {
		return nil, err
	}
	s.prepared[st] = p
	return p, nil
}

// rows are what a query gives.
type rows interface {
	scanner
	Next() bool
	Err() error
	Close() error
}

// directly gives the statement of a connection without database/sql.
func (s *session) directly(st *stmt) (*directStmt, error) {
	s.wrote = s.wrote || !st.reads
	if s.before != nil && !st.reads {
		if err := s.before(); err != nil {
			return nil, err
		}
	}
	return s.direct.prepare(st)
}

func (s *session) exec(ctx context.Context, st *stmt, args ...any) (done changed, err error) {
	if s.direct != nil {
		p, err := s.directly(st)
		if err != nil {
			return done, err
		}
		done, err = p.exec(args)
		if s.after != nil && (err != nil || done.rows > 0) {
			s.after(st, args)
		}
		return done, err
	}
	p, err := s.stmt(st)
	if err != nil {
		return done, err
	}
	res, err := p.ExecContext(ctx, args...)
	if err != nil {
		return done, err
	}
	rows, err := res.RowsAffected()
	added, lost := res.LastInsertId()
	return changed{rows, added}, errors.Join(err, lost)
}

func (s *session) query(ctx context.Context, st *stmt, args ...any) (rows, error) {
	if s.direct != nil {
		p, err := s.directly(st)
		if err != nil {
			return nil, err
		}
		if s.after != nil && !st.reads {
			s.after(st, args)
		}
		return p, p.bind(args)
	}
	p, err := s.stmt(st)
	if err != nil {
		return nil, err
	}
	if !st.slow {
		// To watch a statement takes two goroutines, more than most statements take themselves.
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ctx = context.Background()
	}
	return p.QueryContext(ctx, args...)
}

// reader is anything that can ask: *ReadTx, *Tx, *DeskReadTx, *DeskTx, *SystemTx.
type reader interface{ kernel() *unit }

// many gives every row of s, each read by scan. No rows is an empty slice and no error.
func many[T any](tx reader, s *stmt, scan func(scanner) (T, error), args ...any) ([]T, error) {
	return more(nil, tx, s, scan, args...)
}

// more gives the rows of s behind those of all.
func more[T any](all []T, tx reader, s *stmt, scan func(scanner) (T, error), args ...any) ([]T, error) {
	u := tx.kernel()
	if u.s.pg != nil {
		return moreSent(all, u, s, scan, args)
	}
	rows, err := u.rows(s, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, u.fail(s, err)
		}
		all = append(roomy(all), v)
	}
	if err := u.over(s, rows); err != nil {
		return nil, err
	}
	return all, nil
}

// moreSent is more on PostgreSQL. What its function shares is kept apart from what SQLite does without.
func moreSent[T any](all []T, u *unit, s *stmt, scan func(scanner) (T, error), args []any) ([]T, error) {
	err := u.each(s, args, func(row scanner) error {
		v, err := scan(row)
		all = append(roomy(all), v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// roomy gives all with room for the first rows: most answers have one or two, and rows are large.
func roomy[T any](all []T) []T {
	if cap(all) == 0 {
		return make([]T, 0, 2)
	}
	return all
}

// placed reads rows whose columns go to dest.
func placed[T any](dest func(*T) []any) func(scanner) (T, error) {
	return made(dest, func(v *T) (T, error) { return *v, nil })
}

// made reads rows whose columns go to dest, and gives what of makes of them. Where columns go is named once and lent to one row
// at a time, so that it may be used by many statements at once.
func made[P, T any](dest func(*P) []any, of func(*P) (T, error)) func(scanner) (T, error) {
	type places struct {
		row     P
		to      []any
		targets []target // the same, for a direct connection
	}
	free := sync.Pool{New: func() any {
		p := new(places)
		p.to = dest(&p.row)
		for _, d := range p.to {
			p.targets = append(p.targets, targetOf(d))
		}
		return p
	}}
	return func(row scanner) (v T, err error) {
		p := free.Get().(*places)
		if s, ok := row.(*directStmt); ok {
			err = s.scanInto(p.targets)
		} else {
			err = row.Scan(p.to...)
		}
		if err == nil {
			v, err = of(&p.row)
		}
		p.row = *new(P) // nothing of a person stays
		free.Put(p)
		return v, err
	}
}

// fill is many for large rows, of which there are at most most: each is read where it stays.
func fill[T any](tx reader, s *stmt, most int, scan func(scanner, *T) error, args ...any) ([]T, error) {
	all := make([]T, 0, most)
	err := tx.kernel().each(s, args, func(row scanner) error {
		all = append(all, *new(T))
		return scan(row, &all[len(all)-1])
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// one gives the first row of s, read by scan, or a NotFound error.
func one[T any](tx reader, s *stmt, scan func(scanner) (T, error), args ...any) (first T, err error) {
	u := tx.kernel()
	if u.s.pg != nil {
		return oneSent(u, s, scan, args)
	}
	var none T
	rows, err := u.rows(s, args)
	if err != nil {
		return none, err
	}
	defer rows.Close()
	found := false
	for rows.Next() {
		if !found {
			found = true
			if first, err = scan(rows); err != nil {
				return none, u.fail(s, err)
			}
		}
	}
	if err := u.over(s, rows); err != nil {
		return none, err
	}
	if !found {
		return none, errNotFound
	}
	return first, nil
}

// oneSent is one on PostgreSQL.
func oneSent[T any](u *unit, s *stmt, scan func(scanner) (T, error), args []any) (T, error) {
	var none, first T
	found := false
	err := u.each(s, args, func(row scanner) (err error) {
		if !found {
			found = true
			first, err = scan(row)
		}
		return err
	})
	switch {
	case err != nil:
		return none, err
	case !found:
		return none, errNotFound
	}
	return first, nil
}

// maybe is one for a row that may be missing: ok is false then, and err nil.
func maybe[T any](tx reader, s *stmt, scan func(scanner) (T, error), args ...any) (v T, ok bool, err error) {
	v, err = one(tx, s, scan, args...)
	if errors.Is(err, errNotFound) {
		return v, false, nil
	}
	return v, err == nil, err
}

// soon is one that travels to PostgreSQL with the next statement, and so costs no round trip. The row is there for
// whoever calls for it after that.
func soon[T any](tx reader, s *stmt, scan func(scanner) (T, error), args ...any) func() (T, error) {
	u := tx.kernel()
	if u.s.pg == nil || u.s.load != nil {
		return func() (T, error) { return one(tx, s, scan, args...) }
	}
	var first T
	found := false
	u.s.aside(queued{s: s, args: args, row: func(row scanner) (err error) {
		if !found {
			found = true
			first, err = scan(row)
		}
		return err
	}})
	return func() (T, error) {
		if !found {
			return one(tx, s, scan, args...)
		}
		return first, u.broken
	}
}

// value scans a single column; for counts, ids and texts: one(tx, s, value[int64], …).
func value[T any](row scanner) (T, error) {
	var v T
	err := row.Scan(&v)
	return v, err
}

// counted is an error where a statement that must change a row has changed none.
func (q queued) counted(n int64) error {
	if q.must && n == 0 {
		return errNotFound
	}
	return nil
}

// must turns "no row was changed" into a NotFound error: must(tx.exec(…)).
func must(n int64, err error) error {
	if err == nil && n == 0 {
		return errNotFound
	}
	return err
}

var errNotFound = desk.Errorf(desk.NotFound, "not_found", "There is no such thing here.")
