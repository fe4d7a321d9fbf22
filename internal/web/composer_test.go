package web

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"kept/internal/desk"
)

// put keeps what is typed into a field, as typed.js does.
func (a *analyst) put(path string, fields ...string) *analyst {
	a.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPut, a.server.URL+path, strings.NewReader(form.Encode()))
	a.d.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return a.do(r)
}

// elsewhere is another browser of the same person.
func (a *analyst) elsewhere() *analyst {
	other := *a
	jar, err := cookiejar.New(nil)
	a.d.Must(err)
	other.client = &http.Client{Jar: jar}
	other.cookie(a.secret)
	return &other
}

func TestWhoIsHereStandsInQueueAndTicket(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get("/desk").gets(200).lacks("is here")
	page, closePage := context.WithCancel(t.Context())
	_, err := a.d.App.Arrive(page, a.d.Priya, maria.Got.Ref)
	a.d.Must(err)
	a.get("/desk").gets(200, "Maria Gomez Priya is here")
	a.get(base).gets(200, "Priya is here").holds(`id="head-here"><span class="here">`, `data-live="/desk/live?ref=`+string(maria.Got.Ref))
	_, err = a.d.App.Arrive(page, a.d.Ana, maria.Got.Ref)
	a.d.Must(err)
	a.get(base).gets(200, "Ana and Priya are here")
	a.as(a.d.Priya).put(base+"/typed/reply", "text", "Hello").gets(200)
	a.get(base).gets(200, "Priya is writing")
	closePage()
	for len(a.d.App.Here(a.d.Sam)) > 0 {
	}
	a.get(base).gets(200).lacks("Priya is", "Ana is", "is writing")
}

// A second answer comes back with what was typed, and says who was first.
func TestTwoAnswersToOnePerson(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base)
	seq, key := a.value("seq"), a.value("key")
	a.as(a.d.Priya).post(base+"/replies", "text", "Choose pounds.").gets(200)
	a.post(base+"/replies", "text", "Open the settings.", "seq", seq, "key", key, "next", "ask").gets(409, "Priya answered at 5:05 p.m. CT. Read it first, then send or discard.", "Choose pounds.", "Discard", "Then: ask").holds(">Open the settings.</textarea>", `value="discard"`)
	if now := a.value("seq"); now == seq {
		t.Error("the page that comes back still has the old number")
	}
	a.put(base+"/typed/reply", "text", "Open the settings.").gets(200)
	a.post(base+"/replies", "do", "discard").gets(200).lacks("Open the settings.")
	a.post(base+"/promises", "kind", "callback", "seq", seq, "skill", "PORTAL").gets(409, "Priya answered at 5:05 p.m. CT. Read it first, then promise.")
	p := maria.Promised(a.d.Sam, time.Time{})
	a.d.AdvanceTo(p.Start)
	a = a.as(a.d.Omar)
	seq = a.get(base).value("seq")
	a.as(a.d.Ana).post(base+"/notes", "text", "She is at work until noon.").gets(200)
	on := base + "/promises/" + itoa(int64(p.ID)) + "/attempts"
	a.post(on, "seq", seq).gets(409, "Ana wrote a note at 8:00 a.m. CT. Read it first, then call.")
	a.post(on, "seq", a.value("seq")).gets(200, "Omar Said is calling since 8:00 a.m. CT.")
}

func TestWhatIsTypedComesBack(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.put(base+"/typed/reply", "text", "Hello Maria, you can choose pounds on the page.", "lang", "en").gets(200, `"saved":"Saved 5:05`, "1 text message. Reads like grade")
	a.put(base+"/typed/note", "text", "Looked in Settings").gets(200)
	other := a.elsewhere() // another browser
	other.get(base).gets(200, "What you typed before was kept.").holds(">Hello Maria, you can choose pounds on the page.</textarea>", ">Looked in Settings</textarea>", `id="note" open`)
	priya := a.as(a.d.Priya)
	priya.get(base).gets(200).lacks("Hello Maria, you", "Looked in Settings")
	a.as(a.d.Eve).put(base+"/typed/reply", "text", "x").gets(404)
	a.put(base+"/typed/No%20Place", "text", "x").gets(422)
	a.post(base+"/replies", "text", "Hello Maria.", "key", "k1").gets(200)
	other.get(base).gets(200).lacks("choose pounds on the page").holds(">Looked in Settings</textarea>")

	a.get("/desk/call/new")
	key := a.value("key")
	a.put("/desk/call/"+key+"/typed/words", "text", "My chart").gets(200)
	a.put("/desk/call/"+key+"/typed/name", "text", "Ada Cole").gets(200)
	a.elsewhere().get("/desk/call/new?call="+key).gets(200, "What you typed before was kept.").holds(">My chart</textarea>", `value="Ada Cole"`)
	priya.get("/desk/call/new?call=" + key).gets(200).lacks("My chart")
}

