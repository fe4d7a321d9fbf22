package demo

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"

	"kept/internal/desk"
	"kept/internal/store"
)

// seeder is one run of Seed.
type seeder struct {
	db      *store.DB
	o       Options
	clients []desk.Client
	staff   []desk.Staff
	answers []desk.Answer
	result  Result
}

func newSeeder(db *store.DB, o Options) (*seeder, error) { return &seeder{db: db, o: o}, nil }

func (s *seeder) addDesk(ctx context.Context) error { return nil }

func (s *seeder) addHistory(ctx context.Context) error { return nil }

// source gives a stream of chance of its own for each purpose, so that a new one changes no other.
func source(seed uint64, purpose string) *rand.ChaCha8 {
	return rand.NewChaCha8(sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), purpose...)))
}
