-- +goose Up
-- Ids grow with time, whoever's they are. With the id first in a key, what is new goes to the last page of a
-- tree, and not to one page for each client: half as many pages are written with each ticket. Both halves
-- of the key are still in every foreign key and every statement.
CREATE TABLE address_new (
  client_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  requester_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  voicemail INTEGER NOT NULL,
  stopped_at BIGINT,
  failed_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id, client_id),
  FOREIGN KEY (client_id, requester_id) REFERENCES requester (client_id, id)
) WITHOUT ROWID;
INSERT INTO address_new (client_id, id, requester_id, kind, value, voicemail, stopped_at, failed_at, created_at)
  SELECT client_id, id, requester_id, kind, value, voicemail, stopped_at, failed_at, created_at
  FROM address ORDER BY id, client_id;
CREATE TABLE event_new (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  who TEXT NOT NULL,
  who_id BIGINT NOT NULL,
  who_name TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (ticket_id, client_id, seq),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) WITHOUT ROWID;
INSERT INTO event_new (client_id, ticket_id, seq, type, who, who_id, who_name, happened_at, recorded_at, data)
  SELECT client_id, ticket_id, seq, type, who, who_id, who_name, happened_at, recorded_at, data
  FROM event ORDER BY ticket_id, client_id, seq;
