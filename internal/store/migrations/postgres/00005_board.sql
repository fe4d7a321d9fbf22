-- +goose Up
-- The board counts from this index alone, without a look at each promise.
DROP INDEX promise_ended;
CREATE INDEX promise_ended ON promise (ended_at, client_id, id) INCLUDE (state, moved_by, repair_of) WHERE ended_at IS NOT NULL;

-- +goose Down
DROP INDEX promise_ended;
CREATE INDEX promise_ended ON promise (ended_at, client_id, id) WHERE ended_at IS NOT NULL;
