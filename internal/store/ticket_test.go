package store_test

import (
	"fmt"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

var anaSees = desk.Viewer{Who: desk.WhoStaff, Staff: ana.ID, Name: ana.Name, Clients: []desk.ClientID{1, 2}, Route: "test"}
var bobSees = desk.Viewer{Who: desk.WhoStaff, Staff: bob.ID, Name: bob.Name, Clients: []desk.ClientID{2}, Route: "test"}

// maria is a person with one phone, at any client.
func maria(c desk.ClientID, id desk.RequesterID) (desk.Requester, desk.Address) {
	r := desk.Requester{Client: c, ID: id, Kind: desk.Patient, Name: "María Gómez", Lang: "es", Proven: true, CreatedAt: noon}
	return r, desk.Address{Client: c, ID: desk.AddressID(id), Requester: id, Kind: desk.PhoneAddress, Value: "+13125550199", Voicemail: true, CreatedAt: noon}
}

// asked is a ticket with its first promise, due after d.
func asked(c desk.ClientID, id int64, d time.Duration) (desk.Ticket, desk.Promise) {
	t := desk.Ticket{Client: c, ID: desk.TicketID(id), Ref: desk.Ref(fmt.Sprintf("K%d-%d", c, id)), Token: fmt.Sprintf("token-%d-%d", c, id), Requester: 1,
		Subject: "Cannot see my results", State: desk.New, Kind: desk.Question, Priority: desk.P3, Function: 4, Skill: "mychart",
		Via: desk.ViaWeb, Lang: "es", About: desk.AboutChild, Needs: "interpreter", Flag: "", Owner: ana.ID, Channel: desk.BySMS, Address: 1,
		OpenedAt: noon, ChangedAt: noon, Due: noon.Add(d), Promise: desk.PromiseID(id), Seq: 2}
	p := desk.Promise{Client: c, ID: desk.PromiseID(id), Ticket: t.ID, Requester: 1, Kind: desk.Callback, Source: desk.FromPerson, Channel: desk.ByVoice,
		Address: 1, Lang: "es", Start: noon.Add(d - time.Hour), Due: noon.Add(d), Skill: "mychart", Function: 4, Role: desk.Analyst, Owner: ana.ID, Backup: bob.ID,
		MadeBy: anaSees.Actor(), MadeAt: noon, State: desk.Open, FireAt: noon.Add(d), Voicemail: true, Unproven: true, Text: "we call", Step: 1}
	return t, p
}

// open stores tickets with their promises, and their requester 1 once for each client.
func open(t *testing.T, db *store.DB, c desk.ClientID, tickets map[int64]time.Duration, alter ...func(*desk.Ticket, *desk.Promise)) {
	t.Helper()
	write(t, db, c, func(tx *store.Tx) error {
		if _, err := tx.Requester(1); err != nil {
			r, a := maria(c, 1)
			if err := first(tx.AddRequester(r), tx.AddAddress(a)); err != nil {
				return err
			}
		}
		for id, d := range tickets {
			ticket, promise := asked(c, id, d)
			for _, f := range alter {
				f(&ticket, &promise)
			}
			if ok, err := tx.AddTicket(ticket); err != nil || !ok {
				return fmt.Errorf("ticket %d: %v %w", id, ok, err)
			}
			if err := tx.AddPromise(promise); err != nil {
				return err
			}
		}
		return nil
	})
}

func write(t *testing.T, db *store.DB, c desk.ClientID, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(ctx, anaSees, c, fn); err != nil {
		t.Fatal(err)
	}
}

func readOf[T any](t *testing.T, db *store.DB, c desk.ClientID, fn func(*store.ReadTx) (T, error)) (got T) {
	t.Helper()
	err := db.Read(ctx, system, c, func(tx *store.ReadTx) (err error) {
		got, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func ticketIDs(ts []desk.Ticket) (all []string) {
	for _, t := range ts {
		all = append(all, fmt.Sprintf("%d/%d", t.Client, t.ID))
	}
	return all
}

func rowIDs(rows []store.QueueRow) (all []string) {
	for _, r := range rows {
		if int64(r.Ticket.ID) != int64(r.Promise.ID) || r.Ticket.Client != r.Promise.Client {
			all = append(all, "WRONG PAIR")
		}
		all = append(all, fmt.Sprintf("%d/%d", r.Ticket.Client, r.Ticket.ID))
	}
	return all
}

func TestTickets(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour, 2: 2 * time.Hour, 3: 3 * time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: time.Minute})
		want, promise := asked(1, 1, time.Hour)
		same(t, "ticket", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Ticket, error) { return tx.Ticket(1) }), want)
		same(t, "promise", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Promise, error) { return tx.Promise(1) }), promise)

		// A number is unique over the desk.
		write(t, db, 2, func(tx *store.Tx) error {
			for _, twin := range []desk.Ticket{{ID: 9, Ref: want.Ref, Token: "new", Requester: 1}, {ID: 9, Ref: "new", Token: want.Token, Requester: 1}} {
				if ok, err := tx.AddTicket(twin); ok || err != nil {
					t.Errorf("a taken number or token: %v %v", ok, err)
				}
			}
			return nil
		})

		want.State, want.ClosedAt, want.Due, want.AskedAt, want.Owner, want.Seq = desk.Confirmed, noon, time.Time{}, noon, 0, 7
		write(t, db, 1, func(tx *store.Tx) error {
			p, err := tx.Promise(1)
			if err != nil {
				return err
			}
			if p, err = p.Keep(noon, "reached"); err != nil {
				return err
			}
			return first(tx.SavePromise(p), tx.SaveTicket(want))
		})
		same(t, "saved", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Ticket, error) { return tx.Ticket(1) }), want)
		list := func(state string, before desk.TicketID) []string {
			return ticketIDs(readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Ticket, error) { return tx.Tickets(state, before, 2) }))
		}
		same(t, "newest", list("", 0), []string{"1/3", "1/2"})
		same(t, "older", list("", 2), []string{"1/1"})
		same(t, "open", list("open", 3), []string{"1/2"})
		same(t, "closed", list("closed", 0), []string{"1/1"})
		same(t, "of Maria", ticketIDs(readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Ticket, error) { return tx.TicketsOf(1, 9) })), []string{"1/3", "1/2", "1/1"})
		same(t, "open of Maria", ticketIDs(readOf(t, db, 1, func(tx *store.ReadTx) ([]desk.Ticket, error) { return tx.OpenTicketsOf(1) })), []string{"1/3", "1/2"})

		byRef := func(v desk.Viewer, ref desk.Ref) error {
			return db.DeskRead(ctx, v, func(tx *store.DeskReadTx) error { _, err := tx.TicketByRef(ref); return err })
		}
		same(t, "Ana", byRef(anaSees, want.Ref), nil)
		same(t, "system", byRef(system, want.Ref), nil)
		same(t, "guest", byRef(desk.Guest(1), want.Ref), nil)
		isKind(t, "Bob", byRef(bobSees, want.Ref), desk.NotFound)
		isKind(t, "other guest", byRef(desk.Guest(2), want.Ref), desk.NotFound)
		isKind(t, "nobody", byRef(desk.Viewer{}, want.Ref), desk.NotFound)
		isKind(t, "no such ticket", db.Write(ctx, anaSees, 2, func(tx *store.Tx) error { return tx.SaveTicket(desk.Ticket{ID: 404}) }), desk.NotFound)
		same(t, "by token", read(t, db, anaSees, func(tx *store.DeskReadTx) (desk.Ticket, error) { return tx.TicketByToken(want.Token) }), want)
		keys := []store.TicketKey{{Client: 1, ID: 1}, {Client: 1, ID: 2}, {Client: 2, ID: 1}, {Client: 2, ID: 77}}
		same(t, "Bob's by key", len(read(t, db, bobSees, func(tx *store.DeskReadTx) (map[store.TicketKey]store.WithCaller, error) {
			return tx.TicketsWithCallers(keys)
		})), 1)
		same(t, "Ana's by key", read(t, db, anaSees, func(tx *store.DeskReadTx) (map[store.TicketKey]store.WithCaller, error) {
			return tx.TicketsWithCallers(keys)
		})[keys[0]].Ticket, want)
	})
}

