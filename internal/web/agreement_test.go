package web

import (
	"strings"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

func ana(d *testkit.Desk) desk.Viewer { return d.Ana }

// typedTerms gives what stands in the field of the terms.
func (a *analyst) typedTerms() string {
	a.t.Helper()
	_, rest, ok := strings.Cut(a.body, `<textarea class="input agree-yaml" id="terms"`)
	_, rest, open := strings.Cut(rest, ">")
	text, _, end := strings.Cut(rest, "</textarea>")
	if !ok || !open || !end {
		a.t.Fatalf("%s has no terms to change", a.at)
	}
	return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(text)
}

// TestAWarningIsDismissed: who leads has a button for it on the list of clocks, and the history says who pressed it.
func TestAWarningIsDismissed(t *testing.T) {
	a := atDesk(t, ana)
	maria := a.d.Maria().Asks("How do I see my weight in pounds?")
	a.d.Advance(12 * time.Minute)
	path := "/desk/t/" + string(maria.Got.Ref)
	a.get("/desk/agreements").gets(200, "You were warned of these", "Dismiss").holds(`action="` + path + `/dismissals"`)
	send := []string{"metric", a.value("metric"), "clock", a.value("clock"), "start", a.value("start"), "percent", a.value("percent")}
	a.post(path+"/dismissals", append([]string{"percent", "x"}, send[:6]...)...).gets(422, "This names no warning")
	sam := a.as(a.d.Sam)
	sam.post(path+"/dismissals", send...).gets(403)
	a.post(path+"/dismissals", send...).gets(200, "The warning is dismissed.").lacks("You were warned of these")
	a.post(path+"/dismissals", send...).gets(409, "Nobody is warned of this any more", "What ends first")
	a.get(path).gets(200, "Ana Ruiz dismissed the warning: first answer, 75% of its time is used.")
}

// TestAnAgreementIsWritten takes terms from the usual ones to agreed.
func TestAnAgreementIsWritten(t *testing.T) {
	a := atDesk(t, ana)
	maria := a.d.Maria().Asks("How do I see my weight in pounds?")
	a.d.Settle()
	a.get("/desk/agreements").gets(200, "Mercy Health", "The usual terms", "What ends first", string(maria.Got.Ref), "First answer").holds(`href="/desk/agreements/mercy"`)
	a.get("/desk/agreements/mercy").gets(200, "The usual terms hold: Mercy Health has no agreement of its own yet.", "A person answers the worst problems (P1) in 15 minutes", "Only you can say that it is fixed.")
	a.get("/desk/agreements/mercy?edit=yes").gets(200, "The next terms")
	good, path := a.typedTerms(), "/desk/agreements/mercy/draft"
	bad := strings.Replace(good, "goal: 98", "goal: 980", 1)
	send := func(terms string, more ...string) *analyst {
		return a.post(path, append([]string{"terms", terms, "note", "Faster", "version", a.value("version"), "edit", a.value("edit"), "from", "2026-04-01", "until", "2026-06-03"}, more...)...)
	}
	send(bad, "do", "save").gets(422, "This cannot be taken yet", "targets[16].goal: a goal lies above 0 and is at most 100 percent", "Error: ").holds(`href="#terms"`, `value="Faster"`)
	if a.typedTerms() != bad {
		t.Error("what was typed is lost")
	}
	send("client: [", "do", "save").gets(422, "line 1", "this is no YAML")
	// What if: nothing is stored.
	strict := strings.Replace(good, "when: {audiences: [patient]}\n    allowed: 15m", "when: {audiences: [patient]}\n    allowed: 5m", 1)
	if strict == good {
		t.Fatalf("the terms have changed:\n%s", good)
	}
	a.d.Advance(10 * time.Minute)
	send(strict, "do", "what-if").gets(200, "What if these terms had been in force Apr 1 – Jun 2, 2026 (1 question)", "1 clock comes to something else", "First answer", "Not decided", "Missed").holds("/desk/t/" + string(maria.Got.Ref))
	if a.typedTerms() != strict {
		t.Error("what-if changes what was typed")
	}
	send(strict, "do", "what-if", "from", "x").gets(200) // the first value of a field counts
	a.post(path, "terms", strict, "do", "what-if", "from", "x", "until", "2026-06-03", "version", "0", "edit", "0").gets(422, "Choose both days.")
	send(strict, "do", "save").gets(200, "The draft is saved.", "Version 2 is a draft.", "Nobody has approved it", "What it changes", "No longer", "in 5 minutes")

	// Somebody else has the same page before them.
	omar := a.as(a.d.Omar)
	omar.get("/desk/agreements/mercy?edit=yes").gets(200, "The draft of version 2")
	a.get("/desk/agreements/mercy?edit=yes")
	send(strict, "do", "save").gets(200)
	mine := strict + "# mine\n"
	omar.post(path, "terms", mine, "version", omar.value("version"), "edit", omar.value("edit"), "do", "save").gets(409, "Ana Ruiz changed this draft Tuesday, June 2, 5:15 p.m. CT. Look at it first. What you typed is kept below.")
	if omar.typedTerms() != mine {
		t.Error("what Omar typed is lost")
	}
	omar.post("/desk/agreements/mercy/approvals", "side", "desk", "version", "2", "edit", "1").gets(409, "Ana Ruiz changed this draft").lacks("What you typed is kept below")

	a.get("/desk/agreements/mercy")
	version, edit := a.value("version"), a.value("edit")
	a.post("/desk/agreements/mercy/approvals", "side", "desk", "version", version, "edit", edit).gets(200, "The approval is on record.", "The hospital has not approved it", "another supervisor puts that on record").lacks("Record the hospital’s approval")
	a.get("/desk/agreements/mercy?edit=yes").gets(200).lacks("Save the draft")
	a.post("/desk/agreements/mercy/approvals", "side", "hospital", "version", version, "edit", edit, "who", "Lou Vega, CIO", "how", "Mail of June 2").gets(409, "Somebody else must say yes for this one.")
	omar.get("/desk/agreements/mercy").gets(200, "Record the hospital’s approval")
	omar.post("/desk/agreements/mercy/approvals", "side", "hospital", "version", version, "edit", edit, "who", "Lou Vega, CIO").gets(422, "Enter the letter or mail in which they said so").holds(`value="Lou Vega, CIO"`)
	omar.post("/desk/agreements/mercy/approvals", "side", "hospital", "version", version, "edit", edit, "who", "Lou Vega, CIO", "how", "Mail of June 2").gets(200, "Both sides have approved it.", "Agreed, begins later", "Lou Vega, CIO", "recorded by Omar Said for the hospital",
		"Recorded the yes of Lou Vega, CIO for the hospital", "Mail of June 2", "Approved it for the desk", "Wrote the draft")
	a.get("/desk/agreements/mercy/terms/2").gets(200, "metric: first_response")
	a.get("/desk/agreements/mercy/terms/9").gets(404)
	a.get("/desk/agreements/nowhere").gets(404)
}

func TestADraftIsWithdrawn(t *testing.T) {
	a := atDesk(t, ana)
	a.get("/desk/agreements/mercy?edit=yes").gets(200)
	a.post("/desk/agreements/mercy/draft", "terms", a.typedTerms(), "version", "0", "edit", "0", "do", "save").gets(200)
	a.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "1").gets(200, "Withdraw this draft?", "Leave it as it is").holds(`name="sure" value="yes"`, `name="edit" value="1"`)
	a.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "1", "with", "one", "with", "two").gets(200).holds(`name="with" value="one"`, `name="with" value="two"`)
	a.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "7", "sure", "yes").gets(409, "Ana Ruiz changed this draft")
	a.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "1", "sure", "yes").gets(200, "The draft is withdrawn.", "Withdrawn by Ana Ruiz")
}

