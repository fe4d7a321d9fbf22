package store

import (
	"context"
	"log/slog"
)

// checkpointer copies what the log of a database holds into the database, from a connection of its own, while units
// of work go on: done by the one who commits, as SQLite does by itself, it holds everybody up for the time of two
// syncs and thousands of pages.
type checkpointer struct {
	d    *direct
	w    *writer
	log  *slog.Logger
	due  chan struct{} // there is something to look at
	done chan struct{}
}

const (
	// checkpointAt is how long a log becomes, in pages. Pages that every commit changes are copied once for all of
	// those in it.
	checkpointAt = 10_000
	checkEvery   = 32 // commits
)

func openCheckpointer(path string, w *writer, log *slog.Logger) (*checkpointer, error) {
	// The readers of a moment are waited for, those who take long are not: the next time will do.
	d, err := openDirect(path, walSystem, append(litePragmas(false), "busy_timeout(50)", "cache_size(-64)")...)
	if err != nil {
		return nil, err
	}
	c := &checkpointer{d: d, w: w, log: log, due: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c, nil
}

// look lets it find out whether the log has become long.
func (c *checkpointer) look() {
	select {
	case c.due <- struct{}{}:
	default: // at work already
	}
}

func (c *checkpointer) run() {
	defer close(c.done)
	for range c.due {
		if err := c.copy(); err != nil {
			c.log.Error("the log of the database was not copied into it", "error", err)
		}
	}
}

// copy copies most pages of a long log while others write, and what they wrote meanwhile when nobody does, so that the
// log can begin anew.
func (c *checkpointer) copy() error {
	if pages, err := c.d.checkpoint("NOOP"); err != nil || pages < checkpointAt {
		return err
	}
	for range 2 { // the second has little left, and leaves less
		if _, err := c.d.checkpoint("PASSIVE"); err != nil {
			return err
		}
	}
	handBack, err := c.w.hold(context.Background())
	if err != nil {
		return nil // closing does the rest
	}
	defer handBack()
	_, err = c.d.checkpoint("RESTART")
	return err
}

// checkpoint copies in one of SQLite's ways, and says how many pages the log has.
func (d *direct) checkpoint(how string) (pages int64, err error) {
	err = d.ask("PRAGMA wal_checkpoint("+how+")", func(row *directStmt) error {
		pages = row.whole(1)
		return nil
	})
	return pages, err
}

// close is called when the writer is closed.
func (c *checkpointer) close() error {
	close(c.due)
	<-c.done
	return c.d.close()
}
