package view

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"testing"
)

func TestNumbersAndTimesAreNotBroken(t *testing.T) {
	for in, want := range map[string]string{
		"Call 800-555-0143 now.":        `Call <span class="nb">800-555-0143</span> now.`,
		"By 9:00 a.m. CT, or <later>":   `By <span class="nb">9:00 a.m. CT</span>, or &lt;later&gt;`,
		"antes de las 9:30 a. m., hoy":  `antes de las <span class="nb">9:30 a. m.</span>, hoy`,
		"We call …0199 now. Wait… 2026": `We call <span class="nb">…0199</span> now. Wait… 2026`,
		"Your number is K7M-4QX. Nice.": `Your number is <span class="nb">K7M-4QX</span>. Nice.`,
	} {
		var b bytes.Buffer
		if err := Prose(in).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("Prose(%q) = %s, want %s", in, b.String(), want)
		}
	}
}

// Beginnings are looked for by hand; what is found must be what the expression alone would find.
func FuzzPieces(f *testing.F) {
	everywhere := regexp.MustCompile(`\(?\d{3}\)?[- ]\d{3}-\d{4}|\d{1,2}:\d{2}[\s\x{a0}][ap]\.[\s\x{a0}]?m\.(?:[\s\x{a0}][A-Z]{2,3}\b)?|\b[A-Z2-9]{3}-[A-Z2-9]{3}\b|…\d{4}`)
	for _, s := range []string{"", "(800) 555-0143", "1800-555-0143", "112:30 a.m. CT", "xK7M-4QX K7M-4QX", "234-567-8901", "K7M-4QX-K7M-4QX", "222-222 9:00 p. m. CST", "12:3 (22", "éK7M-4QX", "…0199", "……01991 …019"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, want []string
		for _, p := range pieces(s) {
			if p.keep {
				got = append(got, p.text)
			}
		}
		if want = everywhere.FindAllString(s, -1); !slices.Equal(got, want) {
			t.Errorf("pieces(%q) keeps %q, want %q", s, got, want)
		}
	})
}
