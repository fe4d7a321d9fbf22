package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"kept/internal/api"
	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/httpd"
	"kept/internal/job"
	"kept/internal/store"
)

// The environment of the server to be killed.
const (
	envServe    = "KEPT_CRASH_SERVE" // be the server, with sweeper and sender unless "quiet"
	envData     = "KEPT_CRASH_DATA"
	envDatabase = "KEPT_CRASH_DATABASE"
	envProvider = "KEPT_CRASH_PROVIDER" // address of the text provider, which outlives the server
	envZero     = "KEPT_CRASH_ZERO"     // when the fast clock showed opening, in microseconds
	envSkew     = "KEPT_CRASH_SKEW"     // how far the clock of this node is ahead, in microseconds; may be missing
)

func TestMain(m *testing.M) {
	if os.Getenv(envServe) != "" {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// opening is what the fast clock shows when a trial begins; fast is how many times faster it goes, so
// that promises fall due under load.
var opening = time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)

const fast = 600

func fastClock(zero time.Time) func() time.Time {
	return func() time.Time { return opening.Add(fast * time.Since(zero)) }
}

// serve is the whole desk but its pages: store, app, the JSON face, sweeper and sender.
func serve() error {
	us, err := strconv.ParseInt(os.Getenv(envZero), 10, 64)
	if err != nil {
		return err
	}
	clock := fastClock(time.UnixMicro(us))
	if s := os.Getenv(envSkew); s != "" {
		skew, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err
		}
		right := clock
		clock = func() time.Time { return right().Add(time.Duration(skew) * time.Microsecond) }
	}
	ctx := context.Background()
	quiet := slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, store.Options{DataDir: os.Getenv(envData), DatabaseURL: os.Getenv(envDatabase), Clock: clock, Log: quiet})
	if err != nil {
		return err
	}
	a := app.New(app.Options{DB: db, Log: quiet, SMS: provider(os.Getenv(envProvider))})
	loop := func(name string, from job.Source) *job.Loop {
		l := &job.Loop{Name: name, Source: from, Clock: clock, Every: 20 * time.Millisecond, Workers: 4, Lease: 10 * time.Minute, Log: quiet}
		if os.Getenv(envServe) != "quiet" {
			go l.Run(ctx)
		}
		return l
	}
	sweeper, sender := loop("sweeper", a.Sweeper()), loop("sender", a.Sender())
	a.OnWork(sweeper.Next, sender.Wake)
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(in.Addr())
	h := httpd.Wrap(api.New(api.Options{App: a, Log: quiet}), httpd.Options{Log: quiet, Clock: clock,
		Failed: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }})
	return httpd.Server(h, quiet).Serve(in)
}

// provider sends texts to the fake provider in the process of the test.
type provider string

func (p provider) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return channel.Delivery{State: channel.Failed}, err
	}
	return p.ask(ctx, http.MethodPost, "/", body)
}

func (p provider) Lookup(ctx context.Context, id string) (channel.Delivery, bool, error) {
	d, err := p.ask(ctx, http.MethodGet, "/?id="+id, nil)
	return d, d.ProviderID != "", err
}

func (p provider) ask(ctx context.Context, method, path string, body []byte) (d channel.Delivery, err error) {
	d.State = channel.Unknown
	req, err := http.NewRequestWithContext(ctx, method, "http://"+string(p)+path, bytes.NewReader(body))
	if err != nil {
		return d, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return d, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return d, errors.New(res.Status)
	}
	return d, json.NewDecoder(res.Body).Decode(&d)
}
