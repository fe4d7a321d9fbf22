package app_test

import (
	"context"
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// What happens on one node is live on the pages of another.
func TestNodesHearEachOther(t *testing.T) {
	open := storetest.Postgres(t)
	d := testkit.New(t, open)
	other := app.New(app.Options{DB: open(store.Options{Clock: d.Now})})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go d.App.Relay(ctx)
	go other.Relay(ctx)
	heard := other.Listen(ctx, d.Ana)
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
