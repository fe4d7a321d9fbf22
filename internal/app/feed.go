package app

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// FeedShift is a shift, or a turn of a rota, in the calendar feed of the one who works it.
type FeedShift struct {
	ID         int64 // of the shift; the same for as long as it is the same shift
	Start, End time.Time
	Title      string // "On call: Night"; holds nothing about those who ask
	Version    int    // grows by each change; 0 at first
	ChangedAt  time.Time
	Cancelled  bool // was theirs and is not any more
}

// WriteFeed writes one person's shifts as an iCalendar (RFC 5545) that phones and mail programs
// subscribe to. Instants are in UTC, which every reader shows in its own zone: no time zone has to be
// described, and none can be described wrongly. The same shifts give the same bytes.
func WriteFeed(w io.Writer, host, name string, shifts []FeedShift) error {
	f := feed{w: bufio.NewWriter(w)}
	f.line("BEGIN", "VCALENDAR")
	f.line("VERSION", "2.0")
	f.line("PRODID", "-//Kept//Shifts//EN")
	f.line("CALSCALE", "GREGORIAN")
	f.line("METHOD", "PUBLISH")
	f.line("X-WR-CALNAME", feedText(name))
	f.line("REFRESH-INTERVAL;VALUE=DURATION", "PT15M")
	f.line("X-PUBLISHED-TTL", "PT15M")
	shifts = slices.SortedFunc(slices.Values(shifts), func(a, b FeedShift) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
	for _, s := range shifts {
		if !s.Start.Before(s.End) {
			continue // RFC 5545 wants an end after the start; such a shift covers nothing
		}
		f.line("BEGIN", "VEVENT")
		f.line("UID", fmt.Sprintf("shift-%d@%s", s.ID, host))
		f.line("DTSTAMP", feedTime(s.ChangedAt))
		f.line("LAST-MODIFIED", feedTime(s.ChangedAt))
		f.line("SEQUENCE", fmt.Sprint(max(s.Version, 0)))
		f.line("DTSTART", feedTime(s.Start))
		f.line("DTEND", feedTime(s.End))
		f.line("SUMMARY", feedText(s.Title))
		if s.Cancelled {
			f.line("STATUS", "CANCELLED")
			f.line("TRANSP", "TRANSPARENT")
		} else {
			f.line("STATUS", "CONFIRMED")
		}
		f.line("END", "VEVENT")
	}
	f.line("END", "VCALENDAR")
	return f.w.Flush()
}

// feed writes content lines; bufio keeps the first error for Flush.
type feed struct{ w *bufio.Writer }

// line folds after 75 octets, never within a character; a line that goes on begins with a space,
// which counts.
func (f feed) line(name, value string) {
	rest, room := name+":"+value, 75
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		f.w.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], 74
	}
	f.w.WriteString(rest + "\r\n")
}

func feedTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

var feedEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// feedText is the TEXT of RFC 5545: special characters escaped, other control characters and what is
// not UTF-8 left out.
func feedText(s string) string {
	s = strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n' && r != '\r' && r != '\t') || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return feedEscapes.Replace(s)
}
