package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/words"
)

// Tracker is what the holder of a tracker token sees: number, promise, steps, history; no words of
// the question until a code was typed.
type Tracker struct {
	Client     desk.Client
	Ticket     desk.Ticket
	Promise    desk.Promise  // the live promise that is due first; the zero Promise when closed
	Movable    desk.Promise  // what PickTime moves: a call to another time, or words, which become a call; zero for nothing
	Broken     *desk.Promise // the latest broken promise, while its repair is live
	Owner      string        // name of the promise's owner, empty for a skill group
	OwnerLeads bool
	Skill      desk.Skill
	Reach      string // masked address: "…0199", "m…@…"
	ReachKind  desk.AddressKind
	Text       OutLine       // the latest text or mail about the live promise
	Texted     bool          // it was accepted by the provider
	TextFailed bool          // it failed: the number may be wrong
	History    []TrackerLine // newest first
	CloseAt    time.Time     // asked: when it closes without a word
	Now        time.Time
}

// OutLine is one delivery as the tracker tells it.
type OutLine struct {
	Channel desk.Channel
	State   desk.OutState
}

// TrackerLine is one line of history, without words of the question.
type TrackerLine struct {
	Event desk.Event
	Who   string // first name of staff, "" for the person and the system
	Start time.Time
	Due   time.Time
}

var errNoTracker = desk.Errorf(desk.NotFound, "tracker.unknown", "We cannot find that number.")

// subject is the ticket of a tracker with what is known of how to reach its person.
type subject struct {
	c        desk.Client
	t        desk.Ticket
	r        desk.Requester
	address  desk.Address // the zero Address: none
	live     []desk.Promise
	movable  desk.Promise // the live promise that a person can move to another time
	canMove  bool
	language string // that a caller must speak, "" for English
}

// Track finds the ticket of a tracker token, or the one in which it goes on, and gives the viewer that it makes. NotFound for an
// unknown or expired token.
func (a *App) Track(ctx context.Context, token string) (desk.Viewer, error) {
	stored, err := desk.ParseToken(token)
	if err != nil {
		return desk.Viewer{}, errNoTracker
	}
	var t desk.Ticket
	err = a.db.DeskRead(ctx, desk.System("tracker"), func(tx *store.DeskReadTx) (err error) {
		if t, err = tx.TicketByToken(stored); err == nil {
			t, err = goneOnIn(tx, t)
		}
		return err
	})
	if desk.Is(err, desk.NotFound) || err == nil && trackerEnded(t, a.Now()) {
		return desk.Viewer{}, errNoTracker
	}
	if err != nil {
		return desk.Viewer{}, err
	}
	return desk.Tracking(t.Client, t.ID), nil
}

func trackerEnded(t desk.Ticket, now time.Time) bool {
	ends := t.TrackerEnds()
	return !ends.IsZero() && !now.Before(ends)
}

// TrackerPath is the path of the person's own page, in their language.
func TrackerPath(token, lang string) string {
	path := "/t/" + desk.FormatToken(token)
	if words.Parse(lang) == words.ES {
		path = "/es" + path
	}
	return path
}

// tracked reads the ticket of v, a viewer from Track; NotFound for any other viewer.
func (a *App) tracked(ctx context.Context, v desk.Viewer) (subject, error) {
	if v.Who != desk.WhoRequester || v.Ticket == 0 || len(v.Clients) != 1 {
		return subject{}, errNoTracker
	}
	c, err := a.Client(ctx, v, v.Clients[0])
	if err != nil {
		return subject{}, err
	}
	return a.subjectOf(ctx, v, c, v.Ticket)
}

func (a *App) subjectOf(ctx context.Context, v desk.Viewer, c desk.Client, id desk.TicketID) (s subject, err error) {
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		s, err = readSubject(tx, c, id)
		return err
	})
	return s, err
}

