package app_test

import (
	"testing"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// A text to a number that no hospital has waits on the board with its reason until somebody takes it.
func TestAMessageThatFitsNobodyWaitsInSight(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.Must(d.App.Receive(d.Ctx(), channel.Inbound{Channel: "sms", ProviderID: "x1", From: "+13125550111", To: "+19995550000", Text: "hello?"}))
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Waiting) != 1 || board.Waiting[0].Body != "hello?" || board.Waiting[0].Reason == "" {
			d.T.Fatalf("waiting: %+v", board.Waiting)
		}
		if err := d.App.TakeInbound(d.Ctx(), d.Sam, board.Waiting[0].ID); !desk.Is(err, desk.Forbidden) {
			d.T.Fatalf("an analyst took it: %v", err)
		}
		d.Must(d.App.TakeInbound(d.Ctx(), d.Ana, board.Waiting[0].ID))
		if err := d.App.TakeInbound(d.Ctx(), d.Omar, board.Waiting[0].ID); !desk.Is(err, desk.Conflict) {
			d.T.Fatalf("taken twice: %v", err)
		}
	})
}

// STOP from a number that nobody has yet holds for whoever asks with it later.
func TestStopBeforeTheFirstQuestion(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria()
		maria.Replies("STOP")
		maria.Asks("weight in pounds")
		d.Settle()
		for _, text := range d.SMS.Phone(maria.Phone) {
			if !text.Inbound {
				d.T.Fatalf("texted after STOP: %s", text.Body)
			}
		}
	})
}
