package web

import (
	"bytes"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kept/internal/httpd"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// browser is somebody at a hospital's pages, without scripts.
type browser struct {
	t      testing.TB
	d      *testkit.Desk
	server *httptest.Server
	client *http.Client
	host   *string // of every request, shared by the browsers of one desk
	log    *bytes.Buffer

	at     string // path and query of the page
	status int
	head   http.Header
	body   string
	page   *node
}

// open opens a desk and a browser on Mercy's own host.
func open(t testing.TB) *browser { return openDesk(t, Options{}) }

func openDesk(t testing.TB, o Options) *browser {
	t.Helper()
	d := testkit.New(t, storetest.SQLite(t))
	log := &bytes.Buffer{}
	o.App, o.Log = d.App, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	wrapped := httpd.Wrap(New(o), httpd.Options{Log: o.Log, Clock: d.Now})
	host := d.Mercy.Host
	b := &browser{t: t, d: d, host: &host, log: log}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = host
		wrapped.ServeHTTP(w, r)
	}))
	t.Cleanup(b.server.Close)
	return b.fresh()
}

// fresh is the same person with another browser: no cookies.
func (b *browser) fresh() *browser {
	other := *b
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	other.client = &http.Client{Jar: jar}
	return &other
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	res, err := b.client.Get(b.server.URL + path)
	return b.take(res, err)
}

func (b *browser) post(path string, pairs ...string) *browser {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	res, err := b.client.PostForm(b.server.URL+path, form)
	return b.take(res, err)
}

// send fills in the form of the page, which is not its search, and sends it. pairs are names and values; what the page
// has filled in already is sent along, as a browser does.
func (b *browser) send(pairs ...string) *browser {
	b.t.Helper()
	return b.sendForm(func(form *node) bool { return attr(form, "role") != "search" }, pairs...)
}

// sendTo is send for the form with an action.
func (b *browser) sendTo(action string, pairs ...string) *browser {
	b.t.Helper()
	return b.sendForm(func(form *node) bool { return attr(form, "action") == action }, pairs...)
}

func (b *browser) sendForm(is func(*node) bool, pairs ...string) *browser {
	b.t.Helper()
	forms := slices.DeleteFunc(b.all("form[method=post]"), func(form *node) bool { return !is(form) })
	if len(forms) == 0 {
		b.t.Fatalf("no form on %s:\n%s", b.at, b.text())
	}
	form := forms[0]
	values := url.Values{}
	each(form, func(n *node) {
		name, kind := attr(n, "name"), attr(n, "type")
		switch {
		case name == "" || n.name == "button":
		case n.name == "textarea":
			values.Add(name, strings.TrimPrefix(textOf(n), "\n"))
		case n.name == "input" && (kind == "radio" || kind == "checkbox"):
			if has(n, "checked") {
				values.Add(name, attr(n, "value"))
			}
		case n.name == "input":
			values.Add(name, attr(n, "value"))
		}
	})
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	res, err := b.client.PostForm(b.server.URL+attr(form, "action"), values)
	return b.take(res, err)
}

// looksFor searches in a language.
func (b *browser) looksFor(lang, words string) *browser {
	b.t.Helper()
	return b.post(lang+"/search", "q", words)
}

// lookedFor fails unless the field of the search holds words.
func (b *browser) lookedFor(words string) *browser {
	b.t.Helper()
	if got := attr(b.find("#q"), "value"); got != words {
		b.t.Errorf("the search of %s holds %q, not %q", b.at, got, words)
	}
	return b
}

func (b *browser) take(res *http.Response, err error) *browser {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at, b.status, b.head, b.body = res.Request.URL.RequestURI(), res.StatusCode, res.Header, string(raw)
	b.page = b.parse(raw)
	return b
}

// is fails unless the page has this status and says every one of words.
func (b *browser) is(status int, words ...string) *browser {
	b.t.Helper()
	if b.status != status {
		b.t.Fatalf("%s gives %d, want %d\n%s\n%s", b.at, b.status, status, b.text(), b.log)
	}
	return b.says(words...)
}

