-- +goose Up
-- One mailbox is one address, however it is written: desk.ParseEmail gives it in lower case.
/*postgres: SET LOCAL kept.clients = '*'; */
UPDATE address SET value = lower(value) WHERE kind = 'email' AND value <> lower(value);

-- +goose Down
SELECT 1;
