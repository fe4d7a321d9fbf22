package store_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

var (
	ctx    = context.Background()
	system = desk.System("test")
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 123_456_000, time.UTC)

	mercy = desk.Client{ID: 1, Slug: "mercy", Name: "Mercy Health", Short: "Mercy", Host: "help.mercy.example", Zone: "America/Chicago",
		Phone: "+13125550100", StaffPhone: "+13125550101", TTY: "711", EHR: "Epic", Portal: "MyChart", Hours: "24x7",
		ReplyIn: 4 * time.Hour, ReplyHours: "mon-fri 8-17", Languages: []string{"en", "es"},
		Channels: []desk.Channel{"sms", "call"}, Colour: 2}
	lakeside = desk.Client{ID: 2, Slug: "lakeside", Name: "Lakeside", Host: "help.lakeside.example", Zone: "America/New_York"}
	ana      = desk.Staff{ID: 11, Name: "Ana Ruiz", Login: "ana@desk.example", Role: desk.Supervisor, Password: "hash", TOTP: "secret",
		Languages: []string{"en", "es"}, Clients: []desk.ClientID{1, 2}, Active: true, Theme: "dark", Density: "compact", LetterKeys: true}
	bob = desk.Staff{ID: 12, Name: "Bob", Login: "bob@desk.example", Role: desk.Analyst, Active: true, Clients: []desk.ClientID{2}}
)

// onDesk runs f on both engines, on a desk with two clients and two members of staff.
func onDesk(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		db := open(store.Options{Clock: func() time.Time { return noon }})
		change(t, db, func(tx *store.DeskTx) error {
			return first(tx.AddClient(mercy), tx.AddClient(lakeside), tx.AddStaff(ana), tx.AddStaff(bob))
		})
		f(t, db)
	})
}

// first gives the first error of several acts.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func change(t *testing.T, db *store.DB, fn func(*store.DeskTx) error) {
	t.Helper()
	if err := db.Desk(ctx, system, fn); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, db *store.DB, v desk.Viewer, fn func(*store.DeskReadTx) (T, error)) (got T) {
	t.Helper()
	err := db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) { got, err = fn(tx); return err })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func isKind(t *testing.T, what string, err error, kind desk.Kind) {
	t.Helper()
	if desk.KindOf(err) != kind {
		t.Errorf("%s: got %v, want %q", what, err, kind)
	}
}

func TestClients(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		clients := (*store.DeskReadTx).Clients
		same(t, "the system's", read(t, db, system, clients), []desk.Client{lakeside, mercy})
		same(t, "Ana's", read(t, db, desk.Viewer{Who: desk.WhoStaff, Staff: ana.ID}, clients), []desk.Client{lakeside, mercy})
		same(t, "Bob's", read(t, db, desk.Viewer{Who: desk.WhoStaff, Staff: bob.ID}, clients), []desk.Client{lakeside})
		same(t, "a guest's", read(t, db, desk.Guest(1), clients), []desk.Client{mercy})
		same(t, "nobody's", read(t, db, desk.Viewer{}, clients), []desk.Client(nil))

		changed := mercy
		changed.Name, changed.Languages, changed.Colour = "Mercy West", []string{"es"}, 5
		site := desk.Site{Client: 1, ID: 3, Name: "Main", Zone: "America/Chicago"}
		change(t, db, func(tx *store.DeskTx) error { return first(tx.SaveClient(changed), tx.AddSite(site)) })
		for what, find := range map[string]func(*store.DeskReadTx) (desk.Client, error){
			"by id":   func(tx *store.DeskReadTx) (desk.Client, error) { return tx.Client(1) },
			"by host": func(tx *store.DeskReadTx) (desk.Client, error) { return tx.ClientByHost(mercy.Host) },
			"by slug": func(tx *store.DeskReadTx) (desk.Client, error) { return tx.ClientBySlug("mercy") },
		} {
			same(t, what, read(t, db, desk.Viewer{}, find), changed)
		}
		same(t, "sites", read(t, db, system, func(tx *store.DeskReadTx) ([]desk.Site, error) { return tx.Sites(1) }), []desk.Site{site})

		again := lakeside
		again.ID = 9
		isKind(t, "a slug twice", db.Desk(ctx, system, func(tx *store.DeskTx) error { return tx.AddClient(again) }), desk.Conflict)
		isKind(t, "saving nobody", db.Desk(ctx, system, func(tx *store.DeskTx) error { return tx.SaveClient(again) }), desk.NotFound)
		isKind(t, "no such host", db.DeskRead(ctx, system, func(tx *store.DeskReadTx) error {
			_, err := tx.ClientByHost("other.example")
			return err
		}), desk.NotFound)
	})
}

func TestCatalogue(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		portal := desk.Skill{Code: "portal", Name: "Portal", NameES: "Portal", Public: "a MyChart expert", PublicES: "un experto"}
		login := desk.Function{ID: 2, Domain: "Portal", Name: "Sign in", Skill: "portal"}
		proxy := desk.Function{ID: 1, Domain: "Portal", Name: "Proxy", Skill: "portal"}
		before := read(t, db, system, (*store.DeskReadTx).Versions)
		change(t, db, func(tx *store.DeskTx) error {
			return first(tx.AddSkill(portal), tx.AddFunction(login), tx.AddFunction(proxy))
		})
		before.Desk += 3
		same(t, "versions", read(t, db, system, (*store.DeskReadTx).Versions), before)
		same(t, "functions", read(t, db, system, (*store.DeskReadTx).Functions), []desk.Function{proxy, login})
		same(t, "function", read(t, db, system, func(tx *store.DeskReadTx) (desk.Function, error) { return tx.Function(2) }), login)
		same(t, "skills", read(t, db, system, (*store.DeskReadTx).Skills), []desk.Skill{portal})
	})
}

func TestAnswers(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		a := desk.Answer{ID: 1, Slug: "reset", Kind: desk.AnswerSteps, Title: "Reset", TitleES: "Restablecer", Body: "1. Open\n2. Press",
			BodyES: "1. Abra", Aloud: "Say", Staff: "Do", Asked: "forgot", Skill: "portal", Function: 2, Audience: "patient",
			Tier: "V1", Priority: "normal", Rank: 3, Flag: "privacy"}
		version := (*store.DeskReadTx).Versions
		before := read(t, db, system, version)
		change(t, db, func(tx *store.DeskTx) error { return tx.AddAnswer(a) })
		same(t, "answers", read(t, db, system, (*store.DeskReadTx).Answers), []desk.Answer{a})
		a.Title, a.Rank = "Reset it", 0
		change(t, db, func(tx *store.DeskTx) error { return tx.SaveAnswer(a) })
		same(t, "answer", read(t, db, system, func(tx *store.DeskReadTx) (desk.Answer, error) { return tx.Answer("reset") }), a)
		before.Answers += 2
		same(t, "versions after two changes", read(t, db, system, version), before)
	})
}

func TestSettings(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		isSet := func(tx *store.DeskReadTx) (bool, error) { _, ok, err := tx.Setting("colour"); return ok, err }
		same(t, "before", read(t, db, system, isSet), false)
		change(t, db, func(tx *store.DeskTx) error {
			return first(tx.SetSetting("colour", "red"), tx.SetSetting("colour", "blue"))
		})
		same(t, "after", read(t, db, system, func(tx *store.DeskReadTx) (string, error) { s, _, err := tx.Setting("colour"); return s, err }), "blue")
	})
}
