package coverage

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A plan that is rebooked gives the windows, and says who is there, as one that is compiled with those bookings.
func TestRebookIsCompile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)
		r := drawRoster(t, day)
		p := Compile(r)
		other := r
		other.Bookings = nil
		now := map[int64][]Seat{}
		for _, who := range r.People {
			list := []Seat{}
			for range rapid.IntRange(0, 3).Draw(t, "bookings") {
				list = append(list, Seat{who.ID, day.Add(time.Duration(rapid.IntRange(-8, 30).Draw(t, "slot")) * 30 * time.Minute), rapid.IntRange(0, 3).Draw(t, "seat")})
			}
			now[who.ID] = list
			other.Bookings = append(other.Bookings, list...)
		}
		got, want := p.Rebook(now), Compile(other)
		q := Query{Client: 1, Skill: rapid.SampledFrom([]string{"", "PORTAL"}).Draw(t, "skill"), From: day, Until: day.Add(16 * time.Hour), All: true}
		if a, b := got.Windows(q), want.Windows(q); !reflect.DeepEqual(a, b) {
			t.Fatalf("rebooked:\n%+v\ncompiled:\n%+v", a, b)
		}
		at := day.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "at")) * time.Minute)
		if a, b := got.On(1, "", "", at), want.On(1, "", "", at); !reflect.DeepEqual(a, b) {
			t.Fatalf("on shift: %+v, %+v", a, b)
		}
		again := Compile(got.source())
		if a, b := again.Windows(q), want.Windows(q); !reflect.DeepEqual(a, b) {
			t.Fatalf("from its source: %+v, %+v", a, b)
		}
	})
}
