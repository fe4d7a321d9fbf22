package job

import (
	"context"
	"fmt"
	"time"
)

// Tick is a chore that comes round.
type Tick struct {
	Name  string
	Every time.Duration
}

// Key is the name of the latest tick at or before now, the same on every node, and its
// instant. Ticks fall on multiples of Every since the first instant of 1970, UTC.
func (t Tick) Key(now time.Time) (key string, at time.Time) {
	us, every := now.UnixMicro(), t.Every.Microseconds()
	at = time.UnixMicro(us - ((us%every)+every)%every).UTC()
	return fmt.Sprintf("%s@%s", t.Name, at.Format(time.RFC3339)), at
}

// plant writes the rows of the ticks that have begun. Ticks missed while no node ran
// are not made up for: the latest one does their work.
func (l *Loop) plant(ctx context.Context, now time.Time) error {
	for _, t := range l.Ticks {
		key, at := t.Key(now)
		l.mu.Lock()
		known := l.planted[t.Name] == key
		l.mu.Unlock()
		if known {
			continue
		}
		if err := l.Plant(ctx, key, at); err != nil {
			return err
		}
		l.mu.Lock()
		l.planted[t.Name] = key
		l.mu.Unlock()
	}
	return nil
}

// untilTick is the time to the next tick of any chore, or limit if that is sooner.
func (l *Loop) untilTick(now time.Time, limit time.Duration) time.Duration {
	for _, t := range l.Ticks {
		_, at := t.Key(now)
		limit = min(limit, at.Add(t.Every).Sub(now))
	}
	return limit
}
