package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/sla/agreementyaml"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// terms are the usual terms from now on, changed.
func terms(d *testkit.Desk, c desk.Client, change func(*sla.Agreement)) string {
	a := sla.DefaultIn(c.Zone)
	a.Version, a.From = 2, d.Now()
	if change != nil {
		change(&a)
	}
	return string(agreementyaml.Export(a))
}

// drafts has Ana write a draft for a hospital.
func drafts(d *testkit.Desk, c desk.Client, change func(*sla.Agreement)) desk.Agreement {
	d.T.Helper()
	x, err := d.App.DraftAgreement(d.Ctx(), d.Ana, c.ID, app.AgreementIn{Terms: terms(d, c, change), Note: "new terms"})
	d.Must(err)
	return x
}

// agrees has both sides approve a draft.
func agrees(d *testkit.Desk, x desk.Agreement) {
	d.T.Helper()
	_, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, x.Client, app.ApprovalIn{Version: x.Version, Edit: x.Edit})
	d.Must(err)
	_, err = d.App.ApproveAgreement(d.Ctx(), d.Omar, x.Client, app.ApprovalIn{Version: x.Version, Edit: x.Edit, Hospital: true, Who: "Lou Vega, CIO", How: "Mail of June 2"})
	d.Must(err)
}

func TestAnAgreementNeedsBothSides(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		live := func() int {
			page, err := d.App.Agreement(d.Ctx(), d.Sam, d.Mercy.ID)
			d.Must(err)
			return page.Live.Version
		}
		if live() != desk.UsualVersion {
			t.Fatal("a hospital without an agreement has the usual terms")
		}
		x := drafts(d, d.Mercy, nil)
		if x.Version != 2 || x.Edit != 1 {
			t.Errorf("the first draft is %d.%d", x.Version, x.Edit)
		}
		if _, err := d.App.DraftAgreement(d.Ctx(), d.Sam, d.Mercy.ID, app.AgreementIn{Terms: x.Terms}); !desk.Is(err, desk.Forbidden) {
			t.Errorf("an analyst writes a draft: %v", err)
		}
		_, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.ApprovalIn{Version: 2, Edit: 1})
		d.Must(err)
		if live() != desk.UsualVersion {
			t.Error("one approval is enough")
		}
		if _, err := d.App.DraftAgreement(d.Ctx(), d.Omar, d.Mercy.ID, app.AgreementIn{Terms: x.Terms, Version: 2, Edit: 1}); !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Ana Ruiz") {
			t.Errorf("what one side has approved is written again: %v", err)
		}
		if _, err := d.App.ApproveAgreement(d.Ctx(), d.Omar, d.Mercy.ID, app.ApprovalIn{Version: 2, Edit: 1, Hospital: true}); !desk.Is(err, desk.Invalid) {
			t.Errorf("the hospital approves, and nobody says who: %v", err)
		}
		d.Advance(time.Hour)
		_, err = d.App.ApproveAgreement(d.Ctx(), d.Omar, d.Mercy.ID, app.ApprovalIn{Version: 2, Edit: 1, Hospital: true, Who: "Lou Vega, CIO", How: "Mail of June 2"})
		d.Must(err)
		page, err := d.App.Agreement(d.Ctx(), d.Sam, d.Mercy.ID)
		d.Must(err)
		if page.Live.Version != 2 || !page.Live.Begins().Equal(d.Now()) || page.Draft != nil || page.Live.Hospital.Name != "Lou Vega, CIO" {
			t.Errorf("agreed: %+v", page.Live.Agreement)
		}
		if strings.Contains(page.Live.Terms, "2026-12-25") || !strings.Contains(page.Live.Frozen, "2026-12-25") {
			t.Error("what is counted by has no dates of holidays, or what people read has")
		}
		if err := d.App.WithdrawAgreement(d.Ctx(), d.Ana, d.Mercy.ID, 2, 1); !desk.Is(err, desk.Conflict) {
			t.Errorf("what was agreed is withdrawn: %v", err)
		}
		if y := drafts(d, d.Mercy, nil); y.Version != 3 {
			t.Errorf("the next draft is version %d", y.Version)
		}
	})
}

// ruth leads Mercy.
func ruth(d *testkit.Desk) desk.Viewer {
	return desk.Viewer{Who: desk.WhoLeader, Role: desk.Leader, Staff: 901, Name: "Ruth Lindqvist", Of: d.Mercy.ID}
}

