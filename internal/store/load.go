package store

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"kept/internal/desk"
)

// Load fills a new desk with the history of another, or an invented one: fill gives it part by part, each
// as with System, and reads nothing in them. A desk that has tickets is a Conflict. On PostgreSQL all parts
// are one transaction; rows are copied, and indexes and references are built behind them, if our role owns
// the tables. On SQLite each
// part is one, and a power cut on the way may leave a folder that has to be thrown away.
func (db *DB) Load(ctx context.Context, why string, fill func(part func(func(*SystemTx) error) error) error) error {
	v := desk.System(why)
	switch e := db.engine.(type) {
	case *liteEngine:
		done, err := e.hurry(ctx)
		if err != nil {
			return fault(nil, err)
		}
		err = fill(func(fn func(*SystemTx) error) error { return db.System(ctx, why, fn) })
		if undo := done(); err == nil {
			err = fault(nil, undo)
		}
		return err
	case *pgEngine:
		if tables, err := e.owned(ctx); err != nil || tables == "" {
			if err != nil {
				return fault(nil, err)
			}
			return fill(func(fn func(*SystemTx) error) error { return db.System(ctx, why, fn) })
		}
		return fault(nil, e.load(ctx, func(s *session) error {
			return fill(func(fn func(*SystemTx) error) error {
				u := &unit{db: db, ctx: context.Background(), s: s, viewer: v, now: db.instant(), generation: -1}
				err := db.contain(func() error { return inside(func(u *unit) error { return fn(&SystemTx{u.desk()}) }, u) })
				if u.broken != nil {
					err = u.broken
				}
				return err
			})
		}))
	}
	return nil
}

// hurry makes the writer of SQLite quick and forgetful, until done.
func (e *liteEngine) hurry(ctx context.Context) (done func() error, err error) {
	pragmas := func(ctx context.Context, all ...string) error {
		handBack, err := e.w.hold(ctx)
		if err != nil {
			return err
		}
		defer handBack()
		for _, p := range all {
			if _, err := e.w.s.direct.pragma(p); err != nil {
				return err
			}
		}
		return nil
	}
	done = func() error {
		return pragmas(context.WithoutCancel(ctx), "synchronous = FULL", "wal_checkpoint(TRUNCATE)", "wal_autocheckpoint = 0", "cache_size = -16384")
	}
	return done, pragmas(ctx, "synchronous = OFF", "wal_autocheckpoint = 50000", "cache_size = -1000000")
}

// loader gathers rows for COPY on PostgreSQL.
type loader struct {
	tables map[*stmt]*copied
	size   int
	refs   map[string]bool // the numbers of tickets, which must differ
}

// copied are rows of one table in the text form of COPY.
type copied struct {
	into    string // table and columns
	columns int    // what an INSERT is told besides them is its condition, and a history meets none
	rows    bytes.Buffer
}

// loadAtOnce is how many bytes are gathered before they are sent.
const loadAtOnce = 8 << 20

var insertInto = regexp.MustCompile(`^INSERT INTO (\w+ \([^)]+\))`)

// add gathers the row of an INSERT. It gives how many rows that would add.
func (l *loader) add(s *session, st *stmt, args []any) (int64, error) {
	if st == ticketAdd {
		ref := string(args[2].(desk.Ref))
		if l.refs[ref] {
			return 0, nil
		}
		l.refs[ref] = true
	}
	t := l.tables[st]
	if t == nil {
		m := insertInto.FindStringSubmatch(st.postgres)
		if m == nil {
			return 0, fmt.Errorf("%s cannot be loaded: it adds no row", st.name)
		}
		t = &copied{into: m[1], columns: strings.Count(m[1], ",") + 1}
		l.tables[st] = t
	}
	before := t.rows.Len()
	for i, a := range args[:t.columns] {
		if i > 0 {
			t.rows.WriteByte('\t')
		}
		if err := copyText(&t.rows, a); err != nil {
			return 0, fmt.Errorf("%s: %w", st.name, err)
		}
	}
	t.rows.WriteByte('\n')
	if l.size += t.rows.Len() - before; l.size >= loadAtOnce {
		return 1, l.flush(s)
	}
	return 1, nil
}

func (l *loader) flush(s *session) error {
	for _, t := range l.tables {
		if t.rows.Len() == 0 {
			continue
		}
		_, err := s.pg.PgConn().CopyFrom(context.Background(), &t.rows, "COPY "+t.into+" FROM STDIN (FREEZE)")
		if err != nil {
			return err
		}
		t.rows.Reset()
	}
	l.size = 0
	return nil
}

var copyEscapes = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

