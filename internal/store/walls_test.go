package store

import (
	"context"
	"strings"
	"testing"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

// Statements that forget the client, as no statement of the program may.
var (
	anyDraft   = both(`SELECT body FROM draft ORDER BY body`)
	dropAny    = both(`DELETE FROM draft`)
	strayDraft = both(`INSERT INTO draft (hash, client_id, body, ticket_id, changed_at) VALUES ('stray', $1, '', 0, 0)`)
)

func TestClientsAreWalledOff(t *testing.T) {
	db := openIn(t, Options{DatabaseURL: server.Database(t)})()
	system := desk.System("test")
	for c, body := range map[desk.ClientID]string{1: "one", 2: "two", 3: "three"} {
		if err := db.Write(ctx, system, c, func(tx *Tx) error { return tx.SaveDraft(Draft{Hash: body, Body: body}) }); err != nil {
			t.Fatal(err)
		}
	}
	bodies := func(tx reader) string {
		all, err := many(tx, anyDraft, value[string])
		if err != nil {
			t.Error(err)
		}
		return strings.Join(all, " ")
	}
	want := func(where, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: saw %q, want %q", where, got, want)
		}
	}
	staff := desk.Viewer{Who: desk.WhoStaff, Staff: 5, Clients: []desk.ClientID{1, 3}}

	// One connection after the other: what a transaction may see must not outlive it.
	for _, err := range []error{
		db.DeskRead(ctx, system, func(tx *DeskReadTx) error { want("desk", bodies(tx), "one three two"); return nil }),
		db.Read(ctx, system, 1, func(tx *ReadTx) error { want("read of 1", bodies(tx), "one"); return nil }),
		db.DeskRead(ctx, staff, func(tx *DeskReadTx) error { want("staff", bodies(tx), "one three"); return nil }),
		db.DeskRead(ctx, desk.Viewer{}, func(tx *DeskReadTx) error { want("nobody", bodies(tx), ""); return nil }),
		db.Write(ctx, system, 2, func(tx *Tx) error {
			want("write of 2", bodies(tx), "two")
			n, err := tx.exec(dropAny)
			if n != 1 {
				t.Errorf("deleted %d drafts, want 1", n)
			}
			return err
		}),
		db.System(ctx, "test", func(tx *SystemTx) error { want("system", bodies(tx), "one three"); return nil }),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if err := db.Write(ctx, system, 1, func(tx *Tx) error { _, err := tx.exec(strayDraft, 2); return err }); err == nil {
		t.Error("client 1 has written a row of client 2")
	}
	err := db.Write(ctx, system, 1, func(tx *Tx) error { return tx.SaveDraft(Draft{Hash: "three", Body: "x"}) })
	if !desk.Is(err, desk.Conflict) {
		t.Errorf("a draft of another client: %v, want a conflict", err)
	}
}

// unwalled are the tables with a client_id that every client's transaction may see.
var unwalled = map[string]bool{"site": true, "staff_client": true, "token": true}

func TestEveryTableOfAClientIsWalled(t *testing.T) {
	db := openIn(t, Options{DatabaseURL: server.Database(t)})()
	open := both(`SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'client_id'
		WHERE c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1`)
	err := db.DeskRead(context.Background(), desk.System("test"), func(tx *DeskReadTx) error {
		names, err := many(tx, open, value[string])
		for _, n := range names {
			if !unwalled[n] {
				t.Errorf("table %s has a client_id and no row-level security", n)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
