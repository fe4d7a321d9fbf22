package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/law"
	"kept/internal/sla"
	"kept/internal/store"
)

// Verified is what Verify found.
type Verified struct {
	Tickets int
	Calls   int      // of phone systems
	Broken  []string // a sentence each, with the number of the ticket and no personal data; at most verifyMost
}

const (
	verifyMost   = 100
	verifyPage   = 200  // questions of one client that are read together
	verifyAtOnce = 2000 // that lie together, of all clients
)

// Verify reads every question of every client, holds it against the laws and its row of clocks against its history.
// It changes nothing.
func (a *App) Verify(ctx context.Context, v desk.Viewer) (Verified, error) {
	var out Verified
	if v.Who != desk.WhoSystem {
		return out, errAdminOnly
	}
	f, err := a.know(ctx)
	if err != nil {
		return out, err
	}
	old, err := a.oldRules(ctx, v)
	if err != nil {
		return out, err
	}
	for _, c := range f.clients {
		if err := a.verifyCalls(ctx, v, c, &out); err != nil {
			return out, err
		}
	}
	for last, more := (store.OpenedKey{}), true; more; {
		var keys []store.TicketKey
		err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
			along, err := tx.TicketsAlong(last, verifyAtOnce)
			for _, last = range along {
				keys = append(keys, last.TicketKey)
			}
			return err
		})
		if err != nil {
			return out, err
		}
		more = len(keys) == verifyAtOnce
		for _, r := range batches("questions", keys, verifyPage, a.Now(), func(ctx context.Context, id desk.ClientID, some []desk.TicketID) error {
			f, err := a.know(ctx) // a question may have come since, about something new
			if err != nil {
				return err
			}
			c, err := f.one(id)
			if err != nil {
				return err
			}
			return a.db.Read(ctx, v, id, func(tx *store.ReadTx) error {
				k, err := a.counting(tx, c, f)
				if err != nil {
					return err
				}
				return k.verifySome(tx, old, some, &out)
			})
		}) {
			if err := r.Work(ctx); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// verifySome is Verify of some questions of the client of tx.
func (k *counting) verifySome(tx *store.ReadTx, old bool, some []desk.TicketID, out *Verified) error {
	tickets, err := tx.TicketsByID(some)
	if err != nil {
		return err
	}
	list := slices.SortedFunc(maps.Values(tickets), func(a, b desk.Ticket) int { return cmp.Compare(a.ID, b.ID) })
	read, err := k.read(tx, list)
	if err != nil {
		return err
	}
	have, err := countedOf(tx, some)
	if err != nil {
		return err
	}
	have.old = old
	for _, q := range read {
		k.verify(q, have, tx.Now(), out)
	}
	return nil
}

// verifyCalls holds what is stored of the calls of a client against their instants.
func (a *App) verifyCalls(ctx context.Context, v desk.Viewer, c desk.Client, out *Verified) error {
	return a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		b, err := a.bookIn(tx, c)
		if err != nil {
			return err
		}
		calls, err := tx.PhoneCalls(tx.Now().Add(-2*desk.CallKept), tx.Now().Add(time.Hour))
		if err != nil {
			return err
		}
		for _, call := range calls {
			if wrong := callWrong(b, call); wrong != "" && len(out.Broken) < verifyMost {
				out.Broken = append(out.Broken, wrong)
			}
			out.Calls++
		}
		return nil
	})
}

// question is everything that belongs to one, words apart, and its clocks.
type question struct {
	law.File
	facts desk.ClockFacts
	all   []sla.Outlook
}

// read gives some questions of the client of tx.
func (k *counting) read(tx *store.ReadTx, some []desk.Ticket) ([]question, error) {
	files, err := Files(tx, some)
	if err != nil {
		return nil, err
	}
	facts, err := tx.FactsOf(idsOf(some))
	if err != nil {
		return nil, err
	}
	all := make([]question, len(files))
	for i, f := range files {
		t := facts[f.Ticket.ID]
		all[i] = question{f, t, k.clocks(t, f.Events, tx.Now())}
	}
	return all, nil
}

