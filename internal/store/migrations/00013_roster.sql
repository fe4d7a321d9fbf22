-- +goose Up
-- How somebody is reached at work, and what they can do in an hour; 0 is not limited.
ALTER TABLE staff ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN rings TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN promises_an_hour INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN calls_an_hour INTEGER NOT NULL DEFAULT 0;
-- The hash of the secret in the address of somebody's calendar; NULL: none was given out.
ALTER TABLE staff ADD COLUMN feed TEXT;
CREATE UNIQUE INDEX staff_feed ON staff (feed) WHERE feed IS NOT NULL;

-- Rules that make shifts. The turns themselves are not stored: they follow from the rule. rule is the layers as JSON.
CREATE TABLE rota (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  rule TEXT NOT NULL,
  on_call INTEGER NOT NULL,
  seats INTEGER NOT NULL,
  version INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  retired_at BIGINT
);
CREATE TABLE rota_override (
  id BIGINT PRIMARY KEY,
  rota_id BIGINT NOT NULL REFERENCES rota (id),
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  out_id BIGINT NOT NULL,
  in_id BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX rota_override_end ON rota_override (end_at, id) WHERE ended_at IS NULL;
CREATE TABLE swap (
  id BIGINT PRIMARY KEY,
  rota_id BIGINT NOT NULL REFERENCES rota (id),
  from_id BIGINT NOT NULL REFERENCES staff (id),
  to_id BIGINT NOT NULL REFERENCES staff (id),
  give_start BIGINT NOT NULL,
  give_end BIGINT NOT NULL,
  take_start BIGINT,
  take_end BIGINT,
  last_end BIGINT NOT NULL,
  state TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX swap_end ON swap (last_end, id);
CREATE TABLE absence (
  id BIGINT PRIMARY KEY,
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX absence_end ON absence (end_at, id) WHERE ended_at IS NULL;

-- A seat is of a shift, stored or made by a rota, and of whoever had that shift when it was booked.
/*postgres: ALTER TABLE booking DROP CONSTRAINT booking_shift_id_fkey; */
/*postgres: ALTER TABLE booking ADD COLUMN staff_id BIGINT NOT NULL DEFAULT 0; */
/*postgres: SELECT set_config('kept.clients', '*', true); */
/*postgres: UPDATE booking SET staff_id = s.staff_id FROM shift s WHERE s.id = booking.shift_id; */
/*sqlite: CREATE TABLE booked (
  shift_id BIGINT NOT NULL,
  slot_at BIGINT NOT NULL,
  seat INTEGER NOT NULL,
  client_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  staff_id BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (shift_id, slot_at, seat)
) WITHOUT ROWID; */
/*sqlite: INSERT INTO booked SELECT b.shift_id, b.slot_at, b.seat, b.client_id, b.promise_id, s.staff_id FROM booking b JOIN shift s ON s.id = b.shift_id; */
/*sqlite: DROP TABLE booking; */
/*sqlite: ALTER TABLE booked RENAME TO booking; */
/*sqlite: CREATE INDEX booking_slot ON booking (slot_at, shift_id); */
/*sqlite: CREATE INDEX booking_promise ON booking (client_id, promise_id); */
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('booking', 'booking', '300000 300 2 1'),
  ('booking', 'booking_slot', '300000 200 2'),
  ('booking', 'booking_promise', '300000 50000 1'); */

-- Who was called for an alert, by which step of the escalation and how. Step -1 says that nobody was reached.
CREATE TABLE ring (
  client_id BIGINT NOT NULL,
  alert_id BIGINT NOT NULL REFERENCES alert (id),
  step INTEGER NOT NULL,
  round INTEGER NOT NULL,
  staff_id BIGINT NOT NULL,
  way TEXT NOT NULL,
  called_at BIGINT NOT NULL,
  fire_at BIGINT,
  state TEXT NOT NULL,
  PRIMARY KEY (client_id, alert_id, step, round, staff_id, way)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX ring_due ON ring (fire_at, client_id, alert_id) WHERE fire_at IS NOT NULL;

-- +goose Down
SELECT 1;
