package web

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

func TestWallIsForThoseWhoLeadAndNamesNobody(t *testing.T) {
	a := atDesk(t, sam)
	a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	a.d.Settle()
	a.get("/wall").gets(403, "Only a supervisor can open the wall")
	a.post("/wall/addresses", "client", "1").gets(403)
	ana := a.as(a.d.Ana)
	ana.get("/wall").gets(200, "All hospitals", "Nothing is broken.", "The clock is at work.").lacks("Maria", "kilograms", "Sam Ortiz")
	ana.get("/wall/part?scope=1").gets(200, "Mercy Health").lacks("<html")
	ana.get("/wall?scope=99").gets(404)
	ana.get("/wall?theme=light&view=list").gets(200).holds(`data-theme="light"`, "is-list", `/wall/part?theme=light&amp;view=list`)
	ana.post("/wall/addresses", "client", "1").gets(200, "Mercy Health", "/wall?key=")
	if !regexp.MustCompile(`class="wall-address" href="https?://[^/"]+/wall\?key=[^"]+">https?://`).MatchString(ana.body) {
		t.Error("the address cannot be typed on another screen")
	}
	ana.get(ana.at).gets(200, "An address is shown once").lacks("/wall?key=") // a reload makes none and shows none
	if list, err := a.d.App.WallAddresses(a.d.Ctx(), a.d.Ana); err != nil || len(list) != 1 {
		t.Errorf("%d addresses are in force, %v", len(list), err)
	}
	id, err := a.d.App.WallAddress(a.d.Ctx(), a.d.Ana, a.d.Mercy.ID)
	a.d.Must(err)
	_, key, err := a.d.App.ShownWallAddress(a.d.Ctx(), a.d.Ana, id)
	a.d.Must(err)
	a.cookie("")
	a.get("/wall?key="+key).gets(200, "Mercy Health").lacks("/promises")
	a.get("/wall?key="+key+"&scope=2").gets(200, "Mercy Health").lacks("St. Anne")
	a.get("/wall?key=1"+key).gets(401, "This address of the wall has ended")
	a.get("/promises").gets(200, "Sign in")
}

func TestHandoverKeepsWhatWasTyped(t *testing.T) {
	a := atDesk(t, priya)
	a.d.AdvanceTo(a.d.At(3, 15, 50))
	a = a.as(a.d.Sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	pr, err := a.d.App.MakePromise(a.d.Ctx(), a.d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: a.d.At(3, 17, 0)})
	a.d.Must(err)
	a.d.Must(a.d.App.GivePromise(a.d.Ctx(), a.d.Priya, maria.Got.Ref, pr.ID, a.d.Priya.Staff, ""))
	h, err := a.d.App.Handover(a.d.Ctx(), a.d.Priya, 0)
	a.d.Must(err)
	base := "/desk/handover/" + strconv.FormatInt(int64(h.Shift.ID), 10)
	a.get("/desk/handover?shift="+strconv.FormatInt(int64(h.Shift.ID), 10)).gets(200, "Handover: Priya Nair", "0 of 1 accepted.", "Maria Gomez", "Proposed:")
	a.post(base + "/signatures").gets(403)
	long := strings.Repeat("I will ", 200)
	a.post(base+"/acceptances", "ref", string(maria.Got.Ref), "promise", strconv.FormatInt(int64(pr.ID), 10), "read_back", long).gets(422)
	a.post(base+"/acceptances", "ref", string(maria.Got.Ref), "promise", strconv.FormatInt(int64(pr.ID), 10)).gets(200, "1 of 1 accepted.", "Accepted by Sam Ortiz")
	ana := a.as(a.d.Ana)
	ana.post(base+"/acceptances", "ref", string(maria.Got.Ref), "promise", strconv.FormatInt(int64(pr.ID), 10), "read_back", "I will").gets(409, "Sam Ortiz has accepted this already.")
	ana.post(base+"/signatures").gets(200, "Signed off by a supervisor").lacks("Priya Nair, ended")
	a.d.AdvanceTo(h.Shift.End.Add(time.Hour)) // the picker and the sheet say that it is over
	ana.get("/desk/handover?shift="+strconv.FormatInt(int64(h.Shift.ID), 10)).gets(200, "Handover: Priya Nair, ended "+clock(h.Shift.End, clientZone(a.d.Mercy), a.d.Now()))
}

