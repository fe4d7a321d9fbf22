-- +goose Up
CREATE TABLE setting (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- Who saw which persons' data: one row per page and client. Never updated.
CREATE TABLE read_log (
  id        BIGINT PRIMARY KEY,
  at        BIGINT NOT NULL,
  who       TEXT   NOT NULL,
  viewer_id BIGINT NOT NULL,
  name      TEXT   NOT NULL,
  route     TEXT   NOT NULL,
  client_id BIGINT NOT NULL,
  ids       TEXT   NOT NULL
);
CREATE INDEX read_log_client_at ON read_log (client_id, at, id);
