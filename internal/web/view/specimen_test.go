package view

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kept/internal/web/static"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func patientPage(title, themeName string, slim bool) Page {
	return Page{
		Lang: "en", Title: title + " – Mercy Health help desk", Theme: themeName, Skip: "Skip to main content",
		Hospital: "Mercy Health", Desk: "Help desk", HomeURL: "/",
		OtherLangs: []Link{{URL: "/es/", Text: "Español", Lang: "es"}},
		Slim:       slim,
		Phone: PhoneView{
			Number: "800-555-0143", URL: "tel:+18005550143", Open: "Open now. Day and night, every day.", OpenShort: "Open now",
			More: "A person will answer. TTY: 711.", Spoken: "Hablamos español.", SpokenIn: "es",
		},
		Footer: FooterView{
			Need: "Need help?", Call: "Call", Hours: "(TTY: 711), day or night.",
			Emergency: "If you have an emergency, call 911. We cannot give medical advice.",
			Languages: "Free language help. Call and say your language.",
			Tongues:   []Link{{Text: "Español", Lang: "es"}, {Text: "Tiếng Việt", Lang: "vi"}, {Text: "中文", Lang: "zh"}, {Text: "Polski", Lang: "pl"}},
			Links:     []Link{{URL: "/promises", Text: "How we keep our promises"}},
		},
	}
}

// inside puts parts into a shell.
func inside(shell templ.Component, parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return shell.Render(templ.WithChildren(ctx, together(parts...)), w)
	})
}

func together(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if err := p.Render(templ.ClearChildren(ctx), w); err != nil {
				return err
			}
		}
		return nil
	})
}

func around(open string, inner templ.Component, end string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, open); err != nil {
			return err
		}
		if err := inner.Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, end)
		return err
	})
}

func text(html string) templ.Component { return templ.Raw(html) }

func samplePromise(look CardLook) PromiseCardView {
	c := PromiseCardView{
		Look: look, Title: "We will call you", When: "Tomorrow, Wednesday, June 3, between 8:30 and 9:00 a.m. CT",
		Machine: "2026-06-03T08:30:00-05:00", Say: "We will call you tomorrow.",
		Lines: []string{"We will call …0199 from 800-555-0143. If we are late, we will tell you. You do not have to call us."},
	}
	switch look {
	case CardBroken:
		c.Title, c.When = "We did not call you by 9:00 a.m.", "We are sorry. Ana Ruiz will call you by 9:30 a.m. CT today"
		c.Lines = []string{"Ana is a supervisor. If you do not want to wait, call us now."}
		c.Actions = []ButtonView{{URL: "tel:+18005550143", Text: "Call 800-555-0143", Icon: "phone"}, {URL: "/change", Text: "Pick a different time", Second: true}}
	case CardAsked:
		c.Title, c.When, c.Machine, c.Lines = "Is it fixed?", "", "", []string{"We think this is fixed. If it still does not work, tell us."}
		c.Ask = &AskView{Action: "/t/x/fixed", Answers: []ButtonView{{Text: "Yes, it is fixed", Name: "fixed", Value: "yes"}, {Text: "No, I still need help", Name: "fixed", Value: "no"}}}
	case CardTried:
		c.Title, c.When = "We called you at 8:41 a.m. You did not answer.", "We will try again today, 1:00 to 1:30 p.m. CT"
	}
	return c
}

func trackerParts(look CardLook) []templ.Component {
	return []templ.Component{
		text(`<h1>Your question to us</h1><p class="lead">Your number: <strong class="ref">K7M-4QX</strong></p>`),
		PromiseCard(samplePromise(look)),
		ButtonLink("/change", "Change the time or the number", "", true),
		text(`<h2>Where it is now</h2>`),
		Steps([]Step{
			{State: StepDone, Word: "Done", Text: "we got your question", Meta: "Tuesday, June 2, 6:12 p.m. CT", Machine: "2026-06-02T18:12:00-05:00"},
			{State: StepNow, Word: "Now", Text: "we are finding the answer", Meta: "A MyChart expert starts at 8:00 a.m."},
			{State: StepNext, Word: "Next", Text: "we call you", Meta: "Wednesday, June 3, 8:30 to 9:00 a.m. CT"},
			{State: StepLast, Word: "Last", Text: "you tell us if it is fixed", Meta: "We do not close it until you say so."},
		}),
		text(`<h2>What has happened</h2>`),
		History([]HistoryEntry{
			{Text: "We promised to call you", Meta: "Tuesday, June 2, 6:20 p.m. CT · Sam, help desk"},
			{Text: "You called us", Meta: "Tuesday, June 2, 6:12 p.m. CT", More: "Words", MoreBtn: "Show more"},
		}),
	}
}