func TestLaw(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		ticket, promise := asked(1, 1, time.Hour)
		kept, _ := promise.Keep(noon, "reached")
		later := promise
		later.ID, later.Due = 2, noon.Add(2*time.Hour)
		wrongDue, wrongPromise, shut := ticket, ticket, ticket
		wrongDue.Due = noon
		wrongPromise.Promise = 2
		shut.State, shut.ClosedAt, shut.Due = desk.Confirmed, noon, time.Time{}
		inQueue := shut
		inQueue.Due = noon.Add(time.Hour)
		noEnd := promise
		noEnd.State = desk.Kept
		for name, act := range map[string]func(*store.Tx) error{
			"open with nothing promised": func(tx *store.Tx) error { return tx.SavePromise(kept) },
			"new with nothing promised": func(tx *store.Tx) error {
				_, err := tx.AddTicket(desk.Ticket{ID: 5, Ref: "5", Token: "5", Requester: 1, State: desk.New})
				return err
			},
			"another due":                    func(tx *store.Tx) error { return tx.SaveTicket(wrongDue) },
			"another promise":                func(tx *store.Tx) error { return first(tx.AddPromise(later), tx.SaveTicket(wrongPromise)) },
			"closed with something promised": func(tx *store.Tx) error { return tx.SaveTicket(shut) },
			"closed and in the queue":        func(tx *store.Tx) error { return first(tx.SavePromise(kept), tx.SaveTicket(inQueue)) },
			"ended without an end":           func(tx *store.Tx) error { return tx.SavePromise(noEnd) },
		} {
			isKind(t, name, db.Write(ctx, anaSees, 1, act), desk.Internal)
		}
		same(t, "nothing changed", readOf(t, db, 1, func(tx *store.ReadTx) (desk.Ticket, error) { return tx.Ticket(1) }), ticket)
		same(t, "a second promise", db.Write(ctx, anaSees, 1, func(tx *store.Tx) error { return tx.AddPromise(later) }), nil)
	})
}

// A number that is known is found without looking, and not by who may not see its hospital.
func TestANumberIsFoundByWhoMaySeeIt(t *testing.T) {
	onDesk(t, func(t *testing.T, db *store.DB) {
		open(t, db, 1, map[int64]time.Duration{1: time.Hour})
		open(t, db, 2, map[int64]time.Duration{1: time.Hour})
		for range 2 {
			k, err := db.WhereIs(ctx, anaSees, "K2-1")
			same(t, "Ana", err, nil)
			same(t, "Ana", k, store.TicketKey{Client: 2, ID: 1})
			_, err = db.WhereIs(ctx, desk.Viewer{Who: desk.WhoToken, Clients: []desk.ClientID{1}}, "K2-1")
			same(t, "of another hospital", desk.Is(err, desk.NotFound), true)
			_, err = db.WhereIs(ctx, anaSees, "K9-9")
			same(t, "no number", desk.Is(err, desk.NotFound), true)
		}
	})
}
