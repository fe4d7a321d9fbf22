package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/channel/sms"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

const (
	priyasPhone = "+13125550181"
	anasPhone   = "+13125550191"
	omarsPhone  = "+13125550192"
)

// ladders is a desk whose people have phones, with a call that Priya owes Maria from 8:00 to 8:30.
func ladders(d *testkit.Desk) (*testkit.Person, desk.Promise) {
	d.T.Helper()
	for who, number := range map[desk.StaffID]string{d.Priya.Staff: priyasPhone, d.Ana.Staff: anasPhone, d.Omar.Staff: omarsPhone} {
		d.Must(d.App.SaveContact(d.Ctx(), d.Ana, who, app.ContactIn{Phone: number}))
	}
	maria := d.Maria().Calls(d.Sam, "weight in pounds")
	p := maria.Promised(d.Sam, d.At(3, 8, 0))
	if p.Owner != d.Priya.Staff {
		d.T.Fatalf("%+v", p)
	}
	d.AdvanceTo(d.At(3, 7, 59))
	return maria, p
}

// untaken counts the texts to a phone about promises that nobody has taken.
func untaken(d *testkit.Desk, number string) (n int) {
	for _, m := range d.SMS.Sent(number) {
		if strings.Contains(m.Body, "promise") && strings.Contains(m.Body, "wait") {
			n++
		}
	}
	return n
}

// minutes lets time pass minute by minute.
func minutes(d *testkit.Desk, until time.Time) {
	d.T.Helper()
	for d.Now().Before(until) {
		d.Skip(min(time.Minute, until.Sub(d.Now())))
		d.Settle()
	}
}

// A call that nobody has begun is called for: its owner half an hour before, with no backup the supervisor ten minutes
// before, also when it is due and after it; then nobody was reached, which is an incident by itself.
func TestAPromiseThatNobodyTakesIsEscalated(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		for _, at := range []struct {
			hour, minute, priya, ana int
		}{{7, 59, 0, 0}, {8, 0, 1, 0}, {8, 19, 1, 0}, {8, 20, 1, 1}, {8, 24, 1, 1}, {8, 25, 1, 2}, {8, 30, 1, 3}, {8, 44, 1, 3}} {
			minutes(d, d.At(3, at.hour, at.minute))
			if priya, ana := untaken(d, priyasPhone), untaken(d, anasPhone); priya != at.priya || ana != at.ana {
				t.Fatalf("%d:%02d: Priya was told %d times, Ana %d", at.hour, at.minute, priya, ana)
			}
			if untaken(d, omarsPhone) != 0 {
				t.Fatal("Omar, who sleeps, was called")
			}
		}
		for _, m := range d.SMS.Sent(priyasPhone) {
			if strings.Contains(m.Body, "Maria") || strings.Contains(m.Body, string(maria.Got.Ref)) {
				t.Errorf("a text to staff says too much: %s", m.Body)
			}
		}
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Alerts) != 0 || len(board.Broken) != 1 || board.Broken[0].Called != "Called: Priya Nair, Ana Ruiz." {
			t.Fatalf("the ladder of the broken promise goes on for its repair: %+v, alerts %+v", board.Broken, board.Alerts)
		}
		minutes(d, d.At(3, 8, 46))
		board, err = d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Alerts) != 1 || board.Alerts[0].Alert.Kind != desk.AlertUntaken || board.Alerts[0].Alert.Promise != p.ID || !board.Alerts[0].Nobody {
			t.Fatalf("nobody was reached: %+v", board.Alerts)
		}
		if c, err := d.App.Calls(d.Ctx(), desk.System("test")); c.Nobody != 1 || err != nil {
			t.Errorf("unreached: %d, %v", c.Nobody, err)
		}
		strip, err := d.App.Strip(d.Ctx(), d.Ana)
		d.Must(err)
		if strip.Alerts != 1 {
			t.Errorf("%d alerts are open", strip.Alerts)
		}
		before := untaken(d, anasPhone)
		d.Must(d.App.AckAlert(d.Ctx(), d.Ana, board.Alerts[0].Alert.ID))
		minutes(d, d.At(3, 8, 55))
		if board, err = d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{}); err != nil || len(board.Alerts) != 0 {
			t.Errorf("alerts after it: %+v, %v", board.Alerts, err)
		}
		if n := untaken(d, anasPhone); n != before {
			t.Errorf("%d more texts after Ana said that she has it", n-before)
		}
	})
}