// TestTheHospitalAnswers is the page of who leads it: what waits, sent back, and approved.
func TestTheHospitalAnswers(t *testing.T) {
	a := atDesk(t, ana)
	ruth, lou := a.as(leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID)), a.as(leaderOf(a, "lou@mercy.example", a.d.Mercy.ID))
	write := func() {
		t.Helper()
		a.get("/desk/agreements/mercy?edit=yes").gets(200)
		terms := strings.Replace(a.typedTerms(), "when: {audiences: [patient]}\n    allowed: 15m", "when: {audiences: [patient]}\n    allowed: 10m", 1)
		a.post("/desk/agreements/mercy/draft", "terms", terms, "note", "Faster for patients", "version", "0", "edit", "0", "do", "save").gets(200, "Once the desk has approved it, who leads the hospital is told by mail and finds it on their own page.")
		ruth.get("/client/mercy").gets(200).lacks("waits for your yes")
		a.post("/desk/agreements/mercy/approvals", "side", "desk", "version", a.value("version"), "edit", a.value("edit")).gets(200, "on their own page", "Hospital told", "The mail waits to be sent")
	}
	answer := func(who *analyst, says, why string) *analyst {
		t.Helper()
		return who.post("/client/mercy/agreement/answers", "says", says, "version", who.value("version"), "edit", who.value("edit"), "why", why)
	}
	sure := func(who *analyst) *analyst {
		t.Helper()
		return who.post("/client/mercy/agreement/answers", "says", who.value("says"), "version", who.value("version"), "edit", who.value("edit"), "sure", who.value("sure"))
	}
	write()
	a.d.Mail.Break("lou@mercy.example", "smtp 550")
	a.d.Settle()
	a.get("/desk/agreements/mercy").gets(200, "By mail, 5:05 p.m. CT; the mail could not be sent: smtp 550")
	mails := a.d.Mail.Mails("ruth@mercy.example")
	if len(mails) != 1 {
		t.Fatalf("Ruth got %d mails", len(mails))
	}
	ruth.get(strings.TrimPrefix(mails[0].Message.URL, "https://mercy.help")).gets(200, "Version 2 waits for your yes")
	ruth.get("/client/mercy").gets(200, "Version 2 of your agreement waits for your yes.").holds(`href="/client/mercy/agreement#asked"`)
	ruth.get("/client/mercy/agreement").gets(200, "Version 2 waits for your yes", "The usual terms of the desk hold", "What it changes", "No longer", "in 10 minutes", "Faster for patients", "Approved for the desk", "Ana Ruiz", "From Jul 1, 2026, midnight CT", "In Spanish").
		lacks("/desk", "first_response", "St. Anne")
	answer(ruth, "no", "").gets(422, "Say what the desk should change.").holds(`href="#why"`)
	lou.get("/client/mercy/agreement").gets(200)
	answer(ruth, "no", "Five minutes at night, please.").gets(200, "It is sent back. The desk sees your reason.", "Five minutes at night, please.").lacks("waits for your yes")
	answer(lou, "yes", "").gets(200, "Approve version 2?")
	sure(lou).gets(409, "Ruth Lindqvist sent it back")
	a.get("/desk/agreements/mercy").gets(200, "Ruth Lindqvist sent version 2 back", "Five minutes at night, please.", "Sent back by Ruth Lindqvist", "Sent it back for the hospital")
	a.get("/desk/agreements").gets(200, "Version 2: the hospital sent it back")

	write() // begins with the text that was sent back
	ruth.get("/client/mercy/agreement").gets(200, "Version 3 waits for your yes", "in 10 minutes")
	answer(ruth, "yes", "").gets(200, "Approve version 3, in force from Jul 1, 2026, midnight CT?", "Not now").holds(`name="sure" value="yes"`).lacks("/desk", "You have approved it")
	if n := strings.Count(ruth.body, "<main"); n != 1 {
		t.Errorf("the page has %d main parts", n)
	}
	if x := a.versionOf(3); !x.Hospital.At.IsZero() {
		t.Error("one click approves")
	}
	sure(ruth).gets(200, "You have approved it.", "Version 3 was approved for you by Ruth Lindqvist").lacks("waits for your yes")
	a.get("/desk/agreements/mercy").gets(200, "Agreed, begins later", "Approved it for the hospital").lacks("recorded by")

	// The page is who leads it's alone.
	a.get("/client/mercy/agreement").gets(404)
	a.as(leaderOf(a, "nils@anne.example", a.d.Anne.ID)).get("/client/mercy/agreement").gets(404).lacks("Mercy")
	a.post("/client/mercy/agreement/answers", "says", "yes", "sure", "yes", "version", "3", "edit", "1").gets(404)
}

