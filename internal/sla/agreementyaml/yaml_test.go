package agreementyaml

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kept/internal/sla"
)

func TestTheDefaultAgreementReadsWell(t *testing.T) {
	got := Export(sla.DefaultIn("America/Chicago"))
	want, err := os.ReadFile("testdata/default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the default agreement is now written as\n%s", got)
	}
	again, err := Import(got)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, sla.DefaultIn("America/Chicago")) {
		t.Errorf("it came back as %+v", again)
	}
}

func drawAgreement(t *rapid.T) sla.Agreement {
	word := rapid.OneOf(rapid.SampledFrom([]string{"P1", "always", "~", "null", "yes", "1e3", "0x10", "2026-01-01", "a: b", "- c", "# d", " ", "", "{}", "*x", "!!int 3", "línea\nnueva", "\t", "\t\n", "\n", " \n x", "\u2028", "\ufeff"}),
		rapid.StringOfN(rapid.Rune(), 0, 12, -1))
	words := rapid.SliceOfN(word, 0, 3)
	instant := func(name string) time.Time {
		if rapid.Bool().Draw(t, name) {
			return time.Time{}
		}
		return time.Unix(0, rapid.Int64Range(0, 4e18).Draw(t, name)).UTC()
	}
	span := func(name string) time.Duration {
		return rapid.OneOf(rapid.Map(rapid.Int64Range(0, 5000), func(m int64) time.Duration { return time.Duration(m) * time.Minute }),
			rapid.Map(rapid.Int64(), func(n int64) time.Duration { return time.Duration(n) })).Draw(t, name)
	}
	list := func(name string) []string {
		l := words.Draw(t, name)
		if len(l) == 0 {
			return nil
		}
		return l
	}
	a := sla.Agreement{
		Client: rapid.Int64Min(0).Draw(t, "client"), Version: rapid.IntMin(0).Draw(t, "version"),
		From: instant("from"), Until: instant("until"), OpenTickets: rapid.Bool().Draw(t, "open"), Grace: span("grace"),
		Desk: sla.Approval{By: word.Draw(t, "by"), At: instant("at")}, ClientSide: sla.Approval{By: word.Draw(t, "by"), At: instant("at")},
	}
	for i := range a.Matrix {
		for j := range a.Matrix[i] {
			a.Matrix[i][j] = word.Draw(t, "priority")
		}
	}
	for _, name := range rapid.SliceOfNDistinct(word, 0, 3, rapid.ID[string]).Draw(t, "calendars") {
		a.Calendars = append(a.Calendars, sla.Calendar{Name: name, Hours: word.Draw(t, "hours")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "targets") {
		x := sla.Target{
			Metric: rapid.SampledFrom(sla.Metrics()).Draw(t, "metric"), Allowed: span("allowed"), Calendar: word.Draw(t, "calendar"),
			Goal: rapid.Float64().Draw(t, "goal"),
			When: sla.Conditions{Kinds: list("kinds"), Priorities: list("priorities"), Audiences: list("audiences"), Functions: list("functions"), Sites: list("sites"), Teams: list("teams")},
		}
		for range rapid.IntRange(0, 2).Draw(t, "pauses") {
			x.Pauses = append(x.Pauses, sla.Pause{Reason: word.Draw(t, "reason"), Max: span("max"), Nudge: span("nudge")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "warn") {
			x.Warn = append(x.Warn, rapid.Int().Draw(t, "percent"))
		}
		a.Targets = append(a.Targets, x)
	}
	return a
}

func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAgreement(t)
		data := Export(a)
		again, err := Import(data)
		if err != nil {
			t.Fatalf("%s\n%s", err, data)
		}
		if !reflect.DeepEqual(again, a) {
			t.Fatalf("%+v became %+v by\n%s", a, again, data)
		}
		if string(Export(again)) != string(data) {
			t.Fatal("the export is not stable")
		}
	})
}

func TestWhatCannotBeReadNamesLineAndField(t *testing.T) {
	good := string(Export(sla.DefaultIn("America/Chicago")))
	for _, x := range []struct{ name, old, new, want string }{
		{"unknown field", "version: 1", "version: 1\nsla: fast", "line 7, sla: there is no such field"},
		{"near miss", "grace: 30m", "Grace: 30m", "Grace: there is no such field: did you mean grace?"},
		{"given twice", "version: 1", "version: 1\nversion: 2", "line 7, version: this is given twice"},
		{"number for a text", "grace: 30m", "grace: 30", "grace: a time such as 15m or 4h is needed here, not 30"},
		{"text for a number", "version: 1", "version: one", `line 6, version: a whole number is needed here, not "one"`},
		{"octal", "version: 1", "version: 0o7", "version: a whole number is needed here, not 0o7"},
		{"bad time", "grace: 30m", "grace: half an hour", `grace: a time such as 15m or 4h is needed here, not "half an hour"`},
		{"missing", "grace: 30m\n", "", "grace: this is missing"},
		{"metric", "metric: abandonment", "metric: speed", `targets[1].metric: there is no metric "speed"`},
		{"goal", "goal: 93", "goal: high", `targets[1].goal: a number of percent is needed here, not "high"`},
		{"goal that is no number", "goal: 93", "goal: .nan", "targets[1].goal: a number of percent is needed here"},
		{"list", "audiences: [patient]", "audiences: patient", `targets[2].when.audiences: a list is needed here, not "patient"`},
		{"condition", "audiences: [patient]", "audience: [patient]", "targets[2].when.audience: there is no such field: did you mean audiences?"},
		{"entry", "audiences: [patient]", "audiences: [3]", "targets[2].when.audiences[0]: a text is needed here, not 3"},
		{"matrix", "high: [P1, P2, P3]", "high: [P1, P2]", "priority.high: three priorities are needed here"},
		{"reference", "grace: 30m", "grace: *later", "this is no YAML"},
		{"calendar twice", "  office:", "  always: x\n  office:", "calendars.always: this is given twice"},
		{"object for a list", "targets:", "targets: {}\nold:", "targets: a list is needed here, not names with values"},
		{"instant", "version: 1", "version: 1\nfrom: tomorrow", `line 7, from: an instant such as 2026-12-01T06:00:00Z is needed here, not "tomorrow"`},
		{"instant without a zone", "version: 1", "version: 1\nfrom: 2026-12-01", "from: an instant such as 2026-12-01T06:00:00Z is needed here"},
		{"second text", "grace: 30m", "grace: 30m\n---\na: b", "only one agreement"},
		{"no YAML", "version: 1", "version: [1", "this is no YAML"},
	} {
		bad := strings.Replace(good, x.old, x.new, 1)
		if bad == good {
			t.Fatalf("%s: %q is not there", x.name, x.old)
		}
		if _, err := Import([]byte(bad)); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: got %v", x.name, err)
		}
	}
	for text, want := range map[string]string{"": "empty", "7": "names with values are needed here, not 7", strings.Repeat("#", maxSize+1): "too long"} {
		if _, err := Import([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	// Everything at once, in order.
	_, err := Import([]byte("version: x\ngrace: y\n"))
	if n := strings.Count(err.Error(), "\n"); n != 4 {
		t.Errorf("%s", err)
	}
}

// What can be read and says nothing that can be counted is refused with its line too.
func TestProblemsOfTermsNameTheirLine(t *testing.T) {
	good := string(Export(sla.DefaultIn("America/Chicago")))
	if _, problems := Read([]byte(good), nil); len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, x := range []struct{ name, old, new, field, line string }{
		{"zone", "America/Chicago; always", "America/Springfield; always", "calendars.always", "Springfield"},
		{"no hours", "America/Chicago; always", "America/Chicago; mon-sun closed", "calendars.always", "mon-sun closed"},
		{"priority", "high: [P1, P2, P3]", "high: [P1, P2, P9]", "priority.high[2]", "P9"},
		{"goal", "goal: 93", "goal: 930", "targets[1].goal", "goal: 930"},
		{"gap", "when: {priorities: [P4]}", "when: {priorities: [P3]}", "targets[3].when.priorities", "priorities: [P1]"},
		{"condition", "when: {priorities: [P1]}", "when: {priorities: [P7]}", "targets[3].when.priorities", "P7"},
		{"twice", "when: {priorities: [P2]}", "when: {priorities: [P1]}", "targets[4]", "metric: first_response"},
		{"calendar", "calendar: office", "calendar: offfice", "targets[5].calendar", "offfice"},
		{"grace", "grace: 30m", "grace: 0s", "grace", "grace: 0s"},
	} {
		bad := strings.Replace(good, x.old, x.new, 1)
		if bad == good {
			t.Fatalf("%s: %q is not there", x.name, x.old)
		}
		lines := strings.Split(bad, "\n")
		_, problems := Read([]byte(bad), nil)
		if !slices.ContainsFunc(problems, func(p *Error) bool { return p.Field == x.field && strings.Contains(lines[p.Line-1], x.line) }) {
			t.Errorf("%s: no problem at %s in the line with %q among %v", x.name, x.field, x.line, problems)
		}
	}
	_, problems := Read([]byte(good), func(*sla.Agreement) []sla.Problem {
		return []sla.Problem{{Field: "from", Text: "missing"}, {Field: "targets[2].when.site", Text: "none"}}
	})
	if len(problems) != 2 || problems[0].Line != 1 || problems[1].Line < 20 {
		t.Errorf("of its own: %v", problems)
	}
}

func FuzzImport(f *testing.F) {
	f.Add(Export(sla.DefaultIn("America/Chicago")))
	f.Add([]byte("version: 1\ngrace: 1m\npriority: {high: [a, b, c], medium: [a, b, c], low: [a, b, c]}\ncalendars: {}\ntargets: []\n"))
	f.Add([]byte("a: &x [*x]\n"))
	f.Add([]byte("? {a: b}\n: c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Import(data)
		if err != nil {
			return
		}
		a.Validate()
		a.Plain("es")
		text := Export(a)
		again, err := Import(text)
		if err != nil || string(Export(again)) != string(text) {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}
