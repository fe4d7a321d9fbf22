package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest/server"
)

// Three nodes share one PostgreSQL, and their clocks do not quite agree. Clients write to whichever of them
// lives while one after the other is killed, now and then two at once. Whatever comes of it, all laws hold of
// every question, and no person hears of one break twice.
func TestThreeNodesKeepTheLaws(t *testing.T) {
	kills := 6
	if s := os.Getenv("KEPT_CRASH"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	n := &nodes{bench: newBench(t, store.Options{DatabaseURL: server.Database(t)})}
	for i := range n.of {
		n.rise(t, i)
	}
	rest := n.load(t)
	for range kills {
		n.wait(t, 20+rand.IntN(80))
		first := rand.IntN(len(n.of))
		n.fall(t, first)
		if rand.IntN(3) == 0 {
			second := (first + 1) % len(n.of)
			n.fall(t, second)
			n.wait(t, 10)
			n.rise(t, second)
		}
		n.rise(t, first)
	}
	n.wait(t, 50)
	broken, told := n.end(t, rest)
	t.Logf("%d kills: %d tickets and %d messages acknowledged, %d promises broke, %d breaks told",
		kills, len(n.tickets), len(n.messages), broken, told)
	if len(n.tickets) < 10*kills || broken < 10*kills || told < kills {
		t.Errorf("too little happened to prove anything")
	}
}

// PostgreSQL goes away under load and comes back, or takes nothing that is written for a while, and every connection is cut off
// in the middle of what it does. Both nodes go on by themselves, no fault of ours is told to anybody, and nothing is lost or told
// twice.
func TestTheDatabaseGoesAwayAndComesBack(t *testing.T) {
	const outages = 8
	n := &nodes{bench: newBench(t, store.Options{DatabaseURL: server.Database(t)})}
	n.rise(t, 0)
	n.rise(t, 1)
	rest := n.load(t)
	for i := range outages {
		n.wait(t, 20+rand.IntN(80))
		goes := server.Away
		if i%2 == 1 {
			goes = server.ReadOnly
		}
		back := goes(t, n.place.DatabaseURL)
		<-time.After(time.Duration(rand.IntN(700)) * time.Millisecond)
		back()
	}
	n.wait(t, 50)
	broken, told := n.end(t, rest)
	t.Logf("%d outages: %d tickets and %d messages acknowledged, %d promises broke, %d breaks told", outages, len(n.tickets), len(n.messages), broken, told)
	if n.faults > 0 {
		t.Errorf("%d requests were told that the fault is ours", n.faults)
	}
	if len(n.tickets) < 10*outages || broken < outages || told < outages {
		t.Errorf("too little happened to prove anything")
	}
}

// end lets the clients rest, asks again what was not answered, and looks at all that has come of it.
func (n *nodes) end(t *testing.T, rest func()) (broken, told int) {
	t.Helper()
	rest()
	// What no node answered is asked again with the same key, and texts go out.
	client := &http.Client{Timeout: 20 * time.Second}
	for len(n.pending) > 0 {
		r := n.pending[0]
		n.pending = n.pending[1:]
		if !n.send(t.Context(), client, n.of[0].base, r) {
			t.Fatal("a node that lives does not answer")
		}
	}
	<-time.After(1500 * time.Millisecond)
	for i := range n.of {
		if n.of[i] != nil {
			n.fall(t, i)
		}
	}
	t.Logf("%d texts given again", len(n.taken))
	clear(n.taken) // a lease may run out on a slow machine; what the provider makes of it is looked at below
	broken = n.audit(t, true)
	return broken, n.laws(t)
}

// nodes are the server processes on the database of a bench.
type nodes struct {
	*bench
	lives sync.Mutex
	of    [3]*process // nil: killed
}

// skews are how far the clocks of the nodes are ahead.
var skews = [3]time.Duration{0, 30 * time.Second, -30 * time.Second}

func (n *nodes) rise(t *testing.T, i int) {
	t.Helper()
	p := n.start(t, "env", envSkew+"="+strconv.FormatInt(skews[i].Microseconds(), 10))
	n.lives.Lock()
	defer n.lives.Unlock()
	n.of[i] = p
}

// fall kills node i in the middle of what it does.
func (n *nodes) fall(t *testing.T, i int) {
	t.Helper()
	n.lives.Lock()
	p := n.of[i]
	n.of[i] = nil
	n.lives.Unlock()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "killed"
}

// any gives the address of a node that lives.
func (n *nodes) any() string {
	n.lives.Lock()
	defer n.lives.Unlock()
	for {
		if p := n.of[rand.IntN(len(n.of))]; p != nil {
			return p.base
		}
	}
}

// load lets clients write until rest is called. What a dead node has not answered goes to another one, with
// the same key.
func (n *nodes) load(t *testing.T) (rest func()) {
	ctx, stop := context.WithCancel(t.Context())
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for ctx.Err() == nil {
				// The request itself is not cut off at the rest: whoever asks waits for the answer.
				n.send(context.WithoutCancel(ctx), client, n.any(), n.againOrNext())
			}
		})
	}
	return func() { stop(); all.Wait(); client.CloseIdleConnections() }
}

