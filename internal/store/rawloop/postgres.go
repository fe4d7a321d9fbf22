package rawloop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Postgres writes tickets for about span into a database with Kept's schema, over the clients in turn, numbered
// behind first: abreast connections, each ticket one transaction sent in one go.
func Postgres(ctx context.Context, url string, clients []int64, abreast int, span time.Duration, first int64) (Result, error) {
	var next, done, retries atomic.Int64
	var wg sync.WaitGroup
	next.Store(first)
	errs := make([]error, abreast)
	start := time.Now()
	for i := range abreast {
		wg.Go(func() {
			c, err := pgx.Connect(ctx, url)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close(ctx)
			for time.Since(start) < span {
				n := next.Add(1)
				client := clients[n%int64(len(clients))]
				for {
					err := ticket(ctx, c, client, n)
					var pg *pgconn.PgError
					if errors.As(err, &pg) && pg.Code == "40001" {
						retries.Add(1)
						continue
					}
					if err != nil {
						errs[i] = err
						return
					}
					break
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return Result{Tickets: int(done.Load()), Retries: int(retries.Load()), Took: time.Since(start)}, errors.Join(errs...)
}

// Records writes one row into the read log from each of abreast connections at a time, each with a commit of its own, in one
// trip: the least that a page waits for which must be on record before it is sent. It gives how long each took.
func Records(ctx context.Context, url string, client int64, abreast int, span time.Duration) (took []time.Duration, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	errs := make([]error, abreast)
	start := time.Now()
	for i := range abreast {
		wg.Go(func() {
			c, err := pgx.Connect(ctx, url)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close(ctx)
			var mine []time.Duration
			for time.Since(start) < span && errs[i] == nil {
				began := time.Now()
				errs[i] = record(ctx, c, client, began)
				mine = append(mine, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
		})
	}
	wg.Wait()
	return took, errors.Join(errs...)
}

func record(ctx context.Context, c *pgx.Conn, client int64, at time.Time) error {
	var b pgx.Batch
	b.Queue("BEGIN")
	b.Queue("SELECT set_config('kept.clients', $1, true)", fmt.Sprintf("{%d}", client))
	b.Queue("INSERT INTO read_log (id, at, who, viewer_id, name, route, client_id, ids) VALUES ($1, $2, 'staff', 1, 'bench', 'GET /desk', $3, $4)",
		rand.Int64(), at.UnixMicro(), client, seen)
	b.Queue("COMMIT")
	return c.SendBatch(ctx, &b).Close()
}

// seen is about what the first page of a queue shows of a client.
var seen = "ticket" + strings.Repeat(" 123456789012345", 12) + "; requester" + strings.Repeat(" 123456789012345", 12)

func ticket(ctx context.Context, c *pgx.Conn, client, n int64) error {
	var b pgx.Batch
	b.Queue("BEGIN")
	b.Queue("SELECT set_config('kept.clients', $1, true)", fmt.Sprintf("{%d}", client))
	for _, w := range rows(client, n, time.Now()) {
		b.Queue(insert(w.table), w.args...)
	}
	b.Queue("INSERT INTO found (client_id, ticket_id, words) VALUES ($1, $2, array_to_tsvector(string_to_array($3, ' ')))", client, n*8, found(client))
	b.Queue("COMMIT")
	err := c.SendBatch(ctx, &b).Close()
	if err != nil && c.PgConn().TxStatus() != 'I' {
		if _, undo := c.Exec(ctx, "ROLLBACK"); undo != nil {
			return errors.Join(err, undo)
		}
	}
	return err
}