func copyText(b *bytes.Buffer, a any) error {
	switch a := a.(type) {
	case nil:
		b.WriteString(`\N`)
		return nil
	case int64:
		b.Write(strconv.AppendInt(b.AvailableBuffer(), a, 10))
		return nil
	case string:
		_, err := copyEscapes.WriteString(b, a)
		return err
	}
	switch v := reflect.ValueOf(a); {
	case v.CanInt():
		b.Write(strconv.AppendInt(b.AvailableBuffer(), v.Int(), 10))
	case v.Kind() == reflect.String:
		_, err := copyEscapes.WriteString(b, v.String())
		return err
	case v.Kind() == reflect.Bool:
		b.Write(strconv.AppendInt(b.AvailableBuffer(), flag(v.Bool()), 10))
	default:
		return fmt.Errorf("a %T cannot be copied", a)
	}
	return nil
}

// The tables that a history fills, and what stands in the way of filling them quickly: policies, which
// COPY refuses, references, and indexes that are none of a key. Each with what brings it back.
const (
	loadTables = `SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
		WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r' AND relforcerowsecurity`
	loadWalls = `SELECT format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', relname), format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', relname)
		FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r' AND relforcerowsecurity ORDER BY relname`
	loadReferences = `SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', t.relname, c.conname),
			format('ALTER TABLE %I ADD CONSTRAINT %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		WHERE c.contype = 'f' AND t.relforcerowsecurity AND t.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY t.relname, c.conname`
	loadIndexes = `SELECT format('DROP INDEX %I', i.relname), pg_get_indexdef(i.oid)
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
		WHERE t.relforcerowsecurity AND t.relnamespace = CAST(current_schema() AS regnamespace)
			AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u')) ORDER BY i.oid`
	loadLimits = `BEGIN; SET LOCAL kept.clients = '*'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
		SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL work_mem = '64MB'; SET LOCAL enable_seqscan = on`
)

// load gives fn a session whose added rows are copied, in one transaction.
func (e *pgEngine) load(ctx context.Context, fn func(*session) error) (err error) {
	s, err := e.links.session(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	defer s.rollback()
	bg := context.Background()
	run := func(all ...string) error {
		_, err := s.pg.PgConn().Exec(bg, strings.Join(all, ";\n")).ReadAll()
		return err
	}
	if err := run(loadLimits, fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", lockKey("desk"))); err != nil {
		return err
	}
	var tables string
	var full bool
	if err := s.pg.QueryRow(bg, loadTables).Scan(&tables); err != nil {
		return err
	}
	if err := s.pg.QueryRow(bg, "SELECT EXISTS (SELECT 1 FROM ticket)").Scan(&full); err != nil {
		return err
	}
	if full {
		return desk.Errorf(desk.Conflict, "load.full", "This desk has questions already.")
	}
	var away, back []string
	for _, q := range []string{loadIndexes, loadReferences, loadWalls} {
		_, err := s.each(&stmt{name: "load", postgres: q}, nil, func(row scanner) error {
			var drop, add string
			err := row.Scan(&drop, &add)
			away, back = append(away, drop), append(back, add)
			return err
		})
		if err != nil {
			return err
		}
	}
	// Emptied in this transaction, rows may be written as if they had always been there.
	if err := run(append(away, "TRUNCATE "+tables)...); err != nil {
		return err
	}
	s.load = &loader{tables: map[*stmt]*copied{}, refs: map[string]bool{}}
	if err := fn(s); err != nil {
		return err
	}
	if err := s.load.flush(s); err != nil {
		return err
	}
	for _, one := range back {
		if err := run(one); err != nil {
			return err
		}
	}
	if err := run("ANALYZE " + tables); err != nil {
		return err
	}
	if err := lawOfAll(s); err != nil {
		return err
	}
	return run(pgChanged.postgres, "COMMIT")
}

// lawOfAllTickets is law 1 as lawOfPromises has it, for every ticket at once.
var lawOfAllTickets = `WITH live AS (SELECT client_id, ticket_id, MIN(due_at) AS first, BOOL_OR(state NOT IN ('open', 'attempted')) AS wrong
		FROM promise WHERE ended_at IS NULL GROUP BY client_id, ticket_id)
	SELECT t.client_id, t.id FROM ticket t LEFT JOIN live l ON l.client_id = t.client_id AND l.ticket_id = t.id
		LEFT JOIN promise p ON p.client_id = t.client_id AND p.id = t.promise_id AND p.ended_at IS NULL
	WHERE l.wrong OR CASE WHEN t.state IN ('new', 'working', 'waiting', 'asked')
		THEN l.first IS NULL OR t.due_at IS DISTINCT FROM l.first OR p.due_at IS DISTINCT FROM l.first
		ELSE l.first IS NOT NULL OR t.due_at IS NOT NULL END ORDER BY t.client_id, t.id LIMIT 1`

func lawOfAll(s *session) error {
	_, err := s.each(&stmt{name: "law of all", postgres: lawOfAllTickets}, nil, func(row scanner) error {
		var c desk.ClientID
		var t desk.TicketID
		if err := row.Scan(&c, &t); err != nil {
			return err
		}
		return desk.Wrap(desk.Internal, "law1", fmt.Errorf("ticket %d of client %d was loaded against law 1", t, c), "Something went wrong on our side.")
	})
	return err
}
