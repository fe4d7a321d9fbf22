package demo_test

import (
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel/email"
	"kept/internal/channel/sms"
	"kept/internal/demo"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

// Somebody who has just started the demo: nothing is overdue, the sign-in works, the queue is full,
// the patient's question has its answer, and a promise can be made.
func TestTheDeskWorksOnWhatTheDemoHasMade(t *testing.T) {
	clock := func() time.Time { return now }
	db := storetest.SQLite(t)(store.Options{Clock: clock})
	r, err := demo.Seed(t.Context(), db, demo.Options{Seed: 3, Now: now, Tickets: 400})
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Options{DB: db, SMS: sms.NewFake(clock, nil, false), Mail: email.NewBox(clock)})
	if swept, next, err := a.Sweep(t.Context(), 100); err != nil || swept != 0 || !next.After(now) {
		t.Errorf("as it starts, %d promises are overdue (%v), the next is due %s", swept, err, next)
	}
	var lead demo.SignIn
	for _, s := range r.SignIns {
		if s.Role == desk.Supervisor && lead.Name == "" {
			lead = s
		}
	}
	if _, err := a.SignIn(t.Context(), lead.Login, lead.Password, "", "127.0.0.1"); err != nil {
		t.Errorf("%s cannot sign in: %v", lead.Login, err)
	}
	if len(r.SignIns) != 25 || len(r.Tokens) != 7 || len(r.Clients) != 6 {
		t.Errorf("%d people, %d tokens, %d hospitals", len(r.SignIns), len(r.Tokens), len(r.Clients))
	}
	most, err := a.MostAsked(t.Context(), desk.Patient)
	if err != nil || len(most) != 6 {
		t.Errorf("%d answers are asked most: %v", len(most), err)
	}
	for words, slug := range map[string]string{
		"weight in pounds": "weight-in-pounds", "kilos a libras": "weight-in-pounds", "lbs": "weight-in-pounds",
		"forgot my password": "forgot-password", "olvidé mi contraseña": "forgot-password",
		"how do i see my test results": "find-test-result", "mis resultados": "find-test-result",
		"cancel my appointment": "book-cancel-check-in", "my account is locked": "account-locked",
		"new phone code": "code-goes-to-old-phone", "quitar mensajes": "stop-text-messages", "pay my bill": "bill-online",
	} {
		found, err := a.FindAnswers(t.Context(), words, 3)
		if err != nil || len(found) == 0 || found[0].Slug != slug {
			got := ""
			for _, f := range found {
				got += " " + f.Slug
			}
			t.Errorf("%q finds%s first, want %s (%v)", words, got, slug, err)
		}
	}
}

// TestTheDemoIsLawful: what the demo has made holds against every law, and its clocks against its history.
func TestTheDemoIsLawful(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		db := open(store.Options{Clock: func() time.Time { return now }})
		if _, err := demo.Seed(t.Context(), db, demo.Options{Seed: 3, Now: now, Tickets: 400}); err != nil {
			t.Fatal(err)
		}
		a := app.New(app.Options{DB: db})
		for n := 1; n > 0; {
			var err error
			if n, err = a.Fold(t.Context(), app.FoldBatch); err != nil {
				t.Fatal(err)
			}
		}
		found, err := a.Verify(t.Context(), desk.System("test"))
		if err != nil || found.Tickets != 400 {
			t.Fatal(found.Tickets, err)
		}
		for _, b := range found.Broken {
			t.Error(b)
		}
		lines, err := a.Agreements(t.Context(), desk.System("test"))
		if err != nil || len(lines) != 6 {
			t.Fatal(len(lines), err)
		}
		drafts := 0
		for _, l := range lines {
			if l.Draft.Version != 0 {
				drafts++
			}
		}
		if drafts != 2 {
			t.Errorf("%d hospitals have a draft to approve", drafts)
		}
	})
}
