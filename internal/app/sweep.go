package app

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
)

// downFor is how long the sweeper may be away before its absence counts as "the process was down";
// then staff get holdFor to enter calls that were made meanwhile.
const (
	downFor = 5 * time.Minute
	holdFor = 10 * time.Minute
)

// holdUntil remembers, after a time in which nobody swept, which promises wait for staff to enter
// calls that were made: those that fell due before back, until the hold ends.
type holdUntil struct {
	sync.Mutex
	known bool
	seen  time.Time // the last sign of life that was stored
	back  time.Time // when sweeping began again
	until time.Time
}

const seenSetting = "sweeper_seen"

// Sweeper is the source of due promises for a job loop. Each promise is applied in a unit of work of
// its own, and only if it is still live then: two nodes that see the same promise break it once.
func (a *App) Sweeper() job.Source { return sweeper{a} }

type sweeper struct{ a *App }

// Claim gives the promises whose time has come. It takes no lease: the promise's own state is one.
func (s sweeper) Claim(ctx context.Context, now time.Time, n int, _ time.Duration) ([]job.Row, error) {
	if err := s.a.sweeping(ctx, now); err != nil {
		return nil, err
	}
	var due []desk.Promise
	err := s.a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) (err error) {
		due, err = tx.DuePromises(now, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := make([]job.Row, len(due))
	for i, p := range due {
		rows[i] = job.Row{
			ID: strconv.FormatInt(int64(p.Client), 10) + "/" + strconv.FormatInt(int64(p.ID), 10), Attempts: 1, FireAt: p.FireAt,
			Work: func(ctx context.Context) error { return s.a.due(ctx, p) },
		}
	}
	return rows, nil
}

// Return looks again later at a promise that could not be applied, so that it does not stand in the
// way of others. It stays live and due: the board and the lag show it.
func (s sweeper) Return(ctx context.Context, row job.Row, at time.Time, _ string) error {
	var c desk.ClientID
	var id desk.PromiseID
	if _, err := fmt.Sscanf(row.ID, "%d/%d", &c, &id); err != nil {
		return err
	}
	return s.a.db.System(ctx, "sweeper", func(tx *store.SystemTx) error {
		one := tx.ForClient(c)
		p, err := one.Promise(id)
		if err != nil || !p.State.Live() || p.FireAt.After(at) {
			return err
		}
		p.FireAt = at
		return one.SavePromise(p)
	})
}

// sweeping notes that the sweeper is alive and, after a time in which it was not, holds what fell due
// meanwhile.
func (a *App) sweeping(ctx context.Context, now time.Time) error {
	known, seen := a.hold.alive()
	if known && now.Sub(seen) < time.Minute {
		return nil
	}
	down := false
	err := a.db.System(ctx, "sweeper", func(tx *store.SystemTx) error {
		s, ok, err := tx.Setting(seenSetting)
		if err != nil {
			return err
		}
		us, err := strconv.ParseInt(s, 10, 64)
		down = ok && err == nil && !known && now.Sub(time.UnixMicro(us)) > downFor
		if err := tx.DropTyped(now.Add(-typedRests)); err != nil {
			return err
		}
		return tx.SetSetting(seenSetting, strconv.FormatInt(now.UnixMicro(), 10))
	})
	if err != nil {
		a.hold.lost()
		return err
	}
	a.hold.swept(now, down)
	return nil
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

func (h *holdUntil) swept(now time.Time, down bool) {
	h.Lock()
	defer h.Unlock()
	if down {
		h.back, h.until = now, now.Add(holdFor)
	}
	h.known, h.seen = true, now
}

// of is the end of the hold for something that fell due at due; zero when it is not held.
func (h *holdUntil) of(due time.Time) time.Time {
	h.Lock()
	defer h.Unlock()
	if due.Before(h.back) {
		return h.until
	}
	return time.Time{}
}

// due applies the clock to one promise that was seen as due.
func (a *App) due(ctx context.Context, seen desk.Promise) error {
	v := desk.System("clock")
	c, err := a.Client(ctx, v, seen.Client)
	if err != nil {
		return err
	}
	now := a.Now()
	var repair []Window
	if seen.Kind != desk.Confirm {
		if repair, err = a.repairs(ctx, c, seen, now); err != nil {
			return err
		}
	}
	held := a.hold.of(seen.Due)
	return a.onTicket(ctx, v, c, seen.Ticket, func(x *act) error {
		p, err := x.promise(seen.ID)
		if desk.Is(err, desk.Conflict) {
			return nil // kept or moved meanwhile
		}
		if err != nil {
			return err
		}
		if p.Kind == desk.Confirm {
			if x.now().Before(p.Due) {
				return nil
			}
			return x.confirmDue(p)
		}
		wait := maxTime(p.BreaksAt(), held)
		if x.now().Before(wait) {
			p.FireAt = wait
			return x.put(p)
		}
		return x.breakPromise(p, repair)
	})
}

// repairs gives the windows in which a supervisor can repair p: from its due instant while that is
// fresh, so that "by 9:30" follows "by 9:00", else from now.
func (a *App) repairs(ctx context.Context, c desk.Client, p desk.Promise, now time.Time) ([]Window, error) {
	from := now
	if now.Sub(p.Due) < downFor {
		from = p.Due
	}
	ws, err := a.windows(ctx, c, coverage.Query{Client: int64(c.ID), Lead: true, From: from, Until: from.Add(24 * time.Hour)})
	if err != nil {
		return nil, err
	}
	usable := ws[:0]
	for _, w := range ws {
		if w.Covered && w.End.After(now.Add(5*time.Minute)) {
			usable = append(usable, w)
		}
	}
	return usable, nil
}

// breakPromise ends p as broken at its due instant: the person is told, a supervisor is named, a
// repair is promised. It is one unit of work.
func (x *act) breakPromise(p desk.Promise, repairs []Window) error {
	p, err := p.Break(x.now())
	if err != nil {
		return err
	}
	x.broke = true
	x.t.Breaks++
	if x.t.State == desk.Asked {
		x.t.State = desk.Working
	}
	if err := x.end(p, desk.PromiseBroken, desk.EventData{Reason: "due"}); err != nil {
		return err
	}
	np := desk.Promise{
		ID: desk.PromiseID(x.tx.NewID()), Kind: p.Kind, Source: p.Source, Channel: p.Channel, Address: p.Address, Lang: p.Lang,
		Skill: p.Skill, Role: desk.Supervisor, RepairOf: p.ID, Voicemail: p.Voicemail, Unproven: p.Unproven, Text: p.Text,
	}
	for _, w := range repairs {
		seat, err := x.book(w, np.ID)
		if desk.Is(err, desk.Conflict) {
			continue
		}
		if err != nil {
			return err
		}
		np.Owner, np.Start, np.Due = desk.StaffID(seat.Person), w.Start, w.End
		break
	}
	if np.Due.IsZero() {
		// Nobody who leads is rostered: the duty role is accountable, and that is an incident by itself.
		np.Due = x.now().Add(time.Hour)
		np.Start = np.Due
		if !x.closing {
			if err := x.raise(desk.AlertNobodyLeads, p.ID, desk.FlagNone, "a promise broke and no supervisor is rostered"); err != nil {
				return err
			}
		}
	}
	if np, err = x.add(np); err != nil {
		return err
	}
	if x.t.Breaks > 1 {
		if err := x.raise(desk.AlertSecondBreak, p.ID, desk.FlagNone, "broke again: break "+strconv.Itoa(x.t.Breaks)); err != nil {
			return err
		}
	}
	return x.tell(desk.SayBroken, np, 0, map[string]string{
		"due": strconv.FormatInt(p.Due.UnixMicro(), 10), "broken": strconv.FormatInt(int64(p.ID), 10),
	})
}

// Sweep applies the clock to at most n due promises, one after the other. It gives how many it looked
// at and when the next falls due (zero: none).
func (a *App) Sweep(ctx context.Context, n int) (done int, next time.Time, err error) {
	rows, err := sweeper{a}.Claim(ctx, a.Now(), n, 0)
	if err != nil {
		return 0, next, err
	}
	for _, r := range rows {
		if err := r.Work(ctx); err != nil {
			return done, next, err
		}
		done++
	}
	next, err = a.NextDue(ctx)
	return done, next, err
}

// NextDue is when the next live promise falls due; zero when nothing is promised.
func (a *App) NextDue(ctx context.Context) (next time.Time, err error) {
	err = a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) error {
		at, ok, err := tx.NextDue()
		if ok {
			next = at
		}
		return err
	})
	return next, err
}

// SweepLag is how long the oldest due promise has waited for the sweeper; zero when none waits.
func (a *App) SweepLag(ctx context.Context) (time.Duration, error) {
	now := a.Now()
	var lag time.Duration
	err := a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) error {
		at, ok, err := tx.OldestDue(now)
		if ok {
			lag = now.Sub(at)
		}
		return err
	})
	return lag, err
}
