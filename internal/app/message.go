package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Words is what staff writes on a ticket. Key makes a double submit harmless; other words under a key that
// was used are Conflict "idempotency.differs" and not taken. Seq, when not zero, is the event number that the
// writer saw: newer words of the person then give Conflict "ticket.changed", and what a colleague did meanwhile
// Conflict "ticket.taken". Ask asks at once whether it is fixed, unless that was asked already.
type Words struct {
	Body string
	Key  string
	Seq  int
	Ask  bool
	Call bool // typed in a call, not in the composer of the ticket
}

// typedAs is the field in which a message is typed.
var typedAs = map[desk.MessageKind]string{desk.ToThem: "reply", desk.Note: "note"}

// updateWithin is how long after a reply the person hears from us again at the latest.
const updateWithin = 48 * time.Hour

// Reply writes to the person by the channel that they chose. It keeps live reply and update promises
// and, while nothing else is promised, promises news within two days.
func (a *App) Reply(ctx context.Context, v desk.Viewer, ref desk.Ref, w Words) (desk.Message, error) {
	return a.write(ctx, v, ref, w, desk.ToThem)
}

// AddNote writes an internal note. Nothing is sent.
func (a *App) AddNote(ctx context.Context, v desk.Viewer, ref desk.Ref, w Words) (desk.Message, error) {
	return a.write(ctx, v, ref, w, desk.Note)
}

func (a *App) write(ctx context.Context, v desk.Viewer, ref desk.Ref, w Words, kind desk.MessageKind) (desk.Message, error) {
	max := desk.MaxWords
	if kind == desk.Note {
		max = desk.MaxNote
	}
	body, err := desk.CleanText(w.Body, max)
	if err != nil {
		e := err.(*desk.Error)
		return desk.Message{}, desk.Fields{{Field: "body", Code: e.Code, Message: e.Message}}.Err()
	}
	if body == "" {
		return desk.Message{}, desk.Fields{{Field: "body", Code: "words.missing", Message: "Write something first."}}.Err()
	}
	if gap := desk.Unfilled(body); gap != "" && kind == desk.ToThem {
		return desk.Message{}, desk.Fields{{Field: "body", Code: "gap.unfilled", Message: "Fill in " + gap + " first: the person would read it as it stands."}}.Err()
	}
	var m desk.Message
	err = a.byRef(ctx, v, ref, func(x *act) error {
		m = desk.Message{}
		if w.Key != "" {
			again, err := x.again(w.Key, store.Idempotent{Hash: wordsHash(kind, body, w.Ask), Ticket: x.t.ID})
			if again || err != nil {
				return err // sent already: the page that comes back shows it
			}
		}
		if kind == desk.ToThem {
			if err := x.unread(w.Seq, "send or discard"); err != nil {
				return err
			}
		}
		var err error
		if m, err = x.addMessage(kind, desk.ViaDesk, body); err != nil {
			return err
		}
		if v.Who == desk.WhoStaff && !w.Call {
			if err := x.tx.KeepTyped(ref, typedAs[kind], ""); err != nil {
				return err
			}
		}
		if kind == desk.Note {
			return nil
		}
		if err := x.replied(m); err != nil || !w.Ask || x.t.State == desk.Asked {
			return err
		}
		return x.askIfFixed(true)
	})
	return m, err
}

// wordsHash tells words that were corrected before a second submit from those of the first.
func wordsHash(kind desk.MessageKind, body string, ask bool) string {
	sum := sha256.Sum256([]byte(string(kind) + " " + strconv.FormatBool(ask) + " " + body))
	return hex.EncodeToString(sum[:])
}

// again keeps what the viewer does under a key and reports whether exactly this was done before. Something
// else under the same key is Conflict "idempotency.differs".
func (x *act) again(key string, did store.Idempotent) (bool, error) {
	err := x.tx.KeepIdempotent(keyOwner(x.v), key, did)
	if !desk.Is(err, desk.Conflict) {
		return false, err
	}
	first, ok, err := x.tx.Idempotent(keyOwner(x.v), key)
	if err == nil && (!ok || first != did) {
		err = desk.Errorf(desk.Conflict, "idempotency.differs", "Other words were taken from this form already. Read them first: these were not sent.")
	}
	return err == nil, err
}

