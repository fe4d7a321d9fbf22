package store

import (
	"kept/internal/desk"
)

const macroColumns = `id, name, letters, body, body_es, next, retired_at`

var (
	macrosAll = sql(`SELECT ` + macroColumns + ` FROM macro ORDER BY name, id`)
	addMacro  = sql(`INSERT INTO macro (` + macroColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	saveMacro = sql(`UPDATE macro SET name = $2, letters = $3, body = $4, body_es = $5, next = $6, retired_at = $7 WHERE id = $1`)
)

func scanMacro(row scanner) (m desk.Macro, err error) {
	err = row.Scan(&m.ID, &m.Name, &m.Letters, &m.Body, &m.BodyES, &m.Next, at(&m.Retired))
	return m, err
}

func macroArgs(m desk.Macro) []any {
	return []any{m.ID, m.Name, m.Letters, m.Body, m.BodyES, string(m.Next), optMicros(m.Retired)}
}

// Macros are all canned texts of the desk, retired ones too, by name: a few dozen.
func (tx *DeskReadTx) Macros() ([]desk.Macro, error) { return many(tx, macrosAll, scanMacro) }

// AddMacro stores a new canned text under its id. No two in use have the same letters: look first.
func (tx *DeskTx) AddMacro(m desk.Macro) error { return tx.put(addMacro, macroArgs(m)...) }

// SaveMacro stores every field of a canned text that is there already.
func (tx *DeskTx) SaveMacro(m desk.Macro) error { return must(tx.exec(saveMacro, macroArgs(m)...)) }