func staffPage(title, themeName, dens string) StaffPage {
	return StaffPage{
		Title: title + " – Help desk", Theme: themeName, Density: dens, Name: "Sam Ortiz", SignOutURL: "/sign-out", Shift: "On shift until 7:00 p.m.",
		NewCallURL: "/desk/call/new", SearchURL: "/desk/search", PaletteURL: "/desk/find",
		Rail:  []RailItem{{URL: "/desk", Text: "Queue", Icon: "inbox", Current: true}, {URL: "/promises", Text: "Promises", Icon: "hourglass", Count: 1, CountFor: "broken"}},
		Strip: &StripView{Text: "Your next promise: call Maria Gomez, Mercy Health, by 11:00 a.m. CT.", Left: "18 min left", Action: ButtonView{Text: "Call now", URL: "/desk/t/1"}, Owed: "You owe 3 promises today"},
		Live:  LiveView{URL: "/desk/events", PartURL: "/desk/part", Now: "10:42:07", Zone: "America/Chicago"},
	}
}

var sampleRows = []QueueRow{
	{ID: "q1", URL: "#", Who: "James Lee", When: "10:16", Subject: "Callback promised, nobody called", Hospital: "Mercy", Tag: TagView{Kind: TagBroken, Text: "Broken 26 min", Spoken: "Promise: broken, 26 minutes late"}},
	{ID: "q2", URL: "#", Who: "Maria Gomez", When: "11:00", Subject: "How do I see weight in pounds", Hospital: "Mercy", Current: true, Tag: TagView{Kind: TagRisk, Text: "At risk 11:00"}},
	{ID: "q3", URL: "#", Who: "Dr. P. Shah", When: "11:10", Subject: "Orders hang on sign", Hospital: "St. Anne", Tag: TagView{Kind: TagDue, Text: "Due 11:10"}, Here: "Priya is here"},
	{ID: "q4", URL: "#", Who: "Front desk 4W", When: "1:30", Subject: "Label printer prints blank", Hospital: "Lakeside", Tag: TagView{Kind: TagScheduled, Text: "Today 1:30"}, Changed: true},
	{ID: "q5", URL: "#", Who: "Rosa Diaz", When: "2:00", Subject: "No puedo entrar a mi cuenta", Hospital: "Mercy", Tag: TagView{Kind: TagScheduled, Text: "Today 2:00"}, Language: "Español", Needs: "Interpreter"},
	{ID: "q6", URL: "#", Who: "Tom Becker", When: "Fri", Subject: "Proxy access for mother", Hospital: "Pine Valley", Tag: TagView{Kind: TagWaiting, Text: "Waiting on caller"}},
	{ID: "q7", URL: "#", Who: "Kim Tran, RN", When: "3:15", Subject: "eMAR scan not reading wristband", Hospital: "St. Anne", Tag: TagView{Kind: TagTried, Text: "Tried 1 of 3"}},
	{ID: "q8", URL: "#", Who: "Alice Webb", When: "9:41", Subject: "Test results page is empty", Hospital: "Lakeside", Tag: TagView{Kind: TagKept, Text: "Kept 9:41"}},
	{ID: "q9", URL: "#", Who: "Bartholomew Featherstonehaugh-Wolfeschlegelsteinhausenberger", When: "Thu", Subject: "Text codes arrive late", Hospital: "Our Lady of Perpetual Help Regional Medical Center", Tag: TagView{Kind: TagMovedByUs, Text: "Moved by us"}, Gone: "Moved to Priya"},
	{ID: "q10", URL: "#", Who: "Ann Lu", When: "now", Subject: "Screen is black", Hospital: "Mercy", Tag: TagView{Kind: TagInProgress, Text: "Calling now"}},
	{ID: "q11", URL: "#", Who: "Bo Ek", When: "8:02", Subject: "Cannot print", Hospital: "Mercy", Tag: TagView{Kind: TagRepaired, Text: "Repaired after 31 min"}},
	{ID: "q12", URL: "#", Who: "Cy Orr", When: "Wed", Subject: "Change of address", Hospital: "Mercy", Tag: TagView{Kind: TagWithdrawn, Text: "Not needed"}},
	{ID: "q13", URL: "#", Who: "Di Fox", When: "Wed", Subject: "Bill shown twice", Hospital: "Mercy", Tag: TagView{Kind: TagMovedByCaller, Text: "Moved by caller"}},
}

