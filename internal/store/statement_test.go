package store

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"

	"kept/internal/store/storetest/server"
)

// TestEveryStatement prepares every statement of the package on both engines, on the real schema.
func TestEveryStatement(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		db := openIn(t, Options{DataDir: t.TempDir()})()
		prepareAll(t, db, func(s *stmt) string { return s.sqlite })
		for _, st := range statements {
			if st.sqlite == "" {
				continue
			}
			if _, err := db.engine.(*liteEngine).w.s.direct.prepare(st); err != nil {
				t.Errorf("%s, without database/sql: %v", st.name, err)
			}
		}
	})
	if server.Wanted() {
		t.Run("postgres", func(t *testing.T) {
			db := openIn(t, Options{DatabaseURL: server.Database(t)})()
			prepareAll(t, db, func(s *stmt) string { return s.postgres })
		})
	}
}

func prepareAll(t *testing.T, db *DB, text func(*stmt) string) {
	err := db.engine.read(ctx, scope{clients: "*"}, func(ctx context.Context, s *session) error {
		if len(s.queue) > 0 { // the beginning travels with the first statement
			if _, _, err := s.pipeline(false); err != nil {
				return err
			}
		}
		for _, st := range statements {
			if text(st) == "" {
				continue
			}
			if _, err := s.conn.ExecContext(ctx, "SAVEPOINT prepare"); err != nil {
				return err
			}
			p, err := s.conn.PrepareContext(ctx, text(st))
			if err != nil {
				t.Errorf("%s: %v", st.name, err)
			} else {
				p.Close()
			}
			if many := st.rows[rowsAtOnce]; many != "" && s.pg != nil {
				if p, err := s.conn.PrepareContext(ctx, many); err != nil {
					t.Errorf("%s, many rows: %v", st.name, err)
				} else {
					p.Close()
				}
			}
			if s.pg != nil && err == nil {
				columnsAreRead(t, s, st)
			}
			if _, err := s.conn.ExecContext(ctx, "ROLLBACK TO SAVEPOINT prepare"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// columnsAreRead makes sure that pgRow can read what a statement gives.
func columnsAreRead(t *testing.T, s *session, st *stmt) {
	d, err := s.pg.Prepare(ctx, "", st.postgres)
	if err != nil {
		t.Errorf("%s: %v", st.name, err)
		return
	}
	for _, f := range d.Fields {
		switch f.DataTypeOID {
		case pgtype.Int8OID, pgtype.Int4OID, pgtype.BoolOID, pgtype.TextOID:
		default:
			t.Errorf("%s: nobody reads column %s of type %d", st.name, f.Name, f.DataTypeOID)
		}
	}
}

// TestStatementsThatChangeOneRow: what a unit is known to have changed by its id is one row of one table, with its client and id first.
func TestStatementsThatChangeOneRow(t *testing.T) {
	for _, s := range []*stmt{promiseAdd, promiseSave, outAdd, outSave, outLease} {
		if !s.byID {
			t.Errorf("%s does not change a row by its id", s.name)
		}
	}
	for _, text := range []string{
		"INSERT INTO a (client_id, id, n) VALUES ($1, $2, $3), ($4, $5, $6)", "INSERT INTO a (client_id, id, n) VALUES ($2, $1, $3)",
		"INSERT INTO a (client_id, id, n) VALUES ($1, $2, $3) ON CONFLICT (n) DO UPDATE SET n = 1", "INSERT INTO a (client_id, id) SELECT client_id, id FROM b",
		"UPDATE a SET n = $3 WHERE client_id = $1 AND id = $2 OR n = 1", "UPDATE a SET n = $3 WHERE client_id = $1",
	} {
		if byID.MatchString(text) {
			t.Errorf("%s changes one row by its id", text)
		}
	}
	for _, s := range statements {
		if s.byID && len(s.changes) != 1 {
			t.Errorf("%s changes %v", s.name, s.changes)
		}
	}
}
