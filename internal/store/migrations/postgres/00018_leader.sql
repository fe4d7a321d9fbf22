-- +goose Up
-- What the leader of a client looks at is counted from these indexes alone. Each begins with an instant, so that
-- what is new goes to its last page.
CREATE INDEX promise_ended_kind ON promise (ended_at, client_id) INCLUDE (kind, state, moved_by, repair_of, entered_at) WHERE ended_at IS NOT NULL;
DROP INDEX promise_ended;
ALTER INDEX promise_ended_kind RENAME TO promise_ended;
CREATE INDEX ticket_opened ON ticket (opened_at, client_id);
CREATE INDEX ticket_closed ON ticket (closed_at, client_id) INCLUDE (state) WHERE closed_at IS NOT NULL;
CREATE INDEX event_not_fixed ON event (happened_at, client_id) WHERE type = 'said_not_fixed';

-- +goose Down
SELECT 1;
