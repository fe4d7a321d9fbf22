package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// analyst is somebody at the desk with a browser without scripts.
type analyst struct {
	t      testing.TB
	d      *testkit.Desk
	server *httptest.Server
	client *http.Client
	secret string

	status int
	at     string // where the browser ended up
	header http.Header
	body   string
}

// atDesk opens a desk with who signed in.
func atDesk(t testing.TB, who func(*testkit.Desk) desk.Viewer) *analyst {
	t.Helper()
	return atDeskOf(t, testkit.New(t, storetest.SQLite(t)), who)
}

func atDeskOf(t testing.TB, d *testkit.Desk, who func(*testkit.Desk) desk.Viewer) *analyst {
	t.Helper()
	a := &analyst{t: t, d: d}
	a.server = httptest.NewServer(httpd.Wrap(New(Options{App: d.App, Log: slog.New(slog.DiscardHandler)}), httpd.Options{Log: slog.New(slog.DiscardHandler), Clock: d.Now}))
	t.Cleanup(a.server.Close)
	return a.as(who(d))
}

func sam(d *testkit.Desk) desk.Viewer   { return d.Sam }
func priya(d *testkit.Desk) desk.Viewer { return d.Priya }

// as is another browser in which v is signed in.
func (a *analyst) as(v desk.Viewer) *analyst {
	a.t.Helper()
	other := *a
	jar, err := cookiejar.New(nil)
	a.d.Must(err)
	other.client = &http.Client{Jar: jar}
	other.secret = "session-of-" + itoa(int64(v.Staff))
	other.begin(v)
	other.cookie(other.secret)
	u, err := url.Parse(a.server.URL)
	a.d.Must(err)
	jar.SetCookies(u, []*http.Cookie{{Name: staffCookie, Value: itoa(int64(v.Staff)), Path: "/"}})
	return &other
}

// begin starts a session; it is 12 hours old at most when a test lets time pass.
func (a *analyst) begin(v desk.Viewer) {
	a.d.Must(a.d.DB.System(a.t.Context(), "test", func(tx *store.SystemTx) error {
		now := tx.Now()
		return tx.AddSession(desk.Session{Hash: desk.HashSecret(a.secret), Staff: v.Staff, CreatedAt: now, SeenAt: now, EndsAt: now.Add(24 * time.Hour), Passed: true})
	}))
}

func (a *analyst) cookie(secret string) {
	u, err := url.Parse(a.server.URL)
	a.d.Must(err)
	a.client.Jar.SetCookies(u, []*http.Cookie{{Name: sessionCookie, Value: secret, Path: "/"}})
}

func (a *analyst) do(r *http.Request) *analyst {
	a.t.Helper()
	res, err := a.client.Do(r)
	a.d.Must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	a.d.Must(err)
	a.status, a.at, a.header, a.body = res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)
	return a
}

func (a *analyst) get(path string) *analyst {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.server.URL+path, nil)
	a.d.Must(err)
	return a.do(r)
}

// post sends a form; fields are name, value, name, value.
func (a *analyst) post(path string, fields ...string) *analyst {
	a.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.server.URL+path, strings.NewReader(form.Encode()))
	a.d.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return a.do(r)
}

// gets fails unless the answer has this status and every part stands on the page.
func (a *analyst) gets(status int, parts ...string) *analyst {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s answers %d, want %d\n%s", a.at, a.status, status, plain(a.body))
	}
	text := plain(a.body)
	for _, p := range parts {
		if !strings.Contains(text, p) {
			a.t.Fatalf("%s does not say %q:\n%s", a.at, p, text)
		}
	}
	return a
}

func (a *analyst) lacks(parts ...string) *analyst {
	a.t.Helper()
	for _, p := range parts {
		if strings.Contains(plain(a.body), p) {
			a.t.Fatalf("%s says %q", a.at, p)
		}
	}
	return a
}

