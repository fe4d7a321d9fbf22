-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
  own CONSTANT text := $p$((SELECT current_setting('kept.clients', true) = '*') OR client_id = ANY (CAST((SELECT CAST(nullif(nullif(
    current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[])))$p$;
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['agreement', 'clock', 'fold'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY client ON %I USING %s', name, own);
  END LOOP;
END
$$;
-- +goose StatementEnd
