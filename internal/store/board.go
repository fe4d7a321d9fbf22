package store

import (
	"strings"
	"time"

	"kept/internal/desk"
)

// BoardQuery says which live promises: due from From on and before Until; a zero Until is open.
type BoardQuery struct {
	Client desk.ClientID
	Skill  string
	Owner  desk.StaffID // only promises that this person owns
	From   time.Time
	Until  time.Time
	Limit  int
}

// EndedCount is how many promises ended in one way.
type EndedCount struct {
	State   desk.PromiseState
	MovedBy desk.MovedBy
	Repair  bool // they were repairs of broken ones
	Entered bool // by calls that were entered after an outage
	N       int
}

// HourCount is how many live promises are due in the hour that begins at At.
type HourCount struct {
	At time.Time
	N  int
}

// endedAtMost bounds the walk over promises that have ended.
const endedAtMost = "20000"

// The board walks promise_live, or promise_owner for one person's promises, in the order of due.
var (
	boardOfAll   = across(board(""))
	boardOfOwner = across(board("p.owner_id = $6 AND"))

	// Not always the promise of its ticket that is due first.
	boardOwed = across("SELECT " + strings.Replace(queueCols, "t.promise_id", "p.id", 1) + ` FROM promise p
		JOIN ticket t ON t.client_id = p.client_id AND t.id = p.ticket_id
		JOIN requester r ON r.client_id = t.client_id AND r.id = t.requester_id
		WHERE p.owner_id = $1 AND p.ended_at IS NULL AND p.kind <> 'confirm' AND {mine p}
		ORDER BY p.due_at, p.client_id, p.id LIMIT $2`)
	boardOwedDues = across(`SELECT p.due_at FROM promise p WHERE p.owner_id = $1 AND p.ended_at IS NULL AND p.kind <> 'confirm' AND {mine p}
		ORDER BY p.due_at, p.client_id, p.id LIMIT 100`)

	boardEnded = across(`SELECT state, moved_by, repair, entered, COUNT(*) FROM (
			SELECT p.state, p.moved_by, CASE WHEN p.repair_of = 0 THEN 0 ELSE 1 END AS repair,
				CASE WHEN p.entered_at IS NULL THEN 0 ELSE 1 END AS entered FROM promise p
			WHERE p.ended_at IS NOT NULL AND p.ended_at >= $1 AND {mine p} ORDER BY p.ended_at DESC, p.client_id DESC, p.id DESC LIMIT ` + endedAtMost + `) ended
		GROUP BY state, moved_by, repair, entered ORDER BY state, moved_by, repair, entered`)
	boardEndedOf = across(`SELECT state, moved_by, repair, entered, COUNT(*) FROM (
			SELECT p.state, p.moved_by, CASE WHEN p.repair_of = 0 THEN 0 ELSE 1 END AS repair,
				CASE WHEN p.entered_at IS NULL THEN 0 ELSE 1 END AS entered FROM promise p
			WHERE p.ended_at IS NOT NULL AND p.ended_at >= $1 AND +p.client_id = $2 AND {mine p} ORDER BY p.ended_at DESC, p.client_id DESC, p.id DESC LIMIT ` + endedAtMost + `) ended
		GROUP BY state, moved_by, repair, entered ORDER BY state, moved_by, repair, entered`)
	boardHours = across(`SELECT (p.due_at - $1) / 3600000000 AS hour, COUNT(*) FROM promise p
		WHERE p.ended_at IS NULL AND p.due_at >= $1 AND p.due_at < $2 AND {mine p} GROUP BY (p.due_at - $1) / 3600000000 ORDER BY hour`)
)

func board(owner string) string {
	return "SELECT " + ticketCols + ", " + promiseCols + ", " + callerCols + `, broken.told_at FROM promise p
		JOIN ticket t ON t.client_id = p.client_id AND t.id = p.ticket_id
		JOIN requester r ON r.client_id = t.client_id AND r.id = t.requester_id
		LEFT JOIN promise broken ON broken.client_id = p.client_id AND broken.id = p.repair_of
		WHERE ` + owner + ` p.ended_at IS NULL AND p.due_at >= $1 AND p.due_at < $2
			AND (CAST($3 AS BIGINT) = 0 OR +p.client_id = $3) AND ($4 = '' OR p.skill = $4) AND {mine p}
		ORDER BY p.due_at, p.client_id, p.id LIMIT $5`
}

