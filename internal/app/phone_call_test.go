package app_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kept/internal/desk"
	"kept/internal/testkit"
)

// Reports of a call give the same call in any order, in part or whole, and however often they come.
func TestReportsOfACallComeInAnyOrder(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		began, n := d.Now().Add(-time.Hour), 0
		second := func(t *rapid.T, from int, what string) time.Time {
			if n := rapid.IntRange(from, 6).Draw(t, what); n > 0 {
				return began.Add(time.Duration(n) * 10 * time.Second)
			}
			return time.Time{}
		}
		rapid.Check(t, func(t *rapid.T) {
			var reports []desk.PhoneCall
			for range rapid.IntRange(1, 5).Draw(t, "reports") {
				r := desk.PhoneCall{Client: d.Mercy.ID, Line: "main", Key: "1", Queued: second(t, 1, "queued"), Answered: second(t, 0, "answered"), Left: second(t, 0, "left")}
				if r.Check(d.Now()) == nil {
					reports = append(reports, r)
				}
			}
			if len(reports) == 0 {
				return
			}
			known := func(list []desk.PhoneCall) (c desk.PhoneCall) {
				n++
				for _, r := range list {
					r.Key = fmt.Sprint(n)
					var err error
					c, err = d.App.HearPhoneCall(d.Ctx(), desk.System("test"), r)
					d.Must(err)
				}
				c.Key = ""
				return c
			}
			want := known(reports)
			for _, r := range reports {
				for _, at := range [][2]time.Time{{want.Queued, r.Queued}, {want.Answered, r.Answered}, {want.Left, r.Left}} {
					if !at[1].IsZero() && (at[0].IsZero() || at[1].Before(at[0])) {
						t.Fatalf("%+v is earlier than what stands: %+v", r, want)
					}
				}
			}
			again := append(rapid.Permutation(reports).Draw(t, "another order"), rapid.SampledFrom(reports).Draw(t, "said twice"))
			if got := known(again); got != want {
				t.Fatalf("%+v in one order, %+v in another", want, got)
			}
		})
	})
}