// verify holds a question against the laws, and what is stored of its clocks against its history.
func (k *counting) verify(q question, have counted, now time.Time, out *Verified) {
	out.Tickets++
	if err := q.Check(coverage.Roster{}); err != nil && len(out.Broken) < verifyMost {
		out.Broken = append(out.Broken, err.Error())
	}
	if wrong := k.clockWrong(have, q, now); wrong != "" && len(out.Broken) < verifyMost {
		out.Broken = append(out.Broken, wrong)
	}
}

// FoldAndVerify is Verify for some questions, and counts those first that wait for it, from what it reads for the laws.
func (a *App) FoldAndVerify(ctx context.Context, v desk.Viewer, some []store.TicketKey) (out Verified, err error) {
	if v.Who != desk.WhoSystem {
		return out, errAdminOnly
	}
	if err := a.countByRules(ctx); err != nil {
		return out, err
	}
	now := a.Now()
	if err := a.db.Claim(ctx, "clocks", func(tx *store.SystemTx) error { return tx.LookAtWarnings(now) }); err != nil {
		return out, err
	}
	rows := batches("questions", some, verifyPage, now, func(ctx context.Context, c desk.ClientID, ts []desk.TicketID) error {
		for len(ts) > 0 {
			var found Verified
			var again []desk.TicketID
			err := a.folding(ctx, c, ts, true, func(k *folding) (err error) {
				found = Verified{Tickets: out.Tickets, Broken: slices.Clone(out.Broken)}
				again, err = a.foldAndVerify(k, ts, &found)
				return err
			})
			if err != nil {
				return err
			}
			out, ts = found, again
		}
		return nil
	})
	for _, r := range rows {
		if err := r.Work(ctx); err != nil {
			return out, err
		}
	}
	return out, nil
}

// foldAndVerify is FoldAndVerify for some questions of one client. Those of which counting has put something on record it gives
// back, to be read again with that.
func (a *App) foldAndVerify(k *folding, some []desk.TicketID, out *Verified) (again []desk.TicketID, err error) {
	tx, now := k.tx.ReadTx, k.tx.Now()
	tickets, err := tx.TicketsByID(some)
	if err != nil {
		return nil, err
	}
	list := make([]desk.Ticket, len(some))
	for i, id := range some {
		t, ok := tickets[id]
		if !ok {
			return nil, desk.Errorf(desk.NotFound, "not_found", "There is no such question.")
		}
		list[i] = t
	}
	read, err := k.read(tx, list)
	if err != nil {
		return nil, err
	}
	if k.have, err = countedOf(tx, some); err != nil {
		return nil, err
	}
	var folded []desk.TicketID
	for _, q := range read {
		t := q.facts.Ticket
		if k.have.waits(t, now) {
			folded = append(folded, t)
			if err := k.save(q.facts, q.all); err != nil {
				return nil, err
			}
		} else if !slices.ContainsFunc(k.warned[t], func(w desk.Warning) bool { return !w.FireAt.After(now) }) {
			continue
		}
		noted, err := a.warn(k, q.facts, q.Events, q.all)
		if err != nil {
			return nil, err
		}
		if noted {
			again = append(again, t)
		}
	}
	if err := k.tx.Folded(folded); err != nil {
		return nil, err
	}
	after, err := countedOf(tx, folded)
	if err != nil {
		return nil, err
	}
	for _, q := range read {
		t, have := q.facts.Ticket, k.have
		if slices.Contains(folded, t) {
			have = after
		}
		if !slices.Contains(again, t) {
			k.verify(q, have, now, out)
		}
	}
	return again, nil
}

