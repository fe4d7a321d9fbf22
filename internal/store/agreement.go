package store

import "kept/internal/desk"

const agreementNames = "client_id, version, edit, terms, frozen, from_at, note, made_by, made_name, made_at, desk_by, desk_name, desk_at, " +
	"hospital_by, hospital_name, hospital_how, hospital_record, hospital_at, gone_by, gone_name, gone_why, gone_at"

const agreementEventNames = "client_id, version, n, edit, type, by_id, by_name, name, text, at"

var (
	agreementsOf = sql("SELECT " + agreementNames + " FROM agreement WHERE client_id = $1 ORDER BY version")
	// So many versions hold; it never shrinks, and what was agreed never changes.
	agreedOf     = sql("SELECT COUNT(*) FROM agreement WHERE client_id = $1 AND desk_at IS NOT NULL AND hospital_at IS NOT NULL")
	addAgreement = sql(insert("agreement", agreementNames) + " ON CONFLICT DO NOTHING")
	// Terms that one side has approved never change: the conditions stand here, where nobody can forget them.
	redraftAgreement = sql(`UPDATE agreement SET edit = edit + 1, terms = $4, from_at = $5, note = $6, made_by = $7, made_name = $8, made_at = $9
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND desk_at IS NULL AND hospital_at IS NULL AND gone_at IS NULL`)
	approveForDesk = sql(`UPDATE agreement SET frozen = $4, desk_by = $5, desk_name = $6, desk_at = $7
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND desk_at IS NULL AND gone_at IS NULL
		AND (hospital_at IS NULL OR hospital_by <> $5)`)
	approveForHospital = sql(`UPDATE agreement SET frozen = $4, hospital_by = $5, hospital_name = $6, hospital_how = $7, hospital_record = $8, hospital_at = $9
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND hospital_at IS NULL AND gone_at IS NULL AND (desk_at IS NULL OR desk_by <> $5)`)
	withdrawAgreement = sql(`UPDATE agreement SET gone_by = $4, gone_name = $5, gone_why = $6, gone_at = $7
		WHERE client_id = $1 AND version = $2 AND edit = $3 AND gone_at IS NULL AND (desk_at IS NULL OR hospital_at IS NULL)`)
	agreementEventAdd = sql("INSERT INTO agreement_event (" + agreementEventNames + ") SELECT $1, $2, COUNT(*) + 1, $3, $4, $5, $6, $7, $8, $9 FROM agreement_event WHERE client_id = $1 AND version = $2")
	agreementEventsOf = sql("SELECT " + agreementEventNames + " FROM agreement_event WHERE client_id = $1 ORDER BY at, version, n")
	// By client, how many versions of its own hold.
	agreedAll = sql("SELECT client_id, COUNT(*) FROM agreement WHERE desk_at IS NOT NULL AND hospital_at IS NOT NULL GROUP BY client_id ORDER BY client_id")
)

func scanAgreement(row scanner) (a desk.Agreement, err error) {
	err = row.Scan(&a.Client, &a.Version, &a.Edit, &a.Terms, &a.Frozen, at(&a.From), &a.Note, &a.Made.By, &a.Made.Name, at(&a.Made.At),
		&a.Desk.By, &a.Desk.Name, at(&a.Desk.At), &a.Hospital.By, &a.Hospital.Name, &a.Hospital.How, &a.Hospital.Record, at(&a.Hospital.At),
		&a.Gone.By, &a.Gone.Name, &a.Gone.How, at(&a.Gone.At))
	return a, err
}

// Agreements gives every version of the client's agreement, oldest first: withdrawn ones too, the usual terms not.
func (tx *ReadTx) Agreements() ([]desk.Agreement, error) {
	return many(tx, agreementsOf, scanAgreement, tx.client)
}

// Agreed is how many versions both sides have approved. While it is the same, so are they.
func (tx *ReadTx) Agreed() (int, error) { return one(tx, agreedOf, value[int], tx.client) }

