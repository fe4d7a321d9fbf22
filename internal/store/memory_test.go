package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"kept/internal/desk"
)

var counterRow = sql("SELECT value FROM setting WHERE key = 'n' ORDER BY value")

// Whoever asks after a commit sees it, however many ask at once and whatever was remembered.
func TestNothingOldIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, open opener) {
		db := open()
		var last atomic.Int64 // what is committed for certain
		ask := func(key string) (n int64) {
			err := db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
				list, err := recall(tx.unit, []byte(key), func() ([]int64, error) {
					texts, err := many(tx, counterRow, value[string])
					var all []int64
					for _, text := range texts {
						var n int64
						if _, err := fmt.Sscan(text, &n); err != nil {
							return nil, err
						}
						all = append(all, n)
					}
					return all, err
				})
				if len(list) == 1 {
					n = list[0]
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return n
		}
		var wg sync.WaitGroup
		for reader := range 4 {
			wg.Go(func() {
				for last.Load() < 200 {
					before := last.Load()
					if got := ask(fmt.Sprint("key", reader%2)); got < before {
						t.Errorf("%d was committed, %d was read", before, got)
						return
					}
				}
			})
		}
		for n := int64(1); n <= 200; n++ {
			err := db.System(ctx, "test", func(tx *SystemTx) error { return tx.SetSetting("n", fmt.Sprint(n)) })
			if err != nil {
				t.Error(err)
			}
			last.Store(n)
		}
		wg.Wait()
	})
}

// An answer is found again until something is written; a unit of work that writes remembers nothing.
func TestAnAnswerIsRememberedUntilSomethingIsWritten(t *testing.T) {
	place := Options{DataDir: t.TempDir(), Log: quiet}
	db := openIn(t, place)()
	asked := 0
	ask := func() {
		t.Helper()
		err := db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
			_, err := recall(tx.unit, []byte("key"), func() (int, error) { asked++; return asked, nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ask()
	ask()
	if asked != 1 {
		t.Errorf("asked %d times for one answer", asked)
	}
	write := func(fn func(*SystemTx) error) {
		t.Helper()
		if err := db.System(ctx, "test", fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *SystemTx) error { return tx.SetSetting("a", "b") })
	ask()
	if asked != 2 {
		t.Errorf("after a write: asked %d times", asked)
	}
	write(func(tx *SystemTx) error {
		for range 2 {
			if _, err := recall(tx.unit, []byte("key"), func() (int, error) { asked++; return asked, nil }); err != nil {
				return err
			}
		}
		return nil
	})
	if asked != 4 {
		t.Errorf("inside a write: asked %d times", asked)
	}
}