// did gives what was done to the agreement of a hospital, oldest first.
func did(d *testkit.Desk, c desk.Client) (all []desk.AgreementEventType) {
	d.T.Helper()
	page, err := d.App.Agreement(d.Ctx(), d.Eve, c.ID)
	if c.ID == d.Mercy.ID {
		page, err = d.App.Agreement(d.Ctx(), d.Sam, c.ID)
	}
	d.Must(err)
	for _, e := range page.Events {
		all = append(all, e.Type)
	}
	return all
}

func TestTheHospitalApprovesItself(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		asked := func() *app.AgreementVersion {
			own, err := d.App.OwnAgreement(d.Ctx(), ruth(d), d.Mercy.ID)
			d.Must(err)
			return own.Asked
		}
		x := drafts(d, d.Mercy, nil)
		yes := app.AnswerIn{Version: x.Version, Edit: x.Edit, Yes: true}
		if asked() != nil {
			t.Error("a draft that the desk has not approved is before the hospital")
		}
		if _, err := d.App.AnswerAgreement(d.Ctx(), ruth(d), d.Mercy.ID, yes); !desk.Is(err, desk.Conflict) {
			t.Errorf("approved before the desk asks: %v", err)
		}
		_, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.ApprovalIn{Version: x.Version, Edit: x.Edit})
		d.Must(err)
		if got := asked(); got == nil || got.Version != 2 {
			t.Fatalf("the desk asks, and the hospital sees %+v", got)
		}
		if _, err := d.App.AnswerAgreement(d.Ctx(), d.Omar, d.Mercy.ID, yes); !desk.Is(err, desk.NotFound) {
			t.Errorf("staff answers for the hospital: %v", err)
		}
		if _, err := d.App.AnswerAgreement(d.Ctx(), ruth(d), d.Anne.ID, yes); !desk.Is(err, desk.NotFound) {
			t.Errorf("another hospital's: %v", err)
		}
		d.Advance(time.Minute)
		got, err := d.App.AnswerAgreement(d.Ctx(), ruth(d), d.Mercy.ID, yes)
		d.Must(err)
		if !got.Agreed() || got.Hospital.Name != "Ruth Lindqvist" || got.Hospital.Record != "" || got.Hospital.By != 901 {
			t.Errorf("approved: %+v", got.Hospital)
		}
		if asked() != nil {
			t.Error("what is approved still waits")
		}
		if got, err = d.App.AnswerAgreement(d.Ctx(), ruth(d), d.Mercy.ID, yes); err != nil || !got.Agreed() {
			t.Errorf("the same yes again: %v", err)
		}
		other := ruth(d)
		other.Staff++
		_, err = d.App.AnswerAgreement(d.Ctx(), other, d.Mercy.ID, yes)
		if !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Ruth Lindqvist approved it for the hospital Tuesday, June 2, 5:06 p.m.") {
			t.Errorf("the second yes: %v", err)
		}
		if got := did(d, d.Mercy); !slices.Equal(got, []desk.AgreementEventType{desk.TermsWritten, desk.TermsApproved, desk.TermsAccepted}) {
			t.Errorf("its history is %v", got)
		}
	})
}

func TestTheHospitalSendsItBack(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		x := drafts(d, d.Mercy, nil)
		_, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.ApprovalIn{Version: x.Version, Edit: x.Edit})
		d.Must(err)
		no := app.AnswerIn{Version: x.Version, Edit: x.Edit}
		if _, err := d.App.AnswerAgreement(d.Ctx(), ruth(d), d.Mercy.ID, no); !desk.Is(err, desk.Invalid) {
			t.Errorf("sent back without a reason: %v", err)
		}
		no.Why = "Patients should hear from you in ten minutes."
		_, err = d.App.AnswerAgreement(d.Ctx(), ruth(d), d.Mercy.ID, no)
		d.Must(err)
		page, err := d.App.Agreement(d.Ctx(), d.Sam, d.Mercy.ID)
		d.Must(err)
		if back := page.SentBack(); page.Draft != nil || back == nil || back.Gone.How != no.Why || back.Gone.Name != "Ruth Lindqvist" || page.Live.Version != desk.UsualVersion {
			t.Errorf("sent back: %+v", page.SentBack())
		}
		// Who has the page of before hears it.
		_, err = d.App.ApproveAgreement(d.Ctx(), d.Omar, d.Mercy.ID, app.ApprovalIn{Version: x.Version, Edit: x.Edit, Hospital: true, Who: "Lou Vega", How: "Mail of June 2"})
		if !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Ruth Lindqvist sent it back ") {
			t.Errorf("recorded after it was sent back: %v", err)
		}
		if got := did(d, d.Mercy); !slices.Equal(got, []desk.AgreementEventType{desk.TermsWritten, desk.TermsApproved, desk.TermsSentBack}) {
			t.Errorf("its history is %v", got)
		}
		if y := drafts(d, d.Mercy, nil); y.Version != 3 {
			t.Errorf("the next draft is version %d", y.Version)
		}
		if page, err = d.App.Agreement(d.Ctx(), d.Sam, d.Mercy.ID); err != nil || page.SentBack() != nil {
			t.Errorf("a new draft is there, and version 2 still waits for one: %v", err)
		}
		if got := did(d, d.Anne); got != nil {
			t.Errorf("St. Anne's history is %v", got)
		}
	})
}

