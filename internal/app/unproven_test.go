package app_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// asksBy opens a question of somebody whom nobody has checked, with a call at start, by that number.
func asksBy(d *testkit.Desk, phone string, start time.Time) (app.Opened, error) {
	d.T.Helper()
	v := desk.Guest(d.Mercy.ID)
	draft, err := d.App.Draft(d.Ctx(), v, d.Mercy.ID, "")
	d.Must(err)
	draft.Ask = asks("How do I see my weight in pounds?")
	draft.Ask.Phone, draft.Ask.Channel, draft.Ask.Start, draft.Ask.Chosen = phone, "call", start, true
	d.Must(d.App.SaveDraft(d.Ctx(), v, d.Mercy.ID, draft))
	return d.App.SendAsk(d.Ctx(), v, d.Mercy.ID, draft, "192.0.2.7")
}

// Two live promises per number, by whatever way a third is asked for.
func TestANumberThatNobodyCheckedHasTwoLivePromises(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		const phone = "+13125550123"
		first, err := asksBy(d, phone, time.Time{})
		d.Must(err)
		_, err = asksBy(d, phone, time.Time{})
		d.Must(err)
		if _, err := asksBy(d, phone, time.Time{}); !desk.Is(err, desk.RateLimited) {
			d.T.Fatalf("the third question: %v", err)
		}
		if _, err := asksBy(d, "+13125550124", time.Time{}); err != nil {
			d.T.Fatalf("another number: %v", err)
		}
		// One that has ended makes room; to open it again takes nobody's time while two are live.
		v, err := d.App.Track(d.Ctx(), first.Token)
		d.Must(err)
		d.Must(d.App.NotNeeded(d.Ctx(), v))
		_, err = asksBy(d, phone, time.Time{})
		d.Must(err)
		_, err = d.App.SayNotFixed(d.Ctx(), v, "", "", d.At(4, 9, 0))
		d.Must(err)
		k, err := d.App.Tracker(d.Ctx(), v)
		d.Must(err)
		if k.Promise.Kind != desk.Reply || k.Promise.Source != desk.FromAgreement {
			d.T.Fatalf("opened again as the third: %+v", k.Promise)
		}
	})
}

// Half of the seats of a window are kept for people whom the desk knows.
func TestHalfOfTheSeatsAreKept(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		at := d.At(3, 8, 0) // Priya has two seats
		_, err := asksBy(d, "+13125550121", at)
		d.Must(err)
		if got, err := asksBy(d, "+13125550122", at); err == nil && got.Promise.Start.Equal(at) {
			d.T.Fatal("the second seat went to somebody whom nobody knows")
		}
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		if p := maria.Promised(d.Sam, at); !p.Start.Equal(at) {
			d.T.Fatalf("whom we know gets %s", p.Start)
		}
	})
}

// A call that was missed goes on to a window of that half as well.
func TestAMissedCallStaysInItsHalf(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		got, err := asksBy(d, "+13125550121", d.At(3, 8, 0))
		d.Must(err)
		_, err = asksBy(d, "+13125550122", d.At(3, 9, 0)) // has the half of 9:00
		d.Must(err)
		d.AdvanceTo(d.At(3, 8, 5))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, got.Ref, got.Promise.ID))
		d.AdvanceTo(d.At(3, 8, 29))
		d.Must(d.App.MissedCall(d.Ctx(), d.Priya, got.Ref, got.Promise.ID, "no_answer"))
		v, err := d.App.Track(d.Ctx(), got.Token)
		d.Must(err)
		k, err := d.App.Tracker(d.Ctx(), v)
		d.Must(err)
		if k.Promise.Start.Equal(d.At(3, 9, 0)) || !k.Promise.Unproven {
			d.T.Fatalf("it moved on to %s", k.Promise.Start)
		}
	})
}
