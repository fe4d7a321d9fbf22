package desk

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
)

// tokenLength is the number of characters of a tracker token: 12 of 29, about 58 bits.
const tokenLength = 12

// SecretPrefix starts every API token, so that scanners for leaked secrets can know ours.
const SecretPrefix = "kept_"

// NewTrackerToken draws the secret part of a tracker's link, 12 characters without hyphens. It
// is not derived from the ticket number. Who has it may see and move the promise of one ticket.
func NewTrackerToken(rand io.Reader) string { return draw(rand, alphabet, tokenLength) }

// FormatToken writes a stored token in groups, "7Q2M-X4KD-9RTW". Another string comes back as it is.
func FormatToken(token string) string {
	if len(token) != tokenLength {
		return token
	}
	return token[:4] + "-" + token[4:8] + "-" + token[8:]
}

// ParseToken reads a tracker token from a link or a form, in any case, with or without hyphens
// and spaces, and gives its stored form. The error is NotFound, like that of an unknown token.
func ParseToken(s string) (string, error) {
	token, ok := typed(s, tokenLength)
	if !ok || len(token) != tokenLength {
		return "", Errorf(NotFound, "token.unknown", "We cannot find that number.")
	}
	return token, nil
}

// NewSecret draws nbytes random bytes as unpadded base64url, for sessions and, after
// SecretPrefix, for API tokens. Only HashSecret of it is stored.
func NewSecret(rand io.Reader, nbytes int) string {
	buf := make([]byte, nbytes)
	fill(rand, buf)
	return base64.RawURLEncoding.EncodeToString(buf)
}

// HashSecret gives the SHA-256 of a secret in hex. It is for random secrets of 128 bits or more,
// never for passwords.
func HashSecret(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// NewCode draws a code of 6 digits for one use. Its hash alone protects nothing: whoever stores
// it limits tries and time.
func NewCode(rand io.Reader) string { return draw(rand, "0123456789", 6) }

// draw picks n characters of set, each with the same probability: bytes beyond the largest
// multiple of the set's size are thrown away. The set has at most 256 characters.
func draw(rand io.Reader, set string, n int) string {
	limit := 256 - 256%len(set)
	out := make([]byte, 0, n)
	buf := make([]byte, n+n/2+1)
	for len(out) < n {
		fill(rand, buf)
		for _, b := range buf {
			if int(b) < limit && len(out) < n {
				out = append(out, set[int(b)%len(set)])
			}
		}
	}
	return string(out)
}

// fill reads exactly len(buf) random bytes. A source of randomness that fails leaves nothing
// safe to go on with, and crypto/rand.Reader never does, so it panics.
func fill(rand io.Reader, buf []byte) {
	if _, err := io.ReadFull(rand, buf); err != nil {
		panic("desk: no random bytes: " + err.Error())
	}
}
