package store

import (
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

func TestCodes(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testCodes(t, openIn(t, Options{DataDir: t.TempDir()})()) })
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) { testCodes(t, openIn(t, Options{DatabaseURL: server.Database(t)})()) })
	}
}

func testCodes(t *testing.T, db *DB) {
	if err := db.Desk(ctx, desk.System("test"), func(tx *DeskTx) error { return tx.AddClient(desk.Client{ID: client}) }); err != nil {
		t.Fatal(err)
	}
	sent := Code{Ticket: 4, Purpose: "history", Hash: "h", Extra: "x", EndsAt: time.UnixMicro(5_000_000).UTC()}
	guessed := sent
	guessed.Tries = 2
	for _, step := range []struct {
		what string
		act  func(*Tx) error
		want Code
		ok   bool
	}{
		{"none sent", func(tx *Tx) error {
			if err := tx.AddRequester(desk.Requester{ID: 1}); err != nil {
				return err
			}
			_, err := tx.AddTicket(desk.Ticket{ID: 4, Requester: 1, State: desk.Confirmed})
			return err
		}, Code{}, false},
		{"sent", func(tx *Tx) error { return tx.SaveCode(sent) }, sent, true},
		{"guessed", func(tx *Tx) error { return tx.SaveCode(guessed) }, guessed, true},
		{"dropped for something else", func(tx *Tx) error { return tx.DropCode(4, "other") }, guessed, true},
		{"dropped", func(tx *Tx) error { return tx.DropCode(4, "history") }, Code{}, false},
	} {
		mustWrite(t, db, step.act)
		err := db.Read(ctx, viewer, client, func(tx *ReadTx) error {
			got, ok, err := tx.Code(4, "history")
			if got != step.want || ok != step.ok {
				t.Errorf("%s: got %+v %v, want %+v %v", step.what, got, ok, step.want, step.ok)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