// holds fails unless the markup holds every part.
func (a *analyst) holds(parts ...string) *analyst {
	a.t.Helper()
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			a.t.Fatalf("%s does not hold %s:\n%s", a.at, p, a.body)
		}
	}
	return a
}

var markup = regexp.MustCompile(`<[^>]*>`)
var blanks = regexp.MustCompile(`\s+`)

// plain is the text of a page.
func plain(body string) string {
	text := markup.ReplaceAllString(body, " ")
	text = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">", " .", ".", " ,", ",").Replace(text)
	return strings.NewReplacer(" .", ".", " ,", ",").Replace(blanks.ReplaceAllString(text, " "))
}

// value gives the value of a hidden field or a picked window.
func (a *analyst) value(name string) string {
	a.t.Helper()
	for _, m := range regexp.MustCompile(`<input[^>]*>`).FindAllString(a.body, -1) {
		if strings.Contains(m, `name="`+name+`"`) && (!strings.Contains(m, "radio") || strings.Contains(m, "checked")) {
			return regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(m)[1]
		}
	}
	a.t.Fatalf("%s has no field %s", a.at, name)
	return ""
}

func TestEveryStaffPageAsksWhoIsThere(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	a.cookie("")
	for _, path := range []string{"/desk", "/desk/t/" + string(maria.Got.Ref), "/promises", "/desk/call/new", "/desk/search", "/desk/display", "/wall", "/desk/handover"} {
		a.get(path).gets(200, "Sign in to the help desk").lacks("Maria", "kilograms")
		if want := "/sign-in?next=" + url.QueryEscape(path); a.at != want {
			t.Errorf("%s leads to %s, want %s", path, a.at, want)
		}
	}
}

func TestQueueShowsOneTagPerTicketAndKeepsItsFilter(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	a.d.Rosa().Calls(a.d.Sam, "No puedo entrar")
	a.get("/desk").gets(200, "Maria Gomez", "Mercy", "Rosa Diaz", "St. Anne", "Español", "New call")
	if n := strings.Count(a.body, `id="tag-`); n != 2 {
		t.Errorf("two rows have %d markup", n)
	}
	a.get("/desk?show=spanish").gets(200, "Rosa Diaz").lacks("Maria Gomez")
	a.get("/desk?client=1").gets(200, "Maria Gomez").lacks("Rosa Diaz").holds("/desk/t/" + string(maria.Got.Ref) + "?client=1")
	a.get("/desk?client=99").gets(404)
	a.get("/desk?show=nonsense").gets(422)
	a.get("/desk?after=nonsense").gets(422)
	a.get("/desk/part?show=spanish").gets(200).holds(`id="strip"`, `id="tag-`)
}

func TestOtherHospitalsTicketsAreNotThere(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	eve := a.as(a.d.Eve)
	base := "/desk/t/" + string(maria.Got.Ref)
	for _, path := range []string{base, "/desk/part?ref=" + string(maria.Got.Ref), "/desk/call/done/" + string(maria.Got.Ref), "/desk/windows?client=1", "/desk/callers?client=1&q=Maria", "/desk/call/hospital?client=1", "/promises?client=1", "/desk/handover?shift=1"} {
		eve.get(path).gets(404).lacks("Maria", "kilograms")
	}
	for _, act := range []string{"/replies", "/notes", "/owner", "/questions-if-fixed", "/promises", "/promises/1/attempts", "/promises/1/misses", "/promises/1/contacts", "/promises/1/moves", "/promises/1/owner"} {
		eve.post(base+act, "text", "hello", "outcome", "busy", "by", "us", "start", "2026-06-03T13:30:00Z", "to", "15").gets(404).lacks("Maria", "kilograms")
	}
	eve.post("/desk/search", "q", "Maria Gomez").gets(200, "No ticket fits")
	eve.post("/desk/call/new", "do", "finish", "client", "1", "name", "X", "words", "a b c", "ending", "solved", "key", "k").gets(404)
	eve.get("/desk/t/NOPE").gets(404)
	eve.get("/desk").gets(200).lacks("Maria")
}

