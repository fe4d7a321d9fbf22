package store

import (
	"time"

	"kept/internal/desk"
)

const agreementMailNames = "client_id, version, staff_id, made_at, fire_at, state, attempts, reason, moved_at"

// agreementMailAdd begins a statement that adds a mail to everybody who leads a client about each version that waits for their
// yes; the end names the client or who leads it.
const agreementMailAdd = "INSERT INTO agreement_mail (" + agreementMailNames + `)
	SELECT a.client_id, a.version, s.id, $2, $2, 'waiting', 0, '', $2
	FROM agreement a JOIN staff_client sc ON sc.client_id = a.client_id JOIN staff s ON s.id = sc.staff_id
	WHERE a.desk_at IS NOT NULL AND a.hospital_at IS NULL AND a.gone_at IS NULL AND s.role = 'leader' AND s.active = 1 AND `

var (
	agreementMailToAll = sql(agreementMailAdd + "a.client_id = $1 ON CONFLICT DO NOTHING")
	agreementMailToOne = sql(agreementMailAdd + "s.id = $1 ON CONFLICT DO NOTHING")
	ledBy              = sql(`SELECT COUNT(*) FROM staff_client sc JOIN staff s ON s.id = sc.staff_id
		WHERE sc.client_id = $1 AND s.role = 'leader' AND s.active = 1`)
	agreementMailsOf  = sql("SELECT " + agreementMailNames + " FROM agreement_mail WHERE client_id = $1 AND version = $2 ORDER BY staff_id")
	agreementMailsDue = sql("SELECT " + agreementMailNames + " FROM agreement_mail WHERE fire_at <= $1 ORDER BY fire_at, client_id, version, staff_id LIMIT $2")
	agreementMailSome = sql("SELECT 1 FROM agreement_mail WHERE fire_at <= $1 ORDER BY fire_at, client_id, version, staff_id LIMIT 1")
	agreementMailMove = sql(`UPDATE agreement_mail SET state = $6, attempts = $7, reason = $8, fire_at = $9, moved_at = $10
		WHERE client_id = $1 AND version = $2 AND staff_id = $3 AND state = $4 AND attempts = $5`)
)

func scanAgreementMail(row scanner) (m desk.AgreementMail, err error) {
	err = row.Scan(&m.Client, &m.Version, &m.Staff, at(&m.MadeAt), at(&m.FireAt), &m.State, &m.Attempts, &m.Reason, at(&m.MovedAt))
	return m, err
}

// MailLeaders writes a mail to everybody who leads the client, about what waits for their yes and they were not told of. It
// is due at once.
func (tx *Tx) MailLeaders() error { return tx.put(agreementMailToAll, tx.client, micros(tx.Now())) }

// MailLeader does so for one of them.
func (tx *DeskTx) MailLeader(s desk.StaffID) error {
	return tx.put(agreementMailToOne, int64(s), micros(tx.Now()))
}

// Leaders is how many people lead the client.
func (tx *ReadTx) Leaders() (int, error) { return one(tx, ledBy, value[int], tx.client) }

// AgreementMails are the mails about a version.
func (tx *ReadTx) AgreementMails(version int) ([]desk.AgreementMail, error) {
	return many(tx, agreementMailsOf, scanAgreementMail, tx.client, version)
}

// AgreementMailsDue gives at most n mails that are to be sent by now.
func (tx *DeskReadTx) AgreementMailsDue(now time.Time, n int) ([]desk.AgreementMail, error) {
	return many(tx, agreementMailsDue, scanAgreementMail, micros(now), n)
}

// MoveAgreementMail takes a mail from where was says it stands to where m does; false when somebody else has moved it.
func (tx *SystemTx) MoveAgreementMail(was, m desk.AgreementMail) (bool, error) {
	n, err := tx.exec(agreementMailMove, int64(was.Client), was.Version, int64(was.Staff), string(was.State), was.Attempts,
		string(m.State), m.Attempts, m.Reason, optMicros(m.FireAt), micros(tx.Now()))
	return n == 1, err
}
