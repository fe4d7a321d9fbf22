package rawloop

import (
	"context"
	"database/sql"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// SQLite writes tickets for about span into the database of a data folder that nobody else has open,
// over the clients in turn, numbered behind first: on one connection, abreast tickets to a commit.
func SQLite(ctx context.Context, dir string, clients []int64, abreast int, span time.Duration, first int64) (r Result, err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "kept.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-16384)&_pragma=temp_store(MEMORY)&_pragma=journal_size_limit(67108864)&_pragma=wal_autocheckpoint(4000)")
	if err != nil {
		return r, err
	}
	defer db.Close()
	c, err := db.Conn(ctx)
	if err != nil {
		return r, err
	}
	defer c.Close()
	prepared := map[string]*sql.Stmt{}
	do := func(text string, args ...any) {
		if err != nil {
			return
		}
		s := prepared[text]
		if s == nil {
			if s, err = c.PrepareContext(ctx, text); err != nil {
				return
			}
			prepared[text] = s
		}
		_, err = s.ExecContext(ctx, args...)
	}
	inserts := map[string]string{}
	for table := range columns {
		inserts[table] = insert(table)
	}
	start := time.Now()
	for n := first + 1; time.Since(start) < span && err == nil; {
		do("BEGIN IMMEDIATE")
		for range abreast {
			client := clients[n%int64(len(clients))]
			for _, w := range rows(client, n, time.Now()) {
				do(inserts[w.table], w.args...)
			}
			do("INSERT INTO found (client_id, ticket_id) VALUES ($1, $2)", client, n*8)
			do("INSERT INTO found_words (rowid, words) VALUES (last_insert_rowid(), $1)", found(client))
			n++
		}
		do("COMMIT")
		r.Tickets += abreast
	}
	r.Took = time.Since(start)
	return r, err
}
