package view

import (
	"bytes"
	"context"
	"testing"
)

func TestNumbersAndTimesAreNotBroken(t *testing.T) {
	for in, want := range map[string]string{
		"Call 800-555-0143 now.":        `Call <span class="nb">800-555-0143</span> now.`,
		"By 9:00 a.m. CT, or <later>":   `By <span class="nb">9:00 a.m. CT</span>, or &lt;later&gt;`,
		"antes de las 9:30 a. m., hoy":  `antes de las <span class="nb">9:30 a. m.</span>, hoy`,
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
