package store

import "kept/internal/desk"

const agreementNames = "client_id, version, edit, terms, frozen, from_at, note, made_by, made_name, made_at, desk_by, desk_name, desk_at, " +
	"hospital_by, hospital_name, hospital_how, hospital_at, gone_by, gone_name, gone_at"

var (
	agreementsOf = sql("SELECT " + agreementNames + " FROM agreement WHERE client_id = $1 ORDER BY version")
	// So many versions hold; it never shrinks, and what was agreed never changes.
	agreedOf     = sql("SELECT COUNT(*) FROM agreement WHERE client_id = $1 AND desk_at IS NOT NULL AND hospital_at IS NOT NULL")
	addAgreement = sql(insert("agreement", agreementNames) + " ON CONFLICT DO NOTHING")
	// Terms that one side has approved never change: the conditions stand here, where nobody can forget them.
	redraftAgreement = sql(`UPDATE agreement SET edit = edit + 1, terms = $4, from_at = $5, note = $6, made_by = $7, made_name = $8, made_at = $9
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND desk_at IS NULL AND hospital_at IS NULL AND gone_at IS NULL`)
	approveForDesk = sql(`UPDATE agreement SET frozen = $4, desk_by = $5, desk_name = $6, desk_at = $7
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND desk_at IS NULL AND gone_at IS NULL`)
	approveForHospital = sql(`UPDATE agreement SET frozen = $4, hospital_by = $5, hospital_name = $6, hospital_how = $7, hospital_at = $8
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND hospital_at IS NULL AND gone_at IS NULL`)
	withdrawAgreement = sql(`UPDATE agreement SET gone_by = $4, gone_name = $5, gone_at = $6
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND gone_at IS NULL AND (desk_at IS NULL OR hospital_at IS NULL)`)
)

func scanAgreement(row scanner) (a desk.Agreement, err error) {
	err = row.Scan(&a.Client, &a.Version, &a.Edit, &a.Terms, &a.Frozen, at(&a.From), &a.Note, &a.Made.By, &a.Made.Name, at(&a.Made.At),
		&a.Desk.By, &a.Desk.Name, at(&a.Desk.At), &a.Hospital.By, &a.Hospital.Name, &a.Hospital.How, at(&a.Hospital.At),
		&a.Gone.By, &a.Gone.Name, at(&a.Gone.At))
	return a, err
}

// Agreements gives every version of the client's agreement, oldest first: withdrawn ones too, the usual terms not.
func (tx *ReadTx) Agreements() ([]desk.Agreement, error) {
	return many(tx, agreementsOf, scanAgreement, tx.client)
}

// Agreed is how many versions both sides have approved. While it is the same, so are they.
func (tx *ReadTx) Agreed() (int, error) { return one(tx, agreedOf, value[int], tx.client) }

// AddAgreement stores a new version; false when there is one of that number.
func (tx *Tx) AddAgreement(a desk.Agreement) (bool, error) {
	n, err := tx.exec(addAgreement, tx.client, a.Version, a.Edit, a.Terms, a.Frozen, micros(a.From), a.Note, a.Made.By, a.Made.Name, micros(a.Made.At),
		a.Desk.By, a.Desk.Name, optMicros(a.Desk.At), a.Hospital.By, a.Hospital.Name, a.Hospital.How, optMicros(a.Hospital.At),
		a.Gone.By, a.Gone.Name, optMicros(a.Gone.At))
	return n == 1, err
}

// RedraftAgreement writes a draft again, of which a.Edit was seen; false when somebody wrote, approved or withdrew
// it since.
func (tx *Tx) RedraftAgreement(a desk.Agreement) (bool, error) {
	n, err := tx.exec(redraftAgreement, tx.client, a.Version, a.Edit, a.Terms, micros(a.From), a.Note, a.Made.By, a.Made.Name, micros(a.Made.At))
	return n == 1, err
}

// ApproveAgreement notes an approval of the desk, or of the hospital, and the terms with their holidays as dates;
// false when a is not the writing that was seen, or that side has approved it already.
func (tx *Tx) ApproveAgreement(a desk.Agreement, hospital bool) (bool, error) {
	if hospital {
		n, err := tx.exec(approveForHospital, tx.client, a.Version, a.Edit, a.Frozen, a.Hospital.By, a.Hospital.Name, a.Hospital.How, micros(a.Hospital.At))
		return n == 1, err
	}
	n, err := tx.exec(approveForDesk, tx.client, a.Version, a.Edit, a.Frozen, a.Desk.By, a.Desk.Name, micros(a.Desk.At))
	return n == 1, err
}

// WithdrawAgreement takes a version back that is not agreed; false when it is, or is not the writing that was seen.
func (tx *Tx) WithdrawAgreement(a desk.Agreement) (bool, error) {
	n, err := tx.exec(withdrawAgreement, tx.client, a.Version, a.Edit, a.Gone.By, a.Gone.Name, micros(a.Gone.At))
	return n == 1, err
}
