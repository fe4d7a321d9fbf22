package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// OpenTicket opens a ticket with its promise, its first message and its search row, in one unit of
// work. With a Key seen before it gives the first ticket again (Conflict "idempotency.differs" when
// the request differs). Red flags in the words raise an alert. Nobody is answered before it is on disk.
func (a *App) OpenTicket(ctx context.Context, v desk.Viewer, cid desk.ClientID, in TicketIn) (Opened, error) {
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return Opened{}, err
	}
	hash := ""
	if in.Key != "" {
		hash = in.hash()
	}
	if err := in.clean(c); err != nil {
		return Opened{}, err
	}
	if err := a.known(ctx, in.Skill, in.Function); err != nil {
		return Opened{}, err
	}
	var seat *choice
	if in.Promise != nil {
		if seat, err = a.choose(ctx, v, c, *in.Promise, in.Skill, in.Lang, unproven(v, in.Requester), a.Now()); err != nil {
			return Opened{}, err
		}
	}
	var out Opened
	err = a.db.WriteAsking(ctx, v, cid, a.ahead(in.Requester), func(tx *store.Tx) error {
		out = Opened{Client: cid}
		id := desk.TicketID(tx.NewID())
		if in.Key != "" {
			first, again, err := openedBefore(tx, v, in.Key, hash, id)
			if err != nil || again {
				out = first
				return err
			}
		}
		return a.open(tx, v, c, id, in, seat, &out)
	})
	return out, err
}

// openedBefore keeps an idempotency key for ticket id, or gives what was opened with it before.
func openedBefore(tx *store.Tx, v desk.Viewer, key, hash string, id desk.TicketID) (first Opened, again bool, err error) {
	who := keyOwner(v)
	err = tx.KeepIdempotent(who, key, store.Idempotent{Hash: hash, Ticket: id})
	if err == nil || !desk.Is(err, desk.Conflict) {
		return first, false, err
	}
	kept, ok, err := tx.Idempotent(who, key)
	if err != nil {
		return first, false, err
	}
	if !ok || kept.Hash != hash {
		return first, false, desk.Errorf(desk.Conflict, "idempotency.differs", "This key was used before for another request.")
	}
	first, err = openedOf(tx.ReadTx, kept.Ticket)
	return first, true, err
}

// keyOwner parts the keys of one viewer from those of another: staff below zero, tokens above.
func keyOwner(v desk.Viewer) int64 {
	if v.Who == desk.WhoStaff {
		return -int64(v.Staff)
	}
	return v.Token
}

// open writes a new ticket and everything that belongs to it.
func (a *App) open(tx *store.Tx, v desk.Viewer, c desk.Client, id desk.TicketID, in TicketIn, seat *choice, out *Opened) error {
	agreed := a.agreedSoon(tx)
	r, addresses, err := requester(tx, in.Requester, in.Lang, in.Voicemail)
	if err != nil {
		return err
	}
	t := desk.Ticket{
		Client: c.ID, ID: id, Requester: r.ID, Subject: in.Subject, State: desk.New, Kind: in.Kind, Priority: in.Priority,
		Function: in.Function, Skill: in.Skill, Via: in.Via, Lang: in.Lang, About: in.About, Needs: in.Needs,
		Owner: in.Owner, OpenedAt: tx.Now(),
	}
	t.Channel, t.Address = reach(in.Channel, addresses)
	x := &act{a: a, tx: tx, v: v, c: c, t: t, isNew: true}
	p := defaultPromise(c, t, tx.Now())
	if seat != nil {
		p = seat.promise
	}
	if p.Source == desk.FromAgreement {
		n, err := agreed()
		if err != nil {
			return err
		}
		if p.Due, err = a.firstWord(tx.ReadTx, c, n, t, r.Kind, tx.Now()); err != nil {
			return err
		}
		p.Start = p.Due
	}
	p.ID = desk.PromiseID(tx.NewID())
	p.Voicemail, p.Unproven = in.Voicemail, unproven(v, in.Requester) && !r.Proven
	x.t.Due, x.t.Promise, x.t.ChangedAt = p.Due, p.ID, tx.Now()
	// Rows point to the ticket, so it goes first; what the events that follow change is saved at the end.
	if err := x.number(); err != nil {
		return err
	}
	if err := x.note(desk.TicketOpened, desk.EventData{Via: in.Via}); err != nil {
		return err
	}
	// Words of danger count in the subject too, so what it says beyond the words is a message as well.
	words := in.Words
	if words == "" {
		words = in.Subject
	} else if in.Subject != subjectOf(words) && desk.Worst(desk.RedFlags(in.Subject)).Worse(desk.Worst(desk.RedFlags(words))) {
		words = in.Subject + "\n\n" + words
	}
	if _, err := x.addMessage(desk.FromThem, in.Via, words); err != nil {
		return err
	}
	if in.Note != "" {
		if _, err := x.addMessage(desk.Note, desk.ViaDesk, in.Note); err != nil {
			return err
		}
	}
	if seat != nil {
		if p, err = x.bind(p, seat); err != nil {
			return err
		}
	}
	if p, err = x.add(p); err != nil {
		return err
	}
	if seat != nil {
		if err := x.overrides(p, seat); err != nil {
			return err
		}
	}
	if err := x.tellMade(p); err != nil {
		return err
	}
	if err := x.save(); err != nil {
		return err
	}
	*out = Opened{Client: c.ID, Ticket: x.t.ID, Ref: x.t.Ref, Token: x.t.Token, Promise: p}
	return nil
}