// Whoever has it, however they say so, ends the calls; so does the end of the promise.
func TestALadderEnds(t *testing.T) {
	window := func(d *testkit.Desk) time.Time { return d.At(3, 9, 0) }
	for name, act := range map[string]func(d *testkit.Desk, maria *testkit.Person, p desk.Promise) error{
		"I have it": func(d *testkit.Desk, m *testkit.Person, p desk.Promise) error {
			return d.App.HavePromise(d.Ctx(), d.Sam, m.Got.Ref, p.ID)
		},
		"taken": func(d *testkit.Desk, m *testkit.Person, p desk.Promise) error {
			return d.App.GivePromise(d.Ctx(), d.Ana, m.Got.Ref, p.ID, d.Ana.Staff, "I do it")
		},
		"called and missed": func(d *testkit.Desk, m *testkit.Person, p desk.Promise) error {
			d.Must(d.App.TryPromise(d.Ctx(), d.Priya, m.Got.Ref, p.ID))
			return d.App.MissedCall(d.Ctx(), d.Priya, m.Got.Ref, p.ID, "no_answer")
		},
		"kept": func(d *testkit.Desk, m *testkit.Person, p desk.Promise) error {
			return d.App.KeepPromise(d.Ctx(), d.Priya, m.Got.Ref, p.ID, "she sees pounds", nil)
		},
		"moved": func(d *testkit.Desk, m *testkit.Person, p desk.Promise) error {
			_, err := d.App.MovePromise(d.Ctx(), d.Priya, m.Got.Ref, p.ID, desk.MovedByPerson, window(d).Add(2*time.Hour))
			return err
		},
		"not needed": func(d *testkit.Desk, m *testkit.Person, p desk.Promise) error {
			return d.App.NotNeeded(d.Ctx(), m.Viewer())
		},
		"void": func(d *testkit.Desk, m *testkit.Person, p desk.Promise) error {
			return d.App.VoidTicket(d.Ctx(), d.Ana, m.Got.Ref, "a duplicate")
		},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				maria, p := ladders(d)
				minutes(d, d.At(3, 8, 5))
				if untaken(d, priyasPhone) != 1 {
					t.Fatal("Priya was not told")
				}
				d.Must(act(d, maria, p))
				// In the same unit of work: nothing has swept yet.
				d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
					if open, err := tx.OpenLadders(); err != nil || len(open) != 0 {
						t.Errorf("%+v, %v", open, err)
					}
					return nil
				}))
				minutes(d, d.At(3, 8, 29))
				if priya, ana := untaken(d, priyasPhone), untaken(d, anasPhone); priya != 1 || ana != 0 {
					t.Errorf("after it Priya was told %d times, Ana %d", priya, ana)
				}
				if page := maria.Page(d.Ana); page.Promises[0].Called != "" {
					t.Errorf("the page says %q", page.Promises[0].Called)
				}
			})
		})
	}
}

// Who has said "I have it" beforehand is not reminded, and nobody else is called. Whoever comes second is told who has it.
func TestAPromiseInHandHasNoLadder(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		d.Must(d.App.HavePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.Must(d.App.HavePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID)) // twice is once
		if err := d.App.HavePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID); !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Priya Nair") {
			t.Errorf("Ana is told %v", err)
		}
		minutes(d, d.At(3, 8, 29))
		if priya, ana := untaken(d, priyasPhone), untaken(d, anasPhone); priya+ana != 0 {
			t.Errorf("Priya was told %d times, Ana %d", priya, ana)
		}
		events, err := d.App.Events(d.Ctx(), d.Ana, maria.Got.Ref)
		d.Must(err)
		said := 0
		for _, e := range events {
			if e.Type == desk.PromiseGiven && e.Data.Reason == desk.GivenInHand && e.By.Name == "Priya Nair" {
				said++
			}
		}
		if said != 1 {
			t.Errorf("the history says %d times that Priya has it", said)
		}
		// It broke all the same: whoever has to repair it has said nothing yet.
		minutes(d, d.At(3, 8, 32))
		if untaken(d, anasPhone) != 1 {
			t.Errorf("Ana, who owns the repair, was told %d times", untaken(d, anasPhone))
		}
	})
}

// While somebody is on the phone nobody is called; a call that is begun and never ended lets the ladder go on.
func TestACallThatNobodyEndsLetsTheLadderGoOn(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		minutes(d, d.At(3, 8, 8))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		minutes(d, d.At(3, 8, 22))
		if priya, ana := untaken(d, priyasPhone), untaken(d, anasPhone); priya != 1 || ana != 0 {
			t.Fatalf("during the call Priya was told %d times, Ana %d", priya, ana)
		}
		minutes(d, d.At(3, 8, 24))
		if ana := untaken(d, anasPhone); ana == 0 {
			t.Error("nobody ended the call, and Ana was not told")
		}
	})
}

