package store_test

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

func TestDrafts(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		save := func(c desk.ClientID, body string) error {
			return db.Write(ctx, desk.Guest(c), c, func(tx *store.Tx) error { return tx.SaveDraft(store.Draft{Hash: "h", Body: body, Ticket: 4}) })
		}
		load := func(c desk.ClientID) (d store.Draft, err error) {
			err = db.Read(ctx, desk.Guest(c), c, func(tx *store.ReadTx) (err error) { d, err = tx.Draft("h"); return err })
			return d, err
		}
		isKind(t, "new", save(1, "a"), "")
		isKind(t, "changed", save(1, "b"), "")
		isKind(t, "of another client", save(2, "c"), desk.Conflict)
		d, err := load(1)
		isKind(t, "load", err, "")
		same(t, "draft", d, store.Draft{Hash: "h", Client: 1, Body: "b", Ticket: 4, ChangedAt: noon})
		_, err = load(2)
		isKind(t, "seen from another client", err, desk.NotFound)

		drop := func(before time.Time) {
			if err := db.System(ctx, "test", func(tx *store.SystemTx) error { return tx.DropDrafts(before) }); err != nil {
				t.Error(err)
			}
		}
		drop(noon)
		_, err = load(1)
		isKind(t, "not old yet", err, "")
		drop(noon.Add(time.Second))
		_, err = load(1)
		isKind(t, "old", err, desk.NotFound)
	})
}

func TestIdempotency(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		did := store.Idempotent{Hash: "body", Ticket: 4}
		keep := func(c desk.ClientID) error {
			return db.Write(ctx, system, c, func(tx *store.Tx) error { return tx.KeepIdempotent(7, "k", did) })
		}
		asked := func(c desk.ClientID) (got store.Idempotent, ok bool) {
			if err := db.Read(ctx, system, c, func(tx *store.ReadTx) (err error) { got, ok, err = tx.Idempotent(7, "k"); return err }); err != nil {
				t.Error(err)
			}
			return got, ok
		}
		isKind(t, "first", keep(1), "")
		isKind(t, "second", keep(1), desk.Conflict)
		isKind(t, "for another client", keep(2), desk.Conflict)
		got, ok := asked(1)
		same(t, "kept", got, did)
		_, ok2 := asked(2)
		same(t, "whose", []bool{ok, ok2}, []bool{true, false})
		if err := db.System(ctx, "test", func(tx *store.SystemTx) error { return tx.DropIdempotent(noon.Add(time.Second)) }); err != nil {
			t.Error(err)
		}
		_, ok = asked(1)
		same(t, "dropped", ok, false)
	})
}

func TestInbound(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		in := store.Inbound{ID: 1, Client: 1, Channel: "sms", Provider: "p1", From: "+1", To: "+2", Body: "hi", At: noon, State: "waiting", Reason: "no ticket"}
		whose, other := in, in
		whose.ID, whose.Client, whose.Provider = 2, 0, "p2"
		other.ID, other.Client, other.Provider, other.At = 3, 2, "p3", noon.Add(-time.Hour)
		if err := db.System(ctx, "test", func(tx *store.SystemTx) error {
			for _, add := range []struct {
				in  store.Inbound
				new bool
			}{{in, true}, {whose, true}, {other, true}, {in, false}} {
				again := add.in
				if !add.new {
					again.ID = 9
				}
				isNew, err := tx.AddInbound(again)
				same(t, "new", isNew, add.new)
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		waiting := func(tx *store.DeskReadTx) ([]store.Inbound, error) { return tx.WaitingInbound(10) }
		bobs := desk.Viewer{Who: desk.WhoStaff, Staff: bob.ID, Clients: bob.Clients}
		same(t, "all", read(t, db, system, waiting), []store.Inbound{other, in, whose})
		same(t, "Bob's", read(t, db, bobs, waiting), []store.Inbound{other, whose})
		same(t, "a guest's", read(t, db, desk.Guest(1), waiting), []store.Inbound(nil))

		whose.Client, whose.State, whose.Reason, whose.Ticket = 1, "matched", "", 4
		if err := db.System(ctx, "test", func(tx *store.SystemTx) error { return tx.SaveInbound(whose) }); err != nil {
			t.Fatal(err)
		}
		same(t, "what is left", read(t, db, system, waiting), []store.Inbound{other, in})
	})
}
