-- +goose Up
-- Mails to who leads a hospital: a version of its agreement waits for their yes. fire_at: when one is to be sent, or, while
-- it is being sent, when it is taken as not sent.
CREATE TABLE agreement_mail (
  client_id BIGINT NOT NULL,
  version INTEGER NOT NULL,
  staff_id BIGINT NOT NULL REFERENCES staff (id),
  made_at BIGINT NOT NULL,
  fire_at BIGINT,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  reason TEXT NOT NULL,
  moved_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, version, staff_id),
  FOREIGN KEY (client_id, version) REFERENCES agreement (client_id, version)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX agreement_mail_due ON agreement_mail (fire_at, client_id, version, staff_id) WHERE fire_at IS NOT NULL;
/*postgres: ALTER TABLE agreement_mail ENABLE ROW LEVEL SECURITY; */
/*postgres: ALTER TABLE agreement_mail FORCE ROW LEVEL SECURITY; */
/*postgres: CREATE POLICY client ON agreement_mail USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[]))); */

-- +goose Down
SELECT 1;
