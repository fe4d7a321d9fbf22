-- +goose Up
-- A promise has one ladder at most, whoever begins it.
CREATE UNIQUE INDEX alert_ladder ON alert (client_id, promise_id) WHERE kind = 'untaken';
-- What the provider calls a phone call, and why a ring failed.
ALTER TABLE ring ADD COLUMN provider TEXT;
ALTER TABLE ring ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX ring_provider ON ring (provider) WHERE provider IS NOT NULL;
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('alert', 'alert_ladder', '200000 30000 1'),
  ('ring', 'ring', '200000 30000 2 2 1 1 1'),
  ('ring', 'ring_due', '1000 2 2 1'),
  ('ring', 'ring_provider', '50000 1'); */

-- +goose Down
SELECT 1;
