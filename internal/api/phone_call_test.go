package api_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// A phone system reports its calls: when they came and how they ended, in parts and twice. The figures of the hospital count
// them by its agreement, and another hospital's call of the same name is another call.
func TestAPhoneSystemReportsItsCalls(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, whole := face(d)
		at := func(span time.Duration) string { return d.Now().Add(span).Format(time.RFC3339Nano) }
		figures := func(c desk.ClientID) app.CallFigures {
			t.Helper()
			d.Skip(5 * time.Second) // what was read before is not fresh any more
			f, err := d.App.Figures(d.Ctx(), d.Ana, c, app.ThisMonth)
			d.Must(err)
			return f.Calls
		}
		if f := figures(d.Mercy.ID); !f.Last.IsZero() || f.All != 0 {
			t.Fatalf("before anybody has reported: %+v", f)
		}
		came := at(-time.Minute)
		a := mercy.is(mercy.put("/lines/main/calls/1", `{"queued_at":"`+came+`"}`), 200)
		if a.str("client") != "mercy" || a.str("line") != "main" || a.str("call") != "1" || a.str("speed") != "" || a.str("abandonment") != "" {
			t.Fatalf("%s", a.body)
		}
		if f := figures(d.Mercy.ID); f.Last.IsZero() || f.All != 1 || f.Waiting != 1 || f.InTime+f.Late != 0 {
			t.Errorf("while it waits: %+v", f)
		}
		taken := `{"queued_at":"` + came + `","answered_at":"` + d.Now().Add(-40*time.Second).Format(time.RFC3339Nano) + `"}`
		for range 2 {
			if a := mercy.is(mercy.put("/lines/main/calls/1", taken), 200); a.str("speed") != desk.CallMet && a.str("speed") != desk.CallMissed || a.str("abandonment") != desk.CallMet {
				t.Errorf("%s", a.body)
			}
		}
		late := `{"queued_at":"` + at(-2*time.Minute) + `","answered_at":"` + at(-89*time.Second) + `"}`
		if a := anne.is(anne.put("/lines/main/calls/1", late), 200); a.str("client") != "st-anne" || a.str("speed") != desk.CallMissed {
			t.Errorf("%s", a.body)
		}
		for key, body := range map[string]string{
			"left-at-once": `{"queued_at":"` + at(-time.Hour) + `","left_at":"` + at(-time.Hour+9*time.Second) + `"}`,
			"gave-up":      `{"queued_at":"` + at(-time.Hour) + `","left_at":"` + at(-time.Hour+25*time.Second) + `"}`,
			"long-wait":    `{"client":"mercy","queued_at":"` + at(-time.Hour) + `","left_at":"` + at(-time.Hour+2*time.Minute) + `"}`,
			// The end of a call that was answered is of no account.
			"talked": `{"queued_at":"` + at(-time.Hour) + `","answered_at":"` + at(-time.Hour+30*time.Second) + `","left_at":"` + at(-time.Minute) + `"}`,
		} {
			mercy.is(mercy.put("/lines/main/calls/"+key[:4], body), 200)
		}
		f := figures(d.Mercy.ID)
		if f.All != 5 || f.InTime != 2 || f.Late != 1 || f.SpeedOut["left_early"] != 2 || f.Stayed != 2 || f.GaveUp != 2 || f.PatienceOut["left_early"] != 1 || f.Waiting != 0 || f.Free != 0 {
			t.Errorf("the calls of Mercy: %+v", f)
		}
		if f := figures(d.Anne.ID); f.All != 1 || f.Late != 1 || f.Stayed != 1 {
			t.Errorf("the calls of St. Anne: %+v", f)
		}
		// The same fold counts a quarter again under other terms.
		all, err := d.App.Attainment(d.Ctx(), d.Ana, d.Mercy.ID, d.Now().Add(-2*time.Hour), d.Now())
		d.Must(err)
		seen := 0
		for _, m := range all {
			switch m.Metric.String() {
			case "answer_speed":
				seen++
				if m.Met != f.InTime || m.Missed != f.Late {
					t.Errorf("counted again, %d in time and %d not; the page says %+v", m.Met, m.Missed, f)
				}
			case "abandonment":
				seen++
				if m.Met != f.Stayed || m.Missed != f.GaveUp {
					t.Errorf("counted again, %d stayed and %d did not; the page says %+v", m.Met, m.Missed, f)
				}
			}
		}
		if seen != 2 {
			t.Errorf("%d clocks of calls", seen)
		}
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if found.Calls != 6 || len(found.Broken) != 0 {
			t.Errorf("verified: %+v", found)
		}
		whole.bad(whole.put("/lines/main/calls/1", late), 422, "", "body.client") // a line for all hospitals has no agreement
		if _, err := d.App.HearPhoneCall(d.Ctx(), d.Ana, desk.PhoneCall{Client: d.Mercy.ID, Line: "main", Key: "1", Queued: d.Now()}); !desk.Is(err, desk.Forbidden) {
			t.Errorf("a supervisor reports: %v", err)
		}
	})
}

