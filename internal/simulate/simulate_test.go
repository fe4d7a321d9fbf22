package simulate

import (
	"reflect"
	"testing"
	"time"

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
	if !reflect.DeepEqual(first, again) {
		t.Fatalf("the same seed gave two reports:\n%+v\n%+v", first, again)
	}
}

// TestAWeek is the week of March in which the clocks of most hospitals go forward and those of Arizona do
// not; every touched question is held against the laws before each commit, and all of them at the end.
func TestAWeek(t *testing.T) {
	o := Options{Seed: 11, Hospitals: 20, Analysts: 40, Tickets: 36_000, Days: 7, From: time.Date(2026, 3, 5, 0, 0, 0, 0, chicago(t))}
	var db *store.DB
	week, err := Run(t.Context(), o, func(so store.Options) (_ *store.DB, err error) {
		db, err = open(t)(so)
		return db, err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + week.String())
	found, err := app.New(app.Options{DB: db}).Verify(t.Context(), desk.System("test"))
	if err != nil || found.Tickets != week.Tickets || len(found.Broken) > 0 {
		t.Fatalf("%d of %d tickets were verified: %v, %v", found.Tickets, week.Tickets, found.Broken, err)
	}
	if week.Tickets < 500 || week.Broken == 0 || week.Kept < 10*week.Broken {
		t.Fatalf("this is no week of a desk: %+v", week)
	}
}

func chicago(t *testing.T) *time.Location {
	loc, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