func deskParts(open bool) templ.Component {
	queue := together(inside(PaneHead("My queue", "24"), text(`<a href="/desk?f=1">Filter</a>`)), ChangeBar("/desk"), QueueRows(sampleRows))
	sent := TagView{Kind: TagKept, Text: "Delivered"}
	ticket := around(`<div class="ticket"><div>`, together(
		HospitalBar(HospitalView{Name: "Mercy Health", Edge: 4, LocalTime: "10:42 a.m. CT there", Facts: []string{"EHR: Epic"}, AnswerAs: "Answer as “Mercy Health help desk”"}),
		TicketHead(TicketHeadView{Title: "How do I see my weight in pounds?", Ref: "K7M-4QX", Person: "Patient · English · 312-555-0199", Tags: []TagView{{Kind: TagVerified, Text: "Identity checked: code to phone, 10:31"}, {Kind: TagRisk, Text: "Promise at risk: 11:00 a.m. CT"}}}),
		text(`</div>`),
		Timeline([]Entry{
			{Kind: EntryEvent, Icon: "phone-incoming", Text: "Maria called yesterday 6:12 p.m. CT. Sam answered. 4 min 10 s."},
			{Kind: EntryCaller, Who: "Maria Gomez", Meta: "by phone, 6:12 p.m.", Text: "“My chart shows 70 kilograms. I want pounds. I looked for a setting and there is none.”"},
			{Kind: EntryEvent, Icon: "hourglass", Text: "Sam promised a call by 11:00 a.m. CT today."},
			{Kind: EntryNote, Who: "Sam", Meta: "6:22 p.m.", Hidden: "Maria cannot see this.", Text: "No one on nights knew. Asked the MyChart team."},
			{Kind: EntryOut, Who: "To Maria", Meta: "by text, 6:20 p.m.", Text: "We will call you Wednesday, June 3, by 11:00 a.m. CT.", Delivery: &sent},
		}),
		text(`<div class="ticket-write">`),
		Reply(ReplyView{Action: "/r", Person: "Maria", Via: "text to 312-555-0199", Text: "Hello Maria, you can now pick pounds here: mercy.help/K7M4QX", Send: "Text Maria", Draft: "reply-1", Hints: "61 of 160. Grade 3.", Other: []ButtonView{
			{Text: "Promise", Icon: "hourglass", Second: true, Key: "p", Hotkey: "p", URL: "#p"}, {Text: "Ask “Is it fixed?”", Icon: "circle-check", Second: true, Key: "e", Hotkey: "e", URL: "#e"}}}),
		Note(NoteView{Action: "/n", Person: "Maria", Draft: "note-1"}),
		text(`</div>`),
	), `</div>`)
	context := together(
		Tabs("Context", []Tab{{URL: "#a", Text: "Promise", Current: true}, {URL: "#b", Text: "Similar 4"}, {URL: "#c", Text: "Caller"}}),
		inside(Section(""), Owed(OwedView{Tag: TagView{Kind: TagRisk, Text: "At risk"}, Title: "Call back by 11:00 a.m. CT", Left: "in 18 min", Lines: []string{"Owner: you. Backup: Priya N., on shift."}, Actions: []ButtonView{{URL: "tel:+13125550199", Text: "Call 312-555-0199", Icon: "phone"}}})),
		inside(Section("Caller"), KVList([]KV{{"Language", "English"}, {"Phone", "312-555-0199"}})),
	)
	if !open {
		return Panes(PanesView{Title: "Queue"}, queue, EmptyState("Nothing is open.", "Pick a ticket on the left.", ButtonView{}), nil)
	}
	return Panes(PanesView{Open: true, BackURL: "/desk"}, queue, ticket, context)
}

