package store_test

import (
	"testing"
	"time"

	"kept/internal/store"
)

func TestDatabaseTellsItsClockAndWhatWaits(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		skew, err := db.Skew(ctx)
		if off := time.Since(db.Now()); err != nil || db.Engine() == "postgres" && (skew-off).Abs() > time.Second || db.Engine() == "sqlite" && skew != 0 {
			t.Errorf("the clock of the database is %v ahead, %v", skew, err)
		}
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		write(t, db, 1, func(tx *store.Tx) error { return first(tx.AddOut(out(1, 1, noon)), tx.AddOut(out(1, 2, noon))) })
		err = db.System(ctx, "test", func(tx *store.SystemTx) error {
			if n, err := tx.OutsWaiting(); n != 2 || err != nil {
				t.Errorf("%d messages wait, %v", n, err)
			}
			return tx.DropCodes(noon)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
