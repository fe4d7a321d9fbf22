package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"kept/internal/channel"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// ringWays is in how many ways one person is told at most, so that ways that are not open are passed by at once.
const ringWays = 6

// A provider that could not take something is asked again, for the last time so long after the step that calls the
// person, which is half an hour after the last of their ways may begin; the next way does not wait for that.
const (
	ringAgain    = 30 * time.Second
	ringAgainFor = ringLatest + 30*time.Minute
)

// provider gives who carries a way; nil where the desk has nobody.
func (a *App) provider(w coverage.By) channel.Sender {
	switch w {
	case coverage.ByText:
		return a.sms
	case coverage.ByMail:
		return a.mail
	case coverage.ByCall:
		return a.voice
	}
	return nil
}

// ways tells which ways the desk can tell its people by: each has a provider, or none.
func (a *App) ways() map[coverage.By]bool {
	return map[coverage.By]bool{coverage.ByText: a.sms != nil, coverage.ByMail: a.mail != nil, coverage.ByCall: a.voice != nil}
}

// sendRings sends what is due. A way that is not open makes the next one of that person due at once.
func (a *App) sendRings(ctx context.Context, now time.Time) error {
	for range ringWays {
		var due []desk.Ring
		var contacts map[desk.StaffID]desk.Contact
		err := a.db.DeskRead(ctx, desk.System("escalation"), func(tx *store.DeskReadTx) (err error) {
			if due, err = tx.DueRings(now); err != nil || len(due) == 0 {
				return err
			}
			contacts, err = a.contactsIn(tx)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		// Somebody who is called for several things at once is told once.
		type group struct {
			who desk.StaffID
			way coverage.By
		}
		groups := map[group][]desk.Ring{}
		var order []group
		for _, r := range due {
			g := group{r.Staff, r.Way}
			if groups[g] == nil {
				order = append(order, g)
			}
			groups[g] = append(groups[g], r)
		}
		// One who cannot be told keeps nobody else from it: a provider may be silent for all of sendWithin.
		errs, fell, slots := make([]error, len(order)), make([]any, len(order)), make(chan struct{}, a.abreast)
		var all sync.WaitGroup
		for i, g := range order {
			slots <- struct{}{}
			all.Go(func() {
				defer func() {
					fell[i] = recover() // the loop that works the row knows what to do with it
					<-slots
				}()
				errs[i] = a.sendRing(ctx, groups[g], contacts[g.who], now)
			})
		}
		all.Wait()
		for _, p := range fell {
			if p != nil {
				panic(p)
			}
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

// sendRing tells one person by one way. Rings are marked before they are sent: those that a crash has cut off stay
// "sending", and the next round calls again.
func (a *App) sendRing(ctx context.Context, rings []desk.Ring, contact desk.Contact, now time.Time) error {
	way, to, state := rings[0].Way, contact.At(rings[0].Way), desk.RingSending
	via := a.provider(way)
	switch {
	case via == nil:
		state = desk.RingNoProvider
	case to == "":
		state = desk.RingNoWay
	}
	m, ref := channel.Message{ID: ringID(rings[0]), To: to}, ""
	if way == coverage.ByCall {
		ref = m.ID
	}
	ours, err := a.takeRings(ctx, rings, ref, state, now)
	if err != nil || len(ours) == 0 {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	c := know.client[ours[0].Client]
	ringText(&m, ours, c, a.desk(c))
	// What was begun is told to the end, whoever asked.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	out, err := via.Send(ctx, m)
	if err != nil {
		a.log.WarnContext(ctx, "somebody at the desk could not be called", "way", string(way), "alert", ours[0].Alert, "step", ours[0].Step, "reason", out.Reason, "err", err)
	}
	return a.rang(ctx, ours, out, ref, now)
}

// takeRings marks rings as being sent and gives those that are ours to send, as they were. A state other than "sending" is
// where they end, for the want of a way.
func (a *App) takeRings(ctx context.Context, rings []desk.Ring, ref string, state desk.RingState, now time.Time) (ours []desk.Ring, err error) {
	err = a.db.System(ctx, "escalation", func(tx *store.SystemTx) error {
		ours = nil
		for _, r := range rings {
			open, err := tx.TakeRing(r, ref)
			switch {
			case err != nil:
			case !open: // somebody has it by now, or another node sends it
				err = tx.StopRing(r)
			case state == desk.RingSending:
				ours = append(ours, r)
			default:
				r.State = state
				err = ringMoves(tx, r, desk.RingSending, now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return ours, err
}

// rang notes what the provider said of rings that were sent together.
func (a *App) rang(ctx context.Context, rings []desk.Ring, out channel.Delivery, ref string, now time.Time) error {
	call := rings[0].Way == coverage.ByCall
	state := desk.RingFailed
	switch out.State {
	case channel.Retry:
		state = desk.RingLater
	case channel.Accepted, channel.Delivered:
		if state = desk.RingSent; call {
			state = desk.RingCalling
		}
	case channel.Unknown:
		state = desk.RingSending
	}
	clients := map[desk.ClientID]bool{}
	err := a.db.System(ctx, "escalation", func(tx *store.SystemTx) error {
		for _, r := range rings {
			again := r.State == desk.RingLater
			r.State, r.Reason, clients[r.Client] = state, out.Reason, true
			if r.FireAt = now.Add(ringAgain); state == desk.RingLater && r.FireAt.Sub(r.CalledAt) > ringAgainFor {
				r.State = desk.RingFailed
			}
			if r.Provider = out.ProviderID; call {
				r.Provider = cmp.Or(out.ProviderID, ref)
			}
			moved, err := tx.MoveRing(r, desk.RingSending)
			if err == nil && moved && !again { // the first time the next way was made due
				err = unheard(tx, r, now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	for c := range clients {
		a.changed(Change{Client: c})
	}
	return err
}

// ringReceipt takes what became of a text to somebody at the desk: NotFound where none has this id.
func (a *App) ringReceipt(ctx context.Context, r channel.Receipt) error {
	failed := false
	var rings []desk.Ring
	err := a.db.System(ctx, "receipt", func(tx *store.SystemTx) (err error) {
		failed = false
		if rings, err = tx.RingsOfCall(r.ProviderID); err == nil && len(rings) == 0 {
			return notFound
		}
		for _, ring := range rings {
			if err != nil || r.State != channel.Failed || ring.State != desk.RingSent {
				continue
			}
			failed = true
			ring.State, ring.Reason = desk.RingFailed, r.Reason
			err = ringMoves(tx, ring, desk.RingSent, tx.Now())
		}
		return err
	})
	if err != nil || !failed {
		return err
	}
	a.callSoon()
	for _, ring := range rings {
		a.changed(Change{Client: ring.Client})
	}
	return nil
}

// ringMoves takes a ring from a state to that of r; one that has not reached the person makes the next way due at once.
func ringMoves(tx *store.SystemTx, r desk.Ring, from desk.RingState, now time.Time) error {
	moved, err := tx.MoveRing(r, from)
	if err != nil || !moved {
		return err
	}
	return unheard(tx, r, now)
}

// unheard makes the next way of a person due at once whom a ring has not reached.
func unheard(tx *store.SystemTx, r desk.Ring, now time.Time) error {
	if !r.State.Unheard() {
		return nil
	}
	return tx.NextWay(r, now)
}

// ringID is our id of what a ring sends.
func ringID(r desk.Ring) string {
	return fmt.Sprintf("ring-%d-%d-%d-%d-%d-%s", r.Client, r.Alert, r.Step, r.Round, r.Staff, r.Way)
}

// ringText writes what somebody at the desk is told. It holds a link to the board, or to the list of clocks, and nothing
// of any person who asked.
func ringText(m *channel.Message, rings []desk.Ring, c desk.Client, origin string) {
	r, url := rings[0], origin+"/promises"
	m.Client, m.From, m.Lang = int64(r.Client), c.Phone, "en"
	promises, clocks := 0, 0
	for _, r := range rings {
		switch r.Kind {
		case desk.AlertUntaken:
			promises++
		case desk.AlertClock:
			clocks++
		}
	}
	what, then := "an alert waits for you", "Accept it here"
	switch all := len(rings); {
	case promises == all && all == 1:
		what, then = "a promise waits for somebody to take it", "Take it here"
	case promises == all:
		what, then = fmt.Sprintf("%d promises wait for somebody to take them", promises), "Take them here"
	case clocks == all:
		url = origin + "/desk/agreements"
		what, then = fmt.Sprintf("%d times of agreements end soon or were missed", clocks), "Look at them here"
		if all > 1 {
			break
		}
		if what, then = "a time of the agreement with "+c.Short+" is used up to "+r.Note+"%", "Look at it here"; r.Note == "100" {
			what = "a time of the agreement with " + c.Short + " was missed"
		}
	case all > 1:
		what, then = fmt.Sprintf("%d things wait for you", all), "See them here"
	}
	m.URL = url
	switch m.Text = "Help desk: " + what + ". " + then + ": " + url; r.Way {
	case coverage.ByMail:
		m.From, m.Subject = ownMailbox(c), "Help desk: "+what
	case coverage.ByCall:
		m.Text, m.URL = "This is the help desk: "+what+". Press 1 to say that you have it.", ""
	}
}

// Called applies what the voice provider tells of a call. Whoever pressed 1 has what they were called for; who was
// not reached is told by the next way at once. NotFound: the answer to placing the call is not stored yet, and the provider
// does not tell our id of it.
func (a *App) Called(ctx context.Context, news channel.Call) error {
	state, ok := map[channel.CallState]desk.RingState{
		channel.Calling: desk.RingCalling, channel.Answered: desk.RingAnswered, channel.Acknowledged: desk.RingAcked,
		channel.NoAnswer: desk.RingNoAnswer, channel.Busy: desk.RingBusy, channel.CallFailed: desk.RingFailed,
	}[news.State]
	if !ok {
		return desk.Errorf(desk.Invalid, "call.state", "There is no such state of a call.")
	}
	var rings []desk.Ring
	find := func(tx *store.DeskReadTx) (err error) {
		if rings, err = tx.RingsOfCall(news.ProviderID); err == nil && len(rings) == 0 && news.Ref != "" {
			rings, err = tx.RingsOfCall(news.Ref)
		}
		return err
	}
	err := a.db.DeskRead(ctx, desk.System("voice"), find)
	if err != nil {
		return err
	}
	if len(rings) == 0 {
		return notFound
	}
	// First: after a crash the provider tells it again, and having it twice is having it once. Once it is marked, no
	// news of this call gives it to them again.
	for _, r := range rings {
		if state == desk.RingAcked && r.State.Can(state) {
			if err := a.answered(ctx, r); err != nil {
				return err
			}
		}
	}
	err = a.db.System(ctx, "voice", func(tx *store.SystemTx) (err error) {
		// Once more, by both ids: the answer to placing the call may have come meanwhile.
		if err = find(tx.DeskReadTx); err == nil && len(rings) == 0 {
			err = notFound
		}
		if err != nil {
			return err
		}
		for _, r := range rings {
			from := r.State
			if !from.Can(state) {
				continue
			}
			r.State, r.Reason, r.Provider = state, news.Reason, news.ProviderID
			if err := ringMoves(tx, r, from, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if state.Unheard() {
		a.callSoon() // the provider of this call does not wait for that of the next
	}
	for _, r := range rings {
		a.changed(Change{Client: r.Client})
	}
	return nil
}

// answered notes that whoever was called for an alert has it. Somebody else who had it first keeps it.
func (a *App) answered(ctx context.Context, r desk.Ring) error {
	v := desk.Viewer{Who: desk.WhoStaff, Staff: r.Staff, Name: a.staffName(r.Staff), Clients: []desk.ClientID{r.Client}}
	err := a.AckAlert(ctx, v, r.Alert)
	if desk.Is(err, desk.Conflict) || desk.Is(err, desk.Forbidden) {
		return nil // somebody else had it first, and then nobody is called for it any more
	}
	return err
}

// calledFor says in a sentence who was called for an alert, and whether nobody was reached.
func calledFor(alert func(desk.Ring) bool, rings []desk.Ring, staff map[desk.StaffID]string) (text string, nobody bool) {
	type told struct {
		name, how string
	}
	var list []told
	for _, r := range rings {
		switch {
		case !alert(r):
			continue
		case r.State == desk.RingNobody:
			nobody = true
			continue
		case r.State == desk.RingWaiting || r.State == desk.RingStopped:
			continue
		}
		t := told{name: cmp.Or(staff[r.Staff], "somebody")}
		switch way := ringNames[r.Way]; r.State {
		case desk.RingNoWay:
			t.how = "no " + way.address + " is known"
		case desk.RingNoProvider:
			t.how = "the desk has no provider for " + way.many
		case desk.RingLater:
			t.how = strings.TrimSpace("the " + way.one + " could not be sent yet " + r.Reason)
		case desk.RingFailed:
			t.how = strings.TrimSpace("the " + way.one + " failed " + r.Reason)
		case desk.RingBusy:
			t.how = "busy"
		case desk.RingNoAnswer:
			t.how = "no answer"
		}
		// The last that is known of somebody stands for them.
		if i := slices.IndexFunc(list, func(o told) bool { return o.name == t.name }); i >= 0 {
			list[i].how = t.how
			continue
		}
		list = append(list, t)
	}
	var names []string
	for _, t := range list {
		if t.how != "" {
			t.name += " (" + t.how + ")"
		}
		names = append(names, t.name)
	}
	if len(names) > 0 {
		text = "Called: " + strings.Join(names, ", ") + "."
	}
	if nobody {
		text = strings.TrimSpace(text + " Nobody was reached.")
	}
	return text, nobody
}

var ringNames = map[coverage.By]struct{ one, many, address string }{
	coverage.ByText: {"text", "texts", "phone"}, coverage.ByMail: {"mail", "mail", "address"}, coverage.ByCall: {"call", "calls", "phone"},
}
