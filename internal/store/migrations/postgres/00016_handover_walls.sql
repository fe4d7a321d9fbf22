-- +goose Up
ALTER TABLE handover_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE handover_item FORCE ROW LEVEL SECURITY;
CREATE POLICY client ON handover_item USING ((SELECT current_setting('kept.clients', true) = '*')
  OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[])));
