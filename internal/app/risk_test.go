package app

import "testing"

// A chance that rests on nothing is not given as a number: what is older than all before it is no "100%".
func TestOddsSayOnlyWhatIsKnown(t *testing.T) {
	for want, d := range map[string]Danger{
		"": {Chance: .5, Cases: 29, Open: 29},
		"34% chance that it breaks (212 such before)": {Chance: .34, Cases: 212, Open: 30},
		"of 212 such before, 3 took so long":          {Chance: .9, Cases: 212, Open: 3},
		"of 213 such before, none took so long":       {Chance: 1, Cases: 213},
	} {
		if got := d.Odds(); got != want {
			t.Errorf("%+v: %q, want %q", d, got, want)
		}
	}
}
