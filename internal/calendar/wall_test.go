package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWall(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		date       Date
		minute     int
		want       string
	}{
		{"an ordinary morning", "America/Chicago", Date{2026, 11, 23}, 540, "2026-11-23T09:00:00-06:00"},
		{"the same morning in summer", "America/Chicago", Date{2026, 7, 23}, 540, "2026-07-23T09:00:00-05:00"},
		{"half past two that does not exist", "America/Chicago", Date{2026, 3, 8}, 150, "2026-03-08T03:00:00-05:00"},
		{"half past one, the first time", "America/Chicago", Date{2026, 11, 1}, 90, "2026-11-01T01:30:00-05:00"},
		{"two o'clock, after one came twice", "America/Chicago", Date{2026, 11, 1}, 120, "2026-11-01T02:00:00-06:00"},
		{"half an hour is missing on Lord Howe", "Australia/Lord_Howe", Date{2026, 10, 4}, 135, "2026-10-04T02:30:00+11:00"},
		{"the day that Samoa skipped", "Pacific/Apia", Date{2011, 12, 30}, 540, "2011-12-31T00:00:00+14:00"},
		{"minutes beyond the day", "UTC", Date{2026, 11, 23}, 1500, "2026-11-24T01:00:00Z"},
		{"days beyond the month", "UTC", Date{2026, 11, 31}, 0, "2026-12-01T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := Wall(loc, c.date, c.minute); !got.Equal(at(t, c.want)) {
				t.Errorf("got %s, want %s", got.In(loc), c.want)
			}
		})
	}
}

// The oracle walks minute by minute and reads the label.
func TestWallIsTheFirstInstantThatReachesTheLabel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, c, now := drawCase(t)
		loc := c.Zone()
		label := func(t time.Time) int64 {
			_, off := t.In(loc).Zone()
			return t.Unix() + int64(off)
		}
		y, m, d := now.In(loc).Date()
		minute := rapid.IntRange(-dayMinutes, 2*dayMinutes).Draw(t, "minute")
		wall := time.Date(y, m, d, 0, minute, 0, 0, time.UTC).Unix()
		walk := time.Unix(wall, 0).Add(-40 * time.Hour)
		for label(walk) < wall {
			walk = walk.Add(time.Minute)
		}
		if got := Wall(loc, Date{y, m, d}, minute); !got.Equal(walk) {
			t.Fatalf("got %s, want %s", got.In(loc), walk.In(loc))
		}
	})
}
