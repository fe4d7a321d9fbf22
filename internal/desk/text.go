package desk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanLine makes one line of what a person typed: as CleanText, with every run of white space
// made one space.
func CleanLine(s string, max int) (string, error) {
	s, err := CleanText(s, -1)
	if err != nil {
		return "", err
	}
	return within(strings.Join(strings.Fields(s), " "), max)
}

// CleanText makes safe text of what a person typed: line ends become "\n", control characters
// and the marks that turn the reading direction around go, and white space at both ends goes.
// Emoji and letters of every script stay. Max counts characters, not bytes; below zero there is
// none. Errors are Invalid: "text.too_long", or "text.invalid" for bytes that are not UTF-8.
func CleanText(s string, max int) (string, error) {
	if !utf8.ValidString(s) {
		return "", Errorf(Invalid, "text.invalid", "We cannot read that text. Type it again.")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r), r == '\ufeff',
			'\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return -1
		}
		return r
	}, s)
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }) < 0 {
		return "", nil // nothing that can be seen
	}
	return within(strings.TrimSpace(s), max)
}

func within(s string, max int) (string, error) {
	if max >= 0 && utf8.RuneCountInString(s) > max {
		return "", Errorf(Invalid, "text.too_long", "That is too long. Use at most %d characters.", max)
	}
	return s, nil
}
