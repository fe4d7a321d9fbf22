package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Every transaction that has changed something on PostgreSQL leaves its number in the table changed, in the trip of its
// commit. So a node can ask whether anything was committed since it looked last, on whatever node, in one question that
// locks nothing: whether there is a number in its snapshot now that was not finished in its snapshot then. What nobody
// remembers, the read log, leaves none.
var (
	pgChanged = &stmt{name: "changed", postgres: `INSERT INTO changed (xid) SELECT pg_current_xact_id_if_assigned()
		WHERE pg_current_xact_id_if_assigned() IS NOT NULL ON CONFLICT DO NOTHING`}
	// What was trimmed cannot be looked for: it was all below a number that is still there. So where nothing is left below
	// the snapshot of then, something may have changed.
	pgSame = &stmt{name: "same", postgres: `SELECT CAST(pg_current_snapshot() AS TEXT),
		EXISTS (SELECT 1 FROM changed WHERE xid < pg_snapshot_xmin(CAST($1 AS pg_snapshot)) ORDER BY xid DESC LIMIT 1)
		AND NOT EXISTS (SELECT 1 FROM changed WHERE xid >= pg_snapshot_xmin(CAST($1 AS pg_snapshot))
			AND NOT pg_visible_in_snapshot(xid, CAST($1 AS pg_snapshot)))`}
)

// changesLimit is how long a page waits to hear whether anything has changed; then it asks for all it shows.
const changesLimit = time.Second

// changes is what this node knows of changes.
type changes struct {
	e     *pgEngine
	links *links       // one, for itself: those who ask hold theirs meanwhile
	begun atomic.Int64 // how often it has asked
	mu    sync.Mutex   // held while asking
	since string       // the snapshot of then
	link  *link        // by which it was asked: a server that was ended, and may have lost what it said, ends that
	at    int64        // grows when something has changed
}

// noSnapshot is older than everything.
const noSnapshot = "1:1:"

func newChanges(e *pgEngine, d *dials) *changes {
	return &changes{e: e, links: newLinks(e.db, d, 1), since: noSnapshot}
}

// generation is the same as before only if nothing that it told before has been changed by a commit that was over when
// it was called. Those who call at the same moment share a question that begins after each of them has come. -1: nobody
// knows.
func (c *changes) generation() int64 {
	came := c.begun.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun.Load() == came {
		c.begun.Add(1)
		c.ask()
	}
	if c.since == noSnapshot {
		return -1
	}
	return c.at
}

func (c *changes) ask() {
	ctx, cancel := context.WithTimeout(context.Background(), changesLimit)
	defer cancel()
	same := false
	err := func() error {
		s, err := c.links.session(ctx)
		if err != nil {
			return err
		}
		defer s.close()
		if s.link != c.link {
			c.link, c.since = s.link, noSnapshot
		}
		s.queue = append(s.queue, queued{s: pgSame, args: []any{c.since}, row: func(row scanner) error {
			return row.Scan(&c.since, &same)
		}})
		_, _, err = s.pipeline(false)
		return err
	}()
	if err != nil {
		c.since, same = noSnapshot, false // who reads the page finds out what is wrong
	}
	if !same {
		c.at++
	}
}

// begin leaves a number of this node's start, after which whatever was remembered of before an upgrade is forgotten, and takes
// away those of another server, from which this desk was restored.
func (c *changes) begin(ctx context.Context) error {
	_, err := c.e.db.ExecContext(ctx, `WITH foreign_ones AS (DELETE FROM changed WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))
		INSERT INTO changed (xid) VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING`)
	return err
}

// trimEvery is how many commits of a node lie between two times that it forgets old numbers.
const trimEvery = 4096

// trim forgets all numbers but the newest thousand.
func (c *changes) trim(ctx context.Context) error {
	_, err := c.e.db.ExecContext(ctx, `DELETE FROM changed WHERE xid <
		(SELECT xid FROM (SELECT xid FROM changed ORDER BY xid DESC LIMIT 1000) newest ORDER BY xid LIMIT 1)`)
	return err
}