// Nobody gives both approvals, in whatever order.
func TestNobodyApprovesForBothSides(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for i, deskFirst := range []bool{true, false} {
			x := drafts(d, d.Mercy, nil)
			sides := []app.ApprovalIn{{Version: x.Version, Edit: x.Edit}, {Version: x.Version, Edit: x.Edit, Hospital: true, Who: "Lou Vega, CIO", How: "Mail of June 2"}}
			if !deskFirst {
				slices.Reverse(sides)
			}
			_, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, sides[0])
			d.Must(err)
			if _, err = d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, sides[1]); !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Somebody else") {
				t.Errorf("%d: both by one: %v", i, err)
			}
			nobody := d.Omar
			nobody.Staff = 0
			if _, err = d.App.ApproveAgreement(d.Ctx(), nobody, d.Mercy.ID, sides[1]); !desk.Is(err, desk.Forbidden) {
				t.Errorf("%d: approved by no account: %v", i, err)
			}
			d.Must(d.App.WithdrawAgreement(d.Ctx(), d.Ana, d.Mercy.ID, x.Version, x.Edit))
		}
	})
}

// Several who answer at once: one is heard, the others are told who.
func TestTwoAnswersAtOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		x := drafts(d, d.Mercy, nil)
		_, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.ApprovalIn{Version: x.Version, Edit: x.Edit})
		d.Must(err)
		answers := []func() error{}
		for _, name := range []string{"Ruth Lindqvist", "Lou Vega"} {
			v := ruth(d)
			v.Name = name
			v.Staff += desk.StaffID(len(name))
			answers = append(answers,
				func() error {
					_, err := d.App.AnswerAgreement(d.Ctx(), v, d.Mercy.ID, app.AnswerIn{Version: x.Version, Edit: x.Edit, Yes: true})
					return err
				},
				func() error {
					_, err := d.App.AnswerAgreement(d.Ctx(), v, d.Mercy.ID, app.AnswerIn{Version: x.Version, Edit: x.Edit, Why: "Ten minutes."})
					return err
				})
		}
		answers = append(answers, func() error {
			_, err := d.App.ApproveAgreement(d.Ctx(), d.Omar, d.Mercy.ID, app.ApprovalIn{Version: x.Version, Edit: x.Edit, Hospital: true, Who: "Lou Vega, CIO", How: "Mail of June 2"})
			return err
		}, func() error { return d.App.WithdrawAgreement(d.Ctx(), d.Ana, d.Mercy.ID, x.Version, x.Edit) })
		heard := make(chan error)
		for _, say := range answers {
			go func() { heard <- say() }()
		}
		won := 0
		for range answers {
			switch err := <-heard; {
			case err == nil:
				won++
			case !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), " Tuesday, June 2, 5:05 p.m."):
				t.Errorf("who came later hears %v", err)
			}
		}
		if got := did(d, d.Mercy); won != 1 || len(got) != 3 {
			t.Errorf("%d answers were heard, and the history is %v", won, got)
		}
	})
}

func TestTwoWhoWriteADraftAtOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		x := drafts(d, d.Mercy, nil)
		for name, in := range map[string]app.AgreementIn{
			"a form from before the draft":    {Terms: x.Terms},
			"a form from before this writing": {Terms: x.Terms, Version: 2, Edit: 0},
		} {
			if _, err := d.App.DraftAgreement(d.Ctx(), d.Omar, d.Mercy.ID, in); !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Ana Ruiz changed this draft Tuesday, June 2, 5:05 p.m.") {
				t.Errorf("%s: %v", name, err)
			}
		}
		y, err := d.App.DraftAgreement(d.Ctx(), d.Omar, d.Mercy.ID, app.AgreementIn{Terms: x.Terms, Version: 2, Edit: 1})
		d.Must(err)
		if y.Edit != 2 {
			t.Errorf("written again it is %d.%d", y.Version, y.Edit)
		}
		if _, err := d.App.ApproveAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.ApprovalIn{Version: 2, Edit: 1}); !desk.Is(err, desk.Conflict) || !strings.Contains(err.Error(), "Omar Said") {
			t.Errorf("approved unseen: %v", err)
		}
		d.Must(d.App.WithdrawAgreement(d.Ctx(), d.Ana, d.Mercy.ID, 2, 2))
		if z := drafts(d, d.Mercy, nil); z.Version != 3 {
			t.Errorf("the number of a withdrawn version is given again: %d", z.Version)
		}
	})
}

func TestTermsThatCannotBeTaken(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		good := terms(d, d.Mercy, nil)
		for _, x := range []struct{ name, old, new, want string }{
			{"a zone that does not exist", "America/Chicago; always", "America/Springfield; always", "calendars.always: "},
			{"a calendar without hours", "America/Chicago; always", "America/Chicago; mon-sun closed", "calendars.always: "},
			{"a priority without a line", "when: {priorities: [P4]}", "when: {priorities: [P3]}", "P4"},
			{"a line that is never used", "when: {priorities: [P2]}", "when: {priorities: [P1]}", "never used"},
			{"a goal above all", "goal: 98", "goal: 120", "at most 100 percent"},
			{"no such field", "grace: 30m", "grase: 30m", "there is no such field"},
			{"no date", "from:", "# from:", "from: say from when on"},
			{"another hospital", "client: 0", "client: 99", "client: these are the terms of another hospital"},
			{"an invented approval", "grace: 30m", "grace: 30m\napproved_by_client: {by: Lou Vega, at: 2026-06-02T22:05:00Z}", "approved_by_client: approvals are given on the page"},
			{"a site", "audiences: [patient]", "sites: [West]", "questions do not say their site"},
		} {
			bad := strings.Replace(good, x.old, x.new, 1)
			if bad == good {
				t.Fatalf("%s: %q is not there", x.name, x.old)
			}
			_, err := d.App.DraftAgreement(d.Ctx(), d.Ana, d.Mercy.ID, app.AgreementIn{Terms: bad})
			e, ok := err.(*desk.Error)
			if !ok || e.Kind != desk.Invalid || len(e.Fields) == 0 {
				t.Errorf("%s: %v", x.name, err)
				continue
			}
			said := fmt.Sprint(e.Fields)
			if !strings.Contains(said, x.want) || !slices.ContainsFunc(e.Fields, func(f desk.FieldError) bool { return strings.HasPrefix(f.Message, "line ") }) {
				t.Errorf("%s: %s", x.name, said)
			}
		}
	})
}

func TestAStopOfCareIsP1(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Calls(d.Sam, "The printer on 4 West is out of paper")
		rank := func(h app.Hurt) desk.Priority {
			p, err := d.App.RankTicket(d.Ctx(), d.Sam, maria.Got.Ref, h)
			d.Must(err)
			return p
		}
		if got := rank(app.Hurt{Impact: "low", Urgency: "low"}); got != desk.P4 {
			t.Errorf("low and low is %s", got)
		}
		if got := rank(app.Hurt{Impact: "low", Urgency: "low", Stopped: true}); got != desk.P1 {
			t.Errorf("a stop of care is %s", got)
		}
		if _, err := d.App.RankTicket(d.Ctx(), d.Sam, maria.Got.Ref, app.Hurt{Impact: "high"}); !desk.Is(err, desk.Invalid) {
			t.Errorf("no urgency: %v", err)
		}
		// The matrix is that of the agreement under which the question was opened.
		d.Advance(time.Minute)
		agrees(d, drafts(d, d.Mercy, func(a *sla.Agreement) { a.Matrix[2][2] = "P2" }))
		if got := rank(app.Hurt{Impact: "low", Urgency: "low"}); got != desk.P4 {
			t.Errorf("by terms that came later: %s", got)
		}
		d.Advance(time.Minute)
		maria = d.Maria().Calls(d.Sam, "The printer on 5 West is out of paper")
		if got := rank(app.Hurt{Impact: "low", Urgency: "low"}); got != desk.P2 {
			t.Errorf("by the terms of the hospital: %s", got)
		}
		page, err := d.App.Clocks(d.Ctx(), d.Sam, maria.Got.Ref)
		d.Must(err)
		for _, x := range page.Clocks {
			if x.Clock.Metric == sla.Resolution && (x.Clock.Allowed != 8*time.Hour || x.Clock.Version != 2) {
				t.Errorf("the fix is due by %v of version %d", x.Clock.Allowed, x.Clock.Version)
			}
		}
	})
}

