package store

import (
	"time"

	"kept/internal/desk"
)

const tokenColumns = `id, hash, name, client_id, created_at, ended_at`

var (
	tokensAll   = sql(`SELECT ` + tokenColumns + ` FROM token ORDER BY id`)
	tokenByHash = sql(`SELECT ` + tokenColumns + ` FROM token WHERE hash = $1`)
	addToken    = sql(`INSERT INTO token (` + tokenColumns + `) VALUES ($1, $2, $3, $4, $5, $6)`)
	endToken    = sql(`UPDATE token SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`)
)

func scanToken(row scanner) (t desk.Token, err error) {
	var client int64
	err = row.Scan(&t.ID, &t.Hash, &t.Name, orZero(&client), at(&t.CreatedAt), at(&t.EndedAt))
	t.Client = desk.ClientID(client)
	return t, err
}

// TokenByHash gives the API token with this hash, NotFound otherwise. It may have ended: see EndedAt.
func (tx *DeskReadTx) TokenByHash(hash string) (desk.Token, error) {
	return one(tx, tokenByHash, scanToken, hash)
}

// Tokens are all API tokens ever made, the oldest first.
func (tx *DeskReadTx) Tokens() ([]desk.Token, error) { return many(tx, tokensAll, scanToken) }

// AddToken stores a new API token under its id.
func (tx *DeskTx) AddToken(t desk.Token) error {
	return tx.put(addToken, t.ID, t.Hash, t.Name, optID(t.Client), micros(t.CreatedAt), optMicros(t.EndedAt))
}

// EndToken ends a token for good; NotFound when there is none or it has ended.
func (tx *DeskTx) EndToken(id int64, at time.Time) error {
	return must(tx.exec(endToken, id, micros(at)))
}
