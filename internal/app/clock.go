package app

import (
	"context"
	"fmt"
	"time"

	"kept/internal/calendar"
	"kept/internal/desk"
	"kept/internal/sla"
	"kept/internal/store"
)

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
	Usual  bool             // by the usual terms: the client has none of its own
	Firms  map[int64]string // suppliers by the key of their clock
}

// Clocks gives the clocks of a question as they stand now, counted from its events, each explained.
func (a *App) Clocks(ctx context.Context, v desk.Viewer, ref desk.Ref) (page ClockPage, err error) {
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return page, err
	}
	know, err := a.know(ctx)
	if err != nil {
		return page, err
	}
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) error {
		k, err := a.counting(tx, c, know)
		if err != nil {
			return err
		}
		facts, err := tx.ClockFacts(id)
		if err != nil {
			return err
		}
		events, err := tx.Events(id)
		page = k.page(c, facts, events, tx.Now())
		return err
	})
	return page, err
}

// ClocksOf is Clocks of a question that was just read for a page: it reads what was agreed, and nothing else.
func (a *App) ClocksOf(ctx context.Context, v desk.Viewer, p TicketPage) (page ClockPage, err error) {
	if !v.IsStaff() {
		return page, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return page, err
	}
	err = a.db.Read(ctx, v, p.Client.ID, func(tx *store.ReadTx) error {
		k, err := a.counting(tx, p.Client, know)
		if err == nil {
			page = k.page(p.Client, factsOf(p.Ticket, p.Requester.Kind), p.Events, tx.Now())
		}
		return err
	})
	return page, err
}

func factsOf(t desk.Ticket, kind desk.RequesterKind) desk.ClockFacts {
	return desk.ClockFacts{Ticket: t.ID, Ref: t.Ref, State: t.State, Kind: t.Kind, Priority: t.Priority, Function: t.Function,
		Skill: t.Skill, Audience: kind, Seq: t.Seq, OpenedAt: t.OpenedAt, Owner: t.Owner}
}

func (k *counting) page(c desk.Client, t desk.ClockFacts, events []desk.Event, now time.Time) ClockPage {
	page := ClockPage{Client: c, Ticket: t, Now: now, Usual: k.book.agreed == 0, Firms: map[int64]string{}}
	for _, e := range events {
		if e.Data.Supplier != "" {
			page.Firms[int64(e.Seq)] = e.Data.Supplier
		}
	}
	h := k.history(t, events)
	for _, x := range k.folder.Explain(k.book.Book, &h, now) {
		page.Clocks = append(page.Clocks, ClockLine{x, x.Text()})
	}
	return page
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
func pressing(t desk.ClockFacts, all []sla.Outlook, b *book, now time.Time) (row desk.Clock, ok bool) {
	row = desk.Clock{Ticket: t.Ticket, Seq: t.Seq}
	var best *sla.Outlook
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
			for _, w := range x.Warnings {
				if w.Percent >= desk.WarnFrom {
					fire(w.At)
				}
			}
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

// clocks counts the clocks of a question anew.
func (k *counting) clocks(t desk.ClockFacts, events []desk.Event, now time.Time) []sla.Outlook {
	h := k.history(t, events)
	return k.folder.Outlook(k.book.Book, &h, now)
}

func (k *counting) history(t desk.ClockFacts, events []desk.Event) sla.Ticket {
	return t.History(k.functions[t.Function].Name, events)
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

// counted is what is stored of the clocks of some questions.
type counted struct {
	old     bool // by other rules: all wait to be made again
	rows    map[desk.TicketID]desk.Clock
	stale   map[desk.TicketID]bool
	replies map[desk.TicketID]desk.FirstReply
}

func countedOf(tx *store.ReadTx, ids []desk.TicketID) (c counted, err error) {
	err = tx.Together(
		func() (err error) { c.rows, err = tx.ClocksOf(ids); return err },
		func() (err error) { c.stale, err = tx.Stale(ids); return err },
		func() (err error) { c.replies, err = tx.FirstReplies(ids); return err },
	)
	return c, err
}

// waits reports whether the row of a question is to be made again.
func (c *counted) waits(t desk.TicketID, now time.Time) bool {
	at := c.rows[t].FireAt
	return c.old || c.stale[t] || !at.IsZero() && !at.After(now)
}

// clockWrong compares what is stored of the clocks of a question with its history; "" when it is right, or waits to be made
// again.
func (k *counting) clockWrong(c counted, q question, now time.Time) string {
	t := q.Ticket
	if c.waits(t.ID, now) {
		return ""
	}
	if wrong := missesWrong(t, q.all, q.Events, now); wrong != "" {
		return wrong
	}
	if wrong := firstReplyWrong(c.replies, t, q.all); wrong != "" {
		return wrong
	}
	want, runs := pressing(q.facts, q.all, k.book, now)
	have, ok := c.rows[t.ID]
	have.Client = 0
	switch {
	case ok != runs:
		return fmt.Sprintf("%s: a row of clocks is there: %t; by its history one runs: %t", t.Ref, ok, runs)
	case ok && have != want:
		return fmt.Sprintf("%s: its row of clocks says %+v, its history %+v", t.Ref, have, want)
	}
	return ""
}

// missesWrong compares the misses that a history tells of with those that are counted from it: each is told once, and of
// an open question all are. What was told stays told, also when a call that was entered later would have been in time.
func missesWrong(t desk.Ticket, all []sla.Outlook, events []desk.Event, now time.Time) string {
	told := map[desk.Warning]bool{}
	for i := range events {
		e := &events[i]
		if e.Type != desk.ClockWasMissed {
			continue
		}
		w := desk.Warning{Metric: e.Data.Metric, Key: e.Data.Clock, Start: time.UnixMicro(e.Data.Start).UTC()}
		if told[w] || e.HappenedAt.UnixMicro() != e.Data.Due {
			return fmt.Sprintf("%s: event %d tells of a miss of %s again, or at another instant", t.Ref, e.Seq, w.Metric)
		}
		told[w] = true
	}
	for i := range all {
		w := warningOf(&all[i], now)
		if t.State.Open() && w.Percent == 100 && !tells(events, w) {
			return fmt.Sprintf("%s: its history does not tell that %s was missed at %s", t.Ref, w.Metric, w.Deadline)
		}
	}
	return ""
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
		period := calendar.Span{Start: from, End: until}
		err = tx.Histories(from, until, func(f desk.ClockFacts, events []desk.Event) {
			t := f.History(know.functions[f.Function].Name, events)
			count.Add(b.Book, &t, period)
		})
		if err != nil {
			return err
		}
		calls, err := callsIn(tx, from, until)
		for i := range calls {
			count.Add(b.Book, &calls[i], period)
		}
		all = nil
		count.Each(func(m sla.Metric, t sla.Tally) { all = append(all, Attained{m, t}) })
		return err
	})
	return all, err
}
