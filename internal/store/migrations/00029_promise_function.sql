-- +goose Up
-- What the question of a promise was about when it was promised: how long such promises took is told by it.
ALTER TABLE promise ADD COLUMN function_id BIGINT NOT NULL DEFAULT 0;
/*postgres: SET LOCAL kept.clients = '*'; */
UPDATE promise SET function_id = t.function_id FROM ticket t
  WHERE t.client_id = promise.client_id AND t.id = promise.ticket_id AND t.function_id <> 0;

-- +goose Down
SELECT 1;
