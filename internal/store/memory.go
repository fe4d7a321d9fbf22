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

// recall gives what ask gives or gave since the last write. The key says all that the answer depends on. What
// it gives belongs to others as well: it is never changed.
func recall[T any](u *unit, key []byte, ask func() (T, error)) (T, error) {
	generation := u.remembers()
	if generation < 0 {
		return ask()
	}
	if v, ok := u.db.memory.get(generation, key); ok {
		return v.(T), nil
	}
	v, err := ask()
	if err == nil {
		u.db.memory.keep(generation, key, v)
	}
	return v, err
}

// recallAcross is manyAcross by recall. Two analysts who serve the same clients get the same answer.
func recallAcross[T any](tx *DeskReadTx, d *door, scan func(scanner) (T, error), args ...any) ([]T, error) {
	return recallRows(tx, d, args, func() ([]T, error) { return manyAcross(tx, d, scan, args...) })
}

func recallRows[T any](tx *DeskReadTx, d *door, args []any, ask func() ([]T, error)) ([]T, error) {
	if tx.remembers() < 0 {
		return ask()
	}
	whose, err := tx.whose()
	if err != nil {
		return nil, err
	}
	key := fmt.Appendf(nil, "%s %s %#v", d.all.name, whose, args)
	return recall(tx.unit, key, ask)
}

var clientsOfStaff = sql("SELECT client_id FROM staff_client WHERE staff_id = $1 ORDER BY client_id")

// whose names the clients that the viewer sees: two viewers with the same name see the same rows.
func (tx *DeskReadTx) whose() (string, error) {
	v := tx.viewer
	switch {
	case v.Desk:
		return "all", nil
	case v.Who != desk.WhoStaff:
		return fmt.Sprint("client ", v.Clients), nil
	}
	return recall(tx.unit, strconv.AppendInt([]byte("whose "), int64(v.Staff), 10), func() (string, error) {
		clients, err := many(tx, clientsOfStaff, value[int64], int64(v.Staff))
		return fmt.Sprint("staff ", clients), err
	})
}
