package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"kept/internal/calendar"
	"kept/internal/desk"
	"kept/internal/job"
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

// ClockLine is one clock of a question and how it came to stand so.
type ClockLine struct {
	sla.Explanation
	Text []string // in English, in the zone of its hours
}

// ClockPage is how the clocks of one question stand.
type ClockPage struct {
	Client desk.Client
	Ticket desk.ClockFacts
	Now    time.Time
	Clocks []ClockLine
	Usual  bool // by the usual terms: the client has none of its own
}

// Clocks gives the clocks of a question as they stand now, counted from its events, each explained.
func (a *App) Clocks(ctx context.Context, v desk.Viewer, ref desk.Ref) (ClockPage, error) {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return ClockPage{}, err
	}
	know, err := a.know(ctx)
	if err != nil {
		return ClockPage{}, err
	}
	page := ClockPage{Client: c}
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		b, err := a.bookIn(tx, c)
		if err != nil {
			return err
		}
		if page.Ticket, err = tx.ClockFacts(id); err != nil {
			return err
		}
		events, err := tx.Events(id)
		if err != nil {
			return err
		}
		page.Now, page.Usual = tx.Now(), b.agreed == 0
		t := page.Ticket.History(know.functions[page.Ticket.Function].Name, events)
		var f sla.Folder
		for _, x := range f.Explain(b.Book, &t, page.Now) {
			page.Clocks = append(page.Clocks, ClockLine{x, x.Text()})
		}
		return nil
	})
	return page, err
}

// Explain is Clocks in lines of plain English, for a terminal.
func (a *App) Explain(ctx context.Context, v desk.Viewer, ref desk.Ref) ([]string, error) {
	page, err := a.Clocks(ctx, v, ref)
	if err != nil {
		return nil, err
	}
	lines := []string{fmt.Sprintf("%s, %s, %s", page.Ticket.Ref, page.Client.Name, page.Ticket.Priority)}
	if page.Usual {
		lines[0] += ", by the usual terms"
	}
	zone := zoneOf(page.Client)
	for _, x := range page.Clocks {
		lines = append(lines, "", standing(&x.Clock, zone))
		for _, l := range x.Text {
			lines = append(lines, "  "+l)
		}
	}
	if len(page.Clocks) == 0 {
		lines = append(lines, "No clock of the agreement is about this question.")
	}
	return lines, nil
}

// standing says in one line how a clock stands.
func standing(c *sla.Clock, zone *time.Location) string {
	at := func(t time.Time) string { return t.In(zone).Format("Mon Jan 2 15:04 MST") }
	text := c.Metric.String() + ": "
	switch c.Outcome() {
	case sla.Met:
		return text + "met " + at(c.MetAt)
	case sla.Excluded:
		return text + "left out (" + c.Excluded.String() + ") " + at(c.End)
	case sla.Missed:
		text += "missed " + at(c.BreachedAt)
		if c.End.IsZero() {
			return text + ", still " + c.State.String()
		}
		return text
	}
	text += c.State.String()
	if !c.Deadline.IsZero() {
		text += ", due " + at(c.Deadline)
	}
	return text
}

// pressing makes the row of a question out of its clocks; ok is false when none runs.
func pressing(t desk.ClockFacts, all []sla.Explanation, b *book, now time.Time) (row desk.Clock, ok bool) {
	row = desk.Clock{Ticket: t.Ticket, Seq: t.Seq}
	var best *sla.Explanation
	// Rows hold whole microseconds; nothing fires before its instant.
	whole := func(at time.Time) time.Time { return at.Add(time.Microsecond - 1).Truncate(time.Microsecond).UTC() }
	fire := func(at time.Time) {
		if at = whole(at); at.After(now) && (row.FireAt.IsZero() || at.Before(row.FireAt)) {
			row.FireAt = at
		}
	}
	for i := range all {
		x := &all[i]
		c := &x.Clock
		if c.Outcome() == sla.Missed {
			row.Missed++
		}
		if !c.End.IsZero() {
			continue
		}
		if c.BreachedAt.IsZero() {
			fire(c.Deadline)
		}
		if best == nil || sooner(c, &best.Clock) {
			best = x
		}
	}
	if best == nil {
		return row, false
	}
	c := &best.Clock
	row.Version, row.Metric = c.Version, c.Metric.String()
	if !c.Deadline.IsZero() {
		row.Deadline = whole(c.Deadline)
	}
	switch {
	case !c.BreachedAt.IsZero():
		row.State, row.Percent = desk.ClockMissed, 100
	case c.State == sla.Standing:
		row.State = desk.ClockPaused
	case c.State == sla.Asking:
		row.State = desk.ClockAsked
	default:
		row.State = desk.ClockRunning
	}
	for _, w := range best.Warnings {
		if row.State == desk.ClockMissed {
			break
		}
		if !w.At.After(now) {
			row.Percent = w.Percent
		}
		fire(w.At)
	}
	fire(b.NextChange(now))
	return row, true
}

