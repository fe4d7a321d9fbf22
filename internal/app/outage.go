package app

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"kept/internal/store"
)

// downFor is how long the sweeper may be away before its absence counts as "the process was down";
// then staff get holdFor to enter calls that were made meanwhile.
const (
	downFor = 5 * time.Minute
	holdFor = 10 * time.Minute
)

// Outage is a time in which nobody swept, and until when what fell due in it waits for staff to enter
// calls that were made. The zero Outage is none.
type Outage struct {
	Seen  time.Time // the last sign of life
	Back  time.Time // when sweeping began again
	Until time.Time // the end of the hold
}

// holdUntil remembers the latest outage. It is stored as well: a second start within the hold, or another
// node, must not cut it short.
type holdUntil struct {
	sync.Mutex
	known  bool
	seen   time.Time // the last sign of life that was stored
	outage Outage
}

const (
	seenSetting = "sweeper_seen"
	holdSetting = "sweeper_hold"
)

// sweeping notes that the sweeper is alive and, after a time in which it was not, holds what fell due
// meanwhile.
func (a *App) sweeping(ctx context.Context, now time.Time) error {
	known, seen := a.hold.alive()
	if known && now.Sub(seen).Abs() < time.Minute { // a clock that was set back is noticed too
		return nil
	}
	var o Outage
	err := a.db.System(ctx, "sweeper", func(tx *store.SystemTx) error {
		stored, _, err := tx.Setting(holdSetting)
		if err != nil {
			return err
		}
		if o = parseOutage(stored); o.Back.After(now.Add(time.Minute)) {
			// The clock was ahead when it was noticed: it would hold until then what is due now.
			if err := tx.FreePromises(o.Until); err != nil {
				return err
			}
			o = Outage{}
			if err := tx.SetSetting(holdSetting, ""); err != nil {
				return err
			}
		}
		s, ok, err := tx.Setting(seenSetting)
		if err != nil {
			return err
		}
		us, err := strconv.ParseInt(s, 10, 64)
		if last := time.UnixMicro(us).UTC(); ok && err == nil && !known && now.Sub(last) > downFor {
			o = Outage{Seen: last, Back: now, Until: now.Add(holdFor)}
			if err := tx.SetSetting(holdSetting, o.String()); err != nil {
				return err
			}
		}
		return tx.SetSetting(seenSetting, strconv.FormatInt(now.UnixMicro(), 10))
	})
	if err != nil {
		a.hold.lost()
		return err
	}
	a.hold.swept(now, o)
	return nil
}

// String is o as it is stored: three instants in microseconds.
func (o Outage) String() string {
	f := func(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }
	return f(o.Seen) + " " + f(o.Back) + " " + f(o.Until)
}

func parseOutage(s string) (o Outage) {
	f := strings.Fields(s)
	for i, at := range []*time.Time{&o.Seen, &o.Back, &o.Until} {
		if len(f) != 3 {
			return Outage{}
		}
		us, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			return Outage{}
		}
		*at = time.UnixMicro(us).UTC()
	}
	return o
}

// outage gives the outage whose calls can be entered at this instant; the zero Outage when there is none.
func (a *App) outage() Outage {
	o := a.hold.latest()
	if !a.Now().Before(o.Until) {
		return Outage{}
	}
	return o
}

// The lock is never held over a unit of work: one that waits for it would wait for the writer, which
// may wait for the lock.

func (h *holdUntil) alive() (known bool, seen time.Time) {
	h.Lock()
	defer h.Unlock()
	return h.known, h.seen
}

// lost notes that the database did not answer. Nobody could enter calls either, so a long time of it is
// like a process that was down.
func (h *holdUntil) lost() {
	h.Lock()
	defer h.Unlock()
	h.known = false
}

func (h *holdUntil) swept(now time.Time, o Outage) {
	h.Lock()
	defer h.Unlock()
	h.known, h.seen, h.outage = true, now, o
}

func (h *holdUntil) latest() Outage {
	h.Lock()
	defer h.Unlock()
	return h.outage
}

// of is the end of the hold for something that fell due at due; zero when it is not held.
func (h *holdUntil) of(due time.Time) time.Time {
	if o := h.latest(); due.Before(o.Back) {
		return o.Until
	}
	return time.Time{}
}
