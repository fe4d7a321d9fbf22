package store

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

var schemaOf = map[string]string{
	"sqlite": `SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1`,
	"postgres": `SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
			FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL SELECT tablename || ' ' || policyname || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '') FROM pg_policies
		ORDER BY 1`,
}

// schema is everything about the schema that two databases can be compared by.
func schema(t *testing.T, db *DB) string {
	t.Helper()
	var all []string
	err := db.DeskRead(ctx, viewer, func(tx *DeskReadTx) (err error) {
		all, err = many(tx, both(schemaOf[db.Engine()]), value[string])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// TestUpgradedIsFresh upgrades a database one migration at a time and compares it with a new one.
func TestUpgradedIsFresh(t *testing.T) {
	check := func(t *testing.T, engine string, fresh, old Options) {
		files, err := fs.Sub(embedded, "migrations")
		if err != nil {
			t.Fatal(err)
		}
		merged := layered{files, engine}
		entries, err := merged.ReadDir(".")
		if err != nil {
			t.Fatal(err)
		}
		have := fstest.MapFS{}
		for _, e := range entries {
			text, err := fs.ReadFile(merged, e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(text, []byte("+goose Up")) {
				continue
			}
			have[e.Name()] = &fstest.MapFile{Data: text}
			if len(have) == 1 {
				todays(engine, have)
			}
			old.migrations, old.Log = have, quiet
			db, err := Open(ctx, old)
			if err != nil {
				t.Fatalf("up to %s: %v", e.Name(), err)
			}
			db.Close()
		}
		upgraded := schema(t, openIn(t, old)())
		if want := schema(t, openIn(t, fresh)()); upgraded != want {
			t.Errorf("the upgraded schema is\n%s\n\nthe fresh one\n%s", upgraded, want)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		check(t, "sqlite", Options{DataDir: t.TempDir()}, Options{DataDir: t.TempDir()})
	})
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) {
			check(t, "postgres", Options{DatabaseURL: server.Database(t)}, Options{DatabaseURL: server.Database(t)})
		})
	}
}

// todays adds what today's commits need to the first migration.
func todays(engine string, have fstest.MapFS) {
	if engine == "postgres" {
		have["00001_kernel.sql"].Data = append(have["00001_kernel.sql"].Data, "\nCREATE TABLE changed (xid xid8 PRIMARY KEY);\n"...)
	}
}

// before are the migrations there were before one.
func before(t *testing.T, engine, migration string) fstest.MapFS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	merged, have := layered{files, engine}, fstest.MapFS{}
	entries, err := merged.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := fs.ReadFile(merged, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("+goose Up")) && e.Name() < migration {
			have[e.Name()] = &fstest.MapFile{Data: text}
		}
	}
	todays(engine, have)
	return have
}

var promiseThen = both(`INSERT INTO promise (client_id, id, ticket_id, requester_id, kind, source, made_who, made_id, made_name, made_at, repair_of, replaces,
	channel, address_id, lang, start_at, due_at, skill, role, state, fire_at, tries, moved_by, outcome, voicemail, unproven, body, step)
	VALUES ($1, 5, 5, 5, 'reply', 'agreement', 'system', 0, '', $2, 0, 0, 'web', 0, 'en', $2, $2, 'PORTAL', 'supervisor', 'open', $2, 0, '', '', 0, 0, '', 0)`)

var ticketThen = both(`INSERT INTO ticket (client_id, id, ref, token, requester_id, subject, state, kind, priority, function_id, skill, via, lang, about, needs, flag,
	channel, address_id, opened_at, changed_at, due_at, promise_id, breaks, seq)
	VALUES ($1, 5, $2, $3, 5, 'Pounds', 'new', 'question', 'P3', $4, 'PORTAL', 'web', 'en', 'me', '', '', 'web', 0, $5, $5, $5, 5, 0, 0)`)

var seatThen = both(`INSERT INTO booking (client_id, shift_id, slot_at, seat, promise_id, staff_id) VALUES ($1, $2, $3, 0, 5, 11)`)

