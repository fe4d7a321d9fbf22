-- +goose Up
-- What the leader of a client looks at is counted from these indexes alone. That of ended promises begins with the
-- client: a quarter of a big desk has half a million of them. The others begin with an instant, so that what is
-- new goes to their last page.
CREATE INDEX promise_figures ON promise (client_id, ended_at, id) INCLUDE (state, moved_by, repair_of, kind) WHERE ended_at IS NOT NULL;
CREATE INDEX ticket_opened ON ticket (opened_at, client_id);
CREATE INDEX ticket_closed ON ticket (closed_at, client_id) INCLUDE (state) WHERE closed_at IS NOT NULL;
CREATE INDEX event_not_fixed ON event (happened_at, client_id) WHERE type = 'said_not_fixed';

-- +goose Down
SELECT 1;
