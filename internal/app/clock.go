package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"kept/internal/desk"
	"kept/internal/job"
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
		page.Clocks, page.Firms = nil, map[int64]string{}
		for _, e := range events {
			if e.Data.Supplier != "" {
				page.Firms[int64(e.Seq)] = e.Data.Supplier
			}
		}
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
func (k *counting) clocks(t desk.ClockFacts, events []desk.Event, now time.Time) []sla.Explanation {
	h := t.History(k.functions[t.Function].Name, events)
	return k.folder.Explain(k.book.Book, &h, now)
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
	var texts []desk.Warning
	err := s.a.db.Claim(ctx, "clocks", func(tx *store.SystemTx) (err error) {
		if keys, err = tx.ToFold(now, foldsAClaim); err != nil {
			return err
		}
		texts, err = tx.WarningsDue(now, foldsAClaim)
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
	rows := s.a.warnings(texts)
	for c, all := range byClient {
		for some := range slices.Chunk(all, foldsAtOnce) {
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
	on, err := a.onDuty(ctx, a.Now())
	if err != nil {
		return err
	}
	return a.db.Write(ctx, v, cid, func(tx *store.Tx) error {
		k, err := a.counting(tx.ReadTx, c, know)
		if err != nil {
			return err
		}
		have, err := tx.WarningsOf(some)
		if err != nil {
			return err
		}
		err = tx.HistoriesOf(some, func(t desk.ClockFacts, events []desk.Event) error {
			all := k.clocks(t, events, tx.Now())
			if row, ok := pressing(t, all, k.book, tx.Now()); ok {
				err = tx.SaveClock(row)
			} else {
				err = tx.DropClock(t.Ticket)
			}
			if err != nil {
				return err
			}
			// What it puts on record marks the question again: its row then knows of that event too.
			return a.warn(tx, v, c, t, events, all, have[t.Ticket], on)
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

// NextFold is when clocks are next to be counted, or somebody warned, though nothing happens; zero when none are.
func (a *App) NextFold(ctx context.Context) (next time.Time, err error) {
	err = a.db.Claim(ctx, "clocks", func(tx *store.SystemTx) error {
		for _, of := range []func() (time.Time, bool, error){tx.NextFold, tx.NextWarning} {
			at, ok, err := of()
			if err != nil {
				return err
			}
			if ok && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		return nil
	})
	return next, err
}

// clockWrong compares the stored row of a question with its events; "" when it is right, or waits to be made again.
func (k *counting) clockWrong(tx *store.ReadTx, t desk.Ticket, kind desk.RequesterKind, events []desk.Event) (string, error) {
	have, ok, stale, err := tx.Clock(t.ID)
	if err != nil || stale || ok && !have.FireAt.IsZero() && !have.FireAt.After(tx.Now()) {
		return "", err
	}
	facts := desk.ClockFacts{Ticket: t.ID, Ref: t.Ref, State: t.State, Kind: t.Kind, Priority: t.Priority, Function: t.Function,
		Skill: t.Skill, Audience: kind, Seq: t.Seq, OpenedAt: t.OpenedAt}
	all := k.clocks(facts, events, tx.Now())
	if wrong := missesWrong(t, all, events, tx.Now()); wrong != "" {
		return wrong, nil
	}
	want, runs := pressing(facts, all, k.book, tx.Now())
	have.Client = 0
	switch {
	case ok != runs:
		return fmt.Sprintf("%s: a row of clocks is there: %t; by its history one runs: %t", t.Ref, ok, runs), nil
	case ok && have != want:
		return fmt.Sprintf("%s: its row of clocks says %+v, its history %+v", t.Ref, have, want), nil
	}
	return "", nil
}

// missesWrong compares the misses that a history tells of with those that are counted from it: each is told once, and of
// an open question all are. What was told stays told, also when a call that was entered later would have been in time.
func missesWrong(t desk.Ticket, all []sla.Explanation, events []desk.Event, now time.Time) string {
	told := map[desk.Warning]bool{}
	for _, e := range events {
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

// ClockSoon is a question whose clock ends soon or was missed.
type ClockSoon struct {
	desk.Clock
	Ref    desk.Ref
	Client desk.Client
}

// ClockList is which open questions of somebody's clients press most. Words of a question are not among it.
type ClockList struct {
	Warned []WarnedOf  // what the viewer was warned of, what ends first on top
	Soon   []ClockSoon // by the end of their most pressing clock
	Missed []ClockSoon // that was missed and still runs, the longest first
	Sums   map[desk.ClientID]store.ClockSum
}

// WarnedOf is a warning with its question.
type WarnedOf struct {
	store.WarnedOf
	Client desk.Client
}

// ClocksSoon gives the open questions of v's clients whose clock ends first or was missed, at most n of each, and how
// each client stands.
func (a *App) ClocksSoon(ctx context.Context, v desk.Viewer, n int) (list ClockList, err error) {
	if !v.IsStaff() {
		return list, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return list, err
	}
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error {
		list = ClockList{Sums: map[desk.ClientID]store.ClockSum{}}
		sums, err := tx.ClockSums(desk.WarnFrom)
		if err != nil {
			return err
		}
		for _, s := range sums {
			list.Sums[s.Client] = s
		}
		if v.Staff != 0 {
			warned, err := tx.WarningsTo(v.Staff, v.Leads(), n)
			if err != nil {
				return err
			}
			for _, w := range warned {
				list.Warned = append(list.Warned, WarnedOf{w, know.client[w.Client]})
			}
		}
		for _, part := range []struct {
			to   *[]ClockSoon
			read func(time.Time, int) ([]desk.Clock, error)
		}{{&list.Soon, tx.ClocksSoon}, {&list.Missed, tx.ClocksPast}} {
			rows, err := part.read(tx.Now(), n)
			if err != nil {
				return err
			}
			for _, row := range rows {
				one, err := tx.ForClient(row.Client)
				if err != nil {
					return err
				}
				t, err := one.ClockFacts(row.Ticket)
				if err != nil {
					return err
				}
				*part.to = append(*part.to, ClockSoon{row, t.Ref, know.client[row.Client]})
			}
		}
		return nil
	})
	return list, err
}
