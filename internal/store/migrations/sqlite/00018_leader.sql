-- +goose Up
-- What the leader of a client looks at is counted from these indexes alone. That of ended promises begins with the
-- client: a quarter of a big desk has half a million of them. The others begin with an instant, so that what is
-- new goes to their last page.
CREATE INDEX promise_figures ON promise (client_id, ended_at, id, state, moved_by, repair_of, kind) WHERE ended_at IS NOT NULL;
CREATE INDEX ticket_opened ON ticket (opened_at, client_id);
CREATE INDEX ticket_closed ON ticket (closed_at, client_id, state) WHERE closed_at IS NOT NULL;
CREATE INDEX event_not_fixed ON event (happened_at, client_id) WHERE type = 'said_not_fixed';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('promise', 'promise_figures', '2000000 340000 2 1 1 1 1 1'),
  ('ticket', 'ticket_opened', '1000000 2 2'),
  ('ticket', 'ticket_closed', '1000000 2 2 2'),
  ('event', 'event_not_fixed', '50000 2 2');
ANALYZE sqlite_schema;

-- +goose Down
SELECT 1;
