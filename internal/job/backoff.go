package job

import "time"

// Backoff is a wait that doubles from base with every failed attempt (the first is 1)
// up to limit. With rnd in [0,1) it lies between half and the whole of that, so that
// rows which failed together do not come back together.
func Backoff(attempt int, base, limit time.Duration, rnd float64) time.Duration {
	wait := base
	for i := 1; i < attempt && wait < limit; i++ {
		wait *= 2
	}
	wait = min(wait, limit)
	return wait/2 + time.Duration(rnd*float64(wait/2))
}