func (b *browser) says(words ...string) *browser {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Fatalf("%s does not say %q:\n%s", b.at, w, text)
		}
	}
	return b
}

func (b *browser) saysNot(words ...string) *browser {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if strings.Contains(text, w) {
			b.t.Fatalf("%s says %q:\n%s", b.at, w, text)
		}
	}
	return b
}

func (b *browser) isAt(prefix string) *browser {
	b.t.Helper()
	if !strings.HasPrefix(b.at, prefix) {
		b.t.Fatalf("at %s, want %s\n%s", b.at, prefix, b.text())
	}
	return b
}

var spaces = regexp.MustCompile(`\s+`)

// text is what is read on the page, the title first.
func (b *browser) text() string {
	return strings.TrimSpace(spaces.ReplaceAllString(textOf(b.page), " "))
}

func (b *browser) title() string { return spaces.ReplaceAllString(textOf(b.find("title")), " ") }

// find gives the first element of a selector of one part: "h1", "#promise", ".choice", "form[method=post]".
func (b *browser) find(selector string) *node {
	all := b.all(selector)
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

var simple = regexp.MustCompile(`^([a-z0-9]*)(?:#([\w-]+))?(?:\.([\w-]+))?(?:\[([\w-]+)(?:=([^\]]*))?\])?$`)

func (b *browser) all(selector string) []*node {
	b.t.Helper()
	m := simple.FindStringSubmatch(selector)
	if m == nil {
		b.t.Fatalf("cannot select %q", selector)
	}
	var out []*node
	each(b.page, func(n *node) {
		if m[1] != "" && n.name != m[1] || m[2] != "" && attr(n, "id") != m[2] {
			return
		}
		if m[3] != "" && !strings.Contains(" "+attr(n, "class")+" ", " "+m[3]+" ") {
			return
		}
		if m[4] != "" && (!has(n, m[4]) || m[5] != "" && attr(n, m[4]) != m[5]) {
			return
		}
		out = append(out, n)
	})
	return out
}

// node is an element, or a text where name is empty.
type node struct {
	name string
	attr []xml.Attr
	kids []*node
	text string
}

// parse reads a page. Our pages close what they open, so a reader of XML that is not strict will do.
func (b *browser) parse(raw []byte) *node {
	b.t.Helper()
	in := xml.NewDecoder(bytes.NewReader(raw))
	in.Strict, in.AutoClose, in.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	root := &node{name: "page"}
	open := []*node{root}
	for {
		token, err := in.Token()
		if err == io.EOF {
			return root
		}
		if err != nil {
			b.t.Fatalf("%s: %v\n%.2000s", b.at, err, raw)
		}
		top := open[len(open)-1]
		switch x := token.(type) {
		case xml.StartElement:
			n := &node{name: x.Name.Local, attr: x.Copy().Attr}
			top.kids = append(top.kids, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.kids = append(top.kids, &node{text: string(x)})
		}
	}
}

func each(n *node, f func(*node)) {
	if n.name != "" {
		f(n)
	}
	for _, kid := range n.kids {
		each(kid, f)
	}
}

func attr(n *node, name string) string {
	if n != nil {
		for _, a := range n.attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
	}
	return ""
}

func has(n *node, name string) bool {
	for _, a := range n.attr {
		if a.Name.Local == name {
			return true
		}
	}
	return false
}

func textOf(n *node) string {
	if n == nil {
		return ""
	}
	if n.name == "" {
		return n.text
	}
	var s strings.Builder
	for _, kid := range n.kids {
		s.WriteString(textOf(kid))
		switch kid.name {
		case "", "span", "strong", "a", "time":
		default:
			s.WriteByte(' ')
		}
	}
	return s.String()
}

// sound fails on what no page for people who ask may have: two headings of the first rank, two filled
// buttons, no number before the heading, no way to the other language.
func (b *browser) sound() *browser {
	b.t.Helper()
	if n := len(b.all("h1")); n != 1 {
		b.t.Errorf("%s has %d h1", b.at, n)
	}
	filled := 0
	for _, n := range b.all(".btn") {
		if !strings.Contains(attr(n, "class"), "btn-2") {
			filled++
		}
	}
	if filled > 1 {
		b.t.Errorf("%s has %d filled buttons", b.at, filled)
	}
	if tel := strings.Index(b.body, `href="tel:`); tel < 0 || tel > strings.Index(b.body, "<h1") {
		b.t.Errorf("%s: the number does not come first", b.at)
	}
	if b.find(".top-lang") == nil {
		b.t.Errorf("%s has no other language", b.at)
	}
	ids := map[string]bool{}
	each(b.page, func(n *node) {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				b.t.Errorf("%s: two elements with id %s", b.at, id)
			}
			ids[id] = true
		}
		for _, a := range n.attr {
			if key := a.Name.Local; strings.HasPrefix(key, "on") || key == "style" {
				b.t.Errorf("%s: attribute %s", b.at, key)
			}
		}
	})
	for _, word := range []string{"ticket", "callback", " SLA", "%!", "{"} {
		if strings.Contains(b.text(), word) {
			b.t.Errorf("%s says %q:\n%s", b.at, word, b.text())
		}
	}
	return b
}