func readSubject(tx *store.ReadTx, c desk.Client, id desk.TicketID) (subject, error) {
	s := subject{c: c}
	var err error
	if s.t, err = tx.Ticket(id); err == nil {
		s.t, err = goneOn(tx, s.t)
	}
	if err != nil {
		return s, err
	}
	if trackerEnded(s.t, tx.Now()) {
		return s, errNoTracker
	}
	if s.r, err = tx.Requester(s.t.Requester); err != nil {
		return s, err
	}
	if s.t.Address != 0 {
		if s.address, err = tx.Address(s.t.Address); err != nil {
			return s, err
		}
	}
	if s.live, err = tx.LivePromises(s.t.ID); err != nil {
		return s, err
	}
	if s.t.Lang == "es" || slices.Contains(strings.Split(s.t.Needs, ","), "es") {
		s.language = "es"
	}
	s.movable, s.canMove = movable(s.live, s.address)
	return s, nil
}

// movable is the live promise that a person can move: a call first, then a repair, then words that
// were promised, which become a call. Nobody without a phone number can pick a time to be called.
func movable(live []desk.Promise, ad desk.Address) (desk.Promise, bool) {
	var best desk.Promise
	if ad.Kind != desk.PhoneAddress {
		return best, false
	}
	rank := func(p desk.Promise) int {
		switch {
		case p.Kind == desk.Callback:
			return 3
		case p.RepairOf != 0 && p.Kind != desk.Confirm:
			return 2
		case p.Kind == desk.Reply || p.Kind == desk.Update:
			return 1
		}
		return 0
	}
	for _, p := range live {
		if r := rank(p) - rank(best); r > 0 || r == 0 && rank(p) > 0 && p.Due.Before(best.Due) {
			best = p
		}
	}
	return best, rank(best) > 0
}

// call is the callback that this person wants at start; none without a phone number. Who asked for words gets words,
// unless they pick a time.
func (s subject) call(start time.Time) callback {
	return callback{
		wanted: s.address.Kind == desk.PhoneAddress && (s.t.Channel == desk.ByVoice || !start.IsZero()),
		start:  start, skill: s.t.Skill, language: s.language, unproven: !s.r.Proven,
	}
}

// Tracker gives the tracker of v, a viewer from Track.
func (a *App) Tracker(ctx context.Context, v desk.Viewer) (Tracker, error) {
	if v.Who != desk.WhoRequester || v.Ticket == 0 || len(v.Clients) != 1 {
		return Tracker{}, errNoTracker
	}
	c, err := a.Client(ctx, v, v.Clients[0])
	if err != nil {
		return Tracker{}, err
	}
	var k Tracker
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		k = Tracker{Client: c, Now: tx.Now()}
		s, err := readSubject(tx, c, v.Ticket)
		if err != nil {
			return err
		}
		k.Ticket, k.Reach, k.ReachKind = s.t, masked(s.address), s.address.Kind
		if s.canMove {
			k.Movable = s.movable
		}
		k.Ticket.Subject = "" // words of the question are shown only to who typed a code
		if s.t.State == desk.Asked {
			k.CloseAt = s.t.AskedAt.Add(confirmAfter[len(confirmAfter)-1])
		}
		return k.fill(tx, s)
	})
	if err != nil {
		return Tracker{}, err
	}
	k.Skill = a.Skill(ctx, cmp.Or(k.Promise.Skill, k.Ticket.Skill))
	if k.Promise.Owner == 0 {
		return k, nil
	}
	k.Owner = a.staffName(k.Promise.Owner)
	err = a.db.DeskRead(ctx, desk.System("tracker"), func(tx *store.DeskReadTx) error {
		owner, err := tx.Staff(k.Promise.Owner)
		k.OwnerLeads = owner.Role == desk.Supervisor || owner.Role == desk.Admin
		return err
	})
	if desk.Is(err, desk.NotFound) {
		err = nil
	}
	return k, err
}

