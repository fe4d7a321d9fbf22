package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/httpd"
	"kept/internal/job"
	"kept/internal/store"
	"kept/internal/web"
)

// How long things may take when the desk opens and closes.
const (
	openAgain   = 2 * time.Second  // between two tries to reach the database
	finishWith  = 15 * time.Second // requests that are running when the desk closes
	tidyEvery   = time.Hour
	watchEvery  = 5 * time.Second
	aroundEvery = 10 * time.Second
)

// clock is the one clock of the process; everything below cmd gets it as an argument.
func clock() time.Time { return time.Now() }

// node is one running desk: this process, its database and its doors.
type node struct {
	settings  *settings
	log       *slog.Logger
	secure    bool // cookies over https only
	proxy     bool
	cert, key string
	links     string         // how links to the pages of a client begin
	sms, mail channel.Sender // nil: the desk has none
	voice     channel.Sender // calls people at the desk; nil: nobody does
	texts     hooked
	calls     hooked

	demo   bool
	phones web.PhoneBook
	fill   func(context.Context, *store.DB, *app.App) error // before the doors open; may be nil
	opened func()                                           // told that they are open; may be nil
	beside func(context.Context)                            // goes on as long as the loops; may be nil

	front   front
	metrics *metrics
}

// hooked is how a provider tells us something.
type hooked struct {
	secret string // that signs it; empty: no hooks
	base   string // our address as the provider sees it; empty: as in the request
}

// run opens the desk on ln and keeps it open until ctx ends. It answers from the first moment, at
// first that it is starting: a probe or a person never meets a closed port.
func (n *node) run(ctx context.Context, ln net.Listener) error {
	n.settings.Addr = ln.Addr().String()
	n.log.Info("the desk starts", "addr", n.settings.Addr)
	n.metrics = newMetrics()
	streams := newStreams(n.metrics.streams)
	server := httpd.Server(n.front.routes(n.metrics, func(h http.Handler) http.Handler {
		return streams.wrap(httpd.Wrap(h, httpd.Options{Log: n.log, Clock: clock, Proxy: n.proxy, Observe: n.metrics.observe, Failed: failed}))
	}), n.log)
	served := make(chan error, 1)
	go func() {
		if n.cert != "" {
			served <- server.ServeTLS(ln, n.cert, n.key)
		} else {
			served <- server.Serve(ln)
		}
	}()

	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	go func() {
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			giveUp(desk.Wrap(desk.Unavailable, "http", err, "The desk cannot serve its pages."))
		}
	}()

	err := n.work(ctx, func() {
		n.front.close()
		streams.end()
		soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWith)
		defer cancel()
		if server.Shutdown(soft) != nil {
			n.log.Warn("requests cut off by the stop")
			server.Close()
		}
	})
	if why := context.Cause(ctx); err == nil && desk.KindOf(why) == desk.Unavailable {
		return why
	}
	return err
}

// work opens the database, lets people in and works what falls due, until ctx ends. Then it closes
// the doors first, so that nobody meets a desk without a database, and what is due last.
func (n *node) work(ctx context.Context, closeDoors func()) (err error) {
	doors := sync.OnceFunc(closeDoors)
	defer doors()
	db, err := n.openStore(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped before it was open
		}
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a := app.New(app.Options{DB: db, Log: n.log, SMS: n.sms, Mail: n.mail, Voice: n.voice, Origin: origins(n.links), Desk: deskOrigins(n.links), Demo: n.demo, Told: n.metrics.toldAfter})
	if n.fill != nil {
		if err := n.fill(ctx, db, a); err != nil {
			if ctx.Err() != nil {
				return desk.Errorf(desk.Unavailable, "stopped", "Stopped before the demo was complete. The next start makes it anew.")
			}
			return err
		}
	}
	closeSocket, err := n.openSocket(ctx, db, a)
	if err != nil {
		return err
	}
	defer closeSocket()

	due, rest := context.WithCancel(context.WithoutCancel(ctx))
	var loops sync.WaitGroup
	defer loops.Wait()
	defer rest()
	sweep := n.loop("sweeper", a.Sweeper(), 4, db)
	sweep.Batch = app.SweepBatch
	send := n.loop("sender", held{a.Sender(), db}, 4, db)
	clocks := n.loop("clocks", a.Clocker(), 1, db)
	send.Gather = 25 * time.Millisecond
	a.OnWork(sweep.Next, send.Wake)
	n.metrics.follow(due, db, a, sweep, send, clocks, n.log)
	n.front.open(n.inside(a), a.Ready)
	// Behind the doors: what has fallen due meanwhile may be much, and the first page does not wait for it.
	for _, run := range []func(context.Context){sweep.Run, send.Run, clocks.Run, a.Relay, func(ctx context.Context) { n.tidy(ctx, db) }, func(ctx context.Context) { n.lookAround(ctx, a) }} {
		loops.Go(func() { run(due) })
	}
	if n.beside != nil {
		loops.Go(func() { n.beside(due) })
	}

	v, _ := versionOf()
	n.log.Info("the desk is open", "addr", n.settings.Addr, "database", db.Engine(), "version", v, "pid", os.Getpid())
	if n.opened != nil {
		n.opened()
	}
	<-ctx.Done()
	n.log.Info("the desk closes")
	doors()
	return nil
}