func TestEveryPageIsSoundInBothLanguages(t *testing.T) {
	b := open(t)
	for _, path := range []string{
		"/", "/search weight in pounds", "/search zzzz qqqq", "/search", "/a/weight-in-pounds", "/a/weight-in-pounds?from=search",
		"/a/weight-in-pounds?helped=1", "/find", "/find?sent=1", "/ask/1", "/our-promises",
		"/privacy", "/accessibility", "/language", "/nothing-here", "/a/nothing", "/t/7Q2M-X4KD-9RTW", "/search chest pain", "/search I want to die",
	} {
		for _, lang := range []string{"", "/es"} {
			path, words, looked := strings.Cut(path, " ")
			if looked {
				b.looksFor(lang, words)
			} else {
				b.get(lang + path)
			}
			if b.status != 200 && b.status != 404 {
				t.Errorf("%s%s gives %d", lang, path, b.status)
			}
			b.sound()
			want := "en"
			if lang != "" {
				want = "es"
			}
			if got := attr(b.find("html"), "lang"); got != want {
				t.Errorf("%s%s is in %q", lang, path, got)
			}
			other := attr(b.find(".top-lang"), "href")
			if swapped := strings.TrimPrefix(lang+path, "/es"); lang != "" && other != swapped || lang == "" && other != "/es"+path {
				t.Errorf("%s%s leads to %s", lang, path, other)
			}
		}
	}
}

func TestSpanishPagesAreSpanish(t *testing.T) {
	b := open(t)
	for _, path := range []string{"/es/", "/es/find", "/es/ask/1", "/es/nothing", "/es/search"} {
		if path == "/es/search" {
			b.looksFor("/es", "peso en libras")
		}
		b.get(path).saysNot("Help", "Search", "We ", "Call ", "Find", "Question", "Continue", "Tuesday").says("800-555-0143", "Mercy Health")
	}
}

