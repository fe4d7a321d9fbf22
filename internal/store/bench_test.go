package store

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"sync"
	"testing"

	"kept/internal/store/storetest/server"
)

const benchWriters = 16

// share runs n units over the writers and gives units per second.
func share(b *testing.B, n int, unit func(i int64) error) float64 {
	var next struct {
		sync.Mutex
		i int64
	}
	var wg sync.WaitGroup
	took := stopwatch()
	for range benchWriters {
		wg.Go(func() {
			for {
				next.Lock()
				i := next.i
				next.i++
				next.Unlock()
				if i >= int64(n) {
					return
				}
				if err := unit(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / took().Seconds()
}

// BenchmarkWrite is a three-statement unit of work from 16 goroutines through Write, beside a raw
// loop in the same run that does the same statements in savepoints with shared commits.
func BenchmarkWrite(b *testing.B) {
	unit := func(db *DB) func(i int64) error {
		return func(i int64) error {
			return db.Write(context.Background(), viewer, client, func(tx *Tx) error {
				if err := tx.put(addCounter, client, i, i); err != nil {
					return err
				}
				if err := tx.put(addLine, client, i, fmt.Sprint("line ", i)); err != nil {
					return err
				}
				return tx.put(setCounter, client, i, i+1)
			})
		}
	}
	b.Run("sqlite", func(b *testing.B) {
		raw := rawLoop(b, b.N)
		db := lite(b)
		b.ResetTimer()
		ours := share(b, b.N, unit(db))
		b.ReportMetric(ours, "units/s")
		b.ReportMetric(raw, "raw/s")
		b.ReportMetric(ours/raw, "of-raw")
	})
	if server.Wanted() {
		b.Run("postgres", func(b *testing.B) {
			db := openIn(b, Options{DatabaseURL: server.Database(b), migrations: counterFS(b)})()
			b.ResetTimer()
			b.ReportMetric(share(b, b.N, unit(db)), "units/s")
		})
	}
}

// rawLoop is the same work without the kernel: one goroutine, batches of 16 savepoints per commit.
func rawLoop(b *testing.B, n int) float64 {
	db := lite(b)
	var err error
	s := db.engine.(*liteEngine).w.s
	do := func(st *stmt, args ...any) {
		var p *stdsql.Stmt
		if p, err = s.stmt(st); err == nil {
			_, err = p.ExecContext(context.Background(), args...)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	took := stopwatch()
	for i := 0; i < n; i += benchWriters {
		do(sqliteBegin)
		for j := i; j < min(n, i+benchWriters); j++ {
			do(sqliteSavepoint)
			do(addCounter, client, j, j)
			do(addLine, client, j, fmt.Sprint("line ", j))
			do(setCounter, client, j, j+1)
			do(sqliteRelease)
		}
		do(sqliteCommit)
	}
	return float64(n) / took().Seconds()
}

// BenchmarkRead is one row by id in a snapshot of its own.
func BenchmarkRead(b *testing.B) {
	run := func(b *testing.B, db *DB) {
		mustWrite(b, db, func(tx *Tx) error { return tx.put(addCounter, client, 1, 5) })
		for b.Loop() {
			readN(b, db, 1)
		}
	}
	b.Run("sqlite", func(b *testing.B) { run(b, lite(b)) })
	if server.Wanted() {
		b.Run("postgres", func(b *testing.B) {
			run(b, openIn(b, Options{DatabaseURL: server.Database(b), migrations: counterFS(b)})())
		})
	}
}
