package store

import (
	"sync"
	"time"

	"kept/internal/desk"
)

// idEpoch is 2025-01-01 UTC in milliseconds.
const idEpoch = 1_735_689_600_000

const (
	idNodeBits = 5 // 32 nodes on one PostgreSQL
	idSeqBits  = 7 // 128 ids in a millisecond, then the next millisecond is borrowed
)

// ids gives ids that grow with time: 41 bits of milliseconds since 2025, the node, a sequence. They
// fit in 53 bits, so that a JavaScript program reads them from JSON unharmed, until the year 2094.
type ids struct {
	mu   sync.Mutex
	node func() int64 // nil: the only one
	last int64        // tick<<seq | seq, without the node
}

// next never gives the same id twice in a process, not even when the clock stands or goes back.
func (g *ids) next(_ desk.ClientID, now time.Time) int64 {
	first := max(now.UnixMilli()-idEpoch, 0) << idSeqBits
	g.mu.Lock()
	g.last = max(g.last+1, first)
	n := g.last
	g.mu.Unlock()
	node := int64(0)
	if g.node != nil {
		node = g.node()
	}
	tick, seq := n>>idSeqBits, n&(1<<idSeqBits-1)
	return (tick<<idNodeBits|node)<<idSeqBits | seq
}

// idsBefore is below every id that is given at an instant or later: ids never lag behind the clock.
func idsBefore(at time.Time) int64 {
	return max(at.UnixMilli()-idEpoch, 0)<<(idNodeBits+idSeqBits) - 1
}
