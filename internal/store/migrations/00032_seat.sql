-- +goose Up
-- A seat is of a person and an instant, whichever shift brings the person there: what a change of a rota leaves of a turn
-- has no more room than before. Seats that a turn has given twice stay, numbered anew.
/*postgres: SET LOCAL kept.clients = '*'; */
/*postgres: CREATE TEMPORARY TABLE booked ON COMMIT DROP AS SELECT client_id, promise_id, staff_id, slot_at,
    row_number() OVER (PARTITION BY staff_id, slot_at ORDER BY seat, shift_id) - 1 AS seat FROM booking; */
/*postgres: DELETE FROM booking; */
/*postgres: DROP INDEX booking_slot; */
/*postgres: ALTER TABLE booking DROP CONSTRAINT booking_pkey; */
/*postgres: ALTER TABLE booking DROP COLUMN shift_id; */
/*postgres: ALTER TABLE booking ADD PRIMARY KEY (staff_id, slot_at, seat); */
/*postgres: INSERT INTO booking (client_id, promise_id, staff_id, slot_at, seat) SELECT client_id, promise_id, staff_id, slot_at, seat FROM booked; */
/*sqlite: CREATE TABLE booked (
  staff_id BIGINT NOT NULL,
  slot_at BIGINT NOT NULL,
  seat INTEGER NOT NULL,
  client_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  PRIMARY KEY (staff_id, slot_at, seat)
) WITHOUT ROWID; */
/*sqlite: INSERT INTO booked SELECT staff_id, slot_at, row_number() OVER (PARTITION BY staff_id, slot_at ORDER BY seat, shift_id) - 1,
    client_id, promise_id FROM booking; */
/*sqlite: DROP TABLE booking; */
/*sqlite: ALTER TABLE booked RENAME TO booking; */
/*sqlite: CREATE INDEX booking_promise ON booking (client_id, promise_id); */
CREATE INDEX booking_slot ON booking (slot_at, staff_id);
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('booking', 'booking', '300000 1500 2 1'),
  ('booking', 'booking_slot', '300000 200 2'),
  ('booking', 'booking_promise', '300000 50000 1'); */

-- +goose Down
SELECT 1;
