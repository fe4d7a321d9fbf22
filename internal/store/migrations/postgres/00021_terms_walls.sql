-- +goose Up
ALTER TABLE agreement_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE agreement_event FORCE ROW LEVEL SECURITY;
CREATE POLICY client ON agreement_event USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[])));
ALTER TABLE clock_warning ENABLE ROW LEVEL SECURITY;
ALTER TABLE clock_warning FORCE ROW LEVEL SECURITY;
CREATE POLICY client ON clock_warning USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[])));

-- +goose Down
SELECT 1;