// A ring that was to come waits while somebody is on the phone, and comes when nobody ends the call.
func TestARingWaitsForACall(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Priya, "312-555-0181", nil, []coverage.Rule{{By: coverage.ByText}, {By: coverage.ByMail, After: 2 * time.Minute}}))
		minutes(d, d.At(3, 8, 1))
		d.Must(d.App.TryPromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		minutes(d, d.At(3, 8, 15))
		if n := len(d.Mail.Mails("pri@kept.example")); n != 0 {
			t.Fatalf("%d mails during the call", n)
		}
		minutes(d, d.At(3, 8, 17))
		if n := len(d.Mail.Mails("pri@kept.example")); n != 1 {
			t.Errorf("%d mails after it", n)
		}
	})
}

// What somebody had, and somebody else was given, has a ladder again: its new owner is called, and may say "I have it".
func TestAPromiseThatIsGivenOnHasALadder(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		minutes(d, d.At(3, 8, 1))
		d.Must(d.App.HavePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		d.Must(d.App.GivePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, d.Omar.Staff, "Priya is ill"))
		minutes(d, d.At(3, 8, 21))
		if priya, ana := untaken(d, priyasPhone), untaken(d, anasPhone); priya != 1 || ana == 0 {
			t.Errorf("Priya was told %d times, Ana %d", priya, ana)
		}
		d.Must(d.App.HavePromise(d.Ctx(), d.Omar, maria.Got.Ref, p.ID))
		if err := d.App.HavePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID); !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Omar Said") {
			t.Errorf("Priya is told %v", err)
		}
		before := untaken(d, anasPhone)
		minutes(d, d.At(3, 8, 29))
		if n := untaken(d, anasPhone); n != before {
			t.Errorf("Ana was told %d more times", n-before)
		}
		checked(d)
	})
}

// Its owner may say that they have it also after somebody else has said so.
func TestTheOwnerMayAlwaysHaveIt(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		d.Must(d.App.HavePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID))
		d.Must(d.App.HavePromise(d.Ctx(), d.Priya, maria.Got.Ref, p.ID))
		if err := d.App.HavePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID); !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Priya Nair") {
			t.Errorf("Sam is told %v", err)
		}
	})
}

// A promise that nobody owns belongs to whoever says that they have it.
func TestIHaveWhatNobodyOwns(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "weight in pounds") // the agreement's promise, nobody's
		p := maria.Promise()
		d.Must(d.App.HavePromise(d.Ctx(), d.Sam, maria.Got.Ref, p.ID))
		if now := maria.Promise(); p.Owner != 0 || now.Owner != d.Sam.Staff {
			t.Errorf("it was %d's and is %d's", p.Owner, now.Owner)
		}
		checked(d)
	})
}

// checked holds every question against the laws.
func checked(d *testkit.Desk) {
	d.T.Helper()
	found, err := d.App.Verify(d.Ctx(), desk.System("test"))
	d.Must(err)
	if len(found.Broken) > 0 {
		d.T.Errorf("%v", found.Broken)
	}
}

// policyOf puts a policy for promises in force.
func policyOf(d *testkit.Desk, kinds []desk.PromiseKind, steps ...coverage.Step) {
	d.T.Helper()
	now, err := d.App.Escalation(d.Ctx(), d.Ana, 0, app.ForPromises)
	d.Must(err)
	now.Steps, now.Kinds = steps, kinds
	d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForPromises, now))
}

// Steps that find nobody do not wait; when all find nobody that is an incident at once.
func TestEmptyStepsOfALadderDoNotWait(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		nobody := coverage.Step{At: -30 * time.Minute, To: []coverage.Target{{Person: int64(d.Priya.Staff)}}, Wait: 10 * time.Minute}
		_, err := d.App.AddAbsence(d.Ctx(), d.Ana, app.AbsenceIn{Staff: d.Priya.Staff, Start: d.At(3, 7, 0), End: d.At(4, 7, 0)})
		d.Must(err)
		policyOf(d, []desk.PromiseKind{desk.Callback}, nobody, coverage.Step{At: -20 * time.Minute, To: []coverage.Target{{Role: coverage.Owner}}, Wait: 10 * time.Minute},
			coverage.Step{At: 15 * time.Minute, To: []coverage.Target{{Role: coverage.Leads}}, Wait: 20 * time.Minute})
		minutes(d, d.At(3, 8, 0))
		if priya, ana := untaken(d, priyasPhone), untaken(d, anasPhone); priya != 0 || ana != 1 {
			t.Fatalf("Priya, who is away, was told %d times, Ana %d, in place of her", priya, ana)
		}
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, "she sees pounds", nil))

		rosa := d.Rosa().Calls(d.Sam, "no puedo entrar")
		_, err = d.App.MakePromise(d.Ctx(), d.Sam, rosa.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 12, 0)})
		d.Must(err)
		policyOf(d, []desk.PromiseKind{desk.Update}, nobody)
		minutes(d, d.At(3, 11, 31))
		if c, err := d.App.Calls(d.Ctx(), desk.System("test")); c.Nobody != 1 || err != nil {
			t.Errorf("unreached: %d, %v", c.Nobody, err)
		}
	})
}

