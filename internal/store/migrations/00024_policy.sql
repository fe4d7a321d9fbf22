-- +goose Up
-- The escalation of one client, in place of the desk's. kinds, agreed and ahead are of the policy: what promises it is for.
CREATE TABLE policy (
  client_id BIGINT NOT NULL REFERENCES client (id),
  purpose TEXT NOT NULL,
  policy TEXT NOT NULL,
  kinds TEXT NOT NULL,
  agreed INTEGER NOT NULL,
  ahead BIGINT NOT NULL,
  PRIMARY KEY (client_id, purpose)
) /*sqlite: WITHOUT ROWID */;
/*postgres: ALTER TABLE policy ENABLE ROW LEVEL SECURITY; */
/*postgres: ALTER TABLE policy FORCE ROW LEVEL SECURITY; */
/*postgres: CREATE POLICY client ON policy USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[]))); */

-- +goose Down
SELECT 1;
