package desk

import (
	"slices"
	"strings"
)

// Key is one letter key of the desk.
type Key struct {
	Letter string // by which the desk knows it, and which it has unless somebody chose another
	Does   string
}

// Keys are the letter keys that somebody may put elsewhere, in the order of the sheet.
var Keys = []Key{
	{"j", "Down in a list"}, {"k", "Up in a list"}, {"a", "Take it"}, {"c", "Call now, on the board"}, {"v", "Give to…, on the board"},
	{".", "Show what changed"}, {"r", "Write to the caller"}, {"i", "Internal note"}, {"p", "Promise"}, {"s", "Similar"},
	{"e", "Ask “Is it fixed?”"}, {"[", "Previous in the queue"}, {"]", "Next in the queue"}, {"\\", "Promise and caller, on narrow screens"},
}

// keyMay are the keys that may be chosen: what every keyboard gives with one press, and no digit, which
// people type by mistake more than by intent.
const keyMay = "abcdefghijklmnopqrstuvwxyz.,[]\\/-='`"

// Letters maps the letter of each Key to the one that somebody uses. Missing ones are as they are.
type Letters map[string]string

// ReadLetters reads letters as Letters.String writes them; what cannot be read is left out.
func ReadLetters(text string) Letters {
	l := Letters{}
	for _, part := range strings.Fields(text) {
		if len(part) == 3 && part[1] == '=' {
			l[part[:1]] = part[2:]
		}
	}
	return l
}

// Of gives the letter that somebody uses in place of letter.
func (l Letters) Of(letter string) string {
	if own := l[letter]; own != "" {
		return own
	}
	return letter
}

// String writes what differs, as "i=n r=w".
func (l Letters) String() string {
	var parts []string
	for was, is := range l {
		if is != "" && is != was {
			parts = append(parts, was+"="+is)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// Check refuses what is no key and what two share, each at its field "key-" and the letter.
func (l Letters) Check() error {
	var bad Fields
	first := map[string]Key{}
	for _, k := range Keys {
		own := l.Of(k.Letter)
		switch other, taken := first[own]; {
		case len(own) != 1 || !strings.Contains(keyMay, own):
			bad.Add("key-"+k.Letter, "key.invalid", "Use one small letter or one of . , [ ] \\ / - = '. The question mark opens the sheet.")
		case taken:
			bad.Add("key-"+k.Letter, "key.taken", "“"+own+"” is “"+other.Does+"” already. Choose another letter.")
		default:
			first[own] = k
		}
	}
	return bad.Err()
}
