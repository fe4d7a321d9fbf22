package store

import (
	"time"

	"kept/internal/desk"
)

// Each walks an index over the period and no further: promise_figures of one client, the others by the instant. The
// plus keeps SQLite from reading everything that a client has.
var (
	leaderEnded = sql(`SELECT state, moved_by, CASE WHEN repair_of = 0 THEN 0 ELSE 1 END AS repair, CASE WHEN kind = 'confirm' THEN 1 ELSE 0 END AS asking, COUNT(*)
		FROM promise WHERE ended_at IS NOT NULL AND ended_at >= $2 AND ended_at < $3 AND client_id = $1
		GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`)
	leaderBroken = sql(`SELECT p.id, t.ref, p.kind, p.ended_at, p.told_at, COALESCE(r.state, ''), r.ended_at, r.due_at FROM (
			SELECT client_id, id, ticket_id, kind, ended_at, told_at FROM promise
			WHERE ended_at IS NOT NULL AND ended_at >= $2 AND ended_at < $3 AND client_id = $1 AND state = 'broken' AND kind <> 'confirm'
			ORDER BY ended_at DESC, id DESC LIMIT $4) p
		JOIN ticket t ON t.client_id = p.client_id AND t.id = p.ticket_id
		LEFT JOIN promise r ON r.client_id = p.client_id AND r.ticket_id = p.ticket_id AND r.repair_of = p.id
		ORDER BY p.ended_at DESC, p.id DESC, r.id`)
	leaderOpened = sql("SELECT COUNT(*) FROM ticket WHERE opened_at >= $2 AND opened_at < $3 AND +client_id = $1")
	leaderClosed = sql(`SELECT state, COUNT(*) FROM ticket WHERE closed_at IS NOT NULL AND closed_at >= $2 AND closed_at < $3 AND +client_id = $1
		GROUP BY state ORDER BY state`)
	// A question was opened again when the last word before was its end.
	leaderNotFixed = sql(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN (SELECT p.type FROM event p WHERE p.client_id = e.client_id AND p.ticket_id = e.ticket_id AND p.seq < e.seq
			AND p.type IN ('said_fixed', 'closed_unconfirmed', 'ticket_withdrawn', 'said_not_fixed') ORDER BY p.seq DESC LIMIT 1) <> 'said_not_fixed' THEN 1 ELSE 0 END), 0)
		FROM event e WHERE e.type = 'said_not_fixed' AND e.happened_at >= $2 AND e.happened_at < $3 AND +e.client_id = $1`)
	leaderOpen   = sql("SELECT COUNT(*) FROM ticket WHERE due_at IS NOT NULL AND +client_id = $1")
	leaderClocks = sql("SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'missed' THEN 1 ELSE 0 END), 0) FROM clock WHERE +client_id = $1")
)

func init() {
	for _, s := range []*stmt{leaderEnded, leaderBroken, leaderOpened, leaderClosed, leaderNotFixed} {
		s.slow = true // as much work as there is in the period
	}
}

// EndedIn is how many promises of a client ended in one way.
type EndedIn struct {
	State   desk.PromiseState
	MovedBy desk.MovedBy
	Repair  bool // they were repairs of broken ones
	Asking  bool // to ask again whether it is fixed
	N       int
}

// EndedIn counts the promises that ended in [from, until), each way to end apart.
func (tx *ReadTx) EndedIn(from, until time.Time) ([]EndedIn, error) {
	return many(tx, leaderEnded, func(row scanner) (e EndedIn, err error) {
		err = row.Scan(&e.State, &e.MovedBy, &e.Repair, &e.Asking, &e.N)
		return e, err
	}, tx.client, micros(from), micros(until))
}

// BrokenIn is a promise that broke, and how its repair stands. It tells nothing of a person.
type BrokenIn struct {
	ID        desk.PromiseID
	Ref       desk.Ref
	Kind      desk.PromiseKind
	At        time.Time // when it was due, and broke
	ToldAt    time.Time // when the person was told; zero: not yet
	Repair    desk.PromiseState
	RepairAt  time.Time // when the repair ended; zero: it is live, or there is none
	RepairDue time.Time
}

// BrokenIn gives the promises that broke in [from, until), the latest first, at most n, each with its latest repair.
func (tx *ReadTx) BrokenIn(from, until time.Time, n int) (list []BrokenIn, err error) {
	rows, err := many(tx, leaderBroken, func(row scanner) (b BrokenIn, err error) {
		err = row.Scan(&b.ID, &b.Ref, &b.Kind, at(&b.At), at(&b.ToldAt), &b.Repair, at(&b.RepairAt), at(&b.RepairDue))
		return b, err
	}, tx.client, micros(from), micros(until), n)
	for _, b := range rows {
		// A repair that was moved or tried has another after it.
		if last := len(list) - 1; last >= 0 && list[last].ID == b.ID {
			list[last] = b
			continue
		}
		list = append(list, b)
	}
	return list, err
}

// OpenedIn is how many questions were opened in [from, until).
func (tx *ReadTx) OpenedIn(from, until time.Time) (int, error) {
	return one(tx, leaderOpened, value[int], tx.client, micros(from), micros(until))
}

// ClosedIn is how many questions ended in [from, until), and are not open again, by how they ended.
func (tx *ReadTx) ClosedIn(from, until time.Time) (map[desk.TicketState]int, error) {
	rows, err := many(tx, leaderClosed, scanPair[desk.TicketState, int], tx.client, micros(from), micros(until))
	by := map[desk.TicketState]int{}
	for _, r := range rows {
		by[r.a] = r.b
	}
	return by, err
}

// NotFixedIn is how often somebody said in [from, until) that it is not fixed, and how often of that after the end.
func (tx *ReadTx) NotFixedIn(from, until time.Time) (all, reopened int, err error) {
	p, err := one(tx, leaderNotFixed, scanPair[int, int], tx.client, micros(from), micros(until))
	return p.a, p.b, err
}

// OpenNow is how many questions of the client are open.
func (tx *ReadTx) OpenNow() (int, error) { return one(tx, leaderOpen, value[int], tx.client) }

// ClocksNow is how many open questions have a clock that runs, and of how many one has been missed.
func (tx *ReadTx) ClocksNow() (running, missed int, err error) {
	p, err := one(tx, leaderClocks, scanPair[int, int], tx.client)
	return p.a, p.b, err
}