func TestReplyAndNoteAreTwoThings(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base).gets(200, "Mercy Health", "there", "Answer as", "Maria will see this", "We text a link to 312-555-0199; the words stay on the page.", "Text Maria", "Maria cannot see this.", "Save note. Nothing is sent.", "“My chart shows kilograms”").lacks("Close ticket", "Resolve")
	a.post(base+"/replies", "text", "   ", "key", "k0").gets(422, "Write something first.")
	key := a.get(base).value("key")
	a.post(base+"/replies", "text", "You can pick pounds now.", "key", key, "seq", a.value("seq")).gets(200, "You can pick pounds now.", "To Maria")
	a.post(base+"/replies", "text", "You can pick pounds now.", "key", key).gets(200)
	if n := strings.Count(a.body, ">You can pick pounds now.<"); n != 1 {
		t.Errorf("a double submit shows %d replies", n)
	}
	a.post(base+"/notes", "text", "She sounded upset.", "key", "n1").gets(200, "Internal note.", "She sounded upset.")
	a.post(base+"/notes", "text", strings.Repeat("x", desk.MaxNote+1), "key", "n2").gets(422, strings.Repeat("x", desk.MaxNote+1))
	a.d.Settle()
	maria.GotNoText("upset")
	maria.GotNoText("pounds now")
}

func TestNewerWordsStopAReply(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	seq := a.get(base).value("seq")
	_, err := a.d.App.AddWords(t.Context(), maria.Viewer(), "It is my daughter's chart.", "")
	a.d.Must(err)
	a.post(base+"/replies", "text", "Here is how", "key", "k1", "seq", seq).gets(409, "wrote again while you were writing", "It is my daughter's chart.", "Here is how").holds(">Here is how</textarea>")
	a.post(base+"/replies", "text", "Here is how", "key", a.value("key"), "seq", a.value("seq")).gets(200, "To Maria")
}

func TestTakeAskAndVoid(t *testing.T) {
	a := atDesk(t, priya)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.post(base+"/owner").gets(200, "You have it")
	a.post(base+"/owner", "to", "0").gets(200, "Nobody has it.")
	a.post(base+"/owner?back="+url.QueryEscape("/desk?show=mine")).gets(200, "Maria Gomez")
	if a.at != "/desk?show=mine" {
		t.Errorf("taking from the list leads to %s", a.at)
	}
	a.post(base+"/owner", "to", "15").gets(422, "does not serve this hospital")
	a.post(base+"/questions-if-fixed").gets(200, "Asked if fixed", "“Is it fixed?”")
	a.post(base+"/questions-if-fixed").gets(409, "asked already")
	a.d.Settle()
	maria.GotText("fixed")
	a.post(base+"/void", "reason", "spam").gets(403)
	lead := a.as(a.d.Ana)
	lead.get(base+"?tab=caller").gets(200, "Void: spam or a duplicate", "Other questions", "312-555-0199")
	lead.post(base+"/void", "reason", "").gets(422, "Say why")
	lead.post(base+"/void", "reason", "duplicate of another").gets(200)
	lead.get(base).gets(200, "Void: spam or a duplicate.").lacks("will see this")
}

func TestTicketSaysWhatWasNotSentAndWhatToDo(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.d.Settle()
	a.get(base).gets(200).lacks("Not sent.")
	a.d.SMS.Break(maria.Phone, "30006")
	a.post(base + "/questions-if-fixed").gets(200)
	a.d.Settle()
	a.get(base).gets(200, "Not sent. The text of", "did not get through", "Call instead", "Call this person", "No text and no email came through.", "Not delivered").lacks("I take care of it")
	a.as(a.d.Ana).get(base).gets(200, "Not sent.", "I take care of it")
}

