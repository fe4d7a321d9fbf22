-- +goose Up
-- Calls to the lines of a client, as its phone system reports them. Nothing of who called is in them.
CREATE TABLE phone_call (
  client_id BIGINT NOT NULL,
  line TEXT NOT NULL,
  call_key TEXT NOT NULL,
  queued_at BIGINT NOT NULL,
  answered_at BIGINT,
  left_at BIGINT,
  speed TEXT NOT NULL,
  patience TEXT NOT NULL,
  PRIMARY KEY (client_id, line, call_key)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX phone_call_figures ON phone_call (client_id, queued_at);
/*postgres: ALTER TABLE phone_call ENABLE ROW LEVEL SECURITY; */
/*postgres: ALTER TABLE phone_call FORCE ROW LEVEL SECURITY; */
/*postgres: CREATE POLICY client ON phone_call USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[]))); */
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('phone_call', 'phone_call', '600000 2400 1200 1'),
  ('phone_call', 'phone_call_figures', '600000 2400 1'); */

-- +goose Down
SELECT 1;