// versionOf gives one version of Mercy's agreement as it is stored.
func (a *analyst) versionOf(version int) (x desk.Agreement) {
	a.t.Helper()
	page, err := a.d.App.Agreement(a.d.Ctx(), a.d.Ana, a.d.Mercy.ID)
	a.d.Must(err)
	for _, v := range page.Versions {
		if v.Version == version {
			x = v.Agreement
		}
	}
	return x
}

// asksMercy has the desk write and approve a draft of what stands in the form.
func (a *analyst) asksMercy() *analyst {
	a.t.Helper()
	a.get("/desk/agreements/mercy?edit=yes").gets(200)
	a.post("/desk/agreements/mercy/draft", "terms", a.typedTerms(), "version", "0", "edit", "0", "do", "save").gets(200)
	return a.post("/desk/agreements/mercy/approvals", "side", "desk", "version", a.value("version"), "edit", a.value("edit")).gets(200, "The approval is on record.")
}

// An approval and a refusal name the account that was signed in, so that one account never gives both approvals.
func TestWhatALeaderAnswersNamesTheirAccount(t *testing.T) {
	a := atDesk(t, ana)
	lead := leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID)
	ruth := a.as(lead)
	answers := "/client/mercy/agreement/answers"
	a.asksMercy()
	ruth.post(answers, "says", "no", "why", "Ten minutes, please.", "version", "2", "edit", "1").gets(200, "It is sent back.")
	if x := a.versionOf(2); x.Gone.By != lead.Staff {
		t.Errorf("sent back by account %d, want %d", x.Gone.By, lead.Staff)
	}
	a.asksMercy()
	ruth.post(answers, "says", "yes", "sure", "yes", "version", "3", "edit", "1").gets(200, "You have approved it.")
	if x := a.versionOf(3); x.Hospital.By != lead.Staff || x.Desk.By != a.d.Ana.Staff {
		t.Errorf("approved by accounts %d and %d, want %d and %d", x.Desk.By, x.Hospital.By, a.d.Ana.Staff, lead.Staff)
	}
	page, err := a.d.App.Agreement(a.d.Ctx(), a.d.Ana, a.d.Mercy.ID)
	a.d.Must(err)
	for _, e := range page.Events {
		if e.ByName == "Ruth Lindqvist" && e.By != lead.Staff {
			t.Errorf("%s by account %d, want %d", e.Type, e.By, lead.Staff)
		}
	}

	// Ana changes sides: what her account has approved for the desk it cannot approve for the hospital.
	a.asksMercy()
	a.d.Must(a.d.DB.System(a.d.Ctx(), "test", func(tx *store.SystemTx) error {
		s, err := tx.Staff(a.d.Ana.Staff)
		if err != nil {
			return err
		}
		for _, c := range s.Clients {
			if c != a.d.Mercy.ID {
				a.d.Must(tx.LeaveClient(s.ID, c))
			}
		}
		s.Role = desk.Leader
		return tx.SaveStaff(s)
	}))
	a.d.Advance(time.Minute) // her session is read anew
	a.post(answers, "says", "yes", "sure", "yes", "version", "4", "edit", "1").gets(409, "Somebody else must say yes for this one.")
	if x := a.versionOf(4); x.Agreed() {
		t.Error("one account gave both approvals")
	}
}

