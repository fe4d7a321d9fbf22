package app

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"kept/internal/desk"
)

// limit is how often one key may do something: n times at once, and n times per period after that.
type limit struct {
	name string
	n    int
	per  time.Duration
}

// limits counts tries in memory. It keeps a keyed hash of who tried, never an address or a name, and
// forgets the oldest when there are too many.
type limits struct {
	secret [32]byte
	mu     sync.Mutex
	// Two generations: when the young one is full it becomes the old one, and the old one is forgotten.
	young, old map[limitKey]*rate.Limiter
}

type limitKey [16]byte

// limitKeys is how many keys one generation holds.
const limitKeys = 20_000

func newLimits() *limits {
	l := &limits{young: map[limitKey]*rate.Limiter{}}
	rand.Read(l.secret[:]) // never fails, see crypto/rand
	return l
}

// take notes a try and gives RateLimited when there were too many. The parts of key together say
// who tries: an ip, a login, a client and a number.
func (l *limits) take(now time.Time, of limit, key ...string) error {
	if !l.bucket(of, key).AllowN(now, 1) {
		return desk.Errorf(desk.RateLimited, "rate.limited", "That was too often. Wait a few minutes and try again.")
	}
	return nil
}

// tried reports whether a try of key is remembered.
func (l *limits) tried(of limit, key ...string) bool {
	k := l.keyOf(of, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.young[k] != nil || l.old[k] != nil
}

func (l *limits) keyOf(of limit, key []string) (k limitKey) {
	mac := hmac.New(sha256.New, l.secret[:])
	mac.Write([]byte(of.name + "\x00" + strings.Join(key, "\x00")))
	copy(k[:], mac.Sum(nil))
	return k
}

// bucket gives the bucket of a key; a new one is full.
func (l *limits) bucket(of limit, key []string) *rate.Limiter {
	k := l.keyOf(of, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.young[k]
	if b != nil {
		return b
	}
	if b = l.old[k]; b == nil {
		b = rate.NewLimiter(rate.Every(of.per/time.Duration(of.n)), of.n)
	}
	if len(l.young) >= limitKeys {
		l.young, l.old = map[limitKey]*rate.Limiter{}, l.young
	}
	l.young[k] = b
	return b
}
