-- +goose Up
-- The question in which one that was merged goes on.
ALTER TABLE ticket ADD COLUMN merged_into BIGINT NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
