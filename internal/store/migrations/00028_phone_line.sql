-- +goose Up
-- What a phone system last said of each of its lines: how many wait, and since when the first of them does. Client 0: a line
-- for all hospitals.
CREATE TABLE phone_line (
  client_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  waiting INTEGER NOT NULL,
  first_at BIGINT,
  heard_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, name)
) /*sqlite: WITHOUT ROWID */;
/*postgres: ALTER TABLE phone_line ENABLE ROW LEVEL SECURITY; */
/*postgres: ALTER TABLE phone_line FORCE ROW LEVEL SECURITY; */
/*postgres: CREATE POLICY client ON phone_line USING (client_id = 0 OR (SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[]))); */

-- The last step of the second factor whose code was taken: none is taken twice, on no node.
ALTER TABLE staff ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

-- When the maker of an address was shown it: it is shown once.
ALTER TABLE signed_address ADD COLUMN shown_at BIGINT;
UPDATE signed_address SET shown_at = made_at;

-- Who led a hospital before there were mails about terms is told of those that still wait, once.
/*postgres: SET LOCAL kept.clients = '*'; */
INSERT INTO agreement_mail (client_id, version, staff_id, made_at, fire_at, state, attempts, reason, moved_at)
  SELECT a.client_id, a.version, s.id, a.desk_at, a.desk_at, 'waiting', 0, '', a.desk_at
  FROM agreement a JOIN staff_client sc ON sc.client_id = a.client_id JOIN staff s ON s.id = sc.staff_id
  WHERE a.desk_at IS NOT NULL AND a.hospital_at IS NULL AND a.gone_at IS NULL AND s.role = 'leader' AND s.active = 1
  ON CONFLICT DO NOTHING;

-- +goose Down
SELECT 1;
