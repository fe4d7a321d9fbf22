package store

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Relay carries short news between the nodes of one desk, by LISTEN and NOTIFY on PostgreSQL. News
// may be lost when a connection is; whoever needs to be sure asks again now and then. On SQLite, which
// has one node, it does nothing. It must hold no personal data: ids only.
type Relay struct {
	url  string
	log  *slog.Logger
	news chan string
}

const (
	relayChannel = "kept_news"
	relayBatch   = 100
	relayAgain   = 2 * time.Second
	relayGather  = 10 * time.Millisecond // so that a flood of news makes few notifications
	relayQuiet   = 30 * time.Second      // without news, after which the connection is tried: one that is dead says nothing either
)

// Relay gives the relay of this database; Run starts it.
func (db *DB) Relay() *Relay {
	r := &Relay{log: db.log, news: make(chan string, 1024)}
	if db.Engine() == "postgres" {
		r.url = db.opts.DatabaseURL
	}
	return r
}

// Tell sends one line to the other nodes, soon. It never waits: when too much is under way, news is
// dropped, as it would be by a lost connection.
func (r *Relay) Tell(line string) {
	if r.url == "" {
		return
	}
	select {
	case r.news <- line:
	default:
	}
}

// Run hears the other nodes, and this one, until ctx ends. lost is called when news may have been missed: when the
// connection has gone, and again once there is a new one.
func (r *Relay) Run(ctx context.Context, hear func(line string), lost func()) {
	if r.url == "" {
		return
	}
	go r.send(ctx)
	gone := false // and the log has it
	for ctx.Err() == nil {
		err := r.listen(ctx, hear, func() {
			if gone {
				r.log.Info("live news between nodes is back")
				lost()
			}
			gone = false
		})
		if ctx.Err() != nil {
			return
		}
		if !gone {
			r.log.Warn("live news between nodes is interrupted; trying again", "every", relayAgain.String(), "err", fault(nil, err))
			lost()
		}
		gone = true
		pause(ctx, relayAgain)
	}
}

// listen hears until the connection is lost; begun is called when nothing more is missed.
func (r *Relay) listen(ctx context.Context, hear func(string), begun func()) error {
	conn, err := pgx.Connect(ctx, r.url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+relayChannel); err != nil {
		return err
	}
	begun()
	for {
		n, err := nextNews(ctx, conn)
		if err != nil {
			return err
		}
		if n == nil {
			continue
		}
		for line := range strings.SplitSeq(n.Payload, "\n") {
			hear(line)
		}
	}
}

// nextNews gives the next news, or none when none came for a while and the server still answers.
func nextNews(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	quiet, cancel := context.WithTimeout(ctx, relayQuiet)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil || quiet.Err() == nil || ctx.Err() != nil {
		return n, err
	}
	answers, cancel := context.WithTimeout(ctx, relayQuiet)
	defer cancel()
	return nil, conn.Ping(answers)
}

// send puts what waits at one moment into one notification, outside every transaction: NOTIFY inside
// one would make commits stand in line.
func (r *Relay) send(ctx context.Context) {
	var conn *pgx.Conn
	for {
		var lines []string
		select {
		case <-ctx.Done():
			if conn != nil {
				conn.Close(context.WithoutCancel(ctx))
			}
			return
		case line := <-r.news:
			lines = append(lines, line)
			pause(ctx, relayGather)
		}
	more:
		for len(lines) < relayBatch {
			select {
			case line := <-r.news:
				lines = append(lines, line)
			default:
				break more
			}
		}
		for old := conn != nil; ; old = false {
			var err error
			if conn == nil {
				conn, err = pgx.Connect(ctx, r.url)
			}
			if err == nil {
				_, err = conn.Exec(ctx, "SELECT pg_notify($1, $2)", relayChannel, strings.Join(lines, "\n"))
			}
			if err != nil && conn != nil {
				conn.Close(context.WithoutCancel(ctx))
				conn = nil
			}
			if err == nil || !old {
				break // an old connection may have been lost long ago: these are the first news to find out
			}
		}
	}
}
