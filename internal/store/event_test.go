package store_test

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

func TestHistory(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: time.Hour})
		var all []desk.Event
		for seq, typ := range []desk.EventType{desk.TicketOpened, desk.PromiseMade, desk.MessageIn} {
			all = append(all, desk.Event{Client: 1, Ticket: 1, Seq: seq + 1, Type: typ, By: anaSees.Actor(), HappenedAt: noon.Add(-time.Minute), RecordedAt: noon,
				Data: desk.EventData{Promise: desk.PromiseID(seq), Due: noon.UnixMicro(), Reason: "it's \"so\""}})
		}
		write(t, db, 1, func(tx *store.Tx) error { return first(tx.AddEvent(all[0]), tx.AddEvent(all[1]), tx.AddEvent(all[2])) })
		same(t, "history", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Event, error) { return tx.Events(1) }), all)
		same(t, "latest", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Event, error) { return tx.LastEvents(1, 2) }), all[1:])
		same(t, "other client", readOf(t, db, 2, func(tx *store.ReadTx) ([]desk.Event, error) { return tx.Events(1) }), []desk.Event(nil))
		isKind(t, "a number twice", db.Write(ctx, anaSees, 1, func(tx *store.Tx) error { return tx.AddEvent(all[0]) }), desk.Conflict)
	})
}

func TestMessages(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		in := desk.Message{Client: 1, ID: 1, Ticket: 1, Kind: desk.FromThem, Via: desk.ViaWeb, By: desk.Actor{Who: desk.WhoRequester}, Body: "¿Dónde?", At: noon}
		reply := desk.Message{Client: 1, ID: 2, Ticket: 1, Kind: desk.ToThem, Via: desk.ViaDesk, By: anaSees.Actor(), Body: "Here.", At: noon}
		failed := desk.Out{Client: 1, ID: 8, Ticket: 1, Requester: 1, Message: 2, Trigger: desk.SayReply, Channel: desk.BySMS, Address: 1, State: desk.Failed, Reason: "landline", CreatedAt: noon}
		second := failed
		second.ID, second.Channel, second.State, second.Reason = 9, desk.ByEmail, desk.Delivered, ""
		write(t, db, 1, func(tx *store.Tx) error {
			return first(tx.AddMessage(in), tx.AddMessage(reply), tx.AddOut(failed), tx.AddOut(second))
		})
		reply.Outbox, reply.State, reply.Sent = 9, desk.Delivered, desk.ByEmail
		same(t, "messages", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Message, error) { return tx.Messages(1) }), []desk.Message{in, reply})
	})
}

func TestAttemptsAndAlerts(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: time.Hour})
		try := desk.Attempt{Client: 1, Promise: 1, N: 1, Ticket: 1, Staff: ana.ID, StaffName: ana.Name, How: desk.ByVoice, BeganAt: noon}
		write(t, db, 1, func(tx *store.Tx) error { return tx.AddAttempt(try) })
		try.EndedAt, try.Outcome = noon.Add(time.Minute), "busy"
		write(t, db, 1, func(tx *store.Tx) error { return tx.SaveAttempt(try) })
		same(t, "tries", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Attempt, error) { return tx.Attempts(1) }), []desk.Attempt{try})
		same(t, "other client's tries", readOf(t, db, 2, func(tx *store.ReadTx) ([]desk.Attempt, error) { return tx.Attempts(1) }), []desk.Attempt(nil))

		mine := desk.Alert{ID: 5, Client: 1, Ticket: 1, Promise: 1, Kind: desk.AlertCallTask, Note: "landline", RaisedAt: noon}
		theirs := desk.Alert{ID: 6, Client: 2, Ticket: 1, Kind: desk.AlertRedFlag, RaisedAt: noon.Add(-time.Minute)}
		write(t, db, 1, func(tx *store.Tx) error { return tx.AddAlert(mine) })
		write(t, db, 2, func(tx *store.Tx) error { return tx.AddAlert(theirs) })
		open := func(v desk.Viewer) []desk.Alert {
			return read(t, db, v, func(tx *store.DeskReadTx) ([]desk.Alert, error) { return tx.OpenAlerts(9) })
		}
		same(t, "Ana's alerts", open(anaSees), []desk.Alert{theirs, mine})
		same(t, "Bob's alerts", open(bobSees), []desk.Alert{theirs})
		same(t, "count", read(t, db, bobSees, (*store.DeskReadTx).CountAlerts), 1)
		same(t, "of a ticket", readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Alert, error) { return tx.AlertsOf(1) }), []desk.Alert{mine})
		isKind(t, "Bob asks for Ana's", db.DeskRead(ctx, bobSees, func(tx *store.DeskReadTx) error { _, err := tx.Alert(5); return err }), desk.NotFound)
		mine.AckedAt, mine.AckedBy = noon, ana.ID
		isKind(t, "through another client", db.Write(ctx, anaSees, 2, func(tx *store.Tx) error { return tx.SaveAlert(mine) }), desk.NotFound)
		write(t, db, 1, func(tx *store.Tx) error { return tx.SaveAlert(mine) })
		same(t, "taken care of", open(anaSees), []desk.Alert{theirs})
		same(t, "alert", read(t, db, anaSees, func(tx *store.DeskReadTx) (desk.Alert, error) { return tx.Alert(5) }), mine)
	})
}