// AgreedSoon is Agreed that travels to PostgreSQL with the next statement, and so costs no round trip. The number is there
// for whoever calls for it after that.
func (tx *Tx) AgreedSoon() func() (int, error) {
	n, known := tx.s.foreseen.agreed[tx.client]
	if known && !tx.s.foreseen.agreements {
		return func() (int, error) { return n, tx.broken }
	}
	return soon(tx, agreedOf, value[int], tx.client)
}

// AgreedAll is Agreed of every client that has versions of its own.
func (tx *DeskReadTx) AgreedAll() (map[desk.ClientID]int, error) {
	rows, err := many(tx, agreedAll, scanPair[desk.ClientID, int])
	by := make(map[desk.ClientID]int, len(rows))
	for _, r := range rows {
		by[r.a] = r.b
	}
	return by, err
}

// TermsHold says that a version is agreed, so that every node reads anew what it knows of the client.
func (tx *Tx) TermsHold() error { return tx.bump(deskVersion) }

// AddAgreementEvent appends e to what was done to its version; N is counted.
func (tx *Tx) AddAgreementEvent(e desk.AgreementEvent) error {
	return tx.put(agreementEventAdd, tx.client, e.Version, e.Edit, e.Type, e.By, e.ByName, e.Name, e.Text, micros(e.At))
}

// AgreementEvents gives everything that was done to the client's agreement, oldest first.
func (tx *ReadTx) AgreementEvents() ([]desk.AgreementEvent, error) {
	return many(tx, agreementEventsOf, func(row scanner) (e desk.AgreementEvent, err error) {
		var c desk.ClientID
		err = row.Scan(&c, &e.Version, &e.N, &e.Edit, &e.Type, &e.By, &e.ByName, &e.Name, &e.Text, at(&e.At))
		return e, err
	}, tx.client)
}

// AddAgreement stores a new version; false when there is one of that number.
func (tx *Tx) AddAgreement(a desk.Agreement) (bool, error) {
	n, err := tx.exec(addAgreement, tx.client, a.Version, a.Edit, a.Terms, a.Frozen, micros(a.From), a.Note, a.Made.By, a.Made.Name, micros(a.Made.At),
		a.Desk.By, a.Desk.Name, optMicros(a.Desk.At), a.Hospital.By, a.Hospital.Name, a.Hospital.How, a.Hospital.Record, optMicros(a.Hospital.At),
		a.Gone.By, a.Gone.Name, a.Gone.How, optMicros(a.Gone.At))
	return n == 1, err
}

// RedraftAgreement writes a draft again, of which a.Edit was seen; false when somebody wrote, approved or withdrew
// it since.
func (tx *Tx) RedraftAgreement(a desk.Agreement) (bool, error) {
	n, err := tx.exec(redraftAgreement, tx.client, a.Version, a.Edit, a.Terms, micros(a.From), a.Note, a.Made.By, a.Made.Name, micros(a.Made.At))
	return n == 1, err
}

// ApproveAgreement notes an approval of the desk, or of the hospital, and the terms with their holidays as dates;
// false when a is not the writing that was seen, that side has approved it already, or the same account gave the
// approval of the other side.
func (tx *Tx) ApproveAgreement(a desk.Agreement, hospital bool) (bool, error) {
	if hospital {
		n, err := tx.exec(approveForHospital, tx.client, a.Version, a.Edit, a.Frozen, a.Hospital.By, a.Hospital.Name, a.Hospital.How, a.Hospital.Record, micros(a.Hospital.At))
		return n == 1, err
	}
	n, err := tx.exec(approveForDesk, tx.client, a.Version, a.Edit, a.Frozen, a.Desk.By, a.Desk.Name, micros(a.Desk.At))
	return n == 1, err
}

// WithdrawAgreement takes a version back that is not agreed; false when it is, or is not the writing that was seen. Gone.How
// is why the hospital sent it back.
func (tx *Tx) WithdrawAgreement(a desk.Agreement) (bool, error) {
	n, err := tx.exec(withdrawAgreement, tx.client, a.Version, a.Edit, a.Gone.By, a.Gone.Name, a.Gone.How, micros(a.Gone.At))
	return n == 1, err
}
