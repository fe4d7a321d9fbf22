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
