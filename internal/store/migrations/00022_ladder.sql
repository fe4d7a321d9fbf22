-- +goose Up
-- A promise has one ladder at most, whoever begins it.
CREATE UNIQUE INDEX alert_ladder ON alert (client_id, promise_id) WHERE kind = 'untaken';
-- What the provider calls a phone call, and why a ring failed.
ALTER TABLE ring ADD COLUMN provider TEXT;
ALTER TABLE ring ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX ring_provider ON ring (provider) WHERE provider IS NOT NULL;
-- Addresses of walls, so that one can be taken back alone. scope is a client, or 0 for all that its maker serves.
CREATE TABLE wall_address (
  id BIGINT PRIMARY KEY,
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  scope BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX wall_address_until ON wall_address (until_at, id) WHERE ended_at IS NULL;
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('alert', 'alert_ladder', '200000 30000 1'),
  ('ring', 'ring', '200000 30000 2 2 1 1 1'),
  ('ring', 'ring_due', '1000 2 2 1'),
  ('ring', 'ring_provider', '50000 1'); */

-- +goose Down
SELECT 1;
