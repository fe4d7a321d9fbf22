package app_test

import (
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// twoNodes is a desk with a second node, which tell each other what happens until the test ends.
func twoNodes(t *testing.T) (d *testkit.Desk, other *app.App) {
	t.Helper()
	open := storetest.Postgres(t)
	d = testkit.New(t, open)
	other = app.New(app.Options{DB: open(store.Options{Clock: d.Now})})
	go d.App.Relay(t.Context())
	go other.Relay(t.Context())
	return d, other
}

// What happens on one node is live on the pages of another.
func TestNodesHearEachOther(t *testing.T) {
	d, other := twoNodes(t)
	heard := other.Listen(t.Context(), d.Ana)
	// LISTEN takes a moment to stand; tickets are opened until the other node hears of one.
	for range 200 {
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		select {
		case c := <-heard:
			if c.Ref != maria.Got.Ref && c.Client != desk.ClientID(1) {
				t.Fatalf("heard %+v", c)
			}
			return
		default:
		}
	}
	c, ok := <-heard
	if !ok || c.Client != 1 {
		t.Fatalf("heard %+v", c)
	}
}