func (n *nodes) againOrNext() request {
	n.mu.Lock()
	if len(n.pending) > 0 {
		r := n.pending[0]
		n.pending = n.pending[1:]
		n.mu.Unlock()
		return r
	}
	n.mu.Unlock()
	return n.next()
}

// wait lets so many requests more be acknowledged.
func (n *nodes) wait(t *testing.T, acknowledged int) {
	t.Helper()
	enough := n.answered() + acknowledged
	for end := time.Now().Add(time.Minute); n.answered() < enough; {
		if time.Now().After(end) {
			t.Fatal("the desk stands still")
		}
		<-time.After(time.Duration(rand.IntN(10_000)) * time.Microsecond)
	}
}

// laws holds every question against all laws as "kept verify" does, and against the shifts; no two promises
// have one seat, and every text is one that a question knows of. It gives how many breaks the provider has
// told a person of.
func (n *nodes) laws(t *testing.T) (told int) {
	t.Helper()
	texts := map[string]bool{}
	for _, number := range n.sms.Numbers() {
		for _, text := range n.sms.Sent(number) {
			if texts[text.ID] {
				t.Errorf("text %s went out twice", text.ID)
			}
			texts[text.ID] = true
		}
	}
	seats := map[string]desk.PromiseID{}
	news := map[string]int{} // promise that broke → texts that say so
	n.open(t, func(db *store.DB) {
		v := desk.System("audit")
		verified, err := app.New(app.Options{DB: db}).Verify(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		for _, broken := range verified.Broken {
			t.Error(broken)
		}
		if verified.Tickets < len(n.tickets) {
			t.Errorf("%d tickets were verified, %d acknowledged", verified.Tickets, len(n.tickets))
		}
		var roster coverage.Roster
		err = db.DeskRead(t.Context(), v, func(tx *store.DeskReadTx) (err error) {
			roster, err = tx.Roster(opening.Add(-48*time.Hour), opening.Add(20*24*time.Hour))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, ticket := range every(t, db, v) {
			err := db.Read(t.Context(), v, 1, func(tx *store.ReadTx) error {
				f, err := app.File(tx, ticket)
				if err != nil {
					return err
				}
				if err := f.Check(roster); err != nil {
					t.Error(err)
				}
				for id, seat := range f.Seats {
					key := fmt.Sprint(seat.Person, seat.Slot, seat.Seat)
					if other := seats[key]; other != 0 {
						t.Errorf("promises %d and %d have one seat", other, id)
					}
					seats[key] = id
				}
				for _, o := range f.Outs {
					id := strconv.FormatInt(int64(o.Client), 36) + "-" + strconv.FormatInt(o.ID, 36)
					if !texts[id] {
						if o.State == desk.Accepted || o.State == desk.Delivered {
							t.Errorf("%s: %s counts as %s, and the provider has nothing", ticket.Ref, o.Trigger, o.State)
						}
						continue
					}
					delete(texts, id)
					for _, broke := range strings.Split(o.Args["broken"], ",") {
						if broke != "" {
							news[broke]++
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	for id := range texts {
		t.Errorf("text %s went out, and no question knows of it", id)
	}
	for id, times := range news {
		if times > 1 {
			t.Errorf("the break of promise %s was told %d times", id, times)
		}
	}
	return len(news)
}