// Who answers after somebody else reads what they typed; who sends the same answer twice has given it.
func TestALeaderIsTooLate(t *testing.T) {
	a := atDesk(t, ana)
	ruth, lou := a.as(leaderOf(a, "ruth@mercy.example", a.d.Mercy.ID)), a.as(leaderOf(a, "lou@mercy.example", a.d.Mercy.ID))
	answers := "/client/mercy/agreement/answers"
	yes := []string{"says", "yes", "sure", "yes", "version", "2", "edit", "1"}
	no := []string{"says", "no", "why", "We want ten minutes, not five.", "version", "2", "edit", "1"}
	a.asksMercy()
	for range 2 {
		ruth.post(answers, yes...).gets(200, "You have approved it.")
	}
	a.d.Advance(2 * time.Hour)
	lou.post(answers, no...).gets(409, "Ruth Lindqvist approved it for the hospital Tuesday, June 2,", "You had typed, and nobody has received it: We want ten minutes, not five.").lacks("kept below")
	lou.post(answers, yes...).gets(409, "Ruth Lindqvist approved it for the hospital").lacks("You had typed")
}

// Analysts read what was agreed; those of another hospital do not even that.
func TestWhoSeesAnAgreement(t *testing.T) {
	a := atDesk(t, sam)
	a.get("/desk/agreements/mercy?edit=yes").gets(200, "A supervisor writes and approves terms.").lacks("Save the draft")
	a.post("/desk/agreements/mercy/draft", "terms", "x", "do", "save").gets(403)
	a.post("/desk/agreements/mercy/approvals", "side", "desk", "version", "2", "edit", "1").gets(403)
	eve := a.as(a.d.Eve)
	eve.get("/desk/agreements").gets(200, "St. Anne").lacks("Mercy")
	eve.get("/desk/agreements/mercy").gets(404)
	eve.get("/desk/agreements/mercy/terms/1").gets(404)
	eve.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "1", "sure", "yes").gets(404)
}