// A step whose people can be told by no way at all does not wait either: why is kept, the next step is taken at once,
// and when no step has anybody, that nobody was reached is an incident at once.
func TestAStepOfPeopleWhoCannotBeToldDoesNotWait(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail}) // nobody carries calls
		d.SMS.SetSink(d.App)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Priya, "312-555-0181", nil, []coverage.Rule{{By: coverage.ByCall}}))
		owner := coverage.Step{At: -30 * time.Minute, To: []coverage.Target{{Role: coverage.Owner}}, Wait: 10 * time.Minute, Repeat: 2}
		policyOf(d, []desk.PromiseKind{desk.Callback}, owner, coverage.Step{At: 15 * time.Minute, To: []coverage.Target{{Person: int64(d.Ana.Staff)}}, Wait: 20 * time.Minute})
		minutes(d, d.At(3, 8, 0))
		wantWays(d, "Priya call no_provider", "Ana text sent")
		if n := untaken(d, anasPhone); n != 1 {
			t.Errorf("Ana was told %d times in place of Priya", n)
		}
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, "she sees pounds", nil))

		rosa := d.Rosa().Calls(d.Sam, "no puedo entrar")
		_, err := d.App.MakePromise(d.Ctx(), d.Sam, rosa.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 12, 0)})
		d.Must(err)
		owner.To = []coverage.Target{{Person: int64(d.Priya.Staff)}}
		policyOf(d, []desk.PromiseKind{desk.Update}, owner)
		minutes(d, d.At(3, 11, 29))
		if c, err := d.App.Calls(d.Ctx(), desk.System("test")); c.Nobody != 0 || err != nil {
			t.Errorf("before the step: unreached: %d, %v", c.Nobody, err)
		}
		minutes(d, d.At(3, 11, 31))
		if c, err := d.App.Calls(d.Ctx(), desk.System("test")); c.Nobody != 1 || err != nil {
			t.Errorf("unreached: %d, %v", c.Nobody, err)
		}
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Alerts) != 1 || !strings.Contains(board.Alerts[0].Called, "Priya Nair (the desk has no provider for calls)") || !strings.Contains(board.Alerts[0].Called, "Nobody was reached.") {
			t.Errorf("the board says %+v", board.Alerts)
		}
		checked(d)
	})
}

// In the night in which the clocks go back, steps are minutes that pass, and a rota that hands over at 1:15 does so
// the first time it is 1:15.
func TestALadderInTheNightOfTwoHours(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		d := testkit.NewAt(t, open, time.Date(2026, 10, 31, 22, 5, 0, 0, time.UTC))
		for who, number := range map[desk.StaffID]string{d.Ana.Staff: anasPhone, d.Omar.Staff: omarsPhone} {
			d.Must(d.App.SaveContact(d.Ctx(), d.Ana, who, app.ContactIn{Phone: number}))
		}
		rota, err := d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{Name: "Duty", Layers: []app.LayerIn{{People: []desk.StaffID{d.Ana.Staff, d.Omar.Staff}, Every: coverage.Daily, Count: 1,
			Zone: "America/Chicago", At: "01:15", Start: "2026-10-31"}}, OnCall: true, Seats: 1}) // Ana until November 1, 1:15, then Omar
		d.Must(err)
		policyOf(d, []desk.PromiseKind{desk.Update}, coverage.Step{At: -90 * time.Minute, To: []coverage.Target{{Rota: rota.ID}}, Wait: 30 * time.Minute, Repeat: 2})
		maria := d.Maria().Calls(d.Sam, "weight in pounds")
		due := time.Date(2026, 11, 1, 7, 30, 0, 0, time.UTC) // the second 1:30
		_, err = d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: due})
		d.Must(err)
		minutes(d, due.Add(-time.Minute))
		var got []string
		for _, number := range []string{anasPhone, omarsPhone} {
			for _, m := range d.SMS.Sent(number) {
				if strings.Contains(m.Body, "promise") {
					got = append(got, map[string]string{anasPhone: "Ana ", omarsPhone: "Omar "}[number]+m.At.Format("15:04"))
				}
			}
		}
		// 1:00 CDT, 1:30 CDT, 1:00 CST.
		if s := strings.Join(got, ", "); s != "Ana 06:00, Omar 06:30, Omar 07:00" {
			t.Errorf("called: %s", s)
		}
	})
}

