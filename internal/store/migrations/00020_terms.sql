-- +goose Up
-- Who of the desk put the approval of the hospital on record; empty where somebody there gave it here.
ALTER TABLE agreement ADD COLUMN hospital_record TEXT NOT NULL DEFAULT '';
-- Why the hospital sent a version back; empty where the desk withdrew it.
ALTER TABLE agreement ADD COLUMN gone_why TEXT NOT NULL DEFAULT '';

-- What was done to an agreement, by whom and when. Rows are never changed and never deleted.
CREATE TABLE agreement_event (
  client_id BIGINT NOT NULL,
  version INTEGER NOT NULL,
  n INTEGER NOT NULL,
  edit INTEGER NOT NULL,
  type TEXT NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (client_id, version, n),
  FOREIGN KEY (client_id, version) REFERENCES agreement (client_id, version)
) /*sqlite: WITHOUT ROWID */;

-- Who is warned now that a clock of a question ends soon, or was missed and still runs. A row is gone when the clock
-- has ended; that somebody was warned stays an event of the question. staff_id 0: nobody was there to be warned, so it
-- is for everybody who leads. fire_at: when a text is to be sent.
CREATE TABLE clock_warning (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  metric TEXT NOT NULL,
  clock_key BIGINT NOT NULL,
  start_at BIGINT NOT NULL,
  staff_id BIGINT NOT NULL,
  percent INTEGER NOT NULL,
  deadline_at BIGINT NOT NULL,
  warned_at BIGINT NOT NULL,
  fire_at BIGINT,
  state TEXT NOT NULL,
  PRIMARY KEY (ticket_id, client_id, metric, clock_key, start_at, staff_id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) /*sqlite: WITHOUT ROWID */;
CREATE INDEX clock_warning_fire ON clock_warning (fire_at, client_id, ticket_id) WHERE fire_at IS NOT NULL;
CREATE INDEX clock_warning_staff ON clock_warning (staff_id, deadline_at, client_id, ticket_id);

/*postgres: SET LOCAL kept.clients = '*'; */
UPDATE agreement SET hospital_record = COALESCE((SELECT s.name FROM staff s WHERE s.id = agreement.hospital_by), 'Kept') WHERE hospital_at IS NOT NULL;
INSERT INTO agreement_event (client_id, version, n, edit, type, by_id, by_name, name, text, at)
  SELECT client_id, version, 1, edit, 'written', made_by, made_name, '', note, made_at FROM agreement;
INSERT INTO agreement_event (client_id, version, n, edit, type, by_id, by_name, name, text, at)
  SELECT client_id, version, 2, edit, 'approved', desk_by, desk_name, '', '', desk_at FROM agreement WHERE desk_at IS NOT NULL;
INSERT INTO agreement_event (client_id, version, n, edit, type, by_id, by_name, name, text, at)
  SELECT client_id, version, 3, edit, 'recorded', hospital_by, hospital_record, hospital_name, hospital_how, hospital_at FROM agreement WHERE hospital_at IS NOT NULL;
INSERT INTO agreement_event (client_id, version, n, edit, type, by_id, by_name, name, text, at)
  SELECT client_id, version, 4, edit, 'withdrawn', gone_by, gone_name, '', '', gone_at FROM agreement WHERE gone_at IS NOT NULL;
-- A missed clock is an event of its question: what is open is counted once more, so that it has its own.
INSERT INTO fold (client_id, ticket_id) SELECT client_id, id FROM ticket WHERE closed_at IS NULL ON CONFLICT DO NOTHING;

-- +goose Down
SELECT 1;
