package simulate

import (
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

func open(t testing.TB) func(store.Options) (*store.DB, error) {
	return func(o store.Options) (*store.DB, error) {
		o.DataDir = t.TempDir()
		db, err := store.Open(t.Context(), o)
		if err == nil {
			t.Cleanup(func() { db.Close() })
		}
		return db, err
	}
}

// TestADay is two days of a small desk, twice: the same seed gives the same report.
func TestADay(t *testing.T) {
	o := Options{Seed: 7, Hospitals: 12, Analysts: 40, Tickets: 60_000, Days: 2}
	var db *store.DB
	first, err := Run(t.Context(), o, func(so store.Options) (_ *store.DB, err error) {
		db, err = open(t)(so)
		return db, err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Clocks that were counted hour by hour are those of the whole history.
	found, err := app.New(app.Options{DB: db}).Verify(t.Context(), desk.System("test"))
	if err != nil || found.Tickets != first.Tickets {
		t.Fatalf("%d of %d tickets were verified: %v", found.Tickets, first.Tickets, err)
	}
	for _, b := range found.Broken {
		t.Error(b)
	}
	t.Log("\n" + first.String())
	if first.Tickets < 100 || first.Kept == 0 || first.Answered == 0 {
		t.Fatalf("too little happened: %+v", first)
	}
	again, err := Run(t.Context(), o, open(t))
	if err != nil {
		t.Fatal(err)
	}
	if first != again {
		t.Fatalf("the same seed gave two reports:\n%+v\n%+v", first, again)
	}
}
