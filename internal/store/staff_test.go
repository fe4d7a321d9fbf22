package store_test

import (
	"context"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

func TestStaff(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		byLogin := func(tx *store.DeskReadTx) (desk.Staff, error) { return tx.StaffByLogin(bob.Login) }
		same(t, "all", read(t, db, system, (*store.DeskReadTx).AllStaff), []desk.Staff{ana, bob})
		same(t, "Ana", read(t, db, system, func(tx *store.DeskReadTx) (desk.Staff, error) { return tx.Staff(ana.ID) }), ana)
		same(t, "Bob", read(t, db, system, byLogin), bob)
		same(t, "names", read(t, db, system, (*store.DeskReadTx).StaffNames), map[desk.StaffID]string{11: "Ana Ruiz", 12: "Bob"})

		changed := bob
		changed.Name, changed.Active, changed.Languages, changed.Clients = "Robert", false, []string{"es"}, []desk.ClientID{1}
		change(t, db, func(tx *store.DeskTx) error {
			return first(tx.SaveStaff(changed), tx.ServeClient(bob.ID, 1), tx.ServeClient(bob.ID, 1), tx.LeaveClient(bob.ID, 2))
		})
		same(t, "Bob changed", read(t, db, system, byLogin), changed)

		twin := desk.Staff{ID: 99, Login: ana.Login}
		isKind(t, "a login twice", db.Desk(ctx, system, func(tx *store.DeskTx) error { return tx.AddStaff(twin) }), desk.Conflict)
		isKind(t, "nobody", db.Desk(ctx, system, func(tx *store.DeskTx) error { return tx.SaveStaff(twin) }), desk.NotFound)
	})
}

func TestSessions(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		s := desk.Session{Hash: "a", Staff: ana.ID, CreatedAt: noon, SeenAt: noon, EndsAt: noon.Add(time.Hour), Passed: true}
		session := func(tx *store.DeskReadTx) (desk.Session, error) { return tx.Session("a") }
		gone := func(what, hash string) {
			t.Helper()
			isKind(t, what, db.DeskRead(ctx, system, func(tx *store.DeskReadTx) error { _, err := tx.Session(hash); return err }), desk.NotFound)
		}
		b, c, d := s, s, s
		b.Hash, b.Staff, b.Passed = "b", bob.ID, false
		c.Hash, c.Staff, c.EndsAt = "c", bob.ID, noon
		d.Hash = "d"
		change(t, db, func(tx *store.DeskTx) error {
			return first(tx.AddSession(s), tx.AddSession(b), tx.AddSession(c), tx.AddSession(d), tx.TouchSession("a", noon.Add(time.Minute)))
		})
		s.SeenAt = noon.Add(time.Minute)
		same(t, "touched", read(t, db, system, session), s)
		change(t, db, func(tx *store.DeskTx) error { return first(tx.DropEndedSessions(noon), tx.EndSession("d")) })
		gone("ended by time", "c")
		gone("signed out", "d")
		same(t, "Bob's", read(t, db, system, func(tx *store.DeskReadTx) (desk.Session, error) { return tx.Session("b") }), b)
		change(t, db, func(tx *store.DeskTx) error { return tx.EndSessionsOf(bob.ID) })
		gone("signed out everywhere", "b")
		same(t, "Ana's stays", read(t, db, system, session), s)
	})
}

func TestTokens(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		whole := desk.Token{ID: 1, Hash: "h1", Name: "monitor", CreatedAt: noon}
		part := desk.Token{ID: 2, Hash: "h2", Name: "portal", Client: 1, CreatedAt: noon}
		end := func(id int64) error {
			return db.Desk(ctx, system, func(tx *store.DeskTx) error { return tx.EndToken(id, noon) })
		}
		change(t, db, func(tx *store.DeskTx) error { return first(tx.AddToken(whole), tx.AddToken(part)) })
		isKind(t, "end", end(2), "")
		isKind(t, "end again", end(2), desk.NotFound)
		part.EndedAt = noon
		same(t, "tokens", read(t, db, system, (*store.DeskReadTx).Tokens), []desk.Token{whole, part})
		same(t, "by hash", read(t, db, system, func(tx *store.DeskReadTx) (desk.Token, error) { return tx.TokenByHash("h2") }), part)
	})
}

// TestContactsThatCannotBeReadAreNotNone: nobody is not the same as not known, and whoever remembers contacts must see the difference.
func TestContactsThatCannotBeReadAreNotNone(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		ctx, lost := context.WithCancel(ctx)
		defer lost()
		_ = db.DeskRead(ctx, system, func(tx *store.DeskReadTx) error {
			if _, err := tx.RosterVersion(); err != nil {
				t.Fatal(err)
			}
			lost()
			// The answer of PostgreSQL may have come before the question is cut off.
			if all, err := tx.Contacts(); err == nil && len(all) == 0 || err != nil && all != nil {
				t.Errorf("%v, %v", all, err)
			}
			return nil
		})
	})
}
