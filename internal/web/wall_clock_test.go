package web

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

func TestTimesThatTheClocksLeaveOut(t *testing.T) {
	for _, c := range []struct{ zone, text, at, left string }{
		{"America/Chicago", "2026-06-02T17:05", "2026-06-02T22:05:00Z", ""},
		{"America/Chicago", "2026-03-08T01:59", "2026-03-08T07:59:00Z", ""},
		{"America/Chicago", "2026-03-08T02:00", "", "On March 8 the clocks go from 2:00 to 3:00: there is no 2:00 a.m. Choose another time."},
		{"America/Chicago", "2026-03-08T02:30", "", "On March 8 the clocks go from 2:00 to 3:00: there is no 2:30 a.m. Choose another time."},
		{"America/Chicago", "2026-03-08T03:00", "2026-03-08T08:00:00Z", ""},
		{"America/Chicago", "2026-11-01T01:30", "2026-11-01T06:30:00Z", ""}, // comes twice: the first
		{"America/Phoenix", "2026-03-08T02:30", "2026-03-08T09:30:00Z", ""},
		{"Europe/London", "2026-03-29T01:30", "", "On March 29 the clocks go from 1:00 to 2:00: there is no 1:30 a.m. Choose another time."},
		{"Europe/London", "2026-10-25T01:30", "2026-10-25T00:30:00Z", ""},
		{"Australia/Lord_Howe", "2026-10-04T02:15", "", "On October 4 the clocks go from 2:00 to 2:30: there is no 2:15 a.m. Choose another time."},
		{"UTC", "2026-03-08T02:30", "2026-03-08T02:30:00Z", ""},
		{"America/Chicago", "tomorrow", "", ""},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, left := wallClock(c.text, loc)
		at := ""
		if !got.IsZero() {
			at = got.UTC().Format(time.RFC3339)
		}
		if at != c.at || left != c.left {
			t.Errorf("%s %s: %s, %q; want %s, %q", c.zone, c.text, at, left, c.at, c.left)
		}
	}
}

// TestATimeThatDoesNotExistIsRefusedAtItsField types it for a promise, a window, a wait, an absence and an override: each
// form comes back with what was typed.
func TestATimeThatDoesNotExistIsRefusedAtItsField(t *testing.T) {
	a := atDeskOf(t, testkit.NewAt(t, storetest.SQLite(t), time.Date(2026, time.March, 6, 23, 5, 0, 0, time.UTC)), func(d *testkit.Desk) desk.Viewer { return d.Ana })
	base := ticketURL(a.d.Maria().Calls(a.d.Sam, "I see kilograms").Got.Ref)
	const gone, why = "2026-03-08T02:30", "On March 8 the clocks go from 2:00 to 3:00: there is no 2:30 a.m. Choose another time."
	holds := `value="` + gone + `"`
	a.post(base+"/promises", "kind", "update", "due", gone).gets(422, why).holds(holds)
	a.post(base+"/promises", "kind", "callback", "override", "I am there", "override_start", gone).gets(422, why).holds(holds, `value="I am there"`)
	a.post(base+"/waits", "reason", "time", "until", gone).gets(422, why).holds(holds)
	a.post("/desk/roster/absences", "start", gone, "end", "2026-03-09T08:00").gets(422, why).holds(holds, `value="2026-03-09T08:00"`)
	a.post("/desk/roster/overrides", "start", "2026-03-08T01:00", "end", gone).gets(422, why)
	a.post(base+"/promises", "kind", "update", "due", "2026-03-08T03:30").gets(200, "3:30 a.m.")
}
