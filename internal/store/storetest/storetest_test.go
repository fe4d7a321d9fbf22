package storetest_test

import (
	"context"
	"testing"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

func TestEach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		db := open()
		err := db.System(context.Background(), "test", func(tx *store.SystemTx) error {
			if tx.Viewer().Who != desk.WhoSystem {
				t.Error("not the system")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
