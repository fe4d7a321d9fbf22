package store

import (
	"context"
	"time"

	"kept/internal/desk"
)

// waitingCounted is where OutsWaiting stops counting.
const waitingCounted = 10_000

var (
	outsWaiting = sql(`SELECT count(*) FROM (SELECT 1 FROM outbox WHERE fire_at IS NOT NULL LIMIT $1) AS w`)
	dropCodes   = sql(`DELETE FROM code WHERE ends_at < $1`)
	clockNow    = sqlFor(`SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)`,
		`SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)`)
)

// OutsWaiting counts the deliveries of all clients that are not done, held ones included; it stops at
// 10,000.
func (tx *SystemTx) OutsWaiting() (int64, error) {
	return one(tx, outsWaiting, value[int64], waitingCounted)
}

// DropCodes forgets codes that ended before an instant.
func (tx *SystemTx) DropCodes(before time.Time) error { return tx.put(dropCodes, micros(before)) }

// Skew is how far the clock of the database is ahead of ours: zero on SQLite, which shares our machine. Whoever asks now and
// then sees to it that this node has a number of its own.
func (db *DB) Skew(ctx context.Context) (skew time.Duration, err error) {
	e, ok := db.engine.(*pgEngine)
	if !ok {
		return 0, nil
	}
	if err := e.keepSlot(ctx); err != nil {
		return 0, db.doubt.note(fault(nil, err))
	}
	err = db.DeskRead(ctx, desk.System("clock"), func(tx *DeskReadTx) error {
		began := db.clock()
		theirs, err := one(tx, clockNow, value[int64])
		took := db.clock().Sub(began)
		skew = instant(theirs).Sub(began.Add(took / 2))
		return err
	})
	return skew, err
}
