package app

import (
	"sync"
	"time"
)

// recent remembers answers for some seconds: a room full of screens reads them once.
type recent[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]dated[V]
}

type dated[V any] struct {
	at    time.Time
	value V
}

// recentMost is how many are remembered at most.
const recentMost = 1000

// get gives what was kept for k, if it is younger than lasts.
func (r *recent[K, V]) get(k K, now time.Time, lasts time.Duration) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.known[k]
	age := now.Sub(d.at)
	return d.value, ok && age >= 0 && age < lasts
}

func (r *recent[K, V]) keep(k K, v V, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= recentMost {
		r.known = map[K]dated[V]{}
	}
	r.known[k] = dated[V]{now, v}
}
