package app

import (
	"context"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// act is one unit of work on one ticket: the rows read, the events that it appends, what it tells
// the person. It exists only inside a transaction.
type act struct {
	a       *App
	tx      *store.Tx
	v       desk.Viewer
	c       desk.Client
	was     desk.Ticket // t as it is stored
	t       desk.Ticket
	live    []desk.Promise // live promises of t, kept true as the act goes on
	isNew   bool
	sorry   []desk.Promise // repairs of what broke just now, of which the person is not told yet
	rouses  bool           // one of them broke just now, or was promised for the night: a text of it waits for no morning
	closing bool           // the person closes the question: nothing that breaks now needs a repair
	broke   bool
	due     time.Time                     // when the first of what is new falls due for the sweeper; zero: nothing
	sends   bool                          // something waits for the sender
	unsent  map[desk.PromiseID][]desk.Out // deliveries that were read beforehand; nil: they are read when asked for
}

// onTicket runs fn on a ticket of client c in one unit of work, then stores the ticket.
func (a *App) onTicket(ctx context.Context, v desk.Viewer, c desk.Client, id desk.TicketID, fn func(*act) error) error {
	return a.onAsking(ctx, v, c, store.Ahead{Tickets: []desk.TicketID{id}}, id, fn)
}

func (a *App) onAsking(ctx context.Context, v desk.Viewer, c desk.Client, first store.Ahead, id desk.TicketID, fn func(*act) error) error {
	return a.db.WriteAsking(ctx, v, c.ID, first, func(tx *store.Tx) error { return a.inTx(tx, v, c, id, fn) })
}

func (a *App) inTx(tx *store.Tx, v desk.Viewer, c desk.Client, id desk.TicketID, fn func(*act) error) error {
	x, err := a.begin(tx, v, c, id)
	if err != nil {
		return err
	}
	if err := fn(x); err != nil {
		return err
	}
	return x.save()
}

// begin reads what an act on a ticket needs; save ends it.
func (a *App) begin(tx *store.Tx, v desk.Viewer, c desk.Client, id desk.TicketID) (*act, error) {
	t, err := tx.Ticket(id)
	if err == nil && v.Who == desk.WhoRequester {
		t, err = goneOn(tx.ReadTx, t) // what the person says is heard there
	}
	if err != nil {
		return nil, err
	}
	live, err := tx.LivePromises(t.ID)
	return &act{a: a, tx: tx, v: v, c: c, was: t, t: t, live: live}, err
}

// beginAll is begin for several tickets at once, by id, with the deliveries that still speak of promises.
func (a *App) beginAll(tx *store.Tx, v desk.Viewer, c desk.Client, ids []desk.TicketID, promises []desk.PromiseID) (map[desk.TicketID]*act, error) {
	tickets, err := tx.TicketsByID(ids)
	if err != nil {
		return nil, err
	}
	live, err := tx.LivePromisesOf(ids)
	if err != nil {
		return nil, err
	}
	unsent, err := tx.PendingOuts(promises...)
	if err != nil {
		return nil, err
	}
	acts := make(map[desk.TicketID]*act, len(tickets))
	for id, t := range tickets {
		acts[id] = &act{a: a, tx: tx, v: v, c: c, was: t, t: t, live: live[id], unsent: unsent}
	}
	return acts, nil
}

// byRef finds a ticket by number for v and runs fn on it, unless it goes on in another one. Staff only.
func (a *App) byRef(ctx context.Context, v desk.Viewer, ref desk.Ref, fn func(*act) error) error {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, c, id, func(x *act) error {
		if err := x.goesOn(); err != nil {
			return err
		}
		return fn(x)
	})
}

func (a *App) find(ctx context.Context, v desk.Viewer, ref desk.Ref) (desk.Client, desk.TicketID, error) {
	if !v.IsStaff() {
		return desk.Client{}, 0, errStaffOnly
	}
	t, err := a.db.WhereIs(ctx, v, ref)
	if err != nil {
		return desk.Client{}, 0, err
	}
	c, err := a.Client(ctx, v, t.Client)
	return c, t.ID, err
}

// now is the one instant of the unit of work.
func (x *act) now() time.Time { return x.tx.Now() }

// inTime is now, or the last instant before p was due when that has passed: for what was begun or
// asked in time and is only written down later.
func (x *act) inTime(p desk.Promise) time.Time {
	if now := x.now(); now.Before(p.Due) {
		return now
	}
	return p.Due.Add(-time.Microsecond)
}

// recorded is now, but never before what was recorded last: the clock of another node may be ahead, and that of
// this one may be set back.
func (x *act) recorded() time.Time { return maxTime(x.now(), x.was.ChangedAt) }

// note appends an event that happened at this instant.
func (x *act) note(typ desk.EventType, d desk.EventData) error {
	return x.noteAt(typ, x.now(), x.v.Actor(), d)
}