func TestTicketOfSomebodyWhoCannotBeTold(t *testing.T) {
	a := atDesk(t, sam)
	got, err := a.d.App.OpenTicket(t.Context(), a.d.Sam, 1, app.TicketIn{Words: "My chart shows kilograms", Via: desk.ViaPhone, Lang: "en", Skill: "PORTAL", Requester: app.RequesterIn{Name: "Al Doe", Email: "al@example.com"}})
	a.d.Must(err)
	a.d.Settle()
	a.d.Mail.Break("al@example.com", "550")
	base := "/desk/t/" + string(got.Ref)
	a.post(base + "/questions-if-fixed").gets(200)
	a.d.Settle()
	a.get(base).gets(200, "This person cannot be told", "Ask the hospital for another number, and call.", "Not sent. The mail of", "No number is known", "Al cannot be told")
}

func TestClosedTicketsSayWhy(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.post(base+"/questions-if-fixed").gets(200, "Asked if fixed", "The person was asked", "We ask again")
	if strings.Contains(a.body, `id="ask-fixed"`) {
		t.Error("the question can be asked twice")
	}
	a.d.Must(a.d.App.SayFixed(t.Context(), maria.Viewer()))
	a.get(base).gets(200, "The person said that it is fixed. Only the person can open it again.", "said: yes, it is fixed").lacks("will see this", "Make a promise", "Void: spam")
	a.post(base+"/replies", "text", "One more thing", "key", "k1").gets(409).holds(">One more thing</textarea>")
	a.as(a.d.Ana).post(base+"/void", "reason", "a duplicate").gets(409).holds(">a duplicate</textarea>")
}

func TestWordsStayWhenThePromiseHasEnded(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	p := maria.Promised(a.d.Sam, time.Time{})
	on := base + "/promises/" + itoa(int64(p.ID))
	a.d.AdvanceTo(p.Start)
	me := a.as(a.d.Priya)
	a.as(a.d.Ana).post(on+"/contacts", "note", "She sees pounds.", "next", "ask").gets(200)
	me.post(on+"/contacts", "note", "I told her about pounds.", "next", "ask").gets(409, "has ended already", "She sees pounds.", "Asked if fixed").holds(">I told her about pounds.</textarea>")
	me.post(on+"/misses", "outcome", "busy").gets(409, "has ended already", "Asked if fixed")
	me.post(on+"/owner").gets(409, "has ended already")
	me.post(on+"/attempts").gets(409, "has ended already")
}

func TestPromiseFormsAreFoldedUntilWanted(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	folded, open := `id="promise-make" data-keep-open`, `id="promise-make" open data-keep-open`
	a.get(base).gets(200, "Give it away").holds(folded, `data-hotkey="F4">Promise</a>`)
	a.get(base + "?tab=promise&make=yes").holds(open)
	a.post(base+"/promises", "kind", "other", "due", "2026-06-03T12:00", "text", "").gets(422).holds(open)
}

