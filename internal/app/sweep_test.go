package app_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
	"kept/internal/testkit"
)

// promisesOf leaves out the row of those who are called for what nobody has taken.
func promisesOf(rows []job.Row) []job.Row {
	return slices.DeleteFunc(rows, func(r job.Row) bool { return r.ID == "alerts" })
}

// A promise that cannot be applied steps aside for a while, so that others behind it are not held up.
func TestAPromiseThatFailsDoesNotHoldUpOthers(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("weight in pounds")
		p := maria.Promise()
		d.Skip(p.Due.Sub(d.Now()))
		source := d.App.Sweeper()
		rows, err := source.Claim(d.Ctx(), d.Now(), 10, time.Minute)
		d.Must(err)
		rows = promisesOf(rows)
		if len(rows) != 1 {
			d.T.Fatalf("%d due", len(rows))
		}
		d.Must(source.Return(d.Ctx(), rows[0], d.Now().Add(time.Minute), "trouble"))
		rows, err = source.Claim(d.Ctx(), d.Now(), 10, time.Minute)
		d.Must(err)
		if len(promisesOf(rows)) != 0 {
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

// The clock is applied to many people at once. One whose promise cannot be worked stays due and is given
// back by itself; the others' promises break and are repaired at seats of their own.
func TestOneThatFailsDoesNotStopTheCrowd(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		var all []*testkit.Person
		for i := range 5 {
			who := d.Maria()
			who.Name, who.Phone = fmt.Sprintf("Person %d", i), fmt.Sprintf("+1312555%04d", 1000+i)
			all = append(all, who.Calls(d.Sam, "weight in pounds"))
		}
		due := all[0].Promise().Due
		ill := all[2].Promise()
		ill.AnsweredOut = 999 // an answer on its way that is nowhere
		d.Must(d.DB.System(d.Ctx(), "test", func(tx *store.SystemTx) error { return tx.ForClient(ill.Client).SavePromise(ill) }))
		d.Skip(due.Sub(d.Now()))
		rows, err := d.App.Sweeper().Claim(d.Ctx(), d.Now(), 10, time.Minute)
		d.Must(err)
		if len(rows) != 5 {
			d.T.Fatalf("%d due", len(rows))
		}
		failed := 0
		for _, r := range rows {
			if r.Work(d.Ctx()) != nil {
				failed++
			}
		}
		seats := map[string]bool{}
		for i, one := range all {
			var first, repair desk.Promise
			for _, line := range one.Page(d.Ana).Promises {
				if line.Promise.RepairOf == 0 {
					first = line.Promise
				} else {
					repair = line.Promise
				}
			}
			if i == 2 {
				if first.State != desk.Open || repair.ID != 0 {
					d.T.Errorf("the ill one is %s, repaired by %d", first.State, repair.ID)
				}
				continue
			}
			if first.State != desk.Broken || repair.Owner == 0 {
				d.T.Errorf("person %d: %s, repaired by %+v", i, first.State, repair)
			}
			d.Must(d.DB.Read(d.Ctx(), desk.System("test"), repair.Client, func(tx *store.ReadTx) error {
				seat, ok, err := tx.BookedBy(repair.ID)
				at := fmt.Sprint(seat)
				if !ok || seats[at] {
					d.T.Errorf("person %d has no seat of their own: %v", i, seat)
				}
				seats[at] = true
				return err
			}))
		}
		if failed != 1 {
			d.T.Errorf("%d failed", failed)
		}
	})
}
