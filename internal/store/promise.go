package store

import (
	"cmp"
	"slices"
	"time"

	"kept/internal/desk"
)

const (
	promiseFixed = "client_id, id, ticket_id, requester_id, kind, source, made_who, made_id, made_name, made_at, repair_of, replaces, function_id"
	promiseMoves = "channel, address_id, lang, start_at, due_at, skill, role, owner_id, backup_id, state, fire_at, tries, trying_at, " +
		"ended_at, noticed_at, told_at, moved_by, outcome, voicemail, unproven, body, step, answered_at, answered_out, entered_at"
	promiseNames = promiseFixed + ", " + promiseMoves
)

var (
	promiseCols  = aliased("p", promiseNames)
	promiseByID  = ofKeys("SELECT " + promiseCols + " FROM promise p WHERE p.client_id = $1 AND p.id {keys}")
	promisesOf   = ofKeys("SELECT " + promiseCols + " FROM promise p WHERE p.client_id = $1 AND p.ticket_id {keys} ORDER BY p.ticket_id, p.id")
	promisesLive = ofKeys("SELECT " + promiseCols + ` FROM promise p
		WHERE p.client_id = $1 AND p.ticket_id {keys} AND p.ended_at IS NULL`)
	// A person has few questions: by way of them there is no need for an index of who is promised something.
	promisesLiveTo = ofKeys("SELECT " + promiseCols + ` FROM ticket t JOIN promise p ON p.client_id = t.client_id AND p.ticket_id = t.id
		WHERE t.client_id = $1 AND t.requester_id {keys} AND t.due_at IS NOT NULL AND p.ended_at IS NULL`)
	promiseAdd  = gathered(insert("promise", promiseNames))
	promiseSave = sql(update("promise", promiseMoves))

	promisesDue = sqlFor(duePromises, duePromises+" FOR UPDATE SKIP LOCKED")
	// An attempt under way may hold a break for minutes, so the row that is due first is not always
	// the row to look at first.
	promiseNext = sql("SELECT (" + promptDue + `), (SELECT MIN(fire_at) FROM promise WHERE ended_at IS NULL AND fire_at > due_at
		AND due_at < COALESCE((` + promptDue + "), 9223372036854775807))")
	promisesFreed = sql("UPDATE promise SET fire_at = due_at WHERE ended_at IS NULL AND fire_at = $1")
	promiseOldest = sql(`SELECT due_at FROM promise WHERE ended_at IS NULL AND due_at <= $1 AND fire_at <= $1
		ORDER BY due_at, client_id, id LIMIT 1`)
)

// promptDue is when the first promise falls due that nothing holds.
const promptDue = "SELECT due_at FROM promise WHERE ended_at IS NULL AND fire_at <= due_at ORDER BY due_at, client_id, id LIMIT 1"

var duePromises = "SELECT " + promiseCols + ` FROM promise p WHERE p.ended_at IS NULL AND p.due_at <= $1 AND p.fire_at <= $1
	ORDER BY p.due_at, p.client_id, p.id LIMIT $2`

func promiseDest(p *desk.Promise) []any {
	return []any{&p.Client, &p.ID, &p.Ticket, &p.Requester, &p.Kind, &p.Source, &p.MadeBy.Who, &p.MadeBy.ID, &p.MadeBy.Name, at(&p.MadeAt), &p.RepairOf, &p.Replaces, &p.Function,
		&p.Channel, &p.Address, &p.Lang, at(&p.Start), at(&p.Due), &p.Skill, &p.Role, orZero(&p.Owner), orZero(&p.Backup), &p.State, at(&p.FireAt), &p.Tries, at(&p.TryingAt),
		at(&p.EndedAt), at(&p.NoticedAt), at(&p.ToldAt), &p.MovedBy, &p.Outcome, &p.Voicemail, &p.Unproven, &p.Text, &p.Step, at(&p.AnsweredAt), &p.AnsweredOut, at(&p.EnteredAt)}
}

var scanPromise = placed(promiseDest)

func promiseMoved(p desk.Promise) []any {
	return []any{p.Channel, p.Address, p.Lang, micros(p.Start), micros(p.Due), p.Skill, p.Role, optID(p.Owner), optID(p.Backup), p.State, optMicros(p.FireAt), p.Tries, optMicros(p.TryingAt),
		optMicros(p.EndedAt), optMicros(p.NoticedAt), optMicros(p.ToldAt), p.MovedBy, p.Outcome, flag(p.Voicemail), flag(p.Unproven), p.Text, p.Step, optMicros(p.AnsweredAt), p.AnsweredOut, optMicros(p.EnteredAt)}
}