func TestPromiseIsMadeTriedMovedGivenAndKept(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base).gets(200, "Make a promise", "Show the times").lacks("first good time")
	a.get(base+"?tab=promise&make=yes").gets(200, "Make a promise", "No one with this skill", "Wed 8:00 to 8:30 a.m. CT", "first good time", "1 person, 0 booked", "Say:", "We will call you tomorrow, Wednesday, June 3, between 8:00 and 8:30 a.m. CT, at 312-555-0199.")
	start := a.value("start")
	a.post(base+"/promises", "kind", "callback", "start", "2026-06-03T02:00:00Z", "skill", "PORTAL").gets(409, "That time was just taken.")
	a.post(base+"/promises", "kind", "callback", "start", "soon", "skill", "PORTAL").gets(422, "Choose one of the times.")
	a.post(base+"/promises", "kind", "other", "due", "2026-06-03T12:00", "text", "").gets(422, "Say what is promised").holds(`value="2026-06-03T12:00"`)
	a.post(base+"/promises", "kind", "callback", "start", start, "skill", "PORTAL").gets(200, "Call back Wed, June 3, 8:00 to 8:30 a.m. CT", "Owner: Priya Nair.")
	p := maria.Promise()
	on := base + "/promises/" + itoa(int64(p.ID))
	a.post(on+"/moves", "start", "2026-06-03T14:00:00Z").gets(422, "Say who wanted the new time.")
	a.post(on+"/moves", "start", "2026-06-03T14:00:00Z", "by", "person").gets(200, "9:00 to 9:30 a.m. CT", "Moved by caller")
	a.post(on+"/moves", "start", "2026-06-03T15:00:00Z", "by", "person").gets(409, "has ended already")
	on = base + "/promises/" + itoa(int64(maria.Promise().ID))
	me := a.as(a.d.Priya)
	a.d.AdvanceTo(a.d.At(3, 5, 0))
	me.get(base).gets(200, "It is 5:00 a.m. CT there. They wait for a call from 9:00 a.m. CT on.")
	a.d.AdvanceTo(a.d.At(3, 8, 30))
	me.get(base).gets(200).lacks("They wait for a call")
	a.d.AdvanceTo(a.d.At(3, 9, 5))
	me.get("/desk").gets(200, "Your next promise: call Maria Gomez, Mercy Health, by 9:30 a.m. CT.", "25 min left", "Call now")
	me.get(base+"?tab=promise&give="+itoa(int64(maria.Promise().ID))).gets(200, "Owner: you.", "Call 312-555-0199").holds(`href="tel:+13125550199"`)
	me.post(on+"/attempts").gets(200, "Calling now", "Priya Nair is calling since 9:05 a.m. CT.")
	me.post(on+"/attempts").gets(409, "Somebody is calling this person now.")
	me.post(on+"/misses", "outcome", "").gets(422, "Say what happened on the call.")
	me.post(on+"/misses", "outcome", "no_answer").gets(200, "try 1 of 3: no answer", "Tried 1 of 3")
	a.d.Settle()
	me.get(base).gets(200, "Text to Maria: that we called and when we try again. Delivered").lacks("LMT", "Dec 31")
	next := maria.Promise()
	on = base + "/promises/" + itoa(int64(next.ID))
	me.post(on+"/owner", "to", itoa(int64(a.d.Eve.Staff))).gets(422, "does not serve this hospital")
	a.d.AdvanceTo(next.Start)
	me.post(on + "/attempts").gets(200)
	me.post(on+"/contacts", "note", strings.Repeat("x", desk.MaxNote+1), "next", "ask").gets(422, "What was said")
	me.post(on+"/contacts", "note", "She sees pounds now.", "next", "ask").gets(200, "She sees pounds now.", "Promise kept by Priya Nair.", "Asked if fixed")
	me.post(on+"/contacts", "note", "again", "next", "ask").gets(409, "has ended already").holds("again")
	if got := maria.Page(a.d.Priya).Ticket.State; got != desk.Asked {
		t.Errorf("after the call the question is %s, want asked", got)
	}
}

