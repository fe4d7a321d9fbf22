package crash

import (
	"fmt"
	"strconv"
	"testing"

	"kept/internal/desk"
	"kept/internal/store"
)

// audit opens what a kill has left and holds it against what was acknowledged: all of it, or what is
// new since the last audit. It gives how many promises broke.
func (b *bench) audit(t *testing.T, all bool) (broken int) {
	t.Helper()
	b.seen, b.asked = map[string]bool{}, map[string]desk.Ref{}
	b.open(t, func(db *store.DB) {
		v := desk.System("audit")
		tickets := b.acknowledged(t, db, v)
		if all {
			tickets = every(t, db, v)
			there := map[string]bool{}
			for _, one := range tickets {
				there[one.Ref.String()] = true
			}
			for number := range b.tickets {
				if !there[number] {
					t.Errorf("%s was acknowledged and is not there", number)
				}
			}
		}
		for len(tickets) > 0 {
			some := tickets[:min(100, len(tickets))]
			tickets = tickets[len(some):]
			err := db.Read(t.Context(), v, 1, func(tx *store.ReadTx) error {
				for _, ticket := range some {
					n, err := b.auditTicket(t, tx, ticket)
					if err != nil {
						return err
					}
					broken += n
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	if all {
		for id, number := range b.messages {
			if !b.seen[id] {
				t.Errorf("message %s on %s was acknowledged and is not there", id, number)
			}
		}
		for id, n := range b.taken {
			t.Errorf("text %s was given to the provider %d times more", id, n)
		}
	}
	b.fresh = nil
	return broken
}

// acknowledged finds the tickets whose numbers were given out since the last audit.
func (b *bench) acknowledged(t *testing.T, db *store.DB, v desk.Viewer) (found []desk.Ticket) {
	t.Helper()
	err := db.DeskRead(t.Context(), v, func(tx *store.DeskReadTx) error {
		for _, number := range b.fresh {
			one, err := tx.TicketByRef(ref(t, number))
			if desk.Is(err, desk.NotFound) {
				t.Errorf("%s was acknowledged and is not there", number)
				continue
			}
			if err != nil {
				return err
			}
			found = append(found, one)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func ref(t *testing.T, number string) desk.Ref {
	t.Helper()
	r, err := desk.ParseRef(number)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// every gives all tickets.
func every(t *testing.T, db *store.DB, v desk.Viewer) (all []desk.Ticket) {
	t.Helper()
	for before, more := desk.TicketID(0), true; more; {
		err := db.Read(t.Context(), v, 1, func(tx *store.ReadTx) error {
			page, err := tx.Tickets("", before, 200)
			all, more = append(all, page...), len(page) == 200
			if more {
				before = page[len(page)-1].ID
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// auditTicket looks for everything that a kill could have torn or doubled.
func (b *bench) auditTicket(t *testing.T, tx *store.ReadTx, ticket desk.Ticket) (broken int, err error) {
	events, err := tx.Events(ticket.ID)
	if err != nil {
		return 0, err
	}
	promises, err := tx.Promises(ticket.ID)
	if err != nil {
		return 0, err
	}
	messages, err := tx.Messages(ticket.ID)
	if err != nil {
		return 0, err
	}
	outs, err := tx.Outs(ticket.ID)
	if err != nil {
		return 0, err
	}
	brokenEvents := map[desk.PromiseID]int{}
	for i, e := range events {
		if e.Seq != i+1 {
			t.Errorf("%s: event %d is number %d", ticket.Ref, i+1, e.Seq)
		}
		if e.Type == desk.PromiseBroken {
			brokenEvents[e.Data.Promise]++
		}
	}
	if len(events) != ticket.Seq {
		t.Errorf("%s counts %d events and has %d", ticket.Ref, ticket.Seq, len(events))
	}
	live, repairs := 0, map[desk.PromiseID]int{}
	for _, p := range promises {
		if p.State.Live() {
			live++
		}
		if p.RepairOf != 0 {
			repairs[p.RepairOf]++
		}
	}
	if ticket.State.Open() != (live > 0) {
		t.Errorf("law 1: %s is %s and has %d live promises", ticket.Ref, ticket.State, live)
	}
	for _, p := range promises {
		want := 0
		if p.State == desk.Broken {
			want = 1
			broken++
		}
		if brokenEvents[p.ID] != want || repairs[p.ID] != want {
			t.Errorf("law 2: promise %d of %s is %s; it broke %d times and has %d repairs", p.ID, ticket.Ref, p.State, brokenEvents[p.ID], repairs[p.ID])
		}
	}
	said := map[string]int{}
	for _, o := range outs {
		key := fmt.Sprint(o.Trigger, o.Promise, o.Message, o.Channel)
		if said[key]++; said[key] > 1 {
			t.Errorf("%s: %s is said %d times", ticket.Ref, o.Trigger, said[key])
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	words := map[string]int{}
	for _, m := range messages {
		if words[m.Body]++; words[m.Body] > 1 {
			t.Errorf("%s holds the same words twice: %s", ticket.Ref, m.Body)
		}
		id := strconv.FormatInt(int64(m.ID), 10)
		if number := b.messages[id]; number != "" && ref(t, number) != ticket.Ref {
			t.Errorf("message %s was written on %s and is on %s", id, number, ticket.Ref)
		}
		b.seen[id] = true
	}
	if len(messages) == 0 {
		t.Fatalf("%s is without words", ticket.Ref)
	}
	// Not always the first: clocks of nodes differ, and ids follow them.
	question, acknowledged := b.tickets[ticket.Ref.String()]
	if !acknowledged {
		question = messages[0].Body
	}
	if words[question] == 0 {
		t.Errorf("%s was opened with other words", ticket.Ref)
	}
	if twin := b.asked[question]; twin != "" {
		t.Errorf("%s and %s are one question", ticket.Ref, twin)
	}
	b.asked[question] = ticket.Ref
	return broken, nil
}
