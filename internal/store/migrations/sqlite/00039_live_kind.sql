-- +goose Up
-- Which promises nobody has taken is told by their kind and by the index of ladders, without a look at each that falls due soon.
DROP INDEX promise_live;
CREATE INDEX promise_live ON promise (due_at, client_id, id, ended_at, kind) WHERE ended_at IS NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('promise', 'promise_live', '20000 2 2 1 1 1');

-- +goose Down
DROP INDEX promise_live;
CREATE INDEX promise_live ON promise (due_at, client_id, id, ended_at) WHERE ended_at IS NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('promise', 'promise_live', '20000 2 2 1 1');