// A phone system that reports one call from several places at once loses no word of it, and two that contradict each other
// give the same call in either order.
func TestReportsOfACallAtOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		at := func(span time.Duration) string { return `"` + d.Now().Add(span).Format(time.RFC3339Nano) + `"` }
		came := `{"queued_at":` + at(-time.Minute)
		for i := range 20 {
			path := fmt.Sprintf("/lines/main/calls/%d", i)
			var all sync.WaitGroup
			for _, body := range []string{came + `}`, came + `,"answered_at":` + at(-40*time.Second) + `}`, came + `}`} {
				all.Go(func() { mercy.is(mercy.put(path, body), 200) })
			}
			all.Wait()
			if a := mercy.is(mercy.put(path, came+`}`), 200); a.str("answered_at") == "" || a.str("speed") != desk.CallMet {
				t.Fatalf("the answer is lost: %s", a.body)
			}
		}
		left, taken := came+`,"left_at":`+at(-20*time.Second)+`}`, came+`,"answered_at":`+at(-15*time.Second)+`}`
		for i, reports := range [][]string{{left, taken}, {taken, left}} {
			path := "/lines/main/calls/both-" + string(rune('a'+i))
			mercy.is(mercy.put(path, reports[0]), 200)
			if a := mercy.is(mercy.put(path, reports[1]), 200); a.str("abandonment") != desk.CallMissed || a.str("speed") != desk.CallMissed {
				t.Errorf("who hung up first: %s", a.body)
			}
		}
	})
}

// A phone system that reports something else than calls fills neither the disk nor the figures: it is told, other hospitals and
// other hours are not held up, and the calls that it has reported go on being heard of.
func TestAPhoneSystemHasNotAnyNumberOfCalls(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, anne, whole := face(d)
		hour := d.Now().Add(-2 * time.Hour).Truncate(time.Hour)
		at := func(t time.Time) string { return `"queued_at":"` + t.Format(time.RFC3339Nano) + `"` }
		d.Must(d.DB.Claim(d.Ctx(), "test", func(of *store.SystemTx) error {
			tx := of.ForClient(d.Mercy.ID)
			for i := range desk.CallsAnHour {
				if _, err := tx.HearPhoneCall(desk.PhoneCall{Client: d.Mercy.ID, Line: "main", Key: fmt.Sprint(i), Queued: hour.Add(time.Duration(i) * 700 * time.Millisecond)}); err != nil {
					return err
				}
			}
			return nil
		}))
		mercy.bad(mercy.put("/lines/main/calls/one-more", `{`+at(hour)+`}`), 409, "call.many", "")
		whole.bad(whole.put("/lines/main/calls/one-more", `{"client":"mercy",`+at(hour)+`}`), 409, "call.many", "")
		mercy.is(mercy.put("/lines/main/calls/7", `{`+at(hour.Add(5*time.Second))+`,"left_at":"`+hour.Add(time.Minute).Format(time.RFC3339Nano)+`"}`), 200)
		mercy.is(mercy.put("/lines/main/calls/later", `{`+at(hour.Add(time.Hour))+`}`), 200)
		mercy.bad(mercy.put("/lines/main/calls/later", `{`+at(hour)+`}`), 409, "call.many", "") // nor by way of another hour
		anne.is(anne.put("/lines/main/calls/one-more", `{`+at(hour)+`}`), 200)
		for i := range desk.CallLinesMost - 1 { // beside main
			mercy.is(mercy.put(fmt.Sprintf("/lines/extension-%d/calls/1", i), `{`+at(d.Now())+`}`), 200)
		}
		mercy.bad(mercy.put("/lines/extension/calls/1", `{`+at(d.Now())+`}`), 409, "call.lines", "")
		mercy.is(mercy.put("/lines/main/calls/latest", `{`+at(d.Now())+`}`), 200)
		f, err := d.App.Figures(d.Ctx(), d.Ana, d.Mercy.ID, app.ThisMonth)
		d.Must(err)
		if want := desk.CallsAnHour + 1 + desk.CallLinesMost; f.Calls.All != want {
			t.Errorf("%d calls, want %d", f.Calls.All, want)
		}
	})
}