func TestCallEndsWithAPromise(t *testing.T) {
	a := atDesk(t, sam)
	a.get("/desk/call/new").gets(200, "New call", "Which hospital or clinic do you go to?", "Choose the hospital first.")
	if !strings.HasPrefix(a.at, "/desk/call/new?call=") {
		t.Errorf("a call has no key of its own: %s", a.at)
	}
	key := a.value("key")
	typed := []string{"key", key, "client", "1", "name", "Maria Gomez", "phone", "312-555-0199", "words", "My chart shows 70 kilograms, I want pounds", "note", "Looked in Settings", "lang", "en", "kind", "patient", "skill", "PORTAL"}
	with := func(more ...string) []string { return append(append([]string{}, typed...), more...) }
	a.post("/desk/call/new", with("do", "windows")...).gets(200, "They dialed 800-555-0143", "Say: “Mercy Health help desk, this is Sam. How can I help?”", "No one with this skill", "first good time", "See your weight in pounds", "Read aloud").
		holds("I want pounds</textarea>", "Looked in Settings</textarea>", `value="312-555-0199"`)
	start := a.value("start")
	a.post("/desk/call/new", with("do", "finish")...).gets(422, "This call cannot be finished yet", "Choose how the call ends").holds("I want pounds</textarea>")
	a.post("/desk/call/new", with("do", "finish", "ending", "promise", "start", "2026-06-03T02:00:00Z")...).gets(409, "That time was just taken.").holds("I want pounds</textarea>")
	a.post("/desk/call/new", with("do", "finish", "ending", "promise", "start", start)...).gets(200, "The call is saved", "Read the number aloud", "We will call you tomorrow", "at 312-555-0199")
	first := a.at
	a.post("/desk/call/new", with("do", "finish", "ending", "promise", "start", start)...).gets(200)
	if a.at != first {
		t.Errorf("a double submit leads to %s, want %s", a.at, first)
	}
	a.post("/desk/callers", "client", "1", "q", "312-555-0199").gets(200, "Maria Gomez", "phone matches", "Yes, with a new question", "About")
	a.post("/desk/callers", "client", "1", "q", "Maria").gets(200, "Maybe: name matches")
	a.post("/desk/callers", "q", "Maria").gets(200, "Choose the hospital first.")
	a.post("/desk/similar", "words", "my chart pounds").gets(200, "See your weight in pounds", "question like this in 30 days")
	a.post("/desk/similar", "words", "i have chest pain").gets(200, "Red flag: 911", "Hang up")
	a.post("/desk/windows", "client", "1", "skill", "PORTAL", "lang", "es", "phone", "3125550188").gets(200, "Le vamos a llamar")
	a.post("/desk/call/hospital", "client", "2", "skill", "PORTAL").gets(200, "St. Anne Hospital").holds(`hx-swap-oob="true"`)
}

func TestCallSaysWhatIsMissing(t *testing.T) {
	a := atDesk(t, sam)
	a.post("/desk/call/new", "do", "finish", "key", "k1").gets(422, "Choose the hospital.", "Choose who is calling", "Choose how the call ends", "Write down what they said.")
	a.post("/desk/call/new", "do", "finish", "key", "k1", "client", "1", "name", "Al", "words", "one two three", "ending", "promise", "skill", "PORTAL").gets(422, "Enter the phone number that we can reach.")
	a.post("/desk/call/new", "do", "finish", "key", "k1", "client", "1", "name", "Al", "phone", "12", "words", "one two three", "ending", "solved").gets(422, "area code").holds(`value="12"`)
	a.post("/desk/call/new", "do", "finish", "key", "k2", "client", "1", "name", "Al", "phone", "312-555-0123", "words", "one two three", "ending", "solved").gets(200, "Is it fixed?")
}

func TestIdentityIsCheckedForTheLevelOfTheAnswer(t *testing.T) {
	a := atDesk(t, sam)
	a.get("/desk/call/new").gets(200, "2. Check identity", "The level follows the best answer.", "Not checked")
	a.post("/desk/similar", "words", "my chart pounds").gets(200, "Level 0: general how-to").holds(`id="level" hx-swap-oob="true"`)
	for _, tier := range []string{"V1", "V2", "V3"} {
		if l := levels[tier]; l.Title == "" || l.Enough == "" || (tier != "V1") != (l.Never != "") {
			t.Errorf("level %s says %+v", tier, l)
		}
	}
	call := func(key string, more ...string) *analyst {
		return a.post("/desk/call/new", append([]string{"do", "finish", "key", key, "client", "1", "phone", "312-555-0123", "words", "one two three", "ending", "solved"}, more...)...).gets(200)
	}
	ticket := func() *analyst { return a.get("/desk/t/" + strings.TrimPrefix(a.at, "/desk/call/done/")) }
	call("k1", "name", "Al", "proof", "")
	ticket().gets(200, "Identity not checked")
	ref := strings.TrimPrefix(a.at, "/desk/t/")
	call("k2", "name", "Al", "proof", "nonsense")
	ticket().gets(200, "Identity not checked")
	call("k3", "name", "Al", "proof", "code")
	ticket().gets(200, "Identity checked")
	a.get("/desk/t/"+ref).gets(200, "Identity checked")
	a.post("/desk/call/new", "do", "find", "key", "k4", "proof", "two").gets(200).holds(`value="two" checked`)
}