func TestSearchShowsTheBestAnswerInFull(t *testing.T) {
	b := open(t)
	for _, q := range []string{"how do i see weight in pounds", "my weigth in lbs", "peso en libras"} {
		b.looksFor("", q).is(200, "See your weight in pounds", "154.3", "70.0 kg", "Only what you see changes", "Did this help?")
	}
	b.post("/a/weight-in-pounds", "kg", "82.5").isAt("/a/weight-in-pounds").is(200, "181.9 lb", "181.9 pounds", "82.5 kg")
	if first := textOf(b.find("td")); !strings.Contains(first, "181.9 lb") || strings.Index(first, "lb") > strings.Index(first, "kg") {
		t.Errorf("pounds do not come first: %s", first)
	}
	b.post("/a/weight-in-pounds", "kg", "82,5", "unit", "metric").is(200, "82.5 kg").sound()
	if first := textOf(b.find("td")); strings.Index(first, "kg") > strings.Index(first, "lb") {
		t.Errorf("kilograms do not come first: %s", first)
	}
	for _, bad := range []string{"0", "-4", "NaN", "Inf", "1e9", "seventy"} {
		for lang, wrong := range map[string]string{"": "Enter your weight in kilograms, like 70.5.", "/es": "Escriba su peso en kilogramos, por ejemplo 70.5."} {
			b.post(lang+"/a/weight-in-pounds", "kg", bad, "unit", "metric").is(422, wrong).saysNot("NaN lb", "Inf lb").sound()
			if typed := attr(b.find("#kg"), "value"); b.find(".errors[data-focus]") == nil || textOf(b.find("a[href=#kg]")) != wrong || typed != bad {
				t.Errorf("a weight of %q gives no summary to it, or loses it: %q\n%s", bad, typed, b.text())
			}
			if !strings.HasPrefix(b.title(), "Error: ") {
				t.Errorf("title %q", b.title())
			}
		}
	}
	if other := attr(b.find(".top-lang"), "href"); other != "/a/weight-in-pounds" && other != "/es/a/weight-in-pounds" {
		t.Errorf("the other language is at %s", other)
	}
	b.post("/a/nothing", "kg", "70").is(404)
}

// Addresses stay in histories and logs, so no address holds what somebody typed, and no title does.
func TestNoAddressHoldsWhatSomebodyLooksFor(t *testing.T) {
	b := open(t)
	words := "my Zoloft and my weight"
	b.get("/").sendForm(func(form *node) bool { return attr(form, "role") == "search" }, "q", words)
	if b.isAt("/search").is(200, "See your weight in pounds"); b.at != "/search" || b.head.Get("Cache-Control") != "no-store" {
		t.Errorf("at %s, %s", b.at, b.head)
	}
	clean := func() {
		t.Helper()
		if strings.Contains(b.title(), "Zoloft") {
			t.Errorf("the title is %q", b.title())
		}
		for _, n := range append(b.all("a"), b.all("form")...) {
			if strings.Contains(attr(n, "href")+attr(n, "action"), "Zoloft") || n.name == "form" && attr(n, "method") != "post" {
				t.Errorf("%s has a way to %s%s", b.at, attr(n, "href"), attr(n, "action"))
			}
		}
	}
	clean()
	b.get("/a/weight-in-pounds?from=search").is(200).lookedFor(words)
	clean()
	b.get("/search").is(200, "See your weight in pounds").lookedFor(words) // Back
	b.get("/es/search").is(200, "Ver su peso en libras")
	if strings.Contains(b.log.String(), "Zoloft") {
		t.Error("the log holds what was looked for")
	}
	b.fresh().get("/search").is(200, "Find an answer").saysNot("Zoloft").sound()

	for at, to := range map[string]string{
		"/search?q=Zoloft": "/search", "/es/search?q=Zoloft&go=1": "/es/search?go=1", "/ask?q=Zoloft": "/ask/1", "/ask/1?q=Zoloft": "/ask/1",
		"/a/weight-in-pounds?q=Zoloft&kg=82": "/a/weight-in-pounds",
	} {
		if b.fresh().get(at).is(200).at == at || b.get(at).at != to {
			t.Errorf("%s leads to %s", at, b.at)
		}
	}
	b.post("/search", "q", " ").is(422, "Type what you need help with.").sound()
	if attr(b.find("a[href=#q]"), "href") == "" || !strings.HasPrefix(b.title(), "Error: ") {
		t.Errorf("no summary leads to the field: %s", b.title())
	}
}

