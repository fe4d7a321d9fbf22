package app_test

import (
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// One hospital has its own ladder, the other follows the desk's: whom they call, when, and for what, though the ids of
// their promises are equal. When it is taken away that of the desk holds again.
func TestAHospitalHasALadderOfItsOwn(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID, "she sees pounds", nil))
		rosa := d.Rosa().Calls(d.Sam, "no puedo entrar")
		theirs, err := d.App.MakePromise(d.Ctx(), d.Sam, rosa.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 12, 0)})
		d.Must(err)
		ours, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 12, 0)})
		d.Must(err)
		// The desk calls Ana for updates when they are due, St. Anne calls Omar for them an hour before.
		policyOf(d, []desk.PromiseKind{desk.Update}, coverage.Step{At: -10 * time.Minute, To: []coverage.Target{{Person: int64(d.Ana.Staff)}}, Wait: 30 * time.Minute})
		own, err := d.App.Escalation(d.Ctx(), d.Ana, d.Anne.ID, app.ForPromises)
		d.Must(err)
		if own.Own || own.Seen != "" || len(own.Steps) != 1 {
			t.Fatalf("St. Anne begins with %+v", own)
		}
		own.Steps = []coverage.Step{{At: -time.Hour, To: []coverage.Target{{Person: int64(d.Omar.Staff)}}, Wait: 30 * time.Minute}}
		for who, v := range map[string]desk.Viewer{"Sam, who does not lead": d.Sam, "Eve, who does not either": d.Eve} {
			if err := d.App.SaveEscalation(d.Ctx(), v, d.Anne.ID, app.ForPromises, own); !desk.Is(err, desk.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
		d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, d.Anne.ID, app.ForPromises, own))
		if err := d.App.SaveEscalation(d.Ctx(), d.Omar, d.Anne.ID, app.ForPromises, own); !desk.Is(err, desk.Conflict) {
			t.Errorf("Omar, who has the page of before: %v", err)
		}
		gone := own
		gone.Seen, gone.Steps = "", []coverage.Step{{To: []coverage.Target{{Person: 99}}, Wait: time.Minute}}
		if err := d.App.SaveEscalation(d.Ctx(), d.Ana, d.Anne.ID, app.ForPromises, gone); !wrongAt(err, "steps", "policy.person") {
			t.Errorf("somebody who is not there: %v", err)
		}
		gone.Steps[0].To[0].Person = int64(d.Eve.Staff)
		if err := d.App.SaveEscalation(d.Ctx(), d.Ana, d.Mercy.ID, app.ForPromises, gone); !wrongAt(err, "steps", "policy.serves") {
			t.Errorf("Eve, who serves St. Anne alone, for Mercy: %v", err)
		}
		d.Restart()
		rung := func(number string) (n int) {
			for _, m := range d.SMS.Sent(number) {
				if strings.Contains(m.Body, "a promise waits for somebody") {
					n++
				}
			}
			return n
		}
		told := func(when string, ana, omar int) {
			t.Helper()
			if a, o := rung(anasPhone), rung(omarsPhone); a != ana || o != omar {
				t.Errorf("%s Ana was told %d times and Omar %d, not %d and %d", when, a, o, ana, omar)
			}
		}
		minutes(d, d.At(3, 11, 1))
		told("an hour before", 0, 1)
		minutes(d, d.At(3, 11, 51))
		told("ten minutes before", 1, 1)
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, maria.Got.Ref, ours.ID, "she sees pounds", nil))
		d.Must(d.App.KeepPromise(d.Ctx(), d.Ana, rosa.Got.Ref, theirs.ID, "she is in", nil))

		// The kinds are those of the hospital too: Mercy calls for nothing, whatever the desk does.
		none, err := d.App.Escalation(d.Ctx(), d.Ana, d.Mercy.ID, app.ForPromises)
		d.Must(err)
		none.Kinds = nil
		d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, d.Mercy.ID, app.ForPromises, none))
		_, err = d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, app.PromiseIn{Kind: desk.Document, Start: d.At(3, 14, 30)})
		d.Must(err)
		policyOf(d, []desk.PromiseKind{desk.Document}, coverage.Step{At: -10 * time.Minute, To: []coverage.Target{{Person: int64(d.Ana.Staff)}}, Wait: 30 * time.Minute})
		before := rung(anasPhone)
		minutes(d, d.At(3, 14, 55))
		all, err := d.App.OwnEscalations(d.Ctx(), d.Ana)
		d.Must(err)
		if len(all[app.ForPromises]) != 2 || len(all[app.ForAlerts]) != 0 {
			t.Errorf("policies of their own: %+v", all)
		}
		none, err = d.App.Escalation(d.Ctx(), d.Ana, d.Mercy.ID, app.ForPromises)
		d.Must(err)
		if !none.Own {
			t.Fatalf("%+v", none)
		}
		if n := rung(anasPhone); n != before {
			t.Errorf("Mercy calls for nothing, and Ana was told %d times more", n-before)
		}
		if err := d.App.DropEscalation(d.Ctx(), d.Ana, d.Mercy.ID, app.ForPromises, "x"); !desk.Is(err, desk.Conflict) {
			t.Errorf("taken away by who has not seen it: %v", err)
		}
		d.Must(d.App.DropEscalation(d.Ctx(), d.Ana, d.Mercy.ID, app.ForPromises, none.Seen))
		minutes(d, d.At(3, 14, 58))
		if n := rung(anasPhone); n != before+1 {
			t.Errorf("the desk's holds again, and Ana was told %d times more", n-before)
		}
		checked(d)
	})
}

