package store

import (
	"time"

	"kept/internal/desk"
)

const wallAddressColumns = `id, staff_id, scope, made_at, until_at, ended_at`

var (
	addWallAddress  = sql(insert("wall_address", wallAddressColumns))
	wallAddressByID = sql(`SELECT ` + wallAddressColumns + ` FROM wall_address WHERE id = $1`)
	wallAddressOpen = sql(`SELECT ` + wallAddressColumns + ` FROM wall_address WHERE ended_at IS NULL AND until_at > $1 ORDER BY until_at, id LIMIT 500`)
	endWallAddress  = sql(`UPDATE wall_address SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`)
)

func scanWallAddress(row scanner) (w desk.WallAddress, err error) {
	err = row.Scan(&w.ID, &w.Staff, &w.Scope, at(&w.MadeAt), at(&w.Until), at(&w.EndedAt))
	return w, err
}

// AddWallAddress stores that an address was made.
func (tx *DeskTx) AddWallAddress(w desk.WallAddress) error {
	return tx.put(addWallAddress, w.ID, int64(w.Staff), int64(w.Scope), micros(w.MadeAt), micros(w.Until), optMicros(w.EndedAt))
}

// WallAddress is one address, ended or not; NotFound otherwise.
func (tx *DeskReadTx) WallAddress(id int64) (desk.WallAddress, error) {
	return one(tx, wallAddressByID, scanWallAddress, id)
}

// WallAddresses are those in force at an instant, by their end.
func (tx *DeskReadTx) WallAddresses(now time.Time) ([]desk.WallAddress, error) {
	return many(tx, wallAddressOpen, scanWallAddress, micros(now))
}

// EndWallAddress takes an address back; NotFound when none is in force.
func (tx *DeskTx) EndWallAddress(id int64) error {
	return must(tx.exec(endWallAddress, id, micros(tx.Now())))
}