// AddPromise adds p to its ticket. Law 1 is checked before the commit.
func (tx *Tx) AddPromise(p desk.Promise) error {
	tx.touch(p.Ticket)
	return tx.put(promiseAdd, append([]any{tx.client, p.ID, p.Ticket, p.Requester, p.Kind, p.Source, p.MadeBy.Who, p.MadeBy.ID, p.MadeBy.Name,
		micros(p.MadeAt), p.RepairOf, p.Replaces, p.Function}, promiseMoved(p)...)...)
}

// SavePromise writes everything of p that can change; NotFound when there is no such promise. Law 1
// is checked before the commit.
func (tx *Tx) SavePromise(p desk.Promise) error {
	tx.touch(p.Ticket)
	return tx.putMust(promiseSave, append([]any{tx.client, p.ID}, promiseMoved(p)...)...)
}

// Promise gives one promise, or NotFound.
func (tx *ReadTx) Promise(id desk.PromiseID) (desk.Promise, error) {
	return one(tx, promiseByID.one, scanPromise, tx.client, id)
}

// PromisesByID gives promises by id; one that is not there is left out.
func (tx *ReadTx) PromisesByID(ids []desk.PromiseID) (map[desk.PromiseID]desk.Promise, error) {
	return byKey(tx, promiseByID, ids, scanPromise, func(p *desk.Promise) desk.PromiseID { return p.ID })
}

// Promises gives every promise of a ticket, oldest first.
func (tx *ReadTx) Promises(t desk.TicketID) ([]desk.Promise, error) {
	return many(tx, promisesOf.one, scanPromise, tx.client, t)
}

// PromisesOf is Promises of several tickets.
func (tx *ReadTx) PromisesOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Promise, error) {
	return byKeys(tx, promisesOf, ts, scanPromise, ticketOfPromise)
}

// LivePromises gives the promises of a ticket that still bind the desk, what is due first on top.
func (tx *ReadTx) LivePromises(t desk.TicketID) ([]desk.Promise, error) {
	if known, ok := tx.s.foreseenTicket(tx.client, t); ok {
		return slices.Clone(known.live), tx.broken
	}
	live, err := many(tx, promisesLive.one, scanPromise, tx.client, t)
	slices.SortFunc(live, dueFirst)
	return live, err
}

func dueFirst(a, b desk.Promise) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID)) }

// LivePromisesOf is LivePromises of several tickets.
func (tx *ReadTx) LivePromisesOf(ts []desk.TicketID) (map[desk.TicketID][]desk.Promise, error) {
	all, err := byKeys(tx, promisesLive, ts, scanPromise, ticketOfPromise)
	for _, live := range all {
		slices.SortFunc(live, dueFirst)
	}
	return all, err
}

func ticketOfPromise(p *desk.Promise) desk.TicketID { return p.Ticket }

// DueTo gives the live promises of some people that are due at now and that nothing holds, longest overdue
// first.
func (tx *ReadTx) DueTo(rs []desk.RequesterID, now time.Time) (all []desk.Promise, err error) {
	err = inKeys(tx, promisesLiveTo, rs, func(s *stmt, args []any) (err error) {
		all, err = more(all, tx, s, scanPromise, args...)
		return err
	})
	all = slices.DeleteFunc(all, func(p desk.Promise) bool { return p.Due.After(now) || p.FireAt.IsZero() || p.FireAt.After(now) })
	slices.SortFunc(all, dueFirst)
	return all, err
}

// FreePromises takes back a hold of promises that were to break no sooner than at until.
func (tx *SystemTx) FreePromises(until time.Time) error { return tx.put(promisesFreed, micros(until)) }

// DuePromises gives at most n live promises of any client that are due and that no attempt holds,
// longest overdue first. Other claimers skip them until the end of the transaction.
func (tx *SystemTx) DuePromises(now time.Time, n int) ([]desk.Promise, error) {
	return many(tx, promisesDue, scanPromise, micros(now), n)
}

// NextDue is when DuePromises next has something to give; false when nothing is promised.
func (tx *SystemTx) NextDue() (time.Time, bool, error) {
	next, err := one(tx, promiseNext, func(row scanner) (next time.Time, err error) {
		var held time.Time
		err = row.Scan(at(&next), at(&held))
		if next.IsZero() || !held.IsZero() && held.Before(next) {
			next = held
		}
		return next, err
	})
	return next, err == nil && !next.IsZero(), err
}

// OldestDue is the due instant of the longest overdue promise that waits for the sweeper at now;
// false when none does.
func (tx *SystemTx) OldestDue(now time.Time) (time.Time, bool, error) {
	return instantOf(tx, promiseOldest, micros(now))
}

// instantOf gives the instant that s asks for; false for none or NULL.
func instantOf(tx reader, s *stmt, args ...any) (time.Time, bool, error) {
	t, _, err := maybe(tx, s, func(row scanner) (t time.Time, err error) {
		err = row.Scan(at(&t))
		return t, err
	}, args...)
	return t, err == nil && !t.IsZero(), err
}