// specimens are sample pages that show every component once.
func specimens(themeName string) map[string]templ.Component {
	closed := Option{Text: "Tonight, 7:00 to 11:00 p.m.", Hint: "No one can call then", Closed: true}
	slots := []Slot{
		{Text: "Tonight, 7:00 to 11:00 p.m.", Cover: "No one with this skill", Closed: true},
		{Value: "1", Text: "Wed 8:30 to 9:00 a.m. CT", First: "first good time", Cover: "4 people, 2 booked", Checked: true},
		{Value: "2", Text: "Wed 9:00 to 9:30 a.m.", Cover: "6 people, 1 booked"},
		{Value: "3", Text: "Wed 9:30 to 10:00 a.m.", Cover: "1 person left", Tight: true},
	}
	stale := staffPage("Queue – 24 open", themeName, "comfortable")
	stale.Strip.Broken, stale.Strip.Text, stale.Strip.Left = true, "You did not call James Lee, Mercy Health, by 10:16 a.m. CT.", "26 min late"
	boardPage := staffPage("Promises", themeName, "")
	boardPage.Wide = true
	callPage := staffPage("Call", themeName, "")
	callPage.Wide = true
	return map[string]templ.Component{
		"home": inside(Patient(patientPage("Help with your patient website and app", themeName, false)),
			inside(Notice(NoticeWarn, "Test results are slow to load today."), text(`<p>We are fixing it. Next news by 11:30 a.m. CT.</p>`)),
			text(`<h1>Help with your patient website and app</h1>`),
			Search(SearchView{Action: "/search", Label: "What do you need help with?", Button: "Find an answer", Big: true}),
			text(`<h2>Or pick one</h2>`),
			LinkList([]Link{{URL: "/check", Text: "Check on a question you asked", Icon: "clock"}, {URL: "/ask", Text: "Ask us a question", Icon: "message-square"}, {URL: "/status", Text: "Is something down right now?", Icon: "activity"}}),
			text(`<h2>What people ask most</h2>`),
			LinkList([]Link{{URL: "/a/1", Text: "I forgot my password"}, {URL: "/a/2", Text: "See my weight in pounds, not kilograms"}}),
		),
		"answer": inside(Patient(patientPage("See your weight in pounds", themeName, false)),
			Search(SearchView{Action: "/search", Label: "Your question", Value: "how do i see weight in pounds", Button: "Find"}),
			text(`<h1>See your weight in pounds</h1><p class="lead">You can do this here. It takes one choice.</p>`),
			around(`<form class="card" action="/units" method="post">`, together(
				Radios(RadiosView{ID: "u", Name: "u", Legend: "Show my numbers in", Groups: OneGroup(Option{Value: "lb", Text: "Pounds, feet and inches, °F", Checked: true}, Option{Value: "kg", Text: "Kilograms, centimeters, °C"})}),
				Button(ButtonView{Text: "Save my choice"}),
				UnitTable(UnitTableView{Caption: "Your latest numbers", What: "Latest numbers", When: "June 1", Safety: "Only what you see changes. Your care team still sees kilograms. Your medicine does not change.", Rows: []UnitRow{
					{"Weight", UnitValue{"154.3 lb", "154.3 pounds"}, UnitValue{"70.0 kg", "70.0 kilograms"}}, {"Height", UnitValue{"5 ft 6 in", "5 feet 6 inches"}, UnitValue{"168 cm", "168 centimeters"}}}})),
				`</form>`),
			DidThisHelp(HelpedView{Title: "Did this help?", Action: "/helped", Yes: ButtonView{Text: "Yes, it helped"}, No: ButtonView{Text: "No, I still need help"}}),
		),
		"question": inside(Patient(patientPage("Error: What number do you want us to call you on? – Ask us", themeName, true)),
			QuestionNav("/ask/3", "Back", "Question 4 of 7"),
			ErrorSummary("There is a problem", []Problem{{"phone", "Enter your phone number with the area code, like 312-555-0199."}}),
			around(`<form method="post">`, together(
				Field(FieldView{ID: "phone", Kind: "tel", H1: true, Label: "What number do you want us to call you on?", Hint: "We call from 800-555-0143.", Error: "Enter your phone number with the area code, like 312-555-0199.", ErrorPrefix: "Error: ", Value: "555", Autocomplete: "tel", Short: true}),
				Radios(RadiosView{ID: "msg", Name: "msg", Legend: "May we leave a message that says who we are?", Groups: OneGroup(Option{Value: "y", Text: "Yes"}, Option{Value: "n", Text: "No"})}),
				Button(ButtonView{Text: "Continue"})), `</form>`),
		),
		"when": inside(Patient(patientPage("When can we call you? – Ask us", themeName, true)),
			QuestionNav("/ask/4", "Back", "Question 5 of 7"),
			around(`<form method="post">`, together(
				Radios(RadiosView{ID: "slot", Name: "slot", Legend: "When can we call you?", H1: true, Hint: "All times are Central Time (CT).", Groups: []OptionGroup{
					{Title: "Today", Options: []Option{{Value: "1", Text: "As soon as you can (by 6:45 p.m.)", Checked: true}, closed}},
					{Title: "Tomorrow, Wednesday, June 3", Options: []Option{{Value: "2", Text: "8:30 to 9:00 a.m."}, {Value: "3", Text: "9:00 to 9:30 a.m."}}}}}),
				Checkboxes(CheckboxesView{ID: "help", Name: "help", Legend: "Do you need an interpreter or other help on the call?", Options: []Option{{Value: "none", Text: "No", Alone: true}, {Value: "es", Text: "Español", Lang: "es"}, {Value: "tty", Text: "TTY or relay"}}}),
				Button(ButtonView{Text: "Continue"})), `</form>`),
		),
		"check": inside(Patient(patientPage("Check your answers – Ask us", themeName, true)),
			text(`<h1>Check your answers</h1>`),
			SummaryList([]SummaryRow{{"Your question", "My chart shows 70 kilograms. I want pounds.", "/ask/1", "Change", "your question"}, {"How we reach you", "We call 312-555-0199", "/ask/3", "Change", "how we reach you"}}),
			around(`<form method="post">`, Button(ButtonView{Text: "Send my question"}), `</form>`)),
		"sent": inside(Patient(patientPage("We got your question – K7M-4QX", themeName, false)),
			append([]templ.Component{Panel(PanelView{Title: "We got your question", H1: true, RefIs: "Your number is", Ref: "K7M-4QX"})}, PromiseCard(samplePromise(CardScheduled)))...),
		"tracker":        inside(Patient(patientPage("We will call you – K7M-4QX", themeName, false)), trackerParts(CardScheduled)...),
		"tracker-broken": inside(Patient(patientPage("We missed our call to you – K7M-4QX", themeName, false)), trackerParts(CardBroken)...),
		"tracker-asked":  inside(Patient(patientPage("Is it fixed? – K7M-4QX", themeName, false)), trackerParts(CardAsked)...),
		"tracker-tried":  inside(Patient(patientPage("We will try again – K7M-4QX", themeName, false)), trackerParts(CardTried)...),
		"stop": inside(Patient(patientPage("Call 911 now", themeName, true)),
			Interruption(InterruptionView{Title: "If this is an emergency, call 911 now.", Lines: []string{"This desk cannot give medical advice. We help with the website, the app, and signing in."}, Calls: []ButtonView{{URL: "tel:911", Text: "Call 911", Icon: "phone"}, {URL: "tel:988", Text: "Call or text 988 for a mental health crisis", Icon: "phone", Second: true}}, Go: Link{URL: "/ask/2", Text: "Go on with my question"}})),
		"missing": inside(Patient(patientPage("We cannot find that page", themeName, false)),
			System(SystemView{Title: "We cannot find that page", Lines: []string{"The address may be old, or a letter may be missing."}, Search: &SearchView{Action: "/search", Label: "What do you need help with?", Button: "Find an answer", Big: true}})),
		"desk":         inside(Staff(staffPage("Queue – 24 open", themeName, "comfortable")), deskParts(true)),
		"desk-compact": inside(Staff(staffPage("Queue – 24 open", themeName, "compact")), deskParts(true)),
		"desk-list":    inside(Staff(stale), deskParts(false)),
		"board": inside(Staff(boardPage), inside(Plain(), text(`<h1>Promises</h1>`),
			BoardTable(BoardGroup{ID: "broken", Kind: TagBroken, Title: "Broken", Count: "1", Rows: []BoardRow{{ID: "b1", Time: "9:00 a.m. CT", Machine: "2026-06-03T09:00:00-05:00", Rel: "26 min late", Who: "James Lee", URL: "#", Hospital: "Mercy Health", What: "call back", Owner: "was: Tom B.", Why: "owner off shift", Told: "told 9:00", Tag: TagView{Kind: TagBroken, Text: "Broken"}, Actions: []ButtonView{{URL: "#", Text: "Call now"}, {URL: "#", Text: "Give to…", Second: true}}}}}),
			BoardTable(BoardGroup{ID: "risk", Kind: TagRisk, Title: "At risk", Count: "1", Rows: []BoardRow{{ID: "b2", Time: "11:00 a.m. CT", Machine: "2026-06-03T11:00:00-05:00", Rel: "in 18 min", Who: "Maria Gomez", URL: "#", Hospital: "Mercy Health", What: "call back", Owner: "Sam O.", Why: "on a call 12 min", Tag: TagView{Kind: TagRisk, Text: "At risk"}, Actions: []ButtonView{{URL: "#", Text: "Call now", Second: true}}}}}),
			BoardTable(BoardGroup{ID: "later", Kind: TagScheduled, Title: "Later today", Count: "0", Closed: true, Empty: "Nothing is promised for later today."}),
			ErrorBlock(ErrorView{Title: "Not sent", Lines: []string{"The text gateway did not answer at 10:44. What you typed is saved."}, Trace: "4f2a", Actions: []ButtonView{{Text: "Try again", URL: "#"}}}))),
		"call": inside(Staff(callPage), around(`<main class="call" id="main" tabindex="-1">`, together(
			text(`<section class="call-part"><h1>Call from 312-555-0199</h1><h2>1. Who is calling</h2>`),
			Field(FieldView{ID: "name", Label: "Name"}), Field(FieldView{ID: "dob", Label: "Date of birth", Hint: "Type what they say."}),
			text(`</section><section class="call-part"><h2>3. What they said</h2>`),
			Field(FieldView{ID: "words", Kind: "textarea", Rows: 4, Label: "In the caller’s words", Draft: "call"}),
			text(`</section><section class="call-part"><h2>4. How does this end?</h2>`),
			PromisePicker(PickerView{ID: "slot", Name: "slot", Legend: "When will we call? Needs MyChart skill", Slots: slots}),
			SayBox("“We will call you tomorrow, Wednesday, between 8:30 and 9:00 in the morning, at 312-555-0199. Is that a good time?”", ""),
			Button(ButtonView{Text: "Finish call", Key: "Ctrl ↵", Primary: true}),
			text(`</section>`)), `</main>`)),
		"signin": inside(Bare("Sign in – Help desk", themeName), text(`<h1>Sign in</h1>`), around(`<form method="post">`, together(Field(FieldView{ID: "mail", Kind: "email", Label: "Work email"}), Field(FieldView{ID: "pw", Kind: "password", Label: "Password"}), Button(ButtonView{Text: "Sign in"})), `</form>`)),
	}
}

