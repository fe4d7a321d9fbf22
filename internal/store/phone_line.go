package store

import (
	"time"

	"kept/internal/desk"
)

const phoneLineNames = "client_id, name, waiting, first_at, heard_at"

var (
	phoneLineOne  = sql("SELECT " + phoneLineNames + " FROM phone_line WHERE client_id = $1 AND name = $2")
	phoneLineMany = sql("SELECT COUNT(*) FROM phone_line WHERE client_id = $1")
	phoneLineHear = sql(insert("phone_line", phoneLineNames) + ` ON CONFLICT (client_id, name) DO UPDATE SET
		waiting = excluded.waiting, first_at = excluded.first_at, heard_at = excluded.heard_at`)
	phoneLineEnd = sql("DELETE FROM phone_line WHERE client_id = $1 AND name = $2")
	phoneLines   = across("SELECT " + phoneLineNames + ` FROM phone_line l
		WHERE (CAST($1 AS BIGINT) = 0 OR l.client_id = $1) AND (l.client_id = 0 OR {mine l}) ORDER BY l.client_id, l.name`)
	phoneLineHeard = sql("SELECT MIN(heard_at) FROM phone_line")
)

func scanPhoneLine(row scanner) (l desk.PhoneLine, err error) {
	err = row.Scan(&l.Client, &l.Name, &l.Waiting, at(&l.First), at(&l.Heard))
	return l, err
}

// PhoneLines are the lines of one client or, with zero, of all that the viewer sees, and then those for all hospitals too.
// Nothing personal is in them.
func (tx *DeskReadTx) PhoneLines(c desk.ClientID) ([]desk.PhoneLine, error) {
	return manyAcross(tx, phoneLines, scanPhoneLine, c)
}

// PhoneLine is what was last heard of a line; false when it was never heard of. Client 0: a line for all hospitals.
func (tx *SystemTx) PhoneLine(c desk.ClientID, name string) (desk.PhoneLine, bool, error) {
	return maybe(tx, phoneLineOne, scanPhoneLine, c, name)
}

// PhoneLinesOf is how many lines a client has, or, for zero, the desk.
func (tx *SystemTx) PhoneLinesOf(c desk.ClientID) (int, error) {
	return one(tx, phoneLineMany, value[int], c)
}

// HearPhoneLine stores what was heard of a line, in place of what was heard before.
func (tx *SystemTx) HearPhoneLine(l desk.PhoneLine) error {
	return tx.put(phoneLineHear, int64(l.Client), l.Name, l.Waiting, optMicros(l.First), micros(l.Heard))
}

// EndPhoneLine forgets a line; NotFound when there is none.
func (tx *SystemTx) EndPhoneLine(c desk.ClientID, name string) error {
	return must(tx.exec(phoneLineEnd, int64(c), name))
}

// OldestPhoneNews is when the line was heard of that was not heard of for longest; false when there is no line.
func (tx *SystemTx) OldestPhoneNews() (time.Time, bool, error) {
	t, err := one(tx, phoneLineHeard, func(row scanner) (t time.Time, err error) {
		err = row.Scan(at(&t))
		return t, err
	})
	return t, !t.IsZero(), err
}