func TestWhatIf(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria := d.Maria().Asks("How do I see my weight in pounds, not kilograms?")
		opened := d.Now()
		d.Advance(10 * time.Minute)
		_, err := d.App.Reply(d.Ctx(), d.Sam, maria.Got.Ref, app.Words{Body: "We look into it."})
		d.Must(err)
		d.Rosa().Calls(d.Sam, "no puedo entrar") // of another hospital
		d.Advance(time.Hour)
		strict := terms(d, d.Mercy, func(a *sla.Agreement) {
			for i := range a.Targets {
				if a.Targets[i].Metric == sla.FirstResponse && a.Targets[i].Allowed == 15*time.Minute {
					a.Targets[i].Allowed = 5 * time.Minute
				}
			}
		})
		got, err := d.App.WhatIf(d.Ctx(), d.Ana, d.Mercy.ID, strict, opened.Add(-time.Hour), d.Now().Add(time.Hour))
		d.Must(err)
		if got.Tickets != 1 || len(got.Changes) != 1 || got.Changes[0].Ref != maria.Got.Ref || got.Changes[0].Metric != sla.FirstResponse ||
			got.Changes[0].Live != sla.Met || got.Changes[0].Draft != sla.Missed {
			t.Errorf("what if we had 5 minutes: %+v", got.Changes)
		}
		if _, err := d.App.WhatIf(d.Ctx(), d.Ana, d.Mercy.ID, strict, d.Now().Add(time.Hour), d.Now().Add(2*time.Hour)); !desk.Is(err, desk.Invalid) {
			t.Errorf("a period that is to come: %v", err)
		}
		if _, err := d.App.WhatIf(d.Ctx(), d.Sam, d.Mercy.ID, strict, opened, d.Now()); !desk.Is(err, desk.Forbidden) {
			t.Errorf("an analyst: %v", err)
		}
	})
}

// Terms that were put in force a moment ago bind the next question, whichever node it comes to: no node goes by what it
// knew before.
func TestNewTermsBindTheNextQuestion(t *testing.T) {
	check := func(t *testing.T, d *testkit.Desk, here, there *app.App) {
		t.Helper()
		opens := func(a *app.App, phone string) time.Duration {
			t.Helper()
			got, err := a.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "pounds please", Via: desk.ViaWeb, Skill: "PORTAL", Channel: desk.BySMS,
				Requester: app.RequesterIn{Name: "Maria Gomez", Phone: phone, Proven: true}})
			d.Must(err)
			return got.Promise.Due.Sub(d.Now())
		}
		before := opens(there, "+13125550101") // now it knows the desk
		if before <= 7*time.Minute {
			t.Fatalf("by the usual terms a first word is due in %s", before)
		}
		for i, most := range []time.Duration{7 * time.Minute, 5 * time.Minute} {
			d.Skip(time.Second) // less than a node believes what it knows
			draft := drafts(d, d.Mercy, func(a *sla.Agreement) {
				for j := range a.Targets {
					if a.Targets[j].Metric == sla.FirstResponse {
						a.Targets[j].Allowed = most
					}
				}
			})
			agrees(d, draft)
			for _, a := range []*app.App{there, here} {
				if now := opens(a, fmt.Sprintf("+1312555012%d", i)); now != most {
					t.Errorf("version %d: a first word is due in %s, want %s", draft.Version, now, most)
				}
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		d := testkit.New(t, storetest.SQLite(t))
		check(t, d, d.App, d.App)
	})
	t.Run("two nodes on postgres", func(t *testing.T) {
		open := storetest.Postgres(t)
		d := testkit.New(t, open)
		check(t, d, d.App, app.New(app.Options{DB: open(store.Options{Clock: d.Now})}))
	})
}
