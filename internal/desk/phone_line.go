package desk

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// PhoneLine is what a phone system last said of one of its lines. It counts callers and knows none of them.
type PhoneLine struct {
	Client  ClientID // zero: a line for all hospitals
	Name    string
	Waiting int       // callers who wait for a person
	First   time.Time // since when the first of them waits; zero when nobody does
	Heard   time.Time // when the phone system said so
}

// From when on what was heard of a line is not shown any more, how long a caller can wait, and how many lines one client
// has, or the desk.
const (
	lineSilent   = time.Minute
	LineWaits    = 12 * time.Hour
	LinesMost    = 20
	lineMost     = 10_000
	lineNameMost = 30
	lineAhead    = time.Minute // how far the clock of a phone system may be ahead of ours
)

// Silent reports whether nothing was heard of l for so long that its figures are not those of now.
func (l PhoneLine) Silent(now time.Time) bool { return now.Sub(l.Heard) >= lineSilent }

// Longest is how long the first caller has waited at now; zero when nobody waits.
func (l PhoneLine) Longest(now time.Time) time.Duration {
	if l.Waiting == 0 {
		return 0
	}
	return max(now.Sub(l.First), 0)
}

// Check gives what is wrong with a report that is heard at now: fields "name", "waiting" and "first_since".
func (l PhoneLine) Check(now time.Time) error {
	var bad Fields
	if wrong := lineName(l.Name); wrong != "" {
		bad.Add("name", "line.name", wrong)
	}
	if l.Waiting < 0 || l.Waiting > lineMost {
		bad.Add("waiting", "line.waiting", "Say how many callers wait: 0 to 10,000.")
	}
	switch {
	case l.Waiting == 0 && !l.First.IsZero():
		bad.Add("first_since", "line.nobody", "Nobody waits, so nobody has waited first: leave this out.")
	case l.Waiting > 0 && l.First.IsZero():
		bad.Add("first_since", "line.first", "Say since when the first caller waits.")
	case l.Waiting > 0 && l.First.After(now.Add(lineAhead)):
		bad.Add("first_since", "line.future", "This is in the future: set the clock of the phone system.")
	case l.Waiting > 0 && now.Sub(l.First) > LineWaits:
		bad.Add("first_since", "line.past", "Nobody waits for more than 12 hours: look at the clock of the phone system.")
	}
	return bad.Err()
}

// lineName says what is wrong with the name of a line.
func lineName(s string) string {
	if n := utf8.RuneCountInString(s); strings.TrimSpace(s) != s || n == 0 || n > lineNameMost || !printable(s) {
		return "Name the line in 1 to 30 characters, such as main, without a space around it."
	}
	return ""
}

func printable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}