func TestHintsSayHowATextReads(t *testing.T) {
	for _, c := range []struct{ text, lang, want string }{
		{"", "en", ""},
		{"Hello Maria", "en", "11 characters, 1 text message."},
		{"You can see your weight in pounds now.", "en", "38 characters, 1 text message. Reads like grade 1."},
		{strings.Repeat("The authentication infrastructure necessitates reconfiguration. ", 4), "en", "use shorter sentences and words."},
		{"Ya puede ver su peso en libras aquí.", "es", "36 characters, 1 text message. Easy to read"},
	} {
		if got := hints(c.text, c.lang); got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("hints(%q) = %q, want %q", c.text, got, c.want)
		}
	}
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	a.post("/desk/t/"+string(maria.Got.Ref)+"/replies", "text", "We call you [window], then you see it.").gets(422, "Fill in [window] first", "38 characters, 1 text message. Reads like grade")
}

func TestTextsAreInsertedWithoutAScript(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base).gets(200).lacks("Choose a text")
	a.get("/desk/macros").gets(200, "No text is there yet.", "A supervisor adds, changes and retires these texts.").lacks("Add a text")
	a.post("/desk/macros", "name", "x").gets(403, "Only a supervisor")
	lead := a.as(a.d.Ana)
	lead.get("/desk/macros").gets(200, "Add a text")
	lead.post("/desk/macros", "name", "Works now", "letters", "w1", "body", "Hello {nmae}", "body_es", "", "next", "ask").gets(422, "This text cannot be saved yet", "Enter two letters", "Nobody can fill in {nmae}", "Write the text in both languages.").
		holds(`value="Works now"`, `value="w1"`, ">Hello {nmae}</textarea>", `value="ask" selected`)
	lead.post("/desk/macros", "name", "Works now", "letters", "ww", "body", "Hello {name}, it works. {window}", "body_es", "Hola {name}, ya funciona.", "next", "ask").gets(200, "The text is saved.", ";ww", "Ask “Is it fixed?”")
	lead.post("/desk/macros", "name", "Call", "letters", "ca", "body", "We call.", "body_es", "Le llamamos.", "next", "callback").gets(200)
	a.get(base).gets(200, "Choose a text", "Works now (;ww)", "Insert: Works now (;ww)").holds(`data-macro="ww"`)
	key := a.value("key")
	a.post(base+"/replies", "text", "Good morning.", "key", key, "do", "insert", "macro", "").gets(422, "There is no text with these letters.").holds(">Good morning.</textarea>")
	before := len(maria.Page(a.d.Sam).Messages)
	a.post(base+"/replies", "text", "Good morning.", "key", key, "do", "insert", "macro", "ww").gets(200, "Nothing is sent yet.", "Then: ask “Is it fixed?”").holds(">Good morning.\n\nHello Maria, it works.")
	if after := len(maria.Page(a.d.Sam).Messages); after != before {
		t.Fatal("inserting a text sends it")
	}
	if strings.Contains(a.body, "[window]") {
		a.post(base+"/replies", "text", "Hello [window]", "next", "ask").gets(422, "Fill in [window] first")
	}
	a.post(base+"/inserts", "letters", "ww", "lang", "en").gets(200, "Preview: Works now", "Hello Maria, it works.")
	a.post(base+"/inserts", "letters", "zz").gets(200, "No text has the letters “;zz”.")
	a.post(base+"/replies", "text", "We call.", "next", "callback").gets(200)
	if !strings.Contains(a.at, "make=yes&kind=callback") {
		t.Errorf("the promise that the text proposes is not offered: %s", a.at)
	}
	a.post(base+"/replies", "text", "It works.", "next", "<script>").gets(200)
	a.post(base+"/replies", "text", "It works.", "next", "ask").gets(200, "Asked if fixed")
	all, err := a.d.App.Macros(t.Context(), a.d.Ana)
	a.d.Must(err)
	one := "/desk/macros/" + itoa(all[0].ID)
	lead.get("/desk/macros?change="+itoa(all[0].ID)).gets(200, "Change a text").holds(`value="` + all[0].Name + `"`)
	seen := lead.value("seen")
	lead.post(one, "name", "Call soon", "letters", "ww", "body", "x", "body_es", "y", "next", "", "seen", seen).gets(422, "“;ww” inserts “Works now” already").holds(`value="` + seen + `"`)
	lead.post(one, "name", "Call soon", "letters", "cs", "body", "x", "body_es", "y", "next", "", "seen", seen).gets(200, "Call soon", ";cs")
	lead.post(one, "name", "Mine", "letters", "mi", "body", "mine", "body_es", "mío", "next", "", "seen", seen).gets(409, "Somebody changed this text while you did", "Call soon").holds(`value="Mine"`, ">mine</textarea>")
	lead.post(one, "name", "Mine", "letters", "mi", "body", "mine", "body_es", "mío", "next", "", "seen", lead.value("seen")).gets(200, "Mine").lacks("Call soon")
	lead.get("/desk/macros?change=" + itoa(all[0].ID))
	seen = lead.value("seen")
	lead.post(one+"/retirement").gets(200, "The text is out of use.").lacks("Mine")
	lead.post(one, "name", "Late", "letters", "la", "body", "late", "body_es", "tarde", "next", "", "seen", seen).gets(409, "Somebody retired this text while you changed it").holds(`value="Late"`, `action="/desk/macros"`)
}

