package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"html/template"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/need"
	"kept/internal/store"
)

func open(t testing.TB) func(store.Options) (*store.DB, error) {
	return func(o store.Options) (*store.DB, error) {
		o.DataDir = t.TempDir()
		db, err := store.Open(t.Context(), o)
		if err == nil {
			t.Cleanup(func() { db.Close() })
		}
		return db, err
	}
}

// TestADay is two days of a small desk, twice, and a morning on which the provider of texts is out: the same seed gives the
// same figures, with one division and with two beside each other.
func TestADay(t *testing.T) {
	for _, divisions := range []int{1, 2} {
		o := Options{Seed: 7, Hospitals: 12, Analysts: 40, Tickets: 60_000 / divisions, Days: 2, Divisions: divisions}
		first, err := Run(t.Context(), o, open(t))
		if err != nil {
			t.Fatal(err)
		}
		if first.Tickets < 100 || first.Kept == 0 || first.Answered == 0 || first.Unreachable == 0 || first.Nights != divisions || first.Verified < first.Tickets {
			t.Fatalf("too little happened: %+v", first)
		}
		again, err := Run(t.Context(), o, open(t))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(first, again) {
			t.Fatalf("the same seed gave two reports:\n%s\n%s", first, again)
		}
	}
}

// TestWhatIf: people who are added take nobody's place, and the same people ask.
func TestWhatIf(t *testing.T) {
	o := Options{Seed: 7, Hospitals: 12, Analysts: 20, Tickets: 40_000, Days: 1}
	before, err := Run(t.Context(), o, open(t))
	if err != nil {
		t.Fatal(err)
	}
	shift, err := ParseShift("3 PORTAL,NET 8-20")
	if err != nil {
		t.Fatal(err)
	}
	o.Extra = append(o.Extra, shift)
	after, err := Run(t.Context(), o, open(t))
	if err != nil {
		t.Fatal(err)
	}
	if before.People == 0 || before.People != after.People || before.Absences > after.Absences || after.Shifts != before.Shifts+3 {
		t.Errorf("%d people asked, then %d; %d and %d absences; %d and %d shifts", before.People, after.People, before.Absences, after.Absences, before.Shifts, after.Shifts)
	}
	if before.Gaps["NET"].Halves <= after.Gaps["NET"].Halves {
		t.Errorf("nobody was there for %d half hours, with three more people for %d", before.Gaps["NET"].Halves, after.Gaps["NET"].Halves)
	}
	noon := 3*24 + 12 // January 1 was a Thursday
	if b, a := before.Hours()[noon], after.Hours()[noon]; !b.Seen || a.Listed != b.Listed+3 || a.Need == 0 || a.Roster < a.Need {
		t.Errorf("at noon: %+v, then %+v", b, a)
	}
}

// TestEndedEarly: whoever has seen enough gets the report of what has passed.
func TestEndedEarly(t *testing.T) {
	ctx, enough := context.WithCancel(t.Context())
	days := 0
	r, err := Run(ctx, Options{Seed: 7, Hospitals: 5, Analysts: 20, Tickets: 10_000, Days: 300, Progress: func(string) {
		if days++; days == 2 {
			enough()
		}
	}}, open(t))
	if err != nil || r.Days < 2 || r.Days > 3 || r.Tickets == 0 || r.Verified < r.Tickets {
		t.Errorf("%v, %v", r, err)
	}
}

func TestParseShift(t *testing.T) {
	for text, want := range map[string]string{
		"2 portal 18-24":           "2 PORTAL 18-24",
		"1 ORD,LAB 22-6 mon-fri":   "1 ORD,LAB 22-6 on mon, tue, wed, thu, fri",
		"1 ORD 0-8 sat-sun":        "1 ORD 0-8 on sun, sat",
		"3 USER 6-14 wed":          "3 USER 6-14 on wed",
		"100 PORTAL,ED 9-9":        "100 PORTAL,ED 9-9",
		"2 PORTAL":                 "",
		"0 PORTAL 18-24":           "",
		"2 COFFEE 18-24":           "",
		"2 PORTAL 18":              "",
		"2 PORTAL 18-25":           "",
		"2 PORTAL 18-24 someday":   "",
		"2 PORTAL 18-24 mon-fri x": "",
	} {
		s, err := ParseShift(text)
		if (err == nil) != (want != "") || err == nil && s.String() != want {
			t.Errorf("%q: %s, %v", text, s, err)
		}
	}
}

