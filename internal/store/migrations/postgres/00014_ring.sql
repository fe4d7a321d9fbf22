-- +goose Up
ALTER TABLE ring ENABLE ROW LEVEL SECURITY;
ALTER TABLE ring FORCE ROW LEVEL SECURITY;
CREATE POLICY client ON ring USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[])));

-- +goose Down
SELECT 1;
