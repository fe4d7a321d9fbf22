package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/law"
	"kept/internal/store"
)

// laws are the questions that are open or were touched since the last night, as they were read before the last commit that
// touched them.
type laws map[store.TicketKey]law.File

// audit holds every ticket that a unit of work touched against the laws, before its commit. What the unit has not written
// is what it was.
func (w *world) audit(tx *store.Tx, tickets []desk.TicketID) error {
	lawful := laws{}
	changes, err := app.ChangesOf(tx)
	if err != nil {
		return err
	}
	for _, id := range tickets {
		w.report.Audited++
		t, err := tx.Ticket(id)
		if err != nil {
			return err
		}
		key := store.TicketKey{Client: tx.Client(), ID: id}
		f, err := changes.File(t, w.laws[key])
		if err != nil {
			return err
		}
		if f.Check(coverage.Roster{}) != nil { // a claim, say, changes a row and touches no ticket
			if f, err = app.File(tx.ReadTx, t); err == nil {
				err = f.Check(coverage.Roster{})
			}
			if err != nil {
				return err
			}
		}
		lawful[key] = f
	}
	maps.Copy(w.laws, lawful) // of a unit that is undone nothing is kept
	return nil
}

// nightly is how many questions are read together, by when they were asked: what belongs to them lies in few pages then.
const nightly = 2000

// night reads every question that is open or was touched since the last night anew, from its first event, counts its clocks
// where they wait for it, and holds it and what is stored of them against the laws; then it sees that nothing that is due has
// been left.
func (w *world) night() error {
	keys := slices.SortedFunc(maps.Keys(w.laws), func(a, b store.TicketKey) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Client, b.Client))
	})
	for some := range slices.Chunk(keys, nightly) {
		found, err := w.app.FoldAndVerify(w.ctx, lookout, some)
		if err := w.verified(found, err); err != nil {
			return err
		}
	}
	if err := w.fold(); err != nil {
		return err
	}
	maps.DeleteFunc(w.laws, func(_ store.TicketKey, f law.File) bool { return !f.Ticket.State.Open() })
	lag, err := w.app.SweepLag(w.ctx)
	if err == nil && lag > time.Second {
		err = fmt.Errorf("a promise has been due for %s and nobody has looked", lag)
	}
	if err != nil {
		return err
	}
	w.report.Nights++
	w.at(w.now.In(zone).AddDate(0, 0, 1).UTC(), w.night)
	return nil
}

// last is the same of every question that there ever was.
func (w *world) last() error {
	if err := w.fold(); err != nil {
		return err
	}
	found, err := w.app.Verify(w.ctx, lookout)
	if err := w.verified(found, err); err != nil {
		return err
	}
	if found.Tickets != w.report.Tickets {
		return fmt.Errorf("%d questions were asked, %d are there", w.report.Tickets, found.Tickets)
	}
	for r := range w.regions {
		for k := range skills {
			if w.gaps[gapKey{k, r}] != nil {
				w.closeGap(gapKey{k, r})
			}
		}
	}
	for _, h := range w.hospitals {
		clocks, err := w.app.Attainment(w.ctx, lookout, h.ID, w.o.From.UTC(), w.now)
		if err != nil {
			return err
		}
		w.report.add(Report{Clocks: clocks})
	}
	return nil
}

func (w *world) verified(found app.Verified, err error) error {
	w.report.Verified += found.Tickets
	if err == nil && len(found.Broken) > 0 {
		err = errors.New(found.Broken[0])
	}
	return err
}
