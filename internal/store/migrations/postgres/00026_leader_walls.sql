-- +goose Up
ALTER TABLE first_reply ENABLE ROW LEVEL SECURITY;
ALTER TABLE first_reply FORCE ROW LEVEL SECURITY;
CREATE POLICY client ON first_reply USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[])));
ALTER TABLE uncounted ENABLE ROW LEVEL SECURITY;
ALTER TABLE uncounted FORCE ROW LEVEL SECURITY;
CREATE POLICY client ON uncounted USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[])));

-- +goose Down
SELECT 1;
