package app

import (
	"context"
	"slices"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Words is what staff writes on a ticket. Key makes a double submit harmless; Seq, when not zero, is
// the event number that the writer saw: newer words of the person then give Conflict "ticket.changed", and
// what a colleague did meanwhile Conflict "ticket.taken". Ask asks at once whether it is fixed.
type Words struct {
	Body string
	Key  string
	Seq  int
	Ask  bool
	Call bool // typed in a call, not in the composer of the ticket
}

// typedAs is the field in which a message is typed.
var typedAs = map[desk.MessageKind]string{desk.ToThem: "reply", desk.Note: "note"}

// UpdateWithin is how long after a reply the person hears from us again at the latest.
const UpdateWithin = 48 * time.Hour

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
			err := x.tx.KeepIdempotent(keyOwner(v), w.Key, store.Idempotent{Ticket: x.t.ID})
			if desk.Is(err, desk.Conflict) {
				return nil // sent already: the page that comes back shows it
			}
			if err != nil {
				return err
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
		if err := x.replied(m); err != nil || !w.Ask {
			return err
		}
		return x.askIfFixed(true)
	})
	return m, err
}

// replied does what a person's answer means for the ticket: it is sent, it keeps what was promised in
// words, and something stays promised.
func (x *act) replied(m desk.Message) error {
	if !x.t.State.Open() {
		return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. Only the person can open it again.")
	}
	if err := x.tell(desk.SayReply, desk.Promise{}, m.ID, nil); err != nil {
		return err
	}
	if err := x.keepWords("replied"); err != nil {
		return err
	}
	if x.t.State == desk.New {
		x.t.State = desk.Working
	}
	if x.t.Owner == 0 && x.v.Who == desk.WhoStaff {
		x.t.Owner = x.v.Staff
	}
	for _, p := range x.live {
		if p.Kind != desk.Confirm || x.t.State == desk.Asked {
			return nil
		}
	}
	_, err := x.add(desk.Promise{Kind: desk.Update, Source: desk.FromAgreement, Skill: x.t.Skill, Due: x.now().Add(UpdateWithin)})
	return err
}

// keepWords keeps the live promises that an answer in words keeps. What is past due is left to the
// sweeper, which breaks it: the clock decides before the answer does.
func (x *act) keepWords(outcome string) error {
	for _, p := range slices.Clone(x.live) {
		if p.Kind != desk.Reply && p.Kind != desk.Update {
			continue
		}
		if !x.now().Before(p.BreaksAt()) {
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