// plainEvents is how many events a new ticket has when nothing is out of the ordinary: opened, words
// came, promise made. It is stored with that many; save writes it again only if there were others.
const plainEvents = 3

// ahead draws the numbers that a new ticket of r may have, and says what open asks first.
func (a *App) ahead(r RequesterIn) (first store.Ahead) {
	if !a.db.AsksAhead() {
		return first
	}
	for _, length := range []int{desk.RefLength, desk.RefLength, desk.RefLength + 1} {
		first.Refs = append(first.Refs, desk.NewRef(a.rand, length))
	}
	if r.ID == 0 {
		first.Addresses = []string{r.Phone, r.Email}
	}
	return first
}

// number draws a ticket number and a tracker token until both are free, if no number was drawn ahead. When the short
// numbers get crowded they grow by one character.
func (x *act) number() error {
	for try := 0; try < 20; try++ {
		ref, ok := x.tx.FreeRef()
		if !ok {
			ref = desk.NewRef(x.a.rand, desk.RefLength+try/8)
		}
		x.t.Ref, x.t.Token = ref, desk.NewTrackerToken(x.a.rand)
		x.was = x.t
		x.was.Seq = plainEvents
		ok, err := x.tx.AddTicket(x.was)
		if err != nil || ok {
			return err
		}
	}
	return desk.Errorf(desk.Internal, "ref.none", "No free number was found.")
}

// defaultPromise is what is promised to everybody who asks: a human word, by the client's reply target. The first one
// on a question follows the agreement, see firstWord.
func defaultPromise(c desk.Client, t desk.Ticket, now time.Time) desk.Promise {
	return desk.Promise{
		Kind: desk.Reply, Source: desk.FromAgreement, Channel: t.Channel, Address: t.Address, Lang: t.Lang,
		Skill: t.Skill, Due: replyDue(c, now),
	}
}

// Assign gives a ticket to somebody; zero takes the owner away. Promises are not touched.
func (a *App) Assign(ctx context.Context, v desk.Viewer, ref desk.Ref, to desk.StaffID) error {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return err
	}
	if to != 0 {
		if err := a.serves(ctx, to, c.ID); err != nil {
			return err
		}
	}
	return a.onTicket(ctx, v, c, id, func(x *act) error {
		x.t.Owner = to
		if x.t.State == desk.New && to != 0 {
			x.t.State = desk.Working
		}
		return x.note(desk.TicketAssigned, desk.EventData{Owner: to, OwnerIs: a.staffName(to)})
	})
}

// VoidTicket ends a ticket as spam or duplicate: for supervisors, with a reason that the person is told.
func (a *App) VoidTicket(ctx context.Context, v desk.Viewer, ref desk.Ref, reason string) error {
	if !v.Leads() {
		return desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can void a question.")
	}
	reason, err := desk.CleanLine(reason, desk.MaxSubject)
	if err != nil || reason == "" {
		return desk.Fields{{Field: "reason", Code: "reason.missing", Message: "Say why: spam, or a duplicate of which number."}}.Err()
	}
	return a.byRef(ctx, v, ref, func(x *act) error {
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed already.")
		}
		for _, p := range slices.Clone(x.live) {
			if p.Kind != desk.Confirm && !x.now().Before(p.BreaksAt()) {
				return desk.Errorf(desk.Conflict, "promise.past_due", "Something promised here is past due. It breaks first; then the question can be voided.")
			}
			p, err := p.Void(x.now())
			if err != nil {
				return err
			}
			if err := x.end(p, desk.PromiseVoided, desk.EventData{Reason: reason}); err != nil {
				return err
			}
		}
		if err := x.resume("closed"); err != nil {
			return err
		}
		x.t.State, x.t.ClosedAt = desk.Void, x.now()
		if err := x.note(desk.TicketVoided, desk.EventData{Reason: reason}); err != nil {
			return err
		}
		return x.tell(desk.SayVoided, desk.Promise{}, 0, nil)
	})
}

// Events gives the history of a ticket, oldest first.
func (a *App) Events(ctx context.Context, v desk.Viewer, ref desk.Ref) ([]desk.Event, error) {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return nil, err
	}
	var es []desk.Event
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) (err error) {
		es, err = tx.Events(id)
		return err
	})
	return es, err
}

// Ticket gives a ticket by number. NotFound also for other clients'.
func (a *App) Ticket(ctx context.Context, v desk.Viewer, ref desk.Ref) (desk.Ticket, error) {
	var t desk.Ticket
	if !v.IsStaff() {
		return t, errStaffOnly
	}
	err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		t, err = tx.TicketByRef(ref)
		return err
	})
	return t, err
}

// known is an Invalid error unless the desk has this skill and this function of the EHR.
func (a *App) known(ctx context.Context, skill string, function int64) error {
	f, err := a.know(ctx)
	if err != nil {
		return err
	}
	var bad desk.Fields
	if _, ok := f.skills[skill]; !ok && skill != DefaultSkill(desk.Patient) && skill != DefaultSkill(desk.Employee) {
		bad.Add("skill", "skill.unknown", "The desk has no such skill.")
	}
	if _, ok := f.functions[function]; !ok && function != 0 {
		bad.Add("function", "function.unknown", "There is no such function in the catalogue.")
	}
	return bad.Err()
}