// TestAWeek is a week of the full desk, 250 hospitals and 200 people, and that of March in which the clocks of most hospitals go forward and those of Arizona do
// not; every touched question is held against the laws before each commit, every open one each night, and all of them at
// the end. Its report has all parts and needs nothing else.
func TestAWeek(t *testing.T) {
	o := Options{Seed: 11, Days: 7, Divisions: 2, From: time.Date(2026, 3, 5, 0, 0, 0, 0, chicago(t))}
	week, err := Run(t.Context(), o, open(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + week.String())
	if week.Tickets < 10_000 || week.Broken == 0 || week.Kept < 10*week.Broken || week.Nights != 2*6 || week.Verified < 2*week.Tickets || week.Audited < 4*week.Tickets {
		t.Fatalf("this is no week of a desk: %+v", week)
	}
	var file bytes.Buffer
	if err := week.Page(&file); err != nil {
		t.Fatal(err)
	}
	page, text := file.String(), week.String()
	for _, part := range week.tables() {
		if !strings.Contains(page, `id="`+part.ID+`"`) || !strings.Contains(text, strings.ToUpper(part.Title)) {
			t.Errorf("a part is missing: %s", part.Title)
		}
		for _, s := range part.Says {
			if !strings.Contains(page, template.HTMLEscapeString(s)) || !strings.Contains(text, s) {
				t.Errorf("page and terminal do not say the same: %s", s)
			}
		}
	}
	for _, outside := range []string{"<script", "src=", "@import", "url(", "href=\"http"} {
		if strings.Contains(page, outside) {
			t.Errorf("the page has %s", outside)
		}
	}
	if len(week.Odds[0]) < 2*functionsEach || !strings.Contains(page, "<svg") || len(week.Gaps) == 0 || len(week.Clocks) < 5 {
		t.Error("something was not counted")
	}
	// The figures survive the file that --figures writes.
	saved, err := json.Marshal(week)
	if err != nil {
		t.Fatal(err)
	}
	var read Report
	if err := json.Unmarshal(saved, &read); err != nil || read.String() != text {
		t.Errorf("the figures were read otherwise: %v\n%s", err, read)
	}
}

// What was said of one function was right, of another it was not: the table says which, and how far.
func TestChancesAreHeldAgainstEachFunction(t *testing.T) {
	r := newReport()
	for i := range 400 {
		r.judged(0, functionOf("IDN", 0), need.Outcome{Chance: 0.1, Breached: i%10 == 0})
		r.judged(0, functionOf("LAB", 2), need.Outcome{Chance: 0.1, Breached: i%5 == 0})
		r.judged(1, functionOf("ED", 1), need.Outcome{Chance: 0.1}) // asked later
	}
	for range functionCases - 1 {
		r.judged(0, functionOf("BH", 1), need.Outcome{Chance: 0.9})
	}
	got := r.functions()
	var rows []string
	for _, row := range got.Rows {
		s := ""
		for _, c := range row {
			s += c.Text + "; "
		}
		rows = append(rows, s)
	}
	// 0.1 more than was said, over the square root of 400 * 0.1 * 0.9, 6, by 400.
	if want := []string{"LAB 3; 400; 10.0 %; 20.0 %; +6.7; ", "IDN 1; 400; 10.0 %; 10.0 %; +0.0; "}; !slices.Equal(rows, want) {
		t.Errorf("%q, want %q", rows, want)
	}
	if !strings.Contains(got.Says[0], "2 functions") || !strings.Contains(got.Says[0], "For 1 of them") {
		t.Error(got.Says)
	}
	text, tenths, functions := r.Calibration()
	for _, part := range []string{"| LAB 3 | 400 |", "(calibration.svg)", "(calibration-functions.svg)", "--calibration docs"} {
		if !strings.Contains(text, part) {
			t.Errorf("the page lacks %s:\n%s", part, text)
		}
	}
	if !strings.Contains(functions, "Said 10 %, happened 20 %, 400 cases.") || functions == tenths {
		t.Error(functions)
	}
}

func chicago(t *testing.T) *time.Location {
	loc, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