func (x *act) noteAt(typ desk.EventType, at time.Time, by desk.Actor, d desk.EventData) error {
	x.t.Seq++
	return x.tx.AddEvent(desk.Event{
		Client: x.t.Client, Ticket: x.t.ID, Seq: x.t.Seq, Type: typ, By: by,
		HappenedAt: at, RecordedAt: x.recorded(), Data: d,
	})
}

// settle makes the ticket's due instant that of its earliest live promise.
func (x *act) settle() {
	x.t.Due, x.t.Promise = time.Time{}, 0
	for _, p := range x.live {
		if x.t.Promise == 0 || p.Due.Before(x.t.Due) || p.Due.Equal(x.t.Due) && p.ID < x.t.Promise {
			x.t.Due, x.t.Promise = p.Due, p.ID
		}
	}
	x.t.ChangedAt = x.recorded()
}

func (x *act) save() error {
	x.settle()
	if err := x.tx.ChangeTicket(x.was, x.t); err != nil {
		return err
	}
	x.announce()
	return nil
}

// sweepAt says that the sweeper has something to look at then.
func (x *act) sweepAt(at time.Time) {
	if x.due.IsZero() || at.Before(x.due) {
		x.due = at
	}
}

// announce wakes whoever waits for this change once it is committed.
func (x *act) announce() {
	a, ch := x.a, Change{Client: x.t.Client, Ticket: x.t.ID, Ref: x.t.Ref, New: x.isNew, Broken: x.broke}
	due, sends := x.due, x.sends
	x.tx.After(func() {
		a.live.publish(ch)
		if !due.IsZero() {
			a.sweepAt(due)
		}
		a.wake.RLock()
		defer a.wake.RUnlock()
		if sends && a.wake.send != nil {
			a.wake.send()
		}
	})
}

// add stores a new live promise of the ticket and its event.
func (x *act) add(p desk.Promise) (desk.Promise, error) {
	p.Client, p.Ticket, p.Requester, p.Function = x.t.Client, x.t.ID, x.t.Requester, x.t.Function
	if p.ID == 0 {
		p.ID = desk.PromiseID(x.tx.NewID())
	}
	if p.State == "" {
		p.State = desk.Open
	}
	if p.Role == "" {
		p.Role = desk.Supervisor
	}
	if p.Lang == "" {
		p.Lang = x.t.Lang
	}
	if p.Channel == "" {
		p.Channel, p.Address = x.t.Channel, x.t.Address
	}
	if p.Start.IsZero() {
		p.Start = p.Due
	}
	p.MadeBy, p.MadeAt, p.FireAt = x.v.Actor(), x.now(), p.Due
	if err := x.tx.AddPromise(p); err != nil {
		return p, err
	}
	x.live = append(x.live, p)
	x.sweepAt(p.FireAt)
	return p, x.note(desk.PromiseMade, desk.EventData{
		Promise: p.ID, Kind: p.Kind, Source: p.Source, Start: p.Start.UnixMicro(), Due: p.Due.UnixMicro(),
		Owner: p.Owner, OwnerIs: x.a.staffName(p.Owner), RepairOf: p.RepairOf,
	})
}

// put stores a changed promise and keeps x.live true.
func (x *act) put(p desk.Promise) error {
	kept := x.live[:0:0]
	for _, q := range x.live {
		if q.ID != p.ID {
			kept = append(kept, q)
		} else if p.State.Live() {
			kept = append(kept, p)
		}
	}
	x.live = kept
	return x.tx.SavePromise(p)
}

// end stores a promise that has ended, appends its event, and cancels what was still to be said of it.
func (x *act) end(p desk.Promise, typ desk.EventType, d desk.EventData) error {
	d.Promise, d.Kind, d.State = p.ID, p.Kind, p.State
	d.Due = p.Due.UnixMicro()
	d.Outcome, d.Entered = p.Outcome, !p.EnteredAt.IsZero()
	at := x.now()
	if typ == desk.PromiseBroken || !p.AnsweredAt.IsZero() && typ == desk.PromiseKept || !p.EnteredAt.IsZero() {
		at = p.EndedAt // it happened then, whenever we noticed
	}
	if err := x.put(p); err != nil {
		return err
	}
	ladder := p.ID
	if p.State == desk.Broken {
		ladder = 0 // it goes on until somebody has the repair
	}
	if p.Kind != desk.Confirm && !x.isNew { // nobody is called for what was opened just now
		if err := x.uncalled(ladder, p.RepairOf); err != nil {
			return err
		}
	}
	outs, err := x.pending(p.ID)
	if err != nil {
		return err
	}
	for _, o := range outs {
		if !outdated(o.Trigger, p.State) || o.Args[moreBroken] != "" {
			continue
		}
		o.State, o.FireAt, o.DoneAt, o.Reason = desk.Cancelled, time.Time{}, x.now(), "promise "+string(p.State)
		if err := x.tx.SaveOut(o); err != nil {
			return err
		}
		if err := x.astray(o, 0); err != nil {
			return err
		}
	}
	if p.State != desk.Broken {
		if err := x.unbook(p); err != nil {
			return err
		}
	}
	return x.noteAt(typ, at, x.v.Actor(), d)
}

