package demo

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// seeder is one run of Seed.
type seeder struct {
	db        *store.DB
	o         Options
	clients   []hospital
	staff     []worker
	leader    desk.Staff
	functions []desk.Function
	answers   []question
	roster    *roster
	result    Result

	refs    io.Reader // ticket numbers and tracker tokens
	people  map[poolKey][]*person
	numbers map[desk.ClientID]int // phone numbers given
	flags   map[string]desk.Flag  // of texts seen before
	fault   error                 // the first act of a script that the desk would have refused
}

func newSeeder(db *store.DB, o Options) (*seeder, error) {
	s := &seeder{db: db, o: o, refs: source(o.Seed, "refs"), people: map[poolKey][]*person{},
		numbers: map[desk.ClientID]int{}, flags: map[string]desk.Flag{}}
	var err error
	if s.clients, err = hospitals(); err != nil {
		return nil, err
	}
	if s.functions, err = readFunctions(); err != nil {
		return nil, err
	}
	if s.answers, err = readQuestions(); err != nil {
		return nil, err
	}
	plain, stored := password(o.Seed)
	s.result.Password = plain
	s.staff, s.leader = workers(s.clients, stored), leader(s.clients[0], stored)
	if s.roster, err = newRoster(s.staff, o.Now); err != nil {
		return nil, err
	}
	return s, nil
}

// source gives a stream of chance of its own for each purpose, so that a new one changes no other.
func source(seed uint64, purpose string) *rand.ChaCha8 {
	return rand.NewChaCha8(sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), purpose...)))
}

// flag is the worst red flag of a text.
func (s *seeder) flag(text string) desk.Flag {
	f, ok := s.flags[text]
	if !ok {
		f = desk.Worst(desk.RedFlags(text))
		s.flags[text] = f
	}
	return f
}

// addDesk stores everything but tickets.
func (s *seeder) addDesk(ctx context.Context) error {
	secrets := source(s.o.Seed, "tokens")
	s.result.Tokens = []Token{{Name: "demo desk", Secret: desk.SecretPrefix + desk.NewSecret(secrets, 24)}}
	s.result.Clients, s.result.SignIns = nil, nil
	for _, c := range s.clients {
		s.result.Clients = append(s.result.Clients, c.Client)
		s.result.Tokens = append(s.result.Tokens, Token{Name: "demo " + c.Slug, Client: c.Slug, Secret: desk.SecretPrefix + desk.NewSecret(secrets, 24)})
	}
	for _, w := range s.staff {
		s.result.SignIns = append(s.result.SignIns, SignIn{w.Name, w.Login, s.result.Password, w.Role})
	}
	s.result.SignIns = append(s.result.SignIns, SignIn{s.leader.Name, s.leader.Login, s.result.Password, s.leader.Role})
	return s.db.System(ctx, "demo", func(tx *store.SystemTx) error {
		for _, c := range s.clients {
			if err := tx.AddClient(c.Client); err != nil {
				return err
			}
			for _, site := range c.sites {
				if err := tx.AddSite(site); err != nil {
					return err
				}
			}
		}
		for _, k := range skills {
			if err := tx.AddSkill(k); err != nil {
				return err
			}
		}
		for _, f := range s.functions {
			if err := tx.AddFunction(f); err != nil {
				return err
			}
		}
		for _, w := range s.staff {
			if err := tx.AddStaff(w.Staff); err != nil {
				return err
			}
			for _, k := range w.skills {
				if err := tx.AddSkillTo(w.ID, k, certified(w.ID, k, s.o.Now)); err != nil {
					return err
				}
			}
		}
		if err := tx.AddStaff(s.leader); err != nil {
			return err
		}
		if err := s.addRotas(tx); err != nil {
			return err
		}
		for _, shift := range s.roster.shifts() {
			if err := tx.AddShift(shift); err != nil {
				return err
			}
		}
		for _, q := range s.answers {
			if err := tx.AddAnswer(q.Answer); err != nil {
				return err
			}
		}
		for i, m := range macros {
			m.ID = int64(i + 1)
			if err := tx.AddMacro(m); err != nil {
				return err
			}
		}
		for i, t := range s.result.Tokens {
			row := desk.Token{ID: int64(i + 1), Hash: desk.HashSecret(t.Secret), Name: t.Name, CreatedAt: s.o.Now}
			if i > 0 {
				row.Client = s.clients[i-1].ID
			}
			if err := tx.AddToken(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// chunk is how many tickets share a unit of work: enough that the sync of each does not count, few
// enough that memory does not.
const chunk = 500

// figuresReach is how far back a leader's figures reach: a quarter, or the month before this one.
const figuresReach = 100 * 24 * time.Hour

// addHistory makes every ticket, in the order of their opening, and stores them. One goroutine makes
// lives while this one stores them.
func (s *seeder) addHistory(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	chunks := make(chan []*life, 2)
	made := make(chan error, 1)
	go func() {
		defer close(chunks)
		made <- s.lives(func(some []*life) bool {
			select {
			case chunks <- some:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	again := source(s.o.Seed, "refs again")
	err := s.db.Load(ctx, "demo", func(part func(func(*store.SystemTx) error) error) error {
		if err := s.store(chunks, again, part); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return <-made // a history that is not whole is none
	})
	if err != nil {
		return err
	}
	// What belongs to one client only is emptied before a history is loaded.
	return s.db.System(ctx, "demo", func(tx *store.SystemTx) error {
		if err := s.addAgreements(tx); err != nil {
			return err
		}
		for _, c := range s.clients {
			own := tx.ForClient(c.ID)
			if err := own.FoldAnew(); err != nil {
				return err
			}
			if err := own.CountSince(s.o.Now.Add(-figuresReach)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *seeder) store(chunks <-chan []*life, again io.Reader, part func(func(*store.SystemTx) error) error) error {
	told := 0
	for some := range chunks {
		err := part(func(tx *store.SystemTx) error {
			known := map[*person]bool{}
			for _, l := range some {
				if err := l.store(tx.ForClient(l.h.ID), again, known); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, l := range some {
			l.p.stored = true
			s.result.Tickets++
			if l.t.State.Open() {
				s.result.Open++
			}
		}
		if s.result.Tickets-told >= 50_000 {
			told = s.result.Tickets
			s.o.Progress(fmt.Sprintf("Made %d of %d questions.", s.result.Tickets, s.o.Tickets))
		}
	}
	return nil
}
