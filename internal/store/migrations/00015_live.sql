-- +goose Up
-- What supervisors watch, without reading every ticket and attempt there ever was.
CREATE INDEX ticket_open ON ticket (opened_at, client_id, id) WHERE due_at IS NOT NULL;
CREATE INDEX promise_trying ON promise (trying_at, client_id, id) WHERE trying_at IS NOT NULL;
-- How one shift was handed over. A row is written when somebody says something of it, or when it has ended
-- and the clock has looked: then each promise that was left had its alert.
CREATE TABLE handover (
  shift_id BIGINT PRIMARY KEY REFERENCES shift (id),
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  signed_at BIGINT,
  signed_by BIGINT NOT NULL,
  reason TEXT NOT NULL,
  looked_at BIGINT
);
-- One promise of it: what the one who goes writes, and who accepts it with which words.
CREATE TABLE handover_item (
  client_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  shift_id BIGINT NOT NULL REFERENCES shift (id),
  summary TEXT NOT NULL,
  plan TEXT NOT NULL,
  accepted_by BIGINT NOT NULL,
  accepted_at BIGINT,
  read_back TEXT NOT NULL,
  PRIMARY KEY (promise_id, client_id, shift_id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX handover_item_shift ON handover_item (shift_id, client_id, promise_id);
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('ticket', 'ticket_open', '20000 2 2 1'),
  ('promise', 'promise_trying', '100 2 2 1'),
  ('handover_item', 'handover_item', '100000 2 2 1'),
  ('handover_item', 'handover_item_shift', '100000 10 2 1'); */

-- +goose Down
SELECT 1;
