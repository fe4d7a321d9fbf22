-- +goose Up
-- The turn of a rota is handed over as a shift that is entered by hand: it has no row to refer to. Whether somebody has left
-- something is told by their hours and by the alerts that were raised, so that nothing is noted as looked at.
/*postgres: ALTER TABLE handover DROP CONSTRAINT handover_shift_id_fkey; */
/*postgres: ALTER TABLE handover DROP COLUMN looked_at; */
/*postgres: ALTER TABLE handover_item DROP CONSTRAINT handover_item_shift_id_fkey; */
/*sqlite: CREATE TABLE handed (
  shift_id BIGINT PRIMARY KEY,
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  signed_at BIGINT,
  signed_by BIGINT NOT NULL,
  reason TEXT NOT NULL
); */
/*sqlite: INSERT INTO handed SELECT shift_id, staff_id, signed_at, signed_by, reason FROM handover WHERE signed_at IS NOT NULL; */
/*sqlite: DROP TABLE handover; */
/*sqlite: ALTER TABLE handed RENAME TO handover; */
/*sqlite: CREATE TABLE handed (
  client_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  shift_id BIGINT NOT NULL,
  summary TEXT NOT NULL,
  plan TEXT NOT NULL,
  accepted_by BIGINT NOT NULL,
  accepted_at BIGINT,
  read_back TEXT NOT NULL,
  written_by BIGINT NOT NULL DEFAULT 0,
  written_at BIGINT,
  PRIMARY KEY (promise_id, client_id, shift_id)
) WITHOUT ROWID; */
/*sqlite: INSERT INTO handed SELECT client_id, promise_id, shift_id, summary, plan, accepted_by, accepted_at, read_back,
  written_by, written_at FROM handover_item; */
/*sqlite: DROP TABLE handover_item; */
/*sqlite: ALTER TABLE handed RENAME TO handover_item; */
/*sqlite: CREATE INDEX handover_item_shift ON handover_item (shift_id, client_id, promise_id); */
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('handover_item', 'handover_item', '100000 2 2 1'),
  ('handover_item', 'handover_item_shift', '100000 10 2 1'); */
DELETE FROM handover WHERE signed_at IS NULL;
ALTER TABLE absence DROP COLUMN looked_at;

-- +goose Down
SELECT 1;