// TestTheClocksOfATicketAreExplained is the tab of the ticket, and the priority.
func TestTheClocksOfATicketAreExplained(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "The printer on 4 West is out of paper")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base).gets(200).lacks("Why this time?")
	a.get(base+"?tab=clocks").gets(200, "The usual terms", "First answer", "Met", "Fix", "of 27 h counted", "Why this time?", "the first that fits (priority P3)", "P3: what hurts?")
	a.post(base+"/priority", "impact", "high").gets(422, "Choose how soon it hurts.")
	a.post(base+"/priority", "stopped", "yes").gets(200, "Sam Ortiz set P1: care or the flow of patients has stopped.", "of 4 h counted", "P1: what hurts?")
	a.post(base+"/priority", "impact", "low", "urgency", "medium").gets(200, "set P4, it was P1: impact low, urgency medium.")
	eve := a.as(a.d.Eve)
	eve.post(base+"/priority", "stopped", "yes").gets(404)
	eve.get(base + "?tab=clocks").gets(404)
}

// Whoever is warned of a clock sees it on every page, with the way to it.
func TestAWarningStandsOnThePages(t *testing.T) {
	a := atDesk(t, ana)
	maria := a.d.Maria().Asks("How do I see my weight in pounds?")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get("/desk").gets(200).lacks("of its time is used")
	a.d.Advance(12 * time.Minute)
	a.get("/desk").gets(200, "First answer, Mercy Health: 75% of its time is used, by 5:20 p.m. CT.").holds(`href="` + base + `?tab=clocks"`)
	a.get("/desk/part?list=no").gets(200, "75% of its time is used")
	a.as(a.d.Sam).get("/desk").gets(200).lacks("of its time is used")
	a.get(base).gets(200, "Ana Ruiz is warned: first answer, 75% of its time is used.")
	a.get("/desk/agreements").gets(200, "You were warned of these", "75% used", "What ends first").lacks("Missed, and not done yet")
	a.d.Advance(3 * time.Minute)
	a.get("/desk").gets(200, "First answer, Mercy Health: missed", "5:20 p.m.")
	a.get(base).gets(200, "Missed: first answer was due by 5:20 p.m. CT, by version 1 of the agreement.")
	a.get("/desk/agreements").gets(200, "Missed, and not done yet")
	a.as(a.d.Eve).get("/desk/agreements").gets(200).lacks(string(maria.Got.Ref), "Mercy")
}

// A question is handed to another team, and waits for a firm by its name, on its page.
func TestHandedOverAndWaitingForAFirm(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base+"?tab=clocks").gets(200, "hand it to another team", "Which team takes it?", "Promises that were made stay as they are.")
	a.post(base+"/team").gets(422, "Choose the team that takes it.", "Which team takes it?")
	a.post(base+"/team", "skill", "USER").gets(200, "EHR use: hand it to another team")
	a.get(base).gets(200, "Sam Ortiz handed it from", "to USER.")
	a.post(base+"/waits", "reason", "supplier", "supplier", "Epic", "until", "2026-06-03T12:00").gets(200)
	a.get(base).gets(200, "we wait for the supplier Epic until")
	a.post(base+"/waits", "reason", "supplier", "supplier", "Epic Systems", "until", "2026-06-03T12:00").gets(200, "we wait for the supplier Epic Systems until")
	a.as(a.d.Eve).post(base+"/team", "skill", "PORTAL").gets(404)
}
