package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
)

// Sweeper is the source of due promises for a job loop. Each promise is applied in a unit of work of
// its own, and only if it is still live then: two nodes that see the same promise break it once.
func (a *App) Sweeper() job.Source { return sweeper{a} }

type sweeper struct{ a *App }

// Claim gives the promises whose time has come, one for each person: the others go with it. It takes no lease: the promise's own state is one.
func (s sweeper) Claim(ctx context.Context, now time.Time, n int, _ time.Duration) ([]job.Row, error) {
	if err := s.a.sweeping(ctx, now); err != nil {
		return nil, err
	}
	if err := s.a.escalate(ctx, now); err != nil {
		// Promises do not wait for it: it is tried again with the next look.
		s.a.log.ErrorContext(ctx, "alerts could not be escalated", "err", err)
	}
	var due []desk.Promise
	var waits []store.TicketKey
	err := s.a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) (err error) {
		if due, err = tx.DuePromises(now, n); err != nil {
			return err
		}
		waits, err = tx.Waited(now, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	var rows []job.Row
	seen := map[[2]int64]bool{}
	for _, p := range due {
		who := [2]int64{int64(p.Client), int64(p.Requester)}
		if seen[who] {
			continue
		}
		seen[who] = true
		rows = append(rows, job.Row{
			ID: strconv.FormatInt(int64(p.Client), 10) + "/" + strconv.FormatInt(int64(p.ID), 10), Attempts: 1, FireAt: p.FireAt,
			Work: func(ctx context.Context) error { return s.a.due(ctx, p) },
		})
	}
	for _, t := range waits {
		rows = append(rows, job.Row{
			ID: waitRow + strconv.FormatInt(int64(t.Client), 10) + "/" + strconv.FormatInt(int64(t.ID), 10), Attempts: 1, FireAt: now,
			Work: func(ctx context.Context) error { return s.a.waited(ctx, t.Client, t.ID) },
		})
	}
	return rows, nil
}

// waitRow begins the id of a row that is a question whose waiting has ended.
const waitRow = "wait "

// Return looks again later at a promise that could not be applied, so that it does not stand in the
// way of others. It stays live and due: the board and the lag show it.
func (s sweeper) Return(ctx context.Context, row job.Row, at time.Time, _ string) error {
	if strings.HasPrefix(row.ID, waitRow) {
		return nil // it stays as it is, and is seen again
	}
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

// due applies the clock to everything that is due to the person to whom seen is: in one unit of work, so
// that they hear of it once.
func (a *App) due(ctx context.Context, seen desk.Promise) error {
	v := desk.System("clock")
	c, err := a.Client(ctx, v, seen.Client)
	if err != nil {
		return err
	}
	now := a.Now()
	var list []desk.Promise
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) (err error) {
		list, err = tx.DueTo(seen.Requester, now)
		return err
	})
	if err != nil {
		return err
	}
	repairs := map[desk.PromiseID][]Window{}
	for _, p := range list {
		if repairs[p.ID], err = a.repairs(ctx, c, p, now); err != nil {
			return err
		}
	}
	return a.db.Write(ctx, v, c.ID, func(tx *store.Tx) error {
		list, err := tx.DueTo(seen.Requester, now)
		if err != nil {
			return err
		}
		var acts []*act
		for _, p := range list {
			windows, ok := repairs[p.ID]
			if !ok {
				continue // it came up meanwhile, and is claimed by itself
			}
			i := slices.IndexFunc(acts, func(x *act) bool { return x.t.ID == p.Ticket })
			if i < 0 {
				x, err := a.begin(tx, v, c, p.Ticket)
				if err != nil {
					return err
				}
				i, acts = len(acts), append(acts, x)
			}
			if err := acts[i].fallDue(p.ID, windows, a.hold.of(p.Due)); err != nil {
				return err
			}
		}
		if err := apologise(acts); err != nil {
			return err
		}
		for _, x := range acts {
			if err := x.save(); err != nil {
				return err
			}
		}
		return nil
	})
}

// fallDue applies the clock to one promise that is due, unless something holds it until held.
func (x *act) fallDue(id desk.PromiseID, repairs []Window, held time.Time) error {
	p, err := x.promise(id)
	if desk.Is(err, desk.Conflict) {
		return nil // another one that was due has settled it
	}
	if err != nil {
		return err
	}
	if p.Kind == desk.Confirm {
		return x.confirmDue(p)
	}
	if p.AnsweredOut != 0 {
		o, err := x.tx.Out(p.AnsweredOut)
		if err != nil {
			return err
		}
		if !o.SentAt.IsZero() {
			return x.arrived(o)
		}
	}
	wait := maxTime(p.BreaksAt(), held)
	if x.now().Before(wait) {
		p.FireAt = wait
		return x.put(p)
	}
	return x.breakPromise(p, repairs)
}

// repairs gives the windows in which a supervisor can repair p: from its due instant while that is
// fresh, so that "by 9:30" follows "by 9:00", else from now.
func (a *App) repairs(ctx context.Context, c desk.Client, p desk.Promise, now time.Time) ([]Window, error) {
	if p.Kind == desk.Confirm {
		return nil, nil
	}
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

// breakPromise ends p as broken at its due instant: a supervisor is named, a repair is promised. What the
// person is told of it is left to apologise, in the same unit of work.
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
	x.sorry = append(x.sorry, np)
	return nil
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

// NextDue is when the next live promise falls due or the next wait ends; zero when there is neither.
func (a *App) NextDue(ctx context.Context) (next time.Time, err error) {
	err = a.db.Claim(ctx, "sweeper", func(tx *store.SystemTx) error {
		at, ok, err := tx.NextDue()
		if err != nil {
			return err
		}
		if ok {
			next = at
		}
		at, ok, err = tx.NextWaited()
		if ok && (next.IsZero() || at.Before(next)) {
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
