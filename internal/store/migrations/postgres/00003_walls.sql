-- +goose Up
-- The second wall between clients. The first is the client_id of every key and every statement; this
-- one holds where a statement forgets it. Kept says at the beginning of each transaction whose rows it
-- is for, in kept.clients: '*' or an array of client ids. Nothing said is nothing seen. FORCE, because
-- Kept owns its tables; superusers walk through. To look around with psql: SET kept.clients = '*'.
-- The settings stand in subqueries so that they are read once per statement, not once per row.
-- +goose StatementBegin
DO $$
DECLARE
  all_clients CONSTANT text := $p$(SELECT current_setting('kept.clients', true) = '*')$p$;
  one_of CONSTANT text := $p$client_id = ANY (CAST((SELECT CAST(nullif(nullif(
    current_setting('kept.clients', true), '*'), '') AS bigint[])) AS bigint[]))$p$;
  own CONSTANT text := format('(%s OR %s)', all_clients, one_of);
  -- What came in for nobody knows whom has client 0, and whoever looks at it is on record.
  own_or_nobody CONSTANT text := format('(client_id = 0 OR %s)', own);
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['requester', 'address', 'ticket', 'event', 'message', 'promise', 'attempt', 'outbox',
    'alert', 'code', 'draft', 'idempotency', 'found', 'booking', 'inbound', 'read_log'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY client ON %I USING %s', name,
      CASE WHEN name IN ('inbound', 'read_log') THEN own_or_nobody ELSE own END);
  END LOOP;
  -- Seats are shared by all clients: a seat that another client has taken must be seen as taken.
  CREATE POLICY seats ON booking FOR SELECT USING (true);
  -- A wall is checked before the index of words (@@ is not leakproof), so behind one a search would
  -- read every row. What is found are keys only; the tickets themselves stand behind the wall.
  CREATE POLICY keys ON found FOR SELECT USING (true);
END
$$;
-- +goose StatementEnd
