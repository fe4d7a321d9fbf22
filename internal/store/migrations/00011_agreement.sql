-- +goose Up
-- What a client and the desk have agreed, in versions that never change once one side has approved them. Version 1
-- is the usual terms of the desk and stands in the program.
CREATE TABLE agreement (
  client_id BIGINT NOT NULL REFERENCES client (id),
  version INTEGER NOT NULL,
  edit INTEGER NOT NULL,
  terms TEXT NOT NULL,
  frozen TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  made_by BIGINT NOT NULL,
  made_name TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  desk_by BIGINT NOT NULL,
  desk_name TEXT NOT NULL,
  desk_at BIGINT,
  hospital_by BIGINT NOT NULL,
  hospital_name TEXT NOT NULL,
  hospital_how TEXT NOT NULL,
  hospital_at BIGINT,
  gone_by BIGINT NOT NULL,
  gone_name TEXT NOT NULL,
  gone_at BIGINT,
  PRIMARY KEY (client_id, version)
) /*sqlite: WITHOUT ROWID */;

-- How open questions stand by their agreement, for lists: the most pressing clock of each. What counts is the fold
-- over the events; these rows may be thrown away and made again, and "kept verify" compares. A question without a
-- clock that runs has no row.
CREATE TABLE clock (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  version INTEGER NOT NULL,
  metric TEXT NOT NULL,
  state TEXT NOT NULL,
  percent INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  deadline_at BIGINT,
  fire_at BIGINT,
  PRIMARY KEY (ticket_id, client_id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX clock_deadline ON clock (deadline_at, client_id, ticket_id) WHERE deadline_at IS NOT NULL;
CREATE INDEX clock_fire ON clock (fire_at, client_id, ticket_id) WHERE fire_at IS NOT NULL;

-- Questions with new events, whose row in clock is to be made again. Written with the events themselves.
CREATE TABLE fold (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, client_id)
) /*sqlite: WITHOUT ROWID */;
/*postgres: SET LOCAL kept.clients = '*'; */
INSERT INTO fold (client_id, ticket_id) SELECT client_id, id FROM ticket WHERE closed_at IS NULL;

-- +goose Down
SELECT 1;