// Files reads everything that belongs to some tickets of one client, words apart, for the laws.
func Files(tx *store.ReadTx, tickets []desk.Ticket) ([]law.File, error) {
	ids := idsOf(tickets)
	var promises map[desk.TicketID][]desk.Promise
	var seats map[desk.TicketID]map[desk.PromiseID]coverage.Seat
	var events map[desk.TicketID][]desk.Event
	var attempts map[desk.TicketID][]desk.Attempt
	var outs map[desk.TicketID][]desk.Out
	var alerts map[desk.TicketID][]desk.Alert
	err := tx.Together(
		func() (err error) { promises, err = tx.PromisesOf(ids); return err },
		func() (err error) { seats, err = tx.SeatsOf(ids); return err },
		func() (err error) { events, err = tx.EventsOf(ids); return err },
		func() (err error) { attempts, err = tx.AttemptsOf(ids); return err },
		func() (err error) { outs, err = tx.OutsOf(ids); return err },
		func() (err error) { alerts, err = tx.AlertsEverOf(ids); return err },
	)
	if err != nil {
		return nil, err
	}
	files := make([]law.File, len(tickets))
	for i, t := range tickets {
		files[i] = law.File{
			Now: tx.Now(), Ticket: t, Promises: byID(promises[t.ID]), Seats: seats[t.ID], Events: events[t.ID],
			Attempts: attempts[t.ID], Outs: outs[t.ID], Alerts: alerts[t.ID],
		}
		if files[i].Sorry, err = sorry(tx, files[i]); err != nil {
			return nil, err
		}
		if files[i].Alerts, err = alertsOnward(tx, t, files[i].Alerts); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func idsOf(tickets []desk.Ticket) []desk.TicketID {
	ids := make([]desk.TicketID, len(tickets))
	for i, t := range tickets {
		ids[i] = t.ID
	}
	return ids
}

// File is Files of one ticket.
func File(tx *store.ReadTx, t desk.Ticket) (law.File, error) {
	return (&Changes{tx: tx}).file(t, law.File{})
}

// fileParts are the tables that a file is made of.
var fileParts = []string{"promise", "booking", "event", "attempt", "outbox", "alert"}

// Changes are what a unit of work has changed of the tables that files are made of.
type Changes struct {
	tx       *store.ReadTx
	known    map[string]bool // of a table: whether some of its rows have changed; all may have, where nothing is known of it
	promises []desk.Promise  // that have changed, where some have
	outs     []desk.Out
}

// ChangesOf reads the rows that a unit of work has changed, once for all the questions that it touched.
func ChangesOf(tx *store.Tx) (*Changes, error) {
	c := &Changes{tx: tx.ReadTx, known: map[string]bool{}}
	for _, table := range fileParts {
		ids, all := tx.Changed(table)
		switch {
		case all:
			continue
		case len(ids) == 0:
		case table == "promise":
			if err := those(tx.Promise, ids, func(p desk.Promise) { c.promises = append(c.promises, p) }); err != nil {
				return nil, err
			}
		case table == "outbox":
			if err := those(tx.ReadTx.Out, ids, func(o desk.Out) { c.outs = append(c.outs, o) }); err != nil {
				return nil, err
			}
		default:
			continue
		}
		c.known[table] = len(ids) > 0
	}
	return c, nil
}

// File is File for somebody who has that of the ticket as it was before the unit of work: only that is read of which the unit
// has changed anything. What a unit that touches no ticket has changed since then, as a claim does, it may not show: where a
// law does not hold all is read before anything is said, and every night reads everything.
func (c *Changes) File(t desk.Ticket, was law.File) (law.File, error) {
	if was.Ticket.ID == 0 {
		return File(c.tx, t)
	}
	return c.file(t, was)
}

func (c *Changes) file(t desk.Ticket, f law.File) (law.File, error) {
	f.Now, f.Ticket = c.tx.Now(), t
	var parts []func() error
	for _, table := range fileParts {
		switch some, known := c.known[table]; {
		case !known:
			parts = append(parts, func() error { return filePart(c.tx, &f, table) })
		case some:
			c.apply(&f, table)
		}
	}
	err := c.tx.Together(parts...)
	if err != nil {
		return f, err
	}
	if f.Sorry, err = sorry(c.tx, f); err == nil {
		f.Alerts, err = alertsOnward(c.tx, t, f.Alerts)
	}
	return f, err
}

// apply puts the rows that have changed in place of those that f had.
func (c *Changes) apply(f *law.File, table string) {
	if table == "promise" {
		f.Promises = maps.Clone(f.Promises)
		for _, p := range c.promises {
			if p.Ticket == f.Ticket.ID {
				f.Promises[p.ID] = p
			}
		}
		return
	}
	f.Outs = slices.Clone(f.Outs)
	for _, o := range c.outs {
		i, known := slices.BinarySearchFunc(f.Outs, o.ID, func(have desk.Out, id int64) int { return cmp.Compare(id, have.ID) }) // newest first
		switch {
		case o.Ticket != f.Ticket.ID:
		case known:
			f.Outs[i] = o
		default:
			f.Outs = slices.Insert(f.Outs, i, o)
		}
	}
}

// filePart reads the rows of one table anew, of events those that have come.
func filePart(tx *store.ReadTx, f *law.File, table string) (err error) {
	t := f.Ticket.ID
	switch table {
	case "promise":
		var promises []desk.Promise
		promises, err = tx.Promises(t)
		f.Promises = byID(promises)
	case "booking":
		f.Seats, err = tx.SeatsFor(t)
	case "event":
		f.Events, err = tx.EventsAfter(f.Ticket, f.Events)
	case "attempt":
		f.Attempts, err = tx.Attempts(t)
	case "outbox":
		f.Outs, err = tx.Outs(t)
	case "alert":
		f.Alerts, err = tx.AlertsEver(t)
	}
	return err
}

// alertsOnward adds to the alerts of a question that was merged those of where it goes on: the open ones went there.
func alertsOnward(tx *store.ReadTx, t desk.Ticket, all []desk.Alert) ([]desk.Alert, error) {
	var err error
	for err == nil && t.Into != 0 {
		var more []desk.Alert
		if t, err = tx.Ticket(t.Into); err == nil {
			more, err = tx.AlertsEver(t.ID)
		}
		all = append(slices.Clip(all), more...)
	}
	return all, err
}

// those gives to each the rows with these ids; of another client there may be rows with the same.
func those[K ~int64, T any](one func(K) (T, error), ids []int64, each func(T)) error {
	for _, id := range ids {
		row, err := one(K(id))
		if err == nil {
			each(row)
		} else if !desk.Is(err, desk.NotFound) {
			return err
		}
	}
	return nil
}

func byID(promises []desk.Promise) map[desk.PromiseID]desk.Promise {
	by := make(map[desk.PromiseID]desk.Promise, len(promises))
	for _, p := range promises {
		by[p.ID] = p
	}
	return by
}

// sorry gives the news of breaks that may speak of f's promises: its own, and while one that broke is not
// known to be told, those of the person's other questions.
func sorry(tx *store.ReadTx, f law.File) ([]desk.Out, error) {
	news := func(outs []desk.Out) []desk.Out {
		return slices.DeleteFunc(slices.Clone(outs), func(o desk.Out) bool { return o.Trigger != desk.SayBroken })
	}
	all := news(f.Outs)
	untold := false
	for _, p := range f.Promises {
		untold = untold || p.State == desk.Broken && p.ToldAt.IsZero()
	}
	if !untold {
		return all, nil
	}
	tickets, err := tx.TicketsOf(f.Ticket.Requester, 100)
	if err != nil {
		return nil, err
	}
	for _, t := range tickets {
		if t.ID == f.Ticket.ID {
			continue
		}
		outs, err := tx.Outs(t.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, news(outs)...)
	}
	return all, nil
}
