package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kept/internal/channel"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// App is the desk. Its methods are safe for use by many goroutines.
type App struct {
	db     *store.DB
	log    *slog.Logger
	rand   io.Reader
	sms    channel.Sender
	mail   channel.Sender
	voice  channel.Sender
	origin func(desk.Client) string
	desk   func(desk.Client) string
	demo   bool
	told   func(time.Duration)

	abreast int // people at the desk who are called at once

	live       *live
	presence   *presence
	limits     *limits
	roster     rosterCache
	coverage   coverageCache
	escalating escalating
	facts      factsCache
	books      books
	ruled      atomic.Bool // rows of clocks are made by the rules of this program
	signed     signedCache
	hold       holdUntil
	around     around
	walls      recent[wallKey, Wall]
	figures    recent[figuresKey, Figures]
	wake       struct {
		sync.RWMutex
		sweep func(due time.Time)
		send  func()
	}
}

// Options are what an App needs. DB is the only one without a default.
type Options struct {
	DB      *store.DB
	Log     *slog.Logger
	Rand    io.Reader                // of numbers, tokens and codes; crypto/rand by default
	SMS     channel.Sender           // nil: the desk has no texts
	Mail    channel.Sender           // nil: the desk has no mail
	Voice   channel.Sender           // calls people at the desk; nil: nobody does
	Origin  func(desk.Client) string // scheme and host of a client's pages, for links: "https://mercy.help"
	Desk    func(desk.Client) string // the same of the pages of the desk, which no hospital has to itself; Origin if nil
	Told    func(time.Duration)      // hears how long after its due instant a person was told of a break; may be nil
	Abreast int                      // how many people at the desk are called at once; 16 by default, 1 where the order must be the same each time
	Demo    bool                     // patients' phones can be seen at /demo/phone
}

// New makes an App over an open database.
func New(o Options) *App {
	a := &App{db: o.DB, log: o.Log, rand: o.Rand, sms: o.SMS, mail: o.Mail, voice: o.Voice, origin: o.Origin, desk: o.Desk, demo: o.Demo, told: o.Told, abreast: cmp.Or(o.Abreast, 16)}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.rand == nil {
		a.rand = rand.Reader
	}
	if a.origin == nil {
		a.origin = func(c desk.Client) string { return "https://" + c.Host }
	}
	if a.desk == nil {
		a.desk = a.origin
	}
	if a.told == nil {
		a.told = func(time.Duration) {}
	}
	a.live, a.presence = newLive(), newPresence()
	a.limits = newLimits()
	return a
}

// Now is the desk's clock.
func (a *App) Now() time.Time { return a.db.Now() }

// Ready reports whether the database answers, and takes what is written.
func (a *App) Ready(ctx context.Context) error { return a.db.Ready(ctx) }

// OnWork sets what is called after a commit that wrote a promise, with the instant at which the sweeper
// has to look at it, or a message for the sender. Both are wake-ups only; the rows are what counts.
func (a *App) OnWork(sweep func(due time.Time), send func()) {
	a.wake.Lock()
	defer a.wake.Unlock()
	a.wake.sweep, a.wake.send = sweep, send
}

// sweepAt tells the sweeper when it has something to look at.
func (a *App) sweepAt(at time.Time) {
	a.wake.RLock()
	defer a.wake.RUnlock()
	if a.wake.sweep != nil {
		a.wake.sweep(at)
	}
}

// Window is a time that somebody can keep.
type Window = coverage.Window
