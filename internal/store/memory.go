package store

import (
	"fmt"
	"strconv"
	"sync"

	"kept/internal/desk"
)

// memory keeps what a few questions gave, as long as nothing has been written since. When something
// happens on a ticket, the pages of everybody at work ask the same at once: the first answer is theirs too.
// It is exact: SQLite one process has to itself, and PostgreSQL is asked whether anything has changed, see changes.
type memory struct {
	mu    sync.Mutex
	at    int64 // the generation that the answers belong to
	known map[string]any
}

// memories is how many answers are kept at most.
const memories = 1000

func (m *memory) get(generation int64, key []byte) (any, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at != generation {
		return nil, false
	}
	v, ok := m.known[string(key)]
	return v, ok
}

func (m *memory) keep(generation int64, key []byte, v any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.at > generation:
		return
	case m.at < generation || m.known == nil || len(m.known) >= memories:
		m.at, m.known = generation, map[string]any{}
	}
	m.known[string(key)] = v
}

// unasked is the generation of a unit of work that has not asked for it.
const unasked = -2

// remembers gives the generation whose answers u may use and add to; -1 for none. It must be older than the snapshot: once
// that is open, nothing is remembered.
func (u *unit) remembers() int64 {
	if u.generation == unasked {
		u.generation = -1
		if u.s.pg.PgConn().TxStatus() == 'I' {
			u.generation = u.db.engine.ask()
		}
	}
	return u.generation
}

// recallAcross is manyAcross by recallRows. Two analysts who serve the same clients get the same answer.
func recallAcross[T any](tx *DeskReadTx, d *door, scan func(scanner) (T, error), args ...any) ([]T, error) {
	return recallRows(tx, d, args, func() ([]T, error) { return manyAcross(tx, d, scan, args...) })
}

// recallRows gives the rows that ask gives, or gave since the last write to somebody who sees the same. The name of the question
// and its parameters say all else that they depend on. They belong to others as well, and are never changed.
func recallRows[T any](tx *DeskReadTx, d *door, args []any, ask func() ([]T, error)) ([]T, error) {
	if tx.remembers() < 0 {
		return ask()
	}
	name := func(served []int64) []byte {
		b := append(append(make([]byte, 0, 256), d.all.name...), ' ')
		return fmt.Appendf(tx.whose(b, served), " %#v", args)
	}
	ofStaff, staff := !tx.viewer.Desk && tx.viewer.Who == desk.WhoStaff, strconv.AppendInt([]byte("whose "), int64(tx.viewer.Staff), 10)
	served, known := any([]int64(nil)), true
	if ofStaff {
		served, known = tx.db.memory.get(tx.generation, staff)
	}
	if known {
		if rows, ok := tx.db.memory.get(tx.generation, name(served.([]int64))); ok {
			return rows.([]T), nil
		}
	}
	// Whose rows they are is asked in their own snapshot, which may be younger than what is remembered.
	var rows []T
	parts := []func() error{func() (err error) { rows, err = ask(); return err }}
	if ofStaff && tx.serving == nil {
		parts = append(parts, func() (err error) {
			tx.serving, err = many(tx, clientsOfStaff, value[int64], int64(tx.viewer.Staff))
			return err
		})
	}
	if err := tx.Together(parts...); err != nil {
		return nil, err
	}
	if ofStaff {
		tx.db.memory.keep(tx.generation, staff, tx.serving)
	}
	tx.db.memory.keep(tx.generation, name(tx.serving), rows)
	return rows, nil
}

var clientsOfStaff = sql("SELECT client_id FROM staff_client WHERE staff_id = $1 ORDER BY client_id")

// whose names the rows that the viewer sees, who serves these clients: two viewers with the same name see the same. On
// PostgreSQL they are cut once more, by the clients that a viewer was seen to serve when they came.
func (tx *DeskReadTx) whose(b []byte, served []int64) []byte {
	clients := func(named string) []byte {
		b = append(b, named...)
		for _, c := range tx.viewer.Clients {
			b = strconv.AppendInt(append(b, ' '), int64(c), 10)
		}
		return b
	}
	switch v := tx.viewer; {
	case v.Desk:
		return append(b, "all"...)
	case v.Who != desk.WhoStaff:
		return clients("client")
	}
	b = append(b, "staff"...)
	for _, c := range served {
		b = strconv.AppendInt(append(b, ' '), c, 10)
	}
	return clients(" of")
}