// replied does what a person's answer means for the ticket: it is sent, it keeps what was promised in
// words, and something stays promised.
func (x *act) replied(m desk.Message) error {
	if !x.t.State.Open() {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. Only the person can open it again.")
	}
	out, err := x.say(desk.SayReply, desk.Promise{}, m.ID, nil)
	if err != nil {
		return err
	}
	if err := x.keepWords("replied", out); err != nil {
		return err
	}
	if err := x.resume("answered"); err != nil {
		return err
	}
	if x.t.State == desk.New {
		x.t.State = desk.Working
	}
	if x.t.Owner == 0 && x.v.Who == desk.WhoStaff {
		x.t.Owner = x.v.Staff
	}
	return x.news()
}

// news promises news within two days while nothing else is promised.
func (x *act) news() error {
	if !x.t.State.Open() {
		return nil
	}
	for _, p := range x.live {
		if p.Kind != desk.Confirm || x.t.State == desk.Asked {
			return nil
		}
	}
	_, err := x.add(desk.Promise{Kind: desk.Update, Source: desk.FromAgreement, Skill: x.t.Skill, Due: x.now().Add(updateWithin)})
	return err
}

// keepWords keeps the live promises that an answer in words keeps: at once where the person has the words,
// else once delivery out has brought them. What is past due is left to the sweeper, which breaks it: the
// clock decides before the answer does.
func (x *act) keepWords(outcome string, out int64) error {
	for _, p := range slices.Clone(x.live) {
		if p.Kind != desk.Reply && p.Kind != desk.Update {
			continue
		}
		if !x.now().Before(p.BreaksAt()) {
			continue
		}
		if out != 0 && x.now().Before(p.Due) {
			if !p.AnsweredAt.IsZero() {
				continue // the first answer counts while it is on its way
			}
			p, err := p.Answer(x.now(), out, outcome)
			if err != nil {
				return err
			}
			if err := x.put(p); err != nil {
				return err
			}
			continue
		}
		p, err := p.Keep(x.now(), outcome)
		if err != nil {
			return err
		}
		if err := x.end(p, desk.PromiseKept, desk.EventData{}); err != nil {
			return err
		}
	}
	return nil
}

// arrived keeps what the words of delivery o answer, as soon as they are with the person as far as anybody
// can know: when the provider says so, for mail when it was taken, and at due when nothing was heard since.
func (x *act) arrived(o desk.Out) error {
	kept := false
	for _, p := range slices.Clone(x.live) {
		if p.AnsweredOut != o.ID || o.State == desk.Accepted && o.Channel == desk.BySMS && x.now().Before(p.Due) {
			continue
		}
		if err := x.keepAnswered(p); err != nil {
			return err
		}
		kept = true
	}
	if !kept {
		return nil
	}
	return x.news()
}

// keepAnswered ends p as kept by its answer.
func (x *act) keepAnswered(p desk.Promise) error {
	p, err := p.Arrived()
	if err != nil {
		return err
	}
	return x.end(p, desk.PromiseKept, desk.EventData{})
}

// heardBack keeps what was answered: who answers us has had our words.
func (x *act) heardBack() error {
	for _, p := range slices.Clone(x.live) {
		if p.AnsweredAt.IsZero() {
			continue
		}
		if err := x.keepAnswered(p); err != nil {
			return err
		}
	}
	return nil
}

// astray takes back the answers that delivery o carried: it did not arrive. They count as written again now
// when another delivery carries the same words; next is its id, zero for none.
func (x *act) astray(o desk.Out, next int64) error {
	for _, p := range slices.Clone(x.live) {
		if p.AnsweredOut != o.ID {
			continue
		}
		outcome := p.Outcome
		p = p.Unanswered()
		p.FireAt = p.BreaksAt()
		if next != 0 && x.now().Before(p.Due) {
			var err error
			if p, err = p.Answer(x.now(), next, outcome); err != nil {
				return err
			}
			p.FireAt = p.Due
		}
		if err := x.put(p); err != nil {
			return err
		}
		x.sweepAt(p.FireAt)
	}
	return nil
}
