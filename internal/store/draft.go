package store

import (
	"time"

	"kept/internal/desk"
)

// Draft is what somebody has typed so far on the question pages of a client. The browser holds the
// key, the desk its hash.
type Draft struct {
	Hash      string
	Client    desk.ClientID
	Body      string
	Ticket    desk.TicketID // what it became; zero before
	ChangedAt time.Time
}

var (
	draftByHash = sql(`SELECT hash, client_id, body, ticket_id, changed_at FROM draft WHERE client_id = $1 AND hash = $2`)
	saveDraft   = sql(`UPDATE draft SET body = $3, ticket_id = $4, changed_at = $5 WHERE client_id = $1 AND hash = $2`)
	addDraft    = sql(`INSERT INTO draft (client_id, hash, body, ticket_id, changed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO NOTHING`)
	dropDrafts = sql(`DELETE FROM draft WHERE changed_at < $1`)
)

func scanDraft(row scanner) (d Draft, err error) {
	err = row.Scan(&d.Hash, &d.Client, &d.Body, &d.Ticket, at(&d.ChangedAt))
	return d, err
}

// Draft gives the draft with this hash, NotFound otherwise.
func (tx *ReadTx) Draft(hash string) (Draft, error) {
	return one(tx, draftByHash, scanDraft, int64(tx.client), hash)
}

// SaveDraft stores a draft of this client, new or changed, as changed now. A hash that another
// client's draft has is a Conflict.
func (tx *Tx) SaveDraft(d Draft) error {
	args := []any{int64(tx.client), d.Hash, d.Body, int64(d.Ticket), micros(tx.Now())}
	// Not one upsert: PostgreSQL refuses to update a row behind the wall, where no row is wanted.
	n, err := tx.exec(saveDraft, args...)
	if err != nil || n > 0 {
		return err
	}
	ok, err := tx.reserve("draft", d.Hash)
	if err != nil {
		return err
	}
	if ok {
		n, err = tx.exec(addDraft, args...)
	}
	if err == nil && n == 0 {
		return desk.Errorf(desk.Conflict, "draft.taken", "This draft belongs to another page. Please start again.")
	}
	return err
}

// DropDrafts forgets the drafts that nobody has changed since before.
func (tx *SystemTx) DropDrafts(before time.Time) error { return tx.put(dropDrafts, micros(before)) }
