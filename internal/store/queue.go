package store

import (
	"time"

	"kept/internal/desk"
)

// QueueQuery says which open tickets, and from where on. The zero query with a Limit is the first
// page of all tickets of the viewer's clients. Conditions are joined by "and".
type QueueQuery struct {
	Owner   desk.StaffID // only tickets that this person owns
	Unowned bool         // only tickets that nobody owns
	Skills  []string     // only tickets that need one of these, 8 at most
	State   desk.TicketState
	Lang    string
	Client  desk.ClientID

	// The last row of the page before: its ticket's Due, Client and ID.
	AfterDue    time.Time
	AfterClient desk.ClientID
	AfterID     desk.TicketID

	Limit int
}

// QueueRow is an open ticket with the promise that is due first. The board's rows are whole. Those of the
// queue hold what a list shows: of the ticket Client, ID, Ref, Token, Requester, Subject, State, Lang,
// Needs, Owner, Due and Promise, and of the promise, which is live, Client, ID, Ticket, Kind, State, Skill, Function,
// Owner, Due, Tries, TryingAt, AnsweredAt and RepairOf. All else in them is zero: never save them.
type QueueRow struct {
	Ticket  desk.Ticket
	Promise desk.Promise
	Caller  Caller // the phone only of somebody without a name
}

const queueSkills = 8

// The queue is drawn more than any other page: it reads no column that no list needs.
var queueCols = "t.client_id, t.id, t.ref, t.token, t.requester_id, t.subject, t.state, t.lang, t.needs, t.owner_id, t.due_at, t.promise_id, " +
	"p.kind, p.state, p.skill, p.function_id, p.owner_id, p.made_at, p.start_at, p.due_at, p.tries, p.trying_at, p.answered_at, p.repair_of, " + callerCols

// The queue walks ticket_queue, or ticket_owner for one person's tickets, in the order of due; what
// a row must be is tested on the way.
var (
	queueOfAll   = across(queue(""))
	queueOfOwner = across(queue("t.owner_id = $17 AND"))
)

func queue(owner string) string {
	return "SELECT " + queueCols + ` FROM ticket t
		JOIN promise p ON p.client_id = t.client_id AND p.id = t.promise_id
		JOIN requester r ON r.client_id = t.client_id AND r.id = t.requester_id
		WHERE ` + owner + ` t.due_at IS NOT NULL AND (t.due_at, t.client_id, t.id) > ($1, $2, $3)
			AND ($4 = '' OR t.state = $4) AND ($5 = '' OR t.lang = $5)
			AND (CAST($6 AS BIGINT) = 0 OR +t.client_id = $6) AND (CAST($7 AS BIGINT) = 0 OR t.owner_id IS NULL)
			AND ($8 = '' OR t.skill IN (` + slots(8, queueSkills) + `)) AND {mine t}
		ORDER BY t.due_at, t.client_id, t.id LIMIT $16`
}

func scanQueueRow(row scanner, q *QueueRow) error {
	t, p := &q.Ticket, &q.Promise
	err := row.Scan(&t.Client, &t.ID, &t.Ref, &t.Token, &t.Requester, &t.Subject, &t.State, &t.Lang, &t.Needs, orZero(&t.Owner), at(&t.Due), &t.Promise,
		&p.Kind, &p.State, &p.Skill, &p.Function, orZero(&p.Owner), at(&p.MadeAt), at(&p.Start), at(&p.Due), &p.Tries, at(&p.TryingAt), at(&p.AnsweredAt), &p.RepairOf, &q.Caller.Name, orZero(&q.Caller.Phone))
	p.Client, p.ID, p.Ticket = t.Client, t.Promise, t.ID
	return err
}

// queueRows gives the rows of a question that has so many at most.
func (tx *DeskReadTx) queueRows(d *door, most int, args ...any) ([]QueueRow, error) {
	return recallRows(tx, d, args, func() ([]QueueRow, error) {
		s, args, ok, err := tx.choose(d, args)
		if !ok {
			return nil, err
		}
		return fill(tx, s, most, scanQueueRow, args...)
	})
}

// Queue gives open tickets of the viewer's clients, what is due first on top. The rows belong to others as
// well: they are never changed.
func (tx *DeskReadTx) Queue(q QueueQuery) ([]QueueRow, error) {
	skills := q.Skills
	if len(skills) == 0 {
		skills = []string{""}
	}
	if len(skills) > queueSkills {
		return nil, desk.Errorf(desk.Invalid, "skills", "Please choose at most %d skills.", queueSkills)
	}
	args := []any{micros(q.AfterDue), q.AfterClient, q.AfterID, q.State, q.Lang, q.Client, flag(q.Unowned)}
	args = append(args, padded(skills, queueSkills)...)
	args = append(args, q.Limit)
	if q.Owner != 0 {
		return tx.rowsSeen(tx.queueRows(queueOfOwner, q.Limit, append(args, q.Owner)...))
	}
	return tx.rowsSeen(tx.queueRows(queueOfAll, q.Limit, args...))
}

func (tx *DeskReadTx) rowsSeen(rows []QueueRow, err error) ([]QueueRow, error) {
	for _, r := range rows {
		tx.saw(r.Ticket.Client, "ticket", int64(r.Ticket.ID))
		tx.saw(r.Ticket.Client, "requester", int64(r.Ticket.Requester))
	}
	return rows, err
}
