package app_test

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/testkit"
)

// A promise that cannot be applied steps aside for a while, so that others behind it are not held up.
func TestAPromiseThatFailsDoesNotHoldUpOthers(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.Skip(p.Due.Sub(d.Now()))
		source := d.App.Sweeper()
		rows, err := source.Claim(d.Ctx(), d.Now(), 10, time.Minute)
		d.Must(err)
		if len(rows) != 1 {
			d.T.Fatalf("%d due", len(rows))
		}
		d.Must(source.Return(d.Ctx(), rows[0], d.Now().Add(time.Minute), "trouble"))
		rows, err = source.Claim(d.Ctx(), d.Now(), 10, time.Minute)
		d.Must(err)
		if len(rows) != 0 {
			d.T.Fatal("it is claimed again at once")
		}
		d.Advance(2 * time.Minute)
		for _, line := range maria.Page(d.Ana).Promises {
			if line.Promise.ID == p.ID && line.Promise.State != desk.Broken {
				d.T.Fatalf("after the delay: %s", line.Promise.State)
			}
		}
	})
}
