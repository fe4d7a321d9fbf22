package desk

import (
	"crypto/rand"
	"math/big"
	mathrand "math/rand/v2"
	"strings"
	"testing"
)

func TestRefWeightsCatchEveryMistake(t *testing.T) {
	// For every length, position and pair of different values: a wrong character moves the sum
	// by weight*(a-b), a swap of neighbours by (weight difference)*(a-b). Neither may be zero.
	n := len(alphabet)
	if n != 29 || !big.NewInt(int64(n)).ProbablyPrime(20) {
		t.Fatalf("the alphabet has %d characters", n)
	}
	for length := RefLength; length <= refMaxLength; length++ {
		for pos := range length {
			weight := length - pos
			for a := range n {
				for b := range n {
					if a == b {
						continue
					}
					if weight*(a-b)%n == 0 {
						t.Fatalf("length %d: %d for %d at %d goes unseen", length, a, b, pos)
					}
					if pos+1 < length && (weight*(a-b)+(weight-1)*(b-a))%n == 0 {
						t.Fatalf("length %d: swap of %d and %d at %d goes unseen", length, a, b, pos)
					}
				}
			}
		}
	}
}

func TestParseRefRefusesEveryWrongCharacterAndSwap(t *testing.T) {
	for length := RefLength; length <= refMaxLength; length++ {
		for sample := range 400 {
			body := make([]byte, length-1)
			for i, x := 0, sample*7919+length; i < len(body); i, x = i+1, x*31+i*17+sample {
				body[i] = alphabet[x%len(alphabet)]
			}
			good := checked(string(body))
			if _, err := ParseRef(good); err != nil {
				t.Fatalf("%s: %v", good, err)
			}
			for i := range length {
				for j := range alphabet {
					wrong := good[:i] + alphabet[j:j+1] + good[i+1:]
					if _, err := ParseRef(wrong); (err == nil) != (wrong == good) {
						t.Fatalf("%s for %s", wrong, good)
					}
				}
				if i+1 < length && good[i] != good[i+1] {
					swapped := good[:i] + good[i+1:i+2] + good[i:i+1] + good[i+2:]
					if _, err := ParseRef(swapped); err == nil {
						t.Fatalf("%s for %s", swapped, good)
					}
				}
			}
		}
	}
}

func TestRefIsReadAsPeopleTypeIt(t *testing.T) {
	ref := NewRef(mathrand.NewChaCha8([32]byte{}), 6) // of one number in 29 the next character is a check character, too
	plain := strings.ReplaceAll(string(ref), "-", "")
	for _, s := range []string{string(ref), plain, strings.ToLower(plain), " " + plain[:2] + " " + plain[2:] + "\n", plain[:3] + "–" + plain[3:]} {
		if got, err := ParseRef(s); err != nil || got != ref {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "K7M", plain + "2", plain + "222222", "0" + plain[1:], "o" + plain[1:], "V" + plain[1:], "Ж" + plain[1:], "Ĳ" + plain[1:]} {
		_, err := ParseRef(s)
		e, ok := err.(*Error)
		if !ok || e.Kind != Invalid || e.Code != "ref.mistyped" || e.Message != "That number has a typing mistake. Check it." {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestRefForms(t *testing.T) {
	if got := Ref("K7M-4QX").Spoken(); got != "K 7 M, 4 Q X" {
		t.Error(got)
	}
	for length, want := range map[int]int{0: 7, 6: 7, 7: 8, 8: 9, 12: 9} {
		if r := NewRef(rand.Reader, length); len(r) != want {
			t.Errorf("length %d gives %s", length, r)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	f.Add("k7m-4qx")
	f.Add("\xff\u2011")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s)
		if err != nil {
			return
		}
		if again, err := ParseRef(string(r)); err != nil || again != r {
			t.Fatalf("%q gives %q, which gives %q, %v", s, r, again, err)
		}
	})
}

func TestTokens(t *testing.T) {
	token := NewTrackerToken(rand.Reader)
	if got, err := ParseToken(" " + strings.ToLower(FormatToken(token)) + " "); err != nil || got != token {
		t.Errorf("%s: %q, %v", token, got, err)
	}
	if FormatToken("7Q2MX4KD9RTW") != "7Q2M-X4KD-9RTW" || FormatToken("short") != "short" {
		t.Error("wrong groups")
	}
	for _, s := range []string{"", token[1:], token + "2", "0" + token[1:], "../../../etc"} {
		if _, err := ParseToken(s); !Is(err, NotFound) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if s := NewSecret(rand.Reader, 32); len(s) != 43 || s == NewSecret(rand.Reader, 32) {
		t.Error(s)
	}
	if HashSecret("abc") != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error("not SHA-256 in hex")
	}
	if c := NewCode(rand.Reader); len(c) != 6 || strings.Trim(c, "0123456789") != "" {
		t.Error(c)
	}
}

// everyByte reads 0, 1, … 255, 0, …: a source in which each byte is equally frequent.
type everyByte struct{ next byte }

func (e *everyByte) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.next
		e.next++
	}
	return len(p), nil
}

func TestDrawHasNoBias(t *testing.T) {
	for _, set := range []string{alphabet, "0123456789"} {
		limit := 256 - 256%len(set)
		count := map[rune]int{}
		// One buffer of n+n/2+1 bytes that holds every byte the same number of times.
		for _, c := range draw(&everyByte{}, set, limit) {
			count[c]++
		}
		for _, c := range set {
			if count[c] < limit/len(set)-1 || count[c] > limit/len(set)+1 {
				t.Errorf("%c of %s: %d times", c, set, count[c])
			}
		}
	}
}
