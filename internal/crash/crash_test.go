package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/channel/sms"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest/server"
)

func TestNothingAcknowledgedIsLost(t *testing.T) {
	kills := 20
	if s := os.Getenv("KEPT_CRASH"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		trial(t, store.Options{DataDir: t.TempDir()}, kills)
	})
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			trial(t, store.Options{DatabaseURL: server.Database(t)}, kills)
		})
	}
}

// clients are how many write at the same time.
const clients = 8

func trial(t *testing.T, place store.Options, kills int) {
	b := newBench(t, place)
	for kill := range kills {
		p := b.start(t)
		b.kill(t, p, 20+rand.IntN(80), 30+rand.IntN(400))
		b.audit(t, false)
		if t.Failed() {
			t.Fatalf("after kill %d", kill+1)
		}
	}
	// What was not answered before the last kill is asked again with the same key, and texts go out.
	p := b.start(t)
	b.kill(t, p, 50, 1500)
	broken := b.audit(t, true)
	t.Logf("%d kills: %d tickets and %d messages acknowledged, %d promises broke, %d texts", kills, len(b.tickets), len(b.messages), broken, len(b.sms.Numbers()))
	if len(b.tickets) < 10*kills || broken < kills {
		t.Errorf("too little happened to prove anything")
	}
}

// bench is what outlives the kills: the clients with what was acknowledged to them, and the provider.
type bench struct {
	place    store.Options
	clock    func() time.Time
	zero     time.Time
	sms      *sms.Fake
	provider *httptest.Server
	token    string
	quiet    bool // no sweeper and no sender: what the server writes is what it is asked for
	n        atomic.Int64

	seen  map[string]bool     // ids of the messages that an audit found
	asked map[string]desk.Ref // words of the tickets that an audit found

	mu       sync.Mutex
	fresh    []string          // tickets acknowledged since the last audit
	tickets  map[string]string // number → the words with which it was opened
	messages map[string]string // id → number of its ticket
	pending  []request         // sent, not answered
	faults   int               // answers that say that the fault is ours
	taken    map[string]int    // id of a text → how often it was given to the provider after it had it
}

type request struct{ path, key, body, words string }

func newBench(t *testing.T, place store.Options) *bench {
	zero := time.Now()
	b := &bench{place: place, zero: zero, clock: fastClock(zero), tickets: map[string]string{}, messages: map[string]string{}, taken: map[string]int{}}
	b.sms = sms.NewFake(b.clock, nil, true)
	b.provider = httptest.NewServer(http.HandlerFunc(b.text))
	t.Cleanup(b.provider.Close)
	b.open(t, func(db *store.DB) { b.staffUp(t, db) })
	return b
}

// text is the provider's own face. One text in ten is taken without an answer.
func (b *bench) text(w http.ResponseWriter, r *http.Request) {
	var d channel.Delivery
	if r.Method == http.MethodGet {
		d, _, _ = b.sms.Lookup(r.Context(), r.FormValue("id"))
	} else {
		var m channel.Message
		if json.NewDecoder(r.Body).Decode(&m) != nil {
			return
		}
		if _, has, _ := b.sms.Lookup(r.Context(), m.ID); has {
			b.mu.Lock()
			b.taken[m.ID]++
			b.mu.Unlock()
		}
		d, _ = b.sms.Send(r.Context(), m)
		if rand.IntN(10) == 0 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
	}
	_ = json.NewEncoder(w).Encode(d)
}

