-- +goose Up
-- The board counts from these indexes alone, without a look at each promise. What SQLite knew of the old
-- ones goes with them.
DROP INDEX promise_ended;
CREATE INDEX promise_ended ON promise (ended_at, client_id, id, state, moved_by, repair_of) WHERE ended_at IS NOT NULL;
DROP INDEX promise_live;
CREATE INDEX promise_live ON promise (due_at, client_id, id, ended_at) WHERE ended_at IS NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('promise', 'promise_live', '20000 2 2 1 1'),
  ('promise', 'promise_ended', '2000000 2 2 1 1 1 1');

-- +goose Down
DROP INDEX promise_live;
CREATE INDEX promise_live ON promise (due_at, client_id, id) WHERE ended_at IS NULL;
DROP INDEX promise_ended;
CREATE INDEX promise_ended ON promise (ended_at, client_id, id) WHERE ended_at IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('promise', 'promise_live', '20000 2 2 1'),
  ('promise', 'promise_ended', '2000000 2 2 1');
