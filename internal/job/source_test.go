package job

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"
)

var nine = time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type entry struct {
	id       string
	fireAt   time.Time
	leased   time.Time
	attempts int
	begun    int // of these attempts, how many were worked
	done     bool
	reason   string
}

// memory is a Source in memory that watches its own laws.
type memory struct {
	clock *clock
	work  func(ctx context.Context, id string, attempt int) error // may be nil

	mu      sync.Mutex
	rows    map[string]*entry
	claims  int
	broken  error
	wrong   []string      // broken laws
	claimed chan struct{} // one token per claim, if not nil
}

func (m *memory) add(id string, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows = map[string]*entry{}
	}
	if m.rows[id] != nil {
		return false
	}
	m.rows[id] = &entry{id: id, fireAt: at}
	return true
}

func (m *memory) Claim(_ context.Context, now time.Time, n int, lease time.Duration) ([]Row, error) {
	defer func() {
		if m.claimed != nil {
			m.claimed <- struct{}{}
		}
	}()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.claims++
	if m.broken != nil {
		return nil, m.broken
	}
	var due []*entry
	for _, e := range m.rows {
		if !e.done && !e.fireAt.After(now) && !e.leased.After(now) {
			due = append(due, e)
		}
	}
	sort.Slice(due, func(i, j int) bool { return due[i].fireAt.Before(due[j].fireAt) })
	var rows []Row
	for _, e := range due[:min(n, len(due))] {
		e.leased = now.Add(lease)
		e.attempts++
		id, attempt := e.id, e.attempts
		rows = append(rows, Row{ID: id, Attempts: attempt, FireAt: e.fireAt, Work: func(ctx context.Context) error { return m.do(ctx, id, attempt) }})
	}
	return rows, nil
}

func (m *memory) do(ctx context.Context, id string, attempt int) error {
	m.mu.Lock()
	e := m.rows[id]
	if e.attempts != attempt || !e.leased.After(m.clock.Now()) {
		m.wrong = append(m.wrong, id+" worked without its lease")
	}
	if e.done {
		m.wrong = append(m.wrong, id+" worked twice")
	}
	e.begun++
	m.mu.Unlock()
	if m.work != nil {
		if err := m.work(ctx, id, attempt); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.attempts != attempt {
		return errors.New("the lease has gone to somebody else")
	}
	e.done = true
	return nil
}

func (m *memory) Return(_ context.Context, row Row, at time.Time, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.rows[row.ID]; e.attempts == row.Attempts && !e.done {
		e.leased, e.fireAt, e.reason = time.Time{}, at, reason
	}
	return nil
}

func (m *memory) entry(id string) entry { m.mu.Lock(); defer m.mu.Unlock(); return *m.rows[id] }