func TestWordsOfDangerLeadToHelpFirst(t *testing.T) {
	b := open(t)
	b.looksFor("", "I have chest pain").is(200, "Call 911 now", "Go on with my question")
	b.get("/search?go=1").is(200).saysNot("Call 911 now. ").lookedFor("I have chest pain")
	b.looksFor("", "I want to kill myself").is(200, "988")
	b.looksFor("/es", "me duele el pecho").is(200, "911")
}

func TestAnAnswerThatDidNotHelpBecomesAQuestion(t *testing.T) {
	b := open(t)
	carried := func() {
		t.Helper()
		b.isAt("/ask/1").is(200)
		if got := textOf(b.find("textarea")); got != "my weight in pounds please" {
			t.Errorf("the words were not carried over: %q", got)
		}
	}
	b.looksFor("", "my weight in pounds please").sendTo("/a/weight-in-pounds/help", "helped", "no")
	carried()
	b = b.fresh()
	b.looksFor("", "my weight in pounds please").get("/a/weight-in-pounds?from=search").sendTo("/a/weight-in-pounds", "kg", "70").is(200, "154.3 lb").sendTo("/a/weight-in-pounds/help", "helped", "no")
	carried()
	b.looksFor("", "qqqq zzzz").is(200, "We do not have an answer to this yet", "Ask us").sendTo("/ask").isAt("/ask/1")
	if got := textOf(b.find("textarea")); got != "qqqq zzzz" {
		t.Errorf("what nobody has an answer to was not carried over: %q", got)
	}
	b.fresh().get("/a/weight-in-pounds").send("helped", "yes").is(200, "We are glad that it helped").saysNot("Did this help?")
}

func TestFindSaysTheSameWhetherTheNumberExistsOrNot(t *testing.T) {
	b := open(t)
	maria := b.d.Maria().Calls(b.d.Sam, "I see kilograms")
	b.get("/find").send("ref", string(maria.Got.Ref)).isAt("/find?sent=1").is(200, "If we have that number")
	known := b.text()
	b.get("/find").send("ref", " ").is(422, "Type the number of your question.").saysNot("mistake").sound()
	b.get("/es/find").send("ref", "").is(422, "Escriba el número de su pregunta.")
	b.get("/find").send("ref", "K7M-4Q0").is(422, "typing mistake")
	if !strings.HasPrefix(b.title(), "Error: ") {
		t.Errorf("title %q", b.title())
	}
	rosa := b.d.Rosa().Calls(b.d.Priya, "No veo libras")
	b.get("/find").send("ref", string(rosa.Got.Ref)).isAt("/find?sent=1")
	if b.text() != known {
		t.Error("a number of another hospital is told apart")
	}
	b.d.Settle()
	maria.GotText("/t/")
	for _, text := range rosa.Texts() {
		if strings.Contains(text, "link to your question") {
			t.Errorf("another hospital sent %q", text)
		}
	}
}

func TestTheDemoFindsHospitalsByPath(t *testing.T) {
	b := openDesk(t, Options{Demo: true})
	*b.host = "localhost:8080"
	b.get("/").is(200, "Mercy Health", "St. Anne Hospital", "Sign in")
	b.get("/mercy/").is(200, "800-555-0143").sound()
	for _, n := range b.all("a") {
		if href := attr(n, "href"); strings.HasPrefix(href, "/") && href != "/" && !strings.HasPrefix(href, "/mercy/") {
			t.Errorf("a link leaves the hospital: %s", href)
		}
	}
	b.get("/mercy").is(200)
	b.get("/mercy/es/find").is(200, "Su número")
	b.get("/nobody/").is(404)
	if got := attr(b.get("/mercy/es/search?go=1").find(".top-lang"), "href"); got != "/mercy/search?go=1" {
		t.Errorf("the language link leads to %s", got)
	}
	plain := open(t)
	*plain.host = "nobody.example"
	plain.get("/").is(404)
	plain.get("/mercy/").is(404)
}

