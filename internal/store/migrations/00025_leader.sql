-- +goose Up
-- What the first human word on a question came to by the agreement, for the figures of a hospital: 'met', 'missed', or why
-- it is left out. Made from the events by the loop that counts clocks; "kept verify" compares.
CREATE TABLE first_reply (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (ticket_id, client_id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX first_reply_figures ON first_reply (client_id, decided_at, result);
/*sqlite: INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('first_reply', 'first_reply', '1000000 1 1'),
  ('first_reply', 'first_reply_figures', '1000000 170000 2 1'); */

-- Questions that were closed before there was that table, or before a history was loaded. They are counted when
-- there is nothing else to count, and nobody is warned of them.
CREATE TABLE uncounted (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, client_id)
) /*sqlite: WITHOUT ROWID */;
/*postgres: SET LOCAL kept.clients = '*'; */
-- 100 days: a quarter, and the month before this one.
INSERT INTO uncounted (client_id, ticket_id) SELECT client_id, id FROM ticket WHERE opened_at > (SELECT MAX(opened_at) FROM ticket) - 8640000000000;

-- What an address opens: the wall, or the figures of a hospital that who leads it has shared.
ALTER TABLE wall_address RENAME TO signed_address;
ALTER TABLE signed_address ADD COLUMN shows TEXT NOT NULL DEFAULT 'wall';
DROP INDEX wall_address_until;
CREATE INDEX signed_address_until ON signed_address (shows, until_at, id) WHERE ended_at IS NULL;

-- +goose Down
SELECT 1;
