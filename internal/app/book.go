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
type books struct {
	of  sync.Map // of desk.ClientID to *book
	put sync.Map // of desk.ClientID to int: how many this process has put in force, before what is known of the desk says so
}

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

// agreedSoon gives how many versions of its own hold for the client of tx, for whoever opens a question in it: the units of
// work of a client come one after the other, on all nodes, so what was put in force before counts. On PostgreSQL the
// number is read with the first statement of tx; on SQLite this process knows it, and reads nothing.
func (a *App) agreedSoon(tx *store.Tx) func() (int, error) {
	if a.db.Engine() != "sqlite" {
		return tx.AgreedSoon()
	}
	return func() (n int, err error) {
		if know := a.facts.known.Load(); know != nil {
			n = know.agreed[tx.Client()]
		}
		if put, ok := a.books.put.Load(tx.Client()); ok {
			n = max(n, put.(int))
		}
		return n, nil
	}
}

// ownBook gives the book of a client of which so many versions of its own hold, nil while the usual terms are all it has.
func (a *App) ownBook(tx *store.ReadTx, c desk.Client, agreed int) (*book, error) {
	if agreed == 0 {
		return nil, nil
	}
	if have, ok := a.books.of.Load(c.ID); ok && have.(*book).agreed == agreed {
		return have.(*book), nil
	}
	return a.bookIn(tx, c)
}

// firstWord is when a person of the desk owes a first human word on t, opened at now by this kind of person: the
// deadline of its own agreement where one is in force and has a line that fits, else the client's reply target. So many
// versions of its own hold.
func (a *App) firstWord(tx *store.ReadTx, c desk.Client, agreed int, t desk.Ticket, kind desk.RequesterKind, now time.Time) (time.Time, error) {
	b, err := a.ownBook(tx, c, agreed)
	if err != nil {
		return time.Time{}, err
	}
	if b != nil {
		function := ""
		if know := a.facts.known.Load(); know != nil {
			function = know.functions[t.Function].Name
		}
		h := desk.ClockFacts{Kind: t.Kind, Priority: t.Priority, Audience: kind, Skill: t.Skill}.History(function, nil)
		due, version, ok := b.Due(sla.FirstResponse, now, &h.Facts)
		if due = due.Truncate(time.Microsecond); ok && version != desk.UsualVersion && due.After(now) {
			return due, nil
		}
	}
	return replyDue(c, now), nil
}