// Promises of before are about what their questions are about, one mailbox is one address, and seats that two turns of
// one person have given are two; the ids of the clients are equal.
func TestAnUpgradeMendsWhatIsThere(t *testing.T) {
	check := func(t *testing.T, engine string, o Options) {
		now := time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)
		old := o
		old.migrations, old.Log, old.Clock = before(t, engine, "00029"), quiet, func() time.Time { return now }
		db, err := Open(ctx, old)
		if err != nil {
			t.Fatal(err)
		}
		about := map[desk.ClientID]int64{1: 40, 2: 7, 3: 0}
		err = db.System(ctx, "test", func(tx *SystemTx) error {
			for c := range about {
				name := fmt.Sprint("hospital-", c)
				if err := tx.AddClient(desk.Client{ID: c, Slug: name, Zone: "America/Chicago", Host: name + ".help"}); err != nil {
					return err
				}
			}
			return nil
		})
		for c, function := range about {
			if err == nil {
				err = db.Write(ctx, desk.System("test"), c, func(tx *Tx) error {
					if err := tx.AddRequester(desk.Requester{ID: 5, Name: "Maria Gomez", Kind: desk.Patient, Lang: "en", CreatedAt: now}); err != nil {
						return err
					}
					if err := tx.AddAddress(desk.Address{ID: 5, Requester: 5, Kind: desk.EmailAddress, Value: "Maria@example.com", CreatedAt: now}); err != nil {
						return err
					}
					err := tx.put(ticketThen, c, fmt.Sprint("K", c), fmt.Sprint("token-", c), function, micros(now))
					if err == nil {
						tx.touch(5)
						err = tx.put(promiseThen, c, micros(now))
					}
					if err == nil {
						err = tx.put(seatThen, c, 70+int64(c), micros(now))
					}
					return err
				})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		o.Clock = old.Clock
		db = openIn(t, o)()
		seats := map[int]bool{}
		err = db.DeskRead(ctx, viewer, func(tx *DeskReadTx) error {
			held, err := tx.SeatsHeld(now)
			for _, s := range held {
				if s.Person == 11 && s.Slot.Equal(now) && s.Promise == 5 {
					seats[s.Seat.Seat] = true
				}
			}
			return err
		})
		if err != nil || len(seats) != len(about) {
			t.Errorf("the seats of one person in one slot: %v, %v", seats, err)
		}
		for c, function := range about {
			err := db.Read(ctx, desk.System("test"), c, func(tx *ReadTx) error {
				p, err := tx.Promise(5)
				if p.Function != function {
					t.Errorf("the promise of hospital %d is about %d, its question about %d", c, p.Function, function)
				}
				if err != nil {
					return err
				}
				mail, err := tx.Address(5)
				if mail.Value != "maria@example.com" {
					t.Errorf("the mailbox of hospital %d is %q", c, mail.Value)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) { check(t, "sqlite", Options{DataDir: t.TempDir()}) })
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) { check(t, "postgres", Options{DatabaseURL: server.Database(t)}) })
	}
}

var (
	addWhole = both(`INSERT INTO agreement (` + agreementNames + `)
		VALUES ($1, $2, $3, '', '', $4, '', 15, 'Ana Ruiz', $5, 0, '', $6, 0, '', '', '', $7, 0, '', '', NULL)`)
	dropMailTo = both(`DELETE FROM agreement_mail WHERE staff_id = $1`)
)

// Who led a hospital before there were mails about terms gets one about those that still wait, and nobody a second one.
func TestAnUpgradeMailsTermsThatWait(t *testing.T) {
	check := func(t *testing.T, engine string, o Options) {
		now := time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)
		old := o
		old.migrations, old.Log, old.Clock = before(t, engine, "00028"), quiet, func() time.Time { return now }
		db, err := Open(ctx, old)
		if err != nil {
			t.Fatal(err)
		}
		err = db.System(ctx, "test", func(tx *SystemTx) error {
			for c := desk.ClientID(1); c <= 2; c++ {
				if err := tx.AddClient(desk.Client{ID: c, Slug: []string{"", "mercy", "anne"}[c], Zone: "America/Chicago", Host: []string{"", "mercy.help", "anne.help"}[c]}); err != nil {
					return err
				}
			}
			for _, s := range []desk.Staff{
				{ID: 11, Login: "ruth@mercy.example", Role: desk.Leader, Active: true, Clients: []desk.ClientID{1}},
				{ID: 12, Login: "told@mercy.example", Role: desk.Leader, Active: true, Clients: []desk.ClientID{1}},
				{ID: 13, Login: "gone@mercy.example", Role: desk.Leader, Clients: []desk.ClientID{1}},
				{ID: 14, Login: "lee@anne.example", Role: desk.Leader, Active: true, Clients: []desk.ClientID{2}},
				{ID: 15, Login: "ana@desk.example", Role: desk.Supervisor, Active: true, Clients: []desk.ClientID{1, 2}},
			} {
				if err := tx.AddStaff(s); err != nil {
					return err
				}
				for _, c := range s.Clients {
					if err := tx.ServeClient(s.ID, c); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		said := desk.Approval{By: 15, Name: "Ana Ruiz", At: now}
		err = db.Write(ctx, desk.System("test"), 1, func(tx *Tx) error {
			for _, a := range []desk.Agreement{
				{Version: 2, From: now, Desk: said, Hospital: said},
				{Version: 3, From: now, Desk: said},
				{Version: 4, From: now},
			} {
				if err := tx.put(addWhole, 1, a.Version, 1, micros(a.From), micros(now), optMicros(a.Desk.At), optMicros(a.Hospital.At)); err != nil {
					return err
				}
			}
			return tx.put(agreementMailToAll, 1, micros(now))
		})
		if err == nil {
			err = db.System(ctx, "test", func(tx *SystemTx) error {
				if err := tx.put(dropMailTo, 11); err != nil { // as before there were any
					return err
				}
				_, err := tx.MoveAgreementMail(desk.AgreementMail{Client: 1, Version: 3, Staff: 12, State: desk.MailWaiting}, desk.AgreementMail{State: desk.MailSent})
				return err
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		o.Clock = old.Clock
		db = openIn(t, o)()
		var due []desk.AgreementMail
		err = db.DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) (err error) {
			due, err = tx.AgreementMailsDue(now, 10)
			return err
		})
		if err != nil || len(due) != 1 || due[0].Staff != 11 || due[0].Version != 3 || due[0].Attempts != 0 {
			t.Errorf("mails that are due: %+v, %v", due, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { check(t, "sqlite", Options{DataDir: t.TempDir()}) })
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) { check(t, "postgres", Options{DatabaseURL: server.Database(t)}) })
	}
}
