package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/desk"
)

var (
	addRead = gathered(`INSERT INTO read_log (id, at, who, viewer_id, name, route, client_id, ids) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	// SQLite keeps the rows in the order in which they came, PostgreSQL has them by client and time.
	readsOf = sqlFor(`SELECT id, at, who, viewer_id, name, route, client_id, ids FROM read_log
		WHERE id > $5 AND client_id = $1 AND at >= $2 AND at < $3 AND $4 IS NOT NULL ORDER BY id LIMIT $6`,
		`SELECT id, at, who, viewer_id, name, route, client_id, ids FROM read_log
		WHERE client_id = $1 AND at >= $2 AND at < $3 AND (at, id) > ($4, $5) ORDER BY at, id LIMIT $6`)
)

// Read is one row of the read log: somebody was given personal data of one client.
type Read struct {
	ID     int64
	At     time.Time
	Who    desk.Who
	Viewer int64  // id of the member of staff, the token, or the ticket of a tracker
	Name   string // of staff or token
	Route  string // a pattern, never a path
	Client desk.ClientID
	IDs    string // "requester 4 9; message 12"
}

func scanRead(row scanner) (r Read, err error) {
	err = row.Scan(&r.ID, at(&r.At), &r.Who, &r.Viewer, &r.Name, &r.Route, &r.Client, &r.IDs)
	return r, err
}

func (r Read) args() []any {
	return []any{r.ID, micros(r.At), string(r.Who), r.Viewer, r.Name, r.Route, int64(r.Client), r.IDs}
}

// Reads gives the read log of a client in [from, until), oldest first, at most limit rows; those behind
// after, the last row of the page before, when it is not zero.
func (db *DB) Reads(ctx context.Context, c desk.ClientID, from, until time.Time, after Read, limit int) (reads []Read, err error) {
	behind, id := micros(from)-1, int64(-1)
	if db.opts.NewID == nil {
		id = idsBefore(from)
	}
	if after.ID != 0 {
		behind, id = micros(after.At), after.ID
	}
	err = db.engine.reads(ctx, scope{clients: "*"}, func(ctx context.Context, s *session) error {
		u := &unit{db: db, ctx: ctx, s: s, viewer: desk.System("reads"), now: db.instant(), generation: -1}
		reads, err = many(&DeskReadTx{unit: u}, readsOf, scanRead, int64(c), micros(from), micros(until), behind, id, limit)
		return err
	})
	return reads, fault(nil, err)
}

// readLine is the transaction in which pages put their rows into the read log of PostgreSQL: those of all that are
// there at the same moment, with one commit. It has no lock, because it only adds.
type readLine struct {
	line
	clients []desk.ClientID // of the rows
}

func newReadLine(e *pgEngine) *writer {
	return &writer{t: &readLine{line: line{e: e}}, lawful: e.lawful, patient: true, trusting: true}
}

// begin sends and asks nothing: all goes with the commit.
func (l *readLine) begin([]*asking) (*session, error) {
	l.clients = l.clients[:0]
	s, err := l.open()
	if err == nil {
		s.unmarked = true
	}
	return s, err
}

func (l *readLine) commit() (undone bool, err error) {
	slices.Sort(l.clients)
	l.s.within(clientsOf(slices.Compact(l.clients)...))
	return l.line.commit()
}

func (l *readLine) add(rows []Read) {
	for _, r := range rows {
		l.clients = append(l.clients, r.Client)
		l.s.aside(queued{s: addRead, args: r.args()})
	}
}

// record writes rows of the read log of pages.
func (e *pgEngine) record(rows []Read) error {
	l := e.readLog.t.(*readLine)
	return e.readLog.do(context.Background(), func(*session) error {
		l.add(rows)
		return nil
	})
}

// seenIDs are the ids of one kind of personal data of one client that a viewer was given.
type seenIDs struct {
	client desk.ClientID
	kind   string
	ids    []int64
}

func (u *unit) noteSeen(c desk.ClientID, kind string, ids []int64) {
	if len(ids) == 0 || u.viewer.Who == desk.WhoSystem {
		return // Kept's own reads are not recorded
	}
	for i := range u.seen {
		if u.seen[i].client == c && u.seen[i].kind == kind {
			u.seen[i].ids = append(u.seen[i].ids, ids...)
			return
		}
	}
	u.seen = append(u.seen, seenIDs{c, kind, append([]int64(nil), ids...)})
}

// record makes what u saw one row for each client, "requester 4 9; message 12", and has them written.
func (u *unit) record(write func([]Read) error) error {
	v := u.viewer
	if len(u.seen) == 0 {
		return nil
	}
	id := int64(v.Staff)
	switch v.Who {
	case desk.WhoToken:
		id = v.Token
	case desk.WhoRequester:
		id = int64(v.Ticket)
	}
	var rows []Read
	for _, s := range u.seen {
		i := 0
		for i < len(rows) && rows[i].Client != s.client {
			i++
		}
		if i == len(rows) {
			rows = append(rows, Read{ID: u.db.newID(0, u.now), At: u.now, Who: v.Who, Viewer: id, Name: v.Name, Route: v.Route, Client: s.client})
		} else {
			rows[i].IDs += "; "
		}
		rows[i].IDs += s.kind + listed(s.ids)
	}
	u.seen = nil
	return write(rows)
}

// listed writes each id once, with a space before it.
func listed(ids []int64) string {
	var b strings.Builder
	for i, id := range ids {
		again := false
		for _, before := range ids[:i] {
			again = again || before == id
		}
		if !again {
			b.WriteByte(' ')
			b.WriteString(strconv.FormatInt(id, 10))
		}
	}
	return b.String()
}
