package app

import (
	"strings"

	"kept/internal/desk"
	"kept/internal/words"
)

// did says what a colleague may have done while somebody else was about to do the same, the weightiest
// first.
var did = []struct {
	typ  desk.EventType
	what string
}{
	{desk.MessageOut, "answered"}, {desk.PromiseTrying, "began a call"}, {desk.PromiseKept, "talked with the person"}, {desk.AskedIfFixed, "asked if it is fixed"},
	{desk.PromiseMade, "made a promise"}, {desk.PromiseMoved, "moved a promise"}, {desk.NoteAdded, "wrote a note"},
}

// unread is a Conflict when, after event seq, the person or a colleague wrote, promised or began a call.
// then says what to do: "send or discard".
func (x *act) unread(seq int, then string) error {
	if seq == 0 || x.t.Seq <= seq {
		return nil
	}
	later, err := x.tx.LastEvents(x.t.ID, min(x.t.Seq-seq, 50))
	if err != nil {
		return err
	}
	best := len(did)
	var of desk.Event
	for _, e := range later {
		if e.Seq <= seq {
			continue
		}
		if e.Type == desk.MessageIn {
			return desk.Errorf(desk.Conflict, "ticket.changed", "The person wrote again while you were writing. Read it, then send.")
		}
		if e.By.Who != desk.WhoStaff || e.By == x.v.Actor() || e.Data.Source == desk.FromAgreement {
			continue
		}
		for i, d := range did[:min(best+1, len(did))] {
			if d.typ == e.Type {
				best, of = i, e
			}
		}
	}
	if best == len(did) {
		return nil
	}
	return desk.Errorf(desk.Conflict, "ticket.taken", "%s %s at %s. Read it first, then %s.", firstOf(of.By.Name), did[best].what, words.Clock(words.EN, of.HappenedAt, zoneOf(x.c)), then)
}

func firstOf(name string) string {
	name, _, _ = strings.Cut(name, " ")
	return name
}
