package app

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/sla"
	"kept/internal/store"
)

// Clocker is the source of questions whose row of clocks is to be made again, for a job loop.
func (a *App) Clocker() job.Source { return clocker{a} }

type clocker struct{ a *App }

// foldsAtOnce is how many questions of one client share a unit of work, FoldBatch how many a claim gives: with a
// claim a second a flood of questions costs a few hundredths of a processor, and their rows come later.
const (
	foldsAtOnce = 32
	FoldBatch   = 64
)

// Claim gives the questions by client. It takes no lease: two nodes that count the same question write the same row.
func (s clocker) Claim(ctx context.Context, now time.Time, _ int, _ time.Duration) ([]job.Row, error) {
	return s.claim(ctx, now, FoldBatch)
}

func (s clocker) claim(ctx context.Context, now time.Time, n int) ([]job.Row, error) {
	var keys, warned, past []store.TicketKey
	if err := s.a.countByRules(ctx); err != nil {
		return nil, err
	}
	err := s.a.db.Claim(ctx, "clocks", func(tx *store.SystemTx) (err error) {
		if keys, err = tx.ToFold(now, n); err != nil {
			return err
		}
		if len(keys) < n {
			if past, err = tx.Uncounted(n - len(keys)); err != nil {
				return err
			}
		}
		if err = tx.LookAtWarnings(now); err != nil {
			return err
		}
		warned, err = tx.WarningsDue(now, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	fold := func(ctx context.Context, c desk.ClientID, ts []desk.TicketID) error {
		return s.a.fold(ctx, c, ts, len(warned) > 0)
	}
	rows := batches("clocks", append(keys, warned...), foldsAtOnce, now, fold)
	return append(rows, batches("first replies", past, foldsAtOnce, now, s.a.countFirst)...), nil
}

// rulesSetting is by which rules the rows of clocks were made.
const rulesSetting = "clock_rules"

// oldRules reports whether rows of clocks may have been made by other rules than those of this program.
func (a *App) oldRules(ctx context.Context, v desk.Viewer) (old bool, err error) {
	if a.ruled.Load() {
		return false, nil
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		have, _, err := tx.Setting(rulesSetting)
		old = have != strconv.Itoa(sla.Rules)
		return err
	})
	if err == nil && !old {
		a.ruled.Store(true)
	}
	return old, err
}

// countByRules has every open question counted again, once, when the program counts by other rules than before.
func (a *App) countByRules(ctx context.Context) error {
	old, err := a.oldRules(ctx, desk.System("clocks"))
	if err != nil || !old {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	err = a.db.System(ctx, "clocks", func(tx *store.SystemTx) error {
		for _, c := range know.clients {
			if err := tx.ForClient(c.ID).FoldOpen(); err != nil {
				return err
			}
		}
		return tx.SetSetting(rulesSetting, strconv.Itoa(sla.Rules))
	})
	if err == nil {
		a.ruled.Store(true)
	}
	return err
}

// batches are rows that do work for at most n questions of one client each.
func batches(name string, keys []store.TicketKey, n int, now time.Time, work func(context.Context, desk.ClientID, []desk.TicketID) error) (rows []job.Row) {
	byClient := map[desk.ClientID][]desk.TicketID{}
	for _, k := range keys {
		if !slices.Contains(byClient[k.Client], k.ID) {
			byClient[k.Client] = append(byClient[k.Client], k.ID)
		}
	}
	for _, c := range slices.Sorted(maps.Keys(byClient)) {
		for some := range slices.Chunk(byClient[c], n) {
			rows = append(rows, job.Row{
				ID: name + " " + strconv.FormatInt(int64(c), 10) + "/" + strconv.FormatInt(int64(some[0]), 10), Attempts: 1, FireAt: now,
				Work: func(ctx context.Context) error { return work(ctx, c, some) },
			})
		}
	}
	return rows
}

// Return does nothing: what is not counted yet is seen again.
func (s clocker) Return(context.Context, job.Row, time.Time, string) error { return nil }

// folding stores how questions of one client stand.
type folding struct {
	*counting
	tx     *store.Tx
	client desk.Client
	on     *duty
	have   counted // of before
	warned map[desk.TicketID][]desk.Warning
	rings  bool
}

// fold counts some questions of one client and stores how they stand. Where it is asked who is on shift now, the roster
// is that of this instant.
func (a *App) fold(ctx context.Context, cid desk.ClientID, some []desk.TicketID, shifts bool) error {
	return a.folding(ctx, cid, some, shifts, func(k *folding) (err error) {
		if k.have.replies, err = k.tx.FirstReplies(some); err != nil {
			return err
		}
		err = k.tx.HistoriesOf(some, func(t desk.ClockFacts, events []desk.Event) error {
			all := k.clocks(t, events, k.tx.Now())
			if err := k.save(t, all); err != nil {
				return err
			}
			_, err := a.warn(k, t, events, all)
			return err
		})
		if err != nil {
			return err
		}
		return k.tx.Folded(some)
	})
}

// folding runs a unit of work that stores how some questions of one client stand.
func (a *App) folding(ctx context.Context, cid desk.ClientID, some []desk.TicketID, shifts bool, do func(*folding) error) error {
	v := desk.System("clocks")
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	if shifts {
		err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
			_, err := a.rosterIn(tx, tx.Now(), tx.Now())
			return err
		})
		if err != nil {
			return err
		}
	}
	on, err := a.onDuty(ctx, a.Now())
	if err != nil {
		return err
	}
	rings := false
	err = a.db.Write(ctx, v, cid, func(tx *store.Tx) (err error) {
		k := &folding{tx: tx, client: c, on: on}
		if k.counting, err = a.counting(tx.ReadTx, c, know); err != nil {
			return err
		}
		if k.warned, err = tx.WarningsOf(some); err != nil {
			return err
		}
		err = do(k)
		rings = k.rings
		return err
	})
	if err == nil && rings {
		a.callSoon()
	}
	return err
}

// save stores how a question stands whose clocks are all.
func (k *folding) save(t desk.ClockFacts, all []sla.Outlook) error {
	if err := keepFirstReply(k.tx, t.Ticket, all, k.have.replies); err != nil {
		return err
	}
	if row, ok := pressing(t, all, k.book, k.tx.Now()); ok {
		return k.tx.SaveClock(row)
	}
	return k.tx.DropClock(t.Ticket)
}

// Fold counts at most n questions whose clocks wait for it, those of a client together. It gives how many batches there were.
func (a *App) Fold(ctx context.Context, n int) (done int, err error) {
	rows, err := clocker{a}.claim(ctx, a.Now(), n)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if err := r.Work(ctx); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// NextFold is when clocks are next to be counted, or somebody warned, though nothing happens; zero when none are.
func (a *App) NextFold(ctx context.Context) (next time.Time, err error) {
	err = a.db.Claim(ctx, "clocks", func(tx *store.SystemTx) error {
		for _, of := range []func() (time.Time, bool, error){tx.NextFold, tx.NextWarning} {
			at, ok, err := of()
			if err != nil {
				return err
			}
			if ok && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		return nil
	})
	return next, err
}