// TestSpecimen draws every component, and looks for what the policy of the
// pages would break. With KEPT_SHOTS set the pages are written there too.
func TestSpecimen(t *testing.T) {
	for name, page := range specimens("light") {
		var b bytes.Buffer
		if err := page.Render(context.Background(), &b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		html := b.String()
		for _, bad := range []string{" style=", "<style", " onclick=", "javascript:", "/static/missing/", "about:invalid", "maxlength", "disabled"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s has %q", name, bad)
			}
		}
		if n := strings.Count(html, "<h1"); n != 1 {
			t.Errorf("%s has %d headings of the first level, want 1", name, n)
		}
		if dir := os.Getenv("KEPT_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".html"), b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// specimenSite serves the sample pages under the policy of the real ones.
func specimenSite() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /show/{theme}/{page}", func(w http.ResponseWriter, r *http.Request) {
		page := specimens(r.PathValue("theme"))[r.PathValue("page")]
		if page == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Render(r.Context(), w)
	})
	mux.HandleFunc("GET /desk/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: changed\ndata: {\"new\":3,\"changed\":2}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /desk/part", func(w http.ResponseWriter, r *http.Request) {
		strip := StripView{Text: "Your next promise: call James Lee.", Action: ButtonView{Text: "Call now", URL: "#"}}
		_ = around(`<div id="strip" class="strip-slot">`, PromiseStrip(strip), `</div>`).Render(r.Context(), w)
	})
	return mux
}