// open gives the database to f while no server runs.
func (b *bench) open(t *testing.T, f func(*store.DB)) {
	t.Helper()
	o := b.place
	o.Clock, o.Log = b.clock, slog.New(slog.DiscardHandler)
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	f(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) staffUp(t *testing.T, db *store.DB) {
	err := db.System(t.Context(), "crash", func(tx *store.SystemTx) error {
		err := tx.AddClient(desk.Client{ID: 1, Slug: "mercy", Name: "Mercy", Short: "Mercy", Host: "mercy.help", Zone: "America/Chicago", Phone: "+18005550143",
			Hours: "America/Chicago; always", ReplyIn: 5 * time.Minute, ReplyHours: "America/Chicago; always", Languages: []string{"en"}, Channels: []desk.Channel{desk.BySMS}})
		if err != nil {
			return err
		}
		if err := tx.AddStaff(desk.Staff{ID: 2, Name: "Ana Ruiz", Login: "ana@kept.example", Role: desk.Supervisor, Active: true}); err != nil {
			return err
		}
		if err := tx.ServeClient(2, 1); err != nil {
			return err
		}
		for day := range 20 {
			start := opening.Add(time.Duration(day-1) * 24 * time.Hour)
			if err := tx.AddShift(coverage.Shift{ID: int64(day + 1), Person: 2, Start: start, End: start.Add(24 * time.Hour), Seats: 20}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		b.token, err = app.New(app.Options{DB: db}).AddToken(t.Context(), desk.System("crash"), 0, "crash")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// process is a server under load.
type process struct {
	cmd  *exec.Cmd
	base string
}

// start runs this test binary again as the server and waits until it listens. with goes before it.
func (b *bench) start(t *testing.T, with ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(with, self)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	what := "everything"
	if b.quiet {
		what = "quiet"
	}
	cmd.Env = append(os.Environ(), envServe+"="+what, envData+"="+b.place.DataDir, envDatabase+"="+b.place.DatabaseURL,
		envProvider+"="+strings.TrimPrefix(b.provider.URL, "http://"), envZero+"="+strconv.FormatInt(b.zero.UnixMicro(), 10))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test itself fails
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server does not start: %v", err)
	}
	return &process{cmd: cmd, base: "http://" + strings.TrimSpace(addr)}
}

// kill lets clients write for a while, at least until so many requests were acknowledged, then kills
// the server in the middle of it. However slow the machine is, something happens between two kills.
func (b *bench) kill(t *testing.T, p *process, acknowledged, ms int) {
	t.Helper()
	enough := b.answered() + acknowledged
	ctx, stop := context.WithCancel(t.Context())
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	b.mu.Lock()
	again := b.pending
	b.pending = nil
	b.mu.Unlock()
	for _, r := range again {
		b.send(ctx, client, p.base, r)
	}
	var load sync.WaitGroup
	for range clients {
		load.Go(func() {
			for ctx.Err() == nil && b.send(ctx, client, p.base, b.next()) {
			}
		})
	}
	<-time.After(time.Duration(ms) * time.Millisecond)
	for end := time.Now().Add(time.Minute); b.answered() < enough && time.Now().Before(end); {
		<-time.After(time.Duration(rand.IntN(10_000)) * time.Microsecond)
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "killed"
	stop()
	load.Wait()
}

func (b *bench) answered() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.tickets) + len(b.messages)
}

// next is what a client does next: a new question, or a reply or note on one that it got a number for.
func (b *bench) next() request {
	n := b.n.Add(1)
	r := request{key: fmt.Sprint("k", n), words: fmt.Sprintf("crash%d crash", n)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.fresh) > 0 && n%3 != 0 {
		r.path = "/tickets/" + b.fresh[rand.IntN(len(b.fresh))] + []string{"/replies", "/notes"}[n%2]
		r.body = fmt.Sprintf(`{"body":%q}`, r.words)
		return r
	}
	r.path = "/tickets"
	r.body = fmt.Sprintf(`{"client":"mercy","words":%q,"channel":"sms","requester":{"name":"Person %d","phone":"+1312555%04d"}}`, r.words, n, n%9000+1000)
	return r
}

// send asks the server once and remembers what it acknowledged; false when it did not answer.
func (b *bench) send(ctx context.Context, client *http.Client, base string, r request) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1"+r.path, strings.NewReader(r.body))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+b.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", r.key)
	res, err := client.Do(req)
	var got struct{ Number, ID, Code string }
	if err == nil {
		err = json.NewDecoder(res.Body).Decode(&got)
		res.Body.Close()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil && res.StatusCode == http.StatusInternalServerError {
		b.faults++
	}
	switch {
	case err != nil || res.StatusCode >= 500:
		b.pending = append(b.pending, r)
		return false
	case got.Number != "":
		b.tickets[got.Number] = r.words
		b.fresh = append(b.fresh, got.Number)
	case got.ID != "":
		b.messages[got.ID] = strings.Split(r.path, "/")[2]
	}
	return true
}