// Two who write to one promise at once: the page of the second has both texts, and pressing once more keeps them; what can go
// nowhere any more stands above.
func TestTwoWriteToOneHandoverOnThePage(t *testing.T) {
	d := testkit.New(t, storetest.SQLite(t))
	d.AdvanceTo(d.At(3, 15, 50))
	a := atDeskOf(t, d, priya)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	pr, err := a.d.App.MakePromise(a.d.Ctx(), a.d.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: a.d.At(3, 17, 0)})
	a.d.Must(err)
	a.d.Must(a.d.App.GivePromise(a.d.Ctx(), a.d.Priya, maria.Got.Ref, pr.ID, a.d.Priya.Staff, ""))
	ana, sam := a.as(a.d.Ana), a.as(a.d.Sam)
	h, err := a.d.App.Handover(a.d.Ctx(), a.d.Priya, 0)
	a.d.Must(err)
	shift := strconv.FormatInt(int64(h.Shift.ID), 10)
	page, base, number := "/desk/handover?shift="+shift, "/desk/handover/"+shift, strconv.FormatInt(int64(pr.ID), 10)
	form := func(who *analyst, more ...string) []string {
		return append([]string{"ref", string(maria.Got.Ref), "promise", number, "seen_summary", who.value("seen_summary"), "seen_plan", who.value("seen_plan")}, more...)
	}
	for _, who := range []*analyst{a, ana, sam} {
		who.get(page).gets(200)
	}
	a.post(base+"/notes", form(a, "summary", "Wants pounds.", "plan", "")...).gets(200, "Wants pounds.", "Written by Priya Nair, 3:50 p.m. CT")
	ana.post(base+"/notes", form(ana, "summary", "Angry: mind the tone.", "plan", "If no switch,\r\nthen Dana.")...).
		gets(409, "Priya Nair wrote here at 3:50 p.m. CT, while you did.", "Both texts are in the field, yours last", "Wants pounds. Angry: mind the tone.", "then Dana.").holds(`href="#summary-h-1-` + number + `"`)
	ana.post(base+"/notes", form(ana, "summary", "Wants pounds.\nAngry: mind the tone.", "plan", "If no switch, then Dana.")...).gets(200, "Angry: mind the tone.", "Written by Ana Ruiz")
	long := strings.Repeat("pounds ", 200)
	ana.post(base+"/notes", form(ana, "summary", long, "plan", "x")...).gets(422, "Use at most 1000 characters", strings.TrimSpace(long))
	sam.post(base+"/acceptances", form(sam, "read_back", "I will write by five")...).gets(409, "Ana Ruiz wrote here at 3:50 p.m. CT, while you read. Read it, then accept.")
	sam.post(base+"/acceptances", form(sam, "read_back", "I will write by five")...).gets(200, "Accepted by Sam Ortiz", "I will write by five")
	a.post(base+"/notes", form(a, "summary", "Wants stones.", "plan", "")...).gets(409, "Sam Ortiz has accepted this already.", "You had typed, and it is kept nowhere: Wants stones.")
}

func TestBoardKeepsARefusalAndAWaitIsStopped(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	pr := maria.Promised(a.d.Sam, a.d.At(3, 8, 0))
	a.post(base+"/promises/"+strconv.FormatInt(int64(pr.ID), 10)+"/owner", "to", strconv.FormatInt(int64(a.d.Sam.Staff), 10), "back", "/promises?mine=yes")
	if a.at != base+"/promises/"+strconv.FormatInt(int64(pr.ID), 10)+"/owner" {
		t.Errorf("at %s", a.at)
	}
	a.gets(422, "You are not on shift then", "Load, next 12 hours")
	a.d.Must(a.d.App.WaitFor(a.d.Ctx(), a.d.Sam, maria.Got.Ref, desk.WaitPerson, a.d.Now().Add(48*time.Hour), ""))
	a.get(base+"?tab=promise").gets(200, "Stop waiting now")
	a.post(base+"/waits/end").gets(200, "No longer waiting", "somebody ended it").lacks("Stop waiting now")
}

// One address is taken back alone: its screen shows nothing any more, the others go on.
func TestAWallAddressIsTakenBack(t *testing.T) {
	ana := atDesk(t, ana)
	key := func(client string) string {
		ana.post("/wall/addresses", "client", client).gets(200, "/wall?key=")
		return regexp.MustCompile(`/wall\?key=([\w.-]+)`).FindStringSubmatch(ana.body)[1]
	}
	mercy, anne := key("1"), key("2")
	ana.get("/wall/addresses").gets(200, "Mercy Health", "St. Anne Hospital", "Take it back").lacks(mercy)
	end := regexp.MustCompile(`/wall/addresses/\d+/end`).FindString(ana.body) // that of Mercy, made first
	priya := ana.as(ana.d.Priya)
	priya.post(end).gets(403)
	ana.post(end).gets(200, "The address is taken back.").lacks("Mercy Health")
	ana.post(end).gets(200)
	ana.post("/wall/addresses/999/end").gets(404)
	screen := ana.as(ana.d.Sam)
	screen.cookie("")
	screen.get("/wall?key="+mercy).gets(401, "This address of the wall has ended")
	screen.get("/wall?key="+anne).gets(200, "St. Anne")
}

