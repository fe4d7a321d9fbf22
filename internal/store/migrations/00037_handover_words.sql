-- +goose Up
-- Who changed the words of a promise in a handover last, and when: whoever writes or accepts meanwhile is told.
ALTER TABLE handover_item ADD COLUMN written_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE handover_item ADD COLUMN written_at BIGINT;

-- +goose Down
SELECT 1;
