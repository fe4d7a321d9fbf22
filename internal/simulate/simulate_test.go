package simulate

import (
	"testing"

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
	first, err := Run(t.Context(), o, open(t))
	if err != nil {
		t.Fatal(err)
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