// pending gives the deliveries that speak of p and that nobody has begun to send.
func (x *act) pending(p desk.PromiseID) ([]desk.Out, error) {
	if x.unsent != nil {
		return x.unsent[p], nil
	}
	outs, err := x.tx.PendingOuts(p)
	return outs[p], err
}

// outdated reports whether a message about a promise is no longer true once it ended in state s.
func outdated(t desk.Trigger, s desk.PromiseState) bool {
	switch t {
	case desk.SaySoon, desk.SayMade, desk.SayMoved, desk.SayMovedByUs, desk.SayTried, desk.SayReopened, desk.SayFixed, desk.SayReminder:
		return true
	case desk.SayBroken: // it names a repair, which is p
		return s == desk.Withdrawn || s == desk.Voided
	}
	return false
}

// promise gives a live promise of the ticket by id.
func (x *act) promise(id desk.PromiseID) (desk.Promise, error) {
	for _, p := range x.live {
		if p.ID == id {
			return p, nil
		}
	}
	p, err := x.tx.Promise(id)
	if err != nil {
		return p, err
	}
	if p.Ticket != x.t.ID {
		return p, desk.Errorf(desk.NotFound, "not_found", "There is no such promise here.")
	}
	return p, desk.Errorf(desk.Conflict, "promise.ended", "This promise has ended already (%s).", p.State)
}

// book takes a free seat of a window for promise p: the first that nobody else takes meanwhile.
func (x *act) book(w coverage.Window, p desk.PromiseID) (coverage.Seat, error) {
	for _, s := range w.Free {
		// The key of the row knows seats, and not how many promises somebody can keep in an hour.
		if most := x.a.roster.capacity(s.Person); most > 0 {
			hour := s.Slot.Truncate(time.Hour)
			n, err := x.tx.SeatsIn(s.Person, hour, hour.Add(time.Hour))
			if err != nil {
				return s, err
			}
			if n >= most {
				continue
			}
		}
		err := x.tx.Book(s, p)
		if err == nil {
			return s, nil
		}
		if !desk.Is(err, desk.Conflict) {
			return s, err
		}
	}
	x.a.roster.gone.Store(true) // whoever looks next looks at the rows
	return coverage.Seat{}, errTaken
}

// unbook gives back the seat of p. A seat makes its person the owner, and there is always one from then on.
func (x *act) unbook(p desk.Promise) error {
	if p.Owner == 0 {
		return nil
	}
	return x.tx.Unbook(p.ID)
}

var errTaken = desk.Errorf(desk.Conflict, "window.taken", "That time was just taken. Here are the closest times.")

// addMessage stores words on the ticket, makes them findable, and looks for red flags in what a
// person wrote.
func (x *act) addMessage(kind desk.MessageKind, via desk.Via, body string) (desk.Message, error) {
	m := desk.Message{
		Client: x.t.Client, ID: desk.MessageID(x.tx.NewID()), Ticket: x.t.ID, Kind: kind, Via: via,
		By: x.v.Actor(), Body: body, At: x.now(),
	}
	typ := desk.NoteAdded
	switch kind {
	case desk.FromThem:
		typ = desk.MessageIn
		m.By = desk.Actor{Who: desk.WhoRequester, ID: int64(x.t.Requester)}
		m.Flag = desk.Worst(desk.RedFlags(body))
	case desk.ToThem:
		typ = desk.MessageOut
	}
	if err := x.tx.AddMessage(m); err != nil {
		return m, err
	}
	if err := x.note(typ, desk.EventData{Message: m.ID, Via: via, Flag: m.Flag}); err != nil {
		return m, err
	}
	if m.Flag != desk.FlagNone {
		if err := x.raise(desk.AlertRedFlag, 0, m.Flag, "words of danger in a message"); err != nil {
			return m, err
		}
		if err := x.note(desk.RedFlagSeen, desk.EventData{Message: m.ID, Flag: m.Flag}); err != nil {
			return m, err
		}
		if m.Flag.Worse(x.t.Flag) {
			x.t.Flag = m.Flag
		}
	}
	return m, x.tx.AddFound(x.t.ID, body)
}

// raise puts something before the supervisors. note holds no personal data.
func (x *act) raise(kind desk.AlertKind, p desk.PromiseID, flag desk.Flag, note string) error {
	return x.tx.AddAlert(desk.Alert{
		ID: x.tx.NewDeskID(), Client: x.t.Client, Ticket: x.t.ID, Promise: p, Kind: kind, Flag: flag, Note: note, RaisedAt: x.now(),
	})
}

// replyDue is when the client's reply target falls due for something that began at now.
func replyDue(c desk.Client, now time.Time) time.Time {
	// A calendar that cannot be read must not leave anybody without a promise: then every hour counts.
	return calendarOf(c.ReplyHours, c.Zone).Add(now, c.ReplyIn)
}