// An alert escalates by the policy of its hospital.
func TestAnAlertOfAHospitalEscalatesByItsOwnPolicy(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for who, number := range map[desk.StaffID]string{d.Sam.Staff: "312-555-0177", d.Ana.Staff: anasPhone} {
			d.Must(d.App.SaveContact(d.Ctx(), d.Ana, who, app.ContactIn{Phone: number}))
		}
		own, err := d.App.Escalation(d.Ctx(), d.Ana, d.Anne.ID, app.ForAlerts)
		d.Must(err)
		own.Steps = []coverage.Step{{To: []coverage.Target{{Person: int64(d.Sam.Staff)}}, Wait: 30 * time.Minute}}
		for want, step := range map[string]coverage.Step{"policy.far": {At: 13 * time.Hour, Wait: time.Minute}, "policy.long": {Wait: 13 * time.Hour}} {
			wrong := own
			step.To = own.Steps[0].To
			wrong.Steps = []coverage.Step{step}
			if err := d.App.SaveEscalation(d.Ctx(), d.Ana, d.Anne.ID, app.ForAlerts, wrong); !wrongAt(err, "steps", want) {
				t.Errorf("a step that calls nobody for half a day is taken: %v", err)
			}
		}
		before := own
		before.Steps = []coverage.Step{{At: -time.Minute, To: own.Steps[0].To, Wait: time.Minute}}
		if err := d.App.SaveEscalation(d.Ctx(), d.Ana, d.Anne.ID, app.ForAlerts, before); !wrongAt(err, "steps", "policy.far") {
			t.Errorf("a step before the alert: %v", err)
		}
		d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, d.Anne.ID, app.ForAlerts, own))
		d.Maria().Calls(d.Sam, "I have chest pain")
		minutes(d, d.Now().Add(time.Minute))
		wantWays(d, "Ana text sent")
		d.Rosa().Calls(d.Sam, "I have chest pain")
		minutes(d, d.Now().Add(time.Minute))
		wantWays(d, "Ana text sent", "text sent")
		if n := len(d.SMS.Sent("+13125550177")); n != 1 {
			t.Errorf("Sam got %d texts", n)
		}
	})
}

// What nobody is called for, by kind or because only an agreement promises it, has no ladder; nor has anything when
// the policy is for nothing.
func TestALadderIsForWhatThePolicySays(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, _ := ladders(d)
		policyOf(d, nil, coverage.Step{To: []coverage.Target{{Role: coverage.Leads}}, Wait: 5 * time.Minute})
		minutes(d, d.At(3, 8, 29))
		if untaken(d, priyasPhone)+untaken(d, anasPhone) != 0 {
			t.Error("somebody was called although nobody is to be called for anything")
		}
		due := maria.Sees().Promise.Due
		d.AdvanceTo(due.Add(-time.Minute))
		e, err := d.App.Escalation(d.Ctx(), d.Ana, 0, app.ForPromises)
		d.Must(err)
		e.Steps[0].At = -13 * time.Hour
		if err := d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForPromises, e); !wrongAt(err, "steps", "policy.far") {
			t.Errorf("a step half a day before: %v", err)
		}
		e.Steps[0] = coverage.Step{To: []coverage.Target{{Person: 999}}, Wait: 5 * time.Minute}
		if err := d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForPromises, e); !wrongAt(err, "steps", "policy.person") {
			t.Errorf("somebody who is not here: %v", err)
		}
		e.Steps[0].To, e.Kinds = []coverage.Target{{Role: coverage.Leads}}, []desk.PromiseKind{desk.Confirm}
		if err := d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForPromises, e); !wrongAt(err, "kinds", "choice.invalid") {
			t.Errorf("what Kept does by itself: %v", err)
		}
		e.Kinds = []desk.PromiseKind{desk.Callback}
		e.Seen = "another"
		if err := d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForPromises, e); !desk.Is(err, desk.Conflict) {
			t.Errorf("changed by somebody else: %v", err)
		}
	})
}
