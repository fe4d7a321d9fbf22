package app

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/store"
)

// What became of a message from outside.
const (
	inboundWaiting = "waiting" // a person must look at it
	inboundDone    = "done"
)

// maxInbound is how many bytes of a message are kept.
const maxInbound = 100_000

// Receive takes one message from outside and stores it before it answers: a text with 1 or 2 answers
// "Is it fixed?", 2 to a scheduled call sends the link to pick a new time, STOP and HELP do what they
// say, other words are added to the open question of that number. What fits nothing waits as an
// alert. The same provider id twice is one message.
func (a *App) Receive(ctx context.Context, in channel.Inbound) error {
	row := store.Inbound{
		Channel: desk.Channel(in.Channel), Provider: in.ProviderID, From: kept(in.From, 500), To: kept(in.To, 500),
		Body: kept(in.Text, maxInbound), At: in.At, State: inboundWaiting, Reason: "not read yet",
	}
	fresh := false
	err := a.db.System(ctx, "inbound", func(tx *store.SystemTx) (err error) {
		if row.ID = tx.NewID(); row.At.IsZero() {
			row.At = tx.Now()
		}
		if in.ProviderID == "" {
			row.Provider = "unnamed " + strconv.FormatInt(row.ID, 10) // two without a name are two
		}
		fresh, err = tx.AddInbound(row)
		return err
	})
	if err != nil || !fresh {
		return err
	}
	// It is on disk now. Whatever happens from here on, it waits for a person or is done.
	reason, err := a.hear(ctx, &row, in)
	if err != nil {
		a.log.ErrorContext(ctx, "a message from outside could not be taken", "inbound", row.ID, "kind", string(desk.KindOf(err)))
		reason = "could not be added to a question"
	}
	if reason == "" {
		return nil
	}
	return a.setAside(ctx, row, reason)
}

