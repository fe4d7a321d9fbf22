-- +goose Up
-- Canned texts of the desk. Their letters are how they are inserted; a retired one gives its letters free.
CREATE TABLE macro (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  letters TEXT NOT NULL,
  body TEXT NOT NULL,
  body_es TEXT NOT NULL,
  next TEXT NOT NULL,
  retired_at BIGINT
);
CREATE UNIQUE INDEX macro_letters ON macro (letters) WHERE retired_at IS NULL;
-- What somebody at the desk has typed and not sent: theirs alone. thing is a ticket number or the key of a
-- call, place the field. A call has client 0 until it is finished.
CREATE TABLE typed (
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  thing TEXT NOT NULL,
  place TEXT NOT NULL,
  client_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (staff_id, thing, place)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX typed_changed ON typed (changed_at);
/*postgres: ALTER TABLE typed ENABLE ROW LEVEL SECURITY; */
/*postgres: ALTER TABLE typed FORCE ROW LEVEL SECURITY; */
/*postgres: CREATE POLICY client ON typed USING (client_id = 0 OR (SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[]))); */
-- Which letters somebody uses in place of ours: "r=w i=n".
ALTER TABLE staff ADD COLUMN letters TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
