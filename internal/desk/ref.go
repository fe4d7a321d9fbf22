package desk

import (
	"io"
	"strings"
)

// alphabet holds the 29 characters that are hard to confuse when read, said or typed: no 0 O,
// no 1 I L, no U, and no V, which Spanish speakers say like B. 29 is prime, so that the check
// character below catches what it promises.
const alphabet = "23456789ABCDEFGHJKMNPQRSTWXYZ"

// Lengths of a ticket number, the check character included.
const (
	RefLength    = 6 // 29^5 = 20,511,149 numbers
	refMaxLength = 8
)

// Ref is a ticket number in its canonical form, "K7M-4QX": random characters and, last, a check
// character that catches every single wrong character and every swap of two neighbours. It is
// for people to read and say, and it opens nothing; a tracker token does.
type Ref string

// rank gives the place of each byte in the alphabet, or -1.
var rank = func() (r [256]int8) {
	for i := range r {
		r[i] = -1
	}
	for i := range alphabet {
		r[alphabet[i]] = int8(i)
	}
	return r
}()

// refSum is the weighted sum modulo 29 that is zero in a right number. The check character has
// weight 1 and the others, from right to left, 2, 3, 4 …: all different and none zero modulo 29.
func refSum(chars string) int {
	sum := 0
	for i := range len(chars) {
		sum += (len(chars) - i) * int(rank[chars[i]])
	}
	return sum % len(alphabet)
}

// checked appends to body the character that makes refSum zero.
func checked(body string) string {
	sum := refSum(body + alphabet[:1])
	return body + string(alphabet[(len(alphabet)-sum)%len(alphabet)])
}

// NewRef draws a ticket number of length characters (6 to 8, others are brought into that
// range). Numbers are random, not unique: the store refuses a used one and the caller draws
// again, longer when the space fills.
func NewRef(rand io.Reader, length int) Ref {
	length = min(max(length, RefLength), refMaxLength)
	return Ref(refGroups(checked(draw(rand, alphabet, length-1))))
}

// ParseRef reads a ticket number as a person types it: in any case, with or without spaces and
// hyphens. It guesses nothing: 0, O, 1, I, L, U and V are mistakes. The error is Invalid with
// the code "ref.mistyped".
func ParseRef(s string) (Ref, error) {
	chars, ok := typed(s, refMaxLength)
	if !ok || len(chars) < RefLength || refSum(chars) != 0 {
		return "", Errorf(Invalid, "ref.mistyped", "That number has a typing mistake. Check it.")
	}
	return Ref(refGroups(chars)), nil
}

// Spoken gives the number for a voice: "K 7 M, 4 Q X".
func (r Ref) Spoken() string {
	groups := strings.Split(string(r), "-")
	for i, g := range groups {
		groups[i] = strings.Join(strings.Split(g, ""), " ")
	}
	return strings.Join(groups, ", ")
}

func (r Ref) String() string { return string(r) }

// refGroups writes 6 as 3-3, 7 as 3-4 and 8 as 4-4.
func refGroups(chars string) string {
	half := len(chars) / 2
	return chars[:half] + "-" + chars[half:]
}

// typed upper-cases s and drops what people put between groups. It is false for any other
// character outside the alphabet and for more than max characters.
func typed(s string, max int) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '-' || r == ' ' || r == '\t' || r == '\n' || r == '\r' ||
			r == '\u00a0' || r == '\u2010' || r == '\u2011' || r == '\u2012' || r == '\u2013':
			continue
		case 'a' <= r && r <= 'z':
			r -= 'a' - 'A'
		}
		if r > 'Z' || rank[byte(r)] < 0 || b.Len() == max {
			return "", false
		}
		b.WriteByte(byte(r))
	}
	return b.String(), true
}