// The screen of somebody who leads no more says what to do and looks again by itself; a supervisor sees it in the list, and
// takes it over.
func TestADarkWallIsTakenOver(t *testing.T) {
	ana := atDesk(t, ana)
	ana.post("/wall/addresses", "client", "1").gets(200, "until another supervisor takes it over")
	key := regexp.MustCompile(`/wall\?key=([\w.-]+)`).FindStringSubmatch(ana.body)[1]
	omar, screen := ana.as(ana.d.Omar), ana.as(ana.d.Sam)
	screen.cookie("")
	omar.get("/wall/addresses").gets(200, "Mercy Health").lacks("Take it over")
	ana.d.Must(ana.d.DB.System(ana.d.Ctx(), "test", func(tx *store.SystemTx) error {
		s, err := tx.Staff(ana.d.Ana.Staff)
		s.Role = desk.Analyst
		return cmp.Or(err, tx.SaveStaff(s))
	}))
	screen.get("/wall?key="+key).gets(401, "Nothing is shown here now", "A supervisor takes it over: on the promise board, under “Addresses in force”.").lacks("Go to the queue")
	if again := screen.header.Get("Refresh"); again != "30" {
		t.Errorf("the screen looks again: %q", again)
	}
	screen.get("/wall?key=1"+key).gets(401, "This address of the wall has ended")
	if again := screen.header.Get("Refresh"); again != "" {
		t.Errorf("what has ended looks again: %q", again)
	}
	omar.get("/wall/addresses").gets(200, "Shows nothing: Ana Ruiz does not lead here any more.", "Take it over")
	omar.post(regexp.MustCompile(`/wall/addresses/\d+/owner`).FindString(omar.body)).gets(200, "The address is yours now.", "Omar Said").lacks("Shows nothing", "Take it over")
	screen.get("/wall?key="+key).gets(200, "Mercy Health")
}

// The tile of the callers is there once a phone system reports, and shows no figure that is old.
func TestWallShowsCallersAsLongAsThePhonesReport(t *testing.T) {
	ana := atDesk(t, ana)
	d := ana.d
	hear := func(c desk.ClientID, name string, waiting int, waited time.Duration) {
		t.Helper()
		l := desk.PhoneLine{Client: c, Name: name, Waiting: waiting}
		if waiting > 0 {
			l.First = d.Now().Add(-waited)
		}
		_, err := d.App.HearPhoneLine(d.Ctx(), desk.System("test"), l)
		d.Must(err)
	}
	part := func(scope string) *analyst { d.Skip(5 * time.Second); return ana.get("/wall/part" + scope) }
	part("").gets(200, "Due in the next hour").lacks("Callers waiting", "No news")
	hear(0, "main", 7, 103*time.Second)
	part("").gets(200, "Callers waiting 7 Longest 1:48, main.", "Goal 2:00").lacks("Answer now", "tile warn", "No news")
	part("?scope=1").gets(200).lacks("Callers waiting")
	d.Skip(20 * time.Second)
	part("").gets(200, "Longest 2:18, main.", "Goal 2:00. Answer now.").holds(`class="tile warn w3" aria-labelledby="wall-phones"`)
	hear(d.Mercy.ID, "portal", 1, 20*time.Second)
	part("").gets(200, "Callers waiting 8 Longest 2:23, main.")
	part("?scope=1").gets(200, "Callers waiting 1 Longest 0:30, portal.", "Goal 0:30").lacks("Answer now")
	d.Skip(30 * time.Second)
	hear(0, "main", 0, 0)
	part("").gets(200, "Mercy portal", "Answer now")
	d.Skip(30 * time.Second)
	part("").gets(200, "Callers waiting 0 Nobody is waiting.", "No news from Mercy portal since ", ": look at the phones.").lacks("Answer now")
	d.Skip(time.Minute)
	part("?scope=1").gets(200, "Callers waiting – No news from the phone system since ").lacks("Longest", "Goal").holds(`class="tile warn w3" aria-labelledby="wall-phones"`)
	ana.get("/wall?view=list").gets(200, "Callers waiting", "No news from 2 lines since ")
}
