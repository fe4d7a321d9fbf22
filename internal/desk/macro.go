package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Macro is a canned text of the desk, in the languages of its people.
type Macro struct {
	ID      int64
	Name    string
	Letters string // two small letters: ";we" inserts it
	Body    string
	BodyES  string
	Next    MacroNext
	Retired time.Time // zero while it is in use
}

// Mark stands for all that the text says now. Who changes it gives back the mark of what they saw.
func (m Macro) Mark() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{m.Name, m.Letters, m.Body, m.BodyES, string(m.Next)}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// MacroNext is what a macro proposes once its text is sent: a kind of promise, or to ask whether it is fixed.
type MacroNext string

const (
	NextNothing MacroNext = ""
	NextAsk     MacroNext = "ask"
)

// MacroNexts are the kinds that a macro may propose.
var MacroNexts = []MacroNext{NextNothing, NextAsk, MacroNext(Callback), MacroNext(Fix), MacroNext(Handoff), MacroNext(Document), MacroNext(Update)}

// Promise gives the kind of promise that n proposes; "" when it proposes none.
func (n MacroNext) Promise() PromiseKind {
	if n == NextAsk {
		return ""
	}
	return PromiseKind(n)
}

// macroGaps are the words in braces that a macro may hold, and what stands for each when the ticket does not say it.
var macroGaps = []string{"name", "hospital", "phone", "link", "window"}

var macroGap = regexp.MustCompile(`\{([a-z]+)\}`)

var braces = regexp.MustCompile(`\{[^{}\n]*\}?|\}`)

// UnknownGap gives the first thing in braces of a text that nobody fills, such as "{nmae}" or "{Name}", or a brace that stands
// alone; "" when each is known. Whoever reads the text would see it as it stands.
func UnknownGap(text string) string {
	for _, gap := range braces.FindAllString(text, -1) {
		if !slices.Contains(macroGaps, strings.TrimSuffix(strings.TrimPrefix(gap, "{"), "}")) || !macroGap.MatchString(gap) {
			return gap
		}
	}
	return ""
}

// Fill puts facts in the place of words in braces. What no fact says stays as "[window]", and is listed: whoever
// writes fills it in.
func Fill(text string, facts map[string]string) (filled string, missing []string) {
	filled = macroGap.ReplaceAllStringFunc(text, func(gap string) string {
		word := gap[1 : len(gap)-1]
		if fact := facts[word]; fact != "" {
			return fact
		}
		missing = append(missing, word)
		return "[" + word + "]"
	})
	return filled, missing
}

// Unfilled gives the first gap that nobody has filled in: "[window]". Empty when a text can be sent.
func Unfilled(text string) string {
	for _, g := range macroGaps {
		if gap := "[" + g + "]"; strings.Contains(text, gap) {
			return gap
		}
	}
	return ""
}
