package app_test

import (
	"context"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// hears waits for news about who is here.
func hears(t *testing.T, changes <-chan app.Change) {
	t.Helper()
	for c := range changes {
		if c.Here {
			return
		}
	}
	t.Fatal("no news came")
}

func TestPresenceBeginsAndEndsWithThePage(t *testing.T) {
	d := testkit.New(t, storetest.SQLite(t))
	maria, rosa := d.Maria().Calls(d.Sam, "I see kilograms"), d.Rosa().Calls(d.Sam, "no veo libras")
	priya, closePage := context.WithCancel(t.Context())
	eve, stop := context.WithCancel(t.Context())
	sam, hear := d.App.Listen(t.Context(), d.Sam), d.App.Listen(eve, d.Eve)
	tracker, done := context.WithCancel(t.Context())
	person := d.App.Listen(tracker, maria.Viewer())
	_, err := d.App.Arrive(priya, d.Priya, maria.Got.Ref)
	d.Must(err)
	again, close2 := context.WithCancel(t.Context())
	_, err = d.App.Arrive(again, d.Priya, maria.Got.Ref) // a second tab is the same person
	d.Must(err)
	hears(t, sam)
	here := d.App.Here(d.Sam)
	if got := here[maria.Got.Ref]; len(got) != 1 || got[0].Name != "Priya Nair" || got[0].Writing {
		t.Fatalf("on Maria's ticket: %+v", here)
	}
	if len(here[rosa.Got.Ref]) != 0 || len(d.App.Here(d.Priya)) != 0 {
		t.Error("somebody is where they are not, or sees themselves")
	}
	for _, v := range []desk.Viewer{d.Eve, {}, maria.Viewer(), desk.Guest(d.Mercy.ID), {Who: desk.WhoToken, Clients: []desk.ClientID{d.Mercy.ID}}} {
		if got := d.App.Here(v); len(got) != 0 {
			t.Errorf("%s sees who is here: %v", v.Who, got)
		}
	}
	d.Must(d.App.KeepTyped(d.Ctx(), d.Priya, app.Typed{Ref: maria.Got.Ref, Place: "reply", Body: "Hello"}))
	hears(t, sam)
	if !d.App.Here(d.Sam)[maria.Got.Ref][0].Writing {
		t.Error("nobody sees that Priya is writing")
	}
	d.Advance(time.Minute)
	if d.App.Here(d.Sam)[maria.Got.Ref][0].Writing {
		t.Error("Priya writes for ever")
	}
	closePage()
	if len(d.App.Here(d.Sam)[maria.Got.Ref]) != 1 {
		t.Error("one of two tabs was closed, and Priya is gone")
	}
	close2()
	hears(t, sam)
	if got := d.App.Here(d.Sam); len(got) != 0 {
		t.Errorf("after the page was closed: %v", got)
	}
	stop()
	for c := range hear {
		if c.Here {
			t.Errorf("Eve hears %+v", c)
		}
	}
	done()
	for c := range person {
		if c.Here {
			t.Error("the tracker hears who of the desk is there")
		}
	}
	if _, err := d.App.Arrive(t.Context(), d.Eve, maria.Got.Ref); !desk.Is(err, desk.NotFound) {
		t.Errorf("Eve arrives at a ticket of another client: %v", err)
	}
}

// Who is here on one node is seen on another, until that node falls silent.
func TestPresenceCrossesNodes(t *testing.T) {
	d, other := twoNodes(t)
	ctx := t.Context()
	maria := d.Maria().Calls(d.Sam, "weight in pounds")
	_, _, err := other.Search(ctx, d.Sam, "pounds", 1) // it knows the names of the desk
	d.Must(err)
	heard := other.Listen(ctx, d.Sam)
	page, closePage := context.WithCancel(ctx)
	still, err := d.App.Arrive(page, d.Priya, maria.Got.Ref)
	d.Must(err)
	for { // LISTEN takes a moment to stand: the node says again that Priya is here until the other has heard
		still()
		if c := waitFor(heard); c.Here {
			break
		}
	}
	if got := other.Here(d.Sam)[maria.Got.Ref]; len(got) != 1 || got[0].Name != "Priya Nair" {
		t.Fatalf("the other node sees %+v", got)
	}
	if got := other.Here(d.Eve); len(got) != 0 {
		t.Errorf("Eve sees %v", got)
	}
	closePage()
	hears(t, heard)
	if got := other.Here(d.Sam); len(got) != 0 {
		t.Errorf("after the page was closed the other node sees %+v", got)
	}
	_, err = d.App.Arrive(ctx, d.Priya, maria.Got.Ref)
	d.Must(err)
	hears(t, heard)
	d.Down(time.Minute) // the first node says nothing any more
	if got := other.Here(d.Sam); len(got) != 0 {
		t.Errorf("a node that fell silent still holds %+v", got)
	}
}

// waitFor gives the next change, or none after a moment: who asks in between floods the relay, which drops what is
// too much.
func waitFor(ch <-chan app.Change) app.Change {
	select {
	case c := <-ch:
		return c
	case <-time.After(20 * time.Millisecond):
		return app.Change{}
	}
}
