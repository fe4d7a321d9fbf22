-- +goose Up
-- An answer in words that is on its way, and a call that was entered after an outage.
ALTER TABLE promise ADD COLUMN answered_at BIGINT;
ALTER TABLE promise ADD COLUMN answered_out BIGINT NOT NULL DEFAULT 0;
ALTER TABLE promise ADD COLUMN entered_at BIGINT;
ALTER TABLE attempt ADD COLUMN entered_at BIGINT;
-- What an open question waits for, and until when.
ALTER TABLE ticket ADD COLUMN waiting_for TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN waiting_since BIGINT;
ALTER TABLE ticket ADD COLUMN waiting_until BIGINT;
ALTER TABLE ticket ADD COLUMN waiting_out BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ticket_waiting ON ticket (waiting_until, client_id, id) WHERE waiting_until IS NOT NULL;
-- All that is due to one person, so that they hear of it once.
CREATE INDEX promise_person ON promise (client_id, requester_id, due_at, id) WHERE ended_at IS NULL;
-- The board counts from this index alone, calls that were entered afterwards among them.
DROP INDEX promise_ended;
CREATE INDEX promise_ended ON promise (ended_at, client_id, id/*sqlite: , state, moved_by, repair_of, entered_at */)
  /*postgres: INCLUDE (state, moved_by, repair_of, entered_at) */ WHERE ended_at IS NOT NULL;
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('ticket', 'ticket_waiting', '2000 2 2 1'),
  ('promise', 'promise_person', '20000 3500 2 2 1'),
  ('promise', 'promise_ended', '2000000 2 2 1 1 1 1 1'); */

-- +goose Down
SELECT 1;
