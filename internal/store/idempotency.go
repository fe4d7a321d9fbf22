package store

import (
	"time"

	"kept/internal/desk"
)

// Idempotent is what a request with an Idempotency-Key has done: Hash is of its body, Ticket what it
// opened.
type Idempotent struct {
	Hash   string
	Ticket desk.TicketID
}

var (
	idempotentByKey = sql(`SELECT hash, ticket_id FROM idempotency WHERE client_id = $1 AND token_id = $2 AND key = $3`)
	keepIdempotent  = sql(`INSERT INTO idempotency (client_id, token_id, key, hash, ticket_id, at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (token_id, key) DO NOTHING`)
	dropIdempotent = sql(`DELETE FROM idempotency WHERE at < $1`)
)

func scanIdempotent(row scanner) (i Idempotent, err error) {
	err = row.Scan(&i.Hash, &i.Ticket)
	return i, err
}

// Idempotent gives what the key of a token has done for this client; false when it is new.
func (tx *ReadTx) Idempotent(tokenID int64, key string) (Idempotent, bool, error) {
	return maybe(tx, idempotentByKey, scanIdempotent, int64(tx.client), tokenID, key)
}

// KeepIdempotent notes what the key of a token has done. A key that is used already, also for
// another client, is a Conflict.
func (tx *Tx) KeepIdempotent(tokenID int64, key string, did Idempotent) error {
	ok, err := tx.reserve("idempotency", tokenID, key)
	if err != nil {
		return err
	}
	var n int64
	if ok {
		n, err = tx.exec(keepIdempotent, int64(tx.client), tokenID, key, did.Hash, int64(did.Ticket), micros(tx.Now()))
	}
	if err == nil && n == 0 {
		return desk.Errorf(desk.Conflict, "idempotency.used", "This Idempotency-Key has been used already.")
	}
	return err
}

// DropIdempotent forgets the keys that were used before an instant.
func (tx *SystemTx) DropIdempotent(before time.Time) error {
	return tx.put(dropIdempotent, micros(before))
}