// sooner reports whether x presses more than y: missed before the others, then by deadline; those without one last.
func sooner(x, y *sla.Clock) bool {
	if late := !x.BreachedAt.IsZero(); late == y.BreachedAt.IsZero() {
		return late
	}
	if x.Deadline.IsZero() || y.Deadline.IsZero() {
		return !x.Deadline.IsZero()
	}
	return x.Deadline.Before(y.Deadline)
}

// standingNow counts the row of a question anew.
func (k *counting) standingNow(t desk.ClockFacts, events []desk.Event, now time.Time) (desk.Clock, bool) {
	h := t.History(k.functions[t.Function].Name, events)
	return pressing(t, k.folder.Explain(k.book.Book, &h, now), k.book, now)
}

// counting is what counting the questions of one client takes.
type counting struct {
	book      *book
	functions map[int64]desk.Function
	folder    sla.Folder
}

func (a *App) counting(tx *store.ReadTx, c desk.Client, know *facts) (*counting, error) {
	b, err := a.bookIn(tx, c)
	return &counting{book: b, functions: know.functions}, err
}

// Clocker is the source of questions whose row of clocks is to be made again, for a job loop.
func (a *App) Clocker() job.Source { return clocker{a} }

type clocker struct{ a *App }

// foldsAtOnce is how many questions of one client share a unit of work, foldsAClaim how many a claim gives: with a
// claim a second a flood of questions costs a few hundredths of a processor, and their rows come later.
const (
	foldsAtOnce = 32
	foldsAClaim = 64
)

// Claim gives the questions by client. It takes no lease: two nodes that count the same question write the same row.
func (s clocker) Claim(ctx context.Context, now time.Time, _ int, _ time.Duration) ([]job.Row, error) {
	var keys []store.TicketKey
	err := s.a.db.Claim(ctx, "clocks", func(tx *store.SystemTx) (err error) {
		keys, err = tx.ToFold(now, foldsAClaim)
		return err
	})
	if err != nil {
		return nil, err
	}
	byClient := map[desk.ClientID][]desk.TicketID{}
	for _, k := range keys {
		if !slices.Contains(byClient[k.Client], k.ID) {
			byClient[k.Client] = append(byClient[k.Client], k.ID)
		}
	}
	var rows []job.Row
	for _, c := range slices.Sorted(maps.Keys(byClient)) {
		for some := range slices.Chunk(byClient[c], foldsAtOnce) {
			rows = append(rows, job.Row{
				ID: "clocks " + strconv.FormatInt(int64(c), 10) + "/" + strconv.FormatInt(int64(some[0]), 10), Attempts: 1, FireAt: now,
				Work: func(ctx context.Context) error { return s.a.fold(ctx, c, some) },
			})
		}
	}
	return rows, nil
}

// Return does nothing: what is not counted yet is seen again.
func (s clocker) Return(context.Context, job.Row, time.Time, string) error { return nil }

// fold counts some questions of one client and stores how they stand.
func (a *App) fold(ctx context.Context, cid desk.ClientID, some []desk.TicketID) error {
	v := desk.System("clocks")
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return err
	}
	know, err := a.know(ctx)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		k, err := a.counting(tx.ReadTx, c, know)
		if err != nil {
			return err
		}
		err = tx.HistoriesOf(some, func(t desk.ClockFacts, events []desk.Event) error {
			if row, ok := k.standingNow(t, events, tx.Now()); ok {
				return tx.SaveClock(row)
			}
			return tx.DropClock(t.Ticket)
		})
		if err != nil {
			return err
		}
		return tx.Folded(some)
	})
}

