package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// CallIn is a finished call. Ending is "solved" (asks by text whether it is fixed), "promise" or
// "team" (a handoff promise to the team with Skill).
type CallIn struct {
	Client    desk.ClientID
	Requester RequesterIn
	Ref       string // of the open ticket that the call is about; empty: a new one
	Words     string
	Lang      string
	Ending    string
	Promise   PromiseIn
	Note      string
	Voicemail bool
	Answer    int64  // that was read aloud
	Key       string // of the form: a double submit gives the same ticket
	Function  int64
	Skill     string
	Channel   desk.Channel
}

// FindCallers gives requesters of one client by phone, name, number of a ticket, best match first,
// and says why each matches ("phone matches", "name matches", "number matches").
func (a *App) FindCallers(ctx context.Context, v desk.Viewer, c desk.ClientID, words string) ([]CallerMatch, error) {
	if !v.IsStaff() {
		return nil, errStaffOnly
	}
	if !v.Sees(c) {
		return nil, notFound
	}
	words, err := desk.CleanLine(words, desk.MaxName)
	if err != nil || words == "" {
		return nil, err
	}
	var who desk.RequesterID // of the ticket with this number
	if ref, err := desk.ParseRef(words); err == nil {
		err := a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
			t, err := tx.TicketByRef(ref)
			if err == nil && t.Client == c {
				who = t.Requester
			}
			return err
		})
		if err != nil && !desk.Is(err, desk.NotFound) {
			return nil, err
		}
	}
	address := addressIn(words)
	var found []CallerMatch
	err = a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
		found = nil
		if who != 0 {
			r, err := tx.Requester(who)
			if err != nil {
				return err
			}
			found = append(found, CallerMatch{Person: Person{Requester: r}, Why: "number matches"})
		}
		why := "name matches"
		switch {
		case strings.Contains(address, "@"):
			why = "email matches"
		case address != "":
			why = "phone matches"
		}
		people, err := peopleIn(tx, words, address)
		if err != nil {
			return err
		}
		for _, r := range people {
			if r.ID != who {
				found = append(found, CallerMatch{Person: Person{Requester: r}, Why: why})
			}
		}
		for i := range found {
			if err := found[i].fill(tx); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// fill reads what else is known of a person.
func (m *CallerMatch) fill(tx *store.ReadTx) (err error) {
	if m.Addresses, err = tx.Addresses(m.ID); err != nil {
		return err
	}
	tickets, err := tx.TicketsOf(m.ID, 100)
	if err != nil {
		return err
	}
	m.Tickets = len(tickets)
	for _, t := range tickets {
		if t.State.Open() {
			m.Open = append(m.Open, t)
		}
		if t.ChangedAt.After(m.LastAt) {
			m.LastAt = t.ChangedAt
		}
	}
	return nil
}

// CallerMatch is somebody who may be calling.
type CallerMatch struct {
	Person
	Why  string
	Open []desk.Ticket
}

// FinishCall stores a call: it cannot end without an ending.
func (a *App) FinishCall(ctx context.Context, v desk.Viewer, in CallIn) (Opened, error) {
	if v.Who != desk.WhoStaff {
		return Opened{}, errStaffOnly
	}
	promise, err := in.promised()
	if err != nil {
		return Opened{}, err
	}
	finish := a.finishNew
	if in.Ref != "" {
		finish = a.finishOld
	}
	out, err := finish(ctx, v, in, promise)
	if err == nil && callKey.MatchString(in.Key) {
		err = a.db.Desk(ctx, v, func(tx *store.DeskTx) error { return tx.DropCall(in.Key) })
	}
	if err != nil || in.Answer == 0 || out.Again {
		return out, err
	}
	c, err := a.Client(ctx, v, out.Client)
	if err != nil {
		return out, err
	}
	return out, a.onTicket(ctx, v, c, out.Ticket, func(x *act) error {
		return x.note(desk.AnswerOffered, desk.EventData{Answer: in.Answer, Via: desk.ViaPhone})
	})
}

// finishNew stores a call about something new.
func (a *App) finishNew(ctx context.Context, v desk.Viewer, in CallIn, promise *PromiseIn) (Opened, error) {
	out, err := a.OpenTicket(ctx, v, in.Client, TicketIn{
		Words: in.Words, Function: in.Function, Skill: in.Skill, Via: desk.ViaPhone, Lang: in.Lang, Requester: in.Requester,
		Channel: in.Channel, Voicemail: in.Voicemail, Promise: promise, Note: in.Note, Key: in.Key, Owner: v.Staff,
	})
	if err != nil || in.Ending != "solved" {
		return out, err
	}
	return out, a.askOnce(ctx, v, out.Ref)
}

// finishOld stores a call about a ticket that is open already. Its words and note go first: when the
// promise cannot be made, the form comes back with them, and its Key keeps them from being stored twice.
func (a *App) finishOld(ctx context.Context, v desk.Viewer, in CallIn, promise *PromiseIn) (Opened, error) {
	ref, err := desk.ParseRef(in.Ref)
	if err != nil {
		return Opened{}, err
	}
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return Opened{}, err
	}
	if c.ID != in.Client && in.Client != 0 {
		return Opened{}, notFound
	}
	for _, said := range []struct{ body, key string }{{quoted(in.Words), "words"}, {in.Note, "note"}} {
		if strings.TrimSpace(said.body) == "" {
			continue
		}
		key := ""
		if in.Key != "" {
			// With the words in it: what was corrected before a second submit is not lost.
			sum := sha256.Sum256([]byte(said.body))
			key = in.Key + " " + said.key + " " + hex.EncodeToString(sum[:8])
		}
		if _, err := a.AddNote(ctx, v, ref, Words{Body: said.body, Key: key, Call: true}); err != nil {
			return Opened{}, err
		}
	}
	if in.Requester.Proven {
		if err := a.onTicket(ctx, v, c, id, func(x *act) error {
			r, err := x.tx.Requester(x.t.Requester)
			if err != nil {
				return err
			}
			_, err = proven(x.tx, r, true)
			return err
		}); err != nil {
			return Opened{}, err
		}
	}
	out := Opened{Client: c.ID, Ticket: id, Ref: ref}
	if promise != nil {
		// The first note above stands for the form: a second submit finds the promise that it made.
		if out.Promise, err = a.promiseOnce(ctx, v, c.ID, id, ref, *promise); err != nil {
			return Opened{}, err
		}
	} else if err := a.askOnce(ctx, v, ref); err != nil {
		return Opened{}, err
	}
	return out, a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		t, err := tx.Ticket(id)
		if err != nil {
			return err
		}
		out.Token = t.Token
		if out.Promise.ID == 0 && t.Promise != 0 {
			out.Promise, err = tx.Promise(t.Promise)
		}
		return err
	})
}

