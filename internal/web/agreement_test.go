package web

import (
	"strings"
	"testing"
	"time"

	"kept/internal/desk"
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
	omar.post(path, "terms", mine, "version", omar.value("version"), "edit", omar.value("edit"), "do", "save").gets(409, "Ana Ruiz changed this draft at 5:15 p.m. CT. Look at it first. What you typed is kept below.")
	if omar.typedTerms() != mine {
		t.Error("what Omar typed is lost")
	}
	omar.post("/desk/agreements/mercy/approvals", "side", "desk", "version", "2", "edit", "1").gets(409, "Ana Ruiz changed this draft")

	a.get("/desk/agreements/mercy")
	version, edit := a.value("version"), a.value("edit")
	a.post("/desk/agreements/mercy/approvals", "side", "desk", "version", version, "edit", edit).gets(200, "The approval is on record.", "The hospital has not approved it")
	a.get("/desk/agreements/mercy?edit=yes").gets(200).lacks("Save the draft")
	a.post("/desk/agreements/mercy/approvals", "side", "hospital", "version", version, "edit", edit, "who", "Lou Vega, CIO").gets(422, "Enter how they said so").holds(`value="Lou Vega, CIO"`)
	a.post("/desk/agreements/mercy/approvals", "side", "hospital", "version", version, "edit", edit, "who", "Lou Vega, CIO", "how", "Mail of June 2").gets(200, "Both sides have approved it.", "Agreed, begins later", "Lou Vega, CIO")
	a.get("/desk/agreements/mercy/terms/2").gets(200, "metric: first_response")
	a.get("/desk/agreements/mercy/terms/9").gets(404)
	a.get("/desk/agreements/nowhere").gets(404)
}

func TestADraftIsWithdrawn(t *testing.T) {
	a := atDesk(t, ana)
	a.get("/desk/agreements/mercy?edit=yes").gets(200)
	a.post("/desk/agreements/mercy/draft", "terms", a.typedTerms(), "version", "0", "edit", "0", "do", "save").gets(200)
	a.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "1").gets(200, "Withdraw this draft?", "Leave it as it is").holds(`name="sure" value="yes"`, `name="edit" value="1"`)
	a.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "7", "sure", "yes").gets(409, "Ana Ruiz changed this draft")
	a.post("/desk/agreements/mercy/withdrawals", "version", "2", "edit", "1", "sure", "yes").gets(200, "The draft is withdrawn.", "Withdrawn by Ana Ruiz")
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