CREATE TABLE message_new (
  client_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  via TEXT NOT NULL,
  who TEXT NOT NULL,
  who_id BIGINT NOT NULL,
  who_name TEXT NOT NULL,
  body TEXT NOT NULL,
  at BIGINT NOT NULL,
  flag TEXT NOT NULL,
  PRIMARY KEY (ticket_id, client_id, id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) WITHOUT ROWID;
INSERT INTO message_new (client_id, ticket_id, id, kind, via, who, who_id, who_name, body, at, flag)
  SELECT client_id, ticket_id, id, kind, via, who, who_id, who_name, body, at, flag
  FROM message ORDER BY ticket_id, client_id, id;
CREATE TABLE promise_new (
  client_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  requester_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  channel TEXT NOT NULL,
  address_id BIGINT NOT NULL,
  lang TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  skill TEXT NOT NULL,
  role TEXT NOT NULL,
  owner_id BIGINT,
  backup_id BIGINT,
  made_who TEXT NOT NULL,
  made_id BIGINT NOT NULL,
  made_name TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  fire_at BIGINT,
  tries INTEGER NOT NULL,
  trying_at BIGINT,
  ended_at BIGINT,
  noticed_at BIGINT,
  told_at BIGINT,
  repair_of BIGINT NOT NULL,
  replaces BIGINT NOT NULL,
  moved_by TEXT NOT NULL,
  outcome TEXT NOT NULL,
  voicemail INTEGER NOT NULL,
  unproven INTEGER NOT NULL,
  body TEXT NOT NULL,
  step INTEGER NOT NULL,
  answered_at BIGINT,
  answered_out BIGINT NOT NULL DEFAULT 0,
  entered_at BIGINT,
  PRIMARY KEY (id, client_id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) WITHOUT ROWID;
INSERT INTO promise_new (client_id, id, ticket_id, requester_id, kind, source, channel, address_id, lang, start_at, due_at, skill, role, owner_id, backup_id, made_who, made_id, made_name, made_at, state, fire_at, tries, trying_at, ended_at, noticed_at, told_at, repair_of, replaces, moved_by, outcome, voicemail, unproven, body, step, answered_at, answered_out, entered_at)
  SELECT client_id, id, ticket_id, requester_id, kind, source, channel, address_id, lang, start_at, due_at, skill, role, owner_id, backup_id, made_who, made_id, made_name, made_at, state, fire_at, tries, trying_at, ended_at, noticed_at, told_at, repair_of, replaces, moved_by, outcome, voicemail, unproven, body, step, answered_at, answered_out, entered_at
  FROM promise ORDER BY id, client_id;
CREATE TABLE attempt_new (
  client_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  n INTEGER NOT NULL,
  ticket_id BIGINT NOT NULL,
  staff_id BIGINT NOT NULL,
  staff_name TEXT NOT NULL,
  how TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  ended_at BIGINT,
  outcome TEXT NOT NULL,
  entered_at BIGINT,
  PRIMARY KEY (promise_id, client_id, n),
  FOREIGN KEY (client_id, promise_id) REFERENCES promise_new (client_id, id)
) WITHOUT ROWID;
INSERT INTO attempt_new (client_id, promise_id, n, ticket_id, staff_id, staff_name, how, began_at, ended_at, outcome, entered_at)
  SELECT client_id, promise_id, n, ticket_id, staff_id, staff_name, how, began_at, ended_at, outcome, entered_at
  FROM attempt ORDER BY promise_id, client_id, n;
CREATE TABLE outbox_new (
  client_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  requester_id BIGINT NOT NULL,
  promise_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  trigger_word TEXT NOT NULL,
  channel TEXT NOT NULL,
  address_id BIGINT NOT NULL,
  lang TEXT NOT NULL,
  args TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  fire_at BIGINT,
  leased_to BIGINT,
  provider TEXT,
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  done_at BIGINT,
  fell_back BIGINT NOT NULL,
  PRIMARY KEY (id, client_id),
  FOREIGN KEY (client_id, ticket_id) REFERENCES ticket (client_id, id)
) WITHOUT ROWID;
INSERT INTO outbox_new (client_id, id, ticket_id, requester_id, promise_id, message_id, trigger_word, channel, address_id, lang, args, state, attempts, fire_at, leased_to, provider, reason, created_at, sent_at, done_at, fell_back)
  SELECT client_id, id, ticket_id, requester_id, promise_id, message_id, trigger_word, channel, address_id, lang, args, state, attempts, fire_at, leased_to, provider, reason, created_at, sent_at, done_at, fell_back
  FROM outbox ORDER BY id, client_id;
DROP TABLE outbox;
DROP TABLE attempt;
DROP TABLE promise;
DROP TABLE message;
DROP TABLE event;
DROP TABLE address;
ALTER TABLE address_new RENAME TO address;
ALTER TABLE event_new RENAME TO event;
ALTER TABLE message_new RENAME TO message;
ALTER TABLE promise_new RENAME TO promise;
ALTER TABLE attempt_new RENAME TO attempt;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX address_value ON address (value, client_id, id);
CREATE INDEX address_requester ON address (requester_id, client_id, id);
DROP INDEX ticket_requester;
CREATE INDEX ticket_requester ON ticket (requester_id, client_id, id);
CREATE INDEX promise_ticket ON promise (ticket_id, client_id, id);
CREATE INDEX promise_live ON promise (due_at, client_id, id, ended_at) WHERE ended_at IS NULL;
CREATE INDEX promise_owner ON promise (owner_id, due_at, client_id, id) WHERE ended_at IS NULL AND owner_id IS NOT NULL;
CREATE INDEX promise_ended ON promise (ended_at, client_id, id, state, moved_by, repair_of, entered_at) WHERE ended_at IS NOT NULL;
CREATE INDEX promise_unproven ON promise (address_id, client_id) WHERE ended_at IS NULL AND unproven = 1;
CREATE INDEX promise_trying ON promise (trying_at, client_id, id) WHERE trying_at IS NOT NULL;
CREATE INDEX outbox_due ON outbox (fire_at, client_id, id) WHERE fire_at IS NOT NULL;
CREATE INDEX outbox_ticket ON outbox (ticket_id, client_id, id);
CREATE INDEX outbox_provider ON outbox (provider) WHERE provider IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('address', 'address', '700000 1 1'),
  ('address', 'address_value', '700000 2 2 1'),
  ('address', 'address_requester', '700000 2 2 1'),
  ('ticket', 'ticket_requester', '1000000 2 2 1'),
  ('event', 'event', '7000000 7 7 1'),
  ('message', 'message', '2500000 3 3 1'),
  ('promise', 'promise', '2000000 1 1'),
  ('promise', 'promise_ticket', '2000000 2 2 1'),
  ('promise', 'promise_live', '20000 2 2 1 1'),
  ('promise', 'promise_owner', '10000 400 2 2 1'),
  ('promise', 'promise_ended', '2000000 2 2 1 1 1 1 1'),
  ('promise', 'promise_unproven', '2000 2 2'),
  ('promise', 'promise_trying', '100 2 2 1'),
  ('attempt', 'attempt', '500000 2 2 1'),
  ('outbox', 'outbox', '2000000 1 1'),
  ('outbox', 'outbox_due', '1000 2 2 1'),
  ('outbox', 'outbox_ticket', '2000000 2 2 1'),
  ('outbox', 'outbox_provider', '1500000 1');
ANALYZE sqlite_schema;

-- +goose Down
SELECT 1;
