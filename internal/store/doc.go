// Package store holds every line of SQL: the unit of work, the statements, two engines, migrations
// and backup. It never decides what the desk should do, reads no clock but Options.Clock, and sends
// nothing anywhere. Start reading at Open and Write in db.go, then tx.go; writer.go is how SQLite
// shares commits, postgres.go how PostgreSQL saves round trips.
//
// # How to write a noun
//
// One file per noun. Statements are package-level values, in PostgreSQL style with $1 for the client;
// sql has the same text on both engines, sqlFor (in named engine files only) one for each:
//
//	var (
//		addThing  = sql(`INSERT INTO thing (client_id, id, name, due_at, urgent) VALUES ($1, $2, $3, $4, $5)`)
//		thingByID = sql(`SELECT id, name, due_at, urgent FROM thing WHERE client_id = $1 AND id = $2`)
//		thingsDue = sql(`SELECT id, name, due_at, urgent FROM thing WHERE client_id = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3`)
//		saveThing = sql(`UPDATE thing SET name = $3 WHERE client_id = $1 AND id = $2`)
//	)
//
//	var scanThing = placed(func(t *desk.Thing) []any {
//		return []any{&t.ID, &t.Name, at(&t.DueAt), &t.Urgent}
//	})
//
//	func (tx *ReadTx) Thing(id desk.ThingID) (desk.Thing, error) {
//		t, err := one(tx, thingByID, scanThing, tx.client, id) // NotFound when there is none
//		tx.saw("thing", int64(id))                             // if it holds personal data
//		return t, err
//	}
//	func (tx *ReadTx) ThingsDue(n int) ([]desk.Thing, error) {
//		return many(tx, thingsDue, scanThing, tx.client, micros(tx.Now()), n)
//	}
//	func (tx *Tx) AddThing(t desk.Thing) error { // Tx writes, ReadTx reads
//		return tx.put(addThing, tx.client, t.ID, t.Name, optMicros(t.DueAt), flag(t.Urgent))
//	}
//	func (tx *Tx) SaveThing(t desk.Thing) error {
//		return must(tx.exec(saveThing, tx.client, t.ID, t.Name)) // NotFound when no row changed
//	}
//
// put is for writes whose row count nobody needs: on PostgreSQL they travel together, and an error
// surfaces at the next read or at the commit. maybe is one with ok instead of NotFound; value[T] scans
// a single column; tx.query gives bare rows, to be closed. A rows loop must end before the next
// statement. INSERT … RETURNING goes through one.
//
// After an engine error (a unique value is taken, say) the whole unit of work is lost, on both
// engines: look first, or use ON CONFLICT DO NOTHING and the row count of exec.
//
// Types: instants are micros(t), optMicros(t) where NULL means none, read by at(&t); optID and optText
// write NULL for zero, orZero(&x) reads NULL as zero; bools are flag(b) in INTEGER columns and are
// scanned into a bool. Named strings and ids are passed and scanned as they are. Never pass a bare
// bool, time.Time or uint64.
//
// Lists across clients are methods of *DeskReadTx and *DeskTx, and join staff_client unless the viewer
// sees the whole desk; saw takes the client there. Claims of due rows are methods of *SystemTx inside
// DB.Claim. A function for all kinds of transaction takes a reader or a writing. tx.touch(ticket) has
// the laws checked before commit.
//
// A migration is one file for both engines, migrations/NNNNN_name.sql, without Down part. A remark
// /*sqlite: WITHOUT ROWID*/ or /*postgres: …*/ is opened for the engine it names; a whole file for one
// engine lies in migrations/sqlite or migrations/postgres, under a number of its own.
package store
