package store

import (
	"time"

	"kept/internal/desk"
)

const phoneCallNames = "client_id, line, call_key, queued_at, answered_at, left_at, speed, patience"

var (
	phoneCallOne = sql("SELECT " + phoneCallNames + " FROM phone_call WHERE client_id = $1 AND line = $2 AND call_key = $3")
	// The earliest instant of each kind stands, so that reports give the same call in any order and however often they come.
	phoneCallHear = sql(insert("phone_call", phoneCallNames) + ` ON CONFLICT (client_id, line, call_key) DO UPDATE SET
		queued_at = CASE WHEN excluded.queued_at < phone_call.queued_at THEN excluded.queued_at ELSE phone_call.queued_at END,
		answered_at = CASE WHEN phone_call.answered_at IS NULL OR excluded.answered_at < phone_call.answered_at THEN excluded.answered_at ELSE phone_call.answered_at END,
		left_at = CASE WHEN phone_call.left_at IS NULL OR excluded.left_at < phone_call.left_at THEN excluded.left_at ELSE phone_call.left_at END`)
	phoneCallCame = sql("UPDATE phone_call SET speed = $4, patience = $5 WHERE client_id = $1 AND line = $2 AND call_key = $3")
	phoneCallsIn  = sql("SELECT " + phoneCallNames + ` FROM phone_call WHERE client_id = $1 AND queued_at >= $2 AND queued_at < $3
		ORDER BY queued_at, line, call_key`)
	phoneCallsOld = sql("DELETE FROM phone_call WHERE client_id = $1 AND queued_at < $2")
	phoneCallLast = sql("SELECT queued_at FROM phone_call WHERE client_id = $1 ORDER BY queued_at DESC LIMIT 1")
	// The lines are walked from one name to the next: none is read whole.
	phoneCallsHeld = sql(`WITH RECURSIVE names(line) AS (
			SELECT MIN(line) FROM phone_call WHERE client_id = $1
			UNION ALL SELECT (SELECT MIN(line) FROM phone_call WHERE client_id = $1 AND line > names.line) FROM names WHERE names.line IS NOT NULL)
		SELECT (SELECT COUNT(*) FROM phone_call WHERE client_id = $1 AND queued_at >= $2 AND queued_at < $3), (SELECT COUNT(line) FROM names)`)
	leaderCalls = sql(`SELECT speed, patience, CASE WHEN answered_at IS NULL AND left_at IS NULL THEN 0 ELSE 1 END AS ended, COUNT(*) FROM phone_call WHERE client_id = $1 AND queued_at >= $2 AND queued_at < $3
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`)
)

func init() { phoneCallsIn.slow, leaderCalls.slow = true, true }

func scanPhoneCall(row scanner) (c desk.PhoneCall, err error) {
	err = row.Scan(&c.Client, &c.Line, &c.Key, at(&c.Queued), at(&c.Answered), at(&c.Left), &c.Speed, &c.Patience)
	return c, err
}

// HearPhoneCall adds a report to what is known of a call, and gives that: no other unit of work adds one until this one has
// ended.
func (tx *Tx) HearPhoneCall(c desk.PhoneCall) (desk.PhoneCall, error) {
	if err := tx.put(phoneCallHear, tx.client, c.Line, c.Key, micros(c.Queued), optMicros(c.Answered), optMicros(c.Left), "", ""); err != nil {
		return c, err
	}
	return one(tx.ReadTx, phoneCallOne, scanPhoneCall, tx.client, c.Line, c.Key)
}

// CallCameTo stores what the clocks of a call came to.
func (tx *Tx) CallCameTo(c desk.PhoneCall) error {
	return tx.put(phoneCallCame, tx.client, c.Line, c.Key, c.Speed, c.Patience)
}

// DropPhoneCalls forgets the calls that came before an instant.
func (tx *Tx) DropPhoneCalls(before time.Time) error {
	return tx.put(phoneCallsOld, tx.client, micros(before))
}

// PhoneCalls are the calls of the client that came in [from, until), in their order.
func (tx *ReadTx) PhoneCalls(from, until time.Time) ([]desk.PhoneCall, error) {
	return many(tx, phoneCallsIn, scanPhoneCall, tx.client, micros(from), micros(until))
}

// LastPhoneCall is when the latest call began to wait that a phone system of the client has reported; false when none has been.
func (tx *ReadTx) LastPhoneCall() (time.Time, bool, error) {
	return maybe(tx, phoneCallLast, func(row scanner) (t time.Time, err error) {
		err = row.Scan(at(&t))
		return t, err
	}, tx.client)
}

// PhoneCallsHeld is how many calls of the client began to wait in [from, until), and under how many names of lines it has calls.
func (tx *ReadTx) PhoneCallsHeld(from, until time.Time) (calls, lines int, err error) {
	_, err = one(tx, phoneCallsHeld, func(row scanner) (_ struct{}, err error) {
		err = row.Scan(&calls, &lines)
		return struct{}{}, err
	}, tx.client, micros(from), micros(until))
	return calls, lines, err
}

// CallsIn is how many calls came to the same.
type CallsIn struct {
	Speed, Patience string // as of desk.PhoneCall
	Ended           bool
	N               int
}

// CallsIn counts the calls that came in [from, until), by what their clocks came to.
func (tx *ReadTx) CallsIn(from, until time.Time) ([]CallsIn, error) {
	return many(tx, leaderCalls, func(row scanner) (c CallsIn, err error) {
		err = row.Scan(&c.Speed, &c.Patience, &c.Ended, &c.N)
		return c, err
	}, tx.client, micros(from), micros(until))
}