// Fold counts the questions of one claim whose clocks wait for it. It gives how many batches there were.
func (a *App) Fold(ctx context.Context) (done int, err error) {
	rows, err := clocker{a}.Claim(ctx, a.Now(), 0, 0)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		if err := r.Work(ctx); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// NextFold is when clocks are next to be counted though nothing happens; zero when none are.
func (a *App) NextFold(ctx context.Context) (next time.Time, err error) {
	err = a.db.Claim(ctx, "clocks", func(tx *store.SystemTx) error {
		at, ok, err := tx.NextFold()
		if ok {
			next = at
		}
		return err
	})
	return next, err
}

// clockWrong compares the stored row of a question with its events; "" when it is right, or waits to be made again.
func (k *counting) clockWrong(tx *store.ReadTx, t desk.Ticket, kind desk.RequesterKind, events []desk.Event) (string, error) {
	have, ok, stale, err := tx.Clock(t.ID)
	if err != nil || stale || ok && !have.FireAt.IsZero() && !have.FireAt.After(tx.Now()) {
		return "", err
	}
	want, runs := k.standingNow(desk.ClockFacts{Ticket: t.ID, Ref: t.Ref, State: t.State, Kind: t.Kind, Priority: t.Priority, Function: t.Function,
		Skill: t.Skill, Audience: kind, Seq: t.Seq, OpenedAt: t.OpenedAt}, events, tx.Now())
	have.Client = 0
	switch {
	case ok != runs:
		return fmt.Sprintf("%s: a row of clocks is there: %t; by its history one runs: %t", t.Ref, ok, runs), nil
	case ok && have != want:
		return fmt.Sprintf("%s: its row of clocks says %+v, its history %+v", t.Ref, have, want), nil
	}
	return "", nil
}

// ClockSoon is a question whose clock ends soon or was missed.
type ClockSoon struct {
	desk.Clock
	Ref    desk.Ref
	Client desk.Client
}

// ClocksSoon gives the open questions of v's clients that were missed or end first, at most n, and how each
// client stands. Words of a question are not among it.
func (a *App) ClocksSoon(ctx context.Context, v desk.Viewer, n int) (list []ClockSoon, sums map[desk.ClientID]store.ClockSum, err error) {
	if !v.IsStaff() {
		return nil, nil, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return nil, nil, err
	}
	sums = map[desk.ClientID]store.ClockSum{}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		all, err := tx.ClockSums(75)
		if err != nil {
			return err
		}
		for _, s := range all {
			sums[s.Client] = s
		}
		rows, err := tx.ClocksSoon(n)
		if err != nil {
			return err
		}
		list = nil
		for _, row := range rows {
			one, err := tx.ForClient(row.Client)
			if err != nil {
				return err
			}
			t, err := one.ClockFacts(row.Ticket)
			if err != nil {
				return err
			}
			list = append(list, ClockSoon{row, t.Ref, know.client[row.Client]})
		}
		return nil
	})
	return list, sums, err
}

// Attained is how the clocks of one metric ended.
type Attained struct {
	Metric sla.Metric
	sla.Tally
}

// Attainment counts the clocks of one client that were decided in [from, until), by metric, under the terms that were in
// force for each. Until must not lie ahead.
func (a *App) Attainment(ctx context.Context, v desk.Viewer, cid desk.ClientID, from, until time.Time) ([]Attained, error) {
	if v.Who != desk.WhoSystem && !v.Leads() {
		return nil, errAgreementLead
	}
	c, err := a.Client(ctx, v, cid)
	if err != nil {
		return nil, err
	}
	know, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	var all []Attained
	err = a.db.Read(ctx, v, cid, func(tx *store.ReadTx) error {
		b, err := a.bookIn(tx, c)
		if err != nil {
			return err
		}
		var count sla.Counts
		err = tx.Histories(from, until, func(f desk.ClockFacts, events []desk.Event) {
			t := f.History(know.functions[f.Function].Name, events)
			count.Add(b.Book, &t, calendar.Span{Start: from, End: until})
		})
		all = nil
		count.Each(func(m sla.Metric, t sla.Tally) { all = append(all, Attained{m, t}) })
		return err
	})
	return all, err
}