// A phone system that has stopped reporting leaves a month without calls, and the page says since when.
func TestAPhoneSystemThatFellSilent(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, _ := face(d)
		came := d.Now().Add(-time.Minute).Truncate(time.Second)
		mercy.is(mercy.put("/lines/main/calls/1", `{"queued_at":"`+came.Format(time.RFC3339)+`"}`), 200)
		d.Skip(65 * 24 * time.Hour)
		f, err := d.App.Figures(d.Ctx(), d.Ana, d.Mercy.ID, app.ThisMonth)
		d.Must(err)
		if f.Calls.All != 0 || !f.Calls.Last.Equal(came) {
			t.Errorf("%+v", f.Calls)
		}
	})
}

func TestAReportOfACallIsChecked(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		mercy, _, whole := face(d)
		at := func(span time.Duration) string { return `"` + d.Now().Add(span).Format(time.RFC3339Nano) + `"` }
		for _, c := range []struct{ path, body, code, where string }{
			{"/lines/main/calls/1", `{"queued_at":` + at(2*time.Minute) + `}`, "line.future", "body.queued_at"},
			{"/lines/main/calls/1", `{"queued_at":` + at(-8*24*time.Hour) + `}`, "call.past", "body.queued_at"},
			{"/lines/main/calls/1", `{"queued_at":` + at(0) + `,"answered_at":` + at(-time.Second) + `}`, "call.order", "body.answered_at"},
			{"/lines/main/calls/1", `{"queued_at":` + at(0) + `,"left_at":` + at(time.Hour) + `}`, "line.future", "body.left_at"},
			{"/lines/main/calls/1", `{"queued_at":` + at(-time.Minute) + `,"left_at":` + at(-20*time.Second) + `,"answered_at":` + at(-10*time.Second) + `}`, "call.both", "body.left_at"},
			{"/lines/main/calls/1", `{}`, "", ""},
			{"/lines/main/calls/a%0Ab", `{"queued_at":` + at(0) + `}`, "call.key", "path.call"},
			{"/lines/a%0Ab/calls/1", `{"queued_at":` + at(0) + `}`, "line.name", "path.name"},
			{"/lines/main/calls/1", `{"queued_at":` + at(0) + `,"from":"312-555-0199"}`, "", ""},
		} {
			mercy.bad(mercy.put(c.path, c.body), 422, c.code, c.where)
		}
		theirs, nobody := mercy.put("/lines/main/calls/1", `{"client":"st-anne","queued_at":`+at(0)+`}`), mercy.put("/lines/main/calls/1", `{"client":"nobody","queued_at":`+at(0)+`}`)
		mercy.bad(theirs, 404, "not_found", "")
		if blank(theirs) != blank(nobody) {
			t.Errorf("%s differs from %s", theirs.body, nobody.body)
		}
		whole.is(whole.put("/lines/main/calls/1", `{"client":"mercy","queued_at":`+at(0)+`}`), 200)
		// Old calls go when new ones come.
		d.Skip(desk.CallKept + time.Minute)
		whole.is(whole.put("/lines/main/calls/2", `{"client":"mercy","queued_at":`+at(0)+`}`), 200)
		found, err := d.App.Verify(d.Ctx(), desk.System("test"))
		d.Must(err)
		if found.Calls != 1 {
			t.Errorf("%d calls are kept", found.Calls)
		}
	})
}
