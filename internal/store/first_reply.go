package store

import (
	"time"

	"kept/internal/desk"
)

const firstReplyNames = "client_id, ticket_id, decided_at, result"

var (
	firstReplySave = sql(insert("first_reply", firstReplyNames) + ` ON CONFLICT (ticket_id, client_id) DO UPDATE SET decided_at = excluded.decided_at, result = excluded.result`)
	firstReplyDrop = sql("DELETE FROM first_reply WHERE client_id = $1 AND ticket_id = $2")
	firstRepliesOf = ofKeys("SELECT ticket_id, decided_at, result FROM first_reply WHERE client_id = $1 AND ticket_id {keys} ORDER BY ticket_id")
	leaderReplies  = sql("SELECT result, COUNT(*) FROM first_reply WHERE client_id = $1 AND decided_at >= $2 AND decided_at < $3 GROUP BY result ORDER BY result")

	uncountedNext  = sql("SELECT client_id, ticket_id FROM uncounted ORDER BY ticket_id DESC, client_id DESC LIMIT $1")
	uncountedDone  = ofKeys("DELETE FROM uncounted WHERE client_id = $1 AND ticket_id {keys}")
	uncountedSince = sql("INSERT INTO uncounted (client_id, ticket_id) SELECT client_id, id FROM ticket WHERE client_id = $1 AND closed_at >= $2 ON CONFLICT DO NOTHING")
)

func init() { leaderReplies.slow = true }

var scanFirstReply = placed(func(f *desk.FirstReply) []any { return []any{&f.Ticket, at(&f.At), &f.Result} })

// SaveFirstReply stores what the first reply of a question came to.
func (tx *Tx) SaveFirstReply(f desk.FirstReply) error {
	return tx.put(firstReplySave, tx.client, f.Ticket, micros(f.At), f.Result)
}

// DropFirstReply says that the first reply of a question has come to nothing yet.
func (tx *Tx) DropFirstReply(t desk.TicketID) error { return tx.put(firstReplyDrop, tx.client, t) }

// FirstReplies gives what the first replies of these questions came to; those that are open, or not counted yet, are not in it.
func (tx *ReadTx) FirstReplies(ts []desk.TicketID) (map[desk.TicketID]desk.FirstReply, error) {
	return byKey(tx, firstRepliesOf, ts, scanFirstReply, func(f *desk.FirstReply) desk.TicketID { return f.Ticket })
}

// FirstRepliesIn counts the first replies that were decided in [from, until), by result.
func (tx *ReadTx) FirstRepliesIn(from, until time.Time) (map[string]int, error) {
	rows, err := many(tx, leaderReplies, scanPair[string, int], tx.client, micros(from), micros(until))
	by := map[string]int{}
	for _, r := range rows {
		by[r.a] = r.b
	}
	return by, err
}

// Uncounted gives at most n questions that are over and whose first replies are still to be counted, the newest first.
func (tx *SystemTx) Uncounted(n int) ([]TicketKey, error) {
	return many(tx, uncountedNext, scanTicketKey, n)
}

// CountSince has the first replies of the client's questions counted that were closed at since or later, after a history
// was loaded.
func (tx *Tx) CountSince(since time.Time) error {
	return tx.put(uncountedSince, tx.client, micros(since))
}

// CountedFirst says that the first replies of these questions are counted.
func (tx *Tx) CountedFirst(ts []desk.TicketID) error {
	return inKeys(tx.ReadTx, uncountedDone, ts, func(s *stmt, args []any) error { return tx.put(s, args...) })
}
