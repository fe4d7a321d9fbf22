package app_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"

	"kept/internal/app"
)

func feedOf(t testing.TB, name string, shifts ...app.FeedShift) string {
	t.Helper()
	var b bytes.Buffer
	if err := app.WriteFeed(&b, "desk.example", name, shifts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheFeedOfOnePerson(t *testing.T) {
	// Over the night in which the clocks of Chicago go back: eight hours on the wall, nine of work.
	start := time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	changed := time.Date(2026, 10, 20, 14, 5, 6, 0, time.UTC)
	got := feedOf(t, "Ana Ruiz", app.FeedShift{ID: 42, Start: start, End: start.Add(9 * time.Hour), Title: "On call: Night; portal, lab\nback\\up", Version: 2, ChangedAt: changed},
		app.FeedShift{ID: 41, Start: start.Add(-24 * time.Hour), End: start.Add(-15 * time.Hour), Title: "Shift", ChangedAt: changed, Cancelled: true},
		app.FeedShift{ID: 40, Start: start, End: start, Title: "of no length"})
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Kept//Shifts//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Ana Ruiz
REFRESH-INTERVAL;VALUE=DURATION:PT15M
X-PUBLISHED-TTL:PT15M
BEGIN:VEVENT
UID:shift-41@desk.example
DTSTAMP:20261020T140506Z
LAST-MODIFIED:20261020T140506Z
SEQUENCE:0
DTSTART:20261031T030000Z
DTEND:20261031T120000Z
SUMMARY:Shift
STATUS:CANCELLED
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:shift-42@desk.example
DTSTAMP:20261020T140506Z
LAST-MODIFIED:20261020T140506Z
SEQUENCE:2
DTSTART:20261101T030000Z
DTEND:20261101T120000Z
SUMMARY:On call: Night\; portal\, lab\nback\\up
STATUS:CONFIRMED
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

// A reader that is not ours finds in the feed what was put in, whatever the titles are.
func TestTheFeedIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zé日;,\\\n ]{0,200}`))
		var shifts []app.FeedShift
		for id := range int64(rapid.IntRange(0, 4).Draw(t, "shifts")) {
			start := time.Unix(rapid.Int64Range(1e9, 4e9).Draw(t, "start"), 0).UTC()
			shifts = append(shifts, app.FeedShift{ID: id<<40 + 7, Start: start, End: start.Add(time.Duration(rapid.IntRange(1, 90000).Draw(t, "seconds")) * time.Second),
				Title: text.Draw(t, "title"), Version: rapid.IntRange(0, 9).Draw(t, "version"), ChangedAt: start.Add(-time.Hour), Cancelled: rapid.Bool().Draw(t, "cancelled")})
		}
		var b bytes.Buffer
		if err := app.WriteFeed(&b, "desk.example", text.Draw(t, "name"), shifts); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Fatal("not UTF-8")
		}
		for _, line := range strings.Split(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n\x00\x7f") || !utf8.ValidString(line) || line == "" {
				t.Fatalf("line %q", line)
			}
		}
		var again bytes.Buffer
		back := slices.Clone(shifts)
		slices.Reverse(back)
		c, err := ics.ParseCalendar(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		events := c.Events()
		if len(events) != len(shifts) {
			t.Fatalf("%d events of %d shifts", len(events), len(shifts))
		}
		for _, e := range events {
			value := func(p ics.ComponentProperty) string {
				if v := e.GetProperty(p); v != nil {
					return v.Value
				}
				return ""
			}
			i := slices.IndexFunc(shifts, func(s app.FeedShift) bool { return e.Id() == fmt.Sprintf("shift-%d@desk.example", s.ID) })
			if i < 0 {
				t.Fatalf("nobody has %s", e.Id())
			}
			s := shifts[i]
			start, err1 := e.GetStartAt()
			end, err2 := e.GetEndAt()
			if err1 != nil || err2 != nil || !start.Equal(s.Start) || !end.Equal(s.End) || value(ics.ComponentPropertySequence) != fmt.Sprint(s.Version) ||
				(value(ics.ComponentPropertyStatus) == "CANCELLED") != s.Cancelled {
				t.Fatalf("%+v became %+v", s, e)
			}
			title := strings.Map(func(r rune) rune {
				if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
					return -1
				}
				return r
			}, strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s.Title))
			if got := value(ics.ComponentPropertySummary); got != title {
				t.Fatalf("title %q became %q", title, got)
			}
		}
		if len(back) > 0 && back[0].ID != back[len(back)-1].ID {
			if err := app.WriteFeed(&again, "desk.example", "", back); err != nil {
				t.Fatal(err)
			}
			b.Reset()
			if err := app.WriteFeed(&b, "desk.example", "", shifts); err != nil || again.String() != b.String() {
				t.Fatal("the order in which shifts are given shows")
			}
		}
	})
}
