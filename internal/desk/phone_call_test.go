package desk_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kept/internal/desk"
)

// Reports of a call give the same call in any order, in part or whole, and however often they come.
func TestReportsOfACallComeInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Custom(func(t *rapid.T) time.Time {
			if n := rapid.IntRange(0, 5).Draw(t, "second"); n > 0 {
				return time.Unix(int64(n), 0)
			}
			return time.Time{}
		})
		reports := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) desk.PhoneCall {
			return desk.PhoneCall{Queued: at.Draw(t, "queued"), Answered: at.Draw(t, "answered"), Left: at.Draw(t, "left")}
		}), 1, 6).Draw(t, "reports")
		known := func(list []desk.PhoneCall) (c desk.PhoneCall) {
			for _, r := range list {
				c = c.With(r)
			}
			return c
		}
		want := known(reports)
		again := append(rapid.Permutation(reports).Draw(t, "another order"), rapid.SampledFrom(reports).Draw(t, "said twice"))
		if got := known(again); got != want {
			t.Fatalf("%+v in one order, %+v in another", want, got)
		}
	})
}
