package app_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/testkit"
)

func TestTwoDoNotAnswerTheSamePersonUnaware(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx := d.Ctx()
		maria := d.Maria().Calls(d.Sam, "I see kilograms")
		ref := maria.Got.Ref
		seen := maria.Page(d.Sam).Ticket.Seq
		refused := func(err error, want string) {
			t.Helper()
			e, ok := err.(*desk.Error)
			if !ok || e.Code != "ticket.taken" || !strings.HasPrefix(e.Message, want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		d.Must(second(d.App.Reply(ctx, d.Sam, ref, app.Words{Body: "I look into it."}))) // what I did myself is no news
		d.AdvanceTo(d.At(2, 17, 44))
		d.Must(second(d.App.Reply(ctx, d.Priya, ref, app.Words{Body: "Choose pounds under Settings."})))
		_, err := d.App.Reply(ctx, d.Sam, ref, app.Words{Body: "Hello", Seq: seen})
		refused(err, "Priya answered at 5:44")
		if !strings.HasSuffix(err.Error(), "Read it first, then send or discard.") {
			t.Errorf("it says %v", err)
		}
		_, err = d.App.MakePromise(ctx, d.Sam, ref, app.PromiseIn{Kind: desk.Callback, Seq: seen})
		refused(err, "Priya answered at 5:44")
		d.Must(second(d.App.AddNote(ctx, d.Sam, ref, app.Words{Body: "A note is sent to nobody", Seq: seen})))

		seen = maria.Page(d.Sam).Ticket.Seq
		d.Must(second(d.App.Reply(ctx, d.Sam, ref, app.Words{Body: "Hello", Seq: seen}))) // has read it
		p := maria.Promised(d.Sam, time.Time{})
		d.AdvanceTo(p.Start)
		seen = maria.Page(d.Sam).Ticket.Seq
		d.Must(d.App.BeginCall(ctx, d.Priya, ref, p.ID, seen))
		_, err = d.App.Reply(ctx, d.Sam, ref, app.Words{Body: "Hello", Seq: seen})
		refused(err, "Priya began a call at 8:00")
		if err := d.App.BeginCall(ctx, d.Sam, ref, p.ID, seen); !desk.Is(err, desk.Conflict) {
			t.Errorf("two call at once: %v", err)
		}
		d.Must(d.App.MissedCall(ctx, d.Priya, ref, p.ID, "busy"))
		next := maria.Promise()
		refused(d.App.BeginCall(ctx, d.Sam, ref, next.ID, seen), "Priya began a call at 8:00")
		d.Must(second(d.App.Reply(ctx, d.Sam, ref, app.Words{Body: "No number was seen: a program"})))
	})
}

// second gives the error of an act whose result nobody needs.
func second[T any](_ T, err error) error { return err }
