package store

import (
	"time"

	"kept/internal/desk"
)

// Code is a six-digit code that was sent to an address on file. Only its hash is stored.
type Code struct {
	Ticket  desk.TicketID
	Purpose string // what it opens; one code per ticket and purpose
	Hash    string
	Extra   string // what the purpose needs to remember
	EndsAt  time.Time
	Tries   int // wrong guesses so far
}

var (
	codeFor = sql(`SELECT ticket_id, purpose, hash, extra, ends_at, tries FROM code
		WHERE client_id = $1 AND ticket_id = $2 AND purpose = $3`)
	saveCode = sql(`INSERT INTO code (client_id, ticket_id, purpose, hash, extra, ends_at, tries)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (client_id, ticket_id, purpose) DO UPDATE
		SET hash = excluded.hash, extra = excluded.extra, ends_at = excluded.ends_at, tries = excluded.tries`)
	dropCode = sql(`DELETE FROM code WHERE client_id = $1 AND ticket_id = $2 AND purpose = $3`)
)

func scanCode(row scanner) (c Code, err error) {
	err = row.Scan(&c.Ticket, &c.Purpose, &c.Hash, &c.Extra, at(&c.EndsAt), &c.Tries)
	return c, err
}

// Code gives the code of a ticket for a purpose; false when none was sent. It may have ended: see EndsAt.
func (tx *ReadTx) Code(t desk.TicketID, purpose string) (Code, bool, error) {
	return maybe(tx, codeFor, scanCode, int64(tx.client), int64(t), purpose)
}

// SaveCode stores a code in place of an earlier one for the same ticket and purpose.
func (tx *Tx) SaveCode(c Code) error {
	return tx.put(saveCode, int64(tx.client), int64(c.Ticket), c.Purpose, c.Hash, c.Extra, micros(c.EndsAt), int64(c.Tries))
}

// DropCode forgets a code; nothing happens when there is none.
func (tx *Tx) DropCode(t desk.TicketID, purpose string) error {
	return tx.put(dropCode, int64(tx.client), int64(t), purpose)
}