// Three nodes sweep the same promises at the same instant, minute by minute: everybody is told once by each step.
func TestThreeNodesCallOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		d := testkit.New(t, open)
		maria, _ := ladders(d)
		nodes := []*app.App{d.App}
		for range 2 {
			db := d.DB // SQLite has one writer; on PostgreSQL each node has connections of its own
			if db.Engine() == "postgres" {
				db = open(store.Options{Clock: d.Now})
			}
			nodes = append(nodes, app.New(app.Options{DB: db, SMS: d.SMS, Mail: d.Mail}))
		}
		for d.Now().Before(d.At(3, 8, 29)) {
			d.Skip(time.Minute)
			sweepTogether(t, nodes)
		}
		ids := map[string]int{}
		for _, number := range []string{priyasPhone, anasPhone} {
			for _, m := range d.SMS.Sent(number) {
				ids[number+m.At.Format(" 15:04")]++
			}
		}
		if untaken(d, priyasPhone) != 1 || untaken(d, anasPhone) != 2 {
			t.Errorf("Priya was told %d times, Ana %d: %v", untaken(d, priyasPhone), untaken(d, anasPhone), ids)
		}
		d.Must(d.DB.DeskRead(t.Context(), desk.System("test"), func(tx *store.DeskReadTx) error {
			open, err := tx.OpenLadders()
			if len(open) != 1 || open[0].Alert.Ticket != maria.Got.Ticket {
				t.Errorf("%d ladders: %+v", len(open), open)
			}
			rings, err2 := tx.OpenRings()
			if len(rings) != 3 {
				t.Errorf("%d rings: %+v", len(rings), rings)
			}
			return errors.Join(err, err2)
		}))
	})
}

// A process that is killed between the row and the provider sends nothing twice, and the next step calls as if nothing
// had been.
func TestKilledBetweenARingAndItsProvider(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ladders(d)
		d.Skip(time.Minute)
		func() {
			defer func() { _ = recover() }() // the kill
			_, _, _ = app.New(app.Options{DB: d.DB, SMS: killer{d.SMS}, Mail: d.Mail}).Sweep(d.Ctx(), 100)
		}()
		rings := func() (states []string) {
			d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
				all, err := tx.OpenRings()
				for _, r := range all {
					states = append(states, string(r.State))
				}
				return err
			}))
			return states
		}
		if s := rings(); len(s) != 1 || s[0] != "sending" {
			t.Fatalf("rings: %v", s)
		}
		d.Restart()
		minutes(d, d.At(3, 8, 19))
		if untaken(d, priyasPhone) != 0 {
			t.Error("it was sent although nobody knows whether it had been")
		}
		minutes(d, d.At(3, 8, 20))
		if untaken(d, anasPhone) != 1 {
			t.Errorf("Ana was told %d times", untaken(d, anasPhone))
		}
	})
}

// killer is a provider at which the process dies.
type killer struct{ *sms.Fake }

func (killer) Send(_ context.Context, _ channel.Message) (channel.Delivery, error) { panic("killed") }

// After an outage steps follow each other as they would have, and do not all call at once.
func TestALadderAfterAnOutage(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ladders(d)
		d.Down(time.Hour)
		d.Restart()
		d.Settle()
		if priya, ana := untaken(d, priyasPhone), untaken(d, anasPhone); priya != 1 || ana != 0 {
			t.Errorf("at once Priya was told %d times, Ana %d", priya, ana)
		}
		if c, err := d.App.Calls(d.Ctx(), desk.System("test")); c.Nobody != 0 || err != nil {
			t.Errorf("unreached: %d, %v", c.Nobody, err)
		}
	})
}

// Many promises of one person are one text.
func TestManyLaddersAreOneText(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, _ := ladders(d)
		asksMore(d, maria, "cannot see my results", d.At(3, 8, 0))
		minutes(d, d.At(3, 8, 0))
		texts := d.SMS.Sent(priyasPhone)
		if len(texts) != 1 || !strings.Contains(texts[0].Body, "2 promises wait") {
			t.Errorf("%+v", texts)
		}
	})
}
