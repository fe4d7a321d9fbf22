package app

import (
	"context"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Period is a time that figures are about.
type Period string

const (
	ThisMonth   Period = "month"
	LastMonth   Period = "last-month"
	ThisQuarter Period = "quarter"
)

// In gives [from, until) of p as now stands in zone, by the calendar of that zone. Until of a period that
// has not ended is now.
func (p Period) In(now time.Time, zone *time.Location) (from, until time.Time) {
	t := now.In(zone)
	month := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, zone)
	switch p {
	case LastMonth:
		return month.AddDate(0, -1, 0), month
	case ThisQuarter:
		return month.AddDate(0, -int(t.Month()-1)%3, 0), now
	}
	return month, now
}

// Figures are how the desk did for one client in a period, without a name of anybody. Promises count when they
// end; those to ask again whether it is fixed are the clock's own and count nowhere.
type Figures struct {
	Client      desk.Client
	Period      Period
	From, Until time.Time
	Now         time.Time // of the figures

	// What we promised and had to keep. Repairs are not among them.
	Kept, KeptLate, Broken, MovedByUs int
	Repaired                          int              // broken promises, also of earlier periods, that were made good
	Breaks                            []store.BrokenIn // the latest first, brokenMost at most; repairs that broke are among them

	// What counts neither way, by reason.
	MovedByPerson, NotReached, Withdrawn, Voided, Asking int

	Opened                                  int // questions
	Confirmed, Unheard, NotNeeded, Excluded int // how they ended: with the person's yes; without a word; not needed; spam or duplicates
	Merged                                  int // put together with another question of the same person, which counts
	NotFixed, Reopened                      int // times that somebody said: not fixed; of them, after the question was closed

	FirstInTime, FirstLate int            // first replies that the agreement asks for
	FirstOut               map[string]int // those that count neither way, by the code of an sla.Exclusion

	Calls CallFigures // to the lines of the client

	Open, Clocks, Missed int // now: open questions, those with a clock of the agreement, those of which one was missed
}

// Due is how many promises had to be kept in the period.
func (f Figures) Due() int { return f.Kept + f.KeptLate + f.Broken + f.MovedByUs }

// brokenMost is how many broken promises are listed; all are counted.
const brokenMost = 100

// figuresLast is how old figures may be: many pages of one client cost no more than one.
const figuresLast = 4 * time.Second

type figuresKey struct {
	client desk.ClientID
	period Period
}

// OwnClient is the client that v leads; NotFound for everybody else.
func (a *App) OwnClient(ctx context.Context, v desk.Viewer) (desk.Client, error) {
	know, err := a.know(ctx)
	if err != nil {
		return desk.Client{}, err
	}
	c, ok := know.client[v.Of]
	if !ok || v.Who != desk.WhoLeader || !v.SeesFigures(c.ID) {
		return desk.Client{}, notFound
	}
	return c, nil
}

// Figures gives how the desk did for a client, to who leads it, who has a link to that, and staff who serve it; NotFound for everybody
// else. They are at most figuresLast old.
func (a *App) Figures(ctx context.Context, v desk.Viewer, c desk.ClientID, p Period) (Figures, error) {
	if !v.SeesFigures(c) {
		return Figures{}, notFound
	}
	switch p {
	case ThisMonth, LastMonth, ThisQuarter:
	default:
		p = ThisMonth
	}
	key, now := figuresKey{c, p}, a.Now()
	if f, ok := a.figures.get(key, now, figuresLast); ok {
		return f.to(v), nil
	}
	know, err := a.know(ctx)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Client: know.client[c], Period: p, Now: now}
	if f.Client.ID == 0 {
		return Figures{}, notFound
	}
	f.From, f.Until = p.In(now, zoneOf(f.Client))
	// A leader sees no client by the doors that others have; this is theirs, and it counts only.
	counter := desk.Viewer{Who: v.Who, Staff: v.Staff, Name: v.Name, Clients: []desk.ClientID{c}, Route: v.Route}
	err = a.db.Read(ctx, counter, c, func(tx *store.ReadTx) error { return f.read(tx) })
	if err != nil {
		return Figures{}, err
	}
	a.figures.keep(key, f, now)
	return f.to(v), nil
}

// to is what v sees of f: who has a shared link sees counts, and no question of its own.
func (f Figures) to(v desk.Viewer) Figures {
	if v.Who == desk.WhoShare {
		f.Breaks = nil
	}
	return f
}

func (f *Figures) read(tx *store.ReadTx) error {
	until := f.Until
	if f.Period != LastMonth {
		until = until.Add(time.Microsecond) // what ended just now is in it
	}
	ended, err := tx.EndedIn(f.From, until)
	if err != nil {
		return err
	}
	for _, e := range ended {
		f.add(e)
	}
	if f.Breaks, err = tx.BrokenIn(f.From, until, brokenMost); err != nil {
		return err
	}
	if f.Opened, err = tx.OpenedIn(f.From, until); err != nil {
		return err
	}
	closed, err := tx.ClosedIn(f.From, until)
	if err != nil {
		return err
	}
	f.Confirmed, f.Unheard, f.NotNeeded, f.Excluded = closed[desk.Confirmed], closed[desk.Unconfirmed], closed[desk.NotNeeded], closed[desk.Void]
	f.Merged = closed[desk.Merged]
	if f.NotFixed, f.Reopened, err = tx.NotFixedIn(f.From, until); err != nil {
		return err
	}
	if f.FirstOut, err = tx.FirstRepliesIn(f.From, until); err != nil {
		return err
	}
	f.FirstInTime, f.FirstLate = f.FirstOut[desk.FirstInTime], f.FirstOut[desk.FirstLate]
	delete(f.FirstOut, desk.FirstInTime)
	delete(f.FirstOut, desk.FirstLate)
	if err := f.Calls.read(tx, f.From, until); err != nil {
		return err
	}
	if f.Open, err = tx.OpenNow(); err != nil {
		return err
	}
	f.Clocks, f.Missed, err = tx.ClocksNow()
	return err
}

// add counts promises that ended in one way.
func (f *Figures) add(e store.EndedIn) {
	kept := e.State == desk.Kept || e.State == desk.KeptLate
	switch {
	case e.Asking:
		f.Asking += e.N
	case e.State == desk.Voided:
		f.Voided += e.N
	case e.State == desk.Withdrawn:
		f.Withdrawn += e.N
	case e.State == desk.Moved && e.MovedBy == desk.MovedByPerson:
		f.MovedByPerson += e.N
	case e.State == desk.Moved && e.MovedBy == desk.MovedByMiss:
		f.NotReached += e.N
	case e.State == desk.Moved:
		f.MovedByUs += e.N
	case e.State == desk.Broken:
		f.Broken += e.N // also a repair: the person waited in vain a second time
	case e.Repair && kept:
		f.Repaired += e.N
	case e.State == desk.Kept:
		f.Kept += e.N
	case e.State == desk.KeptLate:
		f.KeptLate += e.N
	}
}