// kept is what the store takes of text from outside.
func kept(s string, max int) string {
	s = strings.ReplaceAll(s, "\x00", "")
	if len(s) > max {
		s = s[:max]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// heard is a message that can be read, with what is known of its sender.
type heard struct {
	c       desk.Client
	via     desk.Via
	channel desk.Channel
	value   string // the sender's number or mailbox
	body    string
	word    string        // the whole text as one word of command
	tickets []desk.Ticket // of the sender, newest first
	ref     desk.Ref      // that a mail names
}

// hear does what a stored message asks for. reason says why it must wait for a person; "" when it
// is done.
func (a *App) hear(ctx context.Context, row *store.Inbound, in channel.Inbound) (reason string, err error) {
	h := heard{via: desk.ViaSMS, channel: desk.BySMS}
	if in.Channel == channel.Email {
		h.via, h.channel, h.ref = desk.ViaEmail, desk.ByEmail, refIn(in.Subject)
	}
	c, ok, err := a.clientOf(ctx, in)
	if err != nil || !ok {
		return "sent to an address that is no client's", err
	}
	h.c, row.Client = c, c.ID
	if h.value, ok = senderOf(in); !ok {
		return "its sender cannot be answered", nil
	}
	if h.value == c.Phone || h.value == c.StaffPhone || h.value == ownMailbox(c) {
		return "it came from the desk's own number or mailbox", nil
	}
	text, err := desk.CleanText(in.Text, -1)
	if err != nil || strings.Trim(text, "\uFFFD \n\t") == "" {
		return "it is empty or cannot be read", nil
	}
	h.body, h.word = text, commandWord(text)
	long := false
	if r := []rune(text); len(r) > desk.MaxWords {
		h.body, long = string(r[:desk.MaxWords]), true
	}
	if h.tickets, err = a.ticketsOfSender(ctx, c, h.value); err != nil {
		return "", err
	}
	if reason, err = a.obey(ctx, row, h); err == nil && reason == "" && long {
		reason = "it is longer than a question can be; the rest is only here"
	}
	return reason, err
}

// What people answer with one word, in the languages that the texts have.
const (
	saysYes   = "yes"
	saysNo    = "no"
	saysStop  = "stop"
	saysStart = "start"
	saysHelp  = "help"
	saysThank = "thank"
)

var commands = map[string]string{
	"1": saysYes, "YES": saysYes, "SI": saysYes, "SÍ": saysYes,
	"2": saysNo, "NO": saysNo,
	"STOP": saysStop, "STOPALL": saysStop, "ALTO": saysStop, "BASTA": saysStop, "CANCEL": saysStop, "UNSUBSCRIBE": saysStop, "END": saysStop, "QUIT": saysStop,
	"START": saysStart, "UNSTOP": saysStart,
	"HELP": saysHelp, "AYUDA": saysHelp, "INFO": saysHelp,
	"THANKS": saysThank, "THANK YOU": saysThank, "GRACIAS": saysThank, "MUCHAS GRACIAS": saysThank, "OK": saysThank, "OKAY": saysThank,
}

// commandWord gives the command that the whole of text is, "" for any other words.
func commandWord(text string) string {
	if len(text) > 40 {
		return ""
	}
	return commands[strings.ToUpper(strings.Trim(text, " \n\t.!¡?¿,*\"'“”’"))]
}

// latest gives the newest ticket that fits; false when none does.
func (h heard) latest(fits func(desk.Ticket) bool) (desk.Ticket, bool) {
	for _, t := range h.tickets {
		if fits(t) {
			return t, true
		}
	}
	return desk.Ticket{}, false
}

// asked is the question about which the sender was asked last.
func (h heard) asked() (best desk.Ticket, ok bool) {
	for _, t := range h.tickets {
		if t.State == desk.Asked && (!ok || t.AskedAt.After(best.AskedAt)) {
			best, ok = t, true
		}
	}
	return best, ok
}

// open is the newest open question, or the one that a mail names.
func (h heard) open() (desk.Ticket, bool) {
	if t, ok := h.latest(func(t desk.Ticket) bool { return t.Ref == h.ref }); ok {
		for t.Into != 0 {
			into := t.Into
			if t, ok = h.latest(func(t desk.Ticket) bool { return t.ID == into }); !ok {
				break
			}
		}
		if t.State.Open() {
			return t, true
		}
	}
	return h.latest(func(t desk.Ticket) bool { return t.State.Open() })
}

// closed is the question that closed last and whose tracker still lives.
func (h heard) closed(now time.Time) (best desk.Ticket, ok bool) {
	for _, t := range h.tickets {
		if !t.State.Open() && t.State != desk.Void && t.State != desk.Merged && !trackerEnded(t, now) && (!ok || t.ClosedAt.After(best.ClosedAt)) {
			best, ok = t, true
		}
	}
	return best, ok
}

// obey does what a message says and notes on its row what became of it.
func (a *App) obey(ctx context.Context, row *store.Inbound, h heard) (string, error) {
	switch h.word {
	case saysStop, saysStart:
		return "", a.hearStop(ctx, row, h, h.word == saysStop)
	case saysHelp:
		if len(h.tickets) > 0 {
			return "", a.answer(ctx, row, h, h.tickets[0], func(x *act, to desk.AddressID) error {
				return x.tellTo(desk.SayHelp, h.channel, to, desk.Promise{}, 0, nil)
			})
		}
	case saysYes:
		if t, ok := h.asked(); ok {
			return "", a.answer(ctx, row, h, t, func(x *act, _ desk.AddressID) error { return x.confirmed() })
		}
	case saysNo:
		if t, ok := h.asked(); ok {
			return "", a.hearAgain(ctx, row, h, t, "")
		}
		if t, ok, err := a.withCallAhead(ctx, h); err != nil || ok {
			if err != nil {
				return "", err
			}
			return "", a.answer(ctx, row, h, t, func(x *act, to desk.AddressID) error {
				return x.tellTo(desk.SayLink, h.channel, to, desk.Promise{}, 0, nil)
			})
		}
	}
	if t, ok := h.open(); ok {
		return "", a.answer(ctx, row, h, t, func(x *act, to desk.AddressID) error {
			m, err := x.hear(h.via, h.body)
			if err != nil {
				return err
			}
			return x.alarm(m.Flag, h.channel, to)
		})
	}
	t, ok := h.closed(a.Now())
	switch {
	case ok && (h.word == saysYes || h.word == saysThank):
		// Somebody who thanks does not want a closed question open again.
		return "", a.answer(ctx, row, h, t, func(*act, desk.AddressID) error { return nil })
	case ok && h.word == saysNo:
		return "", a.hearAgain(ctx, row, h, t, "")
	case ok:
		return "", a.hearAgain(ctx, row, h, t, h.body)
	}
	return a.hearNew(ctx, row, h)
}

// answer runs fn on a ticket for its person, and notes in the same unit of work that the message is
// done. fn gets the address from which the message came, zero when the person has lost it.
func (a *App) answer(ctx context.Context, row *store.Inbound, h heard, t desk.Ticket, fn func(*act, desk.AddressID) error) error {
	return a.db.System(ctx, "inbound", func(tx *store.SystemTx) error {
		here := tx.ForClient(h.c.ID)
		from, err := here.Addresses(t.Requester)
		if err != nil {
			return err
		}
		var to desk.AddressID
		for _, ad := range from {
			if ad.Value == h.value {
				to = ad.ID
			}
		}
		err = a.inTx(here, desk.Tracking(h.c.ID, t.ID), h.c, t.ID, func(x *act) error {
			row.Ticket = x.t.ID
			return fn(x, to)
		})
		if err != nil {
			return err
		}
		return done(tx, row)
	})
}

func done(tx *store.SystemTx, row *store.Inbound) error {
	row.State, row.Reason = inboundDone, ""
	return tx.SaveInbound(*row)
}

// alarm answers words of danger at once: nobody may read them for a while.
func (x *act) alarm(flag desk.Flag, ch desk.Channel, to desk.AddressID) error {
	if flag != desk.FlagEmergency && flag != desk.FlagCrisis {
		return nil
	}
	return x.tellTo(desk.SayEmergency, ch, to, desk.Promise{}, 0, nil)
}

// hearAgain opens a question again, with a call as soon as somebody can.
func (a *App) hearAgain(ctx context.Context, row *store.Inbound, h heard, t desk.Ticket, body string) error {
	v := desk.Tracking(h.c.ID, t.ID)
	s, err := a.subjectOf(ctx, v, h.c, t.ID)
	if err != nil {
		return err
	}
	want := s.call(time.Time{})
	return a.withCall(ctx, v, h.c, want, func(next *choice) error {
		return a.answer(ctx, row, h, t, func(x *act, to desk.AddressID) error {
			if err := x.stillBroken(h.via, body, next); err != nil {
				return err
			}
			return x.alarm(desk.Worst(desk.RedFlags(body)), h.channel, to)
		})
	})
}

// withCallAhead finds the open question of the sender whose call is next; false when no call is promised.
func (a *App) withCallAhead(ctx context.Context, h heard) (best desk.Ticket, ok bool, err error) {
	var next desk.Promise
	err = a.db.Read(ctx, desk.System("inbound"), h.c.ID, func(tx *store.ReadTx) error {
		ok = false
		for _, t := range h.tickets {
			if !t.State.Open() {
				continue
			}
			live, err := tx.LivePromises(t.ID)
			if err != nil {
				return err
			}
			if p, has := (&act{live: live}).callAhead(); has && (!ok || p.Due.Before(next.Due)) {
				best, next, ok = t, p, true
			}
		}
		return nil
	})
	return best, ok, err
}

// hearNew opens a question for words that belong to none, with the agreement's promise: who writes to
// us is promised an answer, whichever way the words came.
func (a *App) hearNew(ctx context.Context, row *store.Inbound, h heard) (string, error) {
	in := TicketIn{
		Words: h.body, Via: h.via, Channel: h.channel, Lang: languageOf(h.body), Requester: RequesterIn{Kind: desk.Patient},
	}
	if h.channel == desk.ByEmail {
		in.Requester.Email = h.value
	} else {
		in.Requester.Phone = h.value
	}
	var err error
	if in.Skill, err = a.skillFor(ctx, h.body); err != nil {
		return "", err
	}
	if err := in.clean(h.c); err != nil {
		return "", err
	}
	if a.mayAsk(h.c.ID, "") != nil {
		return "more messages came than the desk takes at once", nil
	}
	v := desk.Guest(h.c.ID)
	var meanwhile []desk.Ticket
	err = a.db.System(ctx, "inbound", func(tx *store.SystemTx) error {
		here := tx.ForClient(h.c.ID)
		// The second of two texts in a row belongs to the question that the first has just opened.
		now, err := readTicketsOf(here.ReadTx, h.value)
		if meanwhile = now; err != nil || len(now) > len(h.tickets) {
			return err
		}
		if err := mayPromise(here, in.Requester); err != nil {
			return err
		}
		var out Opened
		id := desk.TicketID(here.NewID())
		if err := a.open(here, v, h.c, id, in, nil, &out); err != nil {
			return err
		}
		err = a.inTx(here, v, h.c, id, func(x *act) error { return x.alarm(x.t.Flag, x.t.Channel, x.t.Address) })
		if err != nil {
			return err
		}
		row.Ticket = id
		return done(tx, row)
	})
	if desk.Is(err, desk.RateLimited) {
		row.Ticket = 0
		return "its sender has written too often today", nil
	}
	if err == nil && len(meanwhile) > len(h.tickets) {
		h.tickets = meanwhile
		return a.obey(ctx, row, h)
	}
	return "", err
}

// Receipt notes what a provider says about a message of ours; a failure starts the next channel.
func (a *App) Receipt(ctx context.Context, r channel.Receipt) error {
	if r.ProviderID == "" {
		return nil
	}
	var seen desk.Out
	err := a.db.System(ctx, "receipt", func(tx *store.SystemTx) (err error) {
		seen, err = tx.OutByProvider(r.ProviderID)
		return err
	})
	if desk.Is(err, desk.NotFound) {
		// NotFound from there too: a receipt may be faster than the answer to sending, and the provider gives it again.
		return a.ringReceipt(ctx, r)
	}
	if err != nil {
		return err
	}
	v := desk.System("receipt")
	c, err := a.Client(ctx, v, seen.Client)
	if err != nil {
		return err
	}
	return a.onTicket(ctx, v, c, seen.Ticket, func(x *act) error {
		o, err := x.tx.Out(seen.ID)
		if err != nil || !channel.State(cmp.Or(o.State, desk.Queued)).Can(r.State) {
			return err
		}
		return x.delivered(o, channel.Delivery{State: r.State, ProviderID: r.ProviderID, Reason: r.Reason})
	})
}
