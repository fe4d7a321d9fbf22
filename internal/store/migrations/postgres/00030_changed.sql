-- +goose Up
-- The numbers of transactions that have changed something: see store/change.go. Tests that begin with an older schema make it first.
CREATE TABLE IF NOT EXISTS changed (xid xid8 PRIMARY KEY);

-- +goose Down
DROP TABLE changed;
