package app

import (
	"sync"
	"time"

	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
)

// book is what is agreed with one client, ready to count with.
type book struct {
	*sla.Book
	agreed int // how many versions of its own are in it
	terms  map[int]sla.Agreement
}

// books are compiled once for each client and number of agreed versions, which never change.
type books struct{ of sync.Map } // of desk.ClientID to *book

// bookIn gives the book of the client of tx, as true as everything else that tx reads.
func (a *App) bookIn(tx *store.ReadTx, c desk.Client) (*book, error) {
	n, err := tx.Agreed()
	if err != nil {
		return nil, err
	}
	if have, ok := a.books.of.Load(c.ID); ok && have.(*book).agreed == n {
		return have.(*book), nil
	}
	var all []desk.Agreement
	if n > 0 {
		if all, err = tx.Agreements(); err != nil {
			return nil, err
		}
	}
	b, err := bookOf(c, all)
	if err != nil {
		return nil, err
	}
	a.books.of.Store(c.ID, b)
	return b, nil
}

// bookOf compiles the usual terms and what both sides have agreed since.
func bookOf(c desk.Client, all []desk.Agreement) (*book, error) {
	usual, err := usualTerms(c)
	if err != nil {
		return nil, err
	}
	versions := []sla.Agreement{usual}
	b := &book{terms: map[int]sla.Agreement{usual.Version: usual}}
	for _, x := range all {
		if !x.Agreed() {
			continue
		}
		terms, err := frozenTerms(x)
		if err != nil {
			return nil, err
		}
		versions = append(versions, terms)
		b.terms[terms.Version] = terms
		b.agreed++
	}
	b.Book, err = sla.Compile(versions...)
	return b, err
}

// ownBook gives the book of a client that has an agreement of its own, nil while the usual terms are all it has. What is
// known of the desk says how many versions are agreed, so that a question which is opened costs no statement for it; a
// version that another node has put in force is seen a few seconds later, as everything that is known is.
func (a *App) ownBook(tx *store.ReadTx, c desk.Client) (*book, error) {
	know := a.facts.known.Load()
	if know == nil || know.agreed[c.ID] == 0 {
		return nil, nil
	}
	if have, ok := a.books.of.Load(c.ID); ok && have.(*book).agreed >= know.agreed[c.ID] {
		return have.(*book), nil
	}
	return a.bookIn(tx, c)
}

// firstWord is when a person of the desk owes a first human word on t, opened at now by this kind of person: the
// deadline of its own agreement where one is in force and has a line that fits, else the client's reply target.
func (a *App) firstWord(tx *store.ReadTx, c desk.Client, t desk.Ticket, kind desk.RequesterKind, now time.Time) (time.Time, error) {
	b, err := a.ownBook(tx, c)
	if err != nil {
		return time.Time{}, err
	}
	if b != nil {
		function := a.facts.known.Load().functions[t.Function].Name
		h := desk.ClockFacts{Kind: t.Kind, Priority: t.Priority, Audience: kind, Skill: t.Skill}.History(function, nil)
		due, version, ok := b.Due(sla.FirstResponse, now, &h.Facts)
		if due = due.Truncate(time.Microsecond); ok && version != desk.UsualVersion && due.After(now) {
			return due, nil
		}
	}
	return replyDue(c, now, c.ReplyIn), nil
}