// BoardRow is a live promise with its ticket.
type BoardRow struct {
	QueueRow
	ToldAt time.Time // when the person was told of the break that Promise repairs; zero: not yet
}

var scanBoardRow = placed(func(b *BoardRow) []any {
	return append(append(ticketDest(&b.Ticket), promiseDest(&b.Promise)...), &b.Caller.Name, orZero(&b.Caller.Phone), at(&b.ToldAt))
})

// endOfTime is later than anything that is promised: the year 9999.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Live gives live promises of the viewer's clients with their tickets, what is due first on top.
func (tx *DeskReadTx) Live(q BoardQuery) (rows []BoardRow, err error) {
	if q.Until.IsZero() {
		q.Until = endOfTime
	}
	args := []any{micros(q.From), micros(q.Until), q.Client, q.Skill, q.Limit}
	if q.Owner != 0 {
		rows, err = manyAcross(tx, boardOfOwner, scanBoardRow, append(args, q.Owner)...)
	} else {
		rows, err = manyAcross(tx, boardOfAll, scanBoardRow, args...)
	}
	for _, r := range rows {
		tx.saw(r.Ticket.Client, "ticket", int64(r.Ticket.ID))
		tx.saw(r.Ticket.Client, "requester", int64(r.Ticket.Requester))
	}
	return rows, err
}

// Owed gives the first live promises that s owns, at most limit and of those the ones that are due before
// until, overdue ones included, without those to ask again: the clock does that by itself. Promise of the
// ticket is the one of the row.
func (tx *DeskReadTx) Owed(s desk.StaffID, until time.Time, limit int) ([]QueueRow, error) {
	rows, err := tx.queueRows(boardOwed, limit, s, limit)
	due := 0
	for due < len(rows) && rows[due].Promise.Due.Before(until) {
		due++
	}
	return tx.rowsSeen(rows[:due], err)
}

// CountOwed is how many live promises s owns that are due before until, like Owed, 100 at most.
func (tx *DeskReadTx) CountOwed(s desk.StaffID, until time.Time) (n int, err error) {
	dues, err := recallAcross(tx, boardOwedDues, value[int64], s)
	for n < len(dues) && dues[n] < micros(until) {
		n++
	}
	return n, err
}

// EndedCounts counts the promises of the viewer's clients that ended since an instant, each way to
// end apart. It looks at the latest 20,000 at most.
func (tx *DeskReadTx) EndedCounts(since time.Time) ([]EndedCount, error) {
	return manyAcross(tx, boardEnded, scanEnded, micros(since))
}

// EndedOf is EndedCounts of one client; with zero it is EndedCounts.
func (tx *DeskReadTx) EndedOf(c desk.ClientID, since time.Time) ([]EndedCount, error) {
	if c == 0 {
		return tx.EndedCounts(since)
	}
	return manyAcross(tx, boardEndedOf, scanEnded, micros(since), c)
}

func scanEnded(row scanner) (c EndedCount, err error) {
	err = row.Scan(&c.State, &c.MovedBy, &c.Repair, &c.Entered, &c.N)
	return c, err
}

// DueByHour counts the live promises that are due in each of the hours from an instant on; an hour
// with none is there too.
func (tx *DeskReadTx) DueByHour(from time.Time, hours int) ([]HourCount, error) {
	all := make([]HourCount, hours)
	for i := range all {
		all[i].At = from.Add(time.Duration(i) * time.Hour)
	}
	_, err := manyAcross(tx, boardHours, func(row scanner) (_ struct{}, err error) {
		var hour, n int
		if err = row.Scan(&hour, &n); err == nil {
			all[hour].N = n
		}
		return struct{}{}, err
	}, micros(from), micros(from.Add(time.Duration(hours)*time.Hour)))
	return all, err
}