func TestCallAboutAnOpenQuestion(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	who := itoa(int64(maria.Page(a.d.Sam).Requester.ID)) + ":" + string(maria.Got.Ref)
	a.post("/desk/call/new", "do", "finish", "key", "k1", "client", "1", "who", who, "words", "Still kilograms", "ending", "solved", "skill", "PORTAL").gets(200, string(maria.Got.Ref))
	a.get("/desk/t/"+string(maria.Got.Ref)).gets(200, "Still kilograms")
}

func TestBoardGroupsByUrgency(t *testing.T) {
	a := atDesk(t, sam)
	a.get("/promises").gets(200, "Promises", "No promise is broken or at risk.", "Kept 0 of 0", "Load, next 12 hours")
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	maria.Promised(a.d.Sam, time.Time{})
	a.get("/promises").gets(200, "Maria Gomez", "Later today", "Call back")
	a.d.AdvanceTo(a.d.At(3, 8, 20))
	lead := a.as(a.d.Ana)
	lead.get("/promises").gets(200, "At risk", "Not started, 10 min left.", "Call now")
	a.d.AdvanceTo(a.d.At(3, 8, 31))
	lead.get("/promises").gets(200, "Broken 1", "Moved by us 0", "Broken, by")
	lead.get("/promises?mine=yes&skill=PORTAL&client=1").gets(200)
}

func TestAlertsAreTakenByThoseWhoLead(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "I have chest pain and cannot sign in")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base).gets(200, "Red flag: 911", "Call 911 first.").lacks("I take care of it")
	lead := a.as(a.d.Ana)
	lead.get("/promises").gets(200, "Red flag: 911", "Maria Gomez, Mercy Health", "I take care of it")
	action := regexp.MustCompile(`/alerts/\d+/acks`).FindString(lead.body)
	a.post(action, "back", base).gets(403)
	lead.post(action, "back", base).gets(200).lacks("I take care of it")
	if lead.at != base {
		t.Errorf("taking an alert leads to %s", lead.at)
	}
	lead.post("/alerts/999/acks").gets(404)
	lead.post("/alerts/x/acks").gets(404)
}

func TestSearchFindsTicketsAndAnswers(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "How do I see my weight in pounds")
	a.get("/desk/search").gets(200, "Type a name")
	a.post("/desk/search", "q", string(maria.Got.Ref)).gets(200, "Maria Gomez")
	a.post("/desk/search", "q", "weight in pounds").gets(200, "Found for “weight in pounds”", "See your weight in pounds", "Read aloud")
	a.post("/desk/search?part=hits", "q", string(maria.Got.Ref)).gets(200, "Maria Gomez").holds(`data-href="/desk/t/` + string(maria.Got.Ref))
	a.get("/desk/search").gets(200, "Found for “weight in pounds”")
	a.post("/desk/search", "q", strings.Repeat("é", 300)).gets(200, "No ticket fits")
	a.post("/desk/search", "q", "  ").gets(200, "Type a name")
	a.get("/desk/t/"+string(maria.Got.Ref)+"?tab=similar").gets(200, "Best answer", "See your weight in pounds")
}

