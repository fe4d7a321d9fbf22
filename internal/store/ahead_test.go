package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest/server"
)

const other = client + pgLines // shares a line with client
const apart = client + 1       // does not

// hospitals opens n nodes on one PostgreSQL with three clients.
func hospitals(t *testing.T, n int) []*DB {
	t.Helper()
	open := openIn(t, Options{DatabaseURL: server.Database(t)})
	all := make([]*DB, n)
	for i := range all {
		all[i] = open()
	}
	err := all[0].System(ctx, "test", func(tx *SystemTx) error {
		for _, c := range []desk.ClientID{client, other, apart} {
			if err := tx.AddClient(desk.Client{ID: c, Slug: fmt.Sprint("h", c), Host: fmt.Sprint("h", c, ".help"), Zone: "UTC"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// asks opens a ticket of somebody with a number, and says whom it has found by it and which number the ticket has.
func asks(db *DB, c desk.ClientID, id int64, phone string, found *[]string, got *desk.Ref, refs ...desk.Ref) func(context.Context) error {
	return func(ctx context.Context) error {
		return db.WriteAsking(ctx, desk.System("test"), c, Ahead{Addresses: []string{phone, ""}, Refs: refs}, func(tx *Tx) error {
			*found = nil
			known, err := tx.RequestersByAddress(phone)
			if err != nil {
				return err
			}
			for _, r := range known {
				*found = append(*found, r.Name)
			}
			return openOne(tx, id, phone, got)
		})
	}
}

// openOne opens a closed ticket, of which nothing need be promised.
func openOne(tx *Tx, id int64, phone string, got *desk.Ref) error {
	ref, ok := tx.FreeRef()
	if !ok {
		ref = desk.Ref(fmt.Sprint("none-", id))
	}
	*got = ref
	if err := tx.AddRequester(desk.Requester{ID: desk.RequesterID(id), Name: fmt.Sprint("Person ", id)}); err != nil {
		return err
	}
	if err := tx.AddAddress(desk.Address{ID: desk.AddressID(id), Requester: desk.RequesterID(id), Kind: desk.PhoneAddress, Value: phone}); err != nil {
		return err
	}
	_, err := tx.AddTicket(desk.Ticket{ID: desk.TicketID(id), Ref: ref, Token: fmt.Sprint("token ", id), Requester: desk.RequesterID(id), State: desk.Confirmed, OpenedAt: tx.Now()})
	return err
}

// TestWhatIsAskedAheadIsWhatWouldBeAskedNow: the answers that a commit begins with are as good as later ones, whatever
// its units do, and nobody hears of another client's people.
func TestWhatIsAskedAheadIsWhatWouldBeAskedNow(t *testing.T) {
	db := hospitals(t, 1)[0]
	var found [7][]string
	var refs [7]desk.Ref
	for i, err := range crowdOf(t, lineOf(db), nil,
		asks(db, client, 1, "+1", &found[0], &refs[0], "A", "B", "C"),
		asks(db, other, 2, "+1", &found[1], &refs[1], "A", "D"),
		asks(db, client, 3, "+2", &found[2], &refs[2], "D", "E"),
		asks(db, client, 4, "+1", &found[3], &refs[3], "A", "D"),
		func(ctx context.Context) error {
			return db.Write(ctx, desk.System("test"), client, func(tx *Tx) error {
				return tx.SaveRequester(desk.Requester{ID: 1, Name: "Renamed"})
			})
		},
		asks(db, client, 5, "+1", &found[4], &refs[4]),
		asks(db, other, 6, "+1", &found[5], &refs[5], "F"),
	) {
		if err != nil {
			t.Errorf("unit %d: %v", i+1, err)
		}
	}
	if err := asks(db, other, 7, "+2", &found[6], &refs[6], "E", "G")(ctx); err != nil {
		t.Error(err)
	}
	for i, want := range [][]string{nil, nil, nil, {"Person 1"}, {"Renamed", "Person 4"}, {"Person 2"}, nil} {
		if !slices.Equal(found[i], want) {
			t.Errorf("unit %d found %q, not %q", i+1, found[i], want)
		}
	}
	if want := [7]desk.Ref{"A", "D", "E", "none-4", "none-5", "F", "G"}; refs != want {
		t.Errorf("the numbers are %q, not %q", refs, want)
	}
}

// TestAUnitAsksNothingThatWasForeseen: whoever opens a ticket of somebody new waits for no answer of the server's.
func TestAUnitAsksNothingThatWasForeseen(t *testing.T) {
	db := hospitals(t, 1)[0]
	unit := func(c desk.ClientID, id int64) func(context.Context) error {
		return func(ctx context.Context) error {
			phone := fmt.Sprint("+", id)
			return db.WriteAsking(ctx, desk.System("test"), c, Ahead{Addresses: []string{phone}, Refs: []desk.Ref{desk.Ref(phone)}}, func(tx *Tx) error {
				agreed := tx.AgreedSoon()
				if _, err := tx.RequestersByAddress(phone); err != nil {
					return err
				}
				if n, err := agreed(); n != 0 || err != nil {
					t.Errorf("%d versions, %v", n, err)
				}
				var ref desk.Ref
				if err := openOne(tx, id, phone, &ref); err != nil {
					return err
				}
				if n := len(tx.u.s.queue); n != 0 {
					t.Errorf("unit %d: %d statements are to be sent", id, n)
				}
				for _, q := range tx.u.s.gathered {
					if q.rows != int(id) {
						t.Errorf("unit %d: %s adds %d rows", id, q.s.name, q.rows)
					}
				}
				return nil
			})
		}
	}
	for i, err := range crowdOf(t, lineOf(db), nil, unit(client, 1), unit(other, 2), unit(client, 3)) {
		if err != nil {
			t.Errorf("unit %d: %v", i+1, err)
		}
	}
}

// TestANumberThatAnotherNodeTakesIsDrawnAnew: the index decides, and the unit of work runs again.
func TestANumberThatAnotherNodeTakesIsDrawnAnew(t *testing.T) {
	dbs := hospitals(t, 2)
	var there, here desk.Ref
	var nobody []string
	runs := 0
	err := dbs[0].WriteAsking(ctx, desk.System("test"), client, Ahead{Refs: []desk.Ref{"A", "B"}}, func(tx *Tx) error {
		if runs++; runs == 1 {
			answer := make(chan error)
			go func() { answer <- asks(dbs[1], apart, 2, "+2", &nobody, &there, "A")(ctx) }()
			if err := <-answer; err != nil {
				return err
			}
		}
		return openOne(tx, 1, "+1", &here)
	})
	if err != nil || there != "A" || here != "B" || runs != 2 {
		t.Errorf("there %q, here %q, after %d runs: %v", there, here, runs, err)
	}
	err = dbs[0].DeskRead(ctx, desk.System("test"), func(tx *DeskReadTx) error {
		for ref, c := range map[desk.Ref]desk.ClientID{"A": apart, "B": client} {
			if key, err := tx.WhereIs(ref); err != nil || key.Client != c {
				t.Errorf("%s is %+v, %v", ref, key, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestWhatIsAgreedInTheSameCommitHolds: a version that a neighbour puts in force counts for whoever opens a ticket
// behind it.
func TestWhatIsAgreedInTheSameCommitHolds(t *testing.T) {
	db := hospitals(t, 1)[0]
	agreed := -1
	for i, err := range crowdOf(t, lineOf(db), nil,
		func(ctx context.Context) error {
			return db.WriteAsking(ctx, desk.System("test"), client, Ahead{Refs: []desk.Ref{"A"}}, func(tx *Tx) error {
				a := desk.Agreement{Client: client, Version: 1, From: noon, Made: desk.Approval{At: noon}}
				a.Desk.At, a.Hospital.At = noon, noon.Add(time.Hour)
				ok, err := tx.AddAgreement(a)
				if !ok {
					t.Error("the version is there already")
				}
				return err
			})
		},
		func(ctx context.Context) error {
			return db.WriteAsking(ctx, desk.System("test"), client, Ahead{Refs: []desk.Ref{"A"}}, func(tx *Tx) error {
				n := tx.AgreedSoon()
				_, err := tx.RequestersByAddress("+1")
				if err == nil {
					agreed, err = n()
				}
				return err
			})
		},
	) {
		if err != nil {
			t.Errorf("unit %d: %v", i+1, err)
		}
	}
	if agreed != 1 {
		t.Errorf("%d versions hold", agreed)
	}
}

// TestATicketAskedAheadIsAsItsNeighboursLeftIt: an act whose ticket, promise or message a neighbour in the same commit has
// changed sees the change; one that nobody has touched asks nothing.
func TestATicketAskedAheadIsAsItsNeighboursLeftIt(t *testing.T) {
	db := hospitals(t, 1)[0]
	system := desk.System("test")
	for _, c := range []desk.ClientID{client, other} {
		err := db.Write(ctx, system, c, func(tx *Tx) error {
			var ref desk.Ref
			for id := range int64(2) {
				id = 10*int64(c) + id
				if err := openOne(tx, id, fmt.Sprint("+", id), &ref); err != nil {
					return err
				}
				if err := tx.AddOut(desk.Out{ID: id, Ticket: desk.TicketID(id), Requester: desk.RequesterID(id), Trigger: desk.SayMade, State: desk.Queued}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	act := func(c desk.ClientID, id int64, asks bool, subject, reason string, live int, then func(*Tx, desk.Ticket, desk.Out) error) func(context.Context) error {
		return func(ctx context.Context) error {
			return db.WriteAsking(ctx, system, c, Ahead{Tickets: []desk.TicketID{desk.TicketID(id)}, Outs: []int64{id}}, func(tx *Tx) error {
				waits := len(tx.u.s.gathered) + len(tx.u.s.queue)
				ticket, err := tx.Ticket(desk.TicketID(id))
				if err != nil {
					return err
				}
				ps, err := tx.LivePromises(ticket.ID)
				if err != nil {
					return err
				}
				out, err := tx.Out(id)
				if err != nil {
					return err
				}
				if left := len(tx.u.s.gathered) + len(tx.u.s.queue); (left != waits) != asks {
					t.Errorf("ticket %d: %d statements waited, now %d", id, waits, left)
				}
				if ticket.Subject != subject || out.Reason != reason || len(ps) != live {
					t.Errorf("ticket %d is %q with %q and %d promises, not %q, %q, %d", id, ticket.Subject, out.Reason, len(ps), subject, reason, live)
				}
				return then(tx, ticket, out)
			})
		}
	}
	leave := func(*Tx, desk.Ticket, desk.Out) error { return nil }
	change := func(tx *Tx, was desk.Ticket, out desk.Out) error {
		now, p := was, desk.Promise{ID: desk.PromiseID(was.ID), Ticket: was.ID, Requester: was.Requester, Due: noon.UTC().Truncate(time.Microsecond), State: desk.Open, FireAt: noon}
		now.Subject, now.State, now.Promise, now.Due = "changed", desk.New, p.ID, p.Due
		out.Reason = "sent"
		if err := tx.AddPromise(p); err != nil {
			return err
		}
		if err := tx.SaveOut(out); err != nil {
			return err
		}
		return tx.ChangeTicket(was, now)
	}
	a, b := 10*int64(client), 10*int64(other)
	for i, err := range crowdOf(t, lineOf(db), nil,
		act(client, a, false, "", "", 0, change),
		act(client, a+1, false, "", "", 0, leave), // a neighbour's rows wait, and go on waiting
		act(other, b, false, "", "", 0, leave),
		act(client, a, true, "changed", "sent", 1, leave),
		act(other, b, false, "", "", 0, change),
		act(other, b+1, false, "", "", 0, leave),
		act(other, b, true, "changed", "sent", 1, leave),
	) {
		if err != nil {
			t.Errorf("unit %d: %v", i+1, err)
		}
	}
	if err := act(client, b, false, "", "", 0, leave)(ctx); !desk.Is(err, desk.NotFound) {
		t.Errorf("another client's: %v", err)
	}
}
