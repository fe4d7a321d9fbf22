package store

import (
	"strconv"
	"strings"
	"testing"
)

// TestALongLogIsCopiedBesideThoseWhoWrite: it begins anew while they go on, and no page of it is lost.
func TestALongLogIsCopiedBesideThoseWhoWrite(t *testing.T) {
	db := lite(t)
	e := db.engine.(*liteEngine)
	beside, err := openDirect(e.path, walSystem, litePragmas(false)...)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.close()
	pages := func() int64 {
		n, err := beside.checkpoint("NOOP")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	filler := strings.Repeat("x", 400_000)
	longest, rows := int64(0), int64(0)
	for ; ; rows++ {
		mustWrite(t, db, func(tx *Tx) error {
			return tx.put(addLine, client, rows, filler+strconv.FormatInt(rows, 10))
		})
		n := pages()
		if n < longest {
			break
		}
		if longest = n; longest > 4*checkpointAt {
			t.Fatalf("the log has %d pages", longest)
		}
	}
	if longest < checkpointAt {
		t.Errorf("the log began anew with %d pages already", longest)
	}
	if verdict, err := beside.pragma("integrity_check"); err != nil || verdict != "ok" {
		t.Errorf("%s %v", verdict, err)
	}
	var stored int64
	err = db.DeskRead(ctx, viewer, func(tx *DeskReadTx) (err error) {
		stored, err = one(tx, both("SELECT count(*) FROM line"), value[int64])
		return err
	})
	if err != nil || stored != rows+1 {
		t.Errorf("%d rows of %d, %v", stored, rows+1, err)
	}
}
