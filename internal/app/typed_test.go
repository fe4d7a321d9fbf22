package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

func TestWhatIsTypedIsKeptForItsWriterAlone(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		maria := d.Maria().Calls(d.Sam, "I see kilograms")
		ref := maria.Got.Ref
		keep := func(v desk.Viewer, place, body, key string) {
			t.Helper()
			d.Must(a.KeepTyped(ctx, v, app.Typed{Ref: ref, Place: place, Body: body, Key: key}))
		}
		typed := func(v desk.Viewer, place string) string { return maria.Page(v).Typed[place] }
		keep(d.Sam, "reply", "Hello Ma", "k1")
		keep(d.Sam, "reply", "Hello Maria", "k1")
		keep(d.Sam, "note", "Looked in Settings", "k2")
		keep(d.Priya, "reply", "Dear Maria", "k3")
		d.Restart() // a crash loses nothing
		a = d.App
		if typed(d.Sam, "reply") != "Hello Maria" || typed(d.Sam, "note") != "Looked in Settings" || typed(d.Priya, "reply") != "Dear Maria" || typed(d.Ana, "reply") != "" {
			t.Errorf("kept: %v, %v, %v", maria.Page(d.Sam).Typed, maria.Page(d.Priya).Typed, maria.Page(d.Ana).Typed)
		}
		d.Must(second(a.Reply(ctx, d.Sam, ref, app.Words{Body: "Hello Maria", Key: "k1"})))
		// Words that were on their way when the form was sent do not come back, and nobody is told that they are kept.
		if err := a.KeepTyped(ctx, d.Sam, app.Typed{Ref: ref, Place: "reply", Body: "Hello Maria", Key: "k1"}); code(err) != "typed.sent" {
			t.Errorf("words of a form that was sent: %v", err)
		}
		if typed(d.Sam, "reply") != "" || typed(d.Sam, "note") == "" || typed(d.Priya, "reply") == "" {
			t.Errorf("after sending: %v", maria.Page(d.Sam).Typed)
		}
		keep(d.Sam, "note", "  ", "")
		if typed(d.Sam, "note") != "" {
			t.Error("an empty field is kept")
		}
		for _, bad := range []app.Typed{{Ref: ref, Place: "../x", Body: "x"}, {Call: "short", Place: "words", Body: "x"}, {Ref: ref, Place: "reply", Body: strings.Repeat("x", 100_000)}} {
			if err := a.KeepTyped(ctx, d.Sam, bad); err == nil {
				t.Errorf("%+v is kept", bad.Place)
			}
		}
		keep(d.Sam, "reply", "zero \x00 and broken \xff", "")

		call := app.Typed{Call: "ABCDEFGHIJKLMNOP", Place: "words", Body: "My chart shows"}
		d.Must(a.KeepTyped(ctx, d.Sam, call))
		got, err := a.TypedInCall(ctx, d.Sam, call.Call)
		d.Must(err)
		other, err := a.TypedInCall(ctx, d.Priya, call.Call)
		d.Must(err)
		d.Must(a.KeepTyped(ctx, d.Sam, app.Typed{Call: "BCDEFGHIJKLMNOPQ", Place: "name", Body: "Ada"}))
		d.Skip(time.Minute)
		d.Must(a.KeepTyped(ctx, d.Sam, app.Typed{Call: call.Call, Place: "phone", Body: "312"}))
		begun := func(v desk.Viewer) (keys []string) {
			calls, err := a.CallsBegun(ctx, v)
			d.Must(err)
			for _, c := range calls {
				keys = append(keys, c.Key+" "+c.Typed["words"]+c.Typed["name"])
			}
			return keys
		}
		if got := begun(d.Sam); !slices.Equal(got, []string{call.Call + " " + call.Body, "BCDEFGHIJKLMNOPQ Ada"}) || len(begun(d.Priya)) != 0 {
			t.Errorf("calls not finished: %q, of another analyst %q", got, begun(d.Priya))
		}
		if got["words"] != call.Body || len(other) != 0 {
			t.Errorf("in the call: %v, of another analyst: %v", got, other)
		}
		d.Must(second(a.FinishCall(ctx, d.Sam, app.CallIn{Client: 1, Requester: app.RequesterIn{Name: "Ada Cole", Phone: "312-555-0123"}, Words: "My chart shows", Ending: "solved", Key: call.Call})))
		if got, err = a.TypedInCall(ctx, d.Sam, call.Call); err != nil || len(got) != 0 {
			t.Errorf("after the call: %v %v", got, err)
		}
		if got := begun(d.Sam); len(got) != 1 {
			t.Errorf("after the call %q are not finished", got)
		}

		d.Skip(31 * 24 * time.Hour)
		d.Must(d.DB.System(d.Ctx(), "tidy", func(tx *store.SystemTx) error { return tx.DropTyped(d.Now().Add(-30 * 24 * time.Hour)) }))
		if got := typed(d.Priya, "reply"); got != "" {
			t.Errorf("after 31 days there is still %q", got)
		}
	})
}

// Whoever presses Send, hears nothing, corrects the words and presses again has lost neither of the two.
func TestCorrectedWordsAreNotTakenForTheFirst(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, rosa := d.Maria().Calls(d.Sam, "I see kilograms"), d.Rosa().Calls(d.Sam, "I cannot sign in")
		bodies := func() (all []string) {
			for _, m := range maria.Page(d.Sam).Messages {
				all = append(all, m.Body)
			}
			return all
		}
		for name, write := range map[string]func(context.Context, desk.Viewer, desk.Ref, app.Words) (desk.Message, error){"reply": d.App.Reply, "note": d.App.AddNote} {
			before := len(bodies())
			d.Must(second(write(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Open Setings.", Key: name})))
			again, err := write(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: " Open Setings.\r\n", Key: name})
			if err != nil || again.ID != 0 || len(bodies()) != before+1 {
				t.Errorf("%s: the same again is %+v, %v", name, again, err)
			}
			for what, other := range map[string]func() (desk.Message, error){
				"other words": func() (desk.Message, error) {
					return write(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Open Settings.", Key: name})
				},
				"another ask": func() (desk.Message, error) {
					return write(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Open Setings.", Key: name, Ask: true})
				},
				"another person": func() (desk.Message, error) {
					return write(d.Ctx(), d.Sam, rosa.Got.Ref, app.Words{Body: "Open Setings.", Key: name})
				},
			} {
				if _, err := other(); code(err) != "idempotency.differs" || !desk.Is(err, desk.Conflict) {
					t.Errorf("%s, %s: %v", name, what, err)
				}
			}
			d.Must(second(write(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "Open Settings.", Key: name + " 2"})))
		}
	})
}