// lookAround keeps the numbers of what is at risk fresh, and alerts to what ended shifts have left.
func (n *node) lookAround(ctx context.Context, a *app.App) {
	tick := time.NewTicker(aroundEvery)
	defer tick.Stop()
	failed := false
	for {
		err := a.LookAround(ctx)
		if err != nil && ctx.Err() == nil && !failed {
			n.log.Warn("what is at risk, and what ended shifts have left, is not known now; trying again", "err", err)
		}
		failed = err != nil
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// openStore opens the database; one that cannot be reached is tried again until ctx ends.
func (n *node) openStore(ctx context.Context) (*store.DB, error) {
	for try := 0; ; try++ {
		db, err := store.Open(ctx, n.settings.store(n.log))
		var known *desk.Error
		if err == nil || !errors.As(err, &known) || known.Code != "unreachable" && known.Code != "timeout" || n.settings.DatabaseURL == "" {
			return db, err
		}
		n.front.trouble(known.Message)
		if try%15 == 0 {
			n.log.Error("the database cannot be reached; trying again", "err", err)
		}
		select {
		case <-time.After(openAgain):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// openSocket lets commands reach the desk, if it has a folder.
func (n *node) openSocket(ctx context.Context, db *store.DB, a *app.App) (func(), error) {
	folder := n.settings.folder()
	if folder == "" {
		return func() {}, nil
	}
	ln, err := listenSocket(ctx, folder)
	if err != nil {
		return nil, err
	}
	// A backup takes as long as it takes, so there are no time limits here.
	server := &http.Server{Handler: takeOrders(db, a), ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelDebug)}
	go func() { _ = server.Serve(ln) }()
	return func() {
		soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWith)
		defer cancel()
		if server.Shutdown(soft) != nil {
			server.Close()
		}
		os.Remove(filepath.Join(folder, socketName))
	}, nil
}

func (n *node) loop(name string, source job.Source, workers int, db *store.DB) *job.Loop {
	return &job.Loop{
		Name: name, Source: source, Clock: clock, Every: time.Second, Workers: workers, Skew: db.Skew, Log: n.log,
		Reason: func(err error) string {
			var known *desk.Error
			if errors.As(err, &known) {
				return string(known.Kind) + " " + known.Code
			}
			return "fault"
		},
	}
}

// heldSetting holds messages back after a restore, until an operator lets them go.
const heldSetting = "outbox_held"

// held is a source that gives nothing while messages are held.
type held struct {
	job.Source
	db *store.DB
}

func (h held) Claim(ctx context.Context, now time.Time, n int, lease time.Duration) ([]job.Row, error) {
	held := false
	err := h.db.DeskRead(ctx, desk.System("sender"), func(tx *store.DeskReadTx) error {
		s, _, err := tx.Setting(heldSetting)
		held = s == "1"
		return err
	})
	if err != nil || held {
		return nil, err
	}
	return h.Source.Claim(ctx, now, n, lease)
}

// How long what nobody needs any more is kept.
const (
	draftsLast = 24 * time.Hour
	keysLast   = 7 * 24 * time.Hour
	codesLast  = time.Hour           // after their end
	typedLasts = 30 * 24 * time.Hour // what staff typed and never sent
)

// tidy forgets, every hour, what nobody needs any more. Nodes that do it at once do no harm.
func (n *node) tidy(ctx context.Context, db *store.DB) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		err := db.System(ctx, "tidy", func(tx *store.SystemTx) error {
			now := tx.Now()
			return errors.Join(tx.DropDrafts(now.Add(-draftsLast)), tx.DropIdempotent(now.Add(-keysLast)),
				tx.DropCodes(now.Add(-codesLast)), tx.DropEndedSessions(now), tx.DropTyped(now.Add(-typedLasts)))
		})
		if err != nil && ctx.Err() == nil {
			n.log.Warn("old drafts, keys, codes and sessions were not forgotten; again in an hour", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