// quoted marks the caller's words in a note.
func quoted(words string) string {
	if words = strings.TrimSpace(words); words == "" {
		return ""
	}
	return "By phone: “" + words + "”"
}

// callAgain is how long the same promise by the same person counts as the same submit.
const callAgain = 2 * time.Minute

// promiseOnce makes a promise, unless v has just made the same one.
func (a *App) promiseOnce(ctx context.Context, v desk.Viewer, c desk.ClientID, id desk.TicketID, ref desk.Ref, in PromiseIn) (desk.Promise, error) {
	var same desk.Promise
	err := a.db.Read(ctx, v, c, func(tx *store.ReadTx) error {
		live, err := tx.LivePromises(id)
		for _, p := range live {
			if p.Kind == in.Kind && p.MadeBy == v.Actor() && tx.Now().Sub(p.MadeAt) < callAgain &&
				(in.Start.IsZero() || in.Start.Equal(p.Start)) && (in.Due.IsZero() || in.Due.Equal(p.Due)) {
				same = p
			}
		}
		return err
	})
	if err != nil || same.ID != 0 {
		return same, err
	}
	return a.MakePromise(ctx, v, ref, in)
}

// askOnce asks whether it is fixed; having asked before is as good.
func (a *App) askOnce(ctx context.Context, v desk.Viewer, ref desk.Ref) error {
	err := a.byRef(ctx, v, ref, func(x *act) error { return x.askIfFixed(true) })
	if e, ok := err.(*desk.Error); ok && e.Code == "ticket.asked" {
		return nil
	}
	return err
}

// promised gives the promise with which a call ends; nil when it is solved.
func (in CallIn) promised() (*PromiseIn, error) {
	switch in.Ending {
	case "solved":
		return nil, nil
	case "promise":
		p := in.Promise
		p.Skill = cmp.Or(p.Skill, in.Skill)
		return &p, nil
	case "team":
		if in.Skill == "" && in.Promise.Skill == "" {
			return nil, desk.Fields{{Field: "skill", Code: "skill.missing", Message: "Choose the team that takes it."}}.Err()
		}
		p := in.Promise
		p.Kind, p.Skill = desk.Handoff, cmp.Or(in.Skill, p.Skill)
		return &p, nil
	}
	return nil, desk.Fields{{Field: "ending", Code: "ending.missing", Message: "Choose how the call ends: solved, a promise, or another team."}}.Err()
}

// Similar says what is known about words: answers, how many asked the like in 30 days, where.
func (a *App) Similar(ctx context.Context, v desk.Viewer, words string) (SimilarTo, error) {
	if !v.IsStaff() {
		return SimilarTo{}, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return SimilarTo{}, err
	}
	words = words[:min(len(words), 4*desk.MaxWords)]
	out := SimilarTo{Answers: know.index.find(words, 3)}
	telling := know.index.telling(words, 2)
	if len(telling) == 0 {
		return out, nil
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		n, err := tx.SimilarCount(strings.Join(telling, " "), tx.Now().Add(-30*24*time.Hour))
		out.Asked, out.Open, out.Clients = n.Tickets, n.Open, n.Clients
		return err
	})
	return out, err
}

// SimilarTo is what is known about words.
type SimilarTo struct {
	Answers []desk.Answer
	Asked   int // tickets in 30 days, at most 100
	Open    int
	Clients int
}

// telling gives the at most n words of a text by which the like of it is found: first those that
// answers know, the rarest first, then the longest. The shorter a question, the more of the same it finds.
func (x *answerIndex) telling(text string, n int) []string {
	type word struct {
		text   string
		rarity float64
	}
	var list []word
	for _, w := range strings.FieldsFunc(fold(text), notInWord) {
		if stopWords[w] || len(w) < 3 || slices.ContainsFunc(list, func(have word) bool { return have.text == w }) {
			continue
		}
		t := stem(w)
		if same, ok := sameAs[t]; ok {
			t = same
		}
		list = append(list, word{w, x.rarity[t]})
	}
	slices.SortStableFunc(list, func(p, q word) int {
		return cmp.Or(cmp.Compare(q.rarity, p.rarity), cmp.Compare(len(q.text), len(p.text)))
	})
	var out []string
	for _, w := range list[:min(len(list), n)] {
		out = append(out, w.text)
	}
	return out
}