// fill adds promises, the latest delivery about them, and the history.
func (k *Tracker) fill(tx *store.ReadTx, s subject) error {
	for _, p := range s.live {
		if k.Promise.ID == 0 || p.Due.Before(k.Promise.Due) || p.Due.Equal(k.Promise.Due) && p.ID < k.Promise.ID {
			k.Promise = p
		}
	}
	for _, p := range s.live {
		if p.RepairOf == 0 {
			continue
		}
		b, err := tx.Promise(p.RepairOf)
		if err != nil {
			return err
		}
		if b.State == desk.Broken && (k.Broken == nil || b.Due.After(k.Broken.Due)) {
			k.Broken = &b
		}
	}
	outs, err := tx.Outs(s.t.ID)
	if err != nil {
		return err
	}
	var latest desk.Out
	for _, o := range outs {
		if o.ID > latest.ID && o.Promise == k.Promise.ID && o.Promise != 0 && aboutTime(o.Trigger) {
			latest = o
		}
	}
	k.Text = OutLine{Channel: latest.Channel, State: latest.State}
	k.Texted = latest.State == desk.Accepted || latest.State == desk.Delivered
	k.TextFailed = latest.State == desk.Failed
	events, err := tx.Events(s.t.ID)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(events) {
		if e.Type.Shown() {
			k.History = append(k.History, trackerLine(e))
		}
	}
	return nil
}

// aboutTime reports whether a trigger tells the person when something will happen.
func aboutTime(t desk.Trigger) bool {
	return t == desk.SayMade || t == desk.SayMoved || t == desk.SayMovedByUs || t == desk.SayBroken
}

func trackerLine(e desk.Event) TrackerLine {
	l := TrackerLine{Event: e}
	if e.By.Who == desk.WhoStaff {
		l.Who, _, _ = strings.Cut(e.By.Name, " ")
	}
	if e.Data.Start != 0 {
		l.Start = time.UnixMicro(e.Data.Start).UTC()
	}
	if e.Data.Due != 0 {
		l.Due = time.UnixMicro(e.Data.Due).UTC()
	}
	return l
}

// TrackerWindows gives the windows to which the live promise can be moved, or, on a question that is
// asked about or closed, in which it can be called about again.
func (a *App) TrackerWindows(ctx context.Context, v desk.Viewer) ([]Window, error) {
	s, err := a.tracked(ctx, v)
	if err != nil || s.address.Kind != desk.PhoneAddress {
		return nil, err
	}
	skill := s.t.Skill
	if s.canMove {
		skill = s.movable.Skill
	}
	return a.openWindows(ctx, s.c, skill, s.language, !s.r.Proven)
}

var (
	picks = limit{name: "tracker.picks", n: 10, per: time.Hour}
	adds  = limit{name: "tracker.adds", n: 20, per: time.Hour}
)

// PickTime moves the live promise to a call in the window that starts at start. A broken promise's repair can be moved
// as well; words that were promised become a call, so whoever offers it says so (Tracker.Movable). Conflict "window.taken", "promise.past_due".
func (a *App) PickTime(ctx context.Context, v desk.Viewer, start time.Time) error {
	s, err := a.tracked(ctx, v)
	if err != nil {
		return err
	}
	if start.IsZero() {
		return desk.Fields{{Field: "start", Code: "ask.when.error", Message: "Choose a time for us to call."}}.Err()
	}
	if !s.canMove {
		return desk.Errorf(desk.Conflict, "promise.not_movable", "There is no time to change here now. Call us, and we will help you.")
	}
	old := s.movable
	if old.Kind == desk.Callback && old.Start.Equal(start) {
		return nil
	}
	if !a.Now().Before(old.Due) {
		return desk.Errorf(desk.Conflict, "promise.past_due", "The time of this promise has passed. It cannot be moved any more.")
	}
	if err := a.limits.take(a.Now(), picks, ticketKey(s.t)); err != nil {
		return err
	}
	to, err := a.choose(ctx, v, s.c, PromiseIn{Kind: desk.Callback, Start: start}, old.Skill, s.language, !s.r.Proven, a.Now())
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, s.c, s.t.ID, func(x *act) error {
		p, err := x.promise(old.ID)
		if err != nil {
			return err
		}
		_, err = x.move(p, desk.MovedByPerson, to)
		return err
	})
}

func (a *App) onTracked(ctx context.Context, v desk.Viewer, fn func(*act) error) error {
	s, err := a.tracked(ctx, v)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, s.c, s.t.ID, fn)
}
