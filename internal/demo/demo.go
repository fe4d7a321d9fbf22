// Package demo fills an empty desk with invented hospitals, people, answers and history, so that
// somebody who has just started Kept finds a desk at work, and benchmarks find a large one.
//
// Everything follows from a seed and an instant: the same two give the same rows on every machine and
// engine. Tickets live their lives through the acts of life.go, in the order of time and with the
// events that the desk itself would have written; the laws of the store are checked at every commit.
// Nothing here is a real person: names are made up, phone numbers are 555-01xx, mail is example.com.
//
// It never runs on a desk that has clients already, and sends nothing. Start reading at Seed.
package demo

import (
	"context"
	"fmt"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Options say what to make.
type Options struct {
	Seed     uint64
	Now      time.Time    // history ends here; shifts reach 28 days beyond
	Tickets  int          // how many tickets in all; 0 is the demo's 2,500
	Progress func(string) // told what happens, in sentences; nil tells nobody
}

// demoTickets is about two months of a desk of this size.
const demoTickets = 2500

// Result is what was made, with the secrets that are shown only once.
type Result struct {
	Password string // of every sign-in
	Clients  []desk.Client
	SignIns  []SignIn
	Tokens   []Token
	Tickets  int // how many there are
	Open     int // how many of them are open
}

// SignIn is somebody who can sign in.
type SignIn struct {
	Name     string    `json:"name"`
	Login    string    `json:"login"`
	Password string    `json:"password"`
	Role     desk.Role `json:"role"`
}

// Token is a bearer token of the API, for one client or, without a slug, for the whole desk.
type Token struct {
	Name   string `json:"name"`
	Client string `json:"client,omitempty"` // slug
	Secret string `json:"token"`
}

// Seed fills db. A desk that has clients already is a Conflict "demo.exists" and stays as it is.
func Seed(ctx context.Context, db *store.DB, o Options) (Result, error) {
	if o.Tickets <= 0 {
		o.Tickets = demoTickets
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	o.Now = o.Now.UTC().Truncate(time.Second)
	s, err := newSeeder(db, o)
	if err != nil {
		return Result{}, err
	}
	if err := s.empty(ctx); err != nil {
		return Result{}, err
	}
	o.Progress(fmt.Sprintf("Making %d hospitals, %d people who work the desk, %d answers.", len(s.clients), len(s.staff), len(s.answers)))
	if err := s.addDesk(ctx); err != nil {
		return Result{}, err
	}
	if err := s.addHistory(ctx); err != nil {
		return Result{}, err
	}
	o.Progress(fmt.Sprintf("Made %d questions; %d are open.", s.result.Tickets, s.result.Open))
	return s.result, nil
}

// empty refuses a desk that is in use.
func (s *seeder) empty(ctx context.Context) error {
	return s.db.System(ctx, "demo", func(tx *store.SystemTx) error {
		have, err := tx.Clients()
		if err == nil && len(have) > 0 {
			err = desk.Errorf(desk.Conflict, "demo.exists", "This desk has hospitals already. Give the demo an empty data folder.")
		}
		return err
	})
}
