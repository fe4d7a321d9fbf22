-- +goose Up
-- The numbers of transactions that have changed something: see store/change.go. The first is its own.
CREATE TABLE IF NOT EXISTS changed (xid xid8 PRIMARY KEY);
INSERT INTO changed (xid) VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;

-- +goose Down
DROP TABLE changed;