func TestTitleIsChangedAtThePencil(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get(base).holds(`action="` + base + `/title"`)
	a.post(base+"/title", "title", strings.Repeat("x", 500)).gets(422, "Enter a title of at most 200 characters.").holds(`class="retitle" open`, strings.Repeat("x", 500))
	a.post(base+"/title", "title", "Weight in pounds").gets(200, "Weight in pounds", "Sam Ortiz changed the title.")
}

func TestLettersAreMoved(t *testing.T) {
	a := atDesk(t, sam)
	me, _, err := a.d.App.SignedIn(t.Context(), a.secret)
	a.d.Must(err)
	a.d.Must(a.d.App.SaveDisplay(t.Context(), me, "light", "compact", true))
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	a.get("/desk/display").gets(200, "Profile and display", "Sam Ortiz", "Analyst", "Write to the caller")
	a.post("/desk/display/keys", "key-r", "s", "key-i", "é", "key-p", "x").gets(422, "“s” is “Write to the caller” already.", "Use one small letter").
		holds(`value="é"`, `value="x"`, `id="key-s-error"`, `id="key-i-error"`).lacks("Your letters are saved")
	a.post("/desk/display/keys", "key-r", "W", "key-s", "r").gets(200, "Your letters are saved.").holds(`value="w"`)
	a.get(base).holds(`data-letters="`, `<kbd>w</kbd></dt><dd>Write to the caller`, `<kbd>r</kbd></dt><dd>Similar`)
	if !strings.Contains(a.body, "r=w") || !strings.Contains(a.body, "s=r") {
		t.Error("the page does not know where the letters are")
	}
	a.elsewhere().get(base).holds(`<kbd>w</kbd></dt><dd>Write to the caller`) // any browser
	a.as(a.d.Priya).get(base).holds(`<kbd>r</kbd></dt><dd>Write to the caller`)
	a.post("/desk/display/keys", "do", "ours", "key-r", "w").gets(200, "Your letters are saved.")
	a.get(base).holds(`<kbd>r</kbd></dt><dd>Write to the caller`)
	a.d.Must(a.d.App.SaveDisplay(t.Context(), me, "light", "compact", false))
	a.get(base).gets(200, "Letter keys are off.")
	if strings.Contains(a.body, `<kbd aria-hidden="true">p</kbd>`) {
		t.Error("a button shows the cap of a key that does nothing")
	}
}

