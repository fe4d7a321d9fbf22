// Package words holds every text that Kept shows or sends, in English and Spanish, and the one
// way it writes dates, times and lengths. It never decides what to say or to whom, reads no
// clock and knows no ticket. Start with T for texts (en.json and es.json are the catalogue,
// staff.json the words for staff, English alone) and with Window for times.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// Lang is a language that Kept speaks.
type Lang string

const (
	EN Lang = "en"
	ES Lang = "es"
)

// Langs are all languages, the one without a path prefix first.
var Langs = []Lang{EN, ES}

// Parse reads a language tag such as "es-MX". Anything but Spanish is English.
func Parse(s string) Lang {
	tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	tag, _, _ = strings.Cut(tag, "_")
	if tag == "es" {
		return ES
	}
	return EN
}

// Other gives the language to switch to.
func (l Lang) Other() Lang {
	if l == ES {
		return EN
	}
	return ES
}

// Name gives the language's own name, "Español".
func (l Lang) Name() string {
	if l == ES {
		return "Español"
	}
	return "English"
}

//go:embed en.json es.json staff.json
var files embed.FS

var catalogue = map[Lang]map[string]string{EN: load("en.json"), ES: load("es.json")}
var staff = load("staff.json")

// load reads an embedded file. The files are part of the program, so a wrong one stops it at
// the first test.
func load(name string) map[string]string {
	raw, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(raw, &texts); err != nil {
		panic(fmt.Errorf("words: %s: %w", name, err))
	}
	return texts
}

var missing atomic.Int64

// Missing counts the texts that were asked for and are not there, since the program started.
func Missing() int64 { return missing.Load() }

// T gives the text of key with {name} parameters put in; args are name, value, name, value. A value that
// takes some work may be a func() string, which is asked where the text names it. Keys that start with "staff." are English in every language. A missing key is counted and comes
// back as it is; in a test it panics. The result is plain text, to be escaped by who prints it.
func T(lang Lang, key string, args ...any) string {
	text, ok := lookup(lang, key)
	if !ok {
		if testing.Testing() {
			panic("words: no text " + string(lang) + " " + key)
		}
		missing.Add(1)
		return key
	}
	if len(args) < 2 {
		return text
	}
	return put(text, args)
}

// put sets args in where text names them in braces. What it has set is not looked at again.
func put(text string, args []any) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		i := 0
		for closed && i+1 < len(args) && args[i] != any(name) {
			i += 2
		}
		if !closed || i+1 >= len(args) {
			b.WriteByte('{')
			text = rest
			continue
		}
		switch arg := args[i+1].(type) {
		case string:
			b.WriteString(arg)
		case func() string:
			b.WriteString(arg())
		default:
			fmt.Fprint(&b, arg)
		}
		text = after
	}
}

// List joins things in words: "a", "a and b", "a, b and c".
func List(lang Lang, all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + pick(lang, " and ", " y ") + all[last]
}

// N gives the text of key for a count: key+".one" for 1, otherwise key+".other". The count is
// the parameter {n}.
func N(lang Lang, key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return T(lang, key+form, append([]any{"n", n}, args...)...)
}

// Has reports whether key has a text, for codes that may lack one.
func Has(key string) bool {
	_, ok := lookup(EN, key)
	return ok
}

// Keys gives all keys in order, those of staff included.
func Keys() []string {
	all := slices.Collect(maps.Keys(catalogue[EN]))
	all = slices.AppendSeq(all, maps.Keys(staff))
	slices.Sort(all)
	return all
}

func lookup(lang Lang, key string) (string, bool) {
	if strings.HasPrefix(key, "staff.") {
		text, ok := staff[key]
		return text, ok
	}
	text, ok := catalogue[lang][key]
	if !ok && lang != ES {
		text, ok = catalogue[EN][key]
	}
	return text, ok
}
