package store

import (
	"time"

	"kept/internal/desk"
)

const signedAddressColumns = `id, shows, staff_id, scope, made_at, until_at, ended_at`

var (
	addSignedAddress  = sql(insert("signed_address", signedAddressColumns))
	showSignedAddress = sql(`UPDATE signed_address SET shown_at = $3 WHERE id = $1 AND staff_id = $2 AND shown_at IS NULL AND ended_at IS NULL`)
	nthSignedAddress  = sql(`SELECT COUNT(*) FROM signed_address WHERE shows = $1 AND scope = $2 AND id <= $3`)
	signedAddressByID = sql(`SELECT ` + signedAddressColumns + ` FROM signed_address WHERE id = $1`)
	signedAddressOpen = sql(`SELECT ` + signedAddressColumns + ` FROM signed_address WHERE ended_at IS NULL AND shows = $1 AND until_at > $2 ORDER BY until_at, id LIMIT 500`)
	takeSignedAddress = sql(`UPDATE signed_address SET staff_id = $2 WHERE id = $1 AND ended_at IS NULL`)
	endSignedAddress  = sql(`UPDATE signed_address SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`)
)

func scanSignedAddress(row scanner) (w desk.SignedAddress, err error) {
	err = row.Scan(&w.ID, &w.Shows, &w.Staff, &w.Scope, at(&w.MadeAt), at(&w.Until), at(&w.EndedAt))
	return w, err
}

// AddSignedAddress stores that an address was made.
func (tx *DeskTx) AddSignedAddress(w desk.SignedAddress) error {
	return tx.put(addSignedAddress, w.ID, string(w.Shows), int64(w.Staff), int64(w.Scope), micros(w.MadeAt), micros(w.Until), optMicros(w.EndedAt))
}

// SignedAddress is one address, ended or not; NotFound otherwise.
func (tx *DeskReadTx) SignedAddress(id int64) (desk.SignedAddress, error) {
	return one(tx, signedAddressByID, scanSignedAddress, id)
}

// SignedAddresses are those of a kind in force at an instant, by their end.
func (tx *DeskReadTx) SignedAddresses(shows desk.Shows, now time.Time) ([]desk.SignedAddress, error) {
	return many(tx, signedAddressOpen, scanSignedAddress, string(shows), micros(now))
}

// EndSignedAddress takes an address back; NotFound when none is in force.
func (tx *DeskTx) EndSignedAddress(id int64) error {
	return must(tx.exec(endSignedAddress, id, micros(tx.Now())))
}

// TakeSignedAddress makes an address that of somebody else; NotFound when none is in force.
func (tx *DeskTx) TakeSignedAddress(id int64, by desk.StaffID) error {
	return must(tx.exec(takeSignedAddress, id, int64(by)))
}

// ShowSignedAddress notes that whoever made an address is shown it; false when they were before.
func (tx *DeskTx) ShowSignedAddress(id int64, maker desk.StaffID) (bool, error) {
	n, err := tx.exec(showSignedAddress, id, int64(maker), micros(tx.Now()))
	return n == 1, err
}

// Nth is which one an address is of all of its kind and scope that were ever made, from 1.
func (tx *DeskReadTx) Nth(w desk.SignedAddress) (int, error) {
	return one(tx, nthSignedAddress, value[int], string(w.Shows), int64(w.Scope), w.ID)
}
