package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Tracker is what the holder of a tracker token sees: number, promise, steps, history; no words of
// the question until a code was typed.
type Tracker struct {
	Client     desk.Client
	Ticket     desk.Ticket
	Promise    desk.Promise  // the live promise that is due first; the zero Promise when closed
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

// Track finds the ticket of a tracker token and gives the viewer that it makes. NotFound for an
// unknown or expired token.
func (a *App) Track(ctx context.Context, token string) (desk.Viewer, error) {
	stored, err := desk.ParseToken(token)
	if err != nil {
		return desk.Viewer{}, errNoTracker
	}
	var t desk.Ticket
	err = a.db.DeskRead(ctx, desk.System("tracker"), func(tx *store.DeskReadTx) (err error) {
		t, err = tx.TicketByToken(stored)
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
	if s.t, err = tx.Ticket(id); err != nil {
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
	if s.live, err = tx.LivePromises(id); err != nil {
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

// call is the callback that this person wants at start; none without a phone number.
func (s subject) call(start time.Time) callback {
	return callback{
		wanted: s.address.Kind == desk.PhoneAddress, start: start, skill: s.t.Skill, language: s.language, unproven: !s.r.Proven,
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

// PickTime moves the live promise to the window that starts at start: "You moved it". A broken
// promise's repair can be moved as well. Conflict "window.taken", "promise.past_due".
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

// AskNewNumber keeps a new phone number aside and sends a code to the address on file. It gives
// the masked address to which the code went.
func (a *App) AskNewNumber(ctx context.Context, v desk.Viewer, phone string) (masked string, err error) {
	p, err := desk.ParsePhone(phone)
	if err != nil {
		return "", desk.Fields{{Field: "phone", Code: "phone.invalid", Message: err.(*desk.Error).Message}}.Err()
	}
	return a.sendCode(ctx, v, codeForNumber, string(p))
}

// TakeNewNumber makes the number kept aside the one that is called, if code is right; the old address
// gets a notice. Invalid "code.wrong"; after five wrong codes the number kept aside is dropped ("code.ended").
func (a *App) TakeNewNumber(ctx context.Context, v desk.Viewer, code string) error {
	return a.useCode(ctx, v, codeForNumber, code, func(x *act, phone string) error { return x.takeNumber(phone) })
}

// takeNumber makes phone the number of the ticket and of what is promised on it.
func (x *act) takeNumber(phone string) error {
	old, err := x.tx.Address(x.t.Address)
	if err != nil {
		return err
	}
	same, err := x.tx.AddressesByValue(phone)
	if err != nil {
		return err
	}
	ad := desk.Address{
		Client: x.t.Client, Requester: x.t.Requester, Kind: desk.PhoneAddress, Value: phone, Voicemail: old.Voicemail, CreatedAt: x.now(),
	}
	for _, have := range same {
		if have.Requester == x.t.Requester {
			ad = have
			break
		}
		ad.StoppedAt = have.StoppedAt // who said STOP said it for the number
	}
	if ad.ID == 0 {
		ad.ID = desk.AddressID(x.tx.NewID())
		if err := x.tx.AddAddress(ad); err != nil {
			return err
		}
	}
	x.t.Address = ad.ID
	if x.t.Channel != desk.ByVoice {
		x.t.Channel = desk.BySMS
	}
	for _, p := range slices.Clone(x.live) {
		p.Address, p.Channel = x.t.Address, x.t.Channel
		if err := x.put(p); err != nil {
			return err
		}
		outs, err := x.tx.PendingOuts(p.ID)
		if err != nil {
			return err
		}
		for _, o := range outs[p.ID] {
			if o.State == desk.Queued && o.Address == old.ID && o.Channel == desk.BySMS {
				o.Address = ad.ID
				if err := x.tx.SaveOut(o); err != nil {
					return err
				}
			}
		}
	}
	if err := x.note(desk.NumberChanged, desk.EventData{Channel: x.t.Channel}); err != nil {
		return err
	}
	if old.ID == ad.ID {
		return nil
	}
	return x.tellTo(desk.SayNumber, written(old), old.ID, desk.Promise{}, 0, nil)
}

// AddWords adds something to the question. Red flags count here too; they are given back.
func (a *App) AddWords(ctx context.Context, v desk.Viewer, words string) (desk.Flag, error) {
	body, err := cleanWords(words)
	if err == nil && body == "" {
		err = desk.Fields{{Field: "words", Code: "track.add.error", Message: "Type what you want to add."}}.Err()
	}
	if err != nil {
		return desk.FlagNone, err
	}
	s, err := a.tracked(ctx, v)
	if err != nil {
		return desk.FlagNone, err
	}
	if err := a.limits.take(a.Now(), adds, ticketKey(s.t)); err != nil {
		return desk.FlagNone, err
	}
	flag := desk.FlagNone
	err = a.onTicket(ctx, v, s.c, s.t.ID, func(x *act) error {
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. You can open it again.")
		}
		m, err := x.hear(desk.ViaWeb, body)
		flag = m.Flag
		return err
	})
	return flag, err
}

// hear adds a person's words to an open question. What it waited for has come with them.
func (x *act) hear(via desk.Via, body string) (desk.Message, error) {
	if err := x.resume("person"); err != nil {
		return desk.Message{}, err
	}
	return x.addMessage(desk.FromThem, via, body)
}

func cleanWords(words string) (string, error) {
	body, err := desk.CleanText(words, desk.MaxWords)
	if err != nil {
		return "", desk.Fields{{Field: "words", Code: err.(*desk.Error).Code, Message: err.(*desk.Error).Message}}.Err()
	}
	return body, nil
}

// NotNeeded withdraws the question: "I do not need this any more".
func (a *App) NotNeeded(ctx context.Context, v desk.Viewer) error {
	return a.onTracked(ctx, v, (*act).notNeeded)
}

// SayFixed closes the loop: only the person does.
func (a *App) SayFixed(ctx context.Context, v desk.Viewer) error {
	return a.onTracked(ctx, v, (*act).confirmed)
}

func (a *App) onTracked(ctx context.Context, v desk.Viewer, fn func(*act) error) error {
	s, err := a.tracked(ctx, v)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, s.c, s.t.ID, fn)
}

// SayNotFixed opens the question again with a new promise. words may be empty; start zero means as
// soon as we can. It works on closed tickets as long as the tracker lives.
func (a *App) SayNotFixed(ctx context.Context, v desk.Viewer, words string, start time.Time) (desk.Flag, error) {
	body, err := cleanWords(words)
	if err != nil {
		return desk.FlagNone, err
	}
	s, err := a.tracked(ctx, v)
	if err != nil {
		return desk.FlagNone, err
	}
	if err := a.limits.take(a.Now(), adds, ticketKey(s.t)); err != nil {
		return desk.FlagNone, err
	}
	err = a.withCall(ctx, v, s.c, s.call(start), func(next *choice) error {
		return a.onTicket(ctx, v, s.c, s.t.ID, func(x *act) error { return x.stillBroken(desk.ViaWeb, body, next) })
	})
	return desk.Worst(desk.RedFlags(body)), err
}

// stillBroken opens the question again with words, which may be empty. Somebody who says so twice is
// called once.
func (x *act) stillBroken(via desk.Via, body string, next *choice) error {
	if body != "" {
		if _, err := x.hear(via, body); err != nil {
			return err
		}
	}
	if _, ok := x.callAhead(); ok && x.t.State.Open() && x.t.State != desk.Asked {
		return nil
	}
	return x.notFixed(next)
}

// callAhead is the next call that is promised on the ticket; false when there is none.
func (x *act) callAhead() (next desk.Promise, ok bool) {
	for _, p := range x.live {
		if p.Kind == desk.Callback && (!ok || p.Due.Before(next.Due)) {
			next, ok = p, true
		}
	}
	return next, ok
}

// SendQuestionCode sends a 6-digit code to the address on file, to show the words of the question.
func (a *App) SendQuestionCode(ctx context.Context, v desk.Viewer) (masked string, err error) {
	return a.sendCode(ctx, v, codeForQuestion, "")
}

// ShowQuestion gives the messages of the ticket if code is right, oldest first, without notes.
func (a *App) ShowQuestion(ctx context.Context, v desk.Viewer, code string) ([]desk.Message, error) {
	var all []desk.Message
	err := a.useCode(ctx, v, codeForQuestion, code, func(x *act, _ string) (err error) {
		all, err = x.tx.Messages(x.t.ID)
		return err
	})
	return slices.DeleteFunc(all, func(m desk.Message) bool { return m.Kind == desk.Note }), err
}

var (
	linksPerIP  = limit{name: "link.ip", n: 5, per: 30 * time.Minute}
	linksPerRef = limit{name: "link.ref", n: 3, per: time.Hour}
)

// SendLink sends a fresh tracker link to the address on file of the ticket with this number. It
// answers the same whether the number exists or not; a number with a typing mistake is Invalid
// "ref.mistyped". ip is for rate limits only.
func (a *App) SendLink(ctx context.Context, v desk.Viewer, cid desk.ClientID, ref, ip string) error {
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	number, err := desk.ParseRef(ref)
	if err != nil {
		e := err.(*desk.Error)
		e.Fields = []desk.FieldError{{Field: "ref", Code: e.Code, Message: e.Message}}
		return e
	}
	if ip != "" {
		if err := a.limits.take(a.Now(), linksPerIP, ip); err != nil {
			return err
		}
	}
	if a.limits.take(a.Now(), linksPerRef, string(number)) != nil {
		return nil // to say so would tell that somebody else asks for this number
	}
	var t desk.Ticket
	err = a.db.DeskRead(ctx, desk.System("link"), func(tx *store.DeskReadTx) (err error) {
		t, err = tx.TicketByRef(number)
		return err
	})
	if desk.Is(err, desk.NotFound) || err == nil && (t.Client != cid || t.Address == 0 || trackerEnded(t, a.Now())) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.onTicket(ctx, desk.System("link"), c, t.ID, (*act).sendLink)
}

// sendLink sends the link of the tracker to the address on file.
func (x *act) sendLink() error { return x.tell(desk.SayLink, desk.Promise{}, 0, nil) }