func TestNoWordsOfCallersInAddressesAndLogs(t *testing.T) {
	a := atDesk(t, sam)
	a.d.Maria().Calls(a.d.Sam, "How do I see my weight in pounds")
	var log bytes.Buffer
	out := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a.server = httptest.NewServer(httpd.Wrap(New(Options{App: a.d.App, Log: out}), httpd.Options{Log: out, Clock: a.d.Now}))
	a.cookie(a.secret)
	a.post("/desk/search", "q", "Maria Gomez").gets(200, "Found for “Maria Gomez”")
	if a.at != "/desk/search" {
		t.Errorf("a search leads to %s", a.at)
	}
	a.post("/desk/search?part=hits", "q", "Maria Gomez").gets(200, "Maria Gomez")
	a.get("/desk/search?q=Rosa").gets(200, "Found for “Maria Gomez”").holds(`method="post" role="search"`)
	for _, part := range []string{"similar", "callers", "windows", "call/hospital"} {
		a.post("/desk/"+part, "client", "1", "q", "Maria Gomez", "words", "Maria Gomez has chest pain").gets(200)
		a.get("/desk/"+part+"?client=1&q=Maria+Gomez").lacks("questions", "name matches")
	}
	a.get("/c/mercy/search?q=Maria+Gomez")
	a.post("/sign-out")
	a.cookie(a.secret)
	a.begin(a.d.Sam)
	a.get("/desk/search").gets(200, "Type a name")
	a.server.Close()
	if text := log.String(); strings.Contains(text, "Gomez") || strings.Contains(text, "chest") || !strings.Contains(text, `"route":"POST /desk/search"`) {
		t.Errorf("the log holds words of callers, or no requests:\n%s", text)
	}
}

// What somebody wrote stays on the page while the desk cannot be asked, to be sent again: also once the session cannot be looked
// up any more. A password stands in no page.
func TestWhatWasWrittenStaysWhenTheDeskCannotBeAsked(t *testing.T) {
	a := atDesk(t, sam)
	ref := string(a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms").Got.Ref)
	a.get("/desk/t/" + ref).gets(200)
	a.d.Must(a.d.DB.Close())
	for range 2 {
		a.post("/desk/t/"+ref+"/notes", "key", "k-1", "text", "She asked for <pounds>\nand a call").gets(503, "What you typed is on this page", "She asked for <pounds>").
			holds(`action="/desk/t/`+ref+`/notes"`, `name="key" value="k-1"`, `name="text" value="She asked for &lt;pounds&gt;`)
		a.d.Skip(time.Hour)
	}
	a.post("/desk/display/password", "password", "correct horse battery", "new", "staple horse battery").gets(503).lacks("horse")
}

func TestDisplayIsKeptInTheProfile(t *testing.T) {
	a := atDesk(t, sam)
	a.get("/desk/display").gets(200, "Light or dark", "Second factor")
	a.post("/desk/display", "theme", "dark", "density", "compact", "letters", "on").gets(200, "Saved.").holds(`data-theme="dark"`, `data-density="compact"`)
	a.post("/desk/display", "theme", "pink", "density", "compact").gets(422, "The desk has no such look.")
	a.post("/desk/display/second-factor", "do", "begin").gets(200, "or type this key into it").holds(`role="img" aria-label="QR code of the key`, `<path d="M`).lacks("http://", "https://")
	a.post("/desk/display/second-factor", "do", "confirm", "secret", a.value("secret"), "code", "000000").gets(422, "That code does not fit.")
	secret := a.value("secret")
	for range 5 { // too many tries are told at the field, and nothing is lost
		a.post("/desk/display/second-factor", "do", "confirm", "secret", secret, "code", "123456")
	}
	a.gets(429, "Second factor", "That was too often.").holds(`href="#code"`, `value="123456"`, `<path d="M`, `value="`+secret+`"`)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