func TestBoardShowsLoadAndMoves(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	p := maria.Promised(a.d.Sam, time.Time{})
	a.d.AdvanceTo(a.d.At(3, 7, 50))
	a = a.as(a.d.Priya)
	a.get("/promises").gets(200, "Load, next 12 hours", "promises due", "people on shift", "Show as a table").holds(`class="load-bar"`, `<polyline`, `data-call`)
	a.get("/promises?skill=PORTAL").gets(200, "Promises of this filter.").holds("people on shift with ")
	a.get("/promises?mine=yes").gets(200, "Move").holds("times=move-"+itoa(int64(p.ID)), "from=mine")
	a.get("/desk/t/"+string(maria.Got.Ref)+"?tab=promise&from=mine").gets(200, "Back to my promises").holds(`class="act-bar"`, `href="tel:+13125550199"`, `href="#reply"`)
}

// A first answer whose page never came, then other words: both are there.
func TestCorrectedWordsComeBackToTheirWriter(t *testing.T) {
	a := atDesk(t, sam)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := "/desk/t/" + string(maria.Got.Ref)
	for _, at := range []string{"/replies", "/notes"} {
		form := []string{"text", "Open Setings.", "key", "first" + at}
		a.post(base+at, form...).gets(200, "Open Setings.")
		a.post(base+at, form...).gets(200).lacks("Read them first")
		form[1] = "Open Settings."
		a.post(base+at, form...).gets(409, "Read them first: these were not sent.").holds(">Open Settings.</textarea>").lacks(`value="first` + at)
		a.put(base+"/typed/reply", "text", "Open", "form", "first"+at).gets(409, "This form was sent already.")
		a.get(base).gets(200).holds(">Open Settings.</textarea>")
		form[3] = "second" + at
		a.post(base+at, form...).gets(200, "Open Settings.").lacks(">Open Settings.</textarea>")
	}
}

// TestIsItFixedIsNotAskedTooEarlyOrTwice has the page say why it cannot be asked yet, and that it was asked already.
func TestIsItFixedIsNotAskedTooEarlyOrTwice(t *testing.T) {
	a := atDesk(t, priya)
	maria := a.d.Maria().Asks("I see kilograms")
	base := ticketURL(maria.Got.Ref)
	a.get(base).gets(200, "“Is it fixed?” can be asked once somebody has answered. Write or call first.").holds(`id="ask-not-yet"`, `data-hotkey="e"`)
	a.post(base+"/questions-if-fixed").gets(409, "Nobody has answered this question yet.")
	a.post(base+"/replies", "text", "Choose pounds.").gets(200).holds(`form="ask-fixed"`, `data-hotkey="e"`).lacks("once somebody has answered")
	a.post(base+"/questions-if-fixed").gets(200, "Asked if fixed", "Nothing more: “Is it fixed?” was asked 5:05 p.m. CT")
	lead := a.as(a.d.Ana)
	lead.post("/desk/macros", "name", "Works now", "letters", "ww", "body", "It works.", "body_es", "Ya funciona.", "next", "ask").gets(200)
	a.post(base+"/inserts", "letters", "ww", "lang", "en").gets(200, "Preview: Works now").lacks("Then: ask")
}

// A supervisor who types a time and no reason has not chosen the one that is marked above it.
func TestATypedTimeIsNotDroppedForAnother(t *testing.T) {
	a := atDesk(t, ana)
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	base := ticketURL(maria.Got.Ref) + "/promises"
	picked := a.d.At(3, 8, 0).UTC().Format(time.RFC3339)
	a.post(base, "kind", "callback", "start", picked, "override_start", "2026-06-04T03:15", "override", " ").gets(422, "Say why this time can be kept.").holds(`value="2026-06-04T03:15"`)
	a.post(base, "kind", "callback", "start", picked, "override", "I am there").gets(422, "Say when it starts.").holds(`value="I am there"`)
	if p := maria.Sees().Promise; p.Kind == desk.Callback {
		t.Errorf("promised %s", p.Start)
	}
	a.post(base, "kind", "callback", "start", picked).gets(200)
}