func TestHostileInput(t *testing.T) {
	b := open(t)
	for _, bad := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "\x00\x01\x1b[31m", "🙂👩‍👩‍👧‍👧", "\u202etxet desrever", "مرحبا بكم", strings.Repeat("a", 20000),
		"\xff\xfe", "' OR 1=1 --", strings.Repeat("é ", 3000), "javascript:alert(1)",
	} {
		for _, path := range []string{"/search?q=", "/a/weight-in-pounds?q=", "/ask/1?q=", "/es/search?q=", "/t/", "/a/", "/find?sent=", "/ask/"} {
			b.get(path + url.QueryEscape(bad))
			if b.status >= 500 || strings.Contains(b.body, "<script>alert") || b.find("img[onerror]") != nil {
				t.Errorf("%s%.20q gives %d", path, bad, b.status)
			}
		}
		for _, path := range []string{"/search", "/es/search", "/ask", "/a/weight-in-pounds/help"} {
			if b.post(path, "q", bad); b.status >= 500 || strings.Contains(b.body, "<script>alert") || b.find("img[onerror]") != nil {
				t.Errorf("%s %.20q gives %d", path, bad, b.status)
			}
		}
		other := b.fresh().post("/ask/1", "words", bad)
		if other.status >= 500 || strings.Contains(other.body, "<script>alert") {
			t.Errorf("words %.20q give %d", bad, other.status)
		}
		if other.post("/a/weight-in-pounds", "kg", bad); other.status >= 500 || strings.Contains(other.body, "<script>alert") {
			t.Errorf("weight %.20q gives %d", bad, other.status)
		}
		other.post("/find", "ref", bad)
		if other.status >= 500 {
			t.Errorf("number %.20q gives %d", bad, other.status)
		}
	}
	b.post("/ask/1", "words", strings.Repeat("x", 10<<20))
	if b.status != 413 {
		t.Errorf("10 MB give %d", b.status)
	}
	b.says("Make it smaller")
}

func TestCookieAndHeaders(t *testing.T) {
	b := openDesk(t, Options{Secure: true, Demo: true})
	*b.host = "localhost"
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.post("/mercy/ask/1", "words", "I cannot sign in")
	cookie := b.head.Get("Set-Cookie")
	for _, want := range []string{"Path=/mercy", "HttpOnly", "SameSite=Lax", "Secure", "Max-Age=86400"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("no %s in %q", want, cookie)
		}
	}
	if b.status != 303 {
		t.Errorf("status %d", b.status)
	}
	if strings.Contains(b.log.String(), "cannot sign in") {
		t.Error("the log holds what was typed")
	}
	res, err := http.NewRequest("POST", b.server.URL+"/mercy/ask/1", strings.NewReader("words=x"))
	if err != nil {
		t.Fatal(err)
	}
	res.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res.Header.Set("Sec-Fetch-Site", "cross-site")
	if b.take(b.client.Do(res)); b.status != 403 {
		t.Errorf("a form of another site gives %d", b.status)
	}
}

func TestAFaultStillShowsTheNumber(t *testing.T) {
	d := testkit.New(t, storetest.SQLite(t))
	h := &handler{app: d.App, log: slog.New(slog.DiscardHandler)}
	h.help = h.at(func(http.ResponseWriter, *http.Request, visit) error { panic("a word that somebody typed") })
	log := &bytes.Buffer{}
	wrapped := httpd.Wrap(http.HandlerFunc(h.atClient), httpd.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Clock: d.Now})
	r := httptest.NewRequest("GET", "/es/x", nil)
	r.Host = d.Mercy.Host
	w := httptest.NewRecorder()
	wrapped.ServeHTTP(w, r)
	if w.Code != 500 || !strings.Contains(w.Body.String(), "800-555-0143") || !strings.Contains(w.Body.String(), "El problema es nuestro") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "panicked") || strings.Contains(log.String(), "typed") {
		t.Errorf("log: %s", log)
	}
}
