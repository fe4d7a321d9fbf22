-- +goose Up
-- When an absence that has begun was looked at for what whoever is away has left to nobody, as the end of a shift is.
ALTER TABLE absence ADD COLUMN looked_at BIGINT;

-- +goose Down
SELECT 1;
